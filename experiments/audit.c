/* crosshebb run --audit: what learning on the devices read, kept and computed digitally, from the counts of
 * the run and what the scheme says of itself. */
#include "command.h"

#include <math.h>
#include <string.h>

/* What there is to tell: counts of the run, but for the state. */
typedef struct audit {
    double state;     /* bits that the scheme keeps from one update to the next, in columns */
    double weights;   /* conversions of weights that the scheme read to learn */
    double refreshes; /* conversions of sides that were read to refresh pairs */
    double signals;   /* conversions of what columns answered to inputs while the network learned */
    double operations; /* digital, of updates */
    double bytes;      /* of digital working memory, of updates */
    double bits;       /* random, of updates */
} audit;

static audit audit_of(const xh_config *config, const xh_run_result *result) {
    const double(*count)[XH_EVENTS] = (const double(*)[XH_EVENTS])result->ledger.count;
    audit made = {
        .weights = count[XH_PHASE_update][XH_EVENT_adc_conversion],
        .refreshes = count[XH_PHASE_refresh][XH_EVENT_adc_conversion],
        .signals = count[XH_PHASE_forward][XH_EVENT_adc_conversion],
        .operations = count[XH_PHASE_update][XH_EVENT_rule_mac],
        .bytes = count[XH_PHASE_update][XH_EVENT_memory_byte],
        .bits = count[XH_PHASE_update][XH_EVENT_train_bit],
    };
    for (size_t l = 0; l < config->layer_count; l++) {
        if (strcmp(config->layers[l].synapses, "crossbar") == 0) {
            const size_t numbers = xh_scheme_numbers(config->scheme, result->layers[l].inputs);
            made.state += 32.0 * (double)numbers * (double)result->layers[l].outputs;
        }
    }
    return made;
}

/* A scheme in force: some layer learns on devices. */
static bool learns_on_devices(const xh_config *config) {
    for (size_t l = 0; l < config->layer_count; l++) {
        if (config->scheme && strcmp(config->layers[l].synapses, "crossbar") == 0) {
            return true;
        }
    }
    return false;
}

static void print_count(const char *name, double count, const char *unit, const char *remark) {
    char text[XH_QUANTITY_SIZE];
    printf("  %-16s %-14s %s\n", name, xh_quantity(count, unit, text), remark);
}

void xh_audit_print(const xh_config *config, const xh_run_result *result) {
    if (!learns_on_devices(config)) {
        printf("%-18s no layer learns on devices\n", "audit");
        return;
    }
    const audit made = audit_of(config, result);
    printf("%-18s %s: %s\n", "audit", config->scheme->name, config->scheme->digital_state);
    print_count("weights read", made.weights, "conv.", "of single weights, to learn");
    print_count("refresh", made.refreshes, "conv.", "of sides of pairs");
    print_count("signals", made.signals, "conv.", "of columns' answers to inputs, while learning");
    print_count("state", made.state, "bits", "kept in columns between updates");
    print_count("operations", made.operations, "op", "digital, of updates");
    print_count("memory", made.bytes, "B", "digital, read and written by updates");
    print_count("random", made.bits, "bits", "of updates");
    printf("  %-16s %s\n", "transposed reads", "none: the crossbar has no such call");
}

void xh_audit_json(xh_json *json, const xh_config *config, const xh_run_result *result) {
    if (!learns_on_devices(config)) {
        return;
    }
    const audit made = audit_of(config, result);
    xh_json_open(json, "audit", '{');
    xh_json_text(json, "scheme", config->scheme->name);
    xh_json_text(json, "digital_state", config->scheme->digital_state);
    xh_json_number(json, "weight_conversions", made.weights);
    xh_json_number(json, "refresh_conversions", made.refreshes);
    xh_json_number(json, "signal_conversions", made.signals);
    xh_json_number(json, "state_bits", made.state);
    xh_json_number(json, "operations", made.operations);
    xh_json_number(json, "memory_bytes", made.bytes);
    xh_json_number(json, "random_bits", made.bits);
    xh_json_close(json, '}');
}
