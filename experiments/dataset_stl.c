/*
 * STL-10's binary files: images of three planes of 96 x 96 bytes, column after column, and labels
 * from 1 on. Images stay in the file (the unlabelled ones are 2.7 GB) and are turned around as they
 * are read.
 */
#include "dataset_formats.h"
#include "picture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 96, CHANNELS = 3, PLANE = SIDE * SIDE, IMAGE = CHANNELS * PLANE };

typedef struct stl_file {
    char path[XH_DATASET_PATH];
    int file;
} stl_file;

static void free_file(void *state) {
    stl_file *images = state;
    close(images->file);
    free(images);
}

static xh_status read_image(const void *state, size_t index, size_t side, xh_picture *picture,
                            xh_error *error) {
    (void)side;
    const stl_file *images = state;
    uint8_t planes[IMAGE];
    xh_status status = xh_picture_reserve(picture, SIDE, SIDE, CHANNELS, error);
    if (status == XH_OK) {
        status = xh_dataset_part(images->file, images->path, (uint64_t)index * IMAGE, IMAGE, planes,
                                 error);
    }
    if (status != XH_OK) {
        return status;
    }
    for (size_t c = 0; c < CHANNELS; c++) {
        for (size_t row = 0; row < SIDE; row++) {
            for (size_t column = 0; column < SIDE; column++) {
                picture->pixels[(row * SIDE + column) * CHANNELS + c] =
                    planes[c * PLANE + column * SIDE + row];
            }
        }
    }
    return XH_OK;
}

/* Opens a file of count images as the source of the data set. */
static xh_status open_images(const char *folder, const char *name, size_t count,
                             xh_dataset *dataset, xh_error *error) {
    stl_file *images = malloc(sizeof *images);
    if (!images) {
        return xh_error_set(error, XH_MEMORY, "no memory for the source of %s", name);
    }
    xh_status status = xh_dataset_path(folder, name, images->path, error);
    if (status == XH_OK) {
        status = xh_dataset_open(images->path, (uint64_t)count * IMAGE, &images->file, error);
    }
    if (status != XH_OK) {
        free(images);
        return status;
    }
    dataset->source = (xh_dataset_source){images, read_image, free_file};
    return XH_OK;
}

/* Labels of all images; the first ones are kept. */
static xh_status load_labels(const char *folder, const char *name, size_t all, xh_dataset *dataset,
                             xh_error *error) {
    char path[XH_DATASET_PATH];
    uint8_t *bytes = NULL;
    size_t size = 0;
    xh_status status = xh_dataset_path(folder, name, path, error);
    if (status == XH_OK) {
        status = xh_dataset_file(path, &bytes, &size, error);
    }
    if (status == XH_OK) {
        status = xh_dataset_check_size(path, size, all, error);
    }
    if (status == XH_OK) {
        const xh_label_bytes labels = {bytes, 1, all, 1, 0};
        status = xh_dataset_check_labels(path, labels, dataset->classes, error);
    }
    if (status == XH_OK) {
        dataset->labels = xh_array_create(dataset->count, sizeof *dataset->labels);
        for (size_t i = 0; dataset->labels && i < dataset->count; i++) {
            dataset->labels[i] = (uint16_t)(bytes[i] - 1);
        }
        status = dataset->labels ? XH_OK
                                 : xh_error_set(error, XH_MEMORY, "%s: no memory for labels", path);
    }
    free(bytes);
    return status;
}

xh_status xh_dataset_stl_load(const xh_dataset_kind *kind, const xh_dataset_request *request,
                              xh_dataset *dataset, xh_error *error) {
    const struct {
        const char *images;
        const char *labels;
        size_t count;
    } splits[] =
        {
            [XH_SPLIT_TRAIN] = {"train_X.bin", "train_y.bin", kind->train_images},
            [XH_SPLIT_TEST] = {"test_X.bin", "test_y.bin", kind->test_images},
            [XH_SPLIT_UNLABELLED] = {"unlabeled_X.bin", NULL, kind->unlabelled_images},
        },
      *split = &splits[request->split];
    const size_t limit = request->limit;
    xh_dataset fresh = {
        .count = limit > 0 && limit < split->count ? limit : split->count,
        .shape = kind->shape,
        .classes = kind->classes,
    };
    xh_status status = open_images(request->folder, split->images, split->count, &fresh, error);
    if (status == XH_OK && split->labels) {
        status = load_labels(request->folder, split->labels, split->count, &fresh, error);
    }
    if (status != XH_OK) {
        xh_dataset_free(&fresh);
        return status;
    }
    *dataset = fresh;
    return XH_OK;
}
