/*
 * Products of floats by AVX-512. A read takes the weights in panels of 48 neurons, [panel][input][48],
 * which are packed once an update; an update takes its tiles from the signals where they are, but
 * for y, of which 8 neurons lie together.
 */
#include "product.h"

#include "crosshebb/kernel.h"

#if !defined(XH_NO_MULTIVERSION) && defined(__x86_64__) && defined(__GNUC__)

#include "product_tile.h"

/* Inputs of a read at a time; patches of an update at a time. */
enum { READ_DEPTH = 128, DEPTH = 256 };

/* Largest tile, which stays in the L2 cache until it is done. */
enum { HEIGHT = 64, WIDTH = 36 * TILE_COLUMNS };

static size_t weights_size(size_t rows, size_t columns) {
    return tile_round_up(rows, TILE_COLUMNS) * columns * sizeof(float);
}

static void pack_weights(size_t rows, size_t columns, size_t first, size_t count, const float *from,
                         void *packed) {
    (void)rows;
    float *panel = (float *)packed + first * columns;
    for (size_t j = 0; j < columns; j += TILE_LANES) {
        const size_t end = j + tile_at_most(columns - j, TILE_LANES);
        for (size_t i = 0; i < count; i++) {
            for (size_t k = j; k < end; k++) {
                panel[k * TILE_COLUMNS + i] = from[(first + i) * columns + k];
            }
        }
    }
}

TILE_INLINE
static inline __m512 add_product(__m512 sum, __m512i one, __m512i many) {
    return _mm512_fmadd_ps(_mm512_castsi512_ps(one), _mm512_castsi512_ps(many), sum);
}

TILE_KERNEL
static void multiply(size_t depth, tile_left left, tile_right right, tile_matrix sums) {
    tile_multiply(add_product, depth, left, right, sums);
}

static void read_floats(size_t inputs, size_t outputs, const void *weights, size_t count,
                        const float *x, float *u) {
    for (size_t k = 0; k < inputs; k += READ_DEPTH) {
        const size_t depth = tile_at_most(inputs - k, READ_DEPTH);
        const tile_matrix sums = tile_sums(u, outputs, count, outputs, k > 0);
        for (size_t i = 0; i < outputs; i += TILE_COLUMNS) {
            const float *panel = (const float *)weights + i * inputs + k * TILE_COLUMNS;
            for (size_t p = 0; p < count; p += TILE_ROWS) {
                multiply(depth, (tile_left){x + p * inputs + k, inputs, 1},
                         (tile_right){panel, TILE_COLUMNS}, tile_at(sums, p, i));
            }
        }
    }
}

/* y of a block, [8 neurons][patch][8]. */
static void pack_block(size_t depth, size_t neurons, size_t step, const float *y, float *block) {
    for (size_t i = 0; i < neurons; i += TILE_ROWS) {
        const size_t rows = tile_at_most(neurons - i, TILE_ROWS);
        for (size_t p = 0; p < depth; p++, block += TILE_ROWS) {
            const float *from = y + p * step + i;
            if (rows == TILE_ROWS) {
                memcpy(block, from, TILE_ROWS * sizeof(float));
            } else {
                memcpy(block, from, rows * sizeof(float));
            }
        }
    }
}

/* A tile of A over a depth of the patches. */
static void correlate_depth(const xh_operands *operands, xh_tile tile, xh_span patches, bool keep,
                            float *change) {
    float block[HEIGHT * DEPTH];
    const size_t inputs = operands->inputs;
    const size_t right = tile.inputs.first + tile.inputs.count;
    const float *x = (const float *)operands->x + patches.first * inputs;
    const float *y = (const float *)operands->y + patches.first * operands->outputs;
    const tile_matrix sums =
        tile_sums(change + tile.outputs.first * inputs, inputs, tile.outputs.count, right, keep);
    pack_block(patches.count, tile.outputs.count, operands->outputs, y + tile.outputs.first, block);
    for (size_t j = tile.inputs.first; j < right; j += TILE_COLUMNS) {
        for (size_t i = 0; i < tile.outputs.count; i += TILE_ROWS) {
            multiply(patches.count, (tile_left){block + i * patches.count, 1, TILE_ROWS},
                     (tile_right){x + j, inputs}, tile_at(sums, i, j));
        }
    }
}

static void correlate(const xh_operands *operands, xh_tile tile, bool keep, float *change) {
    for (size_t p = 0; p < operands->count; p += DEPTH) {
        const xh_span patches = {p, tile_at_most(operands->count - p, DEPTH)};
        correlate_depth(operands, tile, patches, keep || p > 0, change);
    }
}

static const xh_product product = {
    .name = "avx512",
    .stretch = 1024,
    .height = HEIGHT,
    .width = WIDTH,
    .grain = TILE_COLUMNS,
    .weights = {weights_size, pack_weights},
    .read = read_floats,
    .correlate = correlate,
};

const xh_product *xh_product_avx512(void) {
    return __builtin_cpu_supports("avx512f") ? &product : NULL;
}

#else

const xh_product *xh_product_avx512(void) {
    return NULL;
}

#endif
