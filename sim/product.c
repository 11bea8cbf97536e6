/*
 * Products of floats by the machine's sgemm; sums of squares; which product is the fastest here.
 */
#include "product.h"

#include "crosshebb/kernel.h"

#include <cblas.h>

/* Patches of one product on a small tile: few enough (tile and depth together) that sgemm multiplies
 * in place instead of copying its operands first. */
enum { SMALL_DEPTH = 256, SMALL_PRODUCT = 1 << 20 };

/* Largest tile: large enough that copying its operands is little beside multiplying them, small
 * enough that a few threads find work in a layer of a thousand neurons. */
enum { HEIGHT = XH_PRODUCT_OUTPUTS, WIDTH = 1728 };

/* In products of a fixed width, so that a part of the outputs is read with the bits of the whole: the
 * machine chooses its way by the shape. */
static void read_floats(size_t inputs, size_t outputs, const void *weights, size_t count,
                        const float *x, float *u) {
    for (size_t i = 0; i < outputs; i += XH_PRODUCT_OUTPUTS) {
        const size_t rest = outputs - i;
        const size_t here = rest < XH_PRODUCT_OUTPUTS ? rest : XH_PRODUCT_OUTPUTS;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)here, (int)inputs, 1,
                    x, (int)inputs, (const float *)weights + i * inputs, (int)inputs, 0, u + i,
                    (int)outputs);
    }
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

XH_KERNEL
float xh_product_square(size_t count, const float *values) {
    float square = 0;
#pragma omp simd reduction(+ : square)
    for (size_t j = 0; j < count; j++) {
        square += values[j] * values[j];
    }
    return square;
}

const xh_product *xh_product_of(xh_arithmetic arithmetic) {
    const bool floats = arithmetic == XH_ARITHMETIC_FLOAT32;
    const xh_product *const all[] = {floats ? xh_product_avx512() : xh_product_vnni(),
                                     floats ? NULL : xh_product_madd(),
                                     floats ? &xh_product_float32 : &xh_product_int16};
    size_t fastest = 0;
    while (!all[fastest]) {
        fastest++;
    }
    return all[fastest];
}
