/*
 * Pooling with channels fastest: the pixels of a window are added (or compared) a whole row of channels at a time.
 */
#include "crosshebb/kernel.h"
#include "crosshebb/softhebb.h"

#include <math.h>
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

static inline void pool_pixel(xh_pool_kind kind, size_t channels, const float *restrict pixel,
                              float *restrict out) {
    if (kind == XH_POOL_MAX) {
        for (size_t c = 0; c < channels; c++) {
            out[c] = pixel[c] > out[c] ? pixel[c] : out[c];
        }
    } else {
        for (size_t c = 0; c < channels; c++) {
            out[c] += pixel[c];
        }
    }
}

XH_KERNEL
static void pool_window(xh_pool pool, window rows, window columns, size_t width, size_t channels,
                        const float *image, float *out) {
    const float start = pool.kind == XH_POOL_MAX ? -INFINITY : 0.0F;
    for (size_t c = 0; c < channels; c++) {
        out[c] = start;
    }
    for (size_t r = rows.begin; r < rows.end; r++) {
        for (size_t k = columns.begin; k < columns.end; k++) {
            pool_pixel(pool.kind, channels, image + (r * width + k) * channels, out);
        }
    }
    if (pool.kind == XH_POOL_AVERAGE) {
        const float share = 1.0F / (float)(pool.size * pool.size);
        for (size_t c = 0; c < channels; c++) {
            out[c] *= share;
        }
    }
}

void xh_pool_apply(xh_pool pool, size_t height, size_t width, size_t channels, const float *image,
                   float *out) {
    if (pool.kind == XH_POOL_NONE) {
        memcpy(out, image, height * width * channels * sizeof(float));
        return;
    }
    const size_t rows = xh_pool_length(pool, height);
    const size_t columns = xh_pool_length(pool, width);
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++, out += channels) {
            pool_window(pool, window_at(pool, r, height), window_at(pool, c, width), width,
                        channels, image, out);
        }
    }
}
