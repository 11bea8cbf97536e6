/**
 * A rig for tests of device models: a model, its parameters, the planes of some cells, and pulses
 * to give them.
 *
 * Streams are keyed, so a run is reproducible; bounds of statistical tests are SIGMAS = 5 standard
 * errors, which chance alone exceeds with probability 6e-7 a comparison, should seeds or the
 * generator ever change.
 */
#ifndef CROSSHEBB_TESTS_DEVICE_RIG_H
#define CROSSHEBB_TESTS_DEVICE_RIG_H

#include "crosshebb/array.h"
#include "crosshebb/device.h"

#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SIGMAS 5.0

/* The parameters of a rig: as in the table, all moved a little, or without spread and noise. */
typedef enum rig_variant { DEFAULT, PERTURBED, QUIET, VARIANTS } rig_variant;

typedef struct rig {
    const xh_device_model *model;
    void *params;
    xh_cells cells; /* planes that the parameters do not ask for are not there */
    float *plane[XH_DEVICE_PLANES];
    float *direction;
    float *noise; /* [draws][count] */
    float *part;  /* as much room */
} rig;

static inline xh_rng rig_stream(uint64_t seed, uint64_t step) {
    return (xh_rng){seed, XH_RNG_TEST, 0, step};
}

static inline double rig_number(const rig *r, const char *name) {
    const xh_param *param = xh_param_find(r->model->params, name);
    return param ? xh_param_number(param, r->params) : NAN;
}

static inline void rig_set(rig *r, const char *name, double value) {
    const xh_param *param = xh_param_find(r->model->params, name);
    const bool flag = value != 0;
    if (param->type == XH_PARAM_FLAG) {
        memcpy((char *)r->params + param->offset, &flag, sizeof flag);
    } else {
        memcpy((char *)r->params + param->offset, &value, sizeof value);
    }
}

static inline bool rig_fluctuates(const char *name) {
    const char *last = strrchr(name, '_');
    return last && (!strcmp(last, "_spread") || !strcmp(last, "_noise") || !strcmp(last, "_share"));
}

static inline bool rig_spreads(const xh_device_model *model) {
    for (size_t i = 0; i < model->params->count; i++) {
        const char *name = model->params->params[i].name;
        if (rig_fluctuates(name) && strstr(name, "_spread")) {
            return true;
        }
    }
    return false;
}

static inline void rig_vary(rig *r, rig_variant v) {
    const xh_param_table *table = r->model->params;
    for (size_t i = 0; i < table->count && v != DEFAULT; i++) {
        const xh_param *param = &table->params[i];
        if (param->type == XH_PARAM_FLAG) {
            bool flag = (v == PERTURBED) != (param->initial != 0);
            memcpy((char *)r->params + param->offset, &flag, sizeof flag);
        } else if (param->type == XH_PARAM_REAL && v == PERTURBED) {
            double moved = param->initial * (0.85 + 0.04 * (double)(i % 8));
            const bool siemens = strcmp(param->unit, "S") == 0; /* of which 0.1 is too much */
            moved = param->initial == 0 && !siemens ? 0.1 : moved;
            rig_set(r, param->name, fmax(param->minimum, fmin(param->maximum, moved)));
        } else if (param->type == XH_PARAM_REAL && rig_fluctuates(param->name)) {
            rig_set(r, param->name, 0);
        }
    }
    ck_assert_int_eq(xh_device_check(r->model, r->params, NULL), XH_OK);
}

static inline xh_cells rig_span(xh_cells cells, size_t first, size_t count) {
    cells.count = count;
    for (size_t plane = 0; plane < XH_DEVICE_PLANES; plane++) {
        cells.plane[plane] = cells.plane[plane] ? cells.plane[plane] + first : NULL;
    }
    return cells;
}

static inline void rig_init(rig *r, uint64_t seed) {
    for (size_t plane = 0; plane < r->model->planes; plane++) {
        const bool kept = plane < xh_device_kept(r->model, r->params);
        r->cells.plane[plane] = kept ? r->plane[plane] : NULL;
    }
    ck_assert_ptr_nonnull(r->cells.plane[0]);
    r->model->init(r->params, r->cells, (xh_rng){seed, XH_RNG_DEVICE, 3, 0}, 0, 0.0);
}

static inline rig rig_create(size_t index, rig_variant v, size_t count) {
    rig r = {.model = xh_device_at(index), .cells.count = count};
    r.params = xh_array_create(1, r.model->params->size);
    for (size_t plane = 0; plane < r.model->planes; plane++) {
        r.plane[plane] = xh_array_create(count, sizeof(float));
        ck_assert_ptr_nonnull(r.plane[plane]);
    }
    r.direction = xh_array_create(count, sizeof(float));
    r.noise = xh_array_create(XH_DEVICE_DRAWS * count, sizeof(float));
    r.part = xh_array_create(XH_DEVICE_DRAWS * count, sizeof(float));
    xh_param_defaults(r.model->params, r.params);
    rig_vary(&r, v);
    rig_init(&r, 11);
    return r;
}

static inline rig rig_create_named(const char *name, rig_variant v, size_t count) {
    size_t index = 0;
    while (strcmp(xh_device_at(index)->name, name) != 0) {
        index++;
    }
    return rig_create(index, v, count);
}

static inline void rig_destroy(rig *r) {
    for (size_t plane = 0; plane < r->model->planes; plane++) {
        xh_array_free(r->plane[plane]);
    }
    xh_array_free(r->part);
    xh_array_free(r->params);
    xh_array_free(r->direction);
    xh_array_free(r->noise);
}

/* Random directions (down only where the model allows it) and noise of one step. */
static inline void rig_draw(rig *r, uint64_t step) {
    const float lowest = r->model->traits & XH_DEVICE_DEPRESSES ? -1.0F : 0.0F;
    xh_rng_uniform(rig_stream(1, step), 0, r->cells.count, r->direction);
    for (size_t d = 0; d < xh_device_draws(r->model, r->params); d++) {
        xh_rng_normal(rig_stream(2 + 2 * d, step), 0, r->cells.count,
                      r->noise + d * r->cells.count);
    }
    for (size_t c = 0; c < r->cells.count; c++) {
        r->direction[c] = floorf(r->direction[c] * (2.0F - lowest)) + lowest;
    }
}

static inline void rig_steer(rig *r, float direction, float noise) {
    for (size_t c = 0; c < r->cells.count; c++) {
        r->direction[c] = direction;
    }
    for (size_t n = 0; n < XH_DEVICE_DRAWS * r->cells.count; n++) {
        r->noise[n] = noise;
    }
}

/* The noise of cells first .. first + count - 1, [draws][count]. */
static inline const float *rig_noise(rig *r, size_t first, size_t count) {
    for (size_t d = 0; d < xh_device_draws(r->model, r->params); d++) {
        memcpy(r->part + d * count, r->noise + d * r->cells.count + first, count * sizeof(float));
    }
    return r->part;
}

static inline xh_pulse_tally rig_pulse(rig *r, double now) {
    xh_pulse_tally tally = {0};
    r->model->pulse(r->params, r->cells, r->direction, r->noise, now, &tally);
    return tally;
}

/* Whether the model learns by pulses; the others are programmed in a closed loop (test_programmed.c).
 */
static inline bool rig_takes_pulses(int index) {
    return xh_device_at((size_t)index)->pulse != NULL;
}

/* Quiet pulses until a cell has forgotten how it began. */
static inline void rig_season(rig *r) {
    rig_steer(r, 1, 0);
    for (int n = 0; n < 64; n++) {
        rig_pulse(r, 0.0);
    }
}

static inline size_t rig_plane(const rig *r, const char *name) {
    size_t plane = 0;
    while (plane < r->model->planes && strcmp(r->model->plane[plane].name, name) != 0) {
        plane++;
    }
    return plane;
}

/* The bounds of a cell: its own where it has planes for them, else the parameters. */
static inline float rig_bound(const rig *r, const char *name, size_t cell) {
    size_t plane = rig_plane(r, name);
    const float *own = plane < r->model->planes ? r->cells.plane[plane] : NULL;
    return own ? own[cell] : (float)rig_number(r, name);
}

static inline float rig_low(const rig *r, size_t cell) {
    double floor = rig_number(r, "reset_floor");
    return isnan(floor) ? rig_bound(r, "g_min", cell) : (float)floor;
}

static inline void rig_place(rig *r, double share) {
    for (size_t c = 0; c < r->cells.count; c++) {
        double low = rig_bound(r, "g_min", c);
        r->cells.plane[0][c] = (float)(low + share * (rig_bound(r, "g_max", c) - low));
    }
}

/* The conductances that a read of cells that do not drift finds. */
static inline const float *rig_shown(const rig *r) {
    return r->cells.plane[rig_number(r, "write_noise") > 0 ? rig_plane(r, "shown") : 0];
}

/* The planes one after the other, to compare bits with later. */
static inline float *rig_snapshot(const rig *r) {
    size_t count = r->cells.count;
    float *copy = xh_array_create(r->model->planes * count, sizeof(float));
    for (size_t plane = 0; plane < xh_device_kept(r->model, r->params); plane++) {
        memcpy(copy + plane * count, r->cells.plane[plane], count * sizeof(float));
    }
    return copy;
}

static inline bool rig_same(const rig *r, const float *copy) {
    size_t count = r->cells.count;
    for (size_t plane = 0; plane < xh_device_kept(r->model, r->params); plane++) {
        if (memcmp(copy + plane * count, r->cells.plane[plane], count * sizeof(float)) != 0) {
            return false;
        }
    }
    return true;
}

/* All cells one way, each with noise of its own. */
static inline void rig_push(rig *r, int way, uint64_t step) {
    rig_draw(r, step);
    for (size_t c = 0; c < r->cells.count; c++) {
        r->direction[c] = (float)way;
    }
    rig_pulse(r, 0.0);
}

static inline double mean(const float *values, size_t count) {
    double sum = 0;
    for (size_t c = 0; c < count; c++) {
        sum += values[c];
    }
    return sum / (double)count;
}

static inline double deviation(const float *values, size_t count) {
    double middle = mean(values, count);
    double sum = 0;
    for (size_t c = 0; c < count; c++) {
        sum += (values[c] - middle) * (values[c] - middle);
    }
    return sqrt(sum / (double)(count - 1));
}

/* Normal values of this mean and deviation? */
static inline void expect_normal(const float *values, size_t count, double middle, double spread) {
    double error = spread / sqrt((double)count);
    ck_assert_double_le(fabs(mean(values, count) - middle), SIGMAS * error + 1e-6 * fabs(middle));
    ck_assert_double_le(fabs(deviation(values, count) - spread), SIGMAS * error / sqrt(2));
}

#endif
