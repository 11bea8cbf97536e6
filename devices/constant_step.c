/*
 * A cell whose steps do not depend on its state, until it meets a bound.
 *
 *     up:    G <- min(G + up_i (1 + cycle_noise x), g_max_i)
 *     down:  G <- max(G - down_i (1 + cycle_noise x), g_min_i)
 *
 * with a standard normal x drawn a pulse. Both bounds hold in either direction (a noisy step may
 * point backwards). The cell's own bounds and steps, RESET, time and reads are those of bounded.h,
 * where the symbols are explained.
 *
 * T. Gokmen and Y. Vlasov, Front. Neurosci. 10, 333 (2016), DOI 10.3389/fnins.2016.00333: the
 * resistive processing unit. It is ConstantStep of IBM's aihwkit in siemens instead of weights; its
 * flicker variant of diffusion is left out, and write noise, which it lacks there, is that of the
 * other models.
 */
#include "crosshebb/kernel.h"
#include "devices/bounded.h"
#include "devices/device_list.h"

static const xh_param rows[] = {BOUNDED_ROWS};

static const xh_param_table table = XH_PARAM_TABLE(xh_bounded_params, rows);

static const xh_plane planes[] = {BOUNDED_CELL_PLANES, BOUNDED_OPTION_PLANES};

static xh_device_nominal nominal(const void *params) {
    return xh_bounded_nominal(params, 1, 1);
}

XH_KERNEL
static void step_cells(const xh_bounded_params *p, xh_cells cells, const float *direction,
                       const float *noise, xh_pulse_tally *tally) {
    const float cycle = (float)p->cycle_noise;
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

static void pulse(const void *params, xh_cells cells, const float *direction, const float *noise,
                  double now, xh_pulse_tally *tally) {
    (void)now;
    step_cells(params, cells, direction, noise, tally);
    xh_bounded_show(params, 0, cells, direction, noise);
}

const xh_device_model xh_device_constant_step = {
    .name = "constant_step",
    .summary = "steps of constant mean between hard bounds, with spread and noise",
    .equations = "up:    G <- min(G + up_i (1 + cycle_noise x), g_max_i)\n"
                 "down:  G <- max(G - down_i (1 + cycle_noise x), g_min_i)\n" BOUNDED_EQUATIONS,
    .reference = "T. Gokmen and Y. Vlasov, Front. Neurosci. 10, 333 (2016), "
                 "DOI 10.3389/fnins.2016.00333; conventions of ConstantStep in IBM's aihwkit, in "
                 "siemens, without its flicker, with the write noise of its other models",
    BOUNDED_DESCRIPTOR(bounded),
    .init = xh_bounded_init,
};
