/*
 * Standard normal numbers by the method of Box and Muller (1958, DOI 10.1214/aoms/1177706645).
 * Two words give the radius sqrt(-2 ln u), u = (word + 1) / 2^32, and the angle 2 pi word / 2^32 of
 * two neighbouring cells: even cells take the cosine and odd cells the sine.
 *
 * The logarithm and the sine and cosine are polynomials of least maximal error, without branches,
 * in float32 with a fixed order of operations. The radius is within 4.8e-7 and the sine and cosine
 * within 1.1e-7 of their exact values, so that a normal number, at most 6.66, is within 1.5e-6 of
 * the formula above.
 */
#include "crosshebb/kernel.h"
#include "crosshebb/rng.h"

#include "devices/base/philox.h"

#include <math.h>
#include <string.h>

static inline float float_of_bits(int32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static inline int32_t bits_of_float(float value) {
    int32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

/**
 * -ln((word + 1) / 2^32), relative error below 3e-7. The argument is 2^exponent (1 + f) with f in
 * [-1/4, 1/2]; from 3/4 on f is taken from the distance to 1, which is exact where u rounds to 1.
 */
static inline float minus_log(uint32_t word) {
    const int near_one = word >= 0xc0000000u;
    const float x = (float)(near_one ? ~word : word + 1);
    const int32_t bits = bits_of_float(x);
    const int32_t shift = (bits - bits_of_float(0.75f)) & ~0x7fffff;
    const float f = near_one ? x * -0x1p-32f : float_of_bits(bits - shift) - 1.0f;
    const float exponent = near_one ? 0.0f : (float)((shift >> 23) - 32);

    /* ln(1 + f) = f - f^2 / 2 + f^3 p(f), to 4e-8 of f */
    float p = 0.0571865163f;
    p = p * f - 0.122717734f;
    p = p * f + 0.149312124f;
    p = p * f - 0.167752123f;
    p = p * f + 0.199788611f;
    p = p * f - 0.249966369f;
    p = p * f + 0.333335450f;
    const float square = f * f;
    return exponent * -0.693147181f - (f + (square * f * p - 0.5f * square));
}

/** The sine and cosine of 2 pi word / 2^32, absolute error below 1.1e-7. */
static inline void sine_cosine(uint32_t word, float *sine, float *cosine) {
    /* the angle is a whole number of quarter turns and x, within an eighth of a turn */
    const uint32_t quarter = (word + (1u << 29)) >> 30;
    const float x = (float)(int32_t)(word << 2) * 3.6572952e-10f; /* (pi / 2) / 2^32 */
    const float square = x * x;

    float s = -0.000195172990f; /* sin x = x + x^3 s(x^2), to 4e-9 */
    s = s * square + 0.00833217815f;
    s = s * square - 0.166666549f;
    s = x + x * square * s;

    float c = 0.0000244384516f; /* cos x = 1 - x^2 / 2 + x^4 c(x^2), to 1e-10 */
    c = c * square - 0.00138873675f;
    c = c * square + 0.0416666469f;
    c = 1.0f + (square * square * c - 0.5f * square);

    const float sine_size = quarter & 1 ? c : s;
    const float cosine_size = quarter & 1 ? s : c;
    *sine = quarter & 2 ? -sine_size : sine_size;
    *cosine = (quarter + 1) & 2 ? -cosine_size : cosine_size;
}

/** The normal numbers of one run over the lanes in the order of their cells. */
static inline void normals_of_lanes(xh_rng stream, uint64_t block, float cell[XH_PHILOX_CELLS]) {
    uint32_t word[XH_PHILOX_WORDS][XH_PHILOX_LANES];
    float normal[XH_PHILOX_WORDS][XH_PHILOX_LANES];
    xh_philox_lanes(stream, block, word);
    for (int k = 0; k < XH_PHILOX_WORDS; k += 2) {
        for (int lane = 0; lane < XH_PHILOX_LANES; lane++) {
            float sine;
            float cosine;
            const float radius = sqrtf(2.0f * minus_log(word[k][lane]));
            sine_cosine(word[k + 1][lane], &sine, &cosine);
            normal[k][lane] = radius * cosine;
            normal[k + 1][lane] = radius * sine;
        }
    }
    for (int lane = 0; lane < XH_PHILOX_LANES; lane++) {
        cell[4 * lane] = normal[0][lane];
        cell[4 * lane + 1] = normal[1][lane];
        cell[4 * lane + 2] = normal[2][lane];
        cell[4 * lane + 3] = normal[3][lane];
    }
}

XH_KERNEL
void xh_rng_normal(xh_rng stream, uint64_t first, size_t count, float *out) {
    while (count > 0) {
        float cell[XH_PHILOX_CELLS];
        const size_t share = xh_philox_share(first, count);
        normals_of_lanes(stream, first / XH_PHILOX_WORDS, cell);
        memcpy(out, cell + first % XH_PHILOX_WORDS, share * sizeof(*out));
        first += share;
        out += share;
        count -= share;
    }
}
