/*
 * What the models of cells between two bounds share beyond their steps: write noise, corrupt cells,
 * the state after a RESET, decay and diffusion. Looped over every such model. Below 200 comparisons
 * are statistical, each within 5 standard errors: chance alone fails one with a probability below
 * 2e-4.
 */
#include "device_rig.h"

enum { CELLS = 20000 };

#define LOW 20e-6 /* far enough from zero that no cell's bound is held there */
#define HIGH 30e-6
#define RANGE (HIGH - LOW)
#define MIDDLE 25e-6

/* Cells of a model of the family in that window, or none of another model. */
static rig create(int index, size_t count) {
    rig r = rig_create((size_t)index, DEFAULT, count);
    if (xh_param_find(r.model->params, "weight_zero")) {
        rig_set(&r, "g_min", LOW);
        rig_set(&r, "g_max", HIGH);
        rig_set(&r, "g_min_spread", 0.1);
        rig_set(&r, "g_max_spread", 0.1);
        rig_init(&r, 51);
    } else {
        r.cells.count = 0;
    }
    return r;
}

static const float *kept_plane(const rig *r, const char *name) {
    const float *plane = r->cells.plane[rig_plane(r, name)];
    ck_assert_ptr_nonnull(plane);
    return plane;
}

static void steer(rig *r, uint64_t step, float direction) {
    rig_draw(r, step);
    for (size_t c = 0; c < r->cells.count; c++) {
        r->direction[c] = direction;
    }
}

static void pass(rig *r, uint64_t step, double seconds) {
    r->model->age(r->params, r->cells, (xh_rng){9, XH_RNG_AGE, 1, step}, 77, 1.0, 1.0 + seconds);
}

/* Planes are kept, normals drawn and time passed only where the parameters ask for them. */
START_TEST(test_options) {
    static const struct {
        const char *name;
        size_t planes; /* optional ones */
        size_t draws;
        bool ages;
    } options[] = {{"write_noise", 1, 2, false},
                   {"reset_spread", 2, 1, false},
                   {"lifetime", 4, 1, true},
                   {"diffusion", 4, 1, true}};
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        rig r = create(_i, 33);
        if (r.cells.count) {
            const size_t plain = r.model->planes - 4;
            ck_assert_uint_eq(xh_device_kept(r.model, r.params), plain);
            ck_assert_uint_eq(xh_device_draws(r.model, r.params), 1);
            ck_assert(!xh_device_ages(r.model, r.params));
            float *before = rig_snapshot(&r);
            pass(&r, 1, 1e9);
            ck_assert(rig_same(&r, before));
            xh_array_free(before);
            rig_set(&r, options[i].name, 0.5);
            ck_assert_uint_eq(xh_device_kept(r.model, r.params), plain + options[i].planes);
            ck_assert_uint_eq(xh_device_draws(r.model, r.params), options[i].draws);
            ck_assert_int_eq(xh_device_ages(r.model, r.params), options[i].ages);
        }
        rig_destroy(&r);
    }
}
END_TEST

/* How far what is shown lies from the state: normal, and of its own draw. */
static void expect_shown(const rig *r, double spread) {
    float *off = xh_array_create(CELLS, sizeof(float));
    for (size_t c = 0; c < CELLS; c++) {
        off[c] = rig_shown(r)[c] - r->cells.plane[0][c];
    }
    expect_normal(off, CELLS, 0, spread);
    xh_array_free(off);
}

START_TEST(test_write_noise) {
    rig r = create(_i, CELLS);
    if (r.cells.count) {
        rig_set(&r, "write_noise", 7);
        rig_init(&r, 52);
        const double spread = 7 * RANGE / rig_number(&r, "states");
        expect_shown(&r, spread);
        steer(&r, 1, 1);
        for (size_t c = 0; c < CELLS; c += 2) {
            r.direction[c] = 0;
        }
        float *before = rig_snapshot(&r);
        float *read = xh_array_create(CELLS, sizeof(float));
        rig_pulse(&r, 0.0);
        expect_shown(&r, spread);
        const size_t plane = rig_plane(&r, "shown");
        for (size_t c = 0; c < CELLS; c++) {
            bool redrawn = r.cells.plane[plane][c] != before[plane * CELLS + c];
            ck_assert_int_eq(redrawn, c % 2);
        }
        r.model->read(r.params, r.cells, 5.0, read, NULL);
        ck_assert_mem_eq(read, rig_shown(&r), CELLS * sizeof(float));
        xh_pulse_tally tally = {0};
        rig_draw(&r, 2);
        r.model->reset(r.params, r.cells, r.noise, 0.0, &tally);
        expect_shown(&r, spread);
        rig_set(&r, "g_min", 0); /* nothing shows less than no conductance */
        rig_set(&r, "write_noise", 1000);
        rig_init(&r, 53);
        for (size_t c = 0; c < CELLS; c++) {
            ck_assert_float_ge(rig_shown(&r)[c], 0);
        }
        xh_array_free(before);
        xh_array_free(read);
    }
    rig_destroy(&r);
}
END_TEST

START_TEST(test_corrupt_cells) {
    rig r = create(_i, CELLS);
    if (r.cells.count) {
        rig_set(&r, "corrupt_share", 0.3);
        rig_set(&r, "corrupt_range", 0.4);
        rig_init(&r, 54);
        const float *low = kept_plane(&r, "g_min");
        const float *high = kept_plane(&r, "g_max");
        size_t corrupt = 0;
        float *place = xh_array_create(CELLS, sizeof(float));
        float *before = rig_snapshot(&r);
        for (uint64_t step = 0; step < 20; step++) {
            rig_draw(&r, step);
            rig_pulse(&r, 0.0);
        }
        const double zero = r.model->nominal(r.params).zero;
        for (size_t c = 0; c < CELLS; c++) {
            if (low[c] == high[c]) {
                ck_assert_float_eq(r.cells.plane[0][c], before[c]);
                ck_assert_double_le(fabs(low[c] - zero), 0.4 * RANGE / 2 * 1.1);
                place[corrupt++] = (float)(low[c] - zero);
            }
        }
        ck_assert_double_le(fabs((double)corrupt - 0.3 * CELLS), SIGMAS * sqrt(0.21 * CELLS));
        /* Uniform: of this deviation; its own error is smaller than a normal's. A reference moves
         * both a little. */
        const double spread = 0.4 * RANGE / sqrt(12);
        const double reference = rig_number(&r, "reference_spread");
        expect_normal(place, corrupt, 0, hypot(spread, reference > 0 ? reference * RANGE / 2 : 0));
        xh_array_free(place);
        xh_array_free(before);
    }
    rig_destroy(&r);
}
END_TEST

/* Two RESETs of cells that have states of their own after it. */
START_TEST(test_reset_states) {
    rig r = create(_i, CELLS);
    if (r.cells.count) {
        rig_set(&r, "reset", 0.5);
        rig_set(&r, "reset_spread", 0.03);
        rig_set(&r, "reset_noise", 0.02);
        rig_init(&r, 55);
        float *state[3];
        float *half = xh_array_create(CELLS, sizeof(float));
        const float *low = kept_plane(&r, "g_min");
        for (uint64_t turn = 0; turn < 3; turn++) { /* the pristine state is one */
            xh_pulse_tally tally = {0};
            rig_draw(&r, turn);
            if (turn > 0) {
                r.model->reset(r.params, r.cells, r.noise, 0.0, &tally);
            }
            state[turn] = rig_snapshot(&r);
            for (size_t c = 0; c < CELLS; c++) {
                state[turn][c] -= low[c];
            }
            expect_normal(state[turn], CELLS, RANGE / 2, RANGE * hypot(0.03, 0.02));
        }
        for (size_t c = 0; c < CELLS; c++) {
            half[c] = (state[0][c] + state[1][c] + state[2][c]) / 3;
        }
        expect_normal(half, CELLS, RANGE / 2, RANGE * hypot(0.03, 0.02 / sqrt(3)));
        for (size_t turn = 0; turn < 3; turn++) {
            xh_array_free(state[turn]);
        }
        xh_array_free(half);
    }
    rig_destroy(&r);
}
END_TEST

START_TEST(test_decay) {
    rig r = create(_i, CELLS);
    if (r.cells.count) {
        rig_set(&r, "lifetime", 100);
        rig_set(&r, "lifetime_spread", 0.1);
        rig_set(&r, "rest", 0.45);
        rig_set(&r, "write_noise", 1);
        rig_init(&r, 56);
        rig_place(&r, 0.6);
        const float *decay = kept_plane(&r, "decay");
        float *life = xh_array_create(CELLS, sizeof(float));
        for (size_t c = 0; c < CELLS; c++) {
            life[c] = 1 / decay[c];
        }
        expect_normal(life, CELLS, 100, 10);
        float *before = rig_snapshot(&r);
        const size_t plane = rig_plane(&r, "shown");
        const double spans[] = {0.01, 20, 1000};
        const double rest = LOW + 0.45 * RANGE;
        double time = 0;
        for (size_t i = 0; i < 3; i++) { /* as one span of their sum */
            pass(&r, i, spans[i]);
            time += spans[i];
            for (size_t c = 0; c < CELLS; c++) {
                double wanted = rest + (before[c] - rest) * exp(-time / (double)life[c]);
                double g = r.cells.plane[0][c];
                ck_assert_double_eq_tol(g, wanted, 2e-6 * MIDDLE);
                double off = (double)before[plane * CELLS + c] - before[c];
                ck_assert_double_eq_tol(rig_shown(&r)[c] - g, off, 2e-6 * MIDDLE);
            }
        }
        xh_array_free(before);
        xh_array_free(life);
    }
    rig_destroy(&r);
}
END_TEST

/* Diffusion alone, and against decay (Ornstein-Uhlenbeck): variance of one span and of two. */
START_TEST(test_diffusion) {
    static const double lifetimes[] = {0, 10};
    for (size_t i = 0; i < 2; i++) {
        rig r = create(_i, CELLS);
        if (r.cells.count) {
            rig_set(&r, "diffusion", 0.01);
            rig_set(&r, "lifetime", lifetimes[i]);
            rig_init(&r, 57);
            const double zero = r.model->nominal(r.params).zero;
            for (size_t c = 0; c < CELLS; c++) {
                r.cells.plane[0][c] = (float)zero;
            }
            double variance = 0;
            for (uint64_t n = 0; n < 3; n++) {
                const double seconds = n == 1 ? 9 : 0.5;
                pass(&r, n, seconds);
                const double keep = lifetimes[i] > 0 ? exp(-seconds / lifetimes[i]) : 1;
                const double gained =
                    lifetimes[i] > 0 ? (1 - keep * keep) * lifetimes[i] / 2 : seconds;
                variance = variance * keep * keep + gained;
                expect_normal(r.cells.plane[0], CELLS, zero, 0.01 * RANGE * sqrt(variance));
            }
        }
        rig_destroy(&r);
    }
}
END_TEST

START_TEST(test_diffusion_spread) {
    rig r = create(_i, CELLS);
    if (r.cells.count) {
        rig_set(&r, "diffusion", 0.01);
        rig_set(&r, "diffusion_spread", 0.15);
        rig_init(&r, 58);
        expect_normal(kept_plane(&r, "diffusion"), CELLS, 0.01 * RANGE, 0.15 * 0.01 * RANGE);
        for (uint64_t n = 0; n < 30; n++) { /* far, but not beyond the bounds */
            pass(&r, n, 1e4);
        }
        for (size_t c = 0; c < CELLS; c++) {
            ck_assert_float_ge(r.cells.plane[0][c], rig_bound(&r, "g_min", c));
            ck_assert_float_le(r.cells.plane[0][c], rig_bound(&r, "g_max", c));
        }
    }
    rig_destroy(&r);
}
END_TEST

START_TEST(test_time_in_any_split) {
    const size_t cuts[] = {0, 1, 4, 4, 259, 600, 601};
    rig r = create(_i, 601);
    if (r.cells.count) {
        rig_set(&r, "diffusion", 0.02);
        rig_set(&r, "lifetime", 30);
        rig_set(&r, "write_noise", 2);
        rig_set(&r, "reset_spread", 0.02);
        float *state[2];
        for (size_t turn = 0; turn < 2; turn++) {
            rig_init(&r, 59);
            for (size_t i = 0; i + 1 < (turn ? 7 : 2); i++) {
                const size_t end = turn ? cuts[i + 1] : 601;
                const xh_cells cells = rig_span(r.cells, cuts[i], end - cuts[i]);
                r.model->age(r.params, cells, (xh_rng){9, XH_RNG_AGE, 1, 256}, 77 + cuts[i], 1, 9);
            }
            state[turn] = rig_snapshot(&r);
        }
        ck_assert_mem_eq(state[0], state[1],
                         xh_device_kept(r.model, r.params) * 601 * sizeof(float));
        xh_array_free(state[0]);
        xh_array_free(state[1]);
    }
    rig_destroy(&r);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("bounded");
    TCase *each = tcase_create("every model between bounds");
    const int models = (int)xh_device_count();
    tcase_set_timeout(each, 60);
    tcase_add_loop_test(each, test_options, 0, models);
    tcase_add_loop_test(each, test_write_noise, 0, models);
    tcase_add_loop_test(each, test_corrupt_cells, 0, models);
    tcase_add_loop_test(each, test_reset_states, 0, models);
    tcase_add_loop_test(each, test_decay, 0, models);
    tcase_add_loop_test(each, test_diffusion, 0, models);
    tcase_add_loop_test(each, test_diffusion_spread, 0, models);
    tcase_add_loop_test(each, test_time_in_any_split, 0, models);
    suite_add_tcase(suite, each);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
