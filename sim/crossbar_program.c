/*
 * Initial programming. A device with pulses is in turn read and pulsed until it is within half a
 * step of its target or, without down pulses, above it. A device without pulses is set: its model
 * says what error its own closed loop leaves, and how many pulses and reads that takes. Sides of
 * devices that take both directions sit symmetrically about mid-range, so that they can move both
 * ways; the others start from g_min, one side raised.
 */
#include "crossbar_internal.h"

#include <math.h>
#include <string.h>

/* Streams of the programming rounds, beyond any update. */
#define PROGRAM_STEP ((uint64_t)1 << 63)

typedef struct xh_targets {
    double g_low;   /* of both sides at weight 0 */
    double reach;   /* siemens a side moves at full weight */
    bool symmetric; /* the other side moves the other way */
} xh_targets;

static xh_targets targets_of(const xh_crossbar *crossbar) {
    const double span = crossbar->nominal.g_max - crossbar->nominal.g_min;
    if (crossbar->model->traits & XH_DEVICE_DEPRESSES) {
        return (xh_targets){crossbar->nominal.g_min + span / 2, span / 2, true};
    }
    return (xh_targets){crossbar->nominal.g_min, span, false};
}

static double target_of(const xh_targets *targets, double share, bool plus) {
    const double side = plus ? share : -share;
    return targets->g_low + targets->reach * (targets->symmetric ? side : fmax(side, 0.0));
}

static double share_of(const xh_crossbar *crossbar, float weight) {
    return fmin(fmax((double)weight / crossbar->params.weight_range, -1.0), 1.0);
}

/* Directions [inputs] that take one lane of a column nearer to its targets, from a noisy read; a
 * cell that came near enough is done and stays so. Returns how many are to be pulsed. */
static size_t aim(xh_crossbar *crossbar, xh_crossbar_thread *own, const float *weights, size_t lane,
                  size_t output, uint64_t step, int8_t *direction, int8_t *done) {
    const size_t inputs = crossbar->inputs;
    const xh_targets targets = targets_of(crossbar);
    const bool plus = 2 * lane < crossbar->lanes;
    const bool depresses = crossbar->model->traits & XH_DEVICE_DEPRESSES;
    const xh_cells cells = xh_crossbar_cells(crossbar, lane, output, 0, inputs);
    float *mean = own->lane;
    float *variance = own->lane + inputs;
    crossbar->model->read(crossbar->device.bytes, cells, crossbar->now, mean, variance);
    const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_READ, crossbar->seeds.instance, step};
    xh_rng_normal(stream, xh_crossbar_cell(crossbar, output), inputs, own->noise);
    size_t left = 0;
    for (size_t j = 0; j < inputs; j++) {
        const double share = share_of(crossbar, weights[j]);
        const double noise =
            crossbar->params.read_noise ? sqrt((double)variance[j]) * (double)own->noise[j] : 0.0;
        const double error = target_of(&targets, share, plus) - ((double)mean[j] + noise);
        const bool up = error > crossbar->nominal.step_up / 2;
        const bool down = depresses && error < -crossbar->nominal.step_down / 2;
        done[j] |= !up && !down;
        direction[j] = done[j] ? 0 : (int8_t)(up - down);
        left += direction[j] != 0;
    }
    return left;
}

/* Sets every cell of a column to its target; the normals of a lane are those of its own stream. */
static void set_column(xh_crossbar *crossbar, const float *weights, size_t output) {
    const size_t inputs = crossbar->inputs;
    const xh_targets targets = targets_of(crossbar);
    const float wear = (float)(crossbar->cost.set_pulses * crossbar->cost.wear_up);
    xh_crossbar_thread *own = xh_crossbar_own_thread(crossbar);
    float *target = own->lane;
    for (size_t lane = 0; lane < crossbar->lanes; lane++) {
        float *worn = crossbar->wear + (lane * crossbar->outputs + output) * inputs;
        for (size_t j = 0; j < inputs; j++) {
            const double share = share_of(crossbar, weights[output * inputs + j]);
            target[j] = (float)target_of(&targets, share, 2 * lane < crossbar->lanes);
            worn[j] += wear;
        }
        for (size_t d = 0; d < crossbar->draws; d++) {
            const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_CYCLE,
                                   crossbar->seeds.instance | (uint32_t)d << 16,
                                   PROGRAM_STEP | lane};
            xh_rng_normal(stream, xh_crossbar_cell(crossbar, output), inputs,
                          own->noise + d * inputs);
        }
        const xh_cells cells = xh_crossbar_cells(crossbar, lane, output, 0, inputs);
        crossbar->model->set(crossbar->device.bytes, cells, target, own->noise, crossbar->now);
    }
    crossbar->stale[output] = true;
}

/* Books what setting every cell of the whole crossbar took. */
static void book_sets(xh_crossbar *crossbar) {
    const double cells =
        (double)(crossbar->lanes * crossbar->inputs) * (double)crossbar->division.length;
    const double pulses = rint(cells * crossbar->cost.set_pulses);
    const double reads = rint(cells * crossbar->cost.set_reads);
    double *count = crossbar->ledger.count[XH_PHASE_program];
    crossbar->ledger.pulses[XH_PHASE_program].up += (uint64_t)pulses;
    crossbar->ledger.pulses[XH_PHASE_program].effective += (uint64_t)pulses;
    count[XH_EVENT_pulse_up] += pulses;
    count[XH_EVENT_wordline_pulse] += pulses;
    count[XH_EVENT_bitline_pulse] += rint(pulses / (double)crossbar->inputs);
    count[XH_EVENT_wordline_drive] += reads;
    count[XH_EVENT_adc_conversion] += reads;
}

static void program_column(xh_crossbar *crossbar, const float *weights, size_t output,
                           size_t rounds) {
    xh_crossbar_thread *own = xh_crossbar_own_thread(crossbar);
    int8_t *direction = own->train;
    int8_t *done = own->train + crossbar->inputs;
    for (size_t lane = 0; lane < crossbar->lanes; lane++) {
        size_t left = 1;
        memset(done, 0, crossbar->inputs);
        for (size_t round = 0; round < rounds && left > 0; round++) {
            const uint64_t step = PROGRAM_STEP | (uint64_t)round << 16 | lane;
            left = aim(crossbar, own, weights + output * crossbar->inputs, lane, output, step,
                       direction, done);
            own->counts.events[XH_EVENT_adc_conversion] += crossbar->inputs;
            own->counts.events[XH_EVENT_wordline_drive] += crossbar->inputs;
            own->counts.events[XH_EVENT_wordline_pulse] += left;
            own->counts.events[XH_EVENT_bitline_pulse] += left > 0;
            xh_crossbar_pulse_lane(crossbar, own, lane, output, direction, false, step,
                                   &own->counts.pulses);
        }
    }
}

static void set_columns(xh_crossbar *crossbar, const float *weights) {
#pragma omp parallel for schedule(static)
    for (size_t output = 0; output < crossbar->outputs; output++) {
        set_column(crossbar, weights, output);
    }
    book_sets(crossbar);
}

static void pulse_columns(xh_crossbar *crossbar, const float *weights) {
    const double span = crossbar->nominal.g_max - crossbar->nominal.g_min;
    const size_t rounds = 16 + (size_t)fmin(2 * span / crossbar->nominal.step_up, 100000.0);
    xh_crossbar_forget(crossbar);
#pragma omp parallel for schedule(static)
    for (size_t output = 0; output < crossbar->outputs; output++) {
        program_column(crossbar, weights, output, rounds);
    }
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
    count[XH_EVENT_pulse_up] = (double)pulses->up;
    count[XH_EVENT_pulse_down] = (double)pulses->down;
}

void xh_crossbar_program(xh_crossbar *crossbar, const float *weights) {
    xh_crossbar_end_compensation(crossbar);
    if (crossbar->model->pulse) {
        pulse_columns(crossbar, weights);
    } else {
        set_columns(crossbar, weights);
    }
}
