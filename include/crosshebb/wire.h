/**
 * Wire resistance of a passive array (IR drop). Every wordline i is driven from the left by a source
 * v_i through the source's resistance and one segment; every bitline j is grounded at the bottom,
 * through one segment and the load of its converter; a cell g_ij joins them where they cross:
 *
 *     v_i -source-word-+-word-+-word-+- ...        (g w - b at each crossing: w on the wordline,
 *                      g      g      g              b on the bitline)
 *                      |      |      |
 *                     bit    bit    bit            last row: -bit-load- ground
 *
 * Voltages drop with the SUM of the currents of a line: a resistance in series with each cell is no
 * model of it. The array is linear, so its output is an exact matrix product,
 *
 *     current_j = sum_i v_i e_ij,   e = the effective conductances,
 *
 * where e depends on all cells of the array. Conductances are in siemens, resistances in ohm,
 * voltages in volts, currents in amperes. Matrices lie bitline by bitline, g [columns][rows].
 */
#ifndef CROSSHEBB_WIRE_H
#define CROSSHEBB_WIRE_H

#include "crosshebb/status.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Resistances in ohm; all 0 is an ideal array. */
typedef struct xh_wires {
    double word;   /* of a wordline, from one column to the next */
    double bit;    /* of a bitline, from one row to the next */
    double source; /* of a wordline's driver */
    double load;   /* of a bitline's converter */
} xh_wires;

/** Whether all resistances are 0. */
bool xh_wires_ideal(xh_wires wires);

/** Where the power of a solution goes, watts, summed over its vectors; and how far it is off. */
typedef struct xh_wire_balance {
    double delivered;  /* by the sources */
    double dissipated; /* in cells, wires, drivers and converters */
    double current; /* largest difference of a vector between what enters by the sources and leaves
                          by the loads, relative to the sum of the magnitudes */
} xh_wire_balance;

/** The sparse solver behind xh_wire_exact, with its version; NULL if this was built without. */
const char *xh_wire_exact_library(void);

/** Exact currents [vectors][columns] for voltages v [vectors][rows] on cells g [columns][rows], by
 * the nodal equations in double precision: one sparse Cholesky factorisation for all vectors.
 * Resistances may be 0, one by one; conductances are not negative. balance may be NULL. XH_INPUT if
 * this was built without a sparse solver, XH_MEMORY if there is no room, XH_FAILED if the equations
 * have no solution in double precision. */
xh_status xh_wire_exact(size_t rows, size_t columns, const double *g, xh_wires wires,
                        size_t vectors, const double *v, double *current, xh_wire_balance *balance,
                        xh_error *error);

#ifdef __cplusplus
}
#endif

#endif
