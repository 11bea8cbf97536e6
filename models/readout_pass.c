/*
 * Passes over stored features, a batch at a time, and batches that somebody else has at hand.
 */
#include "readout_step.h"

#include "crosshebb/array.h"

/* Streams of the readout among those of the same purpose. */
enum { READOUT_STREAM = 0x800000 };

size_t xh_feature_size(xh_feature_type type) {
    return type == XH_FEATURE_BFLOAT16 ? sizeof(xh_bfloat16) : sizeof(float);
}

static xh_status find_example(void *context, xh_row_list now, xh_row_list next, const void **rows,
                              xh_error *error) {
    const xh_examples *examples = context;
    (void)next;
    (void)error;
    for (size_t b = 0; b < now.count; b++) {
        rows[b] = examples->x + now.index[b] * examples->features;
    }
    return XH_OK;
}

xh_feature_source xh_feature_source_of(xh_examples *examples) {
    return (xh_feature_source){
        .count = examples->count,
        .views = 1,
        .features = examples->features,
        .type = XH_FEATURE_FLOAT32,
        .labels = examples->labels,
        .find = find_example,
        .context = examples,
    };
}

/* Of a batch, number in its epoch from 0. */
static xh_rng dropout_stream(const xh_readout *readout, long epoch, uint64_t number) {
    return (xh_rng){readout->seed, XH_RNG_DROPOUT, (uint32_t)epoch, number};
}

/* The part of rows that begins at first, a batch at most. */
static xh_row_list part_of(const xh_readout *readout, xh_row_list rows, size_t first) {
    const size_t size = (size_t)readout->params.batch;
    const size_t rest = first < rows.count ? rows.count - first : 0;
    return (xh_row_list){rows.index + (rest ? first : 0), rest < size ? rest : size};
}

/* Finds the part of rows that begins at first, with its labels. */
static xh_status find_batch(xh_readout *readout, xh_feature_source source, xh_row_list rows,
                            size_t first, xh_readout_batch *batch, xh_error *error) {
    const xh_row_list now = part_of(readout, rows, first);
    const xh_row_list next = part_of(readout, rows, first + now.count);
    for (size_t b = 0; b < now.count; b++) {
        readout->labels[b] = source.labels[now.index[b] % source.count];
    }
    *batch = (xh_readout_batch){.rows = readout->rows,
                                .type = source.type,
                                .labels = readout->labels,
                                .count = now.count,
                                .dropout = xh_dropout_of(0)};
    return source.find(source.context, now, next, readout->rows, error);
}

static xh_status learn_rows(xh_readout *readout, long epoch, xh_feature_source source,
                            xh_row_list rows, double *loss, size_t *right, xh_error *error) {
    const double rate = xh_readout_rate(&readout->params, epoch);
    uint64_t number = 0;
    for (size_t first = 0; first < rows.count; number++) {
        xh_readout_batch now;
        const xh_status status = find_batch(readout, source, rows, first, &now, error);
        if (status != XH_OK) {
            return status;
        }
        now.dropout = readout->dropout;
        now.stream = dropout_stream(readout, epoch, number);
        *loss += xh_readout_batch_learn(readout, &now, rate, right);
        first += now.count;
    }
    return XH_OK;
}

static xh_status no_memory_for_order(size_t count, xh_error *error) {
    return xh_error_set(error, XH_MEMORY, "no memory for the order of %zu images", count);
}

xh_status xh_readout_epoch(xh_readout *readout, long epoch, xh_feature_source source, double *loss,
                           double *accuracy, xh_error *error) {
    uint32_t *order = xh_array_create(source.count, sizeof(*order));
    if (!order) {
        return no_memory_for_order(source.count, error);
    }
    const xh_rng shuffle = {readout->seed, XH_RNG_SHUFFLE, READOUT_STREAM, (uint64_t)epoch};
    xh_rng_permutation(shuffle, source.count, order);
    for (size_t i = 0; i < source.count; i++) {
        const size_t view = ((size_t)epoch + order[i]) % source.views;
        order[i] += (uint32_t)(view * source.count);
    }
    size_t right = 0;
    double sum = 0;
    const xh_status status =
        learn_rows(readout, epoch, source, (xh_row_list){order, source.count}, &sum, &right, error);
    xh_array_free(order);
    *loss = sum / (double)source.count;
    *accuracy = (double)right / (double)source.count;
    return status;
}

static xh_status classify_rows(xh_readout *readout, xh_feature_source source, xh_row_list rows,
                               uint16_t *predicted, size_t *right, xh_error *error) {
    for (size_t first = 0; first < rows.count;) {
        xh_readout_batch now;
        const xh_status status = find_batch(readout, source, rows, first, &now, error);
        if (status != XH_OK) {
            return status;
        }
        xh_readout_batch_classify(readout, &now);
        for (size_t b = 0; b < now.count; b++) {
            *right += readout->verdicts[b].right;
            if (predicted) {
                predicted[first + b] = readout->verdicts[b].predicted;
            }
        }
        first += now.count;
    }
    return XH_OK;
}

xh_status xh_readout_accuracy(xh_readout *readout, xh_feature_source source, uint16_t *predicted,
                              double *accuracy, xh_error *error) {
    uint32_t *order = xh_array_create(source.count, sizeof(*order));
    if (!order) {
        return no_memory_for_order(source.count, error);
    }
    for (size_t i = 0; i < source.count; i++) {
        order[i] = (uint32_t)i;
    }
    size_t right = 0;
    const xh_status status = classify_rows(readout, source, (xh_row_list){order, source.count},
                                           predicted, &right, error);
    xh_array_free(order);
    *accuracy = (double)right / (double)source.count;
    return status;
}

/* A batch that lies in memory as it is. */
static xh_readout_batch batch_of(xh_readout *readout, xh_examples examples) {
    for (size_t b = 0; b < examples.count; b++) {
        readout->rows[b] = examples.x + b * examples.features;
    }
    return (xh_readout_batch){.rows = readout->rows,
                              .type = XH_FEATURE_FLOAT32,
                              .labels = examples.labels,
                              .count = examples.count,
                              .dropout = xh_dropout_of(0)};
}

void xh_readout_step(xh_readout *readout, double rate, xh_examples examples, double *loss) {
    size_t right = 0;
    const xh_readout_batch now = batch_of(readout, examples);
    *loss = xh_readout_batch_learn(readout, &now, rate, &right) / (double)examples.count;
}

double xh_readout_learn(xh_readout *readout, long epoch, uint64_t number, xh_examples examples,
                        float *gradient, size_t *right) {
    xh_readout_batch now = batch_of(readout, examples);
    now.dropout = readout->dropout;
    now.stream = dropout_stream(readout, epoch, number);
    now.gradient = gradient;
    return xh_readout_batch_learn(readout, &now, xh_readout_rate(&readout->params, epoch), right);
}
