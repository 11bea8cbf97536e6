/*
 * What a run will take, before it is run. Work is counted from shapes. Seconds are the work at the
 * machine's own rate of matrix products, to which all that is not a product is converted. Memory is
 * what is kept until the end, where the features are: training alone takes the same for any number
 * of images.
 */
#include "run_internal.h"

#include <math.h>
#include <string.h>

/* Share of the machine's rate that the products of a layer reach. */
static const double product_efficiency = 0.92;
/* The same of the readout, whose products are as narrow as there are classes. */
static const double readout_efficiency = 0.8;

/*
 * What is not a product, in multiply-accumulates that take as long; from runs of the shipped
 * networks on one thread of a machine that does 45e9 a second.
 */
enum {
    DECODE = 1700, /* a value of an image cut from a compressed picture */
    CUT = 8,       /* a value copied into a patch */
    ACTIVATE = 65, /* an output through triangle and pool */
    COMPETE = 80,  /* an output through the competition */
    STEP = 50,     /* a weight in an update: decay, largest change, step */
    NOISE = 100,   /* an output read from devices, beside an output read from floats */
    PULSE = 150,   /* an output that turns into pulses on devices */
    GATHER = 22,   /* a feature on its way into the readout */
    ADAM = 30,     /* a weight of the readout in a step */
    RECTIFY = 90   /* an output through rectifier and pool, and the way back, end to end */
};

/* Bytes that a synapse keeps in float, or beside its devices on a crossbar; that a device keeps
 * beside its planes, of its lines, and of its trap; and that every synapse keeps of its start. */
enum {
    DIGITAL_SYNAPSE = 12,
    CROSSBAR_SYNAPSE = 12,
    DEVICE = 8,
    WIRED_DEVICE = 8,
    TRAPPED_DEVICE = 8,
    START = 4
};

/* Bytes of the program and its libraries. */
static const double program_bytes = 20e6;

/* Features that the readout cuts from an example at a time. */
enum { READOUT_CHUNK = 512 };

/* Lists of rows at hand of a file of features. */
enum { READ_AHEAD = 2 };

/* A layer at work on one image. */
typedef struct layer_work {
    double macs;
    double product; /* the same as effort: products of floats that take as long */
    double cut;     /* values copied into patches */
    double outputs; /* before pooling */
    double share;   /* of its positions that a batch teaches by */
    double synapses;
    bool crossbar;   /* learns on one */
    bool programmed; /* onto one after training */
} layer_work;

typedef struct network_work {
    size_t count;
    layer_work layers[XH_CONFIG_LAYERS];
    double bytes;   /* of synapses and of what layers keep at hand */
    double largest; /* weights of a layer */
    double devices;
    double features;
} network_work;

/* Images of the run. */
typedef struct image_counts {
    double train, test;
    double presented; /* to a layer while it trains */
    double values;    /* of an image */
    double decoded;   /* those that come from a compressed picture */
    double classes;
    double stored; /* bytes of images and labels in memory */
} image_counts;

/* Work in products, and all of it in multiply-accumulates that would take as long. */
typedef struct work {
    double macs;
    double effort;
} work;

/* Devices of a layer, also of one that has them only after training. */
static double devices_of(const xh_config *config, const layer_work *layer) {
    return layer->crossbar || layer->programmed
               ? (double)xh_crossbar_lanes(&config->crossbar) * layer->synapses
               : 0;
}

/* A matrix that is written onto a crossbar is there beside it until it is written. */
static double synapse_bytes(const xh_config *config, const layer_work *layer) {
    const double devices = devices_of(config, layer);
    double bytes = START * layer->synapses;
    if (!layer->crossbar) {
        bytes += DIGITAL_SYNAPSE * layer->synapses;
    }
    if (devices > 0) {
        const size_t planes = xh_device_kept(config->device, config->device_values.bytes);
        const double wires = xh_crossbar_wired(&config->crossbar) ? WIRED_DEVICE : 0;
        const double traps = config->crossbar.telegraph_share > 0 ? TRAPPED_DEVICE : 0;
        const double device = (double)planes * sizeof(float) + DEVICE + wires + traps;
        bytes += devices * device + CROSSBAR_SYNAPSE * layer->synapses;
    }
    return bytes;
}

/* Images that a layer is given at once, as long as there are so many. */
static size_t batch_of(long batch, double images) {
    return (double)batch < images ? (size_t)batch : (size_t)images;
}

/* What a layer keeps at hand while it trains and infers. */
static xh_status layer_memory(const xh_config *config, const image_counts *images, int threads,
                              const xh_layer_params *params, xh_shape shape, size_t *bytes,
                              xh_error *error) {
    const size_t inferred = batch_of(XH_RUN_FEATURE_BATCH, images->train);
    if (!xh_config_backpropagates(config)) {
        const size_t learnt = batch_of(config->training.batch, images->presented);
        return xh_layer_memory(params, shape, threads, learnt, inferred, bytes, error);
    }
    size_t end_to_end = 0;
    xh_status status = xh_layer_memory(params, shape, threads, 0, inferred, bytes, error);
    if (status == XH_OK) {
        status = xh_baseline_memory(params, shape, threads, (size_t)config->readout.batch,
                                    &end_to_end, error);
    }
    *bytes += end_to_end;
    return status;
}

static xh_status add_layer(const xh_config *config, const image_counts *images,
                           const xh_run_machine *machine, xh_shape *shape, network_work *network,
                           xh_error *error) {
    const xh_layer_params *params = &config->layers[network->count];
    layer_work *layer = &network->layers[network->count];
    size_t inputs = 0, positions = 0, bytes = 0;
    xh_shape output = {0};
    xh_status status = xh_layer_geometry(params, *shape, &inputs, &positions, &output, error);
    if (status == XH_OK) {
        status = layer_memory(config, images, machine->threads, params, *shape, &bytes, error);
    }
    if (status != XH_OK) {
        return xh_error_prefix(error, "network.layers.%zu (%s): ", network->count, params->name);
    }
    layer->synapses = (double)inputs * (double)params->outputs;
    layer->macs = layer->synapses * (double)positions;
    layer->product = layer->macs / product_efficiency;
    if (strcmp(params->arithmetic, "int16") == 0) {
        layer->product /= machine->int16_gain;
    }
    layer->cut = strcmp(params->type, "conv") == 0 ? (double)inputs * (double)positions : 0;
    layer->outputs = (double)params->outputs * (double)positions;
    layer->share = strcmp(params->type, "conv") == 0 ? pow((double)params->learning_stride, -2) : 1;
    layer->crossbar = strcmp(params->synapses, "crossbar") == 0;
    layer->programmed = strcmp(params->synapses, "programmed") == 0;
    network->features = (double)output.height * (double)output.width * (double)output.channels;
    network->bytes += (double)bytes + synapse_bytes(config, layer);
    network->largest = fmax(network->largest, layer->synapses);
    network->devices += devices_of(config, layer);
    network->count++;
    *shape = output;
    return XH_OK;
}

/* All layers; what goes from layer to layer is kept in two turns. */
static xh_status add_layers(const xh_config *config, const image_counts *images,
                            const xh_run_machine *machine, xh_shape shape, network_work *network,
                            xh_error *error) {
    const double batch = fmax((double)config->training.batch, XH_RUN_FEATURE_BATCH);
    double turns[2] = {0}, widest = 0;
    xh_status status = XH_OK;
    for (size_t l = 0; status == XH_OK && l < config->layer_count; l++) {
        status = add_layer(config, images, machine, &shape, network, error);
        if (l + 1 < config->layer_count) {
            turns[l % 2] = fmax(turns[l % 2], network->features);
        }
        widest = fmax(widest, network->features);
    }
    network->bytes += sizeof(float) * (turns[0] + turns[1]) * fmin(batch, images->train);
    if (xh_config_backpropagates(config)) { /* gradients take turns too */
        network->bytes += 2 * sizeof(float) * widest * (double)config->readout.batch;
    }
    return status;
}

static double devices_effort(const layer_work *layer, double effort) {
    return layer->crossbar ? effort * layer->outputs : 0;
}

static void add_read(const layer_work *layer, double images, work *sum) {
    sum->macs += images * layer->macs;
    sum->effort += images * (layer->product + CUT * layer->cut + ACTIVATE * layer->outputs +
                             devices_effort(layer, NOISE));
}

/* What learning adds to a read. */
static void add_update(const layer_work *layer, double images, double batches, work *sum) {
    sum->macs += images * layer->macs;
    sum->effort +=
        images * (layer->product + COMPETE * layer->outputs + devices_effort(layer, PULSE));
    sum->effort += batches * STEP * layer->synapses;
}

/* End to end: up, and down to the weights, and but for the lowest layer to the images. */
static work backprop_work(const xh_config *config, const image_counts *images,
                          const network_work *network, double gain) {
    const double batches = images->presented / (double)config->readout.batch;
    work sum = {.effort = images->presented * DECODE * images->decoded};
    for (size_t l = 0; l < network->count; l++) {
        const layer_work *layer = &network->layers[l];
        const double passes = l > 0 ? 3 : 2;
        const double macs = images->presented * passes * layer->macs;
        sum.macs += macs;
        sum.effort += macs / (product_efficiency * gain) + batches * ADAM * layer->synapses +
                      images->presented * (passes * CUT * layer->cut + RECTIFY * layer->outputs);
    }
    return sum;
}

/* All unsupervised stages: every layer up to the last one of a stage reads, and those of the stage
 * that learn sum up an update of the same size. */
static work training_work(const xh_config *config, const image_counts *images,
                          const network_work *network) {
    const bool successive = strcmp(config->training.order, "successive") == 0;
    const size_t learning = xh_config_learning_layers(config);
    const double batches = images->presented / (double)config->training.batch;
    const double passes = successive ? (double)network->count : 1;
    work sum = {.effort = passes * images->presented * DECODE * images->decoded};
    for (size_t l = 0; l < network->count; l++) {
        const double reads = successive ? (double)(network->count - l) : 1;
        const layer_work *layer = &network->layers[l];
        const bool learns = l < learning, passes_on = !successive && l + 1 < network->count;
        const double unread = learns && !passes_on ? 1 - layer->share : 0; /* of one pass */
        add_read(layer, (reads - unread) * images->presented, &sum);
        if (learns) {
            add_update(layer, layer->share * images->presented, batches, &sum);
        }
    }
    return sum;
}

/* How often the test images are classified, once training is over. */
static double tests_of(const xh_config *config) {
    double seconds[XH_CONFIG_TIMES];
    size_t count = 0;
    xh_config_times(config->inference.after, seconds, &count, NULL);
    const bool twice = strcmp(config->crossbar.compensation, "none") != 0;
    return 1 + (double)count * (twice ? 2 : 1);
}

/* Every view of every image once, test images also at later times; end to end the test images an epoch. */
static work feature_work(const xh_config *config, const image_counts *images,
                         const network_work *network) {
    const double read =
        xh_config_backpropagates(config)
            ? (double)config->readout.epochs * images->test
            : (double)config->readout.views * images->train + tests_of(config) * images->test;
    work sum = {.effort = read * DECODE * images->decoded};
    for (size_t l = 0; l < network->count; l++) {
        const layer_work *layer = &network->layers[l];
        add_read(layer, read, &sum);
        sum.effort += layer->programmed ? read * NOISE * layer->outputs : 0;
    }
    return sum;
}

static work readout_work(const xh_config *config, const image_counts *images, double features,
                         double classes, double gain) {
    const double epochs = (double)config->readout.epochs;
    const double steps = epochs * ceil(images->train / (double)config->readout.batch);
    const double products = xh_config_backpropagates(config) ? 3 : 2; /* a training image */
    const double macs = epochs * features * classes * (products * images->train + images->test);
    return (work){macs, macs / (readout_efficiency * gain) +
                            epochs * features * GATHER * (images->train + images->test) +
                            steps * features * classes * ADAM};
}

/* Weights, gradient and moments; and a batch's coins of dropout, a bit a feature, and products in
 * chunks. */
static double readout_bytes(const xh_config *config, double features, double classes) {
    const double chunks = ceil(features / READOUT_CHUNK), batch = (double)config->readout.batch;
    return sizeof(float) * (4 * features * classes + chunks * batch * classes) +
           chunks * batch * READOUT_CHUNK / 8;
}

static double on_disk(const xh_feature_plan *plan) {
    return xh_feature_plan_bytes(plan) - xh_feature_plan_memory(plan);
}

/* Stored features: those in memory, and what is at hand of those on the disk. */
static double features_bytes(const xh_feature_plan *plan) {
    const double batch = on_disk(plan) > 0 ? READ_AHEAD * (double)plan->batch : 0;
    const double row = (double)plan->features * (double)xh_feature_size(plan->type);
    return xh_feature_plan_memory(plan) + batch * row;
}

/* The most at a time: while a layer trains and its weights are looked at, or at the end. */
static double memory_of(const xh_config *config, const image_counts *images,
                        const network_work *network, const xh_run_store *store) {
    const double batch = XH_LOADER_RING *
                         fmax((double)config->training.batch, XH_RUN_FEATURE_BATCH) *
                         images->values;
    const double scratch = sizeof(float) * network->largest;
    const double readout = readout_bytes(config, network->features, images->classes);
    const double extraction = sizeof(float) * XH_RUN_FEATURE_BATCH * network->features;
    const double features = features_bytes(&store->train) + features_bytes(&store->test) +
                            fmax(fmax(readout, extraction), scratch);
    return program_bytes + images->stored + sizeof(float) * (batch + images->train) +
           network->bytes + fmax(features, scratch);
}

static double limited(long limit, double count) {
    return limit > 0 && (double)limit < count ? (double)limit : count;
}

/* Numbers that only the folder of the data set tells: names are listed, no image is read. */
static xh_status count_split(const xh_config *config, xh_split split, double *images,
                             double *classes, xh_error *error) {
    xh_dataset dataset;
    const xh_status status = xh_dataset_load(&config->dataset, split, NULL, &dataset, error);
    if (status == XH_OK) {
        *images = (double)dataset.count;
        *classes = (double)dataset.classes;
        xh_dataset_free(&dataset);
    }
    return status;
}

static xh_status count_images(const xh_config *config, const xh_dataset_kind *kind,
                              image_counts *images, xh_error *error) {
    const xh_shape shape = xh_dataset_shape(kind, &config->dataset);
    const bool told = kind->classes > 0;
    double train = (double)kind->train_images, test = (double)kind->test_images;
    images->classes = (double)kind->classes;
    xh_status status = XH_OK;
    if (!told) {
        status = count_split(config, XH_SPLIT_TRAIN, &train, &images->classes, error);
    }
    if (!told && status == XH_OK) {
        status = count_split(config, XH_SPLIT_TEST, &test, &images->classes, error);
    }
    images->train = limited(config->dataset.train_images, train);
    images->test = limited(config->dataset.test_images, test);
    if (config->dataset.validation_images > 0 && told) {
        images->test = (double)config->dataset.validation_images;
        images->train -= images->test;
    }
    images->values = (double)shape.height * (double)shape.width * (double)shape.channels;
    images->decoded = kind->sized ? images->values : 0;
    images->stored =
        (images->train + images->test) * ((kind->on_disk ? 0 : images->values) + sizeof(uint16_t));
    const bool unlabelled = config->training.unlabelled;
    const double pass = unlabelled ? (double)kind->unlabelled_images : images->train;
    images->presented =
        xh_config_backpropagates(config)
            ? images->train * (double)config->readout.epochs
            : limited(config->training.images, pass) * (double)config->training.epochs;
    return status;
}

xh_status xh_run_estimate_of(const xh_config *config, const xh_run_machine *machine,
                             xh_run_estimate *estimate, xh_error *error) {
    const xh_dataset_kind *kind = NULL;
    image_counts images = {0};
    network_work network = {0};
    xh_status status = xh_dataset_find(config->dataset.name, &kind, error);
    if (status == XH_OK) {
        status = count_images(config, kind, &images, error);
    }
    if (status == XH_OK) {
        const xh_shape shape = xh_dataset_shape(kind, &config->dataset);
        status = add_layers(config, &images, machine, shape, &network, error);
    }
    if (status != XH_OK) {
        return status;
    }
    const bool stored = !xh_config_backpropagates(config);
    const xh_run_store store =
        xh_run_store_of(config, (size_t)network.features, stored ? (size_t)images.train : 0,
                        stored ? (size_t)images.test : 0, machine->feature_bytes);
    const double rate = machine->macs_per_second;
    const work training = stored ? training_work(config, &images, &network)
                                 : backprop_work(config, &images, &network, machine->sgemm_gain);
    const work features = feature_work(config, &images, &network);
    const work readout =
        readout_work(config, &images, network.features, images.classes, machine->sgemm_gain);
    *estimate = (xh_run_estimate){
        .memory_bytes = memory_of(config, &images, &network, &store),
        .disk_bytes = on_disk(&store.train) + on_disk(&store.test),
        .training_macs = training.macs,
        .feature_macs = features.macs,
        .readout_macs = readout.macs,
        .training_seconds = training.effort / rate,
        .feature_seconds = features.effort / rate,
        .readout_seconds = readout.effort / rate,
        .devices = network.devices,
    };
    return XH_OK;
}
