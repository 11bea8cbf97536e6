/*
 * A cell whose steps do not depend on its state, until it meets a bound.
 *
 *     up:    G <- min(G + up_i (1 + cycle_noise x), g_max_i)
 *     down:  G <- max(G - down_i (1 + cycle_noise x), g_min_i)
 *
 * with a standard normal x drawn a pulse. Both bounds hold in either direction (a noisy step may
 * point backwards). The cell's own bounds and steps, RESET and read noise are those of bounded.h,
 * where the symbols are explained.
 *
 * T. Gokmen and Y. Vlasov, Front. Neurosci. 10, 333 (2016), DOI 10.3389/fnins.2016.00333: the
 * resistive processing unit. It is ConstantStep of IBM's aihwkit in siemens instead of weights;
 * decay, diffusion and stuck cells are left to the array.
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
        float rising = up[c];
        float falling = -down[c];
        float step = direction[c] > 0.0F ? rising : falling;
        float target = g[c] + step * (1.0F + cycle * noise[c]);
        g[c] = span_land(&events, direction[c], g[c], target, low[c], high[c]);
    }
    span_count(tally, events);
}

const xh_device_model xh_device_constant_step = {
    .name = "constant_step",
    .summary = "steps of constant mean between hard bounds, with spread and noise",
    .equations = "up:    G <- min(G + up_i (1 + cycle_noise x), g_max_i)\n"
                 "down:  G <- max(G - down_i (1 + cycle_noise x), g_min_i)\n" BOUNDED_EQUATIONS,
    .reference = "T. Gokmen and Y. Vlasov, Front. Neurosci. 10, 333 (2016), "
                 "DOI 10.3389/fnins.2016.00333; conventions of ConstantStep in IBM's aihwkit, in "
                 "siemens, without its decay and diffusion",
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
