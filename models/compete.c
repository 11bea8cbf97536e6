/*
 * The competition of the neurons at one position: who wins, and how strongly each learns.
 */
#include "crosshebb/kernel.h"
#include "crosshebb/softhebb.h"
#include "elementary.h"

#include <math.h>
#include <string.h>

/* The lowest index that holds the largest value; the last index if no value compares (not a
 * number). */
static inline uint32_t winner_of(float largest, size_t count, const float *value) {
    uint32_t winner = (uint32_t)count - 1;
#pragma omp simd reduction(min : winner)
    for (uint32_t i = 0; i < (uint32_t)count; i++) {
        const uint32_t candidate = value[i] == largest ? i : UINT32_MAX;
        winner = candidate < winner ? candidate : winner;
    }
    return winner;
}

/* Activities below the threshold become 0. */
static inline void silence(float threshold, size_t count, float *y) {
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        y[i] = fabsf(y[i]) < threshold ? 0 : y[i];
    }
}

XH_KERNEL
void xh_compete(xh_competition competition, float inverse_temperature, float threshold,
                size_t count, size_t outputs, const float *u, float *y, uint32_t *wins) {
    const float share = competition == XH_COMPETITION_SOFT_ANTI ? -1.0F : 1.0F;
    for (size_t p = 0; p < count; p++, u += outputs, y += outputs) {
        const float largest = elementary_largest(outputs, u);
        const uint32_t winner = winner_of(largest, outputs, u);
        if (competition == XH_COMPETITION_HARD) {
            memset(y, 0, outputs * sizeof(float));
            y[winner] = 1;
        } else {
            elementary_softmax(inverse_temperature, share, largest, outputs, u, y);
            y[winner] = fabsf(y[winner]);
        }
        if (threshold > 0) {
            silence(threshold, outputs, y);
        }
        if (wins) {
            wins[winner]++;
        }
    }
}
