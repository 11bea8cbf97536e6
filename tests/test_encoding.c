/* Encodings: what a synapse is on devices, in programming, reads, pulses, carries and noise. */
#include "crossbar_fixture.h"

#include "crosshebb/scheme.h"

#include <cblas.h>
#include <math.h>
#include <omp.h>
#include <string.h>

enum { INPUTS = 40, OUTPUTS = 30, SYNAPSES = INPUTS * OUTPUTS };

/* Soft bounds of the same kind in every cell, and coarse ideal devices. */
static const xh_setting calm[] = {{"cycle_noise", "0"},    {"step_spread", "0"},
                                  {"g_min_spread", "0"},   {"g_max_spread", "0"},
                                  {"up_down_spread", "0"}, {"reset_noise", "0"}};
enum { CALM = sizeof(calm) / sizeof(calm[0]) };
static const xh_setting coarse[] = {{"states", "100"}};

/* An encoding with so many devices and slices; tiles of few rows and columns. */
static xh_crossbar_params params_of(size_t encoding, long devices, long slices) {
    xh_crossbar_params params = xh_plain_crossbar();
    snprintf(params.encoding, sizeof params.encoding, "%s", xh_encoding_names[encoding]);
    params.devices = devices;
    params.slices = slices;
    params.rows = 16;
    params.columns = 8;
    return params;
}

/* Calls body for every encoding with 1 and 2 devices and slices. */
static void for_all(void (*body)(const xh_crossbar_params *params)) {
    for (size_t e = 0; e < xh_encoding_count(); e++) {
        for (long devices = 1; devices <= 2; devices++) {
            for (long slices = 1; slices <= 2; slices++) {
                const xh_crossbar_params params = params_of(e, devices, slices);
                body(&params);
            }
        }
    }
}

static void read_all(xh_crossbar *crossbar, size_t count, const float *x, float *u) {
    xh_crossbar_read_begin(crossbar, XH_PHASE_inference);
    xh_crossbar_read(crossbar, 0, count, x, u);
    xh_crossbar_read_end(crossbar);
}

static double rms(size_t count, const float *values, const float *others) {
    double square = 0;
    for (size_t i = 0; i < count; i++) {
        square += pow((double)values[i] - (others ? (double)others[i] : 0.0), 2);
    }
    return sqrt(square / (double)count);
}

static void multiply(const float *weights, size_t count, const float *x, float *u) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, OUTPUTS, INPUTS, 1.0F, x,
                INPUTS, weights, INPUTS, 0.0F, u, OUTPUTS);
}

/* Every device, and that of a reference column, is within half a step: together a step of each of the
 * devices in parallel, on the finest slice. */
static void program(const xh_crossbar_params *params) {
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, "ideal", coarse, 1, params, 1);
    float *target = xh_normals(SYNAPSES, 3, 0.25);
    xh_crossbar_program(crossbar, target);
    float *weights = xh_weights_of(crossbar);
    const double step = (double)params->devices * xh_crossbar_step_up(crossbar);
    for (size_t s = 0; s < SYNAPSES; s++) {
        const double wanted = fmin(fmax((double)target[s], -1.0), 1.0);
        ck_assert_double_eq_tol((double)weights[s], wanted, 1.001 * step + 2e-6);
    }
    ck_assert_uint_eq(xh_crossbar_devices(crossbar), xh_crossbar_lanes(params) * SYNAPSES);
    xh_array_free(weights);
    xh_array_free(target);
    xh_crossbar_free(crossbar);
}

START_TEST(programmed_weights_come_near) {
    for_all(program);
}
END_TEST

static void compare_products(const xh_crossbar_params *params) {
    enum { COUNT = 33 };
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, "soft_bounds", NULL, 0, params, 1);
    float *target = xh_normals(SYNAPSES, 3, 0.3);
    float *x = xh_normals(COUNT * INPUTS, 4, 1);
    static float u[COUNT * OUTPUTS], product[COUNT * OUTPUTS];
    float column[INPUTS];
    xh_crossbar_program(crossbar, target);
    float *weights = xh_weights_of(crossbar);
    multiply(weights, COUNT, x, product);
    read_all(crossbar, COUNT, x, u);
    ck_assert_double_lt(rms(COUNT * OUTPUTS, u, product), 3e-6);
    xh_crossbar_update_begin(crossbar);
    xh_crossbar_read_column(crossbar, 17, column);
    xh_crossbar_update_end(crossbar);
    ck_assert_double_lt(rms(INPUTS, column, weights + 17 * INPUTS), 1e-6);
    xh_array_free(weights);
    xh_array_free(x);
    xh_array_free(target);
    xh_crossbar_free(crossbar);
}

/* Without converters and noise, to the rounding of float sums. */
START_TEST(reads_are_products_of_the_weights) {
    for_all(compare_products);
}
END_TEST

/* The root-mean-square error of 8-bit reads. */
static double converter_error(size_t encoding, double *raw) {
    enum { COUNT = 200 };
    xh_crossbar_params params = params_of(encoding, 1, 1);
    params.rows = INPUTS;
    params.adc_bits = 8;
    params.adc_sigmas = 8; /* so that nothing is clipped */
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, "ideal", NULL, 0, &params, 1);
    float *target = xh_normals(SYNAPSES, 3, 0.2);
    float *x = xh_normals(COUNT * INPUTS, 4, 1);
    static float u[COUNT * OUTPUTS], product[COUNT * OUTPUTS];
    xh_crossbar_program(crossbar, target);
    xh_crossbar_calibrate(crossbar, COUNT, x);
    float *weights = xh_weights_of(crossbar);
    multiply(weights, COUNT, x, product);
    read_all(crossbar, COUNT, x, u);
    const double error = rms(COUNT * OUTPUTS, u, product);
    for (size_t s = 0; s < SYNAPSES; s++) {
        weights[s] += 25.2F / 25.0F; /* (g_max + g_min) / (g_max - g_min) of the ideal device */
    }
    multiply(weights, COUNT, x, u);
    *raw = rms(COUNT * OUTPUTS, u, NULL) / rms(COUNT * OUTPUTS, product, NULL);
    xh_array_free(weights);
    xh_array_free(x);
    xh_array_free(target);
    xh_crossbar_free(crossbar);
    return error;
}

/* The converters of the offset see it too: their steps, and so their errors, are larger by the ratio of
 * the sums with it and without. */
START_TEST(offset_costs_resolution) {
    double raw = 0;
    const double pair = converter_error(0, &raw);
    const double reference = converter_error(1, &raw);
    const double offset = converter_error(2, &raw);
    ck_assert_double_gt(raw, 3);
    ck_assert_double_eq_tol(reference, pair, 0.1 * pair);
    ck_assert_double_eq_tol(offset, raw * pair, 0.1 * raw * pair);
}
END_TEST

/* One pulse of either direction for either side, from the middle of the range. */
static void pulse_once(const xh_crossbar_params *params) {
    static const struct {
        int8_t plus, minus;
        double change;
    } pulses[] = {{1, 0, 1}, {0, 1, -1}, {-1, 0, -1}, {0, -1, 1}, {2, -2, 4}, {1, 1, 0}};
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, "ideal", coarse, 1, params, 1);
    static float zero[SYNAPSES];
    int8_t plus[INPUTS], minus[INPUTS];
    xh_crossbar_program(crossbar, zero);
    for (size_t p = 0; p < sizeof(pulses) / sizeof(pulses[0]); p++) {
        float *before = xh_weights_of(crossbar);
        const xh_pulse_tally was = xh_crossbar_ledger(crossbar)->pulses[XH_PHASE_update];
        memset(plus, pulses[p].plus, sizeof(plus));
        memset(minus, pulses[p].minus, sizeof(minus));
        xh_crossbar_update_begin(crossbar);
        xh_crossbar_pulse(crossbar, 3, plus, minus);
        xh_crossbar_update_end(crossbar);
        float *after = xh_weights_of(crossbar);
        const xh_pulse_tally is = xh_crossbar_ledger(crossbar)->pulses[XH_PHASE_update];
        for (size_t s = 0; s < SYNAPSES; s++) {
            const double change = s / INPUTS == 3 ? pulses[p].change : 0;
            ck_assert_double_eq_tol((double)after[s] - (double)before[s],
                                    change * xh_crossbar_step_up(crossbar), 1e-6);
        }
        ck_assert_uint_eq(is.up + is.down - was.up - was.down,
                          INPUTS * (uint64_t)(abs(pulses[p].plus) + abs(pulses[p].minus)));
        xh_array_free(before);
        xh_array_free(after);
    }
    xh_crossbar_free(crossbar);
}

START_TEST(pulses_move_a_weight_by_nominal_steps) {
    for_all(pulse_once);
}
END_TEST

/* Joule heat: a reference column conducts beside its tile's. */
START_TEST(reference_columns_conduct) {
    xh_crossbar_params params = params_of(1, 2, 1);
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, "ideal", NULL, 0, &params, 1);
    static float zero[SYNAPSES], u[OUTPUTS];
    float x[INPUTS];
    for (size_t j = 0; j < INPUTS; j++) {
        x[j] = 1.0F;
    }
    xh_crossbar_program(crossbar, zero);
    read_all(crossbar, 1, x, u);
    const double booked =
        xh_crossbar_ledger(crossbar)->count[XH_PHASE_inference][XH_EVENT_array_charge];
    const double columns = OUTPUTS + 4; /* 30 outputs on tiles of 8 */
    const double middle = 12.6e-6;
    ck_assert_double_eq_tol(booked, 2 * columns * INPUTS * middle, 1e-3 * booked);
    xh_crossbar_free(crossbar);
}
END_TEST

/* What the offset takes: the sum of the inputs, and its share of every tile's sum. */
START_TEST(offset_is_booked) {
    enum { COUNT = 7, TILES = 3 };
    double sums[2];
    for (size_t e = 1; e <= 2; e++) {
        xh_crossbar_params params = params_of(e, 1, 1);
        xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, "ideal", NULL, 0, &params, 1);
        float *x = xh_normals(COUNT * INPUTS, 4, 1);
        static float u[COUNT * OUTPUTS];
        read_all(crossbar, COUNT, x, u);
        sums[e - 1] = xh_crossbar_ledger(crossbar)->count[XH_PHASE_inference][XH_EVENT_partial_sum];
        xh_array_free(x);
        xh_crossbar_free(crossbar);
    }
    ck_assert_double_eq(sums[0], (double)COUNT * OUTPUTS * (TILES - 1));
    ck_assert_double_eq(sums[1], sums[0] + (double)COUNT * (INPUTS + OUTPUTS * TILES));
}
END_TEST

/* Read noise of a reference column is common to the outputs of its tile: over repeated reads of one vector
 * their covariance is its variance, and that of outputs on different tiles is none. 4,000 reads; bounds are 5
 * standard errors of a covariance, sqrt((v1 v2 + c^2) / reads). */
START_TEST(reference_noise_is_common) {
    enum { READS = 4000 };
    xh_crossbar_params params = params_of(1, 1, 1);
    params.read_noise = true;
    xh_crossbar *crossbar =
        xh_make_crossbar(INPUTS, OUTPUTS, "soft_bounds", calm, CALM, &params, 4);
    float *target = xh_normals(SYNAPSES, 1, 0.3);
    static float x[READS][INPUTS], u[READS][OUTPUTS];
    xh_crossbar_program(crossbar, target);
    double square = 0;
    for (size_t j = 0; j < INPUTS; j++) {
        x[0][j] = (float)cos((double)j);
        square += pow((double)x[0][j], 2);
    }
    for (int r = 1; r < READS; r++) {
        memcpy(x[r], x[0], sizeof(x[0]));
    }
    read_all(crossbar, READS, x[0], u[0]);
    const double one = square * pow(2 * 0.005, 2); /* of a device: 0.005 of its range */
    static const size_t others[] = {2, 7, 8, 29};  /* beside output 2 */
    for (size_t o = 0; o < sizeof(others) / sizeof(others[0]); o++) {
        double mean[2] = {0}, products = 0;
        for (int r = 0; r < READS; r++) {
            mean[0] += (double)u[r][2] / READS;
            mean[1] += (double)u[r][others[o]] / READS;
            products += (double)u[r][2] * (double)u[r][others[o]] / READS;
        }
        const double expected = others[o] == 2 ? 2 * one : others[o] < 8 ? one : 0;
        const double error = sqrt((4 * one * one + expected * expected) / READS);
        ck_assert_double_eq_tol(products - mean[0] * mean[1], expected, 5 * error);
    }
    xh_array_free(target);
    xh_crossbar_free(crossbar);
}
END_TEST

/* The weight of a synapse of ideal devices, in steps, after updates of five pulses each, on alternating
 * sides. */
static double weight_after(const xh_crossbar_params *params, int updates, xh_ledger *ledger) {
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, 1, "ideal", NULL, 0, params, 1);
    static float zero[INPUTS];
    int8_t plus[INPUTS] = {0}, minus[INPUTS] = {0};
    xh_crossbar_program(crossbar, zero);
    for (int i = 0; i < updates; i++) {
        plus[5] = (int8_t)(2 + i % 2);
        minus[5] = (int8_t)(-3 + i % 2);
        xh_crossbar_update_begin(crossbar);
        xh_crossbar_pulse(crossbar, 0, plus, minus);
        xh_crossbar_update_end(crossbar);
    }
    float *weights = xh_weights_of(crossbar);
    const double weight = ((double)weights[5] - (double)weights[4]) / xh_crossbar_step_up(crossbar);
    *ledger = *xh_crossbar_ledger(crossbar);
    xh_array_free(weights);
    xh_crossbar_free(crossbar);
    return weight;
}

/* Devices of 1000 states: 1,500 pulses are more than a slice holds. Carried, they are a weight of 1,500 of its steps,
 * to the rounding of a pulse; not carried, they are cut: at 1000 of a pair, and of a single device at half of it. */
START_TEST(slices_carry) {
    enum { UPDATES = 300, CARRIES = UPDATES / 7 };
    for (size_t e = 0; e < xh_encoding_count(); e++) {
        xh_crossbar_params params = params_of(e, 1, 2);
        xh_ledger ledger;
        params.carry_every = 7;
        ck_assert_double_eq_tol(weight_after(&params, UPDATES, &ledger), 1500, 1.5);
        const double *count = ledger.count[XH_PHASE_refresh];
        ck_assert_double_eq(count[XH_EVENT_adc_conversion], CARRIES * INPUTS);
        ck_assert_double_eq_tol(count[XH_EVENT_read_cycle], CARRIES * 16, 1e-6);
        const double carried = count[XH_EVENT_pulse_up] + count[XH_EVENT_pulse_down];
        /* a step of the next slice is 4 of this, which are taken off again */
        ck_assert_double_ge(carried, (1500 - 540) / 4.0 * 5);
        ck_assert_double_le(carried, 1500 / 4.0 * 5);
        params.carry_every = 0;
        ck_assert_double_eq_tol(weight_after(&params, UPDATES, &ledger),
                                xh_encoding_at(e)->sides * 500, 2);
    }
}
END_TEST

/* Refresh works on every slice of a pair: saturated on both sides, they come back with their difference. */
START_TEST(slices_are_refreshed) {
    xh_crossbar_params params = params_of(0, 2, 2);
    params.refresh_threshold = 0.7;
    params.refresh_step = 0.14e-6; /* of the first pulses after a RESET */
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, 1, "soft_bounds", calm, CALM, &params, 1);
    static float zero[INPUTS];
    int8_t plus[INPUTS], minus[INPUTS];
    memset(plus, 127, sizeof(plus));
    memset(minus, 96, sizeof(minus));
    xh_crossbar_program(crossbar, zero);
    xh_crossbar_update_begin(crossbar);
    xh_crossbar_pulse(crossbar, 0, plus, minus);
    xh_crossbar_pulse(crossbar, 0, plus, minus);
    xh_crossbar_update_end(crossbar);
    float *before = xh_weights_of(crossbar);
    xh_crossbar_update_begin(crossbar);
    xh_crossbar_refresh(crossbar, 0);
    xh_crossbar_update_end(crossbar);
    float *after = xh_weights_of(crossbar);
    const double *count = xh_crossbar_ledger(crossbar)->count[XH_PHASE_refresh];
    ck_assert_double_eq(count[XH_EVENT_pulse_reset], 4 * INPUTS); /* of the slice that is full */
    ck_assert_double_eq(count[XH_EVENT_adc_conversion], 4 * INPUTS);
    for (size_t j = 0; j < INPUTS; j++) {
        ck_assert_double_gt((double)before[j], 0.005);
        ck_assert_double_eq_tol((double)after[j], (double)before[j], 0.3 * (double)before[j]);
    }
    xh_array_free(before);
    xh_array_free(after);
    xh_crossbar_free(crossbar);
}
END_TEST

/* Everything on: reads, column reads, pulses, carries and time. */
static void exercise(const xh_crossbar_params *params, int threads, float *u, float *weights,
                     xh_ledger *ledger) {
    enum { COUNT = 20 };
    omp_set_num_threads(threads);
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, "soft_bounds", NULL, 0, params, 5);
    float *target = xh_normals(SYNAPSES, 1, 0.3);
    float *x = xh_normals(COUNT * INPUTS, 2, 1);
    xh_crossbar_program(crossbar, target);
    xh_crossbar_calibrate(crossbar, COUNT, x);
    for (int round = 0; round < 4; round++) {
        xh_crossbar_read_begin(crossbar, XH_PHASE_forward);
#pragma omp parallel for schedule(dynamic)
        for (size_t first = 0; first < COUNT; first += 5) {
            xh_crossbar_read(crossbar, first, 5, x + first * INPUTS, u + first * OUTPUTS);
        }
        xh_crossbar_read_end(crossbar);
        xh_crossbar_update_begin(crossbar);
#pragma omp parallel for schedule(dynamic)
        for (size_t o = 0; o < OUTPUTS; o++) {
            float column[INPUTS];
            int8_t plus[INPUTS], minus[INPUTS];
            xh_crossbar_read_column(crossbar, o, column);
            for (size_t j = 0; j < INPUTS; j++) {
                plus[j] = column[j] > 0;
                minus[j] = (int8_t)(column[j] > 0.1F ? -9 : 0);
            }
            xh_crossbar_pulse(crossbar, o, plus, minus);
        }
        xh_crossbar_update_end(crossbar);
        xh_crossbar_age(crossbar, 0.3);
    }
    xh_probe_weights(crossbar, weights);
    *ledger = *xh_crossbar_ledger(crossbar);
    xh_array_free(x);
    xh_array_free(target);
    xh_crossbar_free(crossbar);
}

static void compare_threads(const xh_crossbar_params *plain) {
    static float u[2][20 * OUTPUTS], weights[2][SYNAPSES];
    static xh_ledger ledger[2];
    xh_crossbar_params params = *plain;
    params.read_noise = true;
    params.adc_bits = 8;
    params.dac_bits = 8;
    params.stuck_fraction = 0.02;
    params.carry_every = 2;
    params.carry_threshold = 0.1;
    exercise(&params, 1, u[0], weights[0], &ledger[0]);
    exercise(&params, 3, u[1], weights[1], &ledger[1]);
    ck_assert_mem_eq(u[0], u[1], sizeof(u[0]));
    ck_assert_mem_eq(weights[0], weights[1], sizeof(weights[0]));
    ck_assert_mem_eq(&ledger[0], &ledger[1], sizeof(ledger[0]));
    if (params.slices > 1) {
        ck_assert_double_gt(ledger[0].count[XH_PHASE_refresh][XH_EVENT_pulse_up], 0);
    }
}

START_TEST(same_bits_for_any_number_of_threads) {
    for_all(compare_threads);
}
END_TEST

static void refuse(const char *scheme_name, const char *device, const xh_crossbar_params *params,
                   const char *text) {
    const xh_scheme *scheme = NULL;
    const xh_device_model *model = NULL;
    xh_error error = {0};
    ck_assert_int_eq(xh_scheme_find(scheme_name, &scheme, NULL), XH_OK);
    ck_assert_int_eq(xh_device_find(device, &model, NULL), XH_OK);
    const xh_status status = xh_scheme_fits(scheme, model, params, &error);
    ck_assert_int_eq(status, text ? XH_INPUT : XH_OK);
    ck_assert_msg(!text || strstr(error.text, text), "%s", error.text);
}

START_TEST(what_does_not_fit_is_refused) {
    for (size_t e = 0; e < xh_encoding_count(); e++) {
        const bool single = xh_encoding_at(e)->sides == 1;
        xh_crossbar_params params = params_of(e, 1, 1);
        refuse("read_modify_write", "soft_bounds", &params, NULL);
        refuse("pcm_pair", "soft_bounds", &params, single ? "refreshes both sides" : NULL);
        refuse("read_modify_write", "pcm_accumulate", &params,
               single ? "needs encoding = pair" : NULL);
        params.slices = 2;
        refuse("read_modify_write", "soft_bounds", &params, NULL);
    }
    const xh_crossbar_params sliced = params_of(0, 1, 2);
    refuse("read_modify_write", "pcm_accumulate", &sliced, "slices = 2 carry");
    const xh_encoding *encoding = NULL;
    xh_error error = {0};
    ck_assert_int_eq(xh_encoding_find("ofset", &encoding, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "did you mean offset"));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        programmed_weights_come_near, reads_are_products_of_the_weights,
        offset_costs_resolution,      pulses_move_a_weight_by_nominal_steps,
        reference_columns_conduct,    offset_is_booked,
        reference_noise_is_common,    slices_carry,
        slices_are_refreshed,         same_bits_for_any_number_of_threads,
        what_does_not_fit_is_refused};
    return xh_suite_run("encoding", tests, sizeof(tests) / sizeof(tests[0]));
}
