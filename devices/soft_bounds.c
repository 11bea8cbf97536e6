/*
 * A cell whose steps shrink linearly towards the bound that they approach.
 *
 *     up:    G <- G + 2 up_i (1 - (G - g_min_i) / (g_max_i - g_min_i)) (1 + cycle_noise x)
 *     down:  G <- G - 2 down_i (1 - (g_max_i - G) / (g_max_i - g_min_i)) (1 + cycle_noise x)
 *
 * within [g_min_i, g_max_i], with a standard normal x drawn a pulse. up_i and down_i are the cell's
 * steps at the middle of its range, so that "states" counts as it does for constant_step; at the
 * far bound a step is twice as long. A pulse thus moves the cell by the share a = 2 / states of
 * what is left to the bound: n pulses from g_min reach g_min + (g_max - g_min) (1 - (1 - a)^n).
 * Bounds, steps, RESET and read noise are those of bounded.h, where the symbols are explained.
 *
 * S. Fusi and L. F. Abbott, Nat. Neurosci. 10, 485 (2007), DOI 10.1038/nn1859. Relation to
 * SoftBounds of IBM's aihwkit: the same law for a nominal cell (its dw_min is the step at weight 0,
 * mid-range). There a cell's step is its own at weight 0, wherever its bounds are; here it is its
 * own at the middle of its own range, so that a cell with a narrow range does not gain steeper
 * steps.
 */
#include "crosshebb/kernel.h"
#include "devices/bounded.h"
#include "devices/device_list.h"

XH_KERNEL
static void pulse(const void *params, xh_cells cells, const float *direction, const float *noise,
                  double now, xh_pulse_tally *tally) {
    (void)now;
    const float cycle = (float)((const xh_bounded_params *)params)->cycle_noise;
    float *g = cells.plane[BOUNDED_G];
    const float *low = cells.plane[BOUNDED_LOW];
    const float *high = cells.plane[BOUNDED_HIGH];
    const float *up = cells.plane[BOUNDED_UP];
    const float *down = cells.plane[BOUNDED_DOWN];
    span_events events = {0};
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float rising = up[c] * (high[c] - g[c]);
        float falling = down[c] * (low[c] - g[c]);
        float step = 2.0F * (direction[c] > 0.0F ? rising : falling) / (high[c] - low[c]);
        float target = g[c] + step * (1.0F + cycle * noise[c]);
        g[c] = span_land(&events, direction[c], g[c], target, low[c], high[c]);
    }
    span_count(tally, events);
}

const xh_device_model xh_device_soft_bounds = {
    .name = "soft_bounds",
    .summary = "steps that shrink linearly towards the bounds, with spread and noise",
    .equations =
        "up:    G <- G + 2 up_i (1 - (G - g_min_i) / (g_max_i - g_min_i)) (1 + cycle_noise x)\n"
        "down:  G <- G - 2 down_i (1 - (g_max_i - G) / (g_max_i - g_min_i)) (1 + cycle_noise x)\n"
        "within [g_min_i, g_max_i]\n" BOUNDED_EQUATIONS,
    .reference = "S. Fusi and L. F. Abbott, Nat. Neurosci. 10, 485 (2007), DOI 10.1038/nn1859; for "
                 "a nominal cell SoftBounds of IBM's aihwkit, in siemens; a cell's own step holds "
                 "at the middle of its own range, there at weight 0",
    .params = &xh_bounded_param_table,
    .traits = XH_DEVICE_DEPRESSES | XH_DEVICE_RESETS | XH_DEVICE_READ_NOISE,
    .planes = BOUNDED_PLANES,
    .plane = xh_bounded_planes,
    .nominal = xh_bounded_nominal,
    .cost = xh_bounded_cost,
    .init = xh_bounded_init,
    .pulse = pulse,
    .reset = xh_bounded_reset,
    .read = xh_bounded_read,
};
