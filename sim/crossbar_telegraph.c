/*
 * Random telegraph noise: cells with a trap beside their path, which by turns is full and empty.
 *
 * A cell has a trap with probability telegraph_share. It fills and empties at the same rate, after a
 * dwell time that is drawn once a cell, log-uniform from telegraph_shortest to telegraph_longest; after
 * t seconds its state is the other one with probability (1 - e^(-2 t / dwell)) / 2. While the trap is
 * full, a cell of resistance R = 1 / G conducts
 *
 *     G (1 - min(1/2, telegraph_amplitude R / 10 kohm))
 *
 * That the amplitude grows with the resistance, as the path gets thinner, is published (Ambrogio et
 * al., IEEE Trans. Electron Devices 61, 2920 (2014), DOI 10.1109/TED.2014.2330202); the law, its
 * numbers and one trap a cell are assumed, and so is that the dwell time does not depend on the read
 * voltage. A trap is where it is for all reads of a batch, and moves when time passes.
 */
#include "crossbar_internal.h"

#include "crosshebb/array.h"
#include "crosshebb/kernel.h"

#include <math.h>

/* Steps of a cell's stream by the seed of devices; by that of cycles the steps are ages, with a bit
 * that no other has. */
enum { TRAP_STEP, DWELL_STEP, START_STEP };
#define CHANGE_STEP ((uint64_t)1 << 63)

#define AMPLITUDE_SIEMENS 1e-4 /* 10 kohm */
#define LARGEST_AMPLITUDE 0.5F

static size_t place_of(const xh_crossbar *crossbar, size_t lane, size_t column) {
    return xh_crossbar_place(crossbar, crossbar->lanes, lane, column);
}

static void draw(const xh_crossbar *crossbar, uint64_t seed, size_t lane, size_t column,
                 uint64_t step, float *u) {
    const xh_rng stream = {seed, XH_RNG_TELEGRAPH, crossbar->seeds.instance << 8 | (uint32_t)lane,
                           step};
    xh_rng_uniform(stream, xh_crossbar_cell(crossbar, column), crossbar->inputs, u);
}

/* Traps of a lane of a column; u [inputs] is scratch. */
static void draw_traps(xh_crossbar *crossbar, size_t lane, size_t column, float *u) {
    const xh_crossbar_params *params = &crossbar->params;
    const double shortest = log(params->telegraph_shortest);
    const double longest = fmax(log(params->telegraph_longest), shortest);
    float *dwell = crossbar->dwell + place_of(crossbar, lane, column);
    float *full = crossbar->full + place_of(crossbar, lane, column);
    draw(crossbar, crossbar->seeds.device, lane, column, DWELL_STEP, u);
    for (size_t j = 0; j < crossbar->inputs; j++) {
        dwell[j] = (float)exp(shortest + (longest - shortest) * (double)u[j]);
    }
    draw(crossbar, crossbar->seeds.device, lane, column, TRAP_STEP, u);
    for (size_t j = 0; j < crossbar->inputs; j++) {
        dwell[j] = (double)u[j] < params->telegraph_share ? dwell[j] : 0;
    }
    draw(crossbar, crossbar->seeds.device, lane, column, START_STEP, u);
    for (size_t j = 0; j < crossbar->inputs; j++) {
        full[j] = dwell[j] > 0 && u[j] < 0.5F ? 1.0F : 0.0F;
    }
}

bool xh_crossbar_create_traps(xh_crossbar *crossbar) {
    if (crossbar->params.telegraph_share <= 0) {
        return true;
    }
    const size_t devices = crossbar->lanes * crossbar->inputs * crossbar->columns;
    crossbar->dwell = xh_array_create(devices, sizeof(float));
    crossbar->full = xh_array_create(devices, sizeof(float));
    if (crossbar->dwell == NULL || crossbar->full == NULL) {
        return false;
    }
    for (size_t lane = 0; lane < crossbar->lanes; lane++) {
        for (size_t column = 0; column < crossbar->columns; column++) {
            draw_traps(crossbar, lane, column, crossbar->threads[0].noise);
        }
    }
    return true;
}

void xh_crossbar_free_traps(xh_crossbar *crossbar) {
    xh_array_free(crossbar->dwell);
    xh_array_free(crossbar->full);
}

static void change_column(xh_crossbar *crossbar, size_t lane, size_t column, double seconds,
                          float *u) {
    const float *dwell = crossbar->dwell + place_of(crossbar, lane, column);
    float *full = crossbar->full + place_of(crossbar, lane, column);
    draw(crossbar, crossbar->seeds.cycle, lane, column, CHANGE_STEP | crossbar->ages, u);
    for (size_t j = 0; j < crossbar->inputs; j++) {
        if (dwell[j] > 0) {
            const double change = -expm1(-2 * seconds / (double)dwell[j]) / 2;
            full[j] = (double)u[j] < change ? 1.0F - full[j] : full[j];
        }
    }
}

void xh_crossbar_change_traps(xh_crossbar *crossbar, double seconds) {
#pragma omp parallel for schedule(static) collapse(2)
    for (size_t lane = 0; lane < crossbar->lanes; lane++) {
        for (size_t column = 0; column < crossbar->columns; column++) {
            change_column(crossbar, lane, column, seconds, xh_crossbar_own_thread(crossbar)->noise);
        }
    }
}

XH_KERNEL
static void reduce(size_t count, float amplitude, const float *restrict full,
                   float *restrict mean) {
#pragma omp simd
    for (size_t j = 0; j < count; j++) {
        const float share = amplitude / mean[j];
        const float reduced = share < LARGEST_AMPLITUDE ? share : LARGEST_AMPLITUDE;
        mean[j] -= full[j] * reduced * mean[j];
    }
}

void xh_crossbar_fill_traps(const xh_crossbar *crossbar, size_t lane, size_t column, float *mean) {
    const double amplitude = crossbar->params.telegraph_amplitude * AMPLITUDE_SIEMENS;
    reduce(crossbar->inputs, (float)amplitude, crossbar->full + place_of(crossbar, lane, column),
           mean);
}
