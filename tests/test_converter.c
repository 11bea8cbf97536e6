/* Converters: codes, rounding, clipping, and the error of a calibrated range. */
#include "crosshebb/converter.h"
#include "crosshebb/rng.h"
#include "suite.h"

#include <math.h>

START_TEST(ideal_passes_bits) {
    float values[3] = {-1e30F, 0.3F, 7.0F};
    xh_converter_tally tally = {0};
    xh_converter_apply((xh_converter){0, 1.0F}, 3, values, &tally);
    ck_assert_float_eq(values[0], -1e30F);
    ck_assert_float_eq(values[1], 0.3F);
    ck_assert_uint_eq(tally.conversions, 3);
    ck_assert_uint_eq(tally.clipped, 0);
}
END_TEST

START_TEST(codes_are_symmetric_and_mid_tread) {
    const xh_converter three = {3, 3.0F}; /* codes -3 .. 3, step 1 */
    ck_assert_int_eq(xh_converter_codes(three), 3);
    ck_assert_float_eq(xh_converter_step(three), 1.0F);
    float values[8] = {-9.0F, -2.4F, -0.5F, 0.0F, 0.49F, 1.5F, 2.5F, 3.6F};
    const float expected[8] = {-3.0F, -2.0F, 0.0F, 0.0F, 0.0F, 2.0F, 2.0F, 3.0F};
    xh_converter_tally tally = {0};
    xh_converter_apply(three, 8, values, &tally);
    for (int i = 0; i < 8; i++) {
        ck_assert_float_eq(values[i], expected[i]);
    }
    ck_assert_uint_eq(tally.clipped, 2);
    ck_assert_uint_eq(tally.square_codes, 9 + 4 + 4 + 4 + 9);
}
END_TEST

/* A Gaussian through 8 bits at +-4 sigma: rms error = step / sqrt(12) = 4 / 127 / sqrt(12) = 0.909 %, and clipping
 * adds less than 0.3 %. The standard error of the rms over 1e6 draws is 0.1 % of it. */
START_TEST(error_at_four_sigma) {
    enum { N = 1000000 };
    static float exact[N];
    static float coded[N];
    xh_rng_normal((xh_rng){1, XH_RNG_TEST, 0, 0}, 0, N, exact);
    for (int i = 0; i < N; i++) {
        coded[i] = exact[i];
    }
    xh_converter_apply((xh_converter){8, 4.0F}, N, coded, NULL);
    double square = 0;
    for (int i = 0; i < N; i++) {
        square += pow((double)coded[i] - (double)exact[i], 2);
    }
    const double rms = sqrt(square / N);
    ck_assert_double_ge(rms, 4.0 / 127 / sqrt(12) * 0.99);
    ck_assert_double_le(rms, 4.0 / 127 / sqrt(12) * 1.1);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {ideal_passes_bits, codes_are_symmetric_and_mid_tread,
                                  error_at_four_sigma};
    return xh_suite_run("converter", tests, sizeof(tests) / sizeof(tests[0]));
}
