/** The features of a split, for the readout to go over again and again: rows are kept in memory as
 *  long as that lasts, the others in a file that has no name. */
#ifndef XH_FEATURE_STORE_H
#define XH_FEATURE_STORE_H

#include "crosshebb/readout.h"

typedef struct xh_feature_plan {
    size_t rows;
    size_t features; /* of a row */
    xh_feature_type type;
    size_t batch;       /* rows of a list, at most */
    size_t memory;      /* bytes that rows may take there */
    const char *beside; /* path: the file is in the same folder */
} xh_feature_plan;

typedef struct xh_feature_store xh_feature_store;

/** Bytes of all rows of the plan, and of those in memory. */
double xh_feature_plan_bytes(const xh_feature_plan *plan);
double xh_feature_plan_memory(const xh_feature_plan *plan);

/** Takes memory and disk for all rows. XH_IO if the file cannot be made or the disk is too small. */
xh_status xh_feature_store_create(const xh_feature_plan *plan, xh_feature_store **features,
                                  xh_error *error);
void xh_feature_store_free(xh_feature_store *features);

/** Stores rows first .. first + count - 1, values [count][features]. XH_IO if the disk fails. */
xh_status xh_feature_store_put(xh_feature_store *features, size_t first, size_t count,
                               const float *values, xh_error *error);

/** The stored rows for the readout: count images in the views that the rows make up, and their
 *  labels [count], which must outlive it. */
xh_feature_source xh_feature_store_source(xh_feature_store *features, size_t count,
                                          const uint16_t *labels);

#endif
