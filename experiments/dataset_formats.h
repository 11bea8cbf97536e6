/** Inside the data set readers: files in memory, and the formats they are in. */
#ifndef XH_DATASET_FORMATS_H
#define XH_DATASET_FORMATS_H

#include "crosshebb/dataset.h"

enum { XH_DATASET_PATH = 4096 };

/** Reads a whole file, inflated if it is gzip, into memory to be freed by free(). */
xh_status xh_dataset_file(const char *path, uint8_t **bytes, size_t *size, xh_error *error);

/** XH_INPUT unless found, the bytes of the file called name, is what was expected. */
xh_status xh_dataset_check_size(const char *name, uint64_t found, uint64_t expected,
                                xh_error *error);

/** XH_INPUT unless every one of the count labels, stride bytes apart, is below classes. */
xh_status xh_dataset_check_labels(const char *name, const uint8_t *labels, size_t stride,
                                  size_t count, size_t classes, xh_error *error);

/** An empty data set of that kind with room for count images. */
xh_status xh_dataset_create(const xh_dataset_kind *kind, size_t count, xh_dataset *dataset,
                            xh_error *error);

/** What an IDX file must hold: images of that height and width if height > 0, else labels. */
typedef struct xh_idx_format {
    size_t height;
    size_t width;
    size_t classes; /* labels are below it */
} xh_idx_format;

/** Checks an IDX file in memory; *items then points at its first item in bytes, of *count. */
xh_status xh_dataset_idx_parse(const char *name, const uint8_t *bytes, size_t size,
                               xh_idx_format format, const uint8_t **items, size_t *count,
                               xh_error *error);

/** Hooks of the data sets, for the two formats. */
xh_status xh_dataset_idx_load(const xh_dataset_kind *kind, const char *folder, xh_split split,
                              size_t limit, xh_dataset *dataset, xh_error *error);
xh_status xh_dataset_cifar_load(const xh_dataset_kind *kind, const char *folder, xh_split split,
                                size_t limit, xh_dataset *dataset, xh_error *error);

#endif
