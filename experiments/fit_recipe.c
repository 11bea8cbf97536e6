/*
 * How each model is fitted: what a device has of its own, where the search begins, and what it makes
 * of the model's parameters. A new model is one entry of the table.
 */
#include "fit_internal.h"

#include <math.h>
#include <string.h>

void xh_fit_set(xh_fit_params *params, const char *name, double value) {
    const xh_param *param = xh_param_find(params->model->params, name);
    if (param && param->type == XH_PARAM_REAL) {
        value = fmin(fmax(value, param->minimum), param->maximum);
        memcpy(params->values.bytes + param->offset, &value, sizeof value);
    } else if (param && param->type == XH_PARAM_FLAG) {
        const bool flag = value != 0;
        memcpy(params->values.bytes + param->offset, &flag, sizeof flag);
    }
}

double xh_fit_get(const xh_fit_params *params, const char *name) {
    const xh_param *param = xh_param_find(params->model->params, name);
    return param ? xh_param_number(param, &params->values) : NAN;
}

/* Models between two bounds: the bounds, and the steps where weight zero lies, which is mid-range of
 * the mean device. */
enum { LOW, HIGH, UP, DOWN, BOUNDED, FALL_UP = BOUNDED, FALL_DOWN, LINEAR };

#define BOUNDED_COORDINATES                                                                        \
    {"g_min", "S", XH_FIT_BOUND}, {"g_max", "S", XH_FIT_BOUND}, {"up step", "S", XH_FIT_STEP}, {   \
        "down step", "S", XH_FIT_STEP                                                              \
    }

#define BOUNDED_FITTED "g_min", "g_max", "states", "up_down"
#define BOUNDED_SPREADS "g_min_spread", "g_max_spread", "step_spread", "up_down_spread"

static const char *const bounded_fitted[] = {BOUNDED_FITTED, NULL};
static const char *const bounded_spreads[] = {BOUNDED_SPREADS, NULL};

static void place_bounded(const double *coordinate, double middle, xh_fit_params *params) {
    const double up = coordinate[UP], down = coordinate[DOWN], step = fmax(up, down);
    const double range = coordinate[HIGH] - coordinate[LOW];
    const double zero = range > 0 ? (middle - coordinate[LOW]) / range : 0.5;
    xh_fit_set(params, "g_min", coordinate[LOW]);
    xh_fit_set(params, "g_max", coordinate[HIGH]);
    xh_fit_set(params, "weight_zero", fmin(fmax(zero, 0.01), 0.99));
    xh_fit_set(params, "states", range / step);
    xh_fit_set(params, "up_down", up > down ? 1 - down / up : up / down - 1);
}

/* Steps of a cell are step |gain + asymmetry ...| up and step |gain - asymmetry ...| down. */
static void spread_bounded_of(size_t count, const double *coordinate, const double *covariance,
                              xh_fit_params *params) {
    const double reach = (coordinate[HIGH] - coordinate[LOW]) / 2;
    const double step = fmax(coordinate[UP], coordinate[DOWN]);
    const double low = covariance[LOW * count + LOW], high = covariance[HIGH * count + HIGH];
    const double both = covariance[UP * count + UP] + covariance[DOWN * count + DOWN];
    const double common = 2 * covariance[UP * count + DOWN];
    xh_fit_set(params, "g_min_spread", sqrt(fmax(low, 0)) / reach);
    xh_fit_set(params, "g_max_spread", sqrt(fmax(high, 0)) / reach);
    xh_fit_set(params, "step_spread", sqrt(fmax(both + common, 0)) / 2 / step);
    xh_fit_set(params, "up_down_spread", sqrt(fmax(both - common, 0)) / 2 / step);
}

static void spread_bounded(const double *coordinate, const double *covariance,
                           xh_fit_params *params) {
    spread_bounded_of(BOUNDED, coordinate, covariance, params);
}

/* Steps that do not depend on the conductance, but where a bound cuts them short: the mean is of
 * all pulses, so that the search begins below. */
static void start_constant(const xh_fit_sight *sight, double *coordinate) {
    coordinate[LOW] = sight->low;
    coordinate[HIGH] = sight->high;
    coordinate[UP] = sight->mean[0];
    coordinate[DOWN] = -sight->mean[1];
}

/* Steps that fall linearly and vanish at the bound, where the regression says it is. */
static void start_soft(const xh_fit_sight *sight, double *coordinate) {
    const double range = sight->high - sight->low;
    const double above = -sight->level[0] / sight->slope[0];
    const double below = -sight->level[1] / sight->slope[1];
    coordinate[HIGH] = sight->slope[0] < 0
                           ? fmin(fmax(above, sight->high - range / 4), sight->high + range)
                           : sight->high + range / 4;
    coordinate[LOW] = sight->slope[1] < 0
                          ? fmax(fmin(below, sight->low + range / 4), sight->low - range)
                          : sight->low - range / 4;
    coordinate[LOW] = fmax(coordinate[LOW], 0);
    const double middle = (coordinate[LOW] + coordinate[HIGH]) / 2;
    coordinate[UP] = fmax(sight->level[0] + sight->slope[0] * middle, sight->mean[0] / 2);
    coordinate[DOWN] = fmax(-sight->level[1] - sight->slope[1] * middle, -sight->mean[1] / 2);
}

static void recentre_soft(double *coordinate, double from, double to) {
    coordinate[UP] *= (coordinate[HIGH] - to) / (coordinate[HIGH] - from);
    coordinate[DOWN] *= (to - coordinate[LOW]) / (from - coordinate[LOW]);
}

/* Steps that fall linearly, to any share of themselves at a bound of the cell's own. */
static const char *const linear_fitted[] = {BOUNDED_FITTED, "gamma_up", "gamma_down", NULL};
static const char *const linear_spreads[] = {BOUNDED_SPREADS, "gamma_spread", NULL};

static void start_linear(const xh_fit_sight *sight, double *coordinate) {
    const double reach = (sight->high - sight->low) / 2;
    start_constant(sight, coordinate);
    coordinate[FALL_UP] = -sight->slope[0] * reach / coordinate[UP];
    coordinate[FALL_DOWN] = -sight->slope[1] * reach / coordinate[DOWN];
    coordinate[FALL_UP] = fmin(fmax(coordinate[FALL_UP], 0.05), 0.95);
    coordinate[FALL_DOWN] = fmin(fmax(coordinate[FALL_DOWN], 0.05), 0.95);
}

static void place_linear(const double *coordinate, double middle, xh_fit_params *params) {
    place_bounded(coordinate, middle, params);
    xh_fit_set(params, "gamma_up", coordinate[FALL_UP]);
    xh_fit_set(params, "gamma_down", coordinate[FALL_DOWN]);
}

static void recentre_linear(double *coordinate, double from, double to) {
    const double above = coordinate[HIGH] - from, below = from - coordinate[LOW];
    const double up = 1 - coordinate[FALL_UP] * (to - from) / above;
    const double down = 1 - coordinate[FALL_DOWN] * (from - to) / below;
    coordinate[UP] *= up;
    coordinate[DOWN] *= down;
    coordinate[FALL_UP] *= (coordinate[HIGH] - to) / above / up;
    coordinate[FALL_DOWN] *= (to - coordinate[LOW]) / below / down;
}

static void spread_linear(const double *coordinate, const double *covariance,
                          xh_fit_params *params) {
    const double falls = covariance[FALL_UP * LINEAR + FALL_UP] +
                         covariance[FALL_DOWN * LINEAR + FALL_DOWN]; /* which have one spread */
    spread_bounded_of(LINEAR, coordinate, covariance, params);
    xh_fit_set(params, "gamma_spread", sqrt(fmax(falls, 0) / 2));
}

/* NeuroSim's staircases: pulses from bound to bound and a label of either direction. */
enum { PULSES_UP = 2, LABEL_UP, PULSES_DOWN, LABEL_DOWN, NEUROSIM };

static const char *const neurosim_fitted[] = {"g_min",       "g_max",      "pulses_up", "label_up",
                                              "pulses_down", "label_down", NULL};
static const char *const neurosim_spreads[] = {"g_min_spread", "g_max_spread", "label_spread",
                                               NULL};

/* Pulses P and the label of steps that begin with first and change by the share change of the way:
 * with the curvature s, change = e^(-s / P) - 1 and first = range change / (e^-s - 1). The label is
 * nearly 10.1 s / (8 + |s|), which is near enough to begin with. */
static void start_staircase(double range, double first, double change, double *pulses,
                            double *label) {
    change = fmin(fmax(change, -0.5), 0.5);
    first = fmax(first, range / 1e4);
    const double left = 1 + change * range / first; /* e^-s */
    double curvature = -log(fmin(fmax(left, exp(-10.0)), exp(10.0)));
    *pulses = range / first;
    if (fabs(change) > 1e-6 && fabs(curvature) > 1e-3) {
        *pulses = -curvature / log1p(change);
    }
    *pulses = fmin(fmax(*pulses, 2), 1e5);
    curvature = fmin(fmax(curvature, -4), 4);
    *label = 10.1 * curvature / (8 + fabs(curvature));
}

static void start_neurosim(const xh_fit_sight *sight, double *coordinate) {
    const double range = sight->high - sight->low;
    coordinate[LOW] = sight->low;
    coordinate[HIGH] = sight->high;
    start_staircase(range, sight->level[0] + sight->slope[0] * sight->low, sight->slope[0],
                    &coordinate[PULSES_UP], &coordinate[LABEL_UP]);
    start_staircase(range, -sight->level[1] - sight->slope[1] * sight->high, sight->slope[1],
                    &coordinate[PULSES_DOWN], &coordinate[LABEL_DOWN]);
    coordinate[LABEL_DOWN] = -coordinate[LABEL_DOWN]; /* large steps at g_max: negative */
}

static void place_neurosim(const double *coordinate, double middle, xh_fit_params *params) {
    (void)middle;
    for (size_t k = 0; k < NEUROSIM; k++) {
        xh_fit_set(params, neurosim_fitted[k], coordinate[k]);
    }
}

static void spread_neurosim(const double *coordinate, const double *covariance,
                            xh_fit_params *params) {
    const double low = covariance[LOW * NEUROSIM + LOW], high = covariance[HIGH * NEUROSIM + HIGH];
    const double labels =
        covariance[LABEL_UP * NEUROSIM + LABEL_UP] +
        covariance[LABEL_DOWN * NEUROSIM + LABEL_DOWN]; /* which have one spread */
    xh_fit_set(params, "g_min_spread", sqrt(fmax(low, 0)) / fmax(coordinate[LOW], 1e-30));
    xh_fit_set(params, "g_max_spread", sqrt(fmax(high, 0)) / coordinate[HIGH]);
    xh_fit_set(params, "label_spread", sqrt(fmax(labels, 0) / 2));
}

static const xh_fit_recipe recipes[] = {
    {
        .model = "constant_step",
        .count = BOUNDED,
        .coordinate = {BOUNDED_COORDINATES},
        .fitted = bounded_fitted,
        .spreads = bounded_spreads,
        .hard = true,
        .start = start_constant,
        .place = place_bounded,
        .spread = spread_bounded,
    },
    {
        .model = "soft_bounds",
        .count = BOUNDED,
        .coordinate = {BOUNDED_COORDINATES},
        .fitted = bounded_fitted,
        .spreads = bounded_spreads,
        .flag = "multiplicative_noise",
        .recentre = recentre_soft,
        .start = start_soft,
        .place = place_bounded,
        .spread = spread_bounded,
    },
    {
        .model = "linear_step",
        .count = LINEAR,
        .coordinate = {BOUNDED_COORDINATES,
                       {"gamma_up", "1", XH_FIT_SHARE},
                       {"gamma_down", "1", XH_FIT_SHARE}},
        .fitted = linear_fitted,
        .spreads = linear_spreads,
        .flag = "multiplicative_noise",
        .set = "own_bounds",
        .hard = true,
        .start = start_linear,
        .place = place_linear,
        .recentre = recentre_linear,
        .spread = spread_linear,
    },
    {
        .model = "neurosim",
        .count = NEUROSIM,
        .coordinate = {{"g_min", "S", XH_FIT_BOUND},
                       {"g_max", "S", XH_FIT_BOUND},
                       {"pulses_up", "1", XH_FIT_STEP},
                       {"label_up", "1", XH_FIT_SIGNED},
                       {"pulses_down", "1", XH_FIT_STEP},
                       {"label_down", "1", XH_FIT_SIGNED}},
        .fitted = neurosim_fitted,
        .spreads = neurosim_spreads,
        .noise_of_range = true,
        .hard = true,
        .start = start_neurosim,
        .place = place_neurosim,
        .spread = spread_neurosim,
    },
};

size_t xh_fit_recipe_count(void) {
    return sizeof recipes / sizeof recipes[0];
}

const xh_fit_recipe *xh_fit_recipe_at(size_t index) {
    return &recipes[index];
}

size_t xh_fit_model_count(void) {
    return xh_fit_recipe_count();
}

const char *xh_fit_model_name(size_t index) {
    return recipes[index].model;
}
