/** The runs of a sweep side by side on this machine. */
#ifndef XH_SWEEP_POOL_H
#define XH_SWEEP_POOL_H

#include "sweep_session.h"

/** Does the runs of the session, so many (jobs) at a time on the cores that there are, each on threads
 *  threads; 0: on one while there are enough runs for all cores, which is the fastest, and the last
 *  ones on what the others leave. XH_MEMORY; what stops the runs is left in the session. */
xh_status xh_sweep_pool(const xh_sweep_plan *plan, xh_sweep_session *session, int jobs, int cores,
                        int threads, xh_error *error);

#endif
