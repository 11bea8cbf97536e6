/* Kernels: products, random numbers, and what a crossbar does in a read and in updates. */
#include "bench.h"

#include <math.h>
#include <string.h>

enum {
    SGEMM_SIDE = 2048,
    SPAN = 4096, /* normals that a thread draws at a time */
    SPANS = 256,
    DENSE_SIDE = 512,
    ROWS = 864, /* of the second layer for CIFAR-10 */
    COLUMNS = 384,
    VECTORS = 256,
    READ_BLOCK = 32
};

/* Turns seconds a call into work a second, in units of amount. */
static void invert(xh_bench_result *result, double amount) {
    result->value = amount / result->value;
    result->bound = amount / result->bound;
    result->ratio = 1 / result->ratio;
}

xh_status xh_bench_sgemm(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                         xh_error *error) {
    (void)which;
    xh_products products = {0};
    xh_status status = xh_products_add(&products, effort, XH_PRODUCT_READ, SGEMM_SIDE, SGEMM_SIDE,
                                       SGEMM_SIDE, error);
    if (status == XH_OK) {
        status = xh_bench_time(effort, xh_products_work(&products), result, error);
        invert(result, 2e-9 * SGEMM_SIDE * SGEMM_SIDE * SGEMM_SIDE);
    }
    xh_products_free(&products);
    return status;
}

static xh_status draw(void *context, xh_error *error) {
    float *numbers = context;
    (void)error;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < SPANS; i++) {
        xh_rng_normal((xh_rng){0, XH_RNG_TEST, 0, 0}, i * SPAN, SPAN, numbers + i * SPAN);
    }
    return XH_OK;
}

xh_status xh_bench_normals(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                           xh_error *error) {
    (void)which;
    float *numbers = xh_array_create((size_t)SPANS * SPAN, sizeof(float));
    if (!numbers) {
        return xh_error_set(error, XH_MEMORY, "no memory for %d random numbers", SPANS * SPAN);
    }
    const xh_status status = xh_bench_time(effort, (xh_bench_work){draw, numbers}, result, error);
    invert(result, 1e-6 * SPANS * SPAN);
    xh_array_free(numbers);
    return status;
}

/* One device a side, everything else by default. */
static xh_status create_crossbar(const xh_device_model *model, size_t inputs, size_t outputs,
                                 xh_crossbar **crossbar, xh_error *error) {
    xh_param_values device = {0};
    xh_crossbar_params params;
    xh_param_defaults(model->params, device.bytes);
    xh_param_defaults(&xh_crossbar_param_table, &params);
    return xh_crossbar_create(inputs, xh_undivided(outputs), model, device.bytes, &params,
                              (xh_crossbar_seeds){1, 1, 0}, crossbar, error);
}

/* A pulse on every device: up and down in turn where the device can do both. */
static xh_status pulse_all(void *context, xh_error *error) {
    xh_crossbar *crossbar = context;
    (void)error;
    int8_t pulses[DENSE_SIDE];
    const bool down = xh_crossbar_model(crossbar)->traits & XH_DEVICE_DEPRESSES &&
                      xh_crossbar_updates(crossbar) % 2 == 1;
    memset(pulses, down ? -1 : 1, sizeof(pulses));
    xh_crossbar_update_begin(crossbar);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < DENSE_SIDE; i++) {
        xh_crossbar_pulse(crossbar, i, pulses, pulses);
    }
    xh_crossbar_update_end(crossbar);
    return XH_OK;
}

xh_status xh_bench_update_dense(const xh_bench_effort *effort, size_t which,
                                xh_bench_result *result, xh_error *error) {
    xh_crossbar *crossbar = NULL;
    xh_status status =
        create_crossbar(xh_device_at(which), DENSE_SIDE, DENSE_SIDE, &crossbar, error);
    if (status == XH_OK) {
        status = xh_bench_time(effort, (xh_bench_work){pulse_all, crossbar}, result, error);
        result->value *= 1e9 / (double)xh_crossbar_devices(crossbar);
    }
    xh_crossbar_free(crossbar);
    return status;
}

/* A crossbar of the default phase-change device, programmed, and a batch of inputs. */
typedef struct array_rig {
    xh_crossbar *crossbar;
    float *x; /* [VECTORS][ROWS] */
    float *u; /* [VECTORS][COLUMNS] */
    uint32_t winner[VECTORS];
} array_rig;

static void free_array(array_rig *rig) {
    xh_crossbar_free(rig->crossbar);
    xh_array_free(rig->x);
    xh_array_free(rig->u);
}

static xh_status program(xh_crossbar *crossbar, xh_error *error) {
    const size_t count = (size_t)ROWS * COLUMNS;
    float *weights = xh_array_create(count, sizeof(float));
    if (!weights) {
        return xh_error_set(error, XH_MEMORY, "no memory for %zu weights", count);
    }
    xh_rng_normal((xh_rng){0, XH_RNG_TEST, 1, 0}, 0, count, weights);
    for (size_t i = 0; i < count; i++) {
        weights[i] *= 0.2F;
    }
    xh_crossbar_program(crossbar, weights);
    xh_array_free(weights);
    return XH_OK;
}

static xh_status create_array(array_rig *rig, xh_error *error) {
    *rig = (array_rig){.x = xh_array_create((size_t)VECTORS * ROWS, sizeof(float)),
                       .u = xh_array_create((size_t)VECTORS * COLUMNS, sizeof(float))};
    if (!rig->x || !rig->u) {
        return xh_error_set(error, XH_MEMORY, "no memory for %d vectors", VECTORS);
    }
    const xh_device_model *model = NULL;
    xh_status status = xh_device_find("pcm_accumulate", &model, error);
    if (status == XH_OK) {
        status = create_crossbar(model, ROWS, COLUMNS, &rig->crossbar, error);
    }
    if (status == XH_OK) {
        status = program(rig->crossbar, error);
    }
    if (status == XH_OK) {
        xh_rng_normal((xh_rng){0, XH_RNG_TEST, 2, 0}, 0, (size_t)VECTORS * ROWS, rig->x);
        xh_crossbar_calibrate(rig->crossbar, VECTORS, rig->x);
    }
    return status;
}

/* Every vector has one winner, at which all rows fire on the plus side. */
static xh_status pulse_winners(void *context, xh_error *error) {
    const array_rig *rig = context;
    (void)error;
    int8_t up[ROWS], none[ROWS] = {0};
    memset(up, 1, sizeof(up));
    xh_crossbar_update_begin(rig->crossbar);
#pragma omp parallel for schedule(dynamic, XH_CROSSBAR_BLOCK)
    for (size_t i = 0; i < COLUMNS; i++) {
        for (size_t p = 0; p < VECTORS; p++) {
            if (rig->winner[p] == i) {
                xh_crossbar_pulse(rig->crossbar, i, up, none);
            }
        }
    }
    xh_crossbar_update_end(rig->crossbar);
    return XH_OK;
}

xh_status xh_bench_update_winner(const xh_bench_effort *effort, size_t which,
                                 xh_bench_result *result, xh_error *error) {
    (void)which;
    array_rig rig;
    xh_status status = create_array(&rig, error);
    if (status == XH_OK) {
        xh_rng_words((xh_rng){0, XH_RNG_TEST, 3, 0}, 0, VECTORS, rig.winner);
        for (size_t p = 0; p < VECTORS; p++) {
            rig.winner[p] %= COLUMNS;
        }
        status = xh_bench_time(effort, (xh_bench_work){pulse_winners, &rig}, result, error);
        result->value *= 1e6 / VECTORS;
    }
    free_array(&rig);
    return status;
}

static xh_status read_all(void *context, xh_error *error) {
    const array_rig *rig = context;
    (void)error;
    xh_crossbar_read_begin(rig->crossbar, XH_PHASE_forward);
#pragma omp parallel for schedule(static)
    for (size_t first = 0; first < VECTORS; first += READ_BLOCK) {
        xh_crossbar_read(rig->crossbar, first, READ_BLOCK, rig->x + first * ROWS,
                         rig->u + first * COLUMNS);
    }
    xh_crossbar_read_end(rig->crossbar);
    return XH_OK;
}

xh_status xh_bench_read_noisy(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                              xh_error *error) {
    (void)which;
    array_rig rig;
    xh_products products = {0};
    xh_status status = create_array(&rig, error);
    if (status == XH_OK) {
        status = xh_products_add(&products, effort, XH_PRODUCT_READ, VECTORS, COLUMNS, ROWS, error);
    }
    if (status == XH_OK) {
        status = xh_bench_compare(effort, (xh_bench_work){read_all, &rig},
                                  xh_products_work(&products), result, error);
        invert(result, 1e-9 * VECTORS * COLUMNS * ROWS);
    }
    xh_products_free(&products);
    free_array(&rig);
    return status;
}
