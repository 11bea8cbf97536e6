/*
 * Softmax regression on frozen features. Features are cut into chunks of fixed size that threads
 * share out: a chunk gathers its part of the batch, adds to the logits by a partial product, and
 * later learns its own weights. Partial logits are added in the order of the chunks, so that the
 * number of threads changes nothing.
 */
#include "crosshebb/readout.h"

#include "adam.h"
#include "crosshebb/array.h"
#include "crosshebb/rng.h"
#include "dropout.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

/* Features of a chunk, their groups, and the rows whose coins are thrown at a time. */
enum { CHUNK = 512, GROUPS = CHUNK / XH_DROPOUT_GROUP, ROWS = 64 };

/* Most classes: the logits of a few examples stay on the stack. */
enum { CLASSES = 1024 };

/* Streams of the readout among those of the same purpose. */
enum { READOUT_STREAM = 0x800000 };

static const xh_param params[] = {
    XH_INTEGER(xh_readout_params, epochs, "1", 50, 1, 100000, "passes over the training features"),
    XH_INTEGER(xh_readout_params, batch, "images", 64, 1, 65536, "images of a step"),
    XH_REAL(xh_readout_params, rate, "1", 1e-3, 0, 10,
            "Adam's step at the start; halved at fixed shares of the epochs"),
    XH_REAL(xh_readout_params, dropout, "1", 0.5, 0, 0.99, "share of the features dropped"),
};

const xh_param_table xh_readout_param_table = XH_PARAM_TABLE(xh_readout_params, params);

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
    float *x;             /* [chunks][batch][CHUNK]: features at hand */
    float *partial;       /* [chunks][batch][classes] */
    float *delta;         /* [batch][classes]: gradient by the logits */
};

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
        {&readout->x, readout->chunks * batch * CHUNK},
        {&readout->partial, readout->chunks * batch * classes},
        {&readout->delta, batch * classes},
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        *wanted[i].array = xh_array_create(wanted[i].count, sizeof(float));
        if (!*wanted[i].array) {
            return xh_error_set(error, XH_MEMORY, "no memory for a readout of %zu features",
                                readout->features);
        }
    }
    return XH_OK;
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
    if (features == 0 || classes < 2 || classes > CLASSES) {
        return xh_error_set(error, XH_INPUT,
                            "a readout of %zu features and %zu classes is not possible: there must "
                            "be features, and 2 to %d classes",
                            features, classes, CLASSES);
    }
    xh_readout *made = calloc(1, sizeof(*made));
    if (!made) {
        return xh_error_set(error, XH_MEMORY, "no memory for a readout");
    }
    made->params = *values;
    made->features = features;
    made->classes = classes;
    made->chunks = (features + CHUNK - 1) / CHUNK;
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
                       readout->bias_moments,  readout->x,          readout->partial,
                       readout->delta};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        xh_array_free(arrays[i]);
    }
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

/* A batch: rows order[0 .. count - 1] of the examples. */
typedef struct batch {
    xh_examples examples;
    const uint32_t *order; /* NULL: the first rows */
    size_t count;
    xh_dropout dropout;
    xh_rng stream;
    float *gradient; /* [count][features]: where that by the features goes, or NULL */
} batch;

static size_t row_of(const batch *now, size_t b) {
    return now->order ? now->order[b] : b;
}

static size_t chunk_width(const xh_readout *readout, size_t chunk) {
    const size_t rest = readout->features - chunk * CHUNK;
    return rest < CHUNK ? rest : CHUNK;
}

static float *chunk_x(const xh_readout *readout, size_t chunk) {
    return readout->x + chunk * (size_t)readout->params.batch * CHUNK;
}

/* A copy of rows of a chunk with dropout, from and to rows of the given strides. */
typedef struct copy {
    const float *from;
    size_t from_stride;
    const uint32_t *order; /* of the rows of from; NULL: as they are */
    float *to;
    size_t to_stride;
} copy;

/* The chunk's columns of the batch, a few rows at a time; the coins are the same whatever is
 * copied. */
static void drop_out(const xh_readout *readout, const batch *now, size_t chunk, copy rows) {
    uint32_t coins[ROWS * GROUPS];
    for (size_t row = 0; row < now->count; row += ROWS) {
        const size_t rest = now->count - row;
        const size_t few = rest < ROWS ? rest : ROWS;
        const uint64_t first = (chunk * (uint64_t)readout->params.batch + row) * GROUPS;
        xh_dropout_coins(now->dropout, now->stream, first, few * GROUPS, coins);
        for (size_t r = 0; r < few; r++) {
            const size_t source = rows.order ? rows.order[row + r] : row + r;
            xh_dropout_copy(now->dropout, coins + r * GROUPS, chunk_width(readout, chunk),
                            rows.from + source * rows.from_stride,
                            rows.to + (row + r) * rows.to_stride);
        }
    }
}

/* Multiplies the chunk's features by its weights. */
static void forward(xh_readout *readout, const batch *now, size_t chunk) {
    const int classes = (int)readout->classes;
    float *x = chunk_x(readout, chunk);
    drop_out(readout, now, chunk,
             (copy){now->examples.x + chunk * CHUNK, readout->features, now->order, x, CHUNK});
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)now->count, classes,
                (int)chunk_width(readout, chunk), 1, x, CHUNK, readout->weights + chunk * CHUNK,
                (int)readout->features, 0,
                readout->partial + chunk * (size_t)readout->params.batch * readout->classes,
                classes);
}

/* Gradient by the chunk's features, which are no longer needed. */
static void descend(xh_readout *readout, const batch *now, size_t chunk) {
    const int classes = (int)readout->classes;
    float *x = chunk_x(readout, chunk);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)now->count,
                (int)chunk_width(readout, chunk), classes, 1, readout->delta, classes,
                readout->weights + chunk * CHUNK, (int)readout->features, 0, x, CHUNK);
    drop_out(readout, now, chunk,
             (copy){x, CHUNK, NULL, now->gradient + chunk * CHUNK, readout->features});
}

/* Learns the chunk's weights. */
static void backward(xh_readout *readout, const batch *now, size_t chunk, xh_adam_step step) {
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

/* Softmax of one example: logits become the gradient of its loss, whose value is returned. */
static double judge(size_t classes, size_t label, const double *logits, double share, float *delta,
                    size_t *right) {
    size_t best = 0;
    for (size_t k = 1; k < classes; k++) {
        best = logits[k] > logits[best] ? k : best;
    }
    double sum = 0;
    for (size_t k = 0; k < classes; k++) {
        sum += exp(logits[k] - logits[best]);
    }
    for (size_t k = 0; k < classes; k++) {
        const double probability = exp(logits[k] - logits[best]) / sum;
        delta[k] = (float)(share * (probability - (k == label)));
    }
    *right += best == label;
    return log(sum) - (logits[label] - logits[best]);
}

/* From partial logits to delta and the gradient by the bias. Returns the summed loss. */
static double compare(xh_readout *readout, const batch *now, size_t *right) {
    const size_t classes = readout->classes;
    const size_t chunk_size = (size_t)readout->params.batch * classes;
    double loss = 0;
    for (size_t k = 0; k < classes; k++) {
        readout->bias_gradient[k] = 0;
    }
    for (size_t b = 0; b < now->count; b++) {
        double logits[CLASSES] = {0};
        float *delta = readout->delta + b * classes;
        for (size_t k = 0; k < classes; k++) {
            logits[k] += (double)readout->bias[k];
        }
        for (size_t chunk = 0; chunk < readout->chunks; chunk++) {
            const float *partial = readout->partial + chunk * chunk_size + b * classes;
            for (size_t k = 0; k < classes; k++) {
                logits[k] += (double)partial[k];
            }
        }
        loss += judge(classes, now->examples.labels[row_of(now, b)], logits, 1 / (double)now->count,
                      delta, right);
        for (size_t k = 0; k < classes; k++) {
            readout->bias_gradient[k] += delta[k];
        }
    }
    return loss;
}

/* One step on a batch. Returns the summed loss; adds to right the examples classified right. */
static double learn(xh_readout *readout, const batch *now, double rate, size_t *right) {
#pragma omp parallel for schedule(static)
    for (size_t chunk = 0; chunk < readout->chunks; chunk++) {
        forward(readout, now, chunk);
    }
    const double loss = compare(readout, now, right);
    readout->steps++;
    const xh_adam_step step = xh_adam_step_of(rate, readout->steps);
#pragma omp parallel for schedule(static)
    for (size_t chunk = 0; chunk < readout->chunks; chunk++) {
        backward(readout, now, chunk, step);
    }
    xh_adam_apply(step, readout->classes, readout->bias_gradient, readout->bias_moments,
                  readout->bias_moments + readout->classes, readout->bias);
    return loss;
}

xh_status xh_readout_epoch(xh_readout *readout, long epoch, xh_examples examples, double *loss,
                           double *accuracy) {
    uint32_t *order = xh_array_create(examples.count, sizeof(*order));
    if (!order) {
        return XH_MEMORY;
    }
    const xh_rng shuffle = {readout->seed, XH_RNG_SHUFFLE, READOUT_STREAM, (uint64_t)epoch};
    xh_rng_permutation(shuffle, examples.count, order);
    const size_t size = (size_t)readout->params.batch;
    const double rate = xh_readout_rate(&readout->params, epoch);
    size_t right = 0;
    double sum = 0;
    for (size_t first = 0; first < examples.count; first += size) {
        const size_t rest = examples.count - first;
        const xh_rng stream = {readout->seed, XH_RNG_DROPOUT, (uint32_t)epoch, first / size};
        const batch now = {examples,         order + first, rest < size ? rest : size,
                           readout->dropout, stream,        NULL};
        sum += learn(readout, &now, rate, &right);
    }
    xh_array_free(order);
    *loss = sum / (double)examples.count;
    *accuracy = (double)right / (double)examples.count;
    return XH_OK;
}

void xh_readout_step(xh_readout *readout, double rate, xh_examples examples, double *loss) {
    size_t right = 0;
    const batch now = {examples, NULL, examples.count, xh_dropout_of(0), {0}, NULL};
    *loss = learn(readout, &now, rate, &right) / (double)examples.count;
}

double xh_readout_learn(xh_readout *readout, long epoch, uint64_t number, xh_examples examples,
                        float *gradient, size_t *right) {
    const xh_rng stream = {readout->seed, XH_RNG_DROPOUT, (uint32_t)epoch, number};
    const batch now = {examples, NULL, examples.count, readout->dropout, stream, gradient};
    return learn(readout, &now, xh_readout_rate(&readout->params, epoch), right);
}

/* Classes of a few examples. */
static void classify(const xh_readout *readout, size_t count, const float *x, uint16_t *predicted,
                     float *logits) {
    const int classes = (int)readout->classes;
    const int features = (int)readout->features;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, classes, features, 1, x,
                features, readout->weights, features, 0, logits, classes);
    for (size_t b = 0; b < count; b++, logits += classes) {
        size_t best = 0;
        for (size_t k = 1; k < readout->classes; k++) {
            const float lead = logits[k] + readout->bias[k] - (logits[best] + readout->bias[best]);
            best = lead > 0 ? k : best;
        }
        predicted[b] = (uint16_t)best;
    }
}

double xh_readout_accuracy(const xh_readout *readout, xh_examples examples, uint16_t *predicted) {
    enum { BLOCK = 32 };
    size_t right = 0;
#pragma omp parallel for schedule(static) reduction(+ : right)
    for (size_t first = 0; first < examples.count; first += BLOCK) {
        const size_t rest = examples.count - first;
        const size_t count = rest < BLOCK ? rest : BLOCK;
        float logits[BLOCK * CLASSES];
        uint16_t found[BLOCK];
        classify(readout, count, examples.x + first * examples.features, found, logits);
        for (size_t b = 0; b < count; b++) {
            right += found[b] == examples.labels[first + b];
            if (predicted) {
                predicted[first + b] = found[b];
            }
        }
    }
    return (double)right / (double)examples.count;
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
