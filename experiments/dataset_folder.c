/*
 * Folders of images: FOLDER/train/CLASS/FILE and FOLDER/val/CLASS/FILE, with classes numbered and images
 * ordered by their names. Only names are kept; images are decoded as they are read.
 */
#include "dataset_formats.h"
#include "names.h"
#include "picture.h"

#include "crosshebb/rng.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Images chosen of a class: a stream of its own among the orders of images. */
enum { CHOICE_STREAM = 0x400000 };

/* The images of one split, class after class. */
typedef struct image_folder {
    char root[XH_DATASET_PATH]; /* FOLDER/train or FOLDER/val */
    xh_names images;            /* CLASS/FILE */
} image_folder;

static void free_folder(void *state) {
    image_folder *folder = state;
    xh_names_free(&folder->images);
    free(folder);
}

static xh_status read_image(const void *state, size_t index, size_t side, xh_picture *picture,
                            xh_error *error) {
    const image_folder *folder = state;
    char path[XH_DATASET_PATH];
    const xh_status status =
        xh_dataset_path(folder->root, folder->images.names[index], path, error);
    return status == XH_OK ? xh_picture_read(path, side, picture, error) : status;
}

/* The classes: folders of FOLDER/train. */
static xh_status list_classes(const xh_dataset_kind *kind, const char *folder, xh_names *classes,
                              xh_error *error) {
    char path[XH_DATASET_PATH];
    xh_status status = xh_dataset_path(folder, "train", path, error);
    if (status == XH_OK) {
        status = xh_names_folders(path, classes, error);
    }
    if (status != XH_OK) {
        return status;
    }
    const size_t expected = kind->classes > 0 ? kind->classes : classes->count;
    if (classes->count != expected || classes->count < 1 || classes->count > UINT16_MAX) {
        return xh_error_set(error, XH_INPUT, "%s: %zu folders of classes found, %s%zu expected",
                            path, classes->count, kind->classes > 0 ? "" : "at least ",
                            kind->classes > 0 ? kind->classes : 1);
    }
    return XH_OK;
}

/* Where the images of each class of a split begin; the last entry is where they end. */
typedef struct class_bounds {
    size_t *first; /* [classes + 1] */
    size_t classes;
} class_bounds;

/* Lists the images of all classes of the split. A class may be missing, but none unknown or empty. */
static xh_status list_images(const char *root, const xh_names *classes, xh_names *images,
                             class_bounds bounds, xh_error *error) {
    xh_names found = {0};
    xh_status status = xh_names_folders(root, &found, error);
    size_t next = 0;
    for (size_t c = 0; status == XH_OK && c < classes->count; c++) {
        bounds.first[c] = images->count;
        if (next < found.count && strcmp(found.names[next], classes->names[c]) == 0) {
            status = xh_names_images(root, found.names[next++], images, error);
        }
    }
    bounds.first[classes->count] = images->count;
    if (status == XH_OK && next < found.count) {
        status = xh_error_set(error, XH_INPUT, "%s/%s: there is no such class to train", root,
                              found.names[next]);
    }
    if (status == XH_OK && images->count == 0) {
        status = xh_error_set(error, XH_INPUT, "%s: no folders of classes found", root);
    }
    xh_names_free(&found);
    return status;
}

/* Images of each class in a choice of as many: each gives one in turn while it has some. */
static void share_out(class_bounds bounds, size_t wanted, size_t *shares) {
    for (size_t turn = 0; wanted > 0; turn++) {
        for (size_t c = 0; c < bounds.classes && wanted > 0; c++) {
            if (turn < bounds.first[c + 1] - bounds.first[c]) {
                shares[c]++;
                wanted--;
            }
        }
    }
}

/* Marks the images of one class that are chosen: the first of a random order. */
static void choose(size_t class, size_t first, size_t count, size_t share, uint32_t *order,
                   bool *chosen) {
    const xh_rng stream = {0, XH_RNG_SHUFFLE, CHOICE_STREAM, class};
    xh_rng_permutation(stream, count, order);
    for (size_t i = 0; i < share; i++) {
        chosen[first + order[i]] = true;
    }
}

/* Chooses as many images, which there are, and drops the others; bounds move with them. */
static xh_status limit_images(xh_names *images, size_t wanted, class_bounds bounds,
                              xh_error *error) {
    size_t *shares = calloc(bounds.classes, sizeof *shares);
    uint32_t *order = calloc(images->count, sizeof *order);
    bool *chosen = calloc(images->count, sizeof *chosen);
    const bool made = shares && order && chosen;
    if (made) {
        share_out(bounds, wanted, shares);
        for (size_t c = 0; c < bounds.classes; c++) {
            choose(c, bounds.first[c], bounds.first[c + 1] - bounds.first[c], shares[c], order,
                   chosen);
        }
        xh_names_keep(images, chosen);
        for (size_t c = 0; c < bounds.classes; c++) {
            bounds.first[c + 1] = bounds.first[c] + shares[c];
        }
    }
    free(shares);
    free(order);
    free(chosen);
    return made ? XH_OK : xh_error_set(error, XH_MEMORY, "no memory for %zu images", images->count);
}

/* Lists the images that are wanted, and their labels. */
static xh_status fill(const xh_dataset_request *request, const xh_names *classes,
                      class_bounds bounds, image_folder *folder, xh_dataset *dataset,
                      xh_error *error) {
    const bool train = request->split == XH_SPLIT_TRAIN;
    xh_status status =
        xh_dataset_path(request->folder, train ? "train" : "val", folder->root, error);
    if (status == XH_OK) {
        status = list_images(folder->root, classes, &folder->images, bounds, error);
    }
    if (status == XH_OK && request->limit > folder->images.count) {
        status = xh_error_set(error, XH_INPUT, "dataset.%s_images = %zu is more than the %zu of %s",
                              train ? "train" : "test", request->limit, folder->images.count,
                              folder->root);
    }
    if (status == XH_OK && request->limit > 0) {
        status = limit_images(&folder->images, request->limit, bounds, error);
    }
    if (status != XH_OK) {
        return status;
    }
    dataset->count = folder->images.count;
    dataset->labels = xh_array_create(dataset->count, sizeof *dataset->labels);
    for (size_t c = 0; dataset->labels && c < classes->count; c++) {
        for (size_t i = bounds.first[c]; i < bounds.first[c + 1]; i++) {
            dataset->labels[i] = (uint16_t)c;
        }
    }
    return dataset->labels
               ? XH_OK
               : xh_error_set(error, XH_MEMORY, "no memory for %zu labels", dataset->count);
}

xh_status xh_dataset_folder_load(const xh_dataset_kind *kind, const xh_dataset_request *request,
                                 xh_dataset *dataset, xh_error *error) {
    xh_names classes = {0};
    xh_status status = list_classes(kind, request->folder, &classes, error);
    if (status != XH_OK) {
        xh_names_free(&classes);
        return status;
    }
    class_bounds bounds = {calloc(classes.count + 1, sizeof *bounds.first), classes.count};
    image_folder *folder = calloc(1, sizeof *folder);
    xh_dataset fresh = {
        .shape = request->shape,
        .classes = classes.count,
        .source = {folder, read_image, folder ? free_folder : NULL},
    };
    status = bounds.first && folder
                 ? fill(request, &classes, bounds, folder, &fresh, error)
                 : xh_error_set(error, XH_MEMORY, "no memory for %zu classes", classes.count);
    free(bounds.first);
    xh_names_free(&classes);
    if (status == XH_OK) {
        *dataset = fresh;
    } else {
        xh_dataset_free(&fresh);
    }
    return status;
}
