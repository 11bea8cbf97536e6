/* Networks of the comparator for tests. */
#ifndef XH_TESTS_BASELINE_RIG_H
#define XH_TESTS_BASELINE_RIG_H

#include "crosshebb/baseline.h"
#include "layer_fixture.h"

enum { LAYERS = 2, CLASSES = 3 };

/* One layer of a stack; pool "none" where there is no pooling. */
typedef struct layer_plan {
    const char *type;
    long outputs;
    long kernel;
    long padding;
    bool normalise;
    const char *pool;
    long pool_size;
    long pool_stride;
    long pool_padding;
} layer_plan;

typedef struct stack {
    xh_shape image;
    size_t count; /* images of a batch */
    layer_plan layers[LAYERS];
} stack;

static inline xh_layer_params params_of(layer_plan layer) {
    xh_layer_params params = xh_plain_layer(layer.outputs, layer.kernel, layer.padding);
    snprintf(params.type, sizeof(params.type), "%s", layer.type);
    snprintf(params.pool, sizeof(params.pool), "%s", layer.pool);
    params.normalise = layer.normalise;
    params.pool_size = layer.pool_size;
    params.pool_stride = layer.pool_stride;
    params.pool_padding = layer.pool_padding;
    return xh_baseline_layer_params(&params);
}

static inline xh_network *make_network(const stack *plan) {
    xh_network *network = xh_network_create(plan->image);
    ck_assert_ptr_nonnull(network);
    for (size_t l = 0; l < LAYERS; l++) {
        const xh_layer_params params = params_of(plan->layers[l]);
        const xh_shape input = xh_network_output(network);
        ck_assert_int_eq(xh_network_push(network, xh_make_layer(&params, input, l + 1), NULL),
                         XH_OK);
    }
    return network;
}

static inline xh_readout_params readout_of(long epochs, long batch, double rate, double dropout) {
    xh_readout_params params;
    xh_param_defaults(&xh_readout_param_table, &params);
    params.epochs = epochs;
    params.batch = batch;
    params.rate = rate;
    params.dropout = dropout;
    return params;
}

static inline xh_baseline *make_baseline(xh_network *network, xh_readout_params params) {
    xh_baseline *baseline = NULL;
    xh_error error = {0};
    ck_assert_msg(xh_baseline_create(network, &params, CLASSES, 9, &baseline, &error) == XH_OK,
                  "%s", error.text);
    return baseline;
}

static inline void label_images(size_t count, uint16_t *labels) {
    for (size_t n = 0; n < count; n++) {
        labels[n] = (uint16_t)(n % CLASSES);
    }
}

#endif
