/*
 * A cell whose staircase is NeuroSim's: exponential in the number of pulses, with a nonlinearity
 * label for each direction.
 *
 *     up:    G <- G + range_i r(s, P) - (1 - e^(-s / P)) (G - g_min_i) + cycle_noise range x
 *     down:  G <- G - range_i r(t, Q) + (1 - e^(-t / Q)) (g_max_i - G) + cycle_noise range x
 *            r(s, P) = (1 - e^(-s / P)) / (1 - e^-s)
 *     within [g_min_i, g_max_i]
 *
 *     g_min_i, g_max_i  bounds of the cell: g_min (1 + g_min_spread x1), g_max (1 + g_max_spread x2)
 *     range_i, range    g_max_i - g_min_i of the cell, g_max - g_min                             S
 *     P, Q              pulses_up, pulses_down: pulses from one bound to the other               1
 *     s, t              curvatures of label_up + label_spread x3, - (label_down + label_spread x4)
 *     x                 standard normal of the pulse, x1 to x4 of the cell                       1
 *
 * n up pulses from g_min reach
 *
 *     G(n) = B (1 - e^(-n / A)) + g_min,  B = (g_max - g_min) / (1 - e^(-P / A)),  A = P / s
 *
 * which is NeuroSim's equation; a pulse is its difference from n to n + 1 at the present G, so that
 * no number of pulses is kept. Pulses down run the same curve backwards, with their own P and A, as
 * NeuroSim's program does. Hence the signs of a label: from the bound that they leave, up steps
 * shrink where label_up is positive, and down steps where label_down is negative; a positive
 * label_down begins with small steps from g_max. nonlinearity.h has the label in closed form.
 *
 * P.-Y. Chen, X. Peng and S. Yu, IEEE TCAD 37, 3067 (2018), DOI 10.1109/TCAD.2018.2789723; the user
 * manual of MLP+NeuroSim V3.0. Departures: there a train of n pulses is one event
 * with the noise of sqrt(n), here pulses come one by one, which is the same in mean and variance
 * away from the bounds. There the spread of labels reaches every cell of an array alike (each cell
 * seeds its generator with the time of day); here each cell has labels and bounds of its own.
 * Labels are clipped to +- 9, where NeuroSim's table ends. Read noise is added to the conductance,
 * not a factor of the resistance. Conductances are floats, and a step below 6e-8 of one is lost:
 * without noise, a staircase of label_up below -7 or label_down above 7 does not leave its bound.
 */
#include "crosshebb/kernel.h"
#include "devices/device_list.h"
#include "devices/nonlinearity.h"
#include "devices/own_bounds.h"
#include "devices/span.h"

#include <math.h>
#include <string.h>

typedef struct neurosim_params {
    own_bounds bounds;
    double pulses_up;
    double pulses_down;
    double label_up;
    double label_down;
    double label_spread;
    double cycle_noise;
    double read_noise;
    xh_device_pulse_cost cost;
} neurosim_params;

/* A step begins with FIRST at the bound that it leaves and changes by CHANGE a siemens travelled. */
enum { G, LOW, HIGH, FIRST_UP, CHANGE_UP, FIRST_DOWN, CHANGE_DOWN, PLANES };

#define NUMBER(field, initial, minimum, maximum, sentence)                                         \
    XH_REAL(neurosim_params, field, "1", initial, minimum, maximum, sentence)
#define WU "[TaOx/HfOx, Wu 2018 as in NeuroSim V3.0]"

static const xh_param rows[] = {
    OWN_BOUNDS_ROWS(neurosim_params, XH_MICROSIEMENS(1),
                    "[on/off ratio 10: TaOx/HfOx, Wu 2018 as in NeuroSim V3.0]",
                    XH_MICROSIEMENS(10), "[100 kohm: TaOx/HfOx, Wu 2018 as in NeuroSim V3.0]", 0.1,
                    "[assumed]"),
    NUMBER(pulses_up, 128, 1, 1e6, "up pulses from g_min to g_max " WU),
    NUMBER(pulses_down, 128, 1, 1e6, "down pulses from g_max to g_min " WU),
    NUMBER(label_up, 0.04, -NONLINEARITY_MAX, NONLINEARITY_MAX,
           "nonlinearity label of up pulses; positive: large steps at g_min " WU),
    NUMBER(label_down, -0.63, -NONLINEARITY_MAX, NONLINEARITY_MAX,
           "nonlinearity label of down pulses; negative: large steps at g_max " WU),
    NUMBER(label_spread, 0.3, 0, NONLINEARITY_MAX,
           "device-to-device spread of either label, absolute [assumed]"),
    NUMBER(cycle_noise, 0.037, 0, 10,
           "cycle-to-cycle spread of a step, relative to g_max - g_min " WU),
    NUMBER(read_noise, 0.005, 0, 10,
           "spread of a read, relative to g_max - g_min; 0 for none [assumed]"),
    SPAN_PULSE_ROWS(neurosim_params, up, XH_PICOJOULES(1.3), SPAN_RRAM_SOURCE, XH_NANOSECONDS(50),
                    SPAN_RRAM_TIME, 0.01, "[assumed]"),
    SPAN_PULSE_ROWS(neurosim_params, down, XH_PICOJOULES(1.3), SPAN_RRAM_SOURCE, XH_NANOSECONDS(50),
                    SPAN_RRAM_TIME, 0.01, "[assumed]"),
    SPAN_ENDURANCE_ROW(neurosim_params, 1e6, "[assumed for filamentary resistive memory]"),
};

static const xh_param_table table = XH_PARAM_TABLE(neurosim_params, rows);

static const xh_plane planes[PLANES] = {
    [G] = {"conductance", "S", "conductance as programmed"},
    [LOW] = {"g_min", "S", "lower bound of the cell"},
    [HIGH] = {"g_max", "S", "upper bound of the cell"},
    [FIRST_UP] = {"first_up", "S", "mean up step of the cell at its g_min"},
    [CHANGE_UP] = {"change_up", "1", "what the up step gains a siemens above g_min"},
    [FIRST_DOWN] = {"first_down", "S", "mean down step of the cell at its g_max"},
    [CHANGE_DOWN] = {"change_down", "1", "what the down step gains a siemens below g_max"},
};

/* The step of a staircase that crosses a range of 1: first + change * travelled. */
typedef struct stair {
    double first;
    double change;
} stair;

static stair climb(double curvature, double pulses) {
    if (curvature == 0) {
        return (stair){1 / pulses, 0};
    }
    const double change = expm1(-curvature / pulses);
    return (stair){change / expm1(-curvature), change};
}

static stair climb_label(double label, double pulses) {
    return climb(xh_nonlinearity_curvature(label), pulses);
}

static double range_of(const neurosim_params *p) {
    return p->bounds.g_max - p->bounds.g_min;
}

static xh_device_nominal nominal(const void *params) {
    const neurosim_params *p = params;
    const double range = range_of(p);
    const stair up = climb_label(p->label_up, p->pulses_up);
    const stair down = climb_label(-p->label_down, p->pulses_down);
    return (xh_device_nominal){
        .g_min = p->bounds.g_min,
        .g_max = p->bounds.g_max,
        .step_up = range * (up.first + up.change / 2),
        .step_down = range * (down.first + down.change / 2),
        .zero = (p->bounds.g_max + p->bounds.g_min) / 2,
        .unit = range / 2,
    };
}

static xh_device_pulse_cost cost(const void *params) {
    return ((const neurosim_params *)params)->cost;
}

/* From standard normals in the plane of first steps to the steps of one direction: sign times its
 * label is that of a staircase seen from the bound that it leaves. */
static void spread_steps(const neurosim_params *p, xh_cells cells, size_t first, double label,
                         double sign, double pulses) {
    const stair alike = climb_label(sign * label, pulses);
    for (size_t c = 0; c < cells.count; c++) {
        stair own = alike;
        if (p->label_spread > 0) {
            const double normal = (double)cells.plane[first][c];
            own = climb_label(sign * (label + p->label_spread * normal), pulses);
        }
        const double range = (double)cells.plane[HIGH][c] - (double)cells.plane[LOW][c];
        cells.plane[first][c] = (float)(range * own.first);
        cells.plane[first + 1][c] = (float)own.change;
    }
}

static void init(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double now) {
    (void)now;
    const neurosim_params *p = params;
    const size_t drawn[] = {LOW, HIGH, FIRST_UP, FIRST_DOWN};
    for (size_t i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++) {
        stream.step = i;
        xh_rng_normal(stream, first, cells.count, cells.plane[drawn[i]]);
    }
    xh_own_bounds_spread(p->bounds, cells.plane[LOW], cells.plane[HIGH], cells.count);
    spread_steps(p, cells, FIRST_UP, p->label_up, 1, p->pulses_up);
    spread_steps(p, cells, FIRST_DOWN, p->label_down, -1, p->pulses_down);
    memcpy(cells.plane[G], cells.plane[LOW], cells.count * sizeof(float));
}

XH_KERNEL
static void pulse(const void *params, xh_cells cells, const float *direction, const float *noise,
                  double now, xh_pulse_tally *tally) {
    (void)now;
    const neurosim_params *p = params;
    const float cycle = (float)(p->cycle_noise * range_of(p));
    float *g = cells.plane[G];
    const float *low = cells.plane[LOW];
    const float *high = cells.plane[HIGH];
    const float *first_up = cells.plane[FIRST_UP];
    const float *change_up = cells.plane[CHANGE_UP];
    const float *first_down = cells.plane[FIRST_DOWN];
    const float *change_down = cells.plane[CHANGE_DOWN];
    span_events events = {0};
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float rise = first_up[c] + change_up[c] * (g[c] - low[c]);
        float fall = first_down[c] + change_down[c] * (high[c] - g[c]);
        float target = g[c] + (direction[c] > 0.0F ? rise : -fall) + cycle * noise[c];
        g[c] = span_land(&events, direction[c], g[c], target, low[c], high[c]);
    }
    span_count(tally, events);
}

static void read(const void *params, xh_cells cells, double now, float *conductance,
                 float *variance) {
    (void)now;
    const neurosim_params *p = params;
    const double deviation = p->read_noise * range_of(p);
    xh_own_bounds_read(cells.plane[G], cells.count, deviation, conductance, variance);
}

const xh_device_model xh_device_neurosim = {
    .name = "neurosim",
    .summary = "NeuroSim's staircase: exponential in the pulses, a nonlinearity label each way",
    .equations =
        "up:    G <- G + range_i r(s, P) - (1 - e^(-s / P)) (G - g_min_i) + cycle_noise range x\n"
        "down:  G <- G - range_i r(t, Q) + (1 - e^(-t / Q)) (g_max_i - G) + cycle_noise range x\n"
        "       r(s, P) = (1 - e^(-s / P)) / (1 - e^-s),  within [g_min_i, g_max_i]\n"
        "       P = pulses_up,  Q = pulses_down\n"
        "cell:  s = curvature of label_up + label_spread x3\n"
        "       t = curvature of -(label_down + label_spread x4)\n"
        "       g_min_i = g_min (1 + g_min_spread x1) >= 0,  g_max_i = g_max (1 + g_max_spread "
        "x2)\n"
        "       range_i = g_max_i - g_min_i,  range = g_max - g_min\n"
        "label: 10.1015 (1 / (1 - e^-s) - (1 + ln(s / (1 - e^-s))) / s),  with the sign of s\n"
        "n up pulses from g_min reach B (1 - e^(-n / A)) + g_min, B = range / (1 - e^(-P / A)), "
        "A = P / s\n"
        "read:  G + read_noise range x",
    .reference = "P.-Y. Chen, X. Peng and S. Yu, IEEE TCAD 37, 3067 (2018), DOI "
                 "10.1109/TCAD.2018.2789723; user manual of MLP+NeuroSim V3.0; "
                 "the label in closed form instead of its table, one pulse at a time, labels and "
                 "bounds of each cell its own, read noise added to the conductance",
    .params = &table,
    .traits = XH_DEVICE_DEPRESSES | XH_DEVICE_READ_NOISE | XH_DEVICE_EVEN_NOISE,
    .planes = PLANES,
    .plane = planes,
    .nominal = nominal,
    .cost = cost,
    .init = init,
    .pulse = pulse,
    .read = read,
};
