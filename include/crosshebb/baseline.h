/**
 * The comparator: the same stack of layers and the same linear readout as a SoftHebb network,
 * trained end to end by backpropagation. Float only: it reads weights transposed, which arrays
 * never do.
 */
#ifndef CROSSHEBB_BASELINE_H
#define CROSSHEBB_BASELINE_H

#include "crosshebb/network.h"
#include "crosshebb/readout.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xh_baseline xh_baseline;

/** A layer's counterpart in the comparator, in float32: ReLU in place of its activation, for a power
 * below 1 has no finite slope at 0, and normal initial weights of sigma = sqrt(2 / inputs) (He et al., ICCV
 * 2015, DOI 10.1109/ICCV.2015.123). */
xh_layer_params xh_baseline_layer_params(const xh_layer_params *params);

/**
 * Trains the weights and running statistics of the network, which must outlive it, and a readout of
 * its own, drawn from the seed, in batches of at most readout->batch images. XH_INPUT if a layer is
 * on a crossbar or is not such a counterpart.
 */
xh_status xh_baseline_create(xh_network *network, const xh_readout_params *readout, size_t classes,
                             uint64_t seed, xh_baseline **baseline, xh_error *error);
void xh_baseline_free(xh_baseline *baseline);

/** Bytes that it keeps of a layer's counterpart on so many threads, beside the network's layer. The
 * errors of xh_layer_geometry. */
xh_status xh_baseline_memory(const xh_layer_params *params, xh_shape input, int threads,
                             size_t batch, size_t *bytes, xh_error *error);

/** One Adam step on a batch, number in the epoch (both from 0), at the epoch's rate, with batch
 * statistics and dropout on the features of the readout. images is overwritten. Returns the summed
 * cross-entropy; adds to right the images classified right. */
double xh_baseline_step(xh_baseline *baseline, long epoch, uint64_t number, xh_images images,
                        const uint16_t *labels, size_t *right);

/** The readout on the features of the network's last layer. */
xh_readout *xh_baseline_readout(xh_baseline *baseline);

/** Gradient of the last step's mean loss by a layer's weights, before the step, [outputs][inputs].
 */
const float *xh_baseline_gradient(const xh_baseline *baseline, size_t layer);

/** What it adds to the states of the network's layers. */
void xh_baseline_state(xh_baseline *baseline, xh_state *state);

#ifdef __cplusplus
}
#endif

#endif
