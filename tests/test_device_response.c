/*
 * What `crosshebb device` measures: against published responses, and against what the parameters
 * say. Fewer than 60 statistical comparisons a device, each within 5 standard errors and more:
 * chance alone fails one with a probability below 1e-3.
 */
#include "device_rig.h"

#include "experiments/device_published.h"
#include "suite.h"

enum { CELLS = 20000, STEP_CELLS = 4000 };

static xh_device_response response;
static xh_param_values params;

static const xh_device_model *measure(const char *name, size_t count, const char *const *overrides,
                                      xh_device_measurement how) {
    const xh_device_model *model = NULL;
    xh_error error = {0};
    ck_assert_msg(xh_device_load(name, overrides, count, &model, &params, &error) == XH_OK, "%s",
                  error.text);
    ck_assert_msg(xh_device_respond(model, &params, &how, &response, &error) == XH_OK, "%s",
                  error.text);
    return model;
}

static const xh_device_measurement many = {.cells = STEP_CELLS, .up = 10, .down = 0, .seed = 5};

/* Within 5 standard errors of both samples, and 1 % of the range of the weights that were published,
 * whose noise is slightly biased. The fit of pcm_accumulate is that of independent pulses. */
START_TEST(published_responses_are_met) {
    static xh_published published;
    xh_error error = {0};
    ck_assert_msg(xh_published_at((size_t)_i, &published, &error) == XH_OK, "%s", error.text);
    ck_assert_uint_ge(published.count, 5);
    ck_assert_uint_gt(strlen(published.source), 20);
    const char *const independent[] = {"device_share=0", "g_max=25e-6"};
    const bool fit = strcmp(published.name, "pcm_accumulate") == 0;
    const xh_device_measurement how = {
        .cells = CELLS, .up = published.up, .down = published.down, .seed = 3};
    measure(published.name, fit ? 2 : 0, independent, how);
    double low = INFINITY, high = -INFINITY;
    for (size_t r = 0; r < published.count; r++) {
        low = fmin(low, published.mean[r] - published.std[r]);
        high = fmax(high, published.mean[r] + published.std[r]);
    }
    for (size_t r = 0; r < published.count; r++) {
        const size_t row = xh_published_row(&published, r, &how);
        ck_assert_uint_lt(row, response.curve.count);
        const double of_mean =
            xh_device_weight(&response, response.curve.mean[row]) - published.mean[r];
        const double of_std = response.curve.std[row] / response.nominal.unit - published.std[r];
        const double error_of_mean = published.std[r] * sqrt(2.0 / CELLS);
        const double bias = 0.01 * (high - low);
        ck_assert_msg(fabs(of_mean) <= SIGMAS * error_of_mean + bias,
                      "%s: the mean after %zu pulses is off by %g", published.name, row, of_mean);
        ck_assert_msg(fabs(of_std) <= SIGMAS * error_of_mean + bias,
                      "%s: the deviation after %zu pulses is off by %g", published.name, row,
                      of_std);
    }
    xh_device_response_free(&response);
}
END_TEST

START_TEST(published_rows_need_the_same_pulses) {
    static xh_published published;
    ck_assert(xh_published_find("gokmen-vlasov", &published));
    const xh_device_measurement shorter = {.up = 50, .down = 400}, same = {.up = 200, .down = 0};
    ck_assert_uint_eq(xh_published_row(&published, 0, &shorter), 0);
    ck_assert_uint_eq(xh_published_row(&published, 5, &shorter), 50);
    ck_assert_uint_eq(xh_published_row(&published, 6, &shorter), SIZE_MAX);
    ck_assert_uint_eq(xh_published_row(&published, 20, &same), 200);
    ck_assert_uint_eq(xh_published_row(&published, 21, &same), SIZE_MAX);
    ck_assert(!xh_published_find("soft_bounds", &published));
}
END_TEST

/* At mid-range, no cell's bound within reach: means and both deviations of a step. */
START_TEST(steps_are_told_apart) {
    const char *const wide[] = {"g_min=20e-6", "g_max=30e-6"};
    measure("constant_step", 2, wide, many);
    const xh_device_step *up = &response.up[XH_DEVICE_PLACES / 2];
    const xh_device_step *down = &response.down[XH_DEVICE_PLACES / 2];
    const double step = 0.1e-6, spread = step * hypot(0.3, 0.01), error = spread / sqrt(STEP_CELLS);
    ck_assert_double_eq_tol(up->conductance, 25e-6, 1e-12);
    ck_assert_double_le(fabs(up->mean - step), SIGMAS * error);
    ck_assert_double_le(fabs(down->mean + step), SIGMAS * error);
    ck_assert_double_le(fabs(up->device - spread), SIGMAS * error);
    ck_assert_double_le(fabs(up->cycle - 0.3 * step * hypot(1, 0.3)), SIGMAS * error);
    ck_assert_double_eq_tol(response.states, 100, 1e-9);
    xh_device_response_free(&response);
    const char *const alike[] = {"step_spread=0", "up_down_spread=0", "cycle_noise=0",
                                 "g_min_spread=0", "g_max_spread=0"};
    measure("constant_step", 5, alike, many);
    up = &response.up[XH_DEVICE_PLACES / 2];
    ck_assert_double_eq_tol(up->mean, 0.09e-6, 1e-11);
    ck_assert_double_le(up->device, 1e-11);
    ck_assert_double_le(up->cycle, 1e-11);
    xh_device_response_free(&response);
}
END_TEST

/* Steps s (hi - g) and 0.8 s (g - lo) cancel at lo + range / 1.8. */
START_TEST(symmetry_points) {
    const xh_device_measurement few = {.cells = 10, .up = 1, .down = 1, .seed = 1};
    const char *const asymmetric[] = {"up_down=0.2"};
    measure("soft_bounds", 1, asymmetric, few);
    ck_assert_double_eq_tol(response.symmetry_point, 1e-6 + 9e-6 / 1.8, 1e-9);
    xh_device_response_free(&response);
    measure("soft_bounds", 0, NULL, few);
    ck_assert_double_eq_tol(xh_device_weight(&response, response.symmetry_point), 0, 1e-4);
    xh_device_response_free(&response);
    measure("constant_step", 0, NULL, few);
    ck_assert(isnan(response.symmetry_point)); /* everywhere */
    xh_device_response_free(&response);
    measure("constant_step", 1, asymmetric, few);
    ck_assert(isnan(response.symmetry_point)); /* nowhere */
    xh_device_response_free(&response);
}
END_TEST

START_TEST(levels_by_reads) {
    const xh_device_measurement few = {.cells = 10, .up = 1, .down = 1, .seed = 1};
    const char *const noise[] = {"read_noise=0.01"};
    measure("constant_step", 1, noise, few);
    ck_assert_double_eq_tol(response.levels, 51, 1e-3); /* 1 / 0.02 + 1 */
    ck_assert_double_eq_tol(response.noise, 0.09e-6, 1e-11);
    xh_device_response_free(&response);
    measure("ideal", 0, NULL, few);
    ck_assert(isinf(response.levels));
    xh_device_response_free(&response);
}
END_TEST

/* Cells of one drift exponent fall by t^-nu, from every target; and noise falls with them. */
START_TEST(drift_is_followed) {
    const xh_device_measurement few = {.cells = 500, .up = 5, .seed = 2};
    const char *const alike[] = {"drift_spread=0"};
    measure("pcm_accumulate", 1, alike, few);
    ck_assert_uint_eq(response.waits, XH_DEVICE_TARGETS * XH_DEVICE_TIMES);
    for (size_t w = 0; w + 1 < response.waits; w++) {
        const xh_device_wait *now = &response.wait[w], *next = now + 1;
        if (now->seconds > 0 && next->seconds > now->seconds) {
            const double fall = pow(next->seconds / now->seconds, -0.04);
            ck_assert_double_eq_tol(next->mean / now->mean, fall, 1e-5);
            ck_assert_double_eq_tol(next->std / now->std, fall, 1e-4);
            ck_assert_double_lt(next->noise, now->noise);
            ck_assert_double_ge(now->noise, 0.13e-6);
        }
        ck_assert_double_eq(now->target, response.wait[w - w % XH_DEVICE_TIMES].target);
    }
    xh_device_response_free(&response);
}
END_TEST

/* The response of a seed is the same every time; another seed's differs. */
START_TEST(seeds_name_responses) {
    xh_device_measurement how = {.cells = 50, .up = 7, .down = 3, .seed = 9};
    double last[2];
    for (int time = 0; time < 2; time++) {
        measure("soft_bounds", 0, NULL, how);
        ck_assert_uint_eq(response.curve.count, 11);
        last[time] = response.curve.mean_read[10];
        xh_device_response_free(&response);
    }
    ck_assert_double_eq(last[0], last[1]);
    how.seed = 10;
    measure("soft_bounds", 0, NULL, how);
    ck_assert(response.curve.mean_read[10] != last[0]);
    xh_device_response_free(&response);
}
END_TEST

/* Every model and preset can be measured: finite figures, deviations that are none below zero, the
 * conductances within the rows of a table. */
START_TEST(every_device_is_measured) {
    const size_t models = xh_device_count(), i = (size_t)_i;
    const char *name = i < models ? xh_device_at(i)->name : xh_device_preset_at(i - models).name;
    const xh_device_model *model = NULL;
    ck_assert_int_eq(xh_device_load(name, NULL, 0, &model, &params, NULL), XH_OK);
    xh_device_measurement how = xh_device_measurement_of(model, &params);
    how.cells = 50;
    how.up = how.up > 60 ? 60 : how.up;
    how.down = how.down > 60 ? 60 : how.down;
    measure(name, 0, NULL, how);
    ck_assert_int_eq(how.up > 0, model->pulse != NULL);
    for (size_t r = 0; r < response.curve.count; r++) {
        ck_assert(isfinite(response.curve.mean[r]) && isfinite(response.curve.mean_read[r]));
        ck_assert(isfinite(response.curve.nominal[r]) && response.curve.std[r] >= 0);
        ck_assert(response.curve.std_read[r] >= 0 && response.curve.mean[r] >= 0);
    }
    ck_assert(model->pulse || response.programmed > 0);
    for (size_t w = 0; w < response.waits; w++) {
        ck_assert(isfinite(response.wait[w].mean) && response.wait[w].noise >= 0);
    }
    ck_assert_int_eq(response.waits > 0,
                     (model->traits & XH_DEVICE_DRIFTS) || xh_device_ages(model, &params));
    ck_assert(response.levels > 1);
    xh_device_response_free(&response);
}
END_TEST

int main(void) {
    const TTest *const once[] = {published_rows_need_the_same_pulses,
                                 steps_are_told_apart,
                                 symmetry_points,
                                 levels_by_reads,
                                 drift_is_followed,
                                 seeds_name_responses};
    Suite *suite = suite_create("device_response");
    TCase *tests = tcase_create("response");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, published_responses_are_met, 0, (int)xh_published_count());
    tcase_add_loop_test(tests, every_device_is_measured, 0,
                        (int)(xh_device_count() + xh_device_preset_count()));
    for (size_t t = 0; t < sizeof once / sizeof once[0]; t++) {
        tcase_add_test(tests, once[t]);
    }
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return xh_published_count() > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
