/* The spread of reads of a crossbar, against the exact variance of its cells. */
#include "crossbar_fixture.h"

#include <math.h>
#include <string.h>

/* Variance of 4,000 repeated reads of one vector; its relative standard error is 2.2 %. */
static void vary_reads(xh_crossbar *crossbar, const float *x, double *variance) {
    enum { READS = 4000 };
    const size_t outputs = xh_crossbar_outputs(crossbar);
    double mean[8] = {0};
    double square[8] = {0};
    for (int r = 0; r < READS; r++) {
        float *u = xh_read_all(crossbar, 1, x, XH_PHASE_inference);
        for (size_t o = 0; o < outputs; o++) {
            mean[o] += (double)u[o] / READS;
            square[o] += (double)u[o] * (double)u[o] / READS;
        }
        xh_array_free(u);
    }
    for (size_t o = 0; o < outputs; o++) {
        variance[o] = square[o] - mean[o] * mean[o];
    }
}

/* The spread of repeated reads of one vector equals sum_j x_j^2 sum_devices (0.03 G + 0.13 uS)^2, the published read
 * noise; bound 10 % (4.5 sigma). */
START_TEST(read_noise_has_the_exact_variance) {
    enum { INPUTS = 20, OUTPUTS = 4, DEVICES = 2 };
    const xh_setting quiet[] = {{"drift", "0"}, {"drift_spread", "0"}};
    xh_crossbar_params params = xh_plain_crossbar();
    params.read_noise = true;
    params.devices = DEVICES;
    xh_crossbar *crossbar =
        xh_make_crossbar(INPUTS, OUTPUTS, "pcm_accumulate", quiet, 2, &params, 4);
    float *target = xh_normals(INPUTS * OUTPUTS, 1, 0.3);
    xh_crossbar_program(crossbar, target);
    float *x = xh_normals(INPUTS, 2, 1);
    double variance[OUTPUTS];
    vary_reads(crossbar, x, variance);
    static float g[2 * DEVICES * INPUTS * OUTPUTS];
    xh_probe_conductances(crossbar, g);
    float *weights = xh_weights_of(crossbar);
    const double siemens = ((double)g[0] + (double)g[INPUTS * OUTPUTS] -
                            (double)g[2 * INPUTS * OUTPUTS] - (double)g[3 * INPUTS * OUTPUTS]) /
                           (double)weights[0];
    for (int o = 0; o < OUTPUTS; o++) {
        double expected = 0;
        for (int j = 0; j < INPUTS; j++) {
            for (int lane = 0; lane < 2 * DEVICES; lane++) {
                const double sigma = 0.03 * (double)g[(lane * OUTPUTS + o) * INPUTS + j] + 0.13e-6;
                expected += pow((double)x[j] * sigma / siemens, 2);
            }
        }
        ck_assert_double_eq_tol(variance[o], expected, 0.1 * expected);
    }
    xh_array_free(weights);
    xh_array_free(x);
    xh_array_free(target);
    xh_crossbar_free(crossbar);
}
END_TEST

/* So it does where all cells have the same, read_noise times the range: each device of a pair has that of
 * weight_range / devices, and one that is alone or a reference that of twice as much. */
START_TEST(even_read_noise_has_the_exact_variance) {
    enum { INPUTS = 20, OUTPUTS = 4, DEVICES = 2 };
    static const struct {
        const char *encoding;
        double lanes; /* that conduct into an output, in shares of a pair's */
    } cases[] = {{"pair", 2 * DEVICES}, {"offset", 4 * DEVICES}, {"reference_column", 8 * DEVICES}};
    const xh_setting noisy[] = {{"read_noise", "0.05"}};
    float *x = xh_normals(INPUTS, 2, 1);
    double square = 0;
    for (int j = 0; j < INPUTS; j++) {
        square += (double)x[j] * (double)x[j];
    }
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        xh_crossbar_params params = xh_plain_crossbar();
        snprintf(params.encoding, sizeof params.encoding, "%s", cases[c].encoding);
        params.read_noise = true;
        params.devices = DEVICES;
        xh_crossbar *crossbar =
            xh_make_crossbar(INPUTS, OUTPUTS, "soft_bounds", noisy, 1, &params, 4);
        double variance[OUTPUTS];
        vary_reads(crossbar, x, variance);
        const double expected = square * cases[c].lanes * pow(0.05 / DEVICES, 2);
        for (int o = 0; o < OUTPUTS; o++) {
            ck_assert_double_eq_tol(variance[o], expected, 0.1 * expected);
        }
        xh_crossbar_free(crossbar);
    }
    xh_array_free(x);
}
END_TEST

/* Stuck cells, which conduct one of the nominal bounds, have no part in it. */
START_TEST(stuck_cells_are_quiet) {
    enum { INPUTS = 20, OUTPUTS = 4 };
    const xh_setting noisy[] = {{"read_noise", "0.05"}};
    xh_crossbar_params params = xh_plain_crossbar();
    params.read_noise = true;
    params.stuck_fraction = 0.5;
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, "soft_bounds", noisy, 1, &params, 4);
    float *zero = xh_normals(INPUTS * OUTPUTS, 1, 0);
    float *x = xh_normals(INPUTS, 2, 1);
    xh_crossbar_program(crossbar, zero);
    double variance[OUTPUTS];
    vary_reads(crossbar, x, variance);
    static float g[2 * INPUTS * OUTPUTS];
    xh_probe_conductances(crossbar, g);
    for (int o = 0; o < OUTPUTS; o++) {
        double expected = 0;
        for (int cell = 0; cell < 2 * INPUTS; cell++) {
            const float conducts = g[(cell / INPUTS * OUTPUTS + o) * INPUTS + cell % INPUTS];
            const double amplitude = conducts == 1e-6F || conducts == 1e-5F ? 0 : 0.05;
            expected += pow((double)x[cell % INPUTS] * amplitude, 2);
        }
        ck_assert_double_eq_tol(variance[o], expected, 0.1 * expected);
    }
    xh_array_free(x);
    xh_array_free(zero);
    xh_crossbar_free(crossbar);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {read_noise_has_the_exact_variance,
                                  even_read_noise_has_the_exact_variance, stuck_cells_are_quiet};
    return xh_suite_run("crossbar_noise", tests, sizeof(tests) / sizeof(tests[0]));
}
