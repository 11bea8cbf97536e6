/**
 * The HDF5 file of a run. While the run goes on it is FILE.h5.part, readable by others (single writer, multiple
 * readers); it is renamed to FILE.h5 when complete.
 */
#ifndef CROSSHEBB_TRACE_H
#define CROSSHEBB_TRACE_H

#include "crosshebb/status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A column of a table that grows, or a data set: name, unit (SI, "1" for pure numbers), one sentence. */
typedef struct xh_trace_column {
    const char *name;
    const char *unit;
    const char *sentence;
} xh_trace_column;

typedef struct xh_trace xh_trace;

/** Creates FILE.h5.part with format, version, /code. path ends in .h5. XH_IO if it cannot be written. */
xh_status xh_trace_create(const char *path, xh_trace **trace, xh_error *error);

/** Adds attributes to a group, which is made if need be ("/config", "result"). Not while recording. */
xh_status xh_trace_number(xh_trace *trace, const char *group, const char *name, double value, const char *unit,
                          xh_error *error);
xh_status xh_trace_text(xh_trace *trace, const char *group, const char *name, const char *text, xh_error *error);

/** A group of growing data sets, one a column, e.g. "train/conv1"; *table names it below. Not while recording. */
xh_status xh_trace_table(xh_trace *trace, const char *group, const xh_trace_column *columns, size_t count,
                         size_t *table, xh_error *error);

/** A data set of floats written at once. Not while recording. dims [rank]. */
xh_status xh_trace_array(xh_trace *trace, const char *group, xh_trace_column column, size_t rank, const size_t *dims,
                         const float *values, xh_error *error);

/** Starts recording: from here on others can read, and only rows are added. */
xh_status xh_trace_record(xh_trace *trace, xh_error *error);
/** Appends a row [columns] to a table and flushes it. */
xh_status xh_trace_row(xh_trace *trace, size_t table, const double *row, xh_error *error);
/** Stops recording, for the final figures. */
xh_status xh_trace_stop(xh_trace *trace, xh_error *error);

/** Closes the file; complete: renames it to FILE.h5. Frees the trace in any case. */
xh_status xh_trace_close(xh_trace *trace, int complete, xh_error *error);

#ifdef __cplusplus
}
#endif

#endif
