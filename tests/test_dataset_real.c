/* The authors' own files, where they are: whole, in order, and with the published means. */
#include "crosshebb/dataset.h"

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

START_TEST(real_sets_are_whole) {
    const real_set *set = &real_sets[_i];
    const xh_dataset_kind *kind = NULL;
    ck_assert_int_eq(xh_dataset_find(set->name, &kind, NULL), XH_OK);
    if (!is_there(kind)) {
        const char *ci = getenv("CI");
        ck_assert_msg(!ci || strcmp(ci, "true") != 0, "%s is not there", set->name);
        printf("skipped: %s is not there; name its parent folder with CROSSHEBB_DATA\n", set->name);
        return;
    }
    xh_dataset dataset;
    xh_error error = {0};
    ck_assert_msg(xh_dataset_load(kind, set->split, NULL, 0, &dataset, &error) == XH_OK, "%s",
                  error.text);
    ck_assert_uint_eq(dataset.count, set->count);
    ck_assert_int_eq(dataset.labels[0], set->first_label);
    ck_assert_int_eq(dataset.labels[set->count - 1], set->last_label);
    const size_t values =
        set->count * kind->shape.height * kind->shape.width * kind->shape.channels;
    double sum = 0;
    for (size_t i = 0; i < values; i++) {
        sum += dataset.pixels[i];
    }
    ck_assert_double_eq_tol(sum / 255 / (double)values, set->mean, 5e-5);
    xh_dataset_free(&dataset);
}
END_TEST

int main(void) {
    TCase *cases = tcase_create("dataset_real");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, real_sets_are_whole, 0, REAL_SETS);
    Suite *suite = suite_create("dataset_real");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
