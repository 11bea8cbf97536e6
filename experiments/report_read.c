/* Reads of a run what its report says. */
#include "report_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* As the network has them, from the configuration. */
static xh_status read_layer(xh_report_run *run, size_t index, xh_error *error) {
    xh_report_layer *layer = &run->layers[index];
    char group[XH_PARAM_TEXT_SIZE];
    snprintf(group, sizeof(group), "/config/network/layers/%zu", index);
    xh_status status = xh_result_text(run->result, group, "name", &layer->name, error);
    if (status != XH_OK) {
        return status;
    }
    run->layer_count = index + 1;
    snprintf(layer->figures, sizeof(layer->figures), "/result/layers/%s", layer->name);
    char *synapses = xh_report_run_text(run, group, "synapses");
    run->devices = run->devices || (synapses && strcmp(synapses, "digital") != 0);
    free(synapses);
    snprintf(group, sizeof(group), "/train/%s", layer->name);
    return xh_result_table_read(run->result, group, &layer->train, error);
}

static xh_status read_layers(xh_report_run *run, xh_error *error) {
    xh_names names = {0};
    xh_status status = xh_result_groups(run->result, "/config/network/layers", &names, error);
    const size_t count = names.count < XH_CONFIG_LAYERS ? names.count : XH_CONFIG_LAYERS;
    for (size_t l = 0; status == XH_OK && l < count; l++) {
        status = read_layer(run, l, error);
    }
    xh_names_free(&names);
    return status;
}

/* /ledger/KIND/PHASE/EVENT; what is not there is 0. */
static xh_status read_ledger(xh_report_run *run, const char *kind, xh_report_ledger *values,
                             xh_error *error) {
    xh_status status = XH_OK;
    for (int cell = 0; status == XH_OK && cell < XH_PHASES * XH_EVENTS; cell++) {
        const int phase = cell / XH_EVENTS, event = cell % XH_EVENTS;
        char path[XH_PARAM_TEXT_SIZE];
        snprintf(path, sizeof(path), "/ledger/%s/%s/%s", kind, xh_phase_name((xh_phase)phase),
                 xh_event_name((xh_event)event));
        if (xh_result_has(run->result, path)) {
            xh_result_array value = {0};
            status = xh_result_array_read(run->result, path, &value, error);
            values->at[phase][event] = status == XH_OK && value.count > 0 ? value.values[0] : 0;
            xh_result_array_free(&value);
        }
    }
    return status;
}

static xh_status read_all(xh_report_run *run, xh_error *error) {
    const xh_result *result = run->result;
    xh_status status = xh_result_text(result, "/config", "experiment", &run->experiment, error);
    if (status == XH_OK) {
        status = xh_result_text(result, "/config", "yaml", &run->yaml, error);
    }
    if (status == XH_OK) {
        status = read_layers(run, error);
    }
    if (status == XH_OK) {
        status = xh_result_table_read(result, "/readout", &run->readout, error);
    }
    if (status == XH_OK) {
        status = read_ledger(run, "energy", &run->joules, error);
    }
    return status == XH_OK ? read_ledger(run, "counts", &run->counts, error) : status;
}

xh_status xh_report_run_read(const xh_result *result, xh_report_run *run, xh_error *error) {
    *run = (xh_report_run){.result = result};
    const xh_status status = read_all(run, error);
    run->complete = xh_report_run_figure(run, "complete") == 1;
    for (int phase = 0; phase < XH_PHASES; phase++) {
        run->priced = run->priced || xh_report_phase_sum(&run->joules, (xh_phase)phase) > 0;
    }
    if (status != XH_OK) {
        xh_report_run_free(run);
    }
    return status;
}

void xh_report_run_free(xh_report_run *run) {
    for (size_t l = 0; l < XH_CONFIG_LAYERS; l++) {
        free(run->layers[l].name);
        xh_result_table_free(&run->layers[l].train);
    }
    xh_result_table_free(&run->readout);
    free(run->experiment);
    free(run->yaml);
    *run = (xh_report_run){0};
}

double xh_report_run_figure(const xh_report_run *run, const char *name) {
    return xh_result_number(run->result, "/result", name);
}

double xh_report_layer_figure(const xh_report_run *run, size_t layer, const char *name) {
    return xh_result_number(run->result, run->layers[layer].figures, name);
}

const xh_result_array *xh_report_layer_column(const xh_report_run *run, size_t layer,
                                              const char *name) {
    return xh_result_table_column(&run->layers[layer].train, name);
}

char *xh_report_run_text(const xh_report_run *run, const char *group, const char *key) {
    char *text = NULL;
    return xh_result_text(run->result, group, key, &text, NULL) == XH_OK ? text : NULL;
}

double xh_report_phase_sum(const xh_report_ledger *values, xh_phase phase) {
    double sum = 0;
    for (int event = 0; event < XH_EVENTS; event++) {
        sum += values->at[phase][event];
    }
    return sum;
}

double xh_report_event_sum(const xh_report_ledger *values, xh_event event) {
    double sum = 0;
    for (int phase = 0; phase < XH_PHASES; phase++) {
        sum += values->at[phase][event];
    }
    return sum;
}
