/*
 * The HDF5 file of a run. It is written under the name FILE.h5.part in the newest format that
 * HDF5 1.10 knows, so that others can follow it while it grows, and takes its own name only when it
 * is complete. From create to close HDF5 prints no errors: it hands them to keep_reason, and from
 * there they go into the caller's xh_error.
 */
#include "crosshebb/trace.h"

#include <hdf5.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FORMAT_VERSION = 1, CHUNK_ROWS = 512, MAXIMUM_RANK = 8 };

typedef struct growing {
    hid_t *columns;
    size_t count;
    hsize_t rows;
    double *values; /* [rows][count], for checkpoints */
} growing;

struct xh_trace {
    char *path;
    char *part;
    hid_t file;
    growing *tables;
    size_t count;
    char reason[XH_ERROR_TEXT]; /* of the latest call to HDF5 that failed */
    H5E_auto2_t print;          /* HDF5's handler of errors as it was before create */
    void *print_data;
};

/* The system's own words if a record of HDF5's stack holds them, else what HDF5 says of the
 * innermost failure. */
static herr_t find_reason(unsigned depth, const H5E_error2_t *record, void *context) {
    static const char mark[] = "error message = '";
    char *reason = context;
    const char *words = strstr(record->desc, mark);
    if (words) {
        words += sizeof(mark) - 1;
        snprintf(reason, XH_ERROR_TEXT, "%.*s", (int)strcspn(words, "'"), words);
    } else if (depth == 0) {
        snprintf(reason, XH_ERROR_TEXT, "%s", record->desc);
    }
    return 0;
}

static herr_t keep_reason(hid_t stack, void *context) {
    xh_trace *trace = context;
    return H5Ewalk2(stack, H5E_WALK_UPWARD, find_reason, trace->reason);
}

static xh_status failed(const xh_trace *trace, const char *what, xh_error *error) {
    return xh_error_set(error, XH_IO, "%s: cannot %s: %.500s", trace->part, what, trace->reason);
}

static hid_t text_type(void) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

static herr_t write_attribute(hid_t object, const char *name, hid_t type, const void *value) {
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    herr_t result = attribute < 0 ? -1 : H5Awrite(attribute, type, value);
    if (attribute >= 0 && H5Aclose(attribute) < 0) {
        result = -1;
    }
    H5Sclose(space);
    return result;
}

static herr_t write_text(hid_t object, const char *name, const char *text) {
    hid_t type = text_type();
    herr_t result = write_attribute(object, name, type, &text);
    H5Tclose(type);
    return result;
}

static herr_t write_unit(hid_t group, const char *name, const char *unit) {
    char label[XH_ERROR_TEXT];
    snprintf(label, sizeof(label), "%s.unit", name);
    return unit ? write_text(group, label, unit) : 0;
}

static hid_t open_group(hid_t file, const char *path) {
    hid_t group = H5Gopen2(file, path, H5P_DEFAULT);
    if (group < 0) {
        hid_t links = H5Pcreate(H5P_LINK_CREATE);
        H5Pset_create_intermediate_group(links, 1);
        group = H5Gcreate2(file, path, links, H5P_DEFAULT, H5P_DEFAULT);
        H5Pclose(links);
    }
    return group;
}

/* A data set with its unit and sentence; chunk is NULL unless it grows along its first dimension.
 */
static hid_t create_set(hid_t group, xh_trace_column column, hid_t type, hid_t space,
                        const hsize_t *chunk) {
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(creation, 0);
    if (chunk) {
        H5Pset_chunk(creation, 1, chunk);
    }
    hid_t set = H5Dcreate2(group, column.name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Pclose(creation);
    if (set >= 0 && (write_text(set, "unit", column.unit) < 0 ||
                     write_text(set, "sentence", column.sentence) < 0)) {
        H5Dclose(set);
        set = -1;
    }
    return set;
}

static hid_t access_properties(void) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    /* No locks: a reader that looks at the file just then must not stop the run. */
    H5Pset_file_locking(access, 0, 1);
    return access;
}

static void free_trace(xh_trace *trace) {
    for (size_t t = 0; t < trace->count; t++) {
        free(trace->tables[t].columns);
        free(trace->tables[t].values);
    }
    free(trace->tables);
    free(trace->path);
    free(trace->part);
    H5Eset_auto2(H5E_DEFAULT, trace->print, trace->print_data);
    free(trace);
}

static xh_status write_origin(xh_trace *trace, xh_error *error) {
    const xh_trace_code code = xh_trace_code_here();
    const char *const texts[][2] = {
        {"version", code.version}, {"revision", code.revision},   {"compiler", code.compiler},
        {"flags", code.flags},     {"libraries", code.libraries}, {"cpu", code.cpu},
    };
    xh_status status = xh_trace_text(trace, "/", "format", "crosshebb", error);
    if (status == XH_OK) {
        status = xh_trace_integer(trace, "/", "format_version", FORMAT_VERSION, NULL, error);
    }
    for (size_t i = 0; status == XH_OK && i < sizeof(texts) / sizeof(texts[0]); i++) {
        status = xh_trace_text(trace, "/code", texts[i][0], texts[i][1], error);
    }
    if (status == XH_OK) {
        status = xh_trace_integer(trace, "/code", "threads", code.threads, NULL, error);
    }
    return status;
}

static xh_trace *allocate_trace(const char *path) {
    xh_trace *trace = calloc(1, sizeof(*trace));
    if (!trace) {
        return NULL;
    }
    /* HDF5 1.10 would stumble at exit over a file that a full disk has kept it from closing. */
    H5dont_atexit();
    H5Eget_auto2(H5E_DEFAULT, &trace->print, &trace->print_data);
    H5Eset_auto2(H5E_DEFAULT, keep_reason, trace);
    trace->file = -1;
    const size_t length = strlen(path);
    trace->path = strdup(path);
    trace->part = malloc(length + sizeof(".part"));
    if (!trace->path || !trace->part) {
        free_trace(trace);
        return NULL;
    }
    snprintf(trace->part, length + sizeof(".part"), "%s.part", path);
    return trace;
}

xh_status xh_trace_create(const char *path, xh_trace **result, xh_error *error) {
    const size_t length = strlen(path);
    if (length < 4 || strcmp(path + length - 3, ".h5") != 0) {
        return xh_error_set(error, XH_INPUT, "%s: the name of a result ends in .h5", path);
    }
    xh_trace *trace = allocate_trace(path);
    if (!trace) {
        return xh_error_set(error, XH_MEMORY, "%s: no memory for the trace", path);
    }
    hid_t access = access_properties();
    trace->file = H5Fcreate(trace->part, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    if (trace->file < 0) {
        const xh_status status = failed(trace, "create the file", error);
        free_trace(trace);
        return status;
    }
    const xh_status status = write_origin(trace, error);
    if (status != XH_OK) {
        xh_trace_close(trace, 0, NULL);
        return status;
    }
    *result = trace;
    return XH_OK;
}

static xh_status add_attribute(xh_trace *trace, const char *path, const char *name, hid_t type,
                               const void *value, const char *unit, xh_error *error) {
    hid_t group = open_group(trace->file, path);
    herr_t result = group < 0 ? -1 : write_attribute(group, name, type, value);
    if (result >= 0) {
        result = write_unit(group, name, unit);
    }
    const xh_status status = result < 0 ? failed(trace, "write an attribute", error) : XH_OK;
    if (group >= 0) {
        H5Gclose(group);
    }
    return status;
}

xh_status xh_trace_number(xh_trace *trace, const char *group, const char *name, double value,
                          const char *unit, xh_error *error) {
    return add_attribute(trace, group, name, H5T_NATIVE_DOUBLE, &value, unit, error);
}

xh_status xh_trace_integer(xh_trace *trace, const char *group, const char *name, long long value,
                           const char *unit, xh_error *error) {
    return add_attribute(trace, group, name, H5T_NATIVE_LLONG, &value, unit, error);
}

xh_status xh_trace_text(xh_trace *trace, const char *group, const char *name, const char *text,
                        xh_error *error) {
    hid_t type = text_type();
    const xh_status status = add_attribute(trace, group, name, type, &text, NULL, error);
    H5Tclose(type);
    return status;
}

static herr_t create_columns(hid_t group, const xh_trace_column *columns, growing *table) {
    const hsize_t rows = 0, chunk = CHUNK_ROWS, unlimited = H5S_UNLIMITED;
    hid_t space = H5Screate_simple(1, &rows, &unlimited);
    herr_t result = 0;
    for (size_t c = 0; c < table->count && result >= 0; c++) {
        table->columns[c] = create_set(group, columns[c], H5T_NATIVE_DOUBLE, space, &chunk);
        result = table->columns[c] < 0 ? -1 : 0;
    }
    H5Sclose(space);
    return result;
}

xh_status xh_trace_table(xh_trace *trace, const char *path, const xh_trace_column *columns,
                         size_t count, size_t *index, xh_error *error) {
    growing *tables = realloc(trace->tables, (trace->count + 1) * sizeof(*tables));
    if (!tables) {
        return xh_error_set(error, XH_MEMORY, "%s: no memory for table %s", trace->part, path);
    }
    trace->tables = tables;
    growing *table = &tables[trace->count];
    *table = (growing){.columns = malloc(count * sizeof(hid_t)), .count = count};
    if (!table->columns) {
        return xh_error_set(error, XH_MEMORY, "%s: no memory for table %s", trace->part, path);
    }
    for (size_t c = 0; c < count; c++) {
        table->columns[c] = -1;
    }
    *index = trace->count++;
    hid_t group = open_group(trace->file, path);
    const herr_t result = group < 0 ? -1 : create_columns(group, columns, table);
    const xh_status status = result < 0 ? failed(trace, "create a table", error) : XH_OK;
    if (group >= 0) {
        H5Gclose(group);
    }
    return status;
}

static xh_status write_set(xh_trace *trace, const char *path, xh_trace_column column, hid_t type,
                           size_t rank, const size_t *dims, const void *values, xh_error *error) {
    hsize_t sizes[MAXIMUM_RANK];
    for (size_t d = 0; d < rank; d++) {
        sizes[d] = dims[d];
    }
    hid_t space = rank ? H5Screate_simple((int)rank, sizes, NULL) : H5Screate(H5S_SCALAR);
    hid_t group = open_group(trace->file, path);
    hid_t set = group < 0 ? -1 : create_set(group, column, type, space, NULL);
    herr_t result = set < 0 ? -1 : H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    const xh_status status = result < 0 ? failed(trace, "write a data set", error) : XH_OK;
    if (set >= 0) {
        H5Dclose(set);
    }
    if (group >= 0) {
        H5Gclose(group);
    }
    H5Sclose(space);
    return status;
}

xh_status xh_trace_floats(xh_trace *trace, const char *group, xh_trace_column column, size_t rank,
                          const size_t *dims, const float *values, xh_error *error) {
    return write_set(trace, group, column, H5T_NATIVE_FLOAT, rank, dims, values, error);
}

xh_status xh_trace_doubles(xh_trace *trace, const char *group, xh_trace_column column, size_t rank,
                           const size_t *dims, const double *values, xh_error *error) {
    return write_set(trace, group, column, H5T_NATIVE_DOUBLE, rank, dims, values, error);
}

xh_status xh_trace_record(xh_trace *trace, xh_error *error) {
    if (H5Fflush(trace->file, H5F_SCOPE_GLOBAL) < 0 || H5Fstart_swmr_write(trace->file) < 0) {
        return failed(trace, "start recording", error);
    }
    return XH_OK;
}

static herr_t append(hid_t set, hsize_t row, double value) {
    const hsize_t rows = row + 1, one = 1;
    if (H5Dset_extent(set, &rows) < 0) {
        return -1;
    }
    hid_t target = H5Dget_space(set);
    hid_t source = H5Screate_simple(1, &one, NULL);
    herr_t result = H5Sselect_hyperslab(target, H5S_SELECT_SET, &row, NULL, &one, NULL);
    if (result >= 0) {
        result = H5Dwrite(set, H5T_NATIVE_DOUBLE, source, target, H5P_DEFAULT, &value);
    }
    if (result >= 0) {
        result = H5Dflush(set);
    }
    H5Sclose(source);
    H5Sclose(target);
    return result;
}

static bool keep_row(growing *table, const double *row) {
    const size_t kept = (size_t)table->rows * table->count;
    double *values = realloc(table->values, (kept + table->count) * sizeof(*values));
    if (values) {
        memcpy(values + kept, row, table->count * sizeof(*row));
        table->values = values;
    }
    return values != NULL;
}

xh_status xh_trace_row(xh_trace *trace, size_t index, const double *row, xh_error *error) {
    growing *table = &trace->tables[index];
    if (!keep_row(table, row)) {
        return xh_error_set(error, XH_MEMORY, "%s: no memory for another row", trace->part);
    }
    for (size_t c = 0; c < table->count; c++) {
        if (append(table->columns[c], table->rows, row[c]) < 0) {
            return failed(trace, "append a row", error);
        }
    }
    table->rows++;
    return XH_OK;
}

static void load_rows(xh_trace *trace, size_t index, size_t rows, xh_state *state) {
    const size_t columns = trace->tables[index].count;
    double *row = malloc(columns * sizeof(*row));
    if (!row) {
        xh_error_set(&state->error, XH_MEMORY, "%s: no memory for a row", trace->part);
        return;
    }
    for (size_t r = 0; r < rows && state->error.status == XH_OK; r++) {
        xh_state_doubles(state, "row", columns, row);
        if (state->error.status == XH_OK) {
            xh_trace_row(trace, index, row, &state->error);
        }
    }
    free(row);
}

void xh_trace_state(xh_trace *trace, size_t index, xh_state *state) {
    const growing *table = &trace->tables[index];
    size_t rows = (size_t)table->rows;
    xh_state_size(state, "rows", &rows);
    if (state->loading) {
        load_rows(trace, index, rows, state);
        return;
    }
    for (size_t r = 0; r < rows; r++) {
        xh_state_doubles(state, "row", table->count, table->values + r * table->count);
    }
}

/* Closes every object and the file, as far as they are open. */
static herr_t close_file(xh_trace *trace) {
    herr_t result = 0;
    for (size_t t = 0; t < trace->count; t++) {
        for (size_t c = 0; c < trace->tables[t].count; c++) {
            hid_t *column = &trace->tables[t].columns[c];
            if (*column >= 0 && H5Dclose(*column) < 0) {
                result = -1;
            }
            *column = -1;
        }
    }
    if (trace->file >= 0 && H5Fclose(trace->file) < 0) {
        result = -1;
    }
    trace->file = -1;
    return result;
}

xh_status xh_trace_stop(xh_trace *trace, xh_error *error) {
    if (close_file(trace) < 0) {
        return failed(trace, "finish recording", error);
    }
    hid_t access = access_properties();
    trace->file = H5Fopen(trace->part, H5F_ACC_RDWR, access);
    H5Pclose(access);
    return trace->file < 0 ? failed(trace, "open the file again", error) : XH_OK;
}

/* Makes sure that the bytes are on the disk before the file gets its final name. */
static xh_status publish(const xh_trace *trace, xh_error *error) {
    const int descriptor = open(trace->part, O_RDWR);
    int result = descriptor < 0 ? -1 : fsync(descriptor);
    if (descriptor >= 0) {
        close(descriptor);
    }
    if (result == 0) {
        result = rename(trace->part, trace->path);
    }
    if (result != 0) {
        return xh_error_set(error, XH_IO, "%s: cannot rename it to %s: %s", trace->part,
                            trace->path, strerror(errno));
    }
    return XH_OK;
}

xh_status xh_trace_close(xh_trace *trace, int complete, xh_error *error) {
    xh_status status = close_file(trace) < 0 ? failed(trace, "close the file", error) : XH_OK;
    if (status == XH_OK && complete) {
        status = publish(trace, error);
    }
    free_trace(trace);
    return status;
}
