/*
 * Products of bfloat16 by VDPBF16PS, which adds two products at a time to each of 16 floats. Its
 * operands are words of two neighbours in depth (inputs of a read, patches of an update). The right
 * operand lies in panels of 48 columns, [panel][pair][48] words; the kernel holds a tile of 8 rows
 * by one panel in registers and goes through a depth of which a panel stays in the L1 cache.
 *
 * The instruction takes subnormal numbers for 0; else the rounding and the sums are those of any
 * other product.
 */
#include "product.h"

#include "crosshebb/kernel.h"

#if !defined(XH_NO_MULTIVERSION) && defined(__x86_64__) && defined(__GNUC__)

#include "crosshebb/bfloat16.h"

#include <immintrin.h>
#include <string.h>

/* A tile in registers; words of depth at a time; rows of x at a time. */
enum { LANES = 16, WIDTH = XH_PRODUCT_ROWS, VECTORS = WIDTH / LANES, HEIGHT = 8 };
enum { DEPTH = 128, ROWS = 64 };

/* Words between rows of x: a little more than its depth, so that rows do not share cache sets. */
enum { STRIDE = DEPTH + LANES };

static size_t round_up(size_t length, size_t grain) {
    return (length + grain - 1) / grain * grain;
}

static size_t pairs_of(size_t depth) {
    return (depth + 1) / 2;
}

/* Columns that are rounded at a time: whole panels of either width. */
enum { STRIP = 8 * WIDTH };

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
    return round_up(columns, WIDTH) * pairs_of(rows) * sizeof(uint32_t);
}

XH_KERNEL
static void pack_x(size_t rows, size_t columns, size_t first, size_t count, const float *from,
                   void *packed) {
    pack_pairs(WIDTH, rows, columns, (xh_span){first, count}, from, packed);
}

static size_t y_size(size_t rows, size_t columns) {
    return round_up(columns, HEIGHT) * pairs_of(rows) * sizeof(uint32_t);
}

XH_KERNEL
static void pack_y(size_t rows, size_t columns, size_t first, size_t count, const float *from,
                   void *packed) {
    pack_pairs(HEIGHT, rows, columns, (xh_span){first, count}, from, packed);
}

/* One row, rounded: pairs of neighbours. An odd one ends with 0. */
static void round_row(size_t count, const float *from, xh_bfloat16 *to) {
    to[round_up(count, 2) - 1] = 0;
    xh_bfloat16_round(count, from, to);
}

static inline uint32_t word_at(const void *words, size_t index) {
    uint32_t word;
    memcpy(&word, (const char *)words + index * sizeof(word), sizeof(word));
    return word;
}

/* Weights are panels of neurons: a group of rows becomes columns of one panel. */
static size_t weights_size(size_t rows, size_t columns) {
    return round_up(rows, WIDTH) * pairs_of(columns) * sizeof(uint32_t);
}

static void pack_weights(size_t rows, size_t columns, size_t first, size_t count, const float *from,
                         void *packed) {
    (void)rows;
    uint32_t *panel = (uint32_t *)packed + first * pairs_of(columns);
    for (size_t j = 0; j < columns; j += 2 * DEPTH, panel += (size_t)DEPTH * WIDTH) {
        const size_t here = columns - j < 2 * DEPTH ? columns - j : 2 * DEPTH;
        for (size_t i = 0; i < count; i++) {
            xh_bfloat16 row[2 * DEPTH];
            round_row(here, from + (first + i) * columns + j, row);
            for (size_t k = 0; k < pairs_of(here); k++) {
                panel[k * WIDTH + i] = word_at(row, k);
            }
        }
    }
}

#define BFLOAT16_KERNEL __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
#define BFLOAT16_INLINE BFLOAT16_KERNEL __attribute__((always_inline)) /* for constant steps */

/* The left operand of a tile: its word at (row, pair) is words[row * row_step + pair * pair_step].
 */
typedef struct left_operand {
    const void *words;
    size_t row_step;
    size_t pair_step;
} left_operand;

/* out [HEIGHT rows that far apart][WIDTH] = left right, or += if it keeps what it holds. */
BFLOAT16_INLINE
static inline void multiply(size_t pairs, left_operand left, const uint32_t *right, bool keep,
                            size_t step, float *out) {
    __m512 sum[HEIGHT][VECTORS];
#pragma GCC unroll 8
    for (size_t i = 0; i < HEIGHT; i++) {
#pragma GCC unroll 3
        for (size_t v = 0; v < VECTORS; v++) {
            sum[i][v] = keep ? _mm512_loadu_ps(out + i * step + v * LANES) : _mm512_setzero_ps();
        }
    }
    for (size_t k = 0; k < pairs; k++, right += WIDTH) {
#pragma GCC unroll 8
        for (size_t i = 0; i < HEIGHT; i++) {
            const uint32_t word = word_at(left.words, i * left.row_step + k * left.pair_step);
            const __m512bh one = (__m512bh)_mm512_set1_epi32((int)word);
#pragma GCC unroll 3
            for (size_t v = 0; v < VECTORS; v++) {
                const __m512bh many = (__m512bh)_mm512_loadu_si512(right + v * LANES);
                sum[i][v] = _mm512_dpbf16_ps(sum[i][v], one, many);
            }
        }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < HEIGHT; i++) {
#pragma GCC unroll 3
        for (size_t v = 0; v < VECTORS; v++) {
            _mm512_storeu_ps(out + i * step + v * LANES, sum[i][v]);
        }
    }
}

/* What a tile covers: rows by columns of a matrix whose rows are that far apart. */
typedef struct cover {
    size_t rows;
    size_t columns;
    size_t step;
} cover;

/* The part of a tile that the matrix has. */
static void put(cover part, bool keep, const float *tile, float *out) {
    for (size_t i = 0; i < part.rows; i++) {
        float *row = out + i * part.step;
        for (size_t j = 0; j < part.columns; j++) {
            row[j] = keep ? row[j] + tile[i * WIDTH + j] : tile[i * WIDTH + j];
        }
    }
}

BFLOAT16_INLINE
static inline void multiply_to(size_t pairs, left_operand left, const uint32_t *right, bool keep,
                               cover part, float *out) {
    if (part.rows == HEIGHT && part.columns == WIDTH) {
        multiply(pairs, left, right, keep, part.step, out);
    } else {
        float tile[HEIGHT * WIDTH];
        multiply(pairs, left, right, false, WIDTH, tile);
        put(part, keep, tile, out);
    }
}

/* A tile of a read: rows of x, pairs of inputs. */
BFLOAT16_KERNEL
static void multiply_rows(size_t pairs, const xh_bfloat16 *x, const uint32_t *right, bool keep,
                          cover part, float *out) {
    multiply_to(pairs, (left_operand){x, STRIDE, 1}, right, keep, part, out);
}

/* A tile of an update: neurons of a panel of y, pairs of patches. */
BFLOAT16_KERNEL
static void multiply_columns(size_t pairs, const uint32_t *y, const uint32_t *right, bool keep,
                             cover part, float *out) {
    multiply_to(pairs, (left_operand){y, 1, HEIGHT}, right, keep, part, out);
}

static size_t at_most(size_t count, size_t limit) {
    return count < limit ? count : limit;
}

/* u = W x over a depth of the inputs, or += beyond the first, for as many patches as x holds. */
static void read_depth(size_t inputs, size_t outputs, const uint32_t *weights, xh_span pairs,
                       size_t count, const xh_bfloat16 *x, float *u) {
    for (size_t i = 0; i < outputs; i += WIDTH) {
        const uint32_t *panel = weights + i * pairs_of(inputs) + pairs.first * WIDTH;
        for (size_t p = 0; p < count; p += HEIGHT) {
            const cover part = {at_most(count - p, HEIGHT), at_most(outputs - i, WIDTH), outputs};
            multiply_rows(pairs.count, x + 2 * p * STRIDE, panel, pairs.first > 0, part,
                          u + p * outputs + i);
        }
    }
}

static void read_words(size_t inputs, size_t outputs, const void *weights, size_t count,
                       const float *x, float *u) {
    xh_bfloat16 block[ROWS * 2 * STRIDE] = {0};
    const size_t pairs = pairs_of(inputs);
    for (size_t p = 0; p < count; p += ROWS) {
        const size_t rows = at_most(count - p, ROWS);
        for (size_t k = 0; k < pairs; k += DEPTH) {
            const xh_span part = {k, at_most(pairs - k, DEPTH)};
            const size_t here = at_most(inputs - 2 * k, 2 * DEPTH);
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
    const uint32_t *x = (const uint32_t *)operands->x + pairs.first * WIDTH;
    const uint32_t *y = (const uint32_t *)operands->y + pairs.first * HEIGHT;
    const size_t bottom = tile.outputs.first + tile.outputs.count;
    const size_t right = tile.inputs.first + tile.inputs.count;
    for (size_t j = tile.inputs.first; j < right; j += WIDTH) {
        for (size_t i = tile.outputs.first; i < bottom; i += HEIGHT) {
            const cover part = {at_most(bottom - i, HEIGHT), at_most(right - j, WIDTH),
                                operands->inputs};
            multiply_columns(pairs.count, y + i * all, x + j * all, keep, part,
                             change + i * operands->inputs + j);
        }
    }
}

static void correlate(const xh_operands *operands, xh_tile tile, bool keep, float *change) {
    const size_t pairs = pairs_of(operands->count);
    for (size_t k = 0; k < pairs; k += DEPTH) {
        correlate_depth(operands, tile, (xh_span){k, at_most(pairs - k, DEPTH)}, keep || k > 0,
                        change);
    }
}

static const xh_product product = {
    .name = "bfloat16",
    .stretch = 1024,
    .grain = WIDTH,
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
