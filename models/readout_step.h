/* The readout itself, and the work of one batch of rows. */
#ifndef XH_MODELS_READOUT_STEP_H
#define XH_MODELS_READOUT_STEP_H

#include "crosshebb/readout.h"
#include "dropout.h"

/* Features of a chunk and their groups of dropout; and most classes: the logits of an example stay
 * on the stack. */
enum {
    XH_READOUT_CHUNK = 512,
    XH_READOUT_GROUPS = XH_READOUT_CHUNK / XH_DROPOUT_GROUP,
    XH_READOUT_CLASSES = 1024
};

/* What came out for one row. */
typedef struct xh_verdict {
    double loss;
    uint16_t predicted;
    bool right;
} xh_verdict;

struct xh_readout {
    xh_readout_params params;
    size_t features;
    size_t classes;
    size_t chunks;
    uint64_t seed;
    xh_dropout dropout;
    double steps;
    float *weights;       /* [classes][features] */
    float *bias;          /* [classes] */
    float *gradient;      /* [classes][features] */
    float *bias_gradient; /* [classes] */
    float *moments[2];    /* [classes][features] */
    float *bias_moments;  /* [2][classes] */
    uint32_t *coins;      /* [chunks][batch][groups] of dropout */
    float *partial;       /* [chunks][batch][classes]: products with the weights */
    float *delta;         /* [batch][classes]: gradient by the logits */
    const void **rows;    /* [batch] */
    uint16_t *labels;     /* [batch] */
    xh_verdict *verdicts; /* [batch] of the latest batch */
};

/* Rows that are at hand. */
typedef struct xh_readout_batch {
    const void *const *rows; /* [count], of features of the type */
    xh_feature_type type;
    const uint16_t *labels; /* [count] */
    size_t count;           /* params.batch at most */
    xh_dropout dropout;
    xh_rng stream;
    float *gradient; /* [count][features]: where that by the features goes, or NULL */
} xh_readout_batch;

/* One step. Returns the summed loss before it; adds to right the rows classified right. */
double xh_readout_batch_learn(xh_readout *readout, const xh_readout_batch *now, double rate,
                              size_t *right);

/* Fills the readout's verdicts. */
void xh_readout_batch_classify(xh_readout *readout, const xh_readout_batch *now);

#endif
