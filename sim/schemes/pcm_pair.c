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
 * which the refresh gives back every refresh_every updates. Without it (decay 0) weights are held back by
 * the same saturation.
 */
#include "events.h"

typedef struct xh_pcm_pair {
    xh_event_params events;
    double decay;
    long refresh_every;
} xh_pcm_pair;

static const xh_param rows[] = {
    XH_EVENT_ROWS(0),
    XH_REAL(xh_pcm_pair, decay, "1", 0, 0, 100,
            "probability of a common-mode SET at an event of a winner, a unit of u, before it is "
            "cut at 1 [found here: none is better than 0.05 on MNIST]"),
    XH_INTEGER(xh_pcm_pair, refresh_every, "updates", 10, 0, 1000000,
               "updates between refreshes of saturated pairs; 0: never [A]"),
};

static const xh_param_table table = XH_PARAM_TABLE(xh_pcm_pair, rows);

static void event(const xh_column *column, size_t p, float sign) {
    const xh_pcm_pair *params = (const xh_pcm_pair *)column->params;
    const float u = column->signals->u[p * column->signals->outputs + column->output];
    xh_event_hebb(column, p, sign);
    if (sign > 0.0F) {
        xh_event_common(column, p, (float)params->decay * u, 1);
    }
}

static void update(const void *values, xh_crossbar *crossbar, xh_rule rule,
                   const xh_signals *signals, float *state) {
    const xh_pcm_pair *params = values;
    const uint64_t every = (uint64_t)params->refresh_every;
    const bool refresh = every > 0 && xh_crossbar_updates(crossbar) % every == 0;
    xh_events_update(&params->events, crossbar, rule, signals, state, refresh, event);
}

const xh_scheme xh_scheme_pcm_pair = {
    .name = "pcm_pair",
    .summary = "local learning on PCM pairs: SET on either side, common-mode SET as decay, refresh",
    .reference = "pairs and refresh: Bichler et al., IEEE TED 59(8) (2012); "
                 "multi-memristive synapses: Boybat et al., Nat. Commun. 9, 2514 (2018), DOI "
                 "10.1038/s41467-018-04933-y",
    .digital_state = "32 bits a column (running sum of its own |y|); reads the sides of every pair "
                     "at a refresh, and no "
                     "weight otherwise",
    .params = &table,
    .needs = XH_DEVICE_RESETS,
    .pairs = true,
    .column_numbers = 1,
    .update = update,
};
