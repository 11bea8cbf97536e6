/* Finding the words that are not 0. */
#include "product_places.h"

#include "crosshebb/kernel.h"

#include <string.h>

/* Multiplying places takes about that many times as long as as many words in a row. */
enum { COST = 3 };

static inline uint32_t counts(const void *block, size_t index) {
    uint32_t word;
    memcpy(&word, (const char *)block + index * sizeof(word), sizeof(word));
    return (word << 1) != 0;
}

XH_KERNEL
void xh_places_find(size_t depth, const void *block, tile_places *places) {
    uint32_t all = 0;
#pragma omp simd reduction(+ : all)
    for (size_t i = 0; i < depth * PLACES_LINES; i++) {
        all += counts(block, i);
    }
    places->few = all * COST < depth * PLACES_LINES;
    if (!places->few) {
        return;
    }
    for (size_t i = 0; i < PLACES_LINES; i++) {
        uint16_t count = 0;
        for (size_t k = 0; k < depth; k++) {
            places->at[i][count] = (uint16_t)k;
            count = (uint16_t)(count + counts(block, k * PLACES_LINES + i));
        }
        places->count[i] = count;
    }
}
