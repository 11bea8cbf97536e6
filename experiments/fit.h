/**
 * Device models fitted to measured conductances.
 *
 * Each device has coordinates of its own (bounds, steps, ...), which a recipe turns into parameters
 * of the model; they are fitted by nonlinear least squares to what each read finds beyond what the
 * model itself expects after the reads before it. Such innovations are independent, other than the
 * distances of a train from one curve, in which the noise of all earlier pulses adds up. The noise
 * of pulses and of reads follows from their variance, the spread of devices from their coordinates.
 */
#ifndef XH_FIT_H
#define XH_FIT_H

#include "crosshebb/config.h"
#include "measured.h"

#include <stdbool.h>

enum {
    XH_FIT_COORDINATES = 8,
    XH_FIT_VALUES = 24,
    XH_FIT_BINS = 12,
    XH_FIT_PULSES_MIN = 10, /* of a device in each direction that the model takes */
};

/** What a value of the result comes from. */
typedef enum xh_fit_source {
    XH_FIT_MEAN,   /* mean over devices */
    XH_FIT_SPREAD, /* between devices; not known of a single one */
    XH_FIT_NOISE   /* between pulses or reads */
} xh_fit_source;

/** A parameter of the model, in its unit. */
typedef struct xh_fit_value {
    const xh_param *param;
    xh_fit_source source;
    bool known; /* else the data do not tell, and it is zero */
    double value;
    double error;     /* standard error; NAN if it has none */
    double low, high; /* 95 % confidence interval */
} xh_fit_value;

/** Steps of one pulse around one conductance, in siemens, signed. */
typedef struct xh_fit_bin {
    size_t count;
    double conductance;
    double mean, deviation; /* measured */
    double model;           /* expected of the same reads */
    double misfit, scatter; /* mean and deviation of what is beyond the model */
} xh_fit_bin;

/** How the model's steps differ from the measured ones, as means over bins of conductance, judged by
 *  the scatter within the bins. */
typedef struct xh_fit_lack {
    double share;       /* of the mean step: systematic difference beyond what noise explains */
    double chi_squared; /* of the bins */
    double freedom;     /* its degrees */
    double probability; /* that noise alone makes it as large */
    int direction;      /* of the bin that is farthest off */
    size_t bin;
} xh_fit_lack;

/** What was fitted; freed by xh_fit_free. */
typedef struct xh_fit {
    const xh_device_model *model;
    const struct xh_fit_recipe *recipe;
    xh_param_values params; /* of the population */
    size_t values;
    xh_fit_value value[XH_FIT_VALUES];
    size_t devices;
    double *coordinate;             /* [devices][recipe's coordinates] */
    double middle;                  /* siemens: mid-range of the mean device */
    const char *set;                /* flag that the fit sets; NULL: none */
    const char *flag;               /* of the likelier of two forms of noise; NULL: there is one */
    size_t pulses[2];               /* up, down */
    double read_deviation;          /* siemens; 0: none was seen */
    xh_fit_bin bin[2][XH_FIT_BINS]; /* up, down */
    xh_fit_lack lack;
} xh_fit;

/** The models that can be fitted. */
size_t xh_fit_model_count(void);
const char *xh_fit_model_name(size_t index);

/** Fits the model of that name. XH_INPUT if it cannot be fitted, or if the data do not tell its
 *  parameters or are not explained by it, with the reason. */
xh_status xh_fit_measured(const xh_measured *measured, const char *model, xh_fit *fit,
                          xh_error *error);
void xh_fit_free(xh_fit *fit);

/** What a device's own fit expects at the reads of a train, from its first read on and without
 *  noise, siemens [count]. XH_MEMORY. */
xh_status xh_fit_staircase(const xh_fit *fit, const xh_measured *measured, size_t train,
                           double *conductance, xh_error *error);

/** Mean step of one pulse of a nominal device, siemens, at conductances [count]. XH_MEMORY. */
xh_status xh_fit_steps(const xh_fit *fit, int direction, const double *conductance, size_t count,
                       double *step, xh_error *error);

#endif
