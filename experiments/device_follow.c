/* What becomes of cells that were programmed to a target. */
#include "device_response_internal.h"

#include "crosshebb/array.h"

#include <string.h>

static const double times[XH_DEVICE_TIMES] = {0, 1, 20, 3600, 86400, 604800, 2592000, 31536000};

/* Shares of g_max, or for cells written by pulses of the range. */
static const double set_shares[XH_DEVICE_TARGETS] = {0.04, 0.2, 0.4, 0.7, 1};
static const double pulse_shares[XH_DEVICE_TARGETS] = {0.1, 0.3, 0.5, 0.7, 0.9};

/* Mean and deviation of cells programmed to a target; conductances [cells] receives them. */
static xh_status program(const xh_device_model *model, const void *params,
                         const xh_device_measurement *how, double target, xh_device_wait *row,
                         float *conductances, xh_error *error) {
    xh_device_sample sample;
    const xh_status status =
        xh_device_sample_create(&sample, model, params, how->cells, how->seed, error);
    if (status == XH_OK) {
        xh_device_sample_program(&sample, target);
        memcpy(conductances, sample.cells.plane[0], how->cells * sizeof(float));
        *row = (xh_device_wait){.target = target};
        row->mean = xh_device_mean(conductances, how->cells, &row->std);
        row->noise = xh_device_sample_read(&sample, NULL, NULL);
    }
    xh_device_sample_free(&sample);
    return status;
}

/* The same cells read at each of the times. */
static xh_status wait_for(const xh_device_model *model, const void *params,
                          const xh_device_measurement *how, double target, xh_device_wait *rows,
                          float *room, xh_error *error) {
    xh_device_sample sample;
    const xh_status status =
        xh_device_sample_create(&sample, model, params, how->cells, how->seed, error);
    if (status == XH_OK) {
        xh_device_sample_program(&sample, target);
    }
    for (size_t t = 0; status == XH_OK && t < XH_DEVICE_TIMES; t++) {
        xh_device_sample_wait(&sample, times[t] - sample.now);
        rows[t] = (xh_device_wait){.target = target, .seconds = times[t]};
        rows[t].noise = xh_device_sample_read(&sample, room, NULL);
        rows[t].mean = xh_device_mean(room, how->cells, &rows[t].std);
    }
    xh_device_sample_free(&sample);
    return status;
}

/* From nothing to g_max in equal steps; the middle one is the distribution. */
static xh_status program_all(const xh_device_model *model, const void *params,
                             const xh_device_measurement *how, xh_device_response *response,
                             float *room, xh_error *error) {
    xh_status status = XH_OK;
    for (size_t p = 0; status == XH_OK && p < XH_DEVICE_PROGRAMMED; p++) {
        const double share = (double)p / (XH_DEVICE_PROGRAMMED - 1);
        status = program(model, params, how, share * response->nominal.g_max,
                         &response->programming[p], room, error);
        if (status == XH_OK && p == XH_DEVICE_PROGRAMMED / 2 && !model->pulse) {
            memcpy(response->distribution, room, how->cells * sizeof(float));
        }
    }
    response->programmed = status == XH_OK ? XH_DEVICE_PROGRAMMED : 0;
    return status;
}

static xh_status wait_all(const xh_device_model *model, const void *params,
                          const xh_device_measurement *how, xh_device_response *response,
                          float *room, xh_error *error) {
    const xh_device_nominal *nominal = &response->nominal;
    xh_status status = XH_OK;
    for (size_t p = 0; status == XH_OK && p < XH_DEVICE_TARGETS; p++) {
        const double target =
            model->set ? set_shares[p] * nominal->g_max
                       : nominal->g_min + pulse_shares[p] * (nominal->g_max - nominal->g_min);
        status =
            wait_for(model, params, how, target, &response->wait[response->waits], room, error);
        response->waits += XH_DEVICE_TIMES;
    }
    return status;
}

xh_status xh_device_follow(const xh_device_model *model, const void *params,
                           const xh_device_measurement *how, xh_device_response *response,
                           xh_error *error) {
    float *room = xh_array_create(how->cells, sizeof(float));
    if (!room) {
        return xh_error_set(error, XH_MEMORY, "no memory for %zu cells", how->cells);
    }
    xh_status status = XH_OK;
    if (model->set) {
        status = program_all(model, params, how, response, room, error);
    }
    if (status == XH_OK && (model->traits & XH_DEVICE_DRIFTS || xh_device_ages(model, params))) {
        status = wait_all(model, params, how, response, room, error);
    }
    xh_array_free(room);
    return status;
}
