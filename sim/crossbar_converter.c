/*
 * What the converters at the columns make of what they are given: each has an offset, a gain and a
 * bend of its own, drawn once, every conversion its noise; then it is rounded to the nearest code.
 * Columns that share a converter share its errors.
 */
#include "crossbar_internal.h"

#include "crosshebb/array.h"
#include "crosshebb/kernel.h"

#include <math.h>

bool xh_crossbar_converts(const xh_crossbar *crossbar) {
    return crossbar->params.adc_bits > 0 || crossbar->errors.gain;
}

/* Number of the converter of an output among those of a row of tiles. */
static size_t converter_of(const xh_crossbar *crossbar, size_t output) {
    const size_t columns = (size_t)crossbar->params.columns;
    const size_t share = (size_t)crossbar->params.adc_share;
    const size_t column = crossbar->first + output;
    return column / columns * ((columns + share - 1) / share) + column % columns / share;
}

static float draw(const xh_crossbar *crossbar, uint32_t what, size_t tile, size_t converter) {
    const xh_rng stream = {crossbar->seeds.device, XH_RNG_CONVERTER,
                           crossbar->seeds.instance | what << 16, tile};
    float normal;
    xh_rng_normal(stream, converter, 1, &normal);
    return normal;
}

static void draw_errors(xh_crossbar *crossbar, size_t tile, size_t output) {
    const xh_crossbar_params *params = &crossbar->params;
    const xh_converter_errors *errors = &crossbar->errors;
    const size_t place = tile * crossbar->outputs + output;
    const size_t converter = converter_of(crossbar, output);
    const double bend = params->adc_nonlinearity;
    const double spread = params->adc_nonlinearity_spread;
    errors->offset[place] = (float)params->adc_offset_spread * draw(crossbar, 0, tile, converter);
    errors->gain[place] =
        1.0F + (float)params->adc_gain_spread * draw(crossbar, 1, tile, converter);
    errors->bend[place] =
        (float)fabs(bend * (1 + spread * (double)draw(crossbar, 2, tile, converter)));
}

bool xh_crossbar_create_converters(xh_crossbar *crossbar) {
    const xh_crossbar_params *params = &crossbar->params;
    const bool exact = params->adc_offset_spread <= 0 && params->adc_gain_spread <= 0 &&
                       params->adc_nonlinearity <= 0 && params->adc_noise <= 0;
    if (exact) {
        return true;
    }
    const size_t count = crossbar->tiling.row_tiles * crossbar->outputs;
    xh_converter_errors *errors = &crossbar->errors;
    errors->offset = xh_array_create(count, sizeof(float));
    errors->gain = xh_array_create(count, sizeof(float));
    errors->bend = xh_array_create(count, sizeof(float));
    if (!errors->offset || !errors->gain || !errors->bend) {
        return false;
    }
    for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
        for (size_t output = 0; output < crossbar->outputs; output++) {
            draw_errors(crossbar, tile, output);
        }
    }
    return true;
}

void xh_crossbar_free_converters(xh_crossbar *crossbar) {
    xh_array_free(crossbar->errors.offset);
    xh_array_free(crossbar->errors.gain);
    xh_array_free(crossbar->errors.bend);
}

/* Values of full scale range, each with the errors of its own converter. */
XH_KERNEL
static void err(size_t count, float range, float sigma, const float *offset, const float *gain,
                const float *bend, const float *normal, float *values) {
    const float scale = 1.0F / range;
    for (size_t i = 0; i < count; i++) {
        const float v = values[i] * scale;
        const float bent = gain[i] * v / (1.0F + bend[i] * fabsf(v));
        values[i] = range * (bent + offset[i] + sigma * normal[i]);
    }
}

/* Values of full scale range, all with the errors of one converter. */
XH_KERNEL
static void err_alike(size_t count, float range, float sigma, float offset, float gain, float bend,
                      const float *normal, float *values) {
    const float scale = 1.0F / range;
    for (size_t i = 0; i < count; i++) {
        const float v = values[i] * scale;
        const float bent = gain * v / (1.0F + bend * fabsf(v));
        values[i] = range * (bent + offset + sigma * normal[i]);
    }
}

void xh_crossbar_convert(const xh_crossbar *crossbar, xh_crossbar_thread *own, xh_part vectors,
                         xh_pass pass, float *sums) {
    const size_t outputs = crossbar->outputs;
    const float range = (float)crossbar->output_range[pass.tile];
    const xh_converter adc = {(int)crossbar->params.adc_bits, range};
    if (crossbar->errors.gain && range > 0.0F) {
        const size_t place = pass.tile * outputs;
        const float sigma = (float)crossbar->params.adc_noise;
        if (sigma > 0.0F) {
            xh_crossbar_draw(crossbar, own, XH_RNG_CONVERSION, vectors, pass);
        }
        for (size_t p = 0; p < vectors.count; p++) {
            err(outputs, range, sigma, crossbar->errors.offset + place,
                crossbar->errors.gain + place, crossbar->errors.bend + place,
                own->normal + p * outputs, sums + p * outputs);
        }
    }
    xh_converter_apply(adc, vectors.count * outputs, sums, &own->adc[pass.tile]);
}

void xh_crossbar_convert_column(const xh_crossbar *crossbar, xh_crossbar_thread *own, size_t output,
                                float *weights) {
    const size_t inputs = crossbar->inputs;
    const float range = (float)(crossbar->params.weight_range + crossbar->weight_offset);
    const float sigma = (float)crossbar->params.adc_noise;
    if (crossbar->errors.gain) {
        const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_CONVERSION, crossbar->seeds.instance,
                               XH_COLUMN_STEP | crossbar->updates};
        if (sigma > 0.0F) {
            xh_rng_normal(stream, xh_crossbar_cell(crossbar, output), inputs, own->noise);
        }
        for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
            const size_t place = tile * crossbar->outputs + output;
            const xh_part rows = xh_crossbar_rows(crossbar, tile);
            err_alike(rows.count, range, sigma, crossbar->errors.offset[place],
                      crossbar->errors.gain[place], crossbar->errors.bend[place],
                      own->noise + rows.first, weights + rows.first);
        }
    }
    const xh_converter adc = {(int)crossbar->params.adc_bits, range};
    xh_converter_apply(adc, inputs, weights, NULL);
}

void xh_crossbar_convert_sides(const xh_crossbar *crossbar, size_t tile, float range, uint64_t step,
                               float *normal, float *values) {
    const xh_converter_errors *errors = &crossbar->errors;
    const xh_converter adc = {(int)crossbar->params.adc_bits, range};
    const float sigma = (float)crossbar->params.adc_noise;
    if (errors->gain && range > 0.0F) {
        const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_CONVERSION, crossbar->seeds.instance,
                               step};
        xh_rng_normal(stream, 2 * crossbar->first, 2 * crossbar->outputs, normal);
        for (size_t output = 0; output < crossbar->outputs; output++) {
            const size_t place = tile * crossbar->outputs + output;
            err_alike(2, range, sigma, errors->offset[place], errors->gain[place],
                      errors->bend[place], normal + 2 * output, values + 2 * output);
        }
    }
    xh_converter_apply(adc, 2 * crossbar->outputs, values, NULL);
}
