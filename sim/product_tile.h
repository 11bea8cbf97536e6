/*
 * The tile that products by AVX-512 hold in registers: 8 rows of sums by a panel of up to 48
 * columns, over a stretch of their depth. The operands are words of 32 bits; what becomes of two of
 * them is the caller's.
 */
#ifndef XH_SIM_PRODUCT_TILE_H
#define XH_SIM_PRODUCT_TILE_H

#include "product.h"

#include <immintrin.h>
#include <string.h>

enum {
    TILE_LANES = 16,
    TILE_COLUMNS = XH_PRODUCT_ROWS,
    TILE_VECTORS = TILE_COLUMNS / TILE_LANES,
    TILE_ROWS = 8
};

#define TILE_KERNEL __attribute__((target("avx512f")))
#define TILE_INLINE TILE_KERNEL __attribute__((always_inline)) /* for constant sizes */

/* The left operand: its word at (row, k) is words[row * row_step + k * depth_step]. */
typedef struct tile_left {
    const void *words;
    size_t row_step;
    size_t depth_step;
} tile_left;

/* The right operand: its word at (k, column) is words[k * depth_step + column]. */
typedef struct tile_right {
    const void *words;
    size_t depth_step;
} tile_right;

/* Where sums go: a matrix whose rows are step floats apart. They are added to what it holds if it
 * keeps that. */
typedef struct tile_matrix {
    float *first;
    size_t step;
    size_t rows;
    size_t columns;
    bool keep;
} tile_matrix;

/* sum and the product of a word of the left operand, in all lanes, with 16 of the right one. */
typedef __m512 tile_accumulate(__m512 sum, __m512i one, __m512i many);

static inline size_t tile_at_most(size_t count, size_t limit) {
    return count < limit ? count : limit;
}

static inline size_t tile_round_up(size_t length, size_t grain) {
    return (length + grain - 1) / grain * grain;
}

static inline tile_matrix tile_sums(float *first, size_t step, size_t rows, size_t columns,
                                    bool keep) {
    tile_matrix sums = {NULL, step, rows, columns, keep};
    sums.first = first;
    return sums;
}

/* The part of a matrix that a tile at that place covers. */
static inline tile_matrix tile_at(tile_matrix all, size_t row, size_t column) {
    return (tile_matrix){all.first + row * all.step + column, all.step,
                         tile_at_most(all.rows - row, TILE_ROWS),
                         tile_at_most(all.columns - column, TILE_COLUMNS), all.keep};
}

static inline int tile_word(const void *words, size_t index) {
    int word;
    memcpy(&word, (const char *)words + index * sizeof(word), sizeof(word));
    return word;
}

/* The lanes of a vector that the columns reach. */
static inline __mmask16 tile_mask(size_t columns, size_t vector) {
    const size_t rest = columns - vector * TILE_LANES;
    return (__mmask16)(rest < TILE_LANES ? (1U << rest) - 1U : 0xffffU);
}

/* The tile with that many vectors side by side. Rows that the sums do not have repeat the last one.
 * The sums are fetched while the products are made. */
TILE_INLINE
static inline void tile_multiply_vectors(tile_accumulate *accumulate, size_t vectors, size_t depth,
                                         tile_left left, tile_right right, tile_matrix sums) {
    const char *rows[TILE_ROWS];
    __mmask16 masks[TILE_VECTORS];
    __m512 sum[TILE_ROWS][TILE_VECTORS];
#pragma GCC unroll 3
    for (size_t v = 0; v < vectors; v++) {
        masks[v] = tile_mask(sums.columns, v);
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < TILE_ROWS; i++) {
        const size_t row = tile_at_most(i, sums.rows - 1);
        rows[i] = (const char *)left.words + row * left.row_step * sizeof(float);
#pragma GCC unroll 3
        for (size_t v = 0; v < vectors; v++) {
            sum[i][v] = _mm512_setzero_ps();
            __builtin_prefetch(sums.first + row * sums.step + v * TILE_LANES, 1);
        }
    }
    const char *line = right.words;
    for (size_t k = 0; k < depth; k++, line += right.depth_step * sizeof(float)) {
        __m512i many[TILE_VECTORS];
#pragma GCC unroll 3
        for (size_t v = 0; v < vectors; v++) {
            many[v] = _mm512_maskz_loadu_epi32(masks[v], line + v * sizeof(__m512i));
        }
#pragma GCC unroll 8
        for (size_t i = 0; i < TILE_ROWS; i++) {
            const __m512i one = _mm512_set1_epi32(tile_word(rows[i], k * left.depth_step));
#pragma GCC unroll 3
            for (size_t v = 0; v < vectors; v++) {
                sum[i][v] = accumulate(sum[i][v], one, many[v]);
            }
        }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < TILE_ROWS; i++) {
        if (i < sums.rows) {
#pragma GCC unroll 3
            for (size_t v = 0; v < vectors; v++) {
                float *out = sums.first + i * sums.step + v * TILE_LANES;
                const __mmask16 held = sums.keep ? masks[v] : 0;
                const __m512 all = _mm512_add_ps(sum[i][v], _mm512_maskz_loadu_ps(held, out));
                _mm512_mask_storeu_ps(out, masks[v], all);
            }
        }
    }
}

/* sums = left right over that depth. */
TILE_INLINE
static inline void tile_multiply(tile_accumulate *accumulate, size_t depth, tile_left left,
                                 tile_right right, tile_matrix sums) {
    if (sums.columns > 2 * TILE_LANES) {
        tile_multiply_vectors(accumulate, 3, depth, left, right, sums);
    } else if (sums.columns > TILE_LANES) {
        tile_multiply_vectors(accumulate, 2, depth, left, right, sums);
    } else {
        tile_multiply_vectors(accumulate, 1, depth, left, right, sums);
    }
}

#endif
