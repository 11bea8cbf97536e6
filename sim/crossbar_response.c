/*
 * The response of the devices as it is measured on test cells of the array: 1,024 cells beside it, of the
 * same parameters and spread, are driven to their lower bound and then up and down by staircases that
 * reach the bounds, or are as long as a quarter of a million pulses; the mean step from each of 32 parts of the nominal range is the table. A scheme
 * that reads the sides of a column can then ask what a pulse will do, which mid-range figures alone
 * do not tell where steps depend on the state.
 */
#include "crossbar_internal.h"

#include "crosshebb/array.h"
#include "crosshebb/kernel.h"

#include <math.h>
#include <string.h>

enum { TEST_CELLS = 1024, POINTS = 32, FEWEST = 8, LONGEST = 1 << 18 };

/* Test cells have numbers and steps that no cell of the array and no update reaches. */
#define FIRST_TEST_CELL ((uint64_t)1 << 40)
#define TEST_STEP ((uint64_t)1 << 63)

/* A step is never taken to be smaller than this share of that at mid-range, so that a synapse near its
 * bound is not given trains without end [A]. */
static const double least_share = 0.1;

/* Mean steps, siemens and positive, from the middle of each part of the range. */
struct xh_crossbar_response {
    double lowest; /* siemens */
    double points_per_siemens;
    float up[POINTS];
    float down[POINTS];
};

typedef struct staircase {
    const xh_crossbar *crossbar;
    xh_cells cells;
    float *before; /* conductances before a pulse and after it, as they are read */
    float *after;
    float *direction;
    float *noise; /* [draws][TEST_CELLS] */
    uint64_t pulses;
} staircase;

/* Steps of each cell by where they began, and their number. A cell that rests at a bound of its own, as
 * in use few do, is heard no longer than one of mid-range steps that crosses the part. */
typedef struct step_sums {
    long most; /* steps that a cell gives to a part */
    double sum[TEST_CELLS][POINTS];
    long count[TEST_CELLS][POINTS];
    double weight[TEST_CELLS];
} step_sums;

static size_t point_of(const xh_crossbar_response *response, double g) {
    const double at = (g - response->lowest) * response->points_per_siemens;
    return at > 0 ? (size_t)fmin(at, POINTS - 1) : 0;
}

static void pulse(staircase *stairs, float direction) {
    const xh_crossbar *crossbar = stairs->crossbar;
    xh_pulse_tally tally = {0};
    for (size_t c = 0; c < TEST_CELLS; c++) {
        stairs->direction[c] = direction;
    }
    for (size_t d = 0; d < crossbar->draws; d++) {
        const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_CYCLE,
                               crossbar->seeds.instance | (uint32_t)d << 16,
                               TEST_STEP | stairs->pulses};
        xh_rng_normal(stream, FIRST_TEST_CELL, TEST_CELLS, stairs->noise + d * TEST_CELLS);
    }
    stairs->pulses++;
    crossbar->model->pulse(crossbar->device.bytes, stairs->cells, stairs->direction, stairs->noise,
                           0.0, &tally);
}

static void look(const staircase *stairs, float *conductance) {
    const xh_crossbar *crossbar = stairs->crossbar;
    crossbar->model->read(crossbar->device.bytes, stairs->cells, 0.0, conductance, NULL);
}

/* As many pulses one way; sums, if not NULL, gets the sizes of their steps. */
static void climb(staircase *stairs, float direction, long pulses,
                  const xh_crossbar_response *response, step_sums *sums) {
    look(stairs, stairs->after);
    for (long k = 0; k < pulses; k++) {
        float *before = stairs->after;
        stairs->after = stairs->before;
        stairs->before = before;
        pulse(stairs, direction);
        look(stairs, stairs->after);
        for (size_t c = 0; sums && c < TEST_CELLS; c++) {
            const size_t point = point_of(response, (double)stairs->before[c]);
            if (sums->count[c][point] < sums->most) {
                sums->sum[c][point] +=
                    (double)direction * (double)(stairs->after[c] - stairs->before[c]);
                sums->count[c][point]++;
            }
        }
    }
}

/* A cell of small steps takes many of them: each is weighted by how many its cell took on the whole, so
 * that all cells have one voice. (By how many it took in a part would favour the steps that leave it.) */
static void weigh(step_sums *sums) {
    for (size_t c = 0; c < TEST_CELLS; c++) {
        long steps = 0;
        for (size_t p = 0; p < POINTS; p++) {
            steps += sums->count[c][p];
        }
        sums->weight[c] = steps > 0 ? 1 / (double)steps : 0;
    }
}

/* Mean step from a part; false if too few cells met it. */
static bool mean_of(const step_sums *sums, size_t point, double *mean) {
    long cells = 0;
    double sum = 0, weight = 0;
    for (size_t c = 0; c < TEST_CELLS; c++) {
        sum += sums->weight[c] * sums->sum[c][point];
        weight += sums->weight[c] * (double)sums->count[c][point];
        cells += sums->count[c][point] > 0;
    }
    *mean = weight > 0 ? sum / weight : 0;
    return cells >= FEWEST;
}

/* A part that too few met has the mean of the nearest. */
static void take_means(const step_sums *sums, double least, float *step) {
    for (size_t p = 0; p < POINTS; p++) {
        double mean = least;
        bool found = false;
        for (size_t away = 0; away < POINTS && !found; away++) {
            found = (away <= p && mean_of(sums, p - away, &mean)) ||
                    (p + away < POINTS && mean_of(sums, p + away, &mean));
        }
        step[p] = (float)fmax(found ? mean : least, least);
    }
}

/* A staircase one way and the mean steps that it shows. */
static void measure_way(staircase *stairs, float direction, double nominal_step, long pulses,
                        const xh_crossbar_response *response, step_sums *sums, float *step) {
    memset(sums, 0, sizeof(*sums));
    sums->most = (long)ceil(1 / (response->points_per_siemens * nominal_step));
    climb(stairs, direction, pulses, response, sums);
    weigh(sums);
    take_means(sums, least_share * nominal_step, step);
}

static void measure(staircase *stairs, xh_crossbar_response *response, step_sums *sums) {
    const xh_crossbar *crossbar = stairs->crossbar;
    const xh_device_nominal *nominal = &crossbar->nominal;
    const double span = nominal->g_max - nominal->g_min;
    const bool depresses = crossbar->model->traits & XH_DEVICE_DEPRESSES;
    const double least = depresses ? fmin(nominal->step_up, nominal->step_down) : nominal->step_up;
    const long pulses = (long)fmin(ceil(4 * span / least), LONGEST);
    response->lowest = nominal->g_min;
    response->points_per_siemens = POINTS / span;
    const xh_rng stream = {crossbar->seeds.device, XH_RNG_DEVICE, crossbar->seeds.instance << 8, 0};
    crossbar->model->init(crossbar->device.bytes, stairs->cells, stream, FIRST_TEST_CELL, 0.0);
    if (depresses) {
        climb(stairs, -1.0F, pulses, response, NULL);
    }
    measure_way(stairs, 1.0F, nominal->step_up, pulses, response, sums, response->up);
    if (depresses) {
        measure_way(stairs, -1.0F, nominal->step_down, pulses, response, sums, response->down);
    }
}

bool xh_crossbar_measure_response(xh_crossbar *crossbar) {
    staircase stairs = {.crossbar = crossbar};
    float *planes = xh_array_create(crossbar->planes * TEST_CELLS, sizeof(float));
    stairs.before = xh_array_create(TEST_CELLS, sizeof(float));
    stairs.after = xh_array_create(TEST_CELLS, sizeof(float));
    stairs.direction = xh_array_create(TEST_CELLS, sizeof(float));
    stairs.noise = xh_array_create(crossbar->draws * TEST_CELLS, sizeof(float));
    xh_crossbar_response *response = xh_array_create(1, sizeof(*response));
    step_sums *sums = xh_array_create(1, sizeof(*sums));
    const bool made = planes && stairs.before && stairs.after && stairs.direction && stairs.noise &&
                      response && sums;
    if (made) {
        stairs.cells.count = TEST_CELLS;
        for (size_t p = 0; p < crossbar->planes; p++) {
            stairs.cells.plane[p] = planes + p * TEST_CELLS;
        }
        measure(&stairs, response, sums);
        xh_array_free(crossbar->response);
        crossbar->response = response;
    } else {
        xh_array_free(response);
    }
    xh_array_free(sums);
    xh_array_free(planes);
    xh_array_free(stairs.before);
    xh_array_free(stairs.after);
    xh_array_free(stairs.direction);
    xh_array_free(stairs.noise);
    return made;
}

/* step [count] at conductances g: between the middles of the parts, and beyond the last of them its own. */
XH_KERNEL
static void look_up(const xh_crossbar_response *response, const float *table, size_t count,
                    const float *g, float *step) {
    const float lowest = (float)response->lowest;
    const float points = (float)response->points_per_siemens;
    for (size_t j = 0; j < count; j++) {
        const float at = (g[j] - lowest) * points - 0.5F;
        const float low = at > 0.0F ? at : 0.0F;
        const float held = low < POINTS - 1.0F ? low : POINTS - 1.0F;
        const int32_t below = (int32_t)held;
        const int32_t above = below < POINTS - 1 ? below + 1 : below;
        const float share = held - (float)below;
        step[j] = table[below] + share * (table[above] - table[below]);
    }
}

/* step = factor step, or factor (step + more) */
XH_KERNEL
static void scale_steps(size_t count, float factor, const float *more, float *step) {
    for (size_t j = 0; j < count; j++) {
        step[j] = factor * (step[j] + (more ? more[j] : 0.0F));
    }
}

/* The sides of a column as its converters read them, one device's mean: siemens, [2][inputs]. */
static void read_sides(xh_crossbar *crossbar, xh_crossbar_thread *own, size_t output) {
    const size_t inputs = crossbar->inputs, slice = crossbar->slices - 1;
    const size_t sides = crossbar->encoding->sides;
    const float devices = (float)crossbar->params.devices;
    float *g = own->conductance;
    xh_crossbar_sense(crossbar, output, slice, g, own->variance, own->lane);
    if (crossbar->params.read_noise && crossbar->model->traits & XH_DEVICE_READ_NOISE) {
        for (size_t side = 0; side < sides; side++) {
            const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_READ,
                                   crossbar->seeds.instance | XH_SIDE_READ | xh_slice_bits(side),
                                   crossbar->updates};
            xh_rng_normal(stream, xh_crossbar_cell(crossbar, output), inputs, own->noise);
            for (size_t j = 0; j < inputs; j++) { /* half of what both have together, or all */
                g[side * inputs + j] += sqrtf(own->variance[j] / (float)sides) * own->noise[j];
            }
        }
    }
    const xh_converter adc = {(int)crossbar->params.adc_bits,
                              devices * (float)crossbar->nominal.g_max};
    xh_converter_apply(adc, sides * inputs, g, NULL);
    for (size_t j = 0; j < sides * inputs; j++) {
        g[j] /= devices;
    }
    own->counts.events[XH_EVENT_adc_conversion] += sides * inputs;
}

void xh_crossbar_read_steps(xh_crossbar *crossbar, size_t output, float *rise, float *fall) {
    const xh_crossbar_response *response = crossbar->response;
    const size_t inputs = crossbar->inputs;
    const bool depresses = crossbar->model->traits & XH_DEVICE_DEPRESSES;
    const float weight = (float)(crossbar->weight_per_siemens *
                                 (double)crossbar->significance[crossbar->slices - 1]);
    xh_crossbar_thread *own = xh_crossbar_own_thread(crossbar);
    read_sides(crossbar, own, output);
    const float *plus = own->conductance;
    const float *minus =
        crossbar->encoding->sides == 2 ? own->conductance + inputs : own->conductance;
    const bool opposite = crossbar->encoding->pulse[1].direction < 0;
    if (depresses) {
        look_up(response, response->up, inputs, plus, rise);
        look_up(response, response->down, inputs, plus, fall);
        look_up(response, opposite ? response->up : response->down, inputs, minus, own->variance);
        scale_steps(inputs, weight / 2, own->variance, rise);
        look_up(response, opposite ? response->down : response->up, inputs, minus, own->variance);
        scale_steps(inputs, weight / 2, own->variance, fall);
    } else {
        look_up(response, response->up, inputs, plus, rise);
        look_up(response, response->up, inputs, minus, fall);
        scale_steps(inputs, weight, NULL, rise);
        scale_steps(inputs, weight, NULL, fall);
    }
}
