/*
 * Slices that learn: pulses of an update reach the least significant slice alone, which moves the
 * weight in the finest steps and soon fills up. Every carry_every updates each slice is read, from
 * the least significant up, and where it holds more than carry_threshold of its range, whole steps
 * of the next slice are carried over: n pulses there, and pulses of the other direction here that
 * take off as much,
 *
 *     n = trunc(D / (base step)),    D = G+ - G- of the slice, summed over its devices
 *
 * with the device's nominal steps. The pulses are blind: what they miss stays in the weight and is
 * learnt away. Periodic carry: Agarwal et al., VLSI Technology 2017, DOI 10.23919/VLSIT.2017.7998164
 * [from memory]; there the reads come at fixed times and every slice is emptied.
 */
#include "crossbar_internal.h"

#include <math.h>

/* Siemens that a pulse in the direction of the sign moves the difference of a synapse's sides; on a
 * pair half of them go up on one side and half down on the other. */
static double step_of(const xh_crossbar *crossbar, int sign) {
    const xh_device_nominal *nominal = &crossbar->nominal;
    if (crossbar->encoding->sides == 2) {
        return (nominal->step_up + nominal->step_down) / 2;
    }
    return sign > 0 ? nominal->step_up : nominal->step_down;
}

/* Pulses [inputs] that the next slice is to have and that this one is to be rid of. Returns whether
 * there are any. */
static bool choose(xh_crossbar *crossbar, xh_crossbar_thread *own, size_t output, size_t slice,
                   int32_t *next, int32_t *here) {
    const size_t inputs = crossbar->inputs;
    const xh_crossbar_params *params = &crossbar->params;
    const double base = (double)params->slice_base;
    const double least = params->carry_threshold * xh_crossbar_full(crossbar);
    xh_crossbar_sense_both(crossbar, output, slice, own->conductance, own->variance, own->lane);
    const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_READ,
                           crossbar->seeds.instance | XH_CARRY_READ | xh_slice_bits(slice),
                           crossbar->updates};
    xh_rng_normal(stream, xh_crossbar_cell(crossbar, output), inputs, own->noise);
    bool any = false;
    for (size_t j = 0; j < inputs; j++) {
        const double noise =
            params->read_noise ? sqrt((double)own->variance[j]) * (double)own->noise[j] : 0.0;
        const double difference =
            (double)own->conductance[j] - (double)own->conductance[inputs + j] + noise;
        const int sign = difference > 0 ? 1 : -1;
        const double step = step_of(crossbar, sign);
        const double carried = fabs(difference) > least ? trunc(difference / (base * step)) : 0.0;
        next[j] = (int32_t)carried;
        here[j] = (int32_t)rint(-carried * base * step / step_of(crossbar, -sign));
        any = any || next[j] != 0;
    }
    return any;
}

/* Pulses a slice by count [inputs], half on the plus and half on the minus side, in trains. */
static void pulse_shared(xh_crossbar *crossbar, xh_crossbar_thread *own, size_t output,
                         size_t slice, int32_t *count) {
    enum { LONGEST = 127 };
    const size_t inputs = crossbar->inputs;
    int8_t *plus = own->train;
    int8_t *minus = own->train + inputs;
    bool left = true;
    while (left) {
        left = false;
        for (size_t j = 0; j < inputs; j++) {
            const int32_t most = count[j] < 2 * LONGEST ? count[j] : 2 * LONGEST;
            const int32_t now = most > -2 * LONGEST ? most : -2 * LONGEST;
            plus[j] = (int8_t)(now - now / 2);
            minus[j] = (int8_t)(-now / 2);
            count[j] -= now;
            left = left || count[j] != 0;
        }
        xh_crossbar_pulse_slice(crossbar, own, output, slice, plus, minus,
                                &own->counts.refresh_pulses, own->counts.refresh_events,
                                own->refresh_slots);
    }
}

static void carry_column(xh_crossbar *crossbar, size_t output) {
    xh_crossbar_thread *own = xh_crossbar_own_thread(crossbar);
    int32_t *next = (int32_t *)(void *)own->workspace;
    int32_t *here = next + crossbar->inputs;
    for (size_t slice = crossbar->slices - 1; slice > 0; slice--) {
        own->counts.refresh_events[XH_EVENT_adc_conversion] += crossbar->inputs;
        if (choose(crossbar, own, output, slice, next, here)) {
            pulse_shared(crossbar, own, output, slice - 1, next);
            pulse_shared(crossbar, own, output, slice, here);
        }
    }
}

void xh_crossbar_carry(xh_crossbar *crossbar) {
    const uint64_t every = (uint64_t)crossbar->params.carry_every;
    const bool depresses = crossbar->model->traits & XH_DEVICE_DEPRESSES;
    if (crossbar->slices == 1 || !depresses || every == 0 || crossbar->updates % every != 0) {
        return;
    }
#pragma omp parallel for schedule(dynamic)
    for (size_t output = 0; output < crossbar->outputs; output++) {
        carry_column(crossbar, output);
    }
}
