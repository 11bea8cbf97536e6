/**
 * Statistics of repeated runs: intervals, paired differences, effects of factors, Pareto fronts.
 *
 * Values that are not finite (a run that failed, a figure that there is none of) are left out and
 * counted. Figures that too few values give are NAN. Values carry the unit of what they measure;
 * means, deviations and intervals have it too, sums of squares its square, shares and probabilities
 * none.
 */
#ifndef CROSSHEBB_STATISTICS_H
#define CROSSHEBB_STATISTICS_H

#include "crosshebb/status.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a sample says of the mean that it was drawn around. */
typedef struct xh_statistics_summary {
    size_t count;       /* finite values */
    size_t excluded;    /* others */
    double mean;        /* NAN if there is no value */
    double deviation;   /* standard deviation, over count - 1; NAN below two values */
    double half_width;  /* of the two-sided 95 % interval of the mean, Student's t; NAN below two */
    double least, most; /* NAN if there is no value */
} xh_statistics_summary;

/** Summary of values [count], which may be NULL if count is 0. */
xh_statistics_summary xh_statistics_summarise(size_t count, const double *values);

/** What pairs of values (same seed, other setting) say of the mean difference. */
typedef struct xh_statistics_paired {
    xh_statistics_summary difference; /* b - a, over pairs of which both are finite */
    double t; /* mean over its standard error, count - 1 degrees of freedom */
    double p; /* two-sided, of a mean difference of 0; 1 if all differences are 0, 0 if all are the
                 same other number; NAN below two pairs */
} xh_statistics_paired;

/** Compares b with a, both [count]; entry i of both is one pair. */
xh_statistics_paired xh_statistics_pair(size_t count, const double *a, const double *b);

/** Factors at most, and coefficients at most of a model of effects. */
enum { XH_STATISTICS_FACTORS = 8, XH_STATISTICS_COEFFICIENTS = 1024 };
enum { XH_STATISTICS_TERMS = XH_STATISTICS_FACTORS * (XH_STATISTICS_FACTORS + 1) / 2 };

/** A term of the model: the main effect of a factor (second == first), or the interaction of two. */
typedef struct xh_statistics_effect {
    size_t first, second;
    size_t freedom; /* degrees of freedom; 0: the other terms leave nothing of it to estimate */
    double squares; /* sum of squares, adjusted for all other terms */
    double share;   /* of the total sum of squares; NAN if all values are equal */
    double f;       /* its mean square over the residual one; NAN without residual freedom, or where
                       both are 0 */
    double p;       /* of an F at least as large if the term has no effect; NAN where f is */
} xh_statistics_effect;

typedef struct xh_statistics_effects {
    size_t count;            /* finite values */
    size_t excluded;         /* others */
    double total_squares;    /* about the mean */
    double residual_squares; /* that the model leaves */
    size_t residual_freedom;
    size_t term_count;
    xh_statistics_effect terms[XH_STATISTICS_TERMS]; /* main effects, then interactions (0, 1), (0,
                                                        2), ... (1, 2), ... */
} xh_statistics_effects;

/**
 * Effects of factors on values [count], by least squares. The model of a value is
 *
 *     mean + sum_f main effect of its level of f (+ sum_{f < g} effect of its two levels) + residual
 *
 * with sum-to-zero contrasts: the effects of a factor's levels add up to 0, those of an interaction
 * over either factor. The sum of squares of a term is what the residual one grows by without it
 * (type III): in a balanced design the terms' add up, in any other none is credited with what
 * another explains as well. Combinations of levels may be missing; freedom then falls by what they
 * leave undetermined.
 *
 * levels [factors][count] are whole numbers from 0 on, of which every level below a factor's
 * largest should occur. XH_INPUT for more than XH_STATISTICS_FACTORS factors, none, a level
 * that is negative or far too large, or more than XH_STATISTICS_COEFFICIENTS coefficients; XH_MEMORY.
 */
xh_status xh_statistics_analyse(size_t count, const double *values, size_t factors,
                                const int *levels, bool interactions,
                                xh_statistics_effects *effects, xh_error *error);

/**
 * The Pareto front of points with a gain, to be large, and a cost, to be small, both [count]:
 * front[i] is true if no point has at least its gain at no more than its cost, and one of both
 * better; *marked is how many are. Equal points are on the front together; points that are not
 * finite never are. XH_MEMORY.
 */
xh_status xh_statistics_pareto(size_t count, const double *gain, const double *cost, bool *front,
                               size_t *marked, xh_error *error);

#ifdef __cplusplus
}
#endif

#endif
