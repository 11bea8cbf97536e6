/*
 * Timing. A measurement calls the work until enough time has passed for the clock, the caches and
 * the scheduler not to matter; several are taken, because other programs disturb some of them.
 */
#include "bench.h"
#include "run_internal.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>

/* Seconds a call. */
static xh_status measure(double least, xh_bench_work work, double *seconds, xh_error *error) {
    const double began = xh_run_clock();
    double passed = 0;
    size_t calls = 0;
    do {
        const xh_status status = work.run(work.context, error);
        if (status != XH_OK) {
            return status;
        }
        calls++;
        passed = xh_run_clock() - began;
    } while (passed < least);
    *seconds = passed / (double)calls;
    return XH_OK;
}

xh_status xh_bench_time(const xh_bench_effort *effort, xh_bench_work work, xh_bench_result *result,
                        xh_error *error) {
    double best = INFINITY;
    xh_status status = work.run(work.context, error);
    for (size_t r = 0; status == XH_OK && r < effort->repeats; r++) {
        double seconds = 0;
        status = measure(effort->seconds, work, &seconds, error);
        best = fmin(best, seconds);
    }
    *result = (xh_bench_result){best, NAN, NAN};
    return status;
}

/* Work, and then what it is held against. */
static xh_status measure_pair(const xh_bench_effort *effort, xh_bench_work work,
                              xh_bench_work bound, double *value, double *ratio, xh_error *error) {
    double least = 0;
    xh_status status = measure(effort->seconds, work, value, error);
    if (status == XH_OK) {
        status = measure(effort->seconds, bound, &least, error);
        *ratio = *value / least;
    }
    return status;
}

xh_status xh_bench_compare(const xh_bench_effort *effort, xh_bench_work work, xh_bench_work bound,
                           xh_bench_result *result, xh_error *error) {
    double values[XH_BENCH_REPEATS], ratios[XH_BENCH_REPEATS];
    xh_status status = work.run(work.context, error);
    if (status == XH_OK) {
        status = bound.run(bound.context, error);
    }
    for (size_t r = 0; status == XH_OK && r < effort->repeats; r++) {
        status = measure_pair(effort, work, bound, &values[r], &ratios[r], error);
    }
    if (status == XH_OK) {
        result->value = gsl_stats_median(values, 1, effort->repeats);
        result->ratio = gsl_stats_median(ratios, 1, effort->repeats);
        result->bound = result->value / result->ratio;
    }
    return status;
}
