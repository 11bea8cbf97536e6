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

/* What the passes go over. */
static const xh_dataset *images_to_learn(const xh_run_state *run) {
    return run->config->training.unlabelled ? &run->unlabelled : &run->train;
}

static size_t images_of_a_pass(const xh_run_state *run) {
    const size_t wanted = (size_t)run->config->training.images;
    return wanted > 0 ? wanted : images_to_learn(run)->count;
}

size_t xh_run_total(const xh_run_state *run) {
    const xh_config *config = run->config;
    return xh_config_backpropagates(config)
               ? (size_t)config->readout.epochs * run->train.count
               : (size_t)config->training.epochs * images_of_a_pass(run);
}

/* The devices live through what the events of the latest batch took, or through a prototype's fixed
 * time. */
static void live(xh_run_state *run) {
    const xh_training_params *training = &run->config->training;
    const double priced = xh_run_cost(run).total_seconds;
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

/* Trains with every batch that the loader has. There is no pause behind the last one: the row that ends
 * a stage tells of its signals, which checkpoints do not have. */
static xh_status train_batches(xh_run_state *run, const pass *now, xh_loader *loader,
                               xh_error *error) {
    for (;;) {
        xh_images images;
        const bool more = run->place.image < images_of_a_pass(run);
        xh_status status = more ? xh_run_pause(run, error) : XH_OK;
        if (status == XH_OK) {
            status = xh_loader_next(loader, &images, error);
        }
        if (status != XH_OK || images.count == 0) {
            return status;
        }
        status = train_batch(run, now, images, error);
        if (status == XH_OK) {
            status = xh_run_layer_rows(run, now->first, now->last, false, error);
        }
        if (status != XH_OK) {
            return status;
        }
        run->place.image += images.count;
        xh_run_tell(run, now->stage, now->done + run->place.image, now->total, "images");
    }
}

/* The rest of a pass, whose first images may have been presented before. order has room for all. */
static xh_status train_pass(xh_run_state *run, const pass *now, uint32_t *order, xh_error *error) {
    const xh_training_params *training = &run->config->training;
    const xh_dataset *dataset = images_to_learn(run);
    const xh_rng stream = {run->seed_network, XH_RNG_SHUFFLE, 0, now->number};
    const xh_loader_plan plan = {
        .dataset = dataset,
        .order = order + run->place.image,
        .count = images_of_a_pass(run) - run->place.image,
        .batch = (size_t)training->batch,
        .augmentation = xh_augmentation_of(training->augmentation),
        .seed = run->seed_network,
        .pass = now->number,
        .threads = xh_run_decoders(dataset),
    };
    xh_loader *loader = NULL;
    xh_rng_permutation(stream, dataset->count, order);
    xh_status status = xh_loader_create(&plan, &loader, error);
    if (status == XH_OK) {
        status = train_batches(run, now, loader, error);
    }
    xh_loader_free(loader);
    return status;
}

static xh_status train_stage(xh_run_state *run, size_t first, size_t last, const char *stage,
                             uint32_t *order, xh_error *error) {
    const size_t epochs = (size_t)run->config->training.epochs, images = images_of_a_pass(run);
    pass now = {first, last, 0, 0, xh_run_total(run), stage};
    xh_status status = XH_OK;
    xh_run_place *place = &run->place;
    xh_run_tell(run, stage, place->epoch * images + place->image, now.total, "images");
    while (status == XH_OK && place->epoch < epochs) {
        now.number = first * epochs + place->epoch;
        now.done = place->epoch * images;
        status = train_pass(run, &now, order, error);
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

static xh_status train_stages(xh_run_state *run, uint32_t *order, xh_error *error) {
    const bool consecutive = strcmp(run->config->training.order, "consecutive") == 0;
    xh_status status = XH_OK;
    while (status == XH_OK && run->place.stage < run->layers) {
        const size_t first = run->place.stage, last = consecutive ? run->layers - 1 : first;
        const char *name = consecutive ? "training" : run->config->layers[first].name;
        status = train_stage(run, first, last, name, order, error);
    }
    return status;
}

xh_status xh_run_train(xh_run_state *run, xh_error *error) {
    const size_t images = images_to_learn(run)->count;
    uint32_t *order = xh_array_create(images, sizeof *order);
    const xh_status status =
        order ? train_stages(run, order, error)
              : xh_error_set(error, XH_MEMORY, "no memory for the order of %zu images", images);
    xh_array_free(order);
    run->training_wall = xh_run_seconds(run->training_watch);
    run->training = xh_run_ledger(run);
    return status;
}
