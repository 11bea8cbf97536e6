/*
 * Drift of the devices of a run: the age that they reached, and what the run's own device model
 * makes of a conductance over time. The curves are the model's, on a sample of cells of its own.
 */
#include "report_figure.h"
#include "report_run.h"

#include "crosshebb/array.h"
#include "crosshebb/device.h"

#include <stdlib.h>
#include <string.h>

enum { CELLS = 512, LEVELS = 3, TIMES_A_DECADE = 4, FIRST_DECADE = -3, LAST_DECADE = 8 };
enum { TIMES = (LAST_DECADE - FIRST_DECADE) * TIMES_A_DECADE + 1 };

/* Pulses that bring the cells of each curve to their conductance, or its share of the range where
 * cells are programmed in a closed loop. */
static const int pulses_of[LEVELS] = {1, 4, 16};
static const double shares_of[LEVELS] = {0.2, 0.5, 1};

/* The device of a run, as its configuration has it. */
typedef struct device {
    const xh_device_model *model;
    xh_param_values values;
} device;

/* A parameter that the result does not have keeps its default. */
static void read_values(const xh_report_run *run, device *found) {
    xh_param_defaults(found->model->params, found->values.bytes);
    for (size_t p = 0; p < found->model->params->count; p++) {
        const xh_param *param = &found->model->params->params[p];
        const double value = xh_result_number(run->result, "/config/device", param->name);
        char number[XH_PARAM_NUMBER_SIZE];
        char *text = param->type == XH_PARAM_TEXT
                         ? xh_report_run_text(run, "/config/device", param->name)
                         : NULL;
        xh_param_format_real(value, number);
        if (text || isfinite(value)) {
            xh_param_set(param, found->values.bytes, text ? text : number, NULL);
        }
        free(text);
    }
}

static bool find_device(const xh_report_run *run, device *found) {
    char *name = xh_report_run_text(run, "/config/device", "model");
    const bool drifts = name && run->devices &&
                        xh_device_find(name, &found->model, NULL) == XH_OK &&
                        (found->model->traits & XH_DEVICE_DRIFTS) != 0;
    free(name);
    if (drifts) {
        read_values(run, found);
    }
    return drifts;
}

bool xh_report_has_drift(const void *context) {
    device found = {.model = NULL};
    return find_device(context, &found);
}

/* Cells with room for their planes, directions and noise. */
typedef struct sample {
    xh_cells cells;
    float *memory;
    float *direction, *noise, *conductance;
} sample;

static bool create_sample(const xh_device_model *model, sample *made) {
    made->memory = xh_array_create((model->planes + 2 + XH_DEVICE_DRAWS) * CELLS, sizeof(float));
    if (!made->memory) {
        return false;
    }
    float *next = made->memory;
    made->cells.count = CELLS;
    for (size_t p = 0; p < model->planes; p++, next += CELLS) {
        made->cells.plane[p] = next;
    }
    made->direction = next;
    made->conductance = next + CELLS;
    made->noise = next + 2 * (size_t)CELLS;
    return true;
}

/* Normals of a pulse or of a set. */
static void draw(const device *found, sample *made, uint64_t step) {
    for (size_t d = 0; d < xh_device_draws(found->model, found->values.bytes); d++) {
        const xh_rng cycle = {1, XH_RNG_CYCLE, (uint32_t)d << 16, step};
        xh_rng_normal(cycle, 0, CELLS, made->noise + d * CELLS);
    }
}

static double target_of(const device *found, int level) {
    const xh_device_nominal nominal = found->model->nominal(found->values.bytes);
    return nominal.g_min + shares_of[level] * (nominal.g_max - nominal.g_min);
}

/* Brings the cells to the conductance of a curve, at time 0. */
static void bring_cells(const device *found, sample *made, int level) {
    const xh_device_model *model = found->model;
    const xh_rng spread = {1, XH_RNG_DEVICE, 0, 0};
    xh_pulse_tally tally = {0};
    model->init(found->values.bytes, made->cells, spread, 0, 0);
    for (size_t c = 0; c < CELLS; c++) {
        made->direction[c] = model->pulse ? 1 : (float)target_of(found, level);
    }
    if (!model->pulse) {
        draw(found, made, 0);
        model->set(found->values.bytes, made->cells, made->direction, made->noise, 0);
        return;
    }
    for (int pulse = 0; pulse < pulses_of[level]; pulse++) {
        draw(found, made, (uint64_t)pulse);
        model->pulse(found->values.bytes, made->cells, made->direction, made->noise, 0, &tally);
    }
}

/* Mean conductances [TIMES] of the cells of a curve. */
static void age_cells(const device *found, sample *made, int level, double *times, double *mean) {
    const xh_device_model *model = found->model;
    bring_cells(found, made, level);
    for (int k = 0; k < TIMES; k++) {
        double sum = 0;
        times[k] = pow(10, FIRST_DECADE + (double)k / TIMES_A_DECADE);
        model->read(found->values.bytes, made->cells, times[k], made->conductance, NULL);
        for (size_t c = 0; c < CELLS; c++) {
            sum += (double)made->conductance[c];
        }
        mean[k] = sum / CELLS;
    }
}

static xh_status write_curves(xh_report_page *page, const device *found, xh_error *error) {
    sample made = {.memory = NULL};
    double times[TIMES], mean[LEVELS][TIMES];
    char labels[LEVELS][32];
    xh_report_series series[LEVELS];
    if (!create_sample(found->model, &made)) {
        return xh_error_set(error, XH_MEMORY, "no memory for %d cells", CELLS);
    }
    for (int level = 0; level < LEVELS; level++) {
        age_cells(found, &made, level, times, mean[level]);
        if (found->model->pulse) {
            snprintf(labels[level], sizeof(labels[level]), "%d pulse%s", pulses_of[level],
                     pulses_of[level] == 1 ? "" : "s");
        } else {
            snprintf(labels[level], sizeof(labels[level]), "set to %.3g uS",
                     target_of(found, level) * 1e6);
        }
        series[level] = (xh_report_series){labels[level], XH_REPORT_LINE, level, TIMES,
                                           times,         mean[level],    NULL,  NULL};
    }
    xh_array_free(made.memory);
    xh_report_figure figure = {
        "Drift of the device model",
        "Mean of 512 cells of this run's device over the time since their last pulse, after so "
        "many up pulses or programmed in a closed loop. Computed for this page by the model, not "
        "measured in the run.",
        xh_report_axis_of("time since the last pulse (s)", ""),
        xh_report_axis_of("conductance", "S"),
        series,
        LEVELS};
    figure.x.logarithmic = true;
    figure.y.low = 0;
    return xh_report_figure_write(page, &figure, error);
}

static xh_status write_ages(xh_report_page *page, const xh_report_run *run, xh_error *error) {
    xh_report_series series[XH_CONFIG_LAYERS];
    size_t count = 0;
    for (size_t l = 0; l < run->layer_count; l++) {
        const xh_result_array *image = xh_report_layer_column(run, l, "image");
        const xh_result_array *time = xh_report_layer_column(run, l, "device_time");
        const size_t rows = run->layers[l].train.rows;
        if (image && time && rows > 0 && time->values[rows - 1] > 0) {
            series[count++] = (xh_report_series){run->layers[l].name, XH_REPORT_LINE, (int)l, rows,
                                                 image->values,       time->values,   NULL,   NULL};
        }
    }
    xh_report_figure figure = {"Age of the arrays",
                               "Simulated time that the devices have lived through.",
                               xh_report_axis_of("images of the layer", ""),
                               xh_report_axis_of("age", "s"),
                               series,
                               count};
    figure.x.low = figure.y.low = 0;
    return count > 0 ? xh_report_figure_write(page, &figure, error) : XH_OK;
}

xh_status xh_report_drift(xh_report_page *page, const void *context, xh_error *error) {
    const xh_report_run *run = context;
    const double rest = xh_result_number(run->result, "/config/training", "rest_seconds");
    device found = {.model = NULL};
    if (!find_device(run, &found)) {
        return XH_OK;
    }
    if (rest > 0) {
        xh_report_paragraph(page,
                            "Between training and inference the arrays rested for %.6g s; the test "
                            "accuracy is that after the rest.",
                            rest);
    }
    xh_report_html(page, "<div class=\"figures\">\n");
    xh_status status = write_ages(page, run, error);
    if (status == XH_OK) {
        status = write_curves(page, &found, error);
    }
    xh_report_html(page, "</div>\n");
    return status;
}
