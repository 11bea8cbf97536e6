/* In place of ranks.c where there is no MPI to build with. */
#include "ranks.h"

#include <stdlib.h>

const char *xh_ranks_library(void) {
    return NULL;
}

int xh_ranks_promised(void) {
    const char *const sizes[] = {getenv("OMPI_COMM_WORLD_SIZE"), getenv("PMI_SIZE")};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (sizes[i] && atoi(sizes[i]) > 1) {
            return atoi(sizes[i]);
        }
    }
    return 0;
}

xh_status xh_ranks_begin(xh_ranks *ranks, xh_error *error) {
    *ranks = (xh_ranks){.count = 0};
    return xh_error_set(
        error, XH_INPUT,
        "this program was built without MPI, but mpirun started it as one of "
        "several ranks; build it where MPI is, or run a sweep as an array (--slurm, "
        "--task)");
}
