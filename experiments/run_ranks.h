/**
 * One run over ranks of MPI, as the partners that share it. The only part of `run` that knows MPI; where
 * the program is built without, run_ranks_none.c takes its place.
 */
#ifndef XH_RUN_RANKS_H
#define XH_RUN_RANKS_H

#include "crosshebb/partners.h"
#include "crosshebb/status.h"

#include <stdbool.h>

/** The library of MPI that the program was built with, for people; NULL: none. */
const char *xh_run_ranks_library(void);

/** Whether this process was started as one of several ranks. Costs nothing where it was not. */
bool xh_run_ranks_started(void);

/** Begins MPI; *neighbours is how many ranks there are on this machine, this one among them. XH_INPUT if
 * the program was built without MPI, or with another than that of the mpirun that started it. */
xh_status xh_run_ranks_begin(xh_partners *partners, int *neighbours, xh_error *error);

/** Ends MPI, if it has begun, with how the run of this rank ended; false if another rank tells of the
 * failure that they all share. Where only some fail, mpirun ends the others when these exit. */
bool xh_run_ranks_end(xh_status status);

#endif
