/**
 * Tables of measured conductance steps: of one pulse, the step as a function of the conductance
 * that it finds and of the probability that it is smaller (its quantiles).
 *
 * A table belongs to one measured device, or to all of them; several hold the spread from device to
 * device. All are relative to their own range, so that they share the knots of both axes.
 */
#ifndef CROSSHEBB_STEP_TABLE_H
#define CROSSHEBB_STEP_TABLE_H

#include "crosshebb/status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Most knots of an axis, and most tables. */
enum { XH_STEP_TABLE_KNOTS = 4096 };

/** A view, or what xh_step_table_create made. Between knots steps are bilinear, beyond them as at
 * the last. */
typedef struct xh_step_table {
    size_t tables;
    size_t conductances;
    size_t probabilities;
    const float *conductance; /* [conductances] share of the range, rising from 0 to 1 */
    const float *probability; /* [probabilities] rising, within 0 ... 1 */
    const double *low;        /* [tables] lower end of the range, siemens */
    const double *high;       /* [tables] upper end of the range, siemens */
    const float *up;   /* [tables][conductances][probabilities] step of an up pulse, of the range */
    const float *down; /* the same of a down pulse, so negative in the mean */
    /* What create adds: means over probability, and over tables. */
    const float *mean_up;   /* [tables][conductances] */
    const float *mean_down; /* [tables][conductances] */
    double g_min, g_max;    /* siemens */
} xh_step_table;

/** Copies a view (its means are not looked at), with means. XH_INPUT with what is wrong, and where,
 * if the axes do not rise, a range is empty, a step is larger than ten ranges, or up (down) pulses
 * do not raise (lower) the mean cell at mid-range. */
xh_status xh_step_table_create(const xh_step_table *view, xh_step_table **table, xh_error *error);
/** NULL is legal. */
void xh_step_table_free(xh_step_table *table);

/** Mean step at this share of the range, over probability and tables, of the range; up is 1 or -1. */
double xh_step_table_mean(const xh_step_table *table, int up, double share);

enum { XH_STEP_TABLE_CHECKSUM_SIZE = 17 };

/** 64 bits (FNV-1a) of what the view holds, as 16 hexadecimal digits. */
void xh_step_table_checksum(const xh_step_table *view, char text[XH_STEP_TABLE_CHECKSUM_SIZE]);

/** A made-up cell, to try what reads tables: steps uniform within half of a mean that falls
 * linearly with the way already gone. */
extern const xh_step_table xh_step_table_example;

#ifdef __cplusplus
}
#endif

#endif
