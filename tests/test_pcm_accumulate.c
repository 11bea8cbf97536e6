/*
 * The phase-change model against its published law: growth of conductance over a train of SETs,
 * drift, read noise.
 *
 * The table of growth was simulated with 20,000 cells; so is this one. Standard errors of either
 * are deviation / sqrt(20,000) for a mean (0.5 % of it after one pulse, 0.2 % after 40) and 0.5 %
 * for a deviation, so that 2 % is 2.7 standard errors of a difference for the mean after one
 * pulse, 2.8 for the deviations and more for the other means: with another seed the table would be
 * missed with a probability of a few percent. Other bounds are 5 standard errors (device_rig.h).
 */
#include "device_rig.h"

#include <stdio.h>

enum { CELLS = 20000, CONDUCTANCE = 0, PULSES = 1, LAST_PULSE = 2, DRIFT = 3, DEVIATION = 4 };

#define MICRO 1e-6

static rig create(rig_variant v, size_t count) {
    return rig_create_named("pcm_accumulate", v, count);
}

static void set_once(rig *r, uint64_t step, double now) {
    rig_draw(r, step);
    for (size_t c = 0; c < r->cells.count; c++) {
        r->direction[c] = 1;
    }
    rig_pulse(r, now);
}

START_TEST(test_growth) {
    static const struct {
        int pulses;
        double mean;
        double deviation;
    } published[] = {
        {1, 2.05, 1.51},  {2, 3.45, 1.96},  {3, 4.47, 2.19},  {5, 5.92, 2.39},   {8, 7.23, 2.44},
        {10, 7.82, 2.45}, {15, 8.82, 2.55}, {20, 9.39, 2.68}, {40, 10.29, 3.02},
    };
    rig r = create(DEFAULT, CELLS);
    rig_set(&r, "g_max", 25 * MICRO);
    rig_set(&r, "device_share", 0); /* the table is of independent pulses */
    int pulses = 0;
    for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
        for (; pulses < published[i].pulses; pulses++) {
            set_once(&r, (uint64_t)pulses, 0.0);
        }
        double middle = mean(r.cells.plane[CONDUCTANCE], CELLS) / MICRO;
        double spread = deviation(r.cells.plane[CONDUCTANCE], CELLS) / MICRO;
        ck_assert_double_eq_tol(middle, published[i].mean, 0.02 * published[i].mean);
        ck_assert_double_eq_tol(spread, published[i].deviation, 0.02 * published[i].deviation);
    }
    rig_destroy(&r);
}
END_TEST

/* Cells that differ by the default share end further apart: the numbers that the model quotes. */
START_TEST(test_growth_of_cells_that_differ) {
    rig r = create(DEFAULT, CELLS);
    rig_set(&r, "g_max", 25 * MICRO);
    ck_assert_double_eq(rig_number(&r, "device_share"), 0.02);
    static const double quoted[][2] = {{9.55, 3.14}, {10.51, 3.64}};
    for (int n = 0; n < 40; n++) {
        set_once(&r, (uint64_t)n, 0.0);
        if (n + 1 == 20 || n + 1 == 40) {
            const double *expected = quoted[n / 20];
            double middle = mean(r.cells.plane[CONDUCTANCE], CELLS) / MICRO;
            double spread = deviation(r.cells.plane[CONDUCTANCE], CELLS) / MICRO;
            ck_assert_double_eq_tol(middle, expected[0], 0.02 * expected[0]);
            ck_assert_double_eq_tol(spread, expected[1], 0.03 * expected[1]);
        }
    }
    rig_destroy(&r);
}
END_TEST

/* A quiet train against the law in double precision, up to where the mean step vanishes. */
START_TEST(test_noise_free_train) {
    rig r = create(QUIET, 3);
    double g = 0.1;
    for (int n = 1; n <= 400; n++) {
        rig_steer(&r, 1, 0);
        rig_pulse(&r, 0.0);
        g += -0.084 * g + 0.880 + 1.40 * exp(-n / 2.6);
        ck_assert_double_eq_tol(r.cells.plane[CONDUCTANCE][1] / MICRO, g, 1e-5 * g);
        ck_assert_float_eq(r.cells.plane[PULSES][1], (float)n);
    }
    ck_assert_double_eq_tol(g, 10.48, 0.005);
    ck_assert_double_eq_tol(r.model->nominal(r.params).g_max / MICRO, g, 1e-4);
    rig_destroy(&r);
}
END_TEST

/* A train's n-th pulse from 10 uS, far from the bounds. */
static void step_from_middle(rig *r, int n, uint64_t draw, float *step) {
    for (size_t c = 0; c < r->cells.count; c++) {
        r->cells.plane[CONDUCTANCE][c] = (float)(10 * MICRO);
        r->cells.plane[PULSES][c] = (float)(n - 1);
    }
    set_once(r, draw, 0.0);
    for (size_t c = 0; c < r->cells.count; c++) {
        step[c] = r->cells.plane[CONDUCTANCE][c] - (float)(10 * MICRO);
    }
}

/* However the variance of a pulse is shared between cells and pulses, its sum is as published; and
 * two pulses on one cell are correlated by the share. */
START_TEST(test_share_of_the_cells) {
    static const double shares[] = {0, 0.3, 1};
    static float first[CELLS];
    static float second[CELLS];
    for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
        rig r = create(DEFAULT, CELLS);
        rig_set(&r, "g_max", 1e-3);
        rig_set(&r, "device_share", shares[i]);
        double forgetting = exp(-8 / 2.6);
        double middle = (-0.84 + 0.880 + 1.40 * forgetting) * MICRO;
        double spread = (0.91 + 0.260 + 2.15 * forgetting) * MICRO;
        step_from_middle(&r, 8, 1, first);
        step_from_middle(&r, 8, 2, second);
        expect_normal(first, CELLS, middle, spread);
        expect_normal(second, CELLS, middle, spread);
        double sum = 0;
        for (size_t c = 0; c < CELLS; c++) {
            sum += (first[c] - middle) * (second[c] - middle);
        }
        double correlation = sum / CELLS / (spread * spread);
        /* Var of the product of two such normals is 1 + correlation squared, at most 2. */
        ck_assert_double_eq_tol(correlation, shares[i], SIGMAS * sqrt(2.0 / CELLS));
        rig_destroy(&r);
    }
}
END_TEST

/* The power law over 13 decades, to 1e-6, from a time that a float holds exactly. */
START_TEST(test_drift) {
    static const double exponents[] = {0, 0.01, 0.04, 0.1, 0.5};
    enum { EXPONENTS = sizeof(exponents) / sizeof(exponents[0]) };
    rig r = create(DEFAULT, EXPONENTS);
    for (size_t c = 0; c < EXPONENTS; c++) {
        r.cells.plane[CONDUCTANCE][c] = (float)(5 * MICRO);
        r.cells.plane[DRIFT][c] = (float)exponents[c];
    }
    for (int step = 0; step < 100; step++) {
        double elapsed = 1e-5 * pow(1.37, step);
        float read[EXPONENTS];
        r.model->read(r.params, r.cells, elapsed, read, NULL);
        for (size_t c = 0; c < EXPONENTS; c++) {
            float nu = r.cells.plane[DRIFT][c];
            double factor = pow(fmax((float)elapsed, 1e-3) / 38.6, -nu);
            double expected = r.cells.plane[CONDUCTANCE][c] * factor;
            ck_assert_double_eq_tol(read[c], expected, 1e-6 * expected);
        }
    }
    rig_destroy(&r);
}
END_TEST

START_TEST(test_a_pulse_restarts_the_clock) {
    rig r = create(QUIET, 2);
    float read[2];
    rig_season(&r);
    rig_steer(&r, 1, 0);
    r.direction[1] = 0;
    rig_pulse(&r, 1000.0);
    ck_assert_float_eq(r.cells.plane[LAST_PULSE][0], 1000);
    ck_assert_float_eq(r.cells.plane[LAST_PULSE][1], 0);
    r.model->read(r.params, r.cells, 1000.0 + 38.6, read, NULL);
    ck_assert_double_eq_tol(read[0], r.cells.plane[CONDUCTANCE][0], 1e-6 * read[0]);
    double aged = r.cells.plane[CONDUCTANCE][1] * pow(1038.6 / 38.6, -0.04);
    ck_assert_double_eq_tol(read[1], aged, 1e-6 * aged);
    xh_pulse_tally tally = {0};
    r.model->reset(r.params, r.cells, r.noise, 2000.0, &tally);
    ck_assert_float_eq(r.cells.plane[LAST_PULSE][1], 2000);
    ck_assert_float_eq(r.cells.plane[PULSES][0], 0);
    rig_destroy(&r);
}
END_TEST

/* Under the prototype's clock a cell is read drift_reference after its pulse, however soon. */
START_TEST(test_prototype_clock) {
    rig r = create(QUIET, 1);
    float read;
    const xh_param *clock = xh_param_find(r.model->params, "drift_clock");
    ck_assert_int_eq(xh_param_set(clock, r.params, "prototype", NULL), XH_OK);
    rig_season(&r);
    r.model->read(r.params, r.cells, 0.0, &read, NULL);
    ck_assert_double_eq_tol(read, r.cells.plane[CONDUCTANCE][0], 1e-6 * read);
    r.model->read(r.params, r.cells, 38.6, &read, NULL);
    const double aged = r.cells.plane[CONDUCTANCE][0] * pow(2, -0.04);
    ck_assert_double_eq_tol(read, aged, 1e-6 * aged);
    rig_destroy(&r);
}
END_TEST

START_TEST(test_cells) {
    rig r = create(DEFAULT, CELLS);
    expect_normal(r.cells.plane[CONDUCTANCE], CELLS, 0.1 * MICRO, 0.01 * MICRO);
    expect_normal(r.cells.plane[DRIFT], CELLS, 0.04, 0.01);
    expect_normal(r.cells.plane[DEVIATION], CELLS, 0, 1);
    rig_steer(&r, 0, -100);
    xh_pulse_tally tally = {0};
    r.model->reset(r.params, r.cells, r.noise, 0.0, &tally);
    ck_assert_float_eq(r.cells.plane[CONDUCTANCE][9], (float)(0.01 * MICRO));
    rig_destroy(&r);
}
END_TEST

START_TEST(test_read_noise) {
    rig r = create(DEFAULT, 500);
    float read[500];
    float variance[500];
    for (uint64_t step = 0; step < 9; step++) {
        set_once(&r, step, 0.0);
    }
    r.model->read(r.params, r.cells, 3600.0, read, variance);
    for (size_t c = 0; c < r.cells.count; c++) {
        double noise = 0.03 * (double)read[c] + 0.13 * MICRO;
        ck_assert_double_eq_tol(variance[c], noise * noise, 1e-6 * noise * noise);
    }
    rig_destroy(&r);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("pcm_accumulate");
    TCase *tests = tcase_create("law");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_growth);
    tcase_add_test(tests, test_growth_of_cells_that_differ);
    tcase_add_test(tests, test_noise_free_train);
    tcase_add_test(tests, test_share_of_the_cells);
    tcase_add_test(tests, test_drift);
    tcase_add_test(tests, test_a_pulse_restarts_the_clock);
    tcase_add_test(tests, test_prototype_clock);
    tcase_add_test(tests, test_cells);
    tcase_add_test(tests, test_read_noise);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
