/** A sweep as an array job of Slurm. */
#ifndef XH_SWEEP_SLURM_H
#define XH_SWEEP_SLURM_H

#include "sweep_worker.h"

/** What the script says of the array. */
typedef struct xh_sweep_array {
    const char *name;
    size_t runs;
    size_t tasks;
    int threads;  /* of a run */
    double bytes; /* that a run takes at most */
} xh_sweep_array;

/** Writes the script, which can be executed. XH_IO. */
xh_status xh_sweep_slurm_write(const char *path, const xh_sweep_plan *plan,
                               const xh_sweep_array *array, xh_error *error);

#endif
