/* The readout: gradient against finite differences, schedule, dropout, learning, and the same bits
 * for any number of threads. */
#include "crosshebb/array.h"
#include "crosshebb/readout.h"
#include "crosshebb/rng.h"
#include "suite.h"

#include <math.h>
#include <omp.h>
#include <string.h>

/* Features fill one chunk and a part of a second that ends within a group of dropout. */
enum { FEATURES = 700, CLASSES = 5, COUNT = 333, BATCH = 32 };

static const xh_readout_params plain = {.epochs = 20, .batch = BATCH, .rate = 1e-3, .dropout = 0.5};

static float x[COUNT * FEATURES];
static uint16_t labels[COUNT];

/* Every class has a direction of its own; noise hides it in no single feature. */
static xh_examples make_examples(void) {
    float direction[CLASSES * FEATURES];
    xh_rng_normal((xh_rng){1, XH_RNG_TEST, 0, 0}, 0, CLASSES * FEATURES, direction);
    xh_rng_normal((xh_rng){1, XH_RNG_TEST, 1, 0}, 0, COUNT * FEATURES, x);
    for (size_t n = 0; n < COUNT; n++) {
        labels[n] = (uint16_t)(n % CLASSES);
        for (size_t j = 0; j < FEATURES; j++) {
            x[n * FEATURES + j] += 0.5F * direction[labels[n] * FEATURES + j];
        }
    }
    return (xh_examples){COUNT, FEATURES, x, labels};
}

static xh_readout *make_readout(const xh_readout_params *params) {
    xh_readout *readout = NULL;
    ck_assert_int_eq(xh_readout_create(params, FEATURES, CLASSES, 9, &readout, NULL), XH_OK);
    return readout;
}

static void learn(xh_readout *readout, long epoch, xh_examples examples, double *loss,
                  double *accuracy) {
    const xh_feature_source source = xh_feature_source_of(&examples);
    ck_assert_int_eq(xh_readout_epoch(readout, epoch, source, loss, accuracy, NULL), XH_OK);
}

static double accuracy_of(xh_readout *readout, xh_examples examples, uint16_t *predicted) {
    double accuracy = -1;
    const xh_feature_source source = xh_feature_source_of(&examples);
    ck_assert_int_eq(xh_readout_accuracy(readout, source, predicted, &accuracy, NULL), XH_OK);
    return accuracy;
}

/* Mean cross-entropy of a batch, in double. */
static double loss_of(xh_examples examples, const float *weights, const float *bias) {
    double loss = 0;
    for (size_t n = 0; n < examples.count; n++) {
        double logits[CLASSES];
        double sum = 0;
        for (size_t k = 0; k < CLASSES; k++) {
            logits[k] = (double)bias[k];
            for (size_t j = 0; j < FEATURES; j++) {
                logits[k] += (double)weights[k * FEATURES + j] * (double)x[n * FEATURES + j];
            }
            sum += exp(logits[k]);
        }
        loss += (log(sum) - logits[examples.labels[n]]) / (double)examples.count;
    }
    return loss;
}

START_TEST(test_gradient) {
    const xh_examples all = make_examples();
    const xh_examples few = {8, all.features, all.x, all.labels};
    xh_readout *readout = make_readout(&plain);
    float weights[CLASSES * FEATURES];
    float bias[CLASSES];
    memcpy(weights, xh_readout_weights(readout), sizeof(weights));
    memcpy(bias, xh_readout_bias(readout), sizeof(bias));
    double loss = 0;
    xh_readout_step(readout, 1e-3, few, &loss);
    ck_assert_double_eq_tol(loss, loss_of(few, weights, bias), 1e-5);
    const float *gradient = xh_readout_gradient(readout);
    for (size_t i = 0; i < (size_t)CLASSES * FEATURES; i += 97) {
        const float kept = weights[i];
        weights[i] = kept + 0.01F;
        const double up = loss_of(few, weights, bias);
        const double step_up = (double)weights[i] - (double)kept;
        weights[i] = kept - 0.01F;
        const double down = loss_of(few, weights, bias);
        const double step_down = (double)kept - (double)weights[i];
        weights[i] = kept;
        ck_assert_double_eq_tol((double)gradient[i], (up - down) / (step_up + step_down), 1e-4);
    }
    xh_readout_free(readout);
}
END_TEST

/* By the features: against central differences, whose rounding in float steps of 0.01 is below 1e-4. */
START_TEST(test_features_gradient) {
    const xh_readout_params params = {.epochs = 20, .batch = BATCH, .rate = 1e-3, .dropout = 0};
    const xh_examples all = make_examples();
    const xh_examples few = {8, all.features, all.x, all.labels};
    static float gradient[8 * FEATURES];
    xh_readout *readout = make_readout(&params);
    float weights[CLASSES * FEATURES];
    float bias[CLASSES];
    memcpy(weights, xh_readout_weights(readout), sizeof(weights));
    memcpy(bias, xh_readout_bias(readout), sizeof(bias));
    size_t right = 0;
    const double loss = xh_readout_learn(readout, 0, 0, few, gradient, &right);
    ck_assert_double_eq_tol(loss / 8, loss_of(few, weights, bias), 1e-5);
    ck_assert_uint_le(right, 8);
    for (size_t i = 0; i < (size_t)8 * FEATURES; i += 97) {
        const float kept = x[i];
        x[i] = kept + 0.01F;
        const double up = loss_of(few, weights, bias);
        x[i] = kept - 0.01F;
        const double down = loss_of(few, weights, bias);
        x[i] = kept;
        ck_assert_double_eq_tol((double)gradient[i], (up - down) / 0.02, 1e-4);
    }
    xh_readout_free(readout);
}
END_TEST

/* With dropout: logits are linear in the weights and in the features, so that for each feature the
 * sum over the classes of weight times its gradient is that over the examples of feature times its
 * own. */
START_TEST(test_features_gradient_dropout) {
    const xh_examples all = make_examples();
    const xh_examples batch = {BATCH, all.features, all.x, all.labels};
    static float gradient[BATCH * FEATURES];
    xh_readout *readout = make_readout(&plain);
    float weights[CLASSES * FEATURES];
    memcpy(weights, xh_readout_weights(readout), sizeof(weights));
    size_t right = 0, dropped = 0;
    xh_readout_learn(readout, 0, 3, batch, gradient, &right);
    for (size_t j = 0; j < FEATURES; j++) {
        double by_weights = 0, by_features = 0;
        for (size_t k = 0; k < CLASSES; k++) {
            by_weights += (double)weights[k * FEATURES + j] *
                          (double)xh_readout_gradient(readout)[k * FEATURES + j];
        }
        for (size_t b = 0; b < BATCH; b++) {
            by_features += (double)x[b * FEATURES + j] * (double)gradient[b * FEATURES + j];
            dropped += gradient[b * FEATURES + j] == 0;
        }
        ck_assert_double_eq_tol(by_weights, by_features, 1e-6);
    }
    /* 22400 coins: 0.4 and 0.6 of them are thirty standard deviations away. */
    ck_assert_uint_gt(dropped, BATCH * FEATURES * 4 / 10);
    ck_assert_uint_lt(dropped, BATCH * FEATURES * 6 / 10);
    xh_readout_free(readout);
}
END_TEST

/* The first step of Adam moves every weight by the rate, against the sign of its gradient. */
START_TEST(test_first_step) {
    const xh_examples all = make_examples();
    const xh_examples few = {BATCH, all.features, all.x, all.labels};
    xh_readout *readout = make_readout(&plain);
    float before[CLASSES * FEATURES];
    memcpy(before, xh_readout_weights(readout), sizeof(before));
    double loss = 0;
    xh_readout_step(readout, 0.01, few, &loss);
    const float *gradient = xh_readout_gradient(readout);
    const float *after = xh_readout_weights(readout);
    for (size_t i = 0; i < (size_t)CLASSES * FEATURES; i++) {
        if (fabsf(gradient[i]) > 1e-4F) {
            ck_assert_float_eq_tol(after[i] - before[i], copysignf(0.01F, -gradient[i]), 1e-5F);
        }
    }
    xh_readout_free(readout);
}
END_TEST

START_TEST(test_schedule) {
    const xh_readout_params ten = {.epochs = 10, .batch = 64, .rate = 1e-3, .dropout = 0.5};
    const xh_readout_params twenty = {.epochs = 20, .batch = 64, .rate = 1e-3, .dropout = 0.5};
    const xh_readout_params fifty = {.epochs = 50, .batch = 64, .rate = 1e-3, .dropout = 0.5};
    ck_assert_double_eq_tol(xh_readout_rate(&ten, 9), 1e-3, 1e-12);
    ck_assert_double_eq_tol(xh_readout_rate(&twenty, 9), 1e-3, 1e-12);
    ck_assert_double_eq_tol(xh_readout_rate(&twenty, 10), 5e-4, 1e-12);
    ck_assert_double_eq_tol(xh_readout_rate(&twenty, 15), 2.5e-4, 1e-12);
    static const long halvings[] = {10, 17, 25, 30, 35, 40, 45};
    for (size_t i = 0; i < sizeof(halvings) / sizeof(halvings[0]); i++) {
        const double rate = 1e-3 / pow(2, (double)i);
        ck_assert_double_eq_tol(xh_readout_rate(&fifty, halvings[i] - 1), rate, 1e-12);
        ck_assert_double_eq_tol(xh_readout_rate(&fifty, halvings[i]), rate / 2, 1e-12);
    }
}
END_TEST

START_TEST(test_learns) {
    const xh_examples examples = make_examples();
    xh_readout *readout = make_readout(&plain);
    const double chance = accuracy_of(readout, examples, NULL);
    double first = 0;
    double loss = 0;
    double accuracy = 0;
    for (long epoch = 0; epoch < 10; epoch++) {
        learn(readout, epoch, examples, &loss, &accuracy);
        first = epoch == 0 ? loss : first;
    }
    uint16_t predicted[COUNT];
    ck_assert_double_lt(chance, 0.6);
    ck_assert_double_eq_tol(accuracy_of(readout, examples, predicted), 1, 1e-12);
    ck_assert_mem_eq(predicted, labels, sizeof predicted);
    ck_assert_double_lt(loss, 0.2 * first);
    ck_assert_double_gt(accuracy, 0.95);
    xh_readout_free(readout);
}
END_TEST

/* Weights after two epochs. */
static void train(const xh_readout_params *params, int threads, float *weights) {
    omp_set_num_threads(threads);
    xh_readout *readout = make_readout(params);
    double loss = 0;
    double accuracy = 0;
    for (long epoch = 0; epoch < 2; epoch++) {
        learn(readout, epoch, make_examples(), &loss, &accuracy);
    }
    memcpy(weights, xh_readout_weights(readout), sizeof(float) * CLASSES * FEATURES);
    xh_readout_free(readout);
}

START_TEST(test_threads) {
    float one[CLASSES * FEATURES];
    float two[CLASSES * FEATURES];
    train(&plain, 1, one);
    train(&plain, 2, two);
    ck_assert_mem_eq(one, two, sizeof(one));
}
END_TEST

/* With a rate of 0 the weights stay, and the loss of an epoch tells of the features alone: the mean
 * logit of a feature of ones, of weight 1, is 1 whatever share is dropped, and its variance p / (1
 * - p) a feature. */
static void check_dropout(double share) {
    enum { ROWS = 1000, WIDTH = 1000 };
    const xh_readout_params params = {.epochs = 10, .batch = 50, .rate = 0, .dropout = share};
    float *ones = xh_array_create((size_t)ROWS * WIDTH, sizeof(float));
    static const uint16_t zeros[ROWS];
    ck_assert_ptr_nonnull(ones);
    for (size_t i = 0; i < (size_t)ROWS * WIDTH; i++) {
        ones[i] = 1;
    }
    xh_readout *readout = NULL;
    ck_assert_int_eq(xh_readout_create(&params, WIDTH, 2, 1, &readout, NULL), XH_OK);
    float *weights = xh_readout_weights(readout);
    for (size_t j = 0; j < WIDTH; j++) {
        weights[j] = -20.0F / WIDTH; /* class 0: the loss is the logit, but for 1e-6 */
        weights[WIDTH + j] = 0;
    }
    memset(xh_readout_bias(readout), 0, 2 * sizeof(float));
    double loss = 0;
    double accuracy = 0;
    const xh_examples examples = {ROWS, WIDTH, ones, zeros};
    learn(readout, 0, examples, &loss, &accuracy);
    /* The mean of a million coins, each of deviation sqrt(p / (1 - p)) <= 1.23: six standard
     * errors, so that chance fails this with probability below 1e-8. */
    ck_assert_double_eq_tol(loss / 20, 1, 6 * sqrt(share / (1 - share)) * 1e-3 + 1e-5);
    ck_assert_double_lt(accuracy, 0.5);
    xh_readout_free(readout);
    xh_array_free(ones);
}

START_TEST(test_dropout) {
    check_dropout(0);
    check_dropout(0.5);
    check_dropout(0.4);
    check_dropout(0.6);
}
END_TEST

/* Another epoch drops other features. */
START_TEST(test_dropout_varies) {
    const xh_readout_params params = {.epochs = 10, .batch = BATCH, .rate = 0, .dropout = 0.5};
    const xh_examples examples = make_examples();
    xh_readout *readout = make_readout(&params);
    double loss[3];
    double accuracy = 0;
    static const long epochs[3] = {0, 1, 0};
    for (size_t i = 0; i < 3; i++) {
        learn(readout, epochs[i], examples, &loss[i], &accuracy);
    }
    ck_assert_double_ne(loss[0], loss[1]);
    ck_assert_double_eq(loss[0], loss[2]);
    xh_readout_free(readout);
}
END_TEST

/* As many classes as there may be, each with a feature of its own. */
START_TEST(test_most_classes) {
    enum { MOST = 1024, FEW = 3 };
    const uint16_t classes[FEW] = {0, 256, MOST - 1};
    static float inputs[FEW * MOST];
    xh_readout *readout = NULL;
    ck_assert_int_eq(xh_readout_create(&plain, MOST, MOST, 1, &readout, NULL), XH_OK);
    for (size_t k = 0; k < MOST; k++) {
        xh_readout_weights(readout)[k * MOST + k] = 9;
    }
    for (size_t b = 0; b < FEW; b++) {
        inputs[b * MOST + classes[b]] = 1;
    }
    uint16_t predicted[FEW];
    const xh_examples examples = {FEW, MOST, inputs, classes};
    ck_assert_double_eq(accuracy_of(readout, examples, predicted), 1);
    ck_assert_mem_eq(predicted, classes, sizeof predicted);
    xh_readout_free(readout);
}
END_TEST

/* A source that keeps its own rows, writes down what it is asked for, and fails when told to. */
typedef struct stock {
    xh_bfloat16 rows[2 * COUNT * FEATURES];
    size_t asked; /* rows, in all */
    size_t times[2 * COUNT];
    xh_row_list announced;
    size_t calls_left; /* before it fails */
} stock;

static xh_status find_in_stock(void *context, xh_row_list now, xh_row_list next, const void **rows,
                               xh_error *error) {
    stock *kept = context;
    if (kept->calls_left-- == 0) {
        return xh_error_set(error, XH_IO, "the stock is out");
    }
    if (kept->asked > 0) {
        ck_assert_uint_eq(kept->announced.count, now.count);
        ck_assert_mem_eq(kept->announced.index, now.index, now.count * sizeof(*now.index));
    }
    for (size_t b = 0; b < now.count; b++) {
        rows[b] = kept->rows + (size_t)now.index[b] * FEATURES;
        kept->times[now.index[b]]++;
    }
    kept->asked += now.count;
    kept->announced = next;
    return XH_OK;
}

static stock kept;

static xh_feature_source stock_of(xh_examples examples, size_t views) {
    kept.asked = 0;
    kept.calls_left = SIZE_MAX;
    memset(kept.times, 0, sizeof(kept.times));
    for (size_t v = 0; v < views; v++) {
        xh_bfloat16_round(COUNT * FEATURES, examples.x, kept.rows + v * COUNT * FEATURES);
    }
    return (xh_feature_source){COUNT,           views,         FEATURES, XH_FEATURE_BFLOAT16,
                               examples.labels, find_in_stock, &kept};
}

/* From rounded features a readout learns the same as from the same numbers in float, and nearly the
 * same as from what they were rounded from. */
START_TEST(test_bfloat16) {
    xh_examples examples = make_examples();
    xh_feature_source sources[3] = {xh_feature_source_of(&examples), stock_of(examples, 1), {0}};
    static float rounded[COUNT * FEATURES];
    static float weights[3][CLASSES * FEATURES];
    double loss[3], accuracy[3];
    xh_bfloat16_widen(COUNT * FEATURES, kept.rows, rounded);
    xh_examples as_float = {COUNT, FEATURES, rounded, labels};
    sources[2] = xh_feature_source_of(&as_float);
    for (size_t i = 0; i < 3; i++) {
        xh_readout *readout = make_readout(&plain);
        for (long epoch = 0; epoch < 5; epoch++) {
            kept.asked = 0;
            ck_assert_int_eq(
                xh_readout_epoch(readout, epoch, sources[i], &loss[i], &accuracy[i], NULL), XH_OK);
        }
        kept.asked = 0;
        ck_assert_int_eq(xh_readout_accuracy(readout, sources[i], NULL, &accuracy[i], NULL), XH_OK);
        memcpy(weights[i], xh_readout_weights(readout), sizeof(weights[i]));
        xh_readout_free(readout);
    }
    ck_assert_mem_eq(weights[1], weights[2], sizeof(weights[1]));
    ck_assert_double_eq(loss[1], loss[2]);
    ck_assert_double_ne(loss[0], loss[1]);
    ck_assert_double_eq_tol(loss[0], loss[1], 0.02 * loss[0]);
    ck_assert_double_eq_tol(accuracy[0], accuracy[1], 3.0 / COUNT);
}
END_TEST

/* Image i is met in view (epoch + i) mod views, once an epoch, and measured in its first view. */
START_TEST(test_views) {
    const xh_examples examples = make_examples();
    const xh_feature_source source = stock_of(examples, 2);
    xh_readout *readout = make_readout(&plain);
    double loss = 0, accuracy = 0;
    ck_assert_int_eq(xh_readout_epoch(readout, 3, source, &loss, &accuracy, NULL), XH_OK);
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert_uint_eq(kept.times[i], (3 + i) % 2 == 0);
        ck_assert_uint_eq(kept.times[COUNT + i], (3 + i) % 2 == 1);
    }
    memset(kept.times, 0, sizeof(kept.times));
    kept.asked = 0;
    ck_assert_int_eq(xh_readout_accuracy(readout, source, NULL, &accuracy, NULL), XH_OK);
    ck_assert_uint_eq(kept.asked, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert_uint_eq(kept.times[i], 1);
    }
    xh_readout_free(readout);
}
END_TEST

/* What a source fails with is passed on. */
START_TEST(test_failing_source) {
    const xh_examples examples = make_examples();
    const xh_feature_source source = stock_of(examples, 1);
    xh_readout *readout = make_readout(&plain);
    double loss = 0, accuracy = 0;
    xh_error error = {0};
    kept.calls_left = 3;
    ck_assert_int_eq(xh_readout_epoch(readout, 0, source, &loss, &accuracy, &error), XH_IO);
    ck_assert_str_eq(error.text, "the stock is out");
    ck_assert_uint_eq(kept.asked, 3 * BATCH);
    kept.calls_left = 0;
    ck_assert_int_eq(xh_readout_accuracy(readout, source, NULL, &accuracy, &error), XH_IO);
    xh_readout_free(readout);
}
END_TEST

START_TEST(test_impossible) {
    xh_readout *readout = NULL;
    xh_error error = {0};
    ck_assert_int_eq(xh_readout_create(&plain, 0, 10, 1, &readout, &error), XH_INPUT);
    ck_assert_int_eq(xh_readout_create(&plain, 10, 1, 1, &readout, &error), XH_INPUT);
    ck_assert_int_eq(xh_readout_create(&plain, 10, 1025, 1, &readout, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "1025 classes"));
    ck_assert_ptr_null(readout);
    xh_readout_free(NULL);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        test_gradient,       test_features_gradient, test_features_gradient_dropout,
        test_first_step,     test_schedule,          test_learns,
        test_threads,        test_dropout,           test_dropout_varies,
        test_most_classes,   test_bfloat16,          test_views,
        test_failing_source, test_impossible};
    return xh_suite_run("readout", tests, sizeof(tests) / sizeof(tests[0]));
}
