/*
 * How inputs lie on the rows. A read is made of passes, in each of which the rows are driven and the
 * columns converted once: one of all inputs; one of each sign, positive inputs first; or one of
 * each bit of their magnitudes, the lowest first, within each sign. What the passes gave is added
 * digitally, each with its own factor.
 */
#include "crossbar_internal.h"

#include "crosshebb/kernel.h"

#include <math.h>
#include <string.h>

xh_coding xh_coding_of(const xh_crossbar_params *params) {
    const bool serial = strcmp(params->input_coding, "bit_serial") == 0;
    const xh_converter dac = {(int)params->dac_bits, 1.0F};
    return (xh_coding){
        .phases = strcmp(params->input_signs, "two_phase") == 0 ? 2 : 1,
        .planes = serial ? (size_t)params->dac_bits - 1 : 1,
        .serial = serial,
        .steps = strcmp(params->input_coding, "pulse_width") == 0 ? xh_converter_codes(dac) : 0,
        .own_scale = strcmp(params->dac_range, "largest") == 0,
        .peaks =
            strcmp(params->dac_range, "largest") == 0 || strcmp(params->dac_range, "average") == 0,
    };
}

size_t xh_coding_passes(const xh_coding *coding) {
    return coding->phases * coding->planes;
}

double xh_crossbar_drive_range(const xh_crossbar *crossbar) {
    return crossbar->coding.own_scale ? 1.0 : crossbar->input_range;
}

float xh_crossbar_pass_factor(const xh_crossbar *crossbar, size_t pass) {
    const xh_coding *coding = &crossbar->coding;
    const float sign = pass < coding->planes ? 1.0F : -1.0F;
    if (!coding->serial) {
        return sign;
    }
    const xh_converter dac = {(int)crossbar->params.dac_bits, 1.0F};
    return sign * (float)(1 << pass % coding->planes) / (float)xh_converter_codes(dac);
}

/* Inputs of one sign, as they are driven. */
XH_KERNEL
static void take_sign(size_t count, float sign, const float *x, float *out) {
    for (size_t i = 0; i < count; i++) {
        const float v = sign * x[i];
        out[i] = v > 0.0F ? v : 0.0F;
    }
}

/* Full scale where the bit of the magnitude's code is set, with the sign. */
XH_KERNEL
static void take_bit(size_t count, int32_t bit, float scale, float limit, float range,
                     const float *x, float *out) {
    for (size_t i = 0; i < count; i++) {
        float code = rintf(fabsf(x[i]) * scale);
        code = code > limit ? limit : code;
        const float on = (float)((int32_t)code & bit ? 1 : 0);
        out[i] = x[i] < 0.0F ? -on * range : on * range;
    }
}

static bool is_plain(const xh_crossbar *crossbar) {
    return crossbar->coding.phases == 1 && !crossbar->coding.serial;
}

const float *xh_crossbar_pass(const xh_crossbar *crossbar, xh_part rows, size_t count, size_t pass,
                              const float *x, float *out) {
    if (is_plain(crossbar)) {
        return x;
    }
    const xh_coding *coding = &crossbar->coding;
    const float range = (float)xh_crossbar_drive_range(crossbar);
    const xh_converter dac = {(int)crossbar->params.dac_bits, range};
    const float step = xh_converter_step(dac);
    const float sign = pass < coding->planes ? 1.0F : -1.0F;
    for (size_t p = 0; p < count; p++) {
        const float *from = x + p * crossbar->inputs + rows.first;
        float *to = out + p * crossbar->inputs + rows.first;
        if (coding->serial) {
            take_bit(rows.count, (int32_t)1 << pass % coding->planes, 1.0F / step,
                     (float)xh_converter_codes(dac), range, from, to);
            from = to;
        }
        if (coding->phases == 2) {
            take_sign(rows.count, sign, from, to);
        }
    }
    return out;
}

/* Adds the noise of the drivers, and weakens what is driven the other way. */
XH_KERNEL
static void disturb(size_t count, float sigma, float weak, float weak_below, const float *x,
                    const float *normal, float *out) {
    for (size_t i = 0; i < count; i++) {
        const float v = x[i] + sigma * normal[i];
        out[i] = v < weak_below ? v * weak : v;
    }
}

uint64_t xh_crossbar_pass_step(const xh_crossbar *crossbar, xh_pass pass) {
    return (uint64_t)pass.number << 48 | (crossbar->reads * crossbar->tiling.row_tiles + pass.tile);
}

const float *xh_crossbar_drive(const xh_crossbar *crossbar, xh_crossbar_thread *own, xh_part rows,
                               xh_part vectors, xh_pass pass, const float *x) {
    const xh_crossbar_params *params = &crossbar->params;
    if (!(params->input_noise > 0) && !(params->input_asymmetry > 0)) {
        return x;
    }
    const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_DRIVE, crossbar->seeds.instance,
                           xh_crossbar_pass_step(crossbar, pass)};
    const float sigma = (float)(params->input_noise * xh_crossbar_drive_range(crossbar));
    const float weak = (float)(1 - params->input_asymmetry);
    /* the second phase is driven the other way as a whole */
    const float below = pass.number >= crossbar->coding.planes ? INFINITY : 0.0F;
    float *normal = own->lane; /* free during reads */
    memset(normal, 0, rows.count * sizeof(float));
    for (size_t p = 0; p < vectors.count; p++) {
        const size_t place = p * crossbar->inputs + rows.first;
        if (sigma > 0.0F) {
            xh_rng_normal(stream, (vectors.first + p) * rows.count, rows.count, normal);
        }
        disturb(rows.count, sigma, weak, below, x + place, normal, own->driven + place);
    }
    return own->driven;
}
