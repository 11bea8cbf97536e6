/*
 * One elementwise pass a step.
 */
#include "adam.h"

#include "crosshebb/kernel.h"

#include <math.h>

#define BETA_FIRST 0.9
#define BETA_SECOND 0.999
#define EPSILON 1e-8F

xh_adam_step xh_adam_step_of(double rate, double steps) {
    return (xh_adam_step){(float)(rate / (1 - pow(BETA_FIRST, steps))),
                          (float)(1 / sqrt(1 - pow(BETA_SECOND, steps)))};
}

XH_KERNEL
void xh_adam_apply(xh_adam_step step, size_t count, const float *gradient, float *first,
                   float *second, float *weights) {
    const float keep_first = (float)BETA_FIRST;
    const float take_first = (float)(1 - BETA_FIRST);
    const float keep_second = (float)BETA_SECOND;
    const float take_second = (float)(1 - BETA_SECOND);
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        first[i] = keep_first * first[i] + take_first * gradient[i];
        second[i] = keep_second * second[i] + take_second * (gradient[i] * gradient[i]);
        const float root = sqrtf(second[i]) * step.correction + EPSILON;
        weights[i] -= step.rate * first[i] / root;
    }
}
