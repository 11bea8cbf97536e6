/* Where data sets are looked for, and what every one of them has. */
#include "dataset_formats.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static bool is_directory(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The first of the candidates (NULL: left out) that holds the folder, as path of the folder. */
static xh_status find_folder(const xh_dataset_kind *kind, const char *folder, const char *directory,
                             char path[XH_DATASET_PATH], xh_error *error) {
    const char *variable = getenv("CROSSHEBB_DATA");
    const char *candidates[] = {directory, variable && variable[0] ? variable : NULL, "data",
                                "/usr/share/datasets"};
    char searched[XH_ERROR_TEXT / 2] = "";
    size_t length = 0;
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
        if (!candidates[i]) {
            continue;
        }
        if (snprintf(path, XH_DATASET_PATH, "%s/%s", candidates[i], folder) < XH_DATASET_PATH &&
            is_directory(path)) {
            return XH_OK;
        }
        if (length < sizeof searched) {
            length += (size_t)snprintf(searched + length, sizeof searched - length, "%s%s",
                                       length ? ", " : "", candidates[i]);
        }
    }
    return xh_error_set(error, XH_INPUT,
                        "data set %s: no folder %s in %s; %s, or name the directory that holds it "
                        "with --data or CROSSHEBB_DATA",
                        kind->name, folder, searched, kind->obtain);
}

static size_t limit_of(const xh_dataset_params *params, xh_split split) {
    switch (split) {
    case XH_SPLIT_TRAIN:
        return (size_t)params->train_images;
    case XH_SPLIT_TEST:
        return (size_t)params->test_images;
    default:
        return 0;
    }
}

/* What can be told before any file is looked at. */
static xh_status check_request(const xh_dataset_kind *kind, const char *folder, xh_split split,
                               const char *directory, xh_error *error) {
    if (!folder[0]) {
        return xh_error_set(error, XH_INPUT, "data set %s: dataset.folder must name its folder",
                            kind->name);
    }
    if (split == XH_SPLIT_UNLABELLED && kind->unlabelled_images == 0) {
        return xh_error_set(error, XH_INPUT, "data set %s has no unlabelled images", kind->name);
    }
    if (directory && !is_directory(directory)) {
        return xh_error_set(error, XH_INPUT, "data directory %s: there is no such directory",
                            directory);
    }
    return XH_OK;
}

xh_status xh_dataset_load(const xh_dataset_params *params, xh_split split, const char *directory,
                          xh_dataset *dataset, xh_error *error) {
    const xh_dataset_kind *kind = NULL;
    xh_status status = xh_dataset_find(params->name, &kind, error);
    if (status != XH_OK) {
        return status;
    }
    char path[XH_DATASET_PATH];
    const char *folder = params->folder[0] ? params->folder : kind->folder;
    status = check_request(kind, folder, split, directory, error);
    if (status == XH_OK) {
        status = find_folder(kind, folder, directory, path, error);
    }
    if (status != XH_OK) {
        return status;
    }
    const size_t held = (size_t)params->validation_images;
    const bool validation = held > 0 && split == XH_SPLIT_TEST;
    const xh_split source = validation ? XH_SPLIT_TRAIN : split;
    const xh_dataset_request request = {path, xh_dataset_shape(kind, params), source,
                                        limit_of(params, source)};
    xh_dataset fresh;
    status = kind->load(kind, &request, &fresh, error);
    if (status == XH_OK && held > 0 && source == XH_SPLIT_TRAIN) {
        status = xh_dataset_hold_back(&fresh, held, validation, error);
        if (status != XH_OK) {
            xh_dataset_free(&fresh);
        }
    }
    if (status == XH_OK) {
        *dataset = fresh;
    }
    return status;
}

xh_status xh_dataset_create(const xh_dataset_kind *kind, size_t count, xh_dataset *dataset,
                            xh_error *error) {
    const size_t features = kind->shape.height * kind->shape.width * kind->shape.channels;
    xh_dataset fresh = {.count = count, .shape = kind->shape, .classes = kind->classes};
    fresh.pixels = xh_array_create(count, features);
    fresh.labels = xh_array_create(count, sizeof *fresh.labels);
    if (!fresh.pixels || !fresh.labels) {
        xh_dataset_free(&fresh);
        return xh_error_set(error, XH_MEMORY, "no memory for %zu images of %s", count, kind->name);
    }
    *dataset = fresh;
    return XH_OK;
}

void xh_dataset_free(xh_dataset *dataset) {
    xh_array_free(dataset->pixels);
    xh_array_free(dataset->labels);
    if (dataset->source.free) {
        dataset->source.free(dataset->source.state);
    }
    *dataset = (xh_dataset){0};
}
