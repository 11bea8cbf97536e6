/*
 * Discrete distributions on the words of a stream: coin tosses, binomial counts, stochastic
 * rounding and permutations.
 *
 * A binomial count needs more than the one word that a cell has. Further words of a cell are those
 * of the same cell under other seeds, apart by a constant that no one chooses by hand.
 */
#include "crosshebb/kernel.h"
#include "crosshebb/rng.h"

#include <math.h>

enum {
    CHUNK = 1024,       /* cells worked on at once */
    LANES = 128,        /* the same for binomial counts */
    GROUP_TRIALS = 1000 /* 0.5^1000 is still a normal double */
};

static inline size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/** The probability clipped to [0, 1]; 0 if it is not a number. */
static inline float clip(float probability) {
    const float positive = probability > 0.0f ? probability : 0.0f;
    return positive < 1.0f ? positive : 1.0f;
}

XH_KERNEL
void xh_rng_bernoulli(xh_rng stream, uint64_t first, size_t count, float probability,
                      uint8_t *out) {
    const uint64_t threshold = (uint64_t)((double)clip(probability) * 0x1p32 + 0.5);
    const uint32_t below = (uint32_t)threshold;
    const uint8_t always = (uint8_t)(threshold >> 32);
    uint32_t word[CHUNK];
    for (size_t done = 0; done < count; done += CHUNK) {
        const size_t share = smaller(count - done, CHUNK);
        xh_rng_words(stream, first + done, share, word);
        for (size_t i = 0; i < share; i++) {
            out[done + i] = (word[i] < below) | always;
        }
    }
}

/** Uniform on [0, 1) in steps of 2^-53, the number draw of as many as wanted for each cell. */
static inline void fine_uniforms(xh_rng stream, uint64_t first, unsigned draw, double u[LANES]) {
    const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);
    uint32_t high[LANES];
    uint32_t low[LANES];
    stream.seed += 2 * draw * golden;
    xh_rng_words(stream, first, LANES, high);
    stream.seed += golden;
    xh_rng_words(stream, first, LANES, low);
    for (int lane = 0; lane < LANES; lane++) {
        u[lane] = (double)high[lane] * 0x1p-32 + (double)(low[lane] >> 11) * 0x1p-53;
    }
}

/** power[lane] = base[lane]^exponent by repeated squaring. */
static inline void powers(const double base[LANES], unsigned exponent, double power[LANES]) {
    double square[LANES];
    for (int lane = 0; lane < LANES; lane++) {
        square[lane] = base[lane];
        power[lane] = 1.0;
    }
    for (; exponent > 0; exponent >>= 1) {
        const int odd = exponent & 1;
        for (int lane = 0; lane < LANES; lane++) {
            power[lane] *= odd ? square[lane] : 1.0;
            square[lane] *= square[lane];
        }
    }
}

/**
 * Adds to counts one binomial count of at most GROUP_TRIALS trials with probability p <= 1/2, by
 * inversion: the count is the first k at which the distribution function exceeds u, and the terms
 * follow each other by P(k + 1) = P(k) (trials - k) / (k + 1) p / (1 - p).
 */
static inline void add_group(unsigned trials, const double p[LANES], double u[LANES],
                             int64_t counts[LANES]) {
    double failure[LANES];
    double odds[LANES];
    double term[LANES];
    for (int lane = 0; lane < LANES; lane++) {
        failure[lane] = 1.0 - p[lane];
        odds[lane] = p[lane] / failure[lane];
    }
    powers(failure, trials, term);
    int64_t open = 1;
    for (unsigned k = 0; k < trials && open; k++) {
        const double ratio = (double)(trials - k) / (k + 1);
        open = 0;
        for (int lane = 0; lane < LANES; lane++) {
            u[lane] -= term[lane];
            term[lane] *= ratio * odds[lane];
            const int64_t beyond = u[lane] >= 0.0;
            counts[lane] += beyond;
            open |= beyond;
        }
    }
}

/*
 * Exact in distribution: a sum of binomial counts over groups of trials is binomial, each group is
 * inverted from a uniform number of 53 bits, and its probabilities are summed in double precision,
 * so that every probability holds to about 1e-13. Beyond 1/2 failures are counted instead. The
 * work grows with the largest count among the lanes, not with the trials.
 */
XH_KERNEL
void xh_rng_binomial(xh_rng stream, uint64_t first, size_t count, unsigned trials,
                     const float *probability, uint16_t *out) {
    for (size_t done = 0; done < count; done += LANES) {
        const size_t share = smaller(count - done, LANES);
        double p[LANES] = {0};
        double u[LANES];
        int64_t rarer[LANES] = {0};
        for (size_t i = 0; i < share; i++) {
            const double success = clip(probability[done + i]);
            p[i] = success > 0.5 ? 1.0 - success : success;
        }
        unsigned left = trials;
        for (unsigned draw = 0; left > 0; draw++) {
            const unsigned group = left < GROUP_TRIALS ? left : GROUP_TRIALS;
            fine_uniforms(stream, first + done, draw, u);
            add_group(group, p, u, rarer);
            left -= group;
        }
        for (size_t i = 0; i < share; i++) {
            const int mostly = probability[done + i] > 0.5f;
            out[done + i] = (uint16_t)(mostly ? trials - rarer[i] : rarer[i]);
        }
    }
}

XH_KERNEL
void xh_rng_round(xh_rng stream, uint64_t first, size_t count, const float *value, int32_t *out) {
    uint32_t word[CHUNK];
    for (size_t done = 0; done < count; done += CHUNK) {
        const size_t share = smaller(count - done, CHUNK);
        xh_rng_words(stream, first + done, share, word);
        for (size_t i = 0; i < share; i++) {
            double wanted = value[done + i];
            wanted = wanted > INT32_MIN ? wanted : INT32_MIN;
            wanted = wanted < INT32_MAX ? wanted : INT32_MAX;
            const double whole = floor(wanted);
            const int32_t more = (double)word[i] * 0x1p-32 < wanted - whole;
            out[done + i] = (int32_t)whole + more;
        }
    }
}

/** Uniform on 0 .. bound - 1: the upper part of a 64-bit number times bound, uneven by 2^-32. */
static inline uint32_t uniform_below(uint32_t high, uint32_t low, uint32_t bound) {
    return (uint32_t)(((uint64_t)high * bound + ((uint64_t)low * bound >> 32)) >> 32);
}

void xh_rng_permutation(xh_rng stream, size_t count, uint32_t *out) {
    uint32_t word[CHUNK];
    for (size_t i = 0; i < count; i++) {
        const size_t at = 2 * i % CHUNK;
        if (at == 0) {
            xh_rng_words(stream, 2 * i, smaller(2 * (count - i), CHUNK), word);
        }
        const uint32_t j = uniform_below(word[at], word[at + 1], (uint32_t)i + 1);
        out[i] = out[j];
        out[j] = (uint32_t)i;
    }
}
