/*
 * Learning over many steps against the released code of the authors (Journe et al., ICLR 2023):
 * blocks over twenty batches, networks in both orders of training, and the readout. Tolerances:
 * golden_file.h.
 */
#include "golden_block.h"

#include "crosshebb/network.h"
#include "crosshebb/readout.h"

enum { STEPS = 20 };

static xh_layer *make_layer(const block_case *b, xh_shape input, const float *weights,
                            bool pre_triangle) {
    xh_layer_params params;
    xh_param_defaults(&xh_layer_param_table, &params);
    params.outputs = (long)b->outputs;
    params.kernel = (long)b->kernel;
    params.padding = (long)b->padding;
    params.inverse_temperature = (double)b->inverse_temperature;
    params.activation_power = (double)b->power;
    params.pre_triangle = pre_triangle;
    snprintf(params.pool, sizeof(params.pool), "%s",
             b->pool.kind == XH_POOL_MAX ? "max" : "average");
    params.pool_size = (long)b->pool.size;
    params.pool_padding = (long)b->pool.padding;
    xh_synapses *synapses = NULL;
    xh_layer *layer = NULL;
    ck_assert_int_eq(xh_synapses_create_digital(b->kernel * b->kernel * b->channels,
                                                xh_undivided(b->outputs), weights, b->rule,
                                                XH_SCALE_LAYER_MAXIMUM, 0, XH_ARITHMETIC_FLOAT32,
                                                &synapses, NULL),
                     XH_OK);
    ck_assert_int_eq(xh_layer_create(&params, input, synapses, &layer, NULL), XH_OK);
    ck_assert_int_eq(xh_layer_reserve(layer, XH_LAYER_LEARN, BATCH, NULL), XH_OK);
    ck_assert_int_eq(xh_layer_reserve(layer, XH_LAYER_INFER, BATCH, NULL), XH_OK);
    return layer;
}

/* Norms, rates, sums and largest raw changes of twenty steps, [step] or [step][output]. */
typedef struct course {
    float norm[(STEPS + 1) * 16];
    float rate[STEPS * 16];
    float sum[STEPS];
    float largest[STEPS];
} course;

/* One step of a layer, and what it should do from plain sums on the same normalised images. */
static void follow_step(const block_case *b, xh_layer *layer, size_t step, float *images,
                        float *weights, course *seen) {
    const size_t n = b->outputs;
    const size_t inputs = b->kernel * b->kernel * b->channels;
    const size_t side = SIDE + 2 * b->padding;
    float *padded = xh_floats(BATCH * side * side * b->channels);
    const xh_images batch = {images, BATCH, SIDE, SIDE, b->channels};
    xh_layer_batch(layer, XH_LAYER_LEARN, batch, (xh_images){0});
    const signals s =
        run_signals(PATCHES, inputs, n, cut_batch(patches_of(b), images, padded), weights, b->rule,
                    XH_COMPETITION_SOFT_ANTI, b->inverse_temperature);
    memcpy(seen->norm + step * n, s.norm, n * sizeof(float));
    memcpy(seen->rate + step * n, s.rate, n * sizeof(float));
    seen->largest[step] = s.largest;
    xh_synapses_weights(xh_layer_synapses(layer), weights, NULL);
    double sum = 0;
    for (size_t i = 0; i < n * inputs; i++) {
        sum += (double)weights[i];
    }
    seen->sum[step] = (float)sum;
    free_signals(s);
    xh_array_free(padded);
}

static void check_course(const block_case *b, course *seen, const float *weights,
                         xh_normalise normalise) {
    const size_t n = b->outputs;
    const size_t inputs = b->kernel * b->kernel * b->channels;
    float rate[16];
    measure_norms(n, inputs, weights, b->rule, seen->norm + STEPS * n, rate);
    xh_golden_compare(b->file, "seq_W_norm", seen->norm,
                      xh_golden_load(b->file, "seq_W_norm", (STEPS + 1) * n), (STEPS + 1) * n);
    xh_golden_compare(b->file, "seq_lr", seen->rate, xh_golden_load(b->file, "seq_lr", STEPS * n),
                      STEPS * n);
    xh_golden_compare(b->file, "seq_W_sum", seen->sum, xh_golden_load(b->file, "seq_W_sum", STEPS),
                      STEPS);
    xh_golden_compare(b->file, "seq_dW_absmax", seen->largest,
                      xh_golden_load(b->file, "seq_dW_absmax", STEPS), STEPS);
    xh_golden_compare(
        b->file, "seq_W_final", weights,
        xh_golden_turned(b->file, "seq_W_final", n, b->channels, b->kernel * b->kernel),
        n * inputs);
    xh_golden_compare(b->file, "seq_bn_running_mean", normalise.mean,
                      xh_golden_load(b->file, "seq_bn_running_mean", b->channels), b->channels);
    xh_golden_compare(b->file, "seq_bn_running_var", normalise.variance,
                      xh_golden_load(b->file, "seq_bn_running_var", b->channels), b->channels);
}

static void check_block(const block_case *b) {
    const size_t size = BATCH * PIXELS * b->channels;
    float *weights =
        xh_golden_turned(b->file, "W0", b->outputs, b->channels, b->kernel * b->kernel);
    float *images = xh_golden_turned(b->file, "seq_img", STEPS * BATCH, b->channels, PIXELS);
    xh_layer *layer = make_layer(b, (xh_shape){SIDE, SIDE, b->channels}, weights, false);
    course seen;
    for (size_t step = 0; step < STEPS; step++) {
        follow_step(b, layer, step, images + step * size, weights, &seen);
    }
    check_course(b, &seen, weights, xh_layer_normalise(layer));
    const xh_shape shape = xh_layer_output(layer);
    const size_t pooled = BATCH * shape.height * shape.width * shape.channels;
    float *image = xh_golden_turned(b->file, "img", BATCH, b->channels, PIXELS);
    float *out = xh_floats(pooled);
    xh_layer_batch(layer, XH_LAYER_INFER, (xh_images){image, BATCH, SIDE, SIDE, b->channels},
                   (xh_images){out, BATCH, shape.height, shape.width, shape.channels});
    xh_golden_compare(
        b->file, "eval_pooled", out,
        xh_golden_turned(b->file, "eval_pooled", BATCH, shape.channels, shape.height * shape.width),
        pooled);
    xh_layer_free(layer);
    xh_array_free(out);
    xh_array_free(image);
    xh_array_free(images);
    xh_array_free(weights);
}

START_TEST(test_block_course) {
    for (size_t i = 0; i < BLOCKS; i++) {
        check_block(&blocks[i]);
    }
}
END_TEST

/* Three blocks on images of 16 x 16, four a batch, five batches. */
enum { LAYERS = 3, NET_SIDE = 16, NET_PIXELS = NET_SIDE * NET_SIDE, NET_BATCH = 4, NET_STEPS = 5 };

static const block_case stack[LAYERS] = {
    {"", 3, 6, 5, 2, {0.08, 0.5}, {XH_POOL_MAX, 4, 2, 1}, 1, 0.7F},
    {"", 6, 12, 3, 1, {0.005, 0.5}, {XH_POOL_MAX, 4, 2, 1}, 0.65F, 1.4F},
    {"", 12, 24, 3, 1, {0.01, 0.5}, {XH_POOL_AVERAGE, 2, 2, 0}, 0.25F, 1},
};

static const char *numbered(const char *stem, size_t layer) {
    static char name[32];
    snprintf(name, sizeof(name), "%s%zu", stem, layer);
    return name;
}

static xh_network *make_network(const char *file, bool pre_triangle) {
    xh_network *network = xh_network_create((xh_shape){NET_SIDE, NET_SIDE, 3});
    ck_assert_ptr_nonnull(network);
    for (size_t l = 0; l < LAYERS; l++) {
        const block_case *b = &stack[l];
        float *weights = xh_golden_turned(file, numbered("W0_", l), b->outputs, b->channels,
                                          b->kernel * b->kernel);
        xh_layer *layer =
            make_layer(b, xh_network_output(network), weights, l == 1 && pre_triangle);
        ck_assert_int_eq(xh_network_push(network, layer, NULL), XH_OK);
        xh_array_free(weights);
    }
    return network;
}

static float *layer_weights(xh_network *network, size_t l) {
    float *weights =
        xh_floats(stack[l].outputs * stack[l].kernel * stack[l].kernel * stack[l].channels);
    xh_synapses_weights(xh_layer_synapses(xh_network_layer(network, l)), weights, NULL);
    return weights;
}

/* One batch; the images stay as they are. */
static void run_batch(xh_network *network, size_t last, const xh_layer_mode *modes,
                      const float *images, float *features) {
    const size_t size = (size_t)NET_BATCH * NET_PIXELS * 3;
    float *copy = xh_floats(size);
    memcpy(copy, images, size * sizeof(float));
    const xh_images batch = {copy, NET_BATCH, NET_SIDE, NET_SIDE, 3};
    ck_assert_int_eq(xh_network_batch(network, last, modes, batch, features, NULL), XH_OK);
    xh_array_free(copy);
}

static void check_layer(const char *file, xh_network *network, size_t l, const float *norms) {
    const block_case *b = &stack[l];
    const size_t pixels = b->kernel * b->kernel;
    const xh_normalise normalise = xh_layer_normalise(xh_network_layer(network, l));
    float *weights = layer_weights(network, l);
    xh_golden_compare(file, numbered("W5_", l), weights,
                      xh_golden_turned(file, numbered("W5_", l), b->outputs, b->channels, pixels),
                      b->outputs * b->channels * pixels);
    xh_array_free(weights);
    xh_golden_compare(file, numbered("norm_", l), norms,
                      xh_golden_load(file, numbered("norm_", l), NET_STEPS * b->outputs),
                      NET_STEPS * b->outputs);
    xh_golden_compare(file, numbered("bn_mean_", l), normalise.mean,
                      xh_golden_load(file, numbered("bn_mean_", l), b->channels), b->channels);
    xh_golden_compare(file, numbered("bn_var_", l), normalise.variance,
                      xh_golden_load(file, numbered("bn_var_", l), b->channels), b->channels);
}

/* Outputs of every layer on the test images, after training. */
static void check_outputs(const char *file, xh_network *network) {
    static const xh_layer_mode infer[LAYERS] = {XH_LAYER_INFER, XH_LAYER_INFER, XH_LAYER_INFER};
    float *images = xh_golden_turned(file, "test_img", NET_BATCH, 3, NET_PIXELS);
    for (size_t l = 0; l < LAYERS; l++) {
        const xh_shape shape = xh_layer_output(xh_network_layer(network, l));
        const size_t pixels = shape.height * shape.width;
        float *out = xh_floats(NET_BATCH * pixels * shape.channels);
        run_batch(network, l, infer, images, out);
        xh_golden_compare(
            file, numbered("test_out_", l), out,
            xh_golden_turned(file, numbered("test_out_", l), NET_BATCH, shape.channels, pixels),
            NET_BATCH * pixels * shape.channels);
        xh_array_free(out);
    }
    xh_array_free(images);
}

/* Trains layer by layer (successive) or all at once, and compares all of it. */
static void check_network(const char *file, bool successive, bool pre_triangle) {
    xh_network *network = make_network(file, pre_triangle);
    float *images = xh_golden_turned(file, "imgs", NET_STEPS * NET_BATCH, 3, NET_PIXELS);
    float norms[LAYERS][NET_STEPS * 24];
    for (size_t pass = 0; pass < (successive ? LAYERS : 1); pass++) {
        xh_layer_mode modes[LAYERS];
        for (size_t l = 0; l < LAYERS; l++) {
            modes[l] = !successive || l == pass ? XH_LAYER_LEARN : XH_LAYER_INFER;
        }
        const size_t last = successive ? pass : LAYERS - 1;
        for (size_t step = 0; step < NET_STEPS; step++) {
            run_batch(network, last, modes, images + step * NET_BATCH * NET_PIXELS * 3, NULL);
            for (size_t l = successive ? pass : 0; l <= last; l++) {
                float rate[24];
                float *weights = layer_weights(network, l);
                measure_norms(stack[l].outputs,
                              stack[l].kernel * stack[l].kernel * stack[l].channels, weights,
                              stack[l].rule, norms[l] + step * stack[l].outputs, rate);
                xh_array_free(weights);
            }
        }
    }
    for (size_t l = 0; l < LAYERS; l++) {
        check_layer(file, network, l, norms[l]);
    }
    check_outputs(file, network);
    xh_array_free(images);
    xh_network_free(network);
}

START_TEST(test_successive) {
    check_network("net3_tiny_successive", true, false);
}
END_TEST

START_TEST(test_consecutive) {
    check_network("net3_tiny_consecutive_pretriangle_b1", false, true);
}
END_TEST

START_TEST(test_readout_steps) {
    enum { COUNT = 16, FEATURES = 20, CLASSES = 4, ADAM_STEPS = 12 };
    static const char file[] = "readout_adam";
    const size_t size = (size_t)CLASSES * FEATURES;
    const xh_readout_params params = {.epochs = 10, .batch = COUNT, .rate = 1e-3, .dropout = 0};
    float *x = xh_golden_load(file, "X", COUNT * FEATURES);
    float *loaded = xh_golden_load(file, "labels", COUNT);
    float *weights = xh_golden_load(file, "W0", size);
    float *bias = xh_golden_load(file, "b0", CLASSES);
    float *steps = xh_floats(ADAM_STEPS * size);
    float losses[ADAM_STEPS];
    uint16_t labels[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        labels[i] = (uint16_t)loaded[i];
    }
    xh_readout *readout = NULL;
    ck_assert_int_eq(xh_readout_create(&params, FEATURES, CLASSES, 1, &readout, NULL), XH_OK);
    memcpy(xh_readout_weights(readout), weights, size * sizeof(float));
    memcpy(xh_readout_bias(readout), bias, CLASSES * sizeof(float));
    for (size_t s = 0; s < ADAM_STEPS; s++) {
        double loss = 0;
        xh_readout_step(readout, 1e-3, (xh_examples){COUNT, FEATURES, x, labels}, &loss);
        losses[s] = (float)loss;
        memcpy(steps + s * size, xh_readout_weights(readout), size * sizeof(float));
        if (s == 0) {
            xh_golden_compare(file, "grad_W_step1", xh_readout_gradient(readout),
                              xh_golden_load(file, "grad_W_step1", size), size);
        }
    }
    xh_golden_compare(file, "W_steps", steps, xh_golden_load(file, "W_steps", ADAM_STEPS * size),
                      ADAM_STEPS * size);
    xh_golden_compare(file, "loss", losses, xh_golden_load(file, "loss", ADAM_STEPS), ADAM_STEPS);
    xh_golden_compare(file, "b_final", xh_readout_bias(readout),
                      xh_golden_load(file, "b_final", CLASSES), CLASSES);
    xh_readout_free(readout);
    float *arrays[] = {x, loaded, weights, bias, steps};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        xh_array_free(arrays[i]);
    }
}
END_TEST

START_TEST(test_readout_schedule) {
    static const long epochs[] = {10, 20, 50, 100};
    for (size_t i = 0; i < sizeof(epochs) / sizeof(epochs[0]); i++) {
        const xh_readout_params params = {
            .epochs = epochs[i], .batch = 64, .rate = 1e-3, .dropout = 0.5};
        float *wanted = xh_golden_load("readout_adam", numbered("lr_schedule_E", (size_t)epochs[i]),
                                       (size_t)epochs[i]);
        for (long epoch = 0; epoch < epochs[i]; epoch++) {
            ck_assert_float_eq_tol((float)xh_readout_rate(&params, epoch), wanted[epoch],
                                   1e-6F * wanted[epoch]);
        }
        xh_array_free(wanted);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {test_block_course, test_successive, test_consecutive,
                                  test_readout_steps, test_readout_schedule};
    return xh_golden_run("golden_course", tests, sizeof(tests) / sizeof(tests[0]));
}
