/** A report's output: standard output, or a file that is whole or not there at all. */
#ifndef XH_REPORT_FILE_H
#define XH_REPORT_FILE_H

#include "crosshebb/status.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct xh_report_file {
    FILE *stream;
    char path[4000];  /* "": standard output */
    char fresh[4096]; /* its name until it is whole */
} xh_report_file;

/** Opens the file PATH.new, or takes standard output if path is NULL. XH_IO, with a reason. */
xh_status xh_report_file_open(const char *path, xh_report_file *file, xh_error *error);

/** Closes the file; complete: gives it its name once it is on the disk, else removes it. XH_IO. */
xh_status xh_report_file_close(xh_report_file *file, bool complete, xh_error *error);

#endif
