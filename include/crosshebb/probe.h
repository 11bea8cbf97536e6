/**
 * A look inside a crossbar, for analysis, figures and tests. The hardware cannot do this, and
 * nothing that learns may: a test checks that the learning floor does not link against it.
 */
#ifndef CROSSHEBB_PROBE_H
#define CROSSHEBB_PROBE_H

#include "crosshebb/crossbar.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Exact present weights, [outputs][inputs]. */
void xh_probe_weights(const xh_crossbar *crossbar, float *weights);

/** Exact present conductances of every device, siemens, [2 * devices][outputs][inputs], the plus
 * side first. */
void xh_probe_conductances(const xh_crossbar *crossbar, float *conductance);

/** Cycles that each device has been worn by (weighted pulses), same shape. */
void xh_probe_wear(const xh_crossbar *crossbar, float *cycles);

/** How many devices are stuck, from the start or worn out. */
size_t xh_probe_stuck(const xh_crossbar *crossbar);

/** Saves or loads all that an equal crossbar (same shape, device, parameters and seeds) needs to go
 * on between a read and an update: cells, wear, clock, ranges, counters of the random streams,
 * ledger. */
void xh_probe_state(xh_crossbar *crossbar, xh_state *state);

#ifdef __cplusplus
}
#endif

#endif
