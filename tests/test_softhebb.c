/* The elementwise parts of a block against plain formulas in double, over widths that fill vectors
 * and that do not. */
#include "crosshebb/rng.h"
#include "crosshebb/softhebb.h"
#include "suite.h"

#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <string.h>

static const size_t widths[] = {1, 2, 3, 10, 15, 16, 17, 31, 64, 65, 96, 130};

enum { WIDTHS = sizeof(widths) / sizeof(widths[0]), COUNT = 9 };

static float *normals(size_t count, float sigma) {
    float *values = xh_array_create(count, sizeof(float));
    ck_assert_ptr_nonnull(values);
    xh_rng_normal((xh_rng){5, XH_RNG_TEST, 0, count}, 0, count, values);
    for (size_t i = 0; i < count; i++) {
        values[i] *= sigma;
    }
    return values;
}

static size_t largest_of(size_t count, const float *value) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++) {
        best = value[i] > value[best] ? i : best;
    }
    return best;
}

static double share_of(double sharpness, size_t count, const float *u, size_t i) {
    const double top = (double)u[largest_of(count, u)];
    double sum = 0;
    for (size_t k = 0; k < count; k++) {
        sum += exp(sharpness * ((double)u[k] - top));
    }
    return exp(sharpness * ((double)u[i] - top)) / sum;
}

static void check_softmax(size_t width, float sigma) {
    float *u = normals(COUNT * width, sigma);
    float *a = normals(COUNT * width, 1);
    xh_softmax(1.5F, COUNT, width, u, a);
    for (size_t i = 0; i < COUNT * width; i++) {
        const double wanted = share_of(1.5, width, u + i / width * width, i % width);
        ck_assert_double_le(fabs((double)a[i] - wanted), 2e-6 * wanted + 1e-9);
        ck_assert(a[i] == 0 || fabsf(a[i]) >= FLT_MIN);
    }
    xh_softmax(1.5F, COUNT, width, u, u); /* in place */
    ck_assert_mem_eq(u, a, COUNT * width * sizeof(float));
    xh_array_free(u);
    xh_array_free(a);
}

START_TEST(test_softmax) {
    for (size_t w = 0; w < WIDTHS; w++) {
        check_softmax(widths[w], 1);
        check_softmax(widths[w], 60); /* nearly one-hot, far tails */
    }
}
END_TEST

static void check_competition(xh_competition competition, size_t width) {
    float *u = normals(COUNT * width, 2);
    float *y = normals(COUNT * width, 1);
    uint32_t wins[130] = {0};
    uint32_t counted[130] = {0};
    xh_compete(competition, 0.7F, 0, COUNT, width, u, y, wins);
    for (size_t i = 0; i < COUNT * width; i++) {
        const float *row = u + i / width * width;
        const bool winner = largest_of(width, row) == i % width;
        const double share = share_of((double)0.7F, width, row, i % width);
        const double loser = competition == XH_COMPETITION_SOFT_ANTI ? -share : share;
        const double soft = winner ? share : loser;
        const double wanted = competition == XH_COMPETITION_HARD ? winner : soft;
        ck_assert_double_le(fabs((double)y[i] - wanted), 2e-6 * fabs(wanted) + 1e-9);
        counted[i % width] += winner;
    }
    ck_assert_mem_eq(wins, counted, sizeof(wins));
    xh_array_free(u);
    xh_array_free(y);
}

START_TEST(test_competition) {
    for (size_t w = 0; w < WIDTHS; w++) {
        check_competition(XH_COMPETITION_SOFT_ANTI, widths[w]);
        check_competition(XH_COMPETITION_SOFT, widths[w]);
        check_competition(XH_COMPETITION_HARD, widths[w]);
    }
}
END_TEST

/* Below the threshold activities are 0, above it they are as without; winners are the same. */
START_TEST(test_threshold) {
    enum { WIDTH = 130 };
    static const float threshold = 1e-3F;
    float *u = normals(COUNT * WIDTH, 4);
    float *y = normals(COUNT * WIDTH, 1);
    float *part = normals(COUNT * WIDTH, 1);
    uint32_t wins[WIDTH] = {0};
    uint32_t part_wins[WIDTH] = {0};
    size_t silent = 0;
    xh_compete(XH_COMPETITION_SOFT_ANTI, 0.7F, 0, COUNT, WIDTH, u, y, wins);
    xh_compete(XH_COMPETITION_SOFT_ANTI, 0.7F, threshold, COUNT, WIDTH, u, part, part_wins);
    for (size_t i = 0; i < (size_t)COUNT * WIDTH; i++) {
        const bool small = fabsf(y[i]) < threshold;
        ck_assert_float_eq(part[i], small ? 0 : y[i]);
        silent += small;
    }
    ck_assert_uint_gt(silent, 0);
    ck_assert_uint_lt(silent, (size_t)COUNT * WIDTH);
    ck_assert_mem_eq(wins, part_wins, sizeof(wins));
    xh_array_free(u);
    xh_array_free(y);
    xh_array_free(part);
}
END_TEST

/* The lowest index wins a tie; without a single number somebody wins all the same. */
START_TEST(test_ties) {
    for (size_t w = 1; w < WIDTHS; w++) {
        const size_t width = widths[w];
        float *u = normals(width, 0);
        float *y = normals(width, 0);
        uint32_t wins[130] = {0};
        u[width - 1] = 3;
        u[width / 2] = 3;
        xh_compete(XH_COMPETITION_HARD, 1, 0, 1, width, u, y, wins);
        ck_assert_uint_eq(wins[width / 2], 1);
        ck_assert_float_eq(y[width / 2], 1);
        for (size_t i = 0; i < width; i++) {
            u[i] = NAN;
        }
        xh_compete(XH_COMPETITION_HARD, 1, 0, 1, width, u, y, wins);
        ck_assert_uint_ge(wins[width - 1], 1);
        xh_array_free(u);
        xh_array_free(y);
    }
}
END_TEST

static void check_triangle(float power, size_t width) {
    float *u = normals(COUNT * width, 5);
    float *a = normals(COUNT * width, 1);
    xh_triangle(power, COUNT, width, u, a);
    for (size_t p = 0; p < COUNT; p++) {
        double mean = 0;
        for (size_t i = 0; i < width; i++) {
            mean += (double)u[p * width + i] / (double)width;
        }
        for (size_t i = 0; i < width; i++) {
            const double d = fmax(0, (double)u[p * width + i] - mean);
            /* the mean's own rounding weighs most near zero, where powers below 1 are steep */
            const double tolerance = 3e-6 * pow(d, (double)power) + pow(1e-5, (double)power);
            ck_assert_double_le(fabs((double)a[p * width + i] - pow(d, (double)power)), tolerance);
        }
    }
    xh_triangle(power, COUNT, width, u, u); /* in place */
    ck_assert_mem_eq(u, a, COUNT * width * sizeof(float));
    xh_array_free(u);
    xh_array_free(a);
}

START_TEST(test_triangle) {
    for (size_t w = 0; w < WIDTHS; w++) {
        check_triangle(1, widths[w]);
        check_triangle(0.7F, widths[w]);
        check_triangle(1.4F, widths[w]);
    }
}
END_TEST

/* Relative accuracy of the power over many magnitudes (the rounding of a logarithm of 100 weighs
 * 4e-6): one neuron of two stands at +-d about the mean. */
START_TEST(test_power) {
    for (int i = -60; i <= 60; i++) {
        const float d = powf(3, (float)i);
        const float u[2] = {d, -d};
        float a[2];
        xh_triangle(0.7F, 1, 2, u, a);
        const double wanted = pow((double)d, (double)0.7F);
        ck_assert_double_le(fabs((double)a[0] - wanted), 6e-6 * wanted);
        ck_assert_float_eq(a[1], 0);
    }
}
END_TEST

static double pooled(xh_pool pool, size_t height, size_t width, size_t channels, const float *image,
                     size_t row, size_t column, size_t channel) {
    double sum = 0;
    double top = -INFINITY;
    for (size_t i = 0; i < pool.size * pool.size; i++) {
        const size_t r = row * pool.stride + i / pool.size;
        const size_t c = column * pool.stride + i % pool.size;
        if (r >= pool.padding && r < height + pool.padding && c >= pool.padding &&
            c < width + pool.padding) {
            const size_t pixel = (r - pool.padding) * width + c - pool.padding;
            sum += (double)image[pixel * channels + channel];
            top = fmax(top, (double)image[pixel * channels + channel]);
        }
    }
    return pool.kind == XH_POOL_MAX ? top : sum / (double)(pool.size * pool.size);
}

static const xh_pool pools[] = {{XH_POOL_MAX, 4, 2, 1},     {XH_POOL_AVERAGE, 4, 2, 1},
                                {XH_POOL_AVERAGE, 2, 2, 0}, {XH_POOL_MAX, 3, 3, 2},
                                {XH_POOL_AVERAGE, 3, 1, 1}, {XH_POOL_NONE, 4, 2, 1}};
enum { POOLS = sizeof(pools) / sizeof(pools[0]), HEIGHT = 7, WIDTH = 6 };

START_TEST(test_pool) {
    for (size_t w = 0; w < WIDTHS; w++) {
        for (size_t k = 0; k < POOLS; k++) {
            const size_t rows = xh_pool_length(pools[k], HEIGHT);
            const size_t columns = xh_pool_length(pools[k], WIDTH);
            const size_t channels = widths[w];
            float *image = normals((size_t)HEIGHT * WIDTH * channels, 1);
            float *out = normals(rows * columns * channels, 1);
            xh_pool_apply(pools[k], HEIGHT, WIDTH, channels, image, out);
            for (size_t i = 0; i < rows * columns * channels; i++) {
                const size_t pixel = i / channels;
                const double wanted = pools[k].kind == XH_POOL_NONE
                                          ? (double)image[i]
                                          : pooled(pools[k], HEIGHT, WIDTH, channels, image,
                                                   pixel / columns, pixel % columns, i % channels);
                ck_assert_double_le(fabs((double)out[i] - wanted), 1e-6);
            }
            xh_array_free(image);
            xh_array_free(out);
        }
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

/* Doubling the image doubles what comes out, so that the gradient's product with the one is that
 * with the other; and a maximum has no gradient but by pixels that it equals. */
START_TEST(test_pool_back) {
    for (size_t k = 0; k < WIDTHS * POOLS; k++) {
        const xh_pool pool = pools[k % POOLS];
        const size_t channels = widths[k / POOLS], pixels = (size_t)HEIGHT * WIDTH * channels;
        const size_t size = xh_pool_length(pool, HEIGHT) * xh_pool_length(pool, WIDTH) * channels;
        float *image = normals(pixels, 1);
        float *out = normals(size, 1);
        float *by_out = normals(size, 1);
        float *by_image = normals(pixels, 1);
        xh_pool_apply(pool, HEIGHT, WIDTH, channels, image, out);
        xh_pool_back(pool, HEIGHT, WIDTH, channels, image, by_out, by_image);
        ck_assert_double_eq_tol(product(size, out, by_out), product(pixels, image, by_image),
                                1e-6 * (double)pixels);
        for (size_t i = 0; pool.kind == XH_POOL_MAX && i < pixels; i++) {
            size_t wins = 0;
            for (size_t o = i % channels; o < size; o += channels) {
                wins += out[o] == image[i];
            }
            ck_assert(wins > 0 || by_image[i] == 0);
        }
        float *arrays[] = {image, out, by_out, by_image};
        for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
            xh_array_free(arrays[i]);
        }
    }
}
END_TEST

/* Of equal pixels the first takes all. */
START_TEST(test_pool_back_ties) {
    const xh_pool pool = {XH_POOL_MAX, 2, 2, 0};
    const float image[] = {1, 3, 3, 3};
    const float by_out[] = {5};
    float by_image[4];
    xh_pool_back(pool, 2, 2, 1, image, by_out, by_image);
    ck_assert(by_image[0] == 0 && by_image[1] == 5 && by_image[2] == 0 && by_image[3] == 0);
}
END_TEST

START_TEST(test_relu) {
    const float u[] = {-1, 0, 2, -0.0F, 1e-30F};
    const float by_a[] = {1, 2, 3, 4, 5};
    float a[5];
    xh_relu(5, u, a);
    ck_assert(a[0] == 0 && a[1] == 0 && a[2] == 2 && a[3] == 0 && a[4] == 1e-30F);
    xh_relu_back(5, a, by_a, a);
    ck_assert(a[0] == 0 && a[1] == 0 && a[2] == 3 && a[3] == 0 && a[4] == 5);
}
END_TEST

/* Plain statistics of one channel. */
static void moments(xh_images images, size_t channel, double *mean, double *variance) {
    const size_t pixels = images.count * images.height * images.width;
    double sum = 0;
    double square = 0;
    for (size_t p = 0; p < pixels; p++) {
        sum += (double)images.data[p * images.channels + channel];
    }
    *mean = sum / (double)pixels;
    for (size_t p = 0; p < pixels; p++) {
        const double d = (double)images.data[p * images.channels + channel] - *mean;
        square += d * d;
    }
    *variance = square / (double)pixels;
}

static void check_normalise(size_t channels, size_t count) {
    xh_images images = {NULL, count, 3, 5, channels};
    const size_t size = count * 15 * channels;
    images.data = normals(size, 3);
    for (size_t i = 0; i < size; i++) {
        images.data[i] += 100 * (float)(i % channels);
    }
    float *copy = normals(size, 0);
    memcpy(copy, images.data, size * sizeof(float));
    const xh_normalise normalise = {channels, normals(channels, 0), normals(channels, 1), NULL};
    float *before = normals(channels, 1);
    for (size_t c = 0; c < channels; c++) {
        normalise.variance[c] = before[c] = 1 + (float)c;
    }
    double mean[130];
    double variance[130];
    for (size_t c = 0; c < channels; c++) {
        moments(images, c, &mean[c], &variance[c]);
    }
    xh_normalise_apply(normalise, images, 1);
    for (size_t c = 0; c < channels; c++) {
        const double unbiased = variance[c] * 15 * (double)count / (15 * (double)count - 1);
        ck_assert_double_eq_tol((double)normalise.mean[c], 0.1 * mean[c],
                                1e-6 * fabs(mean[c]) + 1e-6);
        ck_assert_double_eq_tol((double)normalise.variance[c],
                                0.9 * (double)before[c] + 0.1 * unbiased, 1e-5 * (double)before[c]);
    }
    for (size_t i = 0; i < size; i++) {
        const size_t c = i % channels;
        const double wanted = ((double)copy[i] - mean[c]) / sqrt(variance[c] + 1e-5);
        ck_assert_double_eq_tol((double)images.data[i], wanted, 1e-5 + 1e-7 * fabs(mean[c]));
    }
    memcpy(images.data, copy, size * sizeof(float));
    xh_normalise_apply(normalise, images, 0); /* by the running statistics, which stay */
    for (size_t i = 0; i < size; i++) {
        const double m = (double)normalise.mean[i % channels];
        const double v = (double)normalise.variance[i % channels];
        ck_assert_double_eq_tol((double)images.data[i], ((double)copy[i] - m) / sqrt(v + 1e-5),
                                1e-5 * (1 + fabs(m)));
    }
    float *arrays[] = {images.data, copy, before, normalise.mean, normalise.variance};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        xh_array_free(arrays[i]);
    }
}

START_TEST(test_normalise) {
    for (size_t w = 0; w < WIDTHS; w++) {
        check_normalise(widths[w], 1);
        check_normalise(widths[w], 4);
    }
}
END_TEST

/* The gradient by the definition, channel by channel: inverse (g - mean g - x mean(g x)). */
static void check_normalise_back(size_t channels) {
    enum { IMAGES = 3, PIXELS = IMAGES * 15 };
    const xh_images images = {normals(PIXELS * channels, 3), IMAGES, 3, 5, channels};
    float *gradient = normals(PIXELS * channels, 1);
    float *copy = normals(PIXELS * channels, 1);
    const xh_normalise normalise = {channels, normals(channels, 0), normals(channels, 1),
                                    normals(channels, 1)};
    double mean = 0, variance = 0;
    moments(images, channels - 1, &mean, &variance);
    xh_normalise_apply(normalise, images, 1);
    ck_assert_double_eq_tol((double)normalise.inverse[channels - 1], 1 / sqrt(variance + 1e-5),
                            1e-6);
    memcpy(copy, gradient, PIXELS * channels * sizeof(float));
    xh_normalise_back(normalise, images, gradient);
    for (size_t c = 0; c < channels; c++) {
        double sum = 0, along = 0;
        for (size_t i = c; i < PIXELS * channels; i += channels) {
            sum += (double)copy[i] / PIXELS;
            along += (double)copy[i] * (double)images.data[i] / PIXELS;
        }
        for (size_t i = c; i < PIXELS * channels; i += channels) {
            const double rest = (double)copy[i] - sum - along * (double)images.data[i];
            ck_assert_double_eq_tol((double)gradient[i], (double)normalise.inverse[c] * rest, 1e-5);
        }
    }
    float *arrays[] = {images.data,    gradient,           copy,
                       normalise.mean, normalise.variance, normalise.inverse};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        xh_array_free(arrays[i]);
    }
}

START_TEST(test_normalise_back) {
    for (size_t w = 0; w < WIDTHS; w++) {
        check_normalise_back(widths[w]);
    }
}
END_TEST

START_TEST(test_normalise_threads) {
    enum { CHANNELS = 200, SIZE = 2 * 15 * CHANNELS };
    float *kept = NULL;
    for (int threads = 1; threads <= 2; threads++) {
        omp_set_num_threads(threads);
        float *data = normals(SIZE, 1);
        const xh_normalise normalise = {CHANNELS, normals(CHANNELS, 0), normals(CHANNELS, 0), NULL};
        xh_normalise_apply(normalise, (xh_images){data, 2, 3, 5, CHANNELS}, 1);
        if (kept) {
            ck_assert_mem_eq(data, kept, SIZE * sizeof(float));
            xh_array_free(kept);
        }
        kept = data;
        xh_array_free(normalise.mean);
        xh_array_free(normalise.variance);
    }
    xh_array_free(kept);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        test_softmax,          test_competition, test_threshold, test_ties,
        test_triangle,         test_power,       test_pool,      test_pool_back,
        test_pool_back_ties,   test_relu,        test_normalise, test_normalise_back,
        test_normalise_threads};
    return xh_suite_run("softhebb", tests, sizeof(tests) / sizeof(tests[0]));
}
