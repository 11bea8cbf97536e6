/*
 * Ranks of MPI. They talk in messages of one kind each way: orders, which run to start, from rank 0; and
 * reports, what became of it, to rank 0, which also tell that a rank still lives. Nobody waits inside MPI,
 * whose waiting takes a whole core: everyone looks for messages while its own run goes on.
 */
#include "sweep_ranks.h"

#include <mpi.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TAG_ORDER = 1, TAG_REPORT = 2 };

/* Orders that are no numbers of runs: to end, to stop the present run, to end without the lost. */
enum { ORDER_END = -1, ORDER_STOP = -2, ORDER_LEAVE = -3 };

/* Milliseconds between looks at the messages. */
enum { PAUSE = 5 };

static const double beat = 2;      /* seconds between signs of life */
static const double given_up = 30; /* seconds without any, after which a rank is lost */

/* What a rank tells: how a run ended, or (run is -1) that it lives. */
typedef struct report {
    long run;
    int end;
    char message[XH_ERROR_TEXT];
} report;

/* What rank 0 knows of a rank. */
typedef struct rank_state {
    long run; /* -1: idle */
    bool lost;
    bool told;    /* to stop its run */
    double heard; /* 0: not yet */
} rank_state;

static bool begun;
static bool some_lost;

static void pause_briefly(void) {
    const struct timespec pause = {0, PAUSE * 1000000L};
    nanosleep(&pause, NULL);
}

xh_status xh_sweep_ranks_begin(xh_ranks *ranks, xh_error *error) {
    const xh_status status = xh_ranks_begin(ranks, error);
    begun = true;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    return status;
}

xh_status xh_sweep_ranks_agree(xh_status status) {
    int shared = (int)status;
    MPI_Bcast(&shared, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return (xh_status)shared;
}

/* Takes a message of that tag, if there is one; source is whose it may be, and then whose it is. */
static bool take(int tag, void *message, int size, int *source) {
    MPI_Status status;
    int there = 0;
    if (MPI_Iprobe(*source, tag, MPI_COMM_WORLD, &there, &status) != MPI_SUCCESS || !there) {
        return false;
    }
    *source = status.MPI_SOURCE;
    return MPI_Recv(message, size, MPI_BYTE, *source, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE) ==
           MPI_SUCCESS;
}

static void order(int rank, long run) {
    MPI_Send(&run, sizeof(run), MPI_BYTE, rank, TAG_ORDER, MPI_COMM_WORLD);
}

static void tell(long run, int end, const char *message) {
    report told = {.run = run, .end = end};
    snprintf(told.message, sizeof(told.message), "%s", message);
    MPI_Send(&told, sizeof(told), MPI_BYTE, 0, TAG_REPORT, MPI_COMM_WORLD);
}

/* Rank 0's view of all. */
typedef struct leader {
    const xh_sweep_plan *plan;
    xh_sweep_session *session;
    rank_state *ranks; /* [count]; that of rank 0 is not used */
    int count;
    int threads;
    xh_worker own;
    bool own_told;
} leader;

/* Books a report. That of a rank that was given up only shows that it is back: its run is another's. */
static void hear(leader *all, int rank, const report *said) {
    rank_state *state = &all->ranks[rank];
    state->heard = xh_seconds_now();
    if (said->run < 0) {
        return;
    }
    if (state->run == said->run) {
        xh_sweep_session_book(all->session, (size_t)said->run, (xh_worker_end)said->end,
                              said->message);
    }
    state->run = -1;
    state->lost = false;
    state->told = false;
}

static void hear_all(leader *all) {
    report said;
    for (int source = MPI_ANY_SOURCE; take(TAG_REPORT, &said, sizeof(said), &source);
         source = MPI_ANY_SOURCE) {
        hear(all, source, &said);
    }
}

/* Gives up the ranks that have been silent for too long. */
static void count_lost(leader *all) {
    const double time = xh_seconds_now();
    for (int rank = 1; rank < all->count; rank++) {
        rank_state *state = &all->ranks[rank];
        if (state->lost || state->heard == 0 || time - state->heard < given_up) {
            continue;
        }
        state->lost = true;
        if (state->run >= 0) {
            char message[XH_ERROR_TEXT];
            snprintf(message, sizeof(message), "rank %d is lost", rank);
            xh_sweep_session_book(all->session, (size_t)state->run, XH_WORKER_LOST, message);
            state->run = -1;
        }
    }
}

/* Deals out runs to ranks that are idle, rank 0 last. */
static void deal(leader *all) {
    size_t run = 0;
    for (int rank = 1; rank < all->count; rank++) {
        rank_state *state = &all->ranks[rank];
        if (state->heard > 0 && state->run < 0 && !state->lost &&
            xh_sweep_session_next(all->session, &run)) {
            state->run = (long)run;
            order(rank, state->run);
        }
    }
    xh_error error = {0};
    if (!all->own.process && xh_sweep_session_next(all->session, &run) &&
        xh_worker_start(all->plan, run, all->threads, &all->own, &error) != XH_OK) {
        xh_sweep_session_fail(all->session, error.status, error.text);
    }
}

/* Asks every run to stop, once. */
static void stop_all(leader *all) {
    for (int rank = 1; rank < all->count; rank++) {
        if (all->ranks[rank].run >= 0 && !all->ranks[rank].told) {
            all->ranks[rank].told = true;
            order(rank, ORDER_STOP);
        }
    }
    if (all->own.process && !all->own_told) {
        all->own_told = true;
        xh_worker_stop(&all->own);
    }
}

/* Lets rank 0's own run go on for a moment. */
static void wait_for_own(leader *all) {
    char message[XH_ERROR_TEXT];
    if (!all->own.process) {
        pause_briefly();
    } else if (!xh_worker_listen(&all->own, PAUSE)) {
        const xh_worker_end end = xh_worker_finish(&all->own, message);
        xh_sweep_session_book(all->session, all->own.run, end, message);
    }
}

static bool is_busy(const leader *all) {
    bool busy = all->own.process != 0;
    for (int rank = 1; rank < all->count; rank++) {
        busy = busy || all->ranks[rank].run >= 0;
    }
    return busy;
}

xh_status xh_sweep_ranks_lead(const xh_ranks *ranks, const xh_sweep_plan *plan, int threads,
                              xh_sweep_session *session, xh_error *error) {
    leader all = {.plan = plan, .session = session, .count = ranks->count, .threads = threads};
    all.ranks = calloc((size_t)ranks->count, sizeof(*all.ranks));
    for (int rank = 0; all.ranks && rank < all.count; rank++) {
        all.ranks[rank] = (rank_state){.run = -1};
    }
    while (all.ranks) {
        deal(&all);
        if (xh_sweep_session_stops(session)) {
            stop_all(&all);
        }
        if (!is_busy(&all)) {
            break;
        }
        wait_for_own(&all);
        hear_all(&all);
        count_lost(&all);
        xh_sweep_session_tell(session);
    }
    for (int rank = 1; rank < all.count; rank++) {
        some_lost = some_lost || !all.ranks || all.ranks[rank].lost;
    }
    for (int rank = 1; rank < all.count; rank++) {
        order(rank, some_lost ? ORDER_LEAVE : ORDER_END);
    }
    const bool good = all.ranks != NULL;
    free(all.ranks);
    return good ? XH_OK : xh_error_set(error, XH_MEMORY, "no memory for %d ranks", ranks->count);
}

/* Does what rank 0 has ordered; false if that is to end. */
static bool obey(const xh_sweep_plan *plan, int threads, long run, xh_worker *worker) {
    xh_error error = {0};
    if (run == ORDER_STOP && worker->process) {
        xh_worker_stop(worker);
    }
    if (run >= 0 && xh_worker_start(plan, (size_t)run, threads, worker, &error) != XH_OK) {
        tell(run, XH_WORKER_LOST, error.text);
    }
    some_lost = run == ORDER_LEAVE;
    return run != ORDER_END && run != ORDER_LEAVE;
}

void xh_sweep_ranks_follow(const xh_sweep_plan *plan, int threads,
                           const volatile sig_atomic_t *interrupt) {
    xh_worker worker = {.process = 0};
    char message[XH_ERROR_TEXT];
    bool told = false;
    long run = ORDER_STOP;
    double heard = 0;
    for (int source = 0;
         !take(TAG_ORDER, &run, sizeof(run), &source) || obey(plan, threads, run, &worker);
         source = 0) {
        if (xh_seconds_now() - heard > beat) {
            heard = xh_seconds_now();
            tell(-1, 0, "");
        }
        if (*interrupt && worker.process && !told) {
            told = true;
            xh_worker_stop(&worker);
        }
        if (!worker.process) {
            pause_briefly();
        } else if (!xh_worker_listen(&worker, PAUSE)) {
            const xh_worker_end end = xh_worker_finish(&worker, message);
            tell((long)worker.run, (int)end, message);
        }
    }
    if (worker.process) { /* rank 0 has given this rank up */
        xh_worker_stop(&worker);
        while (xh_worker_listen(&worker, -1)) {
        }
        xh_worker_finish(&worker, message);
    }
}

void xh_sweep_ranks_end(void) {
    if (begun && !some_lost) { /* it would wait for ever for those that are */
        MPI_Finalize();
    }
    begun = false;
}
