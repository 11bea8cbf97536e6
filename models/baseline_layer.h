/* A layer of the comparator: its way up, its way down, and its step. */
#ifndef XH_MODELS_BASELINE_LAYER_H
#define XH_MODELS_BASELINE_LAYER_H

#include "adam.h"
#include "crosshebb/layer.h"
#include "crosshebb/patches.h"

typedef struct xh_baseline_layer {
    xh_shape input;
    xh_shape output;
    size_t inputs;
    size_t outputs;
    size_t positions;
    bool dense;
    bool normalised;
    xh_patches patches; /* of a conv layer */
    xh_pool pool;
    xh_normalise normalise; /* running statistics: the network's */
    float *weights;         /* [outputs][inputs]: the network's */
    float *gradient;        /* [outputs][inputs] */
    float *moments[2];      /* [outputs][inputs]: of Adam */
    float *out;             /* [batch][output], which the layer above normalises in place */
    float *a; /* [batch][positions][outputs]: activations; on the way down the gradient
                               by u takes their place */
    float *x; /* [chunk][positions][inputs]: patches on the way down; conv only */
    int threads;
    size_t scratch_size; /* of a thread */
    float *scratch;      /* [threads]: a padded image, a block of patches, an unpooled image */
} xh_baseline_layer;

/* The counterpart of a layer, for batches of at most batch images. To be freed also on failure. */
xh_status xh_baseline_layer_create(xh_baseline_layer *made, xh_layer *layer, size_t batch,
                                   xh_error *error);
void xh_baseline_layer_free(xh_baseline_layer *layer);

/* Normalises the images in place, by their own statistics, and leaves what they become in out. */
void xh_baseline_layer_up(xh_baseline_layer *layer, xh_images images);

/* From the gradient by out to that by the weights and that by what the images were (NULL: not
 * wanted). images is as the way up left it. */
void xh_baseline_layer_down(xh_baseline_layer *layer, xh_images images, const float *by_out,
                            float *by_images);

void xh_baseline_layer_step(xh_baseline_layer *layer, xh_adam_step step);

#endif
