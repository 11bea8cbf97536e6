/* Intervals, paired differences and Pareto fronts of repeated runs. */
#include "crosshebb/statistics.h"

#include "crosshebb/array.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* A sample: values, or their differences to those of minus. */
typedef struct sample {
    size_t count;
    const double *values;
    const double *minus; /* NULL: the values themselves */
} sample;

static double value_at(sample from, size_t i) {
    return from.minus ? from.values[i] - from.minus[i] : from.values[i];
}

/* Mean and spread in two passes, so that a large mean takes nothing from the spread. */
static void add_spread(sample from, xh_statistics_summary *summary) {
    double square = 0;
    for (size_t i = 0; i < from.count; i++) {
        const double value = value_at(from, i);
        if (isfinite(value)) {
            square += (value - summary->mean) * (value - summary->mean);
        }
    }
    const double freedom = (double)summary->count - 1;
    summary->deviation = sqrt(square / freedom);
    summary->half_width =
        gsl_cdf_tdist_Pinv(0.975, freedom) * summary->deviation / sqrt((double)summary->count);
}

static xh_statistics_summary summarise(sample from) {
    xh_statistics_summary summary = {
        .mean = NAN, .deviation = NAN, .half_width = NAN, .least = NAN, .most = NAN};
    double origin = 0, sum = 0; /* the first value, and how far the others are from it */
    for (size_t i = 0; i < from.count; i++) {
        const double value = value_at(from, i);
        if (!isfinite(value)) {
            summary.excluded++;
            continue;
        }
        origin = summary.count == 0 ? value : origin;
        summary.count++;
        sum += value - origin;
        summary.least = fmin(summary.least, value); /* a NAN gives way to the number */
        summary.most = fmax(summary.most, value);
    }
    if (summary.count > 0) {
        summary.mean = origin + sum / (double)summary.count;
    }
    if (summary.count > 1) {
        add_spread(from, &summary);
    }
    return summary;
}

xh_statistics_summary xh_statistics_summarise(size_t count, const double *values) {
    return summarise((sample){count, values, NULL});
}

xh_statistics_paired xh_statistics_pair(size_t count, const double *a, const double *b) {
    xh_statistics_paired paired = {summarise((sample){count, b, a}), NAN, NAN};
    const xh_statistics_summary *difference = &paired.difference;
    if (difference->count < 2) {
        return paired;
    }
    if (difference->deviation > 0) {
        const double pairs = (double)difference->count;
        paired.t = difference->mean * sqrt(pairs) / difference->deviation;
        paired.p = 2 * gsl_cdf_tdist_Q(fabs(paired.t), pairs - 1);
    } else {
        paired.t = difference->mean == 0 ? 0 : copysign(INFINITY, difference->mean);
        paired.p = difference->mean == 0 ? 1 : 0;
    }
    return paired;
}

typedef struct point {
    double gain;
    double cost;
    size_t index;
} point;

/* Cheapest first, of equally cheap ones the one that gains most. */
static int by_cost(const void *left, const void *right) {
    const point *a = left;
    const point *b = right;
    if (a->cost != b->cost) {
        return a->cost < b->cost ? -1 : 1;
    }
    return (a->gain < b->gain) - (a->gain > b->gain);
}

/* Of points in that order, a point is on the front if it gains more than all before it, or is equal
 * to the one that did. */
static size_t mark_front(size_t count, const point *points, bool *front) {
    size_t marked = 0;
    const point *best = NULL;
    for (size_t i = 0; i < count; i++) {
        const point *next = &points[i];
        if (!best || next->gain > best->gain) {
            best = next;
        }
        front[next->index] = next->gain == best->gain && next->cost == best->cost;
        marked += front[next->index];
    }
    return marked;
}

xh_status xh_statistics_pareto(size_t count, const double *gain, const double *cost, bool *front,
                               size_t *marked, xh_error *error) {
    point *points = xh_array_create(count, sizeof(*points));
    if (!points && count > 0) {
        return xh_error_set(error, XH_MEMORY, "no memory for the front of %zu points", count);
    }
    size_t finite = 0;
    for (size_t i = 0; i < count; i++) {
        front[i] = false;
        if (isfinite(gain[i]) && isfinite(cost[i])) {
            points[finite++] = (point){gain[i], cost[i], i};
        }
    }
    if (finite > 0) {
        qsort(points, finite, sizeof(*points), by_cost);
    }
    *marked = mark_front(finite, points, front);
    xh_array_free(points);
    return XH_OK;
}
