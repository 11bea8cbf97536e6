/* crosshebb check: the resolved configuration, and what the run will take. */
#include "command.h"

#include <stdlib.h>

static void print_estimate(const xh_run_estimate *estimate) {
    char memory[XH_QUANTITY_SIZE], training[XH_QUANTITY_SIZE], features[XH_QUANTITY_SIZE];
    char readout[XH_QUANTITY_SIZE], devices[XH_QUANTITY_SIZE];
    printf("\n# predicted for the whole data set:\n");
    printf("#   memory             %s\n", xh_quantity(estimate->memory_bytes, "B", memory));
    printf("#   devices            %s\n", xh_quantity(estimate->devices, "devices", devices));
    printf("#   training           %s\n", xh_quantity(estimate->training_macs, "MAC", training));
    printf("#   features           %s\n", xh_quantity(estimate->feature_macs, "MAC", features));
    printf("#   readout            %s\n", xh_quantity(estimate->readout_macs, "MAC", readout));
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
    xh_json_number(&json, "devices", estimate->devices);
    xh_json_number(&json, "training_macs", estimate->training_macs);
    xh_json_number(&json, "feature_macs", estimate->feature_macs);
    xh_json_number(&json, "readout_macs", estimate->readout_macs);
    xh_json_text(&json, "configuration", text);
    xh_json_close(&json, '}');
    free(text);
    return XH_OK;
}

xh_status xh_command_check(const xh_arguments *arguments, xh_error *error) {
    static xh_config config;
    xh_run_estimate estimate;
    xh_status status = xh_config_load(arguments->operands[0], arguments->overrides,
                                      arguments->override_count, &config, error);
    if (status == XH_OK) {
        status = xh_run_estimate_of(&config, &estimate, error);
    }
    if (status != XH_OK) {
        return status;
    }
    if (arguments->json) {
        return print_json(&config, &estimate, error);
    }
    xh_config_write(&config, stdout);
    print_estimate(&estimate);
    return XH_OK;
}
