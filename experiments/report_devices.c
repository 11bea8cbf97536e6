/* What a run did to its devices: conductances, pulses, wear. */
#include "report_figure.h"
#include "report_run.h"

#include <stdlib.h>

enum { PATH = XH_PARAM_TEXT_SIZE + 32 };

/* Histograms of the layers that have one, as shares of their devices. */
typedef struct histograms {
    size_t count;
    xh_result_array edges[XH_CONFIG_LAYERS];
    xh_result_array devices[XH_CONFIG_LAYERS];
    xh_report_series series[XH_CONFIG_LAYERS];
} histograms;

static void free_histograms(histograms *all) {
    for (size_t h = 0; h < all->count; h++) {
        xh_result_array_free(&all->edges[h]);
        xh_result_array_free(&all->devices[h]);
    }
}

/* Leaves out empty bins at both ends, and a first bin from 0 where the axis is logarithmic. */
static void trim(xh_report_series *series, bool logarithmic) {
    while (series->count > 1 && (series->y[0] <= 0 || (logarithmic && series->x[0] <= 0))) {
        series->x++;
        series->y++;
        series->count--;
    }
    while (series->count > 1 && series->y[series->count - 1] <= 0) {
        series->count--;
    }
}

static xh_status read_histogram(const xh_report_run *run, const char *group, size_t layer,
                                bool logarithmic, histograms *all, xh_error *error) {
    char path[PATH];
    xh_result_array *edges = &all->edges[all->count], *devices = &all->devices[all->count];
    const char *name = run->layers[layer].name;
    snprintf(path, sizeof(path), "/%s/%s/devices", group, name);
    if (!xh_result_has(run->result, path)) {
        return XH_OK;
    }
    xh_status status = xh_result_array_read(run->result, path, devices, error);
    if (status != XH_OK) {
        return status;
    }
    snprintf(path, sizeof(path), "/%s/%s/edges", group, name);
    status = xh_result_array_read(run->result, path, edges, error);
    if (status == XH_OK && edges->count != devices->count + 1) {
        status = xh_error_set(error, XH_INPUT, "%s: %s does not bound the bins of %s",
                              xh_result_path(run->result), path, devices->name);
    }
    double total = 0;
    for (size_t k = 0; k < devices->count; k++) {
        total += devices->values[k];
    }
    for (size_t k = 0; k < devices->count; k++) {
        devices->values[k] /= total > 0 ? total : 1;
    }
    xh_report_series *series = &all->series[all->count++];
    *series = (xh_report_series){name,          XH_REPORT_STEPS, (int)layer, devices->count,
                                 edges->values, devices->values, NULL,       NULL};
    if (status == XH_OK) {
        trim(series, logarithmic);
    }
    return status;
}

/* The figure of a group's histograms. */
static xh_status write_histograms(xh_report_page *page, const xh_report_run *run, const char *group,
                                  xh_report_figure figure, xh_error *error) {
    histograms all = {.count = 0};
    xh_status status = XH_OK;
    for (size_t l = 0; status == XH_OK && l < run->layer_count; l++) {
        status = read_histogram(run, group, l, figure.x.logarithmic, &all, error);
    }
    figure.series = all.series;
    figure.count = all.count;
    if (status == XH_OK && all.count > 0) {
        status = xh_report_figure_write(page, &figure, error);
    }
    free_histograms(&all);
    return status;
}

/* Of all layers: the trace of each has the sums over the network, of which the last has the latest.
 */
static xh_status write_pulses(xh_report_page *page, const xh_report_run *run, xh_error *error) {
    static const char *const kinds[] = {"up", "down", "reset", "effective", "clipped"};
    static const char *const columns[] = {"pulses_up", "pulses_down", "pulses_reset",
                                          "pulses_effective", "pulses_clipped"};
    enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
    double low[KINDS] = {0}, high[KINDS] = {0};
    for (size_t l = 0; l < run->layer_count; l++) {
        for (size_t k = 0; k < KINDS; k++) {
            const xh_result_array *column = xh_report_layer_column(run, l, columns[k]);
            const size_t rows = run->layers[l].train.rows;
            high[k] = column && rows > 0 ? column->values[rows - 1] : high[k];
        }
    }
    const xh_report_series series = {"pulses", XH_REPORT_BARS, 0, KINDS, NULL, NULL, low, high};
    xh_report_figure figure = {"Pulses by kind",
                               "Of learning and refresh, all layers: attempted up, down and RESET; "
                               "of the first two, those "
                               "that changed a conductance and those that a bound cut short.",
                               xh_report_axis_of("kind", ""),
                               xh_report_axis_of("number", "pulses"),
                               &series,
                               1};
    figure.x.ticks = kinds;
    figure.x.tick_count = KINDS;
    figure.x.low = -0.6;
    figure.x.high = KINDS - 0.4;
    figure.y.low = 0;
    return xh_report_figure_write(page, &figure, error);
}

static xh_status write_wear_course(xh_report_page *page, const xh_report_run *run,
                                   xh_error *error) {
    xh_report_series series[XH_CONFIG_LAYERS];
    size_t count = 0;
    for (size_t l = 0; l < run->layer_count; l++) {
        const xh_result_array *image = xh_report_layer_column(run, l, "image");
        const xh_result_array *wear = xh_report_layer_column(run, l, "wear_max");
        const size_t rows = run->layers[l].train.rows;
        if (image && wear && rows > 0 && wear->values[rows - 1] > 0) {
            series[count++] = (xh_report_series){run->layers[l].name, XH_REPORT_LINE, (int)l, rows,
                                                 image->values,       wear->values,   NULL,   NULL};
        }
    }
    xh_report_figure figure = {"Wear against images",
                               "Largest wear of a device of the layer.",
                               xh_report_axis_of("images of the layer", ""),
                               xh_report_axis_of("wear (cycles)", ""),
                               series,
                               count};
    figure.x.low = figure.y.low = 0;
    return count > 0 ? xh_report_figure_write(page, &figure, error) : XH_OK;
}

bool xh_report_has_devices(const void *context) {
    const xh_report_run *run = context;
    return xh_result_has(run->result, "/wear");
}

static void write_rating(xh_report_page *page, const xh_report_run *run) {
    const double rated = xh_result_number(run->result, "/ledger/device", "endurance");
    const double most = xh_report_run_figure(run, "wear_max");
    if (rated > 0 && isfinite(most)) {
        xh_report_paragraph(page,
                            "The most worn device has lived through %.4g of %.4g rated cycles: "
                            "%.3g of its life.",
                            most, rated, most / rated);
    }
}

xh_status xh_report_devices(xh_report_page *page, const void *context, xh_error *error) {
    const xh_report_run *run = context;
    xh_report_figure conductance = {
        "Conductances",
        "Every device at the end of the run; the bins span 0 to the largest.",
        xh_report_axis_of("conductance", "S"),
        xh_report_axis_of("share of the devices", ""),
        NULL,
        0};
    xh_report_figure wear = {"Wear",
                             "Cycles that each device was worn by, ten bins a decade.",
                             xh_report_axis_of("wear (cycles)", ""),
                             xh_report_axis_of("share of the devices", ""),
                             NULL,
                             0};
    conductance.x.low = conductance.y.low = wear.y.low = 0;
    wear.x.logarithmic = true;
    write_rating(page, run);
    xh_report_html(page, "<div class=\"figures\">\n");
    xh_status status = write_histograms(page, run, "conductance", conductance, error);
    if (status == XH_OK) {
        status = write_histograms(page, run, "wear", wear, error);
    }
    if (status == XH_OK) {
        status = write_pulses(page, run, error);
    }
    if (status == XH_OK) {
        status = write_wear_course(page, run, error);
    }
    xh_report_html(page, "</div>\n");
    return status;
}
