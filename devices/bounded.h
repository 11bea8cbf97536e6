/**
 * Cells that step up and down between two bounds, each cell with bounds and steps of its own: what
 * constant_step and soft_bounds share. A model adds the law of its step.
 *
 * With half = (g_max - g_min) / 2, middle = (g_max + g_min) / 2, step = (g_max - g_min) / states
 * and standard normals x1 .. x4 drawn once a cell:
 *
 *     g_max_i = middle + half |1 + bound_spread x1|
 *     g_min_i = max(middle - half |1 + bound_spread x2|, 0)
 *     up_i    = step |gain + up_down_spread x4 + min(up_down, 0)|
 *     down_i  = step |gain - up_down_spread x4 - max(up_down, 0)|
 *     gain    = 1 + step_spread x3,  or exp(step_spread x3) if step_log_normal
 *
 * and with a standard normal x drawn for each RESET and each read:
 *
 *     RESET: G <- g_min_i + reset_noise (g_max - g_min) x, within the cell's bounds
 *     read:  G + read_noise (g_max - g_min) x
 *
 * These are the conventions of PulsedDevice in IBM's aihwkit, whose weight is (G - middle) / half
 * in units of its w_max; a conductance, unlike a weight, cannot fall below zero.
 */
#ifndef CROSSHEBB_BOUNDED_H
#define CROSSHEBB_BOUNDED_H

#include "devices/span.h"

#include <stdbool.h>

typedef struct xh_bounded_params {
    double g_min;
    double g_max;
    double states;
    double step_spread;
    bool step_log_normal;
    double cycle_noise;
    double bound_spread;
    double up_down;
    double up_down_spread;
    double reset_noise;
    double read_noise;
    xh_device_pulse_cost cost;
} xh_bounded_params;

enum { BOUNDED_G, BOUNDED_LOW, BOUNDED_HIGH, BOUNDED_UP, BOUNDED_DOWN, BOUNDED_PLANES };

/** The equations above, as every model of the family shows them. */
#define BOUNDED_EQUATIONS                                                                          \
    "cell:  g_max_i = middle + half |1 + bound_spread x1|\n"                                       \
    "       g_min_i = max(middle - half |1 + bound_spread x2|, 0)\n"                               \
    "       up_i    = step |gain + up_down_spread x4 + min(up_down, 0)|\n"                         \
    "       down_i  = step |gain - up_down_spread x4 - max(up_down, 0)|\n"                         \
    "       gain    = 1 + step_spread x3, or exp(step_spread x3) if step_log_normal\n"             \
    "       step    = (g_max - g_min) / states\n"                                                  \
    "       middle  = (g_max + g_min) / 2,  half = (g_max - g_min) / 2\n"                          \
    "RESET: G <- g_min_i + reset_noise (g_max - g_min) x, within the cell's bounds\n"              \
    "read:  G + read_noise (g_max - g_min) x"

extern const xh_param_table xh_bounded_param_table;
extern const xh_plane xh_bounded_planes[BOUNDED_PLANES];

/* The hooks of device.h that do not depend on the law of the step. */
xh_device_nominal xh_bounded_nominal(const void *params);
xh_device_pulse_cost xh_bounded_cost(const void *params);
void xh_bounded_init(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double now);
void xh_bounded_reset(const void *params, xh_cells cells, const float *noise, double now,
                      xh_pulse_tally *tally);
void xh_bounded_read(const void *params, xh_cells cells, double now, float *conductance,
                     float *variance);

#endif
