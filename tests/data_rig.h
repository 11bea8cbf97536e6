/* A data directory of a test's own, files in it, and data sets loaded from it. */
#ifndef XH_TESTS_DATA_RIG_H
#define XH_TESTS_DATA_RIG_H

#include "crosshebb/dataset.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/test_data_XXXXXX";

/* A path below the test's own directory; valid until the next call but one. */
static inline const char *path_of(const char *name) {
    static char paths[2][4096];
    static int turn;
    turn = !turn;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", folder, name);
    return paths[turn];
}

static inline void make_folder(const char *name) {
    ck_assert_int_eq(mkdir(path_of(name), 0700), 0);
}

static inline void write_file(const char *name, const void *bytes, size_t size) {
    FILE *file = fopen(path_of(name), "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

/* A file that begins with these bytes and goes on with zeros, sparse. */
static inline void write_sparse(const char *name, const void *head, size_t size, long bytes) {
    write_file(name, head, size);
    ck_assert_int_eq(truncate(path_of(name), bytes), 0);
}

static inline xh_dataset_params params_of(const char *name) {
    xh_dataset_params params = {.size = 0};
    snprintf(params.name, sizeof params.name, "%s", name);
    return params;
}

static inline void expect_loaded(xh_dataset_params params, xh_split split, xh_dataset *dataset) {
    xh_error error = {0};
    ck_assert_msg(xh_dataset_load(&params, split, folder, dataset, &error) == XH_OK, "%s",
                  error.text);
}

/* The text must be the one expected, in which "DIR" stands for the test's directory. */
static inline void expect_text(const xh_error *error, const char *expected) {
    char text[2 * XH_ERROR_TEXT] = "";
    for (const char *at = expected; *at; at++) {
        const int is_folder = strncmp(at, "DIR", 3) == 0;
        snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s",
                 is_folder ? (int)strlen(folder) : 1, is_folder ? folder : at);
        at += is_folder ? 2 : 0;
    }
    ck_assert_str_eq(error->text, text);
    ck_assert_int_eq(error->status, XH_INPUT);
}

/* Loading must fail with that text, and the data set must stay untouched. */
static inline void expect_failure(xh_dataset_params params, xh_split split, const char *expected) {
    xh_dataset dataset = {.count = 42};
    xh_error error = {0};
    ck_assert_int_eq(xh_dataset_load(&params, split, folder, &dataset, &error), XH_INPUT);
    expect_text(&error, expected);
    ck_assert_uint_eq(dataset.count, 42);
    ck_assert_ptr_null(dataset.pixels);
}

/* Each test begins with an empty directory and no CROSSHEBB_DATA. */
static inline void set_up_folder(void) {
    unsetenv("CROSSHEBB_DATA");
    memset(folder + strlen(folder) - 6, 'X', 6);
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static inline void tear_down_folder(void) {
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

/* Runs the tests in directories of their own and returns the exit status of the program. */
static inline int run_in_folders(const char *name, const TTest *const *tests, size_t count) {
    TCase *cases = tcase_create(name);
    tcase_add_checked_fixture(cases, set_up_folder, tear_down_folder);
    tcase_set_timeout(cases, 120);
    for (size_t t = 0; t < count; t++) {
        tcase_add_test(cases, tests[t]);
    }
    Suite *suite = suite_create(name);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
