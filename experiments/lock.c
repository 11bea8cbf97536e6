/*
 * Locks on files beside results. A lock file is removed while its lock is held, so that whoever got
 * the lock of a file that is not there any more tries again.
 */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether the path still leads to the open file. */
static bool is_there(const char *path, int descriptor) {
    struct stat named, open;
    return stat(path, &named) == 0 && fstat(descriptor, &open) == 0 &&
           named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

/* kind is LOCK_EX or LOCK_SH. */
static xh_status take(const char *path, int kind, xh_lock *lock, xh_error *error) {
    char name[sizeof(lock->path)];
    snprintf(name, sizeof(name), "%s.lock", path);
    for (;;) {
        const int descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (descriptor < 0) {
            return xh_error_set(error, XH_IO, "%s: cannot be created: %s", name, strerror(errno));
        }
        if (flock(descriptor, kind | LOCK_NB) != 0) {
            const int reason = errno;
            close(descriptor);
            return reason == EWOULDBLOCK
                       ? xh_error_set(error, XH_FAILED, "another run is writing %s", path)
                       : xh_error_set(error, XH_IO, "%s: cannot be locked: %s", name,
                                      strerror(reason));
        }
        if (is_there(name, descriptor)) {
            lock->descriptor = descriptor;
            memcpy(lock->path, name, sizeof(name));
            return XH_OK;
        }
        close(descriptor);
    }
}

xh_status xh_lock_take(const char *path, xh_lock *lock, xh_error *error) {
    return take(path, LOCK_EX, lock, error);
}

xh_status xh_lock_share(const char *path, xh_lock *lock, xh_error *error) {
    return take(path, LOCK_SH, lock, error);
}

bool xh_lock_held(const char *path) {
    char name[sizeof(((xh_lock *)NULL)->path)];
    snprintf(name, sizeof(name), "%s.lock", path);
    const int descriptor = open(name, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return false;
    }
    const bool held = flock(descriptor, LOCK_SH | LOCK_NB) != 0;
    close(descriptor); /* which also gives back what was just taken */
    return held;
}

void xh_lock_release(xh_lock *lock) {
    if (!lock->path[0]) {
        return;
    }
    if (flock(lock->descriptor, LOCK_EX | LOCK_NB) == 0) { /* nobody shares it */
        unlink(lock->path);
    }
    close(lock->descriptor);
    lock->path[0] = '\0';
}

void xh_lock_tidy(const char *path) {
    xh_lock lock = {.path = ""};
    xh_error error = {0};
    char name[sizeof(lock.path)];
    snprintf(name, sizeof(name), "%s.lock", path);
    if (access(name, F_OK) == 0 && xh_lock_take(path, &lock, &error) == XH_OK) {
        xh_lock_release(&lock);
    }
}
