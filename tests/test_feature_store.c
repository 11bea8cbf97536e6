/* Stored features: the same rows from memory and from the disk, a disk that is full, and no file left
 * behind. */
#include "crosshebb/array.h"
#include "crosshebb/rng.h"
#include "experiments/feature_store.h"
#include "suite.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ROWS = 200, FEATURES = 700, BATCH = 32, CLASSES = 4 };

static char folder[64];
static char result[128];
static float values[ROWS * FEATURES];
static uint16_t labels[ROWS];
static xh_error error;

static void set_up(void) {
    snprintf(folder, sizeof(folder), "/tmp/test_store.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(result, sizeof(result), "%s/result.h5", folder);
    xh_rng_normal((xh_rng){1, XH_RNG_TEST, 0, 0}, 0, (size_t)ROWS * FEATURES, values);
    for (size_t i = 0; i < ROWS; i++) {
        labels[i] = (uint16_t)(i % CLASSES);
        values[i * FEATURES + labels[i]] += 5;
    }
}

static void tear_down(void) {
    ck_assert_int_eq(rmdir(folder), 0); /* fails if a file is left */
}

static xh_feature_plan plan_of(xh_feature_type type, size_t rows_in_memory) {
    return (xh_feature_plan){
        .rows = ROWS,
        .features = FEATURES,
        .type = type,
        .batch = BATCH,
        .memory = rows_in_memory * FEATURES * xh_feature_size(type),
        .beside = result,
    };
}

static xh_feature_store *stored(xh_feature_plan plan) {
    xh_feature_store *features = NULL;
    ck_assert_msg(xh_feature_store_create(&plan, &features, &error) == XH_OK, "%s", error.text);
    for (size_t first = 0; first < ROWS; first += 30) {
        const size_t count = ROWS - first < 30 ? ROWS - first : 30;
        ck_assert_int_eq(
            xh_feature_store_put(features, first, count, values + first * FEATURES, &error), XH_OK);
    }
    return features;
}

static const size_t in_memory[] = {ROWS, 0, 77};
enum { CASES = sizeof(in_memory) / sizeof(in_memory[0]) };

static void check_row(xh_feature_type type, const void *row, size_t number) {
    static xh_bfloat16 rounded[FEATURES];
    const float *wanted = values + number * FEATURES;
    xh_bfloat16_round(FEATURES, wanted, rounded);
    if (type == XH_FEATURE_BFLOAT16) {
        ck_assert_mem_eq(row, rounded, sizeof(rounded));
    } else {
        ck_assert_mem_eq(row, wanted, FEATURES * sizeof(float));
    }
}

/* Lists as announced, others than announced, the same one twice, and shorter ones. */
START_TEST(rows_come_back) {
    static const uint32_t lists[][3] = {{0, 199, 77}, {5, 5, 6}, {5, 5, 6}, {76, 78, 1}};
    const xh_feature_type type = (xh_feature_type)(_i / CASES);
    xh_feature_store *features = stored(plan_of(type, in_memory[_i % CASES]));
    const xh_feature_source source = xh_feature_store_source(features, ROWS, labels);
    for (size_t turn = 0; turn < 2; turn++) { /* in the first turn what is announced is true */
        for (size_t l = 0; l < 4; l++) {
            const size_t after = turn == 0 ? (l + 1) % 4 : 0;
            const void *rows[3];
            const xh_row_list now = {lists[l], 3 - l / 3}, next = {lists[after], 3 - after / 3};
            ck_assert_int_eq(source.find(source.context, now, next, rows, &error), XH_OK);
            for (size_t b = 0; b < now.count; b++) {
                check_row(type, rows[b], lists[l][b]);
            }
        }
    }
    xh_feature_store_free(features);
}
END_TEST

/* A readout learns the same bits from memory, from the disk, and from both. */
START_TEST(streaming_changes_nothing) {
    const xh_readout_params params = {.epochs = 5, .batch = BATCH, .rate = 1e-2, .dropout = 0.5};
    static float weights[CASES][CLASSES * FEATURES];
    double loss[CASES], accuracy[CASES];
    for (size_t i = 0; i < CASES; i++) {
        xh_feature_store *features = stored(plan_of(XH_FEATURE_BFLOAT16, in_memory[i]));
        const xh_feature_source source = xh_feature_store_source(features, ROWS / 2, labels);
        ck_assert_uint_eq(source.views, 2);
        xh_readout *readout = NULL;
        ck_assert_int_eq(xh_readout_create(&params, FEATURES, CLASSES, 1, &readout, &error), XH_OK);
        for (long epoch = 0; epoch < params.epochs; epoch++) {
            ck_assert_int_eq(
                xh_readout_epoch(readout, epoch, source, &loss[i], &accuracy[i], &error), XH_OK);
        }
        ck_assert_int_eq(xh_readout_accuracy(readout, source, NULL, &accuracy[i], &error), XH_OK);
        memcpy(weights[i], xh_readout_weights(readout), sizeof(weights[i]));
        xh_readout_free(readout);
        xh_feature_store_free(features);
        ck_assert_mem_eq(weights[i], weights[0], sizeof(weights[0]));
        ck_assert_double_eq(loss[i], loss[0]);
        ck_assert_double_eq(accuracy[i], accuracy[0]);
    }
    ck_assert_double_gt(accuracy[0], 0.9);
}
END_TEST

START_TEST(room_is_counted) {
    const xh_feature_plan half = plan_of(XH_FEATURE_BFLOAT16, ROWS / 2);
    const xh_feature_plan full = plan_of(XH_FEATURE_FLOAT32, 2 * ROWS);
    ck_assert_double_eq(xh_feature_plan_bytes(&half), 2.0 * ROWS * FEATURES);
    ck_assert_double_eq(xh_feature_plan_memory(&half), 1.0 * ROWS * FEATURES);
    ck_assert_double_eq(xh_feature_plan_memory(&full), xh_feature_plan_bytes(&full));
    ck_assert_double_eq(xh_feature_plan_bytes(&full), 4.0 * ROWS * FEATURES);
}
END_TEST

/* A file that may not grow stands for a disk that is full. */
START_TEST(a_full_disk_is_told_at_once) {
    const xh_feature_plan plan = plan_of(XH_FEATURE_BFLOAT16, 0);
    struct rlimit old;
    xh_feature_store *features = NULL;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    const struct rlimit small = {4096, old.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    ck_assert_int_eq(xh_feature_store_create(&plan, &features, &error), XH_IO);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
    ck_assert_ptr_null(features);
    ck_assert_ptr_nonnull(strstr(error.text, result));
    ck_assert_ptr_nonnull(strstr(error.text, "File too large"));
}
END_TEST

START_TEST(no_file_no_features) {
    xh_feature_plan plan = plan_of(XH_FEATURE_BFLOAT16, 10);
    xh_feature_store *features = NULL;
    plan.beside = "/nowhere/result.h5";
    ck_assert_int_eq(xh_feature_store_create(&plan, &features, &error), XH_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "/nowhere/result.h5"));
    ck_assert_ptr_nonnull(strstr(error.text, "No such file"));
    plan.rows = (size_t)1 << 32;
    ck_assert_int_eq(xh_feature_store_create(&plan, &features, &error), XH_INPUT);
    xh_feature_store_free(NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("feature_store");
    TCase *tcase = tcase_create("feature_store");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, rows_come_back, 0, 2 * CASES);
    tcase_add_test(tcase, streaming_changes_nothing);
    tcase_add_test(tcase, room_is_counted);
    tcase_add_test(tcase, a_full_disk_is_told_at_once);
    tcase_add_test(tcase, no_file_no_features);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
