/*
 * Every device preset that comes with the program: it says what it is and where from, loads, and is
 * a device like any other: its cells keep their bounds, move as the nominal figures say, and spread
 * as the parameters say. And what an experiment makes of presets.
 *
 * Statistical comparisons are within 5 standard errors: with two presets or two hundred, chance
 * alone fails one with a probability below 1e-3.
 */
#include "device_rig.h"

#include "config_rig.h" /* whose global names are not to hide those above */

enum { CELLS = 4096 };

static xh_param_values values;

static const xh_device_model *load(const char *name) {
    const xh_device_model *model = NULL;
    error = (xh_error){0};
    ck_assert_msg(xh_device_load(name, NULL, 0, &model, &values, &error) == XH_OK, "%s",
                  error.text);
    return model;
}

/* Cells of the preset of that number. */
static rig create(int index, size_t count) {
    const xh_device_model *model = load(xh_device_preset_at((size_t)index).name);
    rig r = rig_create_named(model->name, DEFAULT, count);
    memcpy(r.params, values.bytes, model->params->size);
    rig_init(&r, 11);
    return r;
}

/* Pulses of its own for every cell; models of programmed cells have none. */
static bool pulses(const rig *r) {
    return r->model->pulse != NULL;
}

START_TEST(a_preset_says_what_it_is) {
    const xh_embedded preset = xh_device_preset_at((size_t)_i);
    const xh_device_model *model = NULL;
    ck_assert_int_eq(xh_device_find(preset.name, &model, NULL), XH_INPUT); /* no model's name */
    ck_assert_msg(strncmp(preset.text, "# ", 2) == 0, "%s has no summary", preset.name);
    ck_assert_uint_le(strcspn(preset.text, "\n"), 110);
    const char *section = strstr(preset.text, "\ndevice:");
    ck_assert_ptr_nonnull(section);
    const char *doi = strstr(preset.text, "DOI 10.");
    const char *memory = strstr(preset.text, "ource from memory");
    ck_assert_msg((doi && doi < section) || (memory && memory < section),
                  "%s has no source: a DOI, or \"source from memory\"", preset.name);
    for (const char *line = section + strlen("\ndevice:\n"); *line; line = strchr(line, '\n') + 1) {
        const char *bracket = strchr(line, '[');
        const char *end = strchr(line, '\n');
        ck_assert_ptr_nonnull(end);
        ck_assert_msg(strncmp(line, "  model: ", 9) == 0 || (bracket && bracket < end),
                      "%s: no source in %.*s", preset.name, (int)(end - line), line);
    }
}
END_TEST

START_TEST(a_preset_loads) {
    const xh_device_model *model = load(xh_device_preset_at((size_t)_i).name);
    ck_assert_int_eq(xh_device_check(model, &values, NULL), XH_OK);
    const xh_device_nominal nominal = model->nominal(&values);
    ck_assert_double_gt(nominal.g_max, nominal.g_min);
    ck_assert_double_gt(nominal.unit, 0);
    ck_assert_int_eq(model->pulse != NULL, nominal.step_up > 0);
    ck_assert(strcmp(model->name, "ideal") != 0);
}
END_TEST

START_TEST(cells_keep_their_bounds) {
    rig r = create(_i, 257);
    for (uint64_t step = 0; pulses(&r) && step < 1000; step++) {
        rig_draw(&r, step);
        rig_pulse(&r, (double)step);
        for (size_t c = 0; c < r.cells.count && step % 25 == 24; c++) {
            ck_assert_float_ge(r.cells.plane[0][c], rig_low(&r, c));
            ck_assert_float_le(r.cells.plane[0][c], rig_bound(&r, "g_max", c));
        }
    }
    rig_destroy(&r);
}
END_TEST

START_TEST(cells_without_pulses_keep_their_bits) {
    rig r = create(_i, 129);
    if (pulses(&r)) {
        rig_draw(&r, 1);
        rig_pulse(&r, 1.0);
        float *before = rig_snapshot(&r);
        memset(r.direction, 0, r.cells.count * sizeof(float));
        rig_pulse(&r, 2.0);
        ck_assert(rig_same(&r, before));
        xh_array_free(before);
    }
    rig_destroy(&r);
}
END_TEST

/* At mid-range pulses move the mean cell their way. */
START_TEST(pulses_go_their_way) {
    rig r = create(_i, CELLS);
    const int last = r.model->traits & XH_DEVICE_DEPRESSES ? -1 : 1;
    for (int way = 1; pulses(&r) && way >= last; way -= 2) {
        rig_place(&r, 0.5);
        const double before = mean(r.cells.plane[0], r.cells.count);
        for (uint64_t step = 0; step < 4; step++) {
            rig_draw(&r, step);
            for (size_t c = 0; c < r.cells.count; c++) {
                r.direction[c] = (float)way;
            }
            rig_pulse(&r, 0.0);
        }
        ck_assert_double_gt((mean(r.cells.plane[0], r.cells.count) - before) * way, 0);
    }
    rig_destroy(&r);
}
END_TEST

/* Of models whose cells have bounds and steps of their own: mean and deviation of the upper bounds,
 * which no cell's zero cuts short, and of the steps. */
START_TEST(cells_spread_as_they_should) {
    rig r = create(_i, CELLS);
    const size_t high = rig_plane(&r, "g_max"), up = rig_plane(&r, "scale_up");
    const double range = rig_number(&r, "g_max") - rig_number(&r, "g_min");
    const double bounds = rig_number(&r, "g_max_spread");
    ck_assert_ptr_nonnull(r.cells.plane[0]);
    const bool plain = rig_number(&r, "weight_zero") >= 0 && rig_number(&r, "corrupt_share") == 0;
    if (plain && high < r.model->planes && bounds <= 0.3 && !(rig_number(&r, "reference") > 0)) {
        const double reach = (1 - rig_number(&r, "weight_zero")) * range;
        expect_normal(r.cells.plane[high], CELLS, rig_number(&r, "g_max"), bounds * reach);
    }
    if (plain && up < r.model->planes) {
        const double step = range / rig_number(&r, "states");
        const double spread =
            hypot(rig_number(&r, "step_spread"), rig_number(&r, "up_down_spread"));
        const bool log_normal = rig_number(&r, "step_log_normal") > 0;
        if (!log_normal && spread <= 0.32 && rig_number(&r, "up_down") >= 0) {
            expect_normal(r.cells.plane[up], CELLS, step, step * spread);
        }
    }
    rig_destroy(&r);
}
END_TEST

/* An experiment with the preset resolves to the model and every value, and that to itself. */
START_TEST(a_resolved_preset_stands_alone) {
    const char *name = xh_device_preset_at((size_t)_i).name;
    char text[512];
    snprintf(text, sizeof text, DIGITAL "device: {preset: %s}\n", name);
    expect(text, 0, NULL);
    const xh_device_model *model = load(name);
    ck_assert_ptr_eq(config.device, model);
    ck_assert_mem_eq(&config.device_values, &values, model->params->size);
    char *resolved = xh_config_text(&config);
    ck_assert_ptr_nonnull(resolved);
    ck_assert_ptr_null(strstr(strstr(resolved, "\ndevice:"), "preset"));
    ck_assert_int_eq(xh_config_parse("again", resolved, strlen(resolved), NULL, 0, &again, &error),
                     XH_OK);
    ck_assert_ptr_eq(again.device, model);
    ck_assert_mem_eq(&again.device_values, &values, model->params->size);
    free(resolved);
}
END_TEST

static double device_number(const char *name) {
    return xh_param_number(xh_param_find(config.device->params, name), &config.device_values);
}

START_TEST(an_experiment_overrides_its_preset) {
    expect(DIGITAL "device: {preset: gokmen-vlasov, states: 300}\n", 0, NULL);
    ck_assert_double_eq(device_number("states"), 300);
    ck_assert_double_eq(device_number("g_max_spread"), 0.3);
    const char *const set[] = {"device.cycle_noise=0.7", "device.states=50"};
    expect(DIGITAL "device: {preset: gokmen-vlasov, states: 300}\n", 2, set);
    ck_assert_double_eq(device_number("states"), 50);
    ck_assert_double_eq(device_number("cycle_noise"), 0.7);
    expect(DIGITAL "device: {preset: gokmen-vlasov, model: constant_step}\n", 0, NULL);
    ck_assert_double_eq(device_number("states"), 1250);
}
END_TEST

/* Parameters belong to the device that they were written for. */
START_TEST(another_device_takes_all) {
    const char *const preset[] = {"device.preset=gokmen-vlasov"};
    expect(DIGITAL "device: {model: constant_step, states: 300}\n", 1, preset);
    ck_assert_double_eq(device_number("states"), 1250);
    expect(DIGITAL "device: {preset: gokmen-vlasov, states: 300}\n", 1, preset);
    ck_assert_double_eq(device_number("states"), 300); /* it is the same one */
    expect(DIGITAL, 1, preset);
    ck_assert_double_eq(device_number("states"), 1250);
    const char *const model[] = {"device.model=constant_step"};
    expect(DIGITAL "device: {preset: gokmen-vlasov, states: 300}\n", 1, model);
    ck_assert_double_eq(device_number("states"), 100);
    const char *const other[] = {"device.model=pcm_accumulate"};
    expect(DIGITAL "device: {preset: gokmen-vlasov, states: 300}\n", 1, other);
    ck_assert_str_eq(config.device->name, "pcm_accumulate");
    const char *const both[] = {"device.states=7", "device.preset=gokmen-vlasov"};
    expect(DIGITAL "device: {model: pcm_accumulate}\n", 2, both);
    ck_assert_double_eq(device_number("states"), 7);
}
END_TEST

START_TEST(wrong_presets_are_told) {
    refuse(DIGITAL "device:\n  preset: gokmen-vlassov\n",
           "e.yaml:3: unknown device preset \"gokmen-vlassov\"; did you mean gokmen-vlasov?");
    refuse_set(DIGITAL, "device.preset=gokmen",
               "--set device.preset=gokmen: unknown device preset \"gokmen\"");
    refuse(DIGITAL "device: {preset: gokmen-vlasov, model: soft_bounds}\n",
           "e.yaml:2: device.model = soft_bounds, but the preset gokmen-vlasov is of the model "
           "constant_step");
    refuse(DIGITAL "device: {preset: gokmen-vlasov, stats: 3}\n",
           "e.yaml:2: unknown key device.stats; did you mean states?");
    refuse(DIGITAL "device: {preset: [a]}\n", "e.yaml:2: device.preset must be a single value");
    refuse(DIGITAL "device: {preset: gokmen-vlasov, g_max: 1e-6}\n",
           "e.yaml:2: device.g_max = 1e-06 S must be above g_min = 1e-05 S");
    refuse(DIGITAL "device: {preset: nowhere.yaml}\n",
           "e.yaml:2: nowhere.yaml: cannot be opened: No such file or directory");
}
END_TEST

static void refuse_file(const char *text, const char *message) {
    const xh_device_model *model = NULL;
    error = (xh_error){0};
    ck_assert_int_eq(xh_device_parse("d.yaml", text, strlen(text), &model, &values, &error),
                     XH_INPUT);
    ck_assert_str_eq(error.text, message);
    ck_assert_ptr_null(model);
}

START_TEST(wrong_files_are_told) {
    refuse_file("devise: {}\n", "d.yaml:1: unknown key devise; did you mean device?");
    refuse_file("device: 3\n", "d.yaml:1: device must be a mapping");
    refuse_file("device: {states: 3}\n", "d.yaml:1: device.model is missing");
    refuse_file("device: {model: constant_stp}\n",
                "d.yaml:1: unknown device model \"constant_stp\"; did you mean constant_step?");
    refuse_file("device: {preset: gokmen-vlasov}\n",
                "d.yaml:1: device.preset: a preset cannot begin from another");
    refuse_file("device:\n  model: constant_step\n  states: 0\n",
                "d.yaml:3: device.states = 0 is outside [1, 1e+06]");
    refuse_file("device: {model: constant_step, g_min: 1e-5, g_max: 1e-6}\n",
                "d.yaml:1: device.g_max = 1e-06 S must be above g_min = 1e-05 S");
}
END_TEST

static void refuse_load(const char *name, const char *override, const char *message) {
    const xh_device_model *model = NULL;
    error = (xh_error){0};
    ck_assert_int_eq(xh_device_load(name, &override, override ? 1 : 0, &model, &values, &error),
                     XH_INPUT);
    ck_assert_str_eq(error.text, message);
}

START_TEST(a_device_by_name) {
    const xh_device_model *model = NULL;
    const char *const noisier = "cycle_noise=0.9";
    ck_assert_int_eq(xh_device_load("gokmen-vlasov", &noisier, 1, &model, &values, NULL), XH_OK);
    ck_assert_double_eq(xh_param_number(xh_param_find(model->params, "cycle_noise"), &values), 0.9);
    ck_assert_int_eq(xh_device_load("soft_bounds", NULL, 0, &model, &values, NULL), XH_OK);
    ck_assert_str_eq(model->name, "soft_bounds");
    refuse_load("gokmen_vlasov", NULL,
                "unknown device \"gokmen_vlasov\"; did you mean gokmen-vlasov; crosshebb list "
                "devices lists models and presets, and a file ends in .yaml");
    refuse_load("soft_bounds", "states=0",
                "--set states=0: device.states = 0 is outside [1, 1e+06]");
    refuse_load("soft_bounds", "stats=5", "--set stats=5: unknown key stats; did you mean states?");
    refuse_load("soft_bounds", "model=ideal", "--set model=ideal: the device is named already");
    refuse_load("soft_bounds", "states", "--set states: this is not a.b.c=value");
    refuse_load("nowhere.yaml", NULL, "nowhere.yaml: cannot be opened: No such file or directory");
}
END_TEST

int main(void) {
    const int presets = (int)xh_device_preset_count();
    const TTest *const each[] = {
        a_preset_says_what_it_is,      a_preset_loads,
        cells_keep_their_bounds,       cells_without_pulses_keep_their_bits,
        pulses_go_their_way,           cells_spread_as_they_should,
        a_resolved_preset_stands_alone};
    const TTest *const once[] = {an_experiment_overrides_its_preset, another_device_takes_all,
                                 wrong_presets_are_told, wrong_files_are_told, a_device_by_name};
    Suite *suite = suite_create("device_presets");
    TCase *every = tcase_create("every preset"), *some = tcase_create("experiments");
    tcase_set_timeout(every, 60);
    for (size_t t = 0; t < sizeof each / sizeof each[0]; t++) {
        tcase_add_loop_test(every, each[t], 0, presets);
    }
    for (size_t t = 0; t < sizeof once / sizeof once[0]; t++) {
        tcase_add_test(some, once[t]);
    }
    suite_add_tcase(suite, every);
    suite_add_tcase(suite, some);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return presets > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
