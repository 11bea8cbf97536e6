/* A block's parts, as its two files share them. */
#ifndef XH_MODELS_LAYER_INTERNAL_H
#define XH_MODELS_LAYER_INTERNAL_H

#include "crosshebb/layer.h"
#include "crosshebb/patches.h"

#include "buffer.h"

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
    xh_division division; /* of the neurons */
    xh_part own;          /* neurons whose synapses are here */
    xh_normalise normalise;
    bool calibrated;
    uint32_t lessons; /* batches that it learned from */
    size_t learned;   /* vectors of the latest batch that it learned from */
    int threads;
    uint32_t *wins; /* [threads][outputs] */

    xh_buffer padded;      /* [chunk][height][width][channels], padded images */
    xh_buffer block;       /* [threads][BLOCK][inputs], patches at hand */
    xh_buffer a;           /* [chunk][positions][outputs], activations */
    xh_buffer x;           /* [batch][positions][inputs], while learning */
    xh_buffer u;           /* [batch][positions][own outputs], while learning */
    xh_buffer y;           /* [batch][positions][outputs], while learning */
    xh_buffer own_y;       /* [batch][positions][own outputs], while learning with partners */
    xh_buffer read;        /* [chunk][positions][own outputs], with partners */
    xh_buffer read_by_all; /* for each partner [chunk][positions][its outputs], with partners */
};

/* Images of a full chunk. */
size_t xh_layer_chunk(const xh_layer *layer);

/* Floats of a padded image. */
size_t xh_layer_padded(const xh_layer *layer);

#endif
