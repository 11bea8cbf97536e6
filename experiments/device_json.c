/* A measured device as JSON. */
#include "device_view.h"

#include <math.h>

/* Rows of a member of structs, as numbers. */
typedef double column(const xh_device_view *view, size_t row);

static void write_column(xh_json *json, const char *key, size_t count, column *value,
                         const xh_device_view *view) {
    xh_json_open(json, key, '[');
    for (size_t row = 0; row < count; row++) {
        xh_json_number(json, NULL, value(view, row));
    }
    xh_json_close(json, ']');
}

static double weight(const xh_device_view *view, double conductance) {
    return xh_device_weight(&view->response, conductance);
}

static double spread(const xh_device_view *view, double deviation) {
    return deviation / view->response.nominal.unit;
}

static double curve_pulse(const xh_device_view *view, size_t row) {
    (void)view;
    return (double)row;
}
static double curve_mean(const xh_device_view *view, size_t row) {
    return weight(view, view->response.curve.mean[row]);
}
static double curve_std(const xh_device_view *view, size_t row) {
    return spread(view, view->response.curve.std[row]);
}
static double curve_mean_read(const xh_device_view *view, size_t row) {
    return weight(view, view->response.curve.mean_read[row]);
}
static double curve_std_read(const xh_device_view *view, size_t row) {
    return spread(view, view->response.curve.std_read[row]);
}
static double curve_nominal(const xh_device_view *view, size_t row) {
    return weight(view, view->response.curve.nominal[row]);
}

static void write_curve(xh_json *json, const xh_device_view *view) {
    const size_t count = view->response.curve.count;
    xh_json_open(json, "curve", '{');
    write_column(json, "pulse", count, curve_pulse, view);
    write_column(json, "mean", count, curve_mean, view);
    write_column(json, "std", count, curve_std, view);
    write_column(json, "mean_read", count, curve_mean_read, view);
    write_column(json, "std_read", count, curve_std_read, view);
    write_column(json, "nominal", count, curve_nominal, view);
    xh_json_close(json, '}');
}

static double wait_seconds(const xh_device_view *view, size_t row) {
    return view->response.wait[row].seconds;
}
static double wait_target(const xh_device_view *view, size_t row) {
    return weight(view, view->response.wait[row].target);
}
static double wait_mean(const xh_device_view *view, size_t row) {
    return weight(view, view->response.wait[row].mean);
}
static double wait_std(const xh_device_view *view, size_t row) {
    return spread(view, view->response.wait[row].std);
}
static double wait_noise(const xh_device_view *view, size_t row) {
    return spread(view, view->response.wait[row].noise);
}

static void write_drift(xh_json *json, const xh_device_view *view) {
    const size_t count = view->response.waits;
    xh_json_open(json, "drift", '{');
    write_column(json, "seconds", count, wait_seconds, view);
    write_column(json, "target", count, wait_target, view);
    write_column(json, "mean", count, wait_mean, view);
    write_column(json, "std", count, wait_std, view);
    write_column(json, "read_noise", count, wait_noise, view);
    xh_json_close(json, '}');
}

static double programmed_target(const xh_device_view *view, size_t row) {
    return weight(view, view->response.programming[row].target);
}
static double programmed_mean(const xh_device_view *view, size_t row) {
    return weight(view, view->response.programming[row].mean);
}
static double programmed_std(const xh_device_view *view, size_t row) {
    return spread(view, view->response.programming[row].std);
}

static void write_programming(xh_json *json, const xh_device_view *view) {
    const size_t count = view->response.programmed;
    xh_json_open(json, "programming", '{');
    write_column(json, "target", count, programmed_target, view);
    write_column(json, "mean", count, programmed_mean, view);
    write_column(json, "std", count, programmed_std, view);
    xh_json_close(json, '}');
}

static double up_conductance(const xh_device_view *view, size_t row) {
    return view->response.up[row].conductance;
}
static double up_mean(const xh_device_view *view, size_t row) {
    return view->response.up[row].mean;
}
static double up_device(const xh_device_view *view, size_t row) {
    return view->response.up[row].device;
}
static double up_cycle(const xh_device_view *view, size_t row) {
    return view->response.up[row].cycle;
}
static double down_mean(const xh_device_view *view, size_t row) {
    return view->response.down[row].mean;
}
static double down_device(const xh_device_view *view, size_t row) {
    return view->response.down[row].device;
}
static double down_cycle(const xh_device_view *view, size_t row) {
    return view->response.down[row].cycle;
}

static void write_steps(xh_json *json, const xh_device_view *view) {
    const struct {
        const char *key;
        column *value;
        bool down;
    } columns[] = {
        {"conductance_S", up_conductance, false},
        {"up_S", up_mean, false},
        {"up_device_std_S", up_device, false},
        {"up_cycle_std_S", up_cycle, false},
        {"down_S", down_mean, true},
        {"down_device_std_S", down_device, true},
        {"down_cycle_std_S", down_cycle, true},
    };
    xh_json_open(json, "steps", '{');
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        if (!columns[i].down || (view->model->traits & XH_DEVICE_DEPRESSES)) {
            write_column(json, columns[i].key, XH_DEVICE_PLACES, columns[i].value, view);
        }
    }
    xh_json_close(json, '}');
}

static void write_cost(xh_json *json, const xh_device_pulse_cost *cost) {
    const struct {
        const char *key;
        double value;
    } rows[] = {
        {"energy_up_J", cost->energy_up},       {"energy_down_J", cost->energy_down},
        {"energy_reset_J", cost->energy_reset}, {"time_up_s", cost->time_up},
        {"time_down_s", cost->time_down},       {"time_reset_s", cost->time_reset},
        {"endurance_cycles", cost->endurance},
    };
    xh_json_open(json, "pulse", '{');
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xh_json_number(json, rows[i].key, rows[i].value);
    }
    xh_json_close(json, '}');
}

static void write_published(xh_json *json, const xh_device_view *view) {
    double mean = 0, deviation = 0;
    size_t pulse = 0;
    if (xh_device_view_distance(view, &mean, &deviation, &pulse)) {
        xh_json_open(json, "published", '{');
        xh_json_text(json, "source", view->published.source);
        xh_json_number(json, "largest_difference_mean", mean);
        xh_json_number(json, "largest_difference_std", deviation);
        xh_json_number(json, "at_pulse", (double)pulse);
        xh_json_close(json, '}');
    }
}

void xh_device_view_json(const xh_device_view *view) {
    const xh_device_response *response = &view->response;
    xh_json json = {.stream = stdout};
    xh_json_open(&json, NULL, '{');
    xh_json_text(&json, "device", view->name);
    xh_json_text(&json, "model", view->model->name);
    xh_json_number(&json, "cells", (double)view->how.cells);
    xh_json_number(&json, "seed", (double)view->how.seed);
    xh_json_number(&json, "zero_S", response->nominal.zero);
    xh_json_number(&json, "unit_S", response->nominal.unit);
    xh_json_number(&json, "g_min_S", response->nominal.g_min);
    xh_json_number(&json, "g_max_S", response->nominal.g_max);
    xh_json_number(&json, "states", response->states);
    xh_json_number(&json, "symmetry_point", weight(view, response->symmetry_point));
    xh_json_number(&json, "symmetry_point_S", response->symmetry_point);
    xh_json_number(&json, "read_levels", response->levels);
    xh_json_number(&json, "read_noise_S", response->noise);
    write_cost(&json, &response->cost);
    if (view->model->pulse) {
        write_steps(&json, view);
        write_curve(&json, view);
        write_published(&json, view);
    }
    if (response->programmed > 0) {
        write_programming(&json, view);
    }
    if (response->waits > 0) {
        write_drift(&json, view);
    }
    xh_json_close(&json, '}');
}
