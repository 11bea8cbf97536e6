/** The linear classifier on frozen features: dropout, softmax, cross-entropy, Adam. Float, digital.
 */
#ifndef CROSSHEBB_READOUT_H
#define CROSSHEBB_READOUT_H

#include "crosshebb/bfloat16.h"
#include "crosshebb/param.h"
#include "crosshebb/state.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xh_readout_params {
    long epochs;
    long batch;
    double rate; /* Adam's step */
    double
        dropout; /* share of features dropped, the others scaled by 1 / (1 - dropout); to 2^-16 */
    /* How features are stored, for those who do: */
    char cache[XH_PARAM_TEXT_SIZE];        /* as bfloat16, float32 */
    char augmentation[XH_PARAM_TEXT_SIZE]; /* of the training images, as in training */
    bool unit_features; /* features are scaled to a root mean square of about 1 */
    long views;         /* of each training image */
    /* Where the weights are once they are learned, for those who test: */
    char synapses[XH_PARAM_TEXT_SIZE]; /* digital, programmed */
    double weight_sigmas;              /* that an array's range holds; 0: all */
    long trim_rounds;                  /* of correcting weights on an array */
} xh_readout_params;

extern const xh_param_table xh_readout_param_table;

/** Features [count][features] and labels [count] in 0 .. classes - 1. */
typedef struct xh_examples {
    size_t count;
    size_t features;
    const float *x;
    const uint16_t *labels;
} xh_examples;

/** How stored features are kept. */
typedef enum xh_feature_type { XH_FEATURE_BFLOAT16, XH_FEATURE_FLOAT32 } xh_feature_type;

/** Bytes of one. */
size_t xh_feature_size(xh_feature_type type);

/** Numbers of rows, in the order wanted. */
typedef struct xh_row_list {
    const uint32_t *index;
    size_t count;
} xh_row_list;

/** Stored features of a data set, wherever they are. Each image has a row in each of several views:
 * row v * count + i is view v of image i. */
typedef struct xh_feature_source {
    size_t count;    /* images */
    size_t views;    /* of each; count * views is below 2^32 */
    size_t features; /* of a row */
    xh_feature_type type;
    const uint16_t *labels; /* [count] in 0 .. classes - 1 */
    /** Points rows [now.count] at the rows of the list, good until the next call. next is what that
     * call will ask for, as far as is known, so that it may be on its way. */
    xh_status (*find)(void *context, xh_row_list now, xh_row_list next, const void **rows,
                      xh_error *error);
    void *context;
} xh_feature_source;

/** A source of the examples, which must outlive it. */
xh_feature_source xh_feature_source_of(xh_examples *examples);

typedef struct xh_readout xh_readout;

/** Weights and bias uniform on +-1/sqrt(features), drawn from the seed. XH_INPUT unless there are 2 to
 * 1024 classes. */
xh_status xh_readout_create(const xh_readout_params *params, size_t features, size_t classes,
                            uint64_t seed, xh_readout **readout, xh_error *error);
void xh_readout_free(xh_readout *readout);

/** Rate of an epoch (from 0) by the published schedule: halved at fixed shares of the epochs. */
double xh_readout_rate(const xh_readout_params *params, long epoch);

/** One pass over the images in the epoch's own shuffled order, image i in view (epoch + i) mod views;
 * loss and accuracy (0..1) as met on the way, with dropout. What the source fails with ends it. */
xh_status xh_readout_epoch(xh_readout *readout, long epoch, xh_feature_source source, double *loss,
                           double *accuracy, xh_error *error);

/** One Adam step without dropout on at most params.batch examples; for tests against published
 * values. loss is that before the step. */
void xh_readout_step(xh_readout *readout, double rate, xh_examples batch, double *loss);

/** One step of an epoch, number in it from 0, on at most params.batch examples, for a network that
 * learns below: gradient [count][features] receives that of the mean loss by the features, before
 * the step. Returns the summed loss; adds to right the examples classified right. */
double xh_readout_learn(xh_readout *readout, long epoch, uint64_t number, xh_examples batch,
                        float *gradient, size_t *right);

/** Share of the images classified right in their first view, 0..1; predicted [count] may be NULL. */
xh_status xh_readout_accuracy(xh_readout *readout, xh_feature_source source, uint16_t *predicted,
                              double *accuracy, xh_error *error);

/** Weights [classes][features] and bias [classes], the readout's own. */
float *xh_readout_weights(xh_readout *readout);
float *xh_readout_bias(xh_readout *readout);
/** Gradient of the last step's loss by the weights, [classes][features]. */
const float *xh_readout_gradient(const xh_readout *readout);

/** Saves or loads what the readout needs to go on between two steps. */
void xh_readout_state(xh_readout *readout, xh_state *state);

#ifdef __cplusplus
}
#endif

#endif
