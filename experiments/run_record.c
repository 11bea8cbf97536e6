/* What goes into the trace beside rows: the configuration, and the ledger with its prices. */
#include "config_table.h"
#include "run_internal.h"
#include "table_file.h"

#include <stdlib.h>
#include <string.h>

enum { GROUP_SIZE = 64 };

/* The unit that stands beside an attribute; pure numbers have none. */
static const char *attribute_unit(const char *unit) {
    return strcmp(unit, "1") == 0 ? NULL : unit;
}

static xh_status record_param(xh_trace *trace, const char *group, const xh_param *param,
                              const void *values, xh_error *error) {
    const double number = xh_param_number(param, values);
    const char *unit = attribute_unit(param->unit);
    switch (param->type) {
    case XH_PARAM_TEXT:
        return xh_trace_text(trace, group, param->name, (const char *)values + param->offset,
                             error);
    case XH_PARAM_REAL:
        return xh_trace_number(trace, group, param->name, number, unit, error);
    default:
        return xh_trace_integer(trace, group, param->name, (long long)number, unit, error);
    }
}

static xh_status record_params(xh_trace *trace, const char *group, const xh_param_table *table,
                               const void *values, xh_error *error) {
    xh_status status = XH_OK;
    for (size_t i = 0; status == XH_OK && i < table->count; i++) {
        status = record_param(trace, group, &table->params[i], values, error);
    }
    return status;
}

static xh_status record_text(xh_run_state *run, xh_error *error) {
    char *text = xh_config_text(run->config);
    if (!text) {
        return xh_error_set(error, XH_MEMORY, "no memory for the text of the configuration");
    }
    const xh_status status = xh_trace_text(run->trace, "/config", "yaml", text, error);
    free(text);
    return status;
}

xh_status xh_run_record_config(xh_run_state *run, xh_error *error) {
    const xh_config *config = run->config;
    const xh_device_model *device = config->device; /* NULL where no layer has devices */
    const xh_scheme *scheme = config->scheme;
    const struct {
        const char *group;
        const xh_param_table *table;
        const void *values;
    } sections[] = {
        {"/config", &xh_experiment_param_table, &config->experiment},
        {"/config/seeds", &xh_seed_param_table, &config->seeds},
        {"/config/dataset", &xh_dataset_param_table, &config->dataset},
        {"/config/device", device ? device->params : NULL, config->device_values.bytes},
        {"/config/crossbar", &xh_crossbar_param_table, &config->crossbar},
        {"/config/scheme", scheme ? scheme->params : NULL, config->scheme_values.bytes},
        {"/config/training", &xh_training_param_table, &config->training},
        {"/config/readout", &xh_readout_param_table, &config->readout},
        {"/config/output", &xh_output_param_table, &config->output},
    };
    xh_status status = record_text(run, error);
    for (size_t i = 0; status == XH_OK && i < sizeof(sections) / sizeof(sections[0]); i++) {
        if (sections[i].table) {
            status = record_params(run->trace, sections[i].group, sections[i].table,
                                   sections[i].values, error);
        }
    }
    if (status == XH_OK && device) {
        status = xh_trace_text(run->trace, "/config/device", "model", device->name, error);
    }
    const xh_step_table *table = device ? xh_config_table(device, &config->device_values) : NULL;
    if (status == XH_OK && table) {
        status = xh_table_record(run->trace, table, error);
    }
    if (status == XH_OK && scheme) {
        status = xh_trace_text(run->trace, "/config/scheme", "name", scheme->name, error);
    }
    for (size_t l = 0; status == XH_OK && l < config->layer_count; l++) {
        char group[GROUP_SIZE];
        snprintf(group, sizeof(group), "/config/network/layers/%zu", l);
        status = record_params(run->trace, group, &xh_layer_param_table, &config->layers[l], error);
    }
    return status;
}

/* One number a data set: GROUP/PHASE/EVENT. */
static xh_status record_events(xh_trace *trace, const char *group, xh_phase phase,
                               const double *values, const char *unit, xh_error *error) {
    char path[GROUP_SIZE];
    snprintf(path, sizeof(path), "/ledger/%s/%s", group, xh_phase_name(phase));
    xh_status status = XH_OK;
    for (int e = 0; status == XH_OK && e < XH_EVENTS; e++) {
        const xh_event event = (xh_event)e;
        const xh_trace_column column = {
            .name = xh_event_name(event),
            .unit = unit ? unit : xh_event_unit(event),
            .sentence = xh_event_sentence(event),
        };
        status = xh_trace_doubles(trace, path, column, 0, NULL, &values[e], error);
    }
    return status == XH_OK ? xh_trace_text(trace, path, "sentence", xh_phase_sentence(phase), error)
                           : status;
}

static xh_status record_pulses(xh_trace *trace, xh_phase phase, const xh_pulse_tally *tally,
                               xh_error *error) {
    const struct {
        xh_trace_column column;
        uint64_t count;
    } rows[] = {
        {{"up", "pulses", "up pulses attempted"}, tally->up},
        {{"down", "pulses", "down pulses attempted"}, tally->down},
        {{"reset", "pulses", "RESETs"}, tally->reset},
        {{"effective", "pulses", "up and down pulses that changed a conductance"},
         tally->effective},
        {{"clipped", "pulses", "up and down pulses cut short by a bound"}, tally->clipped},
    };
    char path[GROUP_SIZE];
    snprintf(path, sizeof(path), "/ledger/pulses/%s", xh_phase_name(phase));
    xh_status status = XH_OK;
    for (size_t i = 0; status == XH_OK && i < sizeof(rows) / sizeof(rows[0]); i++) {
        const double count = (double)rows[i].count;
        status = xh_trace_doubles(trace, path, rows[i].column, 0, NULL, &count, error);
    }
    return status;
}

static xh_status record_price(xh_trace *trace, xh_event event, const xh_price *price,
                              xh_error *error) {
    char path[GROUP_SIZE];
    const char mark[2] = {price->mark, '\0'};
    snprintf(path, sizeof(path), "/ledger/hardware/%s", xh_event_name(event));
    xh_status status = xh_trace_number(trace, path, "joules", price->joules, "J", error);
    if (status == XH_OK) {
        status = xh_trace_number(trace, path, "seconds", price->seconds, "s", error);
    }
    if (status == XH_OK) {
        status = xh_trace_text(trace, path, "mark", mark, error);
    }
    return status == XH_OK ? xh_trace_text(trace, path, "source", price->source, error) : status;
}

static xh_status record_hardware(xh_run_state *run, xh_error *error) {
    const xh_hardware *hardware = &run->config->hardware;
    xh_status status =
        record_params(run->trace, "/ledger/hardware", &xh_hardware_param_table, hardware, error);
    for (int e = 0; status == XH_OK && e < XH_EVENTS; e++) {
        if (hardware->price[e].mark) {
            status = record_price(run->trace, (xh_event)e, &hardware->price[e], error);
        }
    }
    return status;
}

/* What the ledger's pulses cost the device: with it a finished run can be priced again. */
static xh_status record_device_cost(xh_run_state *run, xh_error *error) {
    const xh_device_pulse_cost *cost = &run->device_cost;
    const struct {
        const char *name;
        const char *unit;
        double value;
    } rows[] = {
        {"energy_up", "J", cost->energy_up},       {"energy_down", "J", cost->energy_down},
        {"energy_reset", "J", cost->energy_reset}, {"time_up", "s", cost->time_up},
        {"time_down", "s", cost->time_down},       {"time_reset", "s", cost->time_reset},
        {"endurance", "cycles", cost->endurance},  {"wear_up", "cycles", cost->wear_up},
        {"wear_down", "cycles", cost->wear_down},  {"wear_reset", "cycles", cost->wear_reset},
    };
    xh_status status = XH_OK;
    for (size_t i = 0; status == XH_OK && i < sizeof(rows) / sizeof(rows[0]); i++) {
        status = xh_trace_number(run->trace, "/ledger/device", rows[i].name, rows[i].value,
                                 rows[i].unit, error);
    }
    return status;
}

xh_status xh_run_record_ledger(xh_run_state *run, const xh_account *account, const xh_cost *cost,
                               xh_error *error) {
    xh_status status = XH_OK;
    for (int p = 0; status == XH_OK && p < XH_PHASES; p++) {
        const xh_phase phase = (xh_phase)p;
        status = record_events(run->trace, "counts", phase, account->whole.count[p], NULL, error);
        if (status == XH_OK) {
            status = record_events(run->trace, "training", phase, account->training.count[p], NULL,
                                   error);
        }
        if (status == XH_OK) {
            status = record_events(run->trace, "energy", phase, cost->joules[p], "J", error);
        }
        if (status == XH_OK) {
            status = record_events(run->trace, "latency", phase, cost->seconds[p], "s", error);
        }
        if (status == XH_OK) {
            status = record_pulses(run->trace, phase, &account->whole.pulses[p], error);
        }
    }
    if (status == XH_OK) {
        status = record_hardware(run, error);
    }
    return status == XH_OK ? record_device_cost(run, error) : status;
}
