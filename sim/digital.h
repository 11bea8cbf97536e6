/* Float synapses: a matrix of weights and the published learning rule, the reference for every
 * crossbar. */
#ifndef XH_SIM_DIGITAL_H
#define XH_SIM_DIGITAL_H

#include "crosshebb/synapses.h"

typedef struct xh_digital xh_digital;

/* Outputs of which a part can be on its own, with the same bits. */
xh_division xh_digital_division(size_t outputs, xh_arithmetic arithmetic,
                                const xh_partners *partners);

/* The own part of the outputs and its weights; NULL if memory is short. */
xh_digital *xh_digital_create(size_t inputs, xh_division outputs, const float *weights,
                              xh_update_scale scale, double bound, xh_arithmetic arithmetic);
void xh_digital_free(xh_digital *digital);

/* Before the reads of a batch. */
void xh_digital_read_begin(xh_digital *digital);
/* u [count][outputs] = W x. Concurrently callable. */
void xh_digital_read(const xh_digital *digital, size_t count, const float *x, float *u);
/* All partners together, from one thread. */
void xh_digital_update(xh_digital *digital, xh_rule rule, const xh_signals *signals);
const float *xh_digital_weights(const xh_digital *digital); /* [outputs][inputs] */
/* The same, to be changed between batches of reads from now on. */
float *xh_digital_matrix(xh_digital *digital);
void xh_digital_state(xh_digital *digital, xh_state *state);

#endif
