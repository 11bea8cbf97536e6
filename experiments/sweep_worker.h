/**
 * Runs of a sweep in processes of their own: this program again, with `--only`. What happens to one of
 * them, be it a signal, hurts nothing else; and a process that MPI lives in may start them too.
 */
#ifndef XH_SWEEP_WORKER_H
#define XH_SWEEP_WORKER_H

#include "sweep_folder.h"

#include <sys/types.h>

/** What all runs are started with. */
typedef struct xh_sweep_plan {
    const char *file; /* of the sweep, as typed */
    const char *folder;
    const char *data;  /* NULL: the usual places */
    double checkpoint; /* seconds; 0: the usual time */
    size_t memory;     /* bytes for the stored features of a run */
} xh_sweep_plan;

typedef struct xh_worker {
    size_t run;
    int threads;
    pid_t process; /* 0: none */
    int pipe;      /* what it says, both its outputs */
    size_t length;
    char said[2 * XH_ERROR_TEXT];
} xh_worker;

/** How a run has ended. */
typedef enum xh_worker_end {
    XH_WORKER_COMPLETE,
    XH_WORKER_FAILED,  /* it would fail again */
    XH_WORKER_LOST,    /* its process was killed: it can be tried again */
    XH_WORKER_STOPPED, /* it was asked to stop, and has left a checkpoint */
    XH_WORKER_BROKEN   /* a file could not be written, as will be true of the next run's */
} xh_worker_end;

/** Starts a run. XH_FAILED if there can be no more processes. */
xh_status xh_worker_start(const xh_sweep_plan *plan, size_t run, int threads, xh_worker *worker,
                          xh_error *error);

/** Takes in what the worker has said since, waiting for it at most so long; false once its process
 *  has ended. */
bool xh_worker_listen(xh_worker *worker, int milliseconds);

/** How the run of a process that has ended did so; message says why unless it is complete. Nothing is
 *  left of the worker. */
xh_worker_end xh_worker_finish(xh_worker *worker, char message[XH_ERROR_TEXT]);

/** Asks the run to stop with a checkpoint. */
void xh_worker_stop(const xh_worker *worker);

/** What a process started with --only says first: how it ended. */
void xh_worker_report(xh_status status);

#endif
