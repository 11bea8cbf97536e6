/* Reads of a sweep's summary what its report says. */
#include "report_sweep.h"

#include "crosshebb/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An axis of more levels than half its points is not one that points share. */
enum { MOST_CROSSED = 100, PATH = 64 };

static const struct {
    const char *name, *label, *unit;
    double factor;
} figures[XH_SUMMARY_FIGURES] = {
#define FIGURE_ROW(name, label, unit, factor) {#name, label, unit, factor},
    XH_SUMMARY_FIGURE_LIST(FIGURE_ROW)
#undef FIGURE_ROW
};

const char *xh_summary_figure_name(xh_summary_figure figure) {
    return figures[figure].name;
}

const char *xh_summary_figure_label(xh_summary_figure figure) {
    return figures[figure].label;
}

const char *xh_summary_figure_unit(xh_summary_figure figure) {
    return figures[figure].unit;
}

static xh_status no_memory(const xh_report_sweep *sweep, xh_error *error) {
    return xh_error_set(error, XH_MEMORY, "%s: no memory for %zu points",
                        xh_result_path(sweep->result), sweep->points);
}

static xh_status misfit(const xh_report_sweep *sweep, const char *path, const char *shape,
                        xh_error *error) {
    return xh_error_set(error, XH_INPUT, "%s: %s is not %s", xh_result_path(sweep->result), path,
                        shape);
}

/* Reads an array [points][seeds]. */
static xh_status read_grid(const xh_report_sweep *sweep, const char *path, xh_result_array *array,
                           xh_error *error) {
    xh_status status = xh_result_array_read(sweep->result, path, array, error);
    if (status == XH_OK &&
        (array->rank != 2 || array->dims[0] != sweep->points || array->dims[1] != sweep->seeds)) {
        xh_result_array_free(array);
        status = misfit(sweep, path, "[points][seeds] as /status is", error);
    }
    return status;
}

static xh_status take_states(xh_report_sweep *sweep, const xh_result_array *array,
                             xh_error *error) {
    if (array->rank != 2 || array->count == 0) {
        return misfit(sweep, "/status", "[points][seeds]", error);
    }
    sweep->points = array->dims[0];
    sweep->seeds = array->dims[1];
    sweep->status = xh_array_create(array->count, sizeof(*sweep->status));
    if (!sweep->status) {
        return no_memory(sweep, error);
    }
    for (size_t run = 0; run < array->count; run++) {
        const double value = array->values[run];
        const int state = value == 0   ? XH_SUMMARY_COMPLETE
                          : value == 1 ? XH_SUMMARY_FAILED
                                       : XH_SUMMARY_MISSING;
        sweep->status[run] = state;
        sweep->runs[state]++;
    }
    return XH_OK;
}

/* How the runs ended, which also tells how many points and seeds there are. */
static xh_status read_states(xh_report_sweep *sweep, xh_error *error) {
    xh_result_array array = {0};
    xh_status status = xh_result_array_read(sweep->result, "/status", &array, error);
    if (status == XH_OK) {
        status = take_states(sweep, &array, error);
    }
    xh_result_array_free(&array);
    return status;
}

/* A figure that the summary does not have is none at every point. */
static xh_status read_figure(xh_report_sweep *sweep, xh_summary_figure figure, xh_error *error) {
    const size_t runs = sweep->points * sweep->seeds;
    double *recorded = sweep->recorded[figure] = xh_array_create(runs, sizeof(double));
    double *values = sweep->values[figure] = xh_array_create(runs, sizeof(double));
    xh_statistics_summary *summaries = sweep->summaries[figure] =
        xh_array_create(sweep->points, sizeof(*summaries));
    if (!recorded || !values || !summaries) {
        return no_memory(sweep, error);
    }
    char path[PATH];
    xh_result_array array = {0};
    snprintf(path, sizeof(path), "/results/%s", figures[figure].name);
    if (xh_result_has(sweep->result, path)) {
        const xh_status status = read_grid(sweep, path, &array, error);
        if (status != XH_OK) {
            return status;
        }
    }
    for (size_t run = 0; run < runs; run++) {
        recorded[run] = array.values ? array.values[run] : NAN;
        values[run] = figures[figure].factor * recorded[run];
        const bool some = isfinite(values[run]) && values[run] != 0;
        sweep->present[figure] = sweep->present[figure] || some;
    }
    for (size_t p = 0; p < sweep->points; p++) {
        summaries[p] = xh_statistics_summarise(sweep->seeds, values + p * sweep->seeds);
    }
    xh_result_array_free(&array);
    return XH_OK;
}

static int ascending(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Numbers in their order, each once. */
static xh_status level_numbers(xh_report_sweep *sweep, xh_summary_axis *axis,
                               const xh_result_array *array, xh_error *error) {
    memcpy(axis->levels, array->values, sweep->points * sizeof(double));
    qsort(axis->levels, sweep->points, sizeof(double), ascending);
    for (size_t p = 0; p < sweep->points; p++) {
        if (axis->level_count == 0 || axis->levels[p] != axis->levels[axis->level_count - 1]) {
            axis->levels[axis->level_count++] = axis->levels[p];
        }
    }
    xh_status status = XH_OK;
    for (size_t l = 0; status == XH_OK && l < axis->level_count; l++) {
        char text[32];
        snprintf(text, sizeof(text), "%.6g", axis->levels[l]);
        status = xh_names_add(&axis->names, text, error);
    }
    for (size_t p = 0; p < sweep->points; p++) {
        const double *found =
            bsearch(&array->values[p], axis->levels, axis->level_count, sizeof(double), ascending);
        axis->level[p] = found ? (int)(found - axis->levels) : 0;
    }
    axis->numeric = true;
    return status;
}

/* Words in the order of their first points. */
static xh_status level_words(xh_report_sweep *sweep, xh_summary_axis *axis, const xh_names *words,
                             xh_error *error) {
    xh_status status = XH_OK;
    for (size_t p = 0; status == XH_OK && p < sweep->points; p++) {
        size_t l = 0;
        while (l < axis->names.count && strcmp(axis->names.names[l], words->names[p]) != 0) {
            l++;
        }
        if (l == axis->names.count) {
            axis->levels[l] = (double)l;
            status = xh_names_add(&axis->names, words->names[p], error);
        }
        axis->level[p] = (int)l;
    }
    axis->level_count = axis->names.count;
    return status;
}

static xh_status read_levels(xh_report_sweep *sweep, xh_summary_axis *axis, const char *path,
                             xh_error *error) {
    xh_result_array array = {0};
    xh_names words = {0};
    xh_status status = XH_OK;
    if (xh_result_array_read(sweep->result, path, &array, NULL) == XH_OK) {
        status = array.count == sweep->points ? level_numbers(sweep, axis, &array, error)
                                              : misfit(sweep, path, "[points]", error);
    } else {
        status = xh_result_texts(sweep->result, path, &words, error);
        if (status == XH_OK) {
            status = words.count == sweep->points ? level_words(sweep, axis, &words, error)
                                                  : misfit(sweep, path, "[points]", error);
        }
    }
    xh_result_array_free(&array);
    xh_names_free(&words);
    return status;
}

static xh_status read_axis(xh_report_sweep *sweep, const char *path, xh_error *error) {
    xh_summary_axis *axis = &sweep->axes[sweep->axis_count++];
    char *scale = NULL;
    axis->levels = xh_array_create(sweep->points, sizeof(*axis->levels));
    axis->level = xh_array_create(sweep->points, sizeof(*axis->level));
    if (!axis->levels || !axis->level) {
        return no_memory(sweep, error);
    }
    xh_status status = xh_result_text(sweep->result, path, "key", &axis->key, error);
    if (status == XH_OK) {
        status = xh_result_text(sweep->result, path, "unit", &axis->unit, error);
    }
    if (status == XH_OK) {
        status = xh_result_text(sweep->result, path, "scale", &scale, error);
    }
    if (status == XH_OK) {
        status = read_levels(sweep, axis, path, error);
    }
    if (status == XH_OK) {
        const bool category = strcmp(scale, "category") == 0;
        axis->logarithmic = axis->numeric && strcmp(scale, "log") == 0 && axis->levels[0] > 0;
        axis->numeric = axis->numeric && !category;
        if (strcmp(axis->unit, "1") == 0 || strcmp(axis->unit, "list") == 0) {
            axis->unit[0] = '\0';
        }
    }
    free(scale);
    return status;
}

static xh_status read_axes(xh_report_sweep *sweep, xh_error *error) {
    xh_status status = XH_OK;
    for (size_t a = 0; status == XH_OK; a++) {
        char path[PATH];
        snprintf(path, sizeof(path), "/axes/%zu", a);
        if (!xh_result_has(sweep->result, path)) {
            break;
        }
        status = a < XH_SUMMARY_AXES ? read_axis(sweep, path, error)
                                     : xh_error_set(error, XH_INPUT, "%s: more than %d axes",
                                                    xh_result_path(sweep->result), XH_SUMMARY_AXES);
    }
    for (size_t a = 0; a < sweep->axis_count; a++) {
        xh_summary_axis *axis = &sweep->axes[a];
        axis->crossed = sweep->axis_count == 1 || (axis->level_count <= MOST_CROSSED &&
                                                   2 * axis->level_count <= sweep->points);
    }
    return status;
}

static xh_status read_texts(xh_report_sweep *sweep, xh_error *error) {
    xh_names config = {0};
    xh_status status = xh_result_text(sweep->result, "/", "name", &sweep->name, error);
    if (status == XH_OK) {
        status = xh_result_texts(sweep->result, "/config", &config, error);
    }
    if (status == XH_OK) {
        sweep->config = strdup(config.count > 0 ? config.names[0] : "");
        status = sweep->config ? XH_OK : no_memory(sweep, error);
    }
    xh_names_free(&config);
    return status;
}

/* Messages are [points][seeds], or of the failures alone in their order. */
static xh_status read_messages(xh_report_sweep *sweep, xh_error *error) {
    const size_t runs = sweep->points * sweep->seeds;
    xh_status status = XH_OK;
    sweep->message = xh_array_create(runs, sizeof(*sweep->message));
    if (!sweep->message) {
        return no_memory(sweep, error);
    }
    if (xh_result_has(sweep->result, "/messages")) {
        status = xh_result_texts(sweep->result, "/messages", &sweep->messages, error);
    }
    size_t failures = 0;
    for (size_t run = 0; status == XH_OK && run < runs; run++) {
        if (sweep->status[run] == XH_SUMMARY_FAILED) {
            const size_t index = sweep->messages.count == runs ? run : failures;
            const char *text = index < sweep->messages.count ? sweep->messages.names[index] : "";
            sweep->message[run] = text[0] ? text : NULL;
            failures++;
        }
    }
    return status;
}

/* The most accurate point, and those that nothing beats in both accuracy and energy. */
static xh_status find_front(xh_report_sweep *sweep, xh_error *error) {
    const size_t points = sweep->points;
    double *gain = xh_array_create(2 * points, sizeof(*gain));
    sweep->front = xh_array_create(points, sizeof(*sweep->front));
    if (!gain || !sweep->front) {
        xh_array_free(gain);
        return no_memory(sweep, error);
    }
    double *cost = gain + points;
    sweep->best = points;
    for (size_t p = 0; p < points; p++) {
        gain[p] = sweep->summaries[XH_SUMMARY_test_accuracy][p].mean;
        cost[p] = sweep->summaries[XH_SUMMARY_energy_total_J][p].mean;
        if (isfinite(gain[p]) && (sweep->best == points || gain[p] > gain[sweep->best])) {
            sweep->best = p;
        }
    }
    const xh_status status =
        xh_statistics_pareto(points, gain, cost, sweep->front, &sweep->front_count, error);
    xh_array_free(gain);
    return status;
}

static xh_status read_all(xh_report_sweep *sweep, xh_error *error) {
    xh_status status = read_states(sweep, error);
    if (status == XH_OK) {
        status = read_texts(sweep, error);
    }
    if (status == XH_OK) {
        status = read_messages(sweep, error);
    }
    if (status == XH_OK) {
        status = read_axes(sweep, error);
    }
    for (int figure = 0; status == XH_OK && figure < XH_SUMMARY_FIGURES; figure++) {
        status = read_figure(sweep, (xh_summary_figure)figure, error);
    }
    if (status == XH_OK && xh_result_has(sweep->result, "/seeds")) {
        status = xh_result_table_read(sweep->result, "/seeds", &sweep->seed_table, error);
    }
    return status == XH_OK ? find_front(sweep, error) : status;
}

xh_status xh_report_sweep_read(const xh_result *result, xh_report_sweep *sweep, xh_error *error) {
    *sweep = (xh_report_sweep){.result = result};
    const xh_status status = read_all(sweep, error);
    if (status != XH_OK) {
        xh_report_sweep_free(sweep);
    }
    return status;
}

void xh_report_sweep_free(xh_report_sweep *sweep) {
    for (size_t a = 0; a < sweep->axis_count; a++) {
        free(sweep->axes[a].key);
        free(sweep->axes[a].unit);
        xh_array_free(sweep->axes[a].levels);
        xh_array_free(sweep->axes[a].level);
        xh_names_free(&sweep->axes[a].names);
    }
    for (int figure = 0; figure < XH_SUMMARY_FIGURES; figure++) {
        xh_array_free(sweep->recorded[figure]);
        xh_array_free(sweep->values[figure]);
        xh_array_free(sweep->summaries[figure]);
    }
    xh_result_table_free(&sweep->seed_table);
    xh_names_free(&sweep->messages);
    xh_array_free(sweep->message);
    xh_array_free(sweep->status);
    xh_array_free(sweep->front);
    free(sweep->name);
    free(sweep->config);
    *sweep = (xh_report_sweep){0};
}

const char *xh_summary_setting(const xh_report_sweep *sweep, size_t axis, size_t point) {
    const xh_summary_axis *its = &sweep->axes[axis];
    return its->names.names[its->level[point]];
}

const char *xh_summary_settings(const xh_report_sweep *sweep, size_t point,
                                char text[XH_SUMMARY_SETTINGS_SIZE]) {
    size_t length = 0;
    text[0] = '\0';
    for (size_t a = 0; a < sweep->axis_count; a++) {
        const size_t room = XH_SUMMARY_SETTINGS_SIZE - length;
        const int added = snprintf(text + length, room, "%s%s = %s", a == 0 ? "" : ", ",
                                   sweep->axes[a].key, xh_summary_setting(sweep, a, point));
        if (added < 0 || (size_t)added >= room) {
            break;
        }
        length += (size_t)added;
    }
    return text;
}
