/** Reads a result file: FILE.h5, or FILE.h5.part of a run that goes on; also a sweep's summary. */
#ifndef XH_RESULT_READ_H
#define XH_RESULT_READ_H

#include "names.h"

#include "crosshebb/status.h"

#include <stdbool.h>
#include <stddef.h>

/** A result as it was when it was opened; rows that a run adds later are seen by opening it again.
 */
typedef struct xh_result xh_result;

/** Opens a result. Where there is no FILE.h5, its FILE.h5.part is taken, and the other way round;
 *  while a run is just creating or finishing the file, it waits a few seconds for it. XH_INPUT if
 *  there is none, or if it is no result of crosshebb. */
xh_status xh_result_open(const char *path, xh_result **result, xh_error *error);

/** NULL is legal. */
void xh_result_close(xh_result *result);

/** The file that was opened; lives as long as the result. */
const char *xh_result_path(const xh_result *result);

/** Whether it is the part of a run that goes on or was stopped. */
bool xh_result_partial(const xh_result *result);

/** Whether there is a group or data set of that path. */
bool xh_result_has(const xh_result *result, const char *path);

/** The attribute of a group as a number; NAN if there is none. */
double xh_result_number(const xh_result *result, const char *group, const char *name);

/** The attribute of a group as text, to be freed by free(); also the unit of a number, by the name
 *  NAME.unit, and those of data sets. XH_INPUT if there is none. */
xh_status xh_result_text(const xh_result *result, const char *group, const char *name, char **text,
                         xh_error *error);

/** Adds the names of the groups, or of the data sets, in a group, in the order of their bytes; none
 *  if there is no such group. */
xh_status xh_result_groups(const xh_result *result, const char *group, xh_names *names,
                           xh_error *error);
xh_status xh_result_sets(const xh_result *result, const char *group, xh_names *names,
                         xh_error *error);

enum { XH_RESULT_RANK = 8 };

/** A data set of numbers with its unit and sentence ("" where it has none). */
typedef struct xh_result_array {
    char *name;
    char *unit;
    char *sentence;
    size_t rank;
    size_t dims[XH_RESULT_RANK];
    size_t count; /* of all values; 1 if rank is 0 */
    double *values;
} xh_result_array;

/** Reads a data set of numbers. XH_INPUT if there is none. */
xh_status xh_result_array_read(const xh_result *result, const char *path, xh_result_array *array,
                               xh_error *error);
void xh_result_array_free(xh_result_array *array);

/** Adds the values of a data set of texts, in their order. XH_INPUT if there is none. */
xh_status xh_result_texts(const xh_result *result, const char *path, xh_names *texts,
                          xh_error *error);

/** A group whose data sets [rows] are columns of a table, by name in the order of its bytes. */
typedef struct xh_result_table {
    size_t rows; /* that every column has */
    size_t column_count;
    xh_result_array *columns;
} xh_result_table;

/** Reads all columns of a table. XH_INPUT if there is no such group. */
xh_status xh_result_table_read(const xh_result *result, const char *group, xh_result_table *table,
                               xh_error *error);
void xh_result_table_free(xh_result_table *table);

/** The column of that name, NULL if there is none. */
const xh_result_array *xh_result_table_column(const xh_result_table *table, const char *name);

#endif
