/**
 * Measurements for tests of fits: cells of a device model, pulsed up and down and read, as the text
 * of a file; and fits of many of them against what the cells were made of.
 *
 * Streams are keyed, so that a run is reproducible. Should seeds or the generator ever change, chance
 * alone fails a comparison of calibrate() in 1.7e-3 of cases (chi squared of 6 above 24 or below
 * 0.4), and one of cover() in 4.8e-4 (3 or more misses of 4 at 5 % each).
 */
#ifndef CROSSHEBB_TESTS_FIT_RIG_H
#define CROSSHEBB_TESTS_FIT_RIG_H

#include "suite.h"

#include "experiments/device_sample.h"
#include "experiments/fit.h"

#include <math.h>
#include <string.h>

/* How to measure. */
typedef struct plan {
    const char *model;
    const char *const *overrides; /* of its parameters, NULL-ended */
    size_t devices, cycles, up, down;
    uint64_t seed;
} plan;

static xh_error error;

static inline void load(const plan *how, const xh_device_model **model, xh_param_values *params) {
    size_t count = 0;
    while (how->overrides && how->overrides[count]) {
        count++;
    }
    ck_assert_msg(xh_device_load(how->model, how->overrides, count, model, params, &error) == XH_OK,
                  "%s", error.text);
}

/* A row of every cell. */
static inline void read_all(xh_device_sample *sample, float *value, FILE *rows, size_t cycle,
                            size_t pulse, const char *direction) {
    xh_device_sample_wait(sample, xh_device_read_delay(sample->model, sample->params));
    xh_device_sample_read(sample, NULL, value);
    for (size_t c = 0; c < sample->cells.count; c++) {
        fprintf(rows, "d%zu,%zu,%zu,%s,%.7g\n", c, cycle, pulse, direction,
                1e6 * fmax((double)value[c], 0));
    }
}

/* The text, to be freed by free(). Each cycle is a train from where the one before ended. */
static inline char *measure(const plan *how) {
    const xh_device_model *model = NULL;
    static xh_param_values params;
    load(how, &model, &params);
    xh_device_sample sample;
    ck_assert_int_eq(
        xh_device_sample_create(&sample, model, &params, how->devices, how->seed, &error), XH_OK);
    char *text = NULL;
    size_t size = 0;
    FILE *rows = open_memstream(&text, &size);
    float *value = calloc(how->devices, sizeof *value);
    ck_assert(rows && value);
    fprintf(rows, "device,cycle,pulse,direction,conductance (uS)\n");
    for (size_t cycle = 0; cycle < how->cycles; cycle++) {
        read_all(&sample, value, rows, cycle, 0, "start");
        for (size_t p = 1; p <= how->up + how->down; p++) {
            const bool up = p <= how->up;
            xh_device_sample_pulse_all(&sample, up ? 1 : -1);
            read_all(&sample, value, rows, cycle, p, up ? "up" : "down");
        }
    }
    fclose(rows);
    free(value);
    xh_device_sample_free(&sample);
    return text;
}

/* Measures and fits as model (NULL: the plan's own). */
static inline xh_status measure_and_fit(const plan *how, const char *model, xh_fit *fit) {
    char *text = measure(how);
    xh_measured measured = {.rows = 0};
    error = (xh_error){.status = XH_OK};
    ck_assert_msg(xh_measured_parse("m.csv", text, strlen(text), &measured, &error) == XH_OK, "%s",
                  error.text);
    const xh_status status = xh_fit_measured(&measured, model ? model : how->model, fit, &error);
    xh_measured_free(&measured);
    free(text);
    return status;
}

static inline const xh_fit_value *value_of(const xh_fit *fit, const char *name) {
    for (size_t v = 0; v < fit->values; v++) {
        if (strcmp(fit->value[v].param->name, name) == 0) {
            return &fit->value[v];
        }
    }
    ck_abort_msg("no value %s", name);
    return NULL;
}

enum { SEEDS = 6, COVERED = 4, MISSES = 2 };

/* Fits of single devices over seeds: errors in units of their standard error are standard normal.
 * Where a bound is met, its error is bounded by a floor and may be smaller: least is then 0. */
typedef struct expectation {
    const char *name;
    double least; /* of the sum of squares */
} expectation;

static inline void calibrate(plan how, const expectation *values, size_t count) {
    const xh_device_model *model = NULL;
    static xh_param_values truth;
    double sums[XH_FIT_VALUES] = {0};
    load(&how, &model, &truth);
    for (how.seed = 1; how.seed <= SEEDS; how.seed++) {
        xh_fit fit;
        ck_assert_msg(measure_and_fit(&how, NULL, &fit) == XH_OK, "%s", error.text);
        for (size_t v = 0; v < count; v++) {
            const xh_fit_value *value = value_of(&fit, values[v].name);
            const double away = value->value - xh_param_number(value->param, &truth);
            ck_assert_double_gt(value->error, 0);
            sums[v] += away * away / (value->error * value->error);
        }
        xh_fit_free(&fit);
    }
    for (size_t v = 0; v < count; v++) {
        ck_assert_msg(sums[v] >= values[v].least && sums[v] <= 24, "%s: %g", values[v].name,
                      sums[v]);
    }
}

/* Intervals of several devices: means by Student's t of few devices, spreads by chi squared. */
static inline void cover(plan how, const char *const *names) {
    const xh_device_model *model = NULL;
    static xh_param_values truth;
    size_t misses[XH_FIT_VALUES] = {0};
    load(&how, &model, &truth);
    for (how.seed = 1; how.seed <= COVERED; how.seed++) {
        xh_fit fit;
        ck_assert_msg(measure_and_fit(&how, NULL, &fit) == XH_OK, "%s", error.text);
        for (size_t v = 0; names[v]; v++) {
            const xh_fit_value *value = value_of(&fit, names[v]);
            const double number = xh_param_number(value->param, &truth);
            ck_assert(value->known);
            misses[v] += number < value->low || number > value->high;
        }
        xh_fit_free(&fit);
    }
    for (size_t v = 0; names[v]; v++) {
        ck_assert_msg(misses[v] <= MISSES, "%s: %zu misses", names[v], misses[v]);
    }
}

#endif
