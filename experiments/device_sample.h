/**
 * Cells of one device, treated as an engineer would: pulsed, programmed, read, left alone. Every
 * draw is a function of the sample's seed and of how many pulses, reads and waits came before.
 */
#ifndef XH_DEVICE_SAMPLE_H
#define XH_DEVICE_SAMPLE_H

#include "crosshebb/config.h"

typedef struct xh_device_sample {
    const xh_device_model *model;
    const void *params; /* the caller's */
    uint64_t seed;
    bool quiet; /* pulses and reads without noise */
    xh_cells cells;
    size_t draws;
    float *direction; /* of the next pulse, a cell */
    float *noise;     /* [draws][cells] of the last pulse */
    uint64_t pulses, reads, waits;
    double now; /* seconds since the cells were made */
} xh_device_sample;

/** Pristine cells. The sample is freed by xh_device_sample_free also if there was no memory. */
xh_status xh_device_sample_create(xh_device_sample *sample, const xh_device_model *model,
                                  const void *params, size_t count, uint64_t seed, xh_error *error);
void xh_device_sample_free(xh_device_sample *sample);

/** Parameters of cells that are all alike and have no noise. */
void xh_device_quiet_params(const xh_device_model *model, const void *params,
                            xh_param_values *quiet);

/** Puts every cell at its lower bound: the nominal one, or its own where that is above. Cells
 *  without bounds of their own stay as they are, pristine. */
void xh_device_sample_lower(xh_device_sample *sample);

/** Sets the conductance of a cell, within its own bounds. */
void xh_device_sample_place(xh_device_sample *sample, size_t cell, double conductance);

/** A pulse in each cell's direction, with noise drawn anew. */
void xh_device_sample_pulse(xh_device_sample *sample);
/** The same, up (1) or down (-1) for all. */
void xh_device_sample_pulse_all(xh_device_sample *sample, int way);

/** Brings every cell to the target: by the model's own closed loop, or by pulses and reads of the
 *  programmed conductance until it is passed, at most 1000. */
void xh_device_sample_program(xh_device_sample *sample, double target);

/** Time passes. */
void xh_device_sample_wait(xh_device_sample *sample, double seconds);

/** The mean of a read and what was read, noise drawn anew [cells]; either may be NULL. Returns the
 *  deviation of a read, the root of its mean variance over the cells. */
double xh_device_sample_read(xh_device_sample *sample, float *mean, float *value);

/** Seconds after a pulse at which the model's publication reads a cell; 1 where it does not say. */
double xh_device_read_delay(const xh_device_model *model, const void *params);

/** Mean and deviation of values [count]; deviation may be NULL. */
double xh_device_mean(const float *values, size_t count, double *deviation);

#endif
