/* Where the points of a sweep lie. */
#include "experiments/sweep_design.h"
#include "suite.h"

#include <gsl/gsl_qrng.h>

enum { POINTS = 37, AXES = 3 };

START_TEST(a_grid_has_every_combination_once) {
    const size_t levels[AXES] = {2, 3, 4};
    int seen[2][3][4] = {{{0}}};
    ck_assert_uint_eq(xh_design_grid_points(levels, AXES, 24), 24);
    for (size_t p = 0; p < 24; p++) {
        size_t choice[AXES];
        xh_design_grid(levels, AXES, p, choice);
        ck_assert(choice[0] < 2 && choice[1] < 3 && choice[2] < 4);
        ck_assert_uint_eq(choice[2], p % 4);
        seen[choice[0]][choice[1]][choice[2]]++;
    }
    for (size_t i = 0; i < 24; i++) {
        ck_assert_int_eq((&seen[0][0][0])[i], 1);
    }
}
END_TEST

START_TEST(a_grid_is_bounded) {
    const size_t levels[AXES] = {1000, 1000, 1000};
    ck_assert_uint_eq(xh_design_grid_points(levels, 2, 1000000), 1000000);
    ck_assert_uint_eq(xh_design_grid_points(levels, 3, 1000000), 0);
    ck_assert_uint_eq(xh_design_grid_points(levels, 0, 1000000), 1);
}
END_TEST

/* Every one of the equal parts of each axis has exactly one point, in another order on each. */
START_TEST(a_latin_hypercube_is_stratified) {
    double u[POINTS * AXES];
    ck_assert_int_eq(xh_design_latin_hypercube(POINTS, AXES, 5, u, NULL), XH_OK);
    size_t moved = 0;
    for (size_t a = 0; a < AXES; a++) {
        int hits[POINTS] = {0};
        for (size_t p = 0; p < POINTS; p++) {
            const double x = u[p * AXES + a] * POINTS;
            ck_assert(x >= 0 && x < POINTS);
            hits[(size_t)x]++;
            moved += (size_t)x != (size_t)(u[p * AXES] * POINTS);
        }
        for (size_t p = 0; p < POINTS; p++) {
            ck_assert_int_eq(hits[p], 1);
        }
    }
    /* Two random orders agree in one place on average, in 12 with a probability below 1e-9. */
    ck_assert_uint_gt(moved, 2 * (POINTS - 12));
}
END_TEST

START_TEST(a_latin_hypercube_is_its_seed) {
    double first[POINTS * AXES], again[POINTS * AXES], other[POINTS * AXES];
    xh_design_latin_hypercube(POINTS, AXES, 5, first, NULL);
    xh_design_latin_hypercube(POINTS, AXES, 5, again, NULL);
    xh_design_latin_hypercube(POINTS, AXES, 6, other, NULL);
    ck_assert_mem_eq(first, again, sizeof(first));
    ck_assert_mem_ne(first, other, sizeof(first));
}
END_TEST

START_TEST(sobol_is_that_of_gsl) {
    double u[POINTS * AXES], expected[AXES];
    ck_assert_int_eq(xh_design_sobol(POINTS, AXES, u, NULL), XH_OK);
    gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, AXES);
    for (size_t p = 0; p < POINTS; p++) {
        gsl_qrng_get(sequence, expected);
        ck_assert_mem_eq(u + p * AXES, expected, sizeof(expected));
    }
    gsl_qrng_free(sequence);
    ck_assert_double_eq(u[0], 0.5);
}
END_TEST

int main(void) {
    const TTest *tests[] = {a_grid_has_every_combination_once, a_grid_is_bounded,
                            a_latin_hypercube_is_stratified, a_latin_hypercube_is_its_seed,
                            sobol_is_that_of_gsl};
    return xh_suite_run("sweep_design", tests, sizeof tests / sizeof tests[0]);
}
