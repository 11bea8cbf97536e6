/*
 * From a picture to one image of a batch: its part is resized to the data set's shape, then moved
 * and mirrored. Each draw takes a block of words of its own.
 */
#include "augment.h"

#include "crosshebb/rng.h"

#include <math.h>
#include <string.h>

/* Blocks of random words of an image: one a try of resized_crop, and one for corner and mirror. */
enum { TRIES = 10, PLACE = TRIES, BLOCKS = 16 };

static const double least_area = 0.08, widest = 4.0 / 3.0;

const char *const xh_augmentation_names[] = {
    [XH_AUGMENT_NONE] = "none",
    [XH_AUGMENT_MIRROR] = "mirror",
    [XH_AUGMENT_FLIP] = "flip",
    [XH_AUGMENT_SHIFT] = "shift",
    [XH_AUGMENT_CROP_FLIP] = "crop_flip",
    [XH_AUGMENT_RESIZED_CROP] = "resized_crop",
    NULL,
};

xh_augmentation xh_augmentation_of(const char *name) {
    int found = XH_AUGMENT_NONE;
    while (strcmp(xh_augmentation_names[found], name) != 0) {
        found++;
    }
    return (xh_augmentation)found;
}

static void draw(const xh_loader_plan *plan, size_t index, size_t block, uint32_t word[4]) {
    const xh_rng stream = {plan->seed, XH_RNG_AUGMENT, 0, plan->pass};
    xh_rng_block(stream, (uint64_t)index * BLOCKS + block, word);
}

/* Uniform on [0, 1). */
static double uniform(uint32_t word) {
    return word * 0x1p-32;
}

/* Uniform on 0 .. count - 1. */
static size_t choice(uint32_t word, size_t count) {
    return (size_t)((uint64_t)word * count >> 32);
}

/* The largest part in the middle whose aspect is allowed. */
static xh_crop middle_crop(size_t height, size_t width) {
    const double aspect = (double)width / (double)height;
    xh_crop crop = {.height = height, .width = width};
    if (aspect > widest) {
        crop.width = (size_t)lrint((double)height * widest);
    } else if (aspect < 1 / widest) {
        crop.height = (size_t)lrint((double)width * widest);
    }
    crop.top = (height - crop.height) / 2;
    crop.left = (width - crop.width) / 2;
    return crop;
}

xh_crop xh_augment_crop(const xh_loader_plan *plan, size_t index, size_t height, size_t width) {
    for (size_t attempt = 0; attempt < TRIES; attempt++) {
        uint32_t word[4];
        draw(plan, index, attempt, word);
        const double share = least_area + (1 - least_area) * uniform(word[0]);
        const double area = share * (double)height * (double)width;
        const double aspect = exp(log(widest) * (2 * uniform(word[1]) - 1));
        xh_crop crop = {
            .height = (size_t)lrint(sqrt(area / aspect)),
            .width = (size_t)lrint(sqrt(area * aspect)),
        };
        if (crop.height > 0 && crop.height <= height && crop.width > 0 && crop.width <= width) {
            crop.top = choice(word[2], height - crop.height + 1);
            crop.left = choice(word[3], width - crop.width + 1);
            return crop;
        }
    }
    return middle_crop(height, width);
}

size_t xh_augment_pad(xh_augmentation augmentation) {
    switch (augmentation) {
    case XH_AUGMENT_SHIFT:
        return 2;
    case XH_AUGMENT_CROP_FLIP:
        return 4;
    default:
        return 0;
    }
}

void xh_augment_corner(const xh_loader_plan *plan, size_t index, size_t *top, size_t *left) {
    const size_t places = 2 * xh_augment_pad(plan->augmentation) + 1;
    uint32_t word[4];
    draw(plan, index, PLACE, word);
    *top = choice(word[0], places);
    *left = choice(word[1], places);
}

bool xh_augment_mirrors(const xh_loader_plan *plan, size_t index) {
    uint32_t word[4];
    switch (plan->augmentation) {
    case XH_AUGMENT_NONE:
    case XH_AUGMENT_SHIFT:
        return false;
    case XH_AUGMENT_MIRROR:
        return plan->pass % 2 == 1;
    default:
        draw(plan, index, PLACE, word);
        return choice(word[2], 2) == 1;
    }
}

/* The picture as it is stored, or as its source decodes it. */
static xh_status view_picture(const xh_loader_plan *plan, size_t index, xh_picture *picture,
                              xh_picture_view *view, xh_error *error) {
    const xh_dataset *dataset = plan->dataset;
    const xh_shape shape = dataset->shape;
    const size_t row = shape.width * shape.channels;
    if (dataset->pixels) {
        const uint8_t *pixels = dataset->pixels + index * shape.height * row;
        *view = (xh_picture_view){pixels, shape.height, shape.width, shape.channels, row};
        return XH_OK;
    }
    const size_t shorter = shape.height < shape.width ? shape.height : shape.width;
    const size_t side = plan->augmentation == XH_AUGMENT_RESIZED_CROP ? 0 : shorter;
    const xh_status status =
        dataset->source.read(dataset->source.state, index, side, picture, error);
    *view = (xh_picture_view){picture->pixels, picture->height, picture->width, picture->channels,
                              picture->width * picture->channels};
    return status;
}

/* The part of a view, as a view. */
static xh_picture_view cut(xh_picture_view view, xh_crop crop) {
    view.pixels += crop.top * view.stride + crop.left * view.channels;
    view.height = crop.height;
    view.width = crop.width;
    return view;
}

/* The middle of the view in the shape, as floats. */
static xh_status fit(xh_picture_view view, xh_shape shape, float *out, xh_error *error) {
    if (view.height != shape.height || view.width != shape.width) {
        const xh_picture_box box = xh_picture_middle(view, shape.height, shape.width);
        return xh_picture_resize(view, box, shape.height, shape.width, out, error);
    }
    const size_t values = view.width * view.channels;
    for (size_t row = 0; row < view.height; row++) {
        for (size_t v = 0; v < values; v++) {
            out[row * values + v] = (float)view.pixels[row * view.stride + v] / 255.0f;
        }
    }
    return XH_OK;
}

/* Position at of a line that is continued by reflection; the pixel at the edge is not repeated. */
static size_t reflect(long at, size_t length) {
    const long last = (long)length - 1;
    const long inside = at < 0 ? -at : at;
    return (size_t)(inside > last ? 2 * last - inside : inside);
}

/* Moves the image by whole pixels and mirrors it: out's corner is pixel (top, left) of from. */
static void place(xh_shape shape, long top, long left, bool mirrored, const float *from,
                  float *out) {
    for (size_t row = 0; row < shape.height; row++) {
        const size_t from_row = reflect((long)row + top, shape.height);
        for (size_t column = 0; column < shape.width; column++) {
            const size_t seen = mirrored ? shape.width - 1 - column : column;
            const size_t from_column = reflect((long)seen + left, shape.width);
            memcpy(out + (row * shape.width + column) * shape.channels,
                   from + (from_row * shape.width + from_column) * shape.channels,
                   shape.channels * sizeof *out);
        }
    }
}

xh_status xh_augment_image(const xh_loader_plan *plan, size_t index, xh_picture *picture,
                           float *spare, float *out, xh_error *error) {
    const xh_shape shape = plan->dataset->shape;
    const size_t pad = xh_augment_pad(plan->augmentation);
    const bool mirrored = xh_augment_mirrors(plan, index);
    float *fitted = pad > 0 || mirrored ? spare : out;
    xh_picture_view view = {0};
    xh_status status = view_picture(plan, index, picture, &view, error);
    if (status != XH_OK) {
        return status;
    }
    if (plan->augmentation == XH_AUGMENT_RESIZED_CROP) {
        view = cut(view, xh_augment_crop(plan, index, view.height, view.width));
        const xh_picture_box whole = {0, 0, (double)view.height, (double)view.width};
        status = xh_picture_resize(view, whole, shape.height, shape.width, fitted, error);
    } else {
        status = fit(view, shape, fitted, error);
    }
    if (status == XH_OK && fitted == spare) {
        size_t top = 0, left = 0;
        xh_augment_corner(plan, index, &top, &left);
        place(shape, (long)top - (long)pad, (long)left - (long)pad, mirrored, spare, out);
    }
    return status;
}
