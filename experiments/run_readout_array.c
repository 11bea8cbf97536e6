/*
 * The readout on an array of its own: once it has learned, in float, its weights are written onto
 * devices as a layer's are and trimmed, and from then on every test reads them there. The bias stays
 * digital and takes up what the array gets wrong on average: features are positive, so that errors of
 * the weights move a class as a whole. It is found on training images, whose outputs on the array are
 * set beside those in float.
 */
#include "run_internal.h"

#include <math.h>
#include <string.h>

/* The array is the one after those of all layers that there can be. */
enum { INSTANCE = XH_CONFIG_LAYERS };

/* The weight at full range: so many root mean squares, or the largest. */
static double weight_range(const xh_readout_params *params, const float *weights, size_t count) {
    double square = 0, largest = 0;
    for (size_t i = 0; i < count; i++) {
        square += (double)weights[i] * (double)weights[i];
        largest = fmax(largest, fabs((double)weights[i]));
    }
    const double range =
        params->weight_sigmas > 0 ? params->weight_sigmas * sqrt(square / (double)count) : largest;
    return range > 0 ? fmin(range, largest) : 1;
}

/* Rows of features as floats, [count][features]. */
static xh_status fetch(xh_feature_source source, xh_row_list rows, xh_row_list next, float *x,
                       xh_error *error) {
    const void *found[XH_RUN_FEATURE_BATCH];
    const xh_status status = source.find(source.context, rows, next, found, error);
    for (size_t b = 0; status == XH_OK && b < rows.count; b++) {
        if (source.type == XH_FEATURE_BFLOAT16) {
            xh_bfloat16_widen(source.features, found[b], x + b * source.features);
        } else {
            memcpy(x + b * source.features, found[b], source.features * sizeof(float));
        }
    }
    return status;
}

/* Rows of a list, as many as are found at a time. */
static size_t rows_of(const xh_run_state *run) {
    const size_t batch = (size_t)run->config->readout.batch;
    return batch < XH_RUN_FEATURE_BATCH ? batch : XH_RUN_FEATURE_BATCH;
}

/* Does something with the features [count][features] of some images. */
typedef void visit_features(xh_run_state *run, size_t first, size_t count, const float *x,
                            void *context);

/* Goes over the first images of a source, so many at most. */
static xh_status visit_rows(xh_run_state *run, xh_feature_source source, size_t most,
                            visit_features *visit, void *context, xh_error *error) {
    const size_t batch = rows_of(run);
    float *x = xh_array_create(batch * source.features, sizeof(float));
    xh_status status =
        x ? XH_OK
          : xh_error_set(error, XH_MEMORY, "no memory for the features of %zu images", batch);
    uint32_t index[2 * XH_RUN_FEATURE_BATCH];
    for (size_t first = 0; status == XH_OK && first < most;) {
        const size_t count = most - first < batch ? most - first : batch;
        const size_t rest = most - first - count;
        for (size_t b = 0; b < 2 * batch; b++) {
            index[b] = (uint32_t)(first + b);
        }
        const xh_row_list now = {index, count};
        const xh_row_list next = {index + count, rest < batch ? rest : batch};
        status = fetch(source, now, next, x, error);
        if (status == XH_OK) {
            visit(run, first, count, x, context);
        }
        first += count;
    }
    xh_array_free(x);
    return status;
}

static void calibrate(xh_run_state *run, size_t first, size_t count, const float *x,
                      void *context) {
    (void)first;
    (void)context;
    xh_crossbar_calibrate(run->readout_array, count, x);
}

/* What comes out of the array for a batch, and what is made of it. */
typedef struct answer {
    size_t classes;
    float *u;       /* [XH_RUN_FEATURE_BATCH][classes] */
    size_t right;   /* images classified right so far */
    double *excess; /* [classes], of the outputs on the array over those in float, summed */
} answer;

static xh_status create_answer(const xh_run_state *run, answer *made, xh_error *error) {
    const size_t classes = run->train.classes;
    *made = (answer){.classes = classes,
                     .u = xh_array_create(XH_RUN_FEATURE_BATCH * classes, sizeof(float)),
                     .excess = xh_array_create(classes, sizeof(double))};
    return made->u && made->excess
               ? XH_OK
               : xh_error_set(error, XH_MEMORY, "no memory for %zu classes", classes);
}

static void free_answer(answer *made) {
    xh_array_free(made->u);
    xh_array_free(made->excess);
}

static void compare(xh_run_state *run, size_t first, size_t count, const float *x, void *context) {
    answer *now = context;
    const size_t features = xh_crossbar_inputs(run->readout_array);
    xh_crossbar_read(run->readout_array, first, count, x, now->u);
    for (size_t k = 0; k < now->classes; k++) {
        const float *weights = xh_readout_weights(run->readout) + k * features;
        for (size_t b = 0; b < count; b++) {
            double exact = 0;
            for (size_t j = 0; j < features; j++) {
                exact += (double)weights[j] * (double)x[b * features + j];
            }
            now->excess[k] += (double)now->u[b * now->classes + k] - exact;
        }
    }
}

static void classify(xh_run_state *run, size_t first, size_t count, const float *x, void *context) {
    answer *now = context;
    const float *bias = xh_readout_bias(run->readout);
    xh_crossbar_read(run->readout_array, first, count, x, now->u);
    for (size_t b = 0; b < count; b++) {
        const float *u = now->u + b * now->classes;
        size_t most = 0;
        for (size_t k = 1; k < now->classes; k++) {
            most = u[k] + bias[k] > u[most] + bias[most] ? k : most;
        }
        now->right += most == run->test.labels[first + b];
    }
}

/* Reads the first images of a source, so many at most, on the array. */
static xh_status read_rows(xh_run_state *run, xh_feature_source source, size_t most, xh_phase phase,
                           visit_features *visit, answer *now, xh_error *error) {
    xh_crossbar_read_begin(run->readout_array, phase);
    const xh_status status = visit_rows(run, source, most, visit, now, error);
    xh_crossbar_read_end(run->readout_array);
    return status;
}

xh_status xh_run_test_array(xh_run_state *run, double *accuracy, xh_error *error) {
    const xh_feature_source test =
        xh_feature_store_source(run->test_features, run->test.count, run->test.labels);
    answer now;
    xh_status status = create_answer(run, &now, error);
    if (status == XH_OK) {
        status = read_rows(run, test, run->test.count, XH_PHASE_inference, classify, &now, error);
        *accuracy = (double)now.right / (double)run->test.count;
    }
    free_answer(&now);
    return status;
}

/* Moves the bias by what the array gets wrong on average. */
static xh_status correct_bias(xh_run_state *run, xh_feature_source train, xh_error *error) {
    enum { IMAGES = 1000 };
    const size_t count = train.count < IMAGES ? train.count : IMAGES;
    float *bias = xh_readout_bias(run->readout);
    answer now;
    xh_status status = create_answer(run, &now, error);
    if (status == XH_OK) {
        status = read_rows(run, train, count, XH_PHASE_program, compare, &now, error);
    }
    for (size_t k = 0; status == XH_OK && k < now.classes; k++) {
        bias[k] -= (float)(now.excess[k] / (double)count);
    }
    free_answer(&now);
    return status;
}

static xh_status create_array(xh_run_state *run, xh_error *error) {
    const xh_config *config = run->config;
    const xh_shape shape = xh_network_output(run->network);
    const size_t features = shape.height * shape.width * shape.channels;
    const size_t classes = run->train.classes;
    const float *weights = xh_readout_weights(run->readout);
    xh_crossbar_params params = config->crossbar;
    params.weight_range = weight_range(&config->readout, weights, features * classes);
    const xh_crossbar_seeds seeds = xh_run_array_seeds(config, INSTANCE);
    const xh_status status =
        xh_crossbar_create(features, xh_undivided(classes), config->device,
                           config->device_values.bytes, &params, seeds, &run->readout_array, error);
    if (status == XH_OK) {
        xh_crossbar_program(run->readout_array, weights);
    }
    return status;
}

/* On the partner that has the features. */
static xh_status program(xh_run_state *run, xh_error *error) {
    const xh_feature_source train =
        xh_feature_store_source(run->train_features, run->train.count, run->train.labels);
    const size_t batch = rows_of(run);
    const size_t count = batch < run->train.count ? batch : run->train.count;
    xh_status status = create_array(run, error);
    if (status == XH_OK) {
        status = visit_rows(run, train, count, calibrate, NULL, error);
    }
    if (status == XH_OK) {
        const bool trimmed = xh_crossbar_trim(run->readout_array, xh_readout_weights(run->readout),
                                              (size_t)run->config->readout.trim_rounds);
        status = trimmed ? XH_OK
                         : xh_error_set(error, XH_MEMORY, "no memory to trim the readout's array");
    }
    if (status == XH_OK) {
        status = correct_bias(run, train, error);
    }
    if (status == XH_OK) {
        xh_crossbar_refer(run->readout_array);
        status = xh_run_test_array(run, &run->test_accuracy, error);
    }
    return status;
}

xh_status xh_run_program_readout(xh_run_state *run, xh_error *error) {
    const xh_partners *partners = run->options->partners;
    run->readout_accuracy = run->test_accuracy;
    if (!xh_config_programs_readout(run->config)) {
        return XH_OK;
    }
    xh_status status = xh_run_leads(run) ? program(run, error) : XH_OK;
    xh_partners_share(partners, 0, sizeof(status), &status);
    return status;
}
