/*
 * 32 coins are thrown at a time. Words of fair coins are joined bit by bit of the wanted
 * probability, lowest first: after "or" with a fair coin a probability p is (1 + p) / 2, after
 * "and" p / 2, so that one half takes one word and any multiple of 2^-16 at most sixteen.
 */
#include "dropout.h"

#include "crosshebb/kernel.h"

#include <math.h>
#include <string.h>

enum { BITS = 16, SPAN = 128 };

xh_dropout xh_dropout_of(double share) {
    const uint32_t kept = (uint32_t)lrint((1 - share) * (1 << BITS));
    unsigned words = BITS;
    while (words > 0 && (kept >> (BITS - words) & 1) == 0) {
        words--;
    }
    return (xh_dropout){kept, words, (float)(1 << BITS) / (float)kept};
}

/* 32 coins that show 1 with probability kept / 65536. */
static uint32_t throw_coins(xh_dropout dropout, const uint32_t *words) {
    uint32_t coins = 0;
    for (unsigned i = 0; i < dropout.words; i++) {
        const uint32_t bit = dropout.kept >> (BITS - dropout.words + i) & 1;
        coins = bit ? coins | words[i] : coins & words[i];
    }
    return coins;
}

void xh_dropout_coins(xh_dropout dropout, xh_rng stream, uint64_t first, size_t count,
                      uint32_t *coins) {
    uint32_t words[SPAN * BITS];
    for (size_t done = 0; done < count; done += SPAN) {
        const size_t span = count - done < SPAN ? count - done : SPAN;
        xh_rng_words(stream, (first + done) * dropout.words, span * dropout.words, words);
        for (size_t g = 0; g < span; g++) {
            coins[done + g] = throw_coins(dropout, words + g * dropout.words);
        }
    }
}

static inline float kept(uint32_t coins, uint32_t i, float scaled) {
    return coins >> i & 1 ? scaled : 0.0F;
}

static inline void copy_group(uint32_t coins, float scale, uint32_t count, const float *from,
                              float *to) {
#pragma omp simd
    for (uint32_t i = 0; i < count; i++) {
        to[i] = kept(coins, i, from[i] * scale);
    }
}

static inline void widen_group(uint32_t coins, float scale, uint32_t count, const xh_bfloat16 *from,
                               float *to) {
#pragma omp simd
    for (uint32_t i = 0; i < count; i++) {
        to[i] = kept(coins, i, xh_bfloat16_value(from[i]) * scale);
    }
}

XH_KERNEL
void xh_dropout_copy(xh_dropout dropout, const uint32_t *coins, size_t count, const float *from,
                     float *to) {
    if (dropout.words == 0) {
        memcpy(to, from, count * sizeof(float));
        return;
    }
    size_t i = 0;
    for (; i + XH_DROPOUT_GROUP <= count; i += XH_DROPOUT_GROUP) {
        copy_group(*coins++, dropout.scale, XH_DROPOUT_GROUP, from + i, to + i);
    }
    if (i < count) {
        copy_group(*coins, dropout.scale, (uint32_t)(count - i), from + i, to + i);
    }
}

XH_KERNEL
void xh_dropout_widen(xh_dropout dropout, const uint32_t *coins, size_t count,
                      const xh_bfloat16 *from, float *to) {
    if (dropout.words == 0) {
        xh_bfloat16_widen(count, from, to);
        return;
    }
    size_t i = 0;
    for (; i + XH_DROPOUT_GROUP <= count; i += XH_DROPOUT_GROUP) {
        widen_group(*coins++, dropout.scale, XH_DROPOUT_GROUP, from + i, to + i);
    }
    if (i < count) {
        widen_group(*coins, dropout.scale, (uint32_t)(count - i), from + i, to + i);
    }
}
