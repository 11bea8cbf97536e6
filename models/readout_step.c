/*
 * The work of a batch. Features are cut into chunks of fixed size that threads share out: a chunk
 * gathers its part of the rows, multiplies it by its weights, and later learns its own weights.
 * Between the two every row adds up the products of its chunks, in their order, so that the number
 * of threads changes nothing.
 */
#include "readout_step.h"

#include "adam.h"

#include <cblas.h>
#include <math.h>

/* Groups of dropout in a chunk, and rows at a time, which with their features fit in the innermost
 * cache. */
enum { CHUNK = XH_READOUT_CHUNK, GROUPS = CHUNK / XH_DROPOUT_GROUP, ROWS = 16 };

static size_t chunk_width(const xh_readout *readout, size_t chunk) {
    const size_t rest = readout->features - chunk * CHUNK;
    return rest < CHUNK ? rest : CHUNK;
}

static float *chunk_x(const xh_readout *readout, size_t chunk) {
    return readout->x + chunk * (size_t)readout->params.batch * CHUNK;
}

static float *chunk_partial(const xh_readout *readout, size_t chunk) {
    return readout->partial + chunk * (size_t)readout->params.batch * readout->classes;
}

/* Coins of the chunk's part of rows first .. first + count - 1. */
static void throw_coins(const xh_readout *readout, const xh_readout_batch *now, size_t chunk,
                        size_t first, size_t count, uint32_t coins[ROWS * GROUPS]) {
    const uint64_t row = chunk * (uint64_t)readout->params.batch + first;
    xh_dropout_coins(now->dropout, now->stream, row * GROUPS, count * GROUPS, coins);
}

/* Copies the chunk's part of rows first .. first + count - 1 to x as floats, some dropped. */
static void gather(const xh_readout *readout, const xh_readout_batch *now, size_t chunk,
                   size_t first, size_t count, float *x) {
    uint32_t coins[ROWS * GROUPS];
    const size_t width = chunk_width(readout, chunk);
    throw_coins(readout, now, chunk, first, count, coins);
    for (size_t r = 0; r < count; r++) {
        const void *row = now->rows[first + r];
        if (now->type == XH_FEATURE_BFLOAT16) {
            xh_dropout_widen(now->dropout, coins + r * GROUPS, width,
                             (const xh_bfloat16 *)row + chunk * CHUNK, x + r * CHUNK);
        } else {
            xh_dropout_copy(now->dropout, coins + r * GROUPS, width,
                            (const float *)row + chunk * CHUNK, x + r * CHUNK);
        }
    }
}

/* Gathers the chunk's features and multiplies them by its weights, a few rows at a time. */
static void forward(const xh_readout *readout, const xh_readout_batch *now, size_t chunk) {
    const int classes = (int)readout->classes;
    for (size_t first = 0; first < now->count; first += ROWS) {
        const size_t rest = now->count - first;
        const size_t count = rest < ROWS ? rest : ROWS;
        float *x = chunk_x(readout, chunk) + first * CHUNK;
        gather(readout, now, chunk, first, count, x);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, classes,
                    (int)chunk_width(readout, chunk), 1, x, CHUNK, readout->weights + chunk * CHUNK,
                    (int)readout->features, 0,
                    chunk_partial(readout, chunk) + first * readout->classes, classes);
    }
}

/* Gradient by the chunk's features, which are no longer needed; those dropped have none. */
static void descend(const xh_readout *readout, const xh_readout_batch *now, size_t chunk) {
    const int classes = (int)readout->classes;
    const size_t width = chunk_width(readout, chunk);
    float *x = chunk_x(readout, chunk);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)now->count, (int)width, classes, 1,
                readout->delta, classes, readout->weights + chunk * CHUNK, (int)readout->features,
                0, x, CHUNK);
    for (size_t b = 0; b < now->count; b++) {
        uint32_t coins[ROWS * GROUPS];
        throw_coins(readout, now, chunk, b, 1, coins);
        xh_dropout_copy(now->dropout, coins, width, x + b * CHUNK,
                        now->gradient + b * readout->features + chunk * CHUNK);
    }
}

/* Learns the chunk's weights. */
static void backward(xh_readout *readout, const xh_readout_batch *now, size_t chunk,
                     xh_adam_step step) {
    const size_t width = chunk_width(readout, chunk);
    const size_t features = readout->features;
    const int classes = (int)readout->classes;
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, classes, (int)width, (int)now->count, 1,
                readout->delta, classes, chunk_x(readout, chunk), CHUNK, 0,
                readout->gradient + chunk * CHUNK, (int)features);
    if (now->gradient) {
        descend(readout, now, chunk);
    }
    for (size_t k = 0; k < readout->classes; k++) {
        const size_t at = k * features + chunk * CHUNK;
        xh_adam_apply(step, width, readout->gradient + at, readout->moments[0] + at,
                      readout->moments[1] + at, readout->weights + at);
    }
}

/* Softmax: logits become probabilities. Returns the logarithm of their sum before that, over the
 * largest. */
static double normalise(size_t classes, size_t best, double *logits) {
    const double largest = logits[best];
    double sum = 0;
    for (size_t k = 0; k < classes; k++) {
        logits[k] = exp(logits[k] - largest);
        sum += logits[k];
    }
    for (size_t k = 0; k < classes; k++) {
        logits[k] /= sum;
    }
    return log(sum);
}

/* Adds up the products of row b, and compares what comes out with its label. */
static void judge(const xh_readout *readout, const xh_readout_batch *now, size_t b) {
    const size_t classes = readout->classes, label = now->labels[b];
    double logits[XH_READOUT_CLASSES] = {0};
    for (size_t k = 0; k < classes; k++) {
        logits[k] += (double)readout->bias[k];
    }
    for (size_t chunk = 0; chunk < readout->chunks; chunk++) {
        const float *partial = chunk_partial(readout, chunk) + b * classes;
        for (size_t k = 0; k < classes; k++) {
            logits[k] += (double)partial[k];
        }
    }
    size_t best = 0;
    for (size_t k = 1; k < classes; k++) {
        best = logits[k] > logits[best] ? k : best;
    }
    const double lead = logits[best] - logits[label];
    const double loss = lead + normalise(classes, best, logits);
    for (size_t k = 0; k < classes; k++) {
        readout->delta[b * classes + k] = (float)((logits[k] - (k == label)) / (double)now->count);
    }
    readout->verdicts[b] = (xh_verdict){loss, (uint16_t)best, best == label};
}

/* Sums over the rows, and a step of the bias. Returns the summed loss. */
static double conclude(xh_readout *readout, const xh_readout_batch *now, xh_adam_step step,
                       size_t *right) {
    const size_t classes = readout->classes;
    double loss = 0;
    for (size_t k = 0; k < classes; k++) {
        readout->bias_gradient[k] = 0;
    }
    for (size_t b = 0; b < now->count; b++) {
        loss += readout->verdicts[b].loss;
        *right += readout->verdicts[b].right;
        for (size_t k = 0; k < classes; k++) {
            readout->bias_gradient[k] += readout->delta[b * classes + k];
        }
    }
    xh_adam_apply(step, classes, readout->bias_gradient, readout->bias_moments,
                  readout->bias_moments + classes, readout->bias);
    return loss;
}

double xh_readout_batch_learn(xh_readout *readout, const xh_readout_batch *now, double rate,
                              size_t *right) {
    readout->steps++;
    const xh_adam_step step = xh_adam_step_of(rate, readout->steps);
#pragma omp parallel
    {
#pragma omp for schedule(static)
        for (size_t chunk = 0; chunk < readout->chunks; chunk++) {
            forward(readout, now, chunk);
        }
#pragma omp for schedule(static)
        for (size_t b = 0; b < now->count; b++) {
            judge(readout, now, b);
        }
#pragma omp for schedule(static)
        for (size_t chunk = 0; chunk < readout->chunks; chunk++) {
            backward(readout, now, chunk, step);
        }
    }
    return conclude(readout, now, step, right);
}

void xh_readout_batch_classify(xh_readout *readout, const xh_readout_batch *now) {
#pragma omp parallel
    {
#pragma omp for schedule(static)
        for (size_t chunk = 0; chunk < readout->chunks; chunk++) {
            forward(readout, now, chunk);
        }
#pragma omp for schedule(static)
        for (size_t b = 0; b < now->count; b++) {
            judge(readout, now, b);
        }
    }
}
