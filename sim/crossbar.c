/* The state of a crossbar: where its cells lie, what they conduct now, and how time passes. */
#include "crossbar_internal.h"

#include "crosshebb/kernel.h"

#include <omp.h>
#include <string.h>

size_t xh_crossbar_inputs(const xh_crossbar *crossbar) {
    return crossbar->inputs;
}

size_t xh_crossbar_outputs(const xh_crossbar *crossbar) {
    return crossbar->outputs;
}

xh_division xh_crossbar_division(const xh_crossbar *crossbar) {
    return crossbar->division;
}

size_t xh_crossbar_first(const xh_crossbar *crossbar) {
    return crossbar->first;
}

size_t xh_crossbar_devices(const xh_crossbar *crossbar) {
    return crossbar->lanes * crossbar->inputs * crossbar->outputs;
}

const xh_encoding *xh_crossbar_encoding(const xh_crossbar *crossbar) {
    return crossbar->encoding;
}

const xh_device_model *xh_crossbar_model(const xh_crossbar *crossbar) {
    return crossbar->model;
}

const xh_crossbar_params *xh_crossbar_parameters(const xh_crossbar *crossbar) {
    return &crossbar->params;
}

double xh_crossbar_input_range(const xh_crossbar *crossbar) {
    return crossbar->input_range;
}

/* Weight of a siemens of the devices that pulses of an update reach. */
static double fine_weight(const xh_crossbar *crossbar) {
    return crossbar->weight_per_siemens * (double)crossbar->significance[crossbar->slices - 1];
}

double xh_crossbar_step_up(const xh_crossbar *crossbar) {
    return crossbar->nominal.step_up * fine_weight(crossbar);
}

double xh_crossbar_step_down(const xh_crossbar *crossbar) {
    return crossbar->nominal.step_down * fine_weight(crossbar);
}

double xh_crossbar_time(const xh_crossbar *crossbar) {
    return crossbar->now;
}

const xh_ledger *xh_crossbar_ledger(const xh_crossbar *crossbar) {
    return &crossbar->ledger;
}

xh_crossbar_thread *xh_crossbar_own_thread(xh_crossbar *crossbar) {
    return &crossbar->threads[omp_get_thread_num()];
}

uint64_t xh_crossbar_cell(const xh_crossbar *crossbar, size_t column) {
    const size_t behind = column - crossbar->outputs;
    const size_t tile = crossbar->first / (size_t)crossbar->params.columns + behind;
    const size_t number =
        column < crossbar->outputs ? crossbar->first + column : crossbar->division.length + tile;
    return (uint64_t)number * crossbar->inputs;
}

size_t xh_crossbar_place(const xh_crossbar *crossbar, size_t groups, size_t group, size_t column) {
    const size_t outputs = crossbar->outputs;
    const size_t row = column < outputs
                           ? group * outputs + column
                           : groups * outputs + group * crossbar->references + column - outputs;
    return row * crossbar->inputs;
}

xh_part xh_crossbar_rows(const xh_crossbar *crossbar, size_t tile) {
    const size_t first = tile * crossbar->tiling.rows;
    const size_t rest = crossbar->inputs - first;
    return (xh_part){first, rest < crossbar->tiling.rows ? rest : crossbar->tiling.rows};
}

void xh_crossbar_forget(xh_crossbar *crossbar) {
    const size_t tiles = crossbar->tiling.column_tiles;
    for (size_t t = 0; t < crossbar->thread_count; t++) {
        xh_crossbar_thread *thread = &crossbar->threads[t];
        memset(&thread->counts, 0, sizeof(thread->counts));
        memset(thread->slots, 0, tiles * sizeof(*thread->slots));
        memset(thread->refresh_slots, 0, tiles * sizeof(*thread->refresh_slots));
    }
}

xh_crossbar_counts xh_crossbar_sum(const xh_crossbar *crossbar) {
    enum { COUNTS = sizeof(xh_crossbar_counts) / sizeof(uint64_t) };
    uint64_t sum[COUNTS] = {0};
    for (size_t t = 0; t < crossbar->thread_count; t++) {
        uint64_t counts[COUNTS];
        memcpy(counts, &crossbar->threads[t].counts, sizeof(counts));
        for (size_t i = 0; i < COUNTS; i++) {
            sum[i] += counts[i];
        }
    }
    xh_partners_sum(crossbar->division.partners, COUNTS, sum);
    xh_crossbar_counts all;
    memcpy(&all, sum, sizeof(all));
    return all;
}

xh_cells xh_crossbar_cells(const xh_crossbar *crossbar, size_t lane, size_t column, size_t input,
                           size_t count) {
    const size_t planes = crossbar->planes;
    xh_cells cells = {.count = count};
    for (size_t p = 0; p < planes; p++) {
        cells.plane[p] =
            crossbar->state + input +
            xh_crossbar_place(crossbar, crossbar->lanes * planes, lane * planes + p, column);
    }
    return cells;
}

double xh_crossbar_full(const xh_crossbar *crossbar) {
    const double span = crossbar->nominal.g_max - crossbar->nominal.g_min;
    const double pairs = (double)crossbar->encoding->sides / 2;
    return (double)crossbar->params.devices * pairs * span;
}

void xh_crossbar_look(const xh_crossbar *crossbar, size_t lane, size_t column, float *mean,
                      float *variance) {
    const xh_cells cells = xh_crossbar_cells(crossbar, lane, column, 0, crossbar->inputs);
    crossbar->model->read(crossbar->device.bytes, cells, crossbar->now, mean, variance);
    if (crossbar->dwell != NULL) {
        xh_crossbar_fill_traps(crossbar, lane, column, mean);
    }
    if (crossbar->stuck != NULL) {
        xh_crossbar_override_stuck(crossbar, lane, column, mean, variance);
    }
    if (xh_crossbar_heated(crossbar)) {
        xh_crossbar_heat(crossbar, mean, variance);
    }
}

/* Adds what the devices of one side and slice conduct to sum and variance [inputs]. */
static void add_lanes(const xh_crossbar *crossbar, size_t column, size_t side, size_t slice,
                      float *sum, float *variance, float *lane) {
    const size_t inputs = crossbar->inputs;
    const size_t first = xh_crossbar_lane(crossbar, side, slice, 0);
    float *mean = lane;
    float *spread = lane + inputs;
    for (size_t l = first; l < first + (size_t)crossbar->params.devices; l++) {
        xh_crossbar_look(crossbar, l, column, mean, spread);
        if (crossbar->word != NULL) {
            xh_crossbar_drop(crossbar, l, column, mean, spread, lane + 2 * inputs);
        }
        for (size_t j = 0; j < inputs; j++) {
            sum[j] += mean[j];
            variance[j] += spread[j];
        }
    }
}

void xh_crossbar_sense(const xh_crossbar *crossbar, size_t column, size_t slice, float *conductance,
                       float *variance, float *lane) {
    const size_t inputs = crossbar->inputs;
    memset(conductance, 0, 2 * inputs * sizeof(float));
    memset(variance, 0, inputs * sizeof(float));
    for (size_t side = 0; side < crossbar->encoding->sides; side++) {
        add_lanes(crossbar, column, side, slice, conductance + side * inputs, variance, lane);
    }
}

void xh_crossbar_sense_both(const xh_crossbar *crossbar, size_t column, size_t slice,
                            float *conductance, float *variance, float *lane) {
    const size_t inputs = crossbar->inputs;
    float *minus = conductance + inputs;
    xh_crossbar_sense(crossbar, column, slice, conductance, variance, lane);
    if (crossbar->encoding->zero == XH_ZERO_REFERENCE && column < crossbar->outputs) {
        const size_t reference = xh_crossbar_reference(crossbar, column);
        add_lanes(crossbar, reference, 0, slice, minus, variance, lane);
    } else if (crossbar->encoding->sides == 1) {
        const double middle = (crossbar->nominal.g_min + crossbar->nominal.g_max) / 2;
        for (size_t j = 0; j < inputs; j++) {
            minus[j] = (float)(middle * (double)crossbar->params.devices);
        }
    }
}

/* The weights of a slice, added to those of the slices before where there are more. */
XH_KERNEL
static void subtract_sides(size_t count, float scale, const float *restrict plus,
                           const float *restrict minus, bool more, float *restrict weight) {
    for (size_t j = 0; j < count; j++) {
        weight[j] = (more ? weight[j] : 0.0F) + scale * (plus[j] - minus[j]);
    }
}

/* The same of the variances and conductances of both sides. */
XH_KERNEL
static void add_sides(size_t count, float scale, const float *restrict plus,
                      const float *restrict minus, const float *restrict both, bool more,
                      float *restrict variance, float *restrict total) {
    for (size_t j = 0; j < count; j++) {
        variance[j] = (more ? variance[j] : 0.0F) + scale * scale * both[j];
        total[j] = (more ? total[j] : 0.0F) + (plus[j] + minus[j]);
    }
}

/* Sums of the slices of a column, each by its significance. */
static void sum_slices(xh_crossbar *crossbar, xh_crossbar_thread *own, size_t column) {
    const size_t inputs = crossbar->inputs;
    const float *plus = own->conductance;
    const float *minus = own->conductance + inputs;
    float *weight = crossbar->weight + column * inputs;
    float *variance = crossbar->variance + column * inputs;
    float *total = crossbar->total + column * inputs;
    for (size_t slice = 0; slice < crossbar->slices; slice++) {
        const float scale = (float)crossbar->weight_per_siemens * crossbar->significance[slice];
        xh_crossbar_sense(crossbar, column, slice, own->conductance, own->variance, own->lane);
        subtract_sides(inputs, scale, plus, minus, slice > 0, weight);
        add_sides(inputs, scale, plus, minus, own->variance, slice > 0, variance, total);
    }
    crossbar->stale[column] = false;
}

/* Brings the reference columns up to date, and lets the outputs follow that are read against one
 * that has changed. */
static void settle_references(xh_crossbar *crossbar) {
    for (size_t column = crossbar->outputs; column < crossbar->columns; column++) {
        if (crossbar->stale[column]) {
            const size_t width = (size_t)crossbar->params.columns;
            const size_t first = (column - crossbar->outputs) * width;
            const size_t rest = crossbar->outputs - first;
            memset(crossbar->stale + first, 1, (rest < width ? rest : width) * sizeof(bool));
            sum_slices(crossbar, xh_crossbar_own_thread(crossbar), column);
        }
    }
}

static void settle_column(xh_crossbar *crossbar, size_t output) {
    const size_t inputs = crossbar->inputs;
    sum_slices(crossbar, xh_crossbar_own_thread(crossbar), output);
    if (crossbar->references > 0) {
        const float *reference =
            crossbar->weight + xh_crossbar_reference(crossbar, output) * inputs;
        float *weight = crossbar->weight + output * inputs;
        for (size_t j = 0; j < inputs; j++) {
            weight[j] -= reference[j];
        }
    }
}

void xh_crossbar_touch(xh_crossbar *crossbar, size_t lane, size_t column) {
    crossbar->moved[lane * crossbar->columns + column] = true;
    crossbar->stale[column] = true;
}

void xh_crossbar_touch_all(xh_crossbar *crossbar) {
    memset(crossbar->moved, 1, crossbar->lanes * crossbar->columns * sizeof(bool));
    memset(crossbar->stale, 1, crossbar->columns * sizeof(bool));
}

void xh_crossbar_settle(xh_crossbar *crossbar) {
    bool any = false;
    settle_references(crossbar);
    xh_crossbar_settle_wires(crossbar);
#pragma omp parallel for schedule(static) reduction(|| : any)
    for (size_t output = 0; output < crossbar->outputs; output++) {
        if (crossbar->stale[output]) {
            settle_column(crossbar, output);
            any = true;
        }
    }
    crossbar->row_total_stale = crossbar->row_total_stale || any;
}

/* What passing time does to every cell at random; lane by lane, as they were made. */
static void age_cells(xh_crossbar *crossbar, double from, double to) {
#pragma omp parallel for schedule(static) collapse(2)
    for (size_t lane = 0; lane < crossbar->lanes; lane++) {
        for (size_t output = 0; output < crossbar->columns; output++) {
            const xh_cells cells = xh_crossbar_cells(crossbar, lane, output, 0, crossbar->inputs);
            const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_AGE,
                                   crossbar->seeds.instance << 8 | (uint32_t)lane,
                                   crossbar->ages << 8};
            crossbar->model->age(crossbar->device.bytes, cells, stream,
                                 xh_crossbar_cell(crossbar, output), from, to);
        }
    }
}

void xh_crossbar_pass_time(xh_crossbar *crossbar, double seconds) {
    const double before = crossbar->now;
    crossbar->now += seconds;
    const bool ages = xh_device_ages(crossbar->model, crossbar->device.bytes);
    const bool traps = crossbar->dwell != NULL;
    if (ages && seconds > 0) {
        age_cells(crossbar, before, crossbar->now);
    }
    if (traps && seconds > 0) {
        xh_crossbar_change_traps(crossbar, seconds);
    }
    crossbar->ages += (ages || traps) && seconds > 0;
    if (ages || traps || crossbar->model->traits & XH_DEVICE_DRIFTS) {
        xh_crossbar_touch_all(crossbar);
    }
}
