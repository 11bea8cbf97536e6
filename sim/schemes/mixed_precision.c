/*
 * Mixed precision: the full SoftHebb rule gathers in digital memory, a number a synapse, and reaches the
 * devices only when it is worth whole pulses.
 *
 *   m_i      = max(max_j |sum_p y_ip x_pj|, keep m_i)         causal running maximum of the column
 *   s_i      = rate (| |w_i| - 1 | + 1e-10)^norm_power / m_i
 *   chi_ij  += s_i sum_p y_ip x_pj                            at every update
 *   d_i     += s_i sum_p y_ip u_ip
 *   every flush_every updates:
 *     w_i       = column i as the converters read it (inputs one-hot row cycles)
 *     chi_ij   -= d_i w_ij,  d_i = 0
 *     pulses_ij = chi_ij / step, rounded towards zero, blind; chi_ij -= pulses_ij step
 *
 * Nothing is rounded away, and nothing at random: what is less than a pulse waits in chi, for which it
 * takes memory that grows with the synapses, which crossbars are there to spare. |w_i| is that of the
 * latest read.
 */
#include "sums.h"

#include <math.h>
#include <string.h>

typedef struct xh_mixed_precision {
    double keep;
    long flush_every;
    long refresh_every;
} xh_mixed_precision;

static const xh_param rows[] = {
    XH_REAL(xh_mixed_precision, keep, "1", 0.99, 0, 1,
            "share of a column's running maximum that an update keeps [A]"),
    XH_INTEGER(
        xh_mixed_precision, flush_every, "updates", 1, 1, 1000000,
        "updates between those that read weights and pulse devices; what they gather must stay "
        "small, since decay is of the weights as they are then [found here: best of 1 to 10 on "
        "CIFAR-10]"),
    XH_INTEGER(xh_mixed_precision, refresh_every, "updates", 10, 0, 1000000,
               "updates between refreshes of saturated pairs, for devices without down pulses; 0: "
               "never [A]"),
};

static const xh_param_table table = XH_PARAM_TABLE(xh_mixed_precision, rows);

/* What a column keeps, in front of its chi [inputs]. */
enum { MAXIMUM, NORM, DECAY, NUMBERS };

/* Adds the sums of a batch, [inputs] and of the column, to what is kept. */
static void gather(const xh_mixed_precision *params, xh_rule rule, const float *sums, double decay,
                   size_t inputs, float *kept) {
    float most = 0.0F;
    for (size_t j = 0; j < inputs; j++) {
        most = fmaxf(most, fabsf(sums[j]));
    }
    kept[MAXIMUM] = fmaxf(most, (float)params->keep * kept[MAXIMUM]);
    if (!(kept[MAXIMUM] > 0.0F)) {
        return;
    }
    const double eta = rule.rate * pow(fabs((double)kept[NORM] - 1.0) + 1e-10, rule.norm_power);
    const float scale = (float)(eta / (double)kept[MAXIMUM]);
    float *chi = kept + NUMBERS;
    for (size_t j = 0; j < inputs; j++) {
        chi[j] += scale * sums[j];
    }
    kept[DECAY] += scale * (float)decay;
}

static float norm_of(const float *weight, size_t inputs) {
    double square = 0;
    for (size_t j = 0; j < inputs; j++) {
        square += (double)weight[j] * (double)weight[j];
    }
    return (float)sqrt(square);
}

/* Turns what is kept into pulses [inputs], and keeps the rest. */
static void take_pulses(xh_crossbar *crossbar, const float *weight, size_t inputs, float *kept,
                        int32_t *pulses) {
    const float up = (float)xh_crossbar_step_up(crossbar);
    const float lower = (float)xh_crossbar_step_down(crossbar);
    const float down = lower > 0.0F ? lower : up;
    float *chi = kept + NUMBERS;
    for (size_t j = 0; j < inputs; j++) {
        chi[j] -= kept[DECAY] * weight[j];
        const float step = chi[j] > 0.0F ? up : down;
        pulses[j] = (int32_t)fminf(fmaxf(chi[j] / step, -127.0F), 127.0F);
        chi[j] -= (float)pulses[j] * step;
    }
    kept[DECAY] = 0;
    kept[NORM] = norm_of(weight, inputs);
}

static void flush(xh_crossbar *crossbar, size_t output, size_t inputs, float *scratch,
                  float *kept) {
    const uint64_t update = xh_crossbar_updates(crossbar);
    const uint64_t number = xh_crossbar_first(crossbar) + output;
    const bool depresses = xh_crossbar_model(crossbar)->traits & XH_DEVICE_DEPRESSES;
    float *weight = scratch;
    int32_t *pulses = (int32_t *)(void *)(scratch + inputs);
    int8_t *plus = (int8_t *)(scratch + 2 * inputs);
    int8_t *minus = (int8_t *)(scratch + 3 * inputs);
    xh_crossbar_read_column(crossbar, output, weight);
    take_pulses(crossbar, weight, inputs, kept, pulses);
    xh_crossbar_book(crossbar, XH_EVENT_rule_mac, 3 * inputs);
    xh_crossbar_book(crossbar, XH_EVENT_memory_byte, 8 * inputs);
    xh_sums_share(pulses, inputs, depresses, (update + number) % 2 == 0, plus, minus);
    xh_crossbar_pulse(crossbar, output, plus, minus);
}

static void update_column(const void *values, xh_crossbar *crossbar, xh_rule rule,
                          const xh_signals *signals, size_t output, float *sums, double decay,
                          float *scratch, float *kept) {
    const xh_mixed_precision *params = values;
    const size_t inputs = signals->inputs;
    const uint64_t update = xh_crossbar_updates(crossbar);
    const bool depresses = xh_crossbar_model(crossbar)->traits & XH_DEVICE_DEPRESSES;
    if (!(kept[NORM] > 0.0F)) { /* the first update */
        xh_crossbar_read_column(crossbar, output, scratch);
        kept[NORM] = norm_of(scratch, inputs);
    }
    gather(params, rule, sums, decay, inputs, kept);
    xh_crossbar_book(crossbar, XH_EVENT_rule_mac, signals->count * (inputs + 1) + inputs);
    xh_crossbar_book(crossbar, XH_EVENT_memory_byte, 8 * (signals->count + 1) * inputs + 24);
    if (update % (uint64_t)params->flush_every == 0) {
        flush(crossbar, output, inputs, scratch, kept);
    }
    if (!depresses && params->refresh_every > 0 && update % (uint64_t)params->refresh_every == 0) {
        xh_crossbar_refresh(crossbar, output);
    }
}

static void update(const void *params, xh_crossbar *crossbar, xh_rule rule,
                   const xh_signals *signals, float *state) {
    xh_sums_update(params, crossbar, rule, signals, state, NUMBERS + signals->inputs,
                   update_column);
}

const xh_scheme xh_scheme_mixed_precision = {
    .name = "mixed_precision",
    .summary =
        "the full rule, gathered in digital memory a synapse; whole pulses when they are due",
    .reference =
        "Nandakumar et al., Front. Neurosci. 14, 406 (2020), DOI 10.3389/fnins.2020.00406; "
        "rule: Journe et al., ICLR 2023 (arXiv 2209.11883)",
    .digital_state = "32 bits a synapse (what is less than a pulse), 3 x 32 bits a column (running "
                     "maximum, norm, decay that is due), 32 bits a synapse of the column under way "
                     "(accumulator); reads every weight of every column once in flush_every "
                     "updates, and the sides of every pair at a refresh",
    .params = &table,
    .needs = 0,
    .column_numbers = NUMBERS,
    .synapse_numbers = 1,
    .update = update,
};
