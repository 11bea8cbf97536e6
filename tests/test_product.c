/* Products of digital synapses: every kind against sums in double over many shapes, whole numbers
 * exactly and with the same bits by any processor, and what is not a number. */
#include "crossbar_fixture.h"

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

/* Numbers of an operand in whole-number products: up to it. */
enum { LARGEST = 2896 };

/* Of n terms, in double: their sum, that of their sizes, those of the sizes of either factor, and the
 * largest size of either. */
typedef struct sums {
    size_t n;
    double value;
    double size;
    double factors[2];
    double largest[2];
} sums;

static const xh_product *const *kinds(size_t *count) {
    static const xh_product *all[5];
    const xh_product *const found[] = {&xh_product_float32, xh_product_avx512(), &xh_product_int16,
                                       xh_product_madd(), xh_product_vnni()};
    *count = 0;
    for (size_t k = 0; k < sizeof(found) / sizeof(found[0]); k++) {
        if (found[k]) {
            all[(*count)++] = found[k];
        }
    }
    return all;
}

/* An operand as the product takes it; the copy, if it is one, is in *copy. */
static const void *packed(xh_packing packing, size_t lines, size_t depth, const float *from,
                          void **copy) {
    *copy = packing.size ? xh_array_create(packing.size(lines, depth), 1) : NULL;
    for (size_t i = 0; *copy && i < lines; i += XH_PRODUCT_LINES) {
        const size_t rest = lines - i;
        packing.pack(lines, depth, i, rest < XH_PRODUCT_LINES ? rest : XH_PRODUCT_LINES, from,
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
            here, inputs, outputs, packed(product->x, inputs, here, x + from * inputs, &copies[0]),
            packed(product->y, outputs, here, y + from * outputs, &copies[1])};
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
    sums s = {.n = count};
    for (size_t k = 0; k < count; k++) {
        const double factors[2] = {(double)a[k * step_a], (double)b[k * step_b]};
        const double term = factors[0] * factors[1];
        s.value += term;
        s.size += fabs(term);
        for (size_t f = 0; f < 2; f++) {
            s.factors[f] += fabs(factors[f]);
            s.largest[f] = fmax(s.largest[f], fabs(factors[f]));
        }
    }
    return s;
}

/* Each of n additions, and the product before it, rounds by at most 2^-24 of a partial sum, which
 * is no larger than the sum of sizes. */
static double summation_error(sums s) {
    return (double)(2 * s.n + 2) * 0x1p-24 * s.size;
}

/* A whole number stands for what is within half a step of it, a 2896th of the largest of its line, and
 * a little for the rounding of the step. */
static double number_error(sums s) {
    const double steps[2] = {(0.5 + 1e-3) * s.largest[0] / LARGEST,
                             (0.5 + 1e-3) * s.largest[1] / LARGEST};
    return steps[0] * s.factors[1] + steps[1] * s.factors[0] + (double)s.n * steps[0] * steps[1];
}

static bool of_numbers(const xh_product *product) {
    return product == &xh_product_int16 || product == xh_product_madd() ||
           product == xh_product_vnni();
}

static void check_sum(const xh_product *product, float found, sums wanted) {
    const double tolerance =
        summation_error(wanted) + (of_numbers(product) ? number_error(wanted) : 0);
    ck_assert_msg(fabs((double)found - wanted.value) <= tolerance, "%s: %g, not %g +- %g",
                  product->name, (double)found, wanted.value, tolerance);
}

static void check_read(const xh_product *product, size_t count, size_t inputs, size_t outputs) {
    float *x = xh_normals(count * inputs, 1, 1);
    float *w = xh_normals(outputs * inputs, 2, 0.5);
    float *u = xh_normals(count * outputs, 3, 1);
    read_all(product, count, inputs, outputs, x, w, u);
    for (size_t p = 0; p < count; p++) {
        for (size_t i = 0; i < outputs; i++) {
            check_sum(product, u[p * outputs + i],
                      sum_of(inputs, x + p * inputs, 1, w + i * inputs, 1));
        }
    }
    xh_array_free(x);
    xh_array_free(w);
    xh_array_free(u);
}

/* Activities y, of which those smaller than least are 0, half of them -0. */
static float *activities(size_t count, size_t outputs, float least) {
    float *y = xh_normals(count * outputs, 2, 0.5);
    for (size_t i = 0; i < count * outputs; i++) {
        y[i] = fabsf(y[i]) < least ? 0 * y[i] : y[i];
    }
    return y;
}

static void check_correlate(const xh_product *product, size_t count, size_t inputs, size_t outputs,
                            float least) {
    float *x = xh_normals(count * inputs, 1, 1);
    float *y = activities(count, outputs, least);
    float *change = xh_normals(outputs * inputs, 3, 1);
    correlate_all(product, count, inputs, outputs, x, y, change);
    for (size_t i = 0; count > 0 && i < outputs; i++) {
        for (size_t j = 0; j < inputs; j++) {
            check_sum(product, change[i * inputs + j],
                      sum_of(count, y + i, outputs, x + j, inputs));
        }
    }
    xh_array_free(x);
    xh_array_free(y);
    xh_array_free(change);
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
    size_t kind_count = 0;
    const xh_product *const *all = kinds(&kind_count);
    for (size_t k = 0; k < kind_count; k++) {
        for (size_t s = 0; s < SHAPES; s++) {
            const size_t count = shapes[s].count, inputs = shapes[s].inputs,
                         outputs = shapes[s].outputs;
            check_correlate(all[k], count, inputs, outputs, 0);
            check_correlate(all[k], count, inputs, outputs, 1);
        }
    }
}
END_TEST

/* Whole numbers of which each line has the largest, so that a step is 1. */
static float *whole_numbers(size_t lines, size_t depth, bool rows, uint64_t seed) {
    float *values = xh_normals(lines * depth, seed, LARGEST / 4.0);
    for (size_t i = 0; i < lines * depth; i++) {
        const float whole = rintf(values[i]);
        values[i] = whole < -LARGEST ? -LARGEST : whole > LARGEST ? LARGEST : whole;
    }
    for (size_t i = 0; i < lines; i++) {
        values[rows ? i * depth : i] = LARGEST;
    }
    return values;
}

/* Sums of whole numbers are exact; the largest ones of one sign fill what 32 bits hold. */
START_TEST(test_exact) {
    enum { COUNT = 9, INPUTS = 256, OUTPUTS = 50 };
    float *x = whole_numbers(COUNT, INPUTS, true, 1);
    float *w = whole_numbers(OUTPUTS, INPUTS, true, 2);
    float u[COUNT * OUTPUTS];
    for (size_t j = 0; j < INPUTS; j++) {
        x[j] = LARGEST;
        w[j] = LARGEST;
    }
    read_all(&xh_product_int16, COUNT, INPUTS, OUTPUTS, x, w, u);
    for (size_t i = 0; i < (size_t)COUNT * OUTPUTS; i++) {
        const sums wanted =
            sum_of(INPUTS, x + i / OUTPUTS * INPUTS, 1, w + i % OUTPUTS * INPUTS, 1);
        ck_assert_float_eq(u[i], (float)wanted.value);
    }
    xh_array_free(x);
    xh_array_free(w);
}
END_TEST

/* All results of a product over one shape, u and then change; to be freed. */
static float *results(const xh_product *product, size_t count, size_t inputs, size_t outputs,
                      float least) {
    float *x = xh_normals(count * inputs, 1, 1);
    float *w = xh_normals(outputs * inputs, 2, 0.5);
    float *y = activities(count, outputs, least);
    float *all = xh_array_create(count * outputs + outputs * inputs, sizeof(float));
    read_all(product, count, inputs, outputs, x, w, all);
    correlate_all(product, count, inputs, outputs, x, y, all + count * outputs);
    xh_array_free(x);
    xh_array_free(w);
    xh_array_free(y);
    return all;
}

static void check_same_bits(const xh_product *product, size_t count, size_t inputs, size_t outputs,
                            float least) {
    float *plain = results(&xh_product_int16, count, inputs, outputs, least);
    float *found = results(product, count, inputs, outputs, least);
    ck_assert_int_eq(memcmp(plain, found, (count + inputs) * outputs * sizeof(float)), 0);
    xh_array_free(plain);
    xh_array_free(found);
}

/* The processor's own instructions give the bits of the plain sums. */
START_TEST(test_same_bits) {
    const xh_product *const fast[] = {xh_product_madd(), xh_product_vnni()};
    for (size_t f = 0; f < sizeof(fast) / sizeof(fast[0]); f++) {
        for (size_t s = 0; fast[f] && s < SHAPES; s++) {
            const size_t count = shapes[s].count, inputs = shapes[s].inputs,
                         outputs = shapes[s].outputs;
            check_same_bits(fast[f], count, inputs, outputs, 0);
            check_same_bits(fast[f], count, inputs, outputs, 1);
        }
    }
}
END_TEST

/* A neuron learns the same bits beside neurons that are hardly active, whose zeros are passed over,
 * as beside active ones. */
START_TEST(test_same_beside) {
    enum { COUNT = 520, INPUTS = 97, OUTPUTS = 16 };
    size_t count = 0;
    const xh_product *const *all = kinds(&count);
    float *x = xh_normals((size_t)COUNT * INPUTS, 1, 1);
    float *active = activities(COUNT, OUTPUTS, 0);
    float *quiet = activities(COUNT, OUTPUTS, 1.2F);
    float beside_active[OUTPUTS * INPUTS];
    float beside_quiet[OUTPUTS * INPUTS];
    for (size_t p = 0; p < COUNT; p++) {
        active[p * OUTPUTS + 3] = quiet[p * OUTPUTS + 3];
    }
    for (size_t k = 0; k < count; k++) {
        correlate_all(all[k], COUNT, INPUTS, OUTPUTS, x, active, beside_active);
        correlate_all(all[k], COUNT, INPUTS, OUTPUTS, x, quiet, beside_quiet);
        ck_assert_int_eq(
            memcmp(beside_active + 3 * INPUTS, beside_quiet + 3 * INPUTS, INPUTS * sizeof(float)),
            0);
    }
    xh_array_free(x);
    xh_array_free(active);
    xh_array_free(quiet);
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
    const xh_product *numbers = xh_product_vnni() ? xh_product_vnni() : xh_product_madd();
    ck_assert_ptr_eq(xh_product_of(XH_ARITHMETIC_FLOAT32), floats ? floats : &xh_product_float32);
    ck_assert_ptr_eq(xh_product_of(XH_ARITHMETIC_INT16), numbers ? numbers : &xh_product_int16);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {test_reads,       test_correlations, test_exact, test_same_bits,
                                  test_same_beside, test_not_a_number, test_choice};
    return xh_suite_run("product", tests, sizeof(tests) / sizeof(tests[0]));
}
