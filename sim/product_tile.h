/*
 * The tile that products by AVX-512 hold in registers: 8 rows of sums by a panel of up to 48
 * columns, over a stretch of their depth. The operands are words of 32 bits; what becomes of two of
 * them is the caller's.
 */
#ifndef XH_SIM_PRODUCT_TILE_H
#define XH_SIM_PRODUCT_TILE_H

#include "crosshebb/kernel.h"
#include "product.h"
#include "product_places.h"

#include <string.h>

/** Whether code for AVX-512 can be made here. */
#if !defined(XH_NO_MULTIVERSION) && defined(__x86_64__) && defined(__GNUC__)
#define XH_TILE_AVX512 1
#include <immintrin.h>
#else
#define XH_TILE_AVX512 0
#endif

enum {
    TILE_LANES = 16,
    TILE_COLUMNS = XH_PRODUCT_LINES,
    TILE_VECTORS = TILE_COLUMNS / TILE_LANES,
    TILE_ROWS = PLACES_LINES
};

/* The left operand: its word at (row, k) is words[row * row_step + k * depth_step]. */
typedef struct tile_left {
    const void *words;
    size_t row_step;
    size_t depth_step;
    const float *scales;       /* of the rows; NULL if words are not scaled */
    const tile_places *places; /* of the rows' words other than 0; NULL if they are not known */
} tile_left;

/* The right operand: its word at (k, column) is words[k * TILE_COLUMNS + column]. */
typedef struct tile_right {
    const void *words;
    const float *scales; /* of the columns */
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

/* Fetches one of several equal parts of what is needed next, up to the L2 cache. */
static inline void tile_fetch(const void *next, size_t bytes, size_t part, size_t parts) {
    enum { LINE = 64 };
    const size_t lines = bytes / LINE;
    for (size_t l = lines * part / parts; l < lines * (part + 1) / parts; l++) {
        __builtin_prefetch((const char *)next + l * LINE, 0, 2);
    }
}

static inline int tile_word(const void *words, size_t index) {
    int word;
    memcpy(&word, (const char *)words + index * sizeof(word), sizeof(word));
    return word;
}

#if XH_TILE_AVX512

#define TILE_KERNEL __attribute__((target("avx512f")))
#define TILE_INLINE TILE_KERNEL __attribute__((always_inline)) /* for constant sizes */

/* sum and the product of a word of the left operand, in all lanes, with 16 of the right one. */
typedef __m512 tile_accumulate(__m512 sum, __m512i one, __m512i many);

/* What a sum of words stands for, by the scales of its row and its columns. */
typedef __m512 tile_finish(__m512 sum, const float *row, const float *columns);

/* The lanes of a vector that the columns reach. */
static inline __mmask16 tile_mask(size_t columns, size_t vector) {
    const size_t rest = columns - vector * TILE_LANES;
    return (__mmask16)(rest < TILE_LANES ? (1U << rest) - 1U : 0xffffU);
}

/* 16 rows of 16 words turned into columns. */
TILE_INLINE
static inline void tile_turn(__m512i *row) {
    __m512i half[TILE_LANES];
#pragma GCC unroll 8
    for (size_t i = 0; i < TILE_LANES; i += 2) {
        half[i] = _mm512_unpacklo_epi32(row[i], row[i + 1]);
        half[i + 1] = _mm512_unpackhi_epi32(row[i], row[i + 1]);
    }
#pragma GCC unroll 4
    for (size_t i = 0; i < TILE_LANES; i += 4) {
        row[i] = _mm512_unpacklo_epi64(half[i], half[i + 2]);
        row[i + 1] = _mm512_unpackhi_epi64(half[i], half[i + 2]);
        row[i + 2] = _mm512_unpacklo_epi64(half[i + 1], half[i + 3]);
        row[i + 3] = _mm512_unpackhi_epi64(half[i + 1], half[i + 3]);
    }
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; i++) {
        const __m512i a = _mm512_shuffle_i32x4(row[i], row[i + 4], 0x88);
        const __m512i b = _mm512_shuffle_i32x4(row[i], row[i + 4], 0xdd);
        const __m512i c = _mm512_shuffle_i32x4(row[i + 8], row[i + 12], 0x88);
        const __m512i d = _mm512_shuffle_i32x4(row[i + 8], row[i + 12], 0xdd);
        half[i] = _mm512_shuffle_i32x4(a, c, 0x88);
        half[i + 4] = _mm512_shuffle_i32x4(b, d, 0x88);
        half[i + 8] = _mm512_shuffle_i32x4(a, c, 0xdd);
        half[i + 12] = _mm512_shuffle_i32x4(b, d, 0xdd);
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < TILE_LANES; i++) {
        row[i] = half[i];
    }
}

/* A panel [depth][48] of at most 48 lines, whose words lie one behind the other, step words from line
 * to line. Columns beyond the lines become 0. */
TILE_KERNEL
static inline void tile_transpose(size_t lines, size_t depth, const void *words, size_t step,
                                  void *panel) {
    for (size_t k = 0; k < depth; k += TILE_LANES) {
        const __mmask16 mask = tile_mask(depth - k, 0);
        for (size_t i = 0; i < TILE_COLUMNS; i += TILE_LANES) {
            __m512i row[TILE_LANES];
            for (size_t r = 0; r < TILE_LANES; r++) {
                const char *from = (const char *)words + ((i + r) * step + k) * sizeof(float);
                row[r] = _mm512_maskz_loadu_epi32(i + r < lines ? mask : 0, from);
            }
            tile_turn(row);
            for (size_t r = 0; r < TILE_LANES && k + r < depth; r++) {
                char *to = (char *)panel + ((k + r) * TILE_COLUMNS + i) * sizeof(float);
                _mm512_storeu_si512(to, row[r]);
            }
        }
    }
}

/* What a sum of words stands for, to its place. */
TILE_INLINE
static inline void tile_put(tile_finish *finish, __m512 sum, tile_left left, tile_right right,
                            size_t row, size_t vector, tile_matrix sums) {
    float *out = sums.first + row * sums.step + vector * TILE_LANES;
    const __mmask16 mask = tile_mask(sums.columns, vector);
    const __mmask16 held = sums.keep ? mask : 0;
    const __m512 here = finish(sum, left.scales + row, right.scales + vector * TILE_LANES);
    _mm512_mask_storeu_ps(out, mask, _mm512_add_ps(here, _mm512_maskz_loadu_ps(held, out)));
}

/* The tile with that many vectors side by side; a panel has words for all of them. Rows that the
 * sums do not have repeat the last one. The sums are fetched while the products are made. */
TILE_INLINE
static inline void tile_multiply_vectors(tile_accumulate *accumulate, tile_finish *finish,
                                         size_t vectors, size_t depth, tile_left left,
                                         tile_right right, tile_matrix sums) {
    const char *rows[TILE_ROWS];
    __m512 sum[TILE_ROWS][TILE_VECTORS];
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
    for (size_t k = 0; k < depth; k++, line += TILE_COLUMNS * sizeof(float)) {
        __m512i many[TILE_VECTORS];
#pragma GCC unroll 3
        for (size_t v = 0; v < vectors; v++) {
            many[v] = _mm512_loadu_si512(line + v * sizeof(__m512i));
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
                tile_put(finish, sum[i][v], left, right, i, v, sums);
            }
        }
    }
}

/* The same from the words that are not 0. */
TILE_INLINE
static inline void tile_multiply_places(tile_accumulate *accumulate, tile_finish *finish,
                                        size_t vectors, tile_left left, tile_right right,
                                        tile_matrix sums) {
    for (size_t i = 0; i < sums.rows; i++) {
        for (size_t v = 0; v < vectors; v++) {
            __builtin_prefetch(sums.first + i * sums.step + v * TILE_LANES, 1);
        }
    }
    for (size_t i = 0; i < sums.rows; i++) {
        const char *row = (const char *)left.words + i * left.row_step * sizeof(float);
        const uint16_t *at = left.places->at[i];
        const size_t count = left.places->count[i];
        __m512 sum[TILE_VECTORS];
#pragma GCC unroll 3
        for (size_t v = 0; v < vectors; v++) {
            sum[v] = _mm512_setzero_ps();
        }
        for (size_t n = 0; n < count; n++) {
            const __m512i one = _mm512_set1_epi32(tile_word(row, at[n] * left.depth_step));
            const char *line =
                (const char *)right.words + (size_t)at[n] * TILE_COLUMNS * sizeof(float);
#pragma GCC unroll 3
            for (size_t v = 0; v < vectors; v++) {
                const __m512i many = _mm512_loadu_si512(line + v * sizeof(__m512i));
                sum[v] = accumulate(sum[v], one, many);
            }
        }
#pragma GCC unroll 3
        for (size_t v = 0; v < vectors; v++) {
            tile_put(finish, sum[v], left, right, i, v, sums);
        }
    }
}

/* The tile with that many vectors side by side, in the faster of both ways. */
TILE_INLINE
static inline void tile_multiply_faster(tile_accumulate *accumulate, tile_finish *finish,
                                        size_t vectors, size_t depth, tile_left left,
                                        tile_right right, tile_matrix sums) {
    if (left.places && left.places->few) {
        tile_multiply_places(accumulate, finish, vectors, left, right, sums);
    } else {
        tile_multiply_vectors(accumulate, finish, vectors, depth, left, right, sums);
    }
}

/* sums = left right over that depth. */
TILE_INLINE
static inline void tile_multiply(tile_accumulate *accumulate, tile_finish *finish, size_t depth,
                                 tile_left left, tile_right right, tile_matrix sums) {
    if (sums.columns > 2 * TILE_LANES) {
        tile_multiply_faster(accumulate, finish, 3, depth, left, right, sums);
    } else if (sums.columns > TILE_LANES) {
        tile_multiply_faster(accumulate, finish, 2, depth, left, right, sums);
    } else {
        tile_multiply_faster(accumulate, finish, 1, depth, left, right, sums);
    }
}

#endif /* XH_TILE_AVX512 */

#endif
