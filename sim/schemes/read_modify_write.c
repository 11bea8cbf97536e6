/*
 * Read, modify, write: the full SoftHebb rule, column by column.
 *
 *   w_i       = column i as the converters read it (inputs one-hot row cycles)
 *   dw_ij     = sum_p y_ip x_pj - (sum_p y_ip u_ip) w_ij      over the vectors p of a batch
 *   m_i       = max(max_j |dw_ij|, keep m_i)                  causal running maximum of the column
 *   eta_i     = rate (| |w_i| - 1 | + 1e-10)^norm_power
 *   pulses_ij = eta_i dw_ij / (m_i step), stochastically rounded, blind
 *
 * step is the nominal one of mid-range, or (steps: measured) what a pulse is expected to do from where
 * the sides of the synapse are, as test cells told beforehand: devices whose steps depend on their
 * state then follow the rule as those of constant steps do.
 *
 * It needs a digital accumulator a synapse of the column under way and N reads an update: an upper
 * bound for what the local schemes can reach, not a local scheme. The running maximum of a column
 * replaces the published division by the layer's maximum, which no column knows.
 *
 * A device without down pulses is potentiated on the other side of its pair instead, and saturated
 * pairs are refreshed every refresh_every updates. On a bidirectional device both sides of the pair
 * move, one up and the other down.
 */
#include "sums.h"

#include <math.h>
#include <string.h>

typedef struct xh_read_modify_write {
    double keep;
    long refresh_every;
    char steps[XH_PARAM_TEXT_SIZE];
} xh_read_modify_write;

static const char *const step_kinds[] = {"nominal", "measured", NULL};

static const xh_param rows[] = {
    XH_REAL(xh_read_modify_write, keep, "1", 0.99, 0, 1,
            "share of a column's running maximum that an update keeps [A]"),
    XH_INTEGER(xh_read_modify_write, refresh_every, "updates", 10, 0, 1000000,
               "updates between refreshes of saturated pairs, for devices without down pulses; 0: "
               "never [A]"),
    XH_TEXT(xh_read_modify_write, steps, "nominal", step_kinds,
            "what pulses are reckoned by: the step at mid-range, or steps measured on test cells "
            "against the conductance of each side, which is then read"),
};

static const xh_param_table table = XH_PARAM_TABLE(xh_read_modify_write, rows);

static bool measures(const void *values) {
    const xh_read_modify_write *params = values;
    return strcmp(params->steps, "measured") == 0;
}

/* Steps of every synapse of a column, up and down; reads what they depend on. */
static void find_steps(const xh_read_modify_write *params, xh_crossbar *crossbar, size_t output,
                       size_t inputs, float *rise, float *fall) {
    if (measures(params)) {
        xh_crossbar_read_steps(crossbar, output, rise, fall);
        xh_crossbar_book(crossbar, XH_EVENT_rule_mac, 2 * inputs);
        return;
    }
    const double up = xh_crossbar_step_up(crossbar), down = xh_crossbar_step_down(crossbar);
    for (size_t j = 0; j < inputs; j++) {
        rise[j] = (float)up;
        fall[j] = (float)(down > 0 ? down : up);
    }
}

/* Turns sums into the update in units of pulses; returns nothing to do (false) if it is all zero.
 */
static bool update_in_pulses(const xh_read_modify_write *params, xh_rule rule, const float *weight,
                             double decay, size_t inputs, const float *rise, const float *fall,
                             float *sums, float *maximum) {
    float most = 0.0F;
    double square = 0;
    for (size_t j = 0; j < inputs; j++) {
        sums[j] -= (float)decay * weight[j];
        most = fmaxf(most, fabsf(sums[j]));
        square += (double)weight[j] * (double)weight[j];
    }
    *maximum = fmaxf(most, (float)params->keep * *maximum);
    if (!(*maximum > 0.0F)) {
        return false;
    }
    const double eta = rule.rate * pow(fabs(sqrt(square) - 1.0) + 1e-10, rule.norm_power);
    const float scale = (float)(eta / (double)*maximum);
    for (size_t j = 0; j < inputs; j++) {
        sums[j] *= scale / (sums[j] > 0.0F ? rise[j] : fall[j]);
    }
    return true;
}

static void update_column(const void *values, xh_crossbar *crossbar, xh_rule rule,
                          const xh_signals *signals, size_t output, float *sums, double decay,
                          float *scratch, float *maximum) {
    const xh_read_modify_write *params = values;
    const size_t inputs = signals->inputs;
    const uint64_t update = xh_crossbar_updates(crossbar);
    const uint64_t number = xh_crossbar_first(crossbar) + output;
    float *weight = scratch;
    int32_t *pulses = (int32_t *)(void *)(scratch + inputs);
    int8_t *plus = (int8_t *)(scratch + 2 * inputs);
    int8_t *minus = (int8_t *)(scratch + 3 * inputs);
    float *rise = scratch + 4 * inputs;
    float *fall = scratch + 5 * inputs;
    const bool depresses = xh_crossbar_model(crossbar)->traits & XH_DEVICE_DEPRESSES;
    xh_crossbar_read_column(crossbar, output, weight);
    find_steps(params, crossbar, output, inputs, rise, fall);
    xh_crossbar_book(crossbar, XH_EVENT_rule_mac, signals->count * (inputs + 1) + 3 * inputs);
    xh_crossbar_book(crossbar, XH_EVENT_memory_byte, 8 * signals->count * inputs + 8);
    if (update_in_pulses(params, rule, weight, decay, inputs, rise, fall, sums, maximum)) {
        xh_rng_round(xh_crossbar_scheme_stream(crossbar), number * inputs, inputs, sums, pulses);
        xh_crossbar_book(crossbar, XH_EVENT_train_bit, inputs);
        xh_sums_share(pulses, inputs, depresses, (update + number) % 2 == 0, plus, minus);
        xh_crossbar_pulse(crossbar, output, plus, minus);
    }
    if (!depresses && params->refresh_every > 0 && update % (uint64_t)params->refresh_every == 0) {
        xh_crossbar_refresh(crossbar, output);
    }
}

static void update(const void *params, xh_crossbar *crossbar, xh_rule rule,
                   const xh_signals *signals, float *state) {
    xh_sums_update(params, crossbar, rule, signals, state, 1, update_column);
}

const xh_scheme xh_scheme_read_modify_write = {
    .name = "read_modify_write",
    .summary = "the full rule: read a column, compute its update digitally, blind pulses with "
               "stochastic rounding",
    .reference = "rule: Journe et al., ICLR 2023 (arXiv 2209.11883); blind pulses: Nandakumar et "
                 "al., Front. Neurosci. "
                 "14, 406 (2020), DOI 10.3389/fnins.2020.00406",
    .digital_state =
        "32 bits a column (running maximum), 32 bits a synapse of the column under way "
        "(accumulator), with measured steps 64 x 32 bits a crossbar (their table); "
        "reads every weight of every column once an update, the sides of every synapse "
        "too with measured steps, and those of every pair at a refresh",
    .measures = measures,
    .params = &table,
    .needs = 0,
    .column_numbers = 1,
    .update = update,
};
