/*
 * A cell whose steps change linearly with its state.
 *
 *     up:    G <- G + up_i (1 - gamma_up_i (G - zero) / (g_max - zero)) (1 + cycle_noise x)
 *     down:  G <- G - down_i (1 - gamma_down_i (zero - G) / (zero - g_min)) (1 + cycle_noise x)
 *
 * within [g_min_i, g_max_i], with a standard normal x drawn a pulse and, once a cell,
 *
 *     gamma_up_i = |gamma_up + gamma_spread x8|,  gamma_down_i = |gamma_down + gamma_spread x9|
 *
 * With own_bounds g_max and g_min are those of the cell, g_max_i and g_min_i. Without
 * multiplicative_noise the noise does not change with the step: the last term is up_i cycle_noise x,
 * down_i cycle_noise x. up_i and down_i are the cell's steps at weight zero. gamma = 0 is
 * constant_step; gamma = 1 with own_bounds is soft_bounds. The drift of the mean of a nominal cell
 * under up pulses is an exponential: n of them from zero reach zero + (g_max - zero) / gamma (1 -
 * (1 - a)^n), a = gamma up / (g_max - zero). Bounds, steps, RESET, time and reads are those of
 * bounded.h, where the symbols are explained.
 *
 * M. J. Rasch, T. Gokmen and W. Haensch, IEEE Design & Test 37, 19 (2020), DOI
 * 10.1109/MDAT.2019.2952341 (from memory); LinearStep of IBM's aihwkit in siemens instead of
 * weights, without its allow_increasing, reverse_up and reverse_down, and with one spread for both
 * slopes.
 */
#include "crosshebb/kernel.h"
#include "devices/bounded.h"
#include "devices/device_list.h"

#include <float.h>
#include <math.h>

typedef struct linear_params {
    xh_bounded_params cell;
    double gamma_up;
    double gamma_down;
    double gamma_spread;
    bool own_bounds;
    bool multiplicative_noise;
} linear_params;

static const xh_param rows[] = {
    BOUNDED_ROWS,
    XH_REAL(linear_params, gamma_up, "1", 0, 0, 10,
            "fall of the up step from weight zero to g_max, relative to it [aihwkit LinearStep "
            "default]"),
    XH_REAL(linear_params, gamma_down, "1", 0, 0, 10,
            "fall of the down step from weight zero to g_min, relative to it [aihwkit LinearStep "
            "default]"),
    XH_REAL(linear_params, gamma_spread, "1", 0.05, 0, 10,
            "device-to-device spread of either fall, absolute [aihwkit LinearStep default]"),
    XH_FLAG(linear_params, own_bounds, 0,
            "measure the fall at the cell's own bounds, not at the mean ones [aihwkit LinearStep "
            "default]"),
    XH_FLAG(linear_params, multiplicative_noise, 1,
            "let the cycle-to-cycle spread change with the step [aihwkit LinearStep default]"),
};

static const xh_param_table table = XH_PARAM_TABLE(linear_params, rows);

static const xh_plane planes[] = {
    BOUNDED_CELL_PLANES,
    {"fall_up", "1/S", "fall of the up step a siemens above weight zero, relative to its scale"},
    {"fall_down", "1/S", "fall of the down step a siemens below it, relative to its scale"},
    BOUNDED_OPTION_PLANES,
};

/* At mid-range, where a nominal cell is (0.5 - weight_zero) of the range above weight zero. */
static xh_device_nominal nominal(const void *params) {
    const linear_params *p = params;
    const double zero = fmin(fmax(p->cell.weight_zero, 1e-9), 1 - 1e-9);
    return xh_bounded_nominal(&p->cell, 1 - p->gamma_up * (0.5 - zero) / (1 - zero),
                              1 - p->gamma_down * (zero - 0.5) / zero);
}

/* From standard normals in the plane to a cell's fall; bound is its own plane of them. */
static void spread_falls(const linear_params *p, xh_cells cells, size_t plane, double gamma,
                         double mean_bound, size_t bound) {
    const float zero = bounded_zero(&p->cell);
    const float middle = (float)gamma;
    const float spread = (float)p->gamma_spread;
    const float alike = (float)mean_bound;
    float *fall = cells.plane[plane];
    const float *own = cells.plane[bound];
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float reach = fabsf((p->own_bounds ? own[c] : alike) - zero);
        fall[c] = fabsf(middle + spread * fall[c]) / (reach < FLT_MIN ? FLT_MIN : reach);
    }
}

static void init(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double now) {
    (void)now;
    const linear_params *p = params;
    xh_shaped_draw(&p->cell, cells, stream, first);
    spread_falls(p, cells, BOUNDED_SHAPE_UP, p->gamma_up, p->cell.g_max, BOUNDED_HIGH);
    spread_falls(p, cells, BOUNDED_SHAPE_DOWN, p->gamma_down, p->cell.g_min, BOUNDED_LOW);
    xh_bounded_begin(&p->cell, BOUNDED_SHAPES, cells, stream, first);
}

XH_KERNEL
static void step_cells(const linear_params *p, xh_cells cells, const float *direction,
                       const float *noise, xh_pulse_tally *tally) {
    const float cycle = (float)p->cell.cycle_noise;
    const float zero = bounded_zero(&p->cell);
    const float changing = p->multiplicative_noise ? 1.0F : 0.0F;
    const float lasting = 1.0F - changing;
    float *g = cells.plane[BOUNDED_G];
    const float *low = cells.plane[BOUNDED_LOW];
    const float *high = cells.plane[BOUNDED_HIGH];
    const float *up = cells.plane[BOUNDED_UP];
    const float *down = cells.plane[BOUNDED_DOWN];
    const float *fall_up = cells.plane[BOUNDED_SHAPE_UP];
    const float *fall_down = cells.plane[BOUNDED_SHAPE_DOWN];
    span_events events = {0};
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float rising = up[c];
        float falling = -down[c];
        float scale = direction[c] > 0.0F ? rising : falling;
        float slope_up = -fall_up[c];
        float slope_down = fall_down[c];
        float step = 1.0F + (direction[c] > 0.0F ? slope_up : slope_down) * (g[c] - zero);
        float stray = cycle * noise[c] * (changing * step + lasting);
        float target = g[c] + scale * (step + stray);
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

const xh_device_model xh_device_linear_step = {
    .name = "linear_step",
    .summary = "steps that change linearly with the state, with spread and noise",
    .equations =
        "up:    G <- G + up_i (1 - gamma_up_i (G - zero) / (g_max - zero)) (1 + cycle_noise x)\n"
        "down:  G <- G - down_i (1 - gamma_down_i (zero - G) / (zero - g_min)) (1 + cycle_noise "
        "x)\n"
        "       within [g_min_i, g_max_i]; with own_bounds g_max_i and g_min_i for g_max, g_min\n"
        "       the noise is up_i cycle_noise x, down_i cycle_noise x without "
        "multiplicative_noise\n"
        "cell:  gamma_up_i = |gamma_up + gamma_spread x8|\n"
        "       gamma_down_i = |gamma_down + gamma_spread x9|\n" BOUNDED_EQUATIONS,
    .reference = "M. J. Rasch, T. Gokmen and W. Haensch, IEEE Design & Test 37, 19 (2020), DOI "
                 "10.1109/MDAT.2019.2952341 (from memory); LinearStep of IBM's aihwkit, in "
                 "siemens, without its allow_increasing, reverse_up and reverse_down, with one "
                 "spread for both slopes",
    BOUNDED_DESCRIPTOR(shaped),
    .init = init,
};
