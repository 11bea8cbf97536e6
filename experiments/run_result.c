/* The figures of a run, for the caller and for the trace. */
#include "run_internal.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>

static double peak_memory(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1024.0 * (double)usage.ru_maxrss;
}

/* Quotients of nothing are not a number, in the result as in the report. */
static double per(double amount, double count) {
    return count > 0 ? amount / count : NAN;
}

/* Synapses that learned, and their sum over the images that each was presented with. */
static void count_synapses(const xh_run_state *run, xh_run_result *result) {
    const size_t learning = xh_config_learning_layers(run->config);
    for (size_t l = 0; l < run->layers && l < learning; l++) {
        const xh_run_block *block = &run->blocks[l];
        const xh_synapses *synapses = xh_layer_synapses(block->layer);
        const double size =
            (double)xh_synapses_inputs(synapses) * (double)xh_synapses_division(synapses).length;
        if (block->images > 0) {
            result->synapses += size;
            result->synapse_updates += size * (double)block->images;
        }
    }
}

static void gather(const xh_run_state *run, xh_run_result *result) {
    memset(result, 0, sizeof(*result));
    result->test_accuracy = run->test_accuracy < 0 ? NAN : run->test_accuracy;
    result->train_accuracy = run->test_accuracy < 0 ? NAN : run->train_accuracy;
    result->readout_accuracy = run->test_accuracy < 0 ? NAN : run->readout_accuracy;
    result->images = (double)run->presented;
    result->train_images_per_second = per(result->images, run->training_wall);
    result->wall_seconds = xh_run_seconds(run->watch);
    result->peak_memory_bytes = peak_memory();
    result->inference_count = run->inference_count;
    memcpy(result->inferences, run->inferences, sizeof(result->inferences));
    count_synapses(run, result);
}

static void price(const xh_account *account, const xh_hardware *hardware, xh_run_result *result) {
    const xh_bill bill = xh_bill_of(account, hardware);
    result->ledger = account->whole;
    result->pulses = xh_ledger_learning_pulses(&account->whole);
    result->cost = bill.cost;
    result->training_joules = bill.training_joules;
    result->training_seconds = bill.training_seconds;
    result->update_joules = bill.update_joules;
    result->joules_per_image = bill.joules_per_image;
    result->joules_per_synapse = bill.joules_per_synapse;
    result->joules_per_pulse = bill.joules_per_pulse;
}

typedef struct figure {
    const char *name;
    const char *unit;
    double value;
} figure;

static xh_status record_group(xh_run_state *run, const char *group, const figure *figures,
                              size_t count, xh_error *error) {
    xh_status status = XH_OK;
    for (size_t i = 0; status == XH_OK && i < count; i++) {
        status = xh_trace_number(run->trace, group, figures[i].name, figures[i].value,
                                 figures[i].unit, error);
    }
    return status;
}

static xh_status record_layer(xh_run_state *run, const xh_run_layer *layer, xh_error *error) {
    const figure figures[] = {
        {"outputs", NULL, (double)layer->outputs},
        {"inputs", NULL, (double)layer->inputs},
        {"norm_mean", NULL, layer->weights.norm_mean},
        {"norm_min", NULL, layer->weights.norm_min},
        {"norm_max", NULL, layer->weights.norm_max},
        {"converged_fraction", NULL, layer->weights.converged_fraction},
        {"cosine_to_start", NULL, layer->weights.cosine_to_start},
        {"winners", NULL, layer->winners.share},
        {"winner_entropy", "bit", layer->winners.entropy},
    };
    char group[XH_PARAM_TEXT_SIZE + 16];
    snprintf(group, sizeof(group), "/result/layers/%s", layer->name);
    return record_group(run, group, figures, sizeof(figures) / sizeof(figures[0]), error);
}

static xh_status record_figures(xh_run_state *run, bool complete, const xh_run_result *result,
                                xh_error *error) {
    const figure figures[] = {
        {"test_accuracy", NULL, result->test_accuracy},
        {"train_accuracy", NULL, result->train_accuracy},
        {"readout_accuracy", NULL, result->readout_accuracy},
        {"images", NULL, result->images},
        {"synapses", NULL, result->synapses},
        {"synapse_updates", NULL, result->synapse_updates},
        {"energy", "J", result->cost.total_joules},
        {"training_energy", "J", result->training_joules},
        {"update_energy", "J", result->update_joules},
        {"energy_per_image", "J", result->joules_per_image},
        {"energy_per_synapse_update", "J", result->joules_per_synapse},
        {"energy_per_pulse", "J", result->joules_per_pulse},
        {"latency", "s", result->cost.total_seconds},
        {"training_latency", "s", result->training_seconds},
        {"wear_max", "cycles", result->wear_max},
        {"wear_p999", "cycles", result->wear_p999},
        {"stuck_devices", "devices", (double)result->stuck},
        {"train_images_per_second", "1/s", result->train_images_per_second},
        {"wall_seconds", "s", result->wall_seconds},
        {"peak_memory", "B", result->peak_memory_bytes},
    };
    const size_t ranks = xh_partners_count(run->options->partners);
    xh_status status = xh_trace_integer(run->trace, "/result", "complete", complete, NULL, error);
    if (status == XH_OK) {
        status = xh_trace_integer(run->trace, "/code", "ranks", (long long)ranks, NULL, error);
    }
    if (status == XH_OK) {
        status = xh_trace_text(run->trace, "/code", "first_revision", run->first_revision, error);
    }
    if (status == XH_OK) {
        status = record_group(run, "/result", figures, sizeof(figures) / sizeof(figures[0]), error);
    }
    for (size_t l = 0; status == XH_OK && l < result->layer_count; l++) {
        status = record_layer(run, &result->layers[l], error);
    }
    return status;
}

xh_status xh_run_record_result(xh_run_state *run, bool complete, xh_run_result *result,
                               xh_error *error) {
    gather(run, result);
    const xh_account account = {
        .whole = xh_run_ledger(run),
        .training = run->training,
        .device = run->device_cost,
        .images = result->images,
        .synapse_updates = result->synapse_updates,
    };
    price(&account, &run->config->hardware, result);
    snprintf(result->path, sizeof(result->path), "%s%s", run->path, complete ? "" : ".part");
    xh_status status = xh_run_record_layers(run, result, error);
    if (!xh_run_leads(run)) {
        return status;
    }
    if (status == XH_OK) {
        status = xh_run_record_ledger(run, &account, &result->cost, error);
    }
    return status == XH_OK ? record_figures(run, complete, result, error) : status;
}
