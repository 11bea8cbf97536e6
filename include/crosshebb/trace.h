/**
 * The HDF5 file of a run. While the run goes on it is FILE.h5.part, readable by others (single
 * writer, multiple readers); it is renamed to FILE.h5 when complete.
 */
#ifndef CROSSHEBB_TRACE_H
#define CROSSHEBB_TRACE_H

#include "crosshebb/state.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A column of a table that grows, or a data set: name, unit (SI, "1" for pure numbers), one
 * sentence. */
typedef struct xh_trace_column {
    const char *name;
    const char *unit;
    const char *sentence;
} xh_trace_column;

typedef struct xh_trace xh_trace;

/** How this program was made and where it runs; the texts live as long as the program. */
typedef struct xh_trace_code {
    const char *version;
    const char *revision; /* of the source tree, "unknown" outside a checkout */
    const char *compiler;
    const char *flags;
    const char *libraries; /* with their versions */
    const char *cpu;       /* model name */
    int threads;
} xh_trace_code;

xh_trace_code xh_trace_code_here(void);

/** Creates FILE.h5.part with format, version, /code. path ends in .h5. XH_IO if it cannot be
 * written. */
xh_status xh_trace_create(const char *path, xh_trace **trace, xh_error *error);

/* Attributes of a group, which is made if need be ("/", "config", "result"). Not while recording.
 * The unit of a number (NULL: none) goes beside it as the attribute NAME.unit. */
xh_status xh_trace_number(xh_trace *trace, const char *group, const char *name, double value,
                          const char *unit, xh_error *error);
xh_status xh_trace_integer(xh_trace *trace, const char *group, const char *name, long long value,
                           const char *unit, xh_error *error);
xh_status xh_trace_text(xh_trace *trace, const char *group, const char *name, const char *text,
                        xh_error *error);

/** A group of growing data sets, one a column, e.g. "train/conv1"; *table names it below. Not while
 * recording. */
xh_status xh_trace_table(xh_trace *trace, const char *group, const xh_trace_column *columns,
                         size_t count, size_t *table, xh_error *error);

/* Data sets written at once, dims [rank]; rank 0 is a single value. Not while recording. */
xh_status xh_trace_floats(xh_trace *trace, const char *group, xh_trace_column column, size_t rank,
                          const size_t *dims, const float *values, xh_error *error);
xh_status xh_trace_doubles(xh_trace *trace, const char *group, xh_trace_column column, size_t rank,
                           const size_t *dims, const double *values, xh_error *error);

/** Starts recording: from here on others can read, and only rows are added. */
xh_status xh_trace_record(xh_trace *trace, xh_error *error);
/** Appends a row [columns] to a table and flushes it. */
xh_status xh_trace_row(xh_trace *trace, size_t table, const double *row, xh_error *error);
/** Saves the rows of a table so far, or loads them into one that has none. */
void xh_trace_state(xh_trace *trace, size_t table, xh_state *state);
/** Stops recording, for the final figures. */
xh_status xh_trace_stop(xh_trace *trace, xh_error *error);

/** Closes the file; complete: renames it to FILE.h5. Frees the trace in any case. */
xh_status xh_trace_close(xh_trace *trace, int complete, xh_error *error);

#ifdef __cplusplus
}
#endif

#endif
