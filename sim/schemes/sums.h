/**
 * The full rule's sums over a batch, column by column, and how pulses come to the sides of a pair: what
 * the schemes that compute it digitally share.
 */
#ifndef XH_SIM_SCHEMES_SUMS_H
#define XH_SIM_SCHEMES_SUMS_H

#include "crosshebb/scheme.h"

/* sum_p y_ip x_pj of columns first .. first + count - 1, [count][inputs]. */
void xh_sums_inputs(const xh_signals *signals, size_t first, size_t count, float *sums);

/* sum_p y_ip u_ip of the same columns. */
void xh_sums_outputs(const xh_signals *signals, size_t first, size_t count, double *sums);

/* Shares pulses [inputs] between the sides: all on one side where devices only rise, else half up and
 * half down, the odd one on alternating sides. */
void xh_sums_share(const int32_t *pulses, size_t inputs, bool depresses, bool odd_on_plus,
                   int8_t *plus, int8_t *minus);

#endif
