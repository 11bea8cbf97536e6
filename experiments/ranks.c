#include "ranks.h"

#include <mpi.h>

#include <stdlib.h>
#include <string.h>

const char *xh_ranks_library(void) {
    static char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    MPI_Get_library_version(text, &length);
    text[strcspn(text, ",\n")] = '\0';
    for (char *tab = text; (tab = strchr(tab, '\t')) != NULL;) {
        *tab = ' ';
    }
    return text;
}

int xh_ranks_promised(void) {
    const char *const sizes[] = {getenv("OMPI_COMM_WORLD_SIZE"), getenv("PMI_SIZE")};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (sizes[i]) {
            return atoi(sizes[i]);
        }
    }
    return getenv("PMIX_RANK") ? 1 : 0;
}

xh_status xh_ranks_begin(xh_ranks *ranks, xh_error *error) {
    MPI_Comm here;
    int level = 0;
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &ranks->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks->count);
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
    MPI_Comm_size(here, &ranks->neighbours);
    MPI_Comm_free(&here);
    return ranks->count >= xh_ranks_promised()
               ? XH_OK
               : xh_error_set(error, XH_INPUT,
                              "one of %d ranks, of which %s, with which this program was built, "
                              "sees %d: start it by the mpirun of that library",
                              xh_ranks_promised(), xh_ranks_library(), ranks->count);
}
