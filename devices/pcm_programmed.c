/*
 * A phase-change cell programmed in a closed loop, as statistics: what program-and-verify leaves,
 * drift whose exponent depends on the target, and 1/f read noise. With x = target / g_reference,
 * and x' = g / g_reference of the conductance g as programmed,
 *
 *     set:    g = max(target + program_noise (program_0 + program_1 x + ... ) n1, 0)
 *             nu = drift |mean(x) + drift_spread spread(x) n2|
 *     drift:  G(T) = g (T / drift_reference)^-nu
 *     read:   G(T) (1 + Q w),   variance of one read (G(T) Q)^2 fast,
 *             Q = flicker_noise flicker(x')
 *     T       = t + drift_reference (prototype), or max(t, minimum_elapsed) (hardware)
 *
 *     mean, spread: (x < limit) ? offset + logarithm ln x, within [low, high]
 *                               : c0 + c1 x + c2 x^2 + c3 x^3
 *     flicker:      the same, with + scale x^-power in the first branch
 *
 *     target  conductance aimed at                          S
 *     t       time since the cell was programmed            s
 *     w       what wandered slowly since, and fast: both in flicker.h
 *     n1, n2  standard normals of a set                     1
 *
 * S. R. Nandakumar et al., ICECS 2019, DOI 10.1109/ICECS46596.2019.8964852 [DOI from memory]: the
 * 90 nm mushroom cell of V. Joshi et al., Nat. Commun. 11, 2473 (2020), DOI
 * 10.1038/s41467-020-16108-9, read 20 s after programming; the coefficients are those that IBM's
 * aihwkit has for its PCMLikeNoiseModel. The two variants of the 14 nm chip are presets: the same
 * equations with other numbers, in which the branches meet within a few percent, as published.
 *
 * Departures: x is counted in a reference of its own, so that a smaller g_max leaves the error of a
 * conductance what it is; slow noise wanders as flicker.h has it, where aihwkit draws all of it
 * anew for every time asked for; a read's fast noise is not clipped at zero, since it is drawn for
 * sums of cells. How many pulses and reads the loop takes is assumed. g as programmed is what the
 * cell conducts when T = drift_reference. The time of programming is a float: near time t it is
 * rounded to t 2^-24.
 */
#include "crosshebb/kernel.h"
#include "devices/device_list.h"
#include "devices/flicker.h"
#include "devices/span.h"

#include <math.h>
#include <string.h>

enum { TERMS = 4 };

/* A fit in two branches. */
typedef struct law {
    double limit;
    double offset;
    double logarithm;
    double low;
    double high;
    double c[TERMS];
} law;

typedef struct fits {
    law mean;
    law spread;
    law flicker;
} fits;

typedef struct pcm_params {
    double g_min;
    double g_max;
    double g_reference;
    double program[TERMS];
    double program_noise;
    double drift;
    double drift_spread;
    fits fit;
    double flicker_scale;
    double flicker_power;
    double flicker_noise;
    double read_time;
    double read_window;
    char drift_clock[XH_PARAM_TEXT_SIZE];
    double drift_reference;
    double minimum_elapsed;
    xh_device_pulse_cost cost;
} pcm_params;

enum { G, DRIFT, PROGRAMMED, FLICKER, PLANES };
enum { ERROR_DRAW, DRIFT_DRAW, FLICKER_DRAW, DRAWS };

#define FIT "[fit of Nandakumar, ICECS 2019, as in aihwkit]"
#define SIEMENS(field, microsiemens, minimum, sentence)                                            \
    XH_REAL(pcm_params, field, "S", XH_MICROSIEMENS(microsiemens), minimum, 1e-3, sentence)
#define NUMBER(field, initial, minimum, maximum, sentence)                                         \
    XH_REAL(pcm_params, field, "1", initial, minimum, maximum, sentence)
#define NAMED(label, field, unit, initial, minimum, maximum, sentence)                             \
    {                                                                                              \
        label, XH_PARAM_REAL, unit, sentence, initial, minimum, maximum, NULL, NULL,               \
            offsetof(pcm_params, field)                                                            \
    }
#define TERM(label, field, initial, sentence) NAMED(label, field, "1", initial, -10, 10, sentence)
#define PROGRAM(label, term, microsiemens, sentence)                                               \
    NAMED(label, program[term], "S", XH_MICROSIEMENS(microsiemens), -1e-3, 1e-3, sentence " " FIT)

/* The rows of a law without its polynomial, and those of that. */
#define BRANCH(of, what, meeting, constant, slope, least, most, source)                            \
    NAMED(#of "_limit", fit.of.limit, "1", meeting, 0, 10,                                         \
          what ": x from which it is the polynomial " source),                                     \
        TERM(#of "_offset", fit.of.offset, constant,                                               \
             what ": value of the logarithm at x = 1 " FIT),                                       \
        TERM(#of "_logarithm", fit.of.logarithm, slope, what ": factor of ln x " FIT),             \
        TERM(#of "_low", fit.of.low, least, what ": least of the first branch " FIT),              \
        TERM(#of "_high", fit.of.high, most, what ": most of the first branch " FIT)
#define POLYNOMIAL(of, what)                                                                       \
    TERM(#of "_0", fit.of.c[0], 0, what ": constant of the polynomial [90 nm: none]"),             \
        TERM(#of "_1", fit.of.c[1], 0, what ": factor of x [90 nm: none]"),                        \
        TERM(#of "_2", fit.of.c[2], 0, what ": factor of x^2 [90 nm: none]"),                      \
        TERM(#of "_3", fit.of.c[3], 0, what ": factor of x^3 [90 nm: none]")
#define NEVER "[90 nm: none, the first branch is all]"

static const char *const clocks[] = {"prototype", "hardware", NULL};

static const xh_param rows[] = {
    SIEMENS(g_min, 0, 0, "least target [RESET of the cell is below the error of programming]"),
    SIEMENS(g_max, 25, 1e-9, "largest target [Joshi 2020]"),
    SIEMENS(g_reference, 25, 1e-9, "conductance at which x = 1 [Joshi 2020]"),
    PROGRAM("program_0", 0, 0.26348, "deviation from the target: constant"),
    PROGRAM("program_1", 1, 1.9650, "deviation from the target: factor of x"),
    PROGRAM("program_2", 2, -1.1731, "deviation from the target: factor of x^2"),
    PROGRAM("program_3", 3, 0, "deviation from the target: factor of x^3"),
    NUMBER(program_noise, 1, 0, 100, "factor of the deviation from the target [1: as published]"),
    NUMBER(drift, 1, 0, 100, "factor of every drift exponent [1: as published]"),
    NUMBER(drift_spread, 1, 0, 100, "factor of the spread of drift exponents [1: as published]"),
    BRANCH(mean, "mean drift exponent", 10, 0.0244, -0.0155, 0.049, 0.1, NEVER),
    POLYNOMIAL(mean, "mean drift exponent"),
    BRANCH(spread, "spread of drift exponents", 10, -0.0059, -0.0125, 0.008, 0.045, NEVER),
    POLYNOMIAL(spread, "spread of drift exponents"),
    BRANCH(flicker, "1/f noise", 10, 0, 0, 0, 0.2, NEVER),
    POLYNOMIAL(flicker, "1/f noise"),
    NUMBER(flicker_scale, 0.0088, 0, 10, "1/f noise: factor of x^-flicker_power " FIT),
    NUMBER(flicker_power, 0.65, 0, 4, "1/f noise: negative power of x " FIT),
    NUMBER(flicker_noise, 1, 0, 100, "factor of the 1/f noise [1: as published]"),
    XH_REAL(pcm_params, read_time, "s", 250e-9, 1e-12, 1, "duration of a read in the 1/f fit " FIT),
    XH_REAL(pcm_params, read_window, "s", 1, 0, 1e10,
            "fluctuations faster than this are drawn anew at every read, slower ones stand still "
            "until time passes [assumed: a second of reads; 0: all stand still, as in aihwkit]"),
    XH_TEXT(pcm_params, drift_clock, "prototype", clocks,
            "prototype: the clock starts drift_reference after programming; hardware: with it, no "
            "sooner than minimum_elapsed [prototype: as in aihwkit]"),
    XH_REAL(pcm_params, drift_reference, "s", 20, 1e-9, 1e9,
            "time after programming at which the fit reads the cell first " FIT),
    XH_REAL(pcm_params, minimum_elapsed, "s", 1e-3, 1e-9, 1e9,
            "time after programming below which the hardware clock holds drift [assumed]"),
    SPAN_PULSE_ROWS(pcm_params, up, XH_PICOJOULES(20),
                    "[assumed: as a RESET, 19.2 pJ for 480 uW, 40 ns: Lee, ISCA 2009, as in NVSim]",
                    XH_NANOSECONDS(200),
                    "[assumed: 150 ns for a full SET, Lee, ISCA 2009, as in NVSim; and 50 ns]", 1,
                    "[assumed: each melts the cell]"),
    SPAN_ENDURANCE_ROW(pcm_params, 1e8, "[Lee, ISCA 2009, from memory]"),
    SPAN_SET_ROWS(pcm_params, 20, "[assumed]", 20, "[assumed: one after each pulse]"),
};

static const xh_param_table table = XH_PARAM_TABLE(pcm_params, rows);

static const xh_plane planes[PLANES] = {
    [G] = {"conductance", "S", "conductance as programmed, drift_reference after programming"},
    [DRIFT] = {"drift", "1", "drift exponent of the cell"},
    [PROGRAMMED] = {"programmed", "s", "time at which the cell was programmed"},
    [FLICKER] = {"flicker", "1", "what slow 1/f noise has added up to, in units of Q"},
};

static xh_device_nominal nominal(const void *params) {
    const pcm_params *p = params;
    return (xh_device_nominal){
        .g_min = p->g_min, .g_max = p->g_max, .zero = p->g_min, .unit = p->g_max - p->g_min};
}

static xh_device_pulse_cost cost(const void *params) {
    return ((const pcm_params *)params)->cost;
}

static size_t draws(const void *params) {
    (void)params;
    return DRAWS;
}

/* The clock in floats: T is max(t + start, least). */
typedef struct clock_of {
    float start;
    float least;
} clock_of;

static clock_of clock_from(const pcm_params *p) {
    return strcmp(p->drift_clock, "prototype") == 0
               ? (clock_of){(float)p->drift_reference, (float)p->drift_reference}
               : (clock_of){0.0F, (float)p->minimum_elapsed};
}

static inline float clock_time(clock_of clock, float now, float programmed) {
    float elapsed = now - programmed + clock.start;
    return elapsed < clock.least ? clock.least : elapsed;
}

static flicker flicker_of(const pcm_params *p) {
    return (flicker){fmaxf((float)p->read_window, (float)p->read_time), (float)p->read_time};
}

/* A law in floats. */
typedef struct curve {
    float limit, offset, logarithm, low, high, c[TERMS];
} curve;

static curve curve_of(const law *l) {
    return (curve){
        (float)l->limit,     (float)l->offset,
        (float)l->logarithm, (float)l->low,
        (float)l->high,      {(float)l->c[0], (float)l->c[1], (float)l->c[2], (float)l->c[3]}};
}

/* Its value at x, of which the logarithm is known; more is added in the first branch. */
static inline float curve_value(curve f, float x, float logarithm, float more) {
    float first = span_clip(f.offset + f.logarithm * logarithm + more, f.low, f.high);
    float second = f.c[0] + x * (f.c[1] + x * (f.c[2] + x * f.c[3]));
    return x < f.limit ? first : second;
}

static const float least_x = 1e-7F; /* of a logarithm, as in aihwkit */

static void init(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double now) {
    (void)stream, (void)first;
    const pcm_params *p = params;
    for (size_t c = 0; c < cells.count; c++) {
        cells.plane[G][c] = (float)p->g_min;
        cells.plane[DRIFT][c] = 0.0F;
        cells.plane[PROGRAMMED][c] = (float)now;
        cells.plane[FLICKER][c] = 0.0F;
    }
}

XH_KERNEL
static void set(const void *params, xh_cells cells, const float *target, const float *noise,
                double now) {
    const pcm_params *p = params;
    const curve mean = curve_of(&p->fit.mean);
    const curve spread = curve_of(&p->fit.spread);
    const clock_of clock = clock_from(p);
    const float per_reference = (float)(1 / p->g_reference);
    const float deviation = (float)p->program_noise;
    const float c0 = (float)p->program[0];
    const float c1 = (float)p->program[1];
    const float c2 = (float)p->program[2];
    const float c3 = (float)p->program[3];
    const float scale = (float)p->drift;
    const float spread_scale = (float)p->drift_spread;
    const float slow = sqrtf(flicker_slow(flicker_of(p), clock_time(clock, 0.0F, 0.0F)));
    const float *error = noise + ERROR_DRAW * cells.count;
    const float *exponent = noise + DRIFT_DRAW * cells.count;
    const float *wander = noise + FLICKER_DRAW * cells.count;
    float *g = cells.plane[G];
    float *drift = cells.plane[DRIFT];
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float x = target[c] * per_reference;
        float logarithm = span_log(x < least_x ? least_x : x);
        float sigma = deviation * (c0 + x * (c1 + x * (c2 + x * c3)));
        sigma = sigma < 0.0F ? 0.0F : sigma;
        float landed = target[c] + sigma * error[c];
        g[c] = landed < 0.0F ? 0.0F : landed;
        float middle = curve_value(mean, x, logarithm, 0.0F);
        float width = spread_scale * curve_value(spread, x, logarithm, 0.0F);
        drift[c] = scale * fabsf(middle + width * exponent[c]);
        cells.plane[FLICKER][c] = slow * wander[c];
        cells.plane[PROGRAMMED][c] = (float)now;
    }
}

static void age(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double from,
                double to) {
    enum { BLOCK = 256 };
    const pcm_params *p = params;
    const clock_of clock = clock_from(p);
    const flicker noise = flicker_of(p);
    const float start = (float)from;
    const float passed = (float)(to - from);
    float normal[BLOCK];
    for (size_t done = 0; done < cells.count; done += BLOCK) {
        const size_t count = cells.count - done < BLOCK ? cells.count - done : BLOCK;
        float *wander = cells.plane[FLICKER] + done;
        const float *programmed = cells.plane[PROGRAMMED] + done;
        xh_rng_normal(stream, first + done, count, normal);
        SPAN_LOOP
        for (size_t c = 0; c < count; c++) {
            float elapsed = clock_time(clock, start, programmed[c]);
            wander[c] += sqrtf(flicker_step(noise, elapsed, passed)) * normal[c];
        }
    }
}

XH_KERNEL
static void read(const void *params, xh_cells cells, double now, float *conductance,
                 float *variance) {
    const pcm_params *p = params;
    const curve strengths = curve_of(&p->fit.flicker);
    const clock_of clock = clock_from(p);
    const flicker noise = flicker_of(p);
    const float per_reference = (float)(1 / p->g_reference);
    const float scale = (float)(1 / p->drift_reference);
    const float strength = (float)p->flicker_noise;
    const float factor = (float)p->flicker_scale;
    const float power = (float)p->flicker_power;
    const float time = (float)now;
    const float *g = cells.plane[G];
    const float *drift = cells.plane[DRIFT];
    const float *programmed = cells.plane[PROGRAMMED];
    const float *wander = cells.plane[FLICKER];
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float x = g[c] * per_reference;
        float logarithm = span_log(x < least_x ? least_x : x);
        float falling = factor * span_exp(-power * logarithm);
        float q = strength * curve_value(strengths, x, logarithm, falling);
        float elapsed = clock_time(clock, time, programmed[c]);
        float drifted = g[c] * span_exp(-drift[c] * span_log(elapsed * scale));
        float wandered = drifted * (1.0F + q * wander[c]);
        conductance[c] = wandered < 0.0F ? 0.0F : wandered;
        if (variance) {
            variance[c] = drifted * drifted * q * q * flicker_fast(noise, elapsed);
        }
    }
}

const xh_device_model xh_device_pcm_programmed = {
    .name = "pcm_programmed",
    .summary = "phase-change cell programmed in a closed loop: its error, drift and 1/f noise",
    .equations =
        "x = target / g_reference,  x' = g / g_reference,  n1, n2 standard normals of a set\n"
        "set:   g = max(target + program_noise (program_0 + program_1 x + program_2 x^2 + "
        "program_3 x^3) n1, 0)\n"
        "       nu = drift |mean(x) + drift_spread spread(x) n2|\n"
        "drift: G(T) = g (T / drift_reference)^-nu\n"
        "read:  G(T) (1 + Q w),  variance of one read (G(T) Q)^2 fast,  Q = flicker_noise "
        "flicker(x')\n"
        "       fast = ln((min(T, read_window) + read_time) / (2 read_time))\n"
        "       w normal of variance ln((max(T, read_window) + read_time) / (read_window + "
        "read_time)),\n"
        "       by independent increments\n"
        "clock: T = t + drift_reference (prototype), or max(t, minimum_elapsed) (hardware)\n"
        "mean, spread: x < limit: offset + logarithm ln x, within [low, high];\n"
        "              else c0 + c1 x + c2 x^2 + c3 x^3\n"
        "flicker: the same, with + flicker_scale x'^-flicker_power in the first branch",
    .reference = "S. R. Nandakumar et al., ICECS 2019, DOI 10.1109/ICECS46596.2019.8964852 (DOI "
                 "from memory); cells of V. Joshi et al., Nat. Commun. 11, 2473 (2020), DOI "
                 "10.1038/s41467-020-16108-9; coefficients as in IBM's aihwkit; "
                 "the 1/f noise is split into what a read draws and what stands still, and the "
                 "pulses and reads of the loop are assumed",
    .params = &table,
    .traits = XH_DEVICE_DRIFTS | XH_DEVICE_READ_NOISE,
    .planes = PLANES,
    .plane = planes,
    .nominal = nominal,
    .cost = cost,
    .init = init,
    .draws = draws,
    .set = set,
    .age = age,
    .read = read,
};
