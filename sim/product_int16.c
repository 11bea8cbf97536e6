/*
 * Products of whole numbers of 16 bits, whose sums are exact. A line of an operand (a neuron, an
 * input, a patch of a read) is taken a stretch of 256 terms at a time, in steps of a 2896th of its
 * largest value there: 256 products of such numbers fit 32 bits, so that no order of adding them and
 * no processor makes a difference. A value is off by at most half a step.
 *
 * Operands are words of two neighbours in depth, in groups of lines side by side,
 * [group][stretch][pair][line], with the scales of the lines behind each stretch; behind all of y, the
 * places of its words that are not 0, [group][stretch].
 */
#include "product.h"

#include "crosshebb/kernel.h"
#include "product_avx2.h"
#include "product_tile.h"

#include <math.h>

/* Terms that are summed exactly; the pairs of them; the largest number. */
enum { DEPTH = 256, PAIRS = DEPTH / 2, LARGEST = 2896 };
_Static_assert((long long)DEPTH *LARGEST *LARGEST <= INT32_MAX, "sums must fit 32 bits");

/* Words of a stretch of one line, its scale among them. */
enum { LINE_WORDS = PAIRS + 1 };

/* Patches of a read at a time; words between two of them, so that they do not share cache sets. */
enum { ROWS = 128, ROW_WORDS = PAIRS + TILE_LANES };

/* For what must be compiled as its callers are. */
#define INLINE static inline __attribute__((always_inline))

/* Below this all numbers are 0. */
#define LEAST 1e-30F

static size_t stretches_of(size_t depth) {
    return (depth + DEPTH - 1) / DEPTH;
}

static size_t pairs_of(size_t depth) {
    return (depth + 1) / 2;
}

/* Where a stretch of a group of lines begins, whose first line is that multiple of the width. */
static size_t stretch_at(size_t width, size_t line, size_t depth, size_t stretch) {
    return (line * stretches_of(depth) + stretch * width) * LINE_WORDS;
}

static const float *scales_of(const int32_t *stretch, size_t width) {
    return (const float *)(const void *)(stretch + width * PAIRS);
}

static size_t groups_of(size_t width, size_t lines) {
    return (lines + width - 1) / width;
}

static size_t words_size(size_t width, size_t lines, size_t depth) {
    return groups_of(width, lines) * width * stretches_of(depth) * LINE_WORDS * sizeof(int32_t);
}

/* Steps a unit of a line whose largest value is that; 0 if it has no numbers but 0, or others than
 * numbers, which its scale then passes on. */
INLINE float steps_of(float largest, float others) {
    return largest > LEAST && others == 0 ? LARGEST / largest : 0;
}

INLINE int32_t number(float value, float steps) {
    const float scaled = value * steps;
    return (int32_t)rintf(scaled == scaled ? scaled : 0);
}

/* A stretch of one line whose values lie one behind the other, as its words lie in memory; its
 * scale. */
XH_KERNEL
static float pack_line(size_t depth, const float *from, int16_t *numbers) {
    float largest = 0;
    float others = 0;
#pragma omp simd reduction(max : largest) reduction(+ : others)
    for (size_t k = 0; k < depth; k++) {
        const float size = fabsf(from[k]);
        largest = size > largest ? size : largest;
        others += 0 * from[k];
    }
    const float steps = steps_of(largest, others);
#pragma omp simd
    for (size_t k = 0; k < depth; k++) {
        numbers[k] = (int16_t)number(from[k], steps);
    }
    numbers[2 * pairs_of(depth) - 1] = depth % 2 == 0 ? numbers[depth - 1] : 0;
    return largest / LARGEST + others;
}

/* A stretch of so many lines, whose values lie step apart, into a group. */
INLINE void pack_lines(size_t count, size_t width, size_t depth, size_t step, const float *from,
                       int32_t *words) {
    float largest[XH_PRODUCT_LINES] = {0};
    float steps[XH_PRODUCT_LINES] = {0}; /* first sums of what is no number */
    float *scales = (float *)(void *)(words + width * PAIRS);
    for (size_t k = 0; k < depth; k++) {
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            const float size = fabsf(from[k * step + i]);
            largest[i] = size > largest[i] ? size : largest[i];
            steps[i] += 0 * from[k * step + i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        scales[i] = largest[i] / LARGEST + steps[i];
        steps[i] = steps_of(largest[i], steps[i]);
    }
    for (size_t k = 0; k < depth; k += 2, words += width) {
        const float *low = from + k * step;
        const float *high = k + 1 < depth ? low + step : low;
        const int32_t paired = k + 1 < depth ? 1 << 16 : 0;
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            words[i] = (number(low[i], steps[i]) & 0xffff) | number(high[i], steps[i]) * paired;
        }
    }
}

/* Signals of patches, in groups of so many lines. */
INLINE void pack_signals(size_t width, size_t lines, size_t depth, xh_span part, const float *from,
                         int32_t *packed) {
    for (size_t i = part.first; i < part.first + part.count; i += width) {
        const size_t count = lines - i < width ? lines - i : width;
        for (size_t p = 0; p < depth; p += DEPTH) {
            const size_t here = depth - p < DEPTH ? depth - p : DEPTH;
            int32_t *words = packed + stretch_at(width, i, depth, p / DEPTH);
            if (count == width) {
                pack_lines(width, width, here, lines, from + p * lines + i, words);
            } else {
                pack_lines(count, width, here, lines, from + p * lines + i, words);
            }
        }
    }
}

static size_t panels_size(size_t lines, size_t depth) {
    return words_size(TILE_COLUMNS, lines, depth);
}

static size_t blocks_size(size_t lines, size_t depth) {
    const size_t stretches = groups_of(TILE_ROWS, lines) * stretches_of(depth);
    return words_size(TILE_ROWS, lines, depth) + stretches * sizeof(tile_places);
}

/* Of the stretches of a group of lines. */
static size_t places_at(size_t lines, size_t line, size_t depth) {
    return words_size(TILE_ROWS, lines, depth) +
           line / TILE_ROWS * stretches_of(depth) * sizeof(tile_places);
}

XH_KERNEL
static void pack_x(size_t lines, size_t depth, size_t first, size_t count, const float *from,
                   void *packed) {
    pack_signals(TILE_COLUMNS, lines, depth, (xh_span){first, count}, from, packed);
}

XH_KERNEL
static void pack_y(size_t lines, size_t depth, size_t first, size_t count, const float *from,
                   void *packed) {
    pack_signals(TILE_ROWS, lines, depth, (xh_span){first, count}, from, packed);
    for (size_t i = first; i < first + count; i += TILE_ROWS) {
        tile_places *places = (void *)((char *)packed + places_at(lines, i, depth));
        for (size_t p = 0; p < depth; p += DEPTH) {
            const int32_t *block = packed;
            xh_places_find(pairs_of(depth - p < DEPTH ? depth - p : DEPTH),
                           block + stretch_at(TILE_ROWS, i, depth, p / DEPTH), places + p / DEPTH);
        }
    }
}

/* Rows of words, step apart, turned into a panel. */
typedef void turn_rows(size_t count, size_t pairs, const void *rows, size_t step, void *panel);

static void turn_plain(size_t count, size_t pairs, const void *rows, size_t step, void *panel) {
    for (size_t k = 0; k < pairs; k++) {
        for (size_t i = 0; i < count; i++) {
            ((int32_t *)panel)[k * TILE_COLUMNS + i] = tile_word(rows, i * step + k);
        }
    }
}

static inline void pack_neurons(turn_rows *turn, size_t depth, size_t first, size_t count,
                                const float *from, int32_t *packed) {
    int16_t rows[2 * TILE_COLUMNS * ROW_WORDS];
    for (size_t j = 0; j < depth; j += DEPTH) {
        const size_t here = depth - j < DEPTH ? depth - j : DEPTH;
        int32_t *panel = packed + stretch_at(TILE_COLUMNS, first, depth, j / DEPTH);
        float *scales = (float *)(void *)(panel + (size_t)TILE_COLUMNS * PAIRS);
        for (size_t i = 0; i < count; i++) {
            scales[i] = pack_line(here, from + (first + i) * depth + j, rows + 2 * i * ROW_WORDS);
        }
        turn(count, pairs_of(here), rows, ROW_WORDS, panel);
    }
}

static void pack_weights_plain(size_t lines, size_t depth, size_t first, size_t count,
                               const float *from, void *packed) {
    (void)lines;
    pack_neurons(turn_plain, depth, first, count, from, packed);
}

/* A tile of sums of that many pairs. */
typedef void multiply_tile(size_t pairs, tile_left left, tile_right right, tile_matrix sums);

/* What the sums of a row stand for, to their place. */
INLINE void scale_sums(const int32_t *sum, const float *columns, float scale, tile_matrix sums,
                       size_t row) {
    float *out = sums.first + row * sums.step;
    for (size_t c = 0; c < sums.columns; c++) {
        const float here = (float)sum[c] * columns[c] * scale;
        out[c] = sums.keep ? here + out[c] : here;
    }
}

/* Adds the products of pair k of a row with those of a panel. */
INLINE void add_pair(tile_left left, tile_right right, size_t row, size_t k, int32_t *sum) {
    const int32_t one = tile_word(left.words, row * left.row_step + k * left.depth_step);
    const int32_t *many = (const int32_t *)right.words + k * TILE_COLUMNS;
    for (size_t c = 0; c < TILE_COLUMNS; c++) {
        sum[c] += (int16_t)one * (int16_t)many[c] + (one >> 16) * (many[c] >> 16);
    }
}

/* A panel and 8 rows, by any processor. */
XH_KERNEL
static void multiply_plain(size_t pairs, tile_left left, tile_right right, tile_matrix sums) {
    const bool few = left.places && left.places->few;
    for (size_t i = 0; i < sums.rows; i++) {
        int32_t sum[TILE_COLUMNS] = {0};
        for (size_t n = 0; few && n < left.places->count[i]; n++) {
            add_pair(left, right, i, left.places->at[i][n], sum);
        }
        for (size_t k = 0; !few && k < pairs; k++) {
            add_pair(left, right, i, k, sum);
        }
        scale_sums(sum, right.scales, left.scales[i], sums, i);
    }
}

/* u = W x over a stretch of the inputs, or += beyond the first. */
static void read_stretch(multiply_tile *multiply, size_t inputs, xh_span stretch,
                         const int32_t *weights, tile_left x, tile_matrix sums) {
    const size_t tiles = (sums.rows + TILE_ROWS - 1) / TILE_ROWS;
    for (size_t i = 0; i < sums.columns; i += TILE_COLUMNS) {
        const int32_t *panel = weights + stretch_at(TILE_COLUMNS, i, inputs, stretch.first / DEPTH);
        const int32_t *next = panel + stretch_at(TILE_COLUMNS, TILE_COLUMNS, inputs, 0);
        for (size_t p = 0; p < sums.rows; p += TILE_ROWS) {
            const tile_left rows = {(const int32_t *)x.words + p * ROW_WORDS, ROW_WORDS, 1,
                                    x.scales + p, NULL};
            tile_fetch(next, sizeof(int32_t) * TILE_COLUMNS * PAIRS, p / TILE_ROWS, tiles);
            multiply(pairs_of(stretch.count), rows,
                     (tile_right){panel, scales_of(panel, TILE_COLUMNS)}, tile_at(sums, p, i));
        }
    }
}

static inline void read_numbers(multiply_tile *multiply, size_t inputs, size_t outputs,
                                const void *weights, size_t count, const float *x, float *u) {
    int16_t words[2 * ROWS * ROW_WORDS];
    float scales[ROWS];
    for (size_t p = 0; p < count; p += ROWS) {
        const size_t rows = count - p < ROWS ? count - p : ROWS;
        for (size_t j = 0; j < inputs; j += DEPTH) {
            const xh_span stretch = {j, inputs - j < DEPTH ? inputs - j : DEPTH};
            for (size_t i = 0; i < rows; i++) {
                scales[i] =
                    pack_line(stretch.count, x + (p + i) * inputs + j, words + 2 * i * ROW_WORDS);
            }
            read_stretch(multiply, inputs, stretch, weights, (tile_left){words, 0, 0, scales, NULL},
                         tile_sums(u + p * outputs, outputs, rows, outputs, j > 0));
        }
    }
}

/* A tile of A over a stretch of the patches. */
static void correlate_stretch(multiply_tile *multiply, const xh_operands *operands, xh_tile tile,
                              xh_span stretch, bool keep, float *change) {
    const size_t bottom = tile.outputs.first + tile.outputs.count;
    const size_t right = tile.inputs.first + tile.inputs.count;
    const size_t s = stretch.first / DEPTH;
    const size_t tiles = (tile.outputs.count + TILE_ROWS - 1) / TILE_ROWS;
    const tile_matrix sums = tile_sums(change, operands->inputs, bottom, right, keep);
    for (size_t j = tile.inputs.first; j < right; j += TILE_COLUMNS) {
        const int32_t *panel = operands->x;
        panel += stretch_at(TILE_COLUMNS, j, operands->count, s);
        const int32_t *next = panel + stretch_at(TILE_COLUMNS, TILE_COLUMNS, operands->count, 0);
        for (size_t i = tile.outputs.first; i < bottom; i += TILE_ROWS) {
            const int32_t *block = operands->y;
            const tile_places *places =
                (const void *)((const char *)operands->y +
                               places_at(operands->outputs, i, operands->count));
            block += stretch_at(TILE_ROWS, i, operands->count, s);
            tile_fetch(next, sizeof(int32_t) * TILE_COLUMNS * PAIRS,
                       (i - tile.outputs.first) / TILE_ROWS, tiles);
            multiply(pairs_of(stretch.count),
                     (tile_left){block, 1, TILE_ROWS, scales_of(block, TILE_ROWS), places + s},
                     (tile_right){panel, scales_of(panel, TILE_COLUMNS)}, tile_at(sums, i, j));
        }
    }
}

static inline void correlate_numbers(multiply_tile *multiply, const xh_operands *operands,
                                     xh_tile tile, bool keep, float *change) {
    for (size_t p = 0; p < operands->count; p += DEPTH) {
        const size_t rest = operands->count - p;
        const xh_span stretch = {p, rest < DEPTH ? rest : DEPTH};
        correlate_stretch(multiply, operands, tile, stretch, keep || p > 0, change);
    }
}

static void read_plain(size_t inputs, size_t outputs, const void *weights, size_t count,
                       const float *x, float *u) {
    read_numbers(multiply_plain, inputs, outputs, weights, count, x, u);
}

static void correlate_plain(const xh_operands *operands, xh_tile tile, bool keep, float *change) {
    correlate_numbers(multiply_plain, operands, tile, keep, change);
}

/* A product in which only the multiplication differs. */
#define PRODUCT(title, pack_hook, read_hook, correlate_hook)                                       \
    {                                                                                              \
        .name = (title), .stretch = 4 * DEPTH, .height = 96, .width = 36 * TILE_COLUMNS,           \
        .grain = TILE_COLUMNS, .weights = {panels_size, pack_hook}, .x = {panels_size, pack_x},    \
        .y = {blocks_size, pack_y}, .read = (read_hook), .correlate = (correlate_hook),            \
    }

const xh_product xh_product_int16 =
    PRODUCT("int16", pack_weights_plain, read_plain, correlate_plain);

#if XH_TILE_AVX512

AVX2_KERNEL
static void multiply_avx2(size_t pairs, tile_left left, tile_right right, tile_matrix sums) {
    for (size_t i = 0; i < sums.rows; i += AVX2_ROWS) {
        int32_t sum[AVX2_ROWS * TILE_COLUMNS];
        const size_t here = tile_at_most(sums.rows - i, AVX2_ROWS);
        const char *first = (const char *)left.words + i * left.row_step * sizeof(int32_t);
        const char *rows[AVX2_ROWS] = {first, first + (here - 1) * left.row_step * sizeof(int32_t)};
        if (sums.columns > 4 * AVX2_LANES) {
            add_rows_avx2(6, pairs, rows, left.depth_step, right.words, sum);
        } else if (sums.columns > 2 * AVX2_LANES) {
            add_rows_avx2(4, pairs, rows, left.depth_step, right.words, sum);
        } else {
            add_rows_avx2(2, pairs, rows, left.depth_step, right.words, sum);
        }
        for (size_t r = 0; r < here; r++) {
            scale_sums(sum + r * TILE_COLUMNS, right.scales, left.scales[i + r], sums, i + r);
        }
    }
}

static void pack_weights_avx2(size_t lines, size_t depth, size_t first, size_t count,
                              const float *from, void *packed) {
    (void)lines;
    pack_neurons(turn_avx2, depth, first, count, from, packed);
}

static void read_avx2(size_t inputs, size_t outputs, const void *weights, size_t count,
                      const float *x, float *u) {
    read_numbers(multiply_avx2, inputs, outputs, weights, count, x, u);
}

static void correlate_avx2(const xh_operands *operands, xh_tile tile, bool keep, float *change) {
    correlate_numbers(multiply_avx2, operands, tile, keep, change);
}

const xh_product *xh_product_madd(void) {
    static const xh_product product = PRODUCT("madd", pack_weights_avx2, read_avx2, correlate_avx2);
    return __builtin_cpu_supports("avx2") ? &product : NULL;
}

#define VNNI_KERNEL __attribute__((target("avx512f,avx512vnni")))

/* In assembly, for with the intrinsic the compiler copies sums to and fro and keeps two in memory. */
VNNI_KERNEL __attribute__((always_inline)) static inline __m512
add_products(__m512 sum, __m512i one, __m512i many) {
    __asm__("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(one), "v"(many));
    return sum;
}

VNNI_KERNEL __attribute__((always_inline)) static inline __m512 scaled(__m512 sum, const float *row,
                                                                       const float *columns) {
    const __m512 number = _mm512_cvtepi32_ps(_mm512_castps_si512(sum));
    return _mm512_mul_ps(_mm512_mul_ps(number, _mm512_loadu_ps(columns)), _mm512_set1_ps(*row));
}

VNNI_KERNEL
static void multiply_vnni(size_t pairs, tile_left left, tile_right right, tile_matrix sums) {
    tile_multiply(add_products, scaled, pairs, left, right, sums);
}

static void pack_weights_vnni(size_t lines, size_t depth, size_t first, size_t count,
                              const float *from, void *packed) {
    (void)lines;
    pack_neurons(tile_transpose, depth, first, count, from, packed);
}

static void read_vnni(size_t inputs, size_t outputs, const void *weights, size_t count,
                      const float *x, float *u) {
    read_numbers(multiply_vnni, inputs, outputs, weights, count, x, u);
}

static void correlate_vnni(const xh_operands *operands, xh_tile tile, bool keep, float *change) {
    correlate_numbers(multiply_vnni, operands, tile, keep, change);
}

const xh_product *xh_product_vnni(void) {
    static const xh_product product = PRODUCT("vnni", pack_weights_vnni, read_vnni, correlate_vnni);
    return __builtin_cpu_supports("avx512vnni") ? &product : NULL;
}

#else

const xh_product *xh_product_madd(void) {
    return NULL;
}

const xh_product *xh_product_vnni(void) {
    return NULL;
}

#endif
