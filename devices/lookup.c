/*
 * A cell whose steps are those that were measured: a table of quantiles of the step against the
 * conductance, for up and for down pulses.
 *
 *     up, down:  G <- G + range_i (m(s) + cycle_noise (q(s, u) - m(s))),  within [g_min_i, g_max_i]
 *                s = (G - g_min_i) / range_i,  u = Phi(x)
 *
 *     q(s, u)           step in shares of the range that a pulse of this direction at s stays below
 *                       with probability u: bilinear between the knots of the table
 *     m(s)              its mean over u
 *     g_min_i, g_max_i  range of the cell's table, moved as g_min and g_max are against the mean
 *                       range of the tables: as measured where they are not given                S
 *     range_i           g_max_i - g_min_i                                                        S
 *     x                 standard normal of the pulse, so that u is uniform                       1
 *
 * Each cell follows one of the tables, drawn at random once: several tables, of several measured
 * devices, are the device-to-device spread, and there is no other.
 *
 * The form is that of the tables of Sandia's CrossSim (S. Agarwal et al., IEDM 2015-2016 and its
 * manual, from memory), whose text files crosshebb import reads. Departures: steps are
 * relative to the range; one pulse is one draw, and n pulses are n draws, where CrossSim scales one.
 */
#include "crosshebb/kernel.h"
#include "crosshebb/step_table.h"
#include "devices/device_list.h"
#include "devices/normal.h"
#include "devices/own_bounds.h"
#include "devices/span.h"

#include <math.h>

typedef struct lookup_params {
    double g_min;
    double g_max;
    double cycle_noise;
    double read_noise;
    xh_device_pulse_cost cost;
    char table[XH_PARAM_TEXT_SIZE];
    char checksum[XH_PARAM_TEXT_SIZE];
    const xh_step_table *steps; /* NULL: the example */
} lookup_params;

enum { G, LOW, HIGH, TABLE, PLANES };

static const xh_param rows[] = {
    XH_TEXT(lookup_params, table, "example", NULL,
            "file of steps, from the folder of the file that names it: of crosshebb import, "
            "or a result with its device; example: a made-up cell [assumed]"),
    XH_TEXT(lookup_params, checksum, "", NULL,
            "of the steps, which must have it; empty: any [written by the program]"),
    XH_REAL(lookup_params, g_min, "S", XH_MICROSIEMENS(1), 0, 1e-3,
            "lower end of the range, mean over tables; not given: the file's [example: assumed]"),
    XH_REAL(lookup_params, g_max, "S", XH_MICROSIEMENS(10), 0, 1e-3,
            "upper end of the range, mean over tables; not given: the file's [example: assumed]"),
    XH_REAL(lookup_params, cycle_noise, "1", 1, 0, 10,
            "factor of the deviation of a step from its mean; 1: as measured [by definition]"),
    XH_REAL(lookup_params, read_noise, "1", 0.005, 0, 10,
            "spread of a read, relative to g_max - g_min; 0 for none [assumed]"),
    SPAN_RRAM_ROWS(lookup_params),
};

static const xh_param_table table = XH_PARAM_TABLE(lookup_params, rows);

static const xh_plane planes[PLANES] = {
    [G] = {"conductance", "S", "conductance as programmed"},
    [LOW] = {"g_min", "S", "lower end of the cell's range"},
    [HIGH] = {"g_max", "S", "upper end of the cell's range"},
    [TABLE] = {"table", "1", "table that the cell follows, from 0"},
};

static const xh_step_table *steps_of(const lookup_params *p) {
    return p->steps ? p->steps : &xh_step_table_example;
}

static const xh_step_table **hold(void *params) {
    return &((lookup_params *)params)->steps;
}

static xh_device_nominal nominal(const void *params) {
    const lookup_params *p = params;
    const double range = p->g_max - p->g_min;
    return (xh_device_nominal){
        .g_min = p->g_min,
        .g_max = p->g_max,
        .step_up = range * xh_step_table_mean(steps_of(p), 1, 0.5),
        .step_down = -range * xh_step_table_mean(steps_of(p), -1, 0.5),
        .zero = p->g_min,
        .unit = range,
    };
}

static xh_device_pulse_cost cost(const void *params) {
    return ((const lookup_params *)params)->cost;
}

static void restore(xh_cells cells) {
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        cells.plane[G][c] = cells.plane[LOW][c];
    }
}

static void init(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double now) {
    (void)now;
    const lookup_params *p = params;
    const xh_step_table *steps = steps_of(p);
    const double scale = (p->g_max - p->g_min) / (steps->g_max - steps->g_min);
    float *chosen = cells.plane[TABLE];
    xh_rng_uniform(stream, first, cells.count, chosen);
    for (size_t c = 0; c < cells.count; c++) {
        const size_t t = (size_t)((double)chosen[c] * (double)steps->tables);
        const double low = p->g_min + scale * (steps->low[t] - steps->g_min);
        const double high = p->g_max + scale * (steps->high[t] - steps->g_max);
        cells.plane[LOW][c] = (float)fmax(low, 0);
        cells.plane[HIGH][c] = (float)fmax(high, fmax(low, 0));
        chosen[c] = (float)t;
    }
    restore(cells);
}

/* The knot below x, but not the last one; the number of steps depends on the axis alone. */
static inline size_t knot_below(const float *axis, size_t count, float x) {
    size_t below = 0;
    for (size_t left = count - 1; left > 1; left -= left / 2) {
        size_t middle = below + left / 2;
        below = axis[middle] <= x ? middle : below;
    }
    return below;
}

/* How far x is from that knot to the next, 0 at or below the first and 1 at or above the last. */
static inline float part_above(const float *axis, size_t below, float x) {
    return span_clip((x - axis[below]) / (axis[below + 1] - axis[below]), 0.0F, 1.0F);
}

static inline float between(float from, float to, float part) {
    return from + part * (to - from);
}

XH_KERNEL
static void pulse(const void *params, xh_cells cells, const float *direction, const float *noise,
                  double now, xh_pulse_tally *tally) {
    (void)now;
    const lookup_params *p = params;
    const xh_step_table *steps = steps_of(p);
    const size_t conductances = steps->conductances;
    const size_t probabilities = steps->probabilities;
    const float cycle = (float)p->cycle_noise;
    float *g = cells.plane[G];
    const float *low = cells.plane[LOW];
    const float *high = cells.plane[HIGH];
    span_events events = {0};
    for (size_t c = 0; c < cells.count; c++) {
        float range = high[c] - low[c];
        float share = range > 0.0F ? (g[c] - low[c]) / range : 0.0F;
        float probability = span_normal_probability(noise[c]);
        size_t i = knot_below(steps->conductance, conductances, share);
        size_t j = knot_below(steps->probability, probabilities, probability);
        float along = part_above(steps->conductance, i, share);
        float across = part_above(steps->probability, j, probability);
        size_t row = (size_t)cells.plane[TABLE][c] * conductances + i;
        const float *quantile =
            (direction[c] > 0.0F ? steps->up : steps->down) + row * probabilities + j;
        const float *mean = (direction[c] > 0.0F ? steps->mean_up : steps->mean_down) + row;
        float step =
            between(between(quantile[0], quantile[1], across),
                    between(quantile[probabilities], quantile[probabilities + 1], across), along);
        float middle = between(mean[0], mean[1], along);
        float target = g[c] + range * (middle + cycle * (step - middle));
        g[c] = span_land(&events, direction[c], g[c], target, low[c], high[c]);
    }
    span_count(tally, events);
}

static void reset(const void *params, xh_cells cells, const float *noise, double now,
                  xh_pulse_tally *tally) {
    (void)params, (void)noise, (void)now;
    restore(cells);
    tally->reset += cells.count;
}

static void read(const void *params, xh_cells cells, double now, float *conductance,
                 float *variance) {
    (void)now;
    const lookup_params *p = params;
    const double deviation = p->read_noise * (p->g_max - p->g_min);
    xh_own_bounds_read(cells.plane[G], cells.count, deviation, conductance, variance);
}

const xh_device_model xh_device_lookup = {
    .name = "lookup",
    .summary = "steps as measured: tables of their quantiles against the conductance",
    .equations =
        "up, down:  G <- G + range_i (m(s) + cycle_noise (q(s, u) - m(s)))\n"
        "           s = (G - g_min_i) / range_i,  within [g_min_i, g_max_i]\n"
        "           u uniform: the probability of a standard normal of the pulse\n"
        "q(s, u):   the table of the direction, bilinear between its knots; m(s) its mean over u\n"
        "cell:      one of the tables at random; its range_i = g_max_i - g_min_i as measured, "
        "moved "
        "as g_min\n"
        "           and g_max are against the mean of the tables\n"
        "RESET:     G <- g_min_i\n"
        "read:      G + read_noise (g_max - g_min) x",
    .reference = "the form of the tables of Sandia's CrossSim (S. Agarwal et al.; source from "
                 "memory), relative to the range, one draw a pulse; the physics is the table's",
    .params = &table,
    .traits = XH_DEVICE_DEPRESSES | XH_DEVICE_RESETS | XH_DEVICE_READ_NOISE | XH_DEVICE_EVEN_NOISE,
    .planes = PLANES,
    .plane = planes,
    .table = hold,
    .nominal = nominal,
    .cost = cost,
    .init = init,
    .pulse = pulse,
    .reset = reset,
    .read = read,
};
