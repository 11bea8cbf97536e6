/* After training: every image through the frozen network once, and the linear readout on what comes
 * out. */
#include "run_internal.h"

static const xh_trace_column columns[] = {
    {"epoch", "1", "passes of the readout over the training features"},
    {"rate", "1", "step of the readout's optimiser in this epoch"},
    {"loss", "1", "mean cross-entropy of the epoch, with dropout"},
    {"train_accuracy", "1",
     "share of the training images classified right during the epoch, with dropout"},
    {"test_accuracy", "1", "share of the test images classified right after the epoch"},
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static size_t features_of(const xh_run_state *run) {
    const xh_shape shape = xh_network_output(run->network);
    return shape.height * shape.width * shape.channels;
}

/* Features of one split; done images of the stage came before it. */
static xh_status extract(xh_run_state *run, const xh_dataset *data, size_t done, float *batch,
                         float *features, xh_error *error) {
    const xh_shape shape = data->shape;
    xh_layer_mode modes[XH_CONFIG_LAYERS];
    for (size_t l = 0; l < run->layers; l++) {
        modes[l] = XH_LAYER_INFER;
    }
    for (size_t first = 0; first < data->count; first += XH_RUN_FEATURE_BATCH) {
        const size_t left = data->count - first, size = left < XH_RUN_FEATURE_BATCH ? left : XH_RUN_FEATURE_BATCH;
        const xh_images images = {batch, size, shape.height, shape.width, shape.channels};
        xh_status status = xh_run_interrupted(run, error);
        if (status == XH_OK) {
            xh_dataset_batch(data, NULL, first, size, batch);
            status = xh_network_batch(run->network, run->layers - 1, modes, images,
                                      features + first * features_of(run), error);
        }
        if (status != XH_OK) {
            return status;
        }
        xh_run_tell(run, "features", done + first + size, run->train.count + run->test.count,
                    "images");
    }
    return XH_OK;
}

xh_status xh_run_features(xh_run_state *run, xh_error *error) {
    const xh_shape shape = run->train.shape;
    const size_t features = features_of(run), images = run->train.count + run->test.count;
    xh_run_age(run, run->config->training.rest_seconds);
    run->train_features = xh_array_create(run->train.count * features, sizeof(float));
    run->test_features = xh_array_create(run->test.count * features, sizeof(float));
    float *batch =
        xh_array_create(XH_RUN_FEATURE_BATCH * shape.height * shape.width * shape.channels, sizeof(float));
    xh_status status = XH_OK;
    xh_run_tell(run, "features", 0, images, "images");
    if (!run->train_features || !run->test_features || !batch) {
        status = xh_error_set(error, XH_MEMORY,
                              "no memory for %zu features of %zu images (%.1f GB)", features,
                              images, 1e-9 * sizeof(float) * (double)features * (double)images);
    }
    if (status == XH_OK) {
        status = extract(run, &run->train, 0, batch, run->train_features, error);
    }
    if (status == XH_OK) {
        status = extract(run, &run->test, run->train.count, batch, run->test_features, error);
    }
    xh_array_free(batch);
    return status;
}

xh_status xh_run_readout_table(xh_run_state *run, xh_error *error) {
    return xh_trace_table(run->trace, "readout", columns, COLUMNS, &run->readout_table, error);
}

static xh_status run_epoch(xh_run_state *run, long epoch, xh_error *error) {
    const size_t features = features_of(run);
    const xh_examples train = {run->train.count, features, run->train_features, run->train.labels};
    const xh_examples test = {run->test.count, features, run->test_features, run->test.labels};
    double loss = 0;
    const xh_status status =
        xh_readout_epoch(run->readout, epoch, train, &loss, &run->train_accuracy);
    if (status != XH_OK) {
        return xh_error_set(error, status, "no memory for the order of %zu examples", train.count);
    }
    run->test_accuracy = xh_readout_accuracy(run->readout, test, NULL);
    const double rate = xh_readout_rate(&run->config->readout, epoch);
    const double row[COLUMNS] = {(double)epoch + 1, rate, loss, run->train_accuracy,
                                 run->test_accuracy};
    return xh_trace_row(run->trace, run->readout_table, row, error);
}

xh_status xh_run_readout(xh_run_state *run, xh_error *error) {
    const xh_readout_params *params = &run->config->readout;
    const size_t epochs = (size_t)params->epochs;
    size_t *epoch = &run->place.readout_epoch;
    xh_status status = xh_readout_create(params, features_of(run), run->train.classes,
                                         run->seed_network, &run->readout, error);
    if (status == XH_OK) {
        status = xh_run_go_on_reading(run, error);
    }
    xh_run_tell(run, "readout", *epoch, epochs, "epochs");
    while (status == XH_OK && *epoch < epochs) {
        status = xh_run_pause(run, error);
        if (status == XH_OK) {
            status = run_epoch(run, (long)*epoch, error);
        }
        if (status == XH_OK) {
            xh_run_tell(run, "readout", ++*epoch, epochs, "epochs");
        }
    }
    return status;
}
