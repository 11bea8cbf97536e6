/** Aligned arrays and the views by which they are passed. */
#ifndef CROSSHEBB_ARRAY_H
#define CROSSHEBB_ARRAY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Alignment of every array, in bytes: a cache line and the widest vector register. */
enum { XH_ALIGNMENT = 64 };

/**
 * count elements of size bytes, zeroed and aligned; NULL if memory or the address space is too
 * small.
 */
void *xh_array_create(size_t count, size_t size);

/** Frees an array; NULL is legal. */
void xh_array_free(void *array);

/** A batch of images, [count][height][width][channels], channels fastest. The view owns nothing. */
typedef struct xh_images {
    float *data;
    size_t count;
    size_t height;
    size_t width;
    size_t channels;
} xh_images;

/** Values of one image of the view. */
size_t xh_images_features(xh_images images);

#ifdef __cplusplus
}
#endif

#endif
