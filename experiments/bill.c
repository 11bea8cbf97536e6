/* Prices of a run: of its counts, and as a result holds them. */
#include "bill.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static double per(double amount, double count) {
    return count > 0 ? amount / count : NAN;
}

static double pulses_of(const xh_ledger *ledger) {
    const xh_pulse_tally pulses = xh_ledger_learning_pulses(ledger);
    return (double)(pulses.up + pulses.down + pulses.reset);
}

xh_bill xh_bill_of(const xh_account *account, const xh_hardware *hardware) {
    const xh_cost training = xh_ledger_price(&account->training, hardware, &account->device);
    xh_bill bill = {
        .cost = xh_ledger_price(&account->whole, hardware, &account->device),
        .training_joules = training.total_joules,
        .training_seconds = training.total_seconds,
    };
    bill.update_joules = xh_cost_phase_joules(&bill.cost, XH_PHASE_update) +
                         xh_cost_phase_joules(&bill.cost, XH_PHASE_refresh);
    bill.joules_per_image = per(bill.training_joules, account->images);
    bill.joules_per_synapse = per(bill.update_joules, account->synapse_updates);
    bill.joules_per_pulse = per(bill.update_joules, pulses_of(&account->whole));
    return bill;
}

/* The number that a data set holds. */
static xh_status read_number(const xh_result *result, const char *path, double *number,
                             xh_error *error) {
    xh_result_array array = {0};
    xh_status status = xh_result_array_read(result, path, &array, error);
    if (status == XH_OK && array.count != 1) {
        status =
            xh_error_set(error, XH_INPUT, "%s: %s is not one number", xh_result_path(result), path);
    }
    if (status == XH_OK) {
        *number = array.values[0];
    }
    xh_result_array_free(&array);
    return status;
}

/* Results of earlier versions do not know of these, which then never happened. */
static bool is_late(xh_phase phase, xh_event event) {
    return phase == XH_PHASE_compensation || event == XH_EVENT_input_step ||
           event == XH_EVENT_step_charge || xh_event_spared(event);
}

/* /ledger/KIND, a number an event. */
static xh_status read_events(const xh_result *result, const char *kind,
                             double values[XH_PHASES][XH_EVENTS], xh_error *error) {
    xh_status status = XH_OK;
    for (int phase = 0; phase < XH_PHASES; phase++) {
        for (int event = 0; status == XH_OK && event < XH_EVENTS; event++) {
            char path[128];
            snprintf(path, sizeof(path), "/ledger/%s/%s/%s", kind, xh_phase_name((xh_phase)phase),
                     xh_event_name((xh_event)event));
            values[phase][event] = 0;
            if (!is_late((xh_phase)phase, (xh_event)event) || xh_result_has(result, path)) {
                status = read_number(result, path, &values[phase][event], error);
            }
        }
    }
    return status;
}

static xh_status read_pulses(const xh_result *result, xh_phase phase, xh_pulse_tally *tally,
                             xh_error *error) {
    const struct {
        const char *name;
        uint64_t *count;
    } rows[] = {{"up", &tally->up},
                {"down", &tally->down},
                {"reset", &tally->reset},
                {"effective", &tally->effective},
                {"clipped", &tally->clipped}};
    xh_status status = XH_OK;
    for (size_t i = 0; status == XH_OK && i < sizeof(rows) / sizeof(rows[0]); i++) {
        double count = 0;
        char path[128];
        snprintf(path, sizeof(path), "/ledger/pulses/%s/%s", xh_phase_name(phase), rows[i].name);
        if (phase != XH_PHASE_compensation) { /* which takes none */
            status = read_number(result, path, &count, error);
        }
        *rows[i].count = status == XH_OK ? (uint64_t)count : 0;
    }
    return status;
}

static xh_device_pulse_cost read_device(const xh_result *result) {
    static const char group[] = "/ledger/device";
    return (xh_device_pulse_cost){
        .energy_up = xh_result_number(result, group, "energy_up"),
        .energy_down = xh_result_number(result, group, "energy_down"),
        .energy_reset = xh_result_number(result, group, "energy_reset"),
        .time_up = xh_result_number(result, group, "time_up"),
        .time_down = xh_result_number(result, group, "time_down"),
        .time_reset = xh_result_number(result, group, "time_reset"),
        .endurance = xh_result_number(result, group, "endurance"),
        .wear_up = xh_result_number(result, group, "wear_up"),
        .wear_down = xh_result_number(result, group, "wear_down"),
        .wear_reset = xh_result_number(result, group, "wear_reset"),
    };
}

static xh_status read_account(const xh_result *result, xh_account *account, xh_error *error) {
    *account = (xh_account){
        .device = read_device(result),
        .images = xh_result_number(result, "/result", "images"),
        .synapse_updates = xh_result_number(result, "/result", "synapse_updates"),
    };
    xh_status status = read_events(result, "counts", account->whole.count, error);
    if (status == XH_OK) {
        status = read_events(result, "training", account->training.count, error);
    }
    for (int phase = 0; status == XH_OK && phase < XH_PHASES; phase++) {
        status = read_pulses(result, (xh_phase)phase, &account->whole.pulses[phase], error);
    }
    return status;
}

static xh_status read_recorded(const xh_result *result, xh_bill *bill, xh_error *error) {
    *bill = (xh_bill){
        .cost = {.total_joules = xh_result_number(result, "/result", "energy"),
                 .total_seconds = xh_result_number(result, "/result", "latency")},
        .training_joules = xh_result_number(result, "/result", "training_energy"),
        .training_seconds = xh_result_number(result, "/result", "training_latency"),
        .update_joules = xh_result_number(result, "/result", "update_energy"),
        .joules_per_image = xh_result_number(result, "/result", "energy_per_image"),
        .joules_per_synapse = xh_result_number(result, "/result", "energy_per_synapse_update"),
        .joules_per_pulse = xh_result_number(result, "/result", "energy_per_pulse"),
    };
    const xh_status status = read_events(result, "energy", bill->cost.joules, error);
    return status == XH_OK ? read_events(result, "latency", bill->cost.seconds, error) : status;
}

/* Whether anything was ever counted. */
static bool is_empty(const xh_ledger *ledger) {
    for (int phase = 0; phase < XH_PHASES; phase++) {
        for (int event = 0; event < XH_EVENTS; event++) {
            if (ledger->count[phase][event] > 0) {
                return false;
            }
        }
    }
    return true;
}

xh_status xh_bill_read(const xh_result *result, xh_account *account, xh_bill *recorded,
                       xh_error *error) {
    const char *path = xh_result_path(result);
    if (!xh_result_has(result, "/config/network")) {
        return xh_error_set(error, XH_INPUT, "%s: it is not the result of one run", path);
    }
    if (xh_result_partial(result) || xh_result_number(result, "/result", "complete") != 1) {
        return xh_error_set(error, XH_INPUT,
                            "%s: the run is not complete; its counts are written when it is", path);
    }
    if (!xh_result_has(result, "/ledger/training")) {
        return xh_error_set(error, XH_INPUT,
                            "%s: it has no counts of training: an earlier version of crosshebb "
                            "wrote it",
                            path);
    }
    xh_status status = read_account(result, account, error);
    if (status == XH_OK) {
        status = read_recorded(result, recorded, error);
    }
    if (status == XH_OK && is_empty(&account->whole)) {
        status = xh_error_set(error, XH_INPUT,
                              "%s: there is nothing to price: no layer is on devices", path);
    }
    return status;
}
