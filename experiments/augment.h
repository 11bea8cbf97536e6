/** One image as a batch has it: of the data set's shape, changed by an augmentation. */
#ifndef XH_AUGMENT_H
#define XH_AUGMENT_H

#include "crosshebb/loader.h"
#include "picture.h"

/** A part of a picture, in whole pixels. */
typedef struct xh_crop {
    size_t top;
    size_t left;
    size_t height;
    size_t width;
} xh_crop;

/** Pixels by which an augmentation pads on every side. */
size_t xh_augment_pad(xh_augmentation augmentation);

/** The part of a picture of height x width that resized_crop takes of image index. */
xh_crop xh_augment_crop(const xh_loader_plan *plan, size_t index, size_t height, size_t width);

/** Where the upper left corner lies in the padded image: 0 .. twice the padding. */
void xh_augment_corner(const xh_loader_plan *plan, size_t index, size_t *top, size_t *left);

/** Whether image index is mirrored. */
bool xh_augment_mirrors(const xh_loader_plan *plan, size_t index);

/**
 * Delivers image index of the plan's data set to out [height][width][channels]; picture serves one
 * thread's images one after the other, spare has room for one image.
 */
xh_status xh_augment_image(const xh_loader_plan *plan, size_t index, xh_picture *picture,
                           float *spare, float *out, xh_error *error);

#endif
