/*
 * Patches are cut from an image that was padded once, so that a patch is kernel runs of adjacent
 * floats. The runs are short (15 floats in a first layer of colour images), so their copying is
 * written out. On the way back runs are added to where they came from.
 */
#include "crosshebb/patches.h"

#include "crosshebb/kernel.h"

#include <string.h>

size_t xh_patches_rows(xh_patches patches) {
    return patches.height + 2 * patches.padding - patches.kernel + 1;
}

size_t xh_patches_columns(xh_patches patches) {
    return patches.width + 2 * patches.padding - patches.kernel + 1;
}

size_t xh_patches_length(xh_patches patches) {
    return patches.kernel * patches.kernel * patches.channels;
}

/* The line of the image that line i of the padded one mirrors; the edge itself is not repeated. */
static size_t mirrored(size_t i, size_t padding, size_t length) {
    if (i < padding) {
        return padding - i;
    }
    const size_t inside = i - padding;
    return inside < length ? inside : 2 * (length - 1) - inside;
}

void xh_patches_pad(xh_patches patches, const float *image, float *padded) {
    const size_t channels = patches.channels;
    const size_t padding = patches.padding;
    const size_t width = patches.width + 2 * padding;
    for (size_t r = 0; r < patches.height + 2 * padding; r++) {
        const float *from = image + mirrored(r, padding, patches.height) * patches.width * channels;
        float *to = padded + r * width * channels;
        memcpy(to + padding * channels, from, patches.width * channels * sizeof(float));
        for (size_t c = 0; c < padding; c++) {
            const size_t left = mirrored(c, padding, patches.width);
            const size_t right = mirrored(width - 1 - c, padding, patches.width);
            memcpy(to + c * channels, from + left * channels, channels * sizeof(float));
            memcpy(to + (width - 1 - c) * channels, from + right * channels,
                   channels * sizeof(float));
        }
    }
}

enum { MOVE = 8, SMALL_MOVE = 4, LONG_RUN = 64 };

/* Copies a run in moves of constant size, which compile to vector moves; the last one overlaps the
 * one before. */
static inline void copy_run(float *restrict to, const float *restrict from, size_t count) {
    if (count >= LONG_RUN) {
        memcpy(to, from, count * sizeof(float));
    } else if (count >= MOVE) {
        for (size_t i = 0; i + MOVE < count; i += MOVE) {
            memcpy(to + i, from + i, MOVE * sizeof(float));
        }
        memcpy(to + count - MOVE, from + count - MOVE, MOVE * sizeof(float));
    } else if (count >= SMALL_MOVE) {
        memcpy(to, from, SMALL_MOVE * sizeof(float));
        memcpy(to + count - SMALL_MOVE, from + count - SMALL_MOVE, SMALL_MOVE * sizeof(float));
    } else {
        for (size_t i = 0; i < count; i++) {
            to[i] = from[i];
        }
    }
}

XH_KERNEL
void xh_patches_cut(xh_patches patches, const float *padded, size_t first, size_t count,
                    float *out) {
    const size_t columns = xh_patches_columns(patches);
    const size_t run = patches.kernel * patches.channels;
    const size_t line = (patches.width + 2 * patches.padding) * patches.channels;
    for (size_t p = first; p < first + count; p++) {
        const float *corner = padded + p / columns * line + p % columns * patches.channels;
        for (size_t k = 0; k < patches.kernel; k++) {
            copy_run(out, corner + k * line, run);
            out += run;
        }
    }
}

static inline void add_run(float *restrict to, const float *restrict from, size_t count) {
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        to[i] += from[i];
    }
}

XH_KERNEL
void xh_patches_add(xh_patches patches, const float *cut, size_t first, size_t count,
                    float *padded) {
    const size_t columns = xh_patches_columns(patches);
    const size_t run = patches.kernel * patches.channels;
    const size_t line = (patches.width + 2 * patches.padding) * patches.channels;
    for (size_t p = first; p < first + count; p++) {
        float *corner = padded + p / columns * line + p % columns * patches.channels;
        for (size_t k = 0; k < patches.kernel; k++) {
            add_run(corner + k * line, cut, run);
            cut += run;
        }
    }
}

XH_KERNEL
void xh_patches_unpad(xh_patches patches, const float *padded, float *image) {
    const size_t channels = patches.channels;
    const size_t padding = patches.padding;
    const size_t width = patches.width + 2 * padding;
    memset(image, 0, patches.height * patches.width * channels * sizeof(float));
    for (size_t r = 0; r < patches.height + 2 * padding; r++) {
        const float *from = padded + r * width * channels;
        float *to = image + mirrored(r, padding, patches.height) * patches.width * channels;
        add_run(to, from + padding * channels, patches.width * channels);
        for (size_t c = 0; c < padding; c++) {
            const size_t end = width - 1 - c;
            add_run(to + mirrored(c, padding, patches.width) * channels, from + c * channels,
                    channels);
            add_run(to + mirrored(end, padding, patches.width) * channels, from + end * channels,
                    channels);
        }
    }
}
