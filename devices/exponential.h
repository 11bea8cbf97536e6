/**
 * exp and log of floats for loops over cells: no branches, no calls, no tables, so that a compiler
 * turns the loop into vector code, and the same bits in whatever lane a cell falls.
 *
 * Relative error of span_exp below 4e-7 on [-87, 88]; absolute error of span_log below 2e-7 + 1e-7
 * |log x| for normal x > 0.
 */
#ifndef CROSSHEBB_EXPONENTIAL_H
#define CROSSHEBB_EXPONENTIAL_H

#include <stdint.h>
#include <string.h>

static inline float float_of_bits(int32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline int32_t bits_of_float(float value) {
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/** e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln 2 / 2, and e^r by its Taylor series up to r^6.
 * Arguments are clipped to [-87, 88], where the result is a normal float. */
static inline float span_exp(float x) {
    const float to_integer = 12582912.0F; /* 1.5 * 2^23: adding it rounds to an integer */
    const float ln2_high = 0.693359375F;  /* few bits, so that n * ln2_high is exact */
    const float ln2_low = -2.12194440e-4F;
    x = x < -87.0F ? -87.0F : x;
    x = x > 88.0F ? 88.0F : x;
    float n = (x * 1.44269504F + to_integer) - to_integer;
    float r = (x - n * ln2_high) - n * ln2_low;
    float series = 1.0F / 720.0F;
    series = series * r + 1.0F / 120.0F;
    series = series * r + 1.0F / 24.0F;
    series = series * r + 1.0F / 6.0F;
    series = series * r + 0.5F;
    series = series * r * r + r + 1.0F;
    return series * float_of_bits(((int32_t)n + 127) << 23);
}

/** log x = e ln 2 + 2 artanh(s) with x = 2^e m, m in [sqrt(1/2), sqrt 2), s = (m - 1) / (m + 1),
 * and artanh by its series up to s^7. */
static inline float span_log(float x) {
    const int32_t sqrt_half = 0x3f3504f3;
    int32_t bits = bits_of_float(x);
    int32_t exponent = (bits - sqrt_half) >> 23;
    float m = float_of_bits(bits - exponent * (1 << 23));
    float s = (m - 1.0F) / (m + 1.0F);
    float square = s * s;
    float series = 2.0F / 7.0F;
    series = series * square + 2.0F / 5.0F;
    series = series * square + 2.0F / 3.0F;
    series = series * square + 2.0F;
    return (float)exponent * 0.693147181F + series * s;
}

#endif
