/* Runs of a tiny experiment on a tiny data set: figures, control, clocks, threads, interruption. */
#include "run_rig.h"

#include "crosshebb/rng.h"

/* Last value of a column of the result. */
static double last(const char *name) {
    double values[64];
    const size_t rows = read_set(name, 64, values);
    return values[rows - 1];
}

static double sum_of_parts(const xh_cost *cost) {
    double sum = 0;
    for (int phase = 0; phase < XH_PHASES; phase++) {
        for (int event = 0; event < XH_EVENTS; event++) {
            sum += cost->joules[phase][event];
        }
    }
    return sum;
}

START_TEST(figures_are_consistent) {
    run();
    ck_assert_str_eq(result.path, out);
    ck_assert_double_gt(result.test_accuracy,
                        0.1); /* ten classes that repeat: better than a guess */
    ck_assert_double_eq(result.images, 2 * TRAIN);
    ck_assert_double_eq(result.synapses, 4 * 25 + 6 * 36);
    ck_assert_double_eq_tol(result.cost.total_joules, sum_of_parts(&result.cost),
                            1e-12 * result.cost.total_joules);
    ck_assert_double_gt(result.cost.total_joules, result.training_joules);
    ck_assert_double_gt(result.training_joules, result.update_joules);
    ck_assert_double_gt(result.update_joules, 0);
    ck_assert_double_eq(result.joules_per_synapse,
                        result.update_joules / (TRAIN * (4 * 25 + 6 * 36)));
    ck_assert_double_eq(result.joules_per_image, result.training_joules / (2 * TRAIN));
    ck_assert_uint_eq(result.layer_count, 2);
    ck_assert_str_eq(result.layers[1].name, "second");
    ck_assert_uint_eq(result.layers[0].devices, 2 * 4 * 25);
    ck_assert_uint_eq(result.pulses.up, result.layers[0].pulses.up + result.layers[1].pulses.up);
    ck_assert_double_ge(result.wear_max, result.wear_p999);
    ck_assert_double_gt(result.wear_p999, 0);
    ck_assert_double_eq(result.wear_max, result.layers[0].wear_max > result.layers[1].wear_max
                                             ? result.layers[0].wear_max
                                             : result.layers[1].wear_max);
    ck_assert_double_eq(last("/readout/test_accuracy"), result.test_accuracy);
    ck_assert_double_eq(last("/train/first/image"), TRAIN);
    ck_assert_double_eq(last("/train/first/winners"), result.layers[0].winners.share);
    ck_assert_double_eq(last("/train/second/winner_entropy"), result.layers[1].winners.entropy);
    ck_assert_double_eq(last("/train/second/energy"), result.training_joules);
}
END_TEST

/* On cells of fine steps behind perfect periphery the readout does what it does in float; on cells that
 * are all stuck it guesses one of ten classes. Either way learning is what it was. */
START_TEST(readout_is_tested_on_its_array) {
    static const char *const fine[] = {"network.layers.*.synapses=digital",
                                       "device.model=ideal",
                                       "device.states=100000",
                                       "readout.epochs=40",
                                       "readout.rate=0.02",
                                       "crossbar.without=[all]",
                                       "readout.weight_sigmas=0",
                                       "readout.synapses=programmed"};
    static const char *const stuck[] = {"network.layers.*.synapses=digital",
                                        "device.model=ideal",
                                        "readout.epochs=40",
                                        "readout.rate=0.02",
                                        "crossbar.stuck_fraction=1",
                                        "crossbar.stuck_low_share=1",
                                        "readout.synapses=programmed"};
    load(fine, 8);
    run();
    const double accuracy = result.readout_accuracy;
    ck_assert_double_gt(accuracy, 0.3);
    ck_assert_double_eq_tol(result.test_accuracy, accuracy, 1.01 / TEST);
    ck_assert_double_eq(last("/readout/test_accuracy"), accuracy);
    ck_assert_double_gt(result.cost.joules[XH_PHASE_inference][XH_EVENT_adc_conversion], 0);
    load(stuck, 7);
    run();
    ck_assert_double_eq(result.readout_accuracy, accuracy);
    ck_assert_double_eq(result.test_accuracy, 0.1);
}
END_TEST

/* The running mean of the first layer's input tells which images came, and when: it moves by a
 * tenth of the way to the mean of each batch. */
START_TEST(every_image_is_presented_in_its_order) {
    enum { BATCH = 8 };
    uint32_t order[TRAIN];
    double expected = 0, mean[1];
    xh_rng_permutation((xh_rng){3, XH_RNG_SHUFFLE, 0, 0}, TRAIN, order);
    for (int first = 0; first < TRAIN; first += BATCH) {
        const int size = TRAIN - first < BATCH ? TRAIN - first : BATCH;
        double sum = 0;
        for (int i = first; i < first + size; i++) {
            for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                sum += pixel_of((int)order[i], pixel) / 255.0;
            }
        }
        expected += 0.1 * (sum / (SIDE * SIDE) / size - expected);
    }
    load((const char *[]){"output.weights=true"}, 1);
    run();
    read_set("/layers/first/mean", 1, mean);
    ck_assert_double_eq_tol(mean[0], expected, 1e-5);
}
END_TEST

START_TEST(threads_change_nothing) {
    run();
    const xh_run_result one = result;
    xh_run_options two = options();
    two.threads = 2;
    ck_assert_int_eq(xh_run(&config, two, &result, &error), XH_OK);
    ck_assert_mem_eq(&one.ledger, &result.ledger, sizeof(one.ledger));
    ck_assert_mem_eq(&one.cost, &result.cost, sizeof(one.cost));
    ck_assert_mem_eq(one.layers, result.layers, sizeof(one.layers));
    ck_assert_double_eq(one.test_accuracy, result.test_accuracy);
}
END_TEST

START_TEST(seeds_of_devices_are_apart) {
    run();
    const xh_run_result one = result;
    load((const char *const[]){"seeds.cycle=9"}, 1);
    run();
    ck_assert_mem_ne(&one.ledger, &result.ledger, sizeof(one.ledger));
}
END_TEST

START_TEST(a_control_does_not_learn) {
    load((const char *const[]){"training.learn=false"}, 1);
    run();
    ck_assert_double_eq(result.synapses, 0);
    ck_assert_double_eq(result.update_joules, 0);
    ck_assert_uint_eq(result.pulses.up + result.pulses.down + result.pulses.reset, 0);
    ck_assert_double_nan(result.joules_per_pulse);
    ck_assert_double_nan(result.joules_per_synapse);
    ck_assert_double_eq(last("/train/first/winners"), 0);
    ck_assert_double_eq(last("/train/first/active_fraction"), 0);
}
END_TEST

/* The layers above the first stay as they began, in either order; the first learns as it would with
 * them. */
START_TEST(only_the_first_layers_learn) {
    static const char *const orders[] = {"training.order=successive", "training.order=consecutive"};
    for (size_t o = 0; o < 2; o++) {
        load((const char *const[]){orders[o], "training.clock=prototype"}, 2);
        run();
        const double cosine = last("/train/first/cosine_to_start");
        ck_assert_double_lt(last("/train/second/cosine_to_start"), 1 - 1e-3);
        load((const char *const[]){orders[o], "training.clock=prototype", "training.layers=1"}, 3);
        run();
        ck_assert_double_eq(last("/train/first/cosine_to_start"), cosine);
        ck_assert_double_eq(last("/train/second/winners"), 0);
        ck_assert_double_eq(last("/train/second/image"), TRAIN);
        ck_assert_double_eq(result.synapses, 4 * 25);
        ck_assert_uint_gt(result.layers[0].pulses.up, 0);
        ck_assert_uint_eq(result.layers[1].pulses.up + result.layers[1].pulses.reset, 0);
    }
}
END_TEST

/* Final weights of the first layer after count batches of 30 images. */
static void train_first(const char *decay, int count, double weights[4 * 25]) {
    const char *const images[] = {"training.images=30", "training.images=60"};
    load((const char *const[]){"network.layers.0.synapses=digital", "output.weights=true",
                               "training.batch=30", decay, images[count - 1]},
         5);
    run();
    read_set("/layers/first/weights", 4 * 25, weights);
}

/* The first of two batches learns at the full rate, the second at half of it. */
START_TEST(a_rate_falls_to_zero) {
    static const char none[] = "network.layers.0.rate_decay=none";
    static const char linear[] = "network.layers.0.rate_decay=linear";
    double one[4 * 25], one_linear[4 * 25], two[4 * 25], two_linear[4 * 25];
    train_first(none, 1, one);
    train_first(linear, 1, one_linear);
    train_first(none, 2, two);
    train_first(linear, 2, two_linear);
    ck_assert_mem_eq(one, one_linear, sizeof(one));
    ck_assert_mem_ne(one, two, sizeof(one));
    for (size_t i = 0; i < 4 * 25; i++) {
        ck_assert_double_eq_tol(two_linear[i], one[i] + 0.5 * (two[i] - one[i]), 1e-6);
    }
}
END_TEST

/* The winner alone learns, 1 of 4 neurons; a soft winner shares with those that unlearn. */
START_TEST(sparsity_is_that_of_the_competition) {
    load((const char *const[]){"network.layers.0.competition=hard"}, 1);
    run();
    ck_assert_double_eq(last("/train/first/winner_y"), 1);
    ck_assert_double_eq(last("/train/first/active_fraction"), 0.25);
    ck_assert_double_gt(last("/train/second/winner_y"), 1.0 / 6);
    ck_assert_double_lt(last("/train/second/winner_y"), 1);
    ck_assert_double_gt(last("/train/second/active_fraction"), 1.0 / 6);
}
END_TEST

START_TEST(digital_layers_cost_nothing) {
    load((const char *const[]){"network.layers.0.synapses=digital",
                               "network.layers.1.synapses=digital"},
         2);
    run();
    ck_assert_double_eq(result.cost.total_joules, 0);
    ck_assert_double_eq(result.synapses, 4 * 25 + 6 * 36);
    ck_assert_uint_eq(result.layers[0].devices, 0);
    const xh_run_weights weights = result.layers[0].weights;
    ck_assert_double_lt(weights.cosine_to_start, 1);
    ck_assert_double_eq(last("/train/first/cosine_to_start"), weights.cosine_to_start);
    ck_assert_double_eq(last("/train/first/norm_mean"), weights.norm_mean);
    ck_assert_double_le(weights.norm_min, weights.norm_mean);
    ck_assert_double_le(weights.norm_mean, weights.norm_max);
}
END_TEST

/* A file without device and scheme, as the published presets are. */
START_TEST(a_float_network_needs_no_device) {
    static const char plain[] = "dataset: {name: mnist}\n"
                                "network:\n"
                                "  layers: [{synapses: digital, outputs: 4, kernel: 5}]\n"
                                "readout: {epochs: 1}\n";
    ck_assert_int_eq(xh_config_parse("plain.yaml", plain, strlen(plain), NULL, 0, &config, &error),
                     XH_OK);
    ck_assert_ptr_null(config.device);
    ck_assert_ptr_null(config.scheme);
    run();
    ck_assert_double_eq(result.cost.total_joules, 0);
    ck_assert_double_gt(result.test_accuracy, 0);
}
END_TEST

/* Losses of the readout over a random float network whose weights have that norm. */
static void losses_of(const char *norm, const char *unit, double losses[2]) {
    const char *overrides[] = {"network.layers.*.synapses=digital",
                               "network.layers.*.activation_power=1",
                               "training.learn=false",
                               "readout.cache=float32",
                               norm,
                               unit};
    unlink(out);
    load(overrides, sizeof(overrides) / sizeof(overrides[0]));
    run();
    ck_assert_uint_eq(read_set("/readout/loss", 2, losses), 2);
}

/* The norm of the last layer's weights scales its features, and nothing else. */
START_TEST(unit_features_forget_the_norm) {
    double small[2], large[2];
    losses_of("network.layers.1.initial_norm=1", "readout.unit_features=true", small);
    losses_of("network.layers.1.initial_norm=20", "readout.unit_features=true", large);
    ck_assert_double_eq_tol(small[0], large[0], 1e-4);
    ck_assert_double_eq_tol(small[1], large[1], 1e-4);
    losses_of("network.layers.1.initial_norm=1", "readout.unit_features=false", small);
    losses_of("network.layers.1.initial_norm=20", "readout.unit_features=false", large);
    ck_assert_double_gt(fabs(small[1] - large[1]), 1e-2);
}
END_TEST

START_TEST(a_prototype_keeps_its_own_time) {
    load((const char *const[]){"training.clock=prototype", "training.prototype_seconds=10",
                               "training.order=consecutive"},
         3);
    run();
    const int batches = (TRAIN + 7) / 8;
    ck_assert_double_eq(result.images, TRAIN);
    ck_assert_double_eq_tol(last("/train/first/device_time"), 10 * batches, 1e-9);
    ck_assert_double_eq_tol(last("/train/second/device_time"), 10 * batches, 1e-9);
}
END_TEST

START_TEST(hardware_time_is_the_latency) {
    load((const char *const[]){"training.order=consecutive"}, 1);
    run();
    const double time = last("/train/first/device_time"), latency = last("/train/first/latency");
    ck_assert_double_gt(time, 0);
    ck_assert_double_le(time, latency); /* programming came before the clock */
    ck_assert_double_eq(latency, result.training_seconds);
}
END_TEST

typedef struct watch {
    size_t calls;
    size_t stages;
    char stage[64];
    bool ended; /* the stage */
} watch;

static void watch_progress(const xh_progress *progress, void *context) {
    watch *seen = context;
    seen->calls++;
    ck_assert_uint_le(progress->done, progress->total);
    if (strcmp(seen->stage, progress->stage) != 0) {
        snprintf(seen->stage, sizeof(seen->stage), "%s", progress->stage);
        seen->stages++;
    }
    seen->ended = progress->done == progress->total;
}

START_TEST(progress_tells_every_stage) {
    watch seen = {0};
    xh_run_options watched = options();
    watched.progress = watch_progress;
    watched.context = &seen;
    ck_assert_int_eq(xh_run(&config, watched, &result, &error), XH_OK);
    ck_assert_uint_eq(seen.stages, 4); /* first, second, features, readout */
    ck_assert_str_eq(seen.stage, "readout");
    ck_assert(seen.ended);
}
END_TEST

/* Noise-free cells that drift alike: until time has passed the readout sees what it learned from, and compensated it
 * does so again, to the rounding of floats. */
START_TEST(the_network_ages) {
    load((const char *const[]){"inference.after=50 s, 1 d, 1 y", "training.rest_seconds=50",
                               "crossbar.compensation=tile", "crossbar.read_noise=false",
                               "crossbar.adc_bits=0", "crossbar.dac_bits=0",
                               "device.drift_spread=0", "training.learn=false"},
         8);
    run();
    const xh_run_inference *after = result.inferences;
    double accuracy[3];
    ck_assert_uint_eq(result.inference_count, 3);
    ck_assert_double_eq(after[0].seconds, 50);
    ck_assert_double_eq(after[2].seconds, 365 * 86400.0);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_double_eq_tol(after[i].compensated_accuracy, result.test_accuracy, 1.01 / TEST);
    }
    ck_assert_uint_eq(read_set("/inference/test_accuracy", 3, accuracy), 3);
    ck_assert_double_eq(accuracy[1], after[1].test_accuracy);
    /* the reference, one read before the features and one at each time: of two layers of one tile, 4 and 6 columns
     * of two sides, with inputs of 25 and 36 */
    const double *count = result.ledger.count[XH_PHASE_compensation];
    ck_assert_double_eq(count[XH_EVENT_adc_conversion], 5 * 2 * (4 + 6));
    ck_assert_double_eq(count[XH_EVENT_wordline_drive], 5 * 2 * (25 + 36));
    double joules[3];
    read_set("/inference/compensation_energy", 3, joules);
    ck_assert_double_gt(joules[0], 0);
    ck_assert_double_eq_tol(joules[2], xh_cost_phase_joules(&result.cost, XH_PHASE_compensation),
                            1e-18);
    const double training = result.training_joules;
    load((const char *const[]){"training.rest_seconds=50", "crossbar.read_noise=false",
                               "crossbar.adc_bits=0", "crossbar.dac_bits=0",
                               "device.drift_spread=0", "training.learn=false"},
         6);
    run();
    ck_assert_uint_eq(result.inference_count, 0);
    ck_assert_double_eq(result.training_joules, training);
    ck_assert_double_eq(result.ledger.count[XH_PHASE_compensation][XH_EVENT_adc_conversion], 0);
}
END_TEST

static volatile sig_atomic_t stop;

static void stop_in_second(const xh_progress *progress, void *context) {
    (void)context;
    stop = strcmp(progress->stage, "second") == 0;
}

START_TEST(an_interrupted_run_leaves_its_part) {
    char part[PATH_SIZE + 8];
    snprintf(part, sizeof(part), "%s.part", out);
    xh_run_options interrupted = options();
    interrupted.progress = stop_in_second;
    interrupted.interrupt = &stop;
    stop = 0;
    ck_assert_int_eq(xh_run(&config, interrupted, &result, &error), XH_INTERRUPTED);
    ck_assert_ptr_nonnull(strstr(error.text, part));
    ck_assert_int_ne(access(out, F_OK), 0);
    ck_assert_int_eq(rename(part, out), 0);
    ck_assert_double_eq(last("/train/first/image"), TRAIN);
    ck_assert_double_nan(result.test_accuracy);
    ck_assert_double_lt(result.images, 2 * TRAIN);
}
END_TEST

START_TEST(wrong_inputs_leave_no_file) {
    xh_run_options wrong = options();
    wrong.out = "/nowhere/result.h5";
    ck_assert_int_eq(xh_run(&config, wrong, &result, &error), XH_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "/nowhere/result.h5.lock"));
    wrong = options();
    wrong.data = "/nowhere";
    ck_assert_int_eq(xh_run(&config, wrong, &result, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "/nowhere"));
    ck_assert_int_ne(access(out, F_OK), 0);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        figures_are_consistent,
        every_image_is_presented_in_its_order,
        threads_change_nothing,
        seeds_of_devices_are_apart,
        a_control_does_not_learn,
        only_the_first_layers_learn,
        a_rate_falls_to_zero,
        sparsity_is_that_of_the_competition,
        digital_layers_cost_nothing,
        a_float_network_needs_no_device,
        readout_is_tested_on_its_array,
        unit_features_forget_the_norm,
        a_prototype_keeps_its_own_time,
        hardware_time_is_the_latency,
        progress_tells_every_stage,
        the_network_ages,
        an_interrupted_run_leaves_its_part,
        wrong_inputs_leave_no_file,
    };
    Suite *suite = suite_create("run");
    TCase *tcase = tcase_create("run");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 120);
    for (size_t t = 0; t < sizeof(tests) / sizeof(tests[0]); t++) {
        tcase_add_test(tcase, tests[t]);
    }
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
