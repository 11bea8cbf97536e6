/* Cells of one device, apart from any array. */
#include "device_sample.h"

#include "crosshebb/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRAM_PULSES = 1000, AGE_STEPS = 256 };

static xh_rng stream_of(const xh_device_sample *sample, xh_rng_purpose purpose, size_t instance,
                        uint64_t step) {
    return (xh_rng){sample->seed, purpose, (uint32_t)instance, step};
}

xh_status xh_device_sample_create(xh_device_sample *sample, const xh_device_model *model,
                                  const void *params, size_t count, uint64_t seed,
                                  xh_error *error) {
    *sample = (xh_device_sample){.model = model,
                                 .params = params,
                                 .seed = seed,
                                 .cells.count = count,
                                 .draws = xh_device_draws(model, params)};
    bool made = true;
    for (size_t plane = 0; plane < model->planes; plane++) {
        sample->cells.plane[plane] = xh_array_create(count, sizeof(float));
        made = made && sample->cells.plane[plane];
    }
    sample->direction = xh_array_create(count, sizeof(float));
    sample->noise = xh_array_create(count * sample->draws, sizeof(float));
    if (!made || !sample->direction || !sample->noise) {
        return xh_error_set(error, XH_MEMORY, "no memory for %zu cells", count);
    }
    model->init(params, sample->cells, stream_of(sample, XH_RNG_DEVICE, 0, 0), 0, 0.0);
    return XH_OK;
}

void xh_device_sample_free(xh_device_sample *sample) {
    for (size_t plane = 0; plane < XH_DEVICE_PLANES; plane++) {
        xh_array_free(sample->cells.plane[plane]);
    }
    xh_array_free(sample->direction);
    xh_array_free(sample->noise);
    *sample = (xh_device_sample){.model = NULL};
}

static bool fluctuates(const char *name) {
    static const char *const endings[] = {"_spread", "_noise", "_share"};
    const size_t length = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        const size_t tail = strlen(endings[i]);
        if (length > tail && strcmp(name + length - tail, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}

void xh_device_quiet_params(const xh_device_model *model, const void *params,
                            xh_param_values *quiet) {
    memcpy(quiet->bytes, params, model->params->size);
    for (size_t i = 0; i < model->params->count; i++) {
        const xh_param *param = &model->params->params[i];
        if (param->type == XH_PARAM_REAL && fluctuates(param->name)) {
            const double least = fmax(param->minimum, 0);
            memcpy(quiet->bytes + param->offset, &least, sizeof least);
        }
    }
}

/* The cells' own values of that name; NULL if the model has none. */
static float *own(const xh_device_sample *sample, const char *name) {
    for (size_t plane = 0; plane < sample->model->planes; plane++) {
        if (strcmp(sample->model->plane[plane].name, name) == 0) {
            return sample->cells.plane[plane];
        }
    }
    return NULL;
}

void xh_device_sample_place(xh_device_sample *sample, size_t cell, double conductance) {
    const float *low = own(sample, "g_min"), *high = own(sample, "g_max");
    float *plane = sample->cells.plane[0], g = (float)conductance;
    if (!plane) {
        return;
    }
    g = high && g > high[cell] ? high[cell] : g;
    g = low && g < low[cell] ? low[cell] : g;
    float *shown = own(sample, "shown"); /* where a write shows more than the state */
    if (shown) {
        shown[cell] += g - plane[cell];
    }
    plane[cell] = g;
}

void xh_device_sample_lower(xh_device_sample *sample) {
    const double g_min = sample->model->nominal(sample->params).g_min;
    for (size_t c = 0; own(sample, "g_min") && c < sample->cells.count; c++) {
        xh_device_sample_place(sample, c, g_min);
    }
}

static void draw(xh_device_sample *sample) {
    const size_t count = sample->cells.count;
    for (size_t d = 0; d < sample->draws; d++) {
        if (sample->quiet) {
            memset(sample->noise + d * count, 0, count * sizeof(float));
        } else {
            xh_rng_normal(stream_of(sample, XH_RNG_CYCLE, d, sample->pulses), 0, count,
                          sample->noise + d * count);
        }
    }
    sample->pulses++;
}

void xh_device_sample_pulse(xh_device_sample *sample) {
    xh_pulse_tally tally = {0};
    draw(sample);
    sample->model->pulse(sample->params, sample->cells, sample->direction, sample->noise,
                         sample->now, &tally);
}

static void steer(xh_device_sample *sample, float direction) {
    for (size_t c = 0; c < sample->cells.count; c++) {
        sample->direction[c] = direction;
    }
}

void xh_device_sample_pulse_all(xh_device_sample *sample, int way) {
    steer(sample, (float)way);
    xh_device_sample_pulse(sample);
}

/* A pulse for each cell below the target, from the lower bound on; false if none is left. */
static bool approach(xh_device_sample *sample, float target) {
    bool pulsed = false;
    for (size_t c = 0; c < sample->cells.count; c++) {
        const bool below = sample->cells.plane[0][c] < target;
        sample->direction[c] = below ? 1.0F : 0.0F;
        pulsed = pulsed || below;
    }
    if (pulsed) {
        xh_device_sample_pulse(sample);
    }
    return pulsed;
}

void xh_device_sample_program(xh_device_sample *sample, double target) {
    if (sample->model->set) {
        draw(sample);
        steer(sample, (float)target); /* the room serves as targets */
        sample->model->set(sample->params, sample->cells, sample->direction, sample->noise,
                           sample->now);
        return;
    }
    xh_device_sample_lower(sample);
    for (int n = 0; n < PROGRAM_PULSES && approach(sample, (float)target); n++) {
    }
}

void xh_device_sample_wait(xh_device_sample *sample, double seconds) {
    const double then = sample->now + seconds;
    if (xh_device_ages(sample->model, sample->params) && seconds > 0) {
        sample->model->age(sample->params, sample->cells,
                           stream_of(sample, XH_RNG_AGE, 0, AGE_STEPS * sample->waits), 0,
                           sample->now, then);
        sample->waits++;
    }
    sample->now = then;
}

double xh_device_sample_read(xh_device_sample *sample, float *mean, float *value) {
    const size_t count = sample->cells.count;
    float *conductance = xh_array_create(2 * count, sizeof(float));
    if (!conductance) {
        return NAN;
    }
    float *variance = conductance + count;
    double sum = 0;
    sample->model->read(sample->params, sample->cells, sample->now, conductance, variance);
    for (size_t c = 0; c < count; c++) {
        sum += variance[c];
    }
    if (mean) {
        memcpy(mean, conductance, count * sizeof(float));
    }
    if (value) {
        xh_rng_normal(stream_of(sample, XH_RNG_READ, 0, sample->reads), 0, count, value);
        for (size_t c = 0; c < count; c++) {
            const float deviation = sample->quiet ? 0.0F : sqrtf(variance[c]);
            value[c] = conductance[c] + deviation * value[c];
        }
        sample->reads++;
    }
    xh_array_free(conductance);
    return sqrt(sum / (double)count);
}

double xh_device_read_delay(const xh_device_model *model, const void *params) {
    const xh_param *param = xh_param_find(model->params, "drift_reference");
    return param ? xh_param_number(param, params) : 1;
}

double xh_device_mean(const float *values, size_t count, double *deviation) {
    double sum = 0, squares = 0;
    for (size_t c = 0; c < count; c++) {
        sum += values[c];
    }
    const double mean = sum / (double)count;
    for (size_t c = 0; c < count; c++) {
        squares += (values[c] - mean) * (values[c] - mean);
    }
    if (deviation) {
        *deviation = count > 1 ? sqrt(squares / (double)(count - 1)) : 0;
    }
    return mean;
}
