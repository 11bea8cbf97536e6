/*
 * What every model of cells programmed in a closed loop promises: one suite, looped over those
 * models of the registry that take no pulses. Four comparisons a model are statistical, each within
 * 5 standard errors: chance alone fails one of the 12 with a probability below 1e-5.
 */
#include "programmed_rig.h"

/* The models that take no pulses. */
static size_t programmed[64];

static int find_programmed(void) {
    int count = 0;
    for (size_t i = 0; i < xh_device_count(); i++) {
        if (!rig_takes_pulses((int)i)) {
            programmed[count++] = i;
        }
    }
    return count;
}

static rig create(int index, rig_variant v, size_t count) {
    return rig_create(programmed[index], v, count);
}

/* Targets from one end of the range to the other. */
static void spread_targets(rig *r) {
    const xh_device_nominal nominal = r->model->nominal(r->params);
    const double last = (double)r->cells.count - 1;
    for (size_t c = 0; c < r->cells.count; c++) {
        const double share = (double)c / last;
        r->direction[c] = (float)(nominal.g_min + share * (nominal.g_max - nominal.g_min));
    }
}

/* Without error a cell is what was asked for, to the bit, and its table knows no pulse. */
START_TEST(test_quiet_cells_are_their_targets) {
    rig r = create(_i, QUIET, 101);
    spread_targets(&r);
    rig_draw_set(&r, 1);
    r.model->set(r.params, r.cells, r.direction, r.noise, 5.0);
    ck_assert_mem_eq(r.cells.plane[0], r.direction, r.cells.count * sizeof(float));
    ck_assert(!r.model->pulse && !r.model->reset);
    rig_destroy(&r);
}
END_TEST

/* However far the normals: no conductance and no variance below zero, and all of it finite. */
START_TEST(test_conductances_are_not_negative) {
    for (rig_variant v = DEFAULT; v <= PERTURBED; v++) {
        rig r = create(_i, v, 257);
        float read[257];
        float variance[257];
        spread_targets(&r);
        for (int far = -1; far <= 1; far += 2) {
            rig_draw_set(&r, 1);
            for (size_t i = 0; i < XH_DEVICE_DRAWS * r.cells.count; i++) {
                r.noise[i] = 6.7F * (float)far * (i % 3 ? 1.0F : -1.0F);
            }
            r.model->set(r.params, r.cells, r.direction, r.noise, 0.0);
            rig_age(&r, 1, 0.0, 1e9);
            for (int late = 1; late < 10; late += 4) {
                r.model->read(r.params, r.cells, late * 1e9, read, variance);
                for (size_t c = 0; c < r.cells.count; c++) {
                    ck_assert_float_ge(r.cells.plane[0][c], 0);
                    ck_assert(read[c] >= 0 && isfinite(read[c]));
                    ck_assert(variance[c] >= 0 && isfinite(variance[c]));
                }
            }
        }
        rig_destroy(&r);
    }
}
END_TEST

/* A life of two sets, time and a read, in spans that end at the cuts. */
static float *live(rig *r, const size_t *cuts, size_t spans) {
    const size_t count = r->cells.count;
    float *out = xh_array_create(2 * count, sizeof(float));
    float *part = xh_array_create(XH_DEVICE_DRAWS * count, sizeof(float));
    for (size_t i = 0; i < spans; i++) {
        const size_t first = cuts[i];
        const size_t length = cuts[i + 1] - first;
        const xh_cells cells = rig_span(r->cells, first, length);
        r->model->init(r->params, cells, (xh_rng){5, XH_RNG_DEVICE, 0, 0}, 4321 + first, 0.5);
        for (uint64_t step = 0; step < 2; step++) {
            rig_draw_set(r, step);
            for (size_t d = 0; d < XH_DEVICE_DRAWS; d++) {
                memcpy(part + d * length, r->noise + d * count + first, length * sizeof(float));
            }
            r->model->set(r->params, cells, r->direction + first, part, 2.0);
        }
        if (r->model->age) {
            r->model->age(r->params, cells, (xh_rng){6, XH_RNG_AGE, 0, 256}, 4321 + first, 2.0,
                          400.0);
        }
        r->model->read(r->params, cells, 400.0, out + first, out + count + first);
    }
    xh_array_free(part);
    return out;
}

START_TEST(test_span_equals_any_split) {
    const size_t whole[] = {0, 603};
    const size_t split[] = {0, 1, 1, 4, 7, 40, 303, 602, 603};
    rig r = create(_i, PERTURBED, 603);
    spread_targets(&r);
    float *read = live(&r, whole, 1);
    float *state = rig_snapshot(&r);
    float *split_read = live(&r, split, sizeof(split) / sizeof(split[0]) - 1);
    ck_assert(rig_same(&r, state));
    ck_assert_mem_eq(read, split_read, 2 * r.cells.count * sizeof(float));
    xh_array_free(read);
    xh_array_free(state);
    xh_array_free(split_read);
    rig_destroy(&r);
}
END_TEST

/* No time changes no bit; time changes neither what was programmed nor when, and its key names what
 * it draws. A read changes nothing. */
START_TEST(test_time_and_reads) {
    rig r = create(_i, DEFAULT, 333);
    const size_t count = r.cells.count;
    float *reads = xh_array_create(3 * count, sizeof(float));
    rig_set_all(&r, 20 * MICRO, 1, 3.0);
    rig_age(&r, 1, 3.0, 90.0);
    float *state = rig_snapshot(&r);
    rig_age(&r, 2, 90.0, 90.0);
    r.model->read(r.params, r.cells, 500.0, reads, reads + count);
    r.model->read(r.params, r.cells, 500.0, reads + 2 * count, NULL);
    ck_assert(rig_same(&r, state));
    ck_assert_mem_eq(reads, reads + 2 * count, count * sizeof(float));
    for (size_t c = 0; c < count; c++) {
        ck_assert_int_eq((r.model->traits & XH_DEVICE_READ_NOISE) != 0, reads[count + c] > 0);
    }
    rig_set_all(&r, 20 * MICRO, 1, 3.0);
    rig_age(&r, 1, 3.0, 1e6);
    ck_assert_mem_eq(r.cells.plane[0], state, count * sizeof(float));
    float *aged = rig_snapshot(&r);
    for (uint64_t step = 1; step <= 2; step++) {
        rig_set_all(&r, 20 * MICRO, 1, 3.0);
        rig_age(&r, step, 3.0, 1e6);
        ck_assert_int_eq(rig_same(&r, aged), step == 1 || !r.model->age);
    }
    xh_array_free(reads);
    xh_array_free(state);
    xh_array_free(aged);
    rig_destroy(&r);
}
END_TEST

/* A cell programmed again is as if it had been programmed then for the first time. */
START_TEST(test_a_set_starts_anew) {
    rig r = create(_i, DEFAULT, 64);
    float first[64];
    float second[64];
    rig_set_all(&r, 20 * MICRO, 1, 0.0);
    r.model->read(r.params, r.cells, 1024.0, first, NULL);
    rig_set_all(&r, 15 * MICRO, 2, 512.0);
    rig_age(&r, 1, 512.0, 4096.0);
    rig_set_all(&r, 20 * MICRO, 1, 4096.0);
    r.model->read(r.params, r.cells, 4096.0 + 1024.0, second, NULL);
    ck_assert_mem_eq(first, second, sizeof first);
    rig_destroy(&r);
}
END_TEST

/* Time in one step or in many: cells end up as wide apart, about the same mean. */
START_TEST(test_time_composes) {
    enum { CELLS = 20000, STEPS = 40 };
    rig r = create(_i, DEFAULT, CELLS);
    float *read = xh_array_create(CELLS, sizeof(float));
    double middle[2];
    double spread[2];
    rig_set(&r, "program_noise", 0);
    if (!isnan(rig_number(&r, "relaxation"))) {
        rig_set(&r, "relaxation", 0);
    }
    for (int way = 0; way < 2; way++) {
        const int steps = way == 0 ? 1 : STEPS;
        rig_set_all(&r, 20 * MICRO, 1 + (uint64_t)way, 0.0);
        double now = 0;
        for (int k = 1; k <= steps; k++) {
            const double next = pow(1e7, (double)k / steps) - 1;
            rig_age(&r, 100 * (uint64_t)way + (uint64_t)k, now, next);
            now = next;
        }
        r.model->read(r.params, r.cells, 1e7, read, NULL);
        middle[way] = mean(read, CELLS);
        spread[way] = deviation(read, CELLS);
    }
    const double error = sqrt(2.0 / CELLS) * spread[0] + 1e-9 * MICRO;
    ck_assert_double_le(fabs(middle[0] - middle[1]), SIGMAS * error);
    ck_assert_double_le(fabs(spread[0] - spread[1]), SIGMAS * error);
    xh_array_free(read);
    rig_destroy(&r);
}
END_TEST

/* Widening the window of a read moves noise from what stands still into the read, and leaves the
 * sum. */
START_TEST(test_window_splits_the_noise) {
    enum { CELLS = 40000 };
    static const double windows[] = {0, 1, 1000, 1e10};
    rig r = create(_i, QUIET, CELLS);
    float *read = xh_array_create(2 * CELLS, sizeof(float));
    double still[4];
    double drawn[4];
    for (size_t w = 0; w < 4 && !isnan(rig_number(&r, "read_window")); w++) {
        rig_set(&r, "flicker_noise", 1);
        rig_set(&r, "read_window", windows[w]);
        if (!isnan(rig_number(&r, "relaxation"))) {
            rig_set(&r, "relaxation", 0);
        }
        rig_set_all(&r, 20 * MICRO, 1, 0.0);
        rig_age(&r, 1, 0.0, 86400.0);
        r.model->read(r.params, r.cells, 86400.0, read, read + CELLS);
        still[w] = pow(deviation(read, CELLS), 2);
        drawn[w] = mean(read + CELLS, CELLS);
        ck_assert(w == 0 || (drawn[w] > drawn[w - 1] && still[w] < still[w - 1]));
        /* The error of a variance is sqrt(2 / n) of it; the means of the read depend on where the
         * cells went, by less. */
        ck_assert_double_le(fabs(still[w] + drawn[w] - still[0] - drawn[0]),
                            SIGMAS * 2 * sqrt(2.0 / CELLS) * (still[0] + drawn[0]));
    }
    xh_array_free(read);
    rig_destroy(&r);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("programmed");
    TCase *each = tcase_create("every programmed model");
    const int models = find_programmed();
    tcase_set_timeout(each, 60);
    tcase_add_loop_test(each, test_quiet_cells_are_their_targets, 0, models);
    tcase_add_loop_test(each, test_conductances_are_not_negative, 0, models);
    tcase_add_loop_test(each, test_span_equals_any_split, 0, models);
    tcase_add_loop_test(each, test_time_and_reads, 0, models);
    tcase_add_loop_test(each, test_a_set_starts_anew, 0, models);
    tcase_add_loop_test(each, test_time_composes, 0, models);
    tcase_add_loop_test(each, test_window_splits_the_noise, 0, models);
    suite_add_tcase(suite, each);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed || models < 3 ? EXIT_FAILURE : EXIT_SUCCESS;
}
