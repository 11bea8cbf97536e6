/*
 * From YAML to a configuration. Three trees are laid on top of each other (the network preset, the
 * file, the command line), with the device preset below their section device, then read section by
 * section through the parameter tables, then checked as a whole.
 */
#include "crosshebb/config.h"

#include "config_check.h"
#include "config_device.h"
#include "config_resolve.h"
#include "config_tree.h"
#include "crosshebb/nonideality.h"
#include "presets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const sections[] = {"seeds",  "dataset",  "network", "device",    "crossbar",
                                       "scheme", "training", "readout", "inference", "output"};
enum { SECTIONS = sizeof sections / sizeof sections[0] };

xh_status xh_config_lay_over(xh_node *base, xh_node *over, xh_error *error) {
    const xh_node *below = xh_node_entry(xh_node_entry(base, "scheme"), "name");
    const xh_node *above = xh_node_entry(xh_node_entry(over, "scheme"), "name");
    if (below && above && strcmp(below->text, above->text) != 0) {
        xh_node_remove(base, "scheme");
    }
    xh_config_replace_device(base, over);
    return xh_tree_merge(base, over, error);
}

/* All overrides as one tree; *tree stays NULL if there are none. */
static xh_status read_overrides(const char *const *overrides, size_t count, xh_node **tree,
                                xh_error *error) {
    xh_status status = XH_OK;
    for (size_t i = 0; i < count && status == XH_OK; i++) {
        xh_node *next = NULL;
        status = xh_tree_override(overrides[i], &next, error);
        if (status == XH_OK && *tree) {
            status = xh_config_lay_over(*tree, next, error);
        } else if (status == XH_OK) {
            *tree = next;
        }
    }
    return status;
}

/* The tree of the preset that the key names; *tree stays NULL if it names none. */
static xh_status read_preset(const xh_node *key, xh_node **tree, xh_error *error) {
    if (!key || !key->text[0]) {
        return XH_OK;
    }
    const char *text = NULL;
    if (xh_preset_network(key->text, &text, error) != XH_OK) {
        return xh_error_prefix(error, "%s: ", key->place);
    }
    char name[2 * XH_PARAM_TEXT_SIZE];
    snprintf(name, sizeof name, "network preset %s", key->text);
    return xh_tree_parse(name, text, strlen(text), tree, error);
}

/* Puts the file's tree between its preset and what is laid over it (NULL: nothing), which it
 * consumes; *root is then the whole. */
static xh_status assemble(xh_node **root, xh_node *over, xh_error *error) {
    xh_node *preset = NULL;
    const xh_node *key = xh_node_entry(xh_node_entry(over, "network"), "preset");
    key = key ? key : xh_node_entry(xh_node_entry(*root, "network"), "preset");
    xh_status status = read_preset(key, &preset, error);
    if (status == XH_OK && preset) {
        status = xh_config_lay_over(preset, *root, error);
        *root = preset;
    }
    if (status == XH_OK && over) {
        return xh_config_lay_over(*root, over, error);
    }
    xh_tree_free(over);
    return status;
}

static void write_defaults(xh_config *config) {
    memset(config, 0, sizeof *config);
    xh_param_defaults(&xh_experiment_param_table, &config->experiment);
    xh_param_defaults(&xh_seed_param_table, &config->seeds);
    xh_param_defaults(&xh_dataset_param_table, &config->dataset);
    xh_param_defaults(&xh_network_param_table, &config->network);
    xh_param_defaults(&xh_crossbar_param_table, &config->crossbar);
    xh_param_defaults(&xh_training_param_table, &config->training);
    xh_param_defaults(&xh_readout_param_table, &config->readout);
    xh_param_defaults(&xh_inference_param_table, &config->inference);
    xh_param_defaults(&xh_output_param_table, &config->output);
}

/* Sections without surprises: one table each. */
static xh_status read_plain_sections(const xh_node *root, xh_config *config, xh_error *error) {
    const struct {
        const char *name;
        const xh_param_table *table;
        void *values;
    } plain[] = {
        {"seeds", &xh_seed_param_table, &config->seeds},
        {"dataset", &xh_dataset_param_table, &config->dataset},
        {"crossbar", &xh_crossbar_param_table, &config->crossbar},
        {"training", &xh_training_param_table, &config->training},
        {"readout", &xh_readout_param_table, &config->readout},
        {"inference", &xh_inference_param_table, &config->inference},
        {"output", &xh_output_param_table, &config->output},
    };
    xh_status status = XH_OK;
    for (size_t i = 0; i < sizeof plain / sizeof plain[0] && status == XH_OK; i++) {
        const xh_node *node = xh_node_entry(root, plain[i].name);
        if (node) {
            status = xh_node_params(node, plain[i].table, NULL, 0, plain[i].values, error);
        }
    }
    return status;
}

/* The key of a section that says which model the section is about. */
static xh_status read_selector(const xh_node *section, const char *key, const xh_node **selector,
                               xh_error *error) {
    const xh_status status = xh_node_expect(section, XH_NODE_MAPPING, error);
    if (status != XH_OK) {
        return status;
    }
    *selector = xh_node_entry(section, key);
    return *selector ? xh_node_expect(*selector, XH_NODE_SCALAR, error)
                     : xh_node_error(section, error, "%s.%s is missing", section->path, key);
}

static xh_status read_device(const xh_node *root, xh_config *config, xh_error *error) {
    return xh_config_read_device(root, &config->device, &config->device_values, error);
}

static xh_status read_scheme(const xh_node *root, xh_config *config, xh_error *error) {
    static const char *const selector_key[] = {"name"};
    const xh_node *section = xh_node_entry(root, "scheme");
    if (!section) {
        return XH_OK;
    }
    const xh_node *selector = NULL;
    const xh_status status = read_selector(section, selector_key[0], &selector, error);
    if (status != XH_OK) {
        return status;
    }
    if (xh_scheme_find(selector->text, &config->scheme, error) != XH_OK) {
        return xh_error_prefix(error, "%s: ", selector->place);
    }
    const xh_param_table *table = config->scheme->params;
    xh_param_defaults(table, &config->scheme_values);
    return xh_node_params(section, table, selector_key, 1, &config->scheme_values, error);
}

/* A layer without a name is called by its type and its position from 1. */
static void name_layer(xh_layer_params *layer, size_t position) {
    char name[64] = "";
    snprintf(name, sizeof name, "%.32s%zu", layer->type, position);
    memcpy(layer->name, name, sizeof name);
}

static xh_status read_layers(const xh_node *layers, xh_config *config, xh_error *error) {
    xh_status status = xh_node_expect(layers, XH_NODE_LIST, error);
    for (const xh_node *node = layers->first; node && status == XH_OK; node = node->next) {
        if (config->layer_count == XH_CONFIG_LAYERS) {
            return xh_node_error(node, error, "network.layers may hold at most %d layers",
                                 XH_CONFIG_LAYERS);
        }
        xh_layer_params *layer = &config->layers[config->layer_count++];
        xh_param_defaults(&xh_layer_param_table, layer);
        status = xh_node_params(node, &xh_layer_param_table, NULL, 0, layer, error);
        const xh_node *name = xh_node_entry(node, "name");
        if (!name || !name->text[0]) {
            name_layer(layer, config->layer_count);
        }
    }
    return status;
}

/* Leaves out the layers above the depth. */
static xh_status cut_layers(const xh_node *network, xh_config *config, xh_error *error) {
    const size_t depth = (size_t)config->network.depth;
    if (depth > config->layer_count) {
        return xh_node_error(xh_node_entry(network, "depth"), error,
                             "network.depth = %zu is more than the %zu layers", depth,
                             config->layer_count);
    }
    for (; depth > 0 && config->layer_count > depth; config->layer_count--) {
        memset(&config->layers[config->layer_count - 1], 0, sizeof config->layers[0]);
    }
    return XH_OK;
}

/* Multiplies the outputs by the width, which they then hold. */
static xh_status widen_layers(const xh_node *network, xh_config *config, xh_error *error) {
    const double most = xh_param_find(&xh_layer_param_table, "outputs")->maximum;
    for (size_t l = 0; l < config->layer_count; l++) {
        const double outputs = round(config->network.width * (double)config->layers[l].outputs);
        if (outputs > most) {
            return xh_node_error(xh_node_entry(network, "width"), error,
                                 "network.width = %g makes %.0f outputs of network.layers.%zu, "
                                 "more than %.0f",
                                 config->network.width, outputs, l, most);
        }
        config->layers[l].outputs = outputs > 1 ? (long)outputs : 1;
    }
    config->network.width = 1;
    return XH_OK;
}

static xh_status read_network(const xh_node *root, xh_config *config, xh_error *error) {
    static const char *const others[] = {"layers"};
    const xh_node *network = xh_node_entry(root, "network");
    if (!network) {
        return xh_node_error(root, error, "network is missing");
    }
    xh_status status =
        xh_node_params(network, &xh_network_param_table, others, 1, &config->network, error);
    const xh_node *layers = xh_node_entry(network, "layers");
    if (layers && status == XH_OK) {
        status = read_layers(layers, config, error);
    }
    if (config->layer_count == 0 && status == XH_OK) {
        status = xh_node_error(layers ? layers : network, error,
                               "network.layers must hold at least one layer");
    }
    if (status == XH_OK) {
        status = cut_layers(network, config, error);
    }
    return status == XH_OK ? widen_layers(network, config, error) : status;
}

static xh_status read_hardware(const xh_node *root, xh_config *config, xh_error *error) {
    if (xh_hardware_load(config->experiment.hardware, &config->hardware, error) == XH_OK) {
        return XH_OK;
    }
    const xh_node *key = xh_node_entry(root, "hardware");
    return xh_error_prefix(error, "%s: ", key ? key->place : root->place);
}

/* A seed of its own takes the experiment's value if it is -1. */
static void resolve_seeds(xh_config *config) {
    long *const seeds[] = {&config->seeds.network, &config->seeds.device, &config->seeds.cycle};
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        if (*seeds[i] < 0) {
            *seeds[i] = config->experiment.seed;
        }
    }
}

/* The configuration holds what is in force. */
static xh_status remove_nonidealities(const xh_node *root, xh_config *config, xh_error *error) {
    const xh_status status = xh_nonideality_remove(
        config->crossbar.without, config->device, &config->device_values, &config->crossbar, error);
    if (status == XH_OK) {
        return XH_OK;
    }
    xh_error_prefix(error, "crossbar.without: ");
    return xh_node_locate(xh_node_entry(xh_node_entry(root, "crossbar"), "without"), error);
}

static xh_status read_root(const xh_node *root, xh_config *config, xh_error *error) {
    static xh_status (*const readers[])(const xh_node *, xh_config *, xh_error *) = {
        read_plain_sections, read_network, read_device, read_scheme, read_hardware};
    xh_status status = xh_node_params(root, &xh_experiment_param_table, sections, SECTIONS,
                                      &config->experiment, error);
    for (size_t i = 0; i < sizeof readers / sizeof readers[0] && status == XH_OK; i++) {
        status = readers[i](root, config, error);
    }
    return status;
}

xh_status xh_config_resolve(xh_node *root, xh_node *over, xh_config *config, xh_error *error) {
    xh_config fresh;
    write_defaults(&fresh);
    xh_status status = assemble(&root, over, error);
    if (status == XH_OK) {
        status = xh_config_expand_device(root, error);
    }
    if (status == XH_OK) {
        status = read_root(root, &fresh, error);
    }
    if (status == XH_OK) {
        resolve_seeds(&fresh);
        status = remove_nonidealities(root, &fresh, error);
    }
    if (status == XH_OK) {
        status = xh_config_check(&fresh, root, error);
    }
    xh_tree_free(root);
    if (status == XH_OK) {
        *config = fresh;
    }
    return status;
}

/* Takes the file's tree and frees it. */
static xh_status override(xh_node *root, const char *const *overrides, size_t count,
                          xh_config *config, xh_error *error) {
    xh_node *over = NULL;
    const xh_status status = read_overrides(overrides, count, &over, error);
    if (status != XH_OK) {
        xh_tree_free(over);
        xh_tree_free(root);
        return status;
    }
    return xh_config_resolve(root, over, config, error);
}

size_t xh_config_learning_layers(const xh_config *config) {
    const xh_training_params *training = &config->training;
    const size_t wanted = training->layers > 0 ? (size_t)training->layers : config->layer_count;
    return training->learn ? wanted : 0;
}

bool xh_config_programs_readout(const xh_config *config) {
    return strcmp(config->readout.synapses, "programmed") == 0;
}

bool xh_config_backpropagates(const xh_config *config) {
    return strcmp(config->training.method, "backprop") == 0;
}

xh_status xh_config_parse(const char *name, const char *text, size_t size,
                          const char *const *overrides, size_t count, xh_config *config,
                          xh_error *error) {
    xh_error own = {0};
    error = error ? error : &own;
    xh_node *root = NULL;
    const xh_status status = xh_tree_parse(name, text, size, &root, error);
    return status != XH_OK ? status : override(root, overrides, count, config, error);
}

xh_status xh_config_load(const char *path, const char *const *overrides, size_t count,
                         xh_config *config, xh_error *error) {
    xh_error own = {0};
    error = error ? error : &own;
    xh_node *root = NULL;
    const xh_status status = xh_tree_read(path, &root, error);
    return status != XH_OK ? status : override(root, overrides, count, config, error);
}
