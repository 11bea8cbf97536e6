/*
 * The presets of cells that are programmed in a closed loop against their published laws, recomputed
 * here from the publications' own form of them, without chance: one normal of a set at a time is 1.
 */
#include "programmed_rig.h"

#include "crosshebb/config.h"
#include "suite.h"

/* One cell of the preset. */
static rig create(const char *name) {
    static xh_param_values values;
    const xh_device_model *model = NULL;
    xh_error error = {0};
    ck_assert_msg(xh_device_load(name, NULL, 0, &model, &values, &error) == XH_OK, "%s",
                  error.text);
    rig r = rig_create_named(model->name, DEFAULT, 1);
    memcpy(r.params, values.bytes, model->params->size);
    rig_init(&r, 11);
    return r;
}

static void set_one(rig *r, double microsiemens, float first, float second) {
    const float target = (float)(microsiemens * MICRO);
    const float normals[XH_DEVICE_DRAWS] = {first, second, 0};
    r->model->set(r->params, r->cells, &target, normals, 0.0);
}

static double clip(double value, double low, double high) {
    return fmin(fmax(value, low), high);
}

/* The 14 nm chip with 1 or 2 devices a side (aihwkit's HermesNoiseModel). */
static double chip_error(int devices, double x) {
    return devices == 1 ? 0.15781817 + x * (2.32443916 + x * (-2.16310839 + x * 0.68841818))
                        : 0.16603222 + x * (4.71806468 + x * (-8.48101252 + x * 4.68961419));
}

static double chip_exponent(double x) {
    return x < 0.0945 ? clip(-0.0387 * log(x) - 0.0182, 0.072, 0.13)
                      : -0.0436 * x * x - 0.0126 * x + 0.0736;
}

static double chip_spread(int devices, double x) {
    if (devices == 1) {
        return x < 0.3039 ? clip(-0.0120 * log(x) - 0.0023, 0.0124, 0.04)
                          : -0.0165 * x * x + 0.0116 * x + 0.0104;
    }
    return x < 0.3055 ? clip(-0.0117 * log(x) - 0.0057, 0.0091, 0.04)
                      : -0.0118 * x * x + 0.0093 * x + 0.0073;
}

static double chip_noise(int devices, double x) {
    if (devices == 1) {
        return x < 0.1591 ? clip(-0.0078 * log(x) + 0.0038, 0.0179, 0.04)
                          : 0.0664 * x * x * x - 0.1352 * x * x + 0.0768 * x + 0.0088;
    }
    return x < 0.16 ? clip(-0.0117 * log(x) - 0.0069, 0.015, 0.04)
                    : 0.0069 * x * x * x - 0.0280 * x * x + 0.0211 * x + 0.0123;
}

static void check_chip(const char *name, int devices, double g_max, double first_read) {
    static const double shares[] = {0.003, 0.03, 0.09, 0.12, 0.2, 0.3, 0.4, 0.7, 1};
    const double hour = 3600;
    rig r = create(name);
    rig_set(&r, "read_window", 1e10); /* all of the noise in the variance */
    ck_assert_double_eq_tol(r.model->nominal(r.params).g_max, g_max * MICRO, 1e-12);
    for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
        const double x = shares[i];
        const double g = x * g_max;
        float read;
        float variance;
        set_one(&r, g, 1, 0);
        ck_assert_double_eq_tol(r.cells.plane[0][0] / MICRO - g, chip_error(devices, x), 1e-5);
        set_one(&r, g, 0, 1);
        ck_assert_double_eq_tol(r.cells.plane[1][0], chip_exponent(x) + chip_spread(devices, x),
                                1e-5);
        set_one(&r, g, 0, 0);
        r.model->read(r.params, r.cells, hour, &read, &variance);
        const double age = hour + first_read;
        ck_assert_double_eq_tol(read / MICRO, g * pow(age / first_read, -chip_exponent(x)),
                                1e-5 * g);
        ck_assert_double_eq_tol(sqrt((double)variance) / (double)read,
                                chip_noise(devices, x) * sqrt(log((age + 512e-9) / 1024e-9)), 2e-5);
    }
    rig_destroy(&r);
}

START_TEST(chip_of_14_nm) {
    check_chip("pcm-14nm-1", 1, 10.35, 200);
    check_chip("pcm-14nm-2", 2, 20.7, 300);
}
END_TEST

/* A preset of the defaults is just that. */
START_TEST(presets_of_defaults) {
    static const char *const names[] = {"pcm-90nm", "neurram", "cmo-hfox"};
    for (size_t i = 0; i < 3; i++) {
        rig r = create(names[i]);
        rig plain = rig_create_named(r.model->name, DEFAULT, 1);
        ck_assert_mem_eq(r.params, plain.params, r.model->params->size);
        rig_destroy(&r);
        rig_destroy(&plain);
    }
}
END_TEST

/* 4.782 - 0.0091 G uS, at any time. */
START_TEST(hfo2_of_milo) {
    rig r = create("hfo2-milo");
    for (int i = 2; i <= 9; i++) {
        const double g = 25 * i;
        const double error = 4.782321 - 0.009107 * g;
        float read;
        set_one(&r, g, 1, 1);
        for (int year = 0; year < 4; year++) {
            r.model->read(r.params, r.cells, 3e7 * year, &read, NULL);
            ck_assert_double_eq_tol(read / MICRO - g, error, 1e-4);
        }
    }
    rig_destroy(&r);
}
END_TEST

static void check_acceptance(const char *name, double constant, double slope) {
    rig r = create(name);
    float read;
    set_one(&r, 50, 1, 0);
    r.model->read(r.params, r.cells, 0.0, &read, NULL);
    ck_assert_double_eq_tol(read / MICRO - 50, constant + 50 * slope, 1e-5);
    rig_destroy(&r);
}

/* Two acceptance ranges of the loop, 2 % and 0.2 % of the target. */
START_TEST(acceptance_of_cmo) {
    check_acceptance("cmo-hfox", 0.0112185391, 0.01129027418);
    check_acceptance("cmo-hfox-fine", 0.00081107, 0.00106879);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {chip_of_14_nm, presets_of_defaults, hfo2_of_milo,
                                  acceptance_of_cmo};
    return xh_suite_run("programmed_presets", tests, sizeof(tests) / sizeof(tests[0]));
}
