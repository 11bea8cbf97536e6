/*
 * Philox4x32-10 over lanes: many blocks at once, in a form that the compiler turns into vector
 * instructions. Random123's scalar philox4x32 is the reference, and the tests compare the two.
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

/**
 * The words of XH_PHILOX_LANES blocks from first on, one row a word. The state is held in 64-bit
 * lanes, so that a product needs no shuffling; the upper halves of odd words are rubbish that
 * the mask removes.
 */
static inline void xh_philox_lanes(xh_rng stream, uint64_t first,
                                   uint32_t word[XH_PHILOX_WORDS][XH_PHILOX_LANES]) {
    const philox4x32_ctr_t start = xh_philox_counter(stream, first);
    const philox4x32_key_t key = xh_philox_key(stream);
    for (uint32_t lane = 0; lane < XH_PHILOX_LANES; lane++) {
        uint64_t even0 = (uint32_t)(start.v[0] + lane);
        uint64_t even2 = start.v[2];
        uint64_t odd1 = start.v[1];
        uint64_t odd3 = start.v[3];
        uint32_t key0 = key.v[0];
        uint32_t key1 = key.v[1];
#pragma GCC unroll 10
        for (int round = 0; round < XH_PHILOX_ROUNDS; round++) {
            const uint64_t product0 = even0 * PHILOX_M4x32_0;
            const uint64_t product2 = even2 * PHILOX_M4x32_1;
            even0 = product2 >> 32 ^ ((odd1 ^ key0) & UINT32_MAX);
            even2 = product0 >> 32 ^ ((odd3 ^ key1) & UINT32_MAX);
            odd1 = product2;
            odd3 = product0;
            key0 += PHILOX_W32_0;
            key1 += PHILOX_W32_1;
        }
        word[0][lane] = (uint32_t)even0;
        word[1][lane] = (uint32_t)odd1;
        word[2][lane] = (uint32_t)even2;
        word[3][lane] = (uint32_t)odd3;
    }
}

/** How many of count cells, from the cell first on, one run over the lanes gives. */
static inline size_t xh_philox_share(uint64_t first, size_t count) {
    const size_t share = XH_PHILOX_CELLS - (size_t)(first % XH_PHILOX_WORDS);
    return share < count ? share : count;
}

#endif
