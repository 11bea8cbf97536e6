/*
 * A cell of soft bounds beside a reference device that is never pulsed: what counts is the
 * difference of the two, and the reference can be set where the cell's up and down steps cancel.
 *
 *     up:    G <- G + up_i ((g_max_i - G) / above_i + cycle_noise x)
 *     down:  G <- G - down_i ((G - g_min_i) / below_i + cycle_noise x)
 *
 * within [g_min_i, g_max_i], with a standard normal x drawn a pulse; with multiplicative_noise the
 * noise shrinks with the step, as in soft_bounds. G is the conductance of the cell less what its
 * reference conducts beyond zero, ref_i, and so are the bounds. With those of bounded.h in capitals,
 *
 *     above_i = G_MAX_i - zero,  below_i = zero - G_MIN_i
 *     g_max_i = G_MAX_i - ref_i,  g_min_i = max(G_MIN_i - ref_i, 0)
 *     ref_i   = sp_i + range (reference + reference_spread x8)
 *     sp_i    = (up_i - down_i) / (up_i / above_i + down_i / below_i)
 *
 * where sp_i, how far above zero up and down steps are equally large, is 0 without at_symmetry. So
 * a cell with it is drawn to weight zero by as many up as down pulses. With ref_i = 0 it is
 * soft_bounds. Bounds, steps, RESET, time and reads are those of bounded.h, where the symbols are
 * explained.
 *
 * N. Gong, M. J. Rasch et al., IEDM (2022) (from memory), whose arrays IBM's aihwkit describes so;
 * it is its SoftBoundsReference in siemens instead of weights, without slope_up_dtod and
 * slope_down_dtod, and with bounds that go along with the reference in RESET, decay and programming
 * too.
 */
#include "crosshebb/kernel.h"
#include "devices/bounded.h"
#include "devices/device_list.h"

#include <float.h>
#include <math.h>

typedef struct reference_params {
    xh_bounded_params cell;
    double reference;
    double reference_spread;
    bool at_symmetry;
    bool multiplicative_noise;
} reference_params;

#define REFERENCE_DEFAULT "[aihwkit SoftBoundsReference default]"

static const xh_param rows[] = {
    BOUNDED_ROWS,
    XH_REAL(reference_params, reference, "1", 0, -1, 1,
            "what reference devices conduct beyond weight zero, relative to g_max - g_min "
            "" REFERENCE_DEFAULT),
    XH_REAL(reference_params, reference_spread, "1", 0, 0, 10,
            "device-to-device spread of it, relative to g_max - g_min " REFERENCE_DEFAULT),
    XH_FLAG(reference_params, at_symmetry, 0,
            "set each reference to where its cell's up and down steps cancel, first "
            "" REFERENCE_DEFAULT),
    XH_FLAG(reference_params, multiplicative_noise, 0,
            "let the cycle-to-cycle spread shrink with the step " REFERENCE_DEFAULT),
};

static const xh_param_table table = XH_PARAM_TABLE(reference_params, rows);

static const xh_plane planes[] = {
    BOUNDED_CELL_PLANES,
    {"share_up", "1", "up_i / above_i, share of what is left to g_max that an up pulse moves"},
    {"share_down", "1", "down_i / below_i, share of what is left to g_min that a down pulse moves"},
    BOUNDED_OPTION_PLANES,
};

/* Share of zero in the range, off its ends. */
static double zero_share(const xh_bounded_params *p) {
    return fmin(fmax(p->weight_zero, 1e-9), 1 - 1e-9);
}

/* At mid-range, with what the reference of a nominal cell conducts. */
static xh_device_nominal nominal(const void *params) {
    const reference_params *p = params;
    const double zero = zero_share(&p->cell);
    const double up = (1 + fmin(p->cell.up_down, 0)) / (1 - zero);
    const double down = (1 - fmax(p->cell.up_down, 0)) / zero;
    const double symmetry = (up * (1 - zero) - down * zero) / (up + down);
    const double reference = p->reference + (p->at_symmetry ? symmetry : 0);
    return xh_bounded_nominal(&p->cell, fmax(0.5 - reference, 1e-3) / (1 - zero),
                              fmax(0.5 + reference, 1e-3) / zero);
}

/* Shares of steps from the scales, and bounds as they are beside the reference, whose standard
 * normals lie in the plane of the down shares. */
static void refer(const reference_params *p, xh_cells cells) {
    const float zero = bounded_zero(&p->cell);
    const float range = (float)(p->cell.g_max - p->cell.g_min);
    const float reference = (float)p->reference;
    const float spread = (float)p->reference_spread;
    const float symmetric = p->at_symmetry ? 1.0F : 0.0F;
    float *low = cells.plane[BOUNDED_LOW];
    float *high = cells.plane[BOUNDED_HIGH];
    const float *up = cells.plane[BOUNDED_UP];
    const float *down = cells.plane[BOUNDED_DOWN];
    float *share_up = cells.plane[BOUNDED_SHAPE_UP];
    float *share_down = cells.plane[BOUNDED_SHAPE_DOWN];
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float above = high[c] - zero;
        float below = zero - low[c];
        float rise = up[c] / (above < FLT_MIN ? FLT_MIN : above);
        float fall = down[c] / (below < FLT_MIN ? FLT_MIN : below);
        float both = rise + fall;
        float symmetry = (up[c] - down[c]) / (both < FLT_MIN ? FLT_MIN : both);
        float beyond = symmetric * symmetry + range * (reference + spread * share_down[c]);
        float bound = low[c] - beyond;
        float ceiling = high[c] - beyond;
        low[c] = bound < 0.0F ? 0.0F : bound;
        high[c] = ceiling < low[c] ? low[c] : ceiling;
        share_up[c] = rise;
        share_down[c] = fall;
    }
}

static void init(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double now) {
    (void)now;
    const reference_params *p = params;
    xh_shaped_draw(&p->cell, cells, stream, first);
    refer(p, cells);
    xh_bounded_begin(&p->cell, BOUNDED_SHAPES, cells, stream, first);
}

XH_KERNEL
static void step_cells(const reference_params *p, xh_cells cells, const float *direction,
                       const float *noise, xh_pulse_tally *tally) {
    const float cycle = (float)p->cell.cycle_noise;
    const float shrinking = p->multiplicative_noise ? 1.0F : 0.0F;
    const float lasting = 1.0F - shrinking;
    float *g = cells.plane[BOUNDED_G];
    const float *low = cells.plane[BOUNDED_LOW];
    const float *high = cells.plane[BOUNDED_HIGH];
    const float *up = cells.plane[BOUNDED_UP];
    const float *down = cells.plane[BOUNDED_DOWN];
    const float *share_up = cells.plane[BOUNDED_SHAPE_UP];
    const float *share_down = cells.plane[BOUNDED_SHAPE_DOWN];
    span_events events = {0};
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float rise = share_up[c] * (high[c] - g[c]);
        float fall = share_down[c] * (low[c] - g[c]);
        float rising = up[c];
        float falling = -down[c];
        float step = direction[c] > 0.0F ? rise : fall;
        float scale = direction[c] > 0.0F ? rising : falling;
        float stray = cycle * noise[c] * (shrinking * step + lasting * scale);
        g[c] = span_land(&events, direction[c], g[c], g[c] + (step + stray), low[c], high[c]);
    }
    span_count(tally, events);
}

static void pulse(const void *params, xh_cells cells, const float *direction, const float *noise,
                  double now, xh_pulse_tally *tally) {
    (void)now;
    step_cells(params, cells, direction, noise, tally);
    xh_bounded_show(params, BOUNDED_SHAPES, cells, direction, noise);
}

const xh_device_model xh_device_soft_bounds_reference = {
    .name = "soft_bounds_reference",
    .summary = "soft bounds beside a reference device, which can be at the symmetry point",
    .equations =
        "up:    G <- G + up_i ((g_max_i - G) / above_i + cycle_noise x)\n"
        "down:  G <- G - down_i ((G - g_min_i) / below_i + cycle_noise x)\n"
        "       within [g_min_i, g_max_i]; with multiplicative_noise the noise shrinks with the "
        "step\n"
        "       with the bounds below in capitals: above_i = G_MAX_i - zero, below_i = zero - "
        "G_MIN_i\n"
        "       g_max_i = G_MAX_i - ref_i,  g_min_i = max(G_MIN_i - ref_i, 0)\n"
        "       ref_i = sp_i + range (reference + reference_spread x8)\n"
        "       sp_i = (up_i - down_i) / (up_i / above_i + down_i / below_i) with at_symmetry, "
        "else 0\n" BOUNDED_EQUATIONS,
    .reference = "N. Gong, M. J. Rasch et al., IEDM (2022) (from memory); SoftBoundsReference of "
                 "IBM's aihwkit, in siemens, without its spreads of slopes, with bounds that go "
                 "along with the reference",
    BOUNDED_DESCRIPTOR(shaped),
    .init = init,
};
