/**
 * The ledger: what happened, counted; and what it costs under a hardware profile.
 *
 * Counts come first, joules later: a finished run can be priced again under another profile. Counts
 * are sums of integers or of terms added in a fixed order, so that they do not depend on the number
 * of threads.
 */
#ifndef CROSSHEBB_LEDGER_H
#define CROSSHEBB_LEDGER_H

#include "crosshebb/device.h"
#include "crosshebb/state.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** X(name, unit of the count, sentence). A price is joules and seconds a unit. */
#define XH_EVENT_LIST(X)                                                                           \
    X(wordline_drive, "drives",                                                                    \
      "one input applied to one row of one tile (digital-to-analog conversion)")                   \
    X(array_charge, "S",                                                                           \
      "conductance times duty of its input, summed over the cells of a read (Joule heat)")         \
    X(adc_conversion, "conversions", "one column of one tile sensed and converted")                \
    X(adc_idle, "conversions", "one column without a neuron, in a tile that is read")              \
    X(partial_sum, "additions",                                                                    \
      "one digital addition of a tile's, a phase's or a bit's partial sum, or one comparison")     \
    X(softmax, "neurons", "one neuron's share of a soft winner-take-all")                          \
    X(rule_mac, "operations", "one digital multiply-accumulate, of a learning rule or of a scale") \
    X(memory_byte, "bytes",                                                                        \
      "one byte of digital working memory read or written by a learning rule")                     \
    X(train_bit, "bits", "one stochastic bit of a pulse train or rounding")                        \
    X(wordline_pulse, "pulses", "one row line charged for a programming slot")                     \
    X(bitline_pulse, "pulses", "one column line charged for a programming slot")                   \
    X(pulse_up, "pulses", "one up (SET, potentiating) pulse on a device")                          \
    X(pulse_down, "pulses", "one down (depressing) pulse on a device")                             \
    X(pulse_reset, "pulses", "one full RESET of a device")                                         \
    X(read_cycle, "cycles", "one read of all tiles of a layer in parallel")                        \
    X(input_step, "steps", "one step of time in which inputs are on as pulse widths")              \
    X(step_charge, "S",                                                                            \
      "conductance times steps of its input, summed over the cells of a read (Joule heat)")        \
    X(pulse_slot, "slots", "one programming slot of a layer's tiles in parallel")                  \
    X(weight_mac, "weights",                                                                       \
      "one weight times one input of a read: what arrays do, and digital hardware would compute")  \
    X(winner_synapse, "synapses", "one synapse of the winner, at a position learned from")         \
    X(layer_synapse, "synapses", "one synapse of the layer, at a position learned from")

typedef enum xh_event {
#define XH_EVENT_ENUM(name, unit, sentence) XH_EVENT_##name,
    XH_EVENT_LIST(XH_EVENT_ENUM)
#undef XH_EVENT_ENUM
        XH_EVENTS
} xh_event;

/** X(name, sentence): why it happened. */
#define XH_PHASE_LIST(X)                                                                           \
    X(program, "initial programming of the arrays")                                                \
    X(forward, "reads during training")                                                            \
    X(update, "learning")                                                                          \
    X(refresh, "refresh of saturated pairs")                                                       \
    X(inference, "reads of layers that do not learn")                                              \
    X(compensation, "reads that drift is compensated by")

typedef enum xh_phase {
#define XH_PHASE_ENUM(name, sentence) XH_PHASE_##name,
    XH_PHASE_LIST(XH_PHASE_ENUM)
#undef XH_PHASE_ENUM
        XH_PHASES
} xh_phase;

typedef struct xh_ledger {
    double count[XH_PHASES][XH_EVENTS];
    xh_pulse_tally pulses[XH_PHASES];
} xh_ledger;

const char *xh_event_name(xh_event event);
const char *xh_event_unit(xh_event event);
const char *xh_event_sentence(xh_event event);
/** Whether arrays do that work by their physics, so that only digital hardware has a price for it. */
bool xh_event_spared(xh_event event);
const char *xh_phase_name(xh_phase phase);
const char *xh_phase_sentence(xh_phase phase);

/** Adds every count of other. */
void xh_ledger_add(xh_ledger *ledger, const xh_ledger *other);

/** Pulses on devices of learning: phases update and refresh. */
xh_pulse_tally xh_ledger_learning_pulses(const xh_ledger *ledger);

/** Saves or loads every count. */
void xh_ledger_state(xh_ledger *ledger, xh_state *state);

/** Where a price comes from. Marks as in the literature notes: P read in the paper, C read in
 * published code, D derived, M remembered and to be checked, A assumed. */
typedef struct xh_price {
    double joules;
    double seconds;
    char mark;
    char source[XH_PARAM_TEXT_SIZE];
} xh_price;

/** Prices of one technology's periphery. Pulses on devices are priced by the device model, divided
 * by driver_efficiency; array_charge by read_voltage^2 times integration_time, step_charge by
 * read_voltage^2 times the duration of an input_step. Digital hardware has no arrays: it does the same
 * mathematics, and pays for what they spare it (xh_event_spared) and softmax only. */
typedef struct xh_hardware {
    char name[XH_PARAM_TEXT_SIZE];
    char summary[XH_PARAM_TEXT_SIZE];
    double read_voltage;      /* volts */
    double integration_time;  /* seconds a read at full duty */
    double driver_efficiency; /* device joules over supply joules, (0, 1] */
    bool adc_gated;           /* idle converters cost nothing */
    bool digital;             /* no arrays, and none of the four above */
    xh_price price[XH_EVENTS];
} xh_hardware;

/** Cost of a ledger: joules and sequential seconds by phase and event, and their totals. */
typedef struct xh_cost {
    double joules[XH_PHASES][XH_EVENTS];
    double seconds[XH_PHASES][XH_EVENTS];
    double total_joules;
    double total_seconds;
} xh_cost;

/** Prices a ledger whose pulses went to devices of the given cost. */
xh_cost xh_ledger_price(const xh_ledger *ledger, const xh_hardware *hardware,
                        const xh_device_pulse_cost *device);

/** Joules of a phase, and of an event: sums over the other of both. */
double xh_cost_phase_joules(const xh_cost *cost, xh_phase phase);
double xh_cost_event_joules(const xh_cost *cost, xh_event event);
/** Seconds of a phase. */
double xh_cost_phase_seconds(const xh_cost *cost, xh_phase phase);

#ifdef __cplusplus
}
#endif

#endif
