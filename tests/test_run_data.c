/* Runs on images that stay on disk: folders, unlabelled images, augmentations, predictions. */
#include "image_rig.h"

#include "crosshebb/run.h"

enum { TRAIN = 12, TEST = 4, WIDTH = 30, HEIGHT = 24, CLASSES = 2 };

static xh_config config;
static xh_run_result result;

static const char folders[] =
    "dataset: {name: image-folder, folder: photos, size: 16}\n"
    "network: {layers: [{outputs: 4, kernel: 5, pool_size: 4, pool_stride: 4}]}\n"
    "training: {batch: 4}\n"
    "readout: {epochs: 20, batch: 4, rate: 0.01}\n";

static const char stl[] =
    "dataset: {name: stl10, train_images: 10, test_images: 10}\n"
    "network: {layers: [{outputs: 2, kernel: 5, pool_size: 8, pool_stride: 8}]}\n"
    "training: {unlabelled: true, images: 15}\n"
    "readout: {epochs: 1}\n";

static void load(const char *text, const char *override) {
    xh_error error = {0};
    const xh_status status =
        xh_config_parse("e.yaml", text, strlen(text), &override, override ? 1 : 0, &config, &error);
    ck_assert_msg(status == XH_OK, "%s", error.text);
}

static xh_run_options options(int threads) {
    static char out[4096];
    snprintf(out, sizeof out, "%s", path_of("result.h5"));
    return (xh_run_options){.out = out, .data = folder, .threads = threads};
}

static void run(int threads) {
    xh_error error = {0};
    ck_assert_msg(xh_run(&config, options(threads), &result, &error) == XH_OK, "%s", error.text);
}

static void refuse_to_run(const char *text) {
    xh_error error = {0};
    ck_assert_int_eq(xh_run(&config, options(1), &result, &error), XH_INPUT);
    expect_text(&error, text);
}

/* Reddish and bluish photographs of many sizes; JPEG and PNG in turn. */
static void write_photos(const char *split, int count) {
    static const char *const classes[CLASSES] = {"blue", "red"};
    uint8_t pixels[(WIDTH + TRAIN) * HEIGHT * 3];
    char name[128];
    snprintf(name, sizeof name, "photos/%s", split);
    make_folder(name);
    for (size_t c = 0; c < CLASSES; c++) {
        snprintf(name, sizeof name, "photos/%s/%s", split, classes[c]);
        make_folder(name);
        for (int i = 0; i < count; i++) {
            const test_image image = {(unsigned)(WIDTH + i), HEIGHT, 3, pixels};
            paint(image.width, HEIGHT, pixels);
            for (size_t p = 0; p < (size_t)image.width * HEIGHT; p++) {
                pixels[3 * p + (c == 0 ? 0 : 2)] = 0;
            }
            snprintf(name, sizeof name, "photos/%s/%s/%02d.%s", split, classes[c], i,
                     i % 2 ? "png" : "jpg");
            if (i % 2) {
                write_png(name, image, PNG_COLOR_TYPE_RGB, 8, NULL, NULL);
            } else {
                write_jpeg(name, image, 90);
            }
        }
    }
}

static void write_all_photos(void) {
    make_folder("photos");
    write_photos("train", TRAIN);
    write_photos("val", TEST);
}

START_TEST(a_folder_is_learned) {
    write_all_photos();
    load(folders, NULL);
    run(1);
    ck_assert_double_eq(result.test_accuracy, 1);
    ck_assert_double_eq(result.images, CLASSES * TRAIN);
}
END_TEST

START_TEST(threads_change_nothing) {
    static xh_run_result first;
    write_all_photos();
    load(folders, "training.augmentation=resized_crop");
    run(1);
    first = result;
    for (int threads = 2; threads <= 3; threads++) {
        run(threads);
        ck_assert_double_eq(result.train_accuracy, first.train_accuracy);
        ck_assert_double_eq(result.layers[0].weights.norm_mean, first.layers[0].weights.norm_mean);
    }
    load(folders, "training.augmentation=crop_flip");
    run(1);
    ck_assert_double_ne(result.layers[0].weights.norm_mean, first.layers[0].weights.norm_mean);
}
END_TEST

START_TEST(a_corrupt_image_ends_the_run) {
    write_all_photos();
    write_file("photos/val/red/01.png", "\x89PNG\r\n\x1a\n....", 12);
    load(folders, NULL);
    refuse_to_run("DIR/photos/val/red/01.png: corrupt PNG: the file ends too early");
}
END_TEST

START_TEST(more_images_than_there_are_are_told) {
    write_all_photos();
    load(folders, "training.images=25");
    refuse_to_run("training.images = 25 is more than the 24 images that there are");
}
END_TEST

START_TEST(a_folder_is_counted_for_the_prediction) {
    const xh_run_machine machine = {
        .threads = 1, .macs_per_second = 1e9, .int16_gain = 1, .sgemm_gain = 1};
    xh_run_estimate estimate;
    xh_error error = {0};
    load(folders, NULL);
    ck_assert_int_eq(setenv("CROSSHEBB_DATA", folder, 1), 0);
    ck_assert_int_eq(xh_run_estimate_of(&config, &machine, &estimate, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "no folder photos in "));
    write_all_photos();
    ck_assert_int_eq(xh_run_estimate_of(&config, &machine, &estimate, &error), XH_OK);
    ck_assert_double_eq(estimate.feature_macs, CLASSES * (TRAIN + TEST) * 16.0 * 16 * 75 * 4);
    ck_assert_double_eq(estimate.training_macs, CLASSES * TRAIN * 2 * 16.0 * 16 * 75 * 4);
}
END_TEST

/* 15 of the 100000 unlabelled images are learned, although only 10 have labels. */
START_TEST(unlabelled_images_are_learned) {
    static const long image = 27648;
    static uint8_t labels[8000];
    memset(labels, 1, sizeof labels);
    make_folder("stl10_binary");
    write_sparse("stl10_binary/train_X.bin", "", 0, 5000 * image);
    write_sparse("stl10_binary/test_X.bin", "", 0, 8000 * image);
    write_sparse("stl10_binary/unlabeled_X.bin", "", 0, 100000 * image);
    write_file("stl10_binary/train_y.bin", labels, 5000);
    write_file("stl10_binary/test_y.bin", labels, 8000);
    load(stl, NULL);
    run(1);
    ck_assert_double_eq(result.images, 15);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_folder_is_learned,
        threads_change_nothing,
        a_corrupt_image_ends_the_run,
        more_images_than_there_are_are_told,
        a_folder_is_counted_for_the_prediction,
        unlabelled_images_are_learned,
    };
    return run_in_folders("run_data", tests, sizeof tests / sizeof tests[0]);
}
