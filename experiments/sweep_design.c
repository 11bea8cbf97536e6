/* Designs: grids, Latin hypercubes, Sobol sequences. GSL draws and shuffles, and has the sequence of
 * Antonov and Saleev. */
#include "sweep_design.h"

#include <gsl/gsl_qrng.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include <stdlib.h>

size_t xh_design_grid_points(const size_t *levels, size_t axes, size_t most) {
    size_t points = 1;
    for (size_t a = 0; a < axes; a++) {
        if (levels[a] == 0 || points > most / levels[a]) {
            return 0;
        }
        points *= levels[a];
    }
    return points;
}

void xh_design_grid(const size_t *levels, size_t axes, size_t point, size_t *choice) {
    for (size_t a = axes; a-- > 0;) {
        choice[a] = point % levels[a];
        point /= levels[a];
    }
}

xh_status xh_design_latin_hypercube(size_t points, size_t axes, unsigned long seed, double *u,
                                    xh_error *error) {
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    size_t *order = calloc(points + 1, sizeof(*order));
    if (!random || !order) {
        gsl_rng_free(random);
        free(order);
        return xh_error_set(error, XH_MEMORY, "no memory for %zu points", points);
    }
    gsl_rng_set(random, seed);
    for (size_t a = 0; a < axes; a++) {
        for (size_t p = 0; p < points; p++) {
            order[p] = p;
        }
        gsl_ran_shuffle(random, order, points, sizeof(*order));
        for (size_t p = 0; p < points; p++) {
            u[p * axes + a] = ((double)order[p] + gsl_rng_uniform(random)) / (double)points;
        }
    }
    gsl_rng_free(random);
    free(order);
    return XH_OK;
}

xh_status xh_design_sobol(size_t points, size_t axes, double *u, xh_error *error) {
    gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)axes);
    if (!sequence) {
        return xh_error_set(error, XH_MEMORY, "no memory for a Sobol sequence");
    }
    for (size_t p = 0; p < points; p++) {
        gsl_qrng_get(sequence, u + p * axes);
    }
    gsl_qrng_free(sequence);
    return XH_OK;
}
