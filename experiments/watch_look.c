/* How far a run is, from the rows of its trace. */
#include "watch_look.h"

#include "lock.h"
#include "result_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH = 4096, GROUP = XH_PARAM_TEXT_SIZE + 32 };

static const char part_ending[] = ".part";

/* The name of the result, without the ending of its part. */
static void name_result(const char *path, char name[PATH]) {
    const size_t length = strlen(path), ending = sizeof(part_ending) - 1;
    const bool part = length > ending && strcmp(path + length - ending, part_ending) == 0;
    snprintf(name, PATH, "%.*s", (int)(part ? length - ending : length), path);
}

bool xh_watch_runs(const char *path) {
    char name[PATH];
    name_result(path, name);
    return xh_lock_held(name);
}

/* Takes a copy of an attribute, "" if there is none. */
static void copy_text(const xh_result *result, const char *group, const char *name,
                      char copy[XH_PARAM_TEXT_SIZE]) {
    char *text = NULL;
    xh_result_text(result, group, name, &text, NULL);
    snprintf(copy, XH_PARAM_TEXT_SIZE, "%s", text ? text : "");
    free(text);
}

/* The course of a column up to its latest value, evenly thinned to what there is room for. */
static void keep_values(xh_watch_look *look, const char *name, const xh_result_table *table,
                        const char *column) {
    const xh_result_array *values = xh_result_table_column(table, column);
    const size_t rows = values ? table->rows : 0;
    const size_t step = (rows + XH_WATCH_VALUES - 1) / XH_WATCH_VALUES;
    look->course = name;
    look->count = 0;
    for (size_t k = rows > 0 ? (rows - 1) % step : 0; k < rows; k += step) {
        look->values[look->count++] = values->values[k];
    }
}

static double latest(const xh_result_table *table, const char *column) {
    const xh_result_array *values = xh_result_table_column(table, column);
    return values && table->rows > 0 ? values->values[table->rows - 1] : NAN;
}

static bool is_setting(const xh_result *result, const char *key, const char *value) {
    char text[XH_PARAM_TEXT_SIZE];
    copy_text(result, "/config/training", key, text);
    return strcmp(text, value) == 0;
}

/* Whether all layers train in the same passes. */
static bool trains_at_once(const xh_result *result) {
    return is_setting(result, "order", "consecutive") || is_setting(result, "method", "backprop");
}

/* A layer that has rows is the stage, or, if it has seen all its images, what comes next. */
static xh_status look_at_layer(const xh_result *result, size_t index, xh_watch_look *look,
                               bool *begun, xh_error *error) {
    char group[GROUP], name[XH_PARAM_TEXT_SIZE];
    xh_result_table table;
    snprintf(group, sizeof(group), "/config/network/layers/%zu", index);
    copy_text(result, group, "name", name);
    snprintf(group, sizeof(group), "/train/%s", name);
    const xh_status status = xh_result_table_read(result, group, &table, error);
    if (status != XH_OK) {
        return status;
    }
    const double total = xh_result_number(result, group, "total");
    *begun = table.rows > 0;
    if (*begun || strcmp(look->stage, "features") == 0) {
        snprintf(look->stage, sizeof(look->stage), "%s", name);
        look->total = isfinite(total) ? total : 0;
        look->done = *begun ? latest(&table, "image") : 0;
    }
    if (*begun) {
        look->joules = latest(&table, "energy");
        keep_values(look, "|W|", &table, "norm_mean");
    }
    if (*begun && look->done >= total) {
        snprintf(look->stage, sizeof(look->stage), "features");
        look->done = look->total = 0;
    }
    xh_result_table_free(&table);
    return XH_OK;
}

/* Layers train one after the other: the stage is the first that has not seen all its images. */
static xh_status look_at_layers(const xh_result *result, xh_watch_look *look, xh_error *error) {
    xh_names names = {0};
    xh_status status = xh_result_groups(result, "/config/network/layers", &names, error);
    const size_t count = trains_at_once(result) && names.count > 0 ? 1 : names.count;
    bool begun = true;
    snprintf(look->stage, sizeof(look->stage), "features"); /* where all layers are done */
    for (size_t l = 0; status == XH_OK && begun && l < count; l++) {
        status = look_at_layer(result, l, look, &begun, error);
    }
    if (trains_at_once(result) && strcmp(look->stage, "features") != 0) {
        snprintf(look->stage, sizeof(look->stage), "training");
    }
    xh_names_free(&names);
    return status;
}

static xh_status look_at_readout(const xh_result *result, xh_watch_look *look, xh_error *error) {
    xh_result_table table;
    const xh_status status = xh_result_table_read(result, "/readout", &table, error);
    if (status != XH_OK) {
        return status;
    }
    if (table.rows > 0) {
        const double total = xh_result_number(result, "/config/readout", "epochs");
        snprintf(look->stage, sizeof(look->stage), "%s",
                 is_setting(result, "method", "backprop") ? "training" : "readout");
        look->unit = "passes";
        look->done = latest(&table, "epoch");
        look->total = isfinite(total) ? total : 0;
        look->accuracy = latest(&table, "test_accuracy");
        keep_values(look, "accuracy", &table, "test_accuracy");
    }
    xh_result_table_free(&table);
    return XH_OK;
}

static void look_at_end(const xh_result *result, xh_watch_look *look) {
    if (look->state == XH_WATCH_COMPLETE) {
        snprintf(look->stage, sizeof(look->stage), "complete");
        look->joules = xh_result_number(result, "/result", "energy");
        look->wall = xh_result_number(result, "/result", "wall_seconds");
        look->rate = xh_result_number(result, "/result", "train_images_per_second");
    }
}

/* While a run goes on, its part is newer than a result of the name. */
static xh_status open_newest(const char *path, bool runs, xh_result **result, xh_error *error) {
    char name[PATH], part[PATH + sizeof(part_ending)];
    name_result(path, name);
    snprintf(part, sizeof(part), "%s%s", name, part_ending);
    return xh_result_open(runs ? part : path, result, error);
}

xh_status xh_watch_look_at(const char *path, xh_watch_look *look, xh_error *error) {
    const bool runs = xh_watch_runs(path);
    xh_result *result = NULL;
    xh_status status = open_newest(path, runs, &result, error);
    if (status != XH_OK) {
        return status;
    }
    *look = (xh_watch_look){.unit = "images", .accuracy = NAN, .wall = NAN, .rate = NAN};
    look->state = !xh_result_partial(result) ? XH_WATCH_COMPLETE
                  : runs                     ? XH_WATCH_RUNNING
                                             : XH_WATCH_STOPPED;
    snprintf(look->path, sizeof(look->path), "%s", xh_result_path(result));
    copy_text(result, "/config", "experiment", look->experiment);
    struct stat about;
    if (stat(look->path, &about) == 0) {
        look->written = (double)about.st_mtim.tv_sec + 1e-9 * (double)about.st_mtim.tv_nsec;
    }
    status = look_at_layers(result, look, error);
    if (status == XH_OK) {
        status = look_at_readout(result, look, error);
    }
    look_at_end(result, look);
    xh_result_close(result);
    return status;
}
