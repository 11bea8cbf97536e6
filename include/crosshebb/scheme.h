/**
 * Update schemes: how local signals become pulses. A scheme sees the inputs x_j of a row, the
 * signals u_i and y_i of a column, its own random stream and a few digital numbers a column, and
 * nothing else; see spec of each.
 */
#ifndef CROSSHEBB_SCHEME_H
#define CROSSHEBB_SCHEME_H

#include "crosshebb/crossbar.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Local signals of a batch of input vectors (patches): x [count][inputs], u and y
 * [count][outputs]. */
typedef struct xh_signals {
    size_t count;
    size_t inputs;
    size_t outputs;
    const float *x;
    const float *u;
    const float *y;
} xh_signals;

/** The learning rule's own numbers (Journe et al., ICLR 2023): W_i += eta_i (sum y x - sum y u W_i)
 * / scale, with eta_i = rate * (| |W_i| - 1 | + 1e-10)^norm_power. */
typedef struct xh_rule {
    double rate;       /* eta */
    double norm_power; /* q; 0: the rate does not depend on the norm */
} xh_rule;

typedef struct xh_scheme {
    const char *name;
    const char *summary;
    const char *reference;
    const char *digital_state; /* what it keeps, in bits, and every read that it makes */
    const xh_param_table *params;
    unsigned needs; /* xh_device_trait that the device must have */
    bool pairs;     /* synapses must have two sides */
    /** Whether it asks the crossbar for steps (xh_crossbar_read_steps); NULL: it does not. */
    bool (*measures)(const void *params);
    /* Floats of digital state, zero at the start: of a column, and behind them of its synapses. */
    size_t column_numbers;
    size_t synapse_numbers;
    /** One update of the whole crossbar. state: [outputs][xh_scheme_numbers]. Parallel over columns.
     */
    void (*update)(const void *params, xh_crossbar *crossbar, xh_rule rule,
                   const xh_signals *signals, float *state);
} xh_scheme;

/** Floats of digital state of a column of so many inputs. */
size_t xh_scheme_numbers(const xh_scheme *scheme, size_t inputs);

size_t xh_scheme_count(void);
const xh_scheme *xh_scheme_at(size_t index);
/** The scheme of that name. XH_INPUT, proposing the nearest name, if there is none. */
xh_status xh_scheme_find(const char *name, const xh_scheme **scheme, xh_error *error);

/** XH_INPUT, beginning with the key of the crossbar that is in the way, unless the scheme can teach
 * such devices in the crossbar's encoding. */
xh_status xh_scheme_fits(const xh_scheme *scheme, const xh_device_model *model,
                         const xh_crossbar_params *params, xh_error *error);

#ifdef __cplusplus
}
#endif

#endif
