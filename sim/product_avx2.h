/*
 * What products of whole numbers are made of with AVX2: two rows of sums by a panel, in vectors of 8
 * words, and the turning of rows into a panel.
 */
#ifndef XH_SIM_PRODUCT_AVX2_H
#define XH_SIM_PRODUCT_AVX2_H

#include "product_tile.h"

#if XH_TILE_AVX512 /* then code for AVX2 can be made, too */

enum { AVX2_LANES = 8, AVX2_ROWS = 2, AVX2_VECTORS = TILE_COLUMNS / AVX2_LANES };

#define AVX2_KERNEL __attribute__((target("avx2")))

/* Sums of that many vectors side by side, out [AVX2_ROWS][TILE_COLUMNS]. */
AVX2_KERNEL __attribute__((always_inline)) static inline void
add_rows_avx2(size_t vectors, size_t pairs, const char *const *rows, size_t depth_step,
              const char *line, int32_t *out) {
    __m256i sum[AVX2_ROWS][AVX2_VECTORS];
#pragma GCC unroll 6
    for (size_t v = 0; v < vectors; v++) {
        sum[0][v] = _mm256_setzero_si256();
        sum[1][v] = _mm256_setzero_si256();
    }
    for (size_t k = 0; k < pairs; k++, line += TILE_COLUMNS * sizeof(int32_t)) {
        const __m256i one[AVX2_ROWS] = {_mm256_set1_epi32(tile_word(rows[0], k * depth_step)),
                                        _mm256_set1_epi32(tile_word(rows[1], k * depth_step))};
#pragma GCC unroll 6
        for (size_t v = 0; v < vectors; v++) {
            const void *words = line + v * sizeof(__m256i);
            const __m256i many = _mm256_loadu_si256(words);
            sum[0][v] = _mm256_add_epi32(sum[0][v], _mm256_madd_epi16(one[0], many));
            sum[1][v] = _mm256_add_epi32(sum[1][v], _mm256_madd_epi16(one[1], many));
        }
    }
#pragma GCC unroll 6
    for (size_t v = 0; v < vectors; v++) {
        for (size_t i = 0; i < AVX2_ROWS; i++) {
            void *words = out + i * TILE_COLUMNS + v * AVX2_LANES;
            _mm256_storeu_si256(words, sum[i][v]);
        }
    }
}

/* 8 rows of 8 words turned into columns. */
AVX2_KERNEL
static inline void turn_words_avx2(const __m256i *row, __m256i *column) {
    __m256i two[AVX2_LANES], four[AVX2_LANES];
#pragma GCC unroll 4
    for (size_t i = 0; i < AVX2_LANES; i += 2) {
        two[i] = _mm256_unpacklo_epi32(row[i], row[i + 1]);
        two[i + 1] = _mm256_unpackhi_epi32(row[i], row[i + 1]);
    }
#pragma GCC unroll 2
    for (size_t i = 0; i < AVX2_LANES; i += 4) {
        four[i] = _mm256_unpacklo_epi64(two[i], two[i + 2]);
        four[i + 1] = _mm256_unpackhi_epi64(two[i], two[i + 2]);
        four[i + 2] = _mm256_unpacklo_epi64(two[i + 1], two[i + 3]);
        four[i + 3] = _mm256_unpackhi_epi64(two[i + 1], two[i + 3]);
    }
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; i++) {
        column[i] = _mm256_permute2x128_si256(four[i], four[i + 4], 0x20);
        column[i + 4] = _mm256_permute2x128_si256(four[i], four[i + 4], 0x31);
    }
}

/* Rows have room for whole vectors, and a panel for whole groups of columns. */
AVX2_KERNEL
static inline void turn_avx2(size_t count, size_t pairs, const void *rows, size_t step,
                             void *panel) {
    for (size_t k = 0; k < pairs; k += AVX2_LANES) {
        for (size_t i = 0; i < count; i += AVX2_LANES) {
            __m256i row[AVX2_LANES], column[AVX2_LANES];
            for (size_t r = 0; r < AVX2_LANES; r++) {
                const size_t from = (tile_at_most(i + r, count - 1) * step + k) * sizeof(int32_t);
                row[r] = _mm256_loadu_si256((const void *)((const char *)rows + from));
            }
            turn_words_avx2(row, column);
            for (size_t r = 0; r < AVX2_LANES && k + r < pairs; r++) {
                const size_t to = ((k + r) * TILE_COLUMNS + i) * sizeof(int32_t);
                _mm256_storeu_si256((void *)((char *)panel + to), column[r]);
            }
        }
    }
}

#endif /* XH_TILE_AVX512 */

#endif
