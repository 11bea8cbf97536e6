/**
 * The full rule's sums over a batch, column by column, and how pulses come to the sides of a pair: what
 * the schemes that compute it digitally share.
 */
#ifndef XH_SIM_SCHEMES_SUMS_H
#define XH_SIM_SCHEMES_SUMS_H

#include "crosshebb/scheme.h"

/* What is made of the sums of a column: sums [inputs] of sum_p y_ip x_pj, which may be overwritten, and
 * decay, sum_p y_ip u_ip. scratch has room for 6 [inputs]; kept are the column's own numbers. */
typedef void (*xh_sums_hook)(const void *params, xh_crossbar *crossbar, xh_rule rule,
                             const xh_signals *signals, size_t output, float *sums, double decay,
                             float *scratch, float *kept);

/* One update: calls hook with the sums of every column, whose state is [outputs][numbers]. Columns go to
 * threads. */
void xh_sums_update(const void *params, xh_crossbar *crossbar, xh_rule rule,
                    const xh_signals *signals, float *state, size_t numbers, xh_sums_hook hook);

/* Shares pulses [inputs] between the sides: all on one side where devices only rise, else half up and
 * half down, the odd one on alternating sides. */
void xh_sums_share(const int32_t *pulses, size_t inputs, bool depresses, bool odd_on_plus,
                   int8_t *plus, int8_t *minus);

#endif
