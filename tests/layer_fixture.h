/* Layers on float synapses for tests. */
#ifndef XH_TESTS_LAYER_FIXTURE_H
#define XH_TESTS_LAYER_FIXTURE_H

#include "crosshebb/array.h"
#include "crosshebb/layer.h"
#include "crosshebb/rng.h"
#include "suite.h"

#include <string.h>

static inline xh_layer_params xh_plain_layer(long outputs, long kernel, long padding) {
    xh_layer_params params;
    xh_param_defaults(&xh_layer_param_table, &params);
    params.outputs = outputs;
    params.kernel = kernel;
    params.padding = padding;
    return params;
}

/* A layer with initial weights by its own rule. */
static inline xh_layer *xh_make_layer(const xh_layer_params *params, xh_shape input,
                                      uint64_t seed) {
    size_t inputs = 0;
    size_t positions = 0;
    xh_shape output;
    xh_error error = {0};
    ck_assert_msg(xh_layer_geometry(params, input, &inputs, &positions, &output, &error) == XH_OK,
                  "%s", error.text);
    float *weights = xh_array_create((size_t)params->outputs * inputs, sizeof(float));
    ck_assert_ptr_nonnull(weights);
    xh_layer_initial_weights(params, inputs, (xh_part){0, (size_t)params->outputs}, seed, 0,
                             weights);
    xh_synapses *synapses = NULL;
    const xh_rule rule = {params->rate, params->norm_power};
    const xh_arithmetic arithmetic =
        strcmp(params->arithmetic, "int16") == 0 ? XH_ARITHMETIC_INT16 : XH_ARITHMETIC_FLOAT32;
    ck_assert_int_eq(xh_synapses_create_digital(inputs, xh_undivided((size_t)params->outputs),
                                                weights, rule, XH_SCALE_LAYER_MAXIMUM, 0,
                                                arithmetic, &synapses, &error),
                     XH_OK);
    xh_array_free(weights);
    xh_layer *layer = NULL;
    ck_assert_msg(xh_layer_create(params, input, synapses, &layer, &error) == XH_OK, "%s",
                  error.text);
    return layer;
}

/* A batch of normal values; images come in a few kinds, so that there is something to learn. */
static inline xh_images xh_make_images(xh_shape shape, size_t count, uint64_t seed) {
    const size_t size = count * shape.height * shape.width * shape.channels;
    const xh_images images = {xh_array_create(size, sizeof(float)), count, shape.height,
                              shape.width, shape.channels};
    ck_assert_ptr_nonnull(images.data);
    xh_rng_normal((xh_rng){seed, XH_RNG_TEST, 1, 0}, 0, size, images.data);
    return images;
}

static inline size_t xh_output_size(const xh_layer *layer, size_t count) {
    const xh_shape shape = xh_layer_output(layer);
    return count * shape.height * shape.width * shape.channels;
}

static inline xh_images xh_make_output(const xh_layer *layer, size_t count) {
    const xh_shape shape = xh_layer_output(layer);
    return xh_make_images(shape, count, 0);
}

static inline float *xh_layer_weights(xh_layer *layer) {
    const xh_synapses *synapses = xh_layer_synapses(layer);
    float *weights = xh_array_create(xh_synapses_inputs(synapses) * xh_synapses_outputs(synapses),
                                     sizeof(float));
    ck_assert_ptr_nonnull(weights);
    xh_synapses_weights(synapses, weights, NULL);
    return weights;
}

#endif
