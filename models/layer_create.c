/* Building a block: what follows from its parameters, its synapses, and room for its batches. */
#include "layer_internal.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

static xh_competition competition_of(const char *name) {
    if (strcmp(name, "soft") == 0) {
        return XH_COMPETITION_SOFT;
    }
    return strcmp(name, "hard") == 0 ? XH_COMPETITION_HARD : XH_COMPETITION_SOFT_ANTI;
}

static xh_activation activation_of(const char *name) {
    if (strcmp(name, "softmax") == 0) {
        return XH_ACTIVATION_SOFTMAX;
    }
    if (strcmp(name, "relu") == 0) {
        return XH_ACTIVATION_RELU;
    }
    return strcmp(name, "none") == 0 ? XH_ACTIVATION_NONE : XH_ACTIVATION_TRIANGLE;
}

static xh_status check_synapses(const xh_layer *layer, xh_error *error) {
    const size_t inputs = xh_synapses_inputs(layer->synapses);
    const size_t outputs = xh_synapses_division(layer->synapses).length;
    if (inputs != layer->inputs || outputs != layer->outputs) {
        return xh_error_set(error, XH_INPUT,
                            "layer %s: synapses are %zu x %zu where %zu x %zu are needed",
                            layer->params.name, outputs, inputs, layer->outputs, layer->inputs);
    }
    return XH_OK;
}

static xh_status create_arrays(xh_layer *layer, xh_error *error) {
    const size_t channels = layer->input.channels;
    layer->threads = omp_get_max_threads();
    layer->wins = xh_array_create((size_t)layer->threads * layer->outputs, sizeof(uint32_t));
    layer->normalise = (xh_normalise){.channels = channels,
                                      .mean = xh_array_create(channels, sizeof(float)),
                                      .variance = xh_array_create(channels, sizeof(float))};
    if (!layer->wins || !layer->normalise.mean || !layer->normalise.variance) {
        return xh_error_set(error, XH_MEMORY, "no memory for layer %s", layer->params.name);
    }
    for (size_t c = 0; c < channels; c++) {
        layer->normalise.variance[c] = 1;
    }
    return XH_OK;
}

static void divide(xh_layer *layer, xh_division division) {
    layer->division = division;
    layer->own = xh_division_own(division);
}

/* What follows from the parameters. */
static xh_status shape_layer(xh_layer *layer, const xh_layer_params *params, xh_shape input,
                             xh_error *error) {
    layer->params = *params;
    layer->input = input;
    layer->outputs = (size_t)params->outputs;
    layer->dense = strcmp(params->type, "dense") == 0;
    layer->patches = (xh_patches){input.height, input.width, input.channels, (size_t)params->kernel,
                                  (size_t)params->padding};
    layer->competition = competition_of(params->competition);
    layer->activation = activation_of(params->activation);
    layer->pool = xh_layer_pool(params);
    divide(layer, xh_undivided(layer->outputs));
    return xh_layer_geometry(params, input, &layer->inputs, &layer->positions, &layer->output,
                             error);
}

xh_status xh_layer_create(const xh_layer_params *params, xh_shape input, xh_synapses *synapses,
                          xh_layer **layer, xh_error *error) {
    xh_layer *made = calloc(1, sizeof(*made));
    if (!made) {
        xh_synapses_free(synapses);
        return xh_error_set(error, XH_MEMORY, "no memory for layer %s", params->name);
    }
    made->synapses = synapses;
    xh_status status = shape_layer(made, params, input, error);
    if (status == XH_OK) {
        status = check_synapses(made, error);
        divide(made, xh_synapses_division(synapses));
    }
    if (status == XH_OK) {
        status = create_arrays(made, error);
    }
    if (status != XH_OK) {
        xh_layer_free(made);
        return status;
    }
    *layer = made;
    return XH_OK;
}

void xh_layer_free(xh_layer *layer) {
    if (!layer) {
        return;
    }
    xh_synapses_free(layer->synapses);
    xh_array_free(layer->wins);
    xh_array_free(layer->normalise.mean);
    xh_array_free(layer->normalise.variance);
    xh_buffer *buffers[] = {&layer->padded, &layer->block, &layer->a,
                            &layer->x,      &layer->u,     &layer->y,
                            &layer->own_y,  &layer->read,  &layer->read_by_all};
    for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
        xh_buffer_free(buffers[i]);
    }
    free(layer);
}

size_t xh_layer_chunk(const xh_layer *layer) {
    return (CHUNK + layer->positions - 1) / layer->positions;
}

size_t xh_layer_padded(const xh_layer *layer) {
    const size_t padding = 2 * layer->patches.padding;
    return (layer->input.height + padding) * (layer->input.width + padding) * layer->input.channels;
}

/* Floats in each buffer. */
typedef struct needs {
    size_t padded, block, a, x, u, y, own_y, read, read_by_all;
} needs;

/* For batches of count images. */
static needs needs_of(const xh_layer *layer, xh_layer_mode mode, size_t count) {
    const size_t full = xh_layer_chunk(layer);
    const size_t chunk = count < full ? count : full;
    const bool keeps = mode != XH_LAYER_INFER;
    const size_t kept = keeps ? count * layer->positions : 0;
    const size_t at_hand = keeps ? 0 : (size_t)layer->threads * BLOCK;
    const size_t gathered = layer->division.partners ? chunk * layer->positions : 0;
    return (needs){
        .padded = layer->dense ? 0 : chunk * xh_layer_padded(layer),
        .block = layer->dense ? 0 : at_hand * layer->inputs,
        .a = chunk * layer->positions * layer->outputs,
        .x = layer->dense ? 0 : kept * layer->inputs,
        .u = kept * layer->own.count,
        .y = kept * layer->outputs,
        .own_y = layer->division.partners ? kept * layer->own.count : 0,
        .read = gathered * layer->own.count,
        .read_by_all = gathered * layer->outputs,
    };
}

xh_status xh_layer_reserve(xh_layer *layer, xh_layer_mode mode, size_t count, xh_error *error) {
    const needs counts = needs_of(layer, mode, count);
    const struct {
        xh_buffer *buffer;
        size_t count;
    } wanted[] = {
        {&layer->padded, counts.padded},
        {&layer->block, counts.block},
        {&layer->a, counts.a},
        {&layer->x, counts.x},
        {&layer->u, counts.u},
        {&layer->y, counts.y},
        {&layer->own_y, counts.own_y},
        {&layer->read, counts.read},
        {&layer->read_by_all, counts.read_by_all},
    };
    xh_status status = XH_OK;
    for (size_t i = 0; status == XH_OK && i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        status = xh_buffer_reserve(wanted[i].buffer, wanted[i].count, error);
    }
    return status;
}

static size_t larger(size_t one, size_t other) {
    return one > other ? one : other;
}

xh_status xh_layer_memory(const xh_layer_params *params, xh_shape input, int threads, size_t learnt,
                          size_t inferred, size_t *bytes, xh_error *error) {
    xh_layer layer = {.threads = threads};
    const xh_status status = shape_layer(&layer, params, input, error);
    if (status != XH_OK) {
        return status;
    }
    const needs learning = needs_of(&layer, XH_LAYER_LEARN, learnt);
    const needs inference = needs_of(&layer, XH_LAYER_INFER, inferred);
    *bytes =
        sizeof(float) * (larger(learning.padded, inference.padded) + inference.block +
                         larger(learning.a, inference.a) + learning.x + learning.u + learning.y);
    return XH_OK;
}
