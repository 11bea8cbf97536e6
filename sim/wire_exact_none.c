/* In place of wire_exact.c where there is no sparse solver to build with. */
#include "crosshebb/wire.h"

const char *xh_wire_exact_library(void) {
    return NULL;
}

xh_status xh_wire_exact(size_t rows, size_t columns, const double *g, xh_wires wires,
                        size_t vectors, const double *v,
                        double *current, /* NOLINT(readability-non-const-parameter) */
                        xh_wire_balance *balance, xh_error *error) {
    (void)g;
    (void)wires;
    (void)vectors;
    (void)v;
    (void)current;
    (void)balance;
    return xh_error_set(error, XH_INPUT,
                        "exact currents of %zu x %zu cells need CHOLMOD, without which this was "
                        "built",
                        rows, columns);
}
