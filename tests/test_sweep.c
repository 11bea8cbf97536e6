/* Sweep files: points, seeds and configurations of runs, and every form of error to the letter. */
#include "crosshebb/sweep.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define BASE                                                                                       \
    "sweep: test\n"                                                                                \
    "base:\n"                                                                                      \
    "  seed: 4\n"                                                                                  \
    "  seeds: {device: 9}\n"                                                                       \
    "  network:\n"                                                                                 \
    "    layers:\n"                                                                                \
    "      - {synapses: crossbar, outputs: 8, kernel: 5, padding: 0, pool: none}\n"                \
    "      - {outputs: 8, kernel: 3, padding: 0, pool: none}\n"                                    \
    "  device: {model: soft_bounds}\n"                                                             \
    "  scheme: {name: complementary}\n"
/* The next line is the eleventh. */

static xh_sweep *sweep;
static xh_config config;
static xh_error error;

static void read(const char *text) {
    xh_sweep_free(sweep);
    sweep = NULL;
    error = (xh_error){0};
    xh_sweep_parse("s.yaml", text, strlen(text), &sweep, &error);
    ck_assert_msg(sweep != NULL, "%s", error.text);
}

static void refuse(const char *text, const char *expected) {
    xh_sweep_free(sweep);
    sweep = NULL;
    error = (xh_error){0};
    ck_assert_int_eq(xh_sweep_parse("s.yaml", text, strlen(text), &sweep, &error), XH_INPUT);
    ck_assert_ptr_null(sweep);
    ck_assert_str_eq(error.text, expected);
}

static void resolve(size_t point, size_t seed) {
    error = (xh_error){0};
    ck_assert_msg(xh_sweep_config(sweep, point, seed, &config, &error) == XH_OK, "%s", error.text);
}

static void refuse_point(size_t point, const char *expected) {
    error = (xh_error){0};
    ck_assert_int_eq(xh_sweep_config(sweep, point, 0, &config, &error), XH_INPUT);
    ck_assert_str_eq(error.text, expected);
}

/* The values of an axis at all points, with spaces between them. */
static void expect_values(size_t axis, const char *expected) {
    char text[1024] = "";
    for (size_t p = 0; p < xh_sweep_points(sweep); p++) {
        const size_t length = strlen(text);
        snprintf(text + length, sizeof(text) - length, "%s%s", p > 0 ? " " : "",
                 xh_sweep_value(sweep, axis, p));
    }
    ck_assert_str_eq(text, expected);
}

START_TEST(a_sweep_without_axes_is_its_base) {
    read(BASE);
    ck_assert_str_eq(xh_sweep_name(sweep), "test");
    ck_assert_str_eq(xh_sweep_text(sweep), BASE);
    ck_assert_uint_eq(xh_sweep_points(sweep), 1);
    ck_assert_uint_eq(xh_sweep_seed_count(sweep), 1);
    ck_assert_uint_eq(xh_sweep_axes(sweep), 0);
    resolve(0, 0);
    char *run = xh_config_text(&config), *base = xh_config_text(xh_sweep_base(sweep));
    ck_assert_str_eq(run, base);
    free(run);
    free(base);
    const xh_seed_params seeds = xh_sweep_seeds_at(sweep, 0);
    ck_assert_int_eq(seeds.network, 4);
    ck_assert_int_eq(seeds.device, 9);
}
END_TEST

START_TEST(a_grid_takes_values_and_ranges) {
    read(BASE "axes:\n"
              "  - {key: crossbar.adc_bits, values: [4, 8]}\n"
              "  - {key: readout.rate, log: [1e-4, 1e-2, 3]}\n"
              "  - {key: training.batch, linear: [1, 4, 2]}\n");
    ck_assert_uint_eq(xh_sweep_points(sweep), 12);
    expect_values(0, "4 4 4 4 4 4 8 8 8 8 8 8");
    expect_values(1, "0.0001 0.0001 0.001 0.001 0.01 0.01 0.0001 0.0001 0.001 0.001 0.01 0.01");
    expect_values(2, "1 4 1 4 1 4 1 4 1 4 1 4");
    ck_assert_int_eq(xh_sweep_axis_at(sweep, 0).scale, XH_SWEEP_LINEAR);
    ck_assert_int_eq(xh_sweep_axis_at(sweep, 1).scale, XH_SWEEP_LOG);
    ck_assert_str_eq(xh_sweep_axis_at(sweep, 1).key, "readout.rate");
    resolve(9, 0);
    ck_assert_int_eq(config.crossbar.adc_bits, 8);
    ck_assert_double_eq(config.readout.rate, 1e-3);
    ck_assert_int_eq(config.training.batch, 4);
    char text[XH_SWEEP_TEXT_SIZE];
    ck_assert_str_eq(xh_sweep_describe(sweep, 9, text),
                     "crossbar.adc_bits = 8, readout.rate = 0.001, training.batch = 4");
}
END_TEST

START_TEST(a_list_takes_values_in_pairs) {
    read(BASE "design: list\n"
              "axes:\n"
              "  - {key: device.model, values: [ideal, soft_bounds]}\n"
              "  - {key: network.layers.*.rate, values: [0.1, 0.2], scale: log}\n"
              "  - {key: network.layers.1.rate, values: [0.3, 0.4]}\n");
    ck_assert_uint_eq(xh_sweep_points(sweep), 2);
    ck_assert_int_eq(xh_sweep_axis_at(sweep, 0).scale, XH_SWEEP_CATEGORY);
    ck_assert_int_eq(xh_sweep_axis_at(sweep, 1).scale, XH_SWEEP_LOG);
    resolve(0, 0);
    ck_assert_str_eq(config.device->name, "ideal");
    ck_assert_double_eq(config.layers[0].rate, 0.1);
    ck_assert_double_eq(config.layers[1].rate, 0.3);
    resolve(1, 0);
    ck_assert_str_eq(config.device->name, "soft_bounds");
    ck_assert_double_eq(config.layers[0].rate, 0.2);
}
END_TEST

/* A preset is a choice as a model is, and other keys of the device lie above it. */
START_TEST(presets_are_swept) {
    read(BASE "design: list\n"
              "axes:\n"
              "  - {key: device.preset, values: [gokmen-vlasov, gokmen-vlasov]}\n"
              "  - {key: device.states, values: [100, 300]}\n");
    ck_assert_int_eq(xh_sweep_axis_at(sweep, 0).scale, XH_SWEEP_CATEGORY);
    resolve(1, 0);
    ck_assert_str_eq(config.device->name, "constant_step");
    const xh_param *states = xh_param_find(config.device->params, "states");
    ck_assert_double_eq(xh_param_number(states, &config.device_values), 300);
}
END_TEST

START_TEST(samples_fill_ranges_and_values) {
    read(BASE "design: {sobol: 4}\n"
              "axes:\n"
              "  - {key: readout.rate, range: [1e-4, 1e-2], scale: log}\n"
              "  - {key: readout.dropout, range: [0, 0.8]}\n"
              "  - {key: crossbar.adc_bits, range: [4, 12]}\n"
              "  - {key: training.learn, values: [on, off]}\n");
    expect_values(0, "0.001 0.00316227766017 0.000316227766017 0.00056234132519");
    expect_values(1, "0.4 0.2 0.6 0.3");
    expect_values(2, "8 10 6 9");
    expect_values(3, "off on off on");
    ck_assert_int_eq(xh_sweep_axis_at(sweep, 3).scale, XH_SWEEP_CATEGORY);
    read(BASE "design: {latin_hypercube: 10, seed: 3}\n"
              "axes: [{key: readout.dropout, range: [0, 0.5]}]\n");
    ck_assert_uint_eq(xh_sweep_points(sweep), 10);
    unsigned hit = 0;
    for (size_t p = 0; p < 10; p++) {
        hit |= 1u << (unsigned)(strtod(xh_sweep_value(sweep, 0, p), NULL) / 0.05);
    }
    ck_assert_uint_eq(hit, 1023);
}
END_TEST

START_TEST(exceptions_hold_for_all_points) {
    read(BASE "set:\n"
              "  training.batch: 5\n"
              "  readout: {epochs: 3, rate: 0.5}\n"
              "  readout.rate: 0.25\n"
              "axes: [{key: training.images, values: [10, 20]}]\n");
    for (size_t p = 0; p < 2; p++) {
        resolve(p, 0);
        ck_assert_int_eq(config.training.batch, 5);
        ck_assert_int_eq(config.readout.epochs, 3);
        ck_assert_double_eq(config.readout.rate, 0.25);
        ck_assert_int_eq(config.training.images, p == 0 ? 10 : 20);
    }
}
END_TEST

static void expect_seeds(size_t seed, long network, long device, long cycle) {
    const xh_seed_params seeds = xh_sweep_seeds_at(sweep, seed);
    ck_assert_int_eq(seeds.network, network);
    ck_assert_int_eq(seeds.device, device);
    ck_assert_int_eq(seeds.cycle, cycle);
    for (size_t p = 0; p < xh_sweep_points(sweep); p++) {
        resolve(p, seed);
        ck_assert_mem_eq(&config.seeds, &seeds, sizeof(seeds));
    }
}

START_TEST(seeds_are_the_same_at_all_points) {
    read(BASE "axes: [{key: training.batch, values: [1, 2]}]\n"
              "seeds: 3\n");
    ck_assert_uint_eq(xh_sweep_seed_count(sweep), 3);
    expect_seeds(0, 1, 1, 1);
    expect_seeds(2, 3, 3, 3);
    ck_assert_int_eq(config.experiment.seed, 3);
    read(BASE "seeds: [11, 5]\n");
    expect_seeds(0, 11, 11, 11);
    expect_seeds(1, 5, 5, 5);
}
END_TEST

START_TEST(seeds_are_kept_apart) {
    read(BASE "axes: [{key: training.batch, values: [1, 2]}]\n"
              "seeds: {network: [7], cycle: 2}\n");
    ck_assert_uint_eq(xh_sweep_seed_count(sweep), 2);
    expect_seeds(0, 7, 9, 1);
    expect_seeds(1, 7, 9, 2);
    read(BASE "axes: [{key: seeds.device, values: [1, 2]}]\n"
              "seeds: {network: [5, 6]}\n");
    resolve(1, 0);
    ck_assert_int_eq(config.seeds.device, 2);
    ck_assert_int_eq(config.seeds.network, 5);
    ck_assert_int_eq(config.experiment.seed, 4);
}
END_TEST

START_TEST(sweeps_are_checked) {
    refuse("base: {}\n", "s.yaml:1: sweep is missing: the name of the sweep");
    refuse("sweep: a/b\nbase: {}\n",
           "s.yaml:1: sweep = \"a/b\" must be of letters, digits, '.', '_' and '-', and begin with "
           "a letter or digit");
    refuse("sweep: a\n", "s.yaml:1: base is missing: an experiment's file, or its keys");
    refuse("sweep: a\nbase: none.yaml\n", "s.yaml:2: base = none.yaml: none.yaml: cannot be "
                                          "opened: No such file or directory");
    refuse("sweep: a\nbase: {seed: x}\n", "s.yaml:2: seed = x is not an integer");
    refuse(BASE "axis: []\n", "s.yaml:11: unknown key axis; did you mean axes?");
    refuse(BASE "set: {training.bath: 1}\n",
           "s.yaml:11: unknown key training.bath; did you mean batch?");
}
END_TEST

START_TEST(axes_are_checked) {
    refuse(BASE "axes: 3\n", "s.yaml:11: axes must be a list");
    refuse(BASE "axes: [{values: [1]}]\n", "s.yaml:11: axes.0.key is missing");
    refuse(BASE "axes: [{key: a, value: [1]}]\n",
           "s.yaml:11: unknown key axes.0.value; did you mean values?");
    refuse(BASE "axes: [{key: a}]\n", "s.yaml:11: axes.0 needs values, linear, log or range");
    refuse(BASE "axes: [{key: a, values: [1], linear: [1, 2, 3]}]\n",
           "s.yaml:11: axes.0 has values already");
    refuse(BASE "axes: [{key: a, values: []}]\n", "s.yaml:11: axes.0.values is empty");
    refuse(BASE "axes: [{key: a, linear: [1, 2]}]\n",
           "s.yaml:11: axes.0.linear must be [first, last, how many]");
    refuse(BASE "axes: [{key: a, linear: [1, b, 3]}]\n",
           "s.yaml:11: axes.0.linear: last = b is not a number");
    refuse(BASE "axes: [{key: a, linear: [1, 2, 1]}]\n",
           "s.yaml:11: axes.0.linear: count = 1 is outside [2, 10000]");
    refuse(BASE "axes: [{key: a, log: [0, 2, 3]}]\n",
           "s.yaml:11: axes.0.log: values on a log scale must be above 0");
    refuse(BASE "axes: [{key: a, log: [1, 2, 3], scale: log}]\n",
           "s.yaml:11: axes.0.scale belongs to range and values");
    refuse(BASE "axes: [{key: a, values: [1], scale: root}]\n",
           "s.yaml:11: axes.0.scale = root must be linear or log");
    refuse(BASE "axes: [{key: a, values: [1]}, {key: a, values: [1]}]\n",
           "s.yaml:11: axes.1.key = a is already the key of axes.0");
    refuse(BASE "axes: [{key: seed, values: [1]}]\n",
           "s.yaml:11: axes.0.key = seed is no axis; seeds says which seeds there are");
}
END_TEST

START_TEST(designs_are_checked) {
    refuse(BASE "design: cube\n", "s.yaml:11: design = cube must be grid, list, {latin_hypercube: "
                                  "POINTS} or {sobol: POINTS}");
    refuse(BASE "design: {sobol: 3, latin_hypercube: 3}\n",
           "s.yaml:11: design must say one of latin_hypercube: POINTS, sobol: POINTS");
    refuse(BASE "design: {sobol: 0}\n", "s.yaml:11: design.sobol = 0 is outside [1, 1000000]");
    refuse(BASE "design: {sobol: 3}\n", "s.yaml:11: design: there are no axes to draw from");
    refuse(BASE "design: {sobol: 3, seed: 1}\naxes: [{key: a, range: [0, 1]}]\n",
           "s.yaml:11: design.seed belongs to latin_hypercube");
    refuse(BASE "axes: [{key: a, range: [0, 1]}]\n",
           "s.yaml:11: axes.0.range needs a design of latin_hypercube or sobol; a grid takes "
           "values, linear or log");
    refuse(BASE "design: list\naxes: [{key: a, values: [1, 2]}, {key: b, values: [1]}]\n",
           "s.yaml:12: axes.1 has 1 values and the first axis 2: design: list takes them in pairs");
    refuse(BASE "axes:\n"
                "  - {key: a, linear: [1, 2, 10000]}\n"
                "  - {key: b, linear: [1, 2, 10000]}\n",
           "s.yaml:1: the grid has more than 1000000 points");
}
END_TEST

START_TEST(seeds_are_checked) {
    refuse(BASE "seeds: 0\n", "s.yaml:11: seeds = 0 is outside [1, 10000]");
    refuse(BASE "seeds: []\n", "s.yaml:11: seeds must be how many seeds, or a list of them");
    refuse(BASE "seeds: [1, -1]\n", "s.yaml:11: seeds.1 = -1 must be a whole number from 0 on");
    refuse(BASE "seeds: [1, x]\n", "s.yaml:11: seeds.network = x is not an integer");
    refuse(BASE "seeds: {devices: 3}\n",
           "s.yaml:11: unknown key seeds.devices; did you mean device?");
    refuse(BASE "seeds: {device: 3, cycle: [1, 2]}\n",
           "s.yaml:11: seeds.cycle has 2 seeds where the others have 3");
}
END_TEST

START_TEST(points_are_checked) {
    read(BASE "axes:\n"
              "  - key: crossbar.adc_bits\n"
              "    values:\n"
              "      - 4\n"
              "      - 400\n");
    resolve(0, 0);
    refuse_point(1, "s.yaml:15: crossbar.adc_bits = 400 bit is outside [0, 16] bit");
    read(BASE "axes:\n"
              "  - {key: crossbar.adc_bit, values: [4]}\n"
              "  - {key: readout.epochs, values: [1, 2]}\n");
    refuse_point(1, "s.yaml:12: unknown key crossbar.adc_bit; did you mean adc_bits? (point 1: "
                    "crossbar.adc_bit = 4, readout.epochs = 2)");
    read(BASE "axes: [{key: network.layers.7.rate, values: [1]}]\n");
    refuse_point(0, "s.yaml:11: network.layers has entries 0 to 1; there is no 7");
}
END_TEST

/* The sweep that comes with the experiments is as valid as they are. */
START_TEST(examples_are_valid) {
    xh_sweep_free(sweep);
    sweep = NULL;
    error = (xh_error){0};
    xh_sweep_load(XH_SOURCE_DIR "/experiments/mnist-pcm/sweep.yaml", &sweep, &error);
    ck_assert_msg(sweep != NULL, "%s", error.text);
    ck_assert_uint_eq(xh_sweep_points(sweep), 12);
    ck_assert_uint_eq(xh_sweep_seed_count(sweep), 10);
    for (size_t p = 0; p < xh_sweep_points(sweep); p++) {
        resolve(p, 9);
        ck_assert_int_eq(config.experiment.seed, 10);
    }
}
END_TEST

int main(void) {
    const TTest *tests[] = {a_sweep_without_axes_is_its_base,
                            a_grid_takes_values_and_ranges,
                            a_list_takes_values_in_pairs,
                            presets_are_swept,
                            samples_fill_ranges_and_values,
                            exceptions_hold_for_all_points,
                            seeds_are_the_same_at_all_points,
                            seeds_are_kept_apart,
                            sweeps_are_checked,
                            axes_are_checked,
                            designs_are_checked,
                            seeds_are_checked,
                            points_are_checked,
                            examples_are_valid};
    const int status = xh_suite_run("sweep", tests, sizeof tests / sizeof tests[0]);
    xh_sweep_free(sweep);
    return status;
}
