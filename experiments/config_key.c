/* From the name of a key to the row of the table that describes it. */
#include "crosshebb/config.h"

#include <string.h>

/* What follows the prefix, or NULL if key does not begin with it. */
static const char *after(const char *key, const char *prefix) {
    const size_t length = strlen(prefix);
    return strncmp(key, prefix, length) == 0 ? key + length : NULL;
}

const xh_param *xh_config_param(const xh_config *config, const char *key) {
    const struct {
        const char *prefix;
        const xh_param_table *table;
    } sections[] = {
        {"seeds.", &xh_seed_param_table},
        {"dataset.", &xh_dataset_param_table},
        {"network.", &xh_network_param_table},
        {"device.", config->device ? config->device->params : NULL},
        {"crossbar.", &xh_crossbar_param_table},
        {"scheme.", config->scheme ? config->scheme->params : NULL},
        {"training.", &xh_training_param_table},
        {"readout.", &xh_readout_param_table},
        {"inference.", &xh_inference_param_table},
        {"output.", &xh_output_param_table},
    };
    const char *layer = after(key, "network.layers.");
    const char *dot = layer ? strchr(layer, '.') : NULL;
    if (dot) {
        return xh_param_find(&xh_layer_param_table, dot + 1);
    }
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        const char *name = after(key, sections[i].prefix);
        if (name) {
            return sections[i].table ? xh_param_find(sections[i].table, name) : NULL;
        }
    }
    return xh_param_find(&xh_experiment_param_table, key);
}
