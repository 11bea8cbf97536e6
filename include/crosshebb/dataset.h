/** Data sets as their authors lay them out: IDX (MNIST, Fashion-MNIST; plain or .gz) and CIFAR-10
 * binary batches. */
#ifndef CROSSHEBB_DATASET_H
#define CROSSHEBB_DATASET_H

#include "crosshebb/array.h"
#include "crosshebb/layer.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum xh_split { XH_SPLIT_TRAIN, XH_SPLIT_TEST } xh_split;

/** Images of one split, [count][height][width][channels] in bytes, and labels [count] in 0 ..
 * classes - 1. */
typedef struct xh_dataset {
    size_t count;
    xh_shape shape;
    size_t classes;
    uint8_t *pixels;
    uint16_t *labels;
} xh_dataset;

/** A known data set: its name, folder below the data directory, summary, and how it is read. */
typedef struct xh_dataset_kind xh_dataset_kind;
struct xh_dataset_kind {
    const char *name;
    const char *folder;
    const char *summary;
    const char *reference;
    const char *obtain; /* how to get it, as a phrase */
    xh_shape shape;
    size_t classes;
    size_t train_images; /* as published */
    size_t test_images;
    /** Loads one split from the folder of that path; the rest as xh_dataset_load. */
    xh_status (*load)(const xh_dataset_kind *kind, const char *folder, xh_split split, size_t limit,
                      xh_dataset *dataset, xh_error *error);
};

size_t xh_dataset_kinds(void);
const xh_dataset_kind *xh_dataset_kind_at(size_t index);
/** The data set of that name. XH_INPUT, proposing the nearest name, if there is none. */
xh_status xh_dataset_find(const char *name, const xh_dataset_kind **kind, xh_error *error);

/**
 * Loads one split; limit > 0 takes the first limit images only. The data directory is the first of
 * directory (if not NULL; it must exist), $CROSSHEBB_DATA, ./data and /usr/share/datasets that
 * holds the folder. XH_INPUT names the file that is missing, truncated, too long, or has a wrong
 * magic number, and what was expected.
 */
xh_status xh_dataset_load(const xh_dataset_kind *kind, xh_split split, const char *directory,
                          size_t limit, xh_dataset *dataset, xh_error *error);
void xh_dataset_free(xh_dataset *dataset);

/**
 * Images order[0 .. count - 1], or first .. first + count - 1 if order is NULL, as floats in [0, 1].
 */
void xh_dataset_batch(const xh_dataset *dataset, const uint32_t *order, size_t first, size_t count,
                      float *out);

#ifdef __cplusplus
}
#endif

#endif
