/**
 * One run over ranks of MPI, as the partners that share it.
 */
#ifndef XH_RUN_RANKS_H
#define XH_RUN_RANKS_H

#include "crosshebb/partners.h"
#include "ranks.h"

#include <stdbool.h>

/** Begins MPI; *neighbours is how many ranks there are on this machine, this one among them. XH_INPUT if
 * the program was built without MPI, or with another than that of the mpirun that started it. */
xh_status xh_run_ranks_begin(xh_partners *partners, int *neighbours, xh_error *error);

/** Ends MPI, if it has begun, with how the run of this rank ended; false if another rank tells of the
 * failure that they all share. Where only some fail, mpirun ends the others when these exit. */
bool xh_run_ranks_end(xh_status status);

#endif
