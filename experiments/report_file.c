/* Reports are written beside their names and renamed. */
#include "report_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

xh_status xh_report_file_open(const char *path, xh_report_file *file, xh_error *error) {
    *file = (xh_report_file){.stream = stdout};
    if (!path) {
        return XH_OK;
    }
    if (strlen(path) >= sizeof(file->path)) {
        return xh_error_set(error, XH_INPUT, "the name of the report is longer than %zu characters",
                            sizeof(file->path) - 1);
    }
    snprintf(file->path, sizeof(file->path), "%s", path);
    snprintf(file->fresh, sizeof(file->fresh), "%s.new", file->path);
    file->stream = fopen(file->fresh, "w");
    return file->stream ? XH_OK
                        : xh_error_set(error, XH_IO, "%s: cannot be created: %s", file->fresh,
                                       strerror(errno));
}

xh_status xh_report_file_close(xh_report_file *file, bool complete, xh_error *error) {
    if (!file->path[0]) {
        return XH_OK; /* the program itself sees to standard output */
    }
    errno = 0;
    bool good =
        !ferror(file->stream) && fflush(file->stream) == 0 && fsync(fileno(file->stream)) == 0;
    int reason = errno;
    if (fclose(file->stream) != 0 && good) {
        good = false;
        reason = errno;
    }
    if (good && complete && rename(file->fresh, file->path) != 0) {
        good = false;
        reason = errno;
    }
    if (!good || !complete) {
        remove(file->fresh);
    }
    return good ? XH_OK
                : xh_error_set(error, XH_IO, "%s: cannot be written: %s", file->path,
                               reason ? strerror(reason) : "an earlier write failed");
}
