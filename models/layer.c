/*
 * A block at work. The images of a batch go through in chunks: they are padded, their patches cut,
 * read, made to compete and activated in blocks, and pooled; threads share out the images and the
 * blocks of a chunk. While a layer learns, patches, u and y of the whole batch are kept for the
 * update, which comes last.
 *
 * With a learning stride a batch teaches by a lattice of its positions, whose corner moves on from
 * batch to batch; where nothing is passed on, the other positions are not even read.
 *
 * Partners divide the neurons: each reads its own, then what a chunk was answered is gathered, and all
 * go on with the answers of all neurons. u and y are kept of the own neurons, whose update it is.
 */
#include "layer_internal.h"

#include <omp.h>
#include <string.h>

/* Positions of an image that are visited, [rows][columns] of them: every stride-th from the corner. */
typedef struct lattice {
    size_t stride;
    size_t row, column; /* the corner */
    size_t columns;
    size_t count;
} lattice;

/* A part of a batch: images first .. first + count - 1, and where their activations go. */
typedef struct chunk {
    xh_layer_mode mode;
    xh_images images; /* the whole batch */
    size_t first;
    size_t count;
    float *out; /* [count][features], or NULL */
    lattice sites;
} chunk;

static size_t columns_of(const xh_layer *layer) {
    return layer->dense ? 1 : xh_patches_columns(layer->patches);
}

/* All positions. */
static lattice everywhere(const xh_layer *layer) {
    return (lattice){1, 0, 0, columns_of(layer), layer->positions};
}

/* Those that a batch teaches by. */
static lattice learning_sites(const xh_layer *layer) {
    const size_t stride = layer->dense ? 1 : (size_t)layer->params.learning_stride;
    const size_t columns = columns_of(layer), rows = layer->positions / columns;
    const size_t turn = layer->lessons % (stride * stride);
    lattice sites = {.stride = stride, .row = turn / stride, .column = turn % stride};
    sites.columns = (columns - sites.column + stride - 1) / stride;
    sites.count = (rows - sites.row + stride - 1) / stride * sites.columns;
    return sites;
}

static size_t position_of(const xh_layer *layer, const lattice *sites, size_t site) {
    const size_t row = sites->row + site / sites->columns * sites->stride;
    return row * columns_of(layer) + sites->column + site % sites->columns * sites->stride;
}

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
    xh_patches_pad(layer->patches, from, layer->padded.data + image * xh_layer_padded(layer));
}

/* Cuts count patches of the chunk, which may lie in several images. */
static void cut(const xh_layer *layer, const lattice *sites, size_t first, size_t count, float *x) {
    while (count > 0) {
        const size_t site = first % sites->count;
        const size_t rest = sites->count - site;
        const size_t together = sites->stride == 1 ? rest : 1; /* positions side by side */
        const size_t here = count < together ? count : together;
        xh_patches_cut(layer->patches,
                       layer->padded.data + first / sites->count * xh_layer_padded(layer),
                       position_of(layer, sites, site), here, x);
        first += here;
        count -= here;
        x += here * layer->inputs;
    }
}

/* Inputs of count vectors of the chunk: cut from it, or in a dense layer the images themselves. */
static const float *inputs_of(xh_layer *layer, chunk part, size_t first, size_t count) {
    const size_t patch = part.first * part.sites.count + first; /* of the batch */
    if (layer->dense) {
        return part.images.data + patch * layer->inputs;
    }
    float *x = part.mode == XH_LAYER_INFER
                   ? layer->block.data + (size_t)omp_get_thread_num() * BLOCK * layer->inputs
                   : layer->x.data + patch * layer->inputs;
    cut(layer, &part.sites, first, count, x);
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

/* The own neurons' columns of count vectors of all neurons. */
static void copy_own(const xh_layer *layer, size_t count, const float *all, float *own) {
    for (size_t p = 0; p < count && layer->own.count > 0; p++) {
        memcpy(own + p * layer->own.count, all + p * layer->outputs + layer->own.first,
               layer->own.count * sizeof(*own));
    }
}

/* Competition and activations of count vectors of the chunk, whose u are known. */
static void respond(xh_layer *layer, chunk part, size_t first, size_t count, float *u) {
    const size_t outputs = layer->outputs;
    const size_t patch = part.first * part.sites.count + first;
    if (layer->params.pre_triangle) {
        xh_triangle(1, count, outputs, u, u);
    }
    if (part.mode == XH_LAYER_LEARN) {
        float *y = layer->y.data + patch * outputs;
        xh_compete(layer->competition, (float)layer->params.inverse_temperature,
                   (float)layer->params.learning_threshold, count, outputs, u, y,
                   layer->wins + (size_t)omp_get_thread_num() * outputs);
        if (layer->division.partners) {
            copy_own(layer, count, u, layer->u.data + patch * layer->own.count);
            copy_own(layer, count, y, layer->own_y.data + patch * layer->own.count);
        }
    }
    if (part.out) {
        activate(layer, count, u, layer->a.data + first * outputs);
    }
}

/* Reads, competition and activations of count vectors of the chunk. */
static void run_block(xh_layer *layer, chunk part, size_t first, size_t count) {
    const size_t outputs = layer->outputs;
    const size_t patch = part.first * part.sites.count + first;
    float *u = part.mode == XH_LAYER_INFER ? layer->a.data + first * outputs
                                           : layer->u.data + patch * outputs;
    xh_synapses_read(layer->synapses, patch, count, inputs_of(layer, part, first, count), u);
    respond(layer, part, first, count, u);
}

/* Reads of the own neurons alone. */
static void read_block(xh_layer *layer, chunk part, size_t first, size_t count) {
    const size_t patch = part.first * part.sites.count + first;
    xh_synapses_read(layer->synapses, patch, count, inputs_of(layer, part, first, count),
                     layer->read.data + first * layer->own.count);
}

/* What every neuron answered to vectors of the chunk, in which there are so many. */
static void respond_block(xh_layer *layer, chunk part, size_t patches, size_t first, size_t count) {
    float *u = layer->a.data + first * layer->outputs;
    for (size_t k = 0; k < xh_partners_count(layer->division.partners); k++) {
        const xh_part neurons = xh_division_part(layer->division, k);
        const float *from =
            layer->read_by_all.data + neurons.first * patches + first * neurons.count;
        for (size_t p = 0; p < count; p++) {
            memcpy(u + p * layer->outputs + neurons.first, from + p * neurons.count,
                   neurons.count * sizeof(*u));
        }
    }
    respond(layer, part, first, count, u);
}

/* Reads of a chunk by all partners, each its own neurons, in blocks of vectors. */
static void read_chunk(xh_layer *layer, chunk part, size_t patches, size_t block) {
#pragma omp for schedule(static)
    for (size_t first = 0; first < patches; first += block) {
        const size_t rest = patches - first;
        read_block(layer, part, first, rest < block ? rest : block);
    }
#pragma omp master
    xh_division_gather(layer->division, patches, layer->read.data, layer->read_by_all.data);
#pragma omp barrier
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
    const size_t patches = part.count * part.sites.count;
    const size_t block = block_size(patches);
    const size_t padded = layer->dense ? 0 : part.count;
    const size_t pooled = part.out ? part.count : 0;
#pragma omp for schedule(static)
    for (size_t image = 0; image < padded; image++) {
        pad_image(layer, part, image);
    }
    if (layer->division.partners) {
        read_chunk(layer, part, patches, block);
    }
#pragma omp for schedule(static)
    for (size_t first = 0; first < patches; first += block) {
        const size_t rest = patches - first;
        const size_t count = rest < block ? rest : block;
        if (layer->division.partners) {
            respond_block(layer, part, patches, first, count);
        } else {
            run_block(layer, part, first, count);
        }
    }
#pragma omp for schedule(static) nowait
    for (size_t image = 0; image < pooled; image++) {
        pool_image(layer, part, image);
    }
}

/* Sets the converters by the patches of a whole batch. */
static void calibrate(xh_layer *layer, xh_images images) {
    const size_t full = xh_layer_chunk(layer);
    for (size_t first = 0; !layer->dense && first < images.count; first += full) {
        const size_t rest = images.count - first;
        const chunk part = {XH_LAYER_WARM, images,           first, rest < full ? rest : full,
                            NULL,          everywhere(layer)};
        for (size_t image = 0; image < part.count; image++) {
            pad_image(layer, part, image);
        }
        inputs_of(layer, part, 0, part.count * layer->positions);
    }
    xh_synapses_calibrate(layer->synapses, images.count * layer->positions,
                          layer->dense ? images.data : layer->x.data);
    layer->calibrated = true;
}

/* Keeps the rows [length] of the sites of count images, of all positions. */
static void thin(const xh_layer *layer, const lattice *sites, size_t count, size_t length,
                 float *rows) {
    for (size_t p = 0; p < count * sites->count; p++) {
        const size_t from =
            p / sites->count * layer->positions + position_of(layer, sites, p % sites->count);
        memmove(rows + p * length, rows + from * length, length * sizeof(*rows));
    }
}

/* Learns from the sites of a batch, of which those visited are at hand. */
static void learn(xh_layer *layer, xh_images images, const lattice *visited) {
    const lattice sites = learning_sites(layer);
    if (sites.count < visited->count) {
        thin(layer, &sites, images.count, layer->inputs, layer->x.data);
        thin(layer, &sites, images.count, layer->own.count, layer->u.data);
        thin(layer, &sites, images.count, layer->outputs, layer->y.data);
        if (layer->division.partners) {
            thin(layer, &sites, images.count, layer->own.count, layer->own_y.data);
        }
    }
    const xh_signals signals = {images.count * sites.count,
                                layer->inputs,
                                layer->own.count,
                                layer->dense ? images.data : layer->x.data,
                                layer->u.data,
                                layer->division.partners ? layer->own_y.data : layer->y.data};
    xh_synapses_update(layer->synapses, &signals);
    layer->learned = signals.count;
    layer->lessons++;
}

static bool trains(xh_layer_mode mode) {
    return mode == XH_LAYER_LEARN || mode == XH_LAYER_WARM;
}

static xh_phase phase_of(xh_layer_mode mode) {
    if (trains(mode)) {
        return XH_PHASE_forward;
    }
    return mode == XH_LAYER_INFER ? XH_PHASE_inference : XH_PHASE_program;
}

void xh_layer_batch(xh_layer *layer, xh_layer_mode mode, xh_images images, xh_images out) {
    const size_t full = xh_layer_chunk(layer);
    const size_t features = layer->output.height * layer->output.width * layer->outputs;
    if (layer->params.normalise) {
        xh_normalise_apply(layer->normalise, images, trains(mode));
    }
    if (mode == XH_LAYER_CALIBRATE || (trains(mode) && !layer->calibrated)) {
        calibrate(layer, images);
    }
    const bool all = mode != XH_LAYER_LEARN || out.data;
    const lattice sites = all ? everywhere(layer) : learning_sites(layer);
    xh_synapses_read_begin(layer->synapses, phase_of(mode));
#pragma omp parallel num_threads(layer->threads)
    for (size_t first = 0; first < images.count; first += full) {
        const size_t rest = images.count - first;
        run_chunk(layer, (chunk){mode, images, first, rest < full ? rest : full,
                                 out.data ? out.data + first * features : NULL, sites});
    }
    xh_synapses_read_end(layer->synapses);
    if (mode == XH_LAYER_LEARN) {
        learn(layer, images, &sites);
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
    xh_state_words(state, "lessons", 1, &layer->lessons);
    xh_state_floats(state, "mean", layer->normalise.channels, layer->normalise.mean);
    xh_state_floats(state, "variance", layer->normalise.channels, layer->normalise.variance);
    xh_synapses_state(layer->synapses, state);
}
