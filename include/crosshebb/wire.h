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

/**
 * The effective conductances of an array, in two steps, for arrays whose cells change little by
 * little while they are read:
 *
 *     e_ij = bit_ij g_ij word_ij + sneak_ij
 *
 * word_ij is the voltage of wordline i at column j if it is driven with 1 V and all bitlines are
 * grounded, bit_ij the share of a current into bitline j at row i that reaches its foot if all
 * wordlines are grounded, sneak_ij what comes by detours through other lines. word and sneak hang on
 * sums of many cells and are settled once for a whole array; bit and g are those of one bitline, and
 * are taken anew when that has changed.
 */
typedef struct xh_wire_solver xh_wire_solver;

/** Working memory for arrays of at most so many rows and columns, for one thread; NULL if there is
 * no room. */
xh_wire_solver *xh_wire_solver_create(size_t rows, size_t columns);
void xh_wire_solver_free(xh_wire_solver *solver);

/** word and sneak [columns][rows] of an array with cells g [columns][rows]. Returns how often the
 * lines were gone over. */
size_t xh_wire_settle(xh_wire_solver *solver, size_t rows, size_t columns, const float *g,
                      xh_wires wires, float *word, float *sneak);

/** Effective conductances e [rows] of one bitline with cells g [rows], which may be newer than word
 * and sneak [rows]. bit [rows] receives the shares. e may be g. */
void xh_wire_column(size_t rows, xh_wires wires, const float *g, const float *word,
                    const float *sneak, float *bit, float *e);

#ifdef __cplusplus
}
#endif

#endif
