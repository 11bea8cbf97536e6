/* How fast this machine multiplies matrices, by which predictions go, and what room it has. */
#include "run_internal.h"

#include <cblas.h>
#include <omp.h>
#include <unistd.h>

/* The product of a block of patches with the weights of a layer in the middle of a network. */
enum { PATCHES = 256, OUTPUTS = 384, INPUTS = 864 };

static const double least_seconds = 0.2;

/* One product a thread, over and over; returns how many in all. */
static double multiply(const float *x, const float *weights, float *u) {
    double products = 0;
    const double began = xh_run_clock();
#pragma omp parallel reduction(+ : products)
    {
        float *own = u + (size_t)omp_get_thread_num() * PATCHES * OUTPUTS;
        do {
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, PATCHES, OUTPUTS, INPUTS, 1, x,
                        INPUTS, weights, INPUTS, 0, own, OUTPUTS);
            products++;
        } while (xh_run_clock() - began < least_seconds);
    }
    return products;
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
    xh_status status = XH_OK;
    if (x && weights && u) {
        const double began = xh_run_clock();
        const double products = multiply(x, weights, u);
        const double macs = (double)PATCHES * OUTPUTS * INPUTS;
        *machine = (xh_run_machine){
            .threads = count,
            .macs_per_second = products * macs / (xh_run_clock() - began),
            .feature_bytes = xh_run_memory(0),
        };
    } else {
        status = xh_error_set(error, XH_MEMORY, "no memory for products on %d threads", count);
    }
    xh_array_free(x);
    xh_array_free(weights);
    xh_array_free(u);
    return status;
}
