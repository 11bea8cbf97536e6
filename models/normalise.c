/*
 * Batch normalisation, a strip of channels at a time: a strip is up to STRIP adjacent floats in
 * every row of the batch, read as a matrix. Where an image has few channels a row is several
 * pixels, so that strips stay wide and their loops vectorise. Strips are independent of each other;
 * threads share them out.
 */
#include "crosshebb/kernel.h"
#include "crosshebb/softhebb.h"

#include <math.h>

#define EPSILON 1e-5
#define MOMENTUM 0.1

enum { STRIP = 64 };

/* Columns first .. first + width - 1 of a matrix of rows; the last row may be shorter than the
 * others. */
typedef struct strip {
    size_t first;
    size_t width;
    size_t stride; /* floats of a full row */
    size_t total;  /* floats of all rows */
    size_t channels;
} strip;

/* Columns of the strip that the row starting at float row still has. */
static size_t width_at(strip s, size_t row) {
    const size_t rest = s.total - row;
    return rest < s.stride ? rest : s.width;
}

/* Sum over the rows of (value - centre)^power, power 1 or 2, a column each; in double, row after
 * row. */
XH_KERNEL
static void sum_columns(strip s, const float *data, const double *centre, int square, double *sum) {
    double total[STRIP] = {0};
    for (size_t row = 0; row < s.total; row += s.stride) {
        const float *value = data + row + s.first;
        const size_t width = width_at(s, row);
        for (size_t j = 0; j < width; j++) {
            const double distance = (double)value[j] - centre[j];
            total[j] += square ? distance * distance : distance;
        }
    }
    for (size_t j = 0; j < STRIP; j++) {
        sum[j] = total[j];
    }
}

XH_KERNEL
static void scale_columns(strip s, float *data, const float *mean, const float *inverse) {
    for (size_t row = 0; row < s.total; row += s.stride) {
        float *value = data + row + s.first;
        const size_t width = width_at(s, row);
        for (size_t j = 0; j < width; j++) {
            value[j] = (value[j] - mean[j]) * inverse[j];
        }
    }
}

/* Values of a channel in the batch. */
static double pixels_of(strip s) {
    const size_t pixels = s.total / s.channels;
    return (double)pixels;
}

static size_t channel_of(strip s, size_t column) {
    return (s.first + column) % s.channels;
}

/* Adds up the columns of each channel and divides by the values of a channel; every column of the
 * channel gets it. */
static void average_channels(strip s, double *sum) {
    const size_t distinct = s.width < s.channels ? s.width : s.channels;
    const double count = pixels_of(s);
    for (size_t c = 0; c < distinct; c++) {
        double mean = 0;
        for (size_t j = c; j < s.width; j += s.channels) {
            mean += sum[j];
        }
        for (size_t j = c; j < s.width; j += s.channels) {
            sum[j] = mean / count;
        }
    }
}

/* Mean and variance of the strip's channels, a column each; moves the running ones. */
static void learn_strip(strip s, const float *data, xh_normalise normalise, double *mean,
                        double *variance) {
    const double zero[STRIP] = {0};
    sum_columns(s, data, zero, 0, mean);
    average_channels(s, mean);
    sum_columns(s, data, mean, 1, variance);
    average_channels(s, variance);
    const double count = pixels_of(s);
    const double unbiased = count > 1 ? count / (count - 1) : 1;
    for (size_t j = 0; j < s.width && j < s.channels; j++) {
        float *running_mean = &normalise.mean[channel_of(s, j)];
        float *running_variance = &normalise.variance[channel_of(s, j)];
        *running_mean = (float)((1 - MOMENTUM) * (double)*running_mean + MOMENTUM * mean[j]);
        *running_variance =
            (float)((1 - MOMENTUM) * (double)*running_variance + MOMENTUM * unbiased * variance[j]);
    }
}

static void recall_strip(strip s, xh_normalise normalise, double *mean, double *variance) {
    for (size_t j = 0; j < s.width; j++) {
        mean[j] = (double)normalise.mean[channel_of(s, j)];
        variance[j] = (double)normalise.variance[channel_of(s, j)];
    }
}

/* Floats of a full row of the matrix. */
static size_t stride_of(xh_normalise normalise) {
    const size_t channels = normalise.channels;
    return channels < STRIP ? STRIP / channels * channels : channels;
}

static strip strip_at(xh_normalise normalise, xh_images images, size_t first) {
    const size_t stride = stride_of(normalise);
    const size_t width = stride - first < STRIP ? stride - first : STRIP;
    const size_t total = images.count * xh_images_features(images);
    return (strip){first, width, stride, total, normalise.channels};
}

void xh_normalise_apply(xh_normalise normalise, xh_images images, int learn) {
    const size_t stride = stride_of(normalise);
#pragma omp parallel for schedule(static)
    for (size_t first = 0; first < stride; first += STRIP) {
        const strip s = strip_at(normalise, images, first);
        double mean[STRIP] = {0};
        double variance[STRIP] = {0};
        if (learn) {
            learn_strip(s, images.data, normalise, mean, variance);
        } else {
            recall_strip(s, normalise, mean, variance);
        }
        float centre[STRIP];
        float inverse[STRIP];
        for (size_t j = 0; j < STRIP; j++) {
            centre[j] = (float)mean[j];
            inverse[j] = (float)(1 / sqrt(variance[j] + EPSILON));
        }
        scale_columns(s, images.data, centre, inverse);
        for (size_t j = 0; normalise.inverse && j < s.width; j++) {
            normalise.inverse[channel_of(s, j)] = inverse[j];
        }
    }
}

/* Sums over the rows of the gradient and of its product with the value, a column each. */
XH_KERNEL
static void sum_gradients(strip s, const float *data, const float *gradient, double *sum,
                          double *product) {
    double total[STRIP] = {0};
    double along[STRIP] = {0};
    for (size_t row = 0; row < s.total; row += s.stride) {
        const float *value = data + row + s.first;
        const float *slope = gradient + row + s.first;
        const size_t width = width_at(s, row);
        for (size_t j = 0; j < width; j++) {
            total[j] += (double)slope[j];
            along[j] += (double)slope[j] * (double)value[j];
        }
    }
    for (size_t j = 0; j < STRIP; j++) {
        sum[j] = total[j];
        product[j] = along[j];
    }
}

/* gradient = inverse (gradient - mean - value along): what the gradient has in common with the mean
 * and the deviation of its channel changes nothing. */
XH_KERNEL
static void project_columns(strip s, const float *data, const float *mean, const float *along,
                            const float *inverse, float *gradient) {
    for (size_t row = 0; row < s.total; row += s.stride) {
        const float *value = data + row + s.first;
        float *slope = gradient + row + s.first;
        const size_t width = width_at(s, row);
#pragma omp simd
        for (size_t j = 0; j < width; j++) {
            slope[j] = (slope[j] - mean[j] - value[j] * along[j]) * inverse[j];
        }
    }
}

void xh_normalise_back(xh_normalise normalise, xh_images images, float *gradient) {
    const size_t stride = stride_of(normalise);
#pragma omp parallel for schedule(static)
    for (size_t first = 0; first < stride; first += STRIP) {
        const strip s = strip_at(normalise, images, first);
        double sum[STRIP], product[STRIP];
        float mean[STRIP], along[STRIP], inverse[STRIP] = {0};
        sum_gradients(s, images.data, gradient, sum, product);
        average_channels(s, sum);
        average_channels(s, product);
        for (size_t j = 0; j < STRIP; j++) {
            mean[j] = (float)sum[j];
            along[j] = (float)product[j];
        }
        for (size_t j = 0; j < s.width; j++) {
            inverse[j] = normalise.inverse[channel_of(s, j)];
        }
        project_columns(s, images.data, mean, along, inverse, gradient);
    }
}
