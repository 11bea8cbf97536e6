/**
 * Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011, DOI 10.1145/2063384.2063405;
 * Random123).
 *
 * A draw is a function of (seed, purpose, instance, step, cell) and of nothing else, so that the
 * order of work, the number of threads, and restarts cannot change a result. Cell c is lane c % 4
 * of block c / 4, whichever span asks.
 */
#ifndef CROSSHEBB_RNG_H
#define CROSSHEBB_RNG_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What a stream is drawn for. The numbers are part of every result: never renumber, only append.
 */
typedef enum xh_rng_purpose {
    XH_RNG_WEIGHTS = 1,     /* initial weights */
    XH_RNG_SHUFFLE = 2,     /* order of the images */
    XH_RNG_DROPOUT = 3,     /* readout dropout */
    XH_RNG_READOUT = 4,     /* initial readout weights */
    XH_RNG_DEVICE = 5,      /* device-to-device spread and pristine states */
    XH_RNG_CYCLE = 6,       /* cycle-to-cycle spread of pulses */
    XH_RNG_READ = 7,        /* read noise */
    XH_RNG_SCHEME = 8,      /* stochastic rounding and pulse trains */
    XH_RNG_FAULT = 9,       /* stuck cells */
    XH_RNG_AUGMENT = 10,    /* crops and mirrors of images */
    XH_RNG_AGE = 11,        /* what time does to cells at random */
    XH_RNG_CONVERTER = 12,  /* static errors of converters */
    XH_RNG_CONVERSION = 13, /* noise of conversions */
    XH_RNG_DRIVE = 14,      /* noise of row drivers */
    XH_RNG_TELEGRAPH = 15,  /* traps of cells, and how they fill and empty */
    XH_RNG_TEST = 255       /* tests and benchmarks */
} xh_rng_purpose;

/**
 * One stream. instance tells layers and device planes apart (below 2^24); step counts updates or
 * reads.
 */
typedef struct xh_rng {
    uint64_t seed;
    xh_rng_purpose purpose;
    uint32_t instance;
    uint64_t step;
} xh_rng;

/** Four independent 32-bit words of one block (below 2^32), the scalar form of everything below. */
void xh_rng_block(xh_rng stream, uint64_t block, uint32_t word[4]);

/* Spans of cells first .. first + count - 1 of a stream; first + count is below 2^34. A span equals
 * any split of it. */

/** Uniform 32-bit words. */
void xh_rng_words(xh_rng stream, uint64_t first, size_t count, uint32_t *out);

/** Uniform on [0, 1), in steps of 2^-24. */
void xh_rng_uniform(xh_rng stream, uint64_t first, size_t count, float *out);

/**
 * Standard normal (Box-Muller on two 32-bit uniforms; |z| is at most 6.66). Cells 4k and 4k + 1
 * share words 0 and 1 of block k, the next two cells words 2 and 3.
 */
void xh_rng_normal(xh_rng stream, uint64_t first, size_t count, float *out);

/** 1 with one probability for all cells (clipped to [0, 1], resolved to 2^-32), else 0. */
void xh_rng_bernoulli(xh_rng stream, uint64_t first, size_t count, float probability, uint8_t *out);

/** Successes among at most 65535 trials, each with probability[c], which is clipped to [0, 1]. */
void xh_rng_binomial(xh_rng stream, uint64_t first, size_t count, unsigned trials,
                     const float *probability, uint16_t *out);

/**
 * Stochastic rounding: floor(value[c]) or one more, so that the mean is value[c], to 2^-32. Values
 * beyond the range of int32_t become its bounds.
 */
void xh_rng_round(xh_rng stream, uint64_t first, size_t count, const float *value, int32_t *out);

/** A random permutation of 0 .. count - 1 (Fisher-Yates on the stream's words). */
void xh_rng_permutation(xh_rng stream, size_t count, uint32_t *out);

#ifdef __cplusplus
}
#endif

#endif
