/* Data sets: files of both formats, and every way in which one can be wrong. */
#include "crosshebb/dataset.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { SIDE = 28, PIXELS = SIDE * SIDE, RECORD = 3073, BATCH_BYTES = 10000 * RECORD };

static char folder[] = "/tmp/test_dataset_XXXXXX";

/* A path below the test's own directory; valid until the next call but one. */
static const char *path_of(const char *name) {
    static char paths[2][4096];
    static int turn;
    turn = !turn;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", folder, name);
    return paths[turn];
}

static void write_file(const char *name, const void *bytes, size_t size) {
    FILE *file = fopen(path_of(name), "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

static void put_word(uint8_t *bytes, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

/* An IDX file of images in memory, image i filled with bytes i + 1; returns its size. */
static size_t make_images(uint8_t *bytes, uint32_t magic, uint32_t count, uint32_t height) {
    put_word(bytes, magic);
    put_word(bytes + 4, count);
    put_word(bytes + 8, height);
    put_word(bytes + 12, SIDE);
    for (size_t i = 0; i < 3; i++) {
        memset(bytes + 16 + i * PIXELS, (int)i + 1, PIXELS);
    }
    return 16 + 3 * PIXELS;
}

static size_t make_labels(uint8_t *bytes, uint32_t magic, uint32_t count, uint8_t last) {
    put_word(bytes, magic);
    put_word(bytes + 4, count);
    bytes[8] = 7;
    bytes[9] = 0;
    bytes[10] = last;
    return 11;
}

static uint8_t images[16 + 3 * PIXELS + 1];
static uint8_t labels[16];

static void write_images(size_t size) {
    write_file("mnist/train-images-idx3-ubyte", images, size);
}

static void write_labels(size_t size) {
    write_file("mnist/train-labels-idx1-ubyte", labels, size);
}

/* A good training split of three images. */
static void write_good(void) {
    write_images(make_images(images, 0x803, 3, SIDE));
    write_labels(make_labels(labels, 0x801, 3, 9));
}

static const xh_dataset_kind *kind_of(const char *name) {
    const xh_dataset_kind *kind = NULL;
    xh_error error = {0};
    ck_assert_msg(xh_dataset_find(name, &kind, &error) == XH_OK, "%s", error.text);
    return kind;
}

/*
 * Loading must fail with a text in which "DIR" stands for the test's directory; the data set must
 * stay untouched.
 */
static void expect_failure(const char *name, const char *expected) {
    xh_dataset dataset = {.count = 42};
    xh_error error = {0};
    char text[2 * XH_ERROR_TEXT] = "";
    const xh_status status =
        xh_dataset_load(kind_of(name), XH_SPLIT_TRAIN, folder, 0, &dataset, &error);
    ck_assert_int_eq(status, XH_INPUT);
    ck_assert_int_eq(error.status, XH_INPUT);
    for (const char *at = expected; *at; at++) {
        const int is_folder = strncmp(at, "DIR", 3) == 0;
        snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s",
                 is_folder ? (int)strlen(folder) : 1, is_folder ? folder : at);
        at += is_folder ? 2 : 0;
    }
    ck_assert_str_eq(error.text, text);
    ck_assert_uint_eq(dataset.count, 42);
    ck_assert_ptr_null(dataset.pixels);
}

START_TEST(kinds_are_named) {
    ck_assert_uint_ge(xh_dataset_kinds(), 3);
    for (size_t i = 0; i < xh_dataset_kinds(); i++) {
        const xh_dataset_kind *kind = xh_dataset_kind_at(i);
        ck_assert_ptr_eq(kind_of(kind->name), kind);
        ck_assert_uint_gt(strlen(kind->summary), 0);
        ck_assert_uint_gt(strlen(kind->reference), 0);
        ck_assert_uint_gt(strlen(kind->obtain), 0);
        ck_assert_uint_gt(kind->classes, 0);
    }
}
END_TEST

START_TEST(unknown_name_is_told) {
    const xh_dataset_kind *kind = NULL;
    xh_error error = {0};
    ck_assert_int_eq(xh_dataset_find("fashion-mnis", &kind, &error), XH_INPUT);
    ck_assert_str_eq(error.text, "unknown data set \"fashion-mnis\"; did you mean fashion-mnist?");
    ck_assert_int_eq(xh_dataset_find("xylophone", &kind, &error), XH_INPUT);
    ck_assert_str_eq(error.text, "unknown data set \"xylophone\"");
    ck_assert_ptr_null(kind);
}
END_TEST

START_TEST(plain_files_are_read) {
    write_good();
    xh_dataset dataset;
    xh_error error = {0};
    const xh_status status =
        xh_dataset_load(kind_of("mnist"), XH_SPLIT_TRAIN, folder, 0, &dataset, &error);
    ck_assert_msg(status == XH_OK, "%s", error.text);
    ck_assert_uint_eq(dataset.count, 3);
    ck_assert_uint_eq(dataset.classes, 10);
    ck_assert_uint_eq(dataset.shape.height, SIDE);
    ck_assert_uint_eq(dataset.shape.width, SIDE);
    ck_assert_uint_eq(dataset.shape.channels, 1);
    for (size_t i = 0; i < 3 * (size_t)PIXELS; i++) {
        ck_assert_uint_eq(dataset.pixels[i], i / PIXELS + 1);
    }
    ck_assert_uint_eq(dataset.labels[0], 7);
    ck_assert_uint_eq(dataset.labels[2], 9);
    xh_dataset_free(&dataset);
    ck_assert_ptr_null(dataset.pixels);
}
END_TEST

START_TEST(limit_takes_the_first) {
    write_good();
    xh_dataset dataset;
    for (size_t limit = 2; limit < 5; limit++) {
        ck_assert_int_eq(
            xh_dataset_load(kind_of("mnist"), XH_SPLIT_TRAIN, folder, limit, &dataset, NULL),
            XH_OK);
        ck_assert_uint_eq(dataset.count, limit < 3 ? limit : 3);
        ck_assert_uint_eq(dataset.labels[1], 0);
        ck_assert_uint_eq(dataset.pixels[PIXELS], 2);
        xh_dataset_free(&dataset);
    }
}
END_TEST

/* The test split of mnist in gzip, cut to the given share of the compressed bytes of its images. */
static void write_gzip(double share) {
    const size_t size = make_images(images, 0x803, 3, SIDE);
    gzFile file = gzopen(path_of("mnist/t10k-images-idx3-ubyte.gz"), "wb");
    ck_assert_int_eq(gzwrite(file, images, (unsigned)size), (int)size);
    ck_assert_int_eq(gzclose(file), Z_OK);
    struct stat status;
    ck_assert_int_eq(stat(path_of("mnist/t10k-images-idx3-ubyte.gz"), &status), 0);
    ck_assert_int_eq(truncate(path_of("mnist/t10k-images-idx3-ubyte.gz"),
                              (off_t)((double)status.st_size * share)),
                     0);
    write_file("mnist/t10k-labels-idx1-ubyte", labels, make_labels(labels, 0x801, 3, 9));
}

START_TEST(gzip_is_read) {
    write_gzip(1);
    xh_dataset dataset;
    xh_error error = {0};
    ck_assert_msg(xh_dataset_load(kind_of("mnist"), XH_SPLIT_TEST, folder, 0, &dataset, &error) ==
                      XH_OK,
                  "%s", error.text);
    ck_assert_uint_eq(dataset.count, 3);
    ck_assert_uint_eq(dataset.pixels[3 * PIXELS - 1], 3);
    xh_dataset_free(&dataset);
}
END_TEST

START_TEST(truncated_gzip_is_told) {
    write_gzip(0.6);
    xh_dataset dataset;
    xh_error error = {0};
    ck_assert_int_eq(xh_dataset_load(kind_of("mnist"), XH_SPLIT_TEST, folder, 0, &dataset, &error),
                     XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "/mnist/t10k-images-idx3-ubyte.gz: "));
    ck_assert_msg(strstr(error.text, ": the gzip stream is truncated after ") != NULL, "%s",
                  error.text);
}
END_TEST

START_TEST(missing_folder_is_told) {
    char text[XH_ERROR_TEXT];
    ck_assert_int_eq(setenv("CROSSHEBB_DATA", "/elsewhere", 1), 0);
    xh_dataset dataset;
    xh_error error = {0};
    xh_dataset_kind kind = *kind_of("fashion-mnist");
    kind.folder = "no-such-folder";
    ck_assert_int_eq(xh_dataset_load(&kind, XH_SPLIT_TRAIN, folder, 0, &dataset, &error), XH_INPUT);
    snprintf(text, sizeof text,
             "data set fashion-mnist: no folder no-such-folder in %s, /elsewhere, data, "
             "/usr/share/datasets; install the Debian package dataset-fashion-mnist, or name the "
             "directory that holds it with --data or CROSSHEBB_DATA",
             folder);
    ck_assert_str_eq(error.text, text);
}
END_TEST

START_TEST(missing_directory_is_told) {
    xh_dataset dataset;
    xh_error error = {0};
    ck_assert_int_eq(
        xh_dataset_load(kind_of("mnist"), XH_SPLIT_TRAIN, "/no/such", 0, &dataset, &error),
        XH_INPUT);
    ck_assert_str_eq(error.text, "data directory /no/such: there is no such directory");
}
END_TEST

START_TEST(directory_of_the_environment_is_searched) {
    write_good();
    ck_assert_int_eq(setenv("CROSSHEBB_DATA", folder, 1), 0);
    xh_dataset dataset;
    ck_assert_int_eq(xh_dataset_load(kind_of("mnist"), XH_SPLIT_TRAIN, NULL, 0, &dataset, NULL),
                     XH_OK);
    ck_assert_uint_eq(dataset.count, 3);
    xh_dataset_free(&dataset);
}
END_TEST

START_TEST(missing_file_is_told) {
    expect_failure("mnist", "DIR/mnist/train-images-idx3-ubyte: missing, plain and with .gz");
}
END_TEST

START_TEST(folder_in_place_of_a_file_is_told) {
    ck_assert_int_eq(mkdir(path_of("mnist/train-images-idx3-ubyte"), 0700), 0);
    expect_failure("mnist", "DIR/mnist/train-images-idx3-ubyte: cannot be read: Is a directory");
    ck_assert_int_eq(rmdir(path_of("mnist/train-images-idx3-ubyte")), 0);
}
END_TEST

START_TEST(wrong_images_are_told) {
    write_good();
    write_images(10);
    expect_failure("mnist", "DIR/mnist/train-images-idx3-ubyte: truncated: 10 bytes found, "
                            "16 expected for the header");
    write_images(make_images(images, 0x803, 3, SIDE) - 5);
    expect_failure("mnist", "DIR/mnist/train-images-idx3-ubyte: truncated: 2363 bytes found, "
                            "2368 expected");
    write_images(make_images(images, 0x803, 3, SIDE) + 1);
    expect_failure("mnist", "DIR/mnist/train-images-idx3-ubyte: trailing bytes: 2369 bytes found, "
                            "2368 expected");
    write_images(make_images(images, 0x801, 3, SIDE));
    expect_failure("mnist", "DIR/mnist/train-images-idx3-ubyte: magic number 0x00000801 found, "
                            "0x00000803 expected");
    write_images(make_images(images, 0x803, 3, 32));
    expect_failure("mnist", "DIR/mnist/train-images-idx3-ubyte: images of 32 x 28 found, "
                            "28 x 28 expected");
    write_images(make_images(images, 0x803, 0, SIDE));
    expect_failure("mnist", "DIR/mnist/train-images-idx3-ubyte: no images found, at least one "
                            "expected");
    write_images(make_images(images, 0x803, UINT32_MAX, SIDE));
    expect_failure("mnist", "DIR/mnist/train-images-idx3-ubyte: truncated: 2368 bytes found, "
                            "3367254359296 expected");
}
END_TEST

START_TEST(wrong_labels_are_told) {
    write_good();
    write_labels(0);
    expect_failure("mnist", "DIR/mnist/train-labels-idx1-ubyte: truncated: 0 bytes found, "
                            "8 expected for the header");
    write_labels(make_labels(labels, 0x801, 3, 10));
    expect_failure("mnist", "DIR/mnist/train-labels-idx1-ubyte: label 10 of image 2 is outside "
                            "[0, 9]");
    write_labels(make_labels(labels, 0x801, 2, 9) - 1);
    expect_failure("mnist", "DIR/mnist/train-labels-idx1-ubyte: 2 labels found, 3 expected for the "
                            "images of DIR/mnist/train-images-idx3-ubyte");
}
END_TEST

/* A batch of zeros, sparse; first bytes as given. */
static void write_cifar(int batch, const uint8_t *head, size_t size, long bytes) {
    char name[64];
    snprintf(name, sizeof name, "cifar-10-batches-bin/data_batch_%d.bin", batch);
    write_file(name, head, size);
    ck_assert_int_eq(truncate(path_of(name), bytes), 0);
}

START_TEST(cifar_is_read_channels_fastest) {
    uint8_t record[RECORD];
    record[0] = 6;
    for (size_t k = 1; k < RECORD; k++) {
        record[k] = (uint8_t)((k - 1) / 1024 * 50 + (k - 1) % 1024 % 50);
    }
    for (int b = 1; b <= 5; b++) {
        record[0] = (uint8_t)(b + 3);
        write_cifar(b, record, sizeof record, BATCH_BYTES);
    }
    xh_dataset dataset;
    xh_error error = {0};
    ck_assert_msg(xh_dataset_load(kind_of("cifar10"), XH_SPLIT_TRAIN, folder, 10001, &dataset,
                                  &error) == XH_OK,
                  "%s", error.text);
    ck_assert_uint_eq(dataset.count, 10001);
    ck_assert_uint_eq(dataset.labels[0], 4);
    ck_assert_uint_eq(dataset.labels[10000], 5);
    for (size_t k = 0; k < 3072; k++) {
        ck_assert_uint_eq(dataset.pixels[k], k % 3 * 50 + k / 3 % 50);
    }
    xh_dataset_free(&dataset);
    ck_assert_int_eq(xh_dataset_load(kind_of("cifar10"), XH_SPLIT_TRAIN, folder, 0, &dataset, NULL),
                     XH_OK);
    ck_assert_uint_eq(dataset.count, 50000);
    ck_assert_uint_eq(dataset.labels[40000], 8);
    xh_dataset_free(&dataset);
}
END_TEST

START_TEST(wrong_cifar_is_told) {
    const uint8_t label = 10;
    expect_failure("cifar10", "DIR/cifar-10-batches-bin/data_batch_1.bin: cannot be opened: No "
                              "such file or directory");
    write_cifar(1, &label, 1, BATCH_BYTES);
    expect_failure("cifar10", "DIR/cifar-10-batches-bin/data_batch_1.bin: label 10 of image 0 is "
                              "outside [0, 9]");
    write_cifar(1, &label, 1, BATCH_BYTES - 1);
    expect_failure("cifar10", "DIR/cifar-10-batches-bin/data_batch_1.bin: truncated: 30729999 "
                              "bytes found, 30730000 expected");
    write_cifar(1, &label, 1, BATCH_BYTES + 3);
    expect_failure("cifar10", "DIR/cifar-10-batches-bin/data_batch_1.bin: trailing bytes: "
                              "30730003 bytes found, 30730000 expected");
}
END_TEST

START_TEST(batches_follow_the_order) {
    uint8_t pixels[] = {0, 255, 51, 102, 153, 204};
    uint16_t classes[] = {0, 1, 2};
    const xh_dataset dataset = {3, {1, 2, 1}, 3, pixels, classes};
    const uint32_t order[] = {2, 0};
    float out[4];
    xh_dataset_batch(&dataset, order, 0, 2, out);
    ck_assert_float_eq(out[0], 153.0f / 255.0f);
    ck_assert_float_eq(out[1], 204.0f / 255.0f);
    ck_assert_float_eq(out[2], 0.0f);
    ck_assert_float_eq(out[3], 1.0f);
    xh_dataset_batch(&dataset, NULL, 1, 2, out);
    ck_assert_float_eq(out[0], 51.0f / 255.0f);
    ck_assert_float_eq(out[3], 204.0f / 255.0f);
}
END_TEST

/* Each test begins with empty folders and no CROSSHEBB_DATA. */
static void set_up(void) {
    unsetenv("CROSSHEBB_DATA");
    memset(folder + strlen(folder) - 6, 'X', 6);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(mkdir(path_of("mnist"), 0700), 0);
    ck_assert_int_eq(mkdir(path_of("cifar-10-batches-bin"), 0700), 0);
}

static void tear_down(void) {
    static const char *const names[] = {
        "mnist/train-images-idx3-ubyte", "mnist/train-labels-idx1-ubyte",
        "mnist/t10k-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte", "mnist"};
    for (int b = 1; b <= 5; b++) {
        char name[64];
        snprintf(name, sizeof name, "cifar-10-batches-bin/data_batch_%d.bin", b);
        unlink(path_of(name));
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        remove(path_of(names[i]));
    }
    rmdir(path_of("cifar-10-batches-bin"));
    ck_assert_int_eq(rmdir(folder), 0);
}

static Suite *dataset_suite(void) {
    TCase *cases = tcase_create("dataset");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, kinds_are_named);
    tcase_add_test(cases, unknown_name_is_told);
    tcase_add_test(cases, plain_files_are_read);
    tcase_add_test(cases, limit_takes_the_first);
    tcase_add_test(cases, gzip_is_read);
    tcase_add_test(cases, truncated_gzip_is_told);
    tcase_add_test(cases, missing_folder_is_told);
    tcase_add_test(cases, missing_directory_is_told);
    tcase_add_test(cases, directory_of_the_environment_is_searched);
    tcase_add_test(cases, missing_file_is_told);
    tcase_add_test(cases, folder_in_place_of_a_file_is_told);
    tcase_add_test(cases, wrong_images_are_told);
    tcase_add_test(cases, wrong_labels_are_told);
    tcase_add_test(cases, cifar_is_read_channels_fastest);
    tcase_add_test(cases, wrong_cifar_is_told);
    tcase_add_test(cases, batches_follow_the_order);
    Suite *suite = suite_create("dataset");
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void) {
    SRunner *runner = srunner_create(dataset_suite());
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
