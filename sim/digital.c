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

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Largest tile of A: enough work for what the product copies. Patches of one product: few enough
 * that the tiles of a small layer need no copies at all. */
enum { TILE_OUTPUTS = 192, TILE_INPUTS = 432, TILE_GRAIN = 16, DEPTH = 256 };

/* What a neuron's running maximum keeps from update to update: without this decay one large early
 * update would keep all later ones small. */
#define RUNNING_DECAY 0.99F

#define LEAST_SCALE 1e-30F

struct xh_digital {
    size_t inputs;
    size_t outputs;
    xh_update_scale scale;
    float bound;
    float *weights; /* [outputs][inputs] */
    float *change;  /* [outputs][inputs]: C */
    float *decay;   /* [outputs]: D */
    float *rate;    /* [outputs]: eta_i */
    float *largest; /* [outputs]: of |C_i| */
    float *running; /* [outputs] */
};

xh_digital *xh_digital_create(size_t inputs, size_t outputs, const float *weights,
                              xh_update_scale scale, double bound) {
    xh_digital *digital = calloc(1, sizeof(*digital));
    if (!digital) {
        return NULL;
    }
    digital->inputs = inputs;
    digital->outputs = outputs;
    digital->scale = scale;
    digital->bound = bound > 0 ? (float)bound : INFINITY;
    digital->weights = xh_array_create(outputs * inputs, sizeof(float));
    digital->change = xh_array_create(outputs * inputs, sizeof(float));
    digital->decay = xh_array_create(outputs, sizeof(float));
    digital->rate = xh_array_create(outputs, sizeof(float));
    digital->largest = xh_array_create(outputs, sizeof(float));
    digital->running = xh_array_create(outputs, sizeof(float));
    if (!digital->weights || !digital->change || !digital->decay || !digital->rate ||
        !digital->largest || !digital->running) {
        xh_digital_free(digital);
        return NULL;
    }
    memcpy(digital->weights, weights, outputs * inputs * sizeof(float));
    return digital;
}

void xh_digital_free(xh_digital *digital) {
    if (!digital) {
        return;
    }
    xh_array_free(digital->weights);
    xh_array_free(digital->change);
    xh_array_free(digital->decay);
    xh_array_free(digital->rate);
    xh_array_free(digital->largest);
    xh_array_free(digital->running);
    free(digital);
}

const float *xh_digital_weights(const xh_digital *digital) {
    return digital->weights;
}

void xh_digital_read(const xh_digital *digital, size_t count, const float *x, float *u) {
    const int inputs = (int)digital->inputs;
    const int outputs = (int)digital->outputs;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, outputs, inputs, 1, x, inputs,
                digital->weights, inputs, 0, u, outputs);
}

/* Side of a tile: the length in equal parts of at most limit, at least parts of them. */
static size_t tile_side(size_t length, size_t limit, size_t parts) {
    const size_t needed = (length + limit - 1) / limit;
    const size_t number = needed < parts ? parts : needed;
    const size_t side = (length + number - 1) / number;
    return (side + TILE_GRAIN - 1) / TILE_GRAIN * TILE_GRAIN;
}

/* Part of the batch: patches first .. first + count - 1. */
typedef struct span {
    size_t first;
    size_t count;
} span;

/* sum[i] += sum over the patches of y u, for neurons first .. first + count - 1. */
XH_KERNEL
static void add_decays(const xh_signals *signals, span patches, size_t first, size_t count,
                       double *sum) {
    float part[TILE_OUTPUTS] = {0};
    for (size_t p = patches.first; p < patches.first + patches.count; p++) {
        const float *u = signals->u + p * signals->outputs + first;
        const float *y = signals->y + p * signals->outputs + first;
#pragma omp simd
        for (size_t i = 0; i < count; i++) {
            part[i] += y[i] * u[i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        sum[i] += (double)part[i];
    }
}

/* Part of A: neurons by inputs. */
typedef struct tile {
    span outputs;
    span inputs;
} tile;

static void add_correlation(xh_digital *digital, const xh_signals *signals, span patches,
                            tile part) {
    const int inputs = (int)digital->inputs;
    const int outputs = (int)digital->outputs;
    const float *y = signals->y + patches.first * digital->outputs + part.outputs.first;
    const float *x = signals->x + patches.first * digital->inputs + part.inputs.first;
    const float keep = patches.first > 0 ? 1 : 0;
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)part.outputs.count,
                (int)part.inputs.count, (int)patches.count, 1, y, outputs, x, inputs, keep,
                digital->change + part.outputs.first * digital->inputs + part.inputs.first, inputs);
}

/* A, and with the first inputs of a row of tiles D, while its y is at hand. */
static void correlate_tile(xh_digital *digital, const xh_signals *signals, tile part) {
    double decay[TILE_OUTPUTS] = {0};
    for (size_t p = 0; p < signals->count; p += DEPTH) {
        const size_t rest = signals->count - p;
        const span patches = {p, rest < DEPTH ? rest : DEPTH};
        add_correlation(digital, signals, patches, part);
        if (part.inputs.first == 0) {
            add_decays(signals, patches, part.outputs.first, part.outputs.count, decay);
        }
    }
    for (size_t i = 0; part.inputs.first == 0 && i < part.outputs.count; i++) {
        digital->decay[part.outputs.first + i] = (float)decay[i];
    }
}

/* change = A, and decay = D. */
static void correlate(xh_digital *digital, const xh_signals *signals) {
    const size_t inputs = digital->inputs;
    const size_t outputs = digital->outputs;
    const size_t height = tile_side(outputs, TILE_OUTPUTS, 2);
    const size_t width = tile_side(inputs, TILE_INPUTS, 1);
#pragma omp parallel for collapse(2) schedule(static)
    for (size_t i = 0; i < outputs; i += height) {
        for (size_t j = 0; j < inputs; j += width) {
            const span rows = {i, outputs - i < height ? outputs - i : height};
            const span columns = {j, inputs - j < width ? inputs - j : width};
            correlate_tile(digital, signals, (tile){rows, columns});
        }
    }
}

typedef struct row_figures {
    float square;  /* of the weights */
    float largest; /* |change| */
} row_figures;

/* change -= decay * weights, one row. */
XH_KERNEL
static row_figures subtract_decay(size_t count, float decay, const float *weights, float *change) {
    float square = 0;
    float largest = 0;
#pragma omp simd reduction(+ : square) reduction(max : largest)
    for (size_t j = 0; j < count; j++) {
        const float rest = change[j] - decay * weights[j];
        const float size = fabsf(rest);
        change[j] = rest;
        square += weights[j] * weights[j];
        largest = size > largest ? size : largest;
    }
    return (row_figures){square, largest};
}

static float rate_of(xh_rule rule, float square) {
    const double distance = fabs(sqrt((double)square) - 1) + 1e-10;
    return (float)(rule.rate * pow(distance, rule.norm_power));
}

static void finish_rows(xh_digital *digital, xh_rule rule) {
    const size_t inputs = digital->inputs;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < digital->outputs; i++) {
        const row_figures row = subtract_decay(
            inputs, digital->decay[i], digital->weights + i * inputs, digital->change + i * inputs);
        digital->rate[i] = rate_of(rule, row.square);
        digital->largest[i] = row.largest;
        digital->running[i] = fmaxf(row.largest, RUNNING_DECAY * digital->running[i]);
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
    float layer_largest = 0;
    for (size_t i = 0; i < digital->outputs; i++) {
        layer_largest = fmaxf(layer_largest, digital->largest[i]);
    }
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < digital->outputs; i++) {
        const float scale =
            digital->scale == XH_SCALE_LAYER_MAXIMUM ? layer_largest : digital->running[i];
        step_row(inputs, digital->rate[i] / (scale + LEAST_SCALE), digital->bound,
                 digital->change + i * inputs, digital->weights + i * inputs);
    }
}

void xh_digital_update(xh_digital *digital, xh_rule rule, const xh_signals *signals) {
    correlate(digital, signals);
    finish_rows(digital, rule);
    step(digital);
}

void xh_digital_state(xh_digital *digital, xh_state *state) {
    xh_state_floats(state, "weights", digital->outputs * digital->inputs, digital->weights);
    xh_state_floats(state, "running_maxima", digital->outputs, digital->running);
}
