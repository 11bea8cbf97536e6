/*
 * Products of bfloat16 by VDPBF16PS, which adds two products at a time to each of 16 floats. Its
 * operands are words of two neighbours in depth (inputs of a read, patches of an update). The right
 * operand lies in panels of 48 columns, [panel][pair][48] words, of which a depth at a time stays in the
 * L1 cache.
 *
 * The instruction takes subnormal numbers for 0; else the rounding and the sums are those of any
 * other product.
 */
#include "product.h"

#include "crosshebb/kernel.h"

#if !defined(XH_NO_MULTIVERSION) && defined(__x86_64__) && defined(__GNUC__)

#include "crosshebb/bfloat16.h"
#include "product_tile.h"

/* Words of depth at a time; rows of x at a time. */
enum { DEPTH = 128, ROWS = 64 };

/* Words between rows of x: a little more than its depth, so that rows do not share cache sets. */
enum { STRIDE = DEPTH + TILE_LANES };

static size_t pairs_of(size_t depth) {
    return (depth + 1) / 2;
}

/* Columns that are rounded at a time: whole panels of either width. */
enum { STRIP = 8 * TILE_COLUMNS };

/* Two rows of a strip into its panels, which lie that far apart. */
static inline void interleave(size_t width, size_t count, const xh_bfloat16 *low,
                              const xh_bfloat16 *high, size_t step, uint32_t *words) {
    for (size_t j = 0; j < count; j += width, words += step) {
#pragma omp simd
        for (size_t i = 0; i < width; i++) {
            words[i] = (uint32_t)low[j + i] | (uint32_t)high[j + i] << 16;
        }
    }
}

/* Rows of a matrix [depth][columns] into panels [panel][pair][width]. What lies beyond the last
 * column is never used; beyond the last row are zeros. */
static inline void pack_pairs(size_t width, size_t depth, size_t columns, xh_span rows,
                              const float *from, uint32_t *packed) {
    xh_bfloat16 low[STRIP] = {0};
    xh_bfloat16 high[STRIP] = {0};
    const size_t pairs = pairs_of(depth);
    for (size_t p = rows.first; p < rows.first + rows.count; p += 2) {
        for (size_t j = 0; j < columns; j += STRIP) {
            const size_t count = columns - j < STRIP ? columns - j : STRIP;
            xh_bfloat16_round(count, from + p * columns + j, low);
            if (p + 1 < depth) {
                xh_bfloat16_round(count, from + (p + 1) * columns + j, high);
            } else {
                memset(high, 0, sizeof(high));
            }
            interleave(width, count, low, high, pairs * width, packed + j * pairs + p / 2 * width);
        }
    }
}

static size_t x_size(size_t rows, size_t columns) {
    return tile_round_up(columns, TILE_COLUMNS) * pairs_of(rows) * sizeof(uint32_t);
}

XH_KERNEL
static void pack_x(size_t rows, size_t columns, size_t first, size_t count, const float *from,
                   void *packed) {
    pack_pairs(TILE_COLUMNS, rows, columns, (xh_span){first, count}, from, packed);
}

static size_t y_size(size_t rows, size_t columns) {
    return tile_round_up(columns, TILE_ROWS) * pairs_of(rows) * sizeof(uint32_t);
}

XH_KERNEL
static void pack_y(size_t rows, size_t columns, size_t first, size_t count, const float *from,
                   void *packed) {
    pack_pairs(TILE_ROWS, rows, columns, (xh_span){first, count}, from, packed);
}

/* One row, rounded: pairs of neighbours. An odd one ends with 0. */
static void round_row(size_t count, const float *from, xh_bfloat16 *to) {
    to[tile_round_up(count, 2) - 1] = 0;
    xh_bfloat16_round(count, from, to);
}

static inline uint32_t word_at(const void *words, size_t index) {
    uint32_t word;
    memcpy(&word, (const char *)words + index * sizeof(word), sizeof(word));
    return word;
}

/* Weights are panels of neurons: a group of rows becomes columns of one panel. */
static size_t weights_size(size_t rows, size_t columns) {
    return tile_round_up(rows, TILE_COLUMNS) * pairs_of(columns) * sizeof(uint32_t);
}

static void pack_weights(size_t rows, size_t columns, size_t first, size_t count, const float *from,
                         void *packed) {
    (void)rows;
    uint32_t *panel = (uint32_t *)packed + first * pairs_of(columns);
    for (size_t j = 0; j < columns; j += 2 * DEPTH, panel += (size_t)DEPTH * TILE_COLUMNS) {
        const size_t here = columns - j < 2 * DEPTH ? columns - j : 2 * DEPTH;
        for (size_t i = 0; i < count; i++) {
            xh_bfloat16 row[2 * DEPTH];
            round_row(here, from + (first + i) * columns + j, row);
            for (size_t k = 0; k < pairs_of(here); k++) {
                panel[k * TILE_COLUMNS + i] = word_at(row, k);
            }
        }
    }
}

#define BFLOAT16_KERNEL __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))

BFLOAT16_KERNEL __attribute__((always_inline)) static inline __m512
add_products(__m512 sum, __m512i one, __m512i many) {
    return _mm512_dpbf16_ps(sum, (__m512bh)one, (__m512bh)many);
}

BFLOAT16_KERNEL
static void multiply(size_t pairs, tile_left left, tile_right right, tile_matrix sums) {
    tile_multiply(add_products, pairs, left, right, sums);
}

/* u = W x over a depth of the inputs, or += beyond the first, for as many patches as x holds. */
static void read_depth(size_t inputs, size_t outputs, const uint32_t *weights, xh_span pairs,
                       size_t count, const xh_bfloat16 *x, float *u) {
    const tile_matrix sums = tile_sums(u, outputs, count, outputs, pairs.first > 0);
    for (size_t i = 0; i < outputs; i += TILE_COLUMNS) {
        const uint32_t *panel = weights + i * pairs_of(inputs) + pairs.first * TILE_COLUMNS;
        for (size_t p = 0; p < count; p += TILE_ROWS) {
            multiply(pairs.count, (tile_left){x + 2 * p * STRIDE, STRIDE, 1},
                     (tile_right){panel, TILE_COLUMNS}, tile_at(sums, p, i));
        }
    }
}

static void read_words(size_t inputs, size_t outputs, const void *weights, size_t count,
                       const float *x, float *u) {
    xh_bfloat16 block[ROWS * 2 * STRIDE];
    const size_t pairs = pairs_of(inputs);
    for (size_t p = 0; p < count; p += ROWS) {
        const size_t rows = tile_at_most(count - p, ROWS);
        for (size_t k = 0; k < pairs; k += DEPTH) {
            const xh_span part = {k, tile_at_most(pairs - k, DEPTH)};
            const size_t here = tile_at_most(inputs - 2 * k, 2 * DEPTH);
            for (size_t i = 0; i < rows; i++) {
                round_row(here, x + (p + i) * inputs + 2 * k, block + 2 * i * STRIDE);
            }
            read_depth(inputs, outputs, weights, part, rows, block, u + p * outputs);
        }
    }
}

/* A tile of A over a depth of the patches. */
static void correlate_depth(const xh_operands *operands, xh_tile tile, xh_span pairs, bool keep,
                            float *change) {
    const size_t all = pairs_of(operands->count);
    const uint32_t *x = (const uint32_t *)operands->x + pairs.first * TILE_COLUMNS;
    const uint32_t *y = (const uint32_t *)operands->y + pairs.first * TILE_ROWS;
    const size_t bottom = tile.outputs.first + tile.outputs.count;
    const size_t right = tile.inputs.first + tile.inputs.count;
    const tile_matrix sums = tile_sums(change, operands->inputs, bottom, right, keep);
    for (size_t j = tile.inputs.first; j < right; j += TILE_COLUMNS) {
        for (size_t i = tile.outputs.first; i < bottom; i += TILE_ROWS) {
            multiply(pairs.count, (tile_left){y + i * all, 1, TILE_ROWS},
                     (tile_right){x + j * all, TILE_COLUMNS}, tile_at(sums, i, j));
        }
    }
}

static void correlate(const xh_operands *operands, xh_tile tile, bool keep, float *change) {
    const size_t pairs = pairs_of(operands->count);
    for (size_t k = 0; k < pairs; k += DEPTH) {
        const xh_span part = {k, tile_at_most(pairs - k, DEPTH)};
        correlate_depth(operands, tile, part, keep || k > 0, change);
    }
}

static const xh_product product = {
    .name = "bfloat16",
    .stretch = 1024,
    .height = XH_PRODUCT_OUTPUTS,
    .width = 36 * TILE_COLUMNS,
    .grain = TILE_COLUMNS,
    .weights = {weights_size, pack_weights},
    .x = {x_size, pack_x},
    .y = {y_size, pack_y},
    .read = read_words,
    .correlate = correlate,
};

const xh_product *xh_product_bfloat16(void) {
    return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vl") &&
                   __builtin_cpu_supports("avx512bw")
               ? &product
               : NULL;
}

#else

const xh_product *xh_product_bfloat16(void) {
    return NULL;
}

#endif
