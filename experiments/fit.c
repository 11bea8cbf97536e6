/* Device models fitted to measured conductances: the steps of a fit, and what it is asked after. */
#include "fit_internal.h"

#include "crosshebb/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PASSES = 5, LAST_CHOICE = 3 };

/* Of each pass, in ranges, as fit_internal.h says. */
static const double outwards[PASSES] = {0, 0.1, 0, 0.1, 0};

/* Twice the logarithm of a ratio of likelihoods that noise alone exceeds once in a thousand. */
static const double evidence = 10.8;

static xh_status find_recipe(const char *name, const xh_fit_recipe **recipe,
                             const xh_device_model **model, xh_error *error) {
    const xh_status status = xh_device_find(name, model, error);
    char names[256] = "";
    for (size_t i = 0; i < xh_fit_recipe_count() && status == XH_OK; i++) {
        *recipe = xh_fit_recipe_at(i);
        if (strcmp((*recipe)->model, name) == 0) {
            return XH_OK;
        }
        const size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, "%s%s", i ? ", " : "", (*recipe)->model);
    }
    return status == XH_OK
               ? xh_error_set(error, XH_INPUT, "%s cannot be fitted; these can: %s", name, names)
               : status;
}

static void end(xh_fit_state *state) {
    xh_fit_follower_free(state->follower);
    xh_array_free(state->course.before);
    xh_array_free(state->range);
    xh_array_free(state->steps);
}

/* Room for all, zeroed. */
static xh_status begin(xh_fit_state *state, const xh_measured *measured, xh_error *error) {
    const size_t rows = measured->rows, devices = measured->devices, n = state->recipe->count;
    state->measured = measured;
    state->follower = xh_fit_follower_create(state->model);
    double *course = xh_array_create(6 * rows, sizeof(double));
    double *device = xh_array_create(devices * (1 + 2 * n + n * n), sizeof(double));
    state->steps = xh_array_create(devices, sizeof *state->steps);
    state->course.before = course;
    state->range = device;
    if (!state->follower || !course || !device || !state->steps) {
        return xh_error_set(error, XH_MEMORY, "%s: no memory to fit %zu rows", measured->name,
                            rows);
    }
    state->course.expected = course + rows;
    state->course.innovation = course + 2 * rows;
    state->course.deviation = course + 3 * rows;
    state->course.gain = course + 4 * rows;
    state->course.cut = course + 5 * rows;
    state->start = device + devices;
    state->coordinate = state->start + devices * n;
    state->covariance = state->coordinate + devices * n;
    for (size_t t = 0; t < measured->trains; t++) {
        state->steps[measured->train[t].device] += measured->train[t].count - 1;
    }
    state->params.model = state->model;
    xh_param_defaults(state->model->params, &state->params.values);
    xh_param_values quiet;
    xh_device_quiet_params(state->model, &state->params.values, &quiet);
    state->params.values = quiet;
    if (state->recipe->set) {
        xh_fit_set(&state->params, state->recipe->set, 1);
    }
    return XH_OK;
}

/* Deviations of a device's rows before anything is known of the noise. */
static void guess_deviations(xh_fit_state *state, size_t device, const xh_fit_sight *sight) {
    const xh_measured *measured = state->measured;
    for (size_t t = 0; t < measured->trains; t++) {
        const xh_measured_train *train = &measured->train[t];
        for (size_t i = train->first; train->device == device && i < train->first + train->count;
             i++) {
            const int way = measured->row[i].direction < 0;
            state->course.deviation[i] = fmax(sight->scatter[way], 1e-3 * fabs(sight->mean[way]));
            state->course.gain[i] = 1;
        }
    }
}

/* Where the search begins. XH_INPUT if a device does not move as its pulses say. */
static xh_status look(xh_fit_state *state, xh_error *error) {
    const xh_measured *measured = state->measured;
    const bool depresses = (state->model->traits & XH_DEVICE_DEPRESSES) != 0;
    const size_t n = state->recipe->count;
    for (size_t d = 0; d < measured->devices; d++) {
        const xh_fit_sight sight = xh_fit_look(measured, d);
        for (int way = 0; way < (depresses ? 2 : 1); way++) {
            if (!((way ? -1 : 1) * sight.mean[way] > 0)) {
                return xh_error_set(error, XH_INPUT,
                                    "%s: device %s: its %s pulses step by %.3g uS in the mean: "
                                    "they must move it %s",
                                    measured->name, measured->device[d], way ? "down" : "up",
                                    1e6 * sight.mean[way], way ? "down" : "up");
            }
        }
        state->range[d] = sight.high - sight.low;
        state->recipe->start(&sight, state->start + d * n);
        guess_deviations(state, d, &sight);
        state->least +=
            fmax(fmax(sight.scatter[0], sight.scatter[1]) / 20, 1e-3 * fabs(sight.mean[0])) /
            (double)measured->devices;
    }
    memcpy(state->coordinate, state->start, measured->devices * n * sizeof(double));
    return XH_OK;
}

/* Each pass begins from the bounds of the one before. */
static void find_middle(xh_fit_state *state) {
    const size_t n = state->recipe->count, devices = state->measured->devices;
    state->middle = 0;
    for (size_t d = 0; d < devices; d++) {
        const double *coordinate = state->coordinate + d * n; /* the bounds come first */
        state->middle += (coordinate[0] + coordinate[1]) / 2 / (double)devices;
    }
}

/* A noise of pulses that gives innovations their size. */
static void guess_noise(xh_fit_state *state) {
    const double trial = 0.1;
    double found = 0, expected = 0;
    xh_fit_set(&state->params, "cycle_noise", trial);
    xh_fit_course own = state->course;
    double *kept = xh_array_create(2 * state->measured->rows, sizeof(double));
    if (!kept) {
        return; /* the trial is as good a start */
    }
    memcpy(kept, own.deviation, state->measured->rows * sizeof(double));
    memcpy(kept + state->measured->rows, own.gain, state->measured->rows * sizeof(double));
    xh_fit_follow_all(state, false);
    for (size_t i = 0; i < state->measured->rows; i++) {
        found += own.innovation[i] * own.innovation[i];
        expected += own.innovation[i] != 0 ? own.deviation[i] * own.deviation[i] : 0;
    }
    memcpy(own.deviation, kept, state->measured->rows * sizeof(double));
    memcpy(own.gain, kept + state->measured->rows, state->measured->rows * sizeof(double));
    xh_array_free(kept);
    xh_fit_set(&state->params, "cycle_noise", trial * sqrt(found / fmax(expected, 1e-300)));
}

static xh_status fit_devices(xh_fit_state *state, bool last, xh_error *error) {
    xh_status status = XH_OK;
    find_middle(state);
    for (size_t d = 0; d < state->measured->devices && status == XH_OK; d++) {
        status = xh_fit_device(state, d, last, error);
    }
    return status;
}

/* One form of the noise. */
typedef struct form {
    double flag, cycle, read;
    double likelihood;
} form;

static void take_form(xh_fit_state *state, const form *chosen) {
    if (state->recipe->flag) {
        xh_fit_set(&state->params, state->recipe->flag, chosen->flag);
    }
    xh_fit_set(&state->params, "cycle_noise", chosen->cycle);
    state->read_deviation = chosen->read;
}

/* The likeliest form of the noise: that of pulses may shrink with the step or not, where the model
 * has such a flag, and reads have one of their own if it makes the data likelier than chance would. */
static xh_status choose_form(xh_fit_state *state, xh_error *error) {
    const form start = {.cycle = xh_fit_get(&state->params, "cycle_noise"),
                        .read = state->read_deviation};
    form best = {.likelihood = -INFINITY};
    xh_status status = XH_OK;
    for (int i = 0; i < (state->recipe->flag ? 4 : 2) && status == XH_OK; i++) {
        const bool reads = i % 2 == 1;
        const form trial = {.flag = i >= 2, .cycle = start.cycle, .read = reads ? start.read : 0};
        take_form(state, &trial);
        status = xh_fit_noise(state, reads, false, error);
        const double likelihood = state->likelihood - (reads ? evidence / 2 : 0);
        if (status == XH_OK && likelihood > best.likelihood) {
            best = (form){trial.flag, xh_fit_get(&state->params, "cycle_noise"),
                          state->read_deviation, likelihood};
        }
    }
    take_form(state, &best);
    xh_fit_follow_all(state, false);
    return status;
}

static xh_status search(xh_fit_state *state, xh_error *error) {
    xh_status status = look(state, error);
    if (status == XH_OK) {
        find_middle(state);
        guess_noise(state);
    }
    for (int pass = 0; pass < PASSES && status == XH_OK; pass++) {
        state->outwards = outwards[pass];
        status = fit_devices(state, pass == PASSES - 1, error);
        if (status == XH_OK) {
            status =
                pass == 1 || pass == LAST_CHOICE
                    ? choose_form(state, error)

                    : xh_fit_noise(state, state->read_deviation > 0, pass == PASSES - 1, error);
        }
    }
    return status;
}

static xh_status take(const xh_fit_state *state, xh_fit *fit, xh_error *error) {
    const size_t count = state->measured->devices * state->recipe->count;
    fit->devices = state->measured->devices;
    fit->middle = state->middle;
    fit->flag = state->recipe->flag;
    fit->set = state->recipe->set;
    fit->coordinate = xh_array_create(count, sizeof(double));
    if (!fit->coordinate) {
        return xh_error_set(error, XH_MEMORY, "no memory for the result of a fit");
    }
    memcpy(fit->coordinate, state->coordinate, count * sizeof(double));
    xh_status status = xh_fit_bins(state, fit, error);
    if (status == XH_OK) {
        status = xh_fit_check_result(state, fit, error);
    }
    return status == XH_OK ? xh_fit_population(state, fit, error) : status;
}

xh_status xh_fit_measured(const xh_measured *measured, const char *model, xh_fit *fit,
                          xh_error *error) {
    static const xh_fit_state fresh;
    xh_error own = {0};
    error = error ? error : &own;
    xh_fit_state state = fresh;
    xh_fit made = {.devices = 0};
    xh_status status = find_recipe(model, &state.recipe, &state.model, error);
    if (status == XH_OK) {
        status = xh_fit_check_data(measured, state.model, error);
    }
    if (status == XH_OK) {
        status = begin(&state, measured, error);
    }
    if (status == XH_OK) {
        status = search(&state, error);
    }
    made.model = state.model;
    made.recipe = state.recipe;
    if (status == XH_OK) {
        status = take(&state, &made, error);
    }
    end(&state);
    if (status == XH_OK) {
        *fit = made;
    } else {
        xh_fit_free(&made);
    }
    return status;
}

void xh_fit_free(xh_fit *fit) {
    xh_array_free(fit->coordinate);
    fit->coordinate = NULL;
}

xh_status xh_fit_staircase(const xh_fit *fit, const xh_measured *measured, size_t train,
                           double *conductance, xh_error *error) {
    const xh_measured_train *of = &measured->train[train];
    xh_fit_follower *follower = xh_fit_follower_create(fit->model);
    double *room = xh_array_create(5 * measured->rows, sizeof(double)); /* gains are zero */
    if (follower && room) {
        xh_fit_course course = {.before = room,
                                .expected = room + measured->rows,
                                .innovation = room + 2 * measured->rows,
                                .gain = room + 3 * measured->rows,
                                .cut = room + 4 * measured->rows};
        xh_fit_params params = {.model = fit->model};
        xh_device_quiet_params(fit->model, &fit->params, &params.values);
        fit->recipe->place(fit->coordinate + of->device * fit->recipe->count, fit->middle, &params);
        xh_fit_follow(follower, &params, measured, of, 0, 0, true, &course);
        memcpy(conductance, course.expected + of->first, of->count * sizeof *conductance);
        conductance[0] = measured->row[of->first].conductance;
    }
    const bool good = follower && room;
    xh_fit_follower_free(follower);
    xh_array_free(room);
    return good ? XH_OK : xh_error_set(error, XH_MEMORY, "no memory for a staircase");
}

xh_status xh_fit_steps(const xh_fit *fit, int direction, const double *conductance, size_t count,
                       double *step, xh_error *error) {
    static xh_param_values quiet;
    xh_device_sample sample;
    xh_device_quiet_params(fit->model, &fit->params, &quiet);
    const xh_status status = xh_device_sample_create(&sample, fit->model, &quiet, count, 1, error);
    if (status == XH_OK) {
        sample.quiet = true;
        for (size_t c = 0; c < count; c++) {
            xh_device_sample_place(&sample, c, conductance[c]);
            step[c] = -(double)sample.cells.plane[0][c];
        }
        xh_device_sample_pulse_all(&sample, direction);
        for (size_t c = 0; c < count; c++) {
            step[c] += (double)sample.cells.plane[0][c];
        }
    }
    xh_device_sample_free(&sample);
    return status;
}
