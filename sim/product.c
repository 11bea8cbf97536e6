/*
 * Products by sgemm: on the floats themselves, or on copies of them rounded to bfloat16, which any
 * processor can multiply.
 */
#include "product.h"

#include "crosshebb/bfloat16.h"

#include <cblas.h>

/* Patches of one product on a small tile: few enough (tile and depth together) that sgemm multiplies
 * in place instead of copying its operands first. */
enum { SMALL_DEPTH = 256, SMALL_PRODUCT = 1 << 20 };

/* Largest tile: large enough that copying its operands is little beside multiplying them, small
 * enough that a few threads find work in a layer of a thousand neurons. */
enum { HEIGHT = XH_PRODUCT_OUTPUTS, WIDTH = 1728 };

static void read_floats(size_t inputs, size_t outputs, const void *weights, size_t count,
                        const float *x, float *u) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)outputs, (int)inputs, 1,
                x, (int)inputs, weights, (int)inputs, 0, u, (int)outputs);
}

static size_t depth_of(xh_tile tile, size_t patches) {
    const size_t work = tile.outputs.count * tile.inputs.count * SMALL_DEPTH;
    return work <= SMALL_PRODUCT && patches > SMALL_DEPTH ? SMALL_DEPTH : patches;
}

static void correlate(const xh_operands *operands, xh_tile tile, bool keep, float *change) {
    const int inputs = (int)operands->inputs;
    const int outputs = (int)operands->outputs;
    const float *x = (const float *)operands->x + tile.inputs.first;
    const float *y = (const float *)operands->y + tile.outputs.first;
    float *part = change + tile.outputs.first * operands->inputs + tile.inputs.first;
    const size_t depth = depth_of(tile, operands->count);
    for (size_t p = 0; p < operands->count; p += depth) {
        const size_t rest = operands->count - p;
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)tile.outputs.count,
                    (int)tile.inputs.count, (int)(rest < depth ? rest : depth), 1,
                    y + p * operands->outputs, outputs, x + p * operands->inputs, inputs,
                    p > 0 || keep ? 1 : 0, part, inputs);
    }
}

const xh_product xh_product_float32 = {
    .name = "float32",
    .stretch = SIZE_MAX,
    .height = HEIGHT,
    .width = WIDTH,
    .grain = 16,
    .read = read_floats,
    .correlate = correlate,
};

/* A block of x that is rounded at a time. */
enum { BLOCK_ROWS = 64, BLOCK_COLUMNS = 256 };

static void round_floats(size_t count, const float *from, float *to) {
    xh_bfloat16 rounded[BLOCK_COLUMNS];
    for (size_t i = 0; i < count; i += BLOCK_COLUMNS) {
        const size_t here = count - i < BLOCK_COLUMNS ? count - i : BLOCK_COLUMNS;
        xh_bfloat16_round(here, from + i, rounded);
        xh_bfloat16_widen(here, rounded, to + i);
    }
}

static size_t rounded_size(size_t rows, size_t columns) {
    return rows * columns * sizeof(float);
}

static void pack_rounded(size_t rows, size_t columns, size_t first, size_t count, const float *from,
                         void *packed) {
    (void)rows;
    round_floats(count * columns, from + first * columns, (float *)packed + first * columns);
}

/* u += W x for one block of x, or u = W x for the first inputs. */
static void read_block(size_t inputs, size_t outputs, const float *weights, xh_span part,
                       size_t count, const float *x, float *u) {
    float block[BLOCK_ROWS * BLOCK_COLUMNS];
    for (size_t p = 0; p < count; p++) {
        round_floats(part.count, x + p * inputs + part.first, block + p * part.count);
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)outputs, (int)part.count,
                1, block, (int)part.count, weights + part.first, (int)inputs,
                part.first > 0 ? 1 : 0, u, (int)outputs);
}

static void read_rounded(size_t inputs, size_t outputs, const void *weights, size_t count,
                         const float *x, float *u) {
    for (size_t p = 0; p < count; p += BLOCK_ROWS) {
        const size_t here = count - p < BLOCK_ROWS ? count - p : BLOCK_ROWS;
        for (size_t j = 0; j < inputs; j += BLOCK_COLUMNS) {
            const xh_span part = {j, inputs - j < BLOCK_COLUMNS ? inputs - j : BLOCK_COLUMNS};
            read_block(inputs, outputs, weights, part, here, x + p * inputs, u + p * outputs);
        }
    }
}

const xh_product xh_product_rounded = {
    .name = "rounded",
    .stretch = 1024,
    .height = HEIGHT,
    .width = WIDTH,
    .grain = 16,
    .weights = {rounded_size, pack_rounded},
    .x = {rounded_size, pack_rounded},
    .y = {rounded_size, pack_rounded},
    .read = read_rounded,
    .correlate = correlate,
};

const xh_product *xh_product_of(xh_arithmetic arithmetic) {
    const bool floats = arithmetic == XH_ARITHMETIC_FLOAT32;
    const xh_product *fast = floats ? xh_product_avx512() : xh_product_bfloat16();
    const xh_product *plain = floats ? &xh_product_float32 : &xh_product_rounded;
    return fast ? fast : plain;
}
