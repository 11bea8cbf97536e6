/*
 * exp, log and softmax for loops over neurons: free of branches and calls, so that the compiler makes vector code of
 * the loops around them. Relative error of elementary_exp below 3e-7; absolute error of elementary_log below
 * 1e-7 + 1e-7 |log x|.
 */
#ifndef XH_MODELS_ELEMENTARY_H
#define XH_MODELS_ELEMENTARY_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline float elementary_of_bits(int32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline int32_t elementary_bits(float value) {
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* e^x = 2^n e^r with n = round(x / ln 2) and the series of e^r up to r^6, |r| <= ln 2 / 2. 0 below -87, so that no
 * result is subnormal; above 88 the value at 88. */
static inline float elementary_exp(float x) {
    const float round = 0x1.8p23F;      /* adding it rounds to an integer */
    const float ln2_high = 0x1.62ep-1F; /* few bits: its products with n are exact */
    const float ln2_low = 0x1.0bfbe8p-15F;
    const float raised = x < -87.0F ? -87.0F : x;
    const float bounded = raised > 88.0F ? 88.0F : raised;
    const float n = (bounded * 0x1.715476p0F + round) - round;
    const float r = (bounded - n * ln2_high) - n * ln2_low;
    float series = 1.0F / 720.0F;
    series = series * r + 1.0F / 120.0F;
    series = series * r + 1.0F / 24.0F;
    series = series * r + 1.0F / 6.0F;
    series = series * r + 0.5F;
    series = series * r + 1.0F;
    series = series * r + 1.0F;
    const float power = elementary_of_bits(((int32_t)n + 127) * (1 << 23));
    return x < -87.0F ? 0.0F : series * power;
}

/* log x of a normal x > 0: x = 2^n m with m in [sqrt 1/2, sqrt 2), and log m = 2 artanh((m - 1) / (m + 1)) by its
 * series up to the ninth power. */
static inline float elementary_log(float x) {
    const int32_t sqrt_half = 0x3f3504f3;
    const int32_t n = (elementary_bits(x) - sqrt_half) >> 23;
    const float m = elementary_of_bits(elementary_bits(x) - n * (1 << 23));
    const float s = (m - 1.0F) / (m + 1.0F);
    const float square = s * s;
    float series = 2.0F / 9.0F;
    series = series * square + 2.0F / 7.0F;
    series = series * square + 2.0F / 5.0F;
    series = series * square + 2.0F / 3.0F;
    series = series * square;
    return (float)n * 0x1.62e43p-1F + (2.0F * s + series * s);
}

static inline float elementary_largest(size_t count, const float *value) {
    float largest = value[0];
#pragma omp simd reduction(max : largest)
    for (size_t i = 0; i < count; i++) {
        largest = value[i] > largest ? value[i] : largest;
    }
    return largest;
}

/* share * softmax(sharpness * u); a and u may be the same. */
static inline void elementary_softmax(float sharpness, float share, size_t count, const float *u,
                                      float *a) {
    const float largest = elementary_largest(count, u);
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < count; i++) {
        a[i] = elementary_exp(sharpness * (u[i] - largest));
        sum += a[i];
    }
    const float factor = share / sum;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        a[i] *= factor;
    }
}

#endif
