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

void xh_crossbar_product(const xh_crossbar *crossbar, size_t count, size_t first, size_t length,
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
        xh_crossbar_product(crossbar, count, first, length, driven, crossbar->weight, sums);
        if (noisy) {
            xh_crossbar_product(crossbar, count, first, length, own->square, crossbar->variance,
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
