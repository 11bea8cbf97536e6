/*
 * A cell whose steps shrink linearly towards the bound that they approach.
 *
 *     up:    G <- G + up_i ((g_max_i - G) / (g_max_i - zero)) (1 + cycle_noise x)
 *     down:  G <- G - down_i ((G - g_min_i) / (zero - g_min_i)) (1 + cycle_noise x)
 *
 * within [g_min_i, g_max_i], with a standard normal x drawn a pulse. Without multiplicative_noise
 * the noise does not shrink with the step: the last term is up_i cycle_noise x, down_i cycle_noise x.
 * up_i and down_i are the cell's steps at weight zero, so that "states" counts as it does for
 * constant_step. A pulse moves a nominal cell with weight zero in the middle by the share a = 2 /
 * states of what is left to the bound: n pulses from g_min reach g_min + (g_max - g_min) (1 - (1 -
 * a)^n). Bounds, steps, RESET, time and reads are those of bounded.h, where the symbols are
 * explained.
 *
 * S. Fusi and L. F. Abbott, Nat. Neurosci. 10, 485 (2007), DOI 10.1038/nn1859
 * (DOI from memory). It is SoftBounds of IBM's aihwkit in siemens instead of weights. Bounds lie on
 * their side of weight zero, as with aihwkit's enforce_consistency; one that meets it is reached in
 * one step.
 */
#include "crosshebb/kernel.h"
#include "devices/bounded.h"
#include "devices/device_list.h"

#include <float.h>
#include <math.h>

typedef struct soft_params {
    xh_bounded_params cell;
    bool multiplicative_noise;
} soft_params;

static const xh_param rows[] = {
    BOUNDED_ROWS,
    XH_FLAG(soft_params, multiplicative_noise, 1,
            "let the cycle-to-cycle spread shrink with the step [aihwkit SoftBounds default]"),
};

static const xh_param_table table = XH_PARAM_TABLE(soft_params, rows);

static const xh_plane planes[] = {BOUNDED_CELL_PLANES, BOUNDED_OPTION_PLANES};

/* Steps are (1 - share) / (1 - zero) and share / zero of their scales. */
static xh_device_nominal nominal(const void *params) {
    const double zero =
        fmin(fmax(((const xh_bounded_params *)params)->weight_zero, 1e-9), 1 - 1e-9);
    return xh_bounded_nominal(params, 0.5 / (1 - zero), 0.5 / zero);
}

XH_KERNEL
static void step_cells(const soft_params *p, xh_cells cells, const float *direction,
                       const float *noise, xh_pulse_tally *tally) {
    const float cycle = (float)p->cell.cycle_noise;
    const float zero = bounded_zero(&p->cell);
    const float shrinking = p->multiplicative_noise ? 1.0F : 0.0F;
    const float lasting = 1.0F - shrinking;
    float *g = cells.plane[BOUNDED_G];
    const float *low = cells.plane[BOUNDED_LOW];
    const float *high = cells.plane[BOUNDED_HIGH];
    const float *up = cells.plane[BOUNDED_UP];
    const float *down = cells.plane[BOUNDED_DOWN];
    span_events events = {0};
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float above = high[c] - g[c];
        float below = g[c] - low[c];
        float reach_above = high[c] - zero;
        float reach_below = zero - low[c];
        float rising = up[c];
        float falling = -down[c];
        float left = direction[c] > 0.0F ? above : below;
        float reach = direction[c] > 0.0F ? reach_above : reach_below;
        float scale = direction[c] > 0.0F ? rising : falling;
        reach = reach < FLT_MIN ? FLT_MIN : reach; /* else a step could be 0 / 0 */
        float step = left / reach;
        float stray = cycle * noise[c] * (shrinking * step + lasting);
        float target = g[c] + scale * (step + stray);
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

const xh_device_model xh_device_soft_bounds = {
    .name = "soft_bounds",
    .summary = "steps that shrink linearly towards the bounds, with spread and noise",
    .equations = "up:    G <- G + up_i ((g_max_i - G) / (g_max_i - zero)) (1 + cycle_noise x)\n"
                 "down:  G <- G - down_i ((G - g_min_i) / (zero - g_min_i)) (1 + cycle_noise x)\n"
                 "       the noise is up_i cycle_noise x, down_i cycle_noise x without "
                 "multiplicative_noise\n"
                 "within [g_min_i, g_max_i]\n" BOUNDED_EQUATIONS,
    .reference = "S. Fusi and L. F. Abbott, Nat. Neurosci. 10, 485 (2007), DOI 10.1038/nn1859 (DOI "
                 "from memory); "
                 "conventions of SoftBounds in IBM's aihwkit, in siemens",
    BOUNDED_DESCRIPTOR(bounded),
    .init = xh_bounded_init,
};
