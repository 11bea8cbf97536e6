/*
 * The published rule on a float matrix. For a batch of patches p with signals x, u, y:
 *
 *     A_i = sum_p y_ip x_p,   D_i = sum_p y_ip u_ip,   C_i = A_i - D_i W_i,   W_i += eta_i C_i /
 * scale
 *
 * with eta_i from the norm of W_i before the update. A is one matrix product, cut into tiles of
 * fixed size (never over patches) that threads share out; the rest is a few passes over rows.
 */
#include "digital.h"

#include "crosshebb/array.h"
#include "crosshebb/kernel.h"
#include "product.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Outputs of a tile of A are a multiple of it. */
enum { HEIGHT_GRAIN = 16 };

/* Patches of a partial sum of D. */
enum { DECAY_DEPTH = 256 };

/* What a neuron's running maximum keeps from update to update: without this decay one large early
 * update would keep all later ones small. */
#define RUNNING_DECAY 0.99F

#define LEAST_SCALE 1e-30F

struct xh_digital {
    size_t inputs;
    size_t outputs;       /* here */
    xh_division division; /* of all outputs */
    xh_update_scale scale;
    float bound;
    const xh_product *product;
    size_t height;  /* of a tile of A, outputs */
    size_t width;   /* of a tile of A, inputs */
    float *weights; /* [outputs][inputs] */
    float *change;  /* [outputs][inputs]: A, then C */
    double *decay;  /* [tiles side by side][outputs]: D, which each tile sums for itself */
    float *square;  /* [outputs]: |W_i|^2 */
    float *largest; /* [tiles side by side][outputs]: of |C_i| within the tile */
    float *running; /* [outputs] */
    float *step;    /* [outputs]: eta_i / scale */
    bool lent;      /* another may have changed the weights since they were packed */
    void *packed;   /* weights, as the product takes them; NULL if it takes floats */
    void *packed_x; /* of a stretch of patches */
    void *packed_y;
};

static size_t at_most(size_t count, size_t limit) {
    return count < limit ? count : limit;
}

/* Side of a tile: the length in equal parts of at most limit, at least parts of them. */
static size_t tile_side(size_t length, size_t limit, size_t parts, size_t grain) {
    const size_t needed = (length + limit - 1) / limit;
    const size_t number = needed < parts ? parts : needed;
    const size_t side = (length + number - 1) / number;
    return (side + grain - 1) / grain * grain;
}

/* Room for a packed operand, if it is packed; false if memory is short. */
static bool make_room(xh_packing packing, size_t lines, size_t depth, void **packed) {
    if (!packing.size) {
        return true;
    }
    *packed = xh_array_create(packing.size(lines, depth), 1);
    return *packed != NULL;
}

/* Signals as the product takes them, packed by the threads together. */
static const void *pack(xh_packing packing, size_t lines, size_t depth, const float *from,
                        void *packed) {
    if (!packing.pack) {
        return from;
    }
#pragma omp for schedule(static) nowait
    for (size_t i = 0; i < lines; i += XH_PRODUCT_LINES) {
        packing.pack(lines, depth, i, at_most(lines - i, XH_PRODUCT_LINES), from, packed);
    }
    return packed;
}

static bool create_arrays(xh_digital *digital) {
    const xh_product *product = digital->product;
    const size_t inputs = digital->inputs;
    const size_t outputs = digital->outputs;
    const size_t across = (inputs + digital->width - 1) / digital->width;
    const struct {
        float **array;
        size_t count;
    } wanted[] = {
        {&digital->weights, outputs * inputs}, {&digital->change, outputs * inputs},
        {&digital->square, outputs},           {&digital->largest, across * outputs},
        {&digital->running, outputs},          {&digital->step, outputs},
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        *wanted[i].array = xh_array_create(wanted[i].count, sizeof(float));
        if (!*wanted[i].array) {
            return false;
        }
    }
    digital->decay = xh_array_create(across * outputs, sizeof(double));
    return digital->decay && make_room(product->weights, outputs, inputs, &digital->packed) &&
           make_room(product->x, inputs, product->stretch, &digital->packed_x) &&
           make_room(product->y, outputs, product->stretch, &digital->packed_y);
}

/* Brings up to date what follows from the weights of a group of neurons. */
static void settle(xh_digital *digital, xh_span neurons) {
    const xh_packing packing = digital->product->weights;
    const size_t inputs = digital->inputs;
    for (size_t i = neurons.first; i < neurons.first + neurons.count; i++) {
        digital->square[i] = xh_product_square(inputs, digital->weights + i * inputs);
    }
    if (packing.pack) {
        packing.pack(digital->outputs, inputs, neurons.first, neurons.count, digital->weights,
                     digital->packed);
    }
}

static void settle_all(xh_digital *digital) {
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < digital->outputs; i += XH_PRODUCT_LINES) {
        settle(digital, (xh_span){i, at_most(digital->outputs - i, XH_PRODUCT_LINES)});
    }
}

/* Outputs of a tile. Where the product is the machine's own, which sums in an order that depends on
 * the shape, parts of a divided layer have the tiles of the whole. */
static size_t height_of(const xh_product *product, size_t here, size_t all) {
    return tile_side(product->weights.pack ? here : all, product->height, 2, HEIGHT_GRAIN);
}

xh_division xh_digital_division(size_t outputs, xh_arithmetic arithmetic,
                                const xh_partners *partners) {
    const xh_product *product = xh_product_of(arithmetic);
    const size_t height = height_of(product, outputs, outputs);
    const size_t shaped = xh_grain_of_both(height > 0 ? height : 1, XH_PRODUCT_OUTPUTS);
    return (xh_division){partners, outputs, product->weights.pack ? XH_PRODUCT_LINES : shaped};
}

xh_digital *xh_digital_create(size_t inputs, xh_division division, const float *weights,
                              xh_update_scale scale, double bound, xh_arithmetic arithmetic) {
    xh_digital *digital = calloc(1, sizeof(*digital));
    if (!digital) {
        return NULL;
    }
    const xh_product *product = xh_product_of(arithmetic);
    const size_t outputs = xh_division_own(division).count;
    digital->inputs = inputs;
    digital->outputs = outputs;
    digital->division = division;
    digital->scale = scale;
    digital->bound = bound > 0 ? (float)bound : INFINITY;
    digital->product = product;
    digital->height = height_of(product, outputs, division.length);
    digital->width = tile_side(inputs, product->width, 1, product->grain);
    if (!create_arrays(digital)) {
        xh_digital_free(digital);
        return NULL;
    }
    memcpy(digital->weights, weights, outputs * inputs * sizeof(float));
    settle_all(digital);
    return digital;
}

void xh_digital_free(xh_digital *digital) {
    if (!digital) {
        return;
    }
    void *arrays[] = {digital->weights,  digital->change,  digital->decay, digital->square,
                      digital->largest,  digital->running, digital->step,  digital->packed,
                      digital->packed_x, digital->packed_y};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        xh_array_free(arrays[i]);
    }
    free(digital);
}

const float *xh_digital_weights(const xh_digital *digital) {
    return digital->weights;
}

float *xh_digital_matrix(xh_digital *digital) {
    digital->lent = true;
    return digital->weights;
}

void xh_digital_read_begin(xh_digital *digital) {
    if (digital->lent) {
        settle_all(digital);
    }
}

void xh_digital_read(const xh_digital *digital, size_t count, const float *x, float *u) {
    const void *weights = digital->packed ? digital->packed : digital->weights;
    digital->product->read(digital->inputs, digital->outputs, weights, count, x, u);
}

/* sum[i] += sum over the patches of y u, for neurons first .. first + count - 1. */
XH_KERNEL
static void add_decays(const xh_signals *signals, xh_span patches, xh_span neurons, double *sum) {
    float part[XH_PRODUCT_OUTPUTS] = {0};
    for (size_t p = patches.first; p < patches.first + patches.count; p++) {
        const float *u = signals->u + p * signals->outputs + neurons.first;
        const float *y = signals->y + p * signals->outputs + neurons.first;
#pragma omp simd
        for (size_t i = 0; i < neurons.count; i++) {
            part[i] += y[i] * u[i];
        }
    }
    for (size_t i = 0; i < neurons.count; i++) {
        sum[i] += (double)part[i];
    }
}

/* Adds a stretch of patches to D of a tile. */
static void sum_decays(const xh_signals *signals, xh_span patches, xh_span neurons, double *sum) {
    if (patches.first == 0) {
        memset(sum, 0, neurons.count * sizeof(*sum));
    }
    for (size_t p = 0; p < patches.count; p += DECAY_DEPTH) {
        const xh_span part = {patches.first + p, at_most(patches.count - p, DECAY_DEPTH)};
        add_decays(signals, part, neurons, sum);
    }
}

/* change -= decay * weights, part of a row; returns the largest |change|. */
XH_KERNEL
static float subtract_decay(size_t count, float decay, const float *weights, float *change) {
    float largest = 0;
#pragma omp simd reduction(max : largest)
    for (size_t j = 0; j < count; j++) {
        const float rest = change[j] - decay * weights[j];
        const float size = fabsf(rest);
        change[j] = rest;
        largest = size > largest ? size : largest;
    }
    return largest;
}

/* C of a tile from A. */
static void finish_tile(xh_digital *digital, xh_tile tile, const double *decay, float *largest) {
    for (size_t k = 0; k < tile.outputs.count; k++) {
        const size_t first = (tile.outputs.first + k) * digital->inputs + tile.inputs.first;
        largest[k] = subtract_decay(tile.inputs.count, (float)decay[k], digital->weights + first,
                                    digital->change + first);
    }
}

/* Adds a stretch of patches to A and D of a tile, and makes C of them after the last one. */
static void correlate_tile(xh_digital *digital, const xh_signals *signals, xh_span patches,
                           const xh_operands *operands, xh_tile tile) {
    const size_t at = tile.inputs.first / digital->width * digital->outputs + tile.outputs.first;
    digital->product->correlate(operands, tile, patches.first > 0, digital->change);
    sum_decays(signals, patches, tile.outputs, digital->decay + at);
    if (patches.first + patches.count == signals->count) {
        finish_tile(digital, tile, digital->decay + at, digital->largest + at);
    }
}

/* All tiles; a thread has the same ones in every stretch. */
static void correlate_stretch(xh_digital *digital, const xh_signals *signals, xh_span patches) {
    const xh_product *product = digital->product;
    const size_t inputs = digital->inputs;
    const size_t outputs = digital->outputs;
    const float *x = signals->x + patches.first * inputs;
    const float *y = signals->y + patches.first * outputs;
#pragma omp barrier /* before what was packed for the stretch before is written over */
    const xh_operands operands = {patches.count, inputs, outputs,
                                  pack(product->x, inputs, patches.count, x, digital->packed_x),
                                  pack(product->y, outputs, patches.count, y, digital->packed_y)};
#pragma omp barrier
#pragma omp for collapse(2) schedule(static) nowait
    for (size_t i = 0; i < outputs; i += digital->height) {
        for (size_t j = 0; j < inputs; j += digital->width) {
            const xh_tile tile = {{i, at_most(outputs - i, digital->height)},
                                  {j, at_most(inputs - j, digital->width)}};
            correlate_tile(digital, signals, patches, &operands, tile);
        }
    }
}

static void correlate(xh_digital *digital, const xh_signals *signals) {
    const size_t stretch = at_most(signals->count, digital->product->stretch);
    for (size_t p = 0; p < signals->count; p += stretch) {
        correlate_stretch(digital, signals, (xh_span){p, at_most(signals->count - p, stretch)});
    }
#pragma omp barrier
}

static float rate_of(xh_rule rule, float square) {
    const double distance = fabs(sqrt((double)square) - 1) + 1e-10;
    return (float)(rule.rate * pow(distance, rule.norm_power));
}

static float largest_of(const xh_digital *digital, size_t neuron) {
    float largest = 0;
    for (size_t j = 0; j < digital->inputs; j += digital->width) {
        largest = fmaxf(largest, digital->largest[j / digital->width * digital->outputs + neuron]);
    }
    return largest;
}

/* By the thread that may talk to partners. */
static void scale_steps(xh_digital *digital, xh_rule rule) {
    float layer_largest = 0;
    for (size_t i = 0; i < digital->outputs; i++) {
        const float largest = largest_of(digital, i);
        digital->running[i] = fmaxf(largest, RUNNING_DECAY * digital->running[i]);
        layer_largest = fmaxf(layer_largest, largest);
    }
    xh_partners_largest(digital->division.partners, 1, &layer_largest);
    for (size_t i = 0; i < digital->outputs; i++) {
        const float scale =
            digital->scale == XH_SCALE_LAYER_MAXIMUM ? layer_largest : digital->running[i];
        digital->step[i] = rate_of(rule, digital->square[i]) / (scale + LEAST_SCALE);
    }
}

/* weights += factor * change within +-bound, one row. */
XH_KERNEL
static void step_row(size_t count, float factor, float bound, const float *change, float *weights) {
#pragma omp simd
    for (size_t j = 0; j < count; j++) {
        const float moved = weights[j] + factor * change[j];
        const float raised = moved < -bound ? -bound : moved;
        weights[j] = raised > bound ? bound : raised;
    }
}

static void step(xh_digital *digital) {
    const size_t inputs = digital->inputs;
#pragma omp for schedule(static) nowait
    for (size_t i = 0; i < digital->outputs; i += XH_PRODUCT_LINES) {
        const xh_span neurons = {i, at_most(digital->outputs - i, XH_PRODUCT_LINES)};
        for (size_t k = i; k < i + neurons.count; k++) {
            step_row(inputs, digital->step[k], digital->bound, digital->change + k * inputs,
                     digital->weights + k * inputs);
        }
        settle(digital, neurons);
    }
}

void xh_digital_update(xh_digital *digital, xh_rule rule, const xh_signals *signals) {
#pragma omp parallel
    {
        correlate(digital, signals);
#pragma omp master
        scale_steps(digital, rule);
#pragma omp barrier
        step(digital);
    }
}

void xh_digital_state(xh_digital *digital, xh_state *state) {
    xh_state_floats_divided(state, "weights", 1, digital->division, digital->inputs,
                            digital->weights);
    xh_state_floats_divided(state, "running_maxima", 1, digital->division, 1, digital->running);
    if (state->loading) {
        settle_all(digital);
    }
}
