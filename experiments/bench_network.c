/*
 * Training steps, features and an epoch, as a run does them, on synthetic images: random and
 * smooth, so that neighbouring patches resemble each other as in photographs.
 */
#include "bench.h"
#include "run_internal.h"

#include <math.h>
#include <string.h>

enum {
    BATCHES = 16, /* that differ */
    GRAIN = 4,    /* pixels between the levels that an image is interpolated from */
    CIFAR_LAYERS = 3,
    FEATURE_BATCH = 100,
    EPOCH_IMAGES = 60000
};

static const char cifar_text[] = "experiment: bench\n"
                                 "dataset: {name: cifar10}\n"
                                 "network: {preset: softhebb-cifar-3}\n";

/* The files of the shipped experiment mnist-pcm; cmake/Embed.cmake generates the array. */
extern const xh_embedded xh_bench_files[];

/* A network with images to go through it. */
typedef struct rig {
    xh_config config;
    xh_run_state run;
    size_t batch;
    size_t last;
    xh_layer_mode modes[XH_CONFIG_LAYERS];
    xh_loader *loader;
    float *features; /* [batch], or NULL */
} rig;

static size_t values_of(xh_shape shape) {
    return shape.height * shape.width * shape.channels;
}

static uint8_t grey(float level, float background) {
    const float above = (level - background) / (1 - background);
    return (uint8_t)(255 * fmaxf(above, 0));
}

/* One channel of an image from levels [.][across], the part below background being black. */
static void paint(xh_dataset *images, size_t image, size_t channel, const float *levels,
                  size_t across, float background) {
    const xh_shape shape = images->shape;
    uint8_t *pixels = images->pixels + image * values_of(shape) + channel;
    for (size_t r = 0; r < shape.height; r++) {
        for (size_t c = 0; c < shape.width; c++) {
            const float *corner = levels + r / GRAIN * across + c / GRAIN;
            const float down = (float)(r % GRAIN) / GRAIN;
            const float right = (float)(c % GRAIN) / GRAIN;
            const float above = (1 - right) * corner[0] + right * corner[1];
            const float below = (1 - right) * corner[across] + right * corner[across + 1];
            pixels[(r * shape.width + c) * shape.channels] =
                grey((1 - down) * above + down * below, background);
        }
    }
}

static xh_status create_images(xh_dataset *images, size_t count, xh_shape shape, float background,
                               xh_error *error) {
    const size_t across = shape.width / GRAIN + 2;
    const size_t size = (shape.height / GRAIN + 2) * across;
    float *levels = xh_array_create(size, sizeof(float));
    *images = (xh_dataset){.count = count,
                           .shape = shape,
                           .classes = 10,
                           .pixels = xh_array_create(count, values_of(shape))};
    if (!levels || !images->pixels) {
        xh_array_free(levels);
        return xh_error_set(error, XH_MEMORY, "no memory for %zu images", count);
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < shape.channels; c++) {
            const xh_rng stream = {0, XH_RNG_TEST, (uint32_t)c, i};
            xh_rng_uniform(stream, 0, size, levels);
            paint(images, i, c, levels, across, background);
        }
    }
    xh_array_free(levels);
    return XH_OK;
}

static void free_rig(rig *made) {
    xh_loader_free(made->loader);
    xh_run_release(&made->run);
    xh_array_free(made->features);
}

/* A rig with a configuration alone. */
static xh_status create_rig(const char *text, rig *made, xh_error *error) {
    static const xh_run_options alone = {.threads = 0};
    *made = (rig){.run = {.config = &made->config, .options = &alone}};
    return xh_config_parse("bench", text, strlen(text), NULL, 0, &made->config, error);
}

/* A loader of all images, in the place of the one before. */
static xh_status start_pass(rig *made, xh_error *error) {
    const xh_dataset *dataset = &made->run.train;
    const xh_loader_plan plan = {
        .dataset = dataset, .count = dataset->count, .batch = made->batch, .threads = 0};
    xh_loader_free(made->loader);
    made->loader = NULL;
    return xh_loader_create(&plan, &made->loader, error);
}

/* Builds its network, for batches of images of that shape. */
static xh_status build_rig(rig *made, xh_shape shape, float background, xh_error *error) {
    const size_t count = made->batch * BATCHES;
    xh_status status = create_images(&made->run.train, count, shape, background, error);
    if (status == XH_OK) {
        status = xh_run_build(&made->run, error);
    }
    return status == XH_OK ? start_pass(made, error) : status;
}

/* The next batch, of a new pass after the last one. */
static xh_status next_batch(rig *at_hand, xh_images *images, xh_error *error) {
    xh_status status = xh_loader_next(at_hand->loader, images, error);
    if (status == XH_OK && images->count == 0) {
        status = start_pass(at_hand, error);
        if (status == XH_OK) {
            status = xh_loader_next(at_hand->loader, images, error);
        }
    }
    return status;
}

/* What a run does with a batch. */
static xh_status run_batch(void *context, xh_error *error) {
    rig *at_hand = context;
    xh_run_state *run = &at_hand->run;
    xh_images images;
    xh_status status = next_batch(at_hand, &images, error);
    if (status != XH_OK) {
        return status;
    }
    status = xh_network_batch(run->network, at_hand->last, at_hand->modes, images,
                              at_hand->features, error);
    const double priced = xh_run_cost(run).total_seconds;
    xh_run_age(run, priced - run->lived_seconds);
    run->lived_seconds = priced;
    return status;
}

xh_bench_step xh_bench_step_defaults(void) {
    return (xh_bench_step){
        .side = 32, .width = 1, .batch = 10, .first = 0, .last = CIFAR_LAYERS - 1};
}

static xh_status create_step(xh_bench_step step, rig *made, xh_error *error) {
    xh_status status = create_rig(cifar_text, made, error);
    if (status != XH_OK) {
        return status;
    }
    made->batch = step.batch;
    made->last = step.last;
    for (size_t l = 0; l < made->config.layer_count; l++) {
        xh_layer_params *params = &made->config.layers[l];
        params->outputs = lrint(step.width * (double)params->outputs);
        snprintf(params->arithmetic, sizeof(params->arithmetic), "%s",
                 step.int16 ? "int16" : "float32");
        made->modes[l] = l < step.first ? XH_LAYER_INFER : XH_LAYER_LEARN;
    }
    status = build_rig(made, (xh_shape){step.side, step.side, 3}, 0, error);
    if (status == XH_OK && step.first > step.last) {
        const xh_shape shape = xh_layer_output(xh_network_layer(made->run.network, step.last));
        made->features = xh_array_create(step.batch * values_of(shape), sizeof(float));
        status =
            made->features ? XH_OK : xh_error_set(error, XH_MEMORY, "no memory for the features");
    }
    return status;
}

/* The products of the step: a read of each layer, and an update of those that learn. */
static xh_status add_products(const xh_bench_effort *effort, const rig *made, xh_products *products,
                              xh_error *error) {
    xh_status status = XH_OK;
    for (size_t l = 0; status == XH_OK && l <= made->last; l++) {
        const xh_layer *layer = xh_network_layer(made->run.network, l);
        const size_t patches = made->batch * xh_layer_positions(layer);
        const size_t outputs = (size_t)xh_layer_parameters(layer)->outputs;
        const size_t inputs = xh_layer_inputs(layer);
        status =
            xh_products_add(products, effort, XH_PRODUCT_READ, patches, outputs, inputs, error);
        if (status == XH_OK && made->modes[l] == XH_LAYER_LEARN) {
            status = xh_products_add(products, effort, XH_PRODUCT_UPDATE, outputs, inputs, patches,
                                     error);
        }
    }
    return status;
}

xh_status xh_bench_step_measure(const xh_bench_effort *effort, xh_bench_step step,
                                xh_bench_result *result, xh_error *error) {
    rig made;
    xh_products products = {0};
    xh_status status = create_step(step, &made, error);
    if (status == XH_OK) {
        status = add_products(effort, &made, &products, error);
    }
    if (status == XH_OK) {
        status = xh_bench_compare(effort, (xh_bench_work){run_batch, &made},
                                  xh_products_work(&products), result, error);
    }
    xh_products_free(&products);
    free_rig(&made);
    return status;
}

/* All layers up to number which learn. */
static xh_bench_step training_step(size_t which) {
    xh_bench_step step = xh_bench_step_defaults();
    step.last = which - 1;
    return step;
}

xh_status xh_bench_training(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                            xh_error *error) {
    return xh_bench_step_measure(effort, training_step(which), result, error);
}

xh_status xh_bench_training_int16(const xh_bench_effort *effort, size_t which,
                                  xh_bench_result *result, xh_error *error) {
    xh_bench_step step = training_step(which);
    step.int16 = true;
    return xh_bench_step_measure(effort, step, result, error);
}

xh_status xh_bench_layer(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                         xh_error *error) {
    xh_bench_step step = xh_bench_step_defaults();
    step.first = which - 1;
    step.last = which - 1;
    return xh_bench_step_measure(effort, step, result, error);
}

static xh_status measure_features(const xh_bench_effort *effort, size_t which, bool int16,
                                  xh_bench_result *result, xh_error *error) {
    xh_bench_step step = xh_bench_step_defaults();
    step.batch = FEATURE_BATCH;
    step.first = which;
    step.last = which - 1;
    step.int16 = int16;
    const xh_status status = xh_bench_step_measure(effort, step, result, error);
    result->value /= FEATURE_BATCH;
    result->bound /= FEATURE_BATCH;
    return status;
}

xh_status xh_bench_features(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                            xh_error *error) {
    return measure_features(effort, which, false, result, error);
}

xh_status xh_bench_features_int16(const xh_bench_effort *effort, size_t which,
                                  xh_bench_result *result, xh_error *error) {
    return measure_features(effort, which, true, result, error);
}

/* The text of the shipped experiment, which the build has put there. */
static const char *experiment_text(void) {
    const xh_embedded *file = xh_bench_files;
    while (strcmp(file->name, "experiment") != 0) {
        file++;
    }
    return file->text;
}

xh_status xh_bench_epoch(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                         xh_error *error) {
    static const float background = 0.65F; /* about four pixels of five are black, as in MNIST */
    rig made;
    (void)which;
    xh_status status = create_rig(experiment_text(), &made, error);
    if (status == XH_OK) {
        made.batch = (size_t)made.config.training.batch;
        made.last = made.config.layer_count - 1; /* modes: all learn */
        status = build_rig(&made, (xh_shape){28, 28, 1}, background, error);
    }
    if (status == XH_OK) {
        status = xh_bench_time(effort, (xh_bench_work){run_batch, &made}, result, error);
        result->value *= (double)EPOCH_IMAGES / (double)made.batch;
    }
    free_rig(&made);
    return status;
}
