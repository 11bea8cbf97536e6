/* After training: every image through the frozen network once, and the linear readout on what comes
 * out. */
#include "run_internal.h"

#include <math.h>
#include <string.h>

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

xh_run_store xh_run_store_of(const xh_config *config, size_t features, size_t train, size_t test,
                             size_t memory) {
    const bool full = strcmp(config->readout.cache, "float32") == 0;
    const xh_feature_plan plan = {
        .features = features,
        .type = full ? XH_FEATURE_FLOAT32 : XH_FEATURE_BFLOAT16,
        .batch = (size_t)config->readout.batch,
    };
    xh_run_store store = {plan, plan};
    store.test.rows = test;
    store.test.memory = memory;
    store.train.rows = train * (size_t)config->readout.views;
    store.train.memory = memory - (size_t)xh_feature_plan_memory(&store.test);
    return store;
}

/* Passes of training draw their augmentation as numbers below. */
enum { FIRST_PASS = 0x800000 };

/* What an extraction writes to. */
typedef struct extraction {
    float *values; /* [XH_RUN_FEATURE_BATCH][features] */
    const char *stage;
    size_t done; /* images of the stage */
    size_t total;
} extraction;

static xh_status extract_batch(xh_run_state *run, xh_images images, float *values,
                               xh_error *error) {
    xh_layer_mode modes[XH_CONFIG_LAYERS];
    for (size_t l = 0; l < run->layers; l++) {
        modes[l] = XH_LAYER_INFER;
    }
    return xh_network_batch(run->network, run->layers - 1, modes, images, values, error);
}

/* 1 over the root mean square of the values; 1 if all are 0. */
static float unit_scale(size_t count, const float *values) {
    double square = 0;
    for (size_t i = 0; i < count; i++) {
        square += (double)values[i] * (double)values[i];
    }
    return square > 0 ? (float)sqrt((double)count / square) : 1;
}

/* Brings a batch of features to the scale of the first one. */
static void scale_batch(xh_run_state *run, size_t count, extraction *buffers) {
    if (!run->config->readout.unit_features) {
        return;
    }
    if (run->feature_scale <= 0) {
        run->feature_scale = unit_scale(count, buffers->values);
    }
    for (size_t i = 0; i < count; i++) {
        buffers->values[i] *= run->feature_scale;
    }
}

/* Features of the loader's images, in rows from the first on; features is NULL where only another
 * partner keeps them. */
static xh_status extract_all(xh_run_state *run, xh_loader *loader, xh_feature_store *features,
                             size_t first, extraction *buffers, xh_error *error) {
    for (size_t row = first;;) {
        xh_images images;
        xh_status status = xh_run_interrupted(run, error);
        if (status == XH_OK) {
            status = xh_loader_next(loader, &images, error);
        }
        if (status != XH_OK || images.count == 0) {
            return status;
        }
        status = extract_batch(run, images, buffers->values, error);
        if (status == XH_OK) {
            scale_batch(run, images.count * features_of(run), buffers);
            status = features
                         ? xh_feature_store_put(features, row, images.count, buffers->values, error)
                         : XH_OK;
        }
        if (status != XH_OK) {
            return status;
        }
        row += images.count;
        buffers->done += images.count;
        if (buffers->stage) {
            xh_run_tell(run, buffers->stage, buffers->done, buffers->total, "images");
        }
    }
}

/* Features of one split in one view. */
static xh_status extract(xh_run_state *run, const xh_dataset *data, const char *augmentation,
                         size_t view, xh_feature_store *features, extraction *buffers,
                         xh_error *error) {
    const xh_loader_plan plan = {
        .dataset = data,
        .count = data->count,
        .batch = XH_RUN_FEATURE_BATCH,
        .augmentation = xh_augmentation_of(augmentation),
        .seed = run->seed_network,
        .pass = FIRST_PASS + view,
        .threads = xh_run_decoders(data),
    };
    xh_loader *loader = NULL;
    xh_status status = xh_loader_create(&plan, &loader, error);
    if (status == XH_OK) {
        status = extract_all(run, loader, features, view * data->count, buffers, error);
    }
    xh_loader_free(loader);
    return status;
}

static xh_status create_stores(xh_run_state *run, xh_error *error) {
    xh_run_store store = xh_run_store_of(run->config, features_of(run), run->train.count,
                                         run->test.count, xh_run_memory(run->options->memory));
    store.train.beside = store.test.beside = run->path;
    const xh_status status = xh_feature_store_create(&store.train, &run->train_features, error);
    return status == XH_OK ? xh_feature_store_create(&store.test, &run->test_features, error)
                           : status;
}

static xh_status extract_both(xh_run_state *run, extraction *buffers, xh_error *error) {
    xh_run_tell(run, "features", 0, buffers->total, "images");
    xh_status status = xh_run_leads(run) ? create_stores(run, error) : XH_OK;
    const xh_readout_params *params = &run->config->readout;
    for (size_t view = 0; status == XH_OK && view < (size_t)params->views; view++) {
        status = extract(run, &run->train, params->augmentation, view, run->train_features, buffers,
                         error);
    }
    return status == XH_OK ? extract(run, &run->test, "none", 0, run->test_features, buffers, error)
                           : status;
}

static xh_status no_memory(xh_error *error) {
    return xh_error_set(error, XH_MEMORY, "no memory for the features of %d images",
                        XH_RUN_FEATURE_BATCH);
}

xh_status xh_run_features(xh_run_state *run, xh_error *error) {
    extraction buffers = {
        .stage = "features",
        .values = xh_array_create(XH_RUN_FEATURE_BATCH * features_of(run), sizeof(float)),
        .total = run->train.count * (size_t)run->config->readout.views + run->test.count,
    };
    xh_status status = xh_run_rest(run, error);
    if (status == XH_OK) {
        status = buffers.values ? extract_both(run, &buffers, error) : no_memory(error);
    }
    xh_array_free(buffers.values);
    return status;
}

/* Of the first partner's readout. */
static xh_status classify(xh_run_state *run, double *accuracy, xh_error *error) {
    if (run->readout_array) {
        return xh_run_test_array(run, accuracy, error);
    }
    const xh_feature_source test =
        xh_feature_store_source(run->test_features, run->test.count, run->test.labels);
    return xh_readout_accuracy(run->readout, test, NULL, accuracy, error);
}

xh_status xh_run_test(xh_run_state *run, double *accuracy, xh_error *error) {
    const xh_partners *partners = run->options->partners;
    extraction buffers = {
        .values = xh_array_create(XH_RUN_FEATURE_BATCH * features_of(run), sizeof(float))};
    xh_status status =
        buffers.values ? extract(run, &run->test, "none", 0, run->test_features, &buffers, error)
                       : no_memory(error);
    xh_array_free(buffers.values);
    if (status == XH_OK && xh_run_leads(run)) {
        status = classify(run, accuracy, error);
    }
    xh_partners_share(partners, 0, sizeof(status), &status);
    xh_partners_share(partners, 0, sizeof(*accuracy), accuracy);
    return status;
}

xh_status xh_run_readout_table(xh_run_state *run, xh_error *error) {
    return xh_trace_table(run->trace, "readout", columns, COLUMNS, &run->readout_table, error);
}

xh_status xh_run_readout_row(xh_run_state *run, long epoch, double loss, xh_error *error) {
    const double rate = xh_readout_rate(&run->config->readout, epoch);
    const double row[COLUMNS] = {(double)epoch + 1, rate, loss, run->train_accuracy,
                                 run->test_accuracy};
    return xh_trace_row(run->trace, run->readout_table, row, error);
}

static xh_status run_epoch(xh_run_state *run, long epoch, xh_error *error) {
    const xh_feature_source train =
        xh_feature_store_source(run->train_features, run->train.count, run->train.labels);
    double loss = 0;
    xh_status status =
        xh_readout_epoch(run->readout, epoch, train, &loss, &run->train_accuracy, error);
    if (status == XH_OK) {
        status = classify(run, &run->test_accuracy, error);
    }
    if (status != XH_OK) {
        return status;
    }
    return xh_run_readout_row(run, epoch, loss, error);
}

static xh_status read_out(xh_run_state *run, xh_error *error) {
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

xh_status xh_run_readout(xh_run_state *run, xh_error *error) {
    const xh_partners *partners = run->options->partners;
    run->alone = xh_run_leads(run);
    xh_status status = run->alone ? read_out(run, error) : XH_OK;
    run->alone = false;
    xh_partners_meet(partners);
    xh_partners_share(partners, 0, sizeof(status), &status);
    return status;
}
