/* The response that is measured on test cells, against what pulses then do. */
#include "crossbar_fixture.h"

#include <math.h>
#include <string.h>

enum { INPUTS = 500, OUTPUTS = 40 };

static const struct response_case {
    const char *device;
    const char *encoding;
    double tolerance;
} cases[] = {
    {"ideal", "pair", 0.01},
    {"constant_step", "offset", 0.1},
    {"soft_bounds", "pair", 0.1},
    {"soft_bounds", "offset", 0.1},
    {"soft_bounds", "reference_column", 0.1},
    {"linear_step", "pair", 0.1},
    {"exp_step", "pair", 0.1},
    {"neurosim", "pair", 0.2},       /* its steps are a fifth of their own noise */
    {"pcm_accumulate", "pair", 0.2}, /* its steps shrink fast, and have noise of their own size */
};

/* Sum over the columns of what read_steps says of one way, while all synapses get pulses that way. */
static double pulse_all(xh_crossbar *crossbar, bool rise) {
    static float steps[2][INPUTS];
    static int8_t plus[INPUTS], minus[INPUTS];
    const bool depresses = xh_crossbar_model(crossbar)->traits & XH_DEVICE_DEPRESSES;
    memset(plus, rise ? 1 : depresses ? -1 : 0, sizeof(plus));
    memset(minus, rise ? (depresses ? -1 : 0) : 1, sizeof(minus));
    double expected = 0;
    xh_crossbar_update_begin(crossbar);
    for (size_t o = 0; o < OUTPUTS; o++) {
        xh_crossbar_read_steps(crossbar, o, steps[0], steps[1]);
        for (size_t j = 0; j < INPUTS; j++) {
            expected += (depresses ? 2 : 1) * (double)steps[rise ? 0 : 1][j];
        }
        xh_crossbar_pulse(crossbar, o, plus, minus);
    }
    xh_crossbar_update_end(crossbar);
    return expected;
}

static double sum_of(const xh_crossbar *crossbar) {
    float *weights = xh_weights_of(crossbar);
    double sum = 0;
    for (size_t s = 0; s < INPUTS * OUTPUTS; s++) {
        sum += (double)weights[s];
    }
    xh_array_free(weights);
    return sum;
}

/* With the spread of the defaults, over 20,000 synapses, from weights about 0 and from weights that
 * stand high: the mean change is what was foretold within the tolerance. Where a step is at mid-range alone,
 * that of high weights would be off by 30 % and more on soft bounds. */
START_TEST(pulses_do_what_was_foretold) {
    for (size_t c = 0; c < 2 * sizeof(cases) / sizeof(cases[0]); c++) {
        const struct response_case *of = &cases[c / 2];
        const bool high = c % 2 == 1;
        xh_crossbar_params params = xh_plain_crossbar();
        snprintf(params.encoding, sizeof params.encoding, "%s", of->encoding);
        xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, of->device, NULL, 0, &params, 1);
        float *target = xh_normals(INPUTS * OUTPUTS, 2, 0.2);
        for (size_t s = 0; high && s < INPUTS * OUTPUTS; s++) {
            target[s] = 0.4F;
        }
        xh_crossbar_program(crossbar, target);
        ck_assert(xh_crossbar_measure_response(crossbar));
        for (int rise = 1; rise >= 0; rise--) {
            const double before = sum_of(crossbar);
            const double expected = pulse_all(crossbar, rise);
            const double change = (rise ? 1 : -1) * (sum_of(crossbar) - before);
            ck_assert_msg(fabs(change / expected - 1) < of->tolerance,
                          "%s %s high %d rise %d: %g of %g", of->device, of->encoding, high, rise,
                          change, expected);
        }
        xh_array_free(target);
        xh_crossbar_free(crossbar);
    }
}
END_TEST

/* A read of steps costs a conversion of each side of each synapse. */
START_TEST(reads_of_sides_are_counted) {
    static float rise[INPUTS], fall[INPUTS];
    for (size_t sides = 1; sides <= 2; sides++) {
        xh_crossbar_params params = xh_plain_crossbar();
        snprintf(params.encoding, sizeof params.encoding, "%s", sides == 2 ? "pair" : "offset");
        xh_crossbar *crossbar = xh_make_crossbar(INPUTS, 2, "ideal", NULL, 0, &params, 1);
        ck_assert(xh_crossbar_measure_response(crossbar));
        xh_crossbar_update_begin(crossbar);
        xh_crossbar_read_steps(crossbar, 1, rise, fall);
        xh_crossbar_update_end(crossbar);
        const double *update = xh_crossbar_ledger(crossbar)->count[XH_PHASE_update];
        ck_assert_double_eq(update[XH_EVENT_adc_conversion], (double)(sides * INPUTS));
        xh_crossbar_free(crossbar);
    }
}
END_TEST

/* Measuring moves no cell of the array, and gives the same again. */
START_TEST(test_cells_are_beside_the_array) {
    static float rise[2][INPUTS], fall[2][INPUTS];
    xh_crossbar_params params = xh_plain_crossbar();
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, 3, "soft_bounds", NULL, 0, &params, 1);
    float *before = xh_weights_of(crossbar);
    xh_crossbar_update_begin(crossbar);
    for (size_t k = 0; k < 2; k++) {
        ck_assert(xh_crossbar_measure_response(crossbar));
        xh_crossbar_read_steps(crossbar, 1, rise[k], fall[k]);
    }
    xh_crossbar_update_end(crossbar);
    float *after = xh_weights_of(crossbar);
    ck_assert_mem_eq(before, after, 3 * INPUTS * sizeof(*before));
    ck_assert_mem_eq(rise[0], rise[1], sizeof(rise[0]));
    ck_assert_mem_eq(fall[0], fall[1], sizeof(fall[0]));
    xh_array_free(after);
    xh_array_free(before);
    xh_crossbar_free(crossbar);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {pulses_do_what_was_foretold, reads_of_sides_are_counted,
                                  test_cells_are_beside_the_array};
    return xh_suite_run("crossbar_response", tests, sizeof(tests) / sizeof(tests[0]));
}
