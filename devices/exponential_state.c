/*
 * A cell whose steps shrink exponentially with its state, so that its conductance grows as the
 * logarithm of the number of pulses.
 *
 *     up:    G <- G + alpha_up_i range_i exp(-beta_up_i (G - g_min_i) / range_i) (1 + cycle_noise x)
 *     down:  G <- G - alpha_down_i range_i exp(-beta_down_i (g_max_i - G) / range_i)
 *                                                                       (1 + cycle_noise x)
 *     RESET: G <- g_min_i
 *     within [g_min_i, g_max_i]
 *
 *     g_min_i, g_max_i  bounds of the cell: g_min (1 + g_min_spread x1), g_max (1 + g_max_spread x2)
 *     range_i           g_max_i - g_min_i                                                  S
 *     alpha_i           alpha |1 + alpha_spread y|, each direction its own y               1
 *     beta_i            beta + beta_spread z, each direction its own z                     1
 *     x                 standard normal of the pulse, x1, x2, y, z of the cell             1
 *
 * n small up pulses from g_min reach the share ln(1 + alpha beta n) / beta of the range, and its
 * top after (e^beta - 1) / (alpha beta). That is another curve than neurosim's, whose step falls
 * linearly with the state; beta = 0 is a constant step.
 *
 * D. Querlioz, O. Bichler, P. Dollfus and C. Gamrat, IEEE Trans. Nanotechnol. 12, 288 (2013), DOI
 * 10.1109/TNANO.2013.2250995; the defaults are those of the synapse Spike_Analog of CEA's N2D2
 * (models/mnist-stdp-ijcnn.ini), after the authors' paper at IJCNN 2011. Departures: a weight
 * between w_min and w_max is a conductance between g_min and g_max; the exponents have the paper's
 * sign, not N2D2's; all of the cell-to-cell spread is drawn once, and the spread of a step, which
 * N2D2 has for phase-change cells, at every pulse.
 */
#include "crosshebb/kernel.h"
#include "devices/device_list.h"
#include "devices/exponential.h"
#include "devices/own_bounds.h"
#include "devices/span.h"

#include <math.h>
#include <string.h>

typedef struct exponential_params {
    own_bounds bounds;
    double alpha_up;
    double beta_up;
    double alpha_down;
    double beta_down;
    double alpha_spread;
    double beta_spread;
    double cycle_noise;
    double read_noise;
    xh_device_pulse_cost cost;
} exponential_params;

/* A step is FIRST at the bound that it leaves, and falls with RATE a siemens travelled. */
enum { G, LOW, HIGH, FIRST_UP, RATE_UP, FIRST_DOWN, RATE_DOWN, PLANES };

#define NUMBER(field, initial, minimum, maximum, sentence)                                         \
    XH_REAL(exponential_params, field, "1", initial, minimum, maximum, sentence)
#define N2D2 "[Spike_Analog of N2D2, after Querlioz 2011]"

static const xh_param rows[] = {
    OWN_BOUNDS_ROWS(exponential_params, XH_MICROSIEMENS(1), "[assumed: on/off ratio 10]",
                    XH_MICROSIEMENS(10), "[assumed: 100 kohm]", 0.1, N2D2),
    NUMBER(alpha_up, 0.0017, 1e-6, 1, "first up step from g_min, relative to the range " N2D2),
    NUMBER(beta_up, 3, -20, 20, "up steps at g_max are smaller by exp of it " N2D2),
    NUMBER(alpha_down, 0.0007, 1e-6, 1, "first down step from g_max, relative to the range " N2D2),
    NUMBER(beta_down, 0, -20, 20, "down steps at g_min are smaller by exp of it " N2D2),
    NUMBER(alpha_spread, 0.01, 0, 10,
           "device-to-device spread of either alpha, relative to it " N2D2),
    NUMBER(beta_spread, 0, 0, 10, "device-to-device spread of either beta, absolute [assumed]"),
    NUMBER(cycle_noise, 0.05, 0, 10, "cycle-to-cycle spread of a step, relative to it [assumed]"),
    NUMBER(read_noise, 0.005, 0, 10,
           "spread of a read, relative to g_max - g_min; 0 for none [assumed]"),
    SPAN_RRAM_ROWS(exponential_params),
};

static const xh_param_table table = XH_PARAM_TABLE(exponential_params, rows);

static const xh_plane planes[PLANES] = {
    [G] = {"conductance", "S", "conductance as programmed"},
    [LOW] = {"g_min", "S", "lower bound of the cell"},
    [HIGH] = {"g_max", "S", "upper bound of the cell"},
    [FIRST_UP] = {"first_up", "S", "mean up step of the cell at its g_min"},
    [RATE_UP] = {"rate_up", "1/S", "fall of the logarithm of the up step above g_min"},
    [FIRST_DOWN] = {"first_down", "S", "mean down step of the cell at its g_max"},
    [RATE_DOWN] = {"rate_down", "1/S", "fall of the logarithm of the down step below g_max"},
};

static double range_of(const exponential_params *p) {
    return p->bounds.g_max - p->bounds.g_min;
}

static xh_device_nominal nominal(const void *params) {
    const exponential_params *p = params;
    const double range = range_of(p);
    return (xh_device_nominal){
        .g_min = p->bounds.g_min,
        .g_max = p->bounds.g_max,
        .step_up = range * p->alpha_up * exp(-p->beta_up / 2),
        .step_down = range * p->alpha_down * exp(-p->beta_down / 2),
        .zero = p->bounds.g_min,
        .unit = range,
    };
}

static xh_device_pulse_cost cost(const void *params) {
    return ((const exponential_params *)params)->cost;
}

/* From standard normals in the planes first and first + 1 to steps of one direction. A cell without
 * a range has no steps. */
static void spread_steps(const exponential_params *p, xh_cells cells, size_t first, double alpha,
                         double beta) {
    const float step_mean = (float)alpha;
    const float step_spread = (float)p->alpha_spread;
    const float exponent_mean = (float)beta;
    const float exponent_spread = (float)p->beta_spread;
    const float *low = cells.plane[LOW];
    const float *high = cells.plane[HIGH];
    float *step = cells.plane[first];
    float *rate = cells.plane[first + 1];
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float range = high[c] - low[c];
        float share = step_mean * fabsf(1.0F + step_spread * step[c]);
        float exponent = exponent_mean + exponent_spread * rate[c];
        step[c] = range * share;
        rate[c] = range > 0.0F ? exponent / range : 0.0F;
    }
}

static void restore(xh_cells cells) {
    memcpy(cells.plane[G], cells.plane[LOW], cells.count * sizeof(float));
}

static void init(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double now) {
    (void)now;
    const exponential_params *p = params;
    for (size_t plane = LOW; plane < PLANES; plane++) {
        stream.step = plane - LOW;
        xh_rng_normal(stream, first, cells.count, cells.plane[plane]);
    }
    xh_own_bounds_spread(p->bounds, cells.plane[LOW], cells.plane[HIGH], cells.count);
    spread_steps(p, cells, FIRST_UP, p->alpha_up, p->beta_up);
    spread_steps(p, cells, FIRST_DOWN, p->alpha_down, p->beta_down);
    restore(cells);
}

XH_KERNEL
static void pulse(const void *params, xh_cells cells, const float *direction, const float *noise,
                  double now, xh_pulse_tally *tally) {
    (void)now;
    const exponential_params *p = params;
    const float cycle = (float)p->cycle_noise;
    float *g = cells.plane[G];
    const float *low = cells.plane[LOW];
    const float *high = cells.plane[HIGH];
    const float *first_up = cells.plane[FIRST_UP];
    const float *rate_up = cells.plane[RATE_UP];
    const float *first_down = cells.plane[FIRST_DOWN];
    const float *rate_down = cells.plane[RATE_DOWN];
    span_events events = {0};
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float above = rate_up[c] * (g[c] - low[c]);
        float below = rate_down[c] * (high[c] - g[c]);
        float shrink = span_exp(direction[c] > 0.0F ? -above : -below);
        float first = direction[c] > 0.0F ? first_up[c] : -first_down[c];
        float target = g[c] + first * shrink * (1.0F + cycle * noise[c]);
        g[c] = span_land(&events, direction[c], g[c], target, low[c], high[c]);
    }
    span_count(tally, events);
}

static void reset(const void *params, xh_cells cells, const float *noise, double now,
                  xh_pulse_tally *tally) {
    (void)params, (void)noise, (void)now;
    restore(cells);
    tally->reset += cells.count;
}

static void read(const void *params, xh_cells cells, double now, float *conductance,
                 float *variance) {
    (void)now;
    const exponential_params *p = params;
    const double deviation = p->read_noise * range_of(p);
    xh_own_bounds_read(cells.plane[G], cells.count, deviation, conductance, variance);
}

const xh_device_model xh_device_exponential_state = {
    .name = "exponential_state",
    .summary = "steps that shrink exponentially with the state: logarithmic growth",
    .equations = "up:    G <- G + alpha_up_i range_i exp(-beta_up_i (G - g_min_i) / range_i)\n"
                 "                                                        (1 + cycle_noise x)\n"
                 "down:  G <- G - alpha_down_i range_i exp(-beta_down_i (g_max_i - G) / range_i)\n"
                 "                                                        (1 + cycle_noise x)\n"
                 "       within [g_min_i, g_max_i]\n"
                 "cell:  " OWN_BOUNDS_EQUATIONS "\n"
                 "       range_i = g_max_i - g_min_i\n"
                 "       alpha_i = alpha |1 + alpha_spread y|,  beta_i = beta + beta_spread z\n"
                 "n small up pulses from g_min: ln(1 + alpha beta n) / beta of the range\n"
                 "RESET: G <- g_min_i\n"
                 "read:  G + read_noise (g_max - g_min) x",
    .reference = "D. Querlioz, O. Bichler, P. Dollfus and C. Gamrat, IEEE Trans. Nanotechnol. 12, "
                 "288 (2013), DOI 10.1109/TNANO.2013.2250995; defaults of Spike_Analog in CEA's "
                 "N2D2, after the authors' paper at IJCNN 2011; exponents with the paper's sign, "
                 "a spread of every step as N2D2 has it for phase-change cells",
    .params = &table,
    .traits = XH_DEVICE_DEPRESSES | XH_DEVICE_RESETS | XH_DEVICE_READ_NOISE | XH_DEVICE_EVEN_NOISE,
    .planes = PLANES,
    .plane = planes,
    .nominal = nominal,
    .cost = cost,
    .init = init,
    .pulse = pulse,
    .reset = reset,
    .read = read,
};
