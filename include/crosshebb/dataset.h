/** Data sets as their authors lay them out: IDX (MNIST, Fashion-MNIST; plain or .gz), the binary
 * files of CIFAR-10, CIFAR-100 and STL-10, and folders of JPEG and PNG images. */
#ifndef CROSSHEBB_DATASET_H
#define CROSSHEBB_DATASET_H

#include "crosshebb/array.h"
#include "crosshebb/layer.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xh_dataset_params {
    char name[XH_PARAM_TEXT_SIZE];
    char folder[XH_PARAM_TEXT_SIZE]; /* below the data directory; "": the data set's own */
    long size;                       /* side of images cut from an image folder; 0: its own */
    long train_images;               /* 0: all */
    long test_images;                /* 0: all */
    long validation_images; /* training images held back as tests; 0: the test split is used */
} xh_dataset_params;

typedef enum xh_split { XH_SPLIT_TRAIN, XH_SPLIT_TEST, XH_SPLIT_UNLABELLED } xh_split;

/** One image as it was decoded, before it has the data set's shape. */
typedef struct xh_picture xh_picture;

/** Images that stay on disk: read as they are needed, by any number of threads at a time. */
typedef struct xh_dataset_source {
    void *state;
    /** Reads an image, as small as it comes with its shorter side at least side pixels (0: as
     * large as it is). The error names its file. */
    xh_status (*read)(const void *state, size_t index, size_t side, xh_picture *picture,
                      xh_error *error);
    void (*free)(void *state);
} xh_dataset_source;

/** One split. Its images are in memory, [count][height][width][channels] in bytes, or come from a
 * source. */
typedef struct xh_dataset {
    size_t count;
    xh_shape shape; /* of an image as xh_loader delivers it */
    size_t classes;
    uint8_t *pixels;          /* NULL: they come from the source */
    uint16_t *labels;         /* [count] in 0 .. classes - 1; NULL: unlabelled */
    xh_dataset_source source; /* of no use where there are pixels */
} xh_dataset;

/** What of a data set is to be loaded, and from where. */
typedef struct xh_dataset_request {
    const char *folder; /* its path */
    xh_shape shape;
    xh_split split;
    size_t limit; /* most images; 0: all */
} xh_dataset_request;

/** A known data set: its name, folder below the data directory, summary, and how it is read. */
typedef struct xh_dataset_kind xh_dataset_kind;
struct xh_dataset_kind {
    const char *name;
    const char *folder; /* "": the configuration names it */
    const char *summary;
    const char *reference;
    const char *obtain; /* how to get it, as a phrase */
    xh_shape shape;     /* unless the configuration changes the size */
    bool sized;         /* dataset.size is for it */
    bool on_disk;       /* images are read as they are needed */
    /** As published; classes and images are 0 where only the folder tells. */
    size_t classes;
    size_t train_images;
    size_t test_images;
    size_t unlabelled_images;
    /** Loads one split; dataset is as it was on failure. */
    xh_status (*load)(const xh_dataset_kind *kind, const xh_dataset_request *request,
                      xh_dataset *dataset, xh_error *error);
};

size_t xh_dataset_kinds(void);
const xh_dataset_kind *xh_dataset_kind_at(size_t index);
/** The data set of that name. XH_INPUT, proposing the nearest name, if there is none. */
xh_status xh_dataset_find(const char *name, const xh_dataset_kind **kind, xh_error *error);
/** Shape of an image of that kind under the configuration. */
xh_shape xh_dataset_shape(const xh_dataset_kind *kind, const xh_dataset_params *params);

/**
 * Loads one split, no more than params->train_images or test_images of it: of an image folder a
 * fixed random choice with as many images of each class as there are or as it takes, else the
 * first. With params->validation_images the test split is a fixed random choice of as many of the
 * training images so taken, and the training split has the others. The data directory is the first of directory (if not NULL; it must exist),
 * $CROSSHEBB_DATA, ./data and /usr/share/datasets that holds the folder. XH_INPUT names the file
 * that is missing, truncated, too long, or has a wrong magic number, and what was expected.
 */
xh_status xh_dataset_load(const xh_dataset_params *params, xh_split split, const char *directory,
                          xh_dataset *dataset, xh_error *error);
void xh_dataset_free(xh_dataset *dataset);

#ifdef __cplusplus
}
#endif

#endif
