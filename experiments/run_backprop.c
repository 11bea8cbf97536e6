/*
 * The comparator's run: epochs of steps over the training images, each judged on the test images by
 * the running statistics. It is traced as a SoftHebb run is, and keeps no features.
 */
#include "run_internal.h"

static const char stage[] = "backprop";

typedef struct workspace {
    uint32_t *order;     /* of the training images */
    uint16_t *labels;    /* of a batch */
    float *features;     /* [XH_RUN_FEATURE_BATCH][features] */
    uint16_t *predicted; /* [XH_RUN_FEATURE_BATCH] */
} workspace;

static size_t size_of(xh_shape shape) {
    return shape.height * shape.width * shape.channels;
}

xh_status xh_run_build_baseline(xh_run_state *run, xh_error *error) {
    return xh_baseline_create(run->network, &run->config->readout, run->train.classes,
                              run->seed_network, &run->baseline, error);
}

static void release(workspace *work) {
    xh_array_free(work->order);
    xh_array_free(work->labels);
    xh_array_free(work->features);
    xh_array_free(work->predicted);
}

static xh_status create(const xh_run_state *run, workspace *work, xh_error *error) {
    const size_t learnt = (size_t)run->config->readout.batch;
    const size_t features = size_of(xh_network_output(run->network));
    *work = (workspace){
        .order = xh_array_create(run->train.count, sizeof(uint32_t)),
        .labels = xh_array_create(learnt, sizeof(uint16_t)),
        .features = xh_array_create(XH_RUN_FEATURE_BATCH * features, sizeof(float)),
        .predicted = xh_array_create(XH_RUN_FEATURE_BATCH, sizeof(uint16_t)),
    };
    return work->order && work->labels && work->features && work->predicted
               ? XH_OK
               : xh_error_set(error, XH_MEMORY, "no memory for batches of %zu images", learnt);
}

/* Learns from the next images of the epoch. */
static void learn(xh_run_state *run, workspace *work, xh_images images) {
    const size_t first = run->place.image, count = images.count;
    const uint64_t number = first / (size_t)run->config->readout.batch;
    for (size_t i = 0; i < count; i++) {
        work->labels[i] = run->train.labels[work->order[first + i]];
    }
    run->epoch_loss += xh_baseline_step(run->baseline, (long)run->place.epoch, number, images,
                                        work->labels, &run->epoch_right);
    for (size_t l = 0; l < run->layers; l++) {
        run->blocks[l].images += count;
    }
    run->presented += count;
    run->place.image += count;
}

/* Learns from every batch that the loader has. */
static xh_status learn_all(xh_run_state *run, workspace *work, xh_loader *loader, size_t total,
                           xh_error *error) {
    for (;;) {
        xh_images images;
        xh_status status = xh_run_pause(run, error);
        if (status == XH_OK) {
            status = xh_loader_next(loader, &images, error);
        }
        if (status != XH_OK || images.count == 0) {
            return status;
        }
        learn(run, work, images);
        status = xh_run_layer_rows(run, 0, run->layers - 1, false, error);
        if (status != XH_OK) {
            return status;
        }
        xh_run_tell(run, stage, run->presented, total, "images");
    }
}

/* The rest of the epoch. */
static xh_status train(xh_run_state *run, workspace *work, xh_error *error) {
    const size_t count = run->train.count;
    const xh_rng stream = {run->seed_network, XH_RNG_SHUFFLE, 0, run->place.epoch};
    const xh_loader_plan plan = {
        .dataset = &run->train,
        .order = work->order + run->place.image,
        .count = count - run->place.image,
        .batch = (size_t)run->config->readout.batch,
        .augmentation = xh_augmentation_of(run->config->training.augmentation),
        .seed = run->seed_network,
        .pass = run->place.epoch,
        .threads = xh_run_decoders(&run->train),
    };
    xh_loader *loader = NULL;
    xh_rng_permutation(stream, count, work->order);
    xh_status status = xh_loader_create(&plan, &loader, error);
    if (status == XH_OK) {
        status = learn_all(run, work, loader, xh_run_total(run), error);
    }
    xh_loader_free(loader);
    if (status == XH_OK) {
        run->train_accuracy = (double)run->epoch_right / (double)count;
    }
    return status;
}

/* Test images from first on: adds to right those classified right. */
static xh_status judge(xh_run_state *run, workspace *work, size_t first, xh_images images,
                       size_t *right, xh_error *error) {
    xh_examples examples = {images.count, size_of(xh_network_output(run->network)), work->features,
                            run->test.labels + first};
    xh_layer_mode modes[XH_CONFIG_LAYERS];
    for (size_t l = 0; l < run->layers; l++) {
        modes[l] = XH_LAYER_INFER;
    }
    xh_status status =
        xh_network_batch(run->network, run->layers - 1, modes, images, work->features, error);
    if (status != XH_OK) {
        return status;
    }
    double accuracy = 0;
    status =
        xh_readout_accuracy(xh_baseline_readout(run->baseline), xh_feature_source_of(&examples),
                            work->predicted, &accuracy, error);
    for (size_t i = 0; status == XH_OK && i < images.count; i++) {
        *right += work->predicted[i] == examples.labels[i];
    }
    return status;
}

/* Judges every batch that the loader has. */
static xh_status judge_all(xh_run_state *run, workspace *work, xh_loader *loader, size_t *right,
                           xh_error *error) {
    size_t first = 0;
    for (;;) {
        xh_images images;
        xh_status status = xh_run_pause(run, error);
        if (status == XH_OK) {
            status = xh_loader_next(loader, &images, error);
        }
        if (status != XH_OK || images.count == 0) {
            return status;
        }
        status = judge(run, work, first, images, right, error);
        if (status != XH_OK) {
            return status;
        }
        first += images.count;
    }
}

static xh_status test(xh_run_state *run, workspace *work, xh_error *error) {
    const xh_loader_plan plan = {
        .dataset = &run->test,
        .count = run->test.count,
        .batch = XH_RUN_FEATURE_BATCH,
        .threads = xh_run_decoders(&run->test),
    };
    size_t right = 0;
    xh_loader *loader = NULL;
    xh_status status = xh_loader_create(&plan, &loader, error);
    if (status == XH_OK) {
        status = judge_all(run, work, loader, &right, error);
    }
    xh_loader_free(loader);
    if (status == XH_OK) {
        run->test_accuracy = (double)right / (double)run->test.count;
    }
    return status;
}

static xh_status run_epoch(xh_run_state *run, workspace *work, xh_error *error) {
    xh_status status = train(run, work, error);
    const double began = xh_run_clock();
    if (status == XH_OK) {
        status = test(run, work, error);
    }
    if (status == XH_OK) {
        status = xh_run_readout_row(run, (long)run->place.epoch,
                                    run->epoch_loss / (double)run->train.count, error);
    }
    run->training_watch.began += xh_run_clock() - began; /* a test is no training */
    return status;
}

xh_status xh_run_backprop(xh_run_state *run, xh_error *error) {
    const size_t epochs = (size_t)run->config->readout.epochs;
    workspace work = {0};
    xh_status status = create(run, &work, error);
    xh_run_tell(run, stage, run->presented, xh_run_total(run), "images");
    while (status == XH_OK && run->place.epoch < epochs) {
        status = run_epoch(run, &work, error);
        if (status == XH_OK) {
            run->place = (xh_run_place){.epoch = run->place.epoch + 1};
            run->epoch_loss = 0;
            run->epoch_right = 0;
        }
    }
    if (status == XH_OK) {
        status = xh_run_layer_rows(run, 0, run->layers - 1, true, error);
    }
    release(&work);
    run->training_wall = xh_run_seconds(run->training_watch);
    return status;
}
