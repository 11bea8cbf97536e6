/*
 * The further models that can be fitted, each to measurements of its own law and to those of another.
 */
#include "fit_rig.h"

#define ONE "g_min_spread=0", "g_max_spread=0"

START_TEST(linear_steps_are_found) {
    static const char *const overrides[] = {ONE,
                                            "g_min=3e-6",
                                            "step_spread=0",
                                            "up_down_spread=0",
                                            "gamma_spread=0",
                                            "gamma_up=0.5",
                                            "gamma_down=0.3",
                                            "up_down=0.1",
                                            "own_bounds=true",
                                            "states=60",
                                            "read_noise=0",
                                            NULL};
    static const expectation values[] = {{"states", 0.4},     {"up_down", 0.4}, {"gamma_up", 0.4},
                                         {"gamma_down", 0.4}, {"g_min", 0},     {"g_max", 0}};
    calibrate((plan){.model = "linear_step", overrides, 1, 2, 100, 100, 0}, values, 6);
}
END_TEST

START_TEST(spread_of_linear_steps_is_found) {
    static const char *const overrides[] = {"g_min=4e-6",       "step_spread=0.15",
                                            "g_min_spread=0.1", "g_max_spread=0.1",
                                            "gamma_spread=0.1", "gamma_up=0.5",
                                            "gamma_down=0.3",   "own_bounds=true",
                                            "states=40",        NULL};
    static const char *const names[] = {
        "g_min",        "g_max",       "states",       "up_down",     "gamma_up", "gamma_down",
        "g_min_spread", "step_spread", "gamma_spread", "cycle_noise", NULL};
    cover((plan){.model = "linear_step", overrides, 4, 1, 90, 90, 0}, names);
}
END_TEST

#define LABELS                                                                                     \
    "label_up=2", "label_down=-1.5", "pulses_up=60", "pulses_down=70", "cycle_noise=0.006"

START_TEST(staircases_are_found) {
    static const char *const overrides[] = {ONE, LABELS, "label_spread=0", "read_noise=0", NULL};
    static const expectation values[] = {{"pulses_up", 0.4},   {"label_up", 0.4},
                                         {"pulses_down", 0.4}, {"label_down", 0.4},
                                         {"g_min", 0},         {"g_max", 0}};
    calibrate((plan){.model = "neurosim", overrides, 1, 2, 90, 90, 0}, values, 6);
}
END_TEST

START_TEST(spread_of_staircases_is_found) {
    static const char *const overrides[] = {LABELS, "label_spread=0.3", "read_noise=0", NULL};
    static const char *const names[] = {"g_min",       "g_max",      "pulses_up",    "label_up",
                                        "pulses_down", "label_down", "g_max_spread", "label_spread",
                                        "cycle_noise", NULL};
    cover((plan){.model = "neurosim", overrides, 3, 2, 90, 90, 0}, names);
}
END_TEST

/* What a fit chose to mean by its values is in the device. */
START_TEST(flags_are_set) {
    static const char *const overrides[] = {"own_bounds=false", "gamma_up=0.4", "gamma_down=0.4",
                                            "g_min=3e-6",       "states=40",    NULL};
    const plan how = {"linear_step", overrides, 2, 2, 90, 90, 1};
    xh_fit fit;
    ck_assert_msg(measure_and_fit(&how, NULL, &fit) == XH_OK, "%s", error.text);
    ck_assert_str_eq(fit.set, "own_bounds");
    ck_assert_double_eq(
        xh_param_number(xh_param_find(fit.model->params, "own_bounds"), &fit.params), 1);
    xh_fit_free(&fit);
}
END_TEST

START_TEST(data_of_another_law_are_refused) {
    static const char *const overrides[] = {LABELS, ONE, "read_noise=0", NULL};
    const plan staircase = {"neurosim", overrides, 2, 2, 110, 110, 1};
    xh_fit fit;
    ck_assert_int_eq(measure_and_fit(&staircase, "constant_step", &fit), XH_INPUT);
    ck_assert_msg(strstr(error.text, "m.csv: "), "%s", error.text);
    const plan pcm = {"pcm_accumulate", NULL, 2, 1, 60, 0, 1};
    ck_assert_int_eq(measure_and_fit(&pcm, "neurosim", &fit), XH_INPUT);
    ck_assert_msg(strstr(error.text, "0 reads after down pulses"), "%s", error.text);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        linear_steps_are_found, spread_of_linear_steps_is_found,
        staircases_are_found,   spread_of_staircases_is_found,
        flags_are_set,          data_of_another_law_are_refused,
    };
    return xh_suite_run("device_fit_models", tests, sizeof(tests) / sizeof(tests[0]));
}
