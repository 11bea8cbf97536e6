/*
 * Resizing by a triangle filter, rows before columns: each output row is a sum of weighted input
 * rows, which is then resampled. Along one axis output o is
 *
 *     sum_k w(o, k) p_k / sum_k w(o, k),   w(o, k) = max(0, 1 - |k + 1/2 - c_o| / r),
 *     c_o = first + (o + 1/2) s,   s = length / outputs,   r = max(1, s).
 */
#include "picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The input pixels that each output is made of, and their weights. */
typedef struct taps {
    size_t most; /* of an output */
    size_t *first;
    size_t *count;
    float *weights; /* [outputs][most] */
} taps;

static void free_taps(taps *axis) {
    free(axis->first);
    free(axis->count);
    free(axis->weights);
    *axis = (taps){0};
}

/* Weights of one output about a centre; they sum to 1. */
static void weigh(taps *axis, size_t output, size_t inputs, double centre, double reach) {
    const double low = fmax(0, floor(centre - reach + 0.5));
    const double high = fmin((double)inputs, floor(centre + reach + 0.5));
    float *weights = axis->weights + output * axis->most;
    double sum = 0;
    axis->first[output] = (size_t)low;
    axis->count[output] = (size_t)(high - low);
    for (size_t k = 0; k < axis->count[output]; k++) {
        const double weight = fmax(0, 1 - fabs(low + (double)k + 0.5 - centre) / reach);
        weights[k] = (float)weight;
        sum += weight;
    }
    for (size_t k = 0; k < axis->count[output]; k++) {
        weights[k] = (float)(weights[k] / sum);
    }
}

/* Taps that resample first .. first + length of the inputs; false if memory is short. */
static bool make_taps(size_t inputs, double first, double length, size_t outputs, taps *axis) {
    const double step = length / (double)outputs, reach = fmax(1, step);
    *axis = (taps){.most = (size_t)ceil(2 * reach) + 2};
    axis->first = calloc(outputs, sizeof *axis->first);
    axis->count = calloc(outputs, sizeof *axis->count);
    axis->weights = calloc(outputs * axis->most, sizeof *axis->weights);
    if (!axis->first || !axis->count || !axis->weights) {
        free_taps(axis);
        return false;
    }
    for (size_t o = 0; o < outputs; o++) {
        weigh(axis, o, inputs, first + ((double)o + 0.5) * step, reach);
    }
    return true;
}

/* Sum of weighted rows of the view, [width][channels]. */
static void sum_rows(xh_picture_view view, const taps *rows, size_t output, float *sum) {
    const size_t values = view.width * view.channels;
    memset(sum, 0, values * sizeof *sum);
    for (size_t k = 0; k < rows->count[output]; k++) {
        const uint8_t *row = view.pixels + (rows->first[output] + k) * view.stride;
        const float weight = rows->weights[output * rows->most + k];
        for (size_t v = 0; v < values; v++) {
            sum[v] += weight * (float)row[v];
        }
    }
}

/* Resamples a row of sums; out is [outputs][channels]. */
static void sum_columns(const float *sums, size_t channels, const taps *columns, size_t outputs,
                        float *out) {
    for (size_t o = 0; o < outputs; o++) {
        const float *from = sums + columns->first[o] * channels;
        const float *weights = columns->weights + o * columns->most;
        for (size_t c = 0; c < channels; c++) {
            float sum = 0;
            for (size_t k = 0; k < columns->count[o]; k++) {
                sum += weights[k] * from[k * channels + c];
            }
            out[o * channels + c] = fminf(sum / 255.0f, 1);
        }
    }
}

xh_picture_box xh_picture_middle(xh_picture_view view, size_t height, size_t width) {
    const double rows = (double)view.height, columns = (double)view.width;
    const double scale = fmin(rows / (double)height, columns / (double)width);
    xh_picture_box box = {.height = scale * (double)height, .width = scale * (double)width};
    box.top = (rows - box.height) / 2;
    box.left = (columns - box.width) / 2;
    return box;
}

xh_status xh_picture_resize(xh_picture_view view, xh_picture_box box, size_t height, size_t width,
                            float *out, xh_error *error) {
    taps rows = {0}, columns = {0};
    float *sums = malloc(view.width * view.channels * sizeof *sums);
    const bool made = sums && make_taps(view.height, box.top, box.height, height, &rows) &&
                      make_taps(view.width, box.left, box.width, width, &columns);
    if (made) {
        for (size_t o = 0; o < height; o++) {
            sum_rows(view, &rows, o, sums);
            sum_columns(sums, view.channels, &columns, width, out + o * width * view.channels);
        }
    }
    free_taps(&rows);
    free_taps(&columns);
    free(sums);
    return made ? XH_OK
                : xh_error_set(error, XH_MEMORY, "no memory for resizing an image of %zu x %zu",
                               view.height, view.width);
}
