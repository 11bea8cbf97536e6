/*
 * Backpropagation through the stack. A batch climbs it layer by layer, the readout tells the
 * gradient by its features, and two buffers take turns in carrying that down. All layers step when
 * it has arrived.
 */
#include "crosshebb/baseline.h"

#include "baseline_layer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct xh_baseline {
    xh_readout_params params;
    xh_readout *readout;
    size_t count;
    xh_baseline_layer *layers;
    double steps;
    float *gradients[2]; /* by what layer l puts out: number l % 2 */
};

xh_layer_params xh_baseline_layer_params(const xh_layer_params *params) {
    xh_layer_params counterpart = *params;
    snprintf(counterpart.activation, sizeof(counterpart.activation), "relu");
    snprintf(counterpart.initial, sizeof(counterpart.initial), "normal");
    counterpart.initial_norm = sqrt(2);
    snprintf(counterpart.arithmetic, sizeof(counterpart.arithmetic), "float32");
    counterpart.pre_triangle = false;
    return counterpart;
}

static xh_status check_layer(xh_layer *layer, xh_error *error) {
    const xh_layer_params *params = xh_layer_parameters(layer);
    if (!xh_synapses_matrix(xh_layer_synapses(layer))) {
        return xh_error_set(error, XH_INPUT,
                            "layer %s: backpropagation reads weights transposed, and a crossbar is "
                            "never read so",
                            params->name);
    }
    if (strcmp(params->activation, "relu") != 0 || params->pre_triangle ||
        strcmp(params->arithmetic, "float32") != 0) {
        return xh_error_set(error, XH_INPUT,
                            "layer %s: backpropagation is through ReLU and in float32 only",
                            params->name);
    }
    return XH_OK;
}

static size_t features_of(xh_shape shape) {
    return shape.height * shape.width * shape.channels;
}

static xh_status create_layers(xh_baseline *baseline, xh_network *network, xh_error *error) {
    const size_t batch = (size_t)baseline->params.batch;
    size_t largest = 0;
    for (size_t l = 0; l < baseline->count; l++) {
        xh_layer *layer = xh_network_layer(network, l);
        const size_t features = features_of(xh_layer_output(layer));
        xh_status status = check_layer(layer, error);
        if (status == XH_OK) {
            status = xh_baseline_layer_create(&baseline->layers[l], layer, batch, error);
        }
        if (status != XH_OK) {
            return status;
        }
        largest = features > largest ? features : largest;
    }
    for (size_t i = 0; i < 2; i++) {
        baseline->gradients[i] = xh_array_create(batch * largest, sizeof(float));
        if (!baseline->gradients[i]) {
            return xh_error_set(error, XH_MEMORY, "no memory for gradients of %zu images", batch);
        }
    }
    return XH_OK;
}

xh_status xh_baseline_create(xh_network *network, const xh_readout_params *readout, size_t classes,
                             uint64_t seed, xh_baseline **baseline, xh_error *error) {
    xh_baseline *made = calloc(1, sizeof(*made));
    const size_t count = xh_network_layers(network);
    xh_baseline_layer *layers = calloc(count > 0 ? count : 1, sizeof(*layers));
    if (!made || !layers) {
        free(made);
        free(layers);
        return xh_error_set(error, XH_MEMORY, "no memory for %zu layers", count);
    }
    *made = (xh_baseline){.params = *readout, .count = count, .layers = layers};
    xh_status status = create_layers(made, network, error);
    if (status == XH_OK) {
        status = xh_readout_create(readout, features_of(xh_network_output(network)), classes, seed,
                                   &made->readout, error);
    }
    if (status != XH_OK) {
        xh_baseline_free(made);
        return status;
    }
    *baseline = made;
    return XH_OK;
}

void xh_baseline_free(xh_baseline *baseline) {
    if (!baseline) {
        return;
    }
    for (size_t l = 0; l < baseline->count; l++) {
        xh_baseline_layer_free(&baseline->layers[l]);
    }
    free(baseline->layers);
    xh_array_free(baseline->gradients[0]);
    xh_array_free(baseline->gradients[1]);
    xh_readout_free(baseline->readout);
    free(baseline);
}

/* What layer l + 1, or the readout, gets. */
static xh_images output_of(const xh_baseline_layer *layer, size_t count) {
    const xh_shape shape = layer->output;
    return (xh_images){layer->out, count, shape.height, shape.width, shape.channels};
}

double xh_baseline_step(xh_baseline *baseline, long epoch, uint64_t number, xh_images images,
                        const uint16_t *labels, size_t *right) {
    xh_baseline_layer *layers = baseline->layers;
    const size_t count = baseline->count;
    xh_images top = images;
    for (size_t l = 0; l < count; l++) {
        xh_baseline_layer_up(&layers[l], top);
        top = output_of(&layers[l], images.count);
    }
    const xh_examples examples = {images.count, xh_images_features(top), top.data, labels};
    const double loss = xh_readout_learn(baseline->readout, epoch, number, examples,
                                         baseline->gradients[(count - 1) % 2], right);
    for (size_t l = count; l-- > 0;) {
        const xh_images below = l > 0 ? output_of(&layers[l - 1], images.count) : images;
        xh_baseline_layer_down(&layers[l], below, baseline->gradients[l % 2],
                               l > 0 ? baseline->gradients[(l - 1) % 2] : NULL);
    }
    baseline->steps++;
    const double rate = xh_readout_rate(&baseline->params, epoch);
    for (size_t l = 0; l < count; l++) {
        xh_baseline_layer_step(&layers[l], xh_adam_step_of(rate, baseline->steps));
    }
    return loss;
}

xh_readout *xh_baseline_readout(xh_baseline *baseline) {
    return baseline->readout;
}

const float *xh_baseline_gradient(const xh_baseline *baseline, size_t layer) {
    return baseline->layers[layer].gradient;
}

void xh_baseline_state(xh_baseline *baseline, xh_state *state) {
    xh_state_doubles(state, "steps", 1, &baseline->steps);
    for (size_t l = 0; l < baseline->count; l++) {
        const xh_baseline_layer *layer = &baseline->layers[l];
        const size_t weights = layer->outputs * layer->inputs;
        xh_state_floats(state, "first_moments", weights, layer->moments[0]);
        xh_state_floats(state, "second_moments", weights, layer->moments[1]);
    }
    xh_readout_state(baseline->readout, state);
}
