/** Patches: every k x k neighbourhood of a reflect-padded image as one input vector. */
#ifndef CROSSHEBB_PATCHES_H
#define CROSSHEBB_PATCHES_H

#include "crosshebb/array.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Geometry of the patches of one image. Stride 1. A patch is [kernel][kernel][channels], channels
 * fastest. */
typedef struct xh_patches {
    size_t height; /* of the image */
    size_t width;
    size_t channels;
    size_t kernel;
    size_t padding; /* reflect: row -1 is row 1; below height and width */
} xh_patches;

size_t xh_patches_rows(xh_patches patches);    /* positions down */
size_t xh_patches_columns(xh_patches patches); /* positions across */
size_t xh_patches_length(xh_patches patches);  /* values of a patch */

/** Copies one image into its padded form [height + 2 padding][width + 2 padding][channels]. */
void xh_patches_pad(xh_patches patches, const float *image, float *padded);

/** Patches first .. first + count - 1 (row-major positions) of a padded image, [count][length]. */
void xh_patches_cut(xh_patches patches, const float *padded, size_t first, size_t count,
                    float *out);

/** The way back of cutting: adds patches first .. first + count - 1, [count][length], to the pixels
 * of a padded image that they came from. */
void xh_patches_add(xh_patches patches, const float *cut, size_t first, size_t count,
                    float *padded);

/** The way back of padding: each pixel of the image becomes the sum of those of the padded form
 * that are copies of it. */
void xh_patches_unpad(xh_patches patches, const float *padded, float *image);

#ifdef __cplusplus
}
#endif

#endif
