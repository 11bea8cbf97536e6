/*
 * Parameters of a layer: their table, the geometry that follows from them, and the weights it
 * starts with.
 */
#include "crosshebb/layer.h"
#include "crosshebb/patches.h"
#include "crosshebb/rng.h"

#include <math.h>
#include <string.h>

static const char *const types[] = {"conv", "dense", NULL};
static const char *const synapse_kinds[] = {"digital", "crossbar", "programmed", NULL};
static const char *const competitions[] = {"soft_anti", "soft", "hard", NULL};
static const char *const decays[] = {"none", "linear", NULL};
static const char *const initials[] = {"normal", "uniform_positive", NULL};
static const char *const scales[] = {"layer_maximum", "neuron_running", NULL};
static const char *const arithmetics[] = {"float32", "int16", NULL};
static const char *const activations[] = {"triangle", "softmax", "relu", "none", NULL};
static const char *const pools[] = {"none", "max", "average", NULL};

/* Defaults are the first layer of the CIFAR-10 networks (Journe et al., ICLR 2023). */
static const xh_param params[] = {
    XH_TEXT(xh_layer_params, name, "layer", NULL, "name in traces and messages"),
    XH_TEXT(xh_layer_params, type, "conv", types,
            "conv: every neuron sees each patch; dense: the whole image"),
    XH_TEXT(
        xh_layer_params, synapses, "digital", synapse_kinds,
        "what stores the weights: a float matrix (digital), a crossbar of devices on which they "
        "are learned, or a float matrix that is written onto a crossbar once training is over "
        "(programmed)"),
    XH_INTEGER(xh_layer_params, outputs, "1", 96, 1, 65536, "neurons, or output channels"),
    XH_INTEGER(xh_layer_params, kernel, "pixels", 5, 1, 31, "side of a patch; conv only"),
    XH_INTEGER(xh_layer_params, padding, "pixels", 2, 0, 15,
               "reflect padding on each side; conv only"),
    XH_FLAG(xh_layer_params, normalise, true,
            "normalise each input channel by the statistics of the batch"),
    XH_TEXT(xh_layer_params, competition, "soft_anti", competitions,
            "soft_anti: softmax, losers unlearn; soft: softmax; hard: only the winner learns"),
    XH_REAL(xh_layer_params, inverse_temperature, "1", 1, 1e-3, 1e3,
            "factor of u in the softmax of the competition"),
    XH_REAL(xh_layer_params, learning_threshold, "1", 0, 0, 1,
            "size of an activity y below which a neuron does not learn from a patch, as winner or "
            "as loser; 0: it always does"),
    XH_REAL(xh_layer_params, rate, "1", 0.08, 0, 10, "learning rate eta"),
    XH_TEXT(xh_layer_params, rate_decay, "none", decays,
            "linear: the rate falls to 0 over the layer's training"),
    XH_REAL(xh_layer_params, norm_power, "1", 0.5, 0, 4,
            "q in eta_i = rate (| |W_i| - 1 | + 1e-10)^q; 0: a constant rate"),
    XH_REAL(xh_layer_params, initial_norm, "1", 25, 1e-6, 1e6,
            "root mean square norm of a neuron's initial weights"),
    XH_TEXT(xh_layer_params, initial, "normal", initials, "distribution of the initial weights"),
    XH_TEXT(xh_layer_params, update_scale, "layer_maximum", scales,
            "what digital synapses divide an update by: the layer's largest (published), or each "
            "neuron's running largest (local)"),
    XH_REAL(xh_layer_params, weight_bound, "1", 0, 0, 1e6,
            "weights stay within this: digital ones are clipped, and the devices of a crossbar "
            "span it; 0: no bound, and of a crossbar crossbar.weight_range"),
    XH_TEXT(xh_layer_params, arithmetic, "float32", arithmetics,
            "what digital synapses multiply: floats, or whole numbers in steps of a 2896th of the "
            "largest of 256 values"),
    XH_INTEGER(
        xh_layer_params, learning_stride, "positions", 1, 1, 16,
        "conv: learn from every so many-th position across and down, from another corner each "
        "batch; a layer on top while it learns reads no others"),
    XH_FLAG(xh_layer_params, pre_triangle, false,
            "subtract the mean over neurons from u and rectify it before the competition"),
    XH_TEXT(xh_layer_params, activation, "triangle", activations, "what the layer passes on"),
    XH_REAL(xh_layer_params, activation_power, "1", 0.7, 1e-3, 100,
            "power of the triangle, or sharpness of the softmax"),
    XH_TEXT(xh_layer_params, pool, "max", pools, "pooling of the activations"),
    XH_INTEGER(xh_layer_params, pool_size, "pixels", 4, 1, 16, "side of a pooling window"),
    XH_INTEGER(xh_layer_params, pool_stride, "pixels", 2, 1, 16, "step between pooling windows"),
    XH_INTEGER(xh_layer_params, pool_padding, "pixels", 1, 0, 15,
               "padding of each side before pooling"),
};

const xh_param_table xh_layer_param_table = XH_PARAM_TABLE(xh_layer_params, params);

xh_pool xh_layer_pool(const xh_layer_params *layer) {
    xh_pool pool = {XH_POOL_NONE, (size_t)layer->pool_size, (size_t)layer->pool_stride,
                    (size_t)layer->pool_padding};
    if (strcmp(layer->pool, "none") != 0) {
        pool.kind = strcmp(layer->pool, "max") == 0 ? XH_POOL_MAX : XH_POOL_AVERAGE;
    }
    return pool;
}

static xh_status pooled_length(const xh_layer_params *layer, size_t length, size_t *pooled,
                               xh_error *error) {
    const xh_pool pool = xh_layer_pool(layer);
    const bool none = pool.kind == XH_POOL_NONE;
    if (!none && pool.padding >= pool.size) {
        return xh_error_set(error, XH_INPUT,
                            "layer %s: pool_padding = %zu is not below pool_size = %zu",
                            layer->name, pool.padding, pool.size);
    }
    if (!none && pool.size > length + 2 * pool.padding) {
        return xh_error_set(error, XH_INPUT,
                            "layer %s: pool_size = %zu is above the padded side of %zu pixels",
                            layer->name, pool.size, length + 2 * pool.padding);
    }
    *pooled = xh_pool_length(pool, length);
    return XH_OK;
}

static xh_status conv_geometry(const xh_layer_params *layer, xh_shape input, size_t *inputs,
                               size_t *positions, xh_shape *output, xh_error *error) {
    const xh_patches patches = {input.height, input.width, input.channels, (size_t)layer->kernel,
                                (size_t)layer->padding};
    const size_t side = input.height < input.width ? input.height : input.width;
    if (patches.padding >= side) {
        return xh_error_set(error, XH_INPUT,
                            "layer %s: padding = %zu cannot reflect an image side of %zu pixels",
                            layer->name, patches.padding, side);
    }
    if (patches.kernel > side + 2 * patches.padding) {
        return xh_error_set(error, XH_INPUT,
                            "layer %s: kernel = %zu is above the padded side of %zu pixels",
                            layer->name, patches.kernel, side + 2 * patches.padding);
    }
    const size_t rows = xh_patches_rows(patches), columns = xh_patches_columns(patches);
    if ((size_t)layer->learning_stride > (rows < columns ? rows : columns)) {
        return xh_error_set(error, XH_INPUT,
                            "layer %s: learning_stride = %ld is above the %zu positions across",
                            layer->name, layer->learning_stride, rows < columns ? rows : columns);
    }
    xh_shape pooled = {0, 0, (size_t)layer->outputs};
    xh_status status = pooled_length(layer, rows, &pooled.height, error);
    if (status == XH_OK) {
        status = pooled_length(layer, columns, &pooled.width, error);
    }
    if (status == XH_OK) {
        *inputs = xh_patches_length(patches);
        *positions = rows * columns;
        *output = pooled;
    }
    return status;
}

xh_status xh_layer_geometry(const xh_layer_params *layer, xh_shape input, size_t *inputs,
                            size_t *positions, xh_shape *output, xh_error *error) {
    if (input.height == 0 || input.width == 0 || input.channels == 0) {
        return xh_error_set(error, XH_INPUT, "layer %s: its input of %zu x %zu x %zu is empty",
                            layer->name, input.height, input.width, input.channels);
    }
    if (strcmp(layer->type, "conv") == 0) {
        return conv_geometry(layer, input, inputs, positions, output, error);
    }
    if (strcmp(layer->pool, "none") != 0) {
        return xh_error_set(error, XH_INPUT,
                            "layer %s: pool = %s, but a dense layer has nothing to pool",
                            layer->name, layer->pool);
    }
    *inputs = input.height * input.width * input.channels;
    *positions = 1;
    *output = (xh_shape){1, 1, (size_t)layer->outputs};
    return XH_OK;
}

void xh_layer_initial_weights(const xh_layer_params *layer, size_t inputs, xh_part neurons,
                              uint64_t seed, uint32_t index, float *weights) {
    const xh_rng stream = {seed, XH_RNG_WEIGHTS, index, 0};
    const size_t first = neurons.first * inputs;
    const size_t count = neurons.count * inputs;
    const bool normal = strcmp(layer->initial, "normal") == 0;
    if (normal) {
        xh_rng_normal(stream, first, count, weights);
    } else {
        xh_rng_uniform(stream, first, count, weights);
    }
    const float scale = (float)(layer->initial_norm * sqrt((normal ? 1.0 : 3.0) / (double)inputs));
    for (size_t i = 0; i < count; i++) {
        weights[i] *= scale;
    }
}
