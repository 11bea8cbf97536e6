/** The work of a sweep that is going on: which runs are left, what became of the others. */
#ifndef XH_SWEEP_SESSION_H
#define XH_SWEEP_SESSION_H

#include "command.h"
#include "sweep_worker.h"

typedef struct xh_sweep_session {
    const xh_sweep_folder *folder;
    xh_progress_view *view;                 /* NULL: nobody looks */
    const volatile sig_atomic_t *interrupt; /* non-zero: stop */
    size_t *left;                           /* runs in the order in which they are to be done */
    size_t count;                           /* of them */
    size_t next;                            /* in the list */
    unsigned char *tries;                   /* of each run of the sweep */
    size_t total;                           /* runs of this session and those complete before */
    size_t found;                           /* complete before */
    size_t completed;
    size_t failed;
    double began;
    bool stopped;
    xh_status status; /* why the session cannot go on */
    xh_error error;
} xh_sweep_session;

/**
 * The runs that are not complete, of task K of N (1 of 1: of all); those that failed before are tried
 * again. First all points with the first seed, then with the next, so that a part of the sweep is a
 * whole with fewer seeds. XH_MEMORY.
 */
xh_status xh_sweep_session_begin(const xh_sweep_folder *folder, size_t task, size_t tasks,
                                 xh_sweep_session *session, xh_error *error);
void xh_sweep_session_end(xh_sweep_session *session);

/** The next run to start, at most one after every end of another; false if none is to be started. */
bool xh_sweep_session_next(xh_sweep_session *session, size_t *run);

/** Runs that are waiting to be started. */
size_t xh_sweep_session_waiting(const xh_sweep_session *session);

/** Whether no more runs are to be started, and those that go on are to stop. */
bool xh_sweep_session_stops(const xh_sweep_session *session);

/** Books the end of a run, of which message says more. */
void xh_sweep_session_book(xh_sweep_session *session, size_t run, xh_worker_end end,
                           const char *message);

/** Stops the session for a reason. */
void xh_sweep_session_fail(xh_sweep_session *session, xh_status status, const char *reason);

/** Tells the user how far it is. */
void xh_sweep_session_tell(xh_sweep_session *session);

#endif
