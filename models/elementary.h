/*
 * 2^x, log2 x and softmax for loops over neurons: free of branches and calls, so that the compiler
 * makes vector code of the loops around them. The coefficients are minimax fits.
 */
#ifndef XH_MODELS_ELEMENTARY_H
#define XH_MODELS_ELEMENTARY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline float elementary_of_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t elementary_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* 2^x = 2^n 2^r, n = round(x), |r| <= 1/2; relative error below 3e-7. x is held within [-100, 127]:
 * what is less hardly differs from 0, and no later product with it is subnormal. */
static inline float elementary_exp2(float x) {
    const float round = 0x1.8p23F; /* adding it leaves n in the low bits */
    const float raised = x < -100.0F ? -100.0F : x;
    const float bounded = raised > 127.0F ? 127.0F : raised;
    const float shifted = bounded + round;
    const float r = bounded - (shifted - round);
    float power = 0.00132647272F;
    power = power * r + 0.00967151264F;
    power = power * r + 0.0555073374F;
    power = power * r + 0.240222421F;
    power = power * r + 0.693146978F;
    power = power * r + 1.0F;
    const uint32_t exponent = elementary_bits(shifted) << 23;
    return elementary_of_bits(elementary_bits(power) + exponent);
}

/* log2 of a normal x > 0: x = 2^n m with m in [sqrt 1/2, sqrt 2), and log2 m an odd polynomial in
 * s = (m - 1) / (m + 1); absolute error below 1e-7 + 1e-7 |log2 x|. */
static inline float elementary_log2(float x) {
    const uint32_t sqrt_half = 0x3f3504f3;
    const int32_t n = (int32_t)(elementary_bits(x) - sqrt_half) >> 23;
    const float m = elementary_of_bits(elementary_bits(x) - ((uint32_t)n << 23));
    const float s = (m - 1.0F) / (m + 1.0F);
    const float square = s * s;
    const float odd = (0.595796515F * square + 0.961587864F) * square + 2.88539043F;
    return (float)n + odd * s;
}

static inline float elementary_largest(size_t count, const float *value) {
    float largest = value[0];
#pragma omp simd reduction(max : largest)
    for (size_t i = 0; i < count; i++) {
        largest = value[i] > largest ? value[i] : largest;
    }
    return largest;
}

/* share * softmax(sharpness * u), given the largest u; a and u may be the same. */
static inline void elementary_softmax(float sharpness, float share, float largest, size_t count,
                                      const float *u, float *a) {
    const float slope = sharpness * 0x1.715476p0F; /* log2 e */
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < count; i++) {
        a[i] = elementary_exp2(slope * (u[i] - largest));
        sum += a[i];
    }
    const float factor = share / sum;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        a[i] *= factor;
    }
}

#endif
