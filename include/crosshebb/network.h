/** A stack of layers that learn without feedback. */
#ifndef CROSSHEBB_NETWORK_H
#define CROSSHEBB_NETWORK_H

#include "crosshebb/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xh_network xh_network;

/** An empty stack for images of the given shape. */
xh_network *xh_network_create(xh_shape input);
void xh_network_free(xh_network *network);

/** Puts a layer on top; the network owns it from now on (also on failure). XH_INPUT if the shapes
 * do not meet. */
xh_status xh_network_push(xh_network *network, xh_layer *layer, xh_error *error);

size_t xh_network_layers(const xh_network *network);
xh_layer *xh_network_layer(xh_network *network, size_t index);
xh_shape xh_network_input(const xh_network *network);
xh_shape xh_network_output(const xh_network *network);

/** Runs one batch through layers 0 .. last. modes[l] says what layer l does. images is overwritten.
 * features, if not NULL, receives the activations of layer last, [count][features]. */
xh_status xh_network_batch(xh_network *network, size_t last, const xh_layer_mode *modes,
                           xh_images images, float *features, xh_error *error);

#ifdef __cplusplus
}
#endif

#endif
