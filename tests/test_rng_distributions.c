/*
 * Distributions and independence of the random numbers. Seeds are fixed, so the tests always say
 * the same; each asks for a probability above 1e-7 (or five standard errors, 6e-7) of what it saw,
 * so that a correct generator with other seeds would fail one of these few hundred questions less
 * than once in five thousand runs.
 */
#include "crosshebb/rng.h"
#include "suite.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

enum { CELLS = 1 << 18, SPAN = 1 << 12 };
static const double unlikely = 1e-7;
static const double far = 5.0; /* standard errors */

static const xh_rng test_stream = {20240229, XH_RNG_TEST, 1, 77};

/** Chi-square of counts against expected numbers; neighbours are pooled up to 20 expected. */
static void assert_counts(const double *seen, const double *expected, size_t bins) {
    double square = 0;
    double pooled_seen = 0;
    double pooled_expected = 0;
    double left = 0;
    int freedom = -1;
    for (size_t b = 0; b < bins; b++) {
        left += expected[b];
    }
    for (size_t b = 0; b < bins; b++) {
        pooled_seen += seen[b];
        pooled_expected += expected[b];
        left -= expected[b];
        if ((pooled_expected >= 20 && left >= 20) || b == bins - 1) {
            square += pow(pooled_seen - pooled_expected, 2) / pooled_expected;
            freedom++;
            pooled_seen = 0;
            pooled_expected = 0;
        }
    }
    ck_assert_int_gt(freedom, 0);
    ck_assert_double_gt(gsl_cdf_chisq_Q(square, freedom), unlikely);
    ck_assert_double_gt(gsl_cdf_chisq_P(square, freedom), unlikely);
}

/** So many successes among trials are not far from probability. */
static void assert_share(unsigned successes, unsigned trials, double probability) {
    ck_assert_double_gt(gsl_cdf_binomial_P(successes, probability, trials), unlikely);
    ck_assert_double_gt(
        successes == 0 ? 1.0 : gsl_cdf_binomial_Q(successes - 1, probability, trials), unlikely);
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/** Kolmogorov-Smirnov test of values that should be uniform on [0, 1]. */
static void assert_uniform(double *value, size_t count) {
    double distance = 0;
    qsort(value, count, sizeof(*value), ascending);
    for (size_t i = 0; i < count; i++) {
        distance = fmax(distance, fabs(value[i] - (double)i / (double)count));
        distance = fmax(distance, fabs(value[i] - (double)(i + 1) / (double)count));
    }
    /* P(sqrt(n) D > x) tends to 2 exp(-2 x^2), which is 1e-7 here */
    ck_assert_double_lt(sqrt((double)count) * distance, 2.9);
}

START_TEST(uniforms_are_uniform) {
    enum { BINS = 1000 };
    static float uniform[CELLS];
    static double value[CELLS];
    static double seen[BINS];
    static double expected[BINS];
    xh_rng_uniform(test_stream, 0, CELLS, uniform);
    for (int b = 0; b < BINS; b++) {
        expected[b] = (double)CELLS / BINS;
    }
    for (int i = 0; i < CELLS; i++) {
        seen[(int)(uniform[i] * BINS)] += 1;
        value[i] = uniform[i];
    }
    assert_counts(seen, expected, BINS);
    assert_uniform(value, CELLS);
}
END_TEST

START_TEST(normals_are_normal) {
    enum { BINS = 500 };
    static float normal[CELLS];
    static double value[CELLS];
    static double seen[BINS];
    static double expected[BINS];
    xh_rng_normal(test_stream, 0, CELLS, normal);
    for (int b = 0; b < BINS; b++) {
        expected[b] = (double)CELLS / BINS;
    }
    for (int i = 0; i < CELLS; i++) {
        value[i] = gsl_cdf_ugaussian_P(normal[i]);
        seen[(int)(value[i] * BINS)] += 1;
    }
    assert_counts(seen, expected, BINS);
    assert_uniform(value, CELLS);
}
END_TEST

/* Standard errors of n normal numbers' moments: sqrt(1/n), sqrt(2/n), sqrt(6/n), sqrt(24/n). */
START_TEST(moments_of_normals) {
    enum { SPANS = 1024 };
    const double n = (double)SPANS * SPAN;
    double sum[5] = {0};
    float normal[SPAN];
    for (uint64_t span = 0; span < SPANS; span++) {
        xh_rng_normal(test_stream, span * SPAN, SPAN, normal);
        for (int i = 0; i < SPAN; i++) {
            const double z = normal[i];
            sum[1] += z;
            sum[2] += z * z;
            sum[3] += z * z * z;
            sum[4] += z * z * z * z;
        }
    }
    const double mean = sum[1] / n;
    const double variance = sum[2] / n - mean * mean;
    const double third = sum[3] / n - 3 * mean * sum[2] / n + 2 * pow(mean, 3);
    const double fourth =
        sum[4] / n - 4 * mean * sum[3] / n + 6 * mean * mean * sum[2] / n - 3 * pow(mean, 4);
    ck_assert_double_lt(fabs(mean), far * sqrt(1 / n));
    ck_assert_double_lt(fabs(variance - 1), far * sqrt(2 / n));
    ck_assert_double_lt(fabs(third / pow(variance, 1.5)), far * sqrt(6 / n));
    ck_assert_double_lt(fabs(fourth / pow(variance, 2) - 3), far * sqrt(24 / n));
}
END_TEST

START_TEST(tails_of_normals) {
    enum { SPANS = 4096, TAILS = 6 };
    static const double beyond[TAILS] = {3, 4, 5, -3, -4, -5};
    unsigned seen[TAILS] = {0};
    double largest = 0;
    float normal[SPAN];
    for (uint64_t span = 0; span < SPANS; span++) {
        xh_rng_normal(test_stream, span * SPAN, SPAN, normal);
        for (int i = 0; i < SPAN; i++) {
            const double z = normal[i];
            largest = fmax(largest, fabs(z));
            for (int t = 0; t < TAILS / 2; t++) {
                seen[t] += z > beyond[t];
                seen[t + TAILS / 2] += z < -beyond[t];
            }
        }
    }
    for (int t = 0; t < TAILS; t++) {
        assert_share(seen[t], SPANS * SPAN, gsl_cdf_ugaussian_Q(fabs(beyond[t])));
    }
    ck_assert_double_lt(largest, 6.67);
}
END_TEST

/** Two streams are independent: joint counts of their words' upper and lower bits, correlation. */
static void assert_independent(xh_rng a, uint64_t first_a, xh_rng b, uint64_t first_b) {
    enum { SIDE = 16, PAIRS = 1 << 16 };
    static uint32_t word[2][PAIRS];
    static float normal[2][PAIRS];
    double upper[SIDE * SIDE] = {0};
    double lower[SIDE * SIDE] = {0};
    double expected[SIDE * SIDE];
    double product = 0;
    double square_product = 0;
    xh_rng_words(a, first_a, PAIRS, word[0]);
    xh_rng_words(b, first_b, PAIRS, word[1]);
    xh_rng_normal(a, first_a, PAIRS, normal[0]);
    xh_rng_normal(b, first_b, PAIRS, normal[1]);
    for (int i = 0; i < SIDE * SIDE; i++) {
        expected[i] = (double)PAIRS / (SIDE * SIDE);
    }
    for (int i = 0; i < PAIRS; i++) {
        const double x = normal[0][i];
        const double y = normal[1][i];
        upper[(word[0][i] >> 28) * SIDE + (word[1][i] >> 28)] += 1;
        lower[word[0][i] % SIDE * SIDE + word[1][i] % SIDE] += 1;
        product += x * y;
        square_product += (x * x - 1) * (y * y - 1) / 2;
    }
    assert_counts(upper, expected, SIDE * SIDE);
    assert_counts(lower, expected, SIDE * SIDE);
    ck_assert_double_lt(fabs(product), far * sqrt(PAIRS));
    ck_assert_double_lt(fabs(square_product), far * sqrt(PAIRS));
}

START_TEST(neighbouring_cells_are_independent) {
    for (uint64_t lag = 1; lag <= 8; lag++) {
        assert_independent(test_stream, 0, test_stream, lag);
    }
    assert_independent(test_stream, 0, test_stream, UINT64_C(1) << 33);
}
END_TEST

START_TEST(streams_are_independent) {
    xh_rng other[9];
    for (size_t s = 0; s < 9; s++) {
        other[s] = test_stream;
    }
    other[0].step += 1;
    other[1].step += UINT64_C(1) << 32;
    other[2].purpose = XH_RNG_READ;
    other[3].instance += 1;
    other[4].instance += 1U << 23;
    other[5].seed += 1;
    other[6].seed += UINT64_C(1) << 32;
    other[7].seed ^= UINT64_C(1) << 63;
    other[8].purpose = XH_RNG_DEVICE;
    other[8].step += 1;
    for (size_t s = 0; s < 9; s++) {
        assert_independent(test_stream, 0, other[s], 0);
    }
}
END_TEST

START_TEST(bernoulli_frequencies) {
    static const float probability[] = {1e-6F, 1e-3F, 0.3F, 0.5F, 0.999F};
    static uint8_t out[CELLS];
    xh_rng stream = test_stream;
    for (size_t p = 0; p < sizeof(probability) / sizeof(probability[0]); p++) {
        unsigned ones = 0;
        unsigned others = 0;
        stream.step++;
        xh_rng_bernoulli(stream, 1, CELLS, probability[p], out);
        for (int i = 0; i < CELLS; i++) {
            ones += out[i] == 1;
            others += out[i] > 1;
        }
        ck_assert_uint_eq(others, 0);
        assert_share(ones, CELLS, probability[p]);
    }
}
END_TEST

START_TEST(bernoulli_is_certain_at_its_ends) {
    static const struct {
        float probability;
        uint8_t expected;
    } ends[] = {{0, 0}, {-0.5F, 0}, {-INFINITY, 0}, {NAN, 0}, {1, 1}, {1.5F, 1}, {INFINITY, 1}};
    static uint8_t out[CELLS];
    static uint8_t expected[CELLS];
    for (size_t e = 0; e < sizeof(ends) / sizeof(ends[0]); e++) {
        memset(expected, ends[e].expected, sizeof(expected));
        xh_rng_bernoulli(test_stream, 0, CELLS, ends[e].probability, out);
        ck_assert_int_eq(memcmp(out, expected, sizeof(out)), 0);
    }
}
END_TEST

enum { MOST_TRIALS = 3000 };

/** Counts of cells whose probabilities take turns, against the distribution of each. */
static void assert_binomial(unsigned trials, size_t cells) {
    enum { KINDS = 7 };
    static const float kinds[KINDS] = {0, 1e-3F, 0.3F, 0.5F, 0.7F, 0.999F, 1};
    static float probability[CELLS];
    static uint16_t out[CELLS];
    xh_rng stream = test_stream;
    stream.step += trials;
    for (size_t i = 0; i < cells; i++) {
        probability[i] = kinds[i % KINDS];
    }
    xh_rng_binomial(stream, 5, cells, trials, probability, out);
    for (size_t kind = 0; kind < KINDS; kind++) {
        static double seen[MOST_TRIALS + 1];
        static double expected[MOST_TRIALS + 1];
        double share = 0;
        uint16_t largest = 0;
        memset(seen, 0, sizeof(seen));
        for (size_t i = kind; i < cells; i += KINDS) {
            largest = out[i] > largest ? out[i] : largest;
            seen[out[i] % (MOST_TRIALS + 1)] += 1;
            share += 1;
        }
        ck_assert_uint_le(largest, trials);
        for (unsigned k = 0; k <= trials; k++) {
            expected[k] = share * gsl_ran_binomial_pdf(k, kinds[kind], trials);
        }
        if (kinds[kind] == 0.0F || kinds[kind] == 1.0F) {
            ck_assert_double_eq(seen[kinds[kind] == 0.0F ? 0 : trials], share);
        } else {
            assert_counts(seen, expected, trials + 1);
        }
    }
}

START_TEST(binomial_frequencies) {
    static const unsigned few[] = {1, 2, 3, 8, 31, 200};
    for (size_t t = 0; t < sizeof(few) / sizeof(few[0]); t++) {
        assert_binomial(few[t], CELLS);
    }
    assert_binomial(MOST_TRIALS, CELLS / 8);
}
END_TEST

/* The mean of n counts has variance N p q / n; that of their squared deviations 2 (N p q)^2 / n. */
START_TEST(binomial_of_most_trials) {
    enum { COUNTS = 2048, TRIALS = 65535 };
    static float probability[COUNTS];
    static uint16_t out[COUNTS];
    static const float kinds[] = {1e-3F, 0.25F, 0.75F};
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        const double p = kinds[k];
        const double variance = TRIALS * p * (1 - p);
        double mean = 0;
        double square = 0;
        for (int i = 0; i < COUNTS; i++) {
            probability[i] = kinds[k];
        }
        xh_rng_binomial(test_stream, 0, COUNTS, TRIALS, probability, out);
        for (int i = 0; i < COUNTS; i++) {
            mean += (out[i] - TRIALS * p) / COUNTS;
            square += pow(out[i] - TRIALS * p, 2) / COUNTS;
        }
        ck_assert_double_lt(fabs(mean), far * sqrt(variance / COUNTS));
        ck_assert_double_lt(fabs(square / variance - 1), far * sqrt(2.1 / COUNTS));
    }
}
END_TEST

START_TEST(binomial_at_its_ends) {
    const float probability[8] = {-1, 2, NAN, -INFINITY, INFINITY, 1e-40F, 0, 1};
    const uint16_t expected[8] = {0, 65535, 0, 0, 65535, 0, 0, 65535};
    uint16_t out[8];
    xh_rng_binomial(test_stream, 0, 8, 65535, probability, out);
    ck_assert_mem_eq(out, expected, sizeof(out));
    xh_rng_binomial(test_stream, 0, 8, 0, probability, out);
    for (int i = 0; i < 8; i++) {
        ck_assert_uint_eq(out[i], 0);
    }
}
END_TEST

START_TEST(rounding_keeps_the_mean) {
    static const float values[] = {0.25F, -1.75F, 0.5F, -1e-4F, 1e-4F, 31.9F, -1000.125F};
    static float value[CELLS];
    static int32_t out[CELLS];
    xh_rng stream = test_stream;
    for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
        const double below = floor((double)values[v]);
        unsigned up = 0;
        unsigned down = 0;
        for (int i = 0; i < CELLS; i++) {
            value[i] = values[v];
        }
        stream.step++;
        xh_rng_round(stream, 2, CELLS, value, out);
        for (int i = 0; i < CELLS; i++) {
            down += out[i] == below;
            up += out[i] == below + 1;
        }
        ck_assert_uint_eq(up + down, CELLS);
        assert_share(up, CELLS, values[v] - below);
    }
}
END_TEST

START_TEST(rounding_leaves_whole_numbers) {
    const float value[8] = {0, -0.0F, 3, -7, 16777216, -2147483648.0F, 3e9F, -INFINITY};
    const int32_t expected[8] = {0, 0, 3, -7, 16777216, INT32_MIN, INT32_MAX, INT32_MIN};
    int32_t out[8];
    for (uint64_t step = 0; step < 1000; step++) {
        xh_rng_round((xh_rng){1, XH_RNG_TEST, 0, step}, 0, 8, value, out);
        ck_assert_mem_eq(out, expected, sizeof(out));
    }
}
END_TEST

START_TEST(permutations_hold_every_number_once) {
    enum { MOST = 4097 };
    static const size_t counts[] = {0, 1, 2, 3, 511, 512, 513, 1024, MOST};
    static uint32_t out[MOST];
    static uint8_t seen[MOST];
    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
        size_t distinct = 0;
        memset(seen, 0, sizeof(seen));
        xh_rng_permutation(test_stream, counts[c], out);
        for (size_t i = 0; i < counts[c]; i++) {
            distinct += out[i] < counts[c] && seen[out[i]]++ == 0;
        }
        ck_assert_uint_eq(distinct, counts[c]);
    }
}
END_TEST

START_TEST(permutations_are_equally_likely) {
    enum { DRAWS = 48000, ORDERS = 256 };
    static double seen[ORDERS];
    double frequency[24];
    double expected[24];
    size_t orders = 0;
    xh_rng stream = test_stream;
    for (int draw = 0; draw < DRAWS; draw++) {
        uint32_t out[4];
        stream.step++;
        xh_rng_permutation(stream, 4, out);
        seen[out[0] + 4 * out[1] + 16 * out[2] + 64 * out[3]] += 1;
    }
    for (int order = 0; order < ORDERS; order++) {
        if (seen[order] > 0) {
            ck_assert_uint_lt(orders, 24);
            expected[orders] = DRAWS / 24.0;
            frequency[orders++] = seen[order];
        }
    }
    ck_assert_uint_eq(orders, 24);
    assert_counts(frequency, expected, 24);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        uniforms_are_uniform,
        normals_are_normal,
        moments_of_normals,
        tails_of_normals,
        neighbouring_cells_are_independent,
        streams_are_independent,
        bernoulli_frequencies,
        bernoulli_is_certain_at_its_ends,
        binomial_frequencies,
        binomial_of_most_trials,
        binomial_at_its_ends,
        rounding_keeps_the_mean,
        rounding_leaves_whole_numbers,
        permutations_hold_every_number_once,
        permutations_are_equally_likely,
    };
    return xh_suite_run("rng_distributions", tests, sizeof(tests) / sizeof(tests[0]));
}
