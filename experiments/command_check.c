/* crosshebb check: the resolved configuration, and what the run will take. */
#include "command.h"

#include <stdlib.h>

static void print_work(const char *name, double macs, double seconds) {
    char work[XH_QUANTITY_SIZE], time[XH_QUANTITY_SIZE];
    printf("#   %-12s %-12s %s\n", name, xh_quantity(macs, "MAC", work),
           xh_duration(seconds, time));
}

static void print_estimate(const xh_run_estimate *estimate, const xh_run_machine *machine) {
    char rate[XH_QUANTITY_SIZE], memory[XH_QUANTITY_SIZE], disk[XH_QUANTITY_SIZE];
    char devices[XH_QUANTITY_SIZE];
    printf("\n# predicted for this machine (threads: %d, products: %s):\n", machine->threads,
           xh_quantity(machine->macs_per_second, "MAC/s", rate));
    printf("#   %-12s %s\n", "memory", xh_quantity(estimate->memory_bytes, "B", memory));
    printf("#   %-12s %s\n", "disk", xh_quantity(estimate->disk_bytes, "B", disk));
    printf("#   %-12s %s\n", "devices", xh_quantity(estimate->devices, "devices", devices));
    print_work("training", estimate->training_macs, estimate->training_seconds);
    print_work("features", estimate->feature_macs, estimate->feature_seconds);
    print_work("readout", estimate->readout_macs, estimate->readout_seconds);
}

static xh_status print_json(const xh_config *config, const xh_run_estimate *estimate,
                            xh_error *error) {
    char *text = xh_config_text(config);
    if (!text) {
        return xh_error_set(error, XH_MEMORY, "no memory for the text of the configuration");
    }
    xh_json json = {.stream = stdout};
    xh_json_open(&json, NULL, '{');
    xh_json_text(&json, "experiment", config->experiment.experiment);
    xh_json_number(&json, "seed", (double)config->experiment.seed);
    xh_json_number(&json, "memory_bytes", estimate->memory_bytes);
    xh_json_number(&json, "disk_bytes", estimate->disk_bytes);
    xh_json_number(&json, "devices", estimate->devices);
    xh_json_number(&json, "training_macs", estimate->training_macs);
    xh_json_number(&json, "feature_macs", estimate->feature_macs);
    xh_json_number(&json, "readout_macs", estimate->readout_macs);
    xh_json_number(&json, "training_seconds", estimate->training_seconds);
    xh_json_number(&json, "feature_seconds", estimate->feature_seconds);
    xh_json_number(&json, "readout_seconds", estimate->readout_seconds);
    xh_json_text(&json, "configuration", text);
    xh_json_close(&json, '}');
    free(text);
    return XH_OK;
}

xh_status xh_command_check(const xh_arguments *arguments, xh_error *error) {
    static xh_config config;
    xh_run_machine machine;
    xh_run_estimate estimate;
    xh_status status = xh_config_load(arguments->operands[0], arguments->overrides,
                                      arguments->override_count, &config, error);
    if (status == XH_OK) {
        status = xh_run_machine_here(arguments->threads, &machine, error);
    }
    if (arguments->memory > 0) {
        machine.feature_bytes = arguments->memory;
    }
    if (status == XH_OK) {
        status = xh_run_estimate_of(&config, &machine, &estimate, error);
    }
    if (status != XH_OK) {
        return status;
    }
    if (arguments->json) {
        return print_json(&config, &estimate, error);
    }
    xh_config_write(&config, stdout);
    print_estimate(&estimate, &machine);
    return XH_OK;
}
