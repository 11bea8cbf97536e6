/*
 * The counter-based generator: known answers, the vector kernel against Random123's scalar one, and
 * spans that do not depend on how they are cut or on the processor.
 */
#include "crosshebb/rng.h"
#include "suite.h"

#include <Random123/philox.h>
#include <math.h>
#include <string.h>

enum { MOST = 3000, GUARD = 8 };

static const xh_rng test_stream = {0x0123456789abcdef, XH_RNG_TEST, 5, 0x100000002};

/** Sizes about the widths of the kernels, then arbitrary ones. */
static size_t shape(uint64_t trial) {
    static const size_t sizes[] = {0,  1,   2,   3,   4,   5,   7,   15,  16,   17,   63,   64,
                                   65, 127, 128, 129, 255, 257, 511, 513, 1023, 1024, 1025, 2049};
    if (trial < sizeof(sizes) / sizeof(sizes[0])) {
        return sizes[trial];
    }
    uint32_t word[4];
    xh_rng_block((xh_rng){1, XH_RNG_TEST, 1, 0}, trial, word);
    return word[0] % MOST;
}

/** Beginnings near 0, anywhere, and up to the end of the stream. */
static uint64_t beginning(uint64_t trial, size_t count) {
    uint32_t word[4];
    xh_rng_block((xh_rng){2, XH_RNG_TEST, 1, 0}, trial, word);
    const uint64_t end = (UINT64_C(1) << 34) - count;
    switch (trial % 3) {
    case 0:
        return word[0] % 9;
    case 1:
        return ((uint64_t)word[1] << 32 | word[0]) % end;
    default:
        return end - word[0] % 9;
    }
}

/* philox4x32, 10 rounds, of Random123's file of known answers. */
START_TEST(known_answers) {
    static const struct {
        xh_rng stream;
        uint64_t block;
        uint32_t expected[4];
    } answers[] = {
        {{0, (xh_rng_purpose)0, 0, 0}, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{UINT64_MAX, XH_RNG_TEST, 0xffffff, UINT64_MAX},
         0xffffffff,
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x299f31d0a4093822, XH_RNG_DROPOUT, 0x707344, 0x13198a2e85a308d3},
         0x243f6a88,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t a = 0; a < sizeof(answers) / sizeof(answers[0]); a++) {
        uint32_t word[4];
        xh_rng_block(answers[a].stream, answers[a].block, word);
        ck_assert_mem_eq(word, answers[a].expected, sizeof(word));
        xh_rng_words(answers[a].stream, 4 * answers[a].block, 4, word);
        ck_assert_mem_eq(word, answers[a].expected, sizeof(word));
    }
}
END_TEST

START_TEST(words_equal_random123) {
    static uint32_t out[MOST + GUARD];
    static uint32_t expected[MOST + GUARD];
    for (uint64_t trial = 0; trial < 300; trial++) {
        const size_t count = shape(trial);
        const uint64_t first = beginning(trial, count);
        xh_rng stream = test_stream;
        stream.seed += trial << 30;
        stream.step += trial << 31;
        memset(out, 0xa5, sizeof(out));
        memset(expected, 0xa5, sizeof(expected));
        for (size_t i = 0; i < count; i++) {
            const philox4x32_ctr_t counter = {{(uint32_t)((first + i) / 4), (uint32_t)stream.step,
                                               (uint32_t)(stream.step >> 32),
                                               (uint32_t)XH_RNG_TEST << 24 | 5}};
            const philox4x32_key_t key = {{(uint32_t)stream.seed, (uint32_t)(stream.seed >> 32)}};
            expected[i] = philox4x32_R(10, counter, key).v[(first + i) % 4];
        }
        xh_rng_words(stream, first, count, out);
        ck_assert_int_eq(memcmp(out, expected, sizeof(out)), 0);
    }
}
END_TEST

START_TEST(instance_does_not_reach_the_purpose) {
    uint32_t word[4];
    uint32_t wrapped[4];
    xh_rng_block((xh_rng){7, XH_RNG_READ, 3, 9}, 11, word);
    xh_rng_block((xh_rng){7, XH_RNG_READ, 0x1000003, 9}, 11, wrapped);
    ck_assert_mem_eq(word, wrapped, sizeof(word));
}
END_TEST

START_TEST(uniforms_are_the_upper_bits_of_words) {
    static uint32_t word[MOST];
    static float uniform[MOST];
    xh_rng_words(test_stream, 3, MOST, word);
    xh_rng_uniform(test_stream, 3, MOST, uniform);
    for (int i = 0; i < MOST; i++) {
        ck_assert_double_eq(uniform[i], (word[i] >> 8) / 16777216.0);
    }
}
END_TEST

/* 1.5e-6 is the bound that the kernel's comment derives. */
START_TEST(normals_are_those_of_box_and_muller) {
    enum { SPAN = 1024, SPANS = 500 };
    const double turn = 2.0 * 3.14159265358979323846;
    uint32_t word[SPAN];
    float normal[SPAN];
    double worst = 0;
    for (uint64_t span = 0; span < SPANS; span++) {
        xh_rng_words(test_stream, span * SPAN, SPAN, word);
        xh_rng_normal(test_stream, span * SPAN, SPAN, normal);
        for (int i = 0; i < SPAN; i += 2) {
            const double radius = sqrt(-2.0 * log((word[i] + 1.0) / 4294967296.0));
            const double angle = turn * (word[i + 1] / 4294967296.0);
            worst = fmax(worst, fabs(normal[i] - radius * cos(angle)));
            worst = fmax(worst, fabs(normal[i + 1] - radius * sin(angle)));
        }
    }
    ck_assert_double_le(worst, 1.5e-6);
}
END_TEST

/* Each kind of span, as bytes, so that one test can cut them all. */

typedef size_t fill(xh_rng stream, uint64_t first, size_t count, void *out);

static size_t fill_words(xh_rng stream, uint64_t first, size_t count, void *out) {
    xh_rng_words(stream, first, count, out);
    return sizeof(uint32_t);
}

static size_t fill_uniform(xh_rng stream, uint64_t first, size_t count, void *out) {
    xh_rng_uniform(stream, first, count, out);
    return sizeof(float);
}

static size_t fill_normal(xh_rng stream, uint64_t first, size_t count, void *out) {
    xh_rng_normal(stream, first, count, out);
    return sizeof(float);
}

static size_t fill_bernoulli(xh_rng stream, uint64_t first, size_t count, void *out) {
    xh_rng_bernoulli(stream, first, count, 0.3F, out);
    return sizeof(uint8_t);
}

static size_t fill_binomial(xh_rng stream, uint64_t first, size_t count, void *out) {
    static float probability[MOST];
    for (size_t i = 0; i < count; i++) {
        probability[i] = (float)((first + i) % 11) / 10.0F;
    }
    xh_rng_binomial(stream, first, count, 31, probability, out);
    return sizeof(uint16_t);
}

static size_t fill_binomial_groups(xh_rng stream, uint64_t first, size_t count, void *out) {
    static float probability[MOST];
    for (size_t i = 0; i < count; i++) {
        probability[i] = 0.01F;
    }
    xh_rng_binomial(stream, first, count, 2500, probability, out);
    return sizeof(uint16_t);
}

static size_t fill_round(xh_rng stream, uint64_t first, size_t count, void *out) {
    static float value[MOST];
    for (size_t i = 0; i < count; i++) {
        value[i] = (float)((first + i) % 1000) * 0.37F - 185.0F;
    }
    xh_rng_round(stream, first, count, value, out);
    return sizeof(int32_t);
}

static fill *const fills[] = {fill_words,    fill_uniform,         fill_normal, fill_bernoulli,
                              fill_binomial, fill_binomial_groups, fill_round};

START_TEST(spans_equal_their_splits) {
    static uint32_t whole[MOST];
    static uint32_t parts[MOST];
    for (size_t f = 0; f < sizeof(fills) / sizeof(fills[0]); f++) {
        for (uint64_t trial = 0; trial < 60; trial++) {
            const size_t count = shape(trial);
            const uint64_t first = beginning(trial, count);
            const size_t size = fills[f](test_stream, first, count, whole);
            for (size_t done = 0, part = 0; done < count; done += part) {
                part = shape(100 + trial + done) % (count - done) + 1;
                (void)fills[f](test_stream, first + done, part, (char *)parts + done * size);
            }
            ck_assert_int_eq(memcmp(whole, parts, count * size), 0);
        }
    }
}
END_TEST

/** FNV-1a, of Fowler, Noll and Vo. */
static uint64_t hash(const void *data, size_t size) {
    const unsigned char *bytes = data;
    uint64_t state = 0xcbf29ce484222325;
    for (size_t i = 0; i < size; i++) {
        state = (state ^ bytes[i]) * 0x100000001b3;
    }
    return state;
}

/* The bits of this very implementation: they hold for every processor, compiler and option. */
START_TEST(bits_are_the_same_everywhere) {
    static const uint64_t expected[] = {
        0x7ca882293773b340, 0xdc14ebbb481e7285, 0xabff8749c15bc33b, 0xfa961a1313c713d8,
        0x70268d251be0c356, 0xd474827787810a57, 0xb1255b68a7419ea4,
    };
    static uint32_t out[MOST];
    for (size_t f = 0; f < sizeof(fills) / sizeof(fills[0]); f++) {
        const size_t size = fills[f](test_stream, 12345, MOST, out);
        ck_assert_uint_eq(hash(out, MOST * size), expected[f]);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        known_answers,
        words_equal_random123,
        instance_does_not_reach_the_purpose,
        uniforms_are_the_upper_bits_of_words,
        normals_are_those_of_box_and_muller,
        spans_equal_their_splits,
        bits_are_the_same_everywhere,
    };
    return xh_suite_run("rng", tests, sizeof(tests) / sizeof(tests[0]));
}
