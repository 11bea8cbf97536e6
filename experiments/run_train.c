/*
 * Training: passes over the images in an order of their own, layer after layer or all layers at
 * once, with time passing for the devices and rows going into the trace.
 */
#include "run_internal.h"

#include <string.h>

/* One pass: layers first .. last train, those below first infer. */
typedef struct pass {
    size_t first;
    size_t last;
    uint64_t number; /* of all passes of the run */
    size_t done;     /* images of this stage's earlier passes */
    size_t total;    /* images of the stage */
    const char *stage;
} pass;

typedef struct batch_buffers {
    uint32_t *order;
    float *images;
} batch_buffers;

static size_t images_of_a_pass(const xh_run_state *run) {
    const size_t wanted = (size_t)run->config->training.images;
    return wanted > 0 && wanted < run->train.count ? wanted : run->train.count;
}

/* The devices live through what the events of the latest batch took, or through a prototype's fixed
 * time. */
static void live(xh_run_state *run) {
    const xh_training_params *training = &run->config->training;
    const double priced = xh_run_cost(run, NULL).total_seconds;
    const double booked = priced - run->lived_seconds;
    run->lived_seconds = priced;
    xh_run_age(run,
               strcmp(training->clock, "prototype") == 0 ? training->prototype_seconds : booked);
}

/* Layers that do not learn get used to what comes from below, as those that do. */
static xh_layer_mode mode_of_training(const xh_run_state *run, size_t index) {
    return index < xh_config_learning_layers(run->config) ? XH_LAYER_LEARN : XH_LAYER_WARM;
}

/* The rates of the layers that train, where they fall over the stage. */
static void anneal(xh_run_state *run, const pass *now) {
    for (size_t l = now->first; l <= now->last; l++) {
        const xh_run_block *block = &run->blocks[l];
        if (strcmp(run->config->layers[l].rate_decay, "linear") == 0) {
            xh_synapses_anneal(xh_layer_synapses(block->layer),
                               1 - (double)block->images / (double)now->total);
        }
    }
}

static xh_status train_batch(xh_run_state *run, const pass *now, xh_images images,
                             xh_error *error) {
    xh_layer_mode modes[XH_CONFIG_LAYERS];
    for (size_t l = 0; l <= now->last; l++) {
        modes[l] = l < now->first ? XH_LAYER_INFER : mode_of_training(run, l);
    }
    anneal(run, now);
    const xh_status status = xh_network_batch(run->network, now->last, modes, images, NULL, error);
    if (status != XH_OK) {
        return status;
    }
    live(run);
    for (size_t l = now->first; l <= now->last; l++) {
        run->blocks[l].images += images.count;
    }
    run->presented += images.count;
    return XH_OK;
}

static xh_status train_pass(xh_run_state *run, const pass *now, batch_buffers buffers,
                            xh_error *error) {
    const xh_shape shape = run->train.shape;
    const size_t count = images_of_a_pass(run), batch = (size_t)run->config->training.batch;
    const xh_rng stream = {run->seed_network, XH_RNG_SHUFFLE, 0, now->number};
    xh_rng_permutation(stream, run->train.count, buffers.order);
    while (run->place.image < count) {
        const size_t first = run->place.image;
        const size_t size = count - first < batch ? count - first : batch;
        const xh_images images = {buffers.images, size, shape.height, shape.width, shape.channels};
        xh_status status = xh_run_pause(run, error);
        if (status != XH_OK) {
            return status;
        }
        xh_dataset_batch(&run->train, buffers.order + first, 0, size, buffers.images);
        status = train_batch(run, now, images, error);
        if (status == XH_OK) {
            status = xh_run_layer_rows(run, now->first, now->last, false, error);
        }
        if (status != XH_OK) {
            return status;
        }
        run->place.image = first + size;
        xh_run_tell(run, now->stage, now->done + first + size, now->total, "images");
    }
    return XH_OK;
}

static xh_status train_stage(xh_run_state *run, size_t first, size_t last, const char *stage,
                             batch_buffers buffers, xh_error *error) {
    const size_t epochs = (size_t)run->config->training.epochs, images = images_of_a_pass(run);
    pass now = {first, last, 0, 0, epochs * images, stage};
    xh_status status = XH_OK;
    xh_run_place *place = &run->place;
    xh_run_tell(run, stage, place->epoch * images + place->image, now.total, "images");
    while (status == XH_OK && place->epoch < epochs) {
        now.number = first * epochs + place->epoch;
        now.done = place->epoch * images;
        status = train_pass(run, &now, buffers, error);
        if (status == XH_OK) {
            place->epoch++;
            place->image = 0;
        }
    }
    if (status == XH_OK) {
        status = xh_run_layer_rows(run, first, last, true, error);
    }
    if (status == XH_OK) {
        *place = (xh_run_place){.stage = last + 1};
        status = xh_run_save(run, error);
    }
    return status;
}

static xh_status train_stages(xh_run_state *run, batch_buffers buffers, xh_error *error) {
    const bool consecutive = strcmp(run->config->training.order, "consecutive") == 0;
    xh_status status = XH_OK;
    while (status == XH_OK && run->place.stage < run->layers) {
        const size_t first = run->place.stage, last = consecutive ? run->layers - 1 : first;
        const char *name = consecutive ? "training" : run->config->layers[first].name;
        status = train_stage(run, first, last, name, buffers, error);
    }
    return status;
}

xh_status xh_run_train(xh_run_state *run, xh_error *error) {
    const xh_shape shape = run->train.shape;
    const size_t batch = (size_t)run->config->training.batch;
    const batch_buffers buffers = {
        .order = xh_array_create(run->train.count, sizeof(uint32_t)),
        .images =
            xh_array_create(batch * shape.height * shape.width * shape.channels, sizeof(float)),
    };
    const xh_status status =
        buffers.order && buffers.images
            ? train_stages(run, buffers, error)
            : xh_error_set(error, XH_MEMORY, "no memory for batches of %zu images", batch);
    xh_array_free(buffers.order);
    xh_array_free(buffers.images);
    const xh_cost cost = xh_run_cost(run, NULL);
    run->training_wall = xh_run_seconds(run->training_watch);
    run->training_joules = cost.total_joules;
    run->training_seconds = cost.total_seconds;
    return status;
}
