/*
 * Philox4x32-10 over lanes: many blocks at once, by vector instructions where there are any.
 * Random123's scalar philox4x32 is the reference, and the tests compare the two.
 */
#ifndef XH_DEVICES_BASE_PHILOX_H
#define XH_DEVICES_BASE_PHILOX_H

#include "crosshebb/rng.h"

#include <Random123/philox.h>

enum {
    XH_PHILOX_WORDS = 4,                                 /* of one block */
    XH_PHILOX_LANES = 32,                                /* blocks worked on at once */
    XH_PHILOX_CELLS = XH_PHILOX_WORDS * XH_PHILOX_LANES, /* their words */
    XH_PHILOX_ROUNDS = 10
};

/** Where a block stands in its stream. */
static inline philox4x32_ctr_t xh_philox_counter(xh_rng stream, uint64_t block) {
    const uint32_t tag = (uint32_t)stream.purpose << 24 | (stream.instance & 0xffffffu);
    return (philox4x32_ctr_t){
        {(uint32_t)block, (uint32_t)stream.step, (uint32_t)(stream.step >> 32), tag}};
}

static inline philox4x32_key_t xh_philox_key(xh_rng stream) {
    return (philox4x32_key_t){{(uint32_t)stream.seed, (uint32_t)(stream.seed >> 32)}};
}

/** The words of XH_PHILOX_LANES blocks from first on, one row a word. */
void xh_philox_lanes(xh_rng stream, uint64_t first,
                     uint32_t word[XH_PHILOX_WORDS][XH_PHILOX_LANES]);

/** How many of count cells, from the cell first on, one run over the lanes gives. */
static inline size_t xh_philox_share(uint64_t first, size_t count) {
    const size_t share = XH_PHILOX_CELLS - (size_t)(first % XH_PHILOX_WORDS);
    return share < count ? share : count;
}

#endif
