/** What a device does, measured on a sample of its cells. Conductances are in siemens. */
#ifndef XH_DEVICE_RESPONSE_H
#define XH_DEVICE_RESPONSE_H

#include "device_sample.h"

/** What to measure it with. */
typedef struct xh_device_measurement {
    size_t cells;
    size_t up, down; /* pulses of the response */
    uint64_t seed;
} xh_device_measurement;

/** Conductance against pulses, from the lower bound: row n after n pulses. */
typedef struct xh_device_curve {
    size_t count;       /* of rows, up + down + 1 */
    double *mean, *std; /* as programmed, over the cells */
    double *mean_read;  /* as read, with read noise and in time */
    double *std_read;
    double *nominal; /* of a cell without spread and noise */
    size_t cells;    /* single cells, as programmed [cells][count] */
    double *cell;
} xh_device_curve;

enum { XH_DEVICE_SHOWN = 6 }; /* cells that a curve keeps at most */

/** Steps of cells at one conductance. */
typedef struct xh_device_step {
    double conductance;
    double mean;   /* negative down */
    double device; /* deviation between cells */
    double cycle;  /* deviation between pulses of a cell */
} xh_device_step;

enum { XH_DEVICE_PLACES = 33 }; /* conductances at which steps are measured */

/** Cells that were programmed to a target, some time after. */
typedef struct xh_device_wait {
    double target;
    double seconds;
    double mean, std; /* of reads without their noise */
    double noise;     /* deviation of a read */
} xh_device_wait;

enum { XH_DEVICE_TARGETS = 5, XH_DEVICE_TIMES = 8, XH_DEVICE_PROGRAMMED = 21 };

typedef struct xh_device_response {
    xh_device_nominal nominal;
    xh_device_pulse_cost cost;
    double states; /* g_max - g_min over the mean of the nominal steps; NAN without pulses */
    double symmetry_point; /* siemens where a nominal cell's steps cancel; NAN if there is none */
    double levels; /* that a read tells apart, two deviations each; infinite without noise */
    double noise;  /* deviation of a read at mid-range */
    xh_device_step up[XH_DEVICE_PLACES], down[XH_DEVICE_PLACES];
    xh_device_curve curve; /* empty without pulses */
    size_t programmed;     /* of targets, where the model is programmed in closed loop */
    xh_device_wait programming[XH_DEVICE_PROGRAMMED];
    size_t waits; /* targets by times, where time changes the device */
    xh_device_wait wait[XH_DEVICE_TARGETS * XH_DEVICE_TIMES];
    size_t final; /* conductances at the end of the up pulses, or as programmed to mid-range */
    float *distribution;
} xh_device_response;

/** Pulses that bring the device to its bounds and back, where none were asked for. */
xh_device_measurement xh_device_measurement_of(const xh_device_model *model, const void *params);

/** Measures. The response is freed by xh_device_response_free, also on failure. XH_MEMORY. */
xh_status xh_device_respond(const xh_device_model *model, const void *params,
                            const xh_device_measurement *how, xh_device_response *response,
                            xh_error *error);
void xh_device_response_free(xh_device_response *response);

/** A conductance in the weight unit of the device's publication. */
double xh_device_weight(const xh_device_response *response, double conductance);

#endif
