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
 */
#include "events.h"

static const xh_param rows[] = {XH_EVENT_ROWS(0.5)};

static const xh_param_table table = XH_PARAM_TABLE(xh_event_params, rows);

static void event(const xh_column *column, size_t p, float sign) {
    const size_t inputs = column->signals->inputs;
    const float *x = column->signals->x + p * inputs;
    xh_event_hebb(column, p, sign);
    const float *uniform = xh_event_train(column, XH_TRAIN_COMPLEMENT, p);
    const float scale = xh_event_scale(column, sign);
    int8_t *plus = xh_event_plus(column);
    int8_t *minus = xh_event_minus(column);
    for (size_t j = 0; j < inputs; j++) {
        plus[j] = (int8_t) - (uniform[j] >= scale * x[j]);
        minus[j] = (int8_t) - (uniform[j] >= -scale * x[j]);
    }
    xh_crossbar_pulse(column->crossbar, column->output, plus, minus);
}

static void update(const void *params, xh_crossbar *crossbar, xh_rule rule,
                   const xh_signals *signals, float *state) {
    xh_events_update(params, crossbar, rule, signals, state, false, event);
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
