/*
 * Uniform random words and numbers: the counter-based generator itself. The scalar form is
 * Random123's; spans run over lanes of blocks (philox.h) and copy the part that was asked for, so
 * that a cell's word depends on its number only.
 */
#include "crosshebb/rng.h"
#include "crosshebb/kernel.h"

#include "devices/base/philox.h"

#include <string.h>

enum { CHUNK = 1024 };

void xh_rng_block(xh_rng stream, uint64_t block, uint32_t word[4]) {
    const philox4x32_ctr_t result =
        philox4x32_R(XH_PHILOX_ROUNDS, xh_philox_counter(stream, block), xh_philox_key(stream));
    memcpy(word, result.v, sizeof(result.v));
}

/** The words of one run over the lanes in the order of their cells. */
static inline void words_of_lanes(xh_rng stream, uint64_t block, uint32_t cell[XH_PHILOX_CELLS]) {
    uint32_t word[XH_PHILOX_WORDS][XH_PHILOX_LANES];
    xh_philox_lanes(stream, block, word);
    for (int lane = 0; lane < XH_PHILOX_LANES; lane++) {
        cell[4 * lane] = word[0][lane];
        cell[4 * lane + 1] = word[1][lane];
        cell[4 * lane + 2] = word[2][lane];
        cell[4 * lane + 3] = word[3][lane];
    }
}

XH_KERNEL
void xh_rng_words(xh_rng stream, uint64_t first, size_t count, uint32_t *out) {
    while (count > 0) {
        uint32_t cell[XH_PHILOX_CELLS];
        const size_t share = xh_philox_share(first, count);
        words_of_lanes(stream, first / XH_PHILOX_WORDS, cell);
        memcpy(out, cell + first % XH_PHILOX_WORDS, share * sizeof(*out));
        first += share;
        out += share;
        count -= share;
    }
}

XH_KERNEL
void xh_rng_uniform(xh_rng stream, uint64_t first, size_t count, float *out) {
    uint32_t word[CHUNK];
    for (size_t done = 0; done < count; done += CHUNK) {
        const size_t share = count - done < CHUNK ? count - done : CHUNK;
        xh_rng_words(stream, first + done, share, word);
        for (size_t i = 0; i < share; i++) {
            out[done + i] = (float)(int32_t)(word[i] >> 8) * 0x1p-24f;
        }
    }
}
