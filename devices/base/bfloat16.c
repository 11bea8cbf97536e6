/*
 * Rounding on the bits: adding just under half of what is cut off, and the last bit that is kept,
 * carries to the nearest, ties to even, across exponents too.
 */
#include "crosshebb/bfloat16.h"

#include "crosshebb/kernel.h"

static inline xh_bfloat16 round_bits(uint32_t bits) {
    const uint32_t nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    const uint32_t quiet = bits >> 16 | 0x40; /* what is not a number must not carry to infinity */
    return (xh_bfloat16)((bits & 0x7fffffff) > 0x7f800000 ? quiet : nearest);
}

XH_KERNEL
void xh_bfloat16_round(size_t count, const float *from, xh_bfloat16 *to) {
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &from[i], sizeof(bits));
        to[i] = round_bits(bits);
    }
}

XH_KERNEL
void xh_bfloat16_widen(size_t count, const xh_bfloat16 *from, float *to) {
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        to[i] = xh_bfloat16_value(from[i]);
    }
}
