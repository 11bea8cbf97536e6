/*
 * The law of pow_step: its steps and their spread, the spread of powers, and the models that it is
 * at powers of 0 and 1.
 *
 * Statistical comparisons are within 5 standard errors: chance fails one of the 16 with a
 * probability below 1e-5.
 */
#include "device_rig.h"
#include "suite.h"

enum { CELLS = 20000, LOW = 1, HIGH, STEP_UP, STEP_DOWN, POWER_UP, POWER_DOWN };

static rig create(const char *model) {
    rig r = rig_create_named(model, DEFAULT, CELLS);
    rig_set(&r, "g_min", 20e-6);
    rig_set(&r, "g_max", 30e-6);
    rig_set(&r, "g_min_spread", 0.3);
    rig_set(&r, "g_max_spread", 0.3);
    rig_init(&r, 31);
    return r;
}

START_TEST(steps_follow_the_law) {
    rig r = create("pow_step");
    const struct { double power, up_down; } cases[] = {{1, 0}, {0.5, 0.3}, {3, -0.4}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rig_set(&r, "power", cases[i].power);
        rig_set(&r, "power_up_down", cases[i].up_down);
        rig_set(&r, "power_up_down_spread", 0.1);
        rig_init(&r, 31);
        for (int place = 1; place <= 3; place++) {
            for (int way = 1; way >= -1; way -= 2) {
                rig_place(&r, 0.25 * place);
                rig_steer(&r, (float)way, 0.5F);
                float *before = rig_snapshot(&r);
                rig_pulse(&r, 0.0);
                for (size_t c = 0; c < CELLS; c++) {
                    const double low = r.cells.plane[LOW][c], high = r.cells.plane[HIGH][c];
                    const double left = way > 0 ? high - before[c] : before[c] - low;
                    const double scale = r.cells.plane[way > 0 ? STEP_UP : STEP_DOWN][c];
                    const double power = r.cells.plane[way > 0 ? POWER_UP : POWER_DOWN][c];
                    const double step = scale * pow(left / (high - low), power) * (1 + 0.3 * 0.5);
                    const double landed = fmin(fmax(before[c] + way * step, low), high);
                    ck_assert_double_eq_tol(r.cells.plane[0][c], landed, 1e-11);
                }
                xh_array_free(before);
            }
        }
    }
    rig_destroy(&r);
}
END_TEST

START_TEST(powers_and_steps_spread) {
    rig r = create("pow_step");
    rig_set(&r, "power", 2);
    rig_set(&r, "power_spread", 0.08);
    rig_set(&r, "power_up_down", 0.25);
    rig_set(&r, "power_up_down_spread", 0.06);
    rig_init(&r, 31);
    const double spread = 2 * hypot(0.08, 0.06);
    expect_normal(r.cells.plane[POWER_UP], CELLS, 2, spread);
    expect_normal(r.cells.plane[POWER_DOWN], CELLS, 2 * 0.75, spread);
    const char *const still[] = {"g_min_spread",   "g_max_spread", "step_spread",
                                 "up_down_spread", "power_spread", "power_up_down_spread"};
    for (size_t s = 0; s < sizeof still / sizeof still[0]; s++) {
        rig_set(&r, still[s], 0);
    }
    rig_init(&r, 31);
    for (int place = 1; place <= 3; place++) {
        for (int way = 1; way >= -1; way -= 2) {
            const double share = way > 0 ? 1 - 0.25 * place : 0.25 * place;
            const double step = 10e-6 / rig_number(&r, "states") * pow(share, way > 0 ? 2 : 1.5);
            rig_place(&r, 0.25 * place);
            const float before = r.cells.plane[0][0];
            rig_push(&r, way, (uint64_t)place);
            for (size_t c = 0; c < CELLS; c++) {
                r.noise[c] = r.cells.plane[0][c] - before;
            }
            expect_normal(r.noise, CELLS, way * step, 0.3 * step);
        }
    }
    rig_destroy(&r);
}
END_TEST

/* At power 0 it is constant_step. */
START_TEST(power_zero_is_constant_step) {
    rig own = create("pow_step"), plain = create("constant_step");
    rig_set(&own, "power", 0);
    rig_init(&own, 31);
    for (uint64_t step = 0; step < 40; step++) {
        rig_push(&own, step % 3 == 2 ? -1 : 1, step);
        rig_push(&plain, step % 3 == 2 ? -1 : 1, step);
    }
    for (size_t c = 0; c < CELLS; c++) {
        ck_assert_float_eq_tol(own.cells.plane[0][c], plain.cells.plane[0][c], 2e-10F);
    }
    rig_destroy(&own);
    rig_destroy(&plain);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {steps_follow_the_law, powers_and_steps_spread,
                                  power_zero_is_constant_step};
    return xh_suite_run("pow_step", tests, sizeof tests / sizeof tests[0]);
}
