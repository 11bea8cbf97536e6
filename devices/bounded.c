/* Cells between two bounds: parameters, device-to-device spread, RESET and read of constant_step
 * and soft_bounds. The equations are in bounded.h. */
#include "devices/bounded.h"
#include "devices/exponential.h"

#include <math.h>
#include <string.h>

#define SPREAD(field, initial, sentence)                                                           \
    XH_REAL(xh_bounded_params, field, "1", initial, 0, 10, sentence)

static const xh_param rows[] = {
    XH_REAL(xh_bounded_params, g_min, "S", XH_MICROSIEMENS(1), 0, 1e-3,
            "lower bound of the conductance, mean over cells [on/off ratio 10: TaOx/HfOx, Wu 2018 "
            "as in NeuroSim V3.0]"),
    XH_REAL(xh_bounded_params, g_max, "S", XH_MICROSIEMENS(10), 0, 1e-3,
            "upper bound of the conductance, mean over cells [100 kohm: TaOx/HfOx, Wu 2018 as in "
            "NeuroSim V3.0]"),
    XH_REAL(xh_bounded_params, states, "1", 100, 1, 1e6,
            "g_max - g_min over the mean step at mid-range [assumed; TaOx/HfOx has 128]"),
    SPREAD(step_spread, 0.3,
           "device-to-device spread of the steps, relative [aihwkit PulsedDevice default]"),
    XH_FLAG(xh_bounded_params, step_log_normal, 0,
            "spread the steps log-normally, not normally [aihwkit PulsedDevice default]"),
    SPREAD(cycle_noise, 0.3,
           "cycle-to-cycle spread of a step, relative [aihwkit PulsedDevice default]"),
    SPREAD(bound_spread, 0.2,
           "device-to-device spread of either bound, relative to half of g_max - g_min [assumed]"),
    XH_REAL(xh_bounded_params, up_down, "1", 0, -1, 1,
            "asymmetry, relative to the step: positive shortens down steps, negative up steps "
            "[aihwkit PulsedDevice default]"),
    SPREAD(up_down_spread, 0.01,
           "device-to-device spread of the asymmetry, relative to the step [aihwkit PulsedDevice "
           "default]"),
    SPREAD(reset_noise, 0.01,
           "cycle-to-cycle spread of the state after a RESET, relative to g_max - g_min [aihwkit "
           "PulsedDevice default]"),
    SPREAD(read_noise, 0.005, "spread of a read, relative to g_max - g_min; 0 for none [assumed]"),
    SPAN_RRAM_ROWS(xh_bounded_params),
};

const xh_param_table xh_bounded_param_table = XH_PARAM_TABLE(xh_bounded_params, rows);

const xh_plane xh_bounded_planes[BOUNDED_PLANES] = {
    [BOUNDED_G] = {"conductance", "S", "conductance as programmed"},
    [BOUNDED_LOW] = {"g_min", "S", "lower bound of the cell"},
    [BOUNDED_HIGH] = {"g_max", "S", "upper bound of the cell"},
    [BOUNDED_UP] = {"step_up", "S", "mean up step of the cell at the middle of the nominal range"},
    [BOUNDED_DOWN] = {"step_down", "S",
                      "mean down step of the cell at the middle of the nominal range"},
};

static float range(const xh_bounded_params *p) {
    return (float)(p->g_max - p->g_min);
}

xh_device_nominal xh_bounded_nominal(const void *params) {
    const xh_bounded_params *p = params;
    double step = (p->g_max - p->g_min) / p->states;
    return (xh_device_nominal){
        .g_min = p->g_min,
        .g_max = p->g_max,
        .step_up = step * (1 + fmin(p->up_down, 0)),
        .step_down = step * (1 - fmax(p->up_down, 0)),
        .zero = (p->g_max + p->g_min) / 2,
        .unit = (p->g_max - p->g_min) / 2,
    };
}

xh_device_pulse_cost xh_bounded_cost(const void *params) {
    return ((const xh_bounded_params *)params)->cost;
}

/* From standard normals in the two planes to bounds. */
static void spread_bounds(const xh_bounded_params *p, xh_cells cells) {
    const float middle = (float)((p->g_max + p->g_min) / 2);
    const float half = (float)((p->g_max - p->g_min) / 2);
    const float spread = (float)p->bound_spread;
    float *low = cells.plane[BOUNDED_LOW];
    float *high = cells.plane[BOUNDED_HIGH];
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        high[c] = middle + half * fabsf(1.0F + spread * high[c]);
        float bound = middle - half * fabsf(1.0F + spread * low[c]);
        low[c] = bound < 0.0F ? 0.0F : bound;
    }
}

/* From standard normals in the two planes to steps. */
static void spread_steps(const xh_bounded_params *p, xh_cells cells) {
    const float step = (float)((p->g_max - p->g_min) / p->states);
    const float spread = (float)p->step_spread;
    const float asymmetry_spread = (float)p->up_down_spread;
    const float asymmetry_up = (float)fmin(p->up_down, 0);
    const float asymmetry_down = (float)fmax(p->up_down, 0);
    float *up = cells.plane[BOUNDED_UP];
    float *down = cells.plane[BOUNDED_DOWN];
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float gain = p->step_log_normal ? span_exp(spread * up[c]) : 1.0F + spread * up[c];
        float asymmetry = asymmetry_spread * down[c];
        up[c] = step * fabsf(gain + asymmetry + asymmetry_up);
        down[c] = step * fabsf(gain - asymmetry - asymmetry_down);
    }
}

/* The state after a RESET. noise may be the conductance plane itself. */
static void restore(const xh_bounded_params *p, xh_cells cells, const float *noise) {
    const float spread = (float)p->reset_noise * range(p);
    const float *low = cells.plane[BOUNDED_LOW];
    const float *high = cells.plane[BOUNDED_HIGH];
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        cells.plane[BOUNDED_G][c] = span_clip(low[c] + spread * noise[c], low[c], high[c]);
    }
}

void xh_bounded_init(const void *params, xh_cells cells, xh_rng stream, uint64_t first,
                     double now) {
    (void)now;
    for (size_t plane = 0; plane < BOUNDED_PLANES; plane++) {
        stream.step = plane;
        xh_rng_normal(stream, first, cells.count, cells.plane[plane]);
    }
    spread_bounds(params, cells);
    spread_steps(params, cells);
    restore(params, cells, cells.plane[BOUNDED_G]);
}

void xh_bounded_reset(const void *params, xh_cells cells, const float *noise, double now,
                      xh_pulse_tally *tally) {
    (void)now;
    restore(params, cells, noise);
    tally->reset += cells.count;
}

void xh_bounded_read(const void *params, xh_cells cells, double now, float *conductance,
                     float *variance) {
    (void)now;
    const xh_bounded_params *p = params;
    memcpy(conductance, cells.plane[BOUNDED_G], cells.count * sizeof *conductance);
    if (variance) {
        const float deviation = (float)p->read_noise * range(p);
        SPAN_LOOP
        for (size_t c = 0; c < cells.count; c++) {
            variance[c] = deviation * deviation;
        }
    }
}
