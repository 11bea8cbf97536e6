/* Effects of factors: published analyses of variance, closed forms, designs with holes. */
#include "crosshebb/statistics.h"
#include "suite.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Resistivity of silicon by five instruments: NIST's Statistical Reference Datasets, analysis of
 * variance, set "SiRstv", with certified values. */
START_TEST(nist_resistivity) {
    static const double values[] = {
        196.3052, 196.1240, 196.1890, 196.2569, 196.3403, 196.3042, 196.3825, 196.1669, 196.3257,
        196.0422, 196.1303, 196.2005, 196.2889, 196.0343, 196.1811, 196.2795, 196.1748, 196.1494,
        196.1485, 195.9885, 196.2119, 196.1051, 196.1850, 196.0052, 196.2090};
    int levels[25];
    for (int i = 0; i < 25; i++) {
        levels[i] = i / 5;
    }
    xh_statistics_effects effects;
    ck_assert_int_eq(xh_statistics_analyse(25, values, 1, levels, true, &effects, NULL), XH_OK);
    ck_assert_uint_eq(effects.term_count, 1);
    const xh_statistics_effect *term = &effects.terms[0];
    ck_assert_uint_eq(term->freedom, 4);
    ck_assert_uint_eq(effects.residual_freedom, 20);
    ck_assert_double_eq_tol(term->squares, 5.11462616000000e-02, 1e-11);
    ck_assert_double_eq_tol(effects.residual_squares, 2.16636560000000e-01, 1e-11);
    ck_assert_double_eq_tol(term->f, 1.18046237440255, 1e-9);
    ck_assert_double_eq_tol(term->share, 1.90999039051129e-01, 1e-10);
}
END_TEST

/* Growth of teeth of 60 guinea pigs by source of vitamin C and dose (Crampton, J. Nutrition 33
 * (1947); data set "ToothGrowth" of R). R says of aov(len ~ supp * factor(dose)): */
static const double lengths[] = {
    4.2,  11.5, 7.3,  5.8,  6.4,  10.0, 11.2, 11.2, 5.2,  7.0,  16.5, 16.5, 15.2, 17.3, 22.5,
    17.3, 13.6, 14.5, 18.8, 15.5, 23.6, 18.5, 33.9, 25.5, 26.4, 32.5, 26.7, 21.5, 23.3, 29.5,
    15.2, 21.5, 17.6, 9.7,  14.5, 10.0, 8.2,  9.4,  16.5, 9.7,  19.7, 23.3, 23.6, 26.4, 20.0,
    25.2, 25.8, 21.2, 14.5, 27.3, 25.5, 26.4, 22.4, 24.5, 24.8, 30.9, 26.4, 27.3, 29.4, 23.0};
static const struct {
    size_t freedom;
    double squares, f;
} growth[] = {{1, 205.35, 15.572}, {2, 2426.43, 92.000}, {2, 108.32, 4.107}};

static void tooth_levels(int levels[2][60]) {
    for (int i = 0; i < 60; i++) {
        levels[0][i] = i / 30;
        levels[1][i] = i / 10 % 3;
    }
}

START_TEST(growth_of_teeth) {
    int levels[2][60];
    tooth_levels(levels);
    xh_statistics_effects effects;
    ck_assert_int_eq(xh_statistics_analyse(60, lengths, 2, levels[0], true, &effects, NULL), XH_OK);
    ck_assert_uint_eq(effects.term_count, 3);
    double sum = effects.residual_squares;
    for (size_t t = 0; t < 3; t++) {
        const xh_statistics_effect *term = &effects.terms[t];
        ck_assert_uint_eq(term->freedom, growth[t].freedom);
        ck_assert_double_eq_tol(term->squares, growth[t].squares, 5e-3);
        ck_assert_double_eq_tol(term->f, growth[t].f, 5e-4);
        ck_assert_double_eq_tol(term->share, term->squares / effects.total_squares, 1e-15);
        sum += term->squares;
    }
    ck_assert_double_eq_tol(effects.residual_squares, 712.11, 5e-3);
    ck_assert_double_eq_tol(effects.terms[0].p, 0.0002312, 5e-8);
    ck_assert_double_eq_tol(effects.terms[2].p, 0.02186, 5e-6);
    ck_assert_uint_eq(effects.residual_freedom, 54);
    ck_assert_double_eq_tol(sum, effects.total_squares, 1e-9);
}
END_TEST

/* Without interactions, what they explain is residual. */
START_TEST(main_effects_alone) {
    int levels[2][60];
    tooth_levels(levels);
    xh_statistics_effects effects;
    ck_assert_int_eq(xh_statistics_analyse(60, lengths, 2, levels[0], false, &effects, NULL),
                     XH_OK);
    ck_assert_uint_eq(effects.term_count, 2);
    ck_assert_uint_eq(effects.residual_freedom, 56);
    ck_assert_double_eq_tol(effects.residual_squares, 712.11 + 108.32, 1e-2);
}
END_TEST

/* Two levels each, unbalanced: with cell means m and numbers n, the interaction's sum of squares is
 * (m00 - m01 - m10 + m11)^2 / sum 1/n, those of the main effects likewise with other signs (means
 * of cells, not of values), and the residual is that within the cells. */
START_TEST(unbalanced_cells) {
    static const int number[2][2] = {{2, 5}, {3, 4}};
    static const double signs[3][4] = {{1, 1, -1, -1}, {1, -1, 1, -1}, {1, -1, -1, 1}};
    double values[14], mean[4] = {0}, within = 0, inverse = 0;
    int levels[2][14];
    size_t n = 0;
    for (int a = 0; a < 2; a++) {
        for (int b = 0; b < 2; b++) {
            const size_t begin = n;
            for (int k = 0; k < number[a][b]; k++, n++) {
                levels[0][n] = a;
                levels[1][n] = b;
                values[n] = 3 * a - b + 2 * a * b + sin(5.0 * (double)n);
                mean[2 * a + b] += values[n] / number[a][b];
            }
            for (size_t i = begin; i < n; i++) {
                within += pow(values[i] - mean[2 * a + b], 2);
            }
            inverse += 1.0 / number[a][b];
        }
    }
    xh_statistics_effects effects;
    ck_assert_int_eq(xh_statistics_analyse(14, values, 2, levels[0], true, &effects, NULL), XH_OK);
    ck_assert_double_eq_tol(effects.residual_squares, within, 1e-10);
    ck_assert_uint_eq(effects.residual_freedom, 10);
    for (size_t t = 0; t < 3; t++) {
        double difference = 0;
        for (int c = 0; c < 4; c++) {
            difference += signs[t][c] * mean[c];
        }
        const double squares = difference * difference / inverse;
        ck_assert_double_eq_tol(effects.terms[t].squares, squares, 1e-10);
        ck_assert_double_eq_tol(effects.terms[t].f, squares / (within / 10), 1e-9);
        ck_assert_double_eq_tol(effects.terms[t].p, gsl_cdf_fdist_Q(squares / (within / 10), 1, 10),
                                1e-12);
    }
}
END_TEST

/* A diagonal of combinations tells nothing of one factor that the other does not tell as well; a
 * combination that is missing takes its degree of freedom from the interaction. */
START_TEST(missing_combinations) {
    static const int diagonal[2][6] = {{0, 0, 1, 1, 2, 2}, {0, 0, 1, 1, 2, 2}};
    static const double values[] = {1, 1.5, 3, 3.25, 8, 8.5};
    xh_statistics_effects effects;
    ck_assert_int_eq(xh_statistics_analyse(6, values, 2, diagonal[0], true, &effects, NULL), XH_OK);
    ck_assert_uint_eq(effects.residual_freedom, 3);
    for (size_t t = 0; t < 3; t++) {
        ck_assert_uint_eq(effects.terms[t].freedom, 0);
        ck_assert(isnan(effects.terms[t].f) && isnan(effects.terms[t].p));
        ck_assert_double_eq(effects.terms[t].squares, 0);
    }
    static const int holed[2][5] = {{0, 0, 1, 1, 0}, {0, 1, 0, 2, 2}};
    ck_assert_int_eq(xh_statistics_analyse(5, values, 2, holed[0], true, &effects, NULL), XH_OK);
    ck_assert_uint_eq(effects.terms[2].freedom, 1);
    ck_assert_uint_eq(effects.residual_freedom, 0);
    ck_assert(isnan(effects.terms[0].f));
}
END_TEST

START_TEST(values_that_are_none) {
    static const int levels[] = {0, 0, 0, 1, 1, 1};
    const double values[] = {1, 2, NAN, 4, NAN, 6};
    xh_statistics_effects effects;
    ck_assert_int_eq(xh_statistics_analyse(6, values, 1, levels, true, &effects, NULL), XH_OK);
    ck_assert_uint_eq(effects.count, 4);
    ck_assert_uint_eq(effects.excluded, 2);
    ck_assert_double_eq_tol(effects.terms[0].squares, 12.25, 1e-12);
    ck_assert_double_eq_tol(effects.residual_squares, 2.5, 1e-12);
}
END_TEST

START_TEST(equal_values_and_no_noise) {
    static const int levels[] = {0, 0, 1, 1};
    const double equal[] = {0.7, 0.7, 0.7, 0.7}, exact[] = {0.7, 0.7, 0.9, 0.9};
    xh_statistics_effects effects;
    ck_assert_int_eq(xh_statistics_analyse(4, equal, 1, levels, true, &effects, NULL), XH_OK);
    ck_assert(isnan(effects.terms[0].share) && isnan(effects.terms[0].f));
    ck_assert_int_eq(xh_statistics_analyse(4, exact, 1, levels, true, &effects, NULL), XH_OK);
    ck_assert_double_eq(effects.residual_squares, 0);
    ck_assert_double_eq(effects.terms[0].f, INFINITY);
    ck_assert_double_eq(effects.terms[0].p, 0);
    ck_assert_double_eq_tol(effects.terms[0].share, 1, 1e-12);
}
END_TEST

START_TEST(nothing_to_analyse) {
    const double value = 3;
    const int level = 0;
    xh_statistics_effects effects;
    ck_assert_int_eq(xh_statistics_analyse(0, &value, 1, &level, true, &effects, NULL), XH_OK);
    ck_assert_uint_eq(effects.count + effects.residual_freedom, 0);
    ck_assert_int_eq(xh_statistics_analyse(1, &value, 1, &level, true, &effects, NULL), XH_OK);
    ck_assert_uint_eq(effects.residual_freedom, 0);
    ck_assert_uint_eq(effects.terms[0].freedom, 0);
}
END_TEST

static void refuse(size_t count, size_t factors, const int *levels, const char *wanted) {
    static const double values[4] = {1, 2, 3, 4};
    xh_statistics_effects effects = {.count = 42};
    xh_error error = {0};
    ck_assert_int_eq(xh_statistics_analyse(count, values, factors, levels, true, &effects, &error),
                     XH_INPUT);
    ck_assert_str_eq(error.text, wanted);
    ck_assert_uint_eq(effects.count, 42);
}

START_TEST(wrong_designs_are_told) {
    static const int levels[] = {0, 1, -3, 1}, wide[] = {0, 1023, 0, 1023}, far[] = {0, 4000};
    refuse(2, 0, levels, "0 factors are outside [1, 8]");
    refuse(2, 9, levels, "9 factors are outside [1, 8]");
    refuse(2, 2, levels, "level -3 of factor 1 is outside [0, 1024)");
    refuse(2, 1, far, "level 4000 of factor 0 is outside [0, 1024)");
    refuse(2, 2, wide, "1048576 coefficients of effects are more than 1024");
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        nist_resistivity,   growth_of_teeth,        main_effects_alone,
        unbalanced_cells,   missing_combinations,   values_that_are_none,
        nothing_to_analyse, wrong_designs_are_told, equal_values_and_no_noise};
    return xh_suite_run("statistics_effects", tests, sizeof(tests) / sizeof(tests[0]));
}
