/* In place of run_ranks.c where there is no MPI to build with. */
#include "run_ranks.h"

xh_status xh_run_ranks_begin(xh_partners *partners, int *neighbours, xh_error *error) {
    xh_ranks ranks;
    *partners = (xh_partners){.count = 1};
    *neighbours = 1;
    return xh_ranks_begin(&ranks, error);
}

bool xh_run_ranks_end(xh_status status) {
    (void)status;
    return true;
}
