/*
 * What every device model promises: one suite, looped over the registry. A model that learns has
 * pulses; one without them must have set, and what it promises then is in test_programmed.c. Fewer than 100 comparisons
 * are statistical, each within 5 standard errors: chance alone fails one with a probability below
 * 6e-5.
 */
#include "device_rig.h"

START_TEST(test_tables) {
    const xh_device_model *model = xh_device_at((size_t)_i);
    const xh_device_model *found = NULL;
    ck_assert_int_eq(xh_device_find(model->name, &found, NULL), XH_OK);
    ck_assert_ptr_eq(found, model);
    ck_assert(model->summary[0] && !strchr(model->summary, '\n'));
    ck_assert(model->equations[0] && model->reference[0]);
    ck_assert_uint_ge(model->planes, 1);
    ck_assert_uint_le(model->planes, XH_DEVICE_PLANES);
    ck_assert_str_eq(model->plane[0].unit, "S");
    for (size_t plane = 0; plane < model->planes; plane++) {
        ck_assert(model->plane[plane].name[0] && model->plane[plane].unit[0]);
        ck_assert(model->plane[plane].sentence[0]);
    }
    ck_assert_uint_le(model->params->size, XH_PARAM_STRUCT_MAX);
    for (size_t i = 0; i < model->params->count; i++) {
        const xh_param *row = &model->params->params[i];
        ck_assert_msg(row->unit && row->unit[0], "%s has no unit", row->name);
        ck_assert_msg(row->sentence && row->sentence[0], "%s has no sentence", row->name);
        ck_assert_msg(strchr(row->sentence, '['), "%s has no source", row->name);
        ck_assert_uint_lt(row->offset, model->params->size);
        ck_assert_ptr_eq(xh_param_find(model->params, row->name), row);
    }
}
END_TEST

START_TEST(test_traits) {
    rig r = rig_create((size_t)_i, DEFAULT, 64);
    const unsigned traits = r.model->traits;
    ck_assert(r.model->nominal && r.model->cost && r.model->init && r.model->read);
    ck_assert_msg(r.model->pulse || r.model->set, "%s can be neither pulsed nor set",
                  r.model->name);
    ck_assert_msg(r.model->pulse || !(traits & (XH_DEVICE_DEPRESSES | XH_DEVICE_RESETS)),
                  "%s takes no pulses, so it has none that depress or reset", r.model->name);
    ck_assert_int_eq((traits & XH_DEVICE_RESETS) != 0, r.model->reset != NULL);
    const size_t draws = xh_device_draws(r.model, r.params);
    ck_assert(draws >= 1 && draws <= XH_DEVICE_DRAWS);
    xh_device_nominal nominal = r.model->nominal(r.params);
    ck_assert_double_gt(nominal.g_max, nominal.g_min);
    ck_assert_int_eq(r.model->pulse != NULL, nominal.step_up > 0);
    ck_assert_double_gt(nominal.unit, 0);
    ck_assert_int_eq((traits & XH_DEVICE_DEPRESSES) != 0, nominal.step_down > 0);
    xh_device_pulse_cost cost = r.model->cost(r.params);
    ck_assert_double_eq(cost.energy_up, rig_number(&r, "energy_up"));
    ck_assert_double_eq(cost.wear_up, rig_number(&r, "wear_up"));
    ck_assert(cost.energy_up > 0 && cost.time_up > 0 && cost.wear_up > 0 && cost.endurance > 0);
    ck_assert_int_eq((traits & XH_DEVICE_DEPRESSES) != 0, cost.energy_down > 0);
    ck_assert_int_eq((traits & XH_DEVICE_RESETS) != 0, cost.energy_reset > 0);
    ck_assert_int_eq(r.model->set != NULL, cost.set_pulses > 0 && cost.set_reads > 0);
    float conductance[64];
    float variance[64];
    r.model->read(r.params, r.cells, 1.0, conductance, variance);
    if (r.model->pulse) { /* else only once it is programmed */
        ck_assert_int_eq((traits & XH_DEVICE_READ_NOISE) != 0, variance[0] > 0);
    }
    ck_assert(!(traits & XH_DEVICE_EVEN_NOISE) || traits & XH_DEVICE_READ_NOISE);
    rig_destroy(&r);
}
END_TEST

START_TEST(test_bounds_hold) {
    if (!rig_takes_pulses(_i)) {
        return;
    }
    for (rig_variant v = DEFAULT; v <= PERTURBED; v++) {
        rig r = rig_create((size_t)_i, v, 257);
        for (uint64_t step = 0; step < 3000; step++) {
            xh_pulse_tally tally = {0};
            rig_draw(&r, step);
            rig_pulse(&r, (double)step);
            if (r.model->reset && step % 1000 == 999) {
                r.model->reset(r.params, r.cells, r.noise, (double)step, &tally);
            }
            for (size_t c = 0; c < r.cells.count && step % 25 == 24; c++) {
                ck_assert_float_ge(r.cells.plane[0][c], rig_low(&r, c));
                ck_assert_float_le(r.cells.plane[0][c], rig_bound(&r, "g_max", c));
            }
        }
        rig_destroy(&r);
    }
}
END_TEST

START_TEST(test_zero_pulses_change_no_bit) {
    if (!rig_takes_pulses(_i)) {
        return;
    }
    rig r = rig_create((size_t)_i, PERTURBED, 129);
    for (uint64_t step = 0; step < 10; step++) {
        rig_draw(&r, step);
        rig_pulse(&r, (double)step);
    }
    float *before = rig_snapshot(&r);
    memset(r.direction, 0, r.cells.count * sizeof(float));
    xh_pulse_tally tally = rig_pulse(&r, 99.0);
    ck_assert(rig_same(&r, before));
    ck_assert_uint_eq(tally.up + tally.down + tally.effective + tally.clipped, 0);
    xh_array_free(before);
    rig_destroy(&r);
}
END_TEST

/* A life of a few pulses, RESET and a read, in spans that end at the cuts. */
static float *live(rig *r, const size_t *cuts, size_t spans) {
    xh_pulse_tally tally = {0};
    float *out = xh_array_create(2 * r->cells.count, sizeof(float));
    for (size_t i = 0; i < spans; i++) {
        size_t first = cuts[i];
        xh_cells cells = rig_span(r->cells, first, cuts[i + 1] - first);
        r->model->init(r->params, cells, (xh_rng){5, XH_RNG_DEVICE, 0, 0}, 4321 + first, 0.5);
        for (uint64_t step = 0; step < 6; step++) {
            rig_draw(r, step);
            if (r->model->reset && step == 2) {
                r->model->reset(r->params, cells, rig_noise(r, first, cells.count), 1.0, &tally);
            }
            r->model->pulse(r->params, cells, r->direction + first,
                            rig_noise(r, first, cells.count), 2.0, &tally);
        }
        r->model->read(r->params, cells, 60.0, out + first, out + r->cells.count + first);
    }
    return out;
}

START_TEST(test_span_equals_any_split) {
    if (!rig_takes_pulses(_i)) {
        return;
    }
    const size_t whole[] = {0, 203};
    const size_t split[] = {0, 1, 1, 4, 7, 40, 103, 202, 203};
    rig r = rig_create((size_t)_i, PERTURBED, 203);
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

START_TEST(test_key_names_the_draw) {
    if (!rig_takes_pulses(_i)) {
        return;
    }
    rig r = rig_create((size_t)_i, DEFAULT, 64);
    float *first = rig_snapshot(&r);
    rig_init(&r, 12);
    ck_assert_int_eq(rig_same(&r, first), !rig_spreads(r.model));
    rig_init(&r, 11);
    ck_assert(rig_same(&r, first));
    xh_array_free(first);
    rig_destroy(&r);
}
END_TEST

START_TEST(test_pulses_go_their_way) {
    if (!rig_takes_pulses(_i)) {
        return;
    }
    for (rig_variant v = DEFAULT; v <= PERTURBED; v++) {
        rig r = rig_create((size_t)_i, v, 4096);
        int last = r.model->traits & XH_DEVICE_DEPRESSES ? -1 : 1;
        for (int way = 1; way >= last; way -= 2) {
            rig_place(&r, 0.3);
            double before = mean(r.cells.plane[0], r.cells.count);
            for (uint64_t step = 0; step < 4; step++) {
                rig_draw(&r, step);
                for (size_t c = 0; c < r.cells.count; c++) {
                    r.direction[c] = (float)way;
                }
                rig_pulse(&r, 0.0);
                double after = mean(r.cells.plane[0], r.cells.count);
                ck_assert_double_gt((after - before) * way, 0);
                before = after;
            }
        }
        rig_destroy(&r);
    }
}
END_TEST

/* The nominal step is that of a quiet cell in the middle of its range that has seen many pulses. */
START_TEST(test_nominal_step) {
    if (!rig_takes_pulses(_i)) {
        return;
    }
    for (int sign = -1; sign <= 1; sign++) {
        rig r = rig_create((size_t)_i, QUIET, 5);
        if (xh_param_find(r.model->params, "up_down")) {
            rig_set(&r, "up_down", 0.2 * sign);
            rig_init(&r, 11);
        }
        xh_device_nominal nominal = r.model->nominal(r.params);
        float middle = (float)((nominal.g_min + nominal.g_max) / 2);
        const float ways[] = {1, -1};
        const double steps[] = {nominal.step_up, nominal.step_down};
        for (size_t i = 0; i < (nominal.step_down > 0 ? 2U : 1U); i++) {
            rig_season(&r);
            rig_steer(&r, ways[i], 0);
            r.cells.plane[0][2] = middle;
            rig_pulse(&r, 0.0);
            double step = ways[i] * ((double)r.cells.plane[0][2] - middle);
            ck_assert_double_eq_tol(step, steps[i], 1e-3 * steps[i]);
        }
        rig_destroy(&r);
    }
}
END_TEST

/* Up steps of exp_step end where the law says, before the bounds of some cells, and neither they nor
 * those of pow_step are of their scale at weight zero; without bend and power they are. */
static void straighten(rig *r) {
    static const char *const bent[] = {"bend_up", "power"};
    for (size_t i = 0; i < sizeof bent / sizeof bent[0]; i++) {
        if (xh_param_find(r->model->params, bent[i])) {
            rig_set(r, bent[i], 0);
        }
    }
}

/* Models whose cells have steps and bounds of their own: their spread, and that of a pulse. */
START_TEST(test_spread) {
    size_t checked = 0;
    for (size_t i = 0; i < xh_device_count(); i++) {
        rig r = rig_create(i, DEFAULT, 40000);
        size_t count = r.cells.count;
        if (xh_param_find(r.model->params, "weight_zero")) {
            rig_set(&r, "g_min", 20e-6); /* so that no lower bound is held at zero */
            rig_set(&r, "g_max", 30e-6);
            rig_set(&r, "g_min_spread", 0.15);
            straighten(&r);
            rig_init(&r, 21);
            double step = 10e-6 / rig_number(&r, "states");
            double spread = hypot(rig_number(&r, "step_spread"), rig_number(&r, "up_down_spread"));
            const float *up = r.cells.plane[rig_plane(&r, "scale_up")];
            expect_normal(up, count, step, step * spread);
            expect_normal(r.cells.plane[rig_plane(&r, "scale_down")], count, step, step * spread);
            expect_normal(r.cells.plane[rig_plane(&r, "g_min")], count, 20e-6, 0.15 * 5e-6);
            expect_normal(r.cells.plane[rig_plane(&r, "g_max")], count, 30e-6,
                          rig_number(&r, "g_max_spread") * 5e-6);
            rig_draw(&r, 5);
            for (size_t c = 0; c < count; c++) {
                r.direction[c] = 1;
            }
            for (size_t c = 0; c < count; c++) { /* where the models' steps are as drawn */
                r.cells.plane[0][c] = 25e-6F;
            }
            float *moved = rig_snapshot(&r);
            rig_pulse(&r, 0.0);
            for (size_t c = 0; c < count; c++) {
                moved[c] = (r.cells.plane[0][c] - moved[c]) / up[c];
            }
            expect_normal(moved, count, 1, rig_number(&r, "cycle_noise"));
            xh_array_free(moved);
            checked++;
        }
        rig_destroy(&r);
    }
    ck_assert_uint_eq(checked, 7);
}
END_TEST

START_TEST(test_log_normal_steps) {
    rig r = rig_create_named("soft_bounds", PERTURBED, 40000);
    rig_set(&r, "up_down", 0);
    rig_set(&r, "up_down_spread", 0);
    rig_set(&r, "corrupt_share", 0);
    rig_init(&r, 22);
    float *up = r.cells.plane[rig_plane(&r, "scale_up")];
    double range = rig_number(&r, "g_max") - rig_number(&r, "g_min");
    double step = range / rig_number(&r, "states");
    for (size_t c = 0; c < r.cells.count; c++) {
        up[c] = logf(up[c] / (float)step);
    }
    expect_normal(up, r.cells.count, 0, rig_number(&r, "step_spread"));
    rig_destroy(&r);
}
END_TEST

/* A RESET brings back the statistics of the pristine state, near g_min. */
START_TEST(test_reset) {
    rig r = rig_create((size_t)_i, DEFAULT, 20000);
    if (r.model->reset) {
        size_t count = r.cells.count;
        double pristine = mean(r.cells.plane[0], count);
        double spread = deviation(r.cells.plane[0], count);
        for (uint64_t step = 0; step < 30; step++) {
            rig_draw(&r, step);
            rig_pulse(&r, 1.0);
        }
        xh_pulse_tally tally = {0};
        rig_draw(&r, 99);
        r.model->reset(r.params, r.cells, r.noise, 2.0, &tally);
        ck_assert_uint_eq(tally.reset, count);
        ck_assert_uint_eq(tally.up + tally.down + tally.effective + tally.clipped, 0);
        double error = spread * sqrt(2 / (double)count);
        ck_assert_double_le(fabs(mean(r.cells.plane[0], count) - pristine), SIGMAS * error);
        ck_assert_double_le(fabs(deviation(r.cells.plane[0], count) - spread), SIGMAS * error);
        xh_device_nominal nominal = r.model->nominal(r.params);
        ck_assert_double_le(fabs(pristine - nominal.g_min), 0.1 * (nominal.g_max - nominal.g_min));
    }
    rig_destroy(&r);
}
END_TEST

/* Reads leave the state alone, are equally noisy where the model says so, and fall in time where the model drifts and nowhere else. */
START_TEST(test_read_in_time) {
    if (!rig_takes_pulses(_i)) {
        return;
    }
    rig r = rig_create((size_t)_i, PERTURBED, 333);
    size_t count = r.cells.count;
    for (uint64_t step = 0; step < 20; step++) {
        rig_draw(&r, step);
        rig_pulse(&r, 3.0);
    }
    float *state = rig_snapshot(&r);
    float *reads = xh_array_create(4 * count, sizeof(float));
    r.model->read(r.params, r.cells, 1e4, reads, NULL);
    r.model->read(r.params, r.cells, 10.0, reads + count, reads + 3 * count);
    r.model->read(r.params, r.cells, 1e4, reads + 2 * count, reads + 3 * count);
    ck_assert(rig_same(&r, state));
    ck_assert_mem_eq(reads, reads + 2 * count, count * sizeof(float));
    for (size_t c = 0; c < count; c++) {
        ck_assert_float_ge(reads[3 * count + c], 0);
        if (r.model->traits & XH_DEVICE_EVEN_NOISE) {
            ck_assert_float_eq(reads[3 * count + c], reads[3 * count]);
        }
        if (r.model->traits & XH_DEVICE_DRIFTS) {
            ck_assert_float_lt(reads[c], reads[count + c]);
        } else {
            ck_assert_float_eq(reads[c], reads[count + c]);
            ck_assert_float_eq(reads[c], rig_shown(&r)[c]);
        }
    }
    xh_array_free(state);
    xh_array_free(reads);
    rig_destroy(&r);
}
END_TEST

/* A read noise relative to the range is that, squared, and none when its parameter is zero. */
START_TEST(test_relative_read_noise) {
    size_t checked = 0;
    for (size_t i = 0; i < xh_device_count(); i++) {
        for (rig_variant v = DEFAULT; v < VARIANTS; v++) {
            rig r = rig_create(i, v, 9);
            if (xh_param_find(r.model->params, "read_noise")) {
                float conductance[9];
                float variance[9];
                r.model->read(r.params, r.cells, 1.0, conductance, variance);
                double noise = rig_number(&r, "read_noise") *
                               (rig_number(&r, "g_max") - rig_number(&r, "g_min"));
                ck_assert_int_eq(v == QUIET, noise == 0);
                ck_assert_double_le(fabs(variance[8] - noise * noise), 1e-6 * noise * noise);
                checked++;
            }
            rig_destroy(&r);
        }
    }
    ck_assert_uint_ge(checked, 3 * VARIANTS);
}
END_TEST

START_TEST(test_tally) {
    if (!rig_takes_pulses(_i)) {
        return;
    }
    rig r = rig_create((size_t)_i, DEFAULT, 1001);
    straighten(&r);
    rig_season(&r);
    rig_place(&r, 0.4);
    float *before = rig_snapshot(&r);
    rig_draw(&r, 1);
    xh_pulse_tally tally = rig_pulse(&r, 0.0);
    uint64_t up = 0;
    uint64_t down = 0;
    uint64_t effective = 0;
    for (size_t c = 0; c < r.cells.count; c++) {
        up += r.direction[c] > 0;
        down += r.direction[c] < 0;
        effective += r.cells.plane[0][c] != before[c];
    }
    ck_assert_uint_eq(tally.up, up);
    ck_assert_uint_eq(tally.down, down);
    ck_assert_uint_eq(tally.effective, effective);
    ck_assert_uint_eq(tally.clipped, 0);
    ck_assert_uint_eq(tally.reset, 0);
    rig_place(&r, 0.9999); /* just below the bound, and pushed far */
    rig_steer(&r, 1, 1e4F);
    r.direction[7] = 0;
    tally = rig_pulse(&r, 0.0);
    ck_assert_uint_eq(tally.up, r.cells.count - 1);
    ck_assert_uint_eq(tally.clipped, r.cells.count - 1);
    ck_assert_uint_eq(tally.effective, r.cells.count - 1);
    ck_assert_float_eq(r.cells.plane[0][6], rig_bound(&r, "g_max", 6));
    xh_array_free(before);
    rig_destroy(&r);
}
END_TEST

START_TEST(test_unknown_names) {
    const xh_device_model *model = NULL;
    xh_error error = {0};
    ck_assert_int_eq(xh_device_find("pcm_acumulate", &model, &error), XH_INPUT);
    ck_assert_str_eq(error.text,
                     "unknown device model \"pcm_acumulate\"; did you mean pcm_accumulate?");
    ck_assert_int_eq(xh_device_find("a transistor", &model, &error), XH_INPUT);
    for (size_t i = 0; i < xh_device_count(); i++) {
        ck_assert_ptr_nonnull(strstr(error.text, xh_device_at(i)->name));
    }
    ck_assert_ptr_null(model);
    ck_assert_ptr_null(xh_device_at(xh_device_count()));
}
END_TEST

START_TEST(test_parameters_are_checked) {
    rig r = rig_create((size_t)_i, DEFAULT, 1);
    xh_error error = {0};
    rig_set(&r, "g_min", 2e-6);
    rig_set(&r, "g_max", 1e-7);
    ck_assert_int_eq(xh_device_check(r.model, r.params, &error), XH_INPUT);
    ck_assert_str_eq(error.text, "g_max = 1e-07 S must be above g_min = 2e-06 S");
    rig_set(&r, "g_max", 1.0);
    ck_assert_int_eq(xh_device_check(r.model, r.params, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "g_max = 1 "));
    rig_destroy(&r);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("device");
    TCase *each = tcase_create("every model");
    TCase *some = tcase_create("registry");
    int models = (int)xh_device_count();
    tcase_set_timeout(each, 60);
    tcase_set_timeout(some, 60);
    tcase_add_loop_test(each, test_tables, 0, models);
    tcase_add_loop_test(each, test_traits, 0, models);
    tcase_add_loop_test(each, test_bounds_hold, 0, models);
    tcase_add_loop_test(each, test_zero_pulses_change_no_bit, 0, models);
    tcase_add_loop_test(each, test_span_equals_any_split, 0, models);
    tcase_add_loop_test(each, test_key_names_the_draw, 0, models);
    tcase_add_loop_test(each, test_pulses_go_their_way, 0, models);
    tcase_add_loop_test(each, test_nominal_step, 0, models);
    tcase_add_loop_test(each, test_reset, 0, models);
    tcase_add_loop_test(each, test_read_in_time, 0, models);
    tcase_add_loop_test(each, test_tally, 0, models);
    tcase_add_loop_test(each, test_parameters_are_checked, 0, models);
    tcase_add_test(some, test_spread);
    tcase_add_test(some, test_log_normal_steps);
    tcase_add_test(some, test_relative_read_noise);
    tcase_add_test(some, test_unknown_names);
    suite_add_tcase(suite, each);
    suite_add_tcase(suite, some);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
