/*
 * Local learning on pairs of unidirectional devices (PCM). At an event of column i (see events.h),
 * with s = sign(y):
 *
 *   Hebb:   SET on the plus side where s x_j > 0, on the minus side where s x_j < 0,
 *           with probability |x_j| as a share of the full scale of the rows
 *   decay:  SET on both sides of every synapse of the column, with probability decay u
 *           (winners with u > 0)
 *
 * A partial SET moves a device towards saturation by a share a of what is left, G -> G + a (Gs - G)
 * (Nandakumar et al. 2018), so a SET on both sides shrinks their difference: w -> (1 - a) w. The
 * common-mode SET is thus the Oja term - y u w, exact in expectation, without reading a weight; the
 * losers' SETs on the opposite side are the anti-Hebbian half. Both use up the range of the pair,
 * which the refresh gives back every refresh_every updates.
 *
 * Expected events a column and update: rate over the weight step of one pulse, so that rate is the
 * largest expected weight change of an update, as in the digital rule.
 */
#include "events.h"

#include <math.h>
#include <string.h>

typedef struct xh_pcm_pair {
    double row_gain;
    double loser_share;
    double decay;
    double keep;
    long refresh_every;
} xh_pcm_pair;

static const xh_param rows[] = {
    XH_REAL(xh_pcm_pair, row_gain, "1", 2, 0.01, 100,
            "probability that a row at full scale fires, before it is cut at 1 [A]"),
    XH_REAL(xh_pcm_pair, loser_share, "1", 0, 0, 10,
            "weight of the events of losers; 0: losers do not learn [found here: best of 0 to 1 on "
            "MNIST]"),
    XH_REAL(xh_pcm_pair, decay, "1", 0.05, 0, 100,
            "probability of a common-mode SET at an event of a winner, a unit of u, before it is "
            "cut at 1 [found here: best of 0 to 0.5 on MNIST]"),
    XH_REAL(xh_pcm_pair, keep, "1", 0.9, 0, 1,
            "share of a column's running activity that an update keeps [A]"),
    XH_INTEGER(xh_pcm_pair, refresh_every, "updates", 10, 0, 1000000,
               "updates between refreshes of saturated pairs; 0: never [A]"),
};

static const xh_param_table table = XH_PARAM_TABLE(xh_pcm_pair, rows);

static void event(const xh_column *column, size_t p, float sign) {
    const xh_pcm_pair *params = column->params;
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
    xh_column_train(column, XH_TRAIN_DECAY, p, uniform);
    const float u = column->signals->u[p * column->signals->outputs + column->output];
    if (sign > 0.0F && uniform[0] < (float)params->decay * u) {
        memset(plus, 1, inputs);
        xh_crossbar_pulse(column->crossbar, column->output, plus, plus);
    }
}

static void update(const void *values, xh_crossbar *crossbar, xh_rule rule,
                   const xh_signals *signals, float *state) {
    const xh_pcm_pair *params = values;
    const double events = rule.rate / xh_crossbar_step_up(crossbar);
    const uint64_t number = xh_crossbar_updates(crossbar);
    const bool refresh = params->refresh_every > 0 && number % (uint64_t)params->refresh_every == 0;
#pragma omp parallel for schedule(dynamic)
    for (size_t output = 0; output < signals->outputs; output++) {
        const double gain = xh_column_gain(signals, output, events, params->loser_share,
                                           params->keep, state + output);
        const xh_column column = {crossbar, signals, params, output, gain};
        xh_column_events(&column, params->loser_share, event);
        if (refresh) {
            xh_crossbar_refresh(crossbar, output);
        }
    }
}

const xh_scheme xh_scheme_pcm_pair = {
    .name = "pcm_pair",
    .summary = "local learning on PCM pairs: SET on either side, common-mode SET as decay, refresh",
    .reference = "pairs and refresh: Bichler et al., IEEE TED 59, 2206 (2012), DOI "
                 "10.1109/TED.2012.2197951; "
                 "multi-memristive synapses: Boybat et al., Nat. Commun. 9, 2514 (2018), DOI "
                 "10.1038/s41467-018-04933-y",
    .digital_state = "32 bits a column (running sum of its own |y|); reads the sides of every pair "
                     "at a refresh, and no "
                     "weight otherwise",
    .params = &table,
    .needs = XH_DEVICE_RESETS,
    .column_numbers = 1,
    .update = update,
};
