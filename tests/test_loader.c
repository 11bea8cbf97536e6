/* Batches in order for any number of threads, errors in their batch, and what augmentations do. */
#include "crosshebb/loader.h"

#include "crosshebb/rng.h"
#include "experiments/augment.h"
#include "suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { COUNT = 23, SIDE = 6, CHANNELS = 2, FEATURES = SIDE * SIDE * CHANNELS, BAD = 1000 };

static uint8_t pixels[COUNT * FEATURES];
static size_t bad[2] = {BAD, BAD}; /* images that cannot be read */

static xh_dataset in_memory(void) {
    uint32_t words[COUNT * FEATURES];
    xh_rng_words((xh_rng){1, XH_RNG_TEST, 0, 0}, 0, COUNT * FEATURES, words);
    for (size_t i = 0; i < sizeof pixels; i++) {
        pixels[i] = (uint8_t)words[i];
    }
    return (xh_dataset){
        .count = COUNT, .shape = {SIDE, SIDE, CHANNELS}, .classes = 2, .pixels = pixels};
}

/* Reads the image of the same number, the later ones faster; those that are bad fail. */
static xh_status read_slowly(const void *state, size_t index, size_t side, xh_picture *picture,
                             xh_error *error) {
    (void)state;
    (void)side;
    const struct timespec pause = {0, (long)(COUNT - index) * 50000};
    nanosleep(&pause, NULL);
    for (size_t i = 0; i < 2; i++) {
        if (index == bad[i]) {
            return xh_error_set(error, XH_INPUT, "image %zu is bad", index);
        }
    }
    const xh_status status = xh_picture_reserve(picture, SIDE, SIDE, CHANNELS, error);
    if (status == XH_OK) {
        memcpy(picture->pixels, pixels + index * FEATURES, FEATURES);
    }
    return status;
}

/* The same images from a source. */
static xh_dataset from_source(void) {
    xh_dataset dataset = in_memory();
    dataset.pixels = NULL;
    dataset.source = (xh_dataset_source){NULL, read_slowly, NULL};
    return dataset;
}

static xh_loader *start(const xh_loader_plan *plan) {
    xh_loader *loader = NULL;
    xh_error error = {0};
    ck_assert_msg(xh_loader_create(plan, &loader, &error) == XH_OK, "%s", error.text);
    return loader;
}

/* All images of a plan, one after the other, in out [count][features]. */
static void load_all(const xh_loader_plan *plan, float *out) {
    const xh_shape shape = plan->dataset->shape;
    const size_t features = shape.height * shape.width * shape.channels;
    xh_loader *loader = start(plan);
    xh_images images = {0};
    size_t done = 0;
    do {
        ck_assert_int_eq(xh_loader_next(loader, &images, NULL), XH_OK);
        const size_t left = plan->count - done;
        ck_assert_uint_eq(images.count, left < plan->batch ? left : plan->batch);
        ck_assert_uint_eq(xh_images_features(images), features);
        if (images.count > 0) {
            memcpy(out + done * features, images.data, images.count * features * sizeof *out);
            memset(images.data, 0xff, images.count * features * sizeof *out); /* it is ours */
        }
        done += images.count;
    } while (images.count > 0);
    ck_assert_int_eq(xh_loader_next(loader, &images, NULL), XH_OK);
    ck_assert_uint_eq(images.count, 0);
    xh_loader_free(loader);
}

START_TEST(batches_follow_the_order) {
    const uint32_t order[] = {22, 0, 7, 7, 3, 21, 20, 1, 2, 13, 5};
    const xh_dataset sets[] = {in_memory(), from_source()};
    float out[COUNT * FEATURES];
    for (int threads = 0; threads <= 4; threads++) {
        for (size_t batch = 1; batch <= 12; batch++) {
            const xh_loader_plan plan = {.dataset = &sets[threads % 2],
                                         .order = order,
                                         .count = 11,
                                         .batch = batch,
                                         .threads = threads};
            load_all(&plan, out);
            for (size_t v = 0; v < (size_t)11 * FEATURES; v++) {
                const uint8_t byte = pixels[order[v / FEATURES] * FEATURES + v % FEATURES];
                ck_assert_float_eq(out[v], (float)byte / 255.0F);
            }
        }
    }
}
END_TEST

START_TEST(no_order_is_the_first_images) {
    const xh_dataset dataset = in_memory();
    const xh_loader_plan plan = {.dataset = &dataset, .count = 9, .batch = 4, .threads = 1};
    float out[9 * FEATURES];
    load_all(&plan, out);
    for (size_t v = 0; v < (size_t)9 * FEATURES; v++) {
        ck_assert_float_eq(out[v], (float)pixels[v] / 255.0F);
    }
}
END_TEST

START_TEST(nothing_to_load_is_no_batch) {
    const xh_dataset dataset = in_memory();
    const xh_loader_plan plan = {.dataset = &dataset, .count = 0, .batch = 4, .threads = 2};
    load_all(&plan, NULL);
}
END_TEST

START_TEST(threads_change_nothing) {
    const xh_dataset dataset = from_source();
    static float first[COUNT * FEATURES], other[COUNT * FEATURES];
    for (int augmentation = XH_AUGMENT_NONE; augmentation <= XH_AUGMENT_RESIZED_CROP;
         augmentation++) {
        xh_loader_plan plan = {.dataset = &dataset,
                               .count = COUNT,
                               .batch = 5,
                               .augmentation = (xh_augmentation)augmentation,
                               .seed = 9,
                               .pass = 1,
                               .threads = 1};
        load_all(&plan, first);
        for (plan.threads = 0; plan.threads <= 4; plan.threads++) {
            load_all(&plan, other);
            ck_assert_mem_eq(first, other, sizeof first);
        }
    }
}
END_TEST

/* Images 7 and 6 are bad: batch 1 of four fails with the first of them, the others are whole. */
START_TEST(errors_come_with_their_batch) {
    bad[0] = 7;
    bad[1] = 6;
    const xh_dataset dataset = from_source();
    for (int threads = 0; threads <= 4; threads++) {
        const xh_loader_plan plan = {
            .dataset = &dataset, .count = 10, .batch = 4, .threads = threads};
        xh_loader *loader = start(&plan);
        xh_images images = {0};
        xh_error error = {0};
        ck_assert_int_eq(xh_loader_next(loader, &images, &error), XH_OK);
        ck_assert_int_eq(xh_loader_next(loader, &images, &error), XH_INPUT);
        ck_assert_str_eq(error.text, "image 6 is bad");
        ck_assert_int_eq(xh_loader_next(loader, &images, &error), XH_OK);
        ck_assert_uint_eq(images.count, 2);
        ck_assert_float_eq(images.data[0], (float)pixels[8 * FEATURES] / 255.0F);
        xh_loader_free(loader);
    }
    bad[0] = bad[1] = BAD;
}
END_TEST

START_TEST(freeing_early_is_legal) {
    const xh_dataset dataset = from_source();
    for (int batches = 0; batches <= 3; batches++) {
        const xh_loader_plan plan = {.dataset = &dataset, .count = COUNT, .batch = 2, .threads = 3};
        xh_loader *loader = start(&plan);
        xh_images images = {0};
        for (int b = 0; b < batches; b++) {
            ck_assert_int_eq(xh_loader_next(loader, &images, NULL), XH_OK);
        }
        xh_loader_free(loader);
    }
    xh_loader_free(NULL);
}
END_TEST

START_TEST(names_are_those_of_the_enum) {
    for (int a = XH_AUGMENT_NONE; a <= XH_AUGMENT_RESIZED_CROP; a++) {
        ck_assert_int_eq(xh_augmentation_of(xh_augmentation_names[a]), a);
    }
    ck_assert_ptr_null(xh_augmentation_names[XH_AUGMENT_RESIZED_CROP + 1]);
}
END_TEST

/* Image index of a pass, by a loader. */
static void load_one(const xh_dataset *dataset, xh_augmentation augmentation, uint64_t pass,
                     uint32_t index, float *out) {
    const xh_loader_plan plan = {.dataset = dataset,
                                 .order = &index,
                                 .count = 1,
                                 .batch = 1,
                                 .augmentation = augmentation,
                                 .seed = 5,
                                 .pass = pass,
                                 .threads = 1};
    load_all(&plan, out);
}

/* Whether out is an image of the data set, as it is or mirrored. */
static bool is_image(size_t index, bool mirrored, const float *out) {
    bool same = true;
    for (size_t v = 0; v < FEATURES; v++) {
        const size_t column = v / CHANNELS % SIDE, row = v / CHANNELS / SIDE;
        const size_t seen = mirrored ? SIDE - 1 - column : column;
        const uint8_t byte =
            pixels[index * FEATURES + (row * SIDE + seen) * CHANNELS + v % CHANNELS];
        same = same && out[v] == (float)byte / 255.0F;
    }
    return same;
}

START_TEST(odd_passes_are_mirrored) {
    const xh_dataset dataset = in_memory();
    float out[FEATURES];
    for (uint32_t index = 0; index < COUNT; index++) {
        for (uint64_t pass = 0; pass < 4; pass++) {
            load_one(&dataset, XH_AUGMENT_MIRROR, pass, index, out);
            ck_assert(is_image(index, pass % 2 == 1, out));
        }
    }
}
END_TEST

START_TEST(a_mirrored_mirror_image_is_the_image) {
    xh_dataset dataset = in_memory();
    float out[FEATURES];
    uint8_t mirrored[FEATURES];
    load_one(&dataset, XH_AUGMENT_MIRROR, 1, 3, out);
    for (size_t v = 0; v < FEATURES; v++) {
        mirrored[v] = (uint8_t)lrintf(out[v] * 255);
    }
    dataset.pixels = mirrored;
    load_one(&dataset, XH_AUGMENT_MIRROR, 1, 0, out);
    ck_assert(is_image(3, false, out));
}
END_TEST

/* Of 4000 fair coins, 2000 +- 190 are 6 standard deviations: chance fails this with probability
 * 2e-9 for each augmentation. */
START_TEST(half_of_the_images_are_flipped) {
    enum { IMAGES = 1000, PASSES = 4 };
    static const xh_augmentation flipping[] = {XH_AUGMENT_FLIP, XH_AUGMENT_CROP_FLIP,
                                               XH_AUGMENT_RESIZED_CROP};
    for (size_t a = 0; a < 3; a++) {
        int flipped = 0;
        for (uint64_t pass = 0; pass < PASSES; pass++) {
            const xh_loader_plan plan = {.augmentation = flipping[a], .seed = 2, .pass = pass};
            for (size_t index = 0; index < IMAGES; index++) {
                flipped += xh_augment_mirrors(&plan, index);
            }
        }
        ck_assert_int_le(abs(flipped - IMAGES * PASSES / 2), 190);
    }
}
END_TEST

START_TEST(a_flip_is_the_image_or_its_mirror) {
    const xh_dataset dataset = in_memory();
    const xh_loader_plan plan = {
        .dataset = &dataset, .augmentation = XH_AUGMENT_FLIP, .seed = 5, .pass = 2};
    float out[FEATURES];
    int flipped = 0;
    for (uint32_t index = 0; index < COUNT; index++) {
        const bool mirrored = xh_augment_mirrors(&plan, index);
        load_one(&dataset, XH_AUGMENT_FLIP, 2, index, out);
        ck_assert(is_image(index, mirrored, out));
        flipped += mirrored;
    }
    ck_assert_int_gt(flipped, 0); /* none or all of 23: 2 in 2^23 */
    ck_assert_int_lt(flipped, COUNT);
}
END_TEST

/* Position of a pixel that lies so far beyond the edge, by the definition: 0 1 2 3 -> 2 1 0 1 2 3 2 1. */
static size_t reflected(int at) {
    while (at < 0 || at >= SIDE) {
        at = at < 0 ? -at : 2 * (SIDE - 1) - at;
    }
    return (size_t)at;
}

static void check_crop(xh_augmentation augmentation, int pad) {
    const xh_dataset dataset = in_memory();
    float out[FEATURES];
    for (uint32_t index = 0; index < COUNT; index++) {
        const xh_loader_plan plan = {
            .dataset = &dataset, .augmentation = augmentation, .seed = 5, .pass = 7};
        const bool mirrored = xh_augment_mirrors(&plan, index);
        size_t top = 0, left = 0;
        xh_augment_corner(&plan, index, &top, &left);
        load_one(&dataset, augmentation, 7, index, out);
        for (int v = 0; v < FEATURES; v++) {
            const int column = v / CHANNELS % SIDE, row = v / CHANNELS / SIDE;
            const int seen = mirrored ? SIDE - 1 - column : column;
            const size_t from =
                reflected(row + (int)top - pad) * SIDE + reflected(seen + (int)left - pad);
            const uint8_t byte =
                pixels[index * FEATURES + from * CHANNELS + (size_t)(v % CHANNELS)];
            ck_assert_float_eq(out[v], (float)byte / 255.0F);
        }
    }
}

START_TEST(a_crop_is_a_part_of_the_padded_image) {
    check_crop(XH_AUGMENT_CROP_FLIP, 4);
}
END_TEST

START_TEST(a_shift_is_a_crop_that_is_not_flipped) {
    check_crop(XH_AUGMENT_SHIFT, 2);
    for (size_t index = 0; index < 100; index++) {
        const xh_loader_plan plan = {.augmentation = XH_AUGMENT_SHIFT, .seed = 5, .pass = 7};
        ck_assert(!xh_augment_mirrors(&plan, index));
    }
}
END_TEST

/* Each of the corners of an axis comes up 1000 times on average, with a standard deviation of 30;
 * 180 are 6 of them, so that chance fails this with probability 28 x 2e-9. */
static void check_corners(xh_augmentation augmentation, size_t corners) {
    int tops[9] = {0}, lefts[9] = {0};
    const xh_loader_plan plan = {.augmentation = augmentation, .seed = 4, .pass = 1};
    for (size_t index = 0; index < 1000 * corners; index++) {
        size_t top = 0, left = 0;
        xh_augment_corner(&plan, index, &top, &left);
        ck_assert_uint_lt(top, corners);
        ck_assert_uint_lt(left, corners);
        tops[top]++;
        lefts[left]++;
    }
    for (size_t i = 0; i < corners; i++) {
        ck_assert_int_le(abs(tops[i] - 1000), 180);
        ck_assert_int_le(abs(lefts[i] - 1000), 180);
    }
}

START_TEST(corners_are_even) {
    check_corners(XH_AUGMENT_CROP_FLIP, 9);
    check_corners(XH_AUGMENT_SHIFT, 5);
}
END_TEST

/* In a square picture a draw fits unless its longer side is above the picture's, so that the mean
 * share of the area lies below the uniform's 0.54; the mean of the logarithm of the aspect is 0
 * by symmetry, with a deviation of at most 0.288 / sqrt(20000): 0.0122 are 6 standard errors,
 * which chance exceeds with probability 2e-9. */
START_TEST(resized_crops_have_the_published_range) {
    enum { DRAWS = 20000, LENGTH = 300 };
    const xh_loader_plan plan = {.augmentation = XH_AUGMENT_RESIZED_CROP, .seed = 4, .pass = 3};
    double areas = 0, aspects = 0;
    for (size_t index = 0; index < DRAWS; index++) {
        const xh_crop crop = xh_augment_crop(&plan, index, LENGTH, LENGTH);
        ck_assert_uint_gt(crop.height, 0);
        ck_assert_uint_le(crop.top + crop.height, LENGTH);
        ck_assert_uint_le(crop.left + crop.width, LENGTH);
        const double aspect = (double)crop.width / (double)crop.height;
        const double area = (double)(crop.width * crop.height) / (LENGTH * LENGTH);
        ck_assert_double_ge(area, 0.078); /* a side is rounded by half a pixel of 73 or more */
        ck_assert_double_ge(aspect, 0.74);
        ck_assert_double_le(aspect, 1.35);
        areas += area / DRAWS;
        aspects += log(aspect) / DRAWS;
    }
    ck_assert_double_eq_tol(aspects, 0, 0.0122);
    ck_assert_double_gt(areas, 0.45);
    ck_assert_double_lt(areas, 0.54);
}
END_TEST

/* No part of a picture ten times as wide as it is high is large enough: most often the middle. */
START_TEST(a_long_picture_is_cut_in_the_middle) {
    const xh_loader_plan plan = {.augmentation = XH_AUGMENT_RESIZED_CROP, .seed = 4, .pass = 3};
    int middles = 0;
    for (size_t index = 0; index < 50; index++) {
        const xh_crop wide = xh_augment_crop(&plan, index, 3, 3000);
        const xh_crop tall = xh_augment_crop(&plan, index, 3000, 3);
        ck_assert_uint_le(wide.top + wide.height, 3);
        ck_assert_uint_le(tall.left + tall.width, 3);
        middles += wide.height == 3 && wide.width == 4 && wide.left == 1498 && tall.height == 4 &&
                   tall.top == 1498;
    }
    ck_assert_int_eq(middles, 50); /* the smallest share has 720 pixels, far above 3 x 4 */
}
END_TEST

/* A ramp from left to right stays a ramp, of the part's own slope and beginning. */
START_TEST(a_resized_crop_shows_its_part) {
    enum { LENGTH = 128 };
    static uint8_t ramp[LENGTH * LENGTH];
    static float out[LENGTH * LENGTH];
    for (size_t i = 0; i < sizeof ramp; i++) {
        ramp[i] = (uint8_t)(i % LENGTH * 2);
    }
    const xh_dataset dataset = {
        .count = 1, .shape = {LENGTH, LENGTH, 1}, .classes = 1, .pixels = ramp};
    for (uint64_t pass = 0; pass < 20; pass++) {
        const xh_loader_plan plan = {
            .augmentation = XH_AUGMENT_RESIZED_CROP, .seed = 5, .pass = pass};
        const xh_crop crop = xh_augment_crop(&plan, 0, LENGTH, LENGTH);
        const bool mirrored = xh_augment_mirrors(&plan, 0);
        load_one(&dataset, XH_AUGMENT_RESIZED_CROP, pass, 0, out);
        for (size_t column = 8; column < LENGTH - 8; column++) {
            const double seen = (double)(mirrored ? LENGTH - 1 - column : column) + 0.5;
            const double at = (double)crop.left + seen * (double)crop.width / LENGTH - 0.5;
            ck_assert_double_eq_tol(out[64 * LENGTH + column], 2 * at / 255, 1e-5);
        }
    }
}
END_TEST

START_TEST(passes_and_seeds_differ) {
    const xh_dataset dataset = in_memory();
    static float out[3][COUNT * FEATURES];
    for (size_t i = 0; i < 3; i++) {
        const xh_loader_plan plan = {.dataset = &dataset,
                                     .count = COUNT,
                                     .batch = COUNT,
                                     .augmentation = XH_AUGMENT_CROP_FLIP,
                                     .seed = i == 1 ? 2 : 1,
                                     .pass = i == 2,
                                     .threads = 1};
        load_all(&plan, out[i]);
    }
    ck_assert_mem_ne(out[0], out[1], sizeof out[0]);
    ck_assert_mem_ne(out[0], out[2], sizeof out[0]);
}
END_TEST

START_TEST(an_image_too_small_to_pad_is_told) {
    xh_dataset dataset = in_memory();
    dataset.shape.width = 4;
    const xh_loader_plan plan = {.dataset = &dataset,
                                 .count = 1,
                                 .batch = 1,
                                 .augmentation = XH_AUGMENT_CROP_FLIP,
                                 .threads = 1};
    xh_loader *loader = NULL;
    xh_error error = {0};
    ck_assert_int_eq(xh_loader_create(&plan, &loader, &error), XH_INPUT);
    ck_assert_str_eq(error.text, "images of 6 x 4 cannot be padded by 4 pixels for crop_flip");
    ck_assert_ptr_null(loader);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        batches_follow_the_order,
        no_order_is_the_first_images,
        nothing_to_load_is_no_batch,
        threads_change_nothing,
        errors_come_with_their_batch,
        freeing_early_is_legal,
        names_are_those_of_the_enum,
        odd_passes_are_mirrored,
        a_mirrored_mirror_image_is_the_image,
        half_of_the_images_are_flipped,
        a_flip_is_the_image_or_its_mirror,
        a_crop_is_a_part_of_the_padded_image,
        a_shift_is_a_crop_that_is_not_flipped,
        corners_are_even,
        resized_crops_have_the_published_range,
        a_long_picture_is_cut_in_the_middle,
        a_resized_crop_shows_its_part,
        passes_and_seeds_differ,
        an_image_too_small_to_pad_is_told,
    };
    return xh_suite_run("loader", tests, sizeof tests / sizeof tests[0]);
}
