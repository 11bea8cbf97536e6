/*
 * A block at work. The images of a batch go through in chunks: they are padded, their patches cut,
 * read, made to compete and activated in blocks, and pooled; threads share out the images and the
 * blocks of a chunk. While a layer learns, patches, u and y of the whole batch are kept for the
 * update, which comes last.
 */
#include "crosshebb/layer.h"
#include "buffer.h"
#include "crosshebb/patches.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* Patches of a chunk (at least), so that its activations stay near the cores; and of a block (at
 * most). */
enum { CHUNK = 2048, BLOCK = 256, BLOCK_GRAIN = 16 };

typedef enum xh_activation {
    XH_ACTIVATION_TRIANGLE,
    XH_ACTIVATION_SOFTMAX,
    XH_ACTIVATION_RELU,
    XH_ACTIVATION_NONE
} xh_activation;

struct xh_layer {
    xh_layer_params params;
    xh_shape input;
    xh_shape output;
    size_t inputs;
    size_t outputs;
    size_t positions;
    bool dense;
    xh_patches patches; /* of a conv layer */
    xh_competition competition;
    xh_activation activation;
    xh_pool pool;
    xh_synapses *synapses;
    xh_normalise normalise;
    bool calibrated;
    size_t learned; /* vectors of the latest batch that it learned from */
    int threads;
    uint32_t *wins; /* [threads][outputs] */

    xh_buffer padded; /* [chunk][height][width][channels], padded images */
    xh_buffer block;  /* [threads][BLOCK][inputs], patches at hand */
    xh_buffer a;      /* [chunk][positions][outputs], activations */
    xh_buffer x;      /* [batch][positions][inputs], while learning */
    xh_buffer u;      /* [batch][positions][outputs], while learning */
    xh_buffer y;      /* [batch][positions][outputs], while learning */
};

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
    const size_t outputs = xh_synapses_outputs(layer->synapses);
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
                            &layer->x,      &layer->u,     &layer->y};
    for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
        xh_buffer_free(buffers[i]);
    }
    free(layer);
}

/* Images of a full chunk. */
static size_t chunk_images(const xh_layer *layer) {
    return (CHUNK + layer->positions - 1) / layer->positions;
}

static size_t padded_size(const xh_layer *layer) {
    const size_t padding = 2 * layer->patches.padding;
    return (layer->input.height + padding) * (layer->input.width + padding) * layer->input.channels;
}

/* Floats in each buffer. */
typedef struct needs {
    size_t padded, block, a, x, u, y;
} needs;

/* For batches of count images. */
static needs needs_of(const xh_layer *layer, xh_layer_mode mode, size_t count) {
    const size_t full = chunk_images(layer);
    const size_t chunk = count < full ? count : full;
    const bool keeps = mode != XH_LAYER_INFER;
    const size_t kept = keeps ? count * layer->positions : 0;
    const size_t at_hand = keeps ? 0 : (size_t)layer->threads * BLOCK;
    return (needs){
        .padded = layer->dense ? 0 : chunk * padded_size(layer),
        .block = layer->dense ? 0 : at_hand * layer->inputs,
        .a = chunk * layer->positions * layer->outputs,
        .x = layer->dense ? 0 : kept * layer->inputs,
        .u = kept * layer->outputs,
        .y = kept * layer->outputs,
    };
}

xh_status xh_layer_reserve(xh_layer *layer, xh_layer_mode mode, size_t count, xh_error *error) {
    const needs counts = needs_of(layer, mode, count);
    const struct {
        xh_buffer *buffer;
        size_t count;
    } wanted[] = {
        {&layer->padded, counts.padded}, {&layer->block, counts.block}, {&layer->a, counts.a},
        {&layer->x, counts.x},           {&layer->u, counts.u},         {&layer->y, counts.y},
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

/* A part of a batch: images first .. first + count - 1, and where their activations go. */
typedef struct chunk {
    xh_layer_mode mode;
    xh_images images; /* the whole batch */
    size_t first;
    size_t count;
    float *out; /* [count][features], or NULL */
} chunk;

/* Patches of a block: about a quarter of the chunk where that is little, so that several threads
 * find work. It must not depend on their number, on which the shape of the products would then
 * depend. */
static size_t block_size(size_t patches) {
    const size_t quarter = (patches + 3) / 4;
    const size_t size = (quarter + BLOCK_GRAIN - 1) / BLOCK_GRAIN * BLOCK_GRAIN;
    return size < BLOCK ? size : BLOCK;
}

static void pad_image(xh_layer *layer, chunk part, size_t image) {
    const float *from = part.images.data + (part.first + image) * xh_images_features(part.images);
    xh_patches_pad(layer->patches, from, layer->padded.data + image * padded_size(layer));
}

/* Cuts count patches of the chunk, which may lie in several images. */
static void cut(const xh_layer *layer, size_t first, size_t count, float *x) {
    while (count > 0) {
        const size_t position = first % layer->positions;
        const size_t rest = layer->positions - position;
        const size_t here = count < rest ? count : rest;
        xh_patches_cut(layer->patches,
                       layer->padded.data + first / layer->positions * padded_size(layer), position,
                       here, x);
        first += here;
        count -= here;
        x += here * layer->inputs;
    }
}

/* Inputs of count vectors of the chunk: cut from it, or in a dense layer the images themselves. */
static const float *inputs_of(xh_layer *layer, chunk part, size_t first, size_t count) {
    const size_t patch = part.first * layer->positions + first; /* of the batch */
    if (layer->dense) {
        return part.images.data + patch * layer->inputs;
    }
    float *x = part.mode == XH_LAYER_INFER
                   ? layer->block.data + (size_t)omp_get_thread_num() * BLOCK * layer->inputs
                   : layer->x.data + patch * layer->inputs;
    cut(layer, first, count, x);
    return x;
}

static void activate(const xh_layer *layer, size_t count, const float *u, float *a) {
    const float power = (float)layer->params.activation_power;
    switch (layer->activation) {
    case XH_ACTIVATION_TRIANGLE:
        xh_triangle(power, count, layer->outputs, u, a);
        break;
    case XH_ACTIVATION_SOFTMAX:
        xh_softmax(power, count, layer->outputs, u, a);
        break;
    case XH_ACTIVATION_RELU:
        xh_relu(count * layer->outputs, u, a);
        break;
    case XH_ACTIVATION_NONE:
        memmove(a, u, count * layer->outputs * sizeof(float));
        break;
    }
}

/* Reads, competition and activations of count vectors of the chunk. */
static void run_block(xh_layer *layer, chunk part, size_t first, size_t count) {
    const size_t outputs = layer->outputs;
    const size_t patch = part.first * layer->positions + first;
    float *a = layer->a.data + first * outputs;
    float *u = part.mode == XH_LAYER_INFER ? a : layer->u.data + patch * outputs;
    xh_synapses_read(layer->synapses, patch, count, inputs_of(layer, part, first, count), u);
    if (layer->params.pre_triangle) {
        xh_triangle(1, count, outputs, u, u);
    }
    if (part.mode == XH_LAYER_LEARN) {
        xh_compete(layer->competition, (float)layer->params.inverse_temperature, count, outputs, u,
                   layer->y.data + patch * outputs,
                   layer->wins + (size_t)omp_get_thread_num() * outputs);
    }
    if (part.out) {
        activate(layer, count, u, a);
    }
}

static void pool_image(const xh_layer *layer, chunk part, size_t image) {
    const size_t features = layer->output.height * layer->output.width * layer->outputs;
    const size_t rows = layer->dense ? 1 : xh_patches_rows(layer->patches);
    const float *a = layer->a.data + image * layer->positions * layer->outputs;
    xh_pool_apply(layer->pool, rows, layer->positions / rows, layer->outputs, a,
                  part.out + image * features);
}

/* By the threads together. The images of the next chunk may be padded while the last ones of this
 * one are pooled. */
static void run_chunk(xh_layer *layer, chunk part) {
    const size_t patches = part.count * layer->positions;
    const size_t block = block_size(patches);
    const size_t padded = layer->dense ? 0 : part.count;
    const size_t pooled = part.out ? part.count : 0;
#pragma omp for schedule(static)
    for (size_t image = 0; image < padded; image++) {
        pad_image(layer, part, image);
    }
#pragma omp for schedule(static)
    for (size_t first = 0; first < patches; first += block) {
        const size_t rest = patches - first;
        run_block(layer, part, first, rest < block ? rest : block);
    }
#pragma omp for schedule(static) nowait
    for (size_t image = 0; image < pooled; image++) {
        pool_image(layer, part, image);
    }
}

/* Sets the converters by the patches of a whole batch. */
static void calibrate(xh_layer *layer, xh_images images) {
    const size_t full = chunk_images(layer);
    for (size_t first = 0; !layer->dense && first < images.count; first += full) {
        const size_t rest = images.count - first;
        const chunk part = {XH_LAYER_WARM, images, first, rest < full ? rest : full, NULL};
        for (size_t image = 0; image < part.count; image++) {
            pad_image(layer, part, image);
        }
        inputs_of(layer, part, 0, part.count * layer->positions);
    }
    xh_synapses_calibrate(layer->synapses, images.count * layer->positions,
                          layer->dense ? images.data : layer->x.data);
    layer->calibrated = true;
}

static void learn(xh_layer *layer, xh_images images) {
    const xh_signals signals = {images.count * layer->positions,
                                layer->inputs,
                                layer->outputs,
                                layer->dense ? images.data : layer->x.data,
                                layer->u.data,
                                layer->y.data};
    xh_synapses_update(layer->synapses, &signals);
    layer->learned = signals.count;
}

void xh_layer_batch(xh_layer *layer, xh_layer_mode mode, xh_images images, xh_images out) {
    const size_t full = chunk_images(layer);
    const size_t features = layer->output.height * layer->output.width * layer->outputs;
    if (layer->params.normalise) {
        xh_normalise_apply(layer->normalise, images, mode != XH_LAYER_INFER);
    }
    if (mode != XH_LAYER_INFER && !layer->calibrated) {
        calibrate(layer, images);
    }
    xh_synapses_read_begin(layer->synapses,
                           mode == XH_LAYER_INFER ? XH_PHASE_inference : XH_PHASE_forward);
#pragma omp parallel num_threads(layer->threads)
    for (size_t first = 0; first < images.count; first += full) {
        const size_t rest = images.count - first;
        run_chunk(layer, (chunk){mode, images, first, rest < full ? rest : full,
                                 out.data ? out.data + first * features : NULL});
    }
    xh_synapses_read_end(layer->synapses);
    if (mode == XH_LAYER_LEARN) {
        learn(layer, images);
    }
}

const xh_layer_params *xh_layer_parameters(const xh_layer *layer) {
    return &layer->params;
}

xh_shape xh_layer_input(const xh_layer *layer) {
    return layer->input;
}

xh_shape xh_layer_output(const xh_layer *layer) {
    return layer->output;
}

size_t xh_layer_inputs(const xh_layer *layer) {
    return layer->inputs;
}

size_t xh_layer_positions(const xh_layer *layer) {
    return layer->positions;
}

xh_synapses *xh_layer_synapses(xh_layer *layer) {
    return layer->synapses;
}

xh_normalise xh_layer_normalise(xh_layer *layer) {
    return layer->normalise;
}

const float *xh_layer_y(const xh_layer *layer, size_t *count) {
    *count = layer->learned;
    return layer->y.data;
}

void xh_layer_wins(xh_layer *layer, uint32_t *wins, bool reset) {
    const size_t outputs = layer->outputs;
    for (size_t i = 0; i < outputs; i++) {
        wins[i] = 0;
        for (size_t t = 0; t < (size_t)layer->threads; t++) {
            wins[i] += layer->wins[t * outputs + i];
        }
    }
    if (reset) {
        memset(layer->wins, 0, (size_t)layer->threads * outputs * sizeof(*layer->wins));
    }
}

void xh_layer_state(xh_layer *layer, xh_state *state) {
    const size_t outputs = layer->outputs;
    /* The first thread's wins become those of all, so that the state knows of no threads. */
    for (size_t t = 1; t < (size_t)layer->threads; t++) {
        for (size_t i = 0; i < outputs; i++) {
            layer->wins[i] += layer->wins[t * outputs + i];
            layer->wins[t * outputs + i] = 0;
        }
    }
    xh_state_words(state, "wins", outputs, layer->wins);
    xh_state_flag(state, "calibrated", &layer->calibrated);
    xh_state_floats(state, "mean", layer->normalise.channels, layer->normalise.mean);
    xh_state_floats(state, "variance", layer->normalise.channels, layer->normalise.variance);
    xh_synapses_state(layer->synapses, state);
}
