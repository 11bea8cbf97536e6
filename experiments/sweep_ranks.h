/**
 * The runs of a sweep over ranks of MPI, on any number of machines that share the sweep's folder. Every
 * rank has one run at a time; rank 0, which has one too, keeps the books and deals out the others.
 */
#ifndef XH_SWEEP_RANKS_H
#define XH_SWEEP_RANKS_H

#include "ranks.h"
#include "sweep_session.h"

/** Begins MPI, whose errors are then returned. As xh_ranks_begin. */
xh_status xh_sweep_ranks_begin(xh_ranks *ranks, xh_error *error);

/** The status of rank 0, which all others wait for. */
xh_status xh_sweep_ranks_agree(xh_status status);

/** Rank 0: does the runs of the session with the help of all ranks, each run on so many threads. A rank
 *  that is not heard of for long is given up, and its run is another's. XH_MEMORY. */
xh_status xh_sweep_ranks_lead(const xh_ranks *ranks, const xh_sweep_plan *plan, int threads,
                              xh_sweep_session *session, xh_error *error);

/** Any other rank: does what rank 0 says, until there is no more to do or the interrupt is not 0. */
void xh_sweep_ranks_follow(const xh_sweep_plan *plan, int threads,
                           const volatile sig_atomic_t *interrupt);

/** Ends MPI, if it has begun. Where ranks were given up, mpirun ends them when rank 0 exits. */
void xh_sweep_ranks_end(void);

#endif
