/* A measured device as figures beside each other, in one SVG file that stands alone. */
#include "device_view.h"
#include "sheet.h"

#include "crosshebb/array.h"

#include <math.h>
#include <string.h>

enum { BLUE, ORANGE, GREEN, VIOLET, OCHRE, TEAL, PINK, GREY };
enum { BINS = 40, TRACES = 3, MOST_PUBLISHED = 16 };

/* A column of numbers below, at or above a mean. */
static void around(const double *mean, const double *deviation, size_t count, double *low,
                   double *high) {
    for (size_t k = 0; k < count; k++) {
        low[k] = mean[k] - deviation[k];
        high[k] = mean[k] + deviation[k];
    }
}

/* The published response in siemens, those of its rows that were measured too; of many, evenly
 * chosen ones, so that their intervals stand apart. */
static size_t collect_published(const xh_device_view *view, double *x, double *y, double *low,
                                double *high) {
    const xh_published *published = &view->published;
    const xh_device_nominal *nominal = &view->response.nominal;
    const size_t step = published->count / MOST_PUBLISHED + 1;
    size_t count = 0;
    for (size_t r = 0; view->compared && r < published->count; r += step) {
        if (xh_published_row(published, r, &view->how) != SIZE_MAX) {
            const double g = nominal->zero + nominal->unit * published->mean[r];
            const double spread = nominal->unit * published->std[r];
            x[count] = published->pulse[r];
            y[count] = g;
            low[count] = g - spread;
            high[count++] = g + spread;
        }
    }
    return count;
}

/* Conductance against pulses: mean and spread, single cells, a cell without either, and what is
 * published. */
static xh_status draw_curve(xh_sheet *sheet, const xh_device_view *view, xh_error *error) {
    const xh_device_curve *curve = &view->response.curve;
    const size_t n = curve->count;
    double x[XH_PUBLISHED_ROWS], y[XH_PUBLISHED_ROWS], from[XH_PUBLISHED_ROWS],
        to[XH_PUBLISHED_ROWS];
    double *room = xh_array_create(3 * n, sizeof(double));
    if (!room) {
        return xh_error_set(error, XH_MEMORY, "no memory for a figure");
    }
    double *pulse = room, *low = room + n, *high = room + 2 * n;
    around(curve->mean, curve->std, n, low, high);
    for (size_t k = 0; k < n; k++) {
        pulse[k] = (double)k;
    }
    xh_report_series series[TRACES + 4];
    size_t count = 0;
    for (size_t c = 0; c < TRACES && c < curve->cells; c++) {
        series[count++] = (xh_report_series){.label = c == 0 ? "single cells" : NULL,
                                             .shape = XH_REPORT_LINE,
                                             .colour = GREY,
                                             .count = n,
                                             .x = pulse,
                                             .y = curve->cell + c * n};
    }
    series[count++] = (xh_report_series){.label = "mean of the cells, one deviation",
                                         .shape = XH_REPORT_BAND,
                                         .colour = BLUE,
                                         .count = n,
                                         .x = pulse,
                                         .low = low,
                                         .high = high};
    series[count++] = (xh_report_series){
        .shape = XH_REPORT_LINE, .colour = BLUE, .count = n, .x = pulse, .y = curve->mean};
    series[count++] = (xh_report_series){.label = "without spread and noise",
                                         .shape = XH_REPORT_LINE,
                                         .colour = ORANGE,
                                         .count = n,
                                         .x = pulse,
                                         .y = curve->nominal};
    const size_t published = collect_published(view, x, y, from, to);
    if (published > 0) {
        series[count++] = (xh_report_series){.label = "published",
                                             .shape = XH_REPORT_POINTS,
                                             .colour = GREEN,
                                             .count = published,
                                             .x = x,
                                             .y = y,
                                             .low = from,
                                             .high = to};
    }
    const xh_report_figure figure = {.title = "Response to pulses",
                                     .sentence = view->how.down > 0
                                                     ? "up, then down, from the lower bound"
                                                     : "up, from the lower bound",
                                     .x = xh_report_axis_of("pulses", ""),
                                     .y = xh_report_axis_of("conductance", "S"),
                                     .series = series,
                                     .count = count};
    const xh_status status = xh_sheet_figure(sheet, &figure, error);
    xh_array_free(room);
    return status;
}

/* Columns of steps, one way. */
typedef struct step_columns {
    double x[XH_DEVICE_PLACES], mean[XH_DEVICE_PLACES], low[XH_DEVICE_PLACES],
        high[XH_DEVICE_PLACES];
} step_columns;

static void fill_steps(const xh_device_step *steps, step_columns *columns) {
    for (size_t p = 0; p < XH_DEVICE_PLACES; p++) {
        const double deviation = hypot(steps[p].device, steps[p].cycle);
        columns->x[p] = steps[p].conductance;
        columns->mean[p] = steps[p].mean;
        columns->low[p] = steps[p].mean - deviation;
        columns->high[p] = steps[p].mean + deviation;
    }
}

static size_t add_steps(const step_columns *columns, const char *label, int colour,
                        xh_report_series *series) {
    series[0] = (xh_report_series){.label = label,
                                   .shape = XH_REPORT_BAND,
                                   .colour = colour,
                                   .count = XH_DEVICE_PLACES,
                                   .x = columns->x,
                                   .low = columns->low,
                                   .high = columns->high};
    series[1] = (xh_report_series){.shape = XH_REPORT_LINE,
                                   .colour = colour,
                                   .count = XH_DEVICE_PLACES,
                                   .x = columns->x,
                                   .y = columns->mean};
    return 2;
}

static xh_status draw_steps(xh_sheet *sheet, const xh_device_view *view, xh_error *error) {
    static step_columns up, down;
    xh_report_series series[4];
    fill_steps(view->response.up, &up);
    size_t count = add_steps(&up, "up", BLUE, series);
    if (view->model->traits & XH_DEVICE_DEPRESSES) {
        fill_steps(view->response.down, &down);
        count += add_steps(&down, "down", ORANGE, series + count);
    }
    const xh_report_figure figure = {.title = "Step of one pulse",
                                     .sentence =
                                         "mean, and a deviation of cells and pulses together",
                                     .x = xh_report_axis_of("conductance", "S"),
                                     .y = xh_report_axis_of("step", "S"),
                                     .series = series,
                                     .count = count};
    return xh_sheet_figure(sheet, &figure, error);
}

static xh_status draw_distribution(xh_sheet *sheet, const xh_device_view *view, xh_error *error) {
    const xh_device_response *response = &view->response;
    double edges[BINS + 1], cells[BINS] = {0};
    double low = response->distribution[0], high = low;
    char sentence[128];
    for (size_t c = 0; c < response->final; c++) {
        low = fmin(low, response->distribution[c]);
        high = fmax(high, response->distribution[c]);
    }
    high = high > low ? high : low + 1e-3 * response->nominal.g_max;
    for (size_t b = 0; b <= BINS; b++) {
        edges[b] = low + (high - low) * (double)b / BINS;
    }
    for (size_t c = 0; c < response->final; c++) {
        const size_t bin = (size_t)(BINS * (response->distribution[c] - low) / (high - low));
        cells[bin < BINS ? bin : BINS - 1] += 1;
    }
    if (view->model->pulse) {
        snprintf(sentence, sizeof(sentence), "%zu cells after %zu up pulses", response->final,
                 view->how.up);
    } else {
        snprintf(sentence, sizeof(sentence), "%zu cells programmed to half of g_max",
                 response->final);
    }
    const xh_report_series series = {
        .shape = XH_REPORT_STEPS, .colour = BLUE, .count = BINS, .x = edges, .y = cells};
    xh_report_figure figure = {.title = "Distribution over cells",
                               .sentence = sentence,
                               .x = xh_report_axis_of("conductance", "S"),
                               .y = xh_report_axis_of("cells", ""),
                               .series = &series,
                               .count = 1};
    figure.y.low = 0;
    return xh_sheet_figure(sheet, &figure, error);
}

static xh_status draw_programming(xh_sheet *sheet, const xh_device_view *view, xh_error *error) {
    double x[XH_DEVICE_PROGRAMMED], bias[XH_DEVICE_PROGRAMMED], std[XH_DEVICE_PROGRAMMED];
    for (size_t p = 0; p < view->response.programmed; p++) {
        const xh_device_wait *row = &view->response.programming[p];
        x[p] = row->target;
        bias[p] = row->mean - row->target;
        std[p] = row->std;
    }
    const xh_report_series series[] = {{.label = "deviation",
                                        .shape = XH_REPORT_CURVE,
                                        .colour = BLUE,
                                        .count = view->response.programmed,
                                        .x = x,
                                        .y = std},
                                       {.label = "mean error",
                                        .shape = XH_REPORT_CURVE,
                                        .colour = ORANGE,
                                        .count = view->response.programmed,
                                        .x = x,
                                        .y = bias}};
    const xh_report_figure figure = {.title = "Programming error",
                                     .sentence = "closed loop, as left behind",
                                     .x = xh_report_axis_of("target", "S"),
                                     .y = xh_report_axis_of("error", "S"),
                                     .series = series,
                                     .count = 2};
    return xh_sheet_figure(sheet, &figure, error);
}

/* Columns of the times after one target, the first of which, zero, a logarithmic axis has not. */
typedef struct wait_columns {
    char label[XH_QUANTITY_SIZE + 16];
    double x[XH_DEVICE_TIMES], mean[XH_DEVICE_TIMES], low[XH_DEVICE_TIMES], high[XH_DEVICE_TIMES],
        noise[XH_DEVICE_TIMES];
} wait_columns;

static void fill_waits(const xh_device_view *view, size_t target, wait_columns *columns) {
    for (size_t t = 1; t < XH_DEVICE_TIMES; t++) {
        const xh_device_wait *row = &view->response.wait[target * XH_DEVICE_TIMES + t];
        columns->x[t - 1] = row->seconds;
        columns->mean[t - 1] = row->mean;
        columns->low[t - 1] = row->mean - row->std;
        columns->high[t - 1] = row->mean + row->std;
        columns->noise[t - 1] = row->noise;
    }
    const double g = view->response.wait[target * XH_DEVICE_TIMES].target;
    const xh_quantity_scale scale = xh_quantity_scale_of(g);
    snprintf(columns->label, sizeof(columns->label), "%.3g %sS", g / scale.divisor,
             strcmp(scale.prefix, "u") == 0 ? "µ" : scale.prefix);
}

static xh_report_axis time_axis(void) {
    static const char *const ticks[] = {"1 s", "1 min", "1 h", "1 day", "1 year"};
    static const double places[] = {1, 60, 3600, 86400, 31536000};
    xh_report_axis axis = xh_report_axis_of("time after programming", "");
    axis.logarithmic = true;
    axis.low = 1;
    axis.high = 1e8;
    axis.ticks = ticks;
    axis.places = places;
    axis.tick_count = sizeof(ticks) / sizeof(ticks[0]);
    return axis;
}

static xh_status draw_drift(xh_sheet *sheet, const xh_device_view *view, xh_error *error) {
    static wait_columns columns[XH_DEVICE_TARGETS];
    xh_report_series series[2 * XH_DEVICE_TARGETS];
    const size_t targets = view->response.waits / XH_DEVICE_TIMES;
    for (size_t t = 0; t < targets; t++) {
        fill_waits(view, t, &columns[t]);
        series[2 * t] = (xh_report_series){.label = columns[t].label,
                                           .shape = XH_REPORT_BAND,
                                           .colour = (int)t,
                                           .count = XH_DEVICE_TIMES - 1,
                                           .x = columns[t].x,
                                           .low = columns[t].low,
                                           .high = columns[t].high};
        series[2 * t + 1] = (xh_report_series){.shape = XH_REPORT_LINE,
                                               .colour = (int)t,
                                               .count = XH_DEVICE_TIMES - 1,
                                               .x = columns[t].x,
                                               .y = columns[t].mean};
    }
    const xh_report_figure figure = {.title = "Drift",
                                     .sentence = "mean of cells programmed to a target, one "
                                                 "deviation",
                                     .x = time_axis(),
                                     .y = xh_report_axis_of("conductance", "S"),
                                     .series = series,
                                     .count = 2 * targets};
    return xh_sheet_figure(sheet, &figure, error);
}

static xh_status draw_noise_in_time(xh_sheet *sheet, const xh_device_view *view, xh_error *error) {
    static wait_columns columns[XH_DEVICE_TARGETS];
    xh_report_series series[XH_DEVICE_TARGETS];
    const size_t targets = view->response.waits / XH_DEVICE_TIMES;
    for (size_t t = 0; t < targets; t++) {
        fill_waits(view, t, &columns[t]);
        series[t] = (xh_report_series){.label = columns[t].label,
                                       .shape = XH_REPORT_LINE,
                                       .colour = (int)t,
                                       .count = XH_DEVICE_TIMES - 1,
                                       .x = columns[t].x,
                                       .y = columns[t].noise};
    }
    xh_report_figure figure = {.title = "Read noise",
                               .sentence = "deviation of one read of a cell",
                               .x = time_axis(),
                               .y = xh_report_axis_of("deviation", "S"),
                               .series = series,
                               .count = targets};
    figure.y.low = 0;
    return xh_sheet_figure(sheet, &figure, error);
}

/* What pulses do on their way: the spread of the cells, as programmed and as read. */
static xh_status draw_spread(xh_sheet *sheet, const xh_device_view *view, xh_error *error) {
    const xh_device_curve *curve = &view->response.curve;
    double *pulse = xh_array_create(curve->count, sizeof(double));
    if (!pulse) {
        return xh_error_set(error, XH_MEMORY, "no memory for a figure");
    }
    for (size_t k = 0; k < curve->count; k++) {
        pulse[k] = (double)k;
    }
    const xh_report_series series[] = {{.label = "as programmed",
                                        .shape = XH_REPORT_LINE,
                                        .colour = BLUE,
                                        .count = curve->count,
                                        .x = pulse,
                                        .y = curve->std},
                                       {.label = "as read",
                                        .shape = XH_REPORT_LINE,
                                        .colour = ORANGE,
                                        .count = curve->count,
                                        .x = pulse,
                                        .y = curve->std_read}};
    xh_report_figure figure = {.title = "Spread of the cells",
                               .sentence = "deviation over cells, without and with read noise",
                               .x = xh_report_axis_of("pulses", ""),
                               .y = xh_report_axis_of("deviation", "S"),
                               .series = series,
                               .count = 2};
    figure.y.low = 0;
    const xh_status status = xh_sheet_figure(sheet, &figure, error);
    xh_array_free(pulse);
    return status;
}

static xh_status draw_all(xh_sheet *sheet, const xh_device_view *view, xh_error *error) {
    typedef xh_status draw(xh_sheet *, const xh_device_view *, xh_error *);
    const bool pulses = view->model->pulse != NULL, waits = view->response.waits > 0;
    const struct {
        bool applies;
        draw *draw;
    } figures[] = {
        {pulses, draw_curve},
        {pulses, draw_steps},
        {view->response.programmed > 0, draw_programming},
        {true, draw_distribution},
        {pulses, draw_spread},
        {waits, draw_drift},
        {waits, draw_noise_in_time},
    };
    xh_status status = XH_OK;
    for (size_t f = 0; f < sizeof(figures) / sizeof(figures[0]) && status == XH_OK; f++) {
        if (figures[f].applies) {
            status = figures[f].draw(sheet, view, error);
        }
    }
    return status;
}

xh_status xh_device_view_plot(const xh_device_view *view, const char *path, xh_error *error) {
    xh_sheet sheet;
    char subtitle[XH_PARAM_TEXT_SIZE];
    snprintf(subtitle, sizeof(subtitle), "%zu cells, seed %llu", view->how.cells,
             (unsigned long long)view->how.seed);
    xh_status status = xh_sheet_open(&sheet, view->name, view->summary, subtitle, error);
    if (status == XH_OK) {
        status = draw_all(&sheet, view, error);
    }
    return xh_sheet_close(&sheet, status, path, view->compared ? view->published.source : NULL,
                          error);
}
