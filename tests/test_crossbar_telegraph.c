/* Random telegraph noise: how many cells have it, how far it goes, and how fast it changes. Counts are
 * binomial; bounds are 5 deviations, a false alarm of one in 1.7 million each. */
#include "crossbar_fixture.h"

#include <math.h>
#include <string.h>

enum { INPUTS = 100, OUTPUTS = 100, CELLS = 2 * INPUTS * OUTPUTS };

static xh_crossbar_params trapped(double share, double shortest, double longest) {
    xh_crossbar_params params = xh_plain_crossbar();
    params.telegraph_share = share;
    params.telegraph_shortest = shortest;
    params.telegraph_longest = longest;
    return params;
}

/* Pristine cells, all at the middle of the range. */
static xh_crossbar *make(const xh_crossbar_params *params) {
    return xh_make_crossbar(INPUTS, OUTPUTS, "ideal", NULL, 0, params, 1);
}

static void check_share(size_t found, double share) {
    ck_assert_double_eq_tol((double)found, CELLS * share, 5 * sqrt(CELLS * share * (1 - share)));
}

static size_t count_changed(const float *before, const float *after) {
    size_t changed = 0;
    for (size_t c = 0; c < CELLS; c++) {
        changed += before[c] != after[c];
    }
    return changed;
}

/* What all pristine cells conduct. */
static float quiet(void) {
    static float conductance[CELLS];
    const xh_crossbar_params params = xh_plain_crossbar();
    xh_crossbar *crossbar = make(&params);
    xh_probe_conductances(crossbar, conductance);
    xh_crossbar_free(crossbar);
    return conductance[0];
}

static void check_levels(double amplitude) {
    static float conductance[CELLS];
    xh_crossbar_params params = trapped(0.3, 1, 1);
    params.telegraph_amplitude = amplitude;
    xh_crossbar *crossbar = make(&params);
    xh_probe_conductances(crossbar, conductance);
    const double empty = (double)quiet();
    const double share = fmin(0.5, amplitude / empty / 1e4);
    size_t full = 0;
    for (size_t c = 0; c < CELLS; c++) {
        const bool lower = (double)conductance[c] < empty * (1 - share / 2);
        const double level = lower ? empty * (1 - share) : empty;
        ck_assert_double_eq_tol((double)conductance[c], level, 1e-6 * empty);
        full += lower;
    }
    check_share(full, 0.15);
    xh_crossbar_free(crossbar);
}

START_TEST(half_the_traps_are_full) {
    check_levels(1e-3);
    check_levels(0.02);
    check_levels(1); /* limited to half */
}
END_TEST

START_TEST(traps_change_at_their_rate) {
    static const double after[] = {0.01, 0.1, 0.5, 2, 50};
    static float before[CELLS], later[CELLS];
    const xh_crossbar_params params = trapped(1, 0.5, 0.5);
    xh_crossbar *crossbar = make(&params);
    for (size_t k = 0; k < sizeof(after) / sizeof(after[0]); k++) {
        xh_probe_conductances(crossbar, before);
        xh_crossbar_age(crossbar, after[k] / 4); /* in parts, which make no difference */
        xh_crossbar_age(crossbar, after[k] * 3 / 4);
        xh_probe_conductances(crossbar, later);
        check_share(count_changed(before, later), (1 - exp(-2 * after[k] / 0.5)) / 2);
    }
    xh_crossbar_free(crossbar);
}
END_TEST

/* Share that change in a second, with dwell times log-uniform between two. */
static double changing(double shortest, double longest) {
    enum { STEPS = 20000 };
    double sum = 0;
    for (int k = 0; k < STEPS; k++) {
        const double dwell = shortest * pow(longest / shortest, (k + 0.5) / STEPS);
        sum += (1 - exp(-2 / dwell)) / 2;
    }
    return sum / STEPS;
}

START_TEST(dwell_times_are_log_uniform) {
    static const double spans[][2] = {{1e-3, 1e3}, {1e-6, 1}, {1, 100}};
    static float before[CELLS], later[CELLS];
    for (size_t k = 0; k < sizeof(spans) / sizeof(spans[0]); k++) {
        const xh_crossbar_params params = trapped(1, spans[k][0], spans[k][1]);
        xh_crossbar *crossbar = make(&params);
        xh_probe_conductances(crossbar, before);
        xh_crossbar_age(crossbar, 1);
        xh_probe_conductances(crossbar, later);
        check_share(count_changed(before, later), changing(spans[k][0], spans[k][1]));
        xh_crossbar_free(crossbar);
    }
}
END_TEST

/* Reads see the traps; no time, no change; and nothing is left of them without. */
START_TEST(reads_see_traps) {
    const xh_crossbar_params plain = xh_plain_crossbar();
    xh_crossbar_params params = trapped(0.5, 1e-3, 1e-3);
    float x[INPUTS];
    for (size_t j = 0; j < INPUTS; j++) {
        x[j] = 1;
    }
    for (int without = 0; without < 2; without++) {
        snprintf(params.without, sizeof params.without, "%s", without ? "telegraph_noise" : "");
        xh_crossbar *crossbar = make(&params);
        xh_crossbar *ideal = make(&plain);
        float *quiet_u = xh_read_all(ideal, 1, x, XH_PHASE_inference);
        float *first = xh_read_all(crossbar, 1, x, XH_PHASE_inference);
        xh_crossbar_age(crossbar, 0);
        float *again = xh_read_all(crossbar, 1, x, XH_PHASE_inference);
        xh_crossbar_age(crossbar, 1);
        float *later = xh_read_all(crossbar, 1, x, XH_PHASE_inference);
        ck_assert_mem_eq(first, again, OUTPUTS * sizeof(float));
        ck_assert_int_eq(memcmp(first, later, OUTPUTS * sizeof(float)) == 0, without);
        ck_assert_int_eq(memcmp(first, quiet_u, OUTPUTS * sizeof(float)) == 0, without);
        float *arrays[] = {quiet_u, first, again, later};
        for (size_t k = 0; k < sizeof(arrays) / sizeof(arrays[0]); k++) {
            xh_array_free(arrays[k]);
        }
        xh_crossbar_free(crossbar);
        xh_crossbar_free(ideal);
    }
}
END_TEST

START_TEST(times_must_be_in_order) {
    xh_error error = {0};
    const xh_crossbar_params params = trapped(0.5, 2, 1);
    ck_assert_int_eq(xh_crossbar_check(&params, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "telegraph_shortest"));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {half_the_traps_are_full, traps_change_at_their_rate,
                                  dwell_times_are_log_uniform, reads_see_traps,
                                  times_must_be_in_order};
    return xh_suite_run("crossbar_telegraph", tests, sizeof(tests) / sizeof(tests[0]));
}
