/*
 * Effective conductances of arrays with wire resistance against exact currents.
 *
 * Differences are taken relative to the largest current of a vector, and where voltages are not
 * negative also to each current. (Currents of voltages of both signs may cancel to nothing.) The
 * bounds are twice to five times what was measured, and half of a percent at most unless a comment
 * says otherwise. Cells are evenly spread over 0.1 to 20 uS and independent, or, as trained weights are,
 * made after a few templates. Without CHOLMOD only what needs no exact currents is tested.
 */
#include "wire_rig.h"

#include <stdio.h>
#include <string.h>

enum { KINDS = 5, EACH = 2, VECTORS = KINDS * EACH };

/* Kinds of voltages: all even; evenly spread; a tenth of the rows; both signs; one row. */
enum { EVEN, SPREAD, SPARSE, SIGNED, SINGLE };

static double *voltages(size_t rows) {
    double *v = xh_wire_random(20, VECTORS * rows, 0, 0.2);
    double *chance = xh_wire_random(21, VECTORS * rows, 0, 1);
    for (size_t n = 0; n < VECTORS; n++) {
        const size_t kind = n / EACH;
        const size_t row = (size_t)(chance[n * rows] * (double)rows);
        for (size_t i = 0; i < rows; i++) {
            double *one = &v[n * rows + i];
            *one = kind == EVEN     ? 0.2
                   : kind == SIGNED ? 2 * *one - 0.2
                   : kind == SPARSE ? (chance[n * rows + i] < 0.1 ? *one : 0)
                   : kind == SINGLE ? (i == row ? 0.2 : 0)
                                    : *one;
        }
    }
    xh_array_free(chance);
    return v;
}

/* Cells after three templates, waves along the rows, with some noise. */
static double *templates(size_t rows, size_t columns) {
    double *g = xh_wire_random(22, rows * columns, 0, 1);
    for (size_t j = 0; j < columns; j++) {
        for (size_t i = 0; i < rows; i++) {
            const double wave =
                0.5 + 0.5 * sin(6.283 * (3.0 * (double)i / (double)rows + (double)(j % 3) / 3));
            double *one = &g[j * rows + i];
            *one = XH_WIRE_LEAST + (XH_WIRE_MOST - XH_WIRE_LEAST) * (0.8 * wave + 0.2 * *one);
        }
    }
    return g;
}

static float *narrow(size_t count, const double *values) {
    float *floats = xh_array_create(count, sizeof(float));
    ck_assert_ptr_nonnull(floats);
    for (size_t c = 0; c < count; c++) {
        floats[c] = (float)values[c];
    }
    return floats;
}

/* All effective conductances; stale: what cells were when the array was settled, or NULL. */
static double *effective(size_t rows, size_t columns, const double *g, const double *stale,
                         xh_wires wires) {
    const size_t count = rows * columns;
    xh_wire_solver *solver = xh_wire_solver_create(rows, columns);
    float *now = narrow(count, g);
    float *then = narrow(count, stale ? stale : g);
    float *word = narrow(count, g);
    float *sneak = narrow(count, g);
    float *bit = xh_array_create(rows, sizeof(float));
    ck_assert(solver && bit);
    xh_wire_settle(solver, rows, columns, then, wires, word, sneak);
    double *e = xh_doubles(count);
    for (size_t j = 0; j < columns; j++) {
        const size_t first = j * rows;
        xh_wire_column(rows, wires, now + first, word + first, sneak + first, bit, now + first);
    }
    for (size_t c = 0; c < count; c++) {
        e[c] = (double)now[c];
    }
    xh_array_free(bit);
    xh_array_free(sneak);
    xh_array_free(word);
    xh_array_free(then);
    xh_array_free(now);
    xh_wire_solver_free(solver);
    return e;
}

typedef struct gap {
    double largest[KINDS]; /* of the largest current of a vector */
    double each[KINDS];    /* of each current */
} gap;

static gap compare(size_t rows, size_t columns, const double *e, const double *g, xh_wires wires) {
    gap found = {{0}, {0}};
    double *v = voltages(rows);
    double *wanted = xh_wire_solve(rows, columns, g, wires, VECTORS, v);
    double *fast = xh_wire_ideal(rows, columns, e, VECTORS, v);
    for (size_t n = 0; n < VECTORS; n++) {
        const double largest = xh_largest(columns, wanted + n * columns);
        for (size_t j = 0; j < columns; j++) {
            const double want = wanted[n * columns + j];
            const double off = fabs(fast[n * columns + j] - want);
            double *gaps[2] = {&found.largest[n / EACH], &found.each[n / EACH]};
            *gaps[0] = fmax(*gaps[0], off / (largest > 0 ? largest : 1));
            *gaps[1] = fmax(*gaps[1], off / (want != 0 ? fabs(want) : 1));
        }
    }
    xh_array_free(fast);
    xh_array_free(wanted);
    xh_array_free(v);
    return found;
}

static void expect(const char *name, gap found, const double largest[KINDS],
                   const double each[KINDS]) {
    static const char *const kinds[KINDS] = {"even", "spread", "sparse", "signed", "single"};
    for (size_t k = 0; k < KINDS; k++) {
        ck_assert_msg(found.largest[k] <= largest[k], "%s, %s voltages: off by %g of the largest",
                      name, kinds[k], found.largest[k]);
        ck_assert_msg(found.each[k] <= each[k] || k == SIGNED, "%s, %s voltages: off by %g of one",
                      name, kinds[k], found.each[k]);
    }
}

static void check(const char *name, size_t rows, size_t columns, double *g, xh_wires wires,
                  const double largest[KINDS], const double each[KINDS]) {
    double *e = effective(rows, columns, g, NULL, wires);
    expect(name, compare(rows, columns, e, g, wires), largest, each);
    xh_array_free(e);
    xh_array_free(g);
}

/* The size and the range that matter, at the least and the most resistance. */
START_TEST(large_arrays_at_low_resistance) {
    enum { SIDE = 256 };
    const double largest[KINDS] = {5e-5, 5e-5, 1e-4, 2e-4, 2e-4};
    const double each[KINDS] = {5e-5, 5e-5, 2e-4, 0, 3e-3};
    check("256 x 256, 0.35 ohm", SIDE, SIDE,
          xh_wire_random(30, SIDE * SIDE, XH_WIRE_LEAST, XH_WIRE_MOST),
          (xh_wires){0.35, 0.35, 0, 0}, largest, each);
}
END_TEST

/* Here a cell at 0.1 uS alone gives less current than detours: relative to that, 2 %. */
START_TEST(large_arrays_at_high_resistance) {
    enum { SIDE = 256 };
    const double largest[KINDS] = {1e-4, 2e-4, 1e-3, 2e-3, 2e-3};
    const double each[KINDS] = {1e-4, 3e-4, 2e-3, 0, 2e-2};
    check("256 x 256, 3 ohm", SIDE, SIDE,
          xh_wire_random(31, SIDE * SIDE, XH_WIRE_LEAST, XH_WIRE_MOST), (xh_wires){3, 3, 0, 0},
          largest, each);
}
END_TEST

/* Templates make rows alike, which the groups do not see: single rows are off by more. */
START_TEST(trained_arrays) {
    enum { ROWS = 128, COLUMNS = 200 };
    const double largest[KINDS] = {1e-4, 3e-4, 1e-3, 5e-3, 2e-3};
    const double each[KINDS] = {2e-4, 4e-4, 2e-3, 0, 3e-2};
    check("templates, 1 ohm, drivers and converters", ROWS, COLUMNS, templates(ROWS, COLUMNS),
          (xh_wires){1, 0.35, 20, 50}, largest, each);
}
END_TEST

/* Shapes at random, resistances far beyond any wire's among them. */
START_TEST(random_shapes) {
    double *random = xh_wire_random(32, 6 * 40, 0, 1);
    for (size_t n = 0; n < 40; n++) {
        const double *u = random + 6 * n;
        const size_t rows = 1 + (size_t)(u[0] * 60);
        const size_t columns = 1 + (size_t)(u[1] * 60);
        const double r = 100 * u[2];
        const xh_wires wires = {r * u[3], r * u[4], n % 3 == 0 ? 0 : r * u[5], n % 2 ? r : 0};
        const double largest[KINDS] = {2e-3, 3e-3, 4e-3, 5e-3, 4e-3};
        const double each[KINDS] = {4e-3, 5e-3, 2e-2, 0, 0.1};
        char name[64];
        snprintf(name, sizeof name, "shape %zu: %zu x %zu, %g ohm", n, rows, columns, r);
        check(name, rows, columns,
              xh_wire_random(100 + n, rows * columns, XH_WIRE_LEAST, XH_WIRE_MOST), wires, largest,
              each);
    }
    xh_array_free(random);
}
END_TEST

/* With no more lines than groups nothing is shared out: what is left is the end of the series. */
START_TEST(few_lines_are_exact) {
    static const size_t shapes[][2] = {{1, 1}, {1, 7}, {7, 1}, {3, 5}, {8, 8}};
    for (size_t n = 0; n < sizeof(shapes) / sizeof(shapes[0]); n++) {
        const size_t count = shapes[n][0] * shapes[n][1];
        const double bound[KINDS] = {1e-4, 1e-4, 1e-4, 2e-4, 2e-4};
        const double each[KINDS] = {1e-4, 2e-4, 2e-4, 0, 1e-3};
        check("few lines", shapes[n][0], shapes[n][1], xh_wire_random(40 + n, count, 1e-5, 1e-3),
              (xh_wires){20, 30, 10, 5}, bound, each);
    }
}
END_TEST

/* Cells of some columns have moved since the array was settled; wordlines have 1 % more to carry. */
START_TEST(columns_may_be_newer_than_their_array) {
    enum { ROWS = 128, COLUMNS = 128, CHANGED = 8 };
    const xh_wires wires = {1, 1, 0, 0};
    double *then = xh_wire_random(50, ROWS * COLUMNS, XH_WIRE_LEAST, XH_WIRE_MOST);
    double *now = xh_doubles((size_t)ROWS * COLUMNS);
    memcpy(now, then, sizeof(double) * ROWS * COLUMNS);
    for (size_t c = 0; c < ROWS * COLUMNS; c++) {
        now[c] += c / ROWS % (COLUMNS / CHANGED) == 3 ? XH_MICROSIEMENS(2) : 0;
    }
    double *e = effective(ROWS, COLUMNS, now, then, wires);
    const double bound[KINDS] = {2e-3, 2e-3, 2e-3, 5e-3, 2e-3};
    const double each[KINDS] = {2e-3, 2e-3, 3e-3, 0, 2e-2};
    expect("changed", compare(ROWS, COLUMNS, e, now, wires), bound, each);
    xh_array_free(e);
    xh_array_free(now);
    xh_array_free(then);
}
END_TEST

/* Without resistance cells are what they are, to the bit. */
START_TEST(no_resistance_is_ideal) {
    enum { ROWS = 37, COLUMNS = 29 };
    double *g = xh_wire_random(60, ROWS * COLUMNS, XH_WIRE_LEAST, XH_WIRE_MOST);
    for (size_t c = 0; c < ROWS * COLUMNS; c++) {
        g[c] = (double)(float)g[c];
    }
    double *e = effective(ROWS, COLUMNS, g, NULL, (xh_wires){0, 0, 0, 0});
    ck_assert_mem_eq(e, g, sizeof(double) * ROWS * COLUMNS);
    ck_assert(xh_wires_ideal((xh_wires){0, 0, 0, 0}));
    ck_assert(!xh_wires_ideal((xh_wires){0, 0, 0, 1}));
    xh_array_free(e);
    xh_array_free(g);
}
END_TEST

/* Turned by half a turn and transposed, wordlines are bitlines: effective conductances are the same.
 */
START_TEST(rows_and_columns_swap) {
    enum { ROWS = 40, COLUMNS = 71 };
    double *g = xh_wire_random(61, ROWS * COLUMNS, XH_WIRE_LEAST, XH_WIRE_MOST);
    double *turned = xh_doubles((size_t)ROWS * COLUMNS);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < COLUMNS; j++) {
            turned[(ROWS - 1 - i) * COLUMNS + (COLUMNS - 1 - j)] = g[j * ROWS + i];
        }
    }
    double *there = effective(ROWS, COLUMNS, g, NULL, (xh_wires){3, 5, 100, 200});
    double *back = effective(COLUMNS, ROWS, turned, NULL, (xh_wires){5, 3, 200, 100});
    const double largest = xh_largest((size_t)ROWS * COLUMNS, there);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < COLUMNS; j++) {
            const double other = back[(ROWS - 1 - i) * COLUMNS + (COLUMNS - 1 - j)];
            ck_assert_double_eq_tol(there[j * ROWS + i], other, 2e-3 * largest);
        }
    }
    xh_array_free(back);
    xh_array_free(there);
    xh_array_free(turned);
    xh_array_free(g);
}
END_TEST

/* Nothing to solve, nothing that conducts. */
START_TEST(empty_arrays) {
    enum { ROWS = 5, COLUMNS = 6 };
    xh_array_free(effective(0, 0, NULL, NULL, (xh_wires){1, 1, 0, 0}));
    double *none = xh_doubles((size_t)ROWS * COLUMNS);
    double *e = effective(ROWS, COLUMNS, none, NULL, (xh_wires){1, 1, 1, 1});
    ck_assert_double_eq(xh_largest((size_t)ROWS * COLUMNS, e), 0.0);
    xh_array_free(e);
    xh_array_free(none);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        no_resistance_is_ideal,
        rows_and_columns_swap,
        empty_arrays,
        few_lines_are_exact,
        random_shapes,
        trained_arrays,
        columns_may_be_newer_than_their_array,
        large_arrays_at_low_resistance,
        large_arrays_at_high_resistance,
    };
    const size_t all = sizeof(tests) / sizeof(tests[0]);
    return xh_suite_run("wire", tests, xh_wire_exact_library() ? all : 3);
}
