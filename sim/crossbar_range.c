/*
 * Full scales of the converters: set from inputs before the first read, then following what the
 * reads of training see.
 */
#include "crossbar_internal.h"

#include <math.h>
#include <string.h>

/* Moves a full scale towards sigmas times the root mean square of the codes seen. */
static void follow(double *range, xh_converter converter, const xh_converter_tally *tally,
                   double sigmas, double rate) {
    if (converter.bits <= 0 || tally->square_codes == 0) {
        return;
    }
    const double mean_square = (double)tally->square_codes / (double)tally->conversions;
    const double seen = sigmas * (double)xh_converter_step(converter) * sqrt(mean_square);
    *range += rate * (seen - *range);
}

static bool is_fixed(const char *range) {
    return strcmp(range, "fixed") == 0;
}

void xh_crossbar_fix_ranges(xh_crossbar *crossbar) {
    const xh_crossbar_params *params = &crossbar->params;
    if (is_fixed(params->dac_range)) {
        crossbar->input_range = params->dac_full_scale;
    }
    for (size_t tile = 0; is_fixed(params->adc_range) && tile < crossbar->tiling.row_tiles;
         tile++) {
        crossbar->output_range[tile] = params->adc_full_scale *
                                       (params->weight_range + crossbar->weight_offset) *
                                       xh_crossbar_drive_range(crossbar);
    }
}

/* Moves the full scale of the inputs towards the largest inputs of so many vectors, or as that of
 * the outputs. */
static void follow_inputs(xh_crossbar *crossbar, double vectors) {
    const xh_crossbar_params *params = &crossbar->params;
    const xh_crossbar_thread *sum = &crossbar->threads[0];
    if (!crossbar->coding.peaks) {
        const xh_converter dac = {(int)params->dac_bits, (float)crossbar->input_range};
        follow(&crossbar->input_range, dac, &sum->dac, params->dac_sigmas, params->range_rate);
    } else if (sum->peaks > 0) {
        const double seen = XH_DUTY_UNIT * (double)sum->peaks / vectors;
        crossbar->input_range *= 1 + params->range_rate * (seen - 1);
    }
}

void xh_crossbar_follow(xh_crossbar *crossbar, double vectors) {
    const xh_crossbar_params *params = &crossbar->params;
    for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
        const xh_converter adc = {(int)params->adc_bits, (float)crossbar->output_range[tile]};
        follow(&crossbar->output_range[tile], adc, &crossbar->threads[0].adc[tile],
               params->adc_sigmas, params->range_rate);
    }
    follow_inputs(crossbar, vectors);
    xh_crossbar_fix_ranges(crossbar);
}

/* Adds to a sum the squares of what count vectors were answered by all outputs, vector by vector in the
 * order of the outputs; own [count][own outputs]. */
static double add_squares(const xh_crossbar *crossbar, size_t count, const float *own, double sum) {
    const xh_division division = crossbar->division;
    const float *all = own;
    if (division.partners) {
        xh_division_gather(division, count, own, crossbar->of_all);
        all = crossbar->of_all;
    }
    for (size_t v = 0; v < count; v++) {
        for (size_t p = 0; p < xh_partners_count(division.partners); p++) {
            const xh_part part = xh_division_part(division, p);
            const float *u = all + part.first * count + v * part.count;
            for (size_t i = 0; i < part.count; i++) {
                sum += (double)u[i] * (double)u[i];
            }
        }
    }
    return sum;
}

/* Sum of the squares of what the columns of a row of tiles give in all passes, were nothing to
 * disturb them. */
static double square_tile(xh_crossbar *crossbar, size_t tile, size_t count, const float *x) {
    const size_t inputs = crossbar->inputs;
    const xh_part rows = xh_crossbar_rows(crossbar, tile);
    xh_crossbar_thread *own = &crossbar->threads[0];
    double sum = 0;
    for (size_t done = 0; done < count; done += XH_READ_BLOCK) {
        const size_t block = count - done < XH_READ_BLOCK ? count - done : XH_READ_BLOCK;
        const float *scaled = xh_crossbar_scale(crossbar, own, block, x + done * inputs);
        for (size_t pass = 0; pass < xh_coding_passes(&crossbar->coding); pass++) {
            const float *part = xh_crossbar_pass(crossbar, rows, block, pass, scaled, own->driven);
            xh_crossbar_product(crossbar, block, rows.first, rows.count, part, crossbar->weight,
                                own->partial);
            sum = add_squares(crossbar, block, own->partial, sum);
        }
    }
    return sum;
}

static double root_mean_square(size_t count, const float *x) {
    double square = 0;
    for (size_t i = 0; i < count; i++) {
        square += (double)x[i] * (double)x[i];
    }
    return sqrt(square / (double)count);
}

static double mean_largest(size_t count, size_t inputs, const float *x) {
    double sum = 0;
    for (size_t p = 0; p < count; p++) {
        sum += (double)xh_crossbar_largest(inputs, x + p * inputs);
    }
    return sum / (double)count;
}

void xh_crossbar_calibrate(xh_crossbar *crossbar, size_t count, const float *x) {
    xh_crossbar_settle(crossbar);
    const size_t inputs = crossbar->inputs;
    const size_t passes = xh_coding_passes(&crossbar->coding);
    const double outputs = (double)(passes * crossbar->division.length);
    const double seen = crossbar->coding.peaks
                            ? mean_largest(count, inputs, x)
                            : crossbar->params.dac_sigmas * root_mean_square(count * inputs, x);
    if (seen > 0) {
        crossbar->input_range = seen;
    }
    xh_crossbar_fix_ranges(crossbar);
    for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
        const double sum = square_tile(crossbar, tile, count, x);
        if (sum > 0) {
            crossbar->output_range[tile] =
                crossbar->params.adc_sigmas * sqrt(sum / ((double)count * outputs));
        }
    }
    xh_crossbar_fix_ranges(crossbar);
}
