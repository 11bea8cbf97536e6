/**
 * Ranks of MPI: the processes, here and on other machines, that mpirun started together. What they do
 * together is in sweep_ranks.h and run_ranks.h; nothing else knows MPI. Where the program is built
 * without, files named *_none.c take their place.
 */
#ifndef XH_RANKS_H
#define XH_RANKS_H

#include "crosshebb/status.h"

/** The ranks, as one of them sees them; count is 0 where there are none. */
typedef struct xh_ranks {
    int rank;
    int count;
    int neighbours; /* ranks on this machine, itself among them */
} xh_ranks;

/** The library of MPI that the program was built with, for people; NULL: none. */
const char *xh_ranks_library(void);

/** How many ranks the program that started this process says there are; 0: it was started as none.
 * Costs nothing. */
int xh_ranks_promised(void);

/** Begins MPI, whose calls all come from this thread. XH_INPUT if the program was built without it, or
 * with another than that of the mpirun that started it. */
xh_status xh_ranks_begin(xh_ranks *ranks, xh_error *error);

#endif
