/* In place of sweep_ranks.c where there is no MPI to build with. */
#include "sweep_ranks.h"

#include <stdlib.h>

const char *xh_ranks_library(void) {
    return NULL;
}

bool xh_ranks_started(void) {
    const char *const sizes[] = {getenv("OMPI_COMM_WORLD_SIZE"), getenv("PMI_SIZE")};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (sizes[i] && atoi(sizes[i]) > 1) {
            return true;
        }
    }
    return false;
}

xh_status xh_ranks_begin(xh_ranks *ranks, xh_error *error) {
    *ranks = (xh_ranks){.count = 0};
    return xh_error_set(error, XH_INPUT,
                        "this program was built without MPI, but mpirun started it; build it where "
                        "MPI is, or run it as an array (--slurm, --task)");
}

xh_status xh_ranks_agree(xh_status status) {
    return status;
}

xh_status xh_ranks_lead(const xh_ranks *ranks, const xh_sweep_plan *plan, int threads,
                        xh_sweep_session *session, xh_error *error) {
    (void)plan, (void)threads, (void)session;
    return xh_error_set(error, XH_FAILED, "there are no %d ranks", ranks->count);
}

void xh_ranks_follow(const xh_sweep_plan *plan, int threads,
                     const volatile sig_atomic_t *interrupt) {
    (void)plan, (void)threads, (void)interrupt;
}

void xh_ranks_end(void) {
}
