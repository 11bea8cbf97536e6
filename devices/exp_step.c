/*
 * A cell whose steps change exponentially with its state, as fitted to measured staircases.
 *
 *     up:    G <- G + up_i y_up (1 + cycle_noise x),      y_up = max(1 - A_up e^(rate_up z), 0)
 *     down:  G <- G - down_i y_down (1 + cycle_noise x),  y_down = max(1 - A_down e^(-rate_down z), 0)
 *     z = 2 slope (G - zero) / (g_max_i - g_min_i) + offset
 *
 * within [g_min_i, g_max_i], with a standard normal x drawn a pulse. With noise_added or noise_rise
 * the noise of a step d is not d cycle_noise x but
 *
 *     cycle_noise (|d| + noise_added range + noise_rise |G - zero|) x
 *
 * A cell without room between its bounds does not move. A_up, A_down = 0 is constant_step. Bounds,
 * steps, RESET, time and reads are those of bounded.h, where the symbols are explained; up_i and
 * down_i are scales here, and a step at weight zero is y(offset) of them.
 *
 * N. Gong et al., Nat. Commun. 9, 2102 (2018), DOI 10.1038/s41467-018-04485-1 (from memory), whose
 * cells IBM's aihwkit fits by this law; it is its ExpStep in siemens instead of weights.
 */
#include "crosshebb/kernel.h"
#include "devices/bounded.h"
#include "devices/device_list.h"
#include "devices/exponential.h"

#include <float.h>
#include <math.h>

typedef struct exp_params {
    xh_bounded_params cell;
    double bend_up;
    double bend_down;
    double rate_up;
    double rate_down;
    double slope;
    double offset;
    double noise_added;
    double noise_rise;
} exp_params;

#define EXP_REAL(field, initial, minimum, maximum, sentence)                                       \
    XH_REAL(exp_params, field, "1", initial, minimum, maximum,                                     \
            sentence " [aihwkit ExpStep default]")

static const xh_param rows[] = {
    BOUNDED_ROWS,
    EXP_REAL(bend_up, 0.00081, -1e6, 1e6, "A_up: what the exponential takes off the up step"),
    EXP_REAL(bend_down, 0.36833, -1e6, 1e6, "A_down: what it takes off the down step"),
    EXP_REAL(rate_up, 12.44625, -80, 80, "rate of the exponential of up steps"),
    EXP_REAL(rate_down, 12.78785, -80, 80, "rate of the exponential of down steps"),
    EXP_REAL(slope, 0.244, -10, 10, "change of z over half the range"),
    EXP_REAL(offset, 0.2425, -10, 10, "z at weight zero"),
    EXP_REAL(noise_added, 0, 0, 1000,
             "spread of a step of no size, relative to g_max - g_min, in units of cycle_noise"),
    EXP_REAL(noise_rise, 0, 0, 1000,
             "rise of the spread of a step away from weight zero, in units of cycle_noise"),
};

static const xh_param_table table = XH_PARAM_TABLE(exp_params, rows);

static const xh_plane planes[] = {BOUNDED_CELL_PLANES, BOUNDED_OPTION_PLANES};

/* Shares of the scales that steps are where z is as given. */
static double share(double bend, double rate, double z) {
    return fmax(1 - bend * exp(rate * z), 0);
}

/* Steps at mid-range; a thousandth of the scale where the law has none there. */
static xh_device_nominal nominal(const void *params) {
    const exp_params *p = params;
    const double z = 2 * p->slope * (0.5 - p->cell.weight_zero) + p->offset;
    return xh_bounded_nominal(&p->cell, fmax(share(p->bend_up, p->rate_up, z), 1e-3),
                              fmax(share(p->bend_down, -p->rate_down, z), 1e-3));
}

XH_KERNEL
static void step_cells(const exp_params *p, xh_cells cells, const float *direction,
                       const float *noise, xh_pulse_tally *tally) {
    const float cycle = (float)p->cell.cycle_noise;
    const float zero = bounded_zero(&p->cell);
    const float twice = 2.0F * (float)p->slope;
    const float offset = (float)p->offset;
    const float bend_up = (float)p->bend_up;
    const float bend_down = (float)p->bend_down;
    const float rate_up = (float)p->rate_up;
    const float rate_down = -(float)p->rate_down;
    const float added = (float)(p->noise_added * (p->cell.g_max - p->cell.g_min));
    const float rise = (float)p->noise_rise;
    float *g = cells.plane[BOUNDED_G];
    const float *low = cells.plane[BOUNDED_LOW];
    const float *high = cells.plane[BOUNDED_HIGH];
    const float *up = cells.plane[BOUNDED_UP];
    const float *down = cells.plane[BOUNDED_DOWN];
    span_events events = {0};
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float rising = up[c];
        float falling = -down[c];
        float room = high[c] - low[c];
        float above = g[c] - zero;
        float z = twice * above / (room < FLT_MIN ? FLT_MIN : room) + offset;
        float scale = direction[c] > 0.0F ? rising : falling;
        float bend = direction[c] > 0.0F ? bend_up : bend_down;
        float rate = direction[c] > 0.0F ? rate_up : rate_down;
        float y = 1.0F - bend * span_exp(rate * z);
        float step = scale * (y < 0.0F ? 0.0F : y);
        float size = step < 0.0F ? -step : step;
        float away = above < 0.0F ? -above : above;
        float stray = cycle * noise[c] * (size + (added + rise * away));
        float sign = direction[c] > 0.0F ? 1.0F : -1.0F;
        float moved = g[c] + (step + sign * stray);
        float target = room < FLT_MIN ? g[c] : moved;
        g[c] = span_land(&events, direction[c], g[c], target, low[c], high[c]);
    }
    span_count(tally, events);
}

static void pulse(const void *params, xh_cells cells, const float *direction, const float *noise,
                  double now, xh_pulse_tally *tally) {
    (void)now;
    step_cells(params, cells, direction, noise, tally);
    xh_bounded_show(params, 0, cells, direction, noise);
}

const xh_device_model xh_device_exp_step = {
    .name = "exp_step",
    .summary = "steps that change exponentially with the state, as fitted to staircases",
    .equations =
        "up:    G <- G + up_i y_up (1 + cycle_noise x),  y_up = max(1 - A_up e^(rate_up z), 0)\n"
        "down:  G <- G - down_i y_down (1 + cycle_noise x),  y_down = max(1 - A_down e^(-rate_down "
        "z), 0)\n"
        "       z = 2 slope (G - zero) / (g_max_i - g_min_i) + offset, within [g_min_i, g_max_i]\n"
        "       A_up = bend_up, A_down = bend_down; with noise_added or noise_rise the noise of a "
        "step d is\n"
        "       cycle_noise (|d| + noise_added range + noise_rise |G - zero|) "
        "x\n" BOUNDED_EQUATIONS,
    .reference = "N. Gong et al., Nat. Commun. 9, 2102 (2018), DOI 10.1038/s41467-018-04485-1 "
                 "(from memory); ExpStep of IBM's aihwkit, in siemens",
    BOUNDED_DESCRIPTOR(bounded),
    .init = xh_bounded_init,
};
