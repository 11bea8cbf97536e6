/* The comparator: learning, the same bits for any number of threads, and what it refuses. */
#include "baseline_rig.h"
#include "crossbar_fixture.h"
#include "state_fixture.h"

#include <math.h>
#include <omp.h>

enum { SIDE = 8, TOY = 60, TOY_BATCH = 16 };

static const stack toy = {
    {SIDE, SIDE, 1},
    TOY_BATCH,
    {{"conv", 6, 3, 1, true, "max", 2, 2, 0}, {"conv", 8, 3, 1, true, "average", 2, 2, 0}}};

/* A bright square, cross, or frame of 3 x 3 somewhere in noise. */
static void draw_toy(float *images, uint16_t *labels) {
    static const char *const shapes[CLASSES] = {"#########", " # ### # ", "#### ####"};
    xh_rng_uniform((xh_rng){2, XH_RNG_TEST, 0, 0}, 0, (size_t)TOY * SIDE * SIDE, images);
    label_images(TOY, labels);
    for (size_t n = 0; n < TOY; n++) {
        const size_t row = n * 7 % (SIDE - 2), column = n * 5 / 3 % (SIDE - 2);
        for (size_t i = 0; i < 9; i++) {
            const size_t pixel = (row + i / 3) * SIDE + column + i % 3;
            images[n * SIDE * SIDE + pixel] += shapes[labels[n]][i] == '#' ? 2.0F : 0.0F;
        }
    }
}

/* Epochs of steps on the toy. */
static void train(xh_baseline *baseline, long first, long last) {
    float images[TOY * SIDE * SIDE], at_hand[TOY_BATCH * SIDE * SIDE];
    uint16_t labels[TOY];
    draw_toy(images, labels);
    for (long epoch = first; epoch < last; epoch++) {
        for (size_t start = 0; start < TOY; start += TOY_BATCH) {
            const size_t count = TOY - start < TOY_BATCH ? TOY - start : TOY_BATCH;
            size_t right = 0;
            memcpy(at_hand, images + start * SIDE * SIDE, count * SIDE * SIDE * sizeof(float));
            xh_baseline_step(baseline, epoch, start / TOY_BATCH,
                             (xh_images){at_hand, count, SIDE, SIDE, 1}, labels + start, &right);
        }
    }
}

/* Of the toy, by the running statistics. */
static double accuracy_of(xh_network *network, xh_baseline *baseline) {
    static const xh_layer_mode modes[LAYERS] = {XH_LAYER_INFER, XH_LAYER_INFER};
    float images[TOY * SIDE * SIDE], features[TOY * 2 * 2 * 8];
    uint16_t labels[TOY];
    draw_toy(images, labels);
    ck_assert_int_eq(xh_network_batch(network, LAYERS - 1, modes,
                                      (xh_images){images, TOY, SIDE, SIDE, 1}, features, NULL),
                     XH_OK);
    xh_examples examples = {TOY, (size_t)2 * 2 * 8, features, labels};
    double accuracy = 0;
    ck_assert_int_eq(xh_readout_accuracy(xh_baseline_readout(baseline),
                                         xh_feature_source_of(&examples), NULL, &accuracy, NULL),
                     XH_OK);
    return accuracy;
}

START_TEST(a_toy_is_learned) {
    const xh_readout_params readout = readout_of(60, TOY_BATCH, 0.01, 0.1);
    xh_network *network = make_network(&toy);
    xh_baseline *baseline = make_baseline(network, readout);
    ck_assert_double_lt(accuracy_of(network, baseline), 0.7);
    train(baseline, 0, 60);
    ck_assert_double_eq(accuracy_of(network, baseline), 1);
    xh_baseline_free(baseline);
    xh_network_free(network);
}
END_TEST

/* Weights of the upper layer after two epochs. */
static float *learned(int threads) {
    const xh_readout_params readout = readout_of(10, TOY_BATCH, 0.01, 0.5);
    omp_set_num_threads(threads);
    xh_network *network = make_network(&toy);
    xh_baseline *baseline = make_baseline(network, readout);
    train(baseline, 0, 2);
    float *weights = xh_layer_weights(xh_network_layer(network, 1));
    xh_baseline_free(baseline);
    xh_network_free(network);
    return weights;
}

START_TEST(threads_change_nothing) {
    const size_t size = (size_t)8 * 54 * sizeof(float);
    float *one = learned(1), *two = learned(2), *three = learned(3);
    ck_assert_mem_eq(one, two, size);
    ck_assert_mem_eq(one, three, size);
    xh_array_free(one);
    xh_array_free(two);
    xh_array_free(three);
}
END_TEST

/* A network and its comparator that take up a state go on as those that were saved. */
START_TEST(a_state_goes_on) {
    const xh_readout_params readout = readout_of(10, TOY_BATCH, 0.01, 0.5);
    xh_memory memory = {0};
    xh_network *networks[2] = {make_network(&toy), make_network(&toy)};
    xh_baseline *baselines[2];
    float *weights[2];
    for (size_t i = 0; i < 2; i++) {
        baselines[i] = make_baseline(networks[i], readout);
        xh_state state = i == 0 ? xh_memory_saving(&memory) : xh_memory_loading(&memory);
        if (i == 0) {
            train(baselines[i], 0, 2);
        }
        for (size_t l = 0; l < LAYERS; l++) {
            xh_layer_state(xh_network_layer(networks[i], l), &state);
        }
        xh_baseline_state(baselines[i], &state);
        ck_assert_int_eq(state.error.status, XH_OK);
        train(baselines[i], 2, 4);
        weights[i] = xh_layer_weights(xh_network_layer(networks[i], 0));
    }
    ck_assert_mem_eq(weights[0], weights[1], (size_t)6 * 9 * sizeof(float));
    for (size_t i = 0; i < 2; i++) {
        xh_array_free(weights[i]);
        xh_baseline_free(baselines[i]);
        xh_network_free(networks[i]);
    }
    free(memory.bytes);
}
END_TEST

static void refuse(xh_network *network, const char *message) {
    const xh_readout_params readout = readout_of(10, TOY_BATCH, 0.01, 0.5);
    xh_baseline *baseline = NULL;
    xh_error error = {0};
    ck_assert_int_eq(xh_baseline_create(network, &readout, CLASSES, 9, &baseline, &error),
                     XH_INPUT);
    ck_assert_msg(strstr(error.text, message) != NULL, "%s", error.text);
    ck_assert_ptr_null(baseline);
    xh_network_free(network);
}

START_TEST(others_are_refused) {
    const xh_layer_params triangle = xh_plain_layer(4, 3, 1);
    xh_network *network = xh_network_create(toy.image);
    xh_network_push(network, xh_make_layer(&triangle, toy.image, 1), NULL);
    refuse(network, "ReLU");

    const xh_layer_params relu = xh_baseline_layer_params(&triangle);
    const xh_crossbar_params params = xh_plain_crossbar();
    const xh_scheme *scheme = NULL;
    float *weights = xh_normals((size_t)4 * 9, 1, 0.1);
    xh_synapses *synapses = NULL;
    xh_layer *layer = NULL;
    ck_assert_int_eq(xh_scheme_find("read_modify_write", &scheme, NULL), XH_OK);
    xh_param_values values;
    xh_param_defaults(scheme->params, values.bytes);
    xh_crossbar *crossbar = xh_make_crossbar(9, 4, "constant_step", NULL, 0, &params, 1);
    ck_assert_int_eq(xh_synapses_create_crossbar(crossbar, weights, (xh_rule){0.1, 0.5}, scheme,
                                                 values.bytes, &synapses, NULL),
                     XH_OK);
    ck_assert_int_eq(xh_layer_create(&relu, toy.image, synapses, &layer, NULL), XH_OK);
    network = xh_network_create(toy.image);
    ck_assert_int_eq(xh_network_push(network, layer, NULL), XH_OK);
    refuse(network, "transposed");
    xh_array_free(weights);
    xh_baseline_free(NULL);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {a_toy_is_learned, threads_change_nothing, a_state_goes_on,
                                  others_are_refused};
    return xh_suite_run("baseline", tests, sizeof(tests) / sizeof(tests[0]));
}
