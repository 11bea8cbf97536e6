/**
 * The folder of a sweep: `sweep.yaml` and `experiment.yaml`, what it is of; `points/NNNNN.h5`, the
 * result of a run each, NNNNN = point * seeds + seed; `points/NNNNN.failed`, why there is none. All
 * that is known of the sweep's progress is which of these files there are, so that it survives
 * anything, and any number of processes may work on it.
 */
#ifndef XH_SWEEP_FOLDER_H
#define XH_SWEEP_FOLDER_H

#include "crosshebb/sweep.h"

enum { XH_SWEEP_PATH_SIZE = 4096 };

/** What has become of a run, as the summary's /status has it. */
typedef enum xh_sweep_state {
    XH_SWEEP_COMPLETE,
    XH_SWEEP_FAILED,
    XH_SWEEP_MISSING,
    XH_SWEEP_STATES
} xh_sweep_state;

typedef struct xh_sweep_folder {
    const xh_sweep *sweep;
    char path[XH_SWEEP_PATH_SIZE / 2];
    bool fresh; /* nothing of this sweep was there before */
} xh_sweep_folder;

/** Makes the folder that sweep works in, or finds it. XH_INPUT if that of another sweep is there,
 *  XH_IO if it cannot be made. */
xh_status xh_sweep_folder_open(const char *path, const xh_sweep *sweep, xh_sweep_folder *folder,
                               xh_error *error);

/** Runs of the sweep: points times seeds. */
size_t xh_sweep_runs(const xh_sweep *sweep);

/** FOLDER/NAME. */
void xh_sweep_folder_file(const xh_sweep_folder *folder, const char *name,
                          char path[XH_SWEEP_PATH_SIZE]);
/** FOLDER/points/NNNNN.h5. */
void xh_sweep_folder_result(const xh_sweep_folder *folder, size_t run,
                            char path[XH_SWEEP_PATH_SIZE]);

xh_sweep_state xh_sweep_folder_state(const xh_sweep_folder *folder, size_t run);

/** Records why a run has no result. XH_IO. */
xh_status xh_sweep_folder_fail(const xh_sweep_folder *folder, size_t run, const char *message,
                               xh_error *error);
/** Forgets that a run has failed. */
void xh_sweep_folder_forgive(const xh_sweep_folder *folder, size_t run);
/** Why a run has failed, "" if it has not; the text is cut if it is long. */
const char *xh_sweep_folder_message(const xh_sweep_folder *folder, size_t run,
                                    char text[XH_ERROR_TEXT]);

/** Writes FOLDER/failures.txt, a line for each run that failed; removes it if none did. XH_IO. */
xh_status xh_sweep_folder_list_failures(const xh_sweep_folder *folder, xh_error *error);

#endif
