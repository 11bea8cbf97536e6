/* Converters: every error of one, against a plain computation. */
#include "periphery_rig.h"

/* Answers of a wide crossbar, [WIDE], to inputs of 0.5. */
enum { WIDE = 2048 };
static void answer_wide(xh_crossbar_params params, float input, float *u) {
    params.rows = INPUTS;
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, WIDE, "ideal", few_states, 1, &params, 1);
    float *target = xh_normals(INPUTS * WIDE, 1, 0.3);
    float x[INPUTS];
    for (size_t j = 0; j < INPUTS; j++) {
        x[j] = input;
    }
    xh_crossbar_program(crossbar, target);
    read_all(crossbar, 1, x, u);
    xh_array_free(target);
    xh_crossbar_free(crossbar);
}

/* Values of this mean and deviation? */
static void expect_spread(size_t count, const float *values, double mean, double sigma) {
    double sum = 0, square = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)values[i];
        square += pow((double)values[i] - mean, 2);
    }
    const double of_mean = sigma / sqrt((double)count);
    const double of_sigma = sigma / sqrt(2 * (double)count);
    ck_assert_double_eq_tol(sum / (double)count, mean, SIGMAS * of_mean);
    ck_assert_double_eq_tol(sqrt(square / (double)count), sigma, SIGMAS * of_sigma);
}

START_TEST(offsets_and_gains_spread) {
    static float u[WIDE], exact[WIDE];
    xh_crossbar_params params = fixed_ranges();
    params.adc_bits = 0;
    answer_wide(params, 0.5F, exact);
    params.adc_offset_spread = 0.02;
    answer_wide(params, 0, u);
    expect_spread(WIDE, u, 0, 0.02 * 3); /* of a full scale of 1.5 * 2 */
    params.adc_offset_spread = 0;
    params.adc_gain_spread = 0.05;
    answer_wide(params, 0.5F, u);
    size_t count = 0; /* of the outputs that are not too near to 0 for a ratio */
    for (size_t o = 0; o < WIDE; o++) {
        if (fabsf(exact[o]) > 1e-3F) {
            u[count++] = u[o] / exact[o];
        }
    }
    ck_assert_uint_gt(count, WIDE * 9 / 10);
    expect_spread(count, u, 1, 0.05);
}
END_TEST

/* v / (1 + n |v|) of full scales, n the same or spread. */
START_TEST(nonlinearity_bends_columns) {
    static float u[WIDE], exact[WIDE], n[WIDE];
    xh_crossbar_params params = fixed_ranges();
    params.adc_bits = 0;
    answer_wide(params, 0.5F, exact);
    params.adc_nonlinearity = 0.3;
    answer_wide(params, 0.5F, u);
    for (size_t o = 0; o < WIDE; o++) {
        const double v = (double)exact[o] / 3;
        ck_assert_double_eq_tol((double)u[o], 3 * v / (1 + 0.3 * fabs(v)), 1e-5);
    }
    params.adc_nonlinearity_spread = 0.1;
    answer_wide(params, 0.5F, u);
    size_t count = 0;
    for (size_t o = 0; o < WIDE; o++) {
        const float v = exact[o] / 3;
        if (fabsf(v) > 0.2F) { /* where float32 leaves n three digits */
            n[count++] = (exact[o] / u[o] - 1) / fabsf(v);
        }
    }
    ck_assert_uint_gt(count, WIDE / 4);
    expect_spread(count, n, 0.3, 0.03);
}
END_TEST

/* Three columns of a tile of 8 share a converter: the tile's are of 3, 3 and 2. */
START_TEST(columns_share_converters) {
    static float u[WIDE];
    xh_crossbar_params params = fixed_ranges();
    params.adc_bits = 0;
    params.adc_share = 3;
    params.adc_offset_spread = 0.1;
    answer_wide(params, 0, u);
    for (size_t o = 1; o < WIDE; o++) {
        const bool same = o % 8 != 0 && o % 8 / 3 == (o - 1) % 8 / 3;
        ck_assert_int_eq(u[o] == u[o - 1], same);
    }
}
END_TEST

/* Noise of conversions comes before rounding, which comes before clipping. */
START_TEST(conversions_are_noisy) {
    xh_crossbar_params params = fixed_ranges();
    params.rows = INPUTS;
    params.adc_bits = 0;
    float *exact = answer(&params);
    params.adc_noise = 0.02;
    float *u = answer(&params);
    for (size_t i = 0; i < SIZE; i++) {
        u[i] -= exact[i];
    }
    expect_spread(SIZE, u, 0, 0.02 * 3);
    params.adc_bits = 4;
    params.adc_noise = 1;
    float *coarse = answer(&params);
    size_t full = 0;
    for (size_t i = 0; i < SIZE; i++) {
        const double code = (double)coarse[i] * 7 / 3;
        ck_assert_double_eq_tol(code, rint(code), 1e-5);
        ck_assert_double_le(fabs(code), 7 + 1e-5);
        full += fabs(code) > 6.9;
    }
    ck_assert_uint_gt(full, SIZE / 10);
    xh_array_free(coarse);
    xh_array_free(u);
    xh_array_free(exact);
}
END_TEST

/* A column is read through its own converters, one in each row of tiles. */
START_TEST(columns_are_read_through_their_converters) {
    xh_crossbar_params params = fixed_ranges();
    params.adc_bits = 0;
    params.adc_gain_spread = 0.1;
    xh_crossbar *crossbar = make(&params);
    float *exact = xh_weights_of(crossbar);
    float weights[INPUTS];
    xh_crossbar_update_begin(crossbar);
    xh_crossbar_read_column(crossbar, 7, weights);
    xh_crossbar_update_end(crossbar);
    float gain[TILES] = {0};
    for (size_t j = 0; j < INPUTS; j++) {
        if (exact[7 * INPUTS + j] == 0.0F) {
            continue;
        }
        const float own = weights[j] / exact[7 * INPUTS + j];
        if (gain[j / ROWS] == 0.0F) {
            gain[j / ROWS] = own;
        }
        ck_assert_float_eq_tol(own, gain[j / ROWS], 1e-4F);
    }
    ck_assert_float_ne(gain[0], gain[1]);
    xh_array_free(exact);
    xh_crossbar_free(crossbar);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {offsets_and_gains_spread, nonlinearity_bends_columns,
                                  columns_share_converters, conversions_are_noisy,
                                  columns_are_read_through_their_converters};
    return xh_suite_run("crossbar_converter", tests, sizeof(tests) / sizeof(tests[0]));
}
