/*
 * The law of exp_step: its steps and their spread, in cells of every kind.
 *
 * Statistical comparisons are within 5 standard errors: chance fails one of the 24 with a
 * probability below 2e-5.
 */
#include "device_rig.h"
#include "suite.h"

enum { CELLS = 20000, LOW = 1, HIGH, STEP_UP, STEP_DOWN };

/* The published cell of filaments, with noise of both kinds. */
static rig create(size_t count) {
    static const struct {
        const char *name;
        double value;
    } settings[] = {{"g_min", 20e-6},         {"g_max", 30e-6},    {"g_min_spread", 0.3},
                    {"g_max_spread", 0.3},    {"states", 1481.48}, {"step_spread", 0.2},
                    {"cycle_noise", 0.6},     {"up_down", 0.26},   {"bend_up", -1.18445},
                    {"bend_down", -0.081404}, {"rate_up", 5},      {"rate_down", 5},
                    {"slope", -0.5},          {"offset", -0.5},    {"noise_added", 0},
                    {"noise_rise", 0}};
    rig r = rig_create_named("exp_step", DEFAULT, count);
    for (size_t s = 0; s < sizeof settings / sizeof settings[0]; s++) {
        rig_set(&r, settings[s].name, settings[s].value);
    }
    rig_init(&r, 31);
    return r;
}

/* The step of a cell, signed, without noise: in double precision, from the equations. */
static double law(const rig *r, size_t cell, double g, int way) {
    const double low = r->cells.plane[LOW][cell], high = r->cells.plane[HIGH][cell];
    const double z =
        rig_number(r, "slope") * 2 * (g - 25e-6F) / (high - low) + rig_number(r, "offset");
    const double bend = rig_number(r, way > 0 ? "bend_up" : "bend_down");
    const double rate = rig_number(r, way > 0 ? "rate_up" : "rate_down");
    const double scale = r->cells.plane[way > 0 ? STEP_UP : STEP_DOWN][cell];
    return way * scale * fmax(1 - bend * exp(way * rate * z), 0);
}

static void check_law(double bend, double added, double rise) {
    const float noise = 0.5F;
    rig r = create(5000);
    rig_set(&r, "noise_added", added);
    rig_set(&r, "noise_rise", rise);
    if (bend > 0) { /* so that some cells have no steps at all */
        rig_set(&r, "bend_up", bend);
        rig_set(&r, "bend_down", bend);
    }
    for (int place = 1; place <= 3; place++) {
        for (int way = 1; way >= -1; way -= 2) {
            rig_place(&r, 0.25 * place);
            rig_steer(&r, (float)way, noise);
            float *before = rig_snapshot(&r);
            rig_pulse(&r, 0.0);
            for (size_t c = 0; c < r.cells.count; c++) {
                const double g = before[c];
                const double step = law(&r, c, g, way);
                const double spread = fabs(step) + added * 10e-6 + rise * fabs(g - 25e-6F);
                const double target = g + step + way * 0.6 * (double)noise * spread;
                const double landed =
                    fmin(fmax(target, r.cells.plane[LOW][c]), r.cells.plane[HIGH][c]);
                ck_assert_double_eq_tol(r.cells.plane[0][c], landed, 1e-11);
            }
            xh_array_free(before);
        }
    }
    rig_destroy(&r);
}

START_TEST(steps_follow_the_law) {
    check_law(0, 0, 0);
    check_law(0, 0.02, 0.1);
    check_law(3, 0, 0);
}
END_TEST

/* Cells without spread: mean and deviation of a step at three states, with each kind of noise. */
START_TEST(steps_spread_as_the_law_says) {
    static const double kinds[][2] = {{0, 0}, {0.02, 0.1}};
    for (size_t kind = 0; kind < 2; kind++) {
        rig r = create(CELLS);
        const char *const still[] = {"g_min_spread", "g_max_spread", "step_spread",
                                     "up_down_spread"};
        for (size_t s = 0; s < sizeof still / sizeof still[0]; s++) {
            rig_set(&r, still[s], 0);
        }
        rig_set(&r, "noise_added", kinds[kind][0]);
        rig_set(&r, "noise_rise", kinds[kind][1]);
        rig_init(&r, 31);
        for (int place = 1; place <= 3; place++) {
            for (int way = 1; way >= -1; way -= 2) {
                rig_place(&r, 0.25 * place);
                float *before = rig_snapshot(&r);
                rig_push(&r, way, (uint64_t)place * 2 + (way > 0));
                const double g = before[0], step = law(&r, 0, g, way);
                const double spread =
                    0.6 * (fabs(step) + kinds[kind][0] * 10e-6 + kinds[kind][1] * fabs(g - 25e-6F));
                for (size_t c = 0; c < CELLS; c++) {
                    before[c] = r.cells.plane[0][c] - before[c];
                }
                expect_normal(before, CELLS, step, spread);
                xh_array_free(before);
            }
        }
        rig_destroy(&r);
    }
}
END_TEST

/* A cell without room stays where it is, whatever the noise. */
START_TEST(cells_without_room_stay) {
    rig r = create(3);
    ck_assert_ptr_nonnull(r.cells.plane[LOW]);
    for (size_t c = 0; c < 3; c++) {
        r.cells.plane[LOW][c] = r.cells.plane[HIGH][c] = r.cells.plane[0][c] = 24e-6F;
    }
    for (int way = 1; way >= -1; way -= 2) {
        rig_steer(&r, (float)way, 3);
        rig_pulse(&r, 0.0);
        for (size_t c = 0; c < 3; c++) {
            ck_assert_float_eq(r.cells.plane[0][c], 24e-6F);
        }
    }
    rig_destroy(&r);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {steps_follow_the_law, steps_spread_as_the_law_says,
                                  cells_without_room_stay};
    return xh_suite_run("exp_step", tests, sizeof tests / sizeof tests[0]);
}
