/*
 * The law of soft_bounds_reference: it is soft_bounds where references conduct zero; otherwise bounds
 * lie where the references say, steps are equal at the symmetry point, and noise is as drawn.
 *
 * Statistical comparisons are within 5 standard errors: chance fails one of the 12 with a
 * probability below 1e-5.
 */
#include "device_rig.h"
#include "suite.h"

enum { CELLS = 20000, LOW = 1, HIGH, STEP_UP, STEP_DOWN };

static const float zero = 25e-6F;

static rig create(const char *model, double reference_spread, bool at_symmetry) {
    rig r = rig_create_named(model, DEFAULT, CELLS);
    rig_set(&r, "g_min", 20e-6);
    rig_set(&r, "g_max", 30e-6);
    rig_set(&r, "g_min_spread", 0.3);
    rig_set(&r, "g_max_spread", 0.3);
    rig_set(&r, "up_down", 0.2);
    if (xh_param_find(r.model->params, "at_symmetry")) {
        rig_set(&r, "reference_spread", reference_spread);
        rig_set(&r, "at_symmetry", at_symmetry);
    }
    rig_init(&r, 31);
    return r;
}

START_TEST(without_reference_it_is_soft_bounds) {
    rig own = create("soft_bounds_reference", 0, false);
    rig plain = create("soft_bounds", 0, false);
    rig_set(&own, "multiplicative_noise", 1);
    ck_assert_mem_eq(own.cells.plane[LOW], plain.cells.plane[LOW], CELLS * sizeof(float));
    ck_assert_mem_eq(own.cells.plane[HIGH], plain.cells.plane[HIGH], CELLS * sizeof(float));
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

/* At weight zero a cell's up and down steps cancel, and as many of both draw it there. */
START_TEST(references_are_at_symmetry_points) {
    rig r = create("soft_bounds_reference", 0, true);
    for (int way = 1; way >= -1; way -= 2) {
        for (size_t c = 0; c < CELLS; c++) {
            r.cells.plane[0][c] = zero;
        }
        rig_steer(&r, (float)way, 0);
        rig_pulse(&r, 0.0);
        for (size_t c = 0; c < CELLS; c++) {
            const double low = r.cells.plane[LOW][c], high = r.cells.plane[HIGH][c];
            const double up = r.cells.plane[STEP_UP][c], down = r.cells.plane[STEP_DOWN][c];
            const double step = way * ((double)r.cells.plane[0][c] - zero);
            const double expected = up + down; /* its order */
            const double share_up = r.cells.plane[5][c], share_down = r.cells.plane[6][c];
            const double rise = share_up * (high - zero), fall = share_down * (zero - low);
            ck_assert_double_eq_tol(rise, fall, 1e-4 * expected + 2e-12);
            const double room =
                way > 0 ? high - zero : zero - low; /* where a step would leave it */
            ck_assert_double_eq_tol(step, fmin(rise, room), 1e-4 * expected + 5e-12);
        }
    }
    rig_place(&r, 0.9);
    for (uint64_t step = 0; step < 600; step++) {
        rig_steer(&r, step % 2 ? 1 : -1, 0);
        rig_pulse(&r, 0.0);
    }
    ck_assert_double_eq_tol(mean(r.cells.plane[0], CELLS), zero, 0.1e-6);
    rig_destroy(&r);
}
END_TEST

/* Bounds alike but for the references: their spread; and mean and deviation of a step. */
START_TEST(references_and_steps_spread) {
    rig r = create("soft_bounds_reference", 0.025, false);
    const char *const still[] = {"g_min_spread", "g_max_spread", "step_spread", "up_down_spread",
                                 "up_down"};
    for (size_t s = 0; s < sizeof still / sizeof still[0]; s++) {
        rig_set(&r, still[s], 0);
    }
    rig_init(&r, 31);
    expect_normal(r.cells.plane[LOW], CELLS, 20e-6, 0.025 * 10e-6);
    expect_normal(r.cells.plane[HIGH], CELLS, 30e-6, 0.025 * 10e-6);
    rig_set(&r, "reference_spread", 0);
    for (int multiplicative = 0; multiplicative < 2; multiplicative++) {
        rig_set(&r, "multiplicative_noise", multiplicative);
        rig_init(&r, 31);
        for (int way = 1; way >= -1; way -= 2) {
            for (size_t c = 0; c < CELLS; c++) {
                r.cells.plane[0][c] = 27e-6F;
            }
            rig_push(&r, way, way > 0 ? 6 : 4);
            for (size_t c = 0; c < CELLS; c++) {
                r.noise[c] = r.cells.plane[0][c] - 27e-6F;
            }
            const double scale = 10e-6 / rig_number(&r, "states");
            const double share = way > 0 ? 3.0 / 5 : 7.0 / 5;
            const double spread = rig_number(&r, "cycle_noise") * scale;
            expect_normal(r.noise, CELLS, way * scale * share,
                          spread * (multiplicative ? share : 1));
        }
    }
    rig_destroy(&r);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {without_reference_it_is_soft_bounds,
                                  references_are_at_symmetry_points, references_and_steps_spread};
    return xh_suite_run("soft_bounds_reference", tests, sizeof tests / sizeof tests[0]);
}
