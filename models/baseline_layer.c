/*
 * Both ways go by whole images, a few at a time, whose patches make a block: cut, multiplied,
 * rectified and pooled while in cache; on the way down unpooled, multiplied by the weights
 * transposed, and added up where they overlap. Threads share out these groups of images. The
 * gradient by the weights sums over patches, so that threads share out its tiles instead, chunk
 * after chunk of the batch. No size depends on the number of threads.
 */
#include "baseline_layer.h"
#include "crosshebb/baseline.h"

#include <cblas.h>
#include <omp.h>
#include <string.h>

/* Patches of a block (at most), and of a chunk (at least, as its images). */
enum { BLOCK = 256, BLOCK_GRAIN = 16, CHUNK = 2048, CHUNK_IMAGES = 8 };

/* Largest tile of the gradient by the weights, and patches of one product. */
enum { TILE_OUTPUTS = 192, TILE_INPUTS = 432, TILE_GRAIN = 16, DEPTH = 256 };

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static size_t chunk_images(const xh_baseline_layer *layer) {
    const size_t images = (CHUNK + layer->positions - 1) / layer->positions;
    return images > CHUNK_IMAGES ? images : CHUNK_IMAGES;
}

static size_t padded_size(const xh_baseline_layer *layer) {
    const size_t padding = 2 * layer->patches.padding;
    return (layer->input.height + padding) * (layer->input.width + padding) * layer->input.channels;
}

static size_t size_of(xh_shape shape) {
    return shape.height * shape.width * shape.channels;
}

static xh_status shape_layer(xh_baseline_layer *layer, const xh_layer_params *params,
                             xh_shape input, int threads, xh_error *error) {
    const size_t kernel = (size_t)params->kernel, padding = (size_t)params->padding;
    *layer = (xh_baseline_layer){
        .input = input,
        .outputs = (size_t)params->outputs,
        .dense = strcmp(params->type, "dense") == 0,
        .normalised = params->normalise,
        .patches = {input.height, input.width, input.channels, kernel, padding},
        .pool = xh_layer_pool(params),
        .threads = threads,
    };
    return xh_layer_geometry(params, input, &layer->inputs, &layer->positions, &layer->output,
                             error);
}

enum { ARRAYS = 8 };

typedef struct need {
    float **array;
    size_t count;
} need;

/* What a layer keeps, and its size of scratch. */
static void list_needs(xh_baseline_layer *layer, size_t batch, need needs[ARRAYS]) {
    const size_t weights = layer->outputs * layer->inputs;
    const size_t activations = layer->positions * layer->outputs;
    const size_t chunk = smaller(batch, chunk_images(layer));
    const size_t conv = layer->dense ? 0 : 1;
    layer->scratch_size = conv * (padded_size(layer) + BLOCK * layer->inputs) + activations;
    const need list[ARRAYS] = {
        {&layer->normalise.inverse, layer->input.channels},
        {&layer->gradient, weights},
        {&layer->moments[0], weights},
        {&layer->moments[1], weights},
        {&layer->out, batch * size_of(layer->output)},
        {&layer->a, batch * activations},
        {&layer->x, conv * chunk * layer->positions * layer->inputs},
        {&layer->scratch, (size_t)layer->threads * layer->scratch_size},
    };
    memcpy(needs, list, sizeof(list));
}

xh_status xh_baseline_memory(const xh_layer_params *params, xh_shape input, int threads,
                             size_t batch, size_t *bytes, xh_error *error) {
    xh_baseline_layer layer;
    need needs[ARRAYS];
    const xh_status status = shape_layer(&layer, params, input, threads, error);
    if (status != XH_OK) {
        return status;
    }
    list_needs(&layer, batch, needs);
    *bytes = 0;
    for (size_t i = 0; i < ARRAYS; i++) {
        *bytes += needs[i].count * sizeof(float);
    }
    return XH_OK;
}

xh_status xh_baseline_layer_create(xh_baseline_layer *made, xh_layer *layer, size_t batch,
                                   xh_error *error) {
    need needs[ARRAYS];
    const xh_status status = shape_layer(made, xh_layer_parameters(layer), xh_layer_input(layer),
                                         omp_get_max_threads(), error);
    if (status != XH_OK) {
        return status;
    }
    made->normalise = xh_layer_normalise(layer);
    made->weights = xh_synapses_matrix(xh_layer_synapses(layer));
    list_needs(made, batch, needs);
    for (size_t i = 0; i < ARRAYS; i++) {
        *needs[i].array = xh_array_create(needs[i].count, sizeof(float));
        if (!*needs[i].array) {
            return xh_error_set(error, XH_MEMORY, "no memory for batches of %zu images", batch);
        }
    }
    return XH_OK;
}

void xh_baseline_layer_free(xh_baseline_layer *layer) {
    float *arrays[] = {layer->normalise.inverse,
                       layer->gradient,
                       layer->moments[0],
                       layer->moments[1],
                       layer->out,
                       layer->a,
                       layer->x,
                       layer->scratch};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        xh_array_free(arrays[i]);
    }
}

/* What a thread works with. */
typedef struct scratch {
    float *padded;
    float *block;
    float *unpooled;
} scratch;

static scratch scratch_of(const xh_baseline_layer *layer) {
    float *start = layer->scratch + (size_t)omp_get_thread_num() * layer->scratch_size;
    float *end = start + layer->scratch_size;
    return (scratch){start, start + padded_size(layer), end - layer->positions * layer->outputs};
}

/* Images of a group: such that their patches make a block, or one. */
static size_t group_images(const xh_baseline_layer *layer, size_t count) {
    const size_t quarter = (count * layer->positions + 3) / 4;
    const size_t grains = (quarter + BLOCK_GRAIN - 1) / BLOCK_GRAIN;
    const size_t images = smaller(grains * BLOCK_GRAIN, BLOCK) / layer->positions;
    return images > 0 ? images : 1;
}

/* Cuts patches first .. first + count - 1 of a group of images; an image is padded before its first
 * patch. */
static void cut(const xh_baseline_layer *layer, const float *images, size_t first, size_t count,
                float *padded, float *x) {
    while (count > 0) {
        const size_t position = first % layer->positions;
        const size_t here = smaller(count, layer->positions - position);
        if (position == 0) {
            xh_patches_pad(layer->patches,
                           images + first / layer->positions * size_of(layer->input), padded);
        }
        xh_patches_cut(layer->patches, padded, position, here, x);
        first += here;
        count -= here;
        x += here * layer->inputs;
    }
}

/* The way back of cut: images are complete after their last patch. */
static void paste(const xh_baseline_layer *layer, const float *x, size_t first, size_t count,
                  float *padded, float *images) {
    while (count > 0) {
        const size_t position = first % layer->positions;
        const size_t here = smaller(count, layer->positions - position);
        if (position == 0) {
            memset(padded, 0, padded_size(layer) * sizeof(float));
        }
        xh_patches_add(layer->patches, x, position, here, padded);
        if (position + here == layer->positions) {
            xh_patches_unpad(layer->patches, padded,
                             images + first / layer->positions * size_of(layer->input));
        }
        first += here;
        count -= here;
        x += here * layer->inputs;
    }
}

/* a = relu(W x). */
static void read(const xh_baseline_layer *layer, size_t count, const float *x, float *a) {
    const int inputs = (int)layer->inputs;
    const int outputs = (int)layer->outputs;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, outputs, inputs, 1, x, inputs,
                layer->weights, inputs, 0, a, outputs);
    xh_relu(count * layer->outputs, a, a);
}

/* by_x = W^T by_u. */
static void read_transposed(const xh_baseline_layer *layer, size_t count, const float *by_u,
                            float *by_x) {
    const int inputs = (int)layer->inputs;
    const int outputs = (int)layer->outputs;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)count, inputs, outputs, 1, by_u,
                outputs, layer->weights, inputs, 0, by_x, inputs);
}

/* Sides of the image of activations. */
static size_t rows_of(const xh_baseline_layer *layer) {
    return layer->dense ? 1 : xh_patches_rows(layer->patches);
}

static void group_up(xh_baseline_layer *layer, xh_images images, size_t first, size_t count) {
    const scratch mine = scratch_of(layer);
    const size_t patches = count * layer->positions;
    const size_t rows = rows_of(layer);
    const float *from = images.data + first * size_of(layer->input);
    float *a = layer->a + first * layer->positions * layer->outputs;
    float *out = layer->out + first * size_of(layer->output);
    for (size_t p = 0; p < patches; p += BLOCK) {
        const size_t block = smaller(BLOCK, patches - p);
        const float *x = from + p * layer->inputs; /* of a dense layer */
        if (!layer->dense) {
            cut(layer, from, p, block, mine.padded, mine.block);
            x = mine.block;
        }
        read(layer, block, x, a + p * layer->outputs);
    }
    for (size_t i = 0; i < count; i++) {
        xh_pool_apply(layer->pool, rows, layer->positions / rows, layer->outputs,
                      a + i * layer->positions * layer->outputs, out + i * size_of(layer->output));
    }
}

void xh_baseline_layer_up(xh_baseline_layer *layer, xh_images images) {
    const size_t group = group_images(layer, images.count);
    if (layer->normalised) {
        xh_normalise_apply(layer->normalise, images, 1);
    }
#pragma omp parallel for schedule(static) num_threads(layer->threads)
    for (size_t first = 0; first < images.count; first += group) {
        group_up(layer, images, first, smaller(group, images.count - first));
    }
}

/* Activations of an image become the gradient by u. */
static void unpool(const xh_baseline_layer *layer, size_t image, const float *by_out, float *by_a) {
    const size_t rows = rows_of(layer);
    const size_t size = layer->positions * layer->outputs;
    float *a = layer->a + image * size;
    xh_pool_back(layer->pool, rows, layer->positions / rows, layer->outputs, a,
                 by_out + image * size_of(layer->output), by_a);
    xh_relu_back(size, a, by_a, a);
}

/* Gradient by the images of a group. */
static void descend(const xh_baseline_layer *layer, size_t first, size_t count, float *by_images) {
    const scratch mine = scratch_of(layer);
    const size_t patches = count * layer->positions;
    const float *by_u = layer->a + first * layer->positions * layer->outputs;
    float *to = by_images + first * size_of(layer->input);
    for (size_t p = 0; p < patches; p += BLOCK) {
        const size_t block = smaller(BLOCK, patches - p);
        if (layer->dense) {
            read_transposed(layer, block, by_u + p * layer->outputs, to + p * layer->inputs);
        } else {
            read_transposed(layer, block, by_u + p * layer->outputs, mine.block);
            paste(layer, mine.block, p, block, mine.padded, to);
        }
    }
}

/* A part of the batch, images first .. first + count - 1, and their patches. */
typedef struct chunk {
    size_t first;
    size_t count;
    const float *x; /* [count][positions][inputs] */
} chunk;

/* Patches of a chunk, and the gradients by its u and by its images. */
static void chunk_down(xh_baseline_layer *layer, xh_images images, chunk part, const float *by_out,
                       float *by_images) {
    const size_t group = group_images(layer, part.count);
#pragma omp parallel for schedule(static) num_threads(layer->threads)
    for (size_t i = 0; i < part.count; i += group) {
        const scratch mine = scratch_of(layer);
        const size_t first = part.first + i;
        const size_t count = smaller(group, part.count - i);
        for (size_t image = first; image < first + count; image++) {
            unpool(layer, image, by_out, mine.unpooled);
        }
        if (!layer->dense) {
            cut(layer, images.data + first * size_of(layer->input), 0, count * layer->positions,
                mine.padded, layer->x + i * layer->positions * layer->inputs);
        }
        if (by_images) {
            descend(layer, first, count, by_images);
        }
    }
}

/* Side of a tile: the length in equal parts of at most limit, at least parts of them. */
static size_t tile_side(size_t length, size_t limit, size_t parts) {
    const size_t needed = (length + limit - 1) / limit;
    const size_t number = needed < parts ? parts : needed;
    const size_t side = (length + number - 1) / number;
    return (side + TILE_GRAIN - 1) / TILE_GRAIN * TILE_GRAIN;
}

/* Adds a chunk to the gradient by the weights from input j on of neurons from i on. */
static void add_tile(const xh_baseline_layer *layer, chunk part, size_t i, size_t neurons, size_t j,
                     size_t inputs) {
    const size_t patches = part.count * layer->positions;
    const float *by_u = layer->a + part.first * layer->positions * layer->outputs + i;
    float *gradient = layer->gradient + i * layer->inputs + j;
    for (size_t p = 0; p < patches; p += DEPTH) {
        const float keep = part.first > 0 || p > 0 ? 1 : 0;
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)neurons, (int)inputs,
                    (int)smaller(DEPTH, patches - p), 1, by_u + p * layer->outputs,
                    (int)layer->outputs, part.x + p * layer->inputs + j, (int)layer->inputs, keep,
                    gradient, (int)layer->inputs);
    }
}

static void add_gradient(xh_baseline_layer *layer, chunk part) {
    const size_t height = tile_side(layer->outputs, TILE_OUTPUTS, 2);
    const size_t width = tile_side(layer->inputs, TILE_INPUTS, 1);
#pragma omp parallel for collapse(2) schedule(static) num_threads(layer->threads)
    for (size_t i = 0; i < layer->outputs; i += height) {
        for (size_t j = 0; j < layer->inputs; j += width) {
            add_tile(layer, part, i, smaller(height, layer->outputs - i), j,
                     smaller(width, layer->inputs - j));
        }
    }
}

void xh_baseline_layer_down(xh_baseline_layer *layer, xh_images images, const float *by_out,
                            float *by_images) {
    const size_t full = chunk_images(layer);
    for (size_t first = 0; first < images.count; first += full) {
        const chunk part = {first, smaller(full, images.count - first),
                            layer->dense ? images.data + first * layer->inputs : layer->x};
        chunk_down(layer, images, part, by_out, by_images);
        add_gradient(layer, part);
    }
    if (by_images && layer->normalised) {
        xh_normalise_back(layer->normalise, images, by_images);
    }
}

void xh_baseline_layer_step(xh_baseline_layer *layer, xh_adam_step step) {
#pragma omp parallel for schedule(static) num_threads(layer->threads)
    for (size_t i = 0; i < layer->outputs; i++) {
        const size_t at = i * layer->inputs;
        xh_adam_apply(step, layer->inputs, layer->gradient + at, layer->moments[0] + at,
                      layer->moments[1] + at, layer->weights + at);
    }
}
