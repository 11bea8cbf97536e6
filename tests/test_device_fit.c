/*
 * Device models fitted to simulated measurements: known parameters are found within their intervals,
 * data that do not tell them or are of another law are refused, and texts are checked.
 */
#include "fit_rig.h"

#define ONE "g_min=3e-6", "g_min_spread=0", "g_max_spread=0", "step_spread=0", "up_down_spread=0"

START_TEST(constant_steps_are_found) {
    static const char *const overrides[] = {ONE, "up_down=0.3", "read_noise=0", "states=50", NULL};
    static const expectation values[] = {
        {"states", 0.4}, {"up_down", 0.4}, {"g_min", 0}, {"g_max", 0}};
    calibrate((plan){.model = "constant_step", overrides, 1, 2, 110, 110, 0}, values, 4);
}
END_TEST

START_TEST(soft_bounds_are_found) {
    static const char *const overrides[] = {ONE, "up_down=-0.3", "read_noise=0", "states=50", NULL};
    static const expectation values[] = {
        {"states", 0.4}, {"up_down", 0.4}, {"g_min", 0.4}, {"g_max", 0.4}, {"cycle_noise", 0.4}};
    calibrate((plan){.model = "soft_bounds", overrides, 1, 2, 110, 110, 0}, values, 5);
}
END_TEST

/* The noise of reads would tilt a regression of steps on the conductance read before them. */
START_TEST(noise_of_reads_is_told_from_that_of_pulses) {
    static const char *const overrides[] = {ONE, "read_noise=0.005", "states=60", NULL};
    static const expectation values[] = {
        {"states", 0.4}, {"g_min", 0.4}, {"g_max", 0.4}, {"cycle_noise", 0.4}, {"read_noise", 0.4}};
    calibrate((plan){.model = "soft_bounds", overrides, 1, 2, 120, 120, 0}, values, 5);
}
END_TEST

static const char *const population[] = {
    "g_min",       "g_max",        "states",      "up_down",    "g_min_spread",
    "step_spread", "g_max_spread", "cycle_noise", "read_noise", NULL};

START_TEST(spread_of_constant_steps_is_found) {
    static const char *const overrides[] = {"g_min=4e-6", "step_spread=0.15", "g_min_spread=0.1",
                                            "states=40", NULL};
    cover((plan){.model = "constant_step", overrides, 4, 1, 90, 90, 0}, population);
}
END_TEST

START_TEST(spread_of_soft_bounds_is_found) {
    static const char *const overrides[] = {"g_min=4e-6", "step_spread=0.15", "g_min_spread=0.1",
                                            "states=40", NULL};
    cover((plan){.model = "soft_bounds", overrides, 4, 1, 90, 90, 0}, population);
}
END_TEST

/* Without noise the law itself is left: to a thousandth, which is what differences are taken over. */
START_TEST(a_law_without_noise_is_found) {
    static const char *const overrides[] = {ONE, "cycle_noise=0", "read_noise=0", "up_down=0.25",
                                            NULL};
    static const char *const models[] = {"constant_step", "soft_bounds"};
    for (size_t m = 0; m < 2; m++) {
        const plan how = {models[m], overrides, 1, 1, 150, 180, 1};
        xh_fit fit;
        ck_assert_msg(measure_and_fit(&how, NULL, &fit) == XH_OK, "%s", error.text);
        ck_assert_double_eq_tol(value_of(&fit, "g_min")->value, 3e-6, 7e-9);
        ck_assert_double_eq_tol(value_of(&fit, "g_max")->value, 10e-6, 7e-9);
        ck_assert_double_eq_tol(value_of(&fit, "states")->value, 100, 0.1);
        ck_assert_double_eq_tol(value_of(&fit, "up_down")->value, 0.25, 1e-3);
        ck_assert_double_lt(value_of(&fit, "cycle_noise")->value, 5e-3);
        ck_assert(!value_of(&fit, "step_spread")->known);
        const double place[] = {6.5e-6, 8.25e-6};
        double step[2];
        ck_assert_int_eq(xh_fit_steps(&fit, -1, place, 2, step, &error), XH_OK);
        ck_assert_double_eq_tol(step[0], -0.75 * 7e-8, 1e-10);
        ck_assert_double_eq_tol(step[1], -0.75 * 7e-8 * (m ? 1.5 : 1), 1e-10);
        xh_fit_free(&fit);
    }
}
END_TEST

static void refuse(const plan *how, const char *model, const char *reason) {
    xh_fit fit;
    ck_assert_int_eq(measure_and_fit(how, model, &fit), XH_INPUT);
    ck_assert_msg(strstr(error.text, reason), "\"%s\" is not in \"%s\"", reason, error.text);
}

START_TEST(what_cannot_be_fitted_is_refused) {
    static const char *const overrides[] = {ONE, NULL};
    plan how = {"constant_step", overrides, 2, 1, 150, 150, 1};
    refuse(&how, "soft_bounds", "soft_bounds does not explain these data: steps differ from it by");
    refuse(&how, "ideal", "ideal cannot be fitted; these can: constant_step, soft_bounds");
    refuse(&how, "soft_bound", "unknown device model");
    how.down = 0;
    refuse(&how, NULL, "m.csv: device d0 has 0 reads after down pulses: there must be at least 10");
    how.down = 150;
    how.up = 9;
    refuse(&how, NULL, "m.csv: device d0 has 9 reads after up pulses: there must be at least 10");
    how.up = how.down = 50;
    refuse(&how, NULL, "bound");
    how.model = "soft_bounds";
    how.up = how.down = 40;
    refuse(&how, NULL, "the pulses end too far from that bound, of device d");
    how.up = how.down = 12;
    refuse(&how, NULL,
           "m.csv: device d1: no read tells its g_max: the pulses do not reach that bound");
}
END_TEST

/* A row a pulse or every fifth, counted on or anew since the turn: the same trains. */
START_TEST(pulses_are_counted) {
    static const char text[] = "# Somebody, 2026\n"
                               "pulse,conductance_nS,direction\n"
                               "0,1000,start\r\n"
                               " 5 , 1200 , up\n"
                               "\n"
                               "# turned\n"
                               "6,1250,1\n"
                               "2,1100,down\n"
                               "3,1000,-1\n"
                               "9,\"1300\",up";
    static const long pulses[] = {0, 5, 1, 2, 1, 6};
    static const int directions[] = {0, 1, 1, -1, -1, 1};
    xh_measured measured;
    ck_assert_msg(xh_measured_parse("t", text, strlen(text), &measured, &error) == XH_OK, "%s",
                  error.text);
    ck_assert_str_eq(measured.origin, "Somebody, 2026");
    ck_assert_uint_eq(measured.rows, 6);
    ck_assert_uint_eq(measured.trains, 1);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(measured.row[i].pulses, pulses[i]);
        ck_assert_int_eq(measured.row[i].direction, directions[i]);
    }
    ck_assert_double_eq_tol(measured.row[2].conductance, 1.25e-6, 1e-18);
    xh_measured_free(&measured);
}
END_TEST

START_TEST(rows_are_sorted_into_trains) {
    static const char text[] = "device,cycle,pulse,direction,conductance (\xc2\xb5S)\n"
                               "b,2,0,start,1\na,1,0,start,2\nb,1,0,start,3\nb,1,1,up,4\n"
                               "a,1,1,up,5\nb,2,1,down,6\n";
    static const double expected[] = {3, 4, 1, 6, 2, 5};
    xh_measured measured;
    ck_assert_int_eq(xh_measured_parse("t", text, strlen(text), &measured, &error), XH_OK);
    ck_assert_uint_eq(measured.devices, 2);
    ck_assert_uint_eq(measured.trains, 3);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_double_eq_tol(measured.row[i].conductance, 1e-6 * expected[i], 1e-18);
    }
    ck_assert_uint_eq(measured.train[2].first, 4);
    ck_assert_str_eq(measured.device[measured.train[2].device], "a");
    xh_measured_free(&measured);
}
END_TEST

START_TEST(wrong_texts_are_refused) {
#define HEAD "pulse,direction,conductance (uS)\n"
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "t: there are no rows of conductances"},
        {HEAD, "t: there are no rows of conductances"},
        {"puls,direction,conductance (uS)\n", "t:1: unknown column \"puls\"; did you mean pulse"},
        {"pulse,pulse,conductance (uS)\n", "t:1: column pulse is there twice"},
        {"pulse,conductance (uS)\n", "t:1: column direction is missing"},
        {"pulse,direction,conductance\n", "t:1: column \"conductance\" has no unit of S, mS, uS"},
        {"pulse,direction,conductance (A)\n", "has no unit of S, mS, uS"},
        {HEAD "1,up\n", "t:2: 2 values in place of 3"},
        {HEAD "-1,up,5\n", "t:2: pulse = -1 is no whole number within [0, 10000000]"},
        {HEAD "1.5,up,5\n", "t:2: pulse = 1.5 is no whole number"},
        {HEAD "1,left,5\n", "t:2: direction = left is none of up (1), down (-1) and start (0)"},
        {HEAD "1,up,5x\n", "t:2: conductance = 5x is no number within [0, 1000], which is [0, 1]"},
        {HEAD "1,up,-5\n", "t:2: conductance = -5 is no number within [0, 1000]"},
        {HEAD "1,up,1001\n", "t:2: conductance = 1001 is no number within [0, 1000]"},
        {HEAD "1,up,nan\n", "t:2: conductance = nan is no number"},
        {HEAD "1,up,5\n1,up,6\n", "t:3: pulse = 1 is not above the one before, 1 in line 2; a new"},
        {HEAD "1,up,5\n10002,up,6\n",
         "t:3: 10001 pulses since the read in line 2: there may be at"},
        {HEAD "1,up,5\n0,start,6\n", "t:3: direction = start, but its train began in line 2"},
        {"device,pulse,direction,conductance (uS)\n,1,up,5\n", "t:2: device =  is no name of 1 to"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        xh_measured measured = {.rows = 7};
        error = (xh_error){.status = XH_OK};
        ck_assert_int_eq(
            xh_measured_parse("t", cases[i].text, strlen(cases[i].text), &measured, &error),
            XH_INPUT);
        ck_assert_msg(strstr(error.text, cases[i].message), "\"%s\" is not in \"%s\"",
                      cases[i].message, error.text);
        ck_assert_uint_eq(measured.rows, 7);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        constant_steps_are_found,
        soft_bounds_are_found,
        noise_of_reads_is_told_from_that_of_pulses,
        spread_of_constant_steps_is_found,
        spread_of_soft_bounds_is_found,
        a_law_without_noise_is_found,
        what_cannot_be_fitted_is_refused,
        pulses_are_counted,
        rows_are_sorted_into_trains,
        wrong_texts_are_refused,
    };
    return xh_suite_run("device_fit", tests, sizeof(tests) / sizeof(tests[0]));
}
