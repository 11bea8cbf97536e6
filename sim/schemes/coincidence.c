/*
 * Two-phase Oja by coincidence, for devices that move both ways. At an event of column i (see
 * events.h), with s = sign(y) and R the full scale of the rows:
 *
 *   phase P: up   on the plus side where s x_j > 0, on the minus side where s x_j < 0, with
 *            probability p_j = row_gain |x_j| / R
 *   phase D: down on both sides of every synapse of the column, with probability
 *            r = decay row_gain weight_range u / R (winners with u > 0)
 *
 * On a device whose down step is proportional to what is there (g in shares of the range) the
 * expected change of a side is a_up f_up(g) p - a_down g r. With f_up = 1 and decay = a_up / a_down
 * that is the rule's y (x - u w), exactly; where up steps shrink too (soft bounds, f_up = 1 - g) a
 * side rests at p / (p + r), a monotone compression of it. Constant down steps subtract instead of
 * scaling, so that weights end at either bound. Losers (s = -1) learn the negative of their input
 * and do not decay.
 */
#include "events.h"

typedef struct xh_coincidence {
    xh_event_params events;
    double decay;
} xh_coincidence;

static const xh_param rows[] = {
    XH_EVENT_ROWS(0),
    XH_REAL(
        xh_coincidence, decay, "1", 1, 0, 100,
        "weight of the decay y u w; 1: as in the rule, on devices whose steps down at g_max and "
        "up at g_min are equal [derived]"),
};

static const xh_param_table table = XH_PARAM_TABLE(xh_coincidence, rows);

static void event(const xh_column *column, size_t p, float sign) {
    const xh_coincidence *params = (const xh_coincidence *)column->params;
    xh_event_hebb(column, p, sign);
    if (sign > 0.0F) {
        const xh_crossbar *crossbar = column->crossbar;
        const double u = (double)column->signals->u[p * column->signals->outputs + column->output];
        const double range = xh_crossbar_parameters(crossbar)->weight_range;
        const double gain = params->decay * params->events.row_gain * range;
        xh_event_common(column, p, (float)(gain * u / xh_crossbar_input_range(crossbar)), -1);
    }
}

static void update(const void *params, xh_crossbar *crossbar, xh_rule rule,
                   const xh_signals *signals, float *state) {
    xh_events_update(params, crossbar, rule, signals, state, false, event);
}

const xh_scheme xh_scheme_coincidence = {
    .name = "coincidence",
    .summary =
        "local two-phase Oja for bidirectional devices: up by coincidence, down on the whole "
        "column",
    .reference = "stochastic coincidence: Gokmen & Vlasov, Front. Neurosci. 10, 333 (2016), DOI "
                 "10.3389/fnins.2016.00333",
    .digital_state = "32 bits a column (running sum of its own |y|); no read of any weight",
    .params = &table,
    .needs = XH_DEVICE_DEPRESSES,
    .column_numbers = 1,
    .update = update,
};
