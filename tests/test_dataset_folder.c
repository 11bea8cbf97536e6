/* Folders of images: classes, order, choices, and what can be wrong with them. */
#include "image_rig.h"

#include "experiments/picture.h"

/* FOLDER/CLASS/FILE below photos, 12 x 10 pixels of one grey. */
static void write_image(const char *name, uint8_t grey) {
    uint8_t pixels[120];
    char path[128];
    memset(pixels, grey, sizeof pixels);
    snprintf(path, sizeof path, "photos/%s", name);
    write_png(path, (test_image){12, 10, 1, pixels}, PNG_COLOR_TYPE_GRAY, 8, NULL, NULL);
}

static void make_folders(void) {
    static const char *const names[] = {"photos",           "photos/train",     "photos/train/cat",
                                        "photos/train/ape", "photos/val",       "photos/val/ape",
                                        "photos/val/cat",   "photos/train/.git"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        make_folder(names[i]);
    }
}

/* Two classes, three images of one and two of the other; val has one of each. */
static void write_photos(void) {
    make_folders();
    write_image("train/cat/b.png", 40);
    write_image("train/cat/a.PNG", 50);
    write_image("train/cat/c.jpeg", 60); /* a PNG by another name */
    write_image("train/ape/2.png", 20);
    write_image("train/ape/10.png", 10);
    write_image("val/ape/x.png", 30);
    write_image("val/cat/x.png", 31);
    write_file("photos/train/ape/notes.txt", "no image", 8);
    write_file("photos/train/list.png", "no folder", 9);
}

static xh_dataset_params photos(void) {
    xh_dataset_params params = params_of("image-folder");
    snprintf(params.folder, sizeof params.folder, "photos");
    params.size = 8;
    return params;
}

/* The grey of an image. */
static uint8_t grey_of(const xh_dataset *dataset, size_t index) {
    xh_picture picture = {0};
    xh_error error = {0};
    ck_assert_msg(dataset->source.read(dataset->source.state, index, 8, &picture, &error) == XH_OK,
                  "%s", error.text);
    ck_assert_uint_eq(picture.height, 10);
    ck_assert_uint_eq(picture.width, 12);
    const uint8_t grey = picture.pixels[0];
    xh_picture_release(&picture);
    return grey;
}

START_TEST(classes_and_files_are_sorted) {
    static const uint8_t greys[] = {10, 20, 50, 40, 60};
    write_photos();
    xh_dataset dataset;
    expect_loaded(photos(), XH_SPLIT_TRAIN, &dataset);
    ck_assert_uint_eq(dataset.count, 5);
    ck_assert_uint_eq(dataset.classes, 2);
    ck_assert_uint_eq(dataset.shape.height, 8);
    ck_assert_uint_eq(dataset.shape.width, 8);
    ck_assert_uint_eq(dataset.shape.channels, 3);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(grey_of(&dataset, i), greys[i]);
        ck_assert_uint_eq(dataset.labels[i], i >= 2);
    }
    xh_dataset_free(&dataset);
    expect_loaded(photos(), XH_SPLIT_TEST, &dataset);
    ck_assert_uint_eq(dataset.count, 2);
    ck_assert_uint_eq(grey_of(&dataset, 1), 31);
    ck_assert_uint_eq(dataset.labels[1], 1);
    xh_dataset_free(&dataset);
}
END_TEST

/* A class that val does not have keeps its number. */
START_TEST(labels_are_those_of_training) {
    write_photos();
    ck_assert_int_eq(remove(path_of("photos/val/ape/x.png")), 0);
    ck_assert_int_eq(rmdir(path_of("photos/val/ape")), 0);
    xh_dataset dataset;
    expect_loaded(photos(), XH_SPLIT_TEST, &dataset);
    ck_assert_uint_eq(dataset.count, 1);
    ck_assert_uint_eq(dataset.classes, 2);
    ck_assert_uint_eq(dataset.labels[0], 1);
    xh_dataset_free(&dataset);
}
END_TEST

START_TEST(a_choice_is_balanced_and_fixed) {
    enum { LARGE = 40, SMALL = 3, WANTED = 10 };
    char name[64];
    make_folders();
    for (int i = 0; i < LARGE; i++) {
        snprintf(name, sizeof name, "train/cat/%02d.png", i);
        write_image(name, (uint8_t)(i + 1));
    }
    for (int i = 0; i < SMALL; i++) {
        snprintf(name, sizeof name, "train/ape/%02d.png", i);
        write_image(name, (uint8_t)(i + 100));
    }
    xh_dataset_params params = photos();
    xh_dataset chosen[2];
    int first = 0;
    params.train_images = WANTED;
    expect_loaded(params, XH_SPLIT_TRAIN, &chosen[0]);
    expect_loaded(params, XH_SPLIT_TRAIN, &chosen[1]);
    ck_assert_uint_eq(chosen[0].count, WANTED);
    for (size_t i = 0; i < WANTED; i++) {
        const uint8_t grey = grey_of(&chosen[0], i);
        ck_assert_uint_eq(chosen[0].labels[i], i >= SMALL); /* all of the small class, 7 others */
        ck_assert_uint_eq(grey >= 100, i < SMALL);
        ck_assert_uint_eq(grey, grey_of(&chosen[1], i));
        ck_assert(i == 0 || i == SMALL || grey > grey_of(&chosen[0], i - 1));
        first += i >= SMALL && grey <= WANTED - SMALL;
    }
    ck_assert_int_lt(first, WANTED - SMALL); /* not simply the first ones of the class */
    xh_dataset_free(&chosen[0]);
    xh_dataset_free(&chosen[1]);
}
END_TEST

START_TEST(an_even_choice_takes_as_many_of_each) {
    write_photos();
    xh_dataset_params params = photos();
    params.train_images = 4;
    xh_dataset dataset;
    expect_loaded(params, XH_SPLIT_TRAIN, &dataset);
    ck_assert_uint_eq(dataset.labels[1], 0);
    ck_assert_uint_eq(dataset.labels[2], 1);
    xh_dataset_free(&dataset);
    params.train_images = 6;
    expect_failure(params, XH_SPLIT_TRAIN,
                   "dataset.train_images = 6 is more than the 5 of DIR/photos/train");
}
END_TEST

START_TEST(wrong_folders_are_told) {
    xh_dataset_params params = photos();
    make_folder("photos");
    expect_failure(params, XH_SPLIT_TRAIN,
                   "DIR/photos/train: cannot be opened: No such file or directory");
    make_folder("photos/train");
    expect_failure(params, XH_SPLIT_TRAIN,
                   "DIR/photos/train: 0 folders of classes found, at least 1 expected");
    make_folder("photos/train/cat");
    expect_failure(params, XH_SPLIT_TRAIN,
                   "DIR/photos/train/cat: no images (.jpg, .jpeg, .png) found");
    write_image("train/cat/a.png", 1);
    expect_failure(params, XH_SPLIT_TEST,
                   "DIR/photos/val: cannot be opened: No such file or directory");
    make_folder("photos/val");
    expect_failure(params, XH_SPLIT_TEST, "DIR/photos/val: no folders of classes found");
    make_folder("photos/val/dog");
    write_image("val/dog/a.png", 1);
    expect_failure(params, XH_SPLIT_TEST, "DIR/photos/val/dog: there is no such class to train");
    snprintf(params.name, sizeof params.name, "imagenette");
    expect_failure(params, XH_SPLIT_TRAIN,
                   "DIR/photos/train: 1 folders of classes found, 10 expected");
    params = params_of("image-folder");
    expect_failure(params, XH_SPLIT_TRAIN,
                   "data set image-folder: dataset.folder must name its folder");
}
END_TEST

/* Files that stay on disk are held back by their names: each is in one part. */
START_TEST(validation_divides_files) {
    write_photos();
    xh_dataset_params params = photos();
    params.validation_images = 2;
    xh_dataset parts[2];
    expect_loaded(params, XH_SPLIT_TRAIN, &parts[0]);
    expect_loaded(params, XH_SPLIT_TEST, &parts[1]);
    ck_assert_uint_eq(parts[0].count, 3);
    ck_assert_uint_eq(parts[1].count, 2);
    unsigned sum = 0;
    for (size_t p = 0; p < 2; p++) {
        for (size_t i = 0; i < parts[p].count; i++) {
            const uint8_t grey = grey_of(&parts[p], i);
            ck_assert_uint_eq(parts[p].labels[i], grey > 20);
            sum += grey;
        }
        xh_dataset_free(&parts[p]);
    }
    ck_assert_uint_eq(sum, 10 + 20 + 50 + 40 + 60);
}
END_TEST

START_TEST(a_file_that_is_gone_or_no_image_is_told) {
    write_photos();
    xh_dataset dataset;
    xh_picture picture = {0};
    xh_error error = {0};
    expect_loaded(photos(), XH_SPLIT_TRAIN, &dataset);
    ck_assert_int_eq(remove(path_of("photos/train/cat/a.PNG")), 0);
    ck_assert_int_eq(dataset.source.read(dataset.source.state, 2, 8, &picture, &error), XH_INPUT);
    expect_text(&error, "DIR/photos/train/cat/a.PNG: cannot be opened: No such file or directory");
    write_file("photos/train/cat/a.PNG", "GIF89a", 6);
    ck_assert_int_eq(dataset.source.read(dataset.source.state, 2, 8, &picture, &error), XH_INPUT);
    expect_text(&error, "DIR/photos/train/cat/a.PNG: begins like neither JPEG nor PNG");
    xh_picture_release(&picture);
    xh_dataset_free(&dataset);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        classes_and_files_are_sorted,   labels_are_those_of_training,
        a_choice_is_balanced_and_fixed, an_even_choice_takes_as_many_of_each,
        wrong_folders_are_told,         a_file_that_is_gone_or_no_image_is_told,
        validation_divides_files,
    };
    return run_in_folders("dataset_folder", tests, sizeof tests / sizeof tests[0]);
}
