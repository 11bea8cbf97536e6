/*
 * Hardware profiles: YAML files that price the ledger's events, each figure with its source.
 * Nothing in them has a default, so that no joule is quoted that nobody wrote down.
 */
#include "config_tree.h"
#include "presets.h"

#include <string.h>

static const xh_param hardware_rows[] = {
    XH_TEXT(xh_hardware, name, "", NULL, "name of the profile"),
    XH_TEXT(xh_hardware, summary, "", NULL, "what the profile describes, in one line"),
    XH_REAL(xh_hardware, read_voltage, "V", 0, 0, 10, "voltage across a cell that is read"),
    XH_REAL(xh_hardware, integration_time, "s", 0, 0, 1, "duration of a read at full duty"),
    XH_REAL(xh_hardware, driver_efficiency, "1", 1, 1e-6, 1,
            "energy of a programming pulse in the device over energy from the supply"),
    XH_FLAG(xh_hardware, adc_gated, false, "columns without a neuron cost nothing"),
    XH_FLAG(xh_hardware, digital, false,
            "digital hardware without arrays, which has prices of the same mathematics only"),
};
/* Of these rows, what every profile must have, and what one with arrays must. */
enum { NAMED = 2, WITH_ARRAYS = 6 };
const xh_param_table xh_hardware_param_table = {
    hardware_rows, sizeof hardware_rows / sizeof hardware_rows[0], offsetof(xh_hardware, price)};

typedef struct price_params {
    double joules;
    double seconds;
    char mark[XH_PARAM_TEXT_SIZE];
    char source[XH_PARAM_TEXT_SIZE];
} price_params;

static const char *const marks[] = {"P", "C", "D", "M", "A", NULL};
static const xh_param price_rows[] = {
    XH_REAL(price_params, joules, "J", 0, 0, 1, "energy of one event"),
    XH_REAL(price_params, seconds, "s", 0, 0, 1, "duration of one event, if others wait for it"),
    XH_TEXT(price_params, mark, "A", marks,
            "P paper, C published code, D derived, M remembered, A assumed"),
    XH_TEXT(price_params, source, "", NULL, "where the figure comes from"),
};
static const xh_param_table price_table = XH_PARAM_TABLE(price_params, price_rows);

/* Whether the profile must, may or must not price an event. */
typedef enum pricing { NEEDED, OPTIONAL, FOREIGN } pricing;

/* Of arrays: the read voltage and the device's pulses have prices of their own, a slot at least its
 * pulse's, and what arrays spare has none. Of digital hardware: learning may update the winner's
 * synapses or the layer's. */
static pricing pricing_of(xh_event event, bool digital) {
    switch (event) {
    case XH_EVENT_array_charge:
    case XH_EVENT_step_charge:
    case XH_EVENT_pulse_up:
    case XH_EVENT_pulse_down:
    case XH_EVENT_pulse_reset:
        return FOREIGN;
    case XH_EVENT_pulse_slot:
        return digital ? FOREIGN : OPTIONAL;
    case XH_EVENT_softmax:
        return NEEDED;
    case XH_EVENT_winner_synapse:
    case XH_EVENT_layer_synapse:
        return digital ? OPTIONAL : FOREIGN;
    default:
        return digital == xh_event_spared(event) ? NEEDED : FOREIGN;
    }
}

/* The first rows of the table must be there. */
static xh_status require(const xh_node *node, const xh_param_table *table, size_t count,
                         xh_error *error) {
    for (size_t i = 0; i < count; i++) {
        const char *name = table->params[i].name;
        if (!xh_node_entry(node, name)) {
            return xh_node_error(node, error, "%s%s%s is missing", node->path,
                                 node->path[0] ? "." : "", name);
        }
    }
    return XH_OK;
}

static xh_status require_text(const xh_node *node, const char *key, xh_error *error) {
    const xh_node *entry = xh_node_entry(node, key);
    return entry->text[0] ? XH_OK
                          : xh_node_error(entry, error, "%s must not be empty", entry->path);
}

static xh_status read_price(const xh_node *node, xh_price *price, xh_error *error) {
    price_params params;
    memset(&params, 0, sizeof params);
    xh_status status = xh_node_params(node, &price_table, NULL, 0, &params, error);
    if (status == XH_OK) {
        status = require(node, &price_table, price_table.count, error);
    }
    if (status == XH_OK) {
        status = require_text(node, "source", error);
    }
    if (status == XH_OK) {
        *price =
            (xh_price){.joules = params.joules, .seconds = params.seconds, .mark = params.mark[0]};
        memcpy(price->source, params.source, sizeof price->source);
    }
    return status;
}

static xh_status read_prices(const xh_node *prices, xh_hardware *hardware, xh_error *error) {
    const char *names[XH_EVENTS];
    size_t count = 0;
    for (int event = 0; event < XH_EVENTS; event++) {
        if (pricing_of((xh_event)event, hardware->digital) != FOREIGN) {
            names[count++] = xh_event_name((xh_event)event);
        }
    }
    xh_status status = xh_node_expect(prices, XH_NODE_MAPPING, error);
    for (const xh_node *node = prices->first; node && status == XH_OK; node = node->next) {
        status = xh_node_known(node, NULL, names, count, error);
    }
    for (int event = 0; event < XH_EVENTS && status == XH_OK; event++) {
        const char *name = xh_event_name((xh_event)event);
        const xh_node *node = xh_node_entry(prices, name);
        if (node) {
            status = read_price(node, &hardware->price[event], error);
        } else if (pricing_of((xh_event)event, hardware->digital) == NEEDED) {
            status = xh_node_error(prices, error, "prices.%s is missing", name);
        }
    }
    return status;
}

static xh_status read_profile(const xh_node *root, xh_hardware *hardware, xh_error *error) {
    static const char *const others[] = {"prices"};
    xh_hardware fresh;
    memset(&fresh, 0, sizeof fresh);
    xh_status status = xh_node_params(root, &xh_hardware_param_table, others, 1, &fresh, error);
    if (status == XH_OK) {
        status =
            require(root, &xh_hardware_param_table, fresh.digital ? NAMED : WITH_ARRAYS, error);
    }
    if (status == XH_OK) {
        status = require_text(root, "name", error);
    }
    const xh_node *prices = xh_node_entry(root, "prices");
    if (status == XH_OK) {
        status = prices ? read_prices(prices, &fresh, error)
                        : xh_node_error(root, error, "prices is missing");
    }
    if (status == XH_OK) {
        *hardware = fresh;
    }
    return status;
}

xh_status xh_hardware_parse(const char *name, const char *text, size_t size, xh_hardware *hardware,
                            xh_error *error) {
    xh_error own = {0};
    error = error ? error : &own;
    xh_node *root = NULL;
    xh_status status = xh_tree_parse(name, text, size, &root, error);
    if (status == XH_OK) {
        status = read_profile(root, hardware, error);
    }
    xh_tree_free(root);
    return status;
}

static xh_status load_file(const char *path, xh_hardware *hardware, xh_error *error) {
    xh_node *root = NULL;
    xh_status status = xh_tree_read(path, &root, error);
    if (status == XH_OK) {
        status = read_profile(root, hardware, error);
    }
    xh_tree_free(root);
    return status;
}

xh_status xh_hardware_load(const char *name, xh_hardware *hardware, xh_error *error) {
    static const char suffix[] = ".yaml";
    xh_error own = {0};
    error = error ? error : &own;
    const size_t length = strlen(name);
    const size_t tail = sizeof suffix - 1;
    if (length > tail && strcmp(name + length - tail, suffix) == 0) {
        return load_file(name, hardware, error);
    }
    const char *text = NULL;
    const xh_status status = xh_preset_hardware(name, &text, error);
    return status != XH_OK ? status : xh_hardware_parse(name, text, strlen(text), hardware, error);
}
