/* Dropout: a copy of a row of features with some of them dropped and the others scaled up. Features
 * share random words in groups of 32. */
#ifndef XH_MODELS_DROPOUT_H
#define XH_MODELS_DROPOUT_H

#include "crosshebb/bfloat16.h"
#include "crosshebb/rng.h"

enum { XH_DROPOUT_GROUP = 32 };

/* A share, resolved to 2^-16. */
typedef struct xh_dropout {
    uint32_t kept;  /* of 65536 */
    unsigned words; /* random words a group: 1 for a share of one half, at most 16; 0: nothing is
                       dropped */
    float scale;    /* of the features kept, so that their mean stays */
} xh_dropout;

xh_dropout xh_dropout_of(double share);

/* Coins of groups first .. first + count - 1 of the stream: bit i of a group's is set if its
 * feature i is kept. */
void xh_dropout_coins(xh_dropout dropout, xh_rng stream, uint64_t first, size_t count,
                      uint32_t *coins);

/* Copies count features, whose groups have the given coins. */
void xh_dropout_copy(xh_dropout dropout, const uint32_t *coins, size_t count, const float *from,
                     float *to);
/* The same from bfloat16. */
void xh_dropout_widen(xh_dropout dropout, const uint32_t *coins, size_t count,
                      const xh_bfloat16 *from, float *to);

#endif
