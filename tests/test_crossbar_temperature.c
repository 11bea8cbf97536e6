/* Temperature: what cells and wires do when they are warm, and when they are not any more. */
#include "crossbar_fixture.h"

#include <math.h>
#include <string.h>

enum { INPUTS = 60, OUTPUTS = 40, SYNAPSES = INPUTS * OUTPUTS, CELLS = 2 * SYNAPSES };

#define T0 298.15
#define BOLTZMANN 8.617333262e-5

/* Cells all over the range. */
static xh_crossbar *make(const xh_crossbar_params *params) {
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, "ideal", NULL, 0, params, 1);
    float *weights = xh_normals(SYNAPSES, 3, 0.4);
    xh_crossbar_program(crossbar, weights);
    xh_array_free(weights);
    return crossbar;
}

static void find_bounds(double *g_min, double *g_max) {
    static xh_param_values values;
    const xh_device_model *model = NULL;
    xh_error error = {0};
    ck_assert_int_eq(xh_device_find("ideal", &model, &error), XH_OK);
    xh_param_defaults(model->params, values.bytes);
    const xh_device_nominal nominal = model->nominal(values.bytes);
    *g_min = nominal.g_min;
    *g_max = nominal.g_max;
}

START_TEST(conductances_are_activated) {
    static const double kelvin[] = {260, 330, 358.15};
    static float cold[CELLS], warm[CELLS];
    xh_crossbar_params params = xh_plain_crossbar();
    params.activation_low = 0.28;
    params.activation_high = 0.03;
    double g_min = 0, g_max = 0;
    find_bounds(&g_min, &g_max);
    xh_crossbar *crossbar = make(&params);
    xh_probe_conductances(crossbar, cold);
    for (size_t k = 0; k < sizeof(kelvin) / sizeof(kelvin[0]); k++) {
        xh_crossbar_set_temperature(crossbar, kelvin[k]);
        xh_probe_conductances(crossbar, warm);
        for (size_t c = 0; c < CELLS; c++) {
            const double place = fmin(fmax(((double)cold[c] - g_min) / (g_max - g_min), 0), 1);
            const double energy = 0.28 + (0.03 - 0.28) * place;
            const double wanted =
                (double)cold[c] * exp(-energy / BOLTZMANN * (1 / kelvin[k] - 1 / T0));
            ck_assert_double_eq_tol((double)warm[c], wanted, 1e-6 * wanted);
        }
    }
    xh_crossbar_set_temperature(crossbar, T0);
    xh_probe_conductances(crossbar, warm);
    ck_assert_mem_eq(warm, cold, sizeof cold);
    xh_crossbar_free(crossbar);
}
END_TEST

/* Sums of a column's currents. */
static float *sums(xh_crossbar *crossbar) {
    float x[INPUTS];
    for (size_t j = 0; j < INPUTS; j++) {
        x[j] = j % 3 == 0 ? -1 : 1;
    }
    return xh_read_all(crossbar, 1, x, XH_PHASE_inference);
}

/* Where all cells are activated alike, a scale of the array takes it back; the all-ones reads of
 * compensation find that scale. Where they are not, no scale does. */
START_TEST(compensation_finds_the_scale) {
    static const double low[] = {0.05, 0.25};
    double left[2];
    for (size_t k = 0; k < 2; k++) {
        xh_crossbar_params params = xh_plain_crossbar();
        params.activation_low = low[k];
        params.activation_high = 0.05;
        snprintf(params.compensation, sizeof params.compensation, "tile");
        xh_crossbar *crossbar = make(&params);
        xh_crossbar_refer(crossbar);
        float *cold = sums(crossbar);
        xh_crossbar_set_temperature(crossbar, 358.15);
        float *warm = sums(crossbar);
        xh_crossbar_compensate(crossbar, true);
        float *scaled = sums(crossbar);
        double off = 0, rest = 0;
        for (size_t i = 0; i < OUTPUTS; i++) {
            off += pow((double)(warm[i] - cold[i]), 2);
            rest += pow((double)(scaled[i] - cold[i]), 2);
        }
        left[k] = sqrt(rest / off);
        xh_array_free(cold);
        xh_array_free(warm);
        xh_array_free(scaled);
        xh_crossbar_free(crossbar);
    }
    ck_assert_double_lt(left[0], 1e-4);
    ck_assert_double_gt(left[1], 0.05);
}
END_TEST

/* Noise keeps its share of what a cell conducts. */
START_TEST(noise_is_warmed_with_the_cell) {
    enum { READS = 4000 };
    const xh_setting settings[] = {{"read_noise", "0.05"}};
    xh_crossbar_params params = xh_plain_crossbar();
    params.read_noise = true;
    params.activation_low = 0.1;
    params.activation_high = 0.1;
    double deviation[2];
    for (size_t k = 0; k < 2; k++) {
        params.temperature = k == 0 ? T0 : 358.15;
        xh_crossbar *crossbar = xh_make_crossbar(1, 1, "soft_bounds", settings, 1, &params, 1);
        float *x = xh_normals(READS, 1, 0);
        for (size_t p = 0; p < READS; p++) {
            x[p] = 1;
        }
        float *u = xh_read_all(crossbar, READS, x, XH_PHASE_inference);
        double sum = 0, square = 0;
        for (size_t p = 0; p < READS; p++) {
            sum += (double)u[p];
            square += (double)u[p] * (double)u[p];
        }
        deviation[k] = sqrt(square / READS - pow(sum / READS, 2));
        xh_array_free(x);
        xh_array_free(u);
        xh_crossbar_free(crossbar);
    }
    /* both read the same normals */
    const double factor = exp(-0.1 / BOLTZMANN * (1 / 358.15 - 1 / T0));
    ck_assert_double_gt(deviation[0], 0);
    ck_assert_double_eq_tol(deviation[1], factor * deviation[0], 1e-3 * deviation[1]);
}
END_TEST

/* Warm copper is a longer wire: the same currents as of wires of the resistance that it has then. */
START_TEST(wires_resist_more) {
    xh_crossbar_params params = xh_plain_crossbar();
    params.wire_resistance = 2;
    params.activation_low = 0;
    params.activation_high = 0;
    xh_crossbar *warm = make(&params);
    xh_crossbar_set_temperature(warm, T0 + 60);
    params.wire_resistance = 2 * (1 + 0.00451 * 60);
    xh_crossbar *longer = make(&params);
    float *found = sums(warm);
    float *wanted = sums(longer);
    for (size_t i = 0; i < OUTPUTS; i++) {
        ck_assert_float_eq_tol(found[i], wanted[i], 1e-5F);
    }
    xh_array_free(found);
    xh_array_free(wanted);
    xh_crossbar_free(warm);
    xh_crossbar_free(longer);
}
END_TEST

START_TEST(too_cold_is_refused) {
    xh_error error = {0};
    xh_crossbar_params params = xh_plain_crossbar();
    params.temperature_after = 77;
    ck_assert_int_eq(xh_crossbar_check(&params, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "temperature_after"));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {conductances_are_activated, compensation_finds_the_scale,
                                  noise_is_warmed_with_the_cell, wires_resist_more,
                                  too_cold_is_refused};
    return xh_suite_run("crossbar_temperature", tests, sizeof(tests) / sizeof(tests[0]));
}
