/*
 * The ideal cell: every pulse moves the conductance by exactly one step, without spread or noise.
 *
 *     up:    G <- min(G + step, g_max)        step = (g_max - g_min) / states
 *     down:  G <- max(G - step, g_min)
 *     RESET: G <- g_min
 *
 *     g_min, g_max   bounds                    S     0 ... 1e-3
 *     states         steps between the bounds  1     1 ... 1e6
 *
 * It stands for no device: it is what the others are compared with. Its pulses cost what those of a
 * filamentary resistive cell do.
 */
#include "devices/device_list.h"
#include "devices/span.h"

#include <string.h>

typedef struct ideal_params {
    double g_min;
    double g_max;
    double states;
    xh_device_pulse_cost cost;
} ideal_params;

static const xh_param rows[] = {
    XH_REAL(ideal_params, g_min, "S", XH_MICROSIEMENS(0.1), 0, 1e-3,
            "lower bound of the conductance [range of a 90 nm phase-change cell]"),
    XH_REAL(ideal_params, g_max, "S", XH_MICROSIEMENS(25.1), 0, 1e-3,
            "upper bound of the conductance [range of a 90 nm phase-change cell]"),
    XH_REAL(ideal_params, states, "1", 1000, 1, 1e6, "steps from one bound to the other [assumed]"),
    SPAN_RRAM_ROWS(ideal_params),
};

static const xh_param_table table = XH_PARAM_TABLE(ideal_params, rows);

static const xh_plane planes[] = {{"conductance", "S", "conductance as programmed"}};

static xh_device_nominal nominal(const void *params) {
    const ideal_params *p = params;
    double step = (p->g_max - p->g_min) / p->states;
    return (xh_device_nominal){p->g_min, p->g_max, step, step, p->g_min, p->g_max - p->g_min};
}

static xh_device_pulse_cost cost(const void *params) {
    return ((const ideal_params *)params)->cost;
}

static void restore(const ideal_params *p, xh_cells cells) {
    const float low = (float)p->g_min;
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        cells.plane[0][c] = low;
    }
}

static void init(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double now) {
    (void)stream, (void)first, (void)now;
    restore(params, cells);
}

static void pulse(const void *params, xh_cells cells, const float *direction, const float *noise,
                  double now, xh_pulse_tally *tally) {
    (void)noise, (void)now;
    const ideal_params *p = params;
    const float step = (float)nominal(p).step_up;
    const float low = (float)p->g_min;
    const float high = (float)p->g_max;
    float *g = cells.plane[0];
    span_events events = {0};
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        g[c] = span_land(&events, direction[c], g[c], g[c] + direction[c] * step, low, high);
    }
    span_count(tally, events);
}

static void reset(const void *params, xh_cells cells, const float *noise, double now,
                  xh_pulse_tally *tally) {
    (void)noise, (void)now;
    restore(params, cells);
    tally->reset += cells.count;
}

static void read(const void *params, xh_cells cells, double now, float *conductance,
                 float *variance) {
    (void)params, (void)now;
    memcpy(conductance, cells.plane[0], cells.count * sizeof *conductance);
    if (variance) {
        memset(variance, 0, cells.count * sizeof *variance);
    }
}

const xh_device_model xh_device_ideal = {
    .name = "ideal",
    .summary = "every pulse is exactly one step; no spread, no noise",
    .equations = "up:    G <- min(G + step, g_max),  step = (g_max - g_min) / states\n"
                 "down:  G <- max(G - step, g_min)\n"
                 "RESET: G <- g_min",
    .reference = "no device: the model that the others are compared with",
    .params = &table,
    .traits = XH_DEVICE_DEPRESSES | XH_DEVICE_RESETS,
    .planes = sizeof(planes) / sizeof(planes[0]),
    .plane = planes,
    .nominal = nominal,
    .cost = cost,
    .init = init,
    .pulse = pulse,
    .reset = reset,
    .read = read,
};
