/* The known data sets, where they are looked for, and batches of them. */
#include "dataset_formats.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { FIRST_CHUNK = 1 << 20, LARGEST_FILE = 1 << 30 };

static const xh_dataset_kind kinds[] = {
    {.name = "mnist",
     .folder = "mnist",
     .summary = "handwritten digits, 28 x 28 grey, 60000 + 10000",
     .reference = "LeCun, Bottou, Bengio, Haffner, Proc. IEEE 86, 2278 (1998), "
                  "doi:10.1109/5.726791",
     .obtain = "put the four *-ubyte.gz files of MNIST into such a folder",
     .shape = {28, 28, 1},
     .classes = 10,
     .train_images = 60000,
     .test_images = 10000,
     .load = xh_dataset_idx_load},
    {.name = "fashion-mnist",
     .folder = "fashion-mnist",
     .summary = "articles of clothing, 28 x 28 grey, 60000 + 10000",
     .reference = "Xiao, Rasul, Vollgraf, arXiv:1708.07747 (2017)",
     .obtain = "install the Debian package dataset-fashion-mnist",
     .shape = {28, 28, 1},
     .classes = 10,
     .train_images = 60000,
     .test_images = 10000,
     .load = xh_dataset_idx_load},
    {.name = "cifar10",
     .folder = "cifar-10-batches-bin",
     .summary = "photographs of ten classes, 32 x 32 colour, 50000 + 10000",
     .reference = "Krizhevsky, Learning Multiple Layers of Features from Tiny Images, Toronto "
                  "(2009)",
     .obtain = "unpack the binary version of CIFAR-10, cifar-10-binary.tar.gz",
     .shape = {32, 32, 3},
     .classes = 10,
     .train_images = 50000,
     .test_images = 10000,
     .load = xh_dataset_cifar_load},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

size_t xh_dataset_kinds(void) {
    return KINDS;
}

const xh_dataset_kind *xh_dataset_kind_at(size_t index) {
    return &kinds[index];
}

xh_status xh_dataset_find(const char *name, const xh_dataset_kind **kind, xh_error *error) {
    const char *names[KINDS];
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *kind = &kinds[i];
            return XH_OK;
        }
        names[i] = kinds[i].name;
    }
    const char *nearest = xh_nearest_name(names, KINDS, name);
    return xh_error_set(error, XH_INPUT, "unknown data set \"%s\"%s%s%s", name,
                        nearest ? "; did you mean " : "", nearest ? nearest : "",
                        nearest ? "?" : "");
}

static bool is_directory(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The first of the candidates (NULL: left out) that holds the folder, as path of the folder. */
static xh_status find_folder(const xh_dataset_kind *kind, const char *directory,
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
        if (snprintf(path, XH_DATASET_PATH, "%s/%s", candidates[i], kind->folder) <
                XH_DATASET_PATH &&
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
                        kind->name, kind->folder, searched, kind->obtain);
}

xh_status xh_dataset_load(const xh_dataset_kind *kind, xh_split split, const char *directory,
                          size_t limit, xh_dataset *dataset, xh_error *error) {
    if (directory && !is_directory(directory)) {
        return xh_error_set(error, XH_INPUT, "data directory %s: there is no such directory",
                            directory);
    }
    char folder[XH_DATASET_PATH];
    const xh_status status = find_folder(kind, directory, folder, error);
    return status != XH_OK ? status : kind->load(kind, folder, split, limit, dataset, error);
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
    *dataset = (xh_dataset){0};
}

void xh_dataset_batch(const xh_dataset *dataset, const uint32_t *order, size_t first, size_t count,
                      float *out) {
    const xh_shape shape = dataset->shape;
    const size_t features = shape.height * shape.width * shape.channels;
    for (size_t i = 0; i < count; i++) {
        const size_t index = order ? order[i] : first + i;
        const uint8_t *image = dataset->pixels + index * features;
        for (size_t k = 0; k < features; k++) {
            out[i * features + k] = (float)image[k] / 255.0f;
        }
    }
}

/* Reads to the end of an open file, doubling the buffer. */
static xh_status read_all(gzFile file, const char *path, uint8_t **bytes, size_t *size,
                          xh_error *error) {
    size_t room = 0;
    for (;;) {
        if (*size == room) {
            room = room ? 2 * room : FIRST_CHUNK;
            if (room > LARGEST_FILE) {
                return xh_error_set(error, XH_INPUT, "%s: %zu bytes and more found, too many", path,
                                    *size);
            }
            uint8_t *larger = realloc(*bytes, room);
            if (!larger) {
                return xh_error_set(error, XH_MEMORY, "%s: no memory for %zu bytes", path, room);
            }
            *bytes = larger;
        }
        const int got = gzread(file, *bytes + *size, (unsigned)(room - *size));
        if (got < 0) {
            int code = Z_OK;
            const char *message = gzerror(file, &code);
            return xh_error_set(error, XH_INPUT, "%s: cannot be read: %s", path,
                                code == Z_ERRNO ? strerror(errno) : message);
        }
        if (got == 0) {
            return XH_OK;
        }
        *size += (size_t)got;
    }
}

xh_status xh_dataset_file(const char *path, uint8_t **bytes, size_t *size, xh_error *error) {
    gzFile file = gzopen(path, "rb");
    if (!file) {
        return xh_error_set(error, XH_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    }
    *bytes = NULL;
    *size = 0;
    xh_status status = read_all(file, path, bytes, size, error);
    if (gzclose_r(file) == Z_BUF_ERROR && status == XH_OK) {
        status = xh_error_set(error, XH_INPUT, "%s: the gzip stream is truncated after %zu bytes",
                              path, *size);
    }
    if (status != XH_OK) {
        free(*bytes);
        *bytes = NULL;
    }
    return status;
}

xh_status xh_dataset_check_size(const char *name, uint64_t found, uint64_t expected,
                                xh_error *error) {
    if (found == expected) {
        return XH_OK;
    }
    return xh_error_set(error, XH_INPUT, "%s: %s: %llu bytes found, %llu expected", name,
                        found < expected ? "truncated" : "trailing bytes",
                        (unsigned long long)found, (unsigned long long)expected);
}

xh_status xh_dataset_check_labels(const char *name, const uint8_t *labels, size_t stride,
                                  size_t count, size_t classes, xh_error *error) {
    for (size_t i = 0; i < count; i++) {
        const unsigned label = labels[i * stride];
        if (label >= classes) {
            return xh_error_set(error, XH_INPUT, "%s: label %u of image %zu is outside [0, %zu]",
                                name, label, i, classes - 1);
        }
    }
    return XH_OK;
}
