/* Adam (Kingma and Ba, ICLR 2015), with its published betas and epsilon, on spans of weights. */
#ifndef XH_MODELS_ADAM_H
#define XH_MODELS_ADAM_H

#include <stddef.h>

/* What one step multiplies by: the rate and the corrections for moments that started at 0. */
typedef struct xh_adam_step {
    float rate;
    float correction; /* of the root of the second moment */
} xh_adam_step;

/* The step number steps, counted from 1. */
xh_adam_step xh_adam_step_of(double rate, double steps);

/* Moves weights against their gradient; first and second are their moments. */
void xh_adam_apply(xh_adam_step step, size_t count, const float *gradient, float *first,
                   float *second, float *weights);

#endif
