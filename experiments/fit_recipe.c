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
enum { LOW, HIGH, UP, DOWN, BOUNDED };

#define BOUNDED_COORDINATES                                                                        \
    {"g_min", "S", false, true}, {"g_max", "S", false, true}, {"up step", "S", true, false}, {     \
        "down step", "S", true, false                                                              \
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

static const xh_fit_recipe recipes[] = {
    {
        .model = "constant_step",
        .count = BOUNDED,
        .coordinate = {BOUNDED_COORDINATES},
        .fitted = bounded_fitted,
        .spreads = bounded_spreads,
        .central = true,
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
        .central = true,
        .start = start_soft,
        .place = place_bounded,
        .spread = spread_bounded,
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
