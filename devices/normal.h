/**
 * The probability that a standard normal is below x, for loops over cells: no branches, no calls.
 *
 * M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), 26.2.17; absolute error
 * below 3e-7 with the rounding of floats.
 */
#ifndef CROSSHEBB_NORMAL_H
#define CROSSHEBB_NORMAL_H

#include "devices/exponential.h"

static inline float span_normal_probability(float x) {
    float size = x < 0.0F ? -x : x;
    float t = 1.0F / (1.0F + 0.2316419F * size);
    float series = 1.330274429F;
    series = series * t - 1.821255978F;
    series = series * t + 1.781477937F;
    series = series * t - 0.356563782F;
    series = series * t + 0.319381530F;
    float beyond = 0.398942280F * span_exp(-0.5F * size * size) * series * t;
    return x < 0.0F ? beyond : 1.0F - beyond;
}

#endif
