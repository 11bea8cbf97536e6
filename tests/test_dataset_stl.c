/* STL-10 in its authors' layout: columns first, labels from 1, images that stay on disk. */
#include "data_rig.h"

#include "experiments/picture.h"

enum { SIDE = 96, PLANE = SIDE * SIDE, IMAGE = 3 * PLANE, TRAIN = 5000 };

static uint8_t images[2 * IMAGE];
static uint8_t labels[TRAIN];

/* The stored value of a pixel of image 1. */
static uint8_t value_of(size_t channel, size_t row, size_t column) {
    return (uint8_t)(80 * channel + row / 2 + column);
}

static void write_train(long bytes) {
    for (size_t channel = 0; channel < 3; channel++) {
        for (size_t column = 0; column < SIDE; column++) {
            for (size_t row = 0; row < SIDE; row++) {
                images[IMAGE + channel * PLANE + column * SIDE + row] =
                    value_of(channel, row, column);
            }
        }
    }
    for (size_t i = 0; i < TRAIN; i++) {
        labels[i] = (uint8_t)(i % 10 + 1);
    }
    write_sparse("stl10_binary/train_X.bin", images, sizeof images, bytes);
    write_file("stl10_binary/train_y.bin", labels, sizeof labels);
}

START_TEST(images_are_read_columns_first) {
    make_folder("stl10_binary");
    write_train((long)TRAIN * IMAGE);
    xh_dataset dataset;
    xh_picture picture = {0};
    expect_loaded(params_of("stl10"), XH_SPLIT_TRAIN, &dataset);
    ck_assert_uint_eq(dataset.count, TRAIN);
    ck_assert_uint_eq(dataset.labels[0], 0);
    ck_assert_uint_eq(dataset.labels[TRAIN - 1], 9);
    ck_assert_ptr_null(dataset.pixels);
    ck_assert_int_eq(dataset.source.read(dataset.source.state, 1, SIDE, &picture, NULL), XH_OK);
    ck_assert_uint_eq(picture.height, SIDE);
    ck_assert_uint_eq(picture.width, SIDE);
    for (size_t v = 0; v < IMAGE; v++) {
        ck_assert_uint_eq(picture.pixels[v], value_of(v % 3, v / 3 / SIDE, v / 3 % SIDE));
    }
    xh_picture_release(&picture);
    xh_dataset_free(&dataset);
}
END_TEST

START_TEST(a_limit_takes_the_first) {
    make_folder("stl10_binary");
    write_train((long)TRAIN * IMAGE);
    xh_dataset_params params = params_of("stl10");
    params.train_images = 12;
    xh_dataset dataset;
    expect_loaded(params, XH_SPLIT_TRAIN, &dataset);
    ck_assert_uint_eq(dataset.count, 12);
    ck_assert_uint_eq(dataset.labels[11], 1);
    xh_dataset_free(&dataset);
}
END_TEST

START_TEST(unlabelled_images_have_no_labels) {
    make_folder("stl10_binary");
    write_sparse("stl10_binary/unlabeled_X.bin", "", 0, 100000L * IMAGE);
    xh_dataset dataset;
    expect_loaded(params_of("stl10"), XH_SPLIT_UNLABELLED, &dataset);
    ck_assert_uint_eq(dataset.count, 100000);
    ck_assert_ptr_null(dataset.labels);
    xh_dataset_free(&dataset);
}
END_TEST

START_TEST(a_file_that_shrinks_is_told) {
    make_folder("stl10_binary");
    write_train((long)TRAIN * IMAGE);
    xh_dataset dataset;
    xh_picture picture = {0};
    xh_error error = {0};
    expect_loaded(params_of("stl10"), XH_SPLIT_TRAIN, &dataset);
    ck_assert_int_eq(truncate(path_of("stl10_binary/train_X.bin"), IMAGE + 5), 0);
    ck_assert_int_eq(dataset.source.read(dataset.source.state, 1, SIDE, &picture, &error),
                     XH_INPUT);
    expect_text(&error, "DIR/stl10_binary/train_X.bin: cannot be read at byte 27653: the file ends "
                        "there");
    xh_picture_release(&picture);
    xh_dataset_free(&dataset);
}
END_TEST

START_TEST(wrong_files_are_told) {
    const xh_dataset_params params = params_of("stl10");
    make_folder("stl10_binary");
    expect_failure(params, XH_SPLIT_TRAIN,
                   "DIR/stl10_binary/train_X.bin: cannot be opened: No such file or directory");
    write_train((long)TRAIN * IMAGE - 1);
    expect_failure(params, XH_SPLIT_TRAIN,
                   "DIR/stl10_binary/train_X.bin: truncated: 138239999 bytes found, 138240000 "
                   "expected");
    write_train((long)TRAIN * IMAGE);
    write_file("stl10_binary/train_y.bin", labels, TRAIN - 1);
    expect_failure(params, XH_SPLIT_TRAIN,
                   "DIR/stl10_binary/train_y.bin: truncated: 4999 bytes found, 5000 expected");
    labels[7] = 0;
    write_file("stl10_binary/train_y.bin", labels, TRAIN);
    expect_failure(params, XH_SPLIT_TRAIN,
                   "DIR/stl10_binary/train_y.bin: label 0 of image 7 is outside [1, 10]");
    labels[7] = 11;
    write_file("stl10_binary/train_y.bin", labels, TRAIN);
    expect_failure(params, XH_SPLIT_TRAIN,
                   "DIR/stl10_binary/train_y.bin: label 11 of image 7 is outside [1, 10]");
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        images_are_read_columns_first, a_limit_takes_the_first, unlabelled_images_have_no_labels,
        a_file_that_shrinks_is_told,   wrong_files_are_told,
    };
    return run_in_folders("dataset_stl", tests, sizeof tests / sizeof tests[0]);
}
