/*
 * Exact currents of arrays with wire resistance: against reference solutions, by balances, and by
 * what symmetry and linearity demand.
 *
 * The reference solutions are irdrop.h5 below $XH_GOLDEN, or below ../shared/golden beside the
 * source tree; they are in double precision and balanced to 3e-12.
 */
#include "wire_rig.h"

#include <hdf5.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH = 4096, SKIPPED = 77 };

#define BALANCE 3e-12 /* of the reference's own */
#define EXACT 1e-10   /* two solutions in double precision may differ by their condition */

static void golden_path(char path[PATH]) {
    const char *folder = getenv("XH_GOLDEN");
    snprintf(path, PATH, "%s/irdrop.h5", folder ? folder : XH_SOURCE_DIR "/../shared/golden");
}

static double attribute(hid_t group, const char *name) {
    double value = 0;
    const hid_t handle = H5Aopen(group, name, H5P_DEFAULT);
    ck_assert_msg(handle >= 0, "there is no %s", name);
    ck_assert(H5Aread(handle, H5T_NATIVE_DOUBLE, &value) >= 0);
    H5Aclose(handle);
    return value;
}

/* A matrix of the file, turned if wanted, with its shape as it lies there. */
static double *matrix(hid_t group, const char *name, bool turn, size_t shape[2]) {
    const hid_t set = H5Dopen2(group, name, H5P_DEFAULT);
    ck_assert_msg(set >= 0, "there is no %s", name);
    const hid_t space = H5Dget_space(set);
    hsize_t size[2] = {0, 0};
    ck_assert_int_eq(H5Sget_simple_extent_dims(space, size, NULL), 2);
    double *values = xh_doubles(size[0] * size[1]);
    ck_assert(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Sclose(space);
    H5Dclose(set);
    shape[0] = size[0];
    shape[1] = size[1];
    if (!turn) {
        return values;
    }
    double *turned = xh_doubles(size[0] * size[1]);
    for (size_t r = 0; r < size[0]; r++) {
        for (size_t c = 0; c < size[1]; c++) {
            turned[c * size[0] + r] = values[r * size[1] + c];
        }
    }
    xh_array_free(values);
    return turned;
}

/* One case of the file. */
static herr_t check_case(hid_t file, const char *name, const H5L_info_t *info, void *cases) {
    (void)info;
    const hid_t group = H5Gopen2(file, name, H5P_DEFAULT);
    ck_assert(group >= 0);
    const xh_wires wires = {attribute(group, "r_word"), attribute(group, "r_bit"),
                            attribute(group, "r_src"), attribute(group, "r_load")};
    size_t cells[2], inputs[2], outputs[2], ideal_shape[2];
    double *g = matrix(group, "G_siemens", true, cells);
    double *v = matrix(group, "V_volts", true, inputs);
    double *wanted = matrix(group, "I_out_amps", false, outputs);
    double *ideal = matrix(group, "I_ideal_amps", false, ideal_shape);
    const size_t rows = cells[0];
    const size_t columns = cells[1];
    const size_t vectors = inputs[1];
    ck_assert_uint_eq(inputs[0], rows);
    ck_assert_uint_eq(outputs[0], vectors);
    ck_assert_uint_eq(outputs[1], columns);
    double *found = xh_doubles(vectors * columns);
    xh_wire_balance balance;
    xh_error error = {0};
    ck_assert_int_eq(xh_wire_exact(rows, columns, g, wires, vectors, v, found, &balance, &error),
                     XH_OK);
    ck_assert_msg(xh_distance(vectors * columns, found, wanted) < EXACT, "%s: off by %g", name,
                  xh_distance(vectors * columns, found, wanted));
    ck_assert_msg(fabs(balance.delivered - balance.dissipated) <= BALANCE * balance.delivered,
                  "%s: %g W go in, and %g of it are not lost", name, balance.delivered,
                  balance.delivered - balance.dissipated);
    ck_assert_msg(balance.current <= BALANCE, "%s: currents are off by %g", name, balance.current);
    double *plain = xh_wire_ideal(rows, columns, g, vectors, v);
    ck_assert(xh_distance(vectors * columns, plain, ideal) < EXACT);
    ck_assert(xh_distance(vectors * columns, plain, wanted) > 1e-4); /* wires do matter here */
    xh_array_free(plain);
    xh_array_free(found);
    xh_array_free(ideal);
    xh_array_free(wanted);
    xh_array_free(v);
    xh_array_free(g);
    H5Gclose(group);
    ++*(size_t *)cases;
    return 0;
}

START_TEST(references_are_met) {
    char path[PATH];
    golden_path(path);
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_msg(file >= 0, "%s cannot be opened", path);
    size_t cases = 0;
    ck_assert(H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, check_case, &cases) >= 0);
    ck_assert_uint_ge(cases, 6);
    H5Fclose(file);
}
END_TEST

/* One cell: a voltage divider. One column: cells with their own series resistance on a ladder. */
START_TEST(small_arrays_by_hand) {
    const xh_wires wires = {3, 5, 7, 11};
    const double one = 1e-3;
    const double v[2] = {0.2, 0.5};
    double *found = xh_wire_solve(1, 1, &one, wires, 1, v);
    ck_assert_double_eq_tol(found[0], 0.2 / (1e3 + 3 + 5 + 7 + 11), 1e-15);
    xh_array_free(found);
    /* Two rows: v0 by r0, then v1 by r1 onto the node above the load. */
    const double g[2] = {1e-3, 2e-3};
    found = xh_wire_solve(2, 1, g, wires, 1, v);
    const double g0 = 1 / (1e3 + 10 + 5); /* the upper cell with its wires and one segment */
    const double g1 = 1 / (5e2 + 10);
    const double node = (g0 * 0.2 + g1 * 0.5) / (g0 + g1 + 1.0 / 16);
    ck_assert_double_eq_tol(found[0], node / 16, 1e-15);
    xh_array_free(found);
}
END_TEST

/* Without resistance the currents are those of a matrix product, whichever lines have none. */
START_TEST(no_resistance_is_ideal) {
    enum { ROWS = 7, COLUMNS = 5, VECTORS = 3 };
    double *g = xh_wire_random(0, ROWS * COLUMNS, XH_WIRE_LEAST, XH_WIRE_MOST);
    double *v = xh_wire_random(1, VECTORS * ROWS, -0.2, 0.2);
    double *ideal = xh_wire_ideal(ROWS, COLUMNS, g, VECTORS, v);
    for (unsigned mask = 0; mask < 16; mask++) {
        const double r = 1e-9;
        const xh_wires none = {0, 0, 0, 0};
        const xh_wires tiny = {mask & 1 ? r : 0, mask & 2 ? r : 0, mask & 4 ? r : 0,
                               mask & 8 ? r : 0};
        double *found = xh_wire_solve(ROWS, COLUMNS, g, mask == 0 ? none : tiny, VECTORS, v);
        ck_assert_double_lt(xh_distance(VECTORS * COLUMNS, found, ideal), 1e-9);
        xh_array_free(found);
    }
    xh_array_free(ideal);
    xh_array_free(v);
    xh_array_free(g);
}
END_TEST

/* A line without resistance is one with very little; each of the four in turn, the others real. */
START_TEST(a_resistance_may_be_zero) {
    enum { ROWS = 6, COLUMNS = 9, VECTORS = 2 };
    double *g = xh_wire_random(2, ROWS * COLUMNS, 1e-4, 1e-3);
    double *v = xh_wire_random(3, VECTORS * ROWS, 0, 0.2);
    for (unsigned mask = 1; mask < 16; mask++) {
        double real[4] = {2, 3, 5, 7};
        double near[4] = {2, 3, 5, 7};
        for (size_t k = 0; k < 4; k++) {
            real[k] = mask >> k & 1 ? 0 : real[k];
            near[k] = mask >> k & 1 ? 1e-7 : near[k];
        }
        double *zero = xh_wire_solve(ROWS, COLUMNS, g,
                                     (xh_wires){real[0], real[1], real[2], real[3]}, VECTORS, v);
        double *little = xh_wire_solve(ROWS, COLUMNS, g,
                                       (xh_wires){near[0], near[1], near[2], near[3]}, VECTORS, v);
        ck_assert_double_lt(xh_distance(VECTORS * COLUMNS, zero, little), 1e-7);
        xh_array_free(little);
        xh_array_free(zero);
    }
    xh_array_free(v);
    xh_array_free(g);
}
END_TEST

/* Currents of a sum of voltages are the sum of the currents. */
START_TEST(voltages_superpose) {
    enum { ROWS = 19, COLUMNS = 23 };
    const xh_wires wires = {1, 2, 10, 20};
    double *g = xh_wire_random(4, ROWS * COLUMNS, XH_WIRE_LEAST, XH_WIRE_MOST);
    double *v = xh_wire_random(5, 3 * ROWS, -0.2, 0.2);
    for (size_t i = 0; i < ROWS; i++) {
        v[2 * ROWS + i] = v[i] - 3 * v[ROWS + i];
    }
    double *found = xh_wire_solve(ROWS, COLUMNS, g, wires, 3, v);
    for (size_t j = 0; j < COLUMNS; j++) {
        found[j] -= 3 * found[COLUMNS + j];
    }
    ck_assert_double_lt(xh_distance(COLUMNS, found, found + 2 * COLUMNS), EXACT);
    xh_array_free(found);
    xh_array_free(v);
    xh_array_free(g);
}
END_TEST

/* Reciprocity: a source in place of one load, its current found at the source of one row, is the
 * same as the other way round. Turned by half a turn and transposed, bitlines are wordlines. */
START_TEST(rows_and_columns_swap) {
    enum { ROWS = 8, COLUMNS = 13 };
    const xh_wires wires = {1, 2, 30, 40};
    const xh_wires swapped = {2, 1, 40, 30};
    double *g = xh_wire_random(6, ROWS * COLUMNS, 1e-5, 1e-3);
    double *turned = xh_doubles((size_t)ROWS * COLUMNS);
    double *one_row = xh_doubles((size_t)ROWS * ROWS);
    double *one_column = xh_doubles((size_t)COLUMNS * COLUMNS);
    for (size_t i = 0; i < ROWS; i++) {
        one_row[i * ROWS + i] = 1;
        for (size_t j = 0; j < COLUMNS; j++) {
            turned[(ROWS - 1 - i) * COLUMNS + (COLUMNS - 1 - j)] = g[j * ROWS + i];
        }
    }
    for (size_t j = 0; j < COLUMNS; j++) {
        one_column[j * COLUMNS + j] = 1;
    }
    double *there = xh_wire_solve(ROWS, COLUMNS, g, wires, ROWS, one_row);
    double *back = xh_wire_solve(COLUMNS, ROWS, turned, swapped, COLUMNS, one_column);
    const double largest = xh_largest((size_t)ROWS * COLUMNS, there);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < COLUMNS; j++) {
            ck_assert_double_eq_tol(there[i * COLUMNS + j],
                                    back[(COLUMNS - 1 - j) * ROWS + (ROWS - 1 - i)],
                                    EXACT * largest);
        }
    }
    xh_array_free(back);
    xh_array_free(there);
    xh_array_free(one_column);
    xh_array_free(one_row);
    xh_array_free(turned);
    xh_array_free(g);
}
END_TEST

/* More vectors than are solved at a time; none; and cells that do not conduct. */
START_TEST(batches_and_empty_arrays) {
    enum { ROWS = 4, COLUMNS = 3, VECTORS = 70 };
    const xh_wires wires = {1, 1, 0, 0};
    double *g = xh_wire_random(8, ROWS * COLUMNS, XH_WIRE_LEAST, XH_WIRE_MOST);
    double *v = xh_wire_random(9, VECTORS * ROWS, 0, 0.2);
    double *all = xh_wire_solve(ROWS, COLUMNS, g, wires, VECTORS, v);
    double *last = xh_wire_solve(ROWS, COLUMNS, g, wires, 1, v + (VECTORS - 1) * ROWS);
    ck_assert_double_lt(xh_distance(COLUMNS, all + (VECTORS - 1) * COLUMNS, last), EXACT);
    double *none = xh_doubles((size_t)ROWS * COLUMNS);
    double *nothing = xh_wire_solve(ROWS, COLUMNS, none, wires, 1, v);
    ck_assert_double_eq(xh_largest(COLUMNS, nothing), 0.0);
    xh_array_free(nothing);
    xh_array_free(xh_wire_solve(ROWS, COLUMNS, g, wires, 0, v));
    xh_array_free(xh_wire_solve(0, 0, g, wires, 1, v));
    xh_array_free(none);
    xh_array_free(last);
    xh_array_free(all);
    xh_array_free(v);
    xh_array_free(g);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        small_arrays_by_hand, no_resistance_is_ideal, a_resistance_may_be_zero,
        voltages_superpose,   rows_and_columns_swap,  batches_and_empty_arrays,
        references_are_met,
    };
    const size_t count = sizeof(tests) / sizeof(tests[0]);
    if (!xh_wire_exact_library()) {
        printf("wire_exact: skipped, there is no CHOLMOD\n");
        return SKIPPED;
    }
    char path[PATH];
    golden_path(path);
    const char *ci = getenv("CI");
    const bool complete = access(path, R_OK) == 0 || (ci && strcmp(ci, "true") == 0);
    const int status = xh_suite_run("wire_exact", tests, complete ? count : count - 1);
    if (status == EXIT_SUCCESS && !complete) {
        printf("wire_exact: the references are skipped, there is no %s\n", path);
        return SKIPPED;
    }
    return status;
}
