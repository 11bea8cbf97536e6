/* Tables of measured steps in HDF5: written as a trace writes, read as a result is read. */
#include "table_file.h"

#include "result_read.h"

#include "crosshebb/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char group[] = "/device/table";

enum { CONDUCTANCE, PROBABILITY, LOW, HIGH, UP, DOWN, SETS };

static const xh_trace_column columns[SETS] = {
    [CONDUCTANCE] = {"conductance", "1", "conductances of the table, in shares of the range"},
    [PROBABILITY] = {"probability", "1", "probability that a step is below its quantile"},
    [LOW] = {"low", "S", "lower end of the range of each table"},
    [HIGH] = {"high", "S", "upper end of the range of each table"},
    [UP] = {"up", "1",
            "quantiles of the step of an up pulse, in shares of the range: table, conductance, "
            "probability"},
    [DOWN] = {"down", "1",
              "quantiles of the step of a down pulse, in shares of the range: table, conductance, "
              "probability"},
};

xh_status xh_table_record(xh_trace *trace, const xh_step_table *table, xh_error *error) {
    const size_t t = table->tables, c = table->conductances, p = table->probabilities;
    const size_t steps[] = {t, c, p};
    const struct {
        int set;
        const double *values;
    } ranges[] = {{LOW, table->low}, {HIGH, table->high}};
    const struct {
        int set;
        const float *values;
        size_t rank;
        const size_t *dims;
    } others[] = {
        {CONDUCTANCE, table->conductance, 1, &c},
        {PROBABILITY, table->probability, 1, &p},
        {UP, table->up, 3, steps},
        {DOWN, table->down, 3, steps},
    };
    char checksum[XH_STEP_TABLE_CHECKSUM_SIZE];
    xh_step_table_checksum(table, checksum);
    xh_status status = xh_trace_text(trace, group, "checksum", checksum, error);
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0] && status == XH_OK; i++) {
        status =
            xh_trace_doubles(trace, group, columns[ranges[i].set], 1, &t, ranges[i].values, error);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0] && status == XH_OK; i++) {
        status = xh_trace_floats(trace, group, columns[others[i].set], others[i].rank,
                                 others[i].dims, others[i].values, error);
    }
    return status;
}

xh_status xh_table_write(const char *path, const xh_step_table *table, xh_error *error) {
    xh_trace *trace = NULL;
    xh_status status = xh_trace_create(path, &trace, error);
    if (status != XH_OK) {
        return status;
    }
    status = xh_table_record(trace, table, error);
    const xh_status closed = xh_trace_close(trace, status == XH_OK, status == XH_OK ? error : NULL);
    return status == XH_OK ? closed : status;
}

/* Reads the data sets as they are. */
static xh_status read_sets(const xh_result *result, xh_result_array sets[SETS], xh_error *error) {
    if (!xh_result_has(result, group)) {
        return xh_error_set(error, XH_INPUT,
                            "%s: there is no table of steps, %s: crosshebb import makes such a "
                            "file of texts",
                            xh_result_path(result), group);
    }
    xh_status status = XH_OK;
    for (int i = 0; i < SETS && status == XH_OK; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s", group, columns[i].name);
        status = xh_result_array_read(result, path, &sets[i], error);
    }
    return status;
}

/* Each axis has its length from a data set of its own, which those of the steps must have too. */
static xh_status check_shapes(const char *path, const xh_result_array sets[SETS], xh_error *error) {
    const size_t t = sets[LOW].count, c = sets[CONDUCTANCE].count, p = sets[PROBABILITY].count;
    for (int i = 0; i < SETS; i++) {
        const size_t rank = i < UP ? 1 : 3;
        const size_t *dims = sets[i].dims;
        const bool fits = sets[i].rank == rank && (i != HIGH || dims[0] == t) &&
                          (rank == 1 || (dims[0] == t && dims[1] == c && dims[2] == p));
        if (!fits) {
            return xh_error_set(error, XH_INPUT,
                                "%s: %s/%s has not the shape of %zu tables, %zu conductances and "
                                "%zu probabilities",
                                path, group, columns[i].name, t, c, p);
        }
    }
    return XH_OK;
}

static xh_status make(const char *path, const xh_result_array sets[SETS], xh_step_table **table,
                      xh_error *error) {
    const float *values[SETS] = {NULL};
    float *floats[SETS] = {NULL};
    bool good = true;
    for (int i = 0; i < SETS; i++) {
        floats[i] = xh_array_create(sets[i].count, sizeof(float));
        good = floats[i] && good;
        for (size_t v = 0; good && v < sets[i].count; v++) {
            floats[i][v] = (float)sets[i].values[v];
        }
        values[i] = floats[i];
    }
    const xh_step_table view = {
        .tables = sets[LOW].count,
        .conductances = sets[CONDUCTANCE].count,
        .probabilities = sets[PROBABILITY].count,
        .conductance = values[CONDUCTANCE],
        .probability = values[PROBABILITY],
        .low = sets[LOW].values,
        .high = sets[HIGH].values,
        .up = values[UP],
        .down = values[DOWN],
    };
    xh_status status = XH_OK;
    if (!good) {
        status = xh_error_set(error, XH_MEMORY, "%s: no memory for its table", path);
    } else if (xh_step_table_create(&view, table, error) != XH_OK) {
        status = xh_error_prefix(error, "%s: %s: ", path, group);
    }
    for (int i = 0; i < SETS; i++) {
        xh_array_free(floats[i]);
    }
    return status;
}

xh_status xh_table_read(const char *path, xh_step_table **table, xh_error *error) {
    xh_error own = {0};
    error = error ? error : &own;
    xh_result *result = NULL;
    xh_result_array sets[SETS] = {{0}};
    xh_status status = xh_result_open(path, &result, error);
    if (status == XH_OK) {
        status = read_sets(result, sets, error);
    }
    if (status == XH_OK) {
        status = check_shapes(path, sets, error);
    }
    if (status == XH_OK) {
        status = make(path, sets, table, error);
    }
    for (int i = 0; i < SETS; i++) {
        xh_result_array_free(&sets[i]);
    }
    xh_result_close(result);
    return status;
}

/* What configurations point to: the tables of a program are few, and none can tell when its last
 * configuration is gone, since these are copied. */
typedef struct held {
    struct held *next;
    xh_step_table *table;
    char checksum[XH_STEP_TABLE_CHECKSUM_SIZE];
} held;
static held *all_held;

xh_status xh_table_hold(const char *path, const xh_step_table **table, xh_error *error) {
    xh_step_table *fresh = NULL;
    const xh_status status = xh_table_read(path, &fresh, error);
    if (status != XH_OK) {
        return status;
    }
    char checksum[XH_STEP_TABLE_CHECKSUM_SIZE];
    xh_step_table_checksum(fresh, checksum);
    for (const held *entry = all_held; entry; entry = entry->next) {
        if (strcmp(entry->checksum, checksum) == 0) {
            xh_step_table_free(fresh);
            *table = entry->table;
            return XH_OK;
        }
    }
    held *made = malloc(sizeof *made);
    if (!made) {
        xh_step_table_free(fresh);
        return xh_error_set(error, XH_MEMORY, "%s: no memory to keep its table", path);
    }
    *made = (held){.next = all_held, .table = fresh};
    memcpy(made->checksum, checksum, sizeof checksum);
    all_held = made;
    *table = fresh;
    return XH_OK;
}
