/* Cells that are stuck, from the start or because their endurance is used up. */
#include "crossbar_fixture.h"

#include <math.h>
#include <string.h>

START_TEST(stuck_cells_take_pulses_and_stay) {
    enum { INPUTS = 100, OUTPUTS = 100, CELLS = 2 * INPUTS * OUTPUTS };
    xh_crossbar_params params = xh_plain_crossbar();
    params.stuck_fraction = 0.1;
    params.stuck_low_share = 0.8;
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, "ideal", NULL, 0, &params, 1);
    static float before[CELLS];
    static float after[CELLS];
    int8_t up[INPUTS];
    memset(up, 3, sizeof(up));
    float *zero = xh_normals(INPUTS * OUTPUTS, 1, 0);
    xh_crossbar_program(crossbar, zero);
    xh_probe_conductances(crossbar, before);
    xh_crossbar_update_begin(crossbar);
    for (size_t o = 0; o < OUTPUTS; o++) {
        xh_crossbar_pulse(crossbar, o, up, up);
    }
    xh_crossbar_update_end(crossbar);
    xh_probe_conductances(crossbar, after);
    size_t held = 0;
    for (size_t c = 0; c < CELLS; c++) {
        held += before[c] == after[c];
    }
    /* binomial(20000, 0.1): standard deviation 42; bound 5 sigma */
    ck_assert_uint_ge(held, 2000 - 212);
    ck_assert_uint_le(held, 2000 + 212);
    const xh_pulse_tally *pulses = &xh_crossbar_ledger(crossbar)->pulses[XH_PHASE_update];
    ck_assert_uint_eq(pulses->up, 3 * CELLS);
    ck_assert_uint_eq(pulses->effective, 3 * (CELLS - held));
    xh_array_free(zero);
    xh_crossbar_free(crossbar);
}
END_TEST

enum { INPUTS = 100, OUTPUTS = 100, SYNAPSES = INPUTS * OUTPUTS, CELLS = 2 * SYNAPSES };

/* Cells that last a median of 50 cycles and wear by one a pulse. */
static xh_crossbar *make_mortal(const xh_crossbar_params *params) {
    const xh_setting settings[] = {{"endurance", "50"}, {"wear_up", "1"}, {"wear_down", "1"}};
    return xh_make_crossbar(INPUTS, OUTPUTS, "ideal", settings, 3, params, 1);
}

/* Pulses every cell so often, in trains of at most 100, by turns up and down. */
static void pulse_all(xh_crossbar *crossbar, int pulses) {
    for (int done = 0; done < pulses;) {
        const int train = pulses - done < 100 ? pulses - done : 100;
        int8_t up[INPUTS];
        memset(up, train, sizeof(up));
        xh_crossbar_update_begin(crossbar);
        for (size_t o = 0; o < OUTPUTS; o++) {
            xh_crossbar_pulse(crossbar, o, up, up);
        }
        xh_crossbar_update_end(crossbar);
        done += train;
    }
}

/* P(endurance <= cycles), log-normal about 50. */
static double failed(double cycles, double spread) {
    return 0.5 * erfc(-log(cycles / 50) / spread / sqrt(2));
}

START_TEST(endurance_is_log_normal) {
    static const int pulses[] = {10, 25, 50, 100, 200, 500};
    xh_crossbar_params params = xh_plain_crossbar();
    params.wear_out = true;
    params.endurance_spread = 0.8;
    xh_crossbar *crossbar = make_mortal(&params);
    ck_assert_uint_eq(xh_probe_stuck(crossbar), 0);
    int done = 0;
    for (size_t k = 0; k < sizeof(pulses) / sizeof(pulses[0]); k++) {
        pulse_all(crossbar, pulses[k] - done);
        done = pulses[k];
        /* binomial; bound of 5 deviations, a false alarm of all six in 300,000 */
        const double share = failed(pulses[k], params.endurance_spread);
        const double bound = 5 * sqrt(CELLS * share * (1 - share)) + 1;
        ck_assert_double_eq_tol((double)xh_probe_stuck(crossbar), CELLS * share, bound);
    }
    xh_crossbar_free(crossbar);
}
END_TEST

START_TEST(alike_cells_fail_at_the_rated_pulse) {
    xh_crossbar_params params = xh_plain_crossbar();
    params.wear_out = true;
    params.endurance_spread = 0;
    xh_crossbar *crossbar = make_mortal(&params);
    pulse_all(crossbar, 49);
    ck_assert_uint_eq(xh_probe_stuck(crossbar), 0);
    pulse_all(crossbar, 1);
    ck_assert_uint_eq(xh_probe_stuck(crossbar), CELLS);
    xh_crossbar_free(crossbar);
}
END_TEST

START_TEST(worn_cells_stay_at_either_end) {
    static float conductance[CELLS], later[CELLS];
    xh_crossbar_params params = xh_plain_crossbar();
    params.wear_out = true;
    params.stuck_low_share = 0.3;
    params.endurance_spread = 0;
    xh_crossbar *crossbar = make_mortal(&params);
    pulse_all(crossbar, 50);
    xh_probe_conductances(crossbar, conductance);
    pulse_all(crossbar, 10);
    xh_probe_conductances(crossbar, later);
    ck_assert_mem_eq(later, conductance, sizeof conductance);
    size_t low = 0;
    float end[2] = {INFINITY, -INFINITY};
    for (size_t c = 0; c < CELLS; c++) {
        end[0] = fminf(end[0], conductance[c]);
        end[1] = fmaxf(end[1], conductance[c]);
    }
    for (size_t c = 0; c < CELLS; c++) {
        ck_assert(conductance[c] == end[0] || conductance[c] == end[1]);
        low += conductance[c] == end[0];
    }
    ck_assert_float_lt(end[0], end[1]);
    /* binomial(20000, 0.3): standard deviation 65; bound of 5 */
    ck_assert_double_eq_tol((double)low, 0.3 * CELLS, 325);
    xh_crossbar_free(crossbar);
}
END_TEST

START_TEST(without_wear_out_cells_last) {
    xh_crossbar_params params = xh_plain_crossbar();
    params.wear_out = true;
    snprintf(params.without, sizeof params.without, "wear_out");
    xh_crossbar *crossbar = make_mortal(&params);
    pulse_all(crossbar, 500);
    ck_assert_uint_eq(xh_probe_stuck(crossbar), 0);
    xh_crossbar_free(crossbar);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {stuck_cells_take_pulses_and_stay, endurance_is_log_normal,
                                  alike_cells_fail_at_the_rated_pulse,
                                  worn_cells_stay_at_either_end, without_wear_out_cells_last};
    return xh_suite_run("crossbar_fault", tests, sizeof(tests) / sizeof(tests[0]));
}
