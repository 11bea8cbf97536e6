/**
 * Measured conductances of pulsed devices: a text with a line a read. The first line names the
 * columns, in any order:
 *
 *     device       any name; all rows are of one device without it
 *     cycle        whole number; each cycle of a device is a train of pulses of its own
 *     pulse        pulses so far in the train, or since it turned
 *     direction    up, down (or 1, -1) of the pulses before the read; start (or 0) before any
 *     conductance  with its unit: conductance (uS), conductance_S; S, mS, uS, nS or pS
 *
 * Values are separated by commas, blank lines do not count, and a line that begins with # is a
 * comment, the first of which says where the data come from.
 */
#ifndef XH_MEASURED_H
#define XH_MEASURED_H

#include "crosshebb/status.h"

#include <stddef.h>
#include <stdint.h>

enum { XH_MEASURED_NAME = 48, XH_MEASURED_ORIGIN = 200 };

/** A read. */
typedef struct xh_measured_row {
    size_t line;
    size_t device;
    long cycle;
    long pulse;         /* as written */
    long pulses;        /* since the row before of its train; 0 in the first */
    int direction;      /* of these: 1 up, -1 down, 0 none */
    double conductance; /* siemens */
} xh_measured_row;

/** Rows that follow each other in one cycle of one device. */
typedef struct xh_measured_train {
    size_t device;
    size_t first, count;
} xh_measured_train;

/** Rows are in the order of devices, cycles and lines. */
typedef struct xh_measured {
    const char *name; /* the caller's */
    char origin[XH_MEASURED_ORIGIN];
    uint64_t checksum; /* of the text: FNV-1a */
    size_t rows;
    xh_measured_row *row;
    size_t trains;
    xh_measured_train *train; /* in the order of devices */
    size_t devices;
    char (*device)[XH_MEASURED_NAME];
} xh_measured;

/** Parses text [size]; name stands for the file in messages, which have line, column and value. */
xh_status xh_measured_parse(const char *name, const char *text, size_t size, xh_measured *measured,
                            xh_error *error);
/** Reads a file, plain or gzip. */
xh_status xh_measured_read(const char *path, xh_measured *measured, xh_error *error);
/** Frees what they made; also of a struct of zeros. */
void xh_measured_free(xh_measured *measured);

#endif
