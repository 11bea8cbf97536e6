/* What a run will take, before it is run: memory and multiply-accumulates, from shapes alone. */
#include "crosshebb/run.h"

#include <string.h>

/* Bytes of memory that a digital synapse and a crossbar's synapse keep beside devices, and a device
 * beside its planes. */
enum { DIGITAL_SYNAPSE = 12, CROSSBAR_SYNAPSE = 12, DEVICE = 8 };

/* Work of one image in each layer, and what it leaves behind. */
typedef struct network_shape {
    double macs[XH_CONFIG_LAYERS];
    double bytes; /* of synapses and of what a batch keeps for learning */
    double devices;
    double features;
} network_shape;

static void add_layer(const xh_config *config, size_t index, size_t inputs, size_t positions,
                      network_shape *network) {
    const xh_layer_params *layer = &config->layers[index];
    const double synapses = (double)inputs * (double)layer->outputs;
    const double signals = (double)positions * ((double)inputs + 2 * (double)layer->outputs);
    network->macs[index] = synapses * (double)positions;
    network->bytes += sizeof(float) * signals * (double)config->training.batch;
    network->bytes += sizeof(float) * synapses; /* weights before training */
    if (strcmp(layer->synapses, "crossbar") == 0) {
        const double devices = 2 * (double)config->crossbar.devices * synapses;
        const double device = (double)config->device->planes * sizeof(float) + DEVICE;
        network->devices += devices;
        network->bytes += devices * device + CROSSBAR_SYNAPSE * synapses;
    } else {
        network->bytes += DIGITAL_SYNAPSE * synapses;
    }
}

static xh_status shape_network(const xh_config *config, xh_shape input, network_shape *network,
                               xh_error *error) {
    for (size_t l = 0; l < config->layer_count; l++) {
        size_t inputs = 0, positions = 0;
        xh_shape output;
        if (xh_layer_geometry(&config->layers[l], input, &inputs, &positions, &output, error) !=
            XH_OK) {
            return xh_error_prefix(error, "network.layers.%zu (%s): ", l, config->layers[l].name);
        }
        add_layer(config, l, inputs, positions, network);
        input = output;
    }
    network->features = (double)input.height * (double)input.width * (double)input.channels;
    return XH_OK;
}

/* Multiply-accumulates that one image costs in all unsupervised stages: every layer up to the last
 * one that trains reads, and those that learn sum up an update of the same size. */
static double training_macs_of_an_image(const xh_config *config, const network_shape *network) {
    const bool successive = strcmp(config->training.order, "successive") == 0;
    const size_t learning = xh_config_learning_layers(config);
    double macs = 0;
    for (size_t l = 0; l < config->layer_count; l++) {
        const double reads = successive ? (double)(config->layer_count - l) : 1;
        macs += network->macs[l] * (reads + (l < learning ? 1 : 0));
    }
    return macs;
}

static double limited(long limit, double count) {
    return limit > 0 && (double)limit < count ? (double)limit : count;
}

xh_status xh_run_estimate_of(const xh_config *config, xh_run_estimate *estimate, xh_error *error) {
    const xh_dataset_kind *kind = NULL;
    network_shape network = {0};
    xh_status status = xh_dataset_find(config->dataset.name, &kind, error);
    if (status == XH_OK) {
        status = shape_network(config, kind->shape, &network, error);
    }
    if (status != XH_OK) {
        return status;
    }
    const double train = limited(config->dataset.train_images, (double)kind->train_images);
    const double test = limited(config->dataset.test_images, (double)kind->test_images);
    const double presented =
        limited(config->training.images, train) * (double)config->training.epochs;
    const double pixels =
        (double)kind->shape.height * (double)kind->shape.width * (double)kind->shape.channels;
    double reads = 0;
    for (size_t l = 0; l < config->layer_count; l++) {
        reads += network.macs[l];
    }
    *estimate = (xh_run_estimate){
        .memory_bytes =
            (train + test) * (pixels + sizeof(float) * network.features) + network.bytes,
        .training_macs = presented * training_macs_of_an_image(config, &network),
        .feature_macs = (train + test) * reads,
        .readout_macs = (double)config->readout.epochs * network.features * (double)kind->classes *
                        (2 * train + test),
        .devices = network.devices,
    };
    return XH_OK;
}
