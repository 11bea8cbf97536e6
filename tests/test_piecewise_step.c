/*
 * The law of piecewise_step: its steps and their spread, and the models that it is with nodes on a
 * straight line.
 *
 * Statistical comparisons are within 5 standard errors: chance fails one of the 12 with a
 * probability below 1e-5.
 */
#include "device_rig.h"
#include "suite.h"

enum { CELLS = 20000, LOW = 1, HIGH, STEP_UP, STEP_DOWN };

static const double node_up[] = {1.5, 1.2, 0.4, 0.9}, node_down[] = {0.2, 1, 1.1, 0.7};

static rig create(const char *model) {
    rig r = rig_create_named(model, DEFAULT, CELLS);
    rig_set(&r, "g_min", 20e-6);
    rig_set(&r, "g_max", 30e-6);
    rig_init(&r, 31);
    return r;
}

static void count_nodes(rig *r, const char *count) {
    const xh_param *param = xh_param_find(r->model->params, "nodes");
    ck_assert_int_eq(xh_param_set(param, r->params, count, NULL), XH_OK);
}

static void set_nodes(rig *r, size_t count, const double *up, const double *down) {
    char number[32];
    snprintf(number, sizeof number, "%zu", count);
    count_nodes(r, number);
    for (size_t k = 0; k < count; k++) {
        char name[32];
        snprintf(name, sizeof name, "node_up_%zu", k);
        rig_set(r, name, up[k]);
        snprintf(name, sizeof name, "node_down_%zu", k);
        rig_set(r, name, down[k]);
    }
}

/* Between four nodes, a third of the range apart. */
static double value_at(const double *node, double share) {
    const double place = 3 * fmin(fmax(share, 0), 1);
    const int below = place < 2.999999 ? (int)place : 2;
    return node[below] + (place - below) * (node[below + 1] - node[below]);
}

START_TEST(steps_follow_the_law) {
    rig r = create("piecewise_step");
    rig_set(&r, "g_min_spread", 0.3);
    rig_set(&r, "g_max_spread", 0.3);
    set_nodes(&r, 4, node_up, node_down);
    rig_init(&r, 31);
    for (int place = 0; place <= 8; place++) {
        for (int way = 1; way >= -1; way -= 2) {
            rig_place(&r, 0.125 * place);
            rig_steer(&r, (float)way, 0.5F);
            float *before = rig_snapshot(&r);
            rig_pulse(&r, 0.0);
            for (size_t c = 0; c < CELLS; c++) {
                const double low = r.cells.plane[LOW][c], high = r.cells.plane[HIGH][c];
                const double scale = r.cells.plane[way > 0 ? STEP_UP : STEP_DOWN][c];
                const double share = (before[c] - low) / (high - low);
                const double value = value_at(way > 0 ? node_up : node_down, share);
                const double landed =
                    fmin(fmax(before[c] + way * scale * value * (1 + 0.3 * 0.5), low), high);
                ck_assert_double_eq_tol(r.cells.plane[0][c], landed, 1e-11);
            }
            xh_array_free(before);
        }
    }
    rig_destroy(&r);
}
END_TEST

START_TEST(steps_spread) {
    rig r = create("piecewise_step");
    const char *const still[] = {"g_min_spread", "g_max_spread", "step_spread", "up_down_spread"};
    for (size_t s = 0; s < sizeof still / sizeof still[0]; s++) {
        rig_set(&r, still[s], 0);
    }
    set_nodes(&r, 4, node_up, node_down);
    rig_init(&r, 31);
    for (int place = 1; place <= 3; place++) {
        for (int way = 1; way >= -1; way -= 2) {
            const double value = value_at(way > 0 ? node_up : node_down, 0.25 * place);
            const double step = 10e-6 / rig_number(&r, "states") * value;
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

/* Pulses up and down of two models; they must land in the same places. */
static void expect_same(rig *own, rig *other) {
    for (uint64_t step = 0; step < 40; step++) {
        rig_push(own, step % 3 == 2 ? -1 : 1, step);
        rig_push(other, step % 3 == 2 ? -1 : 1, step);
    }
    for (size_t c = 0; c < CELLS; c++) {
        ck_assert_float_eq_tol(own->cells.plane[0][c], other->cells.plane[0][c], 5e-10F);
    }
}

START_TEST(on_a_straight_line_it_is_other_models) {
    const double level[] = {1, 1, 1}, falling[] = {1, 0}, rising[] = {0, 1};
    rig own = create("piecewise_step"), constant = create("constant_step"),
        power = create("pow_step");
    set_nodes(&own, 3, level, level);
    rig_init(&own, 31);
    expect_same(&own, &constant);
    count_nodes(&own, "0");
    rig_init(&own, 31);
    rig_init(&constant, 31);
    expect_same(&own, &constant);
    rig_set(&power, "power_spread", 0);
    set_nodes(&own, 2, falling, rising);
    rig_init(&own, 31);
    rig_init(&power, 31);
    expect_same(&own, &power);
    rig_destroy(&own);
    rig_destroy(&constant);
    rig_destroy(&power);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {steps_follow_the_law, steps_spread,
                                  on_a_straight_line_it_is_other_models};
    return xh_suite_run("piecewise_step", tests, sizeof tests / sizeof tests[0]);
}
