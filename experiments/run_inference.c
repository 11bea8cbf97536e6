/*
 * The network as it ages after training: at each time of inference.after the test images go through
 * it again, at the temperature of these tests, without and with compensation of drift, and the readout
 * says what it still makes of them.
 */
#include "run_internal.h"

#include <math.h>
#include <string.h>

static const xh_trace_column columns[] = {
    {"seconds", "s", "time since the end of training"},
    {"test_accuracy", "1", "share of the test images classified right, as the arrays are"},
    {"compensated_accuracy", "1",
     "share of the test images classified right, drift compensated; NaN where it is not"},
    {"compensation_energy", "J", "of all reads for compensation so far"},
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

bool xh_run_compensates(const xh_run_state *run) {
    return strcmp(run->config->crossbar.compensation, "none") != 0;
}

xh_status xh_run_rest(xh_run_state *run, xh_error *error) {
    for (size_t l = 0; l < run->layers; l++) {
        xh_synapses_refer(xh_layer_synapses(run->blocks[l].layer));
    }
    xh_run_age(run, run->config->training.rest_seconds);
    xh_run_compensate(run, true);
    return xh_config_times(run->config->inference.after, run->after, &run->after_count, error);
}

/* On: as of the latest check where these come round, else of one now. */
void xh_run_compensate(xh_run_state *run, bool on) {
    const bool now = on && !(run->config->crossbar.compensation_every > 0);
    for (size_t l = 0; l < run->layers; l++) {
        xh_synapses *synapses = xh_layer_synapses(run->blocks[l].layer);
        if (now || !on) {
            xh_synapses_compensate(synapses, now);
        }
    }
    if (run->readout_array && (now || !on)) {
        xh_crossbar_compensate(run->readout_array, now);
    }
}

xh_status xh_run_inference_table(xh_run_state *run, xh_error *error) {
    return run->config->inference.after[0] ? xh_trace_table(run->trace, "inference", columns,
                                                            COLUMNS, &run->inference_table, error)
                                           : XH_OK;
}

static xh_status record(xh_run_state *run, size_t index, xh_error *error) {
    const xh_cost cost = xh_run_cost(run);
    const xh_run_inference *now = &run->inferences[index];
    const double row[COLUMNS] = {now->seconds, now->test_accuracy, now->compensated_accuracy,
                                 xh_cost_phase_joules(&cost, XH_PHASE_compensation)};
    return xh_run_leads(run) ? xh_trace_row(run->trace, run->inference_table, row, error) : XH_OK;
}

/* Compensated first: what checks that come round have set is so still there. */
static xh_status test_at(xh_run_state *run, size_t index, double elapsed, xh_error *error) {
    xh_run_inference *now = &run->inferences[index];
    *now = (xh_run_inference){run->after[index], NAN, NAN};
    xh_run_age(run, now->seconds - elapsed);
    xh_status status = XH_OK;
    if (xh_run_compensates(run)) {
        xh_run_compensate(run, true);
        status = xh_run_test(run, &now->compensated_accuracy, error);
        xh_run_compensate(run, false);
    }
    if (status == XH_OK) {
        status = xh_run_test(run, &now->test_accuracy, error);
    }
    run->inference_count += status == XH_OK;
    return status == XH_OK ? record(run, index, error) : status;
}

static void set_temperature(xh_run_state *run, double kelvin) {
    for (size_t l = 0; l < run->layers; l++) {
        xh_synapses_set_temperature(xh_layer_synapses(run->blocks[l].layer), kelvin);
    }
    if (run->readout_array) {
        xh_crossbar_set_temperature(run->readout_array, kelvin);
    }
}

xh_status xh_run_infer(xh_run_state *run, xh_error *error) {
    double elapsed = run->config->training.rest_seconds;
    xh_status status = XH_OK;
    if (run->config->crossbar.temperature_after > 0) {
        set_temperature(run, run->config->crossbar.temperature_after);
    }
    for (size_t i = 0; status == XH_OK && i < run->after_count; i++) {
        xh_run_tell(run, "inference", i, run->after_count, "times");
        status = test_at(run, i, elapsed, error);
        elapsed = run->after[i];
    }
    if (run->after_count > 0 && status == XH_OK) {
        xh_run_tell(run, "inference", run->after_count, run->after_count, "times");
    }
    return status;
}
