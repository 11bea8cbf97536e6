/** bfloat16: the upper half of a float, for what is stored in great numbers. 8 bits of precision, a
 * float's range. */
#ifndef CROSSHEBB_BFLOAT16_H
#define CROSSHEBB_BFLOAT16_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The bits: sign, 8 of exponent, 7 of fraction. */
typedef uint16_t xh_bfloat16;

/** Its value; exact. */
static inline float xh_bfloat16_value(xh_bfloat16 half) {
    const uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/** count values to the nearest, ties to even: within 2^-8 of a normal value. Beyond the largest is
 * infinity, and what is not a number stays none. */
void xh_bfloat16_round(size_t count, const float *from, xh_bfloat16 *to);

/** Values of count numbers. */
void xh_bfloat16_widen(size_t count, const xh_bfloat16 *from, float *to);

#ifdef __cplusplus
}
#endif

#endif
