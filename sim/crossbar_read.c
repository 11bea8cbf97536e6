/*
 * Reads: u = W x by what the array does. Inputs pass the row drivers, each tile's partial sum picks
 * up its read noise and passes its converters, and the tiles are added digitally. The products are
 * matrix products over blocks of input vectors; noise is drawn once an output from the exact
 * variance sum_j x_j^2 var_ij.
 */
#include "crossbar_internal.h"

#include "crosshebb/kernel.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

void xh_crossbar_read_begin(xh_crossbar *crossbar, xh_phase phase) {
    xh_crossbar_settle(crossbar);
    crossbar->phase = phase;
    crossbar->reads++;
    for (size_t t = 0; t < crossbar->thread_count; t++) {
        xh_crossbar_thread *thread = &crossbar->threads[t];
        memset(thread->duty, 0, crossbar->inputs * sizeof(*thread->duty));
        memset(thread->adc, 0, crossbar->tiling.row_tiles * sizeof(*thread->adc));
        memset(&thread->dac, 0, sizeof(thread->dac));
        thread->drives = 0;
    }
}

/* out [count][outputs] = x [count][inputs] times the transpose of matrix [outputs][inputs], over
 * inputs first .. first + length - 1. Parts of a divided crossbar have the products of the whole. */
static void product(const xh_crossbar *crossbar, size_t count, size_t first, size_t length,
                    const float *x, const float *matrix, float *out) {
    const size_t inputs = crossbar->inputs;
    const size_t outputs = crossbar->outputs;
    const size_t grain = crossbar->grain;
    for (size_t output = 0; output < outputs; output += grain) {
        const size_t rest = outputs - output;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count,
                    (int)(rest < grain ? rest : grain), (int)length, 1.0F, x + first, (int)inputs,
                    matrix + output * inputs + first, (int)inputs, 0.0F, out + output,
                    (int)outputs);
    }
}

/* duty [inputs] = sum over the vectors of |x|; returns how many x are not zero. */
XH_KERNEL
static uint32_t sum_duty(size_t count, size_t inputs, const float *x, float *duty) {
    uint32_t drives = 0;
    memset(duty, 0, inputs * sizeof(float));
    for (size_t p = 0; p < count; p++) {
        const float *row = x + p * inputs;
        for (size_t j = 0; j < inputs; j++) {
            duty[j] += fabsf(row[j]);
            drives += row[j] != 0.0F;
        }
    }
    return drives;
}

/* Inputs as the rows are driven, and how much. */
static const float *drive(const xh_crossbar *crossbar, xh_crossbar_thread *own, size_t count,
                          const float *x) {
    const size_t inputs = crossbar->inputs;
    const xh_converter dac = {(int)crossbar->params.dac_bits, (float)crossbar->input_range};
    const float *driven = x;
    if (dac.bits > 0) {
        memcpy(own->x, x, count * inputs * sizeof(float));
        xh_converter_apply(dac, count * inputs, own->x, &own->dac);
        driven = own->x;
    }
    float *duty = own->square; /* free until the squares are needed */
    own->drives += sum_duty(count, inputs, driven, duty);
    const double scale = 1.0 / (XH_DUTY_UNIT * crossbar->input_range);
    for (size_t j = 0; j < inputs; j++) {
        own->duty[j] += llrint((double)duty[j] * scale);
    }
    return driven;
}

/* u += sqrt(variance) normal */
XH_KERNEL
static void spread(size_t count, const float *variance, const float *normal, float *u) {
    for (size_t i = 0; i < count; i++) {
        u[i] += sqrtf(variance[i]) * normal[i];
    }
}

static void add_noise(const xh_crossbar *crossbar, xh_crossbar_thread *own, size_t tile,
                      size_t vector, size_t count, float *u) {
    const size_t outputs = crossbar->outputs;
    const size_t all = crossbar->division.length;
    const size_t rows = outputs < all ? count : 1; /* that lie apart in the stream */
    const size_t row = count * outputs / rows;
    const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_READ, crossbar->seeds.instance,
                           crossbar->reads * crossbar->tiling.row_tiles + tile};
    for (size_t p = 0; p < rows; p++) {
        xh_rng_normal(stream, (vector + p) * all + crossbar->first, row, own->normal + p * row);
    }
    spread(count * outputs, own->deviation, own->normal, u);
}

static void read_block(xh_crossbar *crossbar, xh_crossbar_thread *own, size_t vector, size_t count,
                       const float *x, float *u) {
    const size_t inputs = crossbar->inputs;
    const size_t size = count * crossbar->outputs;
    const bool noisy =
        crossbar->params.read_noise && crossbar->model->traits & XH_DEVICE_READ_NOISE;
    const bool converted = crossbar->params.adc_bits > 0;
    /* Without converters nothing happens at the edge of a tile: its sums are those of one long
     * line. */
    const size_t tiles = converted ? crossbar->tiling.row_tiles : 1;
    const float *driven = drive(crossbar, own, count, x);
    if (noisy) {
        for (size_t i = 0; i < count * inputs; i++) {
            own->square[i] = driven[i] * driven[i];
        }
    }
    for (size_t tile = 0; tile < tiles; tile++) {
        const size_t first = converted ? tile * crossbar->tiling.rows : 0;
        const size_t rest = inputs - first;
        const size_t length =
            converted && rest > crossbar->tiling.rows ? crossbar->tiling.rows : rest;
        float *sums = tile == 0 ? u : own->partial;
        product(crossbar, count, first, length, driven, crossbar->weight, sums);
        if (noisy) {
            product(crossbar, count, first, length, own->square, crossbar->variance,
                    own->deviation);
            add_noise(crossbar, own, tile, vector, count, sums);
        }
        const xh_converter adc = {(int)crossbar->params.adc_bits,
                                  (float)crossbar->output_range[tile]};
        xh_converter_apply(adc, size, sums, &own->adc[tile]);
        if (tile > 0) {
            for (size_t i = 0; i < size; i++) {
                u[i] += sums[i];
            }
        }
    }
}

void xh_crossbar_read(xh_crossbar *crossbar, size_t first, size_t count, const float *x, float *u) {
    xh_crossbar_thread *own = xh_crossbar_own_thread(crossbar);
    for (size_t done = 0; done < count; done += XH_READ_BLOCK) {
        const size_t block = count - done < XH_READ_BLOCK ? count - done : XH_READ_BLOCK;
        read_block(crossbar, own, first + done, block, x + done * crossbar->inputs,
                   u + done * crossbar->outputs);
    }
}

/* Adds the conductance of the cells here to those of each row, siemens. */
static void add_rows(xh_crossbar *crossbar) {
    enum { CHUNK = 64 };
#pragma omp parallel for schedule(static)
    for (size_t first = 0; first < crossbar->inputs; first += CHUNK) {
        const size_t rest = crossbar->inputs - first;
        const size_t count = rest < CHUNK ? rest : CHUNK;
        double *sum = crossbar->row_total + first;
        for (size_t output = 0; output < crossbar->outputs; output++) {
            const float *total = crossbar->total + output * crossbar->inputs + first;
            for (size_t j = 0; j < count; j++) {
                sum[j] += (double)total[j];
            }
        }
    }
}

/* Conductance of all cells of each row, siemens: partner by partner, in the order of the columns. */
static void total_rows(xh_crossbar *crossbar) {
    const xh_partners *partners = crossbar->division.partners;
    const size_t size = crossbar->inputs * sizeof(*crossbar->row_total);
    uint64_t stale = crossbar->row_total_stale;
    xh_partners_sum(partners, 1, &stale);
    if (stale == 0) {
        return;
    }
    memset(crossbar->row_total, 0, size);
    for (size_t p = 0; p < xh_partners_count(partners); p++) {
        if (p == xh_partners_mine(partners)) {
            add_rows(crossbar);
        }
        xh_partners_share(partners, p, size, crossbar->row_total);
    }
    crossbar->row_total_stale = false;
}

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

static void follow_signals(xh_crossbar *crossbar, const xh_converter_tally *dac) {
    const xh_crossbar_params *params = &crossbar->params;
    for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
        const xh_converter adc = {(int)params->adc_bits, (float)crossbar->output_range[tile]};
        follow(&crossbar->output_range[tile], adc, &crossbar->threads[0].adc[tile],
               params->adc_sigmas, params->range_rate);
    }
    const xh_converter converter = {(int)params->dac_bits, (float)crossbar->input_range};
    follow(&crossbar->input_range, converter, dac, params->dac_sigmas, params->range_rate);
}

/* Partners drive the same rows, and convert columns of their own. */
static void sum_conversions(const xh_crossbar *crossbar, xh_converter_tally *tally) {
    uint64_t counts[] = {tally->conversions, tally->clipped, tally->square_codes};
    xh_partners_sum(crossbar->division.partners, sizeof(counts) / sizeof(counts[0]), counts);
    *tally = (xh_converter_tally){counts[0], counts[1], counts[2]};
}

/* Gathers every thread's counters into those of the first, and partners' where they differ. */
static void gather(xh_crossbar *crossbar) {
    xh_crossbar_thread *to = &crossbar->threads[0];
    for (size_t t = 1; t < crossbar->thread_count; t++) {
        const xh_crossbar_thread *from = &crossbar->threads[t];
        for (size_t j = 0; j < crossbar->inputs; j++) {
            to->duty[j] += from->duty[j];
        }
        for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
            to->adc[tile].conversions += from->adc[tile].conversions;
            to->adc[tile].clipped += from->adc[tile].clipped;
            to->adc[tile].square_codes += from->adc[tile].square_codes;
        }
        to->dac.conversions += from->dac.conversions;
        to->dac.clipped += from->dac.clipped;
        to->dac.square_codes += from->dac.square_codes;
        to->drives += from->drives;
    }
    for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
        sum_conversions(crossbar, &to->adc[tile]);
    }
}

void xh_crossbar_read_end(xh_crossbar *crossbar) {
    gather(crossbar);
    total_rows(crossbar);
    const xh_crossbar_thread *sum = &crossbar->threads[0];
    const xh_tiling tiling = crossbar->tiling;
    const double outputs = (double)crossbar->division.length;
    const double vectors = (double)sum->adc[0].conversions / outputs;
    const double tiles = (double)tiling.row_tiles;
    double charge = 0;
    for (size_t j = 0; j < crossbar->inputs; j++) {
        charge += XH_DUTY_UNIT * (double)sum->duty[j] * crossbar->row_total[j];
    }
    const double built = (double)(tiling.column_tiles * (size_t)crossbar->params.columns);
    double *count = crossbar->ledger.count[crossbar->phase];
    count[XH_EVENT_wordline_drive] += (double)sum->drives * (double)tiling.column_tiles;
    count[XH_EVENT_array_charge] += charge;
    count[XH_EVENT_adc_conversion] += vectors * tiles * outputs;
    count[XH_EVENT_adc_idle] += vectors * tiles * (built - outputs);
    count[XH_EVENT_partial_sum] += vectors * (tiles - 1) * outputs;
    count[XH_EVENT_softmax] += vectors * outputs;
    count[XH_EVENT_read_cycle] += vectors;
    if (crossbar->phase == XH_PHASE_forward) {
        follow_signals(crossbar, &sum->dac);
    }
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
            product(crossbar, block, first, length, x + done * inputs, crossbar->weight,
                    own->partial);
            sum = add_squares(crossbar, block, own->partial, sum);
        }
        if (sum > 0) {
            crossbar->output_range[tile] =
                crossbar->params.adc_sigmas * sqrt(sum / (double)(count * outputs));
        }
    }
}
