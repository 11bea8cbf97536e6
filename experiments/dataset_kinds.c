/* The known data sets. */
#include "dataset_formats.h"

#include <string.h>

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
     .load = xh_dataset_cifar10_load},
    {.name = "cifar100",
     .folder = "cifar-100-binary",
     .summary = "photographs of a hundred classes (the fine labels), 32 x 32 colour, 50000 + 10000",
     .reference = "Krizhevsky, Learning Multiple Layers of Features from Tiny Images, Toronto "
                  "(2009)",
     .obtain = "unpack the binary version of CIFAR-100, cifar-100-binary.tar.gz",
     .shape = {32, 32, 3},
     .classes = 100,
     .train_images = 50000,
     .test_images = 10000,
     .load = xh_dataset_cifar100_load},
    {.name = "stl10",
     .folder = "stl10_binary",
     .summary = "photographs of ten classes, 96 x 96 colour, 5000 + 8000 and 100000 unlabelled",
     .reference = "Coates, Lee, Ng, An Analysis of Single-Layer Networks in Unsupervised Feature "
                  "Learning, AISTATS (2011)",
     .obtain = "unpack the binary version of STL-10, stl10_binary.tar.gz",
     .shape = {96, 96, 3},
     .on_disk = true,
     .classes = 10,
     .train_images = 5000,
     .test_images = 8000,
     .unlabelled_images = 100000,
     .load = xh_dataset_stl_load},
    {.name = "imagenette",
     .folder = "imagenette",
     .summary = "photographs of ten classes of ImageNet, cut to 160 x 160 colour, 9469 + 3925",
     .reference = "Howard, Imagenette, https://github.com/fastai/imagenette (2019)",
     .obtain = "unpack imagenette2.tgz, with its folders train and val, into such a folder",
     .shape = {160, 160, 3},
     .sized = true,
     .on_disk = true,
     .classes = 10,
     .train_images = 9469,
     .test_images = 3925,
     .load = xh_dataset_folder_load},
    {.name = "imagenet",
     .folder = "imagenet",
     .summary = "photographs of a thousand classes, cut to 160 x 160 colour, 1281167 + 50000",
     .reference = "Russakovsky et al., Int. J. Comput. Vis. 115, 211 (2015), "
                  "doi:10.1007/s11263-015-0816-y",
     .obtain = "lay out the images of ILSVRC 2012 as train/CLASS/*.JPEG and val/CLASS/*.JPEG "
               "in such a folder",
     .shape = {160, 160, 3},
     .sized = true,
     .on_disk = true,
     .classes = 1000,
     .train_images = 1281167,
     .test_images = 50000,
     .load = xh_dataset_folder_load},
    {.name = "image-folder",
     .folder = "",
     .summary = "your own JPEG and PNG images, as train/CLASS/FILE and val/CLASS/FILE in "
                "dataset.folder",
     .reference = "none: the images are yours",
     .obtain = "lay out the images as train/CLASS/FILE and val/CLASS/FILE in such a folder",
     .shape = {160, 160, 3},
     .sized = true,
     .on_disk = true,
     .load = xh_dataset_folder_load},
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

xh_shape xh_dataset_shape(const xh_dataset_kind *kind, const xh_dataset_params *params) {
    xh_shape shape = kind->shape;
    if (kind->sized && params->size > 0) {
        shape.height = shape.width = (size_t)params->size;
    }
    return shape;
}
