/* Where words of y are not 0. Most losers are too weak to count, in whole numbers or behind a
 * threshold, and hard competition has no other activities than the winners': an update whose words are
 * mostly 0 multiplies the others only, to the same bits. */
#ifndef XH_SIM_PRODUCT_PLACES_H
#define XH_SIM_PRODUCT_PLACES_H

#include "crosshebb/kernel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lines of a block; most words of a line. */
enum { PLACES_LINES = 8, PLACES_DEPTH = 320 };

/* Multiplying places takes about that many times as long as as many words in a row. */
enum { PLACES_COST = 3 };

/* Of a block of words [depth][PLACES_LINES]. */
typedef struct tile_places {
    bool few; /* few enough to multiply nothing else; if not, the rest is unset */
    uint16_t count[PLACES_LINES];
    uint16_t at[PLACES_LINES][PLACES_DEPTH]; /* ascending */
} tile_places;

/* Whether a word is a float other than +-0, or a pair of numbers of 16 bits that are not both 0. */
static inline uint32_t places_counts(uint32_t word) {
    return (word << 1) != 0;
}

XH_KERNEL
static void places_find(size_t depth, const uint32_t *block, tile_places *places) {
    uint32_t all = 0;
#pragma omp simd reduction(+ : all)
    for (size_t i = 0; i < depth * PLACES_LINES; i++) {
        all += places_counts(block[i]);
    }
    places->few = all * PLACES_COST < depth * PLACES_LINES;
    if (!places->few) {
        return;
    }
    for (size_t i = 0; i < PLACES_LINES; i++) {
        uint16_t count = 0;
        for (size_t k = 0; k < depth; k++) {
            places->at[i][count] = (uint16_t)k;
            count = (uint16_t)(count + places_counts(block[k * PLACES_LINES + i]));
        }
        places->count[i] = count;
    }
}

#endif
