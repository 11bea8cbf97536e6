/* What a row of the trace says of a layer: norms, convergence, winners, pulses, energy, wear.
 * Analysis only. */
#include "run_internal.h"

#include "crosshebb/probe.h"

#include <gsl/gsl_statistics_float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* X(name, unit, sentence) */
#define COLUMN_LIST(X)                                                                             \
    X(image, "1", "images presented to the layer so far")                                          \
    X(norm_mean, "1", "mean over the neurons of the weights' Euclidean norm |W|")                  \
    X(norm_min, "1", "smallest |W|")                                                               \
    X(norm_max, "1", "largest |W|")                                                                \
    X(converged_fraction, "1", "share of the neurons with | |W| - 1 | < 0.01")                     \
    X(winners, "1", "share of the neurons that won at least one position since the last row")      \
    X(winner_entropy, "bit", "entropy of the winners since the last row")                          \
    X(winner_y, "1", "mean over the positions of the winner's y, latest batch")                    \
    X(active_fraction, "1", "share of y beyond 1e-3 in magnitude, latest batch")                   \
    X(cosine_to_start, "1",                                                                        \
      "median over the neurons of the cosine between W and W before training")                     \
    X(pulses_up, "pulses", "up pulses of learning and refresh so far, all layers")                 \
    X(pulses_down, "pulses", "down pulses of learning and refresh so far, all layers")             \
    X(pulses_reset, "pulses", "RESETs of learning and refresh so far, all layers")                 \
    X(pulses_effective, "pulses", "those of these up and down pulses that changed a conductance")  \
    X(pulses_clipped, "pulses", "those of these up and down pulses that a bound cut short")        \
    X(energy, "J", "energy of everything so far, all layers and phases")                           \
    X(update_energy, "J", "energy of learning and refresh so far, all layers")                     \
    X(latency, "s", "simulated time that everything so far took, all layers and phases")           \
    X(wear_max, "cycles", "largest wear of a device of the layer")                                 \
    X(stuck, "devices", "stuck devices of the layer, from the start or worn out")                  \
    X(device_time, "s", "age of the layer's devices")

enum {
#define COLUMN_ENUM(name, unit, sentence) COLUMN_##name,
    COLUMN_LIST(COLUMN_ENUM)
#undef COLUMN_ENUM
        COLUMNS
};

static const xh_trace_column columns[COLUMNS] = {
#define COLUMN_ROW(name, unit, sentence) {#name, unit, sentence},
    COLUMN_LIST(COLUMN_ROW)
#undef COLUMN_ROW
};

xh_status xh_run_layer_table(xh_run_state *run, size_t index, xh_error *error) {
    char group[XH_PARAM_TEXT_SIZE + 8];
    snprintf(group, sizeof(group), "train/%s", run->config->layers[index].name);
    const xh_status status =
        xh_trace_table(run->trace, group, columns, COLUMNS, &run->blocks[index].table, error);
    return status == XH_OK ? xh_trace_integer(run->trace, group, "total",
                                              (long long)xh_run_total(run), NULL, error)
                           : status;
}

/* Norms [outputs] of the rows of weights [outputs][inputs]. */
static void measure_norms(const float *weights, size_t outputs, size_t inputs, float *norms) {
    for (size_t i = 0; i < outputs; i++) {
        double square = 0;
        for (size_t j = 0; j < inputs; j++) {
            const double weight = weights[i * inputs + j];
            square += weight * weight;
        }
        norms[i] = (float)sqrt(square);
    }
}

static double converged_fraction(const float *norms, size_t outputs) {
    size_t converged = 0;
    for (size_t i = 0; i < outputs; i++) {
        converged += fabs((double)norms[i] - 1) < 0.01;
    }
    return (double)converged / (double)outputs;
}

/* Cosines [outputs] between the weights, of the norms given, and those before training, whose norms
 * it finds in cosines; 0 for a neuron without weights. */
static void measure_cosines(const xh_run_block *block, const float *weights, const float *norms,
                            float *cosines) {
    const size_t inputs = xh_layer_inputs(block->layer);
    const size_t outputs = xh_synapses_outputs(xh_layer_synapses(block->layer));
    for (size_t i = 0; i < outputs; i++) {
        double product = 0;
        for (size_t j = 0; j < inputs; j++) {
            product += (double)block->start[i * inputs + j] * (double)weights[i * inputs + j];
        }
        const double scale = (double)norms[i] * (double)cosines[i];
        cosines[i] = (float)(scale > 0 ? product / scale : 0);
    }
}

xh_run_weights xh_run_describe_weights(const xh_run_block *block, const float *weights,
                                       float *norms, float *cosines) {
    const size_t inputs = xh_layer_inputs(block->layer);
    const xh_division division = xh_synapses_division(xh_layer_synapses(block->layer));
    const size_t outputs = division.length, own = xh_division_own(division).count;
    measure_norms(block->start, own, inputs, cosines + outputs);
    measure_norms(weights, own, inputs, norms + outputs);
    measure_cosines(block, weights, norms + outputs, cosines + outputs);
    xh_division_gather(division, 1, norms + outputs, norms);
    xh_division_gather(division, 1, cosines + outputs, cosines);
    return (xh_run_weights){
        .norm_mean = gsl_stats_float_mean(norms, 1, outputs),
        .norm_min = gsl_stats_float_min(norms, 1, outputs),
        .norm_max = gsl_stats_float_max(norms, 1, outputs),
        .converged_fraction = converged_fraction(norms, outputs),
        .cosine_to_start = gsl_stats_float_median(cosines, 1, outputs),
    };
}

static xh_run_winners describe_winners(const uint32_t *wins, size_t outputs) {
    double total = 0, entropy = 0;
    size_t winners = 0;
    for (size_t i = 0; i < outputs; i++) {
        total += wins[i];
        winners += wins[i] > 0;
    }
    for (size_t i = 0; i < outputs; i++) {
        const double share = wins[i] > 0 ? wins[i] / total : 1;
        entropy -= share * log2(share);
    }
    return (xh_run_winners){(double)winners / (double)outputs, entropy};
}

/* How sparse learning was in the latest batch. */
static void describe_signals(const xh_layer *layer, size_t outputs, double *row) {
    size_t count = 0;
    const float *y = xh_layer_y(layer, &count);
    double winners = 0;
    size_t active = 0;
    for (size_t p = 0; p < count; p++, y += outputs) {
        float winner = 0; /* whose y is the largest, whatever the competition */
        for (size_t i = 0; i < outputs; i++) {
            winner = y[i] > winner ? y[i] : winner;
            active += fabsf(y[i]) > 1e-3F;
        }
        winners += (double)winner;
    }
    row[COLUMN_winner_y] = count > 0 ? winners / (double)count : 0;
    row[COLUMN_active_fraction] = count > 0 ? (double)active / (double)(count * outputs) : 0;
}

static void describe_costs(const xh_run_state *run, double *row) {
    const xh_ledger ledger = xh_run_ledger(run);
    const xh_cost cost = xh_run_cost(run);
    const xh_pulse_tally pulses = xh_ledger_learning_pulses(&ledger);
    row[COLUMN_pulses_up] = (double)pulses.up;
    row[COLUMN_pulses_down] = (double)pulses.down;
    row[COLUMN_pulses_reset] = (double)pulses.reset;
    row[COLUMN_pulses_effective] = (double)pulses.effective;
    row[COLUMN_pulses_clipped] = (double)pulses.clipped;
    row[COLUMN_energy] = cost.total_joules;
    row[COLUMN_update_energy] = xh_cost_phase_joules(&cost, XH_PHASE_update) +
                                xh_cost_phase_joules(&cost, XH_PHASE_refresh);
    row[COLUMN_latency] = cost.total_seconds;
}

static float largest(const float *values, size_t count) {
    float most = 0;
    for (size_t i = 0; i < count; i++) {
        most = values[i] > most ? values[i] : most;
    }
    return most;
}

uint64_t xh_run_stuck(const xh_run_state *run, const xh_crossbar *crossbar) {
    uint64_t stuck = xh_probe_stuck(crossbar);
    xh_partners_sum(run->options->partners, 1, &stuck);
    return stuck;
}

typedef struct row_scratch {
    float *weights;
    float *norms;
    float *cosines;
    uint32_t *wins;
    float *wear;
} row_scratch;

static void describe(xh_run_state *run, xh_run_block *block, row_scratch scratch, double *row) {
    xh_synapses *synapses = xh_layer_synapses(block->layer);
    const xh_crossbar *crossbar = xh_synapses_crossbar(synapses);
    const size_t outputs = xh_synapses_division(synapses).length;
    xh_synapses_weights(synapses, scratch.weights, xh_probe_weights);
    xh_layer_wins(block->layer, scratch.wins, true);
    block->winners = describe_winners(scratch.wins, outputs);
    const xh_run_weights weights =
        xh_run_describe_weights(block, scratch.weights, scratch.norms, scratch.cosines);
    row[COLUMN_image] = (double)block->images;
    row[COLUMN_norm_mean] = weights.norm_mean;
    row[COLUMN_norm_min] = weights.norm_min;
    row[COLUMN_norm_max] = weights.norm_max;
    row[COLUMN_converged_fraction] = weights.converged_fraction;
    row[COLUMN_cosine_to_start] = weights.cosine_to_start;
    row[COLUMN_winners] = block->winners.share;
    row[COLUMN_winner_entropy] = block->winners.entropy;
    describe_signals(block->layer, outputs, row);
    describe_costs(run, row);
    if (scratch.wear) {
        xh_probe_wear(crossbar, scratch.wear);
        float wear = largest(scratch.wear, xh_crossbar_devices(crossbar));
        xh_partners_largest(run->options->partners, 1, &wear);
        row[COLUMN_wear_max] = (double)wear;
        row[COLUMN_stuck] = (double)xh_run_stuck(run, crossbar);
        row[COLUMN_device_time] = xh_crossbar_time(crossbar);
    }
}

xh_status xh_run_layer_row(xh_run_state *run, size_t index, xh_error *error) {
    xh_run_block *block = &run->blocks[index];
    xh_synapses *synapses = xh_layer_synapses(block->layer);
    const xh_crossbar *crossbar = xh_synapses_crossbar(synapses);
    const size_t outputs = xh_synapses_division(synapses).length;
    const size_t inputs = xh_synapses_inputs(synapses);
    const row_scratch scratch = {
        .weights = xh_array_create(xh_synapses_outputs(synapses) * inputs, sizeof(float)),
        .norms = xh_array_create(2 * outputs, sizeof(float)),
        .cosines = xh_array_create(2 * outputs, sizeof(float)),
        .wins = xh_array_create(outputs, sizeof(uint32_t)),
        .wear = crossbar ? xh_array_create(xh_crossbar_devices(crossbar), sizeof(float)) : NULL,
    };
    double row[COLUMNS] = {0};
    xh_status status = XH_OK;
    if (scratch.weights && scratch.norms && scratch.cosines && scratch.wins &&
        (scratch.wear || !crossbar)) {
        describe(run, block, scratch, row);
        block->traced = block->images;
        status = run->trace ? xh_trace_row(run->trace, block->table, row, error) : XH_OK;
    } else {
        status = xh_error_set(error, XH_MEMORY, "no memory for statistics of %zu x %zu weights",
                              outputs, inputs);
    }
    xh_array_free(scratch.weights);
    xh_array_free(scratch.norms);
    xh_array_free(scratch.cosines);
    xh_array_free(scratch.wins);
    xh_array_free(scratch.wear);
    return status;
}

xh_status xh_run_layer_rows(xh_run_state *run, size_t first, size_t last, bool end,
                            xh_error *error) {
    const size_t interval = (size_t)run->config->training.trace_every;
    for (size_t l = first; l <= last; l++) {
        const size_t news = run->blocks[l].images - run->blocks[l].traced;
        if (news >= interval || (end && news > 0)) {
            const xh_status status = xh_run_layer_row(run, l, error);
            if (status != XH_OK) {
                return status;
            }
        }
    }
    return XH_OK;
}
