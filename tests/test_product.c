/* Products of digital synapses: every kind against sums in double over many shapes, its rounding
 * against operands that are not rounded, and what is not a number. */
#include "crossbar_fixture.h"

#include "crosshebb/bfloat16.h"
#include "sim/product.h"

#include <math.h>
#include <string.h>

/* Nothing, one, odd sizes, whole register tiles, and sizes beyond one block in each direction. */
static const struct {
    size_t count;
    size_t inputs;
    size_t outputs;
} shapes[] = {{0, 5, 3},   {1, 1, 1},    {3, 2, 1},     {5, 75, 96},  {64, 48, 48},
              {65, 7, 49}, {8, 256, 50}, {67, 515, 97}, {301, 49, 9}, {520, 97, 8}};

enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

/* Sums of terms in double: of the values and of their sizes. */
typedef struct sums {
    double value;
    double size;
} sums;

static const xh_product *const *kinds(size_t *count) {
    static const xh_product *all[4];
    const xh_product *const found[] = {&xh_product_float32, &xh_product_rounded,
                                       xh_product_avx512(), xh_product_bfloat16()};
    *count = 0;
    for (size_t k = 0; k < sizeof(found) / sizeof(found[0]); k++) {
        if (found[k]) {
            all[(*count)++] = found[k];
        }
    }
    return all;
}

static float *rounded(const float *values, size_t count) {
    xh_bfloat16 *halves = xh_array_create(count, sizeof(*halves));
    float *made = xh_array_create(count, sizeof(float));
    ck_assert(halves && made);
    xh_bfloat16_round(count, values, halves);
    xh_bfloat16_widen(count, halves, made);
    xh_array_free(halves);
    return made;
}

/* An operand as the product takes it; the copy, if it is one, is in *copy. */
static const void *packed(xh_packing packing, size_t rows, size_t columns, const float *from,
                          void **copy) {
    *copy = packing.size ? xh_array_create(packing.size(rows, columns), 1) : NULL;
    for (size_t r = 0; *copy && r < rows; r += XH_PRODUCT_ROWS) {
        const size_t rest = rows - r;
        packing.pack(rows, columns, r, rest < XH_PRODUCT_ROWS ? rest : XH_PRODUCT_ROWS, from,
                     *copy);
    }
    return *copy ? *copy : from;
}

static void read_all(const xh_product *product, size_t count, size_t inputs, size_t outputs,
                     const float *x, const float *weights, float *u) {
    void *copy = NULL;
    const void *operand = packed(product->weights, outputs, inputs, weights, &copy);
    product->read(inputs, outputs, operand, count, x, u);
    xh_array_free(copy);
}

/* A in tiles of the product's grain, over a first and a second stretch of the patches. */
static void correlate_all(const xh_product *product, size_t count, size_t inputs, size_t outputs,
                          const float *x, const float *y, float *change) {
    const size_t height = product->height < 48 ? product->height : 48;
    const size_t width = product->grain;
    const size_t first = count / 3;
    for (int second = 0; second < 2; second++) {
        const size_t from = second ? first : 0;
        const size_t here = second ? count - first : first;
        void *copies[2];
        const xh_operands operands = {
            here, inputs, outputs, packed(product->x, here, inputs, x + from * inputs, &copies[0]),
            packed(product->y, here, outputs, y + from * outputs, &copies[1])};
        for (size_t i = 0; here > 0 && i < outputs; i += height) {
            for (size_t j = 0; j < inputs; j += width) {
                const xh_tile tile = {{i, outputs - i < height ? outputs - i : height},
                                      {j, inputs - j < width ? inputs - j : width}};
                product->correlate(&operands, tile, from > 0, change);
            }
        }
        xh_array_free(copies[0]);
        xh_array_free(copies[1]);
    }
}

/* sum_k a[k step_a] b[k step_b]. */
static sums sum_of(size_t count, const float *a, size_t step_a, const float *b, size_t step_b) {
    sums s = {0, 0};
    for (size_t k = 0; k < count; k++) {
        const double term = (double)a[k * step_a] * (double)b[k * step_b];
        s.value += term;
        s.size += fabs(term);
    }
    return s;
}

/* Each of n additions, and the product before it, rounds by at most 2^-24 of a partial sum, which
 * is no larger than the sum of sizes. */
static double summation_error(size_t n, double size) {
    return (double)(2 * n + 2) * 0x1p-24 * size;
}

static void check_sum(const xh_product *product, float found, size_t n, sums plain, sums round) {
    const bool rounds = product != &xh_product_float32 && product != xh_product_avx512();
    const sums wanted = rounds ? round : plain;
    const double tolerance = summation_error(n, wanted.size);
    ck_assert_msg(fabs((double)found - wanted.value) <= tolerance, "%s: %g, not %g", product->name,
                  (double)found, wanted.value);
    /* each operand within 2^-8 of itself */
    ck_assert_double_le(fabs((double)found - plain.value),
                        tolerance + (0x1p-7 + 0x1p-16) * plain.size);
}

static void check_read(const xh_product *product, size_t count, size_t inputs, size_t outputs) {
    float *x = xh_normals(count * inputs, 1, 1);
    float *w = xh_normals(outputs * inputs, 2, 0.5);
    float *u = xh_normals(count * outputs, 3, 1);
    float *x_round = rounded(x, count * inputs);
    float *w_round = rounded(w, outputs * inputs);
    read_all(product, count, inputs, outputs, x, w, u);
    for (size_t p = 0; p < count; p++) {
        for (size_t i = 0; i < outputs; i++) {
            check_sum(product, u[p * outputs + i], inputs,
                      sum_of(inputs, x + p * inputs, 1, w + i * inputs, 1),
                      sum_of(inputs, x_round + p * inputs, 1, w_round + i * inputs, 1));
        }
    }
    float *arrays[] = {x, w, u, x_round, w_round};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        xh_array_free(arrays[i]);
    }
}

static void check_correlate(const xh_product *product, size_t count, size_t inputs,
                            size_t outputs) {
    float *x = xh_normals(count * inputs, 1, 1);
    float *y = xh_normals(count * outputs, 2, 0.5);
    float *change = xh_normals(outputs * inputs, 3, 1);
    float *x_round = rounded(x, count * inputs);
    float *y_round = rounded(y, count * outputs);
    correlate_all(product, count, inputs, outputs, x, y, change);
    for (size_t i = 0; count > 0 && i < outputs; i++) {
        for (size_t j = 0; j < inputs; j++) {
            check_sum(product, change[i * inputs + j], count,
                      sum_of(count, y + i, outputs, x + j, inputs),
                      sum_of(count, y_round + i, outputs, x_round + j, inputs));
        }
    }
    float *arrays[] = {x, y, change, x_round, y_round};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        xh_array_free(arrays[i]);
    }
}

START_TEST(test_reads) {
    size_t count = 0;
    const xh_product *const *all = kinds(&count);
    for (size_t k = 0; k < count; k++) {
        for (size_t s = 0; s < SHAPES; s++) {
            check_read(all[k], shapes[s].count, shapes[s].inputs, shapes[s].outputs);
        }
    }
}
END_TEST

START_TEST(test_correlations) {
    size_t count = 0;
    const xh_product *const *all = kinds(&count);
    for (size_t k = 0; k < count; k++) {
        for (size_t s = 0; s < SHAPES; s++) {
            check_correlate(all[k], shapes[s].count, shapes[s].inputs, shapes[s].outputs);
        }
    }
}
END_TEST

enum { NAN_COUNT = 13, NAN_INPUTS = 51, NAN_OUTPUTS = 53, NAN_ROW = 12, NAN_COLUMN = 50 };

/* Values with one that is not a number at that row and column. */
static float *with_nan(size_t rows, size_t columns, uint64_t seed) {
    float *values = xh_normals(rows * columns, seed, 1);
    values[NAN_ROW * columns + NAN_COLUMN] = NAN;
    return values;
}

/* What is not a number reaches every sum that it is a term of, and none beside it, though tiles are
 * filled up at their edges. */
START_TEST(test_not_a_number) {
    size_t count = 0;
    const xh_product *const *all = kinds(&count);
    float *x = xh_normals(NAN_COUNT * NAN_INPUTS, 1, 1);
    float *x_nan = with_nan(NAN_COUNT, NAN_INPUTS, 1);
    float *w_nan = with_nan(NAN_OUTPUTS, NAN_INPUTS, 2);
    float *y_nan = with_nan(NAN_COUNT, NAN_OUTPUTS, 3);
    float u[NAN_COUNT * NAN_OUTPUTS];
    float change[NAN_OUTPUTS * NAN_INPUTS];
    for (size_t k = 0; k < count; k++) {
        read_all(all[k], NAN_COUNT, NAN_INPUTS, NAN_OUTPUTS, x, w_nan, u);
        for (size_t i = 0; i < (size_t)NAN_COUNT * NAN_OUTPUTS; i++) {
            ck_assert_int_eq(isnan(u[i]) != 0, i % NAN_OUTPUTS == NAN_ROW);
        }
        correlate_all(all[k], NAN_COUNT, NAN_INPUTS, NAN_OUTPUTS, x_nan, y_nan, change);
        for (size_t i = 0; i < (size_t)NAN_OUTPUTS * NAN_INPUTS; i++) {
            ck_assert_int_eq(isnan(change[i]) != 0,
                             i / NAN_INPUTS == NAN_COLUMN || i % NAN_INPUTS == NAN_COLUMN);
        }
    }
    float *arrays[] = {x, x_nan, w_nan, y_nan};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        xh_array_free(arrays[i]);
    }
}
END_TEST

START_TEST(test_choice) {
    const xh_product *floats = xh_product_avx512();
    const xh_product *halves = xh_product_bfloat16();
    ck_assert_ptr_eq(xh_product_of(XH_ARITHMETIC_FLOAT32), floats ? floats : &xh_product_float32);
    ck_assert_ptr_eq(xh_product_of(XH_ARITHMETIC_BFLOAT16), halves ? halves : &xh_product_rounded);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {test_reads, test_correlations, test_not_a_number, test_choice};
    return xh_suite_run("product", tests, sizeof(tests) / sizeof(tests[0]));
}
