/*
 * From devices to their population. Coordinates v of D devices, each with the covariance C of its
 * own estimate, have the mean m and the covariance S over devices:
 *
 *     mean      m, with the covariance S / D and Student's t of D - 1; of a single device C and t of
 *               its reads
 *     spread    S less the mean of C, which is what the estimates scatter by in any case; its
 *               interval that of S by chi squared
 *
 * and parameters follow from m to first order.
 */
#include "fit_internal.h"

#include <gsl/gsl_cdf.h>

#include <math.h>
#include <string.h>

enum { K = XH_FIT_COORDINATES };

/* Means over devices. */
typedef struct population {
    const xh_fit_state *state;
    size_t count; /* of coordinates */
    double mean[K];
    double between[K * K]; /* S */
    double within[K * K];  /* mean of C */
    double of_mean[K * K]; /* covariance of the mean */
    double quantile;       /* of its 95 % interval, in standard errors */
} population;

static population sum_up(const xh_fit_state *state) {
    const size_t n = state->recipe->count, devices = state->measured->devices;
    population p = {.state = state, .count = n};
    size_t steps = 0;
    for (size_t d = 0; d < devices; d++) {
        steps += state->steps[d];
        for (size_t k = 0; k < n; k++) {
            p.mean[k] += state->coordinate[d * n + k] / (double)devices;
        }
        for (size_t k = 0; k < n * n; k++) {
            p.within[k] += state->covariance[d * n * n + k] / (double)devices;
        }
    }
    for (size_t d = 0; d < devices && devices > 1; d++) {
        const double *v = state->coordinate + d * n;
        for (size_t k = 0; k < n * n; k++) {
            const size_t row = k / n, column = k % n;
            p.between[k] +=
                (v[row] - p.mean[row]) * (v[column] - p.mean[column]) / (double)(devices - 1);
        }
    }
    for (size_t k = 0; k < n * n; k++) {
        p.of_mean[k] = devices > 1 ? p.between[k] / (double)devices : p.within[k];
    }
    p.quantile = gsl_cdf_tdist_Pinv(0.975, devices > 1 ? (double)(devices - 1)
                                                       : fmax((double)steps - (double)n, 1));
    return p;
}

static xh_fit_value *add(xh_fit *fit, const char *name, xh_fit_source source) {
    xh_fit_value *value = &fit->value[fit->values++];
    *value = (xh_fit_value){.param = xh_param_find(fit->model->params, name),
                            .source = source,
                            .known = true,
                            .error = NAN};
    value->value = value->low = value->high = xh_param_number(value->param, &fit->params);
    return value;
}

/* Parameters of the mean device. Its coordinates are those where the middle was, which is mid-range
 * but for a trifle; how they change as mid-range moves away from there, is part of their error. */
static void place_mean(const population *p, const double *mean, xh_fit_params *params) {
    const xh_fit_recipe *recipe = p->state->recipe;
    const double middle = (mean[0] + mean[1]) / 2;
    double moved[K];
    memcpy(moved, mean, sizeof moved);
    if (recipe->recentre) {
        recipe->recentre(moved, p->state->middle, middle);
    }
    recipe->place(moved, middle, params);
}

/* How a parameter changes with a coordinate. */
static double slope(const population *p, const xh_fit_params *params, const char *name, size_t k) {
    double moved[K], found[2];
    xh_fit_params other = *params;
    const double h = 1e-4 * fmax(fabs(p->mean[k]), p->state->range[0] / 100);
    memcpy(moved, p->mean, sizeof moved);
    for (int side = 0; side < 2; side++) {
        moved[k] = p->mean[k] + (side ? h : -h);
        place_mean(p, moved, &other);
        found[side] = xh_fit_get(&other, name);
    }
    return (found[1] - found[0]) / (2 * h);
}

static void add_means(const population *p, const xh_fit_params *params, xh_fit *fit) {
    for (const char *const *name = p->state->recipe->fitted; *name; name++) {
        xh_fit_value *value = add(fit, *name, XH_FIT_MEAN);
        double slopes[K] = {0}, variance = 0;
        for (size_t k = 0; k < p->count; k++) {
            slopes[k] = slope(p, params, *name, k);
        }
        for (size_t k = 0; k < p->count * p->count; k++) {
            variance += slopes[k / p->count] * slopes[k % p->count] * p->of_mean[k];
        }
        value->error = sqrt(variance);
        value->low = fmax(value->value - p->quantile * value->error, value->param->minimum);
        value->high = fmin(value->value + p->quantile * value->error, value->param->maximum);
    }
}

/* Spreads where the covariance over devices is S times factor. */
static void place_spread(const population *p, double factor, xh_fit_params *params) {
    double covariance[K * K];
    for (size_t k = 0; k < p->count * p->count; k++) {
        covariance[k] = factor * p->between[k] - p->within[k];
    }
    p->state->recipe->spread(p->mean, covariance, params);
}

static void add_spreads(const population *p, const xh_fit_params *params, xh_fit *fit) {
    const size_t devices = p->state->measured->devices;
    const double free = (double)devices - 1;
    xh_fit_params low = *params, high = *params;
    if (devices > 1) {
        place_spread(p, free / gsl_cdf_chisq_Pinv(0.975, free), &low);
        place_spread(p, free / gsl_cdf_chisq_Pinv(0.025, free), &high);
    }
    for (const char *const *name = p->state->recipe->spreads; *name; name++) {
        xh_fit_value *value = add(fit, *name, XH_FIT_SPREAD);
        value->known = devices > 1;
        if (value->known) {
            value->low = xh_fit_get(&low, *name);
            value->high = xh_fit_get(&high, *name);
        }
    }
}

/* relative: the standard error of the value's logarithm. */
static void add_noise(const char *name, double relative, xh_fit *fit) {
    xh_fit_value *value = add(fit, name, XH_FIT_NOISE);
    if (value->value > 0) {
        value->error = relative * value->value;
        value->low = value->value * exp(-1.96 * relative);
        value->high = fmin(value->value * exp(1.96 * relative), value->param->maximum);
    }
}

/* The relative error of the range, in which parameters give the noise of reads; widened to the
 * quantile of a normal. */
static double range_error(const population *p) {
    const double *c = p->of_mean;
    const double variance = c[0] + c[p->count + 1] - 2 * c[1]; /* the bounds come first */
    return sqrt(fmax(variance, 0)) / (p->mean[1] - p->mean[0]) * p->quantile / 1.96;
}

xh_status xh_fit_population(const xh_fit_state *state, xh_fit *fit, xh_error *error) {
    const population p = sum_up(state);
    xh_fit_params params = state->params;
    place_mean(&p, p.mean, &params);
    if (state->measured->devices > 1) {
        place_spread(&p, 1, &params);
    }
    const xh_device_nominal nominal = fit->model->nominal(&params.values);
    xh_fit_set(&params, "read_noise", state->read_deviation / (nominal.g_max - nominal.g_min));
    const xh_status status = xh_device_check(fit->model, &params.values, error);
    if (status != XH_OK) {
        return xh_error_prefix(error, "%s: the fit of %s: ", state->measured->name,
                               fit->model->name);
    }
    fit->params = params.values;
    fit->read_deviation = state->read_deviation;
    add_means(&p, &params, fit);
    add_spreads(&p, &params, fit);
    const double range = range_error(&p);
    add_noise("cycle_noise",
              hypot(state->noise_error[0], state->recipe->noise_of_range ? range : 0), fit);
    add_noise("read_noise", hypot(state->noise_error[1], range), fit);
    return XH_OK;
}
