/*
 * A resistive cell programmed in a closed loop, as statistics: the deviation from the target as it
 * was measured soon after programming and at two later times, in which the cell relaxes. With
 * x = target / g_reference,
 *
 *     s_k(x) = program_noise (k_0 + k_1 x + k_2 x^2 + k_3 x^3 + k_4 x^4) >= 0,   k: soon, later, last
 *     set:  e = s_soon(x) n1
 *     read: G(t) = max(target + e + r(t) n2, 0)
 *           r(t)^2 = max(s(x, t)^2 - s_soon(x)^2, 0)
 *           s(x, t)^2 is s_k^2 at the three times, between them linear in ln t,
 *           before the first and after the last as there
 *           standard deviation of one read: read_noise (g_max - g_min)
 *
 *     target  conductance aimed at                             S
 *     t       time since the cell was programmed               s
 *     n1, n2  standard normals of the cell, drawn by a set     1
 *
 * The defaults are NeuRRAM: W. Wan et al., Nature 608, 504 (2022), DOI 10.1038/s41586-022-04992-8,
 * HfOx, 1 s, 1 day and 2 days after programming, as fitted in IBM's aihwkit to the figures of the
 * paper. One polynomial for all three times makes a cell that does not relax: such is V. Milo et
 * al., IRPS 2021, which is a preset.
 *
 * What is not known: anything between the three times, and after the last. That the variance grows
 * with ln t between them is assumed (the paper says only that relaxation is faster at first); so is
 * that it stays after two days. That the same cell is off in the same direction at 1 day and at 2
 * days (one n2), and that relaxation does not depend on the error of programming, is assumed too:
 * the fits are of distributions at one time each. Read noise was not fitted; 1 % of the range is
 * what aihwkit's authors advise. x is counted in a reference of its own, so that a smaller g_max
 * leaves the deviation of a conductance what it is.
 */
#include "crosshebb/kernel.h"
#include "devices/device_list.h"
#include "devices/exponential.h"
#include "devices/span.h"

#include <math.h>
#include <string.h>

enum { TERMS = 5, TIMES = 3 };

typedef struct rram_params {
    double g_min;
    double g_max;
    double g_reference;
    double deviation[TIMES][TERMS];
    double time[TIMES];
    double program_noise;
    double read_noise;
    xh_device_pulse_cost cost;
} rram_params;

enum { G, TARGET, RELAXATION, PROGRAMMED, ERROR, PLANES };
enum { ERROR_DRAW, RELAXATION_DRAW, DRAWS };

#define FIT "[Wan 2022, as fitted in aihwkit]"
#define ROW(label, field, unit, initial, minimum, maximum, sentence)                               \
    {                                                                                              \
        label, XH_PARAM_REAL, unit, sentence, initial, minimum, maximum, NULL, NULL,               \
            offsetof(rram_params, field)                                                           \
    }
#define TERM(label, k, power, microsiemens, sentence)                                              \
    ROW(label, deviation[k][power], "S", XH_MICROSIEMENS(microsiemens), -1e-3, 1e-3,               \
        "deviation from the target " sentence " " FIT)
#define DEVIATION(of, k, when, c0, c1, c2, c3, c4)                                                 \
    TERM(#of "_0", k, 0, c0, when ": constant"), TERM(#of "_1", k, 1, c1, when ": factor of x"),   \
        TERM(#of "_2", k, 2, c2, when ": factor of x^2"),                                          \
        TERM(#of "_3", k, 3, c3, when ": factor of x^3"),                                          \
        TERM(#of "_4", k, 4, c4, when ": factor of x^4")
#define SECONDS(label, k, seconds, sentence)                                                       \
    ROW(label, time[k], "s", seconds, 1e-9, 1e10, sentence " [Wan 2022]")

static const xh_param rows[] = {
    XH_REAL(rram_params, g_min, "S", XH_MICROSIEMENS(0), 0, 1e-3,
            "least target [assumed: nothing of the range is left out]"),
    XH_REAL(rram_params, g_max, "S", XH_MICROSIEMENS(40), 1e-9, 1e-3, "largest target [Wan 2022]"),
    XH_REAL(rram_params, g_reference, "S", XH_MICROSIEMENS(40), 1e-9, 1e-3,
            "conductance at which x = 1 " FIT),
    DEVIATION(soon, 0, "at soon_time", 0.348, 16.030, -43.853, 45.393, -16.815),
    DEVIATION(later, 1, "at later_time", 0.701, 22.086, -50.773, 47.095, -16.458),
    DEVIATION(last, 2, "at last_time", 0.782, 20.274, -43.507, 37.062, -11.934),
    SECONDS("soon_time", 0, 1, "time after programming of the first measurement"),
    SECONDS("later_time", 1, 86400, "time after programming of the second measurement"),
    SECONDS("last_time", 2, 172800, "time after programming of the last measurement"),
    XH_REAL(rram_params, program_noise, "1", 1, 0, 100,
            "factor of the deviations from the target [1: as published]"),
    XH_REAL(rram_params, read_noise, "1", 0.01, 0, 10,
            "spread of a read, relative to g_max - g_min [advised in aihwkit, not measured]"),
    SPAN_PULSE_ROWS(rram_params, up, XH_PICOJOULES(1.3), SPAN_RRAM_SOURCE, XH_NANOSECONDS(50),
                    SPAN_RRAM_TIME, 0.01, "[assumed]"),
    SPAN_ENDURANCE_ROW(rram_params, 1e6, "[assumed for filamentary resistive memory]"),
    SPAN_SET_ROWS(rram_params, 8.52, "[Wan 2022, from memory]", 8.52,
                  "[assumed: one after each pulse]"),
};

static const xh_param_table table = XH_PARAM_TABLE(rram_params, rows);

static const xh_plane planes[PLANES] = {
    [G] = {"conductance", "S", "conductance as programmed"},
    [TARGET] = {"target", "S", "conductance aimed at"},
    [RELAXATION] = {"relaxation", "1", "where the cell relaxes to, in standard deviations"},
    [PROGRAMMED] = {"programmed", "s", "time at which the cell was programmed"},
    [ERROR] = {"error", "S", "deviation from the target as programmed, before zero is a bound"},
};

static xh_device_nominal nominal(const void *params) {
    const rram_params *p = params;
    return (xh_device_nominal){
        .g_min = p->g_min, .g_max = p->g_max, .zero = p->g_min, .unit = p->g_max - p->g_min};
}

static xh_device_pulse_cost cost(const void *params) {
    return ((const rram_params *)params)->cost;
}

static size_t draws(const void *params) {
    (void)params;
    return DRAWS;
}

/* A polynomial in floats. */
typedef struct curve {
    float c[TERMS];
} curve;

static curve curve_of(const rram_params *p, size_t k) {
    curve f;
    for (size_t i = 0; i < TERMS; i++) {
        f.c[i] = (float)(p->program_noise * p->deviation[k][i]);
    }
    return f;
}

static inline float curve_value(curve f, float x) {
    float value = f.c[0] + x * (f.c[1] + x * (f.c[2] + x * (f.c[3] + x * f.c[4])));
    return value < 0.0F ? 0.0F : value;
}

static void init(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double now) {
    (void)stream, (void)first;
    const float low = (float)((const rram_params *)params)->g_min;
    for (size_t c = 0; c < cells.count; c++) {
        cells.plane[G][c] = low;
        cells.plane[TARGET][c] = low;
        cells.plane[RELAXATION][c] = 0.0F;
        cells.plane[PROGRAMMED][c] = (float)now;
        cells.plane[ERROR][c] = 0.0F;
    }
}

XH_KERNEL
static void set(const void *params, xh_cells cells, const float *target, const float *noise,
                double now) {
    const rram_params *p = params;
    const curve soon = curve_of(p, 0);
    const float per_reference = (float)(1 / p->g_reference);
    const float *first = noise + ERROR_DRAW * cells.count;
    const float *second = noise + RELAXATION_DRAW * cells.count;
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float error = curve_value(soon, target[c] * per_reference) * first[c];
        float landed = target[c] + error;
        cells.plane[G][c] = landed < 0.0F ? 0.0F : landed;
        cells.plane[TARGET][c] = target[c];
        cells.plane[RELAXATION][c] = second[c];
        cells.plane[PROGRAMMED][c] = (float)now;
        cells.plane[ERROR][c] = error;
    }
}

/* How far t is from one time to the next, in ln t: 0 before the first, 1 after the second. */
static inline float share(float logarithm, float from, float per_length) {
    return span_clip((logarithm - from) * per_length, 0.0F, 1.0F);
}

/* 1 over the length of the way from one time to the next, in ln t; no way is no time. */
static float per_length(double from, double to) {
    return (float)(1 / fmax(log(to / from), 1e-6));
}

XH_KERNEL
static void read(const void *params, xh_cells cells, double now, float *conductance,
                 float *variance) {
    const rram_params *p = params;
    const curve soon = curve_of(p, 0);
    const curve later = curve_of(p, 1);
    const curve last = curve_of(p, 2);
    const float per_reference = (float)(1 / p->g_reference);
    const float start = (float)p->time[0];
    const float soon_log = (float)log(p->time[0]);
    const float later_log = (float)log(p->time[1]);
    const float per_first = per_length(p->time[0], p->time[1]);
    const float per_second = per_length(p->time[1], p->time[2]);
    const float time = (float)now;
    const float *target = cells.plane[TARGET];
    const float *relaxation = cells.plane[RELAXATION];
    const float *programmed = cells.plane[PROGRAMMED];
    const float *error = cells.plane[ERROR];
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float x = target[c] * per_reference;
        float elapsed = time - programmed[c];
        float logarithm = span_log(elapsed < start ? start : elapsed);
        float a = curve_value(soon, x);
        float b = curve_value(later, x);
        float d = curve_value(last, x);
        float more = share(logarithm, soon_log, per_first) * (b * b - a * a) +
                     share(logarithm, later_log, per_second) * (d * d - b * b);
        float reach = sqrtf(more < 0.0F ? 0.0F : more);
        float g = target[c] + error[c] + reach * relaxation[c];
        conductance[c] = g < 0.0F ? 0.0F : g;
    }
    const float deviation = (float)(p->read_noise * (p->g_max - p->g_min));
    for (size_t c = 0; variance && c < cells.count; c++) {
        variance[c] = deviation * deviation;
    }
}

const xh_device_model xh_device_rram_programmed = {
    .name = "rram_programmed",
    .summary = "resistive cell programmed in a closed loop: its error and relaxation at three "
               "times",
    .equations =
        "x = target / g_reference,  n1, n2 standard normals of the cell, drawn by a set\n"
        "s_k(x) = max(program_noise (k_0 + k_1 x + k_2 x^2 + k_3 x^3 + k_4 x^4), 0),  k: "
        "soon, later, last\n"
        "set:  e = s_soon(x) n1\n"
        "read: G(t) = max(target + e + r(t) n2, 0),  r(t)^2 = max(s(x, t)^2 - "
        "s_soon(x)^2, 0)\n"
        "      s(x, t)^2 is s_k^2 at soon_time, later_time, last_time; between them linear "
        "in ln t;\n"
        "      before the first and after the last as there\n"
        "      standard deviation of one read: read_noise (g_max - g_min)",
    .reference = "W. Wan et al., Nature 608, 504 (2022), DOI 10.1038/s41586-022-04992-8, as fitted "
                 "in IBM's aihwkit; nothing is known between the three times nor after the last: "
                 "a variance linear in ln t between them, constant outside, is assumed, as are "
                 "normals of programming and relaxation that do not depend on each other",
    .params = &table,
    .traits = XH_DEVICE_DRIFTS | XH_DEVICE_READ_NOISE,
    .planes = PLANES,
    .plane = planes,
    .nominal = nominal,
    .cost = cost,
    .init = init,
    .draws = draws,
    .set = set,
    .read = read,
};
