/* Trimming: weights that programming left off come nearer by pulses on what they read as. */
#include "crossbar_fixture.h"

#include <math.h>

enum { INPUTS = 60, OUTPUTS = 20, SYNAPSES = INPUTS * OUTPUTS };

/* Root mean square of what weights differ by from their targets. */
static double error_of(const xh_crossbar *crossbar, const float *target) {
    float *weights = xh_weights_of(crossbar);
    double square = 0;
    for (size_t s = 0; s < SYNAPSES; s++) {
        square += pow((double)weights[s] - (double)target[s], 2) / SYNAPSES;
    }
    xh_array_free(weights);
    return sqrt(square);
}

static xh_crossbar *program(const char *device, const xh_crossbar_params *params, float **target) {
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, device, NULL, 0, params, 7);
    *target = xh_normals(SYNAPSES, 3, 0.25);
    xh_crossbar_program(crossbar, *target);
    return crossbar;
}

/* On cells that only take SETs programming overshoots, all devices of a side alike; trimming leaves less
 * than one of their first pulses, which are three nominal ones. */
START_TEST(set_only_cells_are_brought_back) {
    xh_crossbar_params params = xh_plain_crossbar();
    float *target = NULL;
    params.devices = 4;
    xh_crossbar *crossbar = program("pcm_accumulate", &params, &target);
    const double step = xh_crossbar_step_up(crossbar), before = error_of(crossbar, target);
    const double pulses = (double)xh_crossbar_ledger(crossbar)->pulses[XH_PHASE_program].up;
    ck_assert_double_gt(before, 10 * step);
    ck_assert(xh_crossbar_trim(crossbar, target, 40));
    const double after = error_of(crossbar, target);
    ck_assert_double_lt(after, 3 * step);
    ck_assert_double_lt(after, before / 5);
    const xh_ledger *ledger = xh_crossbar_ledger(crossbar);
    ck_assert_double_gt((double)ledger->pulses[XH_PHASE_program].up, pulses);
    ck_assert_double_eq(ledger->count[XH_PHASE_program][XH_EVENT_pulse_up],
                        (double)ledger->pulses[XH_PHASE_program].up);
    ck_assert_uint_eq(ledger->pulses[XH_PHASE_update].up, 0);
    xh_array_free(target);
    xh_crossbar_free(crossbar);
}
END_TEST

/* Cells that move both ways are near already and come no less near; those without pulses stay. */
START_TEST(others_come_no_less_near) {
    static const char *const devices[] = {"soft_bounds", "constant_step", "pcm_programmed"};
    xh_crossbar_params params = xh_plain_crossbar();
    for (size_t d = 0; d < sizeof devices / sizeof devices[0]; d++) {
        float *target = NULL;
        xh_crossbar *crossbar = program(devices[d], &params, &target);
        const double before = error_of(crossbar, target);
        ck_assert(xh_crossbar_trim(crossbar, target, 20));
        const double after = error_of(crossbar, target);
        ck_assert_msg(after <= before, "%s: %g, then %g", devices[d], before, after);
        ck_assert(d < 2 || after == before);
        xh_array_free(target);
        xh_crossbar_free(crossbar);
    }
}
END_TEST

/* What is near is left alone: all rounds but the first find nothing to do on ideal cells. */
START_TEST(what_is_near_is_left_alone) {
    xh_crossbar_params params = xh_plain_crossbar();
    float *target = NULL;
    xh_crossbar *crossbar = program("ideal", &params, &target);
    ck_assert(xh_crossbar_trim(crossbar, target, 1));
    const uint64_t up = xh_crossbar_ledger(crossbar)->pulses[XH_PHASE_program].up;
    const double error = error_of(crossbar, target);
    ck_assert(xh_crossbar_trim(crossbar, target, 10));
    ck_assert_double_le(error_of(crossbar, target), error);
    ck_assert_uint_le(xh_crossbar_ledger(crossbar)->pulses[XH_PHASE_program].up, up + SYNAPSES);
    xh_array_free(target);
    xh_crossbar_free(crossbar);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {set_only_cells_are_brought_back, others_come_no_less_near,
                                  what_is_near_is_left_alone};
    return xh_suite_run("crossbar_trim", tests, sizeof(tests) / sizeof(tests[0]));
}
