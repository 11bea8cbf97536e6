/* The state of a crossbar: where its cells lie, what they conduct now, and how time passes. */
#include "crossbar_internal.h"

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

const xh_device_model *xh_crossbar_model(const xh_crossbar *crossbar) {
    return crossbar->model;
}

const xh_crossbar_params *xh_crossbar_parameters(const xh_crossbar *crossbar) {
    return &crossbar->params;
}

double xh_crossbar_input_range(const xh_crossbar *crossbar) {
    return crossbar->input_range;
}

double xh_crossbar_step_up(const xh_crossbar *crossbar) {
    return crossbar->nominal.step_up * crossbar->weight_per_siemens;
}

double xh_crossbar_step_down(const xh_crossbar *crossbar) {
    return crossbar->nominal.step_down * crossbar->weight_per_siemens;
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

uint64_t xh_crossbar_cell(const xh_crossbar *crossbar, size_t output) {
    return (uint64_t)(crossbar->first + output) * crossbar->inputs;
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

xh_cells xh_crossbar_cells(const xh_crossbar *crossbar, size_t lane, size_t output, size_t input,
                           size_t count) {
    const size_t synapses = crossbar->inputs * crossbar->outputs;
    xh_cells cells = {.count = count};
    for (size_t p = 0; p < crossbar->planes; p++) {
        cells.plane[p] = crossbar->state + (lane * crossbar->planes + p) * synapses +
                         output * crossbar->inputs + input;
    }
    return cells;
}

/* A stuck cell conducts what it is stuck at, without noise. */
static void override_stuck(const xh_crossbar *crossbar, size_t lane, size_t output, float *mean,
                           float *variance) {
    const size_t inputs = crossbar->inputs;
    const uint8_t *stuck = crossbar->stuck + (lane * crossbar->outputs + output) * inputs;
    for (size_t j = 0; j < inputs; j++) {
        if (stuck[j] != XH_FREE) {
            mean[j] = (float)(stuck[j] == XH_STUCK_LOW ? crossbar->nominal.g_min
                                                       : crossbar->nominal.g_max);
            variance[j] = 0.0F;
        }
    }
}

void xh_crossbar_sense(const xh_crossbar *crossbar, size_t output, float *conductance,
                       float *variance, float *lane) {
    const size_t inputs = crossbar->inputs;
    memset(conductance, 0, 2 * inputs * sizeof(float));
    memset(variance, 0, inputs * sizeof(float));
    float *mean = lane;
    float *spread = lane + inputs;
    for (size_t l = 0; l < crossbar->lanes; l++) {
        const xh_cells cells = xh_crossbar_cells(crossbar, l, output, 0, inputs);
        crossbar->model->read(crossbar->device.bytes, cells, crossbar->now, mean, spread);
        if (crossbar->stuck != NULL) {
            override_stuck(crossbar, l, output, mean, spread);
        }
        float *side = conductance + (2 * l < crossbar->lanes ? 0 : inputs);
        for (size_t j = 0; j < inputs; j++) {
            side[j] += mean[j];
            variance[j] += spread[j];
        }
    }
}

static void settle_column(xh_crossbar *crossbar, size_t output) {
    const size_t inputs = crossbar->inputs;
    xh_crossbar_thread *own = xh_crossbar_own_thread(crossbar);
    xh_crossbar_sense(crossbar, output, own->conductance, own->variance, own->lane);
    const float *plus = own->conductance;
    const float *minus = own->conductance + inputs;
    const float scale = (float)crossbar->weight_per_siemens;
    float *weight = crossbar->weight + output * inputs;
    float *variance = crossbar->variance + output * inputs;
    float *total = crossbar->total + output * inputs;
    for (size_t j = 0; j < inputs; j++) {
        weight[j] = scale * (plus[j] - minus[j]);
        variance[j] = scale * scale * own->variance[j];
        total[j] = plus[j] + minus[j];
    }
    crossbar->stale[output] = false;
}

void xh_crossbar_settle(xh_crossbar *crossbar) {
    bool any = false;
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
        for (size_t output = 0; output < crossbar->outputs; output++) {
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
    if (ages && seconds > 0) {
        age_cells(crossbar, before, crossbar->now);
        crossbar->ages++;
    }
    if (ages || crossbar->model->traits & XH_DEVICE_DRIFTS) {
        memset(crossbar->stale, 1, crossbar->outputs * sizeof(bool));
    }
}
