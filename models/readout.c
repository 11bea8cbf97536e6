/*
 * Softmax regression on frozen features: what it consists of. Passes over stored features are in
 * readout_pass.c, the work of a batch in readout_step.c.
 */
#include "readout_step.h"

#include "crosshebb/array.h"
#include "crosshebb/rng.h"

#include <math.h>
#include <stdlib.h>

static const char *const caches[] = {"bfloat16", "float32", NULL};
static const char *const augmentations[] = {"none",      "mirror",       "flip", "shift",
                                            "crop_flip", "resized_crop", NULL};
static const char *const kinds[] = {"digital", "programmed", NULL};
static const xh_param params[] = {
    XH_INTEGER(xh_readout_params, epochs, "1", 50, 1, 100000, "passes over the training features"),
    XH_INTEGER(xh_readout_params, batch, "images", 64, 1, 65536, "images of a step"),
    XH_REAL(xh_readout_params, rate, "1", 1e-3, 0, 10,
            "Adam's step at the start; halved at fixed shares of the epochs"),
    XH_REAL(xh_readout_params, dropout, "1", 0.5, 0, 0.99, "share of the features dropped"),
    XH_FLAG(xh_readout_params, unit_features, false,
            "divide all features by one number, their root mean square in the first batch, so that "
            "the rate does not depend on the norms of the weights"),
    XH_TEXT(xh_readout_params, cache, "bfloat16", caches,
            "how features are stored between epochs: rounded to 8 bits, in half the room, or as "
            "they are"),
    XH_TEXT(xh_readout_params, augmentation, "none", augmentations,
            "change of each training image whose features are stored, as training.augmentation"),
    XH_INTEGER(xh_readout_params, views, "1", 1, 1, 100000,
               "stored features of each training image, differently augmented: epoch e takes view "
               "(e + i) mod views of image i; as many as epochs are a fresh draw each time"),
    XH_TEXT(
        xh_readout_params, synapses, "digital", kinds,
        "where the weights are when the network is tested: in float, or written onto an array of "
        "the experiment's devices once they are learned (programmed)"),
    XH_REAL(xh_readout_params, weight_sigmas, "1", 3, 0, 1000,
            "largest weight on such an array, in root mean squares of the weights; 0: the largest "
            "that there is [found here: best of 2 to 8 on MNIST and Fashion-MNIST]"),
    XH_INTEGER(
        xh_readout_params, trim_rounds, "1", 40, 0, 100000,
        "rounds in which weights on such an array are read and pulsed once where they are off, "
        "on devices that take pulses [found here: 10 are too few on MNIST]"),
};

const xh_param_table xh_readout_param_table = XH_PARAM_TABLE(xh_readout_params, params);

static xh_status create_arrays(xh_readout *readout, xh_error *error) {
    const size_t batch = (size_t)readout->params.batch;
    const size_t classes = readout->classes;
    const size_t weights = classes * readout->features;
    const struct {
        float **array;
        size_t count;
    } wanted[] = {
        {&readout->weights, weights},
        {&readout->bias, classes},
        {&readout->gradient, weights},
        {&readout->bias_gradient, classes},
        {&readout->moments[0], weights},
        {&readout->moments[1], weights},
        {&readout->bias_moments, 2 * classes},
        {&readout->partial, readout->chunks * batch * classes},
        {&readout->delta, batch * classes},
    };
    bool made = true;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        *wanted[i].array = xh_array_create(wanted[i].count, sizeof(float));
        made = made && *wanted[i].array;
    }
    readout->coins = xh_array_create(readout->chunks * batch, XH_READOUT_GROUPS * sizeof(uint32_t));
    readout->rows = calloc(batch, sizeof(*readout->rows));
    readout->labels = calloc(batch, sizeof(*readout->labels));
    readout->verdicts = calloc(batch, sizeof(*readout->verdicts));
    return made && readout->coins && readout->rows && readout->labels && readout->verdicts
               ? XH_OK
               : xh_error_set(error, XH_MEMORY, "no memory for a readout of %zu features",
                              readout->features);
}

static void draw_weights(xh_readout *readout) {
    const xh_rng stream = {readout->seed, XH_RNG_READOUT, 0, 0};
    const size_t count = readout->classes * readout->features;
    const float reach = 1 / sqrtf((float)readout->features);
    xh_rng_uniform(stream, 0, count, readout->weights);
    xh_rng_uniform(stream, count, readout->classes, readout->bias);
    for (size_t i = 0; i < count; i++) {
        readout->weights[i] = reach * (2 * readout->weights[i] - 1);
    }
    for (size_t i = 0; i < readout->classes; i++) {
        readout->bias[i] = reach * (2 * readout->bias[i] - 1);
    }
}

xh_status xh_readout_create(const xh_readout_params *values, size_t features, size_t classes,
                            uint64_t seed, xh_readout **readout, xh_error *error) {
    if (features == 0 || classes < 2 || classes > XH_READOUT_CLASSES) {
        return xh_error_set(error, XH_INPUT,
                            "a readout of %zu features and %zu classes is not possible: there must "
                            "be features, and 2 to %d classes",
                            features, classes, XH_READOUT_CLASSES);
    }
    xh_readout *made = calloc(1, sizeof(*made));
    if (!made) {
        return xh_error_set(error, XH_MEMORY, "no memory for a readout");
    }
    made->params = *values;
    made->features = features;
    made->classes = classes;
    made->chunks = (features + XH_READOUT_CHUNK - 1) / XH_READOUT_CHUNK;
    made->seed = seed;
    made->dropout = xh_dropout_of(values->dropout);
    const xh_status status = create_arrays(made, error);
    if (status != XH_OK) {
        xh_readout_free(made);
        return status;
    }
    draw_weights(made);
    *readout = made;
    return XH_OK;
}

void xh_readout_free(xh_readout *readout) {
    if (!readout) {
        return;
    }
    float *arrays[] = {readout->weights,       readout->bias,       readout->gradient,
                       readout->bias_gradient, readout->moments[0], readout->moments[1],
                       readout->bias_moments,  readout->partial,    readout->delta};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        xh_array_free(arrays[i]);
    }
    xh_array_free(readout->coins);
    free(readout->rows);
    free(readout->labels);
    free(readout->verdicts);
    free(readout);
}

double xh_readout_rate(const xh_readout_params *values, long epoch) {
    static const double few[] = {0.5, 0.75};
    static const double many[] = {0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9};
    const double epochs = (double)values->epochs;
    const double *shares = values->epochs < 50 ? few : many;
    size_t count =
        values->epochs < 50 ? sizeof(few) / sizeof(few[0]) : sizeof(many) / sizeof(many[0]);
    if (values->epochs < 20) {
        count = 0;
    }
    double rate = values->rate;
    for (size_t i = 0; i < count; i++) {
        rate *= epoch >= (long)(shares[i] * epochs) ? 0.5 : 1;
    }
    return rate;
}

float *xh_readout_weights(xh_readout *readout) {
    return readout->weights;
}

float *xh_readout_bias(xh_readout *readout) {
    return readout->bias;
}

const float *xh_readout_gradient(const xh_readout *readout) {
    return readout->gradient;
}

void xh_readout_state(xh_readout *readout, xh_state *state) {
    const size_t weights = readout->classes * readout->features;
    xh_state_doubles(state, "steps", 1, &readout->steps);
    xh_state_floats(state, "weights", weights, readout->weights);
    xh_state_floats(state, "bias", readout->classes, readout->bias);
    xh_state_floats(state, "first_moments", weights, readout->moments[0]);
    xh_state_floats(state, "second_moments", weights, readout->moments[1]);
    xh_state_floats(state, "bias_moments", 2 * readout->classes, readout->bias_moments);
}
