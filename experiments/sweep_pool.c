/* A pool of workers on one machine. */
#include "sweep_pool.h"

#include <poll.h>
#include <stdlib.h>

static const int patience = 200; /* milliseconds between looks at the clock and the interrupt */

typedef struct pool {
    const xh_sweep_plan *plan;
    xh_sweep_session *session;
    xh_worker *workers; /* [jobs], the first `busy` at work */
    struct pollfd *pipes;
    size_t jobs, busy;
    int cores; /* that no run is on */
    int threads;
    bool stopping;
} pool;

/* Threads of the next run: an even share of the idle cores among the runs that can start. */
static int share(const pool *all) {
    const size_t slots = all->jobs - all->busy;
    const size_t waiting = xh_sweep_session_waiting(all->session) + 1;
    const int runs = (int)(waiting < slots ? waiting : slots);
    const int part = runs > 0 ? all->cores / runs : 1;
    return all->threads > 0 ? all->threads : part > 1 ? part : 1;
}

static void start_runs(pool *all) {
    size_t run = 0;
    while (all->busy < all->jobs && xh_sweep_session_next(all->session, &run)) {
        xh_error error = {0};
        xh_worker *worker = &all->workers[all->busy];
        if (xh_worker_start(all->plan, run, share(all), worker, &error) != XH_OK) {
            xh_sweep_session_fail(all->session, error.status, error.text);
            return;
        }
        all->cores -= worker->threads;
        all->busy++;
    }
}

static void wait_for_news(pool *all) {
    for (size_t w = 0; w < all->busy; w++) {
        all->pipes[w] = (struct pollfd){.fd = all->workers[w].pipe, .events = POLLIN};
    }
    poll(all->pipes, (nfds_t)all->busy, all->busy > 0 ? patience : 0);
}

/* Books the runs that have ended; the last worker takes the place of one that has. */
static void take_news(pool *all) {
    for (size_t w = all->busy; w-- > 0;) {
        xh_worker *worker = &all->workers[w];
        if (xh_worker_listen(worker, 0)) {
            continue;
        }
        char message[XH_ERROR_TEXT];
        const xh_worker_end end = xh_worker_finish(worker, message);
        xh_sweep_session_book(all->session, worker->run, end, message);
        all->cores += worker->threads;
        *worker = all->workers[--all->busy];
    }
}

static void stop_runs(pool *all) {
    for (size_t w = 0; !all->stopping && w < all->busy; w++) {
        xh_worker_stop(&all->workers[w]);
    }
    all->stopping = true;
}

xh_status xh_sweep_pool(const xh_sweep_plan *plan, xh_sweep_session *session, int jobs, int cores,
                        int threads, xh_error *error) {
    pool all = {.plan = plan, .session = session, .cores = cores, .threads = threads};
    all.jobs = (size_t)jobs;
    all.workers = calloc(all.jobs, sizeof(*all.workers));
    all.pipes = calloc(all.jobs, sizeof(*all.pipes));
    if (!all.workers || !all.pipes) {
        free(all.workers);
        free(all.pipes);
        return xh_error_set(error, XH_MEMORY, "no memory for %d runs at a time", jobs);
    }
    do {
        start_runs(&all);
        if (xh_sweep_session_stops(session)) {
            stop_runs(&all);
        }
        wait_for_news(&all);
        take_news(&all);
        xh_sweep_session_tell(session);
    } while (all.busy > 0 ||
             (xh_sweep_session_waiting(session) > 0 && !xh_sweep_session_stops(session)));
    free(all.workers);
    free(all.pipes);
    return XH_OK;
}
