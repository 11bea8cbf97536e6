/*
 * A cell whose steps are a power of what is left to the bound.
 *
 *     up:    G <- G + up_i ((g_max_i - G) / (g_max_i - g_min_i))^power_up_i (1 + cycle_noise x)
 *     down:  G <- G - down_i ((G - g_min_i) / (g_max_i - g_min_i))^power_down_i (1 + cycle_noise x)
 *
 * within [g_min_i, g_max_i], with a standard normal x drawn a pulse and, once a cell,
 *
 *     power_up_i   = power |gain + power_up_down_spread x9 + min(power_up_down, 0)|
 *     power_down_i = power |gain - power_up_down_spread x9 - max(power_up_down, 0)|
 *     gain         = 1 + power_spread x8
 *
 * up_i and down_i are the cell's steps at the far bound; at mid-range they are a share 2^-power of
 * that. power = 0 is constant_step, power = 1 steps that shrink linearly, as those of soft_bounds
 * with weight zero at the far bound. A cell without room between its bounds does not move. Bounds,
 * steps, RESET, time and reads are those of bounded.h, where the symbols are explained.
 *
 * It is PowStep of IBM's aihwkit (M. J. Rasch et al., AICAS 2021, DOI
 * 10.1109/AICAS51828.2021.9458494 (from memory)), in siemens instead of weights.
 */
#include "crosshebb/kernel.h"
#include "devices/bounded.h"
#include "devices/device_list.h"
#include "devices/exponential.h"

#include <float.h>
#include <math.h>

typedef struct pow_params {
    xh_bounded_params cell;
    double power;
    double power_spread;
    double power_up_down;
    double power_up_down_spread;
} pow_params;

#define POW_REAL(field, initial, minimum, maximum, sentence)                                       \
    XH_REAL(pow_params, field, "1", initial, minimum, maximum,                                     \
            sentence " [aihwkit PowStep default]")

static const xh_param rows[] = {
    BOUNDED_ROWS,
    POW_REAL(power, 1, 0, 20, "power of what is left to the bound"),
    POW_REAL(power_spread, 0.1, 0, 10, "device-to-device spread of it, relative"),
    POW_REAL(power_up_down, 0, -1, 1,
             "asymmetry of the power, relative: positive lowers that of down steps, negative that "
             "of up steps"),
    POW_REAL(power_up_down_spread, 0, 0, 10, "device-to-device spread of that asymmetry"),
};

static const xh_param_table table = XH_PARAM_TABLE(pow_params, rows);

static const xh_plane planes[] = {
    BOUNDED_CELL_PLANES,
    {"power_up", "1", "power_up_i"},
    {"power_down", "1", "power_down_i"},
    BOUNDED_OPTION_PLANES,
};

static xh_device_nominal nominal(const void *params) {
    const pow_params *p = params;
    return xh_bounded_nominal(&p->cell, pow(0.5, p->power * (1 + fmin(p->power_up_down, 0))),
                              pow(0.5, p->power * (1 - fmax(p->power_up_down, 0))));
}

static void init(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double now) {
    (void)now;
    const pow_params *p = params;
    xh_shaped_draw(&p->cell, cells, stream, first);
    const xh_bounded_pair powers = {.mean = p->power,
                                    .spread = p->power_spread,
                                    .up_down = p->power_up_down,
                                    .up_down_spread = p->power_up_down_spread};
    xh_bounded_spread_pair(powers, cells.count, cells.plane[BOUNDED_SHAPE_UP],
                           cells.plane[BOUNDED_SHAPE_DOWN]);
    xh_bounded_begin(&p->cell, BOUNDED_SHAPES, cells, stream, first);
}

XH_KERNEL
static void step_cells(const pow_params *p, xh_cells cells, const float *direction,
                       const float *noise, xh_pulse_tally *tally) {
    const float cycle = (float)p->cell.cycle_noise;
    float *g = cells.plane[BOUNDED_G];
    const float *low = cells.plane[BOUNDED_LOW];
    const float *high = cells.plane[BOUNDED_HIGH];
    const float *up = cells.plane[BOUNDED_UP];
    const float *down = cells.plane[BOUNDED_DOWN];
    const float *power_up = cells.plane[BOUNDED_SHAPE_UP];
    const float *power_down = cells.plane[BOUNDED_SHAPE_DOWN];
    span_events events = {0};
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float above = high[c] - g[c];
        float below = g[c] - low[c];
        float room = high[c] - low[c];
        float rising = up[c];
        float falling = -down[c];
        float power_rising = power_up[c];
        float power_falling = power_down[c];
        float left = direction[c] > 0.0F ? above : below;
        float scale = direction[c] > 0.0F ? rising : falling;
        float power = direction[c] > 0.0F ? power_rising : power_falling;
        float share = left / (room < FLT_MIN ? FLT_MIN : room);
        share = span_exp(power * span_log(share < FLT_MIN ? FLT_MIN : share));
        float moved = g[c] + scale * share * (1.0F + cycle * noise[c]);
        float target = room < FLT_MIN ? g[c] : moved;
        g[c] = span_land(&events, direction[c], g[c], target, low[c], high[c]);
    }
    span_count(tally, events);
}

static void pulse(const void *params, xh_cells cells, const float *direction, const float *noise,
                  double now, xh_pulse_tally *tally) {
    (void)now;
    step_cells(params, cells, direction, noise, tally);
    xh_bounded_show(params, BOUNDED_SHAPES, cells, direction, noise);
}

const xh_device_model xh_device_pow_step = {
    .name = "pow_step",
    .summary = "steps that are a power of what is left to the bound, with spread and noise",
    .equations = "up:    G <- G + up_i ((g_max_i - G) / (g_max_i - g_min_i))^power_up_i (1 + "
                 "cycle_noise x)\n"
                 "down:  G <- G - down_i ((G - g_min_i) / (g_max_i - g_min_i))^power_down_i (1 + "
                 "cycle_noise x)\n"
                 "       within [g_min_i, g_max_i]\n"
                 "cell:  power_up_i   = power |1 + power_spread x8 + power_up_down_spread x9 + "
                 "min(power_up_down, 0)|\n"
                 "       power_down_i = power |1 + power_spread x8 - power_up_down_spread x9 - "
                 "max(power_up_down, 0)|\n" BOUNDED_EQUATIONS,
    .reference = "M. J. Rasch et al., AICAS (2021), DOI 10.1109/AICAS51828.2021.9458494 (from "
                 "memory); PowStep of IBM's aihwkit, in siemens",
    BOUNDED_DESCRIPTOR(shaped),
    .init = init,
};
