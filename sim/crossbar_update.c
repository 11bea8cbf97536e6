/*
 * Updates: trains of pulses on the devices of a column, reads of a column for the schemes that need
 * them, and the refresh of saturated pairs. Cost follows the pulses: only the cells that are pulsed
 * are touched.
 */
#include "crossbar_internal.h"

#include "crosshebb/kernel.h"

#include <math.h>
#include <string.h>

void xh_crossbar_update_begin(xh_crossbar *crossbar) {
    xh_crossbar_settle(crossbar);
    xh_crossbar_end_compensation(crossbar);
    crossbar->updates++;
    memset(crossbar->trains, 0, crossbar->columns * sizeof(uint32_t));
    xh_crossbar_forget(crossbar);
}

uint64_t xh_crossbar_updates(const xh_crossbar *crossbar) {
    return crossbar->updates;
}

xh_rng xh_crossbar_scheme_stream(const xh_crossbar *crossbar) {
    return (xh_rng){crossbar->seeds.cycle, XH_RNG_SCHEME, crossbar->seeds.instance,
                    crossbar->updates << 32};
}

float *xh_crossbar_workspace(xh_crossbar *crossbar) {
    return xh_crossbar_own_thread(crossbar)->workspace;
}

void xh_crossbar_book(xh_crossbar *crossbar, xh_event event, uint64_t count) {
    xh_crossbar_own_thread(crossbar)->counts.events[event] += count;
}

/* Takes the read noise of its reference column off a column that is read; it is the same for all
 * columns of a tile, which are read at once. */
static void add_reference_noise(const xh_crossbar *crossbar, xh_rng stream, size_t output,
                                float *noise, float *weights) {
    const size_t inputs = crossbar->inputs;
    const size_t reference = xh_crossbar_reference(crossbar, output);
    const float *variance = crossbar->variance + reference * inputs;
    xh_rng_normal(stream, xh_crossbar_cell(crossbar, reference), inputs, noise);
    for (size_t j = 0; j < inputs; j++) {
        weights[j] -= sqrtf(variance[j]) * noise[j];
    }
}

/* The conductance that a read of a column drives current through, siemens; that of the reference
 * column with the first of its tile. */
static double column_charge(const xh_crossbar *crossbar, size_t output) {
    const size_t inputs = crossbar->inputs;
    double charge = 0;
    for (size_t j = 0; j < inputs; j++) {
        charge += (double)crossbar->total[output * inputs + j];
    }
    if (crossbar->references > 0 && output % (size_t)crossbar->params.columns == 0) {
        const size_t reference = xh_crossbar_reference(crossbar, output);
        for (size_t j = 0; j < inputs; j++) {
            charge += (double)crossbar->total[reference * inputs + j];
        }
    }
    return charge;
}

void xh_crossbar_read_column(xh_crossbar *crossbar, size_t output, float *weights) {
    const size_t inputs = crossbar->inputs;
    xh_crossbar_thread *own = xh_crossbar_own_thread(crossbar);
    const float *weight = crossbar->weight + output * inputs;
    const float *variance = crossbar->variance + output * inputs;
    memcpy(weights, weight, inputs * sizeof(float));
    if (crossbar->params.read_noise && crossbar->model->traits & XH_DEVICE_READ_NOISE) {
        const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_READ,
                               crossbar->seeds.instance | XH_COLUMN_READ, crossbar->updates};
        xh_rng_normal(stream, xh_crossbar_cell(crossbar, output), inputs, own->noise);
        for (size_t j = 0; j < inputs; j++) {
            weights[j] += sqrtf(variance[j]) * own->noise[j];
        }
        if (crossbar->references > 0) {
            add_reference_noise(crossbar, stream, output, own->noise, weights);
        }
    }
    xh_crossbar_convert_column(crossbar, own, output, weights);
    if (crossbar->encoding->zero == XH_ZERO_DIGITAL) {
        for (size_t j = 0; j < inputs; j++) {
            weights[j] -= (float)crossbar->weight_offset;
        }
        own->counts.events[XH_EVENT_partial_sum] += inputs;
    }
    const double charge = column_charge(crossbar, output);
    own->counts.charge += (uint64_t)llrint(charge / XH_CONDUCTANCE_UNIT);
    own->counts.events[XH_EVENT_adc_conversion] += inputs;
    own->counts.column_reads++;
}

/* Adds the worn cycles of a column's cells that are pulsed. */
XH_KERNEL
static void add_wear(size_t count, const int8_t *restrict direction, float up, float down,
                     float *restrict wear) {
    for (size_t j = 0; j < count; j++) {
        const float cycles = direction[j] > 0 ? up : down;
        wear[j] += direction[j] != 0 ? cycles : 0.0F;
    }
}

XH_KERNEL
static size_t count_pulsed(size_t count, const int8_t *direction) {
    uint32_t pulsed = 0;
    for (size_t j = 0; j < count; j++) {
        pulsed += direction[j] != 0;
    }
    return pulsed;
}

/* Directions of all cells as the models take them. */
XH_KERNEL
static void widen(size_t count, const int8_t *restrict direction, float *restrict wide) {
    for (size_t j = 0; j < count; j++) {
        wide[j] = (float)direction[j];
    }
}

/* Which cells are pulsed, and their directions side by side. */
static void choose(size_t count, const int8_t *direction, uint32_t *index, float *chosen) {
    size_t next = 0;
    for (size_t j = 0; j < count; j++) {
        index[next] = (uint32_t)j;
        chosen[next] = (float)direction[j];
        next += direction[j] != 0;
    }
}

/* The pulsed cells of a column side by side, in the thread's own memory. */
static xh_cells gather(const xh_crossbar *crossbar, xh_crossbar_thread *thread, xh_cells column,
                       size_t count) {
    xh_cells cells = {.count = count};
    for (size_t p = 0; p < crossbar->planes; p++) {
        cells.plane[p] = thread->plane[p];
        for (size_t k = 0; k < count; k++) {
            thread->plane[p][k] = column.plane[p][thread->index[k]];
        }
    }
    return cells;
}

/* And back. */
static void scatter(const xh_crossbar *crossbar, const xh_crossbar_thread *thread, xh_cells column,
                    size_t count) {
    for (size_t p = 0; p < crossbar->planes; p++) {
        for (size_t k = 0; k < count; k++) {
            column.plane[p][thread->index[k]] = thread->plane[p][k];
        }
    }
}

size_t xh_crossbar_pulse_lane(xh_crossbar *crossbar, xh_crossbar_thread *thread, size_t lane,
                              size_t output, const int8_t *direction, bool reset, uint64_t step,
                              xh_pulse_tally *tally) {
    const size_t inputs = crossbar->inputs;
    const size_t count = count_pulsed(inputs, direction);
    const bool all = count == inputs; /* which are pulsed in place */
    if (count == 0) {
        return 0;
    }
    if (all) {
        widen(inputs, direction, thread->direction);
    } else {
        choose(inputs, direction, thread->index, thread->direction);
    }
    const xh_cells column = xh_crossbar_cells(crossbar, lane, output, 0, inputs);
    const xh_cells cells = all ? column : gather(crossbar, thread, column, count);
    const size_t first = xh_crossbar_place(crossbar, crossbar->lanes, lane, output);
    const xh_device_pulse_cost *cost = &crossbar->cost;
    add_wear(inputs, direction, (float)(reset ? cost->wear_reset : cost->wear_up),
             (float)(reset ? cost->wear_reset : cost->wear_down), crossbar->wear + first);
    if (crossbar->lasts != NULL) {
        xh_crossbar_wear_out(crossbar, lane, output);
    }
    for (size_t d = 0; d < crossbar->draws; d++) {
        const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_CYCLE,
                               crossbar->seeds.instance | (uint32_t)d << 16, step};
        xh_rng_normal(stream, xh_crossbar_cell(crossbar, output), count, thread->noise + d * count);
    }
    const void *params = crossbar->device.bytes;
    if (crossbar->stuck != NULL && !reset) {
        xh_crossbar_hold_stuck(crossbar->stuck + first, count, all ? NULL : thread->index,
                               thread->direction, tally);
    }
    if (reset) {
        crossbar->model->reset(params, cells, thread->noise, crossbar->now, tally);
    } else {
        crossbar->model->pulse(params, cells, thread->direction, thread->noise, crossbar->now,
                               tally);
    }
    if (!all) {
        scatter(crossbar, thread, column, count);
    }
    xh_crossbar_touch(crossbar, lane, output);
    return count;
}

/* Programming slots that count cells of one column take, with so many at once on each tile's line.
 */
static uint64_t slots_of(const xh_crossbar *crossbar, size_t count) {
    const size_t limit = (size_t)crossbar->params.line_limit * crossbar->tiling.row_tiles;
    return (count + limit - 1) / limit;
}

static size_t column_tile(const xh_crossbar *crossbar, size_t output) {
    return (crossbar->first + output) / (size_t)crossbar->params.columns;
}

/* The pulses of a round: of the trains that have some left. */
XH_KERNEL
static void take_turn(size_t count, const int8_t *restrict train, int8_t round, int8_t sign,
                      int8_t *restrict direction) {
    for (size_t j = 0; j < count; j++) {
        direction[j] = (int8_t)(sign * ((train[j] > round) - (train[j] < -round)));
    }
}

/* One round of a train: the synapses whose plus or minus side has pulses left get one, on the device
 * that the counter selects. */
static size_t pulse_round(xh_crossbar *crossbar, xh_crossbar_thread *own, size_t output,
                          size_t slice, xh_encoding_pulse pulse, const int8_t *train, int round,
                          xh_pulse_tally *tally) {
    const size_t devices = (size_t)crossbar->params.devices;
    const uint32_t turn = crossbar->trains[output];
    const size_t selected = (size_t)((crossbar->updates + turn / 2) % devices);
    int8_t *direction = (int8_t *)own->variance; /* free during pulses */
    take_turn(crossbar->inputs, train, (int8_t)round, (int8_t)pulse.direction, direction);
    const size_t lane = xh_crossbar_lane(crossbar, pulse.side, slice, selected);
    return xh_crossbar_pulse_lane(crossbar, own, lane, output, direction, false,
                                  crossbar->updates << 32 | turn, tally);
}

/* Pulses of the longest train. */
XH_KERNEL
static int longest(size_t count, const int8_t *train) {
    int most = 0;
    for (size_t j = 0; j < count; j++) {
        const int pulses = train[j] < 0 ? -train[j] : train[j];
        most = pulses > most ? pulses : most;
    }
    return most;
}

void xh_crossbar_pulse_slice(xh_crossbar *crossbar, xh_crossbar_thread *own, size_t output,
                             size_t slice, const int8_t *plus, const int8_t *minus,
                             xh_pulse_tally *tally, uint64_t *events, uint64_t *slots) {
    const int8_t *trains[2] = {plus, minus};
    const int rounds[2] = {longest(crossbar->inputs, plus), longest(crossbar->inputs, minus)};
    const int most = rounds[0] > rounds[1] ? rounds[0] : rounds[1];
    for (int round = 0; round < most; round++) {
        for (size_t side = 0; side < 2; side++) {
            const xh_encoding_pulse pulse = crossbar->encoding->pulse[side];
            const size_t count =
                round < rounds[side]
                    ? pulse_round(crossbar, own, output, slice, pulse, trains[side], round, tally)
                    : 0;
            crossbar->trains[output]++;
            events[XH_EVENT_wordline_pulse] += count;
            events[XH_EVENT_bitline_pulse] += count > 0 ? crossbar->tiling.row_tiles : 0;
            slots[column_tile(crossbar, output)] += slots_of(crossbar, count);
        }
    }
}

void xh_crossbar_pulse(xh_crossbar *crossbar, size_t output, const int8_t *plus,
                       const int8_t *minus) {
    xh_crossbar_thread *own = xh_crossbar_own_thread(crossbar);
    xh_crossbar_pulse_slice(crossbar, own, output, crossbar->slices - 1, plus, minus,
                            &own->counts.pulses, own->counts.events, own->slots);
}

void xh_crossbar_reset(xh_crossbar *crossbar, size_t output, size_t side, size_t device,
                       const int8_t *mark) {
    xh_crossbar_thread *own = xh_crossbar_own_thread(crossbar);
    const size_t lane = xh_crossbar_lane(crossbar, side, crossbar->slices - 1, device);
    const uint64_t step = crossbar->updates << 32 | crossbar->trains[output]++;
    const size_t count =
        xh_crossbar_pulse_lane(crossbar, own, lane, output, mark, true, step, &own->counts.pulses);
    own->counts.events[XH_EVENT_wordline_pulse] += count;
    own->counts.events[XH_EVENT_bitline_pulse] += count > 0 ? crossbar->tiling.row_tiles : 0;
    own->slots[column_tile(crossbar, output)] += slots_of(crossbar, count);
}

/* Chooses the pairs of a slice to refresh from noisy reads of their sides; train [2][inputs] receives
 * the pulses that restore the difference and mark [inputs] the pairs. Returns their number. */
static size_t choose_saturated(xh_crossbar *crossbar, xh_crossbar_thread *own, size_t output,
                               size_t slice, int8_t *mark) {
    const size_t inputs = crossbar->inputs;
    const xh_crossbar_params *params = &crossbar->params;
    const double devices = (double)params->devices;
    const double span = crossbar->nominal.g_max - crossbar->nominal.g_min;
    const double high = crossbar->nominal.g_min + params->refresh_threshold * span;
    const double near = params->refresh_difference * span;
    xh_crossbar_sense(crossbar, output, slice, own->conductance, own->variance, own->lane);
    const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_READ,
                           crossbar->seeds.instance | XH_PAIR_READ | xh_slice_bits(slice),
                           crossbar->updates};
    xh_rng_normal(stream, xh_crossbar_cell(crossbar, output), inputs, own->noise);
    size_t chosen = 0;
    for (size_t j = 0; j < inputs; j++) {
        const double noise =
            params->read_noise ? sqrt((double)own->variance[j]) * (double)own->noise[j] : 0.0;
        const double plus = (double)own->conductance[j] / devices;
        const double minus = (double)own->conductance[inputs + j] / devices;
        const double difference = plus - minus + noise / devices;
        const bool saturated = fmax(plus, minus) > high && fabs(difference) < near;
        const double pulses = fabs(difference) * devices / params->refresh_step;
        const int8_t count = saturated ? (int8_t)fmin(rint(pulses), 127.0) : 0;
        mark[j] = saturated;
        own->train[j] = difference > 0 ? count : 0;
        own->train[inputs + j] = difference > 0 ? 0 : count;
        chosen += saturated;
    }
    return chosen;
}

static void refresh_slice(xh_crossbar *crossbar, size_t output, size_t slice) {
    const size_t inputs = crossbar->inputs;
    const size_t devices = (size_t)crossbar->params.devices;
    xh_crossbar_thread *own = xh_crossbar_own_thread(crossbar);
    int8_t *mark = own->train + 2 * inputs;
    const size_t chosen = choose_saturated(crossbar, own, output, slice, mark);
    uint64_t *events = own->counts.refresh_events;
    events[XH_EVENT_adc_conversion] += 2 * inputs;
    if (chosen == 0) {
        return;
    }
    for (size_t d = 0; d < 2 * devices; d++) {
        const size_t lane = xh_crossbar_lane(crossbar, d / devices, slice, d % devices);
        const uint64_t turn = crossbar->trains[output]++;
        xh_crossbar_pulse_lane(crossbar, own, lane, output, mark, true,
                               crossbar->updates << 32 | turn, &own->counts.refresh_pulses);
        events[XH_EVENT_wordline_pulse] += chosen;
        events[XH_EVENT_bitline_pulse] += crossbar->tiling.row_tiles;
        own->refresh_slots[column_tile(crossbar, output)] += slots_of(crossbar, chosen);
    }
    xh_crossbar_pulse_slice(crossbar, own, output, slice, own->train, own->train + inputs,
                            &own->counts.refresh_pulses, events, own->refresh_slots);
}

void xh_crossbar_refresh(xh_crossbar *crossbar, size_t output) {
    for (size_t slice = 0; slice < crossbar->slices; slice++) {
        refresh_slice(crossbar, output, slice);
    }
}

static void add_pulses(xh_pulse_tally *to, double *count, const xh_pulse_tally *from) {
    to->up += from->up;
    to->down += from->down;
    to->reset += from->reset;
    to->effective += from->effective;
    to->clipped += from->clipped;
    count[XH_EVENT_pulse_up] += (double)from->up;
    count[XH_EVENT_pulse_down] += (double)from->down;
    count[XH_EVENT_pulse_reset] += (double)from->reset;
}

/* Column tiles work in parallel: a train lasts as long as that of the slowest. The slots of all threads
 * and partners are summed into those of the first thread. */
static uint64_t slowest(xh_crossbar *crossbar, bool refresh) {
    const xh_crossbar_thread *threads = crossbar->threads;
    const size_t tiles = crossbar->tiling.column_tiles;
    uint64_t *slots = refresh ? threads[0].refresh_slots : threads[0].slots;
    for (size_t t = 1; t < crossbar->thread_count; t++) {
        const uint64_t *more = refresh ? threads[t].refresh_slots : threads[t].slots;
        for (size_t tile = 0; tile < tiles; tile++) {
            slots[tile] += more[tile];
        }
    }
    xh_partners_sum(crossbar->division.partners, tiles, slots);
    uint64_t most = 0;
    for (size_t tile = 0; tile < tiles; tile++) {
        most = slots[tile] > most ? slots[tile] : most;
    }
    return most;
}

void xh_crossbar_update_end(xh_crossbar *crossbar) {
    xh_crossbar_carry(crossbar);
    const xh_crossbar_counts sum = xh_crossbar_sum(crossbar);
    double *update = crossbar->ledger.count[XH_PHASE_update];
    double *refresh = crossbar->ledger.count[XH_PHASE_refresh];
    for (int event = 0; event < XH_EVENTS; event++) {
        update[event] += (double)sum.events[event];
        refresh[event] += (double)sum.refresh_events[event];
    }
    add_pulses(&crossbar->ledger.pulses[XH_PHASE_update], update, &sum.pulses);
    add_pulses(&crossbar->ledger.pulses[XH_PHASE_refresh], refresh, &sum.refresh_pulses);
    /* One-hot cycles serve all columns at once, or in turn those of a converter; the tiles of a
     * column take theirs in parallel. */
    const bool read_columns = sum.column_reads > 0;
    const double synapses = (double)crossbar->inputs * (double)crossbar->division.length;
    const double scans = (double)sum.refresh_events[XH_EVENT_adc_conversion] / synapses;
    const size_t rows =
        crossbar->inputs < crossbar->tiling.rows ? crossbar->inputs : crossbar->tiling.rows;
    const double turns = xh_crossbar_turns(crossbar);
    const double cycles = turns * (double)rows;
    const double drives = turns * (double)(crossbar->inputs * crossbar->tiling.column_tiles);
    xh_crossbar_book_time(crossbar, update, read_columns ? cycles : 0,
                          (double)sum.charge * XH_CONDUCTANCE_UNIT);
    update[XH_EVENT_wordline_drive] += read_columns ? drives : 0;
    update[XH_EVENT_pulse_slot] += (double)slowest(crossbar, false);
    xh_crossbar_book_time(crossbar, refresh, scans * cycles, 0);
    refresh[XH_EVENT_wordline_drive] += scans * drives;
    refresh[XH_EVENT_pulse_slot] += (double)slowest(crossbar, true);
}
