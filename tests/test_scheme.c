/* Update schemes: what they do in expectation, against the rule they stand for. */
#include "crossbar_fixture.h"

#include "crosshebb/scheme.h"

#include <math.h>
#include <omp.h>
#include <string.h>

typedef struct xh_learner {
    const xh_scheme *scheme;
    xh_param_values params;
    float *state;
} xh_learner;

static xh_learner learner_of(const char *name, size_t outputs, const xh_setting *settings,
                             size_t count) {
    xh_learner learner = {0};
    xh_error error = {0};
    ck_assert_int_eq(xh_scheme_find(name, &learner.scheme, &error), XH_OK);
    xh_param_defaults(learner.scheme->params, learner.params.bytes);
    for (size_t s = 0; s < count; s++) {
        const xh_param *param = xh_param_find(learner.scheme->params, settings[s].name);
        ck_assert_ptr_nonnull(param);
        ck_assert_int_eq(xh_param_set(param, learner.params.bytes, settings[s].text, &error),
                         XH_OK);
    }
    learner.state =
        xh_array_create(outputs * xh_scheme_numbers(learner.scheme, 4096), sizeof(float));
    ck_assert_ptr_nonnull(learner.state);
    return learner;
}

static void learn(const xh_learner *learner, xh_crossbar *crossbar, xh_rule rule,
                  const xh_signals *signals) {
    xh_crossbar_update_begin(crossbar);
    learner->scheme->update(learner->params.bytes, crossbar, rule, signals, learner->state);
    xh_crossbar_update_end(crossbar);
}

/* Fine devices without spread, whose steps do not depend on the state, or do and are measured. */
static const struct rule_case {
    const char *device;
    xh_setting steps;
    xh_setting device_settings[8];
    size_t count;
    double rate;
    double slack; /* of a change, beside the rounding to steps */
} rule_cases[] = {
    {"ideal", {"steps", "nominal"}, {{"states", "100000"}}, 1, 0.001, 0},
    {"ideal", {"steps", "measured"}, {{"states", "1000"}}, 1, 0.03, 0.01},
    {"soft_bounds",
     {"steps", "measured"},
     {{"states", "1000"},
      {"step_spread", "0"},
      {"cycle_noise", "0"},
      {"g_min_spread", "0"},
      {"g_max_spread", "0"},
      {"up_down_spread", "0"},
      {"read_noise", "0"}},
     7,
     0.03,
     0.03},
};

/* There read_modify_write makes the rule's step: eta_i (A - D w) / max_j |A - D w|, to within the
 * rounding to steps. */
static void follow_the_rule(const struct rule_case *of) {
    enum { INPUTS = 12, OUTPUTS = 20, COUNT = 40 };
    xh_crossbar_params params = xh_plain_crossbar();
    xh_crossbar *crossbar =
        xh_make_crossbar(INPUTS, OUTPUTS, of->device, of->device_settings, of->count, &params, 1);
    float *target = xh_normals(INPUTS * OUTPUTS, 1, 0.2);
    float *x = xh_normals(COUNT * INPUTS, 2, 1);
    float *u = xh_normals(COUNT * OUTPUTS, 3, 1);
    float *y = xh_normals(COUNT * OUTPUTS, 4, 0.3);
    xh_crossbar_program(crossbar, target);
    float *before = xh_weights_of(crossbar);
    const xh_signals signals = {COUNT, INPUTS, OUTPUTS, x, u, y};
    const xh_rule rule = {of->rate, 0.5};
    xh_learner learner = learner_of("read_modify_write", OUTPUTS, &of->steps, 1);
    if (learner.scheme->measures(learner.params.bytes)) {
        ck_assert(xh_crossbar_measure_response(crossbar));
    }
    learn(&learner, crossbar, rule, &signals);
    float *after = xh_weights_of(crossbar);
    for (size_t o = 0; o < OUTPUTS; o++) {
        double dw[INPUTS] = {0};
        double decay = 0;
        double norm = 0;
        double most = 0;
        for (size_t p = 0; p < COUNT; p++) {
            decay += (double)y[p * OUTPUTS + o] * (double)u[p * OUTPUTS + o];
            for (size_t j = 0; j < INPUTS; j++) {
                dw[j] += (double)y[p * OUTPUTS + o] * (double)x[p * INPUTS + j];
            }
        }
        for (size_t j = 0; j < INPUTS; j++) {
            const double w = (double)before[o * INPUTS + j];
            dw[j] -= decay * w;
            norm += w * w;
            most = fmax(most, fabs(dw[j]));
        }
        const double eta = rule.rate * pow(fabs(sqrt(norm) - 1) + 1e-10, rule.norm_power);
        for (size_t j = 0; j < INPUTS; j++) {
            const double change = (double)after[o * INPUTS + j] - (double)before[o * INPUTS + j];
            const double wanted = eta * dw[j] / most;
            ck_assert_double_eq_tol(change, wanted,
                                    2.5 * xh_crossbar_step_up(crossbar) + of->slack * fabs(wanted));
        }
    }
    xh_array_free(learner.state);
    xh_array_free(after);
    xh_array_free(before);
    xh_array_free(y);
    xh_array_free(u);
    xh_array_free(x);
    xh_array_free(target);
    xh_crossbar_free(crossbar);
}

START_TEST(read_modify_write_is_the_rule) {
    for (size_t c = 0; c < sizeof(rule_cases) / sizeof(rule_cases[0]); c++) {
        follow_the_rule(&rule_cases[c]);
    }
}
END_TEST

/* mixed_precision makes what the rule sums up to between two flushes, less than a step of which waits for
 * the next one: after two flushes the weights are within a step of both sums. */
START_TEST(mixed_precision_loses_nothing) {
    enum { INPUTS = 12, OUTPUTS = 20, COUNT = 40, FLUSH = 5, SYNAPSES = INPUTS * OUTPUTS };
    const xh_setting coarse[] = {{"states", "200"}};
    xh_crossbar_params params = xh_plain_crossbar();
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, "ideal", coarse, 1, &params, 1);
    float *target = xh_normals(SYNAPSES, 1, 0.2);
    float *x = xh_normals(COUNT * INPUTS, 2, 1);
    float *u = xh_normals(COUNT * OUTPUTS, 3, 1);
    float *y = xh_normals(COUNT * OUTPUTS, 4, 0.3);
    xh_crossbar_program(crossbar, target);
    const xh_signals signals = {COUNT, INPUTS, OUTPUTS, x, u, y};
    const xh_rule rule = {0.004, 0.5};
    const xh_setting flush[] = {{"flush_every", "5"}};
    xh_learner learner = learner_of("mixed_precision", OUTPUTS, flush, 1);
    const double step = xh_crossbar_step_up(crossbar);
    double waiting[SYNAPSES] = {0}, norm[OUTPUTS] = {0};
    size_t moved = 0;
    for (int part = 0; part < 2; part++) {
        float *before = xh_weights_of(crossbar);
        for (int update = 0; update < FLUSH; update++) {
            learn(&learner, crossbar, rule, &signals);
        }
        float *after = xh_weights_of(crossbar);
        for (size_t o = 0; o < OUTPUTS; o++) {
            double sum[INPUTS] = {0}, decay = 0, square = 0, most = 0;
            for (size_t p = 0; p < COUNT; p++) {
                decay += (double)y[p * OUTPUTS + o] * (double)u[p * OUTPUTS + o];
                for (size_t j = 0; j < INPUTS; j++) {
                    sum[j] += (double)y[p * OUTPUTS + o] * (double)x[p * INPUTS + j];
                }
            }
            for (size_t j = 0; j < INPUTS; j++) {
                square += pow((double)before[o * INPUTS + j], 2);
                most = fmax(most, fabs(sum[j]));
            }
            norm[o] = part == 0 ? sqrt(square) : norm[o]; /* of the latest flush */
            const double scale =
                FLUSH * rule.rate * pow(fabs(norm[o] - 1) + 1e-10, rule.norm_power) / most;
            norm[o] = sqrt(square);
            for (size_t j = 0; j < INPUTS; j++) {
                const size_t s = o * INPUTS + j;
                waiting[s] += scale * (sum[j] - decay * (double)before[s]);
                waiting[s] -= (double)after[s] - (double)before[s];
                ck_assert_double_lt(fabs(waiting[s]), 1.01 * step);
                moved += after[s] != before[s];
            }
        }
        xh_array_free(after);
        xh_array_free(before);
    }
    ck_assert_uint_gt(moved, SYNAPSES / 2);
    xh_array_free(learner.state);
    xh_array_free(y);
    xh_array_free(u);
    xh_array_free(x);
    xh_array_free(target);
    xh_crossbar_free(crossbar);
}
END_TEST

/* Mean weight of each input after one event an update, on soft bounds with steps a = 1/50 that spread from pulse to
 * pulse; every column has the same x, y = 1 and u. A side that rests at g has variance below a / 2 about it, so that
 * 500 columns have a standard error below 0.005. */
enum { RESTED = 4 };
static void rest_on_soft_bounds(const char *scheme, const xh_setting *settings, size_t count,
                                const float *x, float u, double *mean, double *range) {
    enum { OUTPUTS = 500, UPDATES = 1200 };
    const xh_setting quiet[] = {{"states", "50"},       {"step_spread", "0"},
                                {"cycle_noise", "0.3"}, {"g_min_spread", "0"},
                                {"g_max_spread", "0"},  {"up_down_spread", "0"},
                                {"read_noise", "0"}};
    xh_crossbar_params params = xh_plain_crossbar();
    xh_crossbar *crossbar = xh_make_crossbar(RESTED, OUTPUTS, "soft_bounds", quiet, 7, &params, 1);
    float *y = xh_array_create(OUTPUTS, sizeof(float));
    float *us = xh_array_create(OUTPUTS, sizeof(float));
    float *zero = xh_array_create(RESTED * OUTPUTS, sizeof(float));
    for (size_t o = 0; o < OUTPUTS; o++) {
        y[o] = 1.0F;
        us[o] = u;
    }
    xh_crossbar_program(crossbar, zero);
    xh_crossbar_calibrate(crossbar, 1, x);
    *range = xh_crossbar_input_range(crossbar);
    xh_learner learner = learner_of(scheme, OUTPUTS, settings, count);
    const xh_signals signals = {1, RESTED, OUTPUTS, x, us, y};
    const xh_rule rule = {xh_crossbar_step_up(crossbar), 0}; /* one event an update */
    for (int update = 0; update < UPDATES; update++) {
        learn(&learner, crossbar, rule, &signals);
    }
    float *weights = xh_weights_of(crossbar);
    for (size_t j = 0; j < RESTED; j++) {
        mean[j] = 0;
        for (size_t o = 0; o < OUTPUTS; o++) {
            mean[j] += (double)weights[o * RESTED + j] / OUTPUTS;
        }
    }
    xh_array_free(weights);
    xh_array_free(learner.state);
    xh_array_free(zero);
    xh_array_free(us);
    xh_array_free(y);
    xh_crossbar_free(crossbar);
}

/* Complementary pulses on soft bounds relax each side to the mean input of the column's events, g = E[x+], and the
 * weight to the mean input: with one vector x, to row_gain x / full scale. */
START_TEST(complementary_relaxes_to_the_mean_input) {
    const float x[RESTED] = {0.6F, -0.3F, 0.0F, 0.9F};
    const xh_setting unit_gain[] = {{"row_gain", "1"}};
    double mean[RESTED];
    double range;
    rest_on_soft_bounds("complementary", unit_gain, 1, x, 1.0F, mean, &range);
    for (size_t j = 0; j < RESTED; j++) {
        ck_assert_double_eq_tol(mean[j], (double)x[j] / range, 0.02);
    }
}
END_TEST

/* Coincidence on soft bounds rests where up and down steps balance, p a (1 - g) = r a g: g = p / (p + r) with
 * p = |x| / full scale and r = u / full scale, so at |x| / (|x| + u); the weight has the sign of x. Steps that come in
 * pairs, up then down, shift the balance by less than a = 1/50 of it. */
START_TEST(coincidence_rests_at_the_balance_of_its_phases) {
    const float x[RESTED] = {0.6F, -0.3F, 0.0F, 0.9F};
    const xh_setting unit_gain[] = {{"row_gain", "1"}, {"loser_share", "0"}};
    double mean[RESTED];
    double range;
    for (int k = 1; k <= 2; k++) {
        const double u = 0.3 * k;
        rest_on_soft_bounds("coincidence", unit_gain, 2, x, (float)u, mean, &range);
        for (size_t j = 0; j < RESTED; j++) {
            const double size = fabs((double)x[j]);
            ck_assert_double_eq_tol(mean[j], copysign(size / (size + u), (double)x[j]), 0.03);
        }
    }
}
END_TEST

/* pcm_pair: winners' weights move towards their input, losers' away from it, inputs of zero stay. */
START_TEST(pcm_pair_learns_both_halves) {
    enum { INPUTS = 3, OUTPUTS = 400 };
    xh_crossbar_params params = xh_plain_crossbar();
    params.devices = 2;
    xh_crossbar *crossbar =
        xh_make_crossbar(INPUTS, OUTPUTS, "pcm_accumulate", NULL, 0, &params, 1);
    const float x[INPUTS] = {1.0F, -1.0F, 0.0F};
    float *y = xh_array_create(OUTPUTS, sizeof(float));
    float *u = xh_array_create(OUTPUTS, sizeof(float));
    for (size_t o = 0; o < OUTPUTS; o++) {
        y[o] = o % 2 == 0 ? 0.6F : -0.4F;
    }
    xh_crossbar_calibrate(crossbar, 1, x);
    const xh_setting losers[] = {{"loser_share", "1"}};
    xh_learner learner = learner_of("pcm_pair", OUTPUTS, losers, 1);
    const xh_signals signals = {1, INPUTS, OUTPUTS, x, u, y};
    const xh_rule rule = {xh_crossbar_step_up(crossbar), 0};
    for (int update = 0; update < 5; update++) {
        learn(&learner, crossbar, rule, &signals);
    }
    float *weights = xh_weights_of(crossbar);
    for (size_t half = 0; half < 2; half++) {
        const double sign = half == 0 ? 1 : -1;
        double mean[INPUTS] = {0};
        for (size_t o = half; o < OUTPUTS; o += 2) {
            for (size_t j = 0; j < INPUTS; j++) {
                mean[j] += (double)weights[o * INPUTS + j] / (OUTPUTS / 2.0);
            }
        }
        ck_assert_double_gt(sign * mean[0], 0.05);
        ck_assert_double_lt(sign * mean[1], -0.05);
        ck_assert_double_lt(fabs(mean[2]), 0.01);
    }
    xh_array_free(weights);
    xh_array_free(learner.state);
    xh_array_free(u);
    xh_array_free(y);
    xh_crossbar_free(crossbar);
}
END_TEST

/* A common-mode SET shrinks a weight by the saturating share: after k of them on a noise-free accumulating cell beyond
 * its first pulses w -> (1 - 0.084)^k w; 0.084 is the published slope. Noise averages over 2,000 weights. */
START_TEST(common_mode_set_decays_weights) {
    enum { INPUTS = 1000, OUTPUTS = 2, DECAYS = 6 };
    const xh_setting even[] = {{"drift", "0"}, {"drift_spread", "0"}};
    xh_crossbar_params params = xh_plain_crossbar();
    xh_crossbar *crossbar =
        xh_make_crossbar(INPUTS, OUTPUTS, "pcm_accumulate", even, 2, &params, 1);
    static int8_t plus[INPUTS];
    static int8_t minus[INPUTS];
    memset(plus, 14, sizeof(plus));
    memset(minus, 9, sizeof(minus));
    xh_crossbar_update_begin(crossbar);
    for (size_t o = 0; o < OUTPUTS; o++) {
        xh_crossbar_pulse(crossbar, o, plus, minus);
    }
    xh_crossbar_update_end(crossbar);
    float *before = xh_weights_of(crossbar);
    const float zero[INPUTS] = {0};
    const float one[OUTPUTS] = {1.0F, 1.0F};
    const xh_setting always[] = {{"decay", "100"}, {"refresh_every", "0"}};
    xh_learner learner = learner_of("pcm_pair", OUTPUTS, always, 2);
    const xh_signals signals = {1, INPUTS, OUTPUTS, zero, one, one};
    const xh_rule rule = {1.01 * xh_crossbar_step_up(crossbar), 0};
    for (int update = 0; update < DECAYS; update++) {
        learn(&learner, crossbar, rule, &signals);
    }
    float *after = xh_weights_of(crossbar);
    double was = 0;
    double is = 0;
    for (size_t s = 0; s < INPUTS * OUTPUTS; s++) {
        was += (double)before[s];
        is += (double)after[s];
    }
    /* cells that are still in their first pulses saturate faster; noise of the ratio is about 0.03 */
    ck_assert_double_eq_tol(is / was, pow(1 - 0.084, DECAYS), 0.12);
    xh_array_free(after);
    xh_array_free(learner.state);
    xh_array_free(before);
    xh_crossbar_free(crossbar);
}
END_TEST

/* RESETs of single devices shrink a weight in expectation by their probability q an event, and leave
 * each of a side's N devices standing or not: after k events the rest is binomial, (1 - q)^k in the mean
 * with variance (1 - q)^k (1 - (1 - q)^k) / N, less what a RESET leaves. Bounds are 5 standard errors
 * over 2,000 weights, for three comparisons a false alarm in 500,000. */
START_TEST(resets_decay_weights) {
    enum { INPUTS = 1000, OUTPUTS = 2, SYNAPSES = INPUTS * OUTPUTS, DEVICES = 4, DECAYS = 3 };
    const xh_setting even[] = {{"drift", "0"}, {"drift_spread", "0"}};
    xh_crossbar_params params = xh_plain_crossbar();
    params.devices = DEVICES;
    xh_crossbar *crossbar =
        xh_make_crossbar(INPUTS, OUTPUTS, "pcm_accumulate", even, 2, &params, 1);
    static int8_t plus[INPUTS], minus[INPUTS];
    memset(plus, 10 * DEVICES, sizeof(plus));
    xh_crossbar_update_begin(crossbar);
    for (size_t o = 0; o < OUTPUTS; o++) {
        xh_crossbar_pulse(crossbar, o, plus, minus);
    }
    xh_crossbar_update_end(crossbar);
    float *before = xh_weights_of(crossbar);
    const float zero[INPUTS] = {0};
    const float one[OUTPUTS] = {1.0F, 1.0F}, u[OUTPUTS] = {0.5F, 0.5F};
    const xh_setting share[] = {{"decay", "0.4"}};
    const double stands = pow(1 - 0.4 * 0.5, DECAYS);
    xh_learner learner = learner_of("stochastic_reset", OUTPUTS, share, 1);
    const xh_signals signals = {1, INPUTS, OUTPUTS, zero, u, one};
    const xh_rule rule = {1.01 * xh_crossbar_step_up(crossbar), 0};
    for (int update = 0; update < DECAYS; update++) {
        learn(&learner, crossbar, rule, &signals);
    }
    float *after = xh_weights_of(crossbar);
    double mean = 0, square = 0;
    for (size_t s = 0; s < SYNAPSES; s++) {
        const double left = (double)after[s] / (double)before[s];
        mean += left / SYNAPSES;
        square += left * left / SYNAPSES;
    }
    const double variance = stands * (1 - stands) / DEVICES;
    ck_assert_double_eq_tol(mean, stands, 5 * sqrt(variance / SYNAPSES) + 0.02);
    ck_assert_double_eq_tol(square - mean * mean, variance,
                            5 * variance * sqrt(2.0 / SYNAPSES) + 0.1 * variance);
    const double hits = 2.0 * SYNAPSES * DEVICES * DECAYS;
    const xh_pulse_tally *pulses = &xh_crossbar_ledger(crossbar)->pulses[XH_PHASE_update];
    ck_assert_double_eq_tol((double)pulses->reset, 0.2 * hits, 5 * sqrt(hits * 0.2 * 0.8));
    xh_array_free(after);
    xh_array_free(learner.state);
    xh_array_free(before);
    xh_crossbar_free(crossbar);
}
END_TEST

static void exercise(const char *scheme, const char *device, int threads, float *weights) {
    enum { INPUTS = 30, OUTPUTS = 37, COUNT = 90 };
    omp_set_num_threads(threads);
    xh_crossbar_params params;
    xh_param_defaults(&xh_crossbar_param_table, &params);
    params.devices = 2;
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, device, NULL, 0, &params, 1);
    float *x = xh_normals(COUNT * INPUTS, 2, 1);
    float *u = xh_normals(COUNT * OUTPUTS, 3, 1);
    float *y = xh_normals(COUNT * OUTPUTS, 4, 0.3);
    const xh_signals signals = {COUNT, INPUTS, OUTPUTS, x, u, y};
    const xh_rule rule = {0.08, 0.5};
    xh_learner learner = learner_of(scheme, OUTPUTS, NULL, 0);
    xh_crossbar_calibrate(crossbar, COUNT, x);
    for (int update = 0; update < 12; update++) {
        learn(&learner, crossbar, rule, &signals);
        xh_crossbar_age(crossbar, 0.01);
    }
    xh_probe_weights(crossbar, weights);
    xh_array_free(learner.state);
    xh_array_free(y);
    xh_array_free(u);
    xh_array_free(x);
    xh_crossbar_free(crossbar);
}

/* Every scheme of the registry, on a device that it can use, learns the same bits on 1 and 3 threads, and moves. */
START_TEST(same_bits_for_any_number_of_threads) {
    for (size_t s = 0; s < xh_scheme_count(); s++) {
        const xh_scheme *scheme = xh_scheme_at(s);
        const char *device = scheme->needs & XH_DEVICE_DEPRESSES ? "soft_bounds" : "pcm_accumulate";
        static float weights[2][30 * 37];
        exercise(scheme->name, device, 1, weights[0]);
        exercise(scheme->name, device, 3, weights[1]);
        ck_assert_msg(memcmp(weights[0], weights[1], sizeof(weights[0])) == 0, "%s", scheme->name);
        double square = 0;
        for (size_t i = 0; i < 30 * 37; i++) {
            square += (double)weights[0][i] * (double)weights[0][i];
        }
        ck_assert_msg(square > 1e-3, "%s does not move", scheme->name);
    }
}
END_TEST

START_TEST(descriptors_are_complete) {
    for (size_t s = 0; s < xh_scheme_count(); s++) {
        const xh_scheme *scheme = xh_scheme_at(s);
        const xh_scheme *found = NULL;
        ck_assert_int_eq(xh_scheme_find(scheme->name, &found, NULL), XH_OK);
        ck_assert_ptr_eq(found, scheme);
        ck_assert_uint_gt(strlen(scheme->summary), 10);
        ck_assert_uint_gt(strlen(scheme->reference), 10);
        ck_assert_uint_gt(strlen(scheme->digital_state), 10);
    }
    const xh_scheme *none = NULL;
    xh_error error = {0};
    ck_assert_int_eq(xh_scheme_find("pcm_pairs", &none, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "did you mean pcm_pair"));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {read_modify_write_is_the_rule,
                                  complementary_relaxes_to_the_mean_input,
                                  coincidence_rests_at_the_balance_of_its_phases,
                                  pcm_pair_learns_both_halves,
                                  common_mode_set_decays_weights,
                                  resets_decay_weights,
                                  mixed_precision_loses_nothing,
                                  same_bits_for_any_number_of_threads,
                                  descriptors_are_complete};
    return xh_suite_run("scheme", tests, sizeof(tests) / sizeof(tests[0]));
}
