/* The comparator's gradients: those of stacks of every kind against central differences of their definition in
 * double. */
#include "baseline_rig.h"
#include "crosshebb/patches.h"

#include <math.h>

enum { MOST_IMAGES = 11 };

static const stack stacks[] = {
    {{7, 6, 2},
     5,
     {{"conv", 5, 3, 1, true, "max", 2, 2, 0}, {"conv", 7, 3, 0, true, "average", 1, 1, 0}}},
    {{6, 7, 3},
     4,
     {{"conv", 4, 5, 2, false, "average", 4, 2, 1}, {"conv", 6, 3, 1, true, "max", 3, 1, 1}}},
    {{5, 5, 2},
     6,
     {{"conv", 6, 3, 1, true, "none", 1, 1, 0}, {"dense", 9, 1, 0, true, "none", 1, 1, 0}}},
    {{4, 3, 1},
     7,
     {{"dense", 8, 1, 0, true, "none", 1, 1, 0}, {"dense", 5, 1, 0, false, "none", 1, 1, 0}}},
    /* More than a chunk, a block, and a tile. */
    {{20, 20, 1},
     MOST_IMAGES,
     {{"conv", 20, 3, 1, true, "max", 4, 4, 0}, {"conv", 6, 5, 2, true, "average", 4, 2, 1}}},
};
enum { STACKS = sizeof(stacks) / sizeof(stacks[0]) };

/* The definition: a batch of doubles [count][height][width][channels]. */
typedef struct batch {
    size_t count;
    xh_shape shape;
    double *data;
} batch;

static batch make_batch(size_t count, xh_shape shape) {
    const size_t size = count * shape.height * shape.width * shape.channels;
    const batch made = {count, shape, calloc(size, sizeof(double))};
    ck_assert_ptr_nonnull(made.data);
    return made;
}

static double *pixel_of(batch b, size_t image, size_t row, size_t column) {
    const xh_shape s = b.shape;
    return b.data + ((image * s.height + row) * s.width + column) * s.channels;
}

static void normalise_batch(batch b) {
    const size_t channels = b.shape.channels;
    const size_t pixels = b.count * b.shape.height * b.shape.width;
    for (size_t c = 0; c < channels; c++) {
        double mean = 0, variance = 0;
        for (size_t p = 0; p < pixels; p++) {
            mean += b.data[p * channels + c] / (double)pixels;
        }
        for (size_t p = 0; p < pixels; p++) {
            const double d = b.data[p * channels + c] - mean;
            variance += d * d / (double)pixels;
        }
        for (size_t p = 0; p < pixels; p++) {
            b.data[p * channels + c] = (b.data[p * channels + c] - mean) / sqrt(variance + 1e-5);
        }
    }
}

static size_t reflected(long i, size_t length) {
    const long last = (long)length - 1;
    const long inside = i < 0 ? -i : i;
    return (size_t)(inside > last ? 2 * last - inside : inside);
}

/* relu of the weights' product with the patch at a position. */
static double neuron(batch b, const xh_layer_params *params, const double *weights, size_t image,
                     size_t row, size_t column) {
    const size_t kernel = (size_t)params->kernel;
    double sum = 0;
    for (size_t i = 0; i < kernel * kernel; i++) {
        const size_t r = reflected((long)(row + i / kernel) - params->padding, b.shape.height);
        const size_t s = reflected((long)(column + i % kernel) - params->padding, b.shape.width);
        for (size_t c = 0; c < b.shape.channels; c++) {
            sum += weights[i * b.shape.channels + c] * pixel_of(b, image, r, s)[c];
        }
    }
    return fmax(sum, 0);
}

static batch read_batch(batch b, const xh_layer_params *params, const double *weights) {
    const size_t inputs = (size_t)(params->kernel * params->kernel) * b.shape.channels;
    const size_t grown = 2 * (size_t)params->padding + 1 - (size_t)params->kernel;
    const xh_shape shape = {b.shape.height + grown, b.shape.width + grown, (size_t)params->outputs};
    const batch out = make_batch(b.count, shape);
    for (size_t p = 0; p < b.count * shape.height * shape.width; p++) {
        const size_t image = p / (shape.height * shape.width);
        const size_t row = p / shape.width % shape.height;
        for (size_t i = 0; i < shape.channels; i++) {
            out.data[p * shape.channels + i] =
                neuron(b, params, weights + i * inputs, image, row, p % shape.width);
        }
    }
    free(b.data);
    return out;
}

static double pooled(batch b, xh_pool pool, size_t image, size_t row, size_t column,
                     size_t channel) {
    double sum = 0, largest = -INFINITY;
    for (size_t i = 0; i < pool.size * pool.size; i++) {
        const size_t r = row * pool.stride + i / pool.size - pool.padding;
        const size_t c = column * pool.stride + i % pool.size - pool.padding;
        if (r < b.shape.height && c < b.shape.width) { /* else beyond an edge, or wrapped */
            sum += pixel_of(b, image, r, c)[channel];
            largest = fmax(largest, pixel_of(b, image, r, c)[channel]);
        }
    }
    return pool.kind == XH_POOL_MAX ? largest : sum / (double)(pool.size * pool.size);
}

static batch pool_batch(batch b, xh_pool pool) {
    const xh_shape shape = {xh_pool_length(pool, b.shape.height),
                            xh_pool_length(pool, b.shape.width), b.shape.channels};
    if (pool.kind == XH_POOL_NONE) {
        return b;
    }
    const batch out = make_batch(b.count, shape);
    for (size_t p = 0; p < b.count * shape.height * shape.width; p++) {
        for (size_t c = 0; c < shape.channels; c++) {
            out.data[p * shape.channels + c] =
                pooled(b, pool, p / (shape.height * shape.width), p / shape.width % shape.height,
                       p % shape.width, c);
        }
    }
    free(b.data);
    return out;
}

/* Everything the loss depends on. */
typedef struct model {
    const stack *plan;
    const float *images;
    const uint16_t *labels;
    double *weights[LAYERS];
    double *head; /* [CLASSES][features + 1], the bias last */
} model;

static double judge(const double *head, const double *x, size_t features, size_t label) {
    double logits[CLASSES], sum = 0;
    for (size_t k = 0; k < CLASSES; k++) {
        logits[k] = head[k * (features + 1) + features];
        for (size_t j = 0; j < features; j++) {
            logits[k] += head[k * (features + 1) + j] * x[j];
        }
        sum += exp(logits[k]);
    }
    return log(sum) - logits[label];
}

static double loss_of(const model *now) {
    const stack *plan = now->plan;
    batch b = make_batch(plan->count, plan->image);
    for (size_t i = 0;
         i < plan->count * plan->image.height * plan->image.width * plan->image.channels; i++) {
        b.data[i] = (double)now->images[i];
    }
    for (size_t l = 0; l < LAYERS; l++) {
        xh_layer_params params = params_of(plan->layers[l]);
        if (params.normalise) {
            normalise_batch(b);
        }
        if (strcmp(params.type, "dense") == 0) { /* the image is one pixel of many channels */
            b.shape = (xh_shape){1, 1, b.shape.height * b.shape.width * b.shape.channels};
            params.kernel = 1;
            params.padding = 0;
        }
        b = pool_batch(read_batch(b, &params, now->weights[l]), xh_layer_pool(&params));
    }
    const size_t features = b.shape.height * b.shape.width * b.shape.channels;
    double loss = 0;
    for (size_t n = 0; n < b.count; n++) {
        loss += judge(now->head, b.data + n * features, features, now->labels[n]);
    }
    free(b.data);
    return loss / (double)b.count;
}

static double *doubles(size_t count, const float *values) {
    double *copy = malloc(count * sizeof(double));
    ck_assert_ptr_nonnull(copy);
    for (size_t i = 0; i < count; i++) {
        copy[i] = (double)values[i];
    }
    return copy;
}

/* The model as it is before a step. */
static model make_model(const stack *plan, xh_network *network, xh_baseline *baseline,
                        const float *images, const uint16_t *labels) {
    model made = {.plan = plan, .images = images, .labels = labels};
    for (size_t l = 0; l < LAYERS; l++) {
        xh_layer *layer = xh_network_layer(network, l);
        made.weights[l] =
            doubles(xh_layer_inputs(layer) * (size_t)xh_layer_parameters(layer)->outputs,
                    xh_synapses_matrix(xh_layer_synapses(layer)));
    }
    const xh_shape top = xh_network_output(network);
    const size_t features = top.height * top.width * top.channels;
    xh_readout *readout = xh_baseline_readout(baseline);
    made.head = calloc(CLASSES * (features + 1), sizeof(double));
    ck_assert_ptr_nonnull(made.head);
    for (size_t k = 0; k < CLASSES; k++) {
        for (size_t j = 0; j < features; j++) {
            made.head[k * (features + 1) + j] =
                (double)xh_readout_weights(readout)[k * features + j];
        }
        made.head[k * (features + 1) + features] = (double)xh_readout_bias(readout)[k];
    }
    return made;
}

static void free_model(model *now) {
    for (size_t l = 0; l < LAYERS; l++) {
        free(now->weights[l]);
    }
    free(now->head);
}

/* Central differences in double with steps of 1e-6 are good to 1e-9 unless a kink lies within the
 * step; the gradient is computed in float, and is held to 1e-5 of the layer's largest. */
static void check_gradient(model *now, size_t layer, size_t count, const float *gradient) {
    const double step = 1e-6;
    double largest = 0;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs((double)gradient[i]));
    }
    ck_assert_double_gt(largest, 1e-4);
    const size_t stride = count > 200 ? count / 100 : 1;
    for (size_t i = 0; i < count; i += stride) {
        double *weight = &now->weights[layer][i];
        const double kept = *weight;
        *weight = kept + step;
        const double up = loss_of(now);
        *weight = kept - step;
        const double down = loss_of(now);
        *weight = kept;
        ck_assert_double_eq_tol((double)gradient[i], (up - down) / (2 * step), 1e-5 * largest);
    }
}

START_TEST(gradients_are_those_of_the_loss) {
    const stack *plan = &stacks[_i];
    const xh_readout_params readout = readout_of(10, MOST_IMAGES, 1e-3, 0);
    uint16_t labels[MOST_IMAGES];
    label_images(plan->count, labels);
    xh_network *network = make_network(plan);
    xh_baseline *baseline = make_baseline(network, readout);
    const xh_images images = xh_make_images(plan->image, plan->count, 4);
    const xh_images same = xh_make_images(plan->image, plan->count, 4);
    model now = make_model(plan, network, baseline, same.data, labels);
    size_t right = 0;
    const double loss = xh_baseline_step(baseline, 0, 0, images, labels, &right);
    ck_assert_double_eq_tol(loss / (double)plan->count, loss_of(&now), 1e-5);
    for (size_t l = 0; l < LAYERS; l++) {
        xh_layer *layer = xh_network_layer(network, l);
        check_gradient(&now, l,
                       xh_layer_inputs(layer) * (size_t)xh_layer_parameters(layer)->outputs,
                       xh_baseline_gradient(baseline, l));
    }
    free_model(&now);
    xh_array_free(images.data);
    xh_array_free(same.data);
    xh_baseline_free(baseline);
    xh_network_free(network);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("baseline_gradient");
    TCase *tcase = tcase_create("baseline_gradient");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, gradients_are_those_of_the_loss, 0, STACKS);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
