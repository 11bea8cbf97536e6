/* Layers: geometry, parameters, modes, the same bits for any number of threads, and the rule's
 * fixed point. */
#include "layer_fixture.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>

static void check_geometry(const xh_layer_params *params, xh_shape input, size_t inputs,
                           size_t positions, xh_shape output) {
    size_t found_inputs = 0;
    size_t found_positions = 0;
    xh_shape found = {0, 0, 0};
    ck_assert_int_eq(
        xh_layer_geometry(params, input, &found_inputs, &found_positions, &found, NULL), XH_OK);
    ck_assert_uint_eq(found_inputs, inputs);
    ck_assert_uint_eq(found_positions, positions);
    ck_assert_uint_eq(found.height, output.height);
    ck_assert_uint_eq(found.width, output.width);
    ck_assert_uint_eq(found.channels, output.channels);
}

/* The shapes of the published networks. */
START_TEST(test_geometry) {
    xh_layer_params params = xh_plain_layer(96, 5, 2);
    check_geometry(&params, (xh_shape){32, 32, 3}, 75, 1024, (xh_shape){16, 16, 96});
    check_geometry(&params, (xh_shape){28, 28, 1}, 25, 784, (xh_shape){14, 14, 96});
    params = xh_plain_layer(1536, 3, 1);
    params.pool_size = 2;
    params.pool_padding = 0;
    check_geometry(&params, (xh_shape){7, 7, 384}, 3456, 49, (xh_shape){3, 3, 1536});
    params = xh_plain_layer(2000, 5, 2);
    strcpy(params.type, "dense");
    strcpy(params.pool, "none");
    check_geometry(&params, (xh_shape){28, 28, 1}, 784, 1, (xh_shape){1, 1, 2000});
}
END_TEST

static void check_impossible(const xh_layer_params *params, xh_shape input, const char *words) {
    size_t inputs = 7;
    size_t positions = 7;
    xh_shape output = {7, 7, 7};
    xh_error error = {0};
    ck_assert_int_eq(xh_layer_geometry(params, input, &inputs, &positions, &output, &error),
                     XH_INPUT);
    ck_assert_msg(strstr(error.text, words) != NULL, "\"%s\" lacks \"%s\"", error.text, words);
    ck_assert(inputs == 7 && positions == 7 && output.height == 7); /* as they were */
}

START_TEST(test_impossible_geometry) {
    xh_layer_params params = xh_plain_layer(4, 5, 2);
    strcpy(params.name, "conv7");
    check_impossible(&params, (xh_shape){2, 9, 1}, "layer conv7: padding = 2");
    check_impossible(&params, (xh_shape){9, 0, 1}, "empty");
    params.padding = 0;
    check_impossible(&params, (xh_shape){9, 4, 1}, "kernel = 5");
    params = xh_plain_layer(4, 3, 1);
    params.pool_padding = 4;
    check_impossible(&params, (xh_shape){9, 9, 1}, "pool_padding = 4");
    params.pool_padding = 0;
    check_impossible(&params, (xh_shape){3, 9, 1}, "pool_size = 4");
    params = xh_plain_layer(4, 3, 1);
    params.learning_stride = 9;
    check_impossible(&params, (xh_shape){9, 8, 1}, "learning_stride = 9");
    strcpy(params.type, "dense");
    check_impossible(&params, (xh_shape){9, 9, 1}, "pool = max");
}
END_TEST

/* Synapses of another size are refused, and freed all the same. */
START_TEST(test_wrong_synapses) {
    const xh_layer_params params = xh_plain_layer(4, 3, 1);
    const float weights[4 * 8] = {0};
    xh_synapses *synapses = NULL;
    xh_layer *layer = NULL;
    xh_error error = {0};
    ck_assert_int_eq(xh_synapses_create_digital(8, xh_undivided(4), weights, (xh_rule){0.1, 0.5},
                                                XH_SCALE_LAYER_MAXIMUM, 0, XH_ARITHMETIC_FLOAT32,
                                                &synapses, NULL),
                     XH_OK);
    ck_assert_int_eq(xh_layer_create(&params, (xh_shape){8, 8, 1}, synapses, &layer, &error),
                     XH_INPUT);
    ck_assert_ptr_null(layer);
    ck_assert_ptr_nonnull(strstr(error.text, "4 x 8"));
    xh_layer_free(NULL);
}
END_TEST

START_TEST(test_initial_weights) {
    enum { INPUTS = 400, OUTPUTS = 50, COUNT = INPUTS * OUTPUTS };
    const xh_part neurons = {0, OUTPUTS};
    xh_layer_params params = xh_plain_layer(OUTPUTS, 5, 2);
    float *normal = xh_array_create(COUNT, sizeof(float));
    float *uniform = xh_array_create(COUNT, sizeof(float));
    ck_assert(normal && uniform);
    xh_layer_initial_weights(&params, INPUTS, neurons, 3, 1, normal);
    strcpy(params.initial, "uniform_positive");
    xh_layer_initial_weights(&params, INPUTS, neurons, 3, 1, uniform);
    double mean = 0;
    double square = 0;
    double uniform_square = 0;
    for (size_t i = 0; i < COUNT; i++) {
        mean += (double)normal[i] / COUNT;
        square += (double)normal[i] * (double)normal[i] / OUTPUTS;
        uniform_square += (double)uniform[i] * (double)uniform[i] / OUTPUTS;
        ck_assert(uniform[i] >= 0 && (double)uniform[i] <= 25 * sqrt(3.0 / INPUTS));
    }
    /* Six standard errors each (of the mean, 25 / sqrt(INPUTS COUNT); of the mean square of 20,000
     * normals, 1 %; of uniforms, 0.63 %): chance fails this with probability below 1e-8. */
    ck_assert_double_le(fabs(mean), 6 * 25 / sqrt((double)INPUTS * COUNT));
    ck_assert_double_eq_tol(square, 625, 0.06 * 625);
    ck_assert_double_eq_tol(uniform_square, 625, 0.04 * 625);
    xh_array_free(normal);
    xh_array_free(uniform);
}
END_TEST

/* What a few batches leave behind. */
typedef struct outcome {
    float *weights;
    float *out;
    uint32_t wins[40];
} outcome;

static outcome train(const xh_layer_params *params, xh_shape input, int threads) {
    enum { BATCH = 5, STEPS = 3 };
    outcome seen;
    omp_set_num_threads(threads);
    xh_layer *layer = xh_make_layer(params, input, 1);
    const xh_images out = xh_make_output(layer, BATCH);
    ck_assert_int_eq(xh_layer_reserve(layer, XH_LAYER_LEARN, BATCH, NULL), XH_OK);
    ck_assert_int_eq(xh_layer_reserve(layer, XH_LAYER_INFER, BATCH, NULL), XH_OK);
    for (uint64_t step = 0; step <= STEPS; step++) {
        const xh_images images = xh_make_images(input, BATCH, step);
        xh_layer_batch(layer, step < STEPS ? XH_LAYER_LEARN : XH_LAYER_INFER, images, out);
        xh_array_free(images.data);
    }
    seen.weights = xh_layer_weights(layer);
    seen.out = out.data;
    xh_layer_wins(layer, seen.wins, true);
    uint32_t sum = 0;
    for (long i = 0; i < params->outputs; i++) {
        sum += seen.wins[i];
    }
    ck_assert_uint_eq(sum, STEPS * BATCH * xh_layer_positions(layer));
    uint32_t again[40];
    xh_layer_wins(layer, again, false);
    ck_assert_uint_eq(again[0], 0);
    xh_layer_free(layer);
    return seen;
}

static void check_threads(const xh_layer_params *params, xh_shape input, size_t weights,
                          size_t out) {
    const outcome one = train(params, input, 1);
    const outcome two = train(params, input, 2);
    ck_assert(memcmp(one.weights, two.weights, weights * sizeof(float)) == 0);
    ck_assert(memcmp(one.out, two.out, out * sizeof(float)) == 0);
    ck_assert(memcmp(one.wins, two.wins, (size_t)params->outputs * sizeof(uint32_t)) == 0);
    float *arrays[] = {one.weights, one.out, two.weights, two.out};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        xh_array_free(arrays[i]);
    }
}

/* Blocks that end within images, on both kinds of layer. */
START_TEST(test_threads) {
    xh_layer_params params = xh_plain_layer(40, 5, 2);
    check_threads(&params, (xh_shape){30, 31, 3}, (size_t)40 * 75, (size_t)5 * 15 * 15 * 40);
    params = xh_plain_layer(19, 3, 0);
    params.pre_triangle = true;
    strcpy(params.pool, "average");
    check_threads(&params, (xh_shape){9, 8, 5}, (size_t)19 * 45, (size_t)5 * 3 * 3 * 19);
    params = xh_plain_layer(33, 1, 0);
    strcpy(params.type, "dense");
    strcpy(params.pool, "none");
    strcpy(params.activation, "softmax");
    strcpy(params.competition, "soft");
    params.normalise = false;
    check_threads(&params, (xh_shape){6, 5, 2}, (size_t)33 * 60, (size_t)5 * 33);
}
END_TEST

/* Warming moves the statistics and not the weights; inference moves neither; both read the same
 * weights. */
/* Writes the weights of a layer onto an ideal crossbar with converters. */
static xh_crossbar *write_layer(xh_layer *layer) {
    xh_synapses *synapses = xh_layer_synapses(layer);
    const xh_device_model *model = NULL;
    double values[XH_PARAM_STRUCT_MAX / sizeof(double)];
    xh_crossbar_params params;
    xh_crossbar *crossbar = NULL;
    ck_assert_int_eq(xh_device_find("ideal", &model, NULL), XH_OK);
    xh_param_defaults(model->params, values);
    xh_param_defaults(&xh_crossbar_param_table, &params);
    ck_assert_int_eq(xh_param_set(xh_param_find(model->params, "states"), values, "2000", NULL),
                     XH_OK);
    params.weight_range = 25; /* five deviations */
    ck_assert_int_eq(xh_crossbar_create(xh_synapses_inputs(synapses),
                                        xh_synapses_division(synapses), model, values, &params,
                                        (xh_crossbar_seeds){1, 2, 0}, &crossbar, NULL),
                     XH_OK);
    xh_synapses_program(synapses, crossbar);
    return crossbar;
}

START_TEST(test_modes) {
    const xh_shape input = {12, 12, 2};
    const xh_layer_params params = xh_plain_layer(8, 3, 1);
    xh_layer *layer = xh_make_layer(&params, input, 1);
    const xh_normalise normalise = xh_layer_normalise(layer);
    const xh_images out = xh_make_output(layer, 4);
    float *before = xh_layer_weights(layer);
    float statistics[2][2];
    for (size_t turn = 0; turn < 2; turn++) {
        const xh_layer_mode mode = turn == 0 ? XH_LAYER_WARM : XH_LAYER_INFER;
        const xh_images images = xh_make_images(input, 4, 7);
        ck_assert_int_eq(xh_layer_reserve(layer, mode, 4, NULL), XH_OK);
        xh_layer_batch(layer, mode, images, out);
        float *after = xh_layer_weights(layer);
        ck_assert_mem_eq(before, after, (size_t)8 * 18 * sizeof(float));
        memcpy(statistics[turn], normalise.mean, sizeof(statistics[turn]));
        xh_array_free(after);
        xh_array_free(images.data);
    }
    ck_assert_float_ne(statistics[0][0], 0);
    ck_assert_mem_eq(statistics[0], statistics[1], sizeof(statistics[0]));
    xh_array_free(before);
    xh_array_free(out.data);
    xh_layer_free(layer);
}
END_TEST

/* A large inference batch goes through in chunks: as image by image, but for the rounding of
 * differently shaped products. */
/* A layer whose synapses were written onto a crossbar: calibration sets the full scales by what comes
 * in, moves no statistics and is booked as programming; then it answers nearly as it did. */
START_TEST(test_calibrate) {
    enum { BATCH = 6 };
    const xh_shape input = {10, 10, 3};
    const xh_layer_params params = xh_plain_layer(12, 3, 1);
    xh_layer *layer = xh_make_layer(&params, input, 1);
    const xh_images before = xh_make_output(layer, BATCH);
    const xh_images after = xh_make_output(layer, BATCH);
    const struct {
        xh_layer_mode mode;
        xh_images out;
    } steps[] = {{XH_LAYER_WARM, before},
                 {XH_LAYER_INFER, before},
                 {XH_LAYER_CALIBRATE, after},
                 {XH_LAYER_INFER, after}};
    xh_crossbar *crossbar = NULL;
    double scale = 0;
    float mean = 0;
    for (size_t step = 0; step < 4; step++) {
        const xh_images images = xh_make_images(input, BATCH, 7);
        if (step == 2) {
            crossbar = write_layer(layer);
            scale = xh_crossbar_input_range(crossbar);
            mean = xh_layer_normalise(layer).mean[0];
        }
        ck_assert_int_eq(xh_layer_reserve(layer, steps[step].mode, BATCH, NULL), XH_OK);
        xh_layer_batch(layer, steps[step].mode, images, steps[step].out);
        xh_array_free(images.data);
    }
    const xh_ledger *ledger = xh_crossbar_ledger(crossbar);
    const double reads = (double)BATCH * (double)xh_layer_positions(layer);
    ck_assert_float_eq(xh_layer_normalise(layer).mean[0], mean);
    ck_assert_double_ne(xh_crossbar_input_range(crossbar), scale);
    ck_assert_double_eq(ledger->count[XH_PHASE_program][XH_EVENT_softmax], reads * 12);
    ck_assert_double_eq(ledger->count[XH_PHASE_inference][XH_EVENT_softmax], reads * 12);
    ck_assert_double_eq(ledger->count[XH_PHASE_forward][XH_EVENT_softmax], 0);
    double difference = 0;
    double square = 0;
    for (size_t i = 0; i < xh_output_size(layer, BATCH); i++) {
        difference += pow(before.data[i] - after.data[i], 2);
        square += pow(before.data[i], 2);
    }
    /* Converters of 8 bits with a range of 4 sigmas: steps of 3 % of the root mean square. */
    ck_assert_double_gt(difference, 0);
    ck_assert_double_lt(sqrt(difference / square), 0.03);
    xh_array_free(before.data);
    xh_array_free(after.data);
    xh_layer_free(layer);
}
END_TEST

START_TEST(test_chunks) {
    enum { COUNT = 40 };
    const xh_shape input = {16, 16, 3};
    const xh_layer_params params = xh_plain_layer(12, 5, 2);
    xh_layer *layer = xh_make_layer(&params, input, 1);
    const size_t size = xh_output_size(layer, 1);
    const xh_shape shape = xh_layer_output(layer);
    const xh_images images = xh_make_images(input, COUNT, 2);
    const xh_images again = xh_make_images(input, COUNT, 2);
    const xh_images out = xh_make_output(layer, COUNT);
    float *alone = xh_array_create(size, sizeof(float));
    ck_assert_ptr_nonnull(alone);
    ck_assert_int_eq(xh_layer_reserve(layer, XH_LAYER_INFER, COUNT, NULL), XH_OK);
    xh_layer_batch(layer, XH_LAYER_INFER, images, out);
    for (size_t n = 0; n < COUNT; n++) {
        const xh_images image = {again.data + n * 768, 1, 16, 16, 3};
        xh_layer_batch(layer, XH_LAYER_INFER, image,
                       (xh_images){alone, 1, shape.height, shape.width, shape.channels});
        for (size_t i = 0; i < size; i++) {
            ck_assert_float_eq_tol(out.data[n * size + i], alone[i], 1e-3F);
        }
    }
    xh_array_free(images.data);
    xh_array_free(again.data);
    xh_array_free(out.data);
    xh_array_free(alone);
    xh_layer_free(layer);
}
END_TEST

static double largest_distance(xh_layer *layer, size_t outputs, size_t inputs) {
    float *weights = xh_layer_weights(layer);
    double largest = 0;
    for (size_t i = 0; i < outputs; i++) {
        double square = 0;
        for (size_t j = 0; j < inputs; j++) {
            square += (double)weights[i * inputs + j] * (double)weights[i * inputs + j];
        }
        largest = fmax(largest, fabs(sqrt(square) - 1));
    }
    xh_array_free(weights);
    return largest;
}

/* The rule pulls the norm of every neuron to 1, from above and from below. */
static void check_fixed_point(double initial_norm) {
    enum { OUTPUTS = 4, INPUTS = 12, BATCH = 64, STEPS = 600 };
    xh_layer_params params = xh_plain_layer(OUTPUTS, 1, 0);
    strcpy(params.type, "dense");
    strcpy(params.pool, "none");
    strcpy(params.competition, "soft");
    params.normalise = false;
    params.initial_norm = initial_norm;
    strcpy(params.initial, "uniform_positive");
    params.rate = 0.05;
    const xh_shape input = {1, 1, INPUTS};
    xh_layer *layer = xh_make_layer(&params, input, 1);
    ck_assert_int_eq(xh_layer_reserve(layer, XH_LAYER_LEARN, BATCH, NULL), XH_OK);
    const double before = largest_distance(layer, OUTPUTS, INPUTS);
    for (uint64_t step = 0; step < STEPS; step++) {
        const xh_images images = xh_make_images(input, BATCH, step);
        for (size_t i = 0; i < (size_t)BATCH * INPUTS; i++) {
            images.data[i] = fabsf(images.data[i]); /* positive inputs: every D_i is positive */
        }
        xh_layer_batch(layer, XH_LAYER_LEARN, images, (xh_images){0});
        xh_array_free(images.data);
    }
    ck_assert_double_gt(before, 0.2);
    ck_assert_double_lt(largest_distance(layer, OUTPUTS, INPUTS), 0.02);
    xh_layer_free(layer);
}

START_TEST(test_fixed_point) {
    check_fixed_point(4);
    check_fixed_point(0.5);
}
END_TEST

enum { COURSE_KINDS = 4, COURSE_BATCH = 8, COURSE_STEPS = 20 };
static const xh_shape course_shape = {12, 12, 8};

/* Weights after a course over images of a few kinds, each with noise of its own. */
static float *course(const char *arithmetic) {
    const size_t size = course_shape.height * course_shape.width * course_shape.channels;
    xh_layer_params params = xh_plain_layer(48, 3, 1);
    snprintf(params.arithmetic, sizeof(params.arithmetic), "%s", arithmetic);
    params.initial_norm = 5;
    xh_layer *layer = xh_make_layer(&params, course_shape, 1);
    const xh_images kinds = xh_make_images(course_shape, COURSE_KINDS, 1);
    ck_assert_int_eq(xh_layer_reserve(layer, XH_LAYER_LEARN, COURSE_BATCH, NULL), XH_OK);
    for (uint64_t step = 0; step < COURSE_STEPS; step++) {
        const xh_images images = xh_make_images(course_shape, COURSE_BATCH, 100 + step);
        for (size_t i = 0; i < COURSE_BATCH * size; i++) {
            images.data[i] = 0.5F * images.data[i] + kinds.data[i % (COURSE_KINDS * size)];
        }
        xh_layer_batch(layer, XH_LAYER_LEARN, images, (xh_images){0});
        xh_array_free(images.data);
    }
    float *weights = xh_layer_weights(layer);
    xh_array_free(kinds.data);
    xh_layer_free(layer);
    return weights;
}

static double cosine(size_t count, const float *a, const float *b) {
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < count; i++) {
        ab += (double)a[i] * (double)b[i];
        aa += (double)a[i] * (double)a[i];
        bb += (double)b[i] * (double)b[i];
    }
    return ab / sqrt(aa * bb);
}

/* Learning in whole numbers stays beside that in float32, neuron by neuron, though it is not the same. */
START_TEST(test_arithmetic) {
    enum { INPUTS = 72, OUTPUTS = 48 };
    float *plain = course("float32");
    float *rounded = course("int16");
    double least = 1;
    for (size_t i = 0; i < OUTPUTS; i++) {
        least = fmin(least, cosine(INPUTS, plain + i * INPUTS, rounded + i * INPUTS));
    }
    ck_assert_double_gt(least, 0.999);
    ck_assert_mem_ne(plain, rounded, sizeof(float) * INPUTS * OUTPUTS);
    xh_array_free(plain);
    xh_array_free(rounded);
}
END_TEST

/* Every default of the table is a legal value, and the names are those of the struct's texts. */
START_TEST(test_params) {
    const xh_layer_params params = xh_plain_layer(96, 5, 2);
    xh_error error = {0};
    ck_assert_msg(xh_param_check(&xh_layer_param_table, &params, &error) == XH_OK, "%s",
                  error.text);
    ck_assert_uint_eq(xh_layer_param_table.size, sizeof(xh_layer_params));
    ck_assert_uint_eq(xh_layer_param_table.count, 26);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {test_geometry,       test_impossible_geometry,
                                  test_wrong_synapses, test_initial_weights,
                                  test_threads,        test_modes,
                                  test_chunks,         test_fixed_point,
                                  test_arithmetic,     test_params,
                                  test_calibrate};
    return xh_suite_run("layer", tests, sizeof(tests) / sizeof(tests[0]));
}
