/* Files of data sets: whole and inflated, or in parts, and checks of what is in them. */
#include "dataset_formats.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { FIRST_CHUNK = 1 << 20, LARGEST_FILE = 1 << 30 };

xh_status xh_dataset_path(const char *folder, const char *name, char path[XH_DATASET_PATH],
                          xh_error *error) {
    return snprintf(path, XH_DATASET_PATH, "%s/%s", folder, name) < XH_DATASET_PATH
               ? XH_OK
               : xh_error_set(error, XH_INPUT, "%s: the path is too long", folder);
}

/* Reads to the end of an open file, doubling the buffer. */
static xh_status read_all(gzFile file, const char *path, uint8_t **bytes, size_t *size,
                          xh_error *error) {
    size_t room = 0;
    for (;;) {
        if (*size == room) {
            room = room ? 2 * room : FIRST_CHUNK;
            if (room > LARGEST_FILE) {
                return xh_error_set(error, XH_INPUT, "%s: %zu bytes and more found, too many", path,
                                    *size);
            }
            uint8_t *larger = realloc(*bytes, room);
            if (!larger) {
                return xh_error_set(error, XH_MEMORY, "%s: no memory for %zu bytes", path, room);
            }
            *bytes = larger;
        }
        const int got = gzread(file, *bytes + *size, (unsigned)(room - *size));
        if (got < 0) {
            int code = Z_OK;
            const char *message = gzerror(file, &code);
            return xh_error_set(error, XH_INPUT, "%s: cannot be read: %s", path,
                                code == Z_ERRNO ? strerror(errno) : message);
        }
        if (got == 0) {
            return XH_OK;
        }
        *size += (size_t)got;
    }
}

static xh_status unopened(const char *path, xh_error *error) {
    return xh_error_set(error, XH_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
}

xh_status xh_dataset_file(const char *path, uint8_t **bytes, size_t *size, xh_error *error) {
    gzFile file = gzopen(path, "rb");
    if (!file) {
        return unopened(path, error);
    }
    *bytes = NULL;
    *size = 0;
    xh_status status = read_all(file, path, bytes, size, error);
    if (gzclose_r(file) == Z_BUF_ERROR && status == XH_OK) {
        status = xh_error_set(error, XH_INPUT, "%s: the gzip stream is truncated after %zu bytes",
                              path, *size);
    }
    if (status != XH_OK) {
        free(*bytes);
        *bytes = NULL;
    }
    return status;
}

xh_status xh_dataset_open(const char *path, uint64_t expected, int *file, xh_error *error) {
    struct stat about;
    const int opened = open(path, O_RDONLY | O_CLOEXEC);
    if (opened < 0) {
        return unopened(path, error);
    }
    xh_status status = XH_OK;
    if (fstat(opened, &about) != 0 || !S_ISREG(about.st_mode)) {
        status = xh_error_set(error, XH_INPUT, "%s: is not a file", path);
    } else {
        status = xh_dataset_check_size(path, (uint64_t)about.st_size, expected, error);
    }
    if (status != XH_OK) {
        close(opened);
        return status;
    }
    *file = opened;
    return XH_OK;
}

xh_status xh_dataset_part(int file, const char *path, uint64_t first, size_t size, uint8_t *bytes,
                          xh_error *error) {
    while (size > 0) {
        const ssize_t got = pread(file, bytes, size, (off_t)first);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return xh_error_set(error, XH_INPUT, "%s: cannot be read at byte %llu: %s", path,
                                (unsigned long long)first,
                                got < 0 ? strerror(errno) : "the file ends there");
        }
        bytes += got;
        first += (uint64_t)got;
        size -= (size_t)got;
    }
    return XH_OK;
}

xh_status xh_dataset_check_size(const char *name, uint64_t found, uint64_t expected,
                                xh_error *error) {
    if (found == expected) {
        return XH_OK;
    }
    return xh_error_set(error, XH_INPUT, "%s: %s: %llu bytes found, %llu expected", name,
                        found < expected ? "truncated" : "trailing bytes",
                        (unsigned long long)found, (unsigned long long)expected);
}

xh_status xh_dataset_check_labels(const char *name, xh_label_bytes labels, size_t classes,
                                  xh_error *error) {
    for (size_t i = 0; i < labels.count; i++) {
        const size_t label = labels.bytes[i * labels.stride];
        if (label < labels.lowest || label >= labels.lowest + classes) {
            return xh_error_set(error, XH_INPUT, "%s: label %zu of image %zu is outside [%zu, %zu]",
                                name, label, labels.first + i, labels.lowest,
                                labels.lowest + classes - 1);
        }
    }
    return XH_OK;
}
