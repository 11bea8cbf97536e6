/*
 * Pooling with channels fastest: the pixels of a window are added (or compared) all channels at a
 * time.
 */
#include "crosshebb/kernel.h"
#include "crosshebb/softhebb.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

size_t xh_pool_length(xh_pool pool, size_t length) {
    return pool.kind == XH_POOL_NONE ? length
                                     : (length + 2 * pool.padding - pool.size) / pool.stride + 1;
}

/* Lines of the image under a window: begin .. end - 1. */
typedef struct window {
    size_t begin;
    size_t end;
} window;

static window window_at(xh_pool pool, size_t position, size_t length) {
    const size_t begin = position * pool.stride; /* in the padded image */
    const size_t end = begin + pool.size - pool.padding;
    return (window){begin > pool.padding ? begin - pool.padding : 0, end < length ? end : length};
}

/* What a window starts from. */
static inline void clear(float value, size_t channels, float *out) {
#pragma omp simd
    for (size_t c = 0; c < channels; c++) {
        out[c] = value;
    }
}

static inline void add(size_t channels, const float *pixel, float *out) {
#pragma omp simd
    for (size_t c = 0; c < channels; c++) {
        out[c] += pixel[c];
    }
}

static inline void raise(size_t channels, const float *pixel, float *out) {
#pragma omp simd
    for (size_t c = 0; c < channels; c++) {
        const float value = pixel[c];
        const float largest = out[c];
        out[c] = value > largest ? value : largest;
    }
}

XH_KERNEL
static void pool_maximum(window rows, window columns, size_t width, size_t channels,
                         const float *image, float *out) {
    clear(-INFINITY, channels, out);
    for (size_t r = rows.begin; r < rows.end; r++) {
        for (size_t c = columns.begin; c < columns.end; c++) {
            raise(channels, image + (r * width + c) * channels, out);
        }
    }
}

XH_KERNEL
static void pool_average(window rows, window columns, size_t width, size_t channels, float share,
                         const float *image, float *out) {
    clear(0, channels, out);
    for (size_t r = rows.begin; r < rows.end; r++) {
        for (size_t c = columns.begin; c < columns.end; c++) {
            add(channels, image + (r * width + c) * channels, out);
        }
    }
#pragma omp simd
    for (size_t c = 0; c < channels; c++) {
        out[c] *= share;
    }
}

void xh_pool_apply(xh_pool pool, size_t height, size_t width, size_t channels, const float *image,
                   float *out) {
    if (pool.kind == XH_POOL_NONE) {
        memcpy(out, image, height * width * channels * sizeof(float));
        return;
    }
    const float share = 1.0F / (float)(pool.size * pool.size);
    for (size_t r = 0; r < xh_pool_length(pool, height); r++) {
        for (size_t c = 0; c < xh_pool_length(pool, width); c++, out += channels) {
            const window rows = window_at(pool, r, height);
            const window columns = window_at(pool, c, width);
            if (pool.kind == XH_POOL_MAX) {
                pool_maximum(rows, columns, width, channels, image, out);
            } else {
                pool_average(rows, columns, width, channels, share, image, out);
            }
        }
    }
}

enum { STRIP = 64 };

/* The largest pixel under a window, for each of up to STRIP channels of the image. */
XH_KERNEL
static void find_largest(window rows, window columns, size_t width, size_t channels, size_t strip,
                         const float *image, uint32_t *where) {
    float largest[STRIP];
    const uint32_t corner = (uint32_t)(rows.begin * width + columns.begin);
    for (size_t c = 0; c < strip; c++) {
        largest[c] = image[corner * channels + c];
        where[c] = corner;
    }
    for (size_t row = rows.begin; row < rows.end; row++) {
        for (size_t column = columns.begin; column < columns.end; column++) {
            const uint32_t at = (uint32_t)(row * width + column);
            const float *pixel = image + at * channels;
#pragma omp simd
            for (size_t c = 0; c < strip; c++) {
                const float value = pixel[c];
                where[c] = value > largest[c] ? at : where[c];
                largest[c] = value > largest[c] ? value : largest[c];
            }
        }
    }
}

static void back_maximum(window rows, window columns, size_t width, size_t channels,
                         const float *image, const float *by_out, float *by_image) {
    uint32_t where[STRIP];
    for (size_t first = 0; first < channels; first += STRIP) {
        const size_t strip = channels - first < STRIP ? channels - first : STRIP;
        find_largest(rows, columns, width, channels, strip, image + first, where);
        for (size_t c = first; c < first + strip; c++) {
            by_image[where[c - first] * channels + c] += by_out[c];
        }
    }
}

XH_KERNEL
static void back_average(window rows, window columns, size_t width, size_t channels, float share,
                         const float *by_out, float *by_image) {
    for (size_t r = rows.begin; r < rows.end; r++) {
        for (size_t c = columns.begin; c < columns.end; c++) {
            float *pixel = by_image + (r * width + c) * channels;
#pragma omp simd
            for (size_t i = 0; i < channels; i++) {
                pixel[i] += share * by_out[i];
            }
        }
    }
}

void xh_pool_back(xh_pool pool, size_t height, size_t width, size_t channels, const float *image,
                  const float *by_out, float *by_image) {
    const size_t size = height * width * channels * sizeof(float);
    if (pool.kind == XH_POOL_NONE) {
        memcpy(by_image, by_out, size);
        return;
    }
    const float share = 1.0F / (float)(pool.size * pool.size);
    memset(by_image, 0, size);
    for (size_t r = 0; r < xh_pool_length(pool, height); r++) {
        for (size_t c = 0; c < xh_pool_length(pool, width); c++, by_out += channels) {
            const window rows = window_at(pool, r, height);
            const window columns = window_at(pool, c, width);
            if (pool.kind == XH_POOL_MAX) {
                back_maximum(rows, columns, width, channels, image, by_out, by_image);
            } else {
                back_average(rows, columns, width, channels, share, by_out, by_image);
            }
        }
    }
}
