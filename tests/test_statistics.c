/* Summaries, paired differences and Pareto fronts: worked examples, closed forms, nothing at all. */
#include "crosshebb/statistics.h"
#include "suite.h"

#include <math.h>
#include <stdint.h>

/* Extra hours of sleep of ten patients under two drugs (Student, Biometrika 6 (1908); data set
 * "sleep" of R). R says of t.test(paired = TRUE): t = -4.0621, p = 0.002833, interval of the
 * difference of 1 to 2 from -2.4598858 to -0.7001142. */
static const double first[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
static const double second[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
enum { PATIENTS = sizeof(first) / sizeof(first[0]) };

START_TEST(students_sleep) {
    const xh_statistics_summary one = xh_statistics_summarise(PATIENTS, first);
    ck_assert_uint_eq(one.count, 10);
    ck_assert_double_eq_tol(one.mean, 0.75, 1e-12);
    ck_assert_double_eq_tol(one.deviation, 1.789010, 1e-6);
    ck_assert_double_eq(one.least, -1.6);
    ck_assert_double_eq(one.most, 3.7);
    const xh_statistics_paired pair = xh_statistics_pair(PATIENTS, first, second);
    ck_assert_double_eq_tol(pair.t, 4.0621, 5e-5);
    ck_assert_double_eq_tol(pair.p, 0.002833, 5e-7);
    ck_assert_double_eq_tol(pair.difference.mean, 1.58, 1e-12);
    const double low = pair.difference.mean - pair.difference.half_width;
    const double high = pair.difference.mean + pair.difference.half_width;
    ck_assert_double_eq_tol(low, 0.7001142, 5e-8);
    ck_assert_double_eq_tol(high, 2.4598858, 5e-8);
}
END_TEST

/* Of two values a and b the interval is tan(0.475 pi) |a - b| / 2, for t with one degree of freedom
 * is Cauchy's distribution. */
START_TEST(two_values) {
    const double values[] = {3, 7};
    const xh_statistics_summary two = xh_statistics_summarise(2, values);
    ck_assert_double_eq(two.mean, 5);
    ck_assert_double_eq_tol(two.deviation, sqrt(8), 1e-14);
    ck_assert_double_eq_tol(two.half_width, 2 * tan(0.475 * acos(-1)), 1e-8);
}
END_TEST

START_TEST(too_few_values) {
    const xh_statistics_summary none = xh_statistics_summarise(0, NULL);
    ck_assert_uint_eq(none.count + none.excluded, 0);
    ck_assert(isnan(none.mean) && isnan(none.deviation) && isnan(none.half_width));
    ck_assert(isnan(none.least) && isnan(none.most));
    const double value = 4;
    const xh_statistics_summary one = xh_statistics_summarise(1, &value);
    ck_assert_double_eq(one.mean, 4);
    ck_assert(isnan(one.deviation) && isnan(one.half_width));
    const xh_statistics_paired pair = xh_statistics_pair(1, &value, &value);
    ck_assert_double_eq(pair.difference.mean, 0);
    ck_assert(isnan(pair.t) && isnan(pair.p));
}
END_TEST

START_TEST(equal_values) {
    const double values[] = {0.1, 0.1, 0.1}, others[] = {0.4, 0.4, 0.4};
    const xh_statistics_summary same = xh_statistics_summarise(3, values);
    ck_assert_double_eq(same.mean, 0.1);
    ck_assert_double_eq(same.deviation, 0);
    ck_assert_double_eq(same.half_width, 0);
    const xh_statistics_paired equal = xh_statistics_pair(3, values, values);
    ck_assert_double_eq(equal.t, 0);
    ck_assert_double_eq(equal.p, 1);
    const xh_statistics_paired lower = xh_statistics_pair(3, others, values);
    ck_assert_double_eq(lower.t, -INFINITY);
    ck_assert_double_eq(lower.p, 0);
}
END_TEST

/* Runs that failed do not count, and take their partner in a pair with them. */
START_TEST(values_that_are_none) {
    const double a[] = {1, NAN, 3, INFINITY, 5}, b[] = {2, 2, NAN, 2, 4};
    const xh_statistics_summary summary = xh_statistics_summarise(5, a);
    ck_assert_uint_eq(summary.count, 3);
    ck_assert_uint_eq(summary.excluded, 2);
    ck_assert_double_eq(summary.mean, 3);
    ck_assert_double_eq(summary.deviation, 2);
    const xh_statistics_paired pair = xh_statistics_pair(5, a, b);
    ck_assert_uint_eq(pair.difference.count, 2);
    ck_assert_uint_eq(pair.difference.excluded, 3);
    ck_assert_double_eq(pair.difference.mean, 0);
    ck_assert_double_eq(pair.p, 1);
}
END_TEST

/* A mean far above the spread takes no digit from it: NIST's set "NumAcc4", around 10^7, has a
 * deviation of exactly 0.1. */
START_TEST(far_from_zero) {
    double values[1001];
    for (int i = 0; i < 1001; i++) {
        values[i] = i == 0 ? 10000000.2 : i % 2 == 1 ? 10000000.1 : 10000000.3;
    }
    const xh_statistics_summary summary = xh_statistics_summarise(1001, values);
    ck_assert_double_eq_tol(summary.mean, 10000000.2, 1e-8);
    ck_assert_double_eq_tol(summary.deviation, 0.1, 1e-9);
}
END_TEST

static bool beats(const double *gain, const double *cost, size_t a, size_t b) {
    return gain[a] >= gain[b] && cost[a] <= cost[b] && (gain[a] > gain[b] || cost[a] < cost[b]);
}

/* Against the definition, on small whole numbers, so that there are many ties. */
START_TEST(front_is_what_it_says) {
    enum { POINTS = 40 };
    uint32_t state = (uint32_t)_i + 1;
    double gain[POINTS], cost[POINTS];
    for (size_t i = 0; i < POINTS; i++) {
        state = state * 1664525U + 1013904223U;
        gain[i] = (state >> 28) == 3 ? NAN : (double)(state >> 24 & 15);
        cost[i] = (double)(state >> 16 & 15);
    }
    bool front[POINTS];
    size_t marked = 0, expected = 0;
    ck_assert_int_eq(xh_statistics_pareto(POINTS, gain, cost, front, &marked, NULL), XH_OK);
    for (size_t i = 0; i < POINTS; i++) {
        bool beaten = isnan(gain[i]);
        for (size_t j = 0; j < POINTS; j++) {
            beaten = beaten || beats(gain, cost, j, i);
        }
        ck_assert_int_eq(front[i], !beaten);
        expected += !beaten;
    }
    ck_assert_uint_eq(marked, expected);
    ck_assert_uint_gt(marked, 0);
}
END_TEST

START_TEST(fronts_of_few) {
    size_t marked = 7;
    ck_assert_int_eq(xh_statistics_pareto(0, NULL, NULL, NULL, &marked, NULL), XH_OK);
    ck_assert_uint_eq(marked, 0);
    const double gain[] = {0.9, 0.9, 0.8}, cost[] = {2, 2, 2};
    bool front[3];
    ck_assert_int_eq(xh_statistics_pareto(3, gain, cost, front, &marked, NULL), XH_OK);
    ck_assert(front[0] && front[1] && !front[2] && marked == 2);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("statistics");
    TCase *tcase = tcase_create("statistics");
    const TTest *const tests[] = {students_sleep,       two_values,    too_few_values, equal_values,
                                  values_that_are_none, far_from_zero, fronts_of_few};
    for (size_t t = 0; t < sizeof(tests) / sizeof(tests[0]); t++) {
        tcase_add_test(tcase, tests[t]);
    }
    tcase_add_loop_test(tcase, front_is_what_it_says, 0, 50);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
