/*
 * Reads: u = W x by what the array does. Inputs pass the row drivers, each tile's sum picks up its
 * read noise and passes its converters, once in every pass of the inputs, and passes and tiles are
 * added digitally. The products are matrix products over blocks of input vectors; noise is drawn
 * once an output and pass from the exact variance sum_j x_j^2 var_ij. Where all cells have the same
 * variance that takes no second product.
 */
#include "crossbar_internal.h"
#include "product.h"

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
        thread->peaks = 0;
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

/* duty [length] = sum over the vectors of |x|, rows of stride; returns how many x are not zero. */
XH_KERNEL
static uint32_t sum_duty(size_t count, size_t stride, size_t length, const float *x, float *duty) {
    uint32_t drives = 0;
    memset(duty, 0, length * sizeof(float));
    for (size_t p = 0; p < count; p++) {
        const float *row = x + p * stride;
        for (size_t j = 0; j < length; j++) {
            duty[j] += fabsf(row[j]);
            drives += row[j] != 0.0F;
        }
    }
    return drives;
}

static void count_drives(const xh_crossbar *crossbar, xh_crossbar_thread *own, xh_part rows,
                         size_t count, const float *x) {
    float *duty = own->square; /* free until the squares are needed */
    own->drives += sum_duty(count, crossbar->inputs, rows.count, x + rows.first, duty);
    const double scale = 1.0 / (XH_DUTY_UNIT * xh_crossbar_drive_range(crossbar));
    for (size_t j = 0; j < rows.count; j++) {
        own->duty[rows.first + j] += llrint((double)duty[j] * scale);
    }
}

XH_KERNEL
float xh_crossbar_largest(size_t count, const float *x) {
    float most = 0.0F;
    for (size_t j = 0; j < count; j++) {
        most = fabsf(x[j]) > most ? fabsf(x[j]) : most;
    }
    return most;
}

const float *xh_crossbar_scale(const xh_crossbar *crossbar, xh_crossbar_thread *own, size_t count,
                               const float *x) {
    const size_t inputs = crossbar->inputs;
    if (!crossbar->coding.peaks) {
        return x;
    }
    for (size_t p = 0; p < count; p++) {
        const float most = xh_crossbar_largest(inputs, x + p * inputs);
        own->scale[p] = most;
        own->peaks += llrint((double)most / (XH_DUTY_UNIT * crossbar->input_range));
        const float factor = most > 0.0F ? 1.0F / most : 0.0F;
        for (size_t j = 0; j < inputs && crossbar->coding.own_scale; j++) {
            own->x[p * inputs + j] = factor * x[p * inputs + j];
        }
    }
    return crossbar->coding.own_scale ? own->x : x;
}

/* Inputs as codes of the row drivers. */
static const float *code(const xh_crossbar *crossbar, xh_crossbar_thread *own, size_t count,
                         const float *x) {
    const size_t size = count * crossbar->inputs;
    const xh_converter dac = {(int)crossbar->params.dac_bits,
                              (float)xh_crossbar_drive_range(crossbar)};
    const float *coded = xh_crossbar_scale(crossbar, own, count, x);
    if (dac.bits > 0) {
        if (coded != own->x) {
            memcpy(own->x, coded, size * sizeof(float));
        }
        xh_converter_apply(dac, size, own->x, &own->dac);
        coded = own->x;
    }
    return coded;
}

/* u += sqrt(variance) normal */
XH_KERNEL
static void spread(size_t count, const float *variance, const float *normal, float *u) {
    for (size_t i = 0; i < count; i++) {
        u[i] += sqrtf(variance[i]) * normal[i];
    }
}

void xh_crossbar_draw(const xh_crossbar *crossbar, xh_crossbar_thread *own, xh_rng_purpose purpose,
                      xh_part vectors, xh_pass pass) {
    const size_t outputs = crossbar->outputs;
    const size_t all = crossbar->division.length;
    const size_t rows = outputs < all ? vectors.count : 1; /* that lie apart in the stream */
    const size_t row = vectors.count * outputs / rows;
    const xh_rng stream = {crossbar->seeds.cycle, purpose, crossbar->seeds.instance,
                           xh_crossbar_pass_step(crossbar, pass)};
    for (size_t p = 0; p < rows; p++) {
        xh_rng_normal(stream, (vectors.first + p) * all + crossbar->first, row,
                      own->normal + p * row);
    }
}

/* u += deviation normal */
XH_KERNEL
static void spread_evenly(size_t count, float deviation, const float *normal, float *u) {
    for (size_t i = 0; i < count; i++) {
        u[i] += deviation * normal[i];
    }
}

/* The noise of the cells of a pass, on sums [vectors.count][outputs], by the squares of what drives
 * the rows. */
static void add_noise(const xh_crossbar *crossbar, xh_crossbar_thread *own, xh_part rows,
                      xh_part vectors, xh_pass pass, float *sums) {
    xh_crossbar_product(crossbar, vectors.count, rows.first, rows.count, own->square,
                        crossbar->variance, own->deviation);
    xh_crossbar_draw(crossbar, own, XH_RNG_READ, vectors, pass);
    spread(vectors.count * crossbar->outputs, own->deviation, own->normal, sums);
}

/* The same where all cells have the same variance. */
static void add_even_noise(const xh_crossbar *crossbar, xh_crossbar_thread *own, xh_part rows,
                           xh_part vectors, xh_pass pass, const float *x, float *sums) {
    const size_t outputs = crossbar->outputs;
    xh_crossbar_draw(crossbar, own, XH_RNG_READ, vectors, pass);
    for (size_t p = 0; p < vectors.count; p++) {
        const float square = xh_product_square(rows.count, x + p * crossbar->inputs + rows.first);
        spread_evenly(outputs, sqrtf(square * crossbar->variance[0]), own->normal + p * outputs,
                      sums + p * outputs);
    }
}

/* Wires and warmth make cells unlike, and stuck ones are quiet. */
static bool is_even(const xh_crossbar *crossbar) {
    return crossbar->model->traits & XH_DEVICE_EVEN_NOISE && !crossbar->stuck &&
           !xh_crossbar_wired(&crossbar->params) && !xh_crossbar_heated(crossbar);
}

/* Sums over the rows of what a pass drives them with, with the noise of the cells. */
static void sum_rows(const xh_crossbar *crossbar, xh_crossbar_thread *own, xh_part rows,
                     xh_part vectors, xh_pass pass, const float *x, float *sums) {
    const size_t inputs = crossbar->inputs;
    xh_crossbar_product(crossbar, vectors.count, rows.first, rows.count, x, crossbar->weight, sums);
    if (!crossbar->params.read_noise || !(crossbar->model->traits & XH_DEVICE_READ_NOISE)) {
        return;
    }
    if (is_even(crossbar)) {
        add_even_noise(crossbar, own, rows, vectors, pass, x, sums);
        if (crossbar->references == 0) {
            return;
        }
    }
    for (size_t p = 0; p < vectors.count; p++) {
        for (size_t i = p * inputs + rows.first; i < p * inputs + rows.first + rows.count; i++) {
            own->square[i] = x[i] * x[i];
        }
    }
    if (!is_even(crossbar)) {
        add_noise(crossbar, own, rows, vectors, pass, sums);
    }
    if (crossbar->references > 0) {
        xh_crossbar_add_reference_noise(crossbar, own, rows, vectors, pass, sums);
    }
}

/* sums = or += factor converted */
XH_KERNEL
static void combine(size_t count, bool first, float factor, const float *converted, float *sums) {
    for (size_t i = 0; i < count; i++) {
        const float part = factor * converted[i];
        sums[i] = first ? part : sums[i] + part;
    }
}

XH_KERNEL
static void compensate(size_t count, size_t outputs, const float *factor, float *sums) {
    for (size_t p = 0; p < count; p++) {
        for (size_t i = 0; i < outputs; i++) {
            sums[p * outputs + i] *= factor[i];
        }
    }
}

/* What a row of tiles makes of coded inputs, sums [vectors.count][outputs]. */
static void read_tile(const xh_crossbar *crossbar, xh_crossbar_thread *own, size_t tile,
                      xh_part rows, xh_part vectors, const float *coded, float *sums) {
    const size_t passes = xh_coding_passes(&crossbar->coding);
    for (size_t number = 0; number < passes; number++) {
        const xh_pass pass = {tile, number};
        const float *x =
            xh_crossbar_pass(crossbar, rows, vectors.count, number, coded, own->driven);
        float *to = passes > 1 ? own->converted : sums;
        count_drives(crossbar, own, rows, vectors.count, x);
        x = xh_crossbar_drive(crossbar, own, rows, vectors, pass, x);
        sum_rows(crossbar, own, rows, vectors, pass, x, to);
        xh_crossbar_convert(crossbar, own, vectors, pass, to);
        if (passes > 1) {
            combine(vectors.count * crossbar->outputs, number == 0,
                    xh_crossbar_pass_factor(crossbar, number), to, sums);
        }
    }
    if (crossbar->compensation.on) {
        compensate(vectors.count, crossbar->outputs,
                   crossbar->compensation.scale + tile * crossbar->outputs, sums);
    }
}

static void read_block(xh_crossbar *crossbar, xh_crossbar_thread *own, xh_part vectors,
                       const float *x, float *u) {
    const size_t outputs = crossbar->outputs;
    const size_t size = vectors.count * outputs;
    /* Without converters nothing happens at the edge of a tile: its sums are those of one long
     * line. */
    const bool whole = !xh_crossbar_converts(crossbar) && !crossbar->compensation.on;
    const size_t tiles = whole ? 1 : crossbar->tiling.row_tiles;
    const float *coded = code(crossbar, own, vectors.count, x);
    for (size_t tile = 0; tile < tiles; tile++) {
        const xh_part rows =
            whole ? (xh_part){0, crossbar->inputs} : xh_crossbar_rows(crossbar, tile);
        float *sums = tile == 0 ? u : own->partial;
        read_tile(crossbar, own, tile, rows, vectors, coded, sums);
        if (crossbar->encoding->zero == XH_ZERO_DIGITAL) {
            xh_crossbar_take_offset(crossbar, rows, vectors.count, coded, sums);
        }
        if (tile > 0) {
            for (size_t i = 0; i < size; i++) {
                u[i] += sums[i];
            }
        }
    }
    for (size_t p = 0; p < vectors.count && crossbar->coding.own_scale; p++) {
        for (size_t i = p * outputs; i < (p + 1) * outputs; i++) {
            u[i] *= own->scale[p];
        }
    }
}

void xh_crossbar_read(xh_crossbar *crossbar, size_t first, size_t count, const float *x, float *u) {
    xh_crossbar_thread *own = xh_crossbar_own_thread(crossbar);
    for (size_t done = 0; done < count; done += XH_READ_BLOCK) {
        const size_t block = count - done < XH_READ_BLOCK ? count - done : XH_READ_BLOCK;
        read_block(crossbar, own, (xh_part){first + done, block}, x + done * crossbar->inputs,
                   u + done * crossbar->outputs);
    }
}
