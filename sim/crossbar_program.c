/*
 * Initial programming. A device with pulses is in turn read and pulsed until it is within half a
 * step of its target or, without down pulses, above it. A device without pulses is set: its model
 * says what error its own closed loop leaves, and how many pulses and reads that takes. Sides of
 * devices that take both directions sit symmetrically about mid-range, so that they can move both
 * ways, and so do single devices of any kind; sides of the others start from g_min, one side raised.
 *
 * Slices are programmed one after the other, the most significant first, each to what the noisy
 * reads of those before it have left over (residual programming, Le Gallo et al., Neuromorph.
 * Comput. Eng. 2, 014009 (2022), DOI 10.1088/2634-4386/ac4fb7 [from memory]).
 */
#include "crossbar_internal.h"

#include "crosshebb/array.h"

#include <math.h>
#include <string.h>

/* Streams of the programming rounds, beyond any update, and of the reads between slices. */
#define PROGRAM_STEP ((uint64_t)1 << 63)
#define RESIDUAL_STEP (PROGRAM_STEP | (uint64_t)1 << 62)

typedef struct xh_targets {
    double g_low;   /* of both sides at weight 0 */
    double reach;   /* siemens a side moves at full weight */
    bool symmetric; /* the other side moves the other way */
} xh_targets;

static xh_targets targets_of(const xh_crossbar *crossbar) {
    const double span = crossbar->nominal.g_max - crossbar->nominal.g_min;
    if (crossbar->encoding->sides == 1 || crossbar->model->traits & XH_DEVICE_DEPRESSES) {
        return (xh_targets){crossbar->nominal.g_min + span / 2, span / 2, true};
    }
    return (xh_targets){crossbar->nominal.g_min, span, false};
}

/* target [inputs], siemens, of the devices of one side; share [inputs] is what a slice is to hold of
 * its full weight. */
static void aim_at(const xh_crossbar *crossbar, const double *share, size_t side, double *target) {
    const xh_targets targets = targets_of(crossbar);
    for (size_t j = 0; j < crossbar->inputs; j++) {
        const double own = fmin(fmax(side == 0 ? share[j] : -share[j], -1.0), 1.0);
        target[j] = targets.g_low + targets.reach * (targets.symmetric ? own : fmax(own, 0.0));
    }
}

/* Directions [inputs] that take one lane of a column nearer to its targets, from a noisy read; a
 * cell that came near enough is done and stays so. Returns how many are to be pulsed. */
static size_t approach(xh_crossbar *crossbar, xh_crossbar_thread *own, const double *target,
                       size_t lane, size_t column, uint64_t step, int8_t *direction, int8_t *done) {
    const size_t inputs = crossbar->inputs;
    const bool depresses = crossbar->model->traits & XH_DEVICE_DEPRESSES;
    float *mean = own->lane;
    float *variance = own->lane + inputs;
    xh_crossbar_look(crossbar, lane, column, mean, variance);
    const bool noisy =
        crossbar->params.read_noise && crossbar->model->traits & XH_DEVICE_READ_NOISE;
    if (noisy) {
        const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_READ, crossbar->seeds.instance, step};
        xh_rng_normal(stream, xh_crossbar_cell(crossbar, column), inputs, own->noise);
    }
    size_t left = 0;
    for (size_t j = 0; j < inputs; j++) {
        const double noise = noisy ? sqrt((double)variance[j]) * (double)own->noise[j] : 0.0;
        const double error = target[j] - ((double)mean[j] + noise);
        const bool up = error > crossbar->nominal.step_up / 2;
        const bool down = depresses && error < -crossbar->nominal.step_down / 2;
        done[j] |= !up && !down;
        direction[j] = done[j] ? 0 : (int8_t)(up - down);
        left += direction[j] != 0;
    }
    return left;
}

/* Rounds after which a device that cannot reach its target is left where it is. */
static size_t most_rounds(const xh_crossbar *crossbar) {
    const double span = crossbar->nominal.g_max - crossbar->nominal.g_min;
    return 16 + (size_t)fmin(2 * span / crossbar->nominal.step_up, 100000.0);
}

static void program_lane(xh_crossbar *crossbar, xh_crossbar_thread *own, const double *target,
                         size_t lane, size_t column) {
    int8_t *direction = own->train;
    int8_t *done = own->train + crossbar->inputs;
    const size_t rounds = most_rounds(crossbar);
    size_t left = 1;
    memset(done, 0, crossbar->inputs);
    for (size_t round = 0; round < rounds && left > 0; round++) {
        const uint64_t step = PROGRAM_STEP | (uint64_t)round << 16 | lane;
        left = approach(crossbar, own, target, lane, column, step, direction, done);
        own->counts.events[XH_EVENT_adc_conversion] += crossbar->inputs;
        own->counts.events[XH_EVENT_wordline_drive] += crossbar->inputs;
        own->counts.events[XH_EVENT_wordline_pulse] += left;
        own->counts.events[XH_EVENT_bitline_pulse] += left > 0;
        xh_crossbar_pulse_lane(crossbar, own, lane, column, direction, false, step,
                               &own->counts.pulses);
    }
}

/* Sets every cell of a lane to its target, with normals of the lane's own stream. */
static void set_lane(xh_crossbar *crossbar, xh_crossbar_thread *own, const double *target,
                     size_t lane, size_t column) {
    const size_t inputs = crossbar->inputs;
    const xh_cells cells = xh_crossbar_cells(crossbar, lane, column, 0, inputs);
    const float wear = (float)(crossbar->cost.set_pulses * crossbar->cost.wear_up);
    float *worn = crossbar->wear + xh_crossbar_place(crossbar, crossbar->lanes, lane, column);
    for (size_t j = 0; j < inputs; j++) {
        own->direction[j] = (float)target[j];
        worn[j] += wear;
    }
    for (size_t d = 0; d < crossbar->draws; d++) {
        const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_CYCLE,
                               crossbar->seeds.instance | (uint32_t)d << 16, PROGRAM_STEP | lane};
        xh_rng_normal(stream, xh_crossbar_cell(crossbar, column), inputs, own->noise + d * inputs);
    }
    crossbar->model->set(crossbar->device.bytes, cells, own->direction, own->noise, crossbar->now);
    if (crossbar->lasts != NULL) {
        xh_crossbar_wear_out(crossbar, lane, column);
    }
    xh_crossbar_touch(crossbar, lane, column);
}

/* Books what setting every cell of the whole crossbar took. */
static void book_sets(xh_crossbar *crossbar) {
    const size_t tiles = crossbar->encoding->zero == XH_ZERO_REFERENCE
                             ? crossbar->tiling.column_tiles
                             : 0; /* with a reference column */
    const double cells =
        (double)(crossbar->lanes * crossbar->inputs) * (double)(crossbar->division.length + tiles);
    const double pulses = rint(cells * crossbar->cost.set_pulses);
    const double reads = rint(cells * crossbar->cost.set_reads);
    double *count = crossbar->ledger.count[XH_PHASE_program];
    crossbar->ledger.pulses[XH_PHASE_program].up += (uint64_t)pulses;
    crossbar->ledger.pulses[XH_PHASE_program].effective += (uint64_t)pulses;
    count[XH_EVENT_wordline_pulse] += pulses;
    count[XH_EVENT_bitline_pulse] += rint(pulses / (double)crossbar->inputs);
    count[XH_EVENT_wordline_drive] += reads;
    count[XH_EVENT_adc_conversion] += reads;
}

/* What a slice has left over of share [inputs], as the share of the next slice, from one noisy read. */
static void leave_over(xh_crossbar *crossbar, xh_crossbar_thread *own, size_t column, size_t slice,
                       double *share) {
    const size_t inputs = crossbar->inputs;
    const double full = xh_crossbar_full(crossbar);
    xh_crossbar_sense_both(crossbar, column, slice, own->conductance, own->variance, own->lane);
    const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_READ, crossbar->seeds.instance,
                           RESIDUAL_STEP | slice};
    xh_rng_normal(stream, xh_crossbar_cell(crossbar, column), inputs, own->noise);
    for (size_t j = 0; j < inputs; j++) {
        const double noise = crossbar->params.read_noise
                                 ? sqrt((double)own->variance[j]) * (double)own->noise[j]
                                 : 0.0;
        const double difference =
            (double)own->conductance[j] - (double)own->conductance[inputs + j] + noise;
        share[j] = (share[j] - difference / full) * (double)crossbar->params.slice_base;
    }
    own->counts.events[XH_EVENT_adc_conversion] += inputs;
    own->counts.events[XH_EVENT_wordline_drive] += inputs;
}

/* share [2][inputs]: first the weights as shares of what the most significant slice holds at most,
 * then room. */
static void program_column(xh_crossbar *crossbar, xh_crossbar_thread *own, size_t column,
                           double *share) {
    const size_t devices = (size_t)crossbar->params.devices;
    double *target = share + crossbar->inputs;
    for (size_t slice = 0; slice < crossbar->slices; slice++) {
        for (size_t d = 0; d < crossbar->encoding->sides * devices; d++) {
            const size_t side = d / devices;
            const size_t lane = xh_crossbar_lane(crossbar, side, slice, d % devices);
            aim_at(crossbar, share, side, target);
            if (crossbar->model->pulse) {
                program_lane(crossbar, own, target, lane, column);
            } else {
                set_lane(crossbar, own, target, lane, column);
            }
        }
        if (slice + 1 < crossbar->slices) {
            leave_over(crossbar, own, column, slice, share);
        }
    }
}

/* Room for [2][inputs] in the workspace, which no scheme is using. */
static double *shares_of(const xh_crossbar_thread *own) {
    return (double *)(void *)own->workspace;
}

static void program_output(xh_crossbar *crossbar, size_t output, const float *weights) {
    xh_crossbar_thread *own = xh_crossbar_own_thread(crossbar);
    double *share = shares_of(own);
    const double most = (double)crossbar->significance[0];
    for (size_t j = 0; j < crossbar->inputs; j++) {
        const double weight = (double)weights[j] / crossbar->params.weight_range;
        share[j] = fmin(fmax(weight, -1.0), 1.0) / most;
    }
    program_column(crossbar, own, output, share);
}

/* Reference columns hold weight 0. */
static void program_references(xh_crossbar *crossbar) {
#pragma omp parallel for schedule(static)
    for (size_t column = crossbar->outputs; column < crossbar->columns; column++) {
        xh_crossbar_thread *own = xh_crossbar_own_thread(crossbar);
        memset(shares_of(own), 0, crossbar->inputs * sizeof(double));
        program_column(crossbar, own, column, shares_of(own));
    }
}

/* Books what all threads have counted under phase program. */
static void book_program(xh_crossbar *crossbar) {
    const xh_crossbar_counts sum = xh_crossbar_sum(crossbar);
    double *count = crossbar->ledger.count[XH_PHASE_program];
    xh_pulse_tally *pulses = &crossbar->ledger.pulses[XH_PHASE_program];
    for (int event = 0; event < XH_EVENTS; event++) {
        count[event] += (double)sum.events[event];
    }
    pulses->up += sum.pulses.up;
    pulses->down += sum.pulses.down;
    pulses->effective += sum.pulses.effective;
    pulses->clipped += sum.pulses.clipped;
}

/* Events of pulses on devices, from the tally. */
static void book_pulses(xh_crossbar *crossbar) {
    double *count = crossbar->ledger.count[XH_PHASE_program];
    const xh_pulse_tally *pulses = &crossbar->ledger.pulses[XH_PHASE_program];
    count[XH_EVENT_pulse_up] = (double)pulses->up;
    count[XH_EVENT_pulse_down] = (double)pulses->down;
}

void xh_crossbar_program(xh_crossbar *crossbar, const float *weights) {
    xh_crossbar_end_compensation(crossbar);
    xh_crossbar_forget(crossbar);
    program_references(crossbar);
#pragma omp parallel for schedule(static)
    for (size_t output = 0; output < crossbar->outputs; output++) {
        program_output(crossbar, output, weights + output * crossbar->inputs);
    }
    book_program(crossbar);
    if (!crossbar->model->pulse) {
        book_sets(crossbar);
    }
    book_pulses(crossbar);
}

/* Pulses of a round of trimming one column: of synapses that are not done, towards weights [inputs]. */
static void trim_column(xh_crossbar *crossbar, size_t output, const float *weights, int8_t *done) {
    xh_crossbar_thread *own = xh_crossbar_own_thread(crossbar);
    const size_t inputs = crossbar->inputs;
    const bool depresses = crossbar->model->traits & XH_DEVICE_DEPRESSES;
    const float range = (float)crossbar->params.weight_range;
    const float near = (float)(xh_crossbar_step_up(crossbar) / 2);
    float *read = own->workspace;
    int8_t *plus = (int8_t *)(own->workspace + inputs);
    int8_t *minus = (int8_t *)(own->workspace + 2 * inputs);
    xh_crossbar_read_column(crossbar, output, read);
    for (size_t j = 0; j < inputs; j++) {
        const float error = fminf(fmaxf(weights[j], -range), range) - read[j];
        const bool up = error > near, down = error < -near;
        done[j] |= !up && !down;
        plus[j] = (int8_t)(done[j] ? 0 : up - (depresses && down));
        minus[j] = (int8_t)(done[j] ? 0 : !depresses && down);
    }
    xh_crossbar_pulse(crossbar, output, plus, minus);
}

bool xh_crossbar_trim(xh_crossbar *crossbar, const float *weights, size_t rounds) {
    const size_t inputs = crossbar->inputs;
    if (!crossbar->model->pulse) {
        return true;
    }
    int8_t *done = xh_array_create(crossbar->outputs * inputs, 1);
    for (size_t round = 0; done && round < rounds; round++) {
        xh_crossbar_update_begin(crossbar);
#pragma omp parallel for schedule(static)
        for (size_t output = 0; output < crossbar->outputs; output++) {
            const size_t first = output * inputs;
            trim_column(crossbar, output, weights + first, done + first);
        }
        book_program(crossbar);
    }
    book_pulses(crossbar);
    const bool made = done != NULL;
    xh_array_free(done);
    return made;
}
