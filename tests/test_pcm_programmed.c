/*
 * The programmed phase-change cell against its published figures, and against 20,000 or more cells
 * of the same law simulated elsewhere (pcm_programming.csv, pcm_drift.csv).
 *
 * Figures of the law itself are compared without chance, by normals that the test chooses. The
 * samples are compared within 5 standard errors of a difference, 100 comparisons: chance alone
 * fails one with a probability below 6e-5, had the seeds been others. The samples elsewhere are
 * taken to have 20,000 cells; those with more only make the bound wider than it must be.
 */
#include "programmed_rig.h"

#include <stdio.h>

enum { CELLS = 100000, PUBLISHED = 20000, SKIPPED = 77, PATH = 4096 };
enum { G, DRIFT };

static rig create(rig_variant v, size_t count) {
    return rig_create_named("pcm_programmed", v, count);
}

/* Programs cell 0 to x, with the three normals given. */
static void set_one(rig *r, double x, float error, float exponent, float wander) {
    const float normals[] = {error, exponent, wander};
    const float target = (float)(x * rig_number(r, "g_reference"));
    r->model->set(r->params, r->cells, &target, normals, 0.0);
}

/* The deviations that were published, and within 2 % those of CrossSim's own fit to the same figure
 * of Joshi et al. (PCMJoshi in its devices), of g in uS: the fits are apart by more below 1 uS,
 * where CrossSim's begins at 0.286. */
START_TEST(test_programming_error) {
    static const double figures[][2] = {
        {0, 0.2635}, {0.25, 0.681}, {0.5, 0.953}, {0.84, 1.086}, {1, 1.055}};
    rig r = create(DEFAULT, 1);
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
        set_one(&r, figures[i][0], 1, 0, 0);
        const double sigma = r.cells.plane[G][0] / MICRO - 25 * figures[i][0];
        ck_assert_double_eq_tol(sigma, figures[i][1], 6e-4);
    }
    for (int i = 4; i <= 20; i++) {
        const double x = i / 20.0;
        const double g = 25 * x;
        set_one(&r, x, 1, 0, 0);
        const double other = -0.00178767 * g * g + 0.07585724 * g + 0.28638599;
        ck_assert_double_eq_tol(r.cells.plane[G][0] / MICRO - g, other, 0.025 * other);
    }
    set_one(&r, 0, -1, 0, 0);
    ck_assert_float_eq(r.cells.plane[G][0], 0);
    rig_destroy(&r);
}
END_TEST

/* Mean and spread of the exponents, and what is left of a cell at g_max after an hour and a day. */
START_TEST(test_drift_exponents) {
    static const double figures[][3] = {
        {1, 0.049, 0.008}, {0.1, 0.060, 0.023}, {0.01, 0.096, 0.045}, {0, 0.1, 0.045}};
    rig r = create(DEFAULT, 1);
    float read;
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
        set_one(&r, figures[i][0], 0, 0, 0);
        const double middle = r.cells.plane[DRIFT][0];
        set_one(&r, figures[i][0], 0, 1, 0);
        ck_assert_double_eq_tol(middle, figures[i][1], 5e-4);
        ck_assert_double_eq_tol(r.cells.plane[DRIFT][0] - middle, figures[i][2], 5e-4);
    }
    set_one(&r, 1, 0, -50, 0);
    ck_assert_double_eq_tol(r.cells.plane[DRIFT][0], 0.4 - 0.049, 1e-6);
    set_one(&r, 1, 0, 0, 0);
    const double left[][2] = {{3600, 0.775}, {86400, 0.664}};
    for (size_t i = 0; i < 2; i++) {
        r.model->read(r.params, r.cells, left[i][0], &read, NULL);
        ck_assert_double_eq_tol(read / (25 * MICRO), left[i][1], 5e-4);
    }
    rig_destroy(&r);
}
END_TEST

/* 1/f noise a second after programming, all of it drawn by a read, and all of it standing still. */
START_TEST(test_read_noise) {
    static const double figures[][2] = {{1, 0.037}, {0.5, 0.058}, {0.1, 0.165}};
    rig r = create(DEFAULT, 1);
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
        float read;
        float variance;
        rig_set(&r, "read_window", 1e10);
        set_one(&r, figures[i][0], 0, 0, 1);
        r.model->read(r.params, r.cells, 1.0, &read, &variance);
        ck_assert_double_eq_tol(sqrt((double)variance) / (double)read, figures[i][1], 7e-4);
        const double quiet = read;
        const double all = variance;
        rig_set(&r, "read_window", 0);
        set_one(&r, figures[i][0], 0, 0, 1);
        r.model->read(r.params, r.cells, 0.0, &read, &variance);
        ck_assert_float_eq(variance, 0);
        /* Programmed at T = 20 s and read at once; a second later the sum is 0.3 % larger. */
        const double growth = log(21 / 5e-7) / log(20 / 5e-7);
        const double first = 25 * MICRO * figures[i][0];
        ck_assert_double_eq_tol((read - first) / first, sqrt(all / growth) / quiet, 2e-5);
    }
    rig_destroy(&r);
}
END_TEST

/* The two clocks: what a cell conducts now, drift_reference later, or as soon as it is read. */
START_TEST(test_clocks) {
    rig r = create(QUIET, 1);
    const xh_param *clock = xh_param_find(r.model->params, "drift_clock");
    float read[3];
    set_one(&r, 1, 0, 0, 0);
    r.model->read(r.params, r.cells, 0.0, &read[0], NULL);
    ck_assert_float_eq(read[0], r.cells.plane[G][0]);
    ck_assert_int_eq(xh_param_set(clock, r.params, "hardware", NULL), XH_OK);
    set_one(&r, 1, 0, 0, 0);
    r.model->read(r.params, r.cells, 0.0, &read[0], NULL);
    r.model->read(r.params, r.cells, 1e-3, &read[1], NULL);
    r.model->read(r.params, r.cells, 20.0, &read[2], NULL);
    ck_assert_float_eq(read[0], read[1]);
    ck_assert_double_eq_tol(read[0] / (25 * MICRO), pow(1e-3 / 20, -0.049), 1e-5);
    ck_assert_double_eq_tol(read[2] / (25 * MICRO), 1, 1e-6);
    ck_assert_int_eq(xh_param_set(clock, r.params, "sundial", NULL), XH_INPUT);
    rig_destroy(&r);
}
END_TEST

/* A smaller range has the same errors at the same conductance. */
START_TEST(test_range_leaves_the_error) {
    rig r = create(DEFAULT, 1);
    const float target = (float)(10 * MICRO);
    const float normals[] = {1, 1, 1};
    float whole[3];
    for (int pass = 0; pass < 2; pass++) {
        r.model->set(r.params, r.cells, &target, normals, 0.0);
        for (int plane = 0; plane < 2; plane++) {
            ck_assert(pass == 0 || whole[plane] == r.cells.plane[plane][0]);
            whole[plane] = r.cells.plane[plane][0];
        }
        rig_set(&r, "g_max", 12 * MICRO);
    }
    rig_destroy(&r);
}
END_TEST

static FILE *open_golden(const char *file) {
    char path[PATH];
    const char *folder = getenv("XH_GOLDEN");
    folder = folder ? folder : XH_SOURCE_DIR "/../shared/golden";
    const int length = snprintf(path, sizeof path, "%s/curves/%s", folder, file);
    return length > 0 && length < PATH ? fopen(path, "r") : NULL;
}

/* The next row of numbers below the line of names; false at the end. */
static bool next_row(FILE *stream, size_t count, double *row) {
    char line[256];
    if (!fgets(line, sizeof line, stream)) {
        return false;
    }
    char *text = line;
    for (size_t i = 0; i < count; i++) {
        char *end = NULL;
        row[i] = strtod(text, &end);
        ck_assert(end != text && (*end == ',' || *end == '\n' || *end == '\r'));
        text = end + 1;
    }
    return true;
}

static FILE *begin_golden(const char *file, const char *names) {
    char line[256];
    FILE *stream = open_golden(file);
    ck_assert_ptr_nonnull(stream);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, stream));
    ck_assert_int_eq(strncmp(line, names, strlen(names)), 0);
    return stream;
}

/* Mean and deviation of the sample, in uS, against another sample's. The error of a deviation is
 * that of a normal's, which holds down to zero, where half of the cells are clipped: their fourth
 * moment is 3.3 instead of 3 about a mean square. */
static void expect_sample(const float *values, double middle, double spread) {
    const double error = spread * sqrt(1.0 / CELLS + 1.0 / PUBLISHED);
    ck_assert_double_le(fabs(mean(values, CELLS) / MICRO - middle), SIGMAS * error + 1e-5);
    ck_assert_double_le(fabs(deviation(values, CELLS) / MICRO - spread), SIGMAS * error + 1e-5);
}

START_TEST(test_golden_programming) {
    rig r = create(DEFAULT, CELLS);
    FILE *stream =
        begin_golden("pcm_programming.csv", "g_target_uS,sigma_formula_uS,mean_aihwkit,std");
    double row[6];
    size_t rows = 0;
    for (; next_row(stream, 6, row); rows++) {
        rig_set_all(&r, row[0] * MICRO, rows, 0.0);
        expect_sample(r.cells.plane[G], row[2], row[3]);
        expect_sample(r.cells.plane[G], row[4], row[5]);
    }
    ck_assert_uint_eq(rows, 15);
    (void)fclose(stream);
    rig_destroy(&r);
}
END_TEST

/* The rows go through the times of one target after another. */
START_TEST(test_golden_drift) {
    static float read[CELLS];
    rig r = create(DEFAULT, CELLS);
    FILE *stream = begin_golden("pcm_drift.csv", "g_target_uS,t_inference_s,mean_aihwkit,std");
    double row[10];
    double now = 0;
    size_t rows = 0;
    rig_set(&r, "read_window", 0); /* there, all noise stands still */
    for (; next_row(stream, 10, row); rows++) {
        if (row[1] == 0) {
            rig_set_all(&r, row[0] * MICRO, rows, 0.0);
            expect_sample(r.cells.plane[DRIFT], row[6] / MICRO, row[7] / MICRO);
        } else {
            rig_age(&r, rows, now, row[1]);
        }
        now = row[1];
        r.model->read(r.params, r.cells, now, read, NULL);
        expect_sample(read, row[2], row[3]);
    }
    ck_assert_uint_eq(rows, 30);
    (void)fclose(stream);
    rig_destroy(&r);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("pcm_programmed");
    TCase *tests = tcase_create("law");
    FILE *stream = open_golden("pcm_drift.csv");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_programming_error);
    tcase_add_test(tests, test_drift_exponents);
    tcase_add_test(tests, test_read_noise);
    tcase_add_test(tests, test_clocks);
    tcase_add_test(tests, test_range_leaves_the_error);
    if (stream) {
        (void)fclose(stream);
        tcase_add_test(tests, test_golden_programming);
        tcase_add_test(tests, test_golden_drift);
    }
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    const char *ci = getenv("CI");
    if (failed || (!stream && ci && strcmp(ci, "true") == 0)) {
        return EXIT_FAILURE;
    }
    return stream ? EXIT_SUCCESS : SKIPPED;
}
