/*
 * Cells that fail: those that are stuck from the start, and those whose endurance is used up.
 *
 * With wear_out a cell lasts endurance e^(endurance_spread x) cycles, x a standard normal drawn once
 * a cell. The pulse that reaches them finds the cell stuck, at g_min (the stuck RESET of voids) or at
 * g_max (the stuck SET of segregated atoms). That both ends occur in phase change is published (MRS
 * Bulletin, 2019); that endurance is log-normal, and the share of either end, are assumed.
 *
 * A stuck cell takes pulses, which are counted, and conducts what it is stuck at, without noise.
 */
#include "crossbar_internal.h"

#include "crosshebb/array.h"
#include "crosshebb/kernel.h"

#include <math.h>

/* Steps of a cell's stream of faults. */
enum { STUCK_STEP, ENDURANCE_STEP, END_STEP };

static size_t devices_of(const xh_crossbar *crossbar) {
    return crossbar->lanes * crossbar->inputs * crossbar->columns;
}

static xh_rng fault_stream(const xh_crossbar *crossbar, size_t lane, uint64_t step) {
    return (xh_rng){crossbar->seeds.device, XH_RNG_FAULT,
                    crossbar->seeds.instance << 8 | (uint32_t)lane, step};
}

/* The end that a cell is stuck at, if the share low of those that have a draw below limit is low. */
static uint8_t end_of(float u, double low) {
    return (double)u < low ? XH_STUCK_LOW : XH_STUCK_HIGH;
}

static void draw_stuck(const xh_crossbar *crossbar, size_t lane, size_t column, uint8_t *stuck) {
    const double share = crossbar->params.stuck_fraction;
    const xh_rng stream = fault_stream(crossbar, lane, STUCK_STEP);
    for (size_t j = 0; j < crossbar->inputs; j++) {
        float u;
        xh_rng_uniform(stream, xh_crossbar_cell(crossbar, column) + j, 1, &u);
        stuck[j] =
            (double)u < share ? end_of(u, share * crossbar->params.stuck_low_share) : XH_FREE;
    }
}

static void draw_endurance(const xh_crossbar *crossbar, size_t lane, size_t column, float *lasts) {
    const double spread = crossbar->params.endurance_spread;
    xh_rng_normal(fault_stream(crossbar, lane, ENDURANCE_STEP), xh_crossbar_cell(crossbar, column),
                  crossbar->inputs, lasts);
    for (size_t j = 0; j < crossbar->inputs; j++) {
        lasts[j] = (float)(crossbar->cost.endurance * exp(spread * (double)lasts[j]));
    }
}

bool xh_crossbar_create_faults(xh_crossbar *crossbar) {
    const bool wears = crossbar->params.wear_out;
    if (!wears && crossbar->params.stuck_fraction <= 0) {
        return true;
    }
    crossbar->stuck = xh_array_create(devices_of(crossbar), sizeof(uint8_t));
    crossbar->lasts = wears ? xh_array_create(devices_of(crossbar), sizeof(float)) : NULL;
    if (crossbar->stuck == NULL || (wears && crossbar->lasts == NULL)) {
        return false;
    }
    for (size_t lane = 0; lane < crossbar->lanes; lane++) {
        for (size_t column = 0; column < crossbar->columns; column++) {
            const size_t first = xh_crossbar_place(crossbar, crossbar->lanes, lane, column);
            draw_stuck(crossbar, lane, column, crossbar->stuck + first);
            if (wears) {
                draw_endurance(crossbar, lane, column, crossbar->lasts + first);
            }
        }
    }
    return true;
}

void xh_crossbar_free_faults(xh_crossbar *crossbar) {
    xh_array_free(crossbar->stuck);
    xh_array_free(crossbar->lasts);
}

XH_KERNEL
static size_t count_worn(size_t count, const float *restrict wear, const float *restrict lasts) {
    uint32_t worn = 0;
    for (size_t j = 0; j < count; j++) {
        worn += wear[j] >= lasts[j];
    }
    return worn;
}

void xh_crossbar_wear_out(xh_crossbar *crossbar, size_t lane, size_t column) {
    const size_t first = xh_crossbar_place(crossbar, crossbar->lanes, lane, column);
    const float *wear = crossbar->wear + first;
    const float *lasts = crossbar->lasts + first;
    uint8_t *stuck = crossbar->stuck + first;
    if (count_worn(crossbar->inputs, wear, lasts) == 0) {
        return;
    }
    const xh_rng stream = fault_stream(crossbar, lane, END_STEP);
    for (size_t j = 0; j < crossbar->inputs; j++) {
        if (wear[j] >= lasts[j] && stuck[j] == XH_FREE) {
            float u;
            xh_rng_uniform(stream, xh_crossbar_cell(crossbar, column) + j, 1, &u);
            stuck[j] = end_of(u, crossbar->params.stuck_low_share);
        }
    }
}

void xh_crossbar_wear_out_all(xh_crossbar *crossbar) {
    for (size_t lane = 0; crossbar->lasts != NULL && lane < crossbar->lanes; lane++) {
        for (size_t column = 0; column < crossbar->columns; column++) {
            xh_crossbar_wear_out(crossbar, lane, column);
        }
    }
}

void xh_crossbar_hold_stuck(const uint8_t *stuck, size_t count, const uint32_t *index,
                            float *direction, xh_pulse_tally *tally) {
    for (size_t k = 0; k < count; k++) {
        if (stuck[index ? index[k] : k] != XH_FREE) {
            tally->up += direction[k] > 0.0F;
            tally->down += direction[k] < 0.0F;
            direction[k] = 0.0F;
        }
    }
}

void xh_crossbar_override_stuck(const xh_crossbar *crossbar, size_t lane, size_t column,
                                float *mean, float *variance) {
    const uint8_t *stuck =
        crossbar->stuck + xh_crossbar_place(crossbar, crossbar->lanes, lane, column);
    for (size_t j = 0; j < crossbar->inputs; j++) {
        if (stuck[j] != XH_FREE) {
            mean[j] = (float)(stuck[j] == XH_STUCK_LOW ? crossbar->nominal.g_min
                                                       : crossbar->nominal.g_max);
            variance[j] = 0.0F;
        }
    }
}
