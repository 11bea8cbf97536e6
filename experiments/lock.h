/** A lock that one process at a time, or several that share it, hold on a result. */
#ifndef XH_LOCK_H
#define XH_LOCK_H

#include "crosshebb/status.h"

#include <stdbool.h>

/** A lock file; path is "" while it is not held. */
typedef struct xh_lock {
    char path[4096];
    int descriptor;
} xh_lock;

/** Takes the lock FILE.lock of a file; it ends with the process at the latest. XH_FAILED if another
 *  run holds it. */
xh_status xh_lock_take(const char *path, xh_lock *lock, xh_error *error);

/** The same, but with any number of processes that share it. */
xh_status xh_lock_share(const char *path, xh_lock *lock, xh_error *error);

/** Whether a process holds the lock of a file. */
bool xh_lock_held(const char *path);

/** Removes the lock file of a process that was killed before it could; nothing to do where a process holds
 *  the lock, or there is no file. */
void xh_lock_tidy(const char *path);

/** Gives the lock back and removes its file; nothing to do if it is not held. */
void xh_lock_release(xh_lock *lock);

#endif
