/*
 * IDX files (MNIST, Fashion-MNIST): a magic number, big-endian dimensions, bytes. Nothing in a
 * header is trusted.
 */
#include "dataset_formats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORD = 4, LABELS_MAGIC = 0x801, IMAGES_MAGIC = 0x803 };

/* A file in memory and the items in it. */
typedef struct idx_file {
    char path[XH_DATASET_PATH];
    uint8_t *bytes;
    size_t size;
    const uint8_t *items;
    size_t count;
} idx_file;

static uint32_t word(const uint8_t *bytes, size_t index) {
    const uint8_t *at = bytes + index * WORD;
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

xh_status xh_dataset_idx_parse(const char *name, const uint8_t *bytes, size_t size,
                               xh_idx_format format, const uint8_t **items, size_t *count,
                               xh_error *error) {
    const bool images = format.height > 0;
    const uint32_t magic = images ? IMAGES_MAGIC : LABELS_MAGIC;
    const size_t header = (images ? 4 : 2) * WORD;
    if (size < header) {
        return xh_error_set(error, XH_INPUT,
                            "%s: truncated: %zu bytes found, %zu expected for the header", name,
                            size, header);
    }
    if (word(bytes, 0) != magic) {
        return xh_error_set(error, XH_INPUT, "%s: magic number 0x%08lx found, 0x%08lx expected",
                            name, (unsigned long)word(bytes, 0), (unsigned long)magic);
    }
    if (images && (word(bytes, 2) != format.height || word(bytes, 3) != format.width)) {
        return xh_error_set(error, XH_INPUT, "%s: images of %lu x %lu found, %zu x %zu expected",
                            name, (unsigned long)word(bytes, 2), (unsigned long)word(bytes, 3),
                            format.height, format.width);
    }
    const uint32_t number = word(bytes, 1);
    if (number == 0) {
        return xh_error_set(error, XH_INPUT, "%s: no %s found, at least one expected", name,
                            images ? "images" : "labels");
    }
    const uint64_t item = images ? (uint64_t)format.height * format.width : 1;
    const xh_status status = xh_dataset_check_size(name, size, header + number * item, error);
    if (status != XH_OK) {
        return status;
    }
    *items = bytes + header;
    *count = number;
    const xh_label_bytes labels = {*items, 1, *count, 0, 0};
    return images ? XH_OK : xh_dataset_check_labels(name, labels, format.classes, error);
}

/* Reads FOLDER/STEM or FOLDER/STEM.gz. */
static xh_status load_file(const char *folder, const char *stem, xh_idx_format format,
                           idx_file *file, xh_error *error) {
    static const char *const suffixes[] = {"", ".gz"};
    for (size_t i = 0; i < 2; i++) {
        const int length =
            snprintf(file->path, sizeof file->path, "%s/%s%s", folder, stem, suffixes[i]);
        if (length < (int)sizeof file->path && access(file->path, F_OK) == 0) {
            const xh_status status = xh_dataset_file(file->path, &file->bytes, &file->size, error);
            return status != XH_OK
                       ? status
                       : xh_dataset_idx_parse(file->path, file->bytes, file->size, format,
                                              &file->items, &file->count, error);
        }
    }
    return xh_error_set(error, XH_INPUT, "%s/%s: missing, plain and with .gz", folder, stem);
}

/* Copies the first images and labels of two files that agree. */
static xh_status join(const xh_dataset_kind *kind, const idx_file *images, const idx_file *labels,
                      size_t limit, xh_dataset *dataset, xh_error *error) {
    if (images->count != labels->count) {
        return xh_error_set(error, XH_INPUT,
                            "%s: %zu labels found, %zu expected for the images of %s", labels->path,
                            labels->count, images->count, images->path);
    }
    const size_t count = limit > 0 && limit < images->count ? limit : images->count;
    const xh_status status = xh_dataset_create(kind, count, dataset, error);
    if (status == XH_OK) {
        memcpy(dataset->pixels, images->items, count * kind->shape.height * kind->shape.width);
        for (size_t i = 0; i < count; i++) {
            dataset->labels[i] = labels->items[i];
        }
    }
    return status;
}

xh_status xh_dataset_idx_load(const xh_dataset_kind *kind, const xh_dataset_request *request,
                              xh_dataset *dataset, xh_error *error) {
    static const char *const stems[2][2] = {
        [XH_SPLIT_TRAIN] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"},
        [XH_SPLIT_TEST] = {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"},
    };
    idx_file images = {.bytes = NULL};
    idx_file labels = {.bytes = NULL};
    const xh_idx_format image_format = {.height = kind->shape.height, .width = kind->shape.width};
    const xh_idx_format label_format = {.classes = kind->classes};
    const char *const *stem = stems[request->split];
    xh_status status = load_file(request->folder, stem[0], image_format, &images, error);
    if (status == XH_OK) {
        status = load_file(request->folder, stem[1], label_format, &labels, error);
    }
    if (status == XH_OK) {
        status = join(kind, &images, &labels, request->limit, dataset, error);
    }
    free(images.bytes);
    free(labels.bytes);
    return status;
}
