/* Counts of events, and their price under a hardware profile. */
#include "crosshebb/ledger.h"

typedef struct xh_label {
    const char *name;
    const char *unit;
    const char *sentence;
} xh_label;

static const xh_label event_labels[XH_EVENTS] = {
#define XH_EVENT_LABEL(name, unit, sentence) {#name, unit, sentence},
    XH_EVENT_LIST(XH_EVENT_LABEL)
#undef XH_EVENT_LABEL
};

static const xh_label phase_labels[XH_PHASES] = {
#define XH_PHASE_LABEL(name, sentence) {#name, "1", sentence},
    XH_PHASE_LIST(XH_PHASE_LABEL)
#undef XH_PHASE_LABEL
};

const char *xh_event_name(xh_event event) {
    return event_labels[event].name;
}

const char *xh_event_unit(xh_event event) {
    return event_labels[event].unit;
}

const char *xh_event_sentence(xh_event event) {
    return event_labels[event].sentence;
}

bool xh_event_spared(xh_event event) {
    return event == XH_EVENT_weight_mac || event == XH_EVENT_winner_synapse ||
           event == XH_EVENT_layer_synapse;
}

const char *xh_phase_name(xh_phase phase) {
    return phase_labels[phase].name;
}

const char *xh_phase_sentence(xh_phase phase) {
    return phase_labels[phase].sentence;
}

void xh_ledger_add(xh_ledger *ledger, const xh_ledger *other) {
    for (int phase = 0; phase < XH_PHASES; phase++) {
        for (int event = 0; event < XH_EVENTS; event++) {
            ledger->count[phase][event] += other->count[phase][event];
        }
        xh_pulse_tally *to = &ledger->pulses[phase];
        const xh_pulse_tally *from = &other->pulses[phase];
        to->up += from->up;
        to->down += from->down;
        to->reset += from->reset;
        to->effective += from->effective;
        to->clipped += from->clipped;
    }
}

xh_pulse_tally xh_ledger_learning_pulses(const xh_ledger *ledger) {
    const xh_pulse_tally update = ledger->pulses[XH_PHASE_update];
    const xh_pulse_tally refresh = ledger->pulses[XH_PHASE_refresh];
    return (xh_pulse_tally){
        .up = update.up + refresh.up,
        .down = update.down + refresh.down,
        .reset = update.reset + refresh.reset,
        .effective = update.effective + refresh.effective,
        .clipped = update.clipped + refresh.clipped,
    };
}

void xh_ledger_state(xh_ledger *ledger, xh_state *state) {
    xh_state_doubles(state, "events", XH_PHASES * XH_EVENTS, ledger->count[0]);
    for (int phase = 0; phase < XH_PHASES; phase++) {
        xh_pulse_tally *tally = &ledger->pulses[phase];
        uint64_t counts[] = {tally->up, tally->down, tally->reset, tally->effective,
                             tally->clipped};
        xh_state_counts(state, phase_labels[phase].name, sizeof(counts) / sizeof(counts[0]),
                        counts);
        *tally = (xh_pulse_tally){counts[0], counts[1], counts[2], counts[3], counts[4]};
    }
}

/* Joules of one unit of the event. Pulses on devices are priced by the cell's own physics over the
 * efficiency of the driver, the charge through the array by the voltage across it. */
static double joules_of(xh_event event, const xh_hardware *hardware,
                        const xh_device_pulse_cost *device) {
    switch (event) {
    case XH_EVENT_pulse_up:
        return device->energy_up / hardware->driver_efficiency;
    case XH_EVENT_pulse_down:
        return device->energy_down / hardware->driver_efficiency;
    case XH_EVENT_pulse_reset:
        return device->energy_reset / hardware->driver_efficiency;
    case XH_EVENT_array_charge:
        return hardware->read_voltage * hardware->read_voltage * hardware->integration_time;
    case XH_EVENT_step_charge:
        return hardware->read_voltage * hardware->read_voltage *
               hardware->price[XH_EVENT_input_step].seconds;
    case XH_EVENT_adc_idle:
        return hardware->adc_gated ? 0.0 : hardware->price[event].joules;
    default:
        return hardware->price[event].joules;
    }
}

/* A programming slot lasts as long as the longest pulse of the device. */
static double seconds_of(xh_event event, const xh_hardware *hardware,
                         const xh_device_pulse_cost *device) {
    if (event != XH_EVENT_pulse_slot) {
        return hardware->price[event].seconds;
    }
    const double pulse = device->time_up > device->time_down ? device->time_up : device->time_down;
    return hardware->price[event].seconds + pulse;
}

/* Whether the hardware pays for the event at all. */
static bool pays(const xh_hardware *hardware, xh_event event) {
    return !hardware->digital || event == XH_EVENT_softmax || xh_event_spared(event);
}

xh_cost xh_ledger_price(const xh_ledger *ledger, const xh_hardware *hardware,
                        const xh_device_pulse_cost *device) {
    xh_cost cost = {0};
    for (int phase = 0; phase < XH_PHASES; phase++) {
        for (int event = 0; event < XH_EVENTS; event++) {
            const double count = ledger->count[phase][event];
            if (!pays(hardware, (xh_event)event)) {
                continue;
            }
            cost.joules[phase][event] = count * joules_of((xh_event)event, hardware, device);
            cost.seconds[phase][event] = count * seconds_of((xh_event)event, hardware, device);
            cost.total_joules += cost.joules[phase][event];
            cost.total_seconds += cost.seconds[phase][event];
        }
    }
    return cost;
}

double xh_cost_phase_joules(const xh_cost *cost, xh_phase phase) {
    double joules = 0;
    for (int event = 0; event < XH_EVENTS; event++) {
        joules += cost->joules[phase][event];
    }
    return joules;
}

double xh_cost_event_joules(const xh_cost *cost, xh_event event) {
    double joules = 0;
    for (int phase = 0; phase < XH_PHASES; phase++) {
        joules += cost->joules[phase][event];
    }
    return joules;
}

double xh_cost_phase_seconds(const xh_cost *cost, xh_phase phase) {
    double seconds = 0;
    for (int event = 0; event < XH_EVENTS; event++) {
        seconds += cost->seconds[phase][event];
    }
    return seconds;
}
