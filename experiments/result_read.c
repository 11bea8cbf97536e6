/*
 * Reads results by HDF5. The part of a run that goes on is opened as its writer meant it to be
 * (single writer, multiple readers); no lock is taken, so that a reader never stops a run. HDF5's
 * own words on standard error are silenced: the callers' errors say what could not be read.
 */
#include "result_read.h"

#include <hdf5.h>

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A run creates and finishes its file in less time than this. */
enum { OPEN_ATTEMPTS = 150, OPEN_PAUSE_MS = 20 };

static const char part_ending[] = ".part";

struct xh_result {
    char *path;
    bool partial;
    hid_t file;
};

static bool ends_in_part(const char *path) {
    const size_t length = strlen(path), ending = sizeof(part_ending) - 1;
    return length > ending && strcmp(path + length - ending, part_ending) == 0;
}

/* The name itself, or where nothing has it the other one that the run goes by, into path [size];
 * false if there is neither. */
static bool find_file(const char *name, char *path, size_t size) {
    const size_t length = strlen(name) - (ends_in_part(name) ? sizeof(part_ending) - 1 : 0);
    snprintf(path, size, "%s", name);
    if (access(path, F_OK) == 0) {
        return true;
    }
    snprintf(path, size, "%.*s%s", (int)length, name, ends_in_part(name) ? "" : part_ending);
    return access(path, F_OK) == 0;
}

static hid_t open_file(const char *path) {
    const unsigned follow = ends_in_part(path) ? H5F_ACC_SWMR_READ : 0;
    hid_t file = -1;
    H5E_BEGIN_TRY {
        hid_t access_list = H5Pcreate(H5P_FILE_ACCESS);
        H5Pset_file_locking(access_list, 0, 1);
        file = H5Fopen(path, H5F_ACC_RDONLY | follow, access_list);
        H5Pclose(access_list);
    }
    H5E_END_TRY
    return file;
}

static xh_status no_such(const xh_result *result, const char *what, const char *path,
                         xh_error *error) {
    return xh_error_set(error, XH_INPUT, "%s: there is no %s %s", result->path, what, path);
}

static xh_status no_memory(const xh_result *result, const char *path, xh_error *error) {
    return xh_error_set(error, XH_MEMORY, "%s: no memory to read %s", result->path, path);
}

/* Opens what there is under the name, a part as soon as it can be read. */
static xh_status open_soon(xh_result *result, const char *name, size_t size, xh_error *error) {
    const struct timespec pause = {0, OPEN_PAUSE_MS * 1000000L};
    for (int attempt = 0; attempt < OPEN_ATTEMPTS; attempt++) {
        if (!find_file(name, result->path, size)) {
            return xh_error_set(error, XH_INPUT, "%s: %s", name, strerror(ENOENT));
        }
        result->partial = ends_in_part(result->path);
        result->file = open_file(result->path);
        if (result->file >= 0 || !result->partial) {
            break;
        }
        nanosleep(&pause, NULL);
    }
    return result->file >= 0
               ? XH_OK
               : xh_error_set(error, XH_INPUT, "%s: it is damaged or no HDF5 file", result->path);
}

static xh_status check_format(const xh_result *result, xh_error *error) {
    static const char ours[] = "crosshebb";
    char *format = NULL;
    xh_result_text(result, "/", "format", &format, NULL);
    const bool known = format && strncmp(format, ours, sizeof(ours) - 1) == 0;
    free(format);
    return known ? XH_OK
                 : xh_error_set(error, XH_INPUT, "%s: it is no result of crosshebb", result->path);
}

xh_status xh_result_open(const char *path, xh_result **result, xh_error *error) {
    const size_t size = strlen(path) + sizeof(part_ending);
    xh_result *opened = calloc(1, sizeof(*opened));
    char *name = malloc(size);
    if (!opened || !name) {
        free(opened);
        free(name);
        return xh_error_set(error, XH_MEMORY, "%s: no memory to open it", path);
    }
    *opened = (xh_result){.path = name, .file = -1};
    xh_status status = open_soon(opened, path, size, error);
    if (status == XH_OK) {
        status = check_format(opened, error);
    }
    if (status != XH_OK) {
        xh_result_close(opened);
        return status;
    }
    *result = opened;
    return XH_OK;
}

void xh_result_close(xh_result *result) {
    if (!result) {
        return;
    }
    if (result->file >= 0) {
        H5E_BEGIN_TRY {
            H5Fclose(result->file);
        }
        H5E_END_TRY
    }
    free(result->path);
    free(result);
}

const char *xh_result_path(const xh_result *result) {
    return result->path;
}

bool xh_result_partial(const xh_result *result) {
    return result->partial;
}

bool xh_result_has(const xh_result *result, const char *path) {
    hid_t object = -1;
    H5E_BEGIN_TRY {
        object = H5Oopen(result->file, path, H5P_DEFAULT);
        H5Oclose(object);
    }
    H5E_END_TRY
    return object >= 0;
}

/* Reads an attribute of a group or data set into value, as the type given; false if there is none.
 */
static bool read_attribute(hid_t place, const char *object, const char *name, hid_t type,
                           void *value) {
    herr_t result = -1;
    H5E_BEGIN_TRY {
        hid_t attribute = H5Aopen_by_name(place, object, name, H5P_DEFAULT, H5P_DEFAULT);
        result = attribute < 0 ? -1 : H5Aread(attribute, type, value);
        H5Aclose(attribute);
    }
    H5E_END_TRY
    return result >= 0;
}

double xh_result_number(const xh_result *result, const char *group, const char *name) {
    double value = NAN;
    return read_attribute(result->file, group, name, H5T_NATIVE_DOUBLE, &value) ? value : NAN;
}

static hid_t text_type(void) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

xh_status xh_result_text(const xh_result *result, const char *group, const char *name, char **text,
                         xh_error *error) {
    hid_t type = text_type();
    char *value = NULL;
    const bool found = read_attribute(result->file, group, name, type, &value);
    H5Tclose(type);
    if (!found) {
        char path[XH_ERROR_TEXT];
        snprintf(path, sizeof(path), "%s of %s", name, group);
        return no_such(result, "text", path, error);
    }
    *text = strdup(value ? value : ""); /* an empty text may be none */
    H5free_memory(value);
    return *text ? XH_OK : no_memory(result, name, error);
}

typedef struct listing {
    H5O_type_t kind;
    xh_names *names;
    xh_status status;
    xh_error *error;
} listing;

static herr_t list_member(hid_t group, const char *name, const H5L_info_t *link, void *context) {
    listing *list = context;
    H5O_info_t about;
    (void)link;
    /* A link to a file that is not there is no member. */
    if (H5Oget_info_by_name2(group, name, &about, H5O_INFO_BASIC, H5P_DEFAULT) < 0 ||
        about.type != list->kind) {
        return 0;
    }
    list->status = xh_names_add(list->names, name, list->error);
    return list->status != XH_OK;
}

static xh_status list_members(const xh_result *result, const char *path, H5O_type_t kind,
                              xh_names *names, xh_error *error) {
    listing list = {kind, names, XH_OK, error};
    H5E_BEGIN_TRY {
        hid_t group = H5Gopen2(result->file, path, H5P_DEFAULT);
        H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, list_member, &list);
        H5Gclose(group);
    }
    H5E_END_TRY
    return list.status;
}

xh_status xh_result_groups(const xh_result *result, const char *group, xh_names *names,
                           xh_error *error) {
    return list_members(result, group, H5O_TYPE_GROUP, names, error);
}

xh_status xh_result_sets(const xh_result *result, const char *group, xh_names *names,
                         xh_error *error) {
    return list_members(result, group, H5O_TYPE_DATASET, names, error);
}

/* The shape of a data set, and the number of its values. */
static bool measure(hid_t set, xh_result_array *array) {
    hid_t space = H5Dget_space(set);
    hsize_t dims[XH_RESULT_RANK];
    const int rank = H5Sget_simple_extent_ndims(space);
    const bool fits =
        rank >= 0 && rank <= XH_RESULT_RANK && H5Sget_simple_extent_dims(space, dims, NULL) == rank;
    H5Sclose(space);
    array->rank = fits ? (size_t)rank : 0;
    array->count = 1;
    for (size_t d = 0; d < array->rank; d++) {
        array->dims[d] = (size_t)dims[d];
        array->count *= array->dims[d];
    }
    return fits && array->count <= SIZE_MAX / sizeof(char *);
}

/* The attribute of a data set, "" if there is none; NULL if there is no memory. */
static char *label(hid_t set, const char *name) {
    hid_t type = text_type();
    char *value = NULL;
    read_attribute(set, ".", name, type, &value);
    H5Tclose(type);
    char *copy = strdup(value ? value : "");
    H5free_memory(value);
    return copy;
}

static xh_status read_numbers(const xh_result *result, hid_t set, const char *path,
                              xh_result_array *array, xh_error *error) {
    const char *slash = strrchr(path, '/');
    if (!measure(set, array)) {
        return no_such(result, "array", path, error);
    }
    array->name = strdup(slash ? slash + 1 : path);
    array->unit = label(set, "unit");
    array->sentence = label(set, "sentence");
    array->values = malloc((array->count + 1) * sizeof(*array->values)); /* also for none */
    if (!array->name || !array->unit || !array->sentence || !array->values) {
        return no_memory(result, path, error);
    }
    const herr_t read =
        H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, array->values);
    return read < 0 ? no_such(result, "array of numbers", path, error) : XH_OK;
}

xh_status xh_result_array_read(const xh_result *result, const char *path, xh_result_array *array,
                               xh_error *error) {
    xh_status status = XH_OK;
    *array = (xh_result_array){0};
    H5E_BEGIN_TRY {
        hid_t set = H5Dopen2(result->file, path, H5P_DEFAULT);
        status = set < 0 ? no_such(result, "array", path, error)
                         : read_numbers(result, set, path, array, error);
        H5Dclose(set);
    }
    H5E_END_TRY
    if (status != XH_OK) {
        xh_result_array_free(array);
    }
    return status;
}

void xh_result_array_free(xh_result_array *array) {
    free(array->name);
    free(array->unit);
    free(array->sentence);
    free(array->values);
    *array = (xh_result_array){0};
}

static xh_status read_texts(const xh_result *result, hid_t set, const char *path, xh_names *texts,
                            xh_error *error) {
    xh_result_array shape = {0};
    if (!measure(set, &shape)) {
        return no_such(result, "array", path, error);
    }
    char **values = calloc(shape.count + 1, sizeof(*values));
    if (!values) {
        return no_memory(result, path, error);
    }
    hid_t type = text_type(), space = H5Dget_space(set);
    xh_status status = XH_OK;
    if (H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) {
        status = no_such(result, "array of texts", path, error);
    }
    for (size_t i = 0; status == XH_OK && i < shape.count; i++) {
        status = xh_names_add(texts, values[i] ? values[i] : "", error);
    }
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, values);
    free(values);
    H5Sclose(space);
    H5Tclose(type);
    return status;
}

xh_status xh_result_texts(const xh_result *result, const char *path, xh_names *texts,
                          xh_error *error) {
    xh_status status = XH_OK;
    H5E_BEGIN_TRY {
        hid_t set = H5Dopen2(result->file, path, H5P_DEFAULT);
        status = set < 0 ? no_such(result, "array", path, error)
                         : read_texts(result, set, path, texts, error);
        H5Dclose(set);
    }
    H5E_END_TRY
    return status;
}

static xh_status read_columns(const xh_result *result, const char *group, const xh_names *names,
                              xh_result_table *table, xh_error *error) {
    table->columns = calloc(names->count + 1, sizeof(*table->columns));
    if (!table->columns) {
        return no_memory(result, group, error);
    }
    xh_status status = XH_OK;
    for (size_t c = 0; status == XH_OK && c < names->count; c++) {
        char path[XH_ERROR_TEXT];
        snprintf(path, sizeof(path), "%s/%s", group, names->names[c]);
        status = xh_result_array_read(result, path, &table->columns[c], error);
        if (status == XH_OK) {
            /* A row that is just being added does not have all columns yet. */
            const size_t rows = table->columns[c].count;
            table->rows = c == 0 || rows < table->rows ? rows : table->rows;
            table->column_count = c + 1;
        }
    }
    return status;
}

xh_status xh_result_table_read(const xh_result *result, const char *group, xh_result_table *table,
                               xh_error *error) {
    xh_names names = {0};
    *table = (xh_result_table){0};
    if (!xh_result_has(result, group)) {
        return no_such(result, "table", group, error);
    }
    xh_status status = xh_result_sets(result, group, &names, error);
    if (status == XH_OK) {
        status = read_columns(result, group, &names, table, error);
    }
    xh_names_free(&names);
    if (status != XH_OK) {
        xh_result_table_free(table);
    }
    return status;
}

void xh_result_table_free(xh_result_table *table) {
    for (size_t c = 0; c < table->column_count; c++) {
        xh_result_array_free(&table->columns[c]);
    }
    free(table->columns);
    *table = (xh_result_table){0};
}

const xh_result_array *xh_result_table_column(const xh_result_table *table, const char *name) {
    for (size_t c = 0; c < table->column_count; c++) {
        if (strcmp(table->columns[c].name, name) == 0) {
            return &table->columns[c];
        }
    }
    return NULL;
}
