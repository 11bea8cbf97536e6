/**
 * Synapses: a matrix of weights that can be read and that learns, in float (the published rule) or
 * on a crossbar. Everything above is shared, so that any difference in accuracy is the hardware's.
 */
#ifndef CROSSHEBB_SYNAPSES_H
#define CROSSHEBB_SYNAPSES_H

#include "crosshebb/scheme.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xh_synapses xh_synapses;

/** What the digital synapses divide an update by. */
typedef enum xh_update_scale {
    XH_SCALE_LAYER_MAXIMUM,  /* largest |update| of the layer: the published rule */
    XH_SCALE_NEURON_RUNNING, /* causal running maximum of each neuron: local to its column */
} xh_update_scale;

/** What digital synapses multiply; weights and what is added up from sums are float32 in both. */
typedef enum xh_arithmetic {
    XH_ARITHMETIC_FLOAT32,
    /* operands are rounded to steps of a 2896th of the largest of 256 values that are summed: of a
     * neuron's weights, a patch's inputs, or over patches; sums of 256 are exact */
    XH_ARITHMETIC_INT16,
} xh_arithmetic;

/** How the outputs of digital synapses, or of a crossbar, can be divided among partners so that the
 * parts do together, bit by bit, what the whole does alone. */
xh_division xh_synapses_division_digital(size_t outputs, xh_arithmetic arithmetic,
                                         const xh_partners *partners);

/** Float weights of the own outputs, [own outputs][inputs], copied; bound > 0 holds every weight within
 * +-bound. */
xh_status xh_synapses_create_digital(size_t inputs, xh_division outputs, const float *weights,
                                     xh_rule rule, xh_update_scale scale, double bound,
                                     xh_arithmetic arithmetic, xh_synapses **synapses,
                                     xh_error *error);

/** Weights programmed into a crossbar, which the synapses own from now on (also on failure).
 * XH_INPUT if the device lacks a trait that the scheme needs, or takes no pulses, or the encoding does
 * not fit. */
xh_status xh_synapses_create_crossbar(xh_crossbar *crossbar, const float *weights, xh_rule rule,
                                      const xh_scheme *scheme, const void *scheme_params,
                                      xh_synapses **synapses, xh_error *error);

/** Writes the weights of digital synapses onto a crossbar of the same shape and division, which they
 * own from now on and which answers every read; the float weights are gone, and nothing is learned
 * from here on. */
void xh_synapses_program(xh_synapses *synapses, xh_crossbar *crossbar);

void xh_synapses_free(xh_synapses *synapses);

size_t xh_synapses_inputs(const xh_synapses *synapses);
size_t xh_synapses_outputs(const xh_synapses *synapses); /* here: all, or the own part */
xh_division xh_synapses_division(const xh_synapses *synapses);

/* What follows is done by all partners together, each with its own part of the outputs; what they
 * have in common goes from one to the other where a read begins or ends and in an update. */

/** Sets converter ranges from inputs x [count][inputs]; nothing to do in float. */
void xh_synapses_calibrate(xh_synapses *synapses, size_t count, const float *x);

/* A read of a batch of input vectors, as in crossbar.h: u = W x. */
void xh_synapses_read_begin(xh_synapses *synapses, xh_phase phase);
void xh_synapses_read(xh_synapses *synapses, size_t first, size_t count, const float *x, float *u);
void xh_synapses_read_end(xh_synapses *synapses);

/** From now on updates take place at factor times the rule's rate; 1 at first. */
void xh_synapses_anneal(xh_synapses *synapses, double factor);

/** Learns from one batch; not after xh_synapses_program. Parallel inside; call from one thread. */
void xh_synapses_update(xh_synapses *synapses, const xh_signals *signals);

/** Lets seconds pass. */
void xh_synapses_age(xh_synapses *synapses, double seconds);

/** Everything is at that many kelvin from now on; nothing to do in float. */
void xh_synapses_set_temperature(xh_synapses *synapses, double kelvin);

/** Compensation of drift, as in crossbar.h: the reference, and the outputs scaled by it or not;
 * nothing to do in float. */
void xh_synapses_refer(xh_synapses *synapses);
void xh_synapses_compensate(xh_synapses *synapses, bool on);

/** The crossbar behind the synapses, for ledgers and probes; NULL in float. */
xh_crossbar *xh_synapses_crossbar(xh_synapses *synapses);

/** The float weights themselves, [outputs][inputs], for a comparator that learns by another rule and
 * changes them between batches of reads; NULL on a crossbar, which gives no such access. */
float *xh_synapses_matrix(xh_synapses *synapses);

/** Exact weights [outputs][inputs], for analysis: from the float matrix, or by the probe given for
 * crossbars. */
void xh_synapses_weights(const xh_synapses *synapses, float *weights,
                         void (*probe)(const xh_crossbar *crossbar, float *weights));

/** Saves or loads what they need to go on between two batches: the float matrix, or the scheme's
 * digital state (none after xh_synapses_program). A crossbar's own state is for the probe. */
void xh_synapses_state(xh_synapses *synapses, xh_state *state);

#ifdef __cplusplus
}
#endif

#endif
