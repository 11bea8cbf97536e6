/*
 * One learning step against the released code of the authors (Journe et al., ICLR 2023), every
 * array between the image and the next weights. Tolerances: golden_file.h; winners are exact.
 */
#include "golden_block.h"

static void check_normalised(const block_case *b, const float *images, xh_normalise normalise) {
    const size_t c = b->channels;
    float *mean = xh_floats(c);
    float *variance = xh_floats(c);
    for (size_t i = 0; i < c; i++) { /* undo the one step of the running statistics */
        mean[i] = normalise.mean[i] / 0.1F;
        variance[i] = (normalise.variance[i] - 0.9F) / 0.1F * (PATCHES - 1) / PATCHES;
    }
    xh_golden_compare(b->file, "bn_batch_mean", mean, xh_golden_load(b->file, "bn_batch_mean", c),
                      c);
    xh_golden_compare(b->file, "bn_batch_var_biased", variance,
                      xh_golden_load(b->file, "bn_batch_var_biased", c), c);
    xh_golden_compare(b->file, "bn_running_mean", normalise.mean,
                      xh_golden_load(b->file, "bn_running_mean", c), c);
    xh_golden_compare(b->file, "bn_running_var", normalise.variance,
                      xh_golden_load(b->file, "bn_running_var", c), c);
    xh_golden_compare(b->file, "x", images, xh_golden_turned(b->file, "x", BATCH, c, PIXELS),
                      PATCHES * c);
    xh_array_free(mean);
    xh_array_free(variance);
}

/* The weights after one step, from any layout of inputs: pixels of a kernel, or 1 if fully
 * connected. */
static void check_step(const char *file, const signals *s, const float *weights, xh_rule rule,
                       size_t channels, size_t pixels) {
    const size_t size = s->outputs * s->inputs;
    xh_synapses *synapses = NULL;
    ck_assert_int_eq(xh_synapses_create_digital(s->inputs, xh_undivided(s->outputs), weights, rule,
                                                XH_SCALE_LAYER_MAXIMUM, 0, XH_ARITHMETIC_FLOAT32,
                                                &synapses, NULL),
                     XH_OK);
    const xh_signals given = {s->count, s->inputs, s->outputs, s->x, s->u, s->y};
    xh_synapses_update(synapses, &given);
    float *after = xh_floats(size);
    float *change = xh_floats(size);
    float *norm = xh_floats(s->outputs);
    float *rate = xh_floats(s->outputs);
    xh_synapses_weights(synapses, after, NULL);
    xh_synapses_free(synapses);
    measure_norms(s->outputs, s->inputs, after, rule, norm, rate);
    for (size_t i = 0; i < size; i++) {
        change[i] = (after[i] - weights[i]) / s->rate[i / s->inputs];
    }
    xh_golden_compare(file, "lr0", s->rate, xh_golden_load(file, "lr0", s->outputs), s->outputs);
    xh_golden_compare(file, "W1", after, xh_golden_turned(file, "W1", s->outputs, channels, pixels),
                      size);
    xh_golden_compare(file, "dW", change,
                      xh_golden_turned(file, "dW", s->outputs, channels, pixels), size);
    xh_golden_compare(file, "lr1", rate, xh_golden_load(file, "lr1", s->outputs), s->outputs);
    xh_array_free(after);
    xh_array_free(change);
    xh_array_free(norm);
    xh_array_free(rate);
}

static void check_raw(const char *file, const signals *s, size_t channels, size_t pixels) {
    xh_golden_compare(file, "dW_raw", s->raw,
                      xh_golden_turned(file, "dW_raw", s->outputs, channels, pixels),
                      s->outputs * s->inputs);
    xh_golden_compare(file, "dW_absmax", &s->largest, xh_golden_load(file, "dW_absmax", 1), 1);
    xh_golden_compare(file, "W0_norm", s->norm, xh_golden_load(file, "W0_norm", s->outputs),
                      s->outputs);
}

static void check_competition(const block_case *b, const signals *s) {
    const size_t n = b->outputs;
    float *softmax = xh_floats(PATCHES * n);
    xh_softmax(b->inverse_temperature, PATCHES, n, s->u, softmax);
    xh_golden_compare(b->file, "u", s->u, xh_golden_turned(b->file, "u", BATCH, n, PIXELS),
                      PATCHES * n);
    xh_golden_compare(b->file, "softmax", softmax,
                      xh_golden_turned(b->file, "softmax", BATCH, n, PIXELS), PATCHES * n);
    xh_golden_compare(b->file, "y", s->y, xh_golden_turned(b->file, "y", BATCH, n, PIXELS),
                      PATCHES * n);
    xh_golden_compare(b->file, "yu", s->yu, xh_golden_load(b->file, "yu", n), n);
    xh_golden_compare(b->file, "yx", s->yx,
                      xh_golden_turned(b->file, "yx", n, b->channels, b->kernel * b->kernel),
                      n * s->inputs);
    float *winner = xh_golden_load(b->file, "winner", PATCHES);
    for (size_t p = 0; p < PATCHES; p++) {
        for (size_t i = 0; i < n; i++) { /* the winner's y alone is positive */
            ck_assert_int_eq(s->y[p * n + i] > 0, i == (size_t)winner[p]);
        }
    }
    xh_array_free(winner);
    xh_array_free(softmax);
}

static void check_output(const block_case *b, const float *u) {
    const size_t n = b->outputs;
    const size_t side = xh_pool_length(b->pool, SIDE);
    float *triangle = xh_floats(PATCHES * n);
    float *pooled = xh_floats(BATCH * side * side * n);
    xh_triangle(b->power, PATCHES, n, u, triangle);
    for (size_t i = 0; i < BATCH; i++) {
        xh_pool_apply(b->pool, SIDE, SIDE, n, triangle + i * PIXELS * n,
                      pooled + i * side * side * n);
    }
    xh_golden_compare(b->file, "triangle", triangle,
                      xh_golden_turned(b->file, "triangle", BATCH, n, PIXELS), PATCHES * n);
    xh_golden_compare(b->file, "pooled", pooled,
                      xh_golden_turned(b->file, "pooled", BATCH, n, side * side),
                      BATCH * side * side * n);
    xh_array_free(triangle);
    xh_array_free(pooled);
}

static xh_normalise fresh_normalise(size_t channels) {
    const xh_normalise fresh = {channels, xh_floats(channels), xh_floats(channels), NULL};
    for (size_t c = 0; c < channels; c++) {
        fresh.variance[c] = 1;
    }
    return fresh;
}

static void free_normalise(xh_normalise normalise) {
    xh_array_free(normalise.mean);
    xh_array_free(normalise.variance);
}

static void check_block(const block_case *b) {
    const size_t c = b->channels;
    const size_t pixels = b->kernel * b->kernel;
    const size_t side = SIDE + 2 * b->padding;
    float *images = xh_golden_turned(b->file, "img", BATCH, c, PIXELS);
    float *weights = xh_golden_turned(b->file, "W0", b->outputs, c, pixels);
    float *padded = xh_floats(BATCH * side * side * c);
    const xh_normalise normalise = fresh_normalise(c);
    xh_normalise_apply(normalise, (xh_images){images, BATCH, SIDE, SIDE, c}, 1);
    check_normalised(b, images, normalise);
    float *x = cut_batch(patches_of(b), images, padded);
    xh_golden_compare(b->file, "x_padded", padded,
                      xh_golden_turned(b->file, "x_padded", BATCH, c, side * side),
                      BATCH * side * side * c);
    const signals s = run_signals(PATCHES, c * pixels, b->outputs, x, weights, b->rule,
                                  XH_COMPETITION_SOFT_ANTI, b->inverse_temperature);
    check_competition(b, &s);
    check_raw(b->file, &s, c, pixels);
    check_step(b->file, &s, weights, b->rule, c, pixels);
    check_output(b, s.u);
    free_signals(s);
    free_normalise(normalise);
    xh_array_free(padded);
    xh_array_free(weights);
    xh_array_free(images);
}

START_TEST(test_block_step) {
    for (size_t i = 0; i < BLOCKS; i++) {
        check_block(&blocks[i]);
    }
}
END_TEST

/* Hard competition on patches that were not normalised. */
START_TEST(test_hard_patches) {
    static const char file[] = "conv_hard_3x8_k5";
    const xh_patches patches = {SIDE, SIDE, 3, 5, 2};
    const xh_rule rule = {0.08, 0.5};
    float *images = xh_golden_turned(file, "x", BATCH, 3, PIXELS);
    float *weights = xh_golden_turned(file, "W0", 8, 3, 25);
    float *padded = xh_floats(BATCH * (SIDE + 4) * (SIDE + 4) * 3);
    const signals s = run_signals(PATCHES, 75, 8, cut_batch(patches, images, padded), weights, rule,
                                  XH_COMPETITION_HARD, 1);
    xh_golden_compare(file, "u", s.u, xh_golden_turned(file, "u", BATCH, 8, PIXELS), PATCHES * 8);
    check_step(file, &s, weights, rule, 3, 25);
    free_signals(s);
    xh_array_free(padded);
    xh_array_free(weights);
    xh_array_free(images);
}
END_TEST

static void check_dense(const char *file, xh_competition competition) {
    enum { COUNT = 6, INPUTS = 20, OUTPUTS = 12 };
    const xh_rule rule = {0.045, 0.2};
    float *weights = xh_golden_load(file, "W0", OUTPUTS * INPUTS);
    float *x = xh_golden_load(file, "x", COUNT * INPUTS);
    float *softmax = xh_floats(COUNT * OUTPUTS);
    const signals s = run_signals(COUNT, INPUTS, OUTPUTS, x, weights, rule, competition, 3);
    xh_softmax(5, COUNT, OUTPUTS, s.u, softmax);
    xh_golden_compare(file, "u", s.u, xh_golden_load(file, "u", COUNT * OUTPUTS), COUNT * OUTPUTS);
    xh_golden_compare(file, "y", s.y, xh_golden_load(file, "y", COUNT * OUTPUTS), COUNT * OUTPUTS);
    xh_golden_compare(file, "softmax5_forward", softmax,
                      xh_golden_load(file, "softmax5_forward", COUNT * OUTPUTS), COUNT * OUTPUTS);
    check_raw(file, &s, INPUTS, 1);
    check_step(file, &s, weights, rule, INPUTS, 1);
    free_signals(s);
    xh_array_free(softmax);
    xh_array_free(weights);
}

START_TEST(test_dense_step) {
    check_dense("fc_soft_20x12", XH_COMPETITION_SOFT);
    check_dense("fc_softkrotov_20x12", XH_COMPETITION_SOFT_ANTI);
    check_dense("fc_hard_20x12", XH_COMPETITION_HARD);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {test_block_step, test_hard_patches, test_dense_step};
    return xh_golden_run("golden", tests, sizeof(tests) / sizeof(tests[0]));
}
