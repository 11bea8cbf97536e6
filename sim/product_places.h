/* Where words of y are not 0. Most losers are too weak to count, in whole numbers or behind a
 * threshold, and hard competition has no other activities than the winners': an update whose words are
 * mostly 0 multiplies the others only, to the same bits. */
#ifndef XH_SIM_PRODUCT_PLACES_H
#define XH_SIM_PRODUCT_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lines of a block; most words of a line. */
enum { PLACES_LINES = 8, PLACES_DEPTH = 320 };

/* Of a block of words [depth][PLACES_LINES]. */
typedef struct tile_places {
    bool few; /* few enough to multiply nothing else; if not, the rest is unset */
    uint16_t count[PLACES_LINES];
    uint16_t at[PLACES_LINES][PLACES_DEPTH]; /* ascending */
} tile_places;

/* The places of a block of that depth. A word counts if it is a float other than +-0, or a pair of
 * numbers of 16 bits that are not both 0. */
void xh_places_find(size_t depth, const void *block, tile_places *places);

#endif
