/* A look inside a crossbar, for analysis and checkpoints only. */
#include "crosshebb/probe.h"

#include "crossbar_internal.h"

#include "crosshebb/array.h"

#include <string.h>

void xh_probe_conductances(const xh_crossbar *crossbar, float *conductance) {
    const size_t synapses = crossbar->inputs * crossbar->outputs;
    for (size_t lane = 0; lane < crossbar->lanes; lane++) {
        for (size_t output = 0; output < crossbar->outputs; output++) {
            xh_crossbar_look(crossbar, lane, output,
                             conductance + lane * synapses + output * crossbar->inputs,
                             crossbar->threads[0].variance);
        }
    }
}

void xh_probe_weights(const xh_crossbar *crossbar, float *weights) {
    const size_t inputs = crossbar->inputs;
    const float siemens = (float)crossbar->weight_per_siemens;
    xh_crossbar_thread *own = &crossbar->threads[0];
    for (size_t output = 0; output < crossbar->outputs; output++) {
        float *row = weights + output * inputs;
        memset(row, 0, inputs * sizeof(float));
        for (size_t slice = 0; slice < crossbar->slices; slice++) {
            const float scale = siemens * crossbar->significance[slice];
            xh_crossbar_sense_both(crossbar, output, slice, own->conductance, own->variance,
                                   own->lane);
            for (size_t j = 0; j < inputs; j++) {
                row[j] += scale * (own->conductance[j] - own->conductance[inputs + j]);
            }
        }
    }
}

void xh_probe_wear(const xh_crossbar *crossbar, float *cycles) {
    memcpy(cycles, crossbar->wear, xh_crossbar_devices(crossbar) * sizeof(float));
}

size_t xh_probe_stuck(const xh_crossbar *crossbar) {
    size_t stuck = 0;
    for (size_t c = 0; crossbar->stuck != NULL && c < xh_crossbar_devices(crossbar); c++) {
        stuck += crossbar->stuck[c] != XH_FREE;
    }
    return stuck;
}

/* Traps of the synapses, or of the reference columns, whose first is at that column. */
static void trap_state(xh_crossbar *crossbar, const char *name, xh_division division, size_t column,
                       xh_state *state) {
    if (crossbar->full != NULL) {
        xh_state_floats_divided(state, name, crossbar->lanes, division, crossbar->inputs,
                                crossbar->full +
                                    xh_crossbar_place(crossbar, crossbar->lanes, 0, column));
    }
}

/* The cells of the reference columns, which are divided as the tiles are. */
static void reference_state(xh_crossbar *crossbar, xh_state *state) {
    const size_t lanes = crossbar->lanes;
    const size_t planes = lanes * crossbar->planes;
    const xh_division division = {crossbar->division.partners, crossbar->tiling.column_tiles,
                                  crossbar->grain / (size_t)crossbar->params.columns};
    const size_t first = crossbar->outputs;
    xh_state_floats_divided(state, "reference_cells", planes, division, crossbar->inputs,
                            crossbar->state + xh_crossbar_place(crossbar, planes, 0, first));
    xh_state_floats_divided(state, "reference_wear", lanes, division, crossbar->inputs,
                            crossbar->wear + xh_crossbar_place(crossbar, lanes, 0, first));
    trap_state(crossbar, "reference_traps", division, first, state);
}

void xh_probe_state(xh_crossbar *crossbar, xh_state *state) {
    const size_t lanes = crossbar->lanes;
    xh_state_doubles(state, "time", 1, &crossbar->now);
    xh_state_counts(state, "reads", 1, &crossbar->reads);
    xh_state_counts(state, "updates", 1, &crossbar->updates);
    xh_state_counts(state, "ages", 1, &crossbar->ages);
    xh_state_doubles(state, "input_range", 1, &crossbar->input_range);
    xh_state_doubles(state, "output_ranges", crossbar->tiling.row_tiles, crossbar->output_range);
    xh_state_floats_divided(state, "cells", lanes * crossbar->planes, crossbar->division,
                            crossbar->inputs, crossbar->state);
    xh_state_floats_divided(state, "wear", lanes, crossbar->division, crossbar->inputs,
                            crossbar->wear);
    trap_state(crossbar, "traps", crossbar->division, 0, state);
    xh_crossbar_compensation_state(crossbar, state);
    if (crossbar->encoding->zero == XH_ZERO_REFERENCE) {
        reference_state(crossbar, state);
    }
    xh_ledger_state(&crossbar->ledger, state);
    if (state->loading) {
        xh_crossbar_wear_out_all(crossbar);
        xh_crossbar_touch_all(crossbar);
    }
}
