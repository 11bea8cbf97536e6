/*
 * The law of soft_bounds in cells whose bounds differ from the nominal ones, and in cells whose
 * bounds leave no room on one side of the middle.
 */
#include "device_rig.h"
#include "suite.h"

enum { UP, DOWN, WAYS };
enum { CONDUCTANCE, LOW, HIGH, STEP_UP, STEP_DOWN };

static const double middle = 25e-6F; /* as the cells hold it */

static rig create(size_t count) {
    rig r = rig_create_named("soft_bounds", DEFAULT, count);
    rig_set(&r, "g_min", 20e-6);
    rig_set(&r, "g_max", 30e-6);
    rig_set(&r, "g_min_spread", 0.3);
    rig_set(&r, "g_max_spread", 0.3);
    rig_init(&r, 31);
    return r;
}

/* Every cell, from three places, against the law in double precision; where it would leave the
 * cell's bounds it stops there. */
START_TEST(test_law) {
    rig r = create(5000);
    const float *low = r.cells.plane[LOW];
    const float *high = r.cells.plane[HIGH];
    const float *up = r.cells.plane[STEP_UP];
    const float *down = r.cells.plane[STEP_DOWN];
    for (int place = 1; place <= 3; place++) {
        for (int way = UP; way < WAYS; way++) {
            rig_place(&r, 0.25 * place);
            rig_steer(&r, way == UP ? 1 : -1, 0.5F);
            float *before = rig_snapshot(&r);
            rig_pulse(&r, 0.0);
            for (size_t c = 0; c < r.cells.count; c++) {
                double g = before[c];
                double rise = up[c] * (high[c] - g) / (high[c] - middle);
                double fall = down[c] * (g - low[c]) / (middle - low[c]);
                double target = g + (way == UP ? rise : -fall) * (1 + 0.3 * 0.5);
                double landed = fmin(fmax(target, low[c]), high[c]);
                ck_assert_double_eq_tol(r.cells.plane[CONDUCTANCE][c], landed, 1e-11);
            }
            xh_array_free(before);
        }
    }
    rig_destroy(&r);
}
END_TEST

/* A bound at the middle or on its wrong side: pulses towards it reach it, those that it bounds from
 * behind are as ever, and a cell that stands there stays, whatever the noise. */
START_TEST(test_no_room) {
    static const float bounds[][2] = {
        {20e-6F, 25e-6F}, {20e-6F, 24e-6F}, {25e-6F, 30e-6F}, {26e-6F, 30e-6F}, {25e-6F, 25e-6F}};
    enum { CELLS = sizeof(bounds) / sizeof(bounds[0]) };
    rig r = create(CELLS);
    float *g = r.cells.plane[CONDUCTANCE];
    float *low = r.cells.plane[LOW];
    float *high = r.cells.plane[HIGH];
    ck_assert(low && high);
    for (size_t c = 0; c < CELLS; c++) {
        low[c] = bounds[c][0];
        high[c] = bounds[c][1];
    }
    for (int way = UP; way < WAYS; way++) {
        rig_place(&r, 0.5);
        rig_steer(&r, way == UP ? 1 : -1, 0);
        float *before = rig_snapshot(&r);
        rig_pulse(&r, 0.0);
        for (size_t c = 0; c < CELLS; c++) {
            const float target = way == UP ? high[c] : low[c];
            bool room = way == UP ? high[c] > middle : low[c] < middle;
            ck_assert_float_le(fabsf(g[c] - target), fabsf(before[c] - target));
            ck_assert_int_eq(g[c] == target, !room);
        }
        rig_place(&r, way == UP ? 1 : 0);
        rig_steer(&r, way == UP ? 1 : -1, -7);
        rig_pulse(&r, 0.0);
        for (size_t c = 0; c < CELLS; c++) {
            ck_assert_float_eq(g[c], way == UP ? high[c] : low[c]);
        }
        xh_array_free(before);
    }
    rig_destroy(&r);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {test_law, test_no_room};
    return xh_suite_run("soft_bounds", tests, sizeof(tests) / sizeof(tests[0]));
}
