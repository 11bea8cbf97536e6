/*
 * CIFAR's binary files: records of labels and three planes of 32 x 32 bytes. Planes become
 * channels. CIFAR-10 has one label a record and ten thousand records a file; CIFAR-100 has a coarse
 * label before the fine one, which is taken, and a file a split.
 */
#include "dataset_formats.h"

#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 1000 }; /* records read at a time */

/* Files of one split. */
typedef struct layout {
    size_t labels; /* bytes before the planes, the last of them the label */
    size_t records;
    size_t files;
    const char *names[5];
} layout;

static const layout cifar10[] = {
    [XH_SPLIT_TRAIN] = {1,
                        10000,
                        5,
                        {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                         "data_batch_4.bin", "data_batch_5.bin"}},
    [XH_SPLIT_TEST] = {1, 10000, 1, {"test_batch.bin"}},
};
static const layout cifar100[] = {
    [XH_SPLIT_TRAIN] = {2, 50000, 1, {"train.bin"}},
    [XH_SPLIT_TEST] = {2, 10000, 1, {"test.bin"}},
};

/* Copies count records to image first and on, channels fastest. */
static void unpack(xh_dataset *dataset, size_t labels, size_t first, const uint8_t *records,
                   size_t count) {
    const size_t channels = dataset->shape.channels;
    const size_t plane = dataset->shape.height * dataset->shape.width;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *from = records + i * (labels + channels * plane) + labels;
        uint8_t *to = dataset->pixels + (first + i) * channels * plane;
        dataset->labels[first + i] = from[-1];
        for (size_t c = 0; c < channels; c++) {
            for (size_t k = 0; k < plane; k++) {
                to[k * channels + c] = from[c * plane + k];
            }
        }
    }
}

/* Takes the first count records of an open file as images first and on. */
static xh_status take(const char *path, int file, size_t labels, xh_dataset *dataset, size_t first,
                      size_t count, xh_error *error) {
    const xh_shape shape = dataset->shape;
    const size_t record = labels + shape.height * shape.width * shape.channels;
    uint8_t *bytes = malloc(CHUNK * record);
    if (!bytes) {
        return xh_error_set(error, XH_MEMORY, "%s: no memory for %d records", path, CHUNK);
    }
    xh_status status = XH_OK;
    for (size_t at = 0; status == XH_OK && at < count; at += CHUNK) {
        const size_t wanted = count - at < CHUNK ? count - at : CHUNK;
        status = xh_dataset_part(file, path, at * record, wanted * record, bytes, error);
        if (status == XH_OK) {
            const xh_label_bytes stored = {bytes + labels - 1, record, wanted, 0, at};
            status = xh_dataset_check_labels(path, stored, dataset->classes, error);
        }
        if (status == XH_OK) {
            unpack(dataset, labels, first + at, bytes, wanted);
        }
    }
    free(bytes);
    return status;
}

/* Reads as many images of a file as are still wanted, from image first on. */
static xh_status load_file(const char *path, const layout *format, xh_dataset *dataset,
                           size_t first, xh_error *error) {
    const xh_shape shape = dataset->shape;
    const size_t record = format->labels + shape.height * shape.width * shape.channels;
    int file = -1;
    xh_status status = xh_dataset_open(path, format->records * record, &file, error);
    if (status == XH_OK) {
        const size_t left = dataset->count - first;
        const size_t wanted = left < format->records ? left : format->records;
        status = take(path, file, format->labels, dataset, first, wanted, error);
        close(file);
    }
    return status;
}

static xh_status load(const xh_dataset_kind *kind, const xh_dataset_request *request,
                      const layout *format, xh_dataset *dataset, xh_error *error) {
    const size_t all = format->records * format->files, limit = request->limit;
    xh_dataset fresh;
    xh_status status =
        xh_dataset_create(kind, limit > 0 && limit < all ? limit : all, &fresh, error);
    if (status != XH_OK) {
        return status;
    }
    for (size_t f = 0; status == XH_OK && f * format->records < fresh.count; f++) {
        char path[XH_DATASET_PATH];
        status = xh_dataset_path(request->folder, format->names[f], path, error);
        if (status == XH_OK) {
            status = load_file(path, format, &fresh, f * format->records, error);
        }
    }
    if (status == XH_OK) {
        *dataset = fresh;
    } else {
        xh_dataset_free(&fresh);
    }
    return status;
}

xh_status xh_dataset_cifar10_load(const xh_dataset_kind *kind, const xh_dataset_request *request,
                                  xh_dataset *dataset, xh_error *error) {
    return load(kind, request, &cifar10[request->split], dataset, error);
}

xh_status xh_dataset_cifar100_load(const xh_dataset_kind *kind, const xh_dataset_request *request,
                                   xh_dataset *dataset, xh_error *error) {
    return load(kind, request, &cifar100[request->split], dataset, error);
}
