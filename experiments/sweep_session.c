/* The work of a sweep: a queue of runs, and the books on them. */
#include "sweep_session.h"

#include "lock.h"

#include <stdlib.h>

/* A run whose process was killed (by a lack of memory, or a machine that went down) is started so many
 * times in all; it goes on from its checkpoint. */
enum { TRIES = 3 };

xh_status xh_sweep_session_begin(const xh_sweep_folder *folder, size_t task, size_t tasks,
                                 xh_sweep_session *session, xh_error *error) {
    const size_t points = xh_sweep_points(folder->sweep);
    const size_t seeds = xh_sweep_seed_count(folder->sweep);
    const size_t runs = points * seeds;
    *session = (xh_sweep_session){.folder = folder, .status = XH_OK, .began = xh_seconds_now()};
    session->left = calloc(runs * TRIES, sizeof(*session->left));
    session->tries = calloc(runs, sizeof(*session->tries));
    if (!session->left || !session->tries) {
        xh_sweep_session_end(session);
        return xh_error_set(error, XH_MEMORY, "no memory for %zu runs", runs);
    }
    for (size_t i = task - 1; i < runs; i += tasks) {
        const size_t run = i % points * seeds + i / points;
        session->total++;
        if (xh_sweep_folder_state(folder, run) == XH_SWEEP_COMPLETE) {
            char path[XH_SWEEP_PATH_SIZE];
            xh_sweep_folder_result(folder, run, path);
            xh_lock_tidy(path);
            session->found++;
        } else {
            session->left[session->count++] = run;
        }
    }
    return XH_OK;
}

void xh_sweep_session_end(xh_sweep_session *session) {
    free(session->left);
    free(session->tries);
    session->left = NULL;
    session->tries = NULL;
}

bool xh_sweep_session_stops(const xh_sweep_session *session) {
    return session->status != XH_OK || session->stopped ||
           (session->interrupt && *session->interrupt);
}

bool xh_sweep_session_next(xh_sweep_session *session, size_t *run) {
    if (session->next == session->count || xh_sweep_session_stops(session)) {
        return false;
    }
    *run = session->left[session->next++];
    session->tries[*run]++;
    return true;
}

size_t xh_sweep_session_waiting(const xh_sweep_session *session) {
    return session->count - session->next;
}

void xh_sweep_session_fail(xh_sweep_session *session, xh_status status, const char *reason) {
    if (session->status == XH_OK) {
        session->status = xh_error_set(&session->error, status, "%s", reason);
    }
}

/* A line for the user, beside those of progress. */
static void note(const xh_sweep_session *session, size_t run, const char *what,
                 const char *message) {
    const xh_sweep *sweep = session->folder->sweep;
    char point[XH_SWEEP_TEXT_SIZE];
    if (session->view) {
        xh_progress_view_end(session->view);
        fprintf(session->view->stream, "%05zu (%s) %s: %s\n", run,
                xh_sweep_describe(sweep, run / xh_sweep_seed_count(sweep), point), what, message);
    }
}

static void book_failure(xh_sweep_session *session, size_t run, const char *message) {
    xh_error error = {0};
    session->failed++;
    note(session, run, "failed", message);
    if (xh_sweep_folder_fail(session->folder, run, message, &error) != XH_OK) {
        xh_sweep_session_fail(session, error.status, error.text);
    }
}

void xh_sweep_session_book(xh_sweep_session *session, size_t run, xh_worker_end end,
                           const char *message) {
    switch (end) {
    case XH_WORKER_COMPLETE:
        session->completed++;
        xh_sweep_folder_forgive(session->folder, run);
        break;
    case XH_WORKER_FAILED:
        book_failure(session, run, message);
        break;
    case XH_WORKER_STOPPED: /* by somebody else, unless the session stops */
    case XH_WORKER_LOST:
        if (xh_sweep_session_stops(session)) {
            session->stopped = true;
        } else if (session->tries[run] < TRIES) {
            note(session, run, "is tried again", message);
            session->left[session->count++] = run;
        } else {
            book_failure(session, run, message);
        }
        break;
    case XH_WORKER_BROKEN:
        xh_sweep_session_fail(session, XH_IO, message);
        break;
    }
}

void xh_sweep_session_tell(xh_sweep_session *session) {
    const size_t ended = session->completed + session->failed;
    const double seconds = xh_seconds_now() - session->began;
    const xh_progress progress = {
        .stage = "sweep",
        .done = session->found + ended,
        .total = session->total,
        .unit = "runs",
        .rate = seconds > 0 ? (double)ended / seconds : 0,
        .accuracy = -1,
    };
    if (session->view) {
        xh_progress_view_show(&progress, session->view);
    }
}
