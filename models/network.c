/*
 * A stack of layers. A batch climbs it once; two buffers take turns in holding what one layer hands
 * to the next.
 */
#include "crosshebb/network.h"
#include "buffer.h"

#include <stdlib.h>

struct xh_network {
    xh_shape input;
    size_t count;
    xh_layer **layers;
    xh_buffer activations[2]; /* layer l writes number l % 2 */
};

xh_network *xh_network_create(xh_shape input) {
    xh_network *network = calloc(1, sizeof(*network));
    if (network) {
        network->input = input;
    }
    return network;
}

void xh_network_free(xh_network *network) {
    if (!network) {
        return;
    }
    for (size_t l = 0; l < network->count; l++) {
        xh_layer_free(network->layers[l]);
    }
    free(network->layers);
    xh_buffer_free(&network->activations[0]);
    xh_buffer_free(&network->activations[1]);
    free(network);
}

static xh_status check_shape(const xh_network *network, const xh_layer *layer, xh_error *error) {
    const xh_shape below = xh_network_output(network);
    const xh_shape input = xh_layer_input(layer);
    if (below.height != input.height || below.width != input.width ||
        below.channels != input.channels) {
        return xh_error_set(error, XH_INPUT,
                            "layer %s takes %zu x %zu x %zu, but gets %zu x %zu x %zu",
                            xh_layer_parameters(layer)->name, input.height, input.width,
                            input.channels, below.height, below.width, below.channels);
    }
    return XH_OK;
}

xh_status xh_network_push(xh_network *network, xh_layer *layer, xh_error *error) {
    const xh_status status = check_shape(network, layer, error);
    if (status != XH_OK) {
        xh_layer_free(layer);
        return status;
    }
    xh_layer **grown = realloc(network->layers, (network->count + 1) * sizeof(xh_layer *));
    if (!grown) {
        xh_layer_free(layer);
        return xh_error_set(error, XH_MEMORY, "no memory for another layer");
    }
    network->layers = grown;
    network->layers[network->count++] = layer;
    return XH_OK;
}

size_t xh_network_layers(const xh_network *network) {
    return network->count;
}

xh_layer *xh_network_layer(xh_network *network, size_t index) {
    return network->layers[index];
}

xh_shape xh_network_input(const xh_network *network) {
    return network->input;
}

xh_shape xh_network_output(const xh_network *network) {
    return network->count > 0 ? xh_layer_output(network->layers[network->count - 1])
                              : network->input;
}

static xh_status reserve(xh_network *network, size_t last, const xh_layer_mode *modes, size_t count,
                         xh_error *error) {
    xh_status status = XH_OK;
    for (size_t l = 0; status == XH_OK && l <= last; l++) {
        const xh_shape shape = xh_layer_output(network->layers[l]);
        const size_t features = shape.height * shape.width * shape.channels;
        status = xh_layer_reserve(network->layers[l], modes[l], count, error);
        if (status == XH_OK && l < last) {
            status = xh_buffer_reserve(&network->activations[l % 2], count * features, error);
        }
    }
    return status;
}

xh_status xh_network_batch(xh_network *network, size_t last, const xh_layer_mode *modes,
                           xh_images images, float *features, xh_error *error) {
    const xh_status status = reserve(network, last, modes, images.count, error);
    if (status != XH_OK) {
        return status;
    }
    for (size_t l = 0; l <= last; l++) {
        const xh_shape shape = xh_layer_output(network->layers[l]);
        xh_images out = {network->activations[l % 2].data, images.count, shape.height, shape.width,
                         shape.channels};
        if (l == last) {
            out.data = features;
        }
        xh_layer_batch(network->layers[l], modes[l], images, out);
        images = out;
    }
    return XH_OK;
}
