/*
 * The model exponential_state: its law in cells of their own, its logarithmic growth, and what
 * spreads. Of the statistical comparisons (fewer than 30) chance alone fails one with a probability
 * below 2e-5.
 */
#include "device_rig.h"
#include "suite.h"

enum { G, LOW, HIGH, FIRST_UP, RATE_UP, FIRST_DOWN, RATE_DOWN };
enum { CELLS = 40000 };

static rig create(rig_variant v, size_t count) {
    return rig_create_named("exponential_state", v, count);
}

/* Every cell, from three places, against the law in double precision. */
START_TEST(test_law) {
    rig r = create(DEFAULT, 3000);
    rig_set(&r, "alpha_up", 0.05);
    rig_set(&r, "alpha_down", 0.03);
    rig_set(&r, "beta_down", -2);
    rig_set(&r, "beta_spread", 0.5);
    rig_init(&r, 31);
    float *const *plane = r.cells.plane;
    ck_assert(plane[G] && plane[LOW] && plane[HIGH] && plane[FIRST_UP] && plane[RATE_UP] &&
              plane[FIRST_DOWN] && plane[RATE_DOWN]);
    for (int place = 1; place <= 3; place++) {
        for (int way = 1; way >= -1; way -= 2) {
            rig_place(&r, 0.25 * place);
            rig_steer(&r, (float)way, 0.5F);
            float *before = rig_snapshot(&r);
            ck_assert_ptr_nonnull(before);
            rig_pulse(&r, 0.0);
            for (size_t c = 0; c < r.cells.count; c++) {
                const double low = (double)plane[LOW][c];
                const double high = (double)plane[HIGH][c];
                const double g = (double)before[c];
                const double rise =
                    (double)plane[FIRST_UP][c] * exp(-(double)plane[RATE_UP][c] * (g - low));
                const double fall =
                    (double)plane[FIRST_DOWN][c] * exp(-(double)plane[RATE_DOWN][c] * (high - g));
                const double target = g + (way > 0 ? rise : -fall) * (1 + 0.05 * 0.5);
                ck_assert_double_eq_tol((double)plane[G][c], fmin(fmax(target, low), high), 3e-12);
            }
            xh_array_free(before);
        }
    }
    rig_destroy(&r);
}
END_TEST

/* A quiet cell grows as the logarithm of the number of pulses, to its bound and no further. With
 * y = exp(beta x) and small b = alpha beta, y(n + 1) = y exp(b / y) makes y(n) = 1 + b n plus b / 2
 * ln(1 + b n), which is what a finite pulse adds. */
START_TEST(test_logarithmic_growth) {
    const double alpha = 1e-3;
    const double beta = 3;
    for (int way = 1; way >= -1; way -= 2) {
        rig r = create(QUIET, 1);
        rig_set(&r, way > 0 ? "alpha_up" : "alpha_down", alpha);
        rig_set(&r, way > 0 ? "beta_up" : "beta_down", beta);
        rig_init(&r, 1);
        const double low = rig_number(&r, "g_min");
        const double range = rig_number(&r, "g_max") - low;
        const double top = expm1(beta) / (alpha * beta);
        rig_place(&r, way > 0 ? 0 : 1);
        rig_steer(&r, (float)way, 0);
        for (int n = 1; n <= (int)top + 10; n++) {
            rig_pulse(&r, 0.0);
            const double linear = 1 + alpha * beta * n;
            const double expected = log(linear + alpha * beta / 2 * log(linear)) / beta;
            const double up = ((double)r.cells.plane[G][0] - low) / range;
            const double passed = way > 0 ? up : 1 - up;
            ck_assert_double_eq_tol(passed, fmin(expected, 1), 3e-5);
        }
        rig_destroy(&r);
    }
}
END_TEST

START_TEST(test_spread) {
    rig r = create(DEFAULT, CELLS);
    rig_set(&r, "alpha_spread", 0.2);
    rig_set(&r, "beta_spread", 0.4);
    rig_init(&r, 41);
    float *const *plane = r.cells.plane;
    expect_normal(plane[LOW], CELLS, 1e-6, 0.1e-6);
    expect_normal(plane[HIGH], CELLS, 10e-6, 1e-6);
    static const struct {
        int first;
        double alpha, beta;
    } ways[] = {{FIRST_UP, 0.0017, 3}, {FIRST_DOWN, 0.0007, 0}};
    float *alpha = xh_array_create(2 * (size_t)CELLS, sizeof(float));
    float *beta = xh_array_create(2 * (size_t)CELLS, sizeof(float));
    for (size_t w = 0; w < 2; w++) {
        float *a = alpha + w * CELLS;
        float *b = beta + w * CELLS;
        for (size_t c = 0; c < CELLS; c++) {
            const float range = plane[HIGH][c] - plane[LOW][c];
            a[c] = plane[ways[w].first][c] / range;
            b[c] = plane[ways[w].first + 1][c] * range;
        }
        expect_normal(a, CELLS, ways[w].alpha, 0.2 * ways[w].alpha);
        expect_normal(b, CELLS, ways[w].beta, 0.4);
    }
    for (size_t c = 0; c < CELLS; c++) { /* draws of their own: products of deviations are none */
        alpha[c] = (alpha[c] / 0.0017F - 1) * (alpha[c + CELLS] / 0.0007F - 1) / 0.04F;
        beta[c] = (beta[c] - 3) * beta[c + CELLS] / 0.16F;
    }
    ck_assert_double_le(fabs(mean(alpha, CELLS)), SIGMAS / sqrt(CELLS));
    ck_assert_double_le(fabs(mean(beta, CELLS)), SIGMAS / sqrt(CELLS));
    xh_array_free(alpha);
    xh_array_free(beta);
    rig_destroy(&r);
}
END_TEST

/* A step spreads in proportion to itself, whatever the state. */
START_TEST(test_cycle_noise) {
    rig r = create(QUIET, CELLS);
    rig_set(&r, "cycle_noise", 0.2);
    rig_set(&r, "alpha_up", 0.05);
    rig_init(&r, 5);
    const double range = rig_number(&r, "g_max") - rig_number(&r, "g_min");
    float *moved = xh_array_create(CELLS, sizeof(float));
    for (int fifth = 1; fifth < 5; fifth++) {
        rig_place(&r, fifth / 5.0);
        const float before = r.cells.plane[G][0];
        rig_draw(&r, (uint64_t)fifth);
        for (size_t c = 0; c < CELLS; c++) {
            r.direction[c] = 1;
        }
        rig_pulse(&r, 0.0);
        for (size_t c = 0; c < CELLS; c++) {
            moved[c] = (r.cells.plane[G][c] - before) / (float)range;
        }
        const double step = 0.05 * exp(-3 * fifth / 5.0);
        expect_normal(moved, CELLS, step, 0.2 * step);
    }
    xh_array_free(moved);
    rig_destroy(&r);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {test_law, test_logarithmic_growth, test_spread, test_cycle_noise};
    return xh_suite_run("exponential_state", tests, sizeof(tests) / sizeof(tests[0]));
}
