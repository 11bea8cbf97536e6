/* Wire resistance in the reads of a crossbar: currents of its tiles against the exact nodal solution, as
 * programmed and after pulses; and reads of columns, which are those of one wordline at a time. */
#include "crossbar_fixture.h"

#include "crosshebb/wire.h"

#include <math.h>
#include <string.h>

enum {
    INPUTS = 100,
    OUTPUTS = 70,
    ROWS = 64, /* of a tile, which the last of a row or column does not fill */
    COLUMNS = 40,
    COUNT = 6,
    SYNAPSES = INPUTS * OUTPUTS,
    LANES = 2
};

/* A tenth of what is asked of the fast solution at 256 x 256. */
#define NEAR 5e-4

static const struct {
    const char *encoding;
    double wire, source, load;
} cases[] = {
    {"pair", 0.35, 0, 0}, {"pair", 1, 0, 0},   {"pair", 3, 0, 0},       {"pair", 1, 200, 50},
    {"pair", 0, 500, 0},  {"pair", 0, 0, 100}, {"offset", 3, 100, 100},
};
enum { CASES = sizeof cases / sizeof cases[0] };

static xh_crossbar_params params_of(size_t number) {
    xh_crossbar_params params = xh_plain_crossbar();
    snprintf(params.encoding, sizeof params.encoding, "%s", cases[number].encoding);
    params.rows = ROWS;
    params.columns = COLUMNS;
    params.wire_resistance = cases[number].wire;
    params.source_resistance = cases[number].source;
    params.load_resistance = cases[number].load;
    return params;
}

/* Adds the exact currents [COUNT][OUTPUTS] of one lane's tile for inputs x [COUNT][INPUTS] as volts. */
static void add_tile(const float *conductance, xh_part columns, xh_part rows, xh_wires wires,
                     const float *x, double *current) {
    static double g[ROWS * COLUMNS], v[COUNT * ROWS], out[COUNT * COLUMNS];
    for (size_t c = 0; c < columns.count; c++) {
        for (size_t i = 0; i < rows.count; i++) {
            g[c * rows.count + i] =
                (double)conductance[(columns.first + c) * INPUTS + rows.first + i];
        }
    }
    for (size_t p = 0; p < COUNT; p++) {
        for (size_t i = 0; i < rows.count; i++) {
            v[p * rows.count + i] = (double)x[p * INPUTS + rows.first + i];
        }
    }
    xh_error error = {0};
    ck_assert_msg(xh_wire_exact(rows.count, columns.count, g, wires, COUNT, v, out, NULL, &error) ==
                      XH_OK,
                  "%s", error.text);
    for (size_t p = 0; p < COUNT; p++) {
        for (size_t c = 0; c < columns.count; c++) {
            current[p * OUTPUTS + columns.first + c] += out[p * columns.count + c];
        }
    }
}

/* Exact currents of every lane [lanes][COUNT][OUTPUTS], summed over the tiles of a column. */
static void solve(const xh_crossbar *crossbar, xh_wires wires, const float *x, double *current) {
    const size_t lanes = xh_crossbar_devices(crossbar) / SYNAPSES;
    float *conductance = xh_array_create(lanes * SYNAPSES, sizeof(float));
    ck_assert_ptr_nonnull(conductance);
    xh_probe_conductances(crossbar, conductance);
    memset(current, 0, lanes * COUNT * OUTPUTS * sizeof(double));
    for (size_t lane = 0; lane < lanes; lane++) {
        for (size_t c = 0; c < OUTPUTS; c += COLUMNS) {
            for (size_t i = 0; i < INPUTS; i += ROWS) {
                const xh_part columns = {c, OUTPUTS - c < COLUMNS ? OUTPUTS - c : COLUMNS};
                const xh_part rows = {i, INPUTS - i < ROWS ? INPUTS - i : ROWS};
                add_tile(conductance + lane * SYNAPSES, columns, rows, wires, x,
                         current + lane * COUNT * OUTPUTS);
            }
        }
    }
    xh_array_free(conductance);
}

static void read_all(xh_crossbar *crossbar, const float *x, float *u) {
    xh_crossbar_read_begin(crossbar, XH_PHASE_forward);
    xh_crossbar_read(crossbar, 0, COUNT, x, u);
    xh_crossbar_read_end(crossbar);
}

/* Outputs [COUNT][OUTPUTS] are the exact currents, to NEAR of those of both lanes. Returns how far the
 * farthest is from ideal wires, as a share of the same. */
static double compare(xh_crossbar *crossbar, size_t number, const float *x) {
    static double current[LANES * COUNT * OUTPUTS], ideal[LANES * COUNT * OUTPUTS];
    static float u[COUNT * OUTPUTS];
    const xh_wires wires = {cases[number].wire, cases[number].wire, cases[number].source,
                            cases[number].load};
    const bool single = strcmp(cases[number].encoding, "offset") == 0;
    const double range = 2.5e-5; /* g_max - g_min of the ideal device */
    const double scale = (single ? 2 : 1) / range;
    const double middle = single ? 1.26e-5 : 0;
    double farthest = 0;
    read_all(crossbar, x, u);
    solve(crossbar, wires, x, current);
    solve(crossbar, (xh_wires){0}, x, ideal);
    for (size_t p = 0; p < COUNT; p++) {
        double sum = 0; /* what an offset takes off, digitally and so of ideal inputs */
        for (size_t j = 0; j < INPUTS; j++) {
            sum += (double)x[p * INPUTS + j] * middle;
        }
        for (size_t i = p * OUTPUTS; i < (p + 1) * OUTPUTS; i++) {
            const double minus = single ? sum : current[COUNT * OUTPUTS + i];
            const double expected = scale * (current[i] - minus);
            const double whole = scale * (current[i] + (single ? 0 : minus));
            const double without = scale * (ideal[i] - (single ? sum : ideal[COUNT * OUTPUTS + i]));
            ck_assert_double_eq_tol((double)u[i], expected, NEAR * whole);
            farthest = fmax(farthest, fabs(expected - without) / whole);
        }
    }
    return farthest;
}

/* Positive inputs: a voltage a wordline. */
static float *voltages(void) {
    float *x = xh_array_create((size_t)COUNT * INPUTS, sizeof(float));
    ck_assert_ptr_nonnull(x);
    xh_rng_uniform((xh_rng){4, XH_RNG_TEST, 0, 0}, 0, (size_t)COUNT * INPUTS, x);
    return x;
}

START_TEST(reads_are_the_exact_currents) {
    const xh_crossbar_params params = params_of((size_t)_i);
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, "ideal", NULL, 0, &params, 1);
    float *target = xh_normals(SYNAPSES, 3, 0.3);
    float *x = voltages();
    xh_crossbar_program(crossbar, target);
    const double drop = compare(crossbar, (size_t)_i, x);
    ck_assert_double_gt(drop, 2 * NEAR); /* else ideal wires would do */
    xh_crossbar_update_begin(crossbar);  /* one column of a tile moves: its neighbours notice */
    for (size_t i = 0; i < OUTPUTS; i += 30) {
        int8_t up[INPUTS], none[INPUTS] = {0};
        memset(up, 127, sizeof up);
        for (size_t train = 0; train < 4; train++) {
            xh_crossbar_pulse(crossbar, i, up, none);
        }
    }
    xh_crossbar_update_end(crossbar);
    compare(crossbar, (size_t)_i, x);
    xh_array_free(target);
    xh_array_free(x);
    xh_crossbar_free(crossbar);
}
END_TEST

/* A read of a column has one wordline driven at a time, and is a column of the matrix of a read. */
START_TEST(columns_are_read_by_the_same_wires) {
    const xh_crossbar_params params = params_of(3);
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, "ideal", NULL, 0, &params, 1);
    float *target = xh_normals(SYNAPSES, 3, 0.3);
    static float x[COUNT * INPUTS], u[COUNT * OUTPUTS];
    float column[INPUTS];
    xh_crossbar_program(crossbar, target);
    for (size_t p = 0; p < COUNT; p++) {
        x[p * INPUTS + 17 * p] = 1;
    }
    read_all(crossbar, x, u);
    xh_crossbar_update_begin(crossbar);
    xh_crossbar_read_column(crossbar, 51, column);
    xh_crossbar_update_end(crossbar);
    for (size_t p = 0; p < COUNT; p++) {
        ck_assert_float_eq_tol(u[p * OUTPUTS + 51], column[17 * p], 1e-6F);
    }
    xh_array_free(target);
    xh_crossbar_free(crossbar);
}
END_TEST

START_TEST(reference_columns_are_refused) {
    xh_crossbar_params params = params_of(1);
    xh_error error = {0};
    snprintf(params.encoding, sizeof params.encoding, "reference_column");
    ck_assert_int_eq(xh_crossbar_check(&params, &error), XH_INPUT);
    ck_assert_str_eq(error.text,
                     "resistances of wires need another encoding than reference_column");
}
END_TEST

/* Exit status 77 where there is no exact solution to compare with. */
int main(void) {
    if (!xh_wire_exact_library()) {
        puts("skipped: built without a sparse solver");
        return 77;
    }
    Suite *suite = suite_create("crossbar_wire");
    TCase *each = tcase_create("every case");
    tcase_set_timeout(each, 60);
    tcase_add_loop_test(each, reads_are_the_exact_currents, 0, CASES);
    tcase_add_test(each, columns_are_read_by_the_same_wires);
    tcase_add_test(each, reference_columns_are_refused);
    suite_add_tcase(suite, each);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
