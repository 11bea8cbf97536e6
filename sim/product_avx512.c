/*
 * Products of floats by AVX-512. A read takes the weights in panels of 48 neurons, [panel][input][48],
 * which are packed once an update; an update takes its tiles from the signals where they are, but
 * for y, of which 8 neurons lie together, with the places of what is not 0.
 */
#include "product_tile.h"

#if XH_TILE_AVX512

/* Inputs of a read at a time; patches of an update at a time. */
enum { READ_DEPTH = 256, DEPTH = PLACES_DEPTH };

/* Largest tile, which stays in the L2 cache until it is done. */
enum { HEIGHT = 96, WIDTH = 36 * TILE_COLUMNS };

static size_t panels_size(size_t lines, size_t depth) {
    return tile_round_up(lines, TILE_COLUMNS) * depth * sizeof(float);
}

static size_t blocks_words(size_t lines, size_t depth) {
    return tile_round_up(lines, TILE_ROWS) * depth;
}

/* Blocks, and then the places of each, [group][part of the patches]. */
static size_t blocks_size(size_t lines, size_t depth) {
    const size_t parts = (depth + DEPTH - 1) / DEPTH * ((lines + TILE_ROWS - 1) / TILE_ROWS);
    return blocks_words(lines, depth) * sizeof(float) + parts * sizeof(tile_places);
}

static size_t places_at(size_t line, size_t depth, size_t patch) {
    return line / TILE_ROWS * ((depth + DEPTH - 1) / DEPTH) + patch / DEPTH;
}

TILE_KERNEL
static void pack_weights(size_t lines, size_t depth, size_t first, size_t count, const float *from,
                         void *packed) {
    (void)lines;
    tile_transpose(count, depth, from + first * depth, depth, (float *)packed + first * depth);
}

/* Signals into groups of so many lines, [group][patch][width]. */
static inline void pack_signals(size_t width, size_t lines, size_t depth, size_t first,
                                size_t count, const float *from, float *packed) {
    for (size_t i = first; i < first + count; i += width) {
        const size_t here = tile_at_most(lines - i, width);
        float *group = packed + i * depth;
        for (size_t p = 0; p < depth; p++, group += width) {
            if (here == width) {
                memcpy(group, from + p * lines + i, width * sizeof(float));
            } else {
                memcpy(group, from + p * lines + i, here * sizeof(float));
            }
        }
    }
}

static void pack_x(size_t lines, size_t depth, size_t first, size_t count, const float *from,
                   void *packed) {
    pack_signals(TILE_COLUMNS, lines, depth, first, count, from, packed);
}

static void pack_y(size_t lines, size_t depth, size_t first, size_t count, const float *from,
                   void *packed) {
    pack_signals(TILE_ROWS, lines, depth, first, count, from, packed);
    const float *words = packed;
    tile_places *places = (tile_places *)(void *)((float *)packed + blocks_words(lines, depth));
    for (size_t i = first; i < first + count; i += TILE_ROWS) {
        for (size_t p = 0; p < depth; p += DEPTH) {
            xh_places_find(tile_at_most(depth - p, DEPTH), words + i * depth + p * TILE_ROWS,
                           places + places_at(i, depth, p));
        }
    }
}

TILE_INLINE
static inline __m512 add_product(__m512 sum, __m512i one, __m512i many) {
    return _mm512_fmadd_ps(_mm512_castsi512_ps(one), _mm512_castsi512_ps(many), sum);
}

TILE_INLINE
static inline __m512 as_it_is(__m512 sum, const float *row, const float *columns) {
    (void)row;
    (void)columns;
    return sum;
}

TILE_KERNEL
static void multiply(size_t depth, tile_left left, const float *panel, tile_matrix sums) {
    tile_multiply(add_product, as_it_is, depth, left, (tile_right){panel, NULL}, sums);
}

static void read_floats(size_t inputs, size_t outputs, const void *weights, size_t count,
                        const float *x, float *u) {
    for (size_t k = 0; k < inputs; k += READ_DEPTH) {
        const size_t depth = tile_at_most(inputs - k, READ_DEPTH);
        const tile_matrix sums = tile_sums(u, outputs, count, outputs, k > 0);
        for (size_t i = 0; i < outputs; i += TILE_COLUMNS) {
            const float *panel = (const float *)weights + i * inputs + k * TILE_COLUMNS;
            for (size_t p = 0; p < count; p += TILE_ROWS) {
                tile_fetch(panel + TILE_COLUMNS * inputs, depth * TILE_COLUMNS * sizeof(float),
                           p / TILE_ROWS, (count + TILE_ROWS - 1) / TILE_ROWS);
                multiply(depth, (tile_left){x + p * inputs + k, inputs, 1, NULL, NULL}, panel,
                         tile_at(sums, p, i));
            }
        }
    }
}

/* A tile of A over a depth of the patches. */
static void correlate_depth(const xh_operands *operands, xh_tile tile, xh_span patches, bool keep,
                            float *change) {
    const size_t all = operands->count;
    const float *x = (const float *)operands->x + patches.first * TILE_COLUMNS;
    const float *y = (const float *)operands->y + patches.first * TILE_ROWS;
    const tile_places *places =
        (const tile_places *)(const void *)((const float *)operands->y +
                                            blocks_words(operands->outputs, all));
    const size_t bottom = tile.outputs.first + tile.outputs.count;
    const size_t right = tile.inputs.first + tile.inputs.count;
    const tile_matrix sums = tile_sums(change, operands->inputs, bottom, right, keep);
    for (size_t j = tile.inputs.first; j < right; j += TILE_COLUMNS) {
        for (size_t i = tile.outputs.first; i < bottom; i += TILE_ROWS) {
            tile_fetch(x + (j + TILE_COLUMNS) * all, patches.count * TILE_COLUMNS * sizeof(float),
                       i - tile.outputs.first, tile_round_up(tile.outputs.count, TILE_ROWS));
            const tile_left left = {y + i * all, 1, TILE_ROWS, NULL,
                                    places + places_at(i, all, patches.first)};
            multiply(patches.count, left, x + j * all, tile_at(sums, i, j));
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
    .stretch = 4 * DEPTH,
    .height = HEIGHT,
    .width = WIDTH,
    .grain = TILE_COLUMNS,
    .weights = {panels_size, pack_weights},
    .x = {panels_size, pack_x},
    .y = {blocks_size, pack_y},
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
