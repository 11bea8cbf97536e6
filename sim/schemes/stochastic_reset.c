/*
 * Local learning on pairs of devices that only take SETs and full RESETs (PCM), with a decay that
 * needs no refresh. At an event of column i (see events.h), with s = sign(y):
 *
 *   Hebb:   SET on the plus side where s x_j > 0, on the minus side where s x_j < 0,
 *           with probability |x_j| as a share of the full scale of the rows
 *   decay:  RESET of every device of the column, each for itself with probability
 *           min(decay u, 1) (winners with u > 0)
 *
 * A RESET takes all that a device has, so that a side shrinks in expectation by the share of its
 * devices that are hit: E[dw] = - decay u w, the Oja term exactly, without reading a weight and from
 * any state, where the common-mode SET of pcm_pair needs devices that saturate. What it costs is
 * noise, a coefficient of variation of 1/sqrt(devices) of a side however rare events are, and RESETs:
 * the most dear of pulses, and those that wear.
 */
#include "events.h"

typedef struct xh_stochastic_reset {
    xh_event_params events;
    double decay;
} xh_stochastic_reset;

static const xh_param rows[] = {
    XH_EVENT_ROWS(0),
    XH_REAL(xh_stochastic_reset, decay, "1", 0.001, 0, 100,
            "probability that a device is RESET at an event of a winner, a unit of u, before it is "
            "cut at 1 [found here: best of 0.001 to 0.03 on MNIST]"),
};

static const xh_param_table table = XH_PARAM_TABLE(xh_stochastic_reset, rows);

static void event(const xh_column *column, size_t p, float sign) {
    const xh_stochastic_reset *params = (const xh_stochastic_reset *)column->params;
    const float u = column->signals->u[p * column->signals->outputs + column->output];
    xh_event_hebb(column, p, sign);
    if (sign > 0.0F && u > 0.0F) {
        xh_event_reset(column, p, (float)params->decay * u);
    }
}

static void update(const void *values, xh_crossbar *crossbar, xh_rule rule,
                   const xh_signals *signals, float *state) {
    const xh_stochastic_reset *params = values;
    xh_events_update(&params->events, crossbar, rule, signals, state, false, event);
}

const xh_scheme xh_scheme_stochastic_reset = {
    .name = "stochastic_reset",
    .summary =
        "local learning on PCM pairs: SET on either side, random RESETs of single devices as "
        "decay",
    .reference = "RESETs as decay: proposed here; multi-memristive synapses: Boybat et al., Nat. "
                 "Commun. 9, 2514 (2018), DOI 10.1038/s41467-018-04933-y",
    .digital_state = "32 bits a column (running sum of its own |y|); reads no weight",
    .params = &table,
    .needs = XH_DEVICE_RESETS,
    .pairs = true,
    .column_numbers = 1,
    .update = update,
};
