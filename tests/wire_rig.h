/* Arrays of random cells for the tests of wires: conductances evenly spread over the range of
 * phase-change cells, voltages, and how far currents are apart. */
#ifndef XH_TESTS_WIRE_RIG_H
#define XH_TESTS_WIRE_RIG_H

#include "crosshebb/array.h"
#include "crosshebb/rng.h"
#include "crosshebb/units.h"
#include "crosshebb/wire.h"
#include "suite.h"

#include <math.h>

/* Range of a phase-change cell, siemens. */
#define XH_WIRE_LEAST XH_MICROSIEMENS(0.1)
#define XH_WIRE_MOST XH_MICROSIEMENS(20)

static inline double *xh_doubles(size_t count) {
    double *values = xh_array_create(count, sizeof(double));
    ck_assert_ptr_nonnull(values);
    return values;
}

/* count values evenly spread from low to high; which tells the arrays of a test apart. */
static inline double *xh_wire_random(uint64_t which, size_t count, double low, double high) {
    double *values = xh_doubles(count);
    float *uniform = xh_array_create(count, sizeof(float));
    ck_assert_ptr_nonnull(uniform);
    xh_rng_uniform((xh_rng){11, XH_RNG_TEST, 7, which}, 0, count, uniform);
    for (size_t c = 0; c < count; c++) {
        values[c] = low + (high - low) * (double)uniform[c];
    }
    xh_array_free(uniform);
    return values;
}

/* Currents [vectors][columns] of an ideal array g [columns][rows]. */
static inline double *xh_wire_ideal(size_t rows, size_t columns, const double *g, size_t vectors,
                                    const double *v) {
    double *current = xh_doubles(vectors * columns);
    for (size_t n = 0; n < vectors; n++) {
        for (size_t j = 0; j < columns; j++) {
            for (size_t i = 0; i < rows; i++) {
                current[n * columns + j] += v[n * rows + i] * g[j * rows + i];
            }
        }
    }
    return current;
}

static inline double xh_largest(size_t count, const double *values) {
    double largest = 0;
    for (size_t c = 0; c < count; c++) {
        largest = fmax(largest, fabs(values[c]));
    }
    return largest;
}

/* Largest difference, relative to the largest wanted value. */
static inline double xh_distance(size_t count, const double *found, const double *wanted) {
    double distance = 0;
    for (size_t c = 0; c < count; c++) {
        ck_assert(isfinite(found[c]));
        distance = fmax(distance, fabs(found[c] - wanted[c]));
    }
    const double largest = xh_largest(count, wanted);
    return largest > 0 ? distance / largest : distance;
}

static inline double *xh_wire_solve(size_t rows, size_t columns, const double *g, xh_wires wires,
                                    size_t vectors, const double *v) {
    xh_error error = {0};
    double *current = xh_doubles(vectors * columns);
    const xh_status status =
        xh_wire_exact(rows, columns, g, wires, vectors, v, current, NULL, &error);
    ck_assert_msg(status == XH_OK, "%s", error.text);
    return current;
}

#endif
