/*
 * A cell whose steps shrink linearly towards the bound that they approach.
 *
 *     up:    G <- G + up_i (g_max_i - G) / (g_max_i - middle) (1 + cycle_noise x)
 *     down:  G <- G - down_i (G - g_min_i) / (middle - g_min_i) (1 + cycle_noise x)
 *
 * within [g_min_i, g_max_i], with a standard normal x drawn a pulse. up_i and down_i are the cell's
 * steps at the middle of the nominal range, where its weight is zero, so that "states" counts as it
 * does for constant_step. A pulse moves a nominal cell by the share a = 2 / states of what is left
 * to the bound: n pulses from g_min reach g_min + (g_max - g_min) (1 - (1 - a)^n). Bounds, steps,
 * RESET and read noise are those of bounded.h, where the symbols are explained.
 *
 * S. Fusi and L. F. Abbott, Nat. Neurosci. 10, 485 (2007), DOI 10.1038/nn1859
 * (DOI from memory). It is SoftBounds of
 * IBM's aihwkit in siemens instead of weights, without its decay, diffusion and write noise. Bounds
 * lie on their side of the middle, as with aihwkit's enforce_consistency; one that meets the middle
 * is reached in one step.
 */
#include "crosshebb/kernel.h"
#include "devices/bounded.h"
#include "devices/device_list.h"

#include <float.h>

XH_KERNEL
static void pulse(const void *params, xh_cells cells, const float *direction, const float *noise,
                  double now, xh_pulse_tally *tally) {
    (void)now;
    const xh_bounded_params *p = params;
    const float cycle = (float)p->cycle_noise;
    const float middle = (float)((p->g_max + p->g_min) / 2);
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
        float above = high[c] - middle;
        float below = middle - low[c];
        float reach = direction[c] > 0.0F ? above : below;
        reach = reach < FLT_MIN ? FLT_MIN : reach; /* else a step could be 0 / 0 */
        float step = (direction[c] > 0.0F ? rising : falling) / reach;
        float target = g[c] + step * (1.0F + cycle * noise[c]);
        g[c] = span_land(&events, direction[c], g[c], target, low[c], high[c]);
    }
    span_count(tally, events);
}

const xh_device_model xh_device_soft_bounds = {
    .name = "soft_bounds",
    .summary = "steps that shrink linearly towards the bounds, with spread and noise",
    .equations = "up:    G <- G + up_i (g_max_i - G) / (g_max_i - middle) (1 + cycle_noise x)\n"
                 "down:  G <- G - down_i (G - g_min_i) / (middle - g_min_i) (1 + cycle_noise x)\n"
                 "within [g_min_i, g_max_i]\n" BOUNDED_EQUATIONS,
    .reference = "S. Fusi and L. F. Abbott, Nat. Neurosci. 10, 485 (2007), DOI 10.1038/nn1859 (DOI "
                 "from memory); "
                 "conventions of SoftBounds in IBM's aihwkit, in siemens, without its decay, "
                 "diffusion and write noise",
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
