/* Measured conductances and the model that was fitted to them, in one SVG file that stands alone. */
#include "fit_view.h"
#include "sheet.h"

#include "crosshebb/array.h"

#include <math.h>

enum { BLUE, ORANGE, GREEN };
enum { TRAINS = 3, MOST_POINTS = 60, PLACES = 65 };

/* Columns of one train. */
typedef struct train_columns {
    size_t points, count;
    double *x, *y;     /* reads, evenly chosen */
    double *pulse, *g; /* of the fit */
    char label[XH_MEASURED_NAME + 16];
} train_columns;

static xh_status fill_train(const xh_fit *fit, const xh_measured *measured, size_t train,
                            train_columns *columns, xh_error *error) {
    const xh_measured_train *of = &measured->train[train];
    double *room = xh_array_create(4 * of->count, sizeof(double));
    *columns = (train_columns){.x = room, .count = of->count};
    if (!room) {
        return xh_error_set(error, XH_MEMORY, "no memory for a figure");
    }
    columns->y = room + of->count;
    columns->pulse = room + 2 * of->count;
    columns->g = room + 3 * of->count;
    const size_t step = of->count / MOST_POINTS + 1;
    double pulses = 0;
    for (size_t i = 0; i < of->count; i++) {
        const xh_measured_row *row = &measured->row[of->first + i];
        pulses += (double)row->pulses;
        columns->pulse[i] = pulses;
        if (i % step == 0) {
            columns->x[columns->points] = pulses;
            columns->y[columns->points++] = row->conductance;
        }
    }
    snprintf(columns->label, sizeof columns->label, "device %s", measured->device[of->device]);
    return xh_fit_staircase(fit, measured, train, columns->g, error);
}

/* The first train of the first devices: reads, and what their own fit makes of the same pulses. */
static xh_status draw_response(xh_sheet *sheet, const xh_fit *fit, const xh_measured *measured,
                               xh_error *error) {
    train_columns columns[TRAINS];
    xh_report_series series[2 * TRAINS];
    size_t count = 0;
    xh_status status = XH_OK;
    for (size_t t = 0; t < measured->trains && count < TRAINS && status == XH_OK; t++) {
        if (t == 0 || measured->train[t].device != measured->train[t - 1].device) {
            train_columns *c = &columns[count];
            status = fill_train(fit, measured, t, c, error);
            series[2 * count] = (xh_report_series){.label = c->label,
                                                   .shape = XH_REPORT_POINTS,
                                                   .colour = (int)count,
                                                   .count = c->points,
                                                   .x = c->x,
                                                   .y = c->y};
            series[2 * count + 1] = (xh_report_series){.shape = XH_REPORT_LINE,
                                                       .colour = (int)count,
                                                       .count = c->count,
                                                       .x = c->pulse,
                                                       .y = c->g};
            count++;
        }
    }
    const xh_report_figure figure = {.title = "Response to pulses",
                                     .sentence = "points: reads; lines: each device's own fit",
                                     .x = xh_report_axis_of("pulses", ""),
                                     .y = xh_report_axis_of("conductance", "S"),
                                     .series = series,
                                     .count = 2 * count};
    status = status == XH_OK ? xh_sheet_figure(sheet, &figure, error) : status;
    for (size_t t = 0; t < count; t++) {
        xh_array_free(columns[t].x);
    }
    return status;
}

/* Columns of one direction: bins, and the nominal device between the first and the last. */
typedef struct way_columns {
    size_t bins;
    double g[XH_FIT_BINS], mean[XH_FIT_BINS], low[XH_FIT_BINS], high[XH_FIT_BINS];
    double misfit[XH_FIT_BINS], misfit_low[XH_FIT_BINS], misfit_high[XH_FIT_BINS];
    double place[PLACES], step[PLACES];
} way_columns;

static xh_status fill_way(const xh_fit *fit, int way, way_columns *columns, xh_error *error) {
    columns->bins = 0;
    for (size_t b = 0; b < XH_FIT_BINS; b++) {
        const xh_fit_bin *bin = &fit->bin[way][b];
        const size_t i = columns->bins;
        if (bin->count > 0) {
            const double half = 1.96 * bin->scatter / sqrt((double)bin->count);
            columns->g[i] = bin->conductance;
            columns->mean[i] = bin->mean;
            columns->low[i] = bin->mean - bin->deviation;
            columns->high[i] = bin->mean + bin->deviation;
            columns->misfit[i] = bin->misfit;
            columns->misfit_low[i] = bin->misfit - half;
            columns->misfit_high[i] = bin->misfit + half;
            columns->bins++;
        }
    }
    if (columns->bins == 0) {
        return XH_OK;
    }
    const double from = columns->g[0], to = columns->g[columns->bins - 1];
    for (size_t p = 0; p < PLACES; p++) {
        columns->place[p] = from + (to - from) * (double)p / (PLACES - 1);
    }
    return xh_fit_steps(fit, way ? -1 : 1, columns->place, PLACES, columns->step, error);
}

/* Points of one direction at its bins, with bars. */
static xh_report_series points_of(const way_columns *columns, int way, const double *y,
                                  const double *low, const double *high) {
    return (xh_report_series){.label = way ? "down" : "up",
                              .shape = XH_REPORT_POINTS,
                              .colour = way ? ORANGE : BLUE,
                              .count = columns->bins,
                              .x = columns->g,
                              .y = y,
                              .low = low,
                              .high = high};
}

static xh_status draw_steps(xh_sheet *sheet, const way_columns ways[2], xh_error *error) {
    xh_report_series series[4];
    size_t count = 0;
    for (int way = 0; way < 2; way++) {
        const way_columns *c = &ways[way];
        if (c->bins > 0) {
            series[count++] = points_of(c, way, c->mean, c->low, c->high);
            series[count++] = (xh_report_series){.shape = XH_REPORT_LINE,
                                                 .colour = way ? ORANGE : BLUE,
                                                 .count = PLACES,
                                                 .x = c->place,
                                                 .y = c->step};
        }
    }
    const xh_report_figure figure = {.title = "Step of one pulse",
                                     .sentence = "points: measured; lines: nominal device",
                                     .x = xh_report_axis_of("conductance", "S"),
                                     .y = xh_report_axis_of("step", "S"),
                                     .series = series,
                                     .count = count};
    return xh_sheet_figure(sheet, &figure, error);
}

static xh_status draw_misfit(xh_sheet *sheet, const way_columns ways[2], xh_error *error) {
    xh_report_series series[2];
    size_t count = 0;
    for (int way = 0; way < 2; way++) {
        const way_columns *c = &ways[way];
        if (c->bins > 0) {
            series[count++] = points_of(c, way, c->misfit, c->misfit_low, c->misfit_high);
        }
    }
    const xh_report_figure figure = {.title = "Beyond the model",
                                     .sentence = "what steps differ by, 95 % intervals",
                                     .x = xh_report_axis_of("conductance", "S"),
                                     .y = xh_report_axis_of("difference of the step", "S"),
                                     .series = series,
                                     .count = count};
    return xh_sheet_figure(sheet, &figure, error);
}

xh_status xh_fit_plot(const xh_fit *fit, const xh_measured *measured, const char *path,
                      xh_error *error) {
    static way_columns ways[2];
    xh_sheet sheet;
    char title[XH_PARAM_TEXT_SIZE], remark[XH_MEASURED_ORIGIN + 128];
    snprintf(title, sizeof title, "%s fitted to %.200s", fit->model->name, measured->name);
    snprintf(remark, sizeof remark, "%zu devices, %zu trains, %zu pulses up, %zu down%s%s",
             measured->devices, measured->trains, fit->pulses[0], fit->pulses[1],
             measured->origin[0] ? ". Source: " : "", measured->origin);
    xh_status status = xh_sheet_open(&sheet, title, fit->model->summary, remark, error);
    for (int way = 0; way < 2 && status == XH_OK; way++) {
        status = fill_way(fit, way, &ways[way], error);
    }
    status = status == XH_OK ? draw_response(&sheet, fit, measured, error) : status;
    status = status == XH_OK ? draw_steps(&sheet, ways, error) : status;
    status = status == XH_OK ? draw_misfit(&sheet, ways, error) : status;
    return xh_sheet_close(&sheet, status, path, NULL, error);
}
