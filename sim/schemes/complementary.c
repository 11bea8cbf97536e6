/*
 * Complementary instar, for devices that move both ways. At an event of column i (see events.h),
 * with s = sign(y) and x+ = max(s x_j, 0), x- = max(-s x_j, 0) as shares of the rows' full scale:
 *
 *   phase P: up   on the plus side with probability x+,     on the minus side with x-
 *   phase D: down on the plus side with probability 1 - x+, on the minus side with 1 - x-
 *
 * On soft bounds with equal steps the expected change of a side is a (x+- - g), exactly an instar:
 * the decay comes from the device, with no weight read, no multiplier and no u. Its fixed point
 * E[y x] / E[y] has the direction of SoftHebb's E[y x] / E[y u]; losers (s = -1) learn the negative
 * of their input, the anti-Hebbian half.
 *
 * Expected events a column and update: rate over the weight step of one pulse, so that rate is the
 * largest expected weight change of an update, as in the digital rule.
 */
#include "events.h"

#include <math.h>

typedef struct xh_complementary {
    double row_gain;
    double loser_share;
    double keep;
} xh_complementary;

static const xh_param rows[] = {
    XH_REAL(xh_complementary, row_gain, "1", 2, 0.01, 100,
            "probability that a row at full scale fires, before it is cut at 1 [A]"),
    XH_REAL(xh_complementary, loser_share, "1", 0.5, 0, 10,
            "weight of the events of losers; 0: losers do not learn [found here: best of 0 to 1 on "
            "MNIST]"),
    XH_REAL(xh_complementary, keep, "1", 0.9, 0, 1,
            "share of a column's running activity that an update keeps [A]"),
};

static const xh_param_table table = XH_PARAM_TABLE(xh_complementary, rows);

static void event(const xh_column *column, size_t p, float sign) {
    const xh_complementary *params = column->params;
    const size_t inputs = column->signals->inputs;
    const float *x = column->signals->x + p * inputs;
    const float scale =
        sign * (float)(params->row_gain / xh_crossbar_input_range(column->crossbar));
    float *uniform = xh_crossbar_workspace(column->crossbar);
    int8_t *plus = (int8_t *)(uniform + inputs);
    int8_t *minus = (int8_t *)(uniform + 2 * inputs);
    xh_column_train(column, XH_TRAIN_ROWS, p, uniform);
    for (size_t j = 0; j < inputs; j++) {
        plus[j] = uniform[j] < scale * x[j];
        minus[j] = uniform[j] < -scale * x[j];
    }
    xh_crossbar_pulse(column->crossbar, column->output, plus, minus);
    xh_column_train(column, XH_TRAIN_COMPLEMENT, p, uniform);
    for (size_t j = 0; j < inputs; j++) {
        plus[j] = (int8_t) - (uniform[j] >= scale * x[j]);
        minus[j] = (int8_t) - (uniform[j] >= -scale * x[j]);
    }
    xh_crossbar_pulse(column->crossbar, column->output, plus, minus);
}

static void update(const void *values, xh_crossbar *crossbar, xh_rule rule,
                   const xh_signals *signals, float *state) {
    const xh_complementary *params = values;
    const double events = rule.rate / xh_crossbar_step_up(crossbar);
#pragma omp parallel for schedule(dynamic)
    for (size_t output = 0; output < signals->outputs; output++) {
        const double gain = xh_column_gain(signals, output, events, params->loser_share,
                                           params->keep, state + output);
        const xh_column column = {crossbar, signals, params, output, gain};
        xh_column_events(&column, params->loser_share, event);
    }
}

const xh_scheme xh_scheme_complementary = {
    .name = "complementary",
    .summary =
        "local instar for bidirectional devices: up where the input is, down where it is not",
    .reference = "weight-dependent steps as the decay: Bill & Legenstein, Front. Neurosci. 8, 412 "
                 "(2014), DOI "
                 "10.3389/fnins.2014.00412; complementary patterns: Sidler et al., ICANN 2017, DOI "
                 "10.1007/978-3-319-68600-4_33",
    .digital_state = "32 bits a column (running sum of its own |y|); no read of any weight",
    .params = &table,
    .needs = XH_DEVICE_DEPRESSES,
    .column_numbers = 1,
    .update = update,
};
