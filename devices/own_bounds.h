/**
 * What models share whose cells have bounds of their own and a read noise that does not depend on
 * the state. The bounds of a cell, with standard normals x1, x2 of its own:
 *
 *     g_min_i = max(g_min (1 + g_min_spread x1), 0)
 *     g_max_i = max(g_max (1 + g_max_spread x2), g_min_i)
 */
#ifndef CROSSHEBB_OWN_BOUNDS_H
#define CROSSHEBB_OWN_BOUNDS_H

#include "devices/span.h"

/** Means in siemens; spreads relative to them. */
typedef struct own_bounds {
    double g_min;
    double g_max;
    double g_min_spread;
    double g_max_spread;
} own_bounds;

#define OWN_BOUNDS_EQUATIONS                                                                       \
    "g_min_i = g_min (1 + g_min_spread x1) >= 0,  g_max_i = g_max (1 + g_max_spread x2)"

/** One row of the table for a field of the struct's member bounds. */
#define OWN_BOUNDS_ROW(type, field, unit, initial, maximum, sentence)                              \
    {                                                                                              \
#field, XH_PARAM_REAL, unit, sentence, initial, 0, maximum, NULL, NULL,                    \
            offsetof(type, bounds.field)                                                           \
    }

/** The four rows, each mean with its source and both spreads with theirs. */
#define OWN_BOUNDS_ROWS(type, low, low_source, high, high_source, spread, spread_source)           \
    OWN_BOUNDS_ROW(type, g_min, "S", low, 1e-3,                                                    \
                   "lower bound of the conductance, mean over cells " low_source),                 \
        OWN_BOUNDS_ROW(type, g_max, "S", high, 1e-3,                                               \
                       "upper bound of the conductance, mean over cells " high_source),            \
        OWN_BOUNDS_ROW(type, g_min_spread, "1", spread, 10,                                        \
                       "device-to-device spread of g_min, relative to it " spread_source),         \
        OWN_BOUNDS_ROW(type, g_max_spread, "1", spread, 10,                                        \
                       "device-to-device spread of g_max, relative to it " spread_source)

/** From standard normals in low and high to bounds. */
void xh_own_bounds_spread(own_bounds bounds, float *low, float *high, size_t count);

/** A read of the plane g [count] that spreads by deviation (siemens); variance may be NULL. */
void xh_own_bounds_read(const float *g, size_t count, double deviation, float *conductance,
                        float *variance);

#endif
