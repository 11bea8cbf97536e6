/*
 * CIFAR-10's binary batches: 10000 records of a label and three planes of 32 x 32 bytes. Planes
 * become channels.
 */
#include "dataset_formats.h"

#include <stdio.h>
#include <stdlib.h>

enum { RECORDS = 10000, TRAIN_BATCHES = 5 };

/* Copies count records to image first and on, channels fastest. */
static void unpack(xh_dataset *dataset, size_t first, const uint8_t *records, size_t count) {
    const size_t channels = dataset->shape.channels;
    const size_t plane = dataset->shape.height * dataset->shape.width;
    const size_t record = 1 + channels * plane;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *from = records + i * record;
        uint8_t *to = dataset->pixels + (first + i) * channels * plane;
        dataset->labels[first + i] = from[0];
        for (size_t c = 0; c < channels; c++) {
            for (size_t k = 0; k < plane; k++) {
                to[k * channels + c] = from[1 + c * plane + k];
            }
        }
    }
}

/* Reads one batch file, checks it, and takes as many of its records as are still wanted. */
static xh_status load_batch(const char *path, xh_dataset *dataset, size_t first, xh_error *error) {
    const xh_shape shape = dataset->shape;
    const size_t record = 1 + shape.height * shape.width * shape.channels;
    uint8_t *bytes = NULL;
    size_t size = 0;
    xh_status status = xh_dataset_file(path, &bytes, &size, error);
    if (status == XH_OK) {
        status = xh_dataset_check_size(path, size, RECORDS * record, error);
    }
    if (status == XH_OK) {
        status = xh_dataset_check_labels(path, bytes, record, RECORDS, dataset->classes, error);
    }
    if (status == XH_OK) {
        const size_t wanted = dataset->count - first;
        unpack(dataset, first, bytes, wanted < RECORDS ? wanted : RECORDS);
    }
    free(bytes);
    return status;
}

xh_status xh_dataset_cifar_load(const xh_dataset_kind *kind, const char *folder, xh_split split,
                                size_t limit, xh_dataset *dataset, xh_error *error) {
    const size_t batches = split == XH_SPLIT_TRAIN ? TRAIN_BATCHES : 1;
    const size_t all = batches * RECORDS;
    xh_dataset fresh;
    xh_status status =
        xh_dataset_create(kind, limit > 0 && limit < all ? limit : all, &fresh, error);
    if (status != XH_OK) {
        return status;
    }
    for (size_t b = 0; status == XH_OK && b * RECORDS < fresh.count; b++) {
        char path[XH_DATASET_PATH];
        const int length = split == XH_SPLIT_TRAIN
                               ? snprintf(path, sizeof path, "%s/data_batch_%zu.bin", folder, b + 1)
                               : snprintf(path, sizeof path, "%s/test_batch.bin", folder);
        status = length < (int)sizeof path
                     ? load_batch(path, &fresh, b * RECORDS, error)
                     : xh_error_set(error, XH_INPUT, "%s: the path is too long", folder);
    }
    if (status == XH_OK) {
        *dataset = fresh;
    } else {
        xh_dataset_free(&fresh);
    }
    return status;
}
