/** Batches of a data set, decoded, resized and changed by threads of their own, ahead of need. */
#ifndef CROSSHEBB_LOADER_H
#define CROSSHEBB_LOADER_H

#include "crosshebb/dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * How an image is changed in a pass. Draws are functions of seed, pass and the image's number in
 * the data set.
 */
typedef enum xh_augmentation {
    XH_AUGMENT_NONE,
    XH_AUGMENT_MIRROR,      /* mirrored left to right in every odd pass */
    XH_AUGMENT_FLIP,        /* mirrored half the time */
    XH_AUGMENT_SHIFT,       /* padded by 2 pixels by reflection, cropped at random */
    XH_AUGMENT_CROP_FLIP,   /* padded by 4 pixels by reflection, cropped at random, flipped */
    XH_AUGMENT_RESIZED_CROP /* a random part of 0.08 .. 1 of the area and an aspect of 3/4 .. 4/3
                               of the picture, resized to the shape, flipped */
} xh_augmentation;

/** Their names in a configuration, NULL-ended, in the order of the enum. */
extern const char *const xh_augmentation_names[];
/** The augmentation of that name, which must be one of them. */
xh_augmentation xh_augmentation_of(const char *name);

/** What a loader delivers: images order[0 .. count - 1], or 0 .. count - 1 if order is NULL. */
typedef struct xh_loader_plan {
    const xh_dataset *dataset; /* as long as the loader lives, and so is order */
    const uint32_t *order;
    size_t count;
    size_t batch; /* images of every batch but the last, which has the rest */
    xh_augmentation augmentation;
    uint64_t seed;
    uint64_t pass;
    int threads; /* that decode; 0: the caller, in xh_loader_next; they change no value */
} xh_loader_plan;

/** Batches that a loader keeps: the caller's and those ahead of it. */
enum { XH_LOADER_RING = 3 };

typedef struct xh_loader xh_loader;

/** Starts the threads. XH_INPUT if an image is too small for its augmentation. */
xh_status xh_loader_create(const xh_loader_plan *plan, xh_loader **loader, xh_error *error);

/**
 * Waits for the next batch: images in [0, 1] that the caller may change, its own until the next
 * call; none (a count of 0) after the last batch. If an image of the batch cannot be read, the
 * error of the first such image; the next call goes on with the batch after it.
 */
xh_status xh_loader_next(xh_loader *loader, xh_images *images, xh_error *error);

/** Ends the threads, delivered batches or not; NULL is legal. */
void xh_loader_free(xh_loader *loader);

#ifdef __cplusplus
}
#endif

#endif
