/* Data sets in files: each format, and every way in which one can be wrong. */
#include "data_rig.h"

#include <zlib.h>

enum { SIDE = 28, PIXELS = SIDE * SIDE, RECORD = 3073, BATCH_BYTES = 10000 * RECORD };

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

START_TEST(kinds_are_named) {
    ck_assert_uint_eq(xh_dataset_kinds(), 8);
    for (size_t i = 0; i < xh_dataset_kinds(); i++) {
        const xh_dataset_kind *kind = xh_dataset_kind_at(i);
        ck_assert_ptr_eq(kind_of(kind->name), kind);
        ck_assert_uint_gt(strlen(kind->summary), 0);
        ck_assert_uint_gt(strlen(kind->reference), 0);
        ck_assert_uint_gt(strlen(kind->obtain), 0);
        ck_assert_uint_eq(kind->classes == 0, kind->folder[0] == '\0');
        ck_assert_uint_gt(kind->shape.height, 0);
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
    expect_loaded(params_of("mnist"), XH_SPLIT_TRAIN, &dataset);
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
    for (long limit = 2; limit < 5; limit++) {
        xh_dataset_params params = params_of("mnist");
        params.train_images = limit;
        expect_loaded(params, XH_SPLIT_TRAIN, &dataset);
        ck_assert_int_eq((long)dataset.count, limit < 3 ? limit : 3);
        ck_assert_uint_eq(dataset.labels[1], 0);
        ck_assert_uint_eq(dataset.pixels[PIXELS], 2);
        xh_dataset_free(&dataset);
    }
}
END_TEST

/* Every training image is in one of the two parts, with its label, and in order. */
START_TEST(validation_holds_training_images_back) {
    static const uint8_t label_of[] = {7, 0, 9};
    write_good();
    xh_dataset_params params = params_of("mnist");
    for (long held = 1; held < 3; held++) {
        xh_dataset parts[2];
        bool seen[3] = {false};
        params.validation_images = held;
        expect_loaded(params, XH_SPLIT_TRAIN, &parts[0]);
        expect_loaded(params, XH_SPLIT_TEST, &parts[1]);
        ck_assert_int_eq((long)parts[1].count, held);
        ck_assert_uint_eq(parts[0].count + parts[1].count, 3);
        for (size_t p = 0; p < 2; p++) {
            size_t before = 0;
            for (size_t i = 0; i < parts[p].count; i++) {
                const size_t grey = parts[p].pixels[i * PIXELS];
                ck_assert_uint_gt(grey, before);
                ck_assert_uint_eq(parts[p].pixels[(i + 1) * PIXELS - 1], grey);
                ck_assert(!seen[grey - 1]);
                ck_assert_uint_eq(parts[p].labels[i], label_of[grey - 1]);
                seen[grey - 1] = true;
                before = grey;
            }
            xh_dataset_free(&parts[p]);
        }
    }
    params.validation_images = 3;
    expect_failure(params, XH_SPLIT_TEST,
                   "dataset.validation_images = 3 leaves none of the 3 training images");
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
    expect_loaded(params_of("mnist"), XH_SPLIT_TEST, &dataset);
    ck_assert_uint_eq(dataset.count, 3);
    ck_assert_uint_eq(dataset.pixels[3 * PIXELS - 1], 3);
    xh_dataset_free(&dataset);
}
END_TEST

START_TEST(truncated_gzip_is_told) {
    write_gzip(0.6);
    xh_dataset dataset;
    xh_error error = {0};
    const xh_dataset_params params = params_of("mnist");
    ck_assert_int_eq(xh_dataset_load(&params, XH_SPLIT_TEST, folder, &dataset, &error), XH_INPUT);
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
    xh_dataset_params params = params_of("fashion-mnist");
    snprintf(params.folder, sizeof params.folder, "no-such-folder");
    ck_assert_int_eq(xh_dataset_load(&params, XH_SPLIT_TRAIN, folder, &dataset, &error), XH_INPUT);
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
    const xh_dataset_params params = params_of("mnist");
    ck_assert_int_eq(xh_dataset_load(&params, XH_SPLIT_TRAIN, "/no/such", &dataset, &error),
                     XH_INPUT);
    ck_assert_str_eq(error.text, "data directory /no/such: there is no such directory");
}
END_TEST

START_TEST(directory_of_the_environment_is_searched) {
    write_good();
    ck_assert_int_eq(setenv("CROSSHEBB_DATA", folder, 1), 0);
    xh_dataset dataset;
    const xh_dataset_params params = params_of("mnist");
    ck_assert_int_eq(xh_dataset_load(&params, XH_SPLIT_TRAIN, NULL, &dataset, NULL), XH_OK);
    ck_assert_uint_eq(dataset.count, 3);
    xh_dataset_free(&dataset);
}
END_TEST

START_TEST(missing_file_is_told) {
    expect_failure(params_of("mnist"), XH_SPLIT_TRAIN,
                   "DIR/mnist/train-images-idx3-ubyte: missing, plain and with .gz");
}
END_TEST

START_TEST(folder_in_place_of_a_file_is_told) {
    ck_assert_int_eq(mkdir(path_of("mnist/train-images-idx3-ubyte"), 0700), 0);
    expect_failure(params_of("mnist"), XH_SPLIT_TRAIN,
                   "DIR/mnist/train-images-idx3-ubyte: cannot be read: Is a directory");
    ck_assert_int_eq(rmdir(path_of("mnist/train-images-idx3-ubyte")), 0);
}
END_TEST

START_TEST(wrong_images_are_told) {
    write_good();
    write_images(10);
    expect_failure(params_of("mnist"), XH_SPLIT_TRAIN,
                   "DIR/mnist/train-images-idx3-ubyte: truncated: 10 bytes found, "
                   "16 expected for the header");
    write_images(make_images(images, 0x803, 3, SIDE) - 5);
    expect_failure(params_of("mnist"), XH_SPLIT_TRAIN,
                   "DIR/mnist/train-images-idx3-ubyte: truncated: 2363 bytes found, "
                   "2368 expected");
    write_images(make_images(images, 0x803, 3, SIDE) + 1);
    expect_failure(params_of("mnist"), XH_SPLIT_TRAIN,
                   "DIR/mnist/train-images-idx3-ubyte: trailing bytes: 2369 bytes found, "
                   "2368 expected");
    write_images(make_images(images, 0x801, 3, SIDE));
    expect_failure(params_of("mnist"), XH_SPLIT_TRAIN,
                   "DIR/mnist/train-images-idx3-ubyte: magic number 0x00000801 found, "
                   "0x00000803 expected");
    write_images(make_images(images, 0x803, 3, 32));
    expect_failure(params_of("mnist"), XH_SPLIT_TRAIN,
                   "DIR/mnist/train-images-idx3-ubyte: images of 32 x 28 found, "
                   "28 x 28 expected");
    write_images(make_images(images, 0x803, 0, SIDE));
    expect_failure(params_of("mnist"), XH_SPLIT_TRAIN,
                   "DIR/mnist/train-images-idx3-ubyte: no images found, at least one "
                   "expected");
    write_images(make_images(images, 0x803, UINT32_MAX, SIDE));
    expect_failure(params_of("mnist"), XH_SPLIT_TRAIN,
                   "DIR/mnist/train-images-idx3-ubyte: truncated: 2368 bytes found, "
                   "3367254359296 expected");
}
END_TEST

START_TEST(wrong_labels_are_told) {
    write_good();
    write_labels(0);
    expect_failure(params_of("mnist"), XH_SPLIT_TRAIN,
                   "DIR/mnist/train-labels-idx1-ubyte: truncated: 0 bytes found, "
                   "8 expected for the header");
    write_labels(make_labels(labels, 0x801, 3, 10));
    expect_failure(params_of("mnist"), XH_SPLIT_TRAIN,
                   "DIR/mnist/train-labels-idx1-ubyte: label 10 of image 2 is outside "
                   "[0, 9]");
    write_labels(make_labels(labels, 0x801, 2, 9) - 1);
    expect_failure(params_of("mnist"), XH_SPLIT_TRAIN,
                   "DIR/mnist/train-labels-idx1-ubyte: 2 labels found, 3 expected for the "
                   "images of DIR/mnist/train-images-idx3-ubyte");
}
END_TEST

/* A batch of zeros; first bytes as given. */
static void write_cifar(int batch, const uint8_t *head, size_t size, long bytes) {
    char name[64];
    snprintf(name, sizeof name, "cifar-10-batches-bin/data_batch_%d.bin", batch);
    write_sparse(name, head, size, bytes);
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
    xh_dataset_params params = params_of("cifar10");
    params.train_images = 10001;
    expect_loaded(params, XH_SPLIT_TRAIN, &dataset);
    ck_assert_uint_eq(dataset.count, 10001);
    ck_assert_uint_eq(dataset.labels[0], 4);
    ck_assert_uint_eq(dataset.labels[10000], 5);
    for (size_t k = 0; k < 3072; k++) {
        ck_assert_uint_eq(dataset.pixels[k], k % 3 * 50 + k / 3 % 50);
    }
    xh_dataset_free(&dataset);
    expect_loaded(params_of("cifar10"), XH_SPLIT_TRAIN, &dataset);
    ck_assert_uint_eq(dataset.count, 50000);
    ck_assert_uint_eq(dataset.labels[40000], 8);
    xh_dataset_free(&dataset);
}
END_TEST

START_TEST(wrong_cifar_is_told) {
    const uint8_t label = 10;
    expect_failure(params_of("cifar10"), XH_SPLIT_TRAIN,
                   "DIR/cifar-10-batches-bin/data_batch_1.bin: cannot be opened: No "
                   "such file or directory");
    write_cifar(1, &label, 1, BATCH_BYTES);
    expect_failure(params_of("cifar10"), XH_SPLIT_TRAIN,
                   "DIR/cifar-10-batches-bin/data_batch_1.bin: label 10 of image 0 is "
                   "outside [0, 9]");
    write_cifar(1, &label, 1, BATCH_BYTES - 1);
    expect_failure(params_of("cifar10"), XH_SPLIT_TRAIN,
                   "DIR/cifar-10-batches-bin/data_batch_1.bin: truncated: 30729999 "
                   "bytes found, 30730000 expected");
    write_cifar(1, &label, 1, BATCH_BYTES + 3);
    expect_failure(params_of("cifar10"), XH_SPLIT_TRAIN,
                   "DIR/cifar-10-batches-bin/data_batch_1.bin: trailing bytes: "
                   "30730003 bytes found, 30730000 expected");
}
END_TEST

/* Coarse labels come first and are left out. */
START_TEST(cifar100_is_read_by_its_fine_labels) {
    enum { BYTES = 3074 };
    static uint8_t records[2 * BYTES];
    records[0] = 19;
    records[1] = 99;
    records[2] = 200;
    records[BYTES] = 19;
    records[BYTES + 1] = 42;
    records[2 * BYTES - 1] = 77;
    write_sparse("cifar-100-binary/train.bin", records, sizeof records, 50000L * BYTES);
    xh_dataset dataset;
    expect_loaded(params_of("cifar100"), XH_SPLIT_TRAIN, &dataset);
    ck_assert_uint_eq(dataset.count, 50000);
    ck_assert_uint_eq(dataset.classes, 100);
    ck_assert_uint_eq(dataset.labels[0], 99);
    ck_assert_uint_eq(dataset.labels[1], 42);
    ck_assert_uint_eq(dataset.labels[2], 0);
    ck_assert_uint_eq(dataset.pixels[0], 200);
    ck_assert_uint_eq(dataset.pixels[2 * 3072 - 1], 77);
    xh_dataset_free(&dataset);
}
END_TEST

START_TEST(wrong_cifar100_is_told) {
    static uint8_t records[2 * 3074];
    expect_failure(params_of("cifar100"), XH_SPLIT_TEST,
                   "DIR/cifar-100-binary/test.bin: cannot be opened: No such file or directory");
    records[3074 + 1] = 100;
    write_sparse("cifar-100-binary/test.bin", records, sizeof records, 10000L * 3074);
    expect_failure(params_of("cifar100"), XH_SPLIT_TEST,
                   "DIR/cifar-100-binary/test.bin: label 100 of image 1 is outside [0, 99]");
    write_sparse("cifar-100-binary/test.bin", records, sizeof records, 10000L * 3073);
    expect_failure(params_of("cifar100"), XH_SPLIT_TEST,
                   "DIR/cifar-100-binary/test.bin: truncated: 30730000 bytes found, 30740000 "
                   "expected");
    ck_assert_int_eq(remove(path_of("cifar-100-binary/test.bin")), 0);
    make_folder("cifar-100-binary/test.bin");
    expect_failure(params_of("cifar100"), XH_SPLIT_TEST,
                   "DIR/cifar-100-binary/test.bin: is not a file");
}
END_TEST

START_TEST(unlabelled_images_that_are_not_there_are_told) {
    expect_failure(params_of("cifar10"), XH_SPLIT_UNLABELLED,
                   "data set cifar10 has no unlabelled images");
}
END_TEST

START_TEST(a_folder_of_its_own_is_taken) {
    write_good();
    ck_assert_int_eq(rename(path_of("mnist"), path_of("digits")), 0);
    xh_dataset_params params = params_of("mnist");
    snprintf(params.folder, sizeof params.folder, "digits");
    xh_dataset dataset;
    expect_loaded(params, XH_SPLIT_TRAIN, &dataset);
    ck_assert_uint_eq(dataset.count, 3);
    xh_dataset_free(&dataset);
}
END_TEST

static void set_up_sets(void) {
    set_up_folder();
    make_folder("mnist");
    make_folder("cifar-10-batches-bin");
    make_folder("cifar-100-binary");
}

static Suite *dataset_suite(void) {
    TCase *cases = tcase_create("dataset");
    tcase_add_checked_fixture(cases, set_up_sets, tear_down_folder);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, kinds_are_named);
    tcase_add_test(cases, unknown_name_is_told);
    tcase_add_test(cases, plain_files_are_read);
    tcase_add_test(cases, limit_takes_the_first);
    tcase_add_test(cases, validation_holds_training_images_back);
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
    tcase_add_test(cases, cifar100_is_read_by_its_fine_labels);
    tcase_add_test(cases, wrong_cifar100_is_told);
    tcase_add_test(cases, unlabelled_images_that_are_not_there_are_told);
    tcase_add_test(cases, a_folder_of_its_own_is_taken);
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
