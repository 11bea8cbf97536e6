/**
 * Cells that step up and down between two bounds, each cell with bounds and steps of its own: what
 * the models fitted in IBM's aihwkit share. A model adds the law of its step.
 *
 * With range = g_max - g_min, zero = g_min + weight_zero range, step = range / states and standard
 * normals x1 .. x8 drawn once a cell:
 *
 *     g_max_i = zero + (g_max - zero) |1 + g_max_spread x1|
 *     g_min_i = max(zero - (zero - g_min) |1 + g_min_spread x2|, 0)
 *     up_i    = step |gain + up_down_spread x4 + min(up_down, 0)|
 *     down_i  = step |gain - up_down_spread x4 - max(up_down, 0)|
 *     gain    = 1 + step_spread x3,  or exp(step_spread x3) if step_log_normal
 *
 * A share corrupt_share of the cells are corrupt: both bounds at one conductance, uniform among
 * those of the cell within corrupt_range range / 2 of zero, and no steps. With a standard normal x
 * drawn for each pulse, RESET, read and passing of time:
 *
 *     write: a pulse or RESET leaves G, and shows max(G + write_noise step x, 0) until the next
 *     RESET: G <- g_min_i + range (reset + reset_spread x5 + reset_noise x)
 *     time:  G <- rest' + (G - rest') e^(-t / tau_i) + range D_i s x
 *            rest' = g_min + rest range,  tau_i = lifetime |1 + lifetime_spread x6|
 *            D_i = diffusion |1 + diffusion_spread x7|,  s^2 = (1 - e^(-2 t / tau_i)) tau_i / 2
 *     read:  what the last write shows + read_noise range x
 *
 * all G within the cell's bounds. Without lifetime (0 stands for none) s^2 = t.
 *
 * These are the conventions of PulsedDevice in IBM's aihwkit, whose weight is w = (G - zero) / unit
 * in siemens: unit = range / (w_max - w_min), which is range / 2 for its published devices. It
 * differs in this: a conductance, unlike a weight, cannot fall below zero; a RESET leads to the
 * cell's lower bound unless reset says otherwise, not to weight zero; decay and diffusion follow
 * time in seconds and are exact for any t, where aihwkit has one step a mini-batch (a decay by 1 - 1
 * / lifetime, a step of diffusion), and they move what the last write shows along with G, where
 * aihwkit draws write noise anew.
 */
#ifndef CROSSHEBB_BOUNDED_H
#define CROSSHEBB_BOUNDED_H

#include "devices/span.h"

#include <stdbool.h>

/** The first member of every model's parameters. */
typedef struct xh_bounded_params {
    double g_min;
    double g_max;
    double weight_zero;
    double states;
    double step_spread;
    bool step_log_normal;
    double cycle_noise;
    double g_min_spread;
    double g_max_spread;
    double up_down;
    double up_down_spread;
    double write_noise;
    double corrupt_share;
    double corrupt_range;
    double reset;
    double reset_spread;
    double reset_noise;
    double rest;
    double lifetime;
    double lifetime_spread;
    double diffusion;
    double diffusion_spread;
    double read_noise;
    xh_device_pulse_cost cost;
} xh_bounded_params;

/** Planes of a cell: these, then the model's own (none, or two that shape its steps), then those of
 *  optional physics, which are kept only if the parameters ask for them. */
enum { BOUNDED_G, BOUNDED_LOW, BOUNDED_HIGH, BOUNDED_UP, BOUNDED_DOWN, BOUNDED_OWN };
enum { BOUNDED_SHAPE_UP = BOUNDED_OWN, BOUNDED_SHAPE_DOWN, BOUNDED_SHAPES = 2 };
enum { BOUNDED_SHOWN, BOUNDED_RESET, BOUNDED_DECAY, BOUNDED_DIFFUSION, BOUNDED_OPTIONS };

#define BOUNDED_CELL_PLANES                                                                        \
    {"conductance", "S", "conductance as programmed"}, {"g_min", "S", "lower bound of the cell"},  \
        {"g_max", "S", "upper bound of the cell"},                                                 \
        {"scale_up", "S", "up_i, the scale of the cell's up steps"}, {                             \
        "scale_down", "S", "down_i, the scale of the cell's down steps"                            \
    }
#define BOUNDED_OPTION_PLANES                                                                      \
    {"shown", "S", "conductance as the last write shows it; kept with write_noise and below"},     \
        {"reset", "S", "mean state after a RESET; kept with reset_spread and below"},              \
        {"decay", "1/s", "1 / tau_i; kept with lifetime or diffusion"}, {                          \
        "diffusion", "S/sqrt(s)", "range D_i; kept with lifetime or diffusion"                     \
    }

#define BOUNDED_SPREAD(field, initial, sentence)                                                   \
    XH_REAL(xh_bounded_params, field, "1", initial, 0, 10, sentence)
#define BOUNDED_DEFAULT "[aihwkit PulsedDevice default]"
#define BOUNDED_WU "TaOx/HfOx, Wu 2018 as in NeuroSim V3.0]"

/** The rows that every model of the family has. */
#define BOUNDED_ROWS                                                                               \
    XH_REAL(xh_bounded_params, g_min, "S", XH_MICROSIEMENS(1), 0, 1e-3,                            \
            "lower bound of the conductance, mean over cells [on/off ratio 10: " BOUNDED_WU),      \
        XH_REAL(xh_bounded_params, g_max, "S", XH_MICROSIEMENS(10), 0, 1e-3,                       \
                "upper bound of the conductance, mean over cells [100 kohm: " BOUNDED_WU),         \
        XH_REAL(xh_bounded_params, weight_zero, "1", 0.5, 0, 1,                                    \
                "where the conductance of weight zero lies, 0 at g_min, 1 at g_max [middle, as "   \
                "with the defaults of aihwkit PulsedDevice]"),                                     \
        XH_REAL(xh_bounded_params, states, "1", 100, 1, 1e6,                                       \
                "g_max - g_min over the mean scale of a step [assumed; TaOx/HfOx has 128]"),       \
        BOUNDED_SPREAD(step_spread, 0.3,                                                           \
                       "device-to-device spread of the steps, relative " BOUNDED_DEFAULT),         \
        XH_FLAG(xh_bounded_params, step_log_normal, 0,                                             \
                "spread the steps log-normally, not normally " BOUNDED_DEFAULT),                   \
        BOUNDED_SPREAD(cycle_noise, 0.3,                                                           \
                       "cycle-to-cycle spread of a step, relative " BOUNDED_DEFAULT),              \
        BOUNDED_SPREAD(g_min_spread, 0.2,                                                          \
                       "device-to-device spread of g_min, relative to its distance from weight "   \
                       "zero [assumed]"),                                                          \
        BOUNDED_SPREAD(g_max_spread, 0.2,                                                          \
                       "device-to-device spread of g_max, relative to its distance from weight "   \
                       "zero [assumed]"),                                                          \
        XH_REAL(xh_bounded_params, up_down, "1", 0, -1, 1,                                         \
                "asymmetry, relative to the step: positive shortens down steps, negative up "      \
                "steps " BOUNDED_DEFAULT),                                                         \
        BOUNDED_SPREAD(up_down_spread, 0.01,                                                       \
                       "device-to-device spread of the asymmetry, relative to the "                \
                       "step " BOUNDED_DEFAULT),                                                   \
        XH_REAL(xh_bounded_params, write_noise, "1", 0, 0, 1000,                                   \
                "spread of what a write shows about the cell's state, relative to the mean scale " \
                "of a step; 0 for none " BOUNDED_DEFAULT),                                         \
        XH_REAL(xh_bounded_params, corrupt_share, "1", 0, 0, 1,                                    \
                "share of cells that never move " BOUNDED_DEFAULT),                                \
        XH_REAL(xh_bounded_params, corrupt_range, "1", 0.1, 0, 2,                                  \
                "farthest that those lie from weight zero, relative to half of g_max - "           \
                "g_min " BOUNDED_DEFAULT),                                                         \
        XH_REAL(xh_bounded_params, reset, "1", 0, 0, 1,                                            \
                "mean state after a RESET above the cell's lower bound, relative to g_max - "      \
                "g_min [assumed; aihwkit resets to weight zero]"),                                 \
        BOUNDED_SPREAD(reset_spread, 0,                                                            \
                       "device-to-device spread of the state after a RESET, relative to g_max - "  \
                       "g_min " BOUNDED_DEFAULT),                                                  \
        BOUNDED_SPREAD(reset_noise, 0.01,                                                          \
                       "cycle-to-cycle spread of the state after a RESET, relative to g_max - "    \
                       "g_min " BOUNDED_DEFAULT),                                                  \
        XH_REAL(xh_bounded_params, rest, "1", 0.5, 0, 1,                                           \
                "what the conductance decays to, 0 at g_min, 1 at g_max [weight zero, as in "      \
                "aihwkit]"),                                                                       \
        XH_REAL(xh_bounded_params, lifetime, "s", 0, 0, 1e15,                                      \
                "time constant of the decay; 0 for none. aihwkit counts mini-batches: multiply "   \
                "by the seconds of one " BOUNDED_DEFAULT),                                         \
        BOUNDED_SPREAD(lifetime_spread, 0,                                                         \
                       "device-to-device spread of the time constant, relative " BOUNDED_DEFAULT), \
        XH_REAL(xh_bounded_params, diffusion, "1/sqrt(s)", 0, 0, 1e6,                              \
                "spread of the conductance after one second of diffusion, relative to g_max - "    \
                "g_min. aihwkit has it after a mini-batch: divide by the root of its "             \
                "seconds " BOUNDED_DEFAULT),                                                       \
        BOUNDED_SPREAD(diffusion_spread, 0,                                                        \
                       "device-to-device spread of the diffusion, relative " BOUNDED_DEFAULT),     \
        BOUNDED_SPREAD(read_noise, 0.005,                                                          \
                       "spread of a read, relative to g_max - g_min; 0 for none [assumed]"),       \
        SPAN_RRAM_ROWS(xh_bounded_params)

/** The equations above, as every model of the family shows them. */
#define BOUNDED_EQUATIONS                                                                          \
    "cell:  g_max_i = zero + (g_max - zero) |1 + g_max_spread x1|\n"                               \
    "       g_min_i = max(zero - (zero - g_min) |1 + g_min_spread x2|, 0)\n"                       \
    "       up_i    = step |gain + up_down_spread x4 + min(up_down, 0)|\n"                         \
    "       down_i  = step |gain - up_down_spread x4 - max(up_down, 0)|\n"                         \
    "       gain    = 1 + step_spread x3, or exp(step_spread x3) if step_log_normal\n"             \
    "       range   = g_max - g_min,  zero = g_min + weight_zero range,  step = range / states\n"  \
    "       corrupt: g_max_i = g_min_i uniform within corrupt_range range / 2 of zero, no steps\n" \
    "write: a pulse or RESET leaves G and shows max(G + write_noise step x, 0)\n"                  \
    "RESET: G <- g_min_i + range (reset + reset_spread x5 + reset_noise x)\n"                      \
    "time:  G <- r + (G - r) e^(-t / tau_i) + range D_i s x,  r = g_min + rest range\n"            \
    "       tau_i = lifetime |1 + lifetime_spread x6|,  D_i = diffusion |1 + diffusion_spread "    \
    "x7|\n"                                                                                        \
    "       s^2 = (1 - e^(-2 t / tau_i)) tau_i / 2, or t without lifetime\n"                       \
    "read:  what the last write shows + read_noise range x"

#define BOUNDED_TRAITS                                                                             \
    (XH_DEVICE_DEPRESSES | XH_DEVICE_RESETS | XH_DEVICE_READ_NOISE | XH_DEVICE_EVEN_NOISE)

static inline float bounded_zero(const xh_bounded_params *p) {
    return (float)(p->g_min + p->weight_zero * (p->g_max - p->g_min));
}

/** Siemens of the mean scale of a step. */
static inline float bounded_step(const xh_bounded_params *p) {
    return (float)((p->g_max - p->g_min) / p->states);
}

/** Nominal figures where the law multiplies the scale of a step by up and down at mid-range. */
xh_device_nominal xh_bounded_nominal(const xh_bounded_params *p, double up, double down);

/** What cells have of one kind in either direction, up to down, and how it spreads over them. */
typedef struct xh_bounded_pair {
    double mean;
    double spread;         /* relative, of both directions together */
    double up_down;        /* relative; positive makes it smaller downwards, negative upwards */
    double up_down_spread; /* relative, of one direction against the other */
    bool log_normal;       /* spread, not up_down_spread */
} xh_bounded_pair;

/** From standard normals in up and down [count] to what the cells have. */
void xh_bounded_spread_pair(xh_bounded_pair pair, size_t count, float *up, float *down);

/** Draws bounds, steps and corrupt cells of init. */
void xh_bounded_draw(const xh_bounded_params *p, xh_cells cells, xh_rng stream, uint64_t first);
/** The same, and standard normals into the two own planes. */
void xh_shaped_draw(const xh_bounded_params *p, xh_cells cells, xh_rng stream, uint64_t first);
/** Draws optional planes and the pristine state, once bounds are as they stay. own is the number of
 *  own planes, 0 or BOUNDED_SHAPES. */
void xh_bounded_begin(const xh_bounded_params *p, size_t own, xh_cells cells, xh_rng stream,
                      uint64_t first);
/** How many planes cells keep, and the state after a RESET with standard normals for it and for the
 *  write that it is; the former may lie in the plane of G, the latter in that of what is shown. */
size_t xh_bounded_kept_with(const xh_bounded_params *p, size_t own);
void xh_bounded_restore(const xh_bounded_params *p, size_t own, xh_cells cells, const float *noise,
                        const float *write);
/** What a write shows, once a pulse with its direction and noise [draws][count] has moved G. */
void xh_bounded_show(const xh_bounded_params *p, size_t own, xh_cells cells, const float *direction,
                     const float *noise);

/* The hooks of device.h that do not depend on the law of the step; init of models without own planes. */
void xh_bounded_init(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double now);
xh_device_pulse_cost xh_bounded_cost(const void *params);
size_t xh_bounded_draws(const void *params);
bool xh_bounded_ages(const void *params);

/* Those that depend on the number of own planes: xh_bounded for none, xh_shaped for two. */
#define BOUNDED_HOOKS(family)                                                                      \
    size_t xh_##family##_kept(const void *params);                                                 \
    void xh_##family##_reset(const void *params, xh_cells cells, const float *noise, double now,   \
                             xh_pulse_tally *tally);                                               \
    void xh_##family##_age(const void *params, xh_cells cells, xh_rng stream, uint64_t first,      \
                           double from, double to);                                                \
    void xh_##family##_read(const void *params, xh_cells cells, double now, float *conductance,    \
                            float *variance)
BOUNDED_HOOKS(bounded);
BOUNDED_HOOKS(shaped);
#undef BOUNDED_HOOKS

/** What the descriptors of the family have in common: the model's table, planes, nominal and pulse, and
 * the hooks of either family. */
#define BOUNDED_DESCRIPTOR(family)                                                                 \
    .params = &table, .traits = BOUNDED_TRAITS, .planes = sizeof(planes) / sizeof(planes[0]),      \
    .plane = planes, .nominal = nominal, .cost = xh_bounded_cost, .draws = xh_bounded_draws,       \
    .kept = xh_##family##_kept, .pulse = pulse, .reset = xh_##family##_reset,                      \
    .age = xh_##family##_age, .ages = xh_bounded_ages, .read = xh_##family##_read

#endif
