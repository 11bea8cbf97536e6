/* Wire resistance: what it costs an array that learns and reads, and an exact solution. */
#include "bench.h"

#include "crosshebb/array.h"
#include "crosshebb/crossbar.h"
#include "crosshebb/wire.h"

#include <math.h>
#include <string.h>

enum { SIDE = 256, EXACT_SIDE = 128, VECTORS = 256, READ_BLOCK = 32 };

#define WIRES 1.0 /* ohm a segment [assumed] */

typedef struct wire_rig {
    xh_crossbar *crossbar;
    float *x; /* [VECTORS][SIDE] */
    float *u; /* [VECTORS][SIDE] */
} wire_rig;

static void free_rig(wire_rig *rig) {
    xh_crossbar_free(rig->crossbar);
    xh_array_free(rig->x);
    xh_array_free(rig->u);
}

/* One tile of phase-change cells, programmed, with wires of that resistance. */
static xh_status create_rig(double ohm, wire_rig *rig, xh_error *error) {
    const size_t size = (size_t)VECTORS * SIDE;
    *rig = (wire_rig){.x = xh_array_create(size, sizeof(float)),
                      .u = xh_array_create(size, sizeof(float))};
    if (!rig->x || !rig->u) {
        return xh_error_set(error, XH_MEMORY, "no memory for %d vectors", VECTORS);
    }
    xh_param_values device;
    xh_crossbar_params params;
    const xh_device_model *model = NULL;
    xh_status status = xh_device_find("pcm_accumulate", &model, error);
    if (status == XH_OK) {
        xh_param_defaults(model->params, device.bytes);
        xh_param_defaults(&xh_crossbar_param_table, &params);
        params.wire_resistance = ohm;
        status = xh_crossbar_create(SIDE, xh_undivided(SIDE), model, device.bytes, &params,
                                    (xh_crossbar_seeds){1, 1, 0}, &rig->crossbar, error);
    }
    if (status == XH_OK) { /* weights pass through the inputs, which are drawn anew */
        xh_rng_normal((xh_rng){0, XH_RNG_TEST, 1, 0}, 0, size, rig->x);
        xh_crossbar_program(rig->crossbar, rig->x);
        xh_rng_normal((xh_rng){0, XH_RNG_TEST, 2, 0}, 0, size, rig->x);
        xh_crossbar_calibrate(rig->crossbar, VECTORS, rig->x);
    }
    return status;
}

/* A column learns, and then a batch is read. */
static xh_status learn_and_read(void *context, xh_error *error) {
    const wire_rig *rig = context;
    (void)error;
    int8_t up[SIDE], none[SIDE] = {0};
    memset(up, 1, sizeof up);
    xh_crossbar_update_begin(rig->crossbar);
    xh_crossbar_pulse(rig->crossbar, xh_crossbar_updates(rig->crossbar) % SIDE, up, none);
    xh_crossbar_update_end(rig->crossbar);
    xh_crossbar_read_begin(rig->crossbar, XH_PHASE_forward);
#pragma omp parallel for schedule(static)
    for (size_t first = 0; first < VECTORS; first += READ_BLOCK) {
        xh_crossbar_read(rig->crossbar, first, READ_BLOCK, rig->x + first * SIDE,
                         rig->u + first * SIDE);
    }
    xh_crossbar_read_end(rig->crossbar);
    return XH_OK;
}

xh_status xh_bench_wire_fast(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                             xh_error *error) {
    (void)which;
    wire_rig wired = {0}, ideal = {0};
    xh_status status = create_rig(WIRES, &wired, error);
    if (status == XH_OK) {
        status = create_rig(0, &ideal, error);
    }
    if (status == XH_OK) {
        status = xh_bench_compare(effort, (xh_bench_work){learn_and_read, &wired},
                                  (xh_bench_work){learn_and_read, &ideal}, result, error);
        result->value *= 1e3;
        result->bound *= 1e3;
    }
    free_rig(&wired);
    free_rig(&ideal);
    return status;
}

typedef struct exact_rig {
    double *g;       /* [EXACT_SIDE][EXACT_SIDE] */
    double *v;       /* [VECTORS][EXACT_SIDE] */
    double *current; /* [VECTORS][EXACT_SIDE] */
} exact_rig;

static void free_exact(exact_rig *rig) {
    xh_array_free(rig->g);
    xh_array_free(rig->v);
    xh_array_free(rig->current);
}

static xh_status solve(void *context, xh_error *error) {
    const exact_rig *rig = context;
    return xh_wire_exact(EXACT_SIDE, EXACT_SIDE, rig->g, (xh_wires){WIRES, WIRES, 0, 0}, VECTORS,
                         rig->v, rig->current, NULL, error);
}

xh_status xh_bench_wire_exact(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                              xh_error *error) {
    (void)which;
    if (!xh_wire_exact_library()) {
        *result = (xh_bench_result){NAN, NAN, NAN};
        return XH_OK;
    }
    const size_t size = (size_t)VECTORS * EXACT_SIDE;
    exact_rig rig = {xh_array_create(size, sizeof(double)), xh_array_create(size, sizeof(double)),
                     xh_array_create(size, sizeof(double))};
    if (!rig.g || !rig.v || !rig.current) {
        free_exact(&rig);
        return xh_error_set(error, XH_MEMORY, "no memory for %d vectors", VECTORS);
    }
    for (size_t i = 0; i < size; i++) {
        rig.g[i] = 1e-7 + 2e-5 * (double)(i * 7919 % 1000) / 1000; /* a phase-change cell's range */
        rig.v[i] = (double)(i * 104729 % 1000) / 1000;
    }
    const xh_status status = xh_bench_time(effort, (xh_bench_work){solve, &rig}, result, error);
    result->value *= 1e3;
    free_exact(&rig);
    return status;
}
