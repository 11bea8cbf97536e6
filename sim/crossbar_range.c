/*
 * Full scales of the converters: set from inputs before the first read, then following what the
 * reads of training see.
 */
#include "crossbar_internal.h"

#include <math.h>

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

void xh_crossbar_follow(xh_crossbar *crossbar, const xh_converter_tally *dac) {
    const xh_crossbar_params *params = &crossbar->params;
    for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
        const xh_converter adc = {(int)params->adc_bits, (float)crossbar->output_range[tile]};
        follow(&crossbar->output_range[tile], adc, &crossbar->threads[0].adc[tile],
               params->adc_sigmas, params->range_rate);
    }
    const xh_converter converter = {(int)params->dac_bits, (float)crossbar->input_range};
    follow(&crossbar->input_range, converter, dac, params->dac_sigmas, params->range_rate);
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

void xh_crossbar_calibrate(xh_crossbar *crossbar, size_t count, const float *x) {
    xh_crossbar_settle(crossbar);
    const size_t inputs = crossbar->inputs;
    const size_t outputs = crossbar->division.length;
    double square = 0;
    for (size_t i = 0; i < count * inputs; i++) {
        square += (double)x[i] * (double)x[i];
    }
    if (square > 0) {
        crossbar->input_range =
            crossbar->params.dac_sigmas * sqrt(square / (double)(count * inputs));
    }
    xh_crossbar_thread *own = &crossbar->threads[0];
    for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
        const size_t first = tile * crossbar->tiling.rows;
        const size_t rest = inputs - first;
        const size_t length = rest < crossbar->tiling.rows ? rest : crossbar->tiling.rows;
        double sum = 0;
        for (size_t done = 0; done < count; done += XH_READ_BLOCK) {
            const size_t block = count - done < XH_READ_BLOCK ? count - done : XH_READ_BLOCK;
            xh_crossbar_product(crossbar, block, first, length, x + done * inputs, crossbar->weight,
                                own->partial);
            sum = add_squares(crossbar, block, own->partial, sum);
        }
        if (sum > 0) {
            crossbar->output_range[tile] =
                crossbar->params.adc_sigmas * sqrt(sum / (double)(count * outputs));
        }
    }
}
