/** The summary of a sweep: one HDF5 file with the figures of all runs and links to their results. */
#ifndef XH_SWEEP_SUMMARY_H
#define XH_SWEEP_SUMMARY_H

#include "sweep_folder.h"

/** How many runs are in each state. */
typedef struct xh_sweep_tally {
    size_t runs[XH_SWEEP_STATES];
} xh_sweep_tally;

/**
 * Collects what there is into FOLDER/summary.h5, whose path it returns, and FOLDER/failures.txt; a
 * result that cannot be read counts as a run that failed. May be called while runs go on. XH_IO, with
 * the summary as it was.
 */
xh_status xh_sweep_summary_write(const xh_sweep_folder *folder, char path[XH_SWEEP_PATH_SIZE],
                                 xh_sweep_tally *tally, xh_error *error);

#endif
