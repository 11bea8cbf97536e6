/* Reads of synapses with one side: what the weight 0 is taken from brings its own noise, and has its
 * cost. */
#include "crossbar_internal.h"

#include <cblas.h>
#include <math.h>

void xh_crossbar_add_reference_noise(const xh_crossbar *crossbar, xh_crossbar_thread *own,
                                     xh_part rows, xh_part vectors, xh_pass pass, float *sums) {
    const size_t inputs = crossbar->inputs;
    const size_t outputs = crossbar->outputs;
    const size_t references = crossbar->references;
    const size_t width = (size_t)crossbar->params.columns;
    const size_t all = crossbar->tiling.column_tiles;
    const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_READ,
                           crossbar->seeds.instance | XH_REFERENCE_READ,
                           xh_crossbar_pass_step(crossbar, pass)};
    for (size_t r = 0; r < references; r++) { /* each alone, so that partners have the same bits */
        const float *variance = crossbar->variance + (outputs + r) * inputs + rows.first;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)vectors.count, 1, (int)rows.count,
                    1.0F, own->square + rows.first, (int)inputs, variance, (int)inputs, 0.0F,
                    own->deviation + r, (int)references);
    }
    for (size_t p = 0; p < vectors.count; p++) {
        xh_rng_normal(stream, (vectors.first + p) * all + crossbar->first / width, references,
                      own->normal);
        for (size_t o = 0; o < outputs; o++) {
            const size_t r = o / width;
            sums[p * outputs + o] -= sqrtf(own->deviation[p * references + r]) * own->normal[r];
        }
    }
}

void xh_crossbar_take_offset(const xh_crossbar *crossbar, xh_part rows, size_t count,
                             const float *x, float *sums) {
    const size_t outputs = crossbar->outputs;
    for (size_t p = 0; p < count; p++) {
        double sum = 0;
        for (size_t j = rows.first; j < rows.first + rows.count; j++) {
            sum += (double)x[p * crossbar->inputs + j];
        }
        const float offset = (float)(crossbar->weight_offset * sum);
        for (size_t o = 0; o < outputs; o++) {
            sums[p * outputs + o] -= offset;
        }
    }
}

double xh_crossbar_offset_sums(const xh_crossbar *crossbar) {
    const size_t sums = crossbar->tiling.row_tiles * crossbar->division.length;
    return crossbar->encoding->zero == XH_ZERO_DIGITAL ? (double)(crossbar->inputs + sums) : 0;
}
