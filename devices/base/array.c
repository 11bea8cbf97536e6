/*
 * Aligned arrays, zeroed, so that no result can depend on what memory held before.
 */
#include "crosshebb/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *xh_array_create(size_t count, size_t size) {
    if (size != 0 && count > (SIZE_MAX - XH_ALIGNMENT) / size) {
        return NULL;
    }
    /* at least one unit of alignment, so that an array of nothing is not taken for a failure */
    const size_t units = count * size / XH_ALIGNMENT + 1;
    void *array = aligned_alloc(XH_ALIGNMENT, units * XH_ALIGNMENT);
    if (array != NULL) {
        memset(array, 0, units * XH_ALIGNMENT);
    }
    return array;
}

void xh_array_free(void *array) {
    free(array);
}

size_t xh_images_features(xh_images images) {
    return images.height * images.width * images.channels;
}
