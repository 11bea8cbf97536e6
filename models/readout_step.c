/*
 * The work of a batch. Features are cut into chunks of fixed size that threads share out. A chunk
 * copies its part of the rows as floats with dropout, a few rows at a time that stay in the nearest
 * caches, once to multiply it by its weights and once more to learn them. Between the two every row
 * adds up the products of its chunks, in their order, so that the number of threads changes nothing.
 */
#include "readout_step.h"

#include "adam.h"

#include <cblas.h>
#include <math.h>

/* Groups of dropout in a chunk, and rows at a time. */
enum { CHUNK = XH_READOUT_CHUNK, GROUPS = XH_READOUT_GROUPS, ROWS = 64 };

/* Bytes that a processor fetches at a time. */
enum { LINE = 64 };

static size_t at_most(size_t count, size_t most) {
    return count < most ? count : most;
}

static size_t chunk_width(const xh_readout *readout, size_t chunk) {
    return at_most(readout->features - chunk * CHUNK, CHUNK);
}

/* Number of a row among those of all chunks. */
static size_t row_of(const xh_readout *readout, size_t chunk, size_t row) {
    return chunk * (size_t)readout->params.batch + row;
}

static const char *chunk_of_row(const xh_readout_batch *now, size_t chunk, size_t row) {
    return (const char *)now->rows[row] + chunk * CHUNK * xh_feature_size(now->type);
}

/* Asks for a chunk of a row ahead of need: rows lie apart, so that no processor guesses the next. */
static void expect(const char *features, size_t bytes) {
    for (size_t i = 0; i < bytes; i += LINE) {
        __builtin_prefetch(features + i);
    }
}

/* Copies the chunk's part of rows first .. first + count - 1 to x [count][CHUNK] as floats; what
 * their coins say is dropped. */
static void gather(const xh_readout *readout, const xh_readout_batch *now, size_t chunk,
                   size_t first, size_t count, float *x) {
    const size_t width = chunk_width(readout, chunk);
    for (size_t row = first; row < first + count; row++, x += CHUNK) {
        const uint32_t *coins = readout->coins + row_of(readout, chunk, row) * GROUPS;
        const void *features = chunk_of_row(now, chunk, row);
        if (row + 1 < now->count) {
            expect(chunk_of_row(now, chunk, row + 1), width * xh_feature_size(now->type));
        }
        if (now->type == XH_FEATURE_BFLOAT16) {
            xh_dropout_widen(now->dropout, coins, width, features, x);
        } else {
            xh_dropout_copy(now->dropout, coins, width, features, x);
        }
    }
}

/* Throws the chunk's coins, and multiplies its features by its weights. */
static void forward(const xh_readout *readout, const xh_readout_batch *now, size_t chunk) {
    const int classes = (int)readout->classes;
    const size_t begin = row_of(readout, chunk, 0) * GROUPS;
    float x[ROWS * CHUNK];
    xh_dropout_coins(now->dropout, now->stream, begin, now->count * GROUPS, readout->coins + begin);
    for (size_t first = 0; first < now->count; first += ROWS) {
        const size_t count = at_most(now->count - first, ROWS);
        gather(readout, now, chunk, first, count, x);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, classes,
                    (int)chunk_width(readout, chunk), 1, x, CHUNK, readout->weights + chunk * CHUNK,
                    (int)readout->features, 0,
                    readout->partial + row_of(readout, chunk, first) * readout->classes, classes);
    }
}

/* Gradient by the chunk's features, of rows first .. first + count - 1; those dropped have none.
 * x [count][CHUNK] is overwritten. */
static void descend(const xh_readout *readout, const xh_readout_batch *now, size_t chunk,
                    size_t first, size_t count, float *x) {
    const int classes = (int)readout->classes;
    const size_t width = chunk_width(readout, chunk);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)count, (int)width, classes, 1,
                readout->delta + first * readout->classes, classes,
                readout->weights + chunk * CHUNK, (int)readout->features, 0, x, CHUNK);
    for (size_t row = first; row < first + count; row++, x += CHUNK) {
        xh_dropout_copy(now->dropout, readout->coins + row_of(readout, chunk, row) * GROUPS, width,
                        x, now->gradient + row * readout->features + chunk * CHUNK);
    }
}

/* Learns the chunk's weights. */
static void backward(const xh_readout *readout, const xh_readout_batch *now, size_t chunk,
                     xh_adam_step step) {
    const size_t width = chunk_width(readout, chunk), features = readout->features;
    const int classes = (int)readout->classes;
    float x[ROWS * CHUNK];
    for (size_t first = 0; first < now->count; first += ROWS) {
        const size_t count = at_most(now->count - first, ROWS);
        gather(readout, now, chunk, first, count, x);
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, classes, (int)width, (int)count, 1,
                    readout->delta + first * readout->classes, classes, x, CHUNK, first > 0,
                    readout->gradient + chunk * CHUNK, (int)features);
        if (now->gradient) {
            descend(readout, now, chunk, first, count, x);
        }
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
        const float *partial = readout->partial + row_of(readout, chunk, b) * classes;
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
