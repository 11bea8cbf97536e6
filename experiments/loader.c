/*
 * A ring of batches. Threads take one image after the other and put it in its place, as far ahead
 * as the ring reaches; the caller holds the oldest batch. Without threads the caller decodes each
 * batch when it asks for it. Everything that threads share changes under one lock, and what an image becomes depends on its number alone.
 */
#include "crosshebb/loader.h"

#include "augment.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct slot {
    float *images;
    size_t left;   /* images that are not there yet */
    size_t failed; /* first image of the batch that could not be read, or the batch's size */
    xh_error error;
} slot;

typedef struct worker {
    struct xh_loader *loader;
    pthread_t thread;
    xh_picture picture;
    float *spare;
} worker;

struct xh_loader {
    xh_loader_plan plan;
    size_t features;
    slot ring[XH_LOADER_RING];
    worker *workers;
    size_t workers_started;
    pthread_mutex_t lock;
    pthread_cond_t room;  /* there are images to decode, or it is time to stop */
    pthread_cond_t ready; /* a batch is complete */
    size_t taken;         /* images that threads have begun with */
    size_t released;      /* batches that the caller is done with */
    bool held;            /* the caller has the batch after those */
    bool stop;
};

static size_t batch_size(const xh_loader *loader, size_t batch) {
    const size_t left = loader->plan.count - batch * loader->plan.batch;
    return left < loader->plan.batch ? left : loader->plan.batch;
}

/* Waits for an image to decode; false if there is none any more. Needs the lock. */
static bool take(xh_loader *loader, size_t *position) {
    const xh_loader_plan *plan = &loader->plan;
    while (!loader->stop && loader->taken < plan->count &&
           loader->taken / plan->batch >= loader->released + XH_LOADER_RING) {
        pthread_cond_wait(&loader->room, &loader->lock);
    }
    if (loader->stop || loader->taken == plan->count) {
        return false;
    }
    *position = loader->taken++;
    if (*position % plan->batch == 0) {
        const size_t batch = *position / plan->batch;
        slot *fresh = &loader->ring[batch % XH_LOADER_RING];
        fresh->left = fresh->failed = batch_size(loader, batch);
    }
    return true;
}

/* Decodes the next image; false if there is none any more. Needs the lock, and lets go of it while
 * it decodes. */
static bool decode(xh_loader *loader, worker *self) {
    const xh_loader_plan *plan = &loader->plan;
    size_t position = 0;
    if (!take(loader, &position)) {
        return false;
    }
    slot *into = &loader->ring[position / plan->batch % XH_LOADER_RING];
    const size_t place = position % plan->batch;
    const size_t index = plan->order ? plan->order[position] : position;
    pthread_mutex_unlock(&loader->lock);
    xh_error error = {0};
    const xh_status status = xh_augment_image(plan, index, &self->picture, self->spare,
                                              into->images + place * loader->features, &error);
    pthread_mutex_lock(&loader->lock);
    if (status != XH_OK && place < into->failed) {
        into->failed = place;
        into->error = error;
    }
    if (--into->left == 0) {
        pthread_cond_signal(&loader->ready);
    }
    return true;
}

static void *work(void *context) {
    worker *self = context;
    pthread_mutex_lock(&self->loader->lock);
    while (decode(self->loader, self)) {
    }
    pthread_mutex_unlock(&self->loader->lock);
    return NULL;
}

static xh_status check_plan(const xh_loader_plan *plan, xh_error *error) {
    const xh_shape shape = plan->dataset->shape;
    const size_t pad = xh_augment_pad(plan->augmentation);
    if (shape.height <= pad || shape.width <= pad) {
        return xh_error_set(
            error, XH_INPUT, "images of %zu x %zu cannot be padded by %zu pixels for %s",
            shape.height, shape.width, pad, xh_augmentation_names[plan->augmentation]);
    }
    return XH_OK;
}

/* Without threads the caller itself is the one who works. */
static size_t workers_of(const xh_loader_plan *plan) {
    return plan->threads > 0 ? (size_t)plan->threads : 1;
}

static xh_status create_buffers(xh_loader *loader, xh_error *error) {
    const xh_loader_plan *plan = &loader->plan;
    const size_t workers = workers_of(plan);
    const size_t most = plan->batch < plan->count ? plan->batch : plan->count;
    bool made = true;
    for (size_t i = 0; i < XH_LOADER_RING; i++) {
        loader->ring[i].images = xh_array_create(most * loader->features, sizeof(float));
        made = made && loader->ring[i].images;
    }
    loader->workers = calloc(workers, sizeof *loader->workers);
    for (size_t t = 0; loader->workers && t < workers; t++) {
        loader->workers[t].loader = loader;
        loader->workers[t].spare = xh_array_create(loader->features, sizeof(float));
        made = made && loader->workers[t].spare;
    }
    return made && loader->workers
               ? XH_OK
               : xh_error_set(error, XH_MEMORY, "no memory for %d batches of %zu images",
                              XH_LOADER_RING, most);
}

static xh_status start_threads(xh_loader *loader, size_t threads, xh_error *error) {
    while (loader->workers_started < threads) {
        worker *next = &loader->workers[loader->workers_started];
        const int failure = pthread_create(&next->thread, NULL, work, next);
        if (failure) {
            return xh_error_set(error, XH_FAILED, "no thread to load images with: %s",
                                strerror(failure));
        }
        loader->workers_started++;
    }
    return XH_OK;
}

xh_status xh_loader_create(const xh_loader_plan *plan, xh_loader **loader, xh_error *error) {
    xh_status status = check_plan(plan, error);
    if (status != XH_OK) {
        return status;
    }
    xh_loader *made = calloc(1, sizeof *made);
    if (!made) {
        return xh_error_set(error, XH_MEMORY, "no memory for a loader of images");
    }
    const xh_shape shape = plan->dataset->shape;
    made->plan = *plan;
    made->features = shape.height * shape.width * shape.channels;
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->room, NULL);
    pthread_cond_init(&made->ready, NULL);
    status = create_buffers(made, error);
    if (status == XH_OK) {
        status = start_threads(made, (size_t)plan->threads, error);
    }
    if (status != XH_OK) {
        xh_loader_free(made);
        return status;
    }
    *loader = made;
    return XH_OK;
}

/* The batch after those released, once it is complete; NULL after the last. Needs the lock. */
static slot *await(xh_loader *loader, size_t *count) {
    const size_t first = loader->released * loader->plan.batch;
    if (first >= loader->plan.count) {
        *count = 0;
        return NULL;
    }
    slot *oldest = &loader->ring[loader->released % XH_LOADER_RING];
    *count = batch_size(loader, loader->released);
    while (loader->taken < first + *count || oldest->left > 0) {
        if (loader->plan.threads > 0) {
            pthread_cond_wait(&loader->ready, &loader->lock);
        } else {
            decode(loader, &loader->workers[0]);
        }
    }
    return oldest;
}

xh_status xh_loader_next(xh_loader *loader, xh_images *images, xh_error *error) {
    const xh_shape shape = loader->plan.dataset->shape;
    size_t count = 0;
    pthread_mutex_lock(&loader->lock);
    if (loader->held) {
        loader->released++;
        pthread_cond_broadcast(&loader->room);
    }
    const slot *batch = await(loader, &count);
    loader->held = batch != NULL;
    pthread_mutex_unlock(&loader->lock);
    if (batch && batch->failed < count) {
        return xh_error_set(error, batch->error.status, "%s", batch->error.text);
    }
    *images =
        (xh_images){batch ? batch->images : NULL, count, shape.height, shape.width, shape.channels};
    return XH_OK;
}

void xh_loader_free(xh_loader *loader) {
    if (!loader) {
        return;
    }
    pthread_mutex_lock(&loader->lock);
    loader->stop = true;
    pthread_cond_broadcast(&loader->room);
    pthread_mutex_unlock(&loader->lock);
    for (size_t t = 0; t < loader->workers_started; t++) {
        pthread_join(loader->workers[t].thread, NULL);
    }
    for (size_t t = 0; loader->workers && t < workers_of(&loader->plan); t++) {
        xh_picture_release(&loader->workers[t].picture);
        xh_array_free(loader->workers[t].spare);
    }
    for (size_t i = 0; i < XH_LOADER_RING; i++) {
        xh_array_free(loader->ring[i].images);
    }
    free(loader->workers);
    pthread_cond_destroy(&loader->ready);
    pthread_cond_destroy(&loader->room);
    pthread_mutex_destroy(&loader->lock);
    free(loader);
}
