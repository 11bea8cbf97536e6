/* What a device does: its response to pulses, its steps, its programming, its time. */
#include "device_response_internal.h"

#include "crosshebb/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEFAULT_CELLS = 1000,
    STEP_CELLS = 4000,
    LEAST_PULSES = 20,
    MOST_PULSES = 2000,
    SEASON = 64,
    REPEATS = 16,
    GRID = 1025
};

xh_device_measurement xh_device_measurement_of(const xh_device_model *model, const void *params) {
    xh_device_measurement how = {.cells = DEFAULT_CELLS, .seed = 1};
    const xh_device_nominal nominal = model->nominal(params);
    if (model->pulse && nominal.step_up > 0) {
        const double wanted = ceil(1.5 * (nominal.g_max - nominal.g_min) / nominal.step_up);
        how.up = (size_t)fmin(fmax(wanted, LEAST_PULSES), MOST_PULSES);
        how.down = model->traits & XH_DEVICE_DEPRESSES ? how.up : 0;
    }
    return how;
}

double xh_device_weight(const xh_device_response *response, double conductance) {
    return (conductance - response->nominal.zero) / response->nominal.unit;
}

static double *create_column(size_t count, bool *made) {
    double *column = xh_array_create(count, sizeof(double));
    *made = *made && column;
    return column;
}

static bool create_curve(xh_device_curve *curve, size_t count, size_t cells) {
    bool made = true;
    *curve = (xh_device_curve){.count = count,
                               .cells = cells < XH_DEVICE_SHOWN ? cells : XH_DEVICE_SHOWN};
    curve->mean = create_column(count, &made);
    curve->std = create_column(count, &made);
    curve->mean_read = create_column(count, &made);
    curve->std_read = create_column(count, &made);
    curve->nominal = create_column(count, &made);
    curve->cell = create_column(count * curve->cells, &made);
    return made;
}

void xh_device_response_free(xh_device_response *response) {
    const xh_device_curve *curve = &response->curve;
    double *const columns[] = {curve->mean,     curve->std,     curve->mean_read,
                               curve->std_read, curve->nominal, curve->cell};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        xh_array_free(columns[i]);
    }
    xh_array_free(response->distribution);
    response->curve = (xh_device_curve){.count = 0};
    response->distribution = NULL;
}

/* A read some time after the pulses, which the clock of the pulses forgets. */
static void observe(xh_device_sample *sample, double delay, size_t row, float *read,
                    xh_device_curve *curve) {
    const double now = sample->now;
    const float *g = sample->cells.plane[0];
    curve->mean[row] = xh_device_mean(g, sample->cells.count, &curve->std[row]);
    sample->now = now + delay;
    xh_device_sample_read(sample, NULL, read);
    sample->now = now;
    curve->mean_read[row] = xh_device_mean(read, sample->cells.count, &curve->std_read[row]);
    for (size_t c = 0; c < curve->cells; c++) {
        curve->cell[c * curve->count + row] = g[c];
    }
}

static void respond(xh_device_sample *sample, xh_device_sample *nominal, size_t up, double delay,
                    float *read, xh_device_response *response) {
    xh_device_curve *curve = &response->curve;
    xh_device_sample_lower(sample);
    xh_device_sample_lower(nominal);
    for (size_t row = 0; row < curve->count; row++) {
        if (row > 0) {
            xh_device_sample_pulse_all(sample, row <= up ? 1 : -1);
            xh_device_sample_pulse_all(nominal, row <= up ? 1 : -1);
        }
        observe(sample, delay, row, read, curve);
        curve->nominal[row] = nominal->cells.plane[0][0];
        if (row == up) {
            memcpy(response->distribution, sample->cells.plane[0], response->final * sizeof(float));
        }
    }
}

static xh_status measure_curve(const xh_device_model *model, const void *params,
                               const xh_param_values *quiet, const xh_device_measurement *how,
                               xh_device_response *response, xh_error *error) {
    xh_device_sample sample, nominal = {.model = NULL};
    float *read = xh_array_create(how->cells, sizeof(float));
    const bool made = create_curve(&response->curve, how->up + how->down + 1, how->cells) && read;
    xh_status status =
        xh_device_sample_create(&sample, model, params, how->cells, how->seed, error);
    if (status == XH_OK) {
        status = xh_device_sample_create(&nominal, model, quiet, 1, how->seed, error);
        nominal.quiet = true;
    }
    if (status == XH_OK && made) {
        respond(&sample, &nominal, how->up, xh_device_read_delay(model, params), read, response);
    } else if (status == XH_OK) {
        status = xh_error_set(error, XH_MEMORY, "no memory for a response of %zu pulses",
                              how->up + how->down);
    }
    xh_device_sample_free(&sample);
    xh_device_sample_free(&nominal);
    xh_array_free(read);
    return status;
}

/* Cells that have forgotten how they began, which no two samples of one seed do differently. */
static void season(xh_device_sample *sample) {
    const bool quiet = sample->quiet;
    sample->quiet = true;
    for (int n = 0; n < SEASON; n++) {
        xh_device_sample_pulse_all(sample, 1);
    }
    sample->quiet = quiet;
}

/* Where cells begin every pulse that is measured, and what those pulses do, each [cells]. */
typedef struct step_rooms {
    float *state; /* [planes][cells] */
    float *before;
    double *sum, *squares;
} step_rooms;

/* One pulse of every cell from the same place. */
static void take_step(xh_device_sample *sample, double conductance, int way,
                      const step_rooms *rooms) {
    const size_t count = sample->cells.count;
    const float *g = sample->cells.plane[0];
    for (size_t plane = 0; plane < sample->model->planes; plane++) {
        memcpy(sample->cells.plane[plane], rooms->state + plane * count, count * sizeof(float));
    }
    for (size_t c = 0; c < count; c++) {
        xh_device_sample_place(sample, c, conductance);
        rooms->before[c] = g[c];
    }
    xh_device_sample_pulse_all(sample, way);
    for (size_t c = 0; c < count; c++) {
        const double step = (double)g[c] - rooms->before[c];
        rooms->sum[c] += step;
        rooms->squares[c] += step * step;
    }
}

/* Many pulses of each cell: what they differ by is the pulses', what their means differ by beyond
 * that is the cells' (analysis of variance, one way). */
static xh_device_step measure_step(xh_device_sample *sample, double conductance, int way,
                                   const step_rooms *rooms) {
    const size_t count = sample->cells.count;
    double mean = 0, within = 0, between = 0;
    memset(rooms->sum, 0, count * sizeof(double));
    memset(rooms->squares, 0, count * sizeof(double));
    for (int time = 0; time < REPEATS; time++) {
        take_step(sample, conductance, way, rooms);
    }
    for (size_t c = 0; c < count; c++) {
        const double sum = rooms->sum[c];
        mean += sum / REPEATS / (double)count;
        within += (rooms->squares[c] - sum * sum / REPEATS) / (REPEATS - 1) / (double)count;
    }
    for (size_t c = 0; c < count && count > 1; c++) {
        const double difference = rooms->sum[c] / REPEATS - mean;
        between += difference * difference / (double)(count - 1);
    }
    return (xh_device_step){conductance, mean, sqrt(fmax(between - within / REPEATS, 0)),
                            sqrt(fmax(within, 0))};
}

static void measure_places(xh_device_sample *sample, const step_rooms *rooms,
                           xh_device_response *response) {
    const xh_device_nominal *nominal = &response->nominal;
    const size_t count = sample->cells.count;
    season(sample);
    for (size_t plane = 0; plane < sample->model->planes; plane++) {
        memcpy(rooms->state + plane * count, sample->cells.plane[plane], count * sizeof(float));
    }
    for (size_t p = 0; p < XH_DEVICE_PLACES; p++) {
        const double share = (double)p / (XH_DEVICE_PLACES - 1);
        const double g = nominal->g_min + share * (nominal->g_max - nominal->g_min);
        response->up[p] = measure_step(sample, g, 1, rooms);
        if (sample->model->traits & XH_DEVICE_DEPRESSES) {
            response->down[p] = measure_step(sample, g, -1, rooms);
        }
    }
}

static xh_status measure_steps(const xh_device_model *model, const void *params,
                               const xh_device_measurement *how, xh_device_response *response,
                               xh_error *error) {
    const size_t cells = how->cells < STEP_CELLS ? how->cells : STEP_CELLS;
    const step_rooms rooms = {
        .state = xh_array_create(model->planes * cells, sizeof(float)),
        .before = xh_array_create(cells, sizeof(float)),
        .sum = xh_array_create(cells, sizeof(double)),
        .squares = xh_array_create(cells, sizeof(double)),
    };
    xh_device_sample sample;
    xh_status status = xh_device_sample_create(&sample, model, params, cells, how->seed, error);
    if (status == XH_OK && rooms.state && rooms.before && rooms.sum && rooms.squares) {
        measure_places(&sample, &rooms, response);
    } else if (status == XH_OK) {
        status = xh_error_set(error, XH_MEMORY, "no memory for the steps of %zu cells", cells);
    }
    xh_array_free(rooms.state);
    xh_array_free(rooms.before);
    xh_array_free(rooms.sum);
    xh_array_free(rooms.squares);
    xh_device_sample_free(&sample);
    return status;
}

/* From the sums of an up and a down step of nominal cells across the range, a step away from its
 * ends: where they change from above zero to below. A stretch where they are nothing is no point. */
static double crossing(const float *up, const float *down, double from, double to, double small) {
    size_t above = GRID, below = GRID;
    for (size_t c = 0; c < GRID && below == GRID; c++) {
        const double sum = (double)up[c] + down[c];
        above = sum > small ? c : above;
        below = sum < -small && above < GRID ? c : below;
    }
    if (below == GRID || below - above > GRID / 20) {
        return NAN;
    }
    const double a = (double)up[above] + down[above], b = (double)up[below] + down[below];
    const double place = (double)above + (double)(below - above) * a / (a - b);
    return from + (to - from) * place / (GRID - 1);
}

static double symmetry_point(xh_device_sample *sample, const xh_device_nominal *nominal,
                             float *steps) {
    const double from = nominal->g_min + nominal->step_up;
    const double to = nominal->g_max - nominal->step_down;
    float *g = sample->cells.plane[0];
    season(sample);
    for (int way = 1; way >= -1 && to > from; way -= 2) {
        float *step = steps + (way > 0 ? 0 : GRID);
        for (size_t c = 0; c < GRID; c++) {
            xh_device_sample_place(sample, c, from + (to - from) * (double)c / (GRID - 1));
            step[c] = -g[c];
        }
        xh_device_sample_pulse_all(sample, way);
        for (size_t c = 0; c < GRID; c++) {
            step[c] += g[c];
        }
    }
    const double small = 1e-3 * fmin(nominal->step_up, nominal->step_down);
    return to > from ? crossing(steps, steps + GRID, from, to, small) : NAN;
}

/* Levels between the bounds that lie two deviations of a read apart, and the deviation at
 * mid-range: the integral of dG / (2 s(G)) and one more. */
static void count_levels(xh_device_sample *sample, xh_device_response *response, float *rooms) {
    const xh_device_nominal *nominal = &response->nominal;
    const double range = nominal->g_max - nominal->g_min;
    double sum = 1;
    for (size_t c = 0; c < GRID; c++) {
        xh_device_sample_place(sample, c, nominal->g_min + range * (double)c / (GRID - 1));
    }
    sample->now += xh_device_read_delay(sample->model, sample->params);
    sample->model->read(sample->params, sample->cells, sample->now, rooms, rooms + GRID);
    const float *variance = rooms + GRID;
    for (size_t c = 0; c + 1 < GRID; c++) {
        const double deviation = sqrt(((double)variance[c] + variance[c + 1]) / 2);
        sum += deviation > 0 ? range / (GRID - 1) / (2 * deviation) : INFINITY;
    }
    response->levels = sum;
    response->noise = sqrt((double)variance[GRID / 2]);
}

/* Cells without spread across the range; their read noise stays. */
static xh_status measure_nominal(const xh_device_model *model, const void *params,
                                 const xh_param_values *quiet, xh_device_response *response,
                                 xh_error *error) {
    xh_device_sample alike, noisy = {.model = NULL};
    float *rooms = xh_array_create((size_t)2 * GRID, sizeof(float));
    xh_status status = xh_device_sample_create(&alike, model, quiet, GRID, 1, error);
    if (status == XH_OK) {
        status = xh_device_sample_create(&noisy, model, params, GRID, 1, error);
    }
    if (status == XH_OK && !rooms) {
        status = xh_error_set(error, XH_MEMORY, "no memory for nominal cells");
    }
    if (status == XH_OK) {
        alike.quiet = noisy.quiet = true;
        count_levels(&noisy, response, rooms);
        response->symmetry_point = response->nominal.step_down > 0
                                       ? symmetry_point(&alike, &response->nominal, rooms)
                                       : NAN;
    }
    xh_array_free(rooms);
    xh_device_sample_free(&alike);
    xh_device_sample_free(&noisy);
    return status;
}

xh_status xh_device_respond(const xh_device_model *model, const void *params,
                            const xh_device_measurement *how, xh_device_response *response,
                            xh_error *error) {
    static xh_param_values quiet;
    const xh_device_nominal nominal = model->nominal(params);
    const double step = (nominal.step_up + nominal.step_down) / (nominal.step_down > 0 ? 2 : 1);
    xh_device_quiet_params(model, params, &quiet);
    *response = (xh_device_response){
        .nominal = nominal,
        .cost = model->cost(params),
        .states = model->pulse ? (nominal.g_max - nominal.g_min) / step : NAN,
        .symmetry_point = NAN,
        .final = how->cells,
        .distribution = xh_array_create(how->cells, sizeof(float)),
    };
    xh_status status = response->distribution
                           ? measure_nominal(model, params, &quiet, response, error)
                           : xh_error_set(error, XH_MEMORY, "no memory for %zu cells", how->cells);
    if (status == XH_OK && model->pulse) {
        status = measure_curve(model, params, &quiet, how, response, error);
    }
    if (status == XH_OK && model->pulse) {
        status = measure_steps(model, params, how, response, error);
    }
    return status == XH_OK ? xh_device_follow(model, params, how, response, error) : status;
}
