/*
 * The calls of partners, by MPI. All of them come from the thread that began MPI. Errors of MPI itself
 * end every rank.
 */
#include "run_ranks.h"

#include <limits.h>
#include <mpi.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Bytes of one message at most. */
enum { MESSAGE = 1 << 30 };

/* A rank that fails waits so long for the others to fail as well. */
static const double patience = 2; /* seconds */

static bool begun;
static MPI_Comm ends = MPI_COMM_NULL; /* for the last message, whatever the others wait for */

static void gather(void *context, xh_division division, size_t width, const float *own,
                   float *all) {
    int *counts = context; /* [ranks], then as many places */
    const size_t ranks = division.partners->count;
    for (size_t r = 0; r < ranks; r++) {
        const xh_part part = xh_division_part(division, r);
        counts[r] = (int)part.count;
        counts[ranks + r] = (int)part.first;
    }
    MPI_Datatype floats; /* of a neuron, so that no count is too large for MPI */
    MPI_Type_contiguous((int)width, MPI_FLOAT, &floats);
    MPI_Type_commit(&floats);
    MPI_Allgatherv(own, counts[division.partners->mine], floats, all, counts, counts + ranks,
                   floats, MPI_COMM_WORLD);
    MPI_Type_free(&floats);
}

static void sum(void *context, size_t count, uint64_t *values) {
    (void)context;
    MPI_Allreduce(MPI_IN_PLACE, values, (int)count, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
}

static void largest(void *context, size_t count, float *values) {
    (void)context;
    MPI_Allreduce(MPI_IN_PLACE, values, (int)count, MPI_FLOAT, MPI_MAX, MPI_COMM_WORLD);
}

static int piece_of(size_t size) {
    return size < MESSAGE ? (int)size : MESSAGE;
}

static void share(void *context, size_t from, size_t size, void *bytes) {
    (void)context;
    char *at = bytes;
    for (; size > 0; at += piece_of(size), size -= (size_t)piece_of(size)) {
        MPI_Bcast(at, piece_of(size), MPI_BYTE, (int)from, MPI_COMM_WORLD);
    }
}

static void hand(void *context, size_t from, size_t to, size_t size, void *bytes) {
    (void)context;
    int rank = 0;
    char *at = bytes;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (; size > 0; at += piece_of(size), size -= (size_t)piece_of(size)) {
        if (rank == (int)from) {
            MPI_Send(at, piece_of(size), MPI_BYTE, (int)to, 0, MPI_COMM_WORLD);
        } else if (rank == (int)to) {
            MPI_Recv(at, piece_of(size), MPI_BYTE, (int)from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        }
    }
}

/* Waits for so many seconds, 0: however long; whether it came. MPI's own waiting would take a core. */
static bool await(MPI_Request *request, double seconds) {
    const struct timespec pause = {0, 2000000L};
    const double began = MPI_Wtime();
    int there = 0;
    MPI_Test(request, &there, MPI_STATUS_IGNORE);
    while (!there && (seconds <= 0 || MPI_Wtime() - began < seconds)) {
        nanosleep(&pause, NULL);
        MPI_Test(request, &there, MPI_STATUS_IGNORE);
    }
    return there;
}

static void meet(void *context) {
    (void)context;
    MPI_Request request;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    await(&request, 0);
}

xh_status xh_run_ranks_begin(xh_partners *partners, int *neighbours, xh_error *error) {
    static int *counts; /* kept until the process ends */
    xh_ranks ranks;
    const xh_status status = xh_ranks_begin(&ranks, error);
    begun = true;
    MPI_Comm_dup(MPI_COMM_WORLD, &ends);
    *neighbours = ranks.neighbours;
    if (status != XH_OK) {
        return status;
    }
    counts = calloc(2 * (size_t)ranks.count, sizeof(*counts));
    if (!counts) {
        return xh_error_set(error, XH_MEMORY, "no memory for %d ranks", ranks.count);
    }
    *partners = (xh_partners){
        .count = (size_t)ranks.count,
        .mine = (size_t)ranks.rank,
        .context = counts,
        .gather = gather,
        .sum = sum,
        .largest = largest,
        .share = share,
        .hand = hand,
        .meet = meet,
    };
    return XH_OK;
}

bool xh_run_ranks_end(xh_status status) {
    if (!begun) {
        return true;
    }
    int rank = 0, first = 0, failed = INT_MAX;
    MPI_Request request;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    first = status == XH_OK ? INT_MAX : rank;
    MPI_Iallreduce(&first, &failed, 1, MPI_INT, MPI_MIN, ends, &request);
    /* await() waits by MPI_Test, which clang-tidy does not take for waiting */
    if (!await(&request, status == XH_OK ? 0 : patience)) {
        return true; /* NOLINT(clang-analyzer-optin.mpi.MPI-Checker) */
    }
    MPI_Finalize(); /* NOLINT(clang-analyzer-optin.mpi.MPI-Checker) */
    begun = false;
    return failed == INT_MAX || failed == rank;
}
