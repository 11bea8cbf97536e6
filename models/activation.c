/*
 * What a block passes on: Triangle (centred on the mean over neurons, rectified, raised to a
 * power), softmax, or the rectified sum.
 */
#include "crosshebb/kernel.h"
#include "crosshebb/softhebb.h"
#include "elementary.h"

#include <float.h>

static inline float mean_of(size_t count, const float *value) {
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < count; i++) {
        sum += value[i];
    }
    return sum / (float)count;
}

/* d^power of d > 0; 0 of anything less than a normal number. */
static inline float positive_power(float d, float power) {
    const float base = d > FLT_MIN ? d : 1.0F;
    const float raised = elementary_exp2(power * elementary_log2(base));
    return d > FLT_MIN ? raised : 0.0F;
}

XH_KERNEL
void xh_triangle(float power, size_t count, size_t outputs, const float *u, float *a) {
    for (size_t p = 0; p < count; p++, u += outputs, a += outputs) {
        const float mean = mean_of(outputs, u);
        if (power == 1.0F) {
#pragma omp simd
            for (size_t i = 0; i < outputs; i++) {
                const float d = u[i] - mean;
                a[i] = d > 0 ? d : 0.0F;
            }
        } else {
#pragma omp simd
            for (size_t i = 0; i < outputs; i++) {
                a[i] = positive_power(u[i] - mean, power);
            }
        }
    }
}

XH_KERNEL
void xh_softmax(float sharpness, size_t count, size_t outputs, const float *u, float *a) {
    for (size_t p = 0; p < count; p++) {
        const float *from = u + p * outputs;
        const float largest = elementary_largest(outputs, from);
        elementary_softmax(sharpness, 1.0F, largest, outputs, from, a + p * outputs);
    }
}

XH_KERNEL
void xh_relu(size_t count, const float *u, float *a) {
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        a[i] = u[i] > 0 ? u[i] : 0.0F;
    }
}

XH_KERNEL
void xh_relu_back(size_t count, const float *a, const float *by_a, float *by_u) {
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        by_u[i] = a[i] > 0 ? by_a[i] : 0.0F;
    }
}
