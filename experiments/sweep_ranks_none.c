/* In place of sweep_ranks.c where there is no MPI to build with. */
#include "sweep_ranks.h"

xh_status xh_sweep_ranks_begin(xh_ranks *ranks, xh_error *error) {
    return xh_ranks_begin(ranks, error);
}

xh_status xh_sweep_ranks_agree(xh_status status) {
    return status;
}

xh_status xh_sweep_ranks_lead(const xh_ranks *ranks, const xh_sweep_plan *plan, int threads,
                              xh_sweep_session *session, xh_error *error) {
    (void)plan, (void)threads, (void)session;
    return xh_error_set(error, XH_FAILED, "there are no %d ranks", ranks->count);
}

void xh_sweep_ranks_follow(const xh_sweep_plan *plan, int threads,
                           const volatile sig_atomic_t *interrupt) {
    (void)plan, (void)threads, (void)interrupt;
}

void xh_sweep_ranks_end(void) {
}
