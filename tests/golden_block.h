/* Golden blocks: the recorded cases, and what a learning step does, summed in double from the
 * signals under test. */
#ifndef XH_TESTS_GOLDEN_BLOCK_H
#define XH_TESTS_GOLDEN_BLOCK_H

#include "golden_file.h"

#include "crosshebb/patches.h"
#include "crosshebb/softhebb.h"
#include "crosshebb/synapses.h"

/* A block with batch normalisation; images are 12 x 12, two a batch. */
typedef struct block_case {
    const char *file;
    size_t channels;
    size_t outputs;
    size_t kernel;
    size_t padding;
    xh_rule rule;
    xh_pool pool;
    float inverse_temperature;
    float power;
} block_case;

static const block_case blocks[] = {
    {"conv_3x8_k5_t1", 3, 8, 5, 2, {0.08, 0.5}, {XH_POOL_MAX, 4, 2, 1}, 1, 0.7F},
    {"conv_3x8_k5_t1_softnorm1", 3, 8, 5, 2, {0.08, 0.5}, {XH_POOL_AVERAGE, 4, 2, 1}, 1, 0.7F},
    {"conv_8x16_k3_t065", 8, 16, 3, 1, {0.005, 0.5}, {XH_POOL_MAX, 4, 2, 1}, 0.65F, 1.4F},
    {"conv_8x16_k3_t025_avg", 8, 16, 3, 1, {0.01, 0.5}, {XH_POOL_AVERAGE, 2, 2, 0}, 0.25F, 1},
};

enum { BLOCKS = sizeof(blocks) / sizeof(blocks[0]) };

enum { SIDE = 12, BATCH = 2, PIXELS = SIDE * SIDE, PATCHES = BATCH * PIXELS };

/* One batch before the update, and the update as plain sums say it. */
typedef struct signals {
    size_t count;
    size_t inputs;
    size_t outputs;
    float *x;
    float *u;
    float *y;
    float *yx;     /* A */
    float *yu;     /* D */
    float *raw;    /* A - D W */
    float *norm;   /* of the weights */
    float *rate;   /* eta_i */
    float largest; /* |raw| */
} signals;

static inline void measure_norms(size_t outputs, size_t inputs, const float *weights, xh_rule rule,
                                 float *norm, float *rate) {
    for (size_t i = 0; i < outputs; i++) {
        double square = 0;
        for (size_t j = 0; j < inputs; j++) {
            square += (double)weights[i * inputs + j] * (double)weights[i * inputs + j];
        }
        norm[i] = (float)sqrt(square);
        rate[i] = (float)(rule.rate * pow(fabs(sqrt(square) - 1) + 1e-10, rule.norm_power));
    }
}

/* Takes x; reads and competes by the functions under test, sums in double. */
static inline signals run_signals(size_t count, size_t inputs, size_t outputs, float *x,
                                  const float *weights, xh_rule rule, xh_competition competition,
                                  float inverse_temperature) {
    signals s = {count,
                 inputs,
                 outputs,
                 x,
                 xh_floats(count * outputs),
                 xh_floats(count * outputs),
                 xh_floats(outputs * inputs),
                 xh_floats(outputs),
                 xh_floats(outputs * inputs),
                 xh_floats(outputs),
                 xh_floats(outputs),
                 0};
    xh_synapses *synapses = NULL;
    ck_assert_int_eq(xh_synapses_create_digital(inputs, xh_undivided(outputs), weights, rule,
                                                XH_SCALE_LAYER_MAXIMUM, 0, XH_ARITHMETIC_FLOAT32,
                                                &synapses, NULL),
                     XH_OK);
    xh_synapses_read_begin(synapses, XH_PHASE_forward);
    xh_synapses_read(synapses, 0, count, x, s.u);
    xh_synapses_read_end(synapses);
    xh_synapses_free(synapses);
    xh_compete(competition, inverse_temperature, 0, count, outputs, s.u, s.y, NULL);
    measure_norms(outputs, inputs, weights, rule, s.norm, s.rate);
    for (size_t i = 0; i < outputs; i++) {
        double yu = 0;
        for (size_t p = 0; p < count; p++) {
            yu += (double)s.y[p * outputs + i] * (double)s.u[p * outputs + i];
        }
        s.yu[i] = (float)yu;
        for (size_t j = 0; j < inputs; j++) {
            double yx = 0;
            for (size_t p = 0; p < count; p++) {
                yx += (double)s.y[p * outputs + i] * (double)x[p * inputs + j];
            }
            const double raw = yx - yu * (double)weights[i * inputs + j];
            s.yx[i * inputs + j] = (float)yx;
            s.raw[i * inputs + j] = (float)raw;
            s.largest = fmaxf(s.largest, (float)fabs(raw));
        }
    }
    return s;
}

static inline void free_signals(signals s) {
    float *arrays[] = {s.x, s.u, s.y, s.yx, s.yu, s.raw, s.norm, s.rate};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        xh_array_free(arrays[i]);
    }
}

static inline xh_patches patches_of(const block_case *b) {
    return (xh_patches){SIDE, SIDE, b->channels, b->kernel, b->padding};
}

/* Patches of two images that are normalised in place. */
static inline float *cut_batch(xh_patches patches, const float *images, float *padded) {
    const size_t side = SIDE + 2 * patches.padding;
    const size_t size = side * side * patches.channels;
    const size_t length = xh_patches_length(patches);
    float *x = xh_floats(PATCHES * length);
    for (size_t n = 0; n < BATCH; n++) {
        xh_patches_pad(patches, images + n * PIXELS * patches.channels, padded + n * size);
        xh_patches_cut(patches, padded + n * size, 0, PIXELS, x + n * PIXELS * length);
    }
    return x;
}

#endif
