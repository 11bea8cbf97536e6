/* Crossbars for tests: a device with its default parameters, some of them changed by name. */
#ifndef XH_TESTS_CROSSBAR_FIXTURE_H
#define XH_TESTS_CROSSBAR_FIXTURE_H

#include "crosshebb/array.h"
#include "crosshebb/crossbar.h"
#include "crosshebb/probe.h"
#include "suite.h"

typedef struct xh_setting {
    const char *name;
    const char *text;
} xh_setting;

/* Ideal converters, no read noise, no faults: what remains is the device. */
static inline xh_crossbar_params xh_plain_crossbar(void) {
    xh_crossbar_params params;
    xh_param_defaults(&xh_crossbar_param_table, &params);
    params.dac_bits = 0;
    params.adc_bits = 0;
    params.read_noise = false;
    return params;
}

static inline xh_crossbar *xh_make_crossbar(size_t inputs, size_t outputs, const char *device,
                                            const xh_setting *settings, size_t count,
                                            const xh_crossbar_params *params, uint64_t seed) {
    static xh_param_values values;
    xh_error error = {0};
    const xh_device_model *model = NULL;
    ck_assert_int_eq(xh_device_find(device, &model, &error), XH_OK);
    xh_param_defaults(model->params, values.bytes);
    for (size_t s = 0; s < count; s++) {
        const xh_param *param = xh_param_find(model->params, settings[s].name);
        ck_assert_msg(param != NULL, "%s has no parameter %s", device, settings[s].name);
        ck_assert_msg(xh_param_set(param, values.bytes, settings[s].text, &error) == XH_OK, "%s",
                      error.text);
    }
    xh_crossbar *crossbar = NULL;
    const xh_crossbar_seeds seeds = {seed, seed + 1, 0};
    ck_assert_msg(xh_crossbar_create(inputs, xh_undivided(outputs), model, values.bytes, params,
                                     seeds, &crossbar, &error) == XH_OK,
                  "%s", error.text);
    return crossbar;
}

static inline float *xh_normals(size_t count, uint64_t seed, double sigma) {
    float *values = xh_array_create(count, sizeof(float));
    ck_assert_ptr_nonnull(values);
    xh_rng_normal((xh_rng){seed, XH_RNG_TEST, 0, 0}, 0, count, values);
    for (size_t i = 0; i < count; i++) {
        values[i] *= (float)sigma;
    }
    return values;
}

static inline float *xh_weights_of(const xh_crossbar *crossbar) {
    float *weights = xh_array_create(xh_crossbar_inputs(crossbar) * xh_crossbar_outputs(crossbar),
                                     sizeof(float));
    ck_assert_ptr_nonnull(weights);
    xh_probe_weights(crossbar, weights);
    return weights;
}

/* u [count][outputs] of x [count][inputs]. */
static inline float *xh_read_all(xh_crossbar *crossbar, size_t count, const float *x,
                                 xh_phase phase) {
    float *u = xh_array_create(count * xh_crossbar_outputs(crossbar), sizeof(float));
    ck_assert_ptr_nonnull(u);
    xh_crossbar_read_begin(crossbar, phase);
    xh_crossbar_read(crossbar, 0, count, x, u);
    xh_crossbar_read_end(crossbar);
    return u;
}

#endif
