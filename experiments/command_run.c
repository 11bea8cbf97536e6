/* crosshebb run: train, measure, trace; figures on standard output. */
#include "command.h"
#include "run_ranks.h"

#include <math.h>
#include <omp.h>
#include <string.h>
#include <unistd.h>

/* Pulses that reached for a device, of all kinds. */
static double attempted(xh_pulse_tally pulses) {
    return (double)pulses.up + (double)pulses.down + (double)pulses.reset;
}

static void write_pulses(xh_json *json, xh_pulse_tally pulses) {
    xh_json_open(json, "pulses", '{');
    xh_json_number(json, "up", (double)pulses.up);
    xh_json_number(json, "down", (double)pulses.down);
    xh_json_number(json, "reset", (double)pulses.reset);
    xh_json_number(json, "attempted", attempted(pulses));
    xh_json_number(json, "effective", (double)pulses.effective);
    xh_json_number(json, "clipped", (double)pulses.clipped);
    xh_json_close(json, '}');
}

static void write_energy(xh_json *json, const xh_run_result *result) {
    xh_json_open(json, "energy", '{');
    xh_json_number(json, "total_J", result->cost.total_joules);
    xh_json_number(json, "training_J", result->training_joules);
    xh_json_number(json, "update_J", result->update_joules);
    xh_json_number(json, "per_image_J", result->joules_per_image);
    xh_json_number(json, "per_synapse_update_J", result->joules_per_synapse);
    xh_json_number(json, "per_pulse_J", result->joules_per_pulse);
    xh_json_open(json, "parts", '{');
    for (int event = 0; event < XH_EVENTS; event++) {
        xh_json_number(json, xh_event_name((xh_event)event),
                       xh_cost_event_joules(&result->cost, (xh_event)event));
    }
    xh_json_close(json, '}');
    xh_json_close(json, '}');
}

static void write_wear(xh_json *json, double max, double p999) {
    xh_json_open(json, "wear", '{');
    xh_json_number(json, "max", max);
    xh_json_number(json, "p999", p999);
    xh_json_close(json, '}');
}

static void write_norm(xh_json *json, const xh_run_weights *weights) {
    xh_json_open(json, "norm", '{');
    xh_json_number(json, "mean", weights->norm_mean);
    xh_json_number(json, "min", weights->norm_min);
    xh_json_number(json, "max", weights->norm_max);
    xh_json_close(json, '}');
}

static void write_layers(xh_json *json, const xh_run_result *result) {
    xh_json_open(json, "layers", '[');
    for (size_t l = 0; l < result->layer_count; l++) {
        const xh_run_layer *layer = &result->layers[l];
        xh_json_open(json, NULL, '{');
        xh_json_text(json, "name", layer->name);
        xh_json_number(json, "outputs", (double)layer->outputs);
        xh_json_number(json, "inputs", (double)layer->inputs);
        xh_json_number(json, "devices", (double)layer->devices);
        write_pulses(json, layer->pulses);
        write_norm(json, &layer->weights);
        xh_json_number(json, "converged_fraction", layer->weights.converged_fraction);
        xh_json_number(json, "cosine_to_start", layer->weights.cosine_to_start);
        xh_json_number(json, "winners", layer->winners.share);
        xh_json_number(json, "winner_entropy", layer->winners.entropy);
        write_wear(json, layer->wear_max, layer->wear_p999);
        xh_json_number(json, "stuck_devices", (double)layer->stuck);
        xh_json_close(json, '}');
    }
    xh_json_close(json, ']');
}

/* The test images again, as the network aged. */
static void write_inferences(xh_json *json, const xh_run_result *result) {
    xh_json_open(json, "inference", '[');
    for (size_t i = 0; i < result->inference_count; i++) {
        const xh_run_inference *now = &result->inferences[i];
        xh_json_open(json, NULL, '{');
        xh_json_number(json, "seconds", now->seconds);
        xh_json_number(json, "test_accuracy", now->test_accuracy);
        xh_json_number(json, "compensated_accuracy", now->compensated_accuracy);
        xh_json_close(json, '}');
    }
    xh_json_close(json, ']');
}

static void print_inferences(const xh_run_result *result) {
    for (size_t i = 0; i < result->inference_count; i++) {
        const xh_run_inference *now = &result->inferences[i];
        char time[XH_QUANTITY_SIZE], name[XH_QUANTITY_SIZE + 16];
        snprintf(name, sizeof(name), "  after %s", xh_duration(now->seconds, time));
        printf("%-18s %.2f %%", name, 100 * now->test_accuracy);
        if (isfinite(now->compensated_accuracy)) {
            printf("        %.2f %% compensated", 100 * now->compensated_accuracy);
        }
        putchar('\n');
    }
}

static void print_accuracy(const xh_config *config, const xh_run_result *result) {
    if (isnan(result->test_accuracy)) {
        printf("%-18s -\n", "test accuracy");
        return;
    }
    printf("%-18s %.2f %%", "test accuracy", 100 * result->test_accuracy);
    if (config->dataset.validation_images > 0) {
        printf("          of %ld training images held back", config->dataset.validation_images);
    }
    printf("\n");
    if (xh_config_programs_readout(config)) {
        printf("%-18s %.2f %%        before the readout was programmed\n", "  readout in float",
               100 * result->readout_accuracy);
    }
}

/* Of a run that was complete before, what is known without running it. */
static void print_recalled(const xh_config *config, const xh_run_result *result, bool as_json) {
    if (as_json) {
        xh_json json = {.stream = stdout};
        xh_json_open(&json, NULL, '{');
        xh_json_text(&json, "experiment", config->experiment.experiment);
        xh_json_number(&json, "seed", (double)config->experiment.seed);
        xh_json_text(&json, "result", result->path);
        xh_json_number(&json, "test_accuracy", result->test_accuracy);
        xh_json_number(&json, "train_accuracy", result->train_accuracy);
        xh_json_close(&json, '}');
    } else {
        print_accuracy(config, result);
        printf("%-18s %s\n", "result", result->path);
    }
}

/* Images that the most worn device would last for at the wear of this run; NAN if it did not
 * learn on devices. */
static double lifetime_of(const xh_config *config, const xh_run_result *result) {
    if (!config->device || attempted(result->pulses) <= 0 || result->wear_max <= 0) {
        return NAN;
    }
    const double rated = config->device->cost(config->device_values.bytes).endurance;
    return rated / result->wear_max * result->images;
}

static void print_json(const xh_config *config, const xh_run_result *result, bool audit) {
    xh_json json = {.stream = stdout};
    xh_json_open(&json, NULL, '{');
    xh_json_text(&json, "experiment", config->experiment.experiment);
    xh_json_number(&json, "seed", (double)config->experiment.seed);
    xh_json_text(&json, "result", result->path);
    xh_json_number(&json, "test_accuracy", result->test_accuracy);
    xh_json_number(&json, "train_accuracy", result->train_accuracy);
    xh_json_number(&json, "readout_accuracy", result->readout_accuracy);
    write_inferences(&json, result);
    xh_json_number(&json, "train_images_per_second", result->train_images_per_second);
    xh_json_number(&json, "wall_seconds", result->wall_seconds);
    xh_json_number(&json, "peak_memory_bytes", result->peak_memory_bytes);
    write_energy(&json, result);
    xh_json_number(&json, "latency_s", result->cost.total_seconds);
    write_pulses(&json, result->pulses);
    write_wear(&json, result->wear_max, result->wear_p999);
    xh_json_number(&json, "lifetime_images", lifetime_of(config, result));
    xh_json_number(&json, "stuck_devices", (double)result->stuck);
    write_layers(&json, result);
    if (audit) {
        xh_audit_json(&json, config, result);
    }
    xh_json_close(&json, '}');
}

static void print_quantity(const char *name, double value, const char *unit, const char *remark) {
    char text[XH_QUANTITY_SIZE];
    xh_quantity(value, unit, text);
    if (remark) {
        printf("%-18s %-14s %s\n", name, text, remark);
    } else {
        printf("%-18s %s\n", name, text);
    }
}

static void print_hardware(const xh_config *config, const xh_run_result *result) {
    const double pulses = attempted(result->pulses);
    printf("%-18s %s\n", "priced as", config->hardware.name);
    print_quantity("energy", result->cost.total_joules, "J",
                   "of everything, inference on both splits included");
    print_quantity("  training", result->training_joules, "J",
                   "programming, reads, updates, refresh");
    print_quantity("  an image", result->joules_per_image, "J", "of training, a pass");
    print_quantity("  a synapse", result->joules_per_synapse, "J",
                   "of updates and refresh, an image");
    print_quantity("  a pulse", result->joules_per_pulse, "J", "of updates and refresh");
    print_quantity("latency", result->training_seconds, "s", "of training, simulated");
    print_quantity("pulses", pulses, "pulses", "of updates and refresh");
    print_quantity("wear", result->wear_max, "cycles", "largest of a device");
    print_quantity("  99.9 %", result->wear_p999, "cycles", "percentile over devices");
    if (isfinite(lifetime_of(config, result))) {
        print_quantity("  lifetime", lifetime_of(config, result), "images",
                       "until the most worn has its rated cycles");
    }
    if (result->stuck > 0) {
        print_quantity("stuck", (double)result->stuck, "devices", "from the start or worn out");
    }
}

/* What learning made of the layers, a line each. */
static void print_layers(const xh_run_result *result) {
    printf("%-18s %-14s %8s %8s %8s %7s %8s %8s %8s\n", "layer", "neurons", "|W| mean", "least",
           "largest", "at 1", "cosine", "winners", "entropy");
    for (size_t l = 0; l < result->layer_count; l++) {
        const xh_run_layer *layer = &result->layers[l];
        const xh_run_weights *weights = &layer->weights;
        char neurons[XH_QUANTITY_SIZE];
        snprintf(neurons, sizeof(neurons), "%zu x %zu", layer->outputs, layer->inputs);
        printf("  %-16.16s %-14s %8.3g %8.3g %8.3g %5.1f %% %8.3f %6.1f %% %8.2f\n", layer->name,
               neurons, weights->norm_mean, weights->norm_min, weights->norm_max,
               100 * weights->converged_fraction, weights->cosine_to_start,
               100 * layer->winners.share, layer->winners.entropy);
    }
}

static void print_table(const xh_config *config, const xh_run_result *result, bool audit) {
    printf("%-18s %s, seed %ld\n", "experiment", config->experiment.experiment,
           config->experiment.seed);
    print_accuracy(config, result);
    print_inferences(result);
    print_quantity("training", result->train_images_per_second, "images/s", NULL);
    print_quantity("wall time", result->wall_seconds, "s", NULL);
    print_quantity("peak memory", result->peak_memory_bytes, "B", NULL);
    print_layers(result);
    if (result->cost.total_joules > 0) {
        print_hardware(config, result);
    }
    if (audit) {
        xh_audit_print(config, result);
    }
    printf("%-18s %s\n", "result", result->path);
}

static void print_note(const char *text, void *context) {
    const xh_progress_view *view = context;
    fprintf(view->stream, "%s\n", text);
}

/* Threads of a rank: the cores that it was given, or its part of the machine's. */
static int rank_threads(const xh_arguments *arguments, int neighbours) {
    const int given = omp_get_num_procs(), all = (int)sysconf(_SC_NPROCESSORS_ONLN);
    const int part = given < all ? given : all / neighbours;
    return arguments->threads > 0 ? arguments->threads : part > 1 ? part : 1;
}

/* Alone, or with partners: as one of them. */
static xh_status run(const xh_arguments *arguments, const xh_partners *partners, int threads,
                     xh_error *error) {
    static xh_config config;
    static xh_run_result result;
    xh_status status = xh_config_load(arguments->operands[0], arguments->overrides,
                                      arguments->override_count, &config, error);
    if (status != XH_OK) {
        return status;
    }
    xh_progress_view view = xh_progress_view_on(stderr);
    const xh_run_options options = {
        .out = arguments->out,
        .data = arguments->data,
        .threads = threads,
        .memory = arguments->memory,
        .resume = arguments->resume,
        .checkpoint_seconds = arguments->checkpoint,
        .progress = arguments->quiet ? NULL : xh_progress_view_show,
        .note = arguments->quiet ? NULL : print_note,
        .context = &view,
        .partners = partners,
        .interrupt = xh_interrupt_catch(),
    };
    status = xh_run(&config, options, &result, error);
    xh_progress_view_end(&view);
    if (status != XH_OK || xh_partners_mine(partners) > 0) {
        return status;
    }
    if (result.recalled) {
        print_recalled(&config, &result, arguments->json);
    } else if (arguments->json) {
        print_json(&config, &result, arguments->audit);
    } else {
        print_table(&config, &result, arguments->audit);
    }
    return XH_OK;
}

static xh_status run_ranked(const xh_arguments *arguments, xh_error *error) {
    xh_partners partners;
    int neighbours = 1;
    xh_status status = xh_run_ranks_begin(&partners, &neighbours, error);
    if (status == XH_OK) {
        status = run(arguments, &partners, rank_threads(arguments, neighbours), error);
    }
    return xh_run_ranks_end(status) ? status : XH_OK;
}

xh_status xh_command_run(const xh_arguments *arguments, xh_error *error) {
    return xh_ranks_promised() > 1 ? run_ranked(arguments, error)
                                   : run(arguments, NULL, arguments->threads, error);
}
