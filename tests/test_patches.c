/* Patches against their definition, pixel by pixel, over odd shapes. */
#include "crosshebb/patches.h"
#include "suite.h"

#include <string.h>

static const xh_patches shapes[] = {
    {1, 1, 1, 1, 0}, {3, 4, 1, 3, 0}, {3, 3, 2, 3, 2},  {5, 4, 1, 5, 2},
    {6, 7, 3, 5, 2}, {4, 9, 8, 3, 1}, {5, 5, 25, 3, 1}, {7, 5, 3, 2, 0},
};

enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

static float *numbers(size_t count) {
    float *values = xh_array_create(count, sizeof(float));
    ck_assert_ptr_nonnull(values);
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)(i + 1);
    }
    return values;
}

/* The pixel at a place that may lie outside the image, reflected at its edges. */
static float reflected(xh_patches p, const float *image, long row, long column, size_t channel) {
    const long rows = (long)p.height;
    const long columns = (long)p.width;
    row = row < 0 ? -row : row;
    row = row >= rows ? 2 * (rows - 1) - row : row;
    column = column < 0 ? -column : column;
    column = column >= columns ? 2 * (columns - 1) - column : column;
    return image[((size_t)row * p.width + (size_t)column) * p.channels + channel];
}

static float *padded_image(xh_patches p, const float *image) {
    float *padded = numbers((p.height + 2 * p.padding) * (p.width + 2 * p.padding) * p.channels);
    xh_patches_pad(p, image, padded);
    return padded;
}

/* Value i of a patch, by its definition. */
static float wanted(xh_patches p, const float *image, size_t patch, size_t i) {
    const size_t row = patch / xh_patches_columns(p) + i / (p.kernel * p.channels);
    const size_t column = patch % xh_patches_columns(p) + i / p.channels % p.kernel;
    return reflected(p, image, (long)row - (long)p.padding, (long)column - (long)p.padding,
                     i % p.channels);
}

START_TEST(test_every_value) {
    for (size_t s = 0; s < SHAPES; s++) {
        const xh_patches p = shapes[s];
        const size_t count = xh_patches_rows(p) * xh_patches_columns(p);
        const size_t length = xh_patches_length(p);
        ck_assert_uint_eq(xh_patches_rows(p), p.height + 2 * p.padding - p.kernel + 1);
        ck_assert_uint_eq(length, p.kernel * p.kernel * p.channels);
        float *image = numbers(p.height * p.width * p.channels);
        float *padded = padded_image(p, image);
        float *cut = numbers(count * length);
        xh_patches_cut(p, padded, 0, count, cut);
        for (size_t i = 0; i < count * length; i++) {
            ck_assert_float_eq(cut[i], wanted(p, image, i / length, i % length));
        }
        xh_array_free(image);
        xh_array_free(padded);
        xh_array_free(cut);
    }
}
END_TEST

/* Patches cut one by one are those cut together, and nothing is written beside them. */
START_TEST(test_spans) {
    for (size_t s = 0; s < SHAPES; s++) {
        const xh_patches p = shapes[s];
        const size_t count = xh_patches_rows(p) * xh_patches_columns(p);
        const size_t length = xh_patches_length(p);
        float *image = numbers(p.height * p.width * p.channels);
        float *padded = padded_image(p, image);
        float *together = numbers(count * length);
        float *alone = numbers(length + 2);
        xh_patches_cut(p, padded, 0, count, together);
        for (size_t n = 0; n < count; n++) {
            alone[0] = alone[length + 1] = -7;
            xh_patches_cut(p, padded, n, 1, alone + 1);
            ck_assert_mem_eq(alone + 1, together + n * length, length * sizeof(float));
            ck_assert_float_eq(alone[0], -7);
            ck_assert_float_eq(alone[length + 1], -7);
        }
        xh_array_free(image);
        xh_array_free(padded);
        xh_array_free(together);
        xh_array_free(alone);
    }
}
END_TEST

static double product(size_t count, const float *a, const float *b) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)a[i] * (double)b[i];
    }
    return sum;
}

/* The way back is the transposed of the way there: y . cut(pad(image)) = unpad(add(y)) . image. The
 * numbers are integers, and exact. */
START_TEST(test_way_back) {
    for (size_t s = 0; s < SHAPES; s++) {
        const xh_patches p = shapes[s];
        const size_t count = xh_patches_rows(p) * xh_patches_columns(p);
        const size_t length = xh_patches_length(p);
        const size_t pixels = p.height * p.width * p.channels;
        float *image = numbers(pixels);
        float *padded = padded_image(p, image);
        float *cut = numbers(count * length);
        float *y = numbers(count * length);
        float *back = numbers(pixels);
        for (size_t i = 0; i < count * length; i++) {
            y[i] = (float)(i * 7 % 11);
        }
        xh_patches_cut(p, padded, 0, count, cut);
        memset(padded, 0,
               (p.height + 2 * p.padding) * (p.width + 2 * p.padding) * p.channels * sizeof(float));
        xh_patches_add(p, y, 0, 1, padded);
        xh_patches_add(p, y + length, 1, count - 1, padded);
        xh_patches_unpad(p, padded, back);
        ck_assert_double_eq(product(count * length, y, cut), product(pixels, back, image));
        float *arrays[] = {image, padded, cut, y, back};
        for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
            xh_array_free(arrays[i]);
        }
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {test_every_value, test_spans, test_way_back};
    return xh_suite_run("patches", tests, sizeof(tests) / sizeof(tests[0]));
}
