/** A SoftHebb block: normalise, patches, read, compete, learn; triangle, pool. Dense or
 * convolutional. */
#ifndef CROSSHEBB_LAYER_H
#define CROSSHEBB_LAYER_H

#include "crosshebb/param.h"
#include "crosshebb/softhebb.h"
#include "crosshebb/synapses.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xh_layer_params {
    char name[XH_PARAM_TEXT_SIZE];
    char type[XH_PARAM_TEXT_SIZE];     /* conv, dense */
    char synapses[XH_PARAM_TEXT_SIZE]; /* digital, crossbar, programmed */
    long outputs;                      /* neurons or channels */
    long kernel;
    long padding;
    bool normalise;
    char competition[XH_PARAM_TEXT_SIZE]; /* soft_anti, soft, hard */
    double inverse_temperature;
    double learning_threshold;
    double rate;
    char rate_decay[XH_PARAM_TEXT_SIZE]; /* none, linear */
    double norm_power;
    double initial_norm;
    char initial[XH_PARAM_TEXT_SIZE];      /* normal, uniform_positive */
    char update_scale[XH_PARAM_TEXT_SIZE]; /* digital: layer_maximum, neuron_running */
    double weight_bound;                   /* 0: none, and of a crossbar its weight_range */
    char arithmetic[XH_PARAM_TEXT_SIZE];   /* digital: float32, int16 */
    long learning_stride;                  /* conv: of the positions that a batch teaches by */
    bool pre_triangle;                     /* rectify u before the competition */
    char activation[XH_PARAM_TEXT_SIZE];   /* triangle, softmax, relu, none */
    double activation_power;               /* of the triangle, or sharpness of the softmax */
    char pool[XH_PARAM_TEXT_SIZE];         /* none, max, average */
    long pool_size;
    long pool_stride;
    long pool_padding;
} xh_layer_params;

extern const xh_param_table xh_layer_param_table;

/** Shape of activations. */
typedef struct xh_shape {
    size_t height;
    size_t width;
    size_t channels;
} xh_shape;

typedef struct xh_layer xh_layer;

/** Inputs of one neuron, patches of an image, and the shape that comes out; XH_INPUT if the
 * geometry is impossible. */
xh_status xh_layer_geometry(const xh_layer_params *params, xh_shape input, size_t *inputs,
                            size_t *positions, xh_shape *output, xh_error *error);

/** The pooling of a layer. */
xh_pool xh_layer_pool(const xh_layer_params *params);

/** Draws initial weights [neurons.count][inputs] of some neurons of a layer by its rule: normal with
 * sigma = initial_norm / sqrt(inputs), or uniform on [0, initial_norm sqrt(3 / inputs)]. */
void xh_layer_initial_weights(const xh_layer_params *params, size_t inputs, xh_part neurons,
                              uint64_t seed, uint32_t index, float *weights);

/** A layer on the given synapses, which it owns from now on (also on failure). */
xh_status xh_layer_create(const xh_layer_params *params, xh_shape input, xh_synapses *synapses,
                          xh_layer **layer, xh_error *error);
void xh_layer_free(xh_layer *layer);

/** What a batch does to a layer. */
typedef enum xh_layer_mode {
    XH_LAYER_LEARN,    /* batch statistics, running ones move, weights learn */
    XH_LAYER_WARM,     /* batch statistics, running ones move, weights stay */
    XH_LAYER_INFER,    /* running statistics */
    XH_LAYER_CALIBRATE /* running statistics; the full scales of converters are set anew */
} xh_layer_mode;

/** Makes room for batches of count images in the given mode. XH_MEMORY if there is none. */
xh_status xh_layer_reserve(xh_layer *layer, xh_layer_mode mode, size_t count, xh_error *error);

/** Bytes that a layer of these parameters keeps at hand on so many threads, beside its synapses, after
 * batches of learnt images that taught it (0: none did) and of inferred images that did not.
 * XH_INPUT if the geometry is impossible. */
xh_status xh_layer_memory(const xh_layer_params *params, xh_shape input, int threads, size_t learnt,
                          size_t inferred, size_t *bytes, xh_error *error);

/** One batch, no larger than reserved for the mode. images is normalised in place; out (shape of
 * the layer's output, same count) receives the pooled activations, computed with the weights before
 * the update; its data may be NULL. */
void xh_layer_batch(xh_layer *layer, xh_layer_mode mode, xh_images images, xh_images out);

const xh_layer_params *xh_layer_parameters(const xh_layer *layer);
xh_shape xh_layer_input(const xh_layer *layer);
xh_shape xh_layer_output(const xh_layer *layer);
size_t xh_layer_inputs(const xh_layer *layer);    /* of a neuron */
size_t xh_layer_positions(const xh_layer *layer); /* patches of an image */
xh_synapses *xh_layer_synapses(xh_layer *layer);
xh_normalise xh_layer_normalise(xh_layer *layer);
/** y of the latest batch that the layer learned from, [*count][outputs]; *count is 0 before the
 * first. */
const float *xh_layer_y(const xh_layer *layer, size_t *count);
/** Vectors won by each neuron while it learned, since the last call with reset, [outputs]. */
void xh_layer_wins(xh_layer *layer, uint32_t *wins, bool reset);
/** Saves or loads what the layer and its synapses need to go on between two batches; see
 * xh_synapses_state of crossbars. */
void xh_layer_state(xh_layer *layer, xh_state *state);

#ifdef __cplusplus
}
#endif

#endif
