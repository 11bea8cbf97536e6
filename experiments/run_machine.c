/* How fast this machine multiplies matrices, by which predictions go, and what room it has. */
#include "run_internal.h"

#include "crosshebb/synapses.h"

#include <cblas.h>
#include <omp.h>
#include <unistd.h>

/* The product of a block of patches with the weights of a layer in the middle of a network. */
enum { PATCHES = 256, OUTPUTS = 384, INPUTS = 864 };

static const double least_seconds = 0.2;

/* What multiplies a block: digital synapses, or where there are none the library of products. */
typedef struct multiplier {
    xh_synapses *synapses;
    const float *weights;
} multiplier;

static void multiply(multiplier by, const float *x, float *u) {
    if (by.synapses) {
        xh_synapses_read(by.synapses, 0, PATCHES, x, u);
    } else {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, PATCHES, OUTPUTS, INPUTS, 1, x, INPUTS,
                    by.weights, INPUTS, 0, u, OUTPUTS);
    }
}

/* A block a thread, over and over; multiply-accumulates a second. */
static double rate_of(multiplier by, const float *x, float *u) {
    double blocks = 0;
    const double began = xh_run_clock();
#pragma omp parallel reduction(+ : blocks)
    {
        float *own = u + (size_t)omp_get_thread_num() * PATCHES * OUTPUTS;
        do {
            multiply(by, x, own);
            blocks++;
        } while (xh_run_clock() - began < least_seconds);
    }
    return blocks * PATCHES * OUTPUTS * INPUTS / (xh_run_clock() - began);
}

/* The rate of digital synapses in that arithmetic. */
static xh_status measure(xh_arithmetic arithmetic, const float *weights, const float *x, float *u,
                         double *rate, xh_error *error) {
    const xh_rule rule = {.rate = 0};
    multiplier by = {0};
    const xh_status status =
        xh_synapses_create_digital(INPUTS, xh_undivided(OUTPUTS), weights, rule,
                                   XH_SCALE_LAYER_MAXIMUM, 0, arithmetic, &by.synapses, error);
    if (status == XH_OK) {
        xh_synapses_read_begin(by.synapses, XH_PHASE_inference);
        *rate = rate_of(by, x, u);
        xh_synapses_read_end(by.synapses);
    }
    xh_synapses_free(by.synapses);
    return status;
}

size_t xh_run_memory(size_t wanted) {
    const size_t pages = (size_t)sysconf(_SC_PHYS_PAGES), page = (size_t)sysconf(_SC_PAGESIZE);
    return wanted > 0 ? wanted : pages / 4 * 3 * page;
}

xh_status xh_run_machine_here(int threads, xh_run_machine *machine, xh_error *error) {
    xh_run_limit_threads(threads);
    const int count = omp_get_max_threads();
    float *x = xh_array_create((size_t)PATCHES * INPUTS, sizeof(float));
    float *weights = xh_array_create((size_t)OUTPUTS * INPUTS, sizeof(float));
    float *u = xh_array_create((size_t)count * PATCHES * OUTPUTS, sizeof(float));
    double floats = 0, numbers = 0;
    xh_status status =
        x && weights && u
            ? XH_OK
            : xh_error_set(error, XH_MEMORY, "no memory for products on %d threads", count);
    if (status == XH_OK) {
        status = measure(XH_ARITHMETIC_FLOAT32, weights, x, u, &floats, error);
    }
    if (status == XH_OK) {
        status = measure(XH_ARITHMETIC_INT16, weights, x, u, &numbers, error);
    }
    if (status == XH_OK) {
        *machine =
            (xh_run_machine){.threads = count,
                             .macs_per_second = floats,
                             .int16_gain = numbers / floats,
                             .sgemm_gain = rate_of((multiplier){NULL, weights}, x, u) / floats,
                             .feature_bytes = xh_run_memory(0)};
    }
    xh_array_free(x);
    xh_array_free(weights);
    xh_array_free(u);
    return status;
}
