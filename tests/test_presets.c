/*
 * The shipped networks are those of the published table, which stands here once more: every layer's
 * shape, its parameters and its weights, and how it is trained. And what is made of a network by its
 * width, its depth, and keys set in all layers.
 */
#include "config_rig.h"

typedef struct published_network {
    const char *name, *dataset;
    long batch;
    bool unlabelled;
    const char *augmentation;
    long readout_epochs, readout_batch;
    double dropout;
    const char *readout_augmentation;
    size_t readout_inputs;
} published_network;

static const published_network networks[] = {
    {"softhebb-cifar-1", "cifar10", 10, false, "none", 50, 64, .5, "none", 24576},
    {"softhebb-cifar-2", "cifar10", 10, false, "none", 50, 64, .5, "none", 24576},
    {"softhebb-cifar-2-x1", "cifar10", 10, false, "none", 50, 64, .5, "none", 6144},
    {"softhebb-cifar-2-x2", "cifar10", 10, false, "none", 50, 64, .5, "none", 12288},
    {"softhebb-cifar-3", "cifar10", 10, false, "none", 50, 64, .5, "none", 24576},
    {"softhebb-cifar-3-x1", "cifar10", 10, false, "none", 50, 64, .5, "none", 1536},
    {"softhebb-cifar-3-x2", "cifar10", 10, false, "none", 50, 64, .5, "none", 6144},
    {"softhebb-stl-3", "stl10", 32, true, "none", 100, 64, .4, "crop_flip", 221184},
    {"softhebb-stl-4", "stl10", 32, true, "none", 100, 64, .5, "crop_flip", 221184},
    {"softhebb-imagenet-5", "imagenet", 10, false, "resized_crop", 200, 32, .5, "resized_crop",
     307200},
    {"softhebb-mnist-mlp", "mnist", 32, false, "none", 10, 32, 0, "none", 2000},
};

typedef struct published_layer {
    const char *network;
    long outputs, kernel;
    size_t side_in, side_out; /* of images; 1 for what is flat */
    double inverse_temperature, rate, norm_power, power;
    const char *pool; /* kind, side, stride, padding */
    size_t inputs, weights;
    bool pre_triangle;
} published_layer;

static const published_layer layers[] = {
    {"softhebb-cifar-1", 96, 5, 32, 16, 1, .08, .5, .7, "average 4 2 1", 75, 7200, false},
    {"softhebb-cifar-2", 96, 5, 32, 16, 1, .08, .5, .7, "average 4 2 1", 75, 7200, false},
    {"softhebb-cifar-2", 384, 3, 16, 8, .65, .005, .5, 1.4, "max 4 2 1", 864, 331776, true},
    {"softhebb-cifar-2-x1", 96, 5, 32, 16, 1, .08, .5, .7, "average 4 2 1", 75, 7200, false},
    {"softhebb-cifar-2-x1", 96, 3, 16, 8, .65, .005, .5, 1.4, "max 4 2 1", 864, 82944, true},
    {"softhebb-cifar-2-x2", 96, 5, 32, 16, 1, .08, .5, .7, "average 4 2 1", 75, 7200, false},
    {"softhebb-cifar-2-x2", 192, 3, 16, 8, .65, .005, .5, 1.4, "max 4 2 1", 864, 165888, true},
    {"softhebb-cifar-3", 96, 5, 32, 16, 1, .08, .5, .7, "max 4 2 1", 75, 7200, false},
    {"softhebb-cifar-3", 384, 3, 16, 8, .65, .005, .5, 1.4, "max 4 2 1", 864, 331776, false},
    {"softhebb-cifar-3", 1536, 3, 8, 4, .25, .01, .5, 1, "average 2 2 0", 3456, 5308416, false},
    {"softhebb-cifar-3-x1", 96, 5, 32, 16, 1, .08, .5, .7, "max 4 2 1", 75, 7200, false},
    {"softhebb-cifar-3-x1", 96, 3, 16, 8, .65, .005, .5, 1.4, "max 4 2 1", 864, 82944, false},
    {"softhebb-cifar-3-x1", 96, 3, 8, 4, .25, .01, .5, 1, "average 2 2 0", 864, 82944, false},
    {"softhebb-cifar-3-x2", 96, 5, 32, 16, 1, .08, .5, .7, "max 4 2 1", 75, 7200, false},
    {"softhebb-cifar-3-x2", 192, 3, 16, 8, .65, .005, .5, 1.4, "max 4 2 1", 864, 165888, false},
    {"softhebb-cifar-3-x2", 384, 3, 8, 4, .25, .01, .5, 1, "average 2 2 0", 1728, 663552, false},
    {"softhebb-stl-3", 96, 5, 96, 48, 1, .08, .5, .7, "average 4 2 1", 75, 7200, false},
    {"softhebb-stl-3", 384, 3, 48, 24, .65, .005, .5, 1.4, "max 4 2 1", 864, 331776, false},
    {"softhebb-stl-3", 1536, 3, 24, 12, .45, .01, .5, 1, "average 4 2 1", 3456, 5308416, false},
    {"softhebb-stl-4", 96, 5, 96, 48, 1, .08, .5, .7, "average 4 2 1", 75, 7200, false},
    {"softhebb-stl-4", 384, 3, 48, 24, .65, .005, .5, .7, "max 4 2 1", 864, 331776, false},
    {"softhebb-stl-4", 1536, 3, 24, 12, .45, .01, .5, 1.4, "average 4 2 1", 3456, 5308416, false},
    {"softhebb-stl-4", 6144, 3, 12, 6, .25, .01, .5, 1, "average 2 2 0", 13824, 84934656, false},
    {"softhebb-imagenet-5", 48, 5, 160, 80, 1.1, .08, .75, .7, "max 4 2 1", 75, 3600, false},
    {"softhebb-imagenet-5", 192, 3, 80, 40, .7, .01, .75, .7, "max 4 2 1", 432, 82944, false},
    {"softhebb-imagenet-5", 768, 3, 40, 20, .5, .01, .75, .7, "max 4 2 1", 1728, 1327104, false},
    {"softhebb-imagenet-5", 3072, 3, 20, 10, .4, .01, .75, 1.4, "max 4 2 1", 6912, 21233664, false},
    {"softhebb-imagenet-5", 12288, 3, 10, 5, .25, .01, .75, 1, "average 2 2 0", 27648, 339738624,
     false},
    {"softhebb-mnist-mlp", 2000, 0, 28, 1, 12, .045, .2, 5, "none", 784, 1568000, false},
};
enum { NETWORKS = sizeof networks / sizeof networks[0], LAYERS = sizeof layers / sizeof layers[0] };

static void expect_preset(const char *name, size_t count, const char *const *overrides) {
    char text[XH_PARAM_TEXT_SIZE];
    snprintf(text, sizeof text, "network: {preset: %s}\n", name);
    expect(text, count, overrides);
}

static xh_shape images(void) {
    const xh_dataset_kind *kind = NULL;
    ck_assert_int_eq(xh_dataset_find(config.dataset.name, &kind, &error), XH_OK);
    return kind->shape;
}

/* One layer of the present configuration on an input; returns its output. */
static xh_shape compare_layer(const published_layer *row, const xh_layer_params *layer,
                              xh_shape input) {
    size_t inputs = 0, positions = 0;
    xh_shape output = {0};
    char pool[XH_PARAM_TEXT_SIZE];
    const int written = strcmp(layer->pool, "none") == 0
                            ? snprintf(pool, sizeof pool, "none")
                            : snprintf(pool, sizeof pool, "%.9s %ld %ld %ld", layer->pool,
                                       layer->pool_size, layer->pool_stride, layer->pool_padding);
    ck_assert_int_gt(written, 0);
    ck_assert_int_eq(xh_layer_geometry(layer, input, &inputs, &positions, &output, &error), XH_OK);
    ck_assert_int_eq(layer->outputs, row->outputs);
    ck_assert_uint_eq(input.height, row->side_in);
    ck_assert_uint_eq(output.height, row->side_out);
    ck_assert_double_eq(layer->inverse_temperature, row->inverse_temperature);
    ck_assert_double_eq(layer->rate, row->rate);
    ck_assert_double_eq(layer->norm_power, row->norm_power);
    ck_assert_double_eq(layer->activation_power, row->power);
    ck_assert_str_eq(pool, row->pool);
    ck_assert_uint_eq(inputs, row->inputs);
    ck_assert_uint_eq(inputs * output.channels, row->weights);
    ck_assert_int_eq(layer->pre_triangle, row->pre_triangle);
    ck_assert_str_eq(layer->synapses, "digital");
    ck_assert_str_eq(layer->update_scale, "layer_maximum");
    ck_assert_str_eq(layer->rate_decay, "none");
    ck_assert_double_eq(layer->weight_bound, 0);
    const bool conv = row->kernel > 0;
    ck_assert_str_eq(layer->type, conv ? "conv" : "dense");
    ck_assert_str_eq(layer->competition, conv ? "soft_anti" : "soft");
    ck_assert_str_eq(layer->initial, conv ? "normal" : "uniform_positive");
    ck_assert_str_eq(layer->activation, conv ? "triangle" : "softmax");
    ck_assert_double_eq(layer->initial_norm, conv ? 25 : 35);
    ck_assert_int_eq(layer->normalise, conv);
    if (conv) {
        ck_assert_int_eq(layer->kernel, row->kernel);
        ck_assert_int_eq(layer->padding, row->kernel / 2);
        ck_assert_uint_eq(positions, input.height * input.width);
    }
    return output;
}

START_TEST(presets_are_those_published) {
    const published_network *network = &networks[_i];
    expect_preset(network->name, 0, NULL);
    ck_assert_str_eq(config.dataset.name, network->dataset);
    xh_shape shape = images();
    size_t depth = 0;
    for (size_t l = 0; l < LAYERS; l++) {
        if (strcmp(layers[l].network, network->name) == 0) {
            ck_assert_uint_lt(depth, config.layer_count);
            shape = compare_layer(&layers[l], &config.layers[depth++], shape);
        }
    }
    ck_assert_uint_eq(config.layer_count, depth);
    ck_assert_uint_eq(shape.height * shape.width * shape.channels, network->readout_inputs);
    ck_assert_str_eq(config.training.method, "softhebb");
    ck_assert_str_eq(config.training.order, "successive");
    ck_assert_int_eq(config.training.epochs, 1);
    ck_assert_int_eq(config.training.batch, network->batch);
    ck_assert_int_eq(config.training.images, 0);
    ck_assert_int_eq(config.training.unlabelled, network->unlabelled);
    ck_assert_str_eq(config.training.augmentation, network->augmentation);
    ck_assert_int_eq(config.readout.epochs, network->readout_epochs);
    ck_assert_int_eq(config.readout.batch, network->readout_batch);
    ck_assert_double_eq(config.readout.rate, 1e-3);
    ck_assert_double_eq(config.readout.dropout, network->dropout);
    ck_assert_str_eq(config.readout.augmentation, network->readout_augmentation);
}
END_TEST

START_TEST(every_preset_is_in_the_table) {
    ck_assert_uint_eq(xh_network_preset_count(), NETWORKS);
}
END_TEST

START_TEST(the_file_overrides_its_preset) {
    expect("network: {preset: softhebb-cifar-3}\n"
           "dataset: {name: fashion-mnist}\n"
           "training: {batch: 20}\n"
           "readout: {epochs: 7}\n",
           0, NULL);
    ck_assert_str_eq(config.dataset.name, "fashion-mnist");
    ck_assert_int_eq(config.training.batch, 20);
    ck_assert_int_eq(config.readout.epochs, 7);
    ck_assert_int_eq(config.readout.batch, 64);
}
END_TEST

START_TEST(width_multiplies_outputs) {
    expect_preset("softhebb-cifar-3", 1, (const char *const[]){"network.width=0.25"});
    ck_assert_int_eq(config.layers[0].outputs, 24);
    ck_assert_int_eq(config.layers[1].outputs, 96);
    ck_assert_int_eq(config.layers[2].outputs, 384);
    ck_assert_double_eq(config.network.width, 1);
    expect_preset("softhebb-cifar-3", 1, (const char *const[]){"network.width=2"});
    ck_assert_int_eq(config.layers[2].outputs, 3072);
    expect("network: {width: 0.01, layers: [{outputs: 8}, {outputs: 151}]}\n", 0, NULL);
    ck_assert_int_eq(config.layers[0].outputs, 1);
    ck_assert_int_eq(config.layers[1].outputs, 2);
    refuse(
        "network:\n  width: 100\n  layers: [{outputs: 8}, {outputs: 656}]\n",
        "e.yaml:2: network.width = 100 makes 65600 outputs of network.layers.1, more than 65536");
    refuse("network: {width: 0, preset: softhebb-cifar-1}\n",
           "e.yaml:1: network.width = 0 is outside [0.001, 1000]");
}
END_TEST

START_TEST(depth_takes_the_first_layers) {
    expect_preset("softhebb-cifar-3", 1, (const char *const[]){"network.depth=2"});
    ck_assert_uint_eq(config.layer_count, 2);
    ck_assert_int_eq(config.layers[1].outputs, 384);
    ck_assert_str_eq(config.layers[0].pool, "max"); /* of three layers, not of softhebb-cifar-2 */
    refuse("network: {preset: softhebb-cifar-2,\n depth: 3}\n",
           "e.yaml:2: network.depth = 3 is more than the 2 layers");
}
END_TEST

/* Written and read again, width and depth have acted once. */
START_TEST(width_and_depth_act_once) {
    expect_preset("softhebb-cifar-3", 2,
                  (const char *const[]){"network.width=0.5", "network.depth=2"});
    char *text = xh_config_text(&config);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(xh_config_parse("again", text, strlen(text), NULL, 0, &again, &error), XH_OK);
    ck_assert_uint_eq(again.layer_count, 2);
    ck_assert_mem_eq(again.layers, config.layers, sizeof config.layers);
    ck_assert_mem_eq(&again.network, &config.network, sizeof config.network);
    free(text);
}
END_TEST

START_TEST(a_star_is_every_layer) {
    expect_preset("softhebb-cifar-3", 1, (const char *const[]){"network.layers.*.normalise=false"});
    for (size_t l = 0; l < config.layer_count; l++) {
        ck_assert(!config.layers[l].normalise);
    }
    ck_assert_int_eq(config.layers[2].outputs, 1536);
    expect("network:\n"
           "  preset: softhebb-cifar-3\n"
           "  layers:\n"
           "    1: {competition: soft}\n"
           "    \"*\": {competition: hard, rate: 0.5}\n",
           0, NULL);
    ck_assert_str_eq(config.layers[0].competition, "hard");
    ck_assert_str_eq(config.layers[1].competition, "soft");
    ck_assert_str_eq(config.layers[2].competition, "hard");
    ck_assert_double_eq(config.layers[1].rate, 0.5);
}
END_TEST

START_TEST(a_number_is_an_exception_to_the_star) {
    expect_preset("softhebb-cifar-3", 3,
                  (const char *const[]){"network.layers.0.rate=3", "network.layers.*.rate=1",
                                        "network.layers.*.rate=2"});
    ck_assert_double_eq(config.layers[0].rate, 3);
    ck_assert_double_eq(config.layers[1].rate, 2);
    ck_assert_double_eq(config.layers[2].rate, 2);
    refuse_set("network: {preset: softhebb-cifar-2}\n", "network.layers.*.rate=-1",
               "--set network.layers.*.rate=-1: network.layers.0.rate = -1 is outside [0, 10]");
    refuse_set("network: {preset: softhebb-cifar-2}\n", "network.layers.*.rat=1",
               "--set network.layers.*.rat=1: unknown key network.layers.0.rat; did you mean "
               "rate?");
    refuse_set("network: {preset: softhebb-cifar-2}\n", "network.layers.*=1",
               "--set network.layers.*=1: network.layers.0 must be a mapping");
    refuse_set("network: {}\n", "network.layers.*.rate=1",
               "--set network.layers.*.rate=1: network.layers must be a list");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("presets");
    TCase *table = tcase_create("table");
    tcase_add_loop_test(table, presets_are_those_published, 0, NETWORKS);
    tcase_add_test(table, every_preset_is_in_the_table);
    tcase_add_test(table, the_file_overrides_its_preset);
    suite_add_tcase(suite, table);
    TCase *keys = tcase_create("keys");
    tcase_add_test(keys, width_multiplies_outputs);
    tcase_add_test(keys, depth_takes_the_first_layers);
    tcase_add_test(keys, width_and_depth_act_once);
    tcase_add_test(keys, a_star_is_every_layer);
    tcase_add_test(keys, a_number_is_an_exception_to_the_star);
    suite_add_tcase(suite, keys);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
