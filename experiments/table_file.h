/**
 * Files of measured steps. Their own form is HDF5: the group /device/table, which a result of a run
 * with such a device has too, holds the data sets
 *
 *     conductance [conductances]   shares of the range, rising from 0 to 1
 *     probability [probabilities]  rising within 0 ... 1
 *     low, high [tables]           the range of each table, siemens
 *     up, down [tables][conductances][probabilities]
 *                                  quantiles of the step of one pulse, in shares of the range
 *
 * and the attribute checksum. Text files of the public form are imported: line 1 says what follows,
 * line 2 has the conductances (siemens), line 3 the probabilities, and each further line the steps
 * (siemens) of one probability, a value a conductance; blank lines do not count; one file for up and
 * one for down pulses.
 */
#ifndef XH_TABLE_FILE_H
#define XH_TABLE_FILE_H

#include "crosshebb/step_table.h"
#include "crosshebb/trace.h"

/** Reads the table of a file. XH_INPUT if there is none, or if it is not as it should be. */
xh_status xh_table_read(const char *path, xh_step_table **table, xh_error *error);

/** The same, kept and shared as long as the program runs, so that configurations can point to it;
 * equal tables are one. Not from several threads at a time. */
xh_status xh_table_hold(const char *path, const xh_step_table **table, xh_error *error);

/** Puts a table into a result. Not while recording. */
xh_status xh_table_record(xh_trace *trace, const xh_step_table *table, xh_error *error);

/** Writes a file of its own, whose name ends in .h5. */
xh_status xh_table_write(const char *path, const xh_step_table *table, xh_error *error);

/** One text of the public form. */
typedef struct xh_table_text {
    size_t conductances;
    size_t probabilities;
    double *conductance; /* [conductances] siemens, rising */
    double *probability; /* [probabilities] rising within 0 ... 1 */
    double *step;        /* [probabilities][conductances] siemens */
} xh_table_text;

/** Parses text [size]; name stands for the file in messages, which have the line. */
xh_status xh_table_text_parse(const char *name, const char *text, size_t size, xh_table_text *table,
                              xh_error *error);
/** Frees what parse made; also of a struct of zeros. */
void xh_table_text_free(xh_table_text *table);

/** A table of each up file [count] and the down file of the same number, plain or gzip; all have the
 * same conductances relative to their own range, and the same probabilities. */
xh_status xh_table_import(const char *const *up, const char *const *down, size_t count,
                          xh_step_table **table, xh_error *error);

#endif
