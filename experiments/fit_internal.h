/** Inside the fit of device models: recipes, and the steps of a fit. */
#ifndef XH_FIT_INTERNAL_H
#define XH_FIT_INTERNAL_H

#include "device_sample.h"
#include "fit.h"

/** What a device's reads show at a glance, siemens: where the search begins. */
typedef struct xh_fit_sight {
    double low, high;          /* means of the lowest and highest reads */
    double mean[2];            /* step of a pulse up, down (negative) */
    double level[2], slope[2]; /* step at conductance G by regression: level + slope G */
    double scatter[2];         /* deviation of the steps from that line */
} xh_fit_sight;

/** Parameters of a model, by name. */
typedef struct xh_fit_params {
    const xh_device_model *model;
    xh_param_values values;
} xh_fit_params;

void xh_fit_set(xh_fit_params *params, const char *name, double value);
double xh_fit_get(const xh_fit_params *params, const char *name);

/** How a coordinate is searched, and what it must be told to. */
typedef enum xh_fit_kind {
    XH_FIT_BOUND, /* in ranges of the device, none below zero: to a quarter of the range */
    XH_FIT_STEP,  /* positive, as its logarithm: to a half of itself */
    XH_FIT_SHARE, /* as it is, none below zero: to a half */
    XH_FIT_SIGNED /* as it is: to 1 */
} xh_fit_kind;

typedef struct xh_fit_coordinate {
    const char *name;
    const char *unit;
    xh_fit_kind kind;
} xh_fit_coordinate;

/** How a model is fitted. */
typedef struct xh_fit_recipe {
    const char *model;
    size_t count;
    xh_fit_coordinate coordinate[XH_FIT_COORDINATES]; /* the bounds come first */
    const char *const *fitted;  /* parameters that the coordinates make, NULL-ended */
    const char *const *spreads; /* those that the spread of coordinates makes */
    const char *flag;           /* of two forms of the noise; NULL: there is one */
    const char *set;            /* a flag that is set, since coordinates mean it; NULL: none */
    bool noise_of_range;        /* that of pulses is relative to the range, not to the step */
    bool hard;                  /* bounds show only where pulses meet them */
    void (*start)(const xh_fit_sight *sight, double *coordinate);
    /** Writes parameters from coordinates; middle is mid-range of the mean device, siemens. */
    void (*place)(const double *coordinate, double middle, xh_fit_params *params);
    /** Coordinates of the same law where mid-range is another; NULL: they do not depend on it. */
    void (*recentre)(double *coordinate, double from, double to);
    /** Writes spreads from the covariance [count][count] of coordinates between devices. */
    void (*spread)(const double *coordinate, const double *covariance, xh_fit_params *params);
} xh_fit_recipe;

size_t xh_fit_recipe_count(void);
const xh_fit_recipe *xh_fit_recipe_at(size_t index);

/** What the model expects at each row of the data, and how far the read is from it, siemens. First
 *  rows of trains have zeros. */
typedef struct xh_fit_course {
    double *before;     /* conductance before the pulses, as estimated from the reads so far */
    double *expected;   /* after them */
    double *innovation; /* read - expected */
    double *deviation;  /* expected of the innovation */
    double *gain;       /* share of the innovation that the estimate takes */
    double *cut;        /* share of the model's last pulse that a bound cuts short */
} xh_fit_course;

typedef struct xh_fit_follower xh_fit_follower;

xh_fit_follower *xh_fit_follower_create(const xh_device_model *model);
void xh_fit_follower_free(xh_fit_follower *follower);

/** Follows a train through the model. read_deviation is that of a read; deviations are at least
 *  least. With held, gains are those that the course has, and deviations stay. */
void xh_fit_follow(xh_fit_follower *follower, const xh_fit_params *params,
                   const xh_measured *measured, const xh_measured_train *train,
                   double read_deviation, double least, bool held, xh_fit_course *course);

/** A fit on its way. */
typedef struct xh_fit_state {
    const xh_measured *measured;
    const xh_fit_recipe *recipe;
    const xh_device_model *model;
    xh_fit_follower *follower;
    xh_fit_course course;
    xh_fit_params params;  /* defaults without spread, with the noise so far */
    double read_deviation; /* siemens */
    double least;          /* siemens: floor of deviations */
    double middle;         /* siemens: mid-range of the mean device */
    double *range;         /* [devices] siemens */
    double *start;         /* [devices][coordinates] */
    double *coordinate;    /* [devices][coordinates] */
    double *covariance;    /* [devices][coordinates][coordinates], of each device's own estimate */
    size_t *steps;         /* [devices] rows after the first of their trains */
    double outwards;       /* ranges that a second search begins further out; 0: there is none */
    double likelihood;     /* logarithm */
    double noise_error[2]; /* relative standard errors of cycle_noise, read deviation */
} xh_fit_state;

/** What the device's reads show. */
xh_fit_sight xh_fit_look(const xh_measured *measured, size_t device);
/** Whether there are enough pulses and the model takes them. XH_INPUT. */
xh_status xh_fit_check_data(const xh_measured *measured, const xh_device_model *model,
                            xh_error *error);
/** The coordinates of one device, by least squares of innovations over their deviations. XH_INPUT if
 *  in the last pass the data do not tell them. */
xh_status xh_fit_device(xh_fit_state *state, size_t device, bool last, xh_error *error);
/** The noise of pulses and reads of all devices, by the likelihood of innovations; in the last pass
 *  with its errors. XH_MEMORY. */
xh_status xh_fit_noise(xh_fit_state *state, bool reads, bool last, xh_error *error);
/** Follows all trains with each device's own coordinates; the logarithm of the likelihood. */
double xh_fit_follow_all(xh_fit_state *state, bool held);
/** Means and spreads over devices, with their intervals. XH_MEMORY. */
xh_status xh_fit_population(const xh_fit_state *state, xh_fit *fit, xh_error *error);
/** Bins of steps, and how far the model is from them. XH_MEMORY. */
xh_status xh_fit_bins(const xh_fit_state *state, xh_fit *fit, xh_error *error);
/** Whether the data tell the parameters and the model explains the data. XH_INPUT. */
xh_status xh_fit_check_result(const xh_fit_state *state, const xh_fit *fit, xh_error *error);

#endif
