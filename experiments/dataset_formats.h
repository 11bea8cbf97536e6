/** Inside the data set readers: files, whole or in parts, and the formats they are in. */
#ifndef XH_DATASET_FORMATS_H
#define XH_DATASET_FORMATS_H

#include "crosshebb/dataset.h"

enum { XH_DATASET_PATH = 4096 };

/** folder/name as a path. XH_INPUT if it is too long. */
xh_status xh_dataset_path(const char *folder, const char *name, char path[XH_DATASET_PATH],
                          xh_error *error);

/** Reads a whole file, inflated if it is gzip, into memory to be freed by free(). */
xh_status xh_dataset_file(const char *path, uint8_t **bytes, size_t *size, xh_error *error);

/** Opens a file, to be closed by close(), that must have the size expected. */
xh_status xh_dataset_open(const char *path, uint64_t expected, int *file, xh_error *error);

/** Reads bytes [size] from byte first of an open file on. */
xh_status xh_dataset_part(int file, const char *path, uint64_t first, size_t size, uint8_t *bytes,
                          xh_error *error);

/** XH_INPUT unless found, the bytes of the file called name, is what was expected. */
xh_status xh_dataset_check_size(const char *name, uint64_t found, uint64_t expected,
                                xh_error *error);

/** Labels of a file, stride bytes apart, as they are stored: from lowest on. */
typedef struct xh_label_bytes {
    const uint8_t *bytes;
    size_t stride;
    size_t count;
    size_t lowest;
    size_t first; /* image of the file that the first one belongs to */
} xh_label_bytes;

/** XH_INPUT unless every label is one of as many classes. */
xh_status xh_dataset_check_labels(const char *name, xh_label_bytes labels, size_t classes,
                                  xh_error *error);

/** An empty data set of that kind with room for count images in memory. */
xh_status xh_dataset_create(const xh_dataset_kind *kind, size_t count, xh_dataset *dataset,
                            xh_error *error);

/**
 * Divides a labelled training split: keeps the images that are held back, which are a fixed random
 * choice, if validation, else all others. XH_INPUT if none would be left; it is then as it was.
 */
xh_status xh_dataset_hold_back(xh_dataset *dataset, size_t held, bool validation, xh_error *error);

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

/** Hooks of the data sets, for the formats. */
xh_status xh_dataset_idx_load(const xh_dataset_kind *kind, const xh_dataset_request *request,
                              xh_dataset *dataset, xh_error *error);
xh_status xh_dataset_cifar10_load(const xh_dataset_kind *kind, const xh_dataset_request *request,
                                  xh_dataset *dataset, xh_error *error);
xh_status xh_dataset_cifar100_load(const xh_dataset_kind *kind, const xh_dataset_request *request,
                                   xh_dataset *dataset, xh_error *error);
xh_status xh_dataset_stl_load(const xh_dataset_kind *kind, const xh_dataset_request *request,
                              xh_dataset *dataset, xh_error *error);
xh_status xh_dataset_folder_load(const xh_dataset_kind *kind, const xh_dataset_request *request,
                                 xh_dataset *dataset, xh_error *error);

#endif
