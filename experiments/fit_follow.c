/*
 * A train of pulses followed through a device model, read by read.
 *
 * The estimate x of the conductance has the variance P. Pulses of the model itself, one for each of
 * NODES equally probable values of its noise, lead from x to a mean m and a variance V; from x a
 * little above and below, to the derivative F. Then, with the variance R of a read y,
 *
 *     innovation y - m,  its variance S = F^2 P + V + R,  gain K = (F^2 P + V) / S
 *     x <- m + K (y - m),  P <- (1 - K) (F^2 P + V)
 *
 * which is the extended Kalman filter, whose innovations are independent if the model is true. The
 * mean and variance of pulses that a bound cuts short are thus what the model makes of them.
 */
#include "fit_internal.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 16, CELLS = NODES + 2, ABOVE = NODES, BELOW };

struct xh_fit_follower {
    const xh_device_model *model;
    xh_cells cells;
    float plane[XH_DEVICE_PLANES][CELLS];
    float direction[2][CELLS];
    float noise[XH_DEVICE_DRAWS * CELLS]; /* of the first draw; others are zero */
};

/* Means of a standard normal within NODES parts of equal probability, stretched to its variance. */
static void fill_nodes(float *noise) {
    double node[NODES], sum = 0;
    for (int i = 0; i < NODES; i++) {
        const double from = gsl_cdf_ugaussian_Pinv((double)i / NODES);
        const double to = gsl_cdf_ugaussian_Pinv((double)(i + 1) / NODES);
        const double density = i > 0 ? gsl_ran_ugaussian_pdf(from) : 0;
        node[i] = NODES * (density - (i + 1 < NODES ? gsl_ran_ugaussian_pdf(to) : 0));
        sum += node[i] * node[i];
    }
    for (int i = 0; i < NODES; i++) {
        noise[i] = (float)(node[i] / sqrt(sum / NODES));
    }
}

xh_fit_follower *xh_fit_follower_create(const xh_device_model *model) {
    xh_fit_follower *made = calloc(1, sizeof *made);
    if (!made) {
        return NULL;
    }
    made->model = model;
    made->cells.count = CELLS;
    fill_nodes(made->noise);
    for (int c = 0; c < CELLS; c++) {
        made->direction[0][c] = 1;
        made->direction[1][c] = -1;
    }
    return made;
}

void xh_fit_follower_free(xh_fit_follower *follower) {
    free(follower);
}

/* The estimate of a conductance. */
typedef struct estimate {
    double mean;
    double variance;
} estimate;

static void begin(xh_fit_follower *f, const xh_fit_params *params) {
    const size_t kept = xh_device_kept(f->model, &params->values);
    for (size_t p = 0; p < f->model->planes; p++) {
        f->cells.plane[p] = p < kept ? f->plane[p] : NULL;
    }
    f->model->init(&params->values, f->cells, (xh_rng){1, XH_RNG_DEVICE, 0, 0}, 0, 0.0);
}

/* A pulse of every cell; the share of them that a bound cuts short. */
static double pulse(xh_fit_follower *f, const xh_fit_params *params, int direction) {
    xh_pulse_tally tally = {0};
    f->model->pulse(&params->values, f->cells, f->direction[direction < 0], f->noise, 0.0, &tally);
    return (double)tally.clipped / CELLS;
}

/* One pulse of the estimate. */
static estimate advance(xh_fit_follower *f, const xh_fit_params *params, int direction,
                        estimate now, double *cut) {
    float *g = f->plane[0];
    const double apart = fmax(sqrt(now.variance), 1e-4 * fabs(now.mean));
    for (int c = 0; c < NODES; c++) {
        g[c] = (float)now.mean;
    }
    g[ABOVE] = (float)(now.mean + apart);
    g[BELOW] = (float)(now.mean - apart);
    *cut = pulse(f, params, direction);
    double sum = 0, squares = 0;
    for (int c = 0; c < NODES; c++) {
        sum += (double)g[c];
    }
    for (int c = 0; c < NODES; c++) {
        const double away = (double)g[c] - sum / NODES;
        squares += away * away;
    }
    const double slope = apart > 0 ? ((double)g[ABOVE] - (double)g[BELOW]) / (2 * apart) : 1;
    return (estimate){sum / NODES, slope * slope * now.variance + squares / NODES};
}

void xh_fit_follow(xh_fit_follower *follower, const xh_fit_params *params,
                   const xh_measured *measured, const xh_measured_train *train,
                   double read_deviation, double least, bool held, xh_fit_course *course) {
    const double noise = read_deviation * read_deviation;
    const xh_measured_row *row = measured->row + train->first;
    estimate now = {row->conductance, noise};
    begin(follower, params);
    for (size_t i = 1; i < train->count; i++) {
        const size_t at = train->first + i;
        row = measured->row + at;
        const double before = now.mean;
        for (long p = 0; p < row->pulses; p++) {
            now = advance(follower, params, row->direction, now, &course->cut[at]);
        }
        const double innovation = row->conductance - now.mean;
        course->before[at] = before;
        course->expected[at] = now.mean;
        course->innovation[at] = innovation;
        if (!held) {
            course->deviation[at] = fmax(sqrt(now.variance + noise), least);
            course->gain[at] = noise > 0 ? now.variance / (now.variance + noise) : 1;
        }
        now.mean += course->gain[at] * innovation;
        now.variance *= 1 - course->gain[at];
    }
}
