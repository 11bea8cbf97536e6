/* The authors' own files, where they are: whole, in order, and with the published means. */
#include "crosshebb/loader.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * What the files hold: images, labels of the first and last image, and the mean pixel over 255.
 * Means of training sets are those that published preprocessing subtracts (CIFAR-10: 0.4914,
 * 0.4822, 0.4465); those of test sets were computed from the files.
 */
typedef struct real_set {
    const char *name;
    xh_split split;
    size_t count;
    int first_label;
    int last_label;
    double mean;
} real_set;

static const real_set real_sets[] = {
    {"mnist", XH_SPLIT_TRAIN, 60000, 5, 8, 0.1307},
    {"mnist", XH_SPLIT_TEST, 10000, 7, 6, 0.1325},
    {"fashion-mnist", XH_SPLIT_TRAIN, 60000, 9, 5, 0.2860},
    {"fashion-mnist", XH_SPLIT_TEST, 10000, 9, 5, 0.2868},
    {"cifar10", XH_SPLIT_TRAIN, 50000, 6, 1, 0.4734},
    {"cifar10", XH_SPLIT_TEST, 10000, 3, 7, 0.4766},
};
enum { REAL_SETS = sizeof real_sets / sizeof real_sets[0] };

static int is_there(const xh_dataset_kind *kind) {
    const char *const places[] = {getenv("CROSSHEBB_DATA"), "data", "/usr/share/datasets"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", places[i] ? places[i] : "", kind->folder);
        if (access(path, F_OK) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Loads a split in that size (0: its own), unless the data set is not there. */
static bool load(const char *name, xh_split split, long size, xh_dataset *dataset) {
    const xh_dataset_kind *kind = NULL;
    xh_dataset_params params = {.size = size};
    xh_error error = {0};
    snprintf(params.name, sizeof params.name, "%s", name);
    ck_assert_int_eq(xh_dataset_find(name, &kind, NULL), XH_OK);
    if (!is_there(kind)) {
        const char *ci = getenv("CI");
        ck_assert_msg(!ci || strcmp(ci, "true") != 0, "%s is not there", name);
        printf("skipped: %s is not there; name its parent folder with CROSSHEBB_DATA\n", name);
        return false;
    }
    ck_assert_msg(xh_dataset_load(&params, split, NULL, dataset, &error) == XH_OK, "%s",
                  error.text);
    return true;
}

START_TEST(real_sets_are_whole) {
    const real_set *set = &real_sets[_i];
    xh_dataset dataset;
    if (!load(set->name, set->split, 0, &dataset)) {
        return;
    }
    ck_assert_uint_eq(dataset.count, set->count);
    ck_assert_int_eq(dataset.labels[0], set->first_label);
    ck_assert_int_eq(dataset.labels[set->count - 1], set->last_label);
    const xh_shape shape = dataset.shape;
    const size_t values = set->count * shape.height * shape.width * shape.channels;
    double sum = 0;
    for (size_t i = 0; i < values; i++) {
        sum += dataset.pixels[i];
    }
    ck_assert_double_eq_tol(sum / 255 / (double)values, set->mean, 5e-5);
    xh_dataset_free(&dataset);
}
END_TEST

/* Every photograph can be decoded, and their mean is that of ImageNet's preprocessing (0.485,
 * 0.456, 0.406), as far as ten classes tell, some of which may be only in part there. */
START_TEST(real_photographs_are_decoded) {
    enum { SIDE = 64, BATCH = 50 };
    xh_dataset dataset;
    if (!load("imagenette", XH_SPLIT_TEST, SIDE, &dataset)) {
        return;
    }
    ck_assert_uint_eq(dataset.classes, 10);
    ck_assert_uint_eq(dataset.labels[0], 0);
    ck_assert_uint_eq(dataset.labels[dataset.count - 1], 9);
    const xh_loader_plan plan = {
        .dataset = &dataset, .count = dataset.count, .batch = BATCH, .threads = 2};
    xh_loader *loader = NULL;
    xh_images images = {0};
    xh_error error = {0};
    double sum = 0;
    ck_assert_int_eq(xh_loader_create(&plan, &loader, &error), XH_OK);
    do {
        ck_assert_msg(xh_loader_next(loader, &images, &error) == XH_OK, "%s", error.text);
        for (size_t v = 0; v < images.count * xh_images_features(images); v++) {
            ck_assert(images.data[v] >= 0 && images.data[v] <= 1);
            sum += images.data[v];
        }
    } while (images.count > 0);
    ck_assert_double_eq_tol(sum / ((double)dataset.count * SIDE * SIDE * 3), 0.449, 0.03);
    xh_loader_free(loader);
    xh_dataset_free(&dataset);
}
END_TEST

int main(void) {
    TCase *cases = tcase_create("dataset_real");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, real_sets_are_whole, 0, REAL_SETS);
    tcase_add_test(cases, real_photographs_are_decoded);
    Suite *suite = suite_create("dataset_real");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
