/* Cells of models that are programmed in a closed loop: a target for each, set and read. */
#ifndef CROSSHEBB_TESTS_PROGRAMMED_RIG_H
#define CROSSHEBB_TESTS_PROGRAMMED_RIG_H

#include "device_rig.h"

#define MICRO 1e-6

/* Standard normals of a set, [draws][cells]. */
static inline void rig_draw_set(rig *r, uint64_t step) {
    for (size_t d = 0; d < xh_device_draws(r->model, r->params); d++) {
        xh_rng_normal(rig_stream(100 + d, step), 0, r->cells.count, r->noise + d * r->cells.count);
    }
}

/* Programs every cell to one conductance. */
static inline void rig_set_all(rig *r, double siemens, uint64_t step, double now) {
    for (size_t c = 0; c < r->cells.count; c++) {
        r->direction[c] = (float)siemens;
    }
    rig_draw_set(r, step);
    r->model->set(r->params, r->cells, r->direction, r->noise, now);
}

/* Lets time pass for models that it does something to at random. */
static inline void rig_age(rig *r, uint64_t step, double from, double to) {
    if (r->model->age) {
        r->model->age(r->params, r->cells, (xh_rng){17, XH_RNG_AGE, 0, step << 8}, 0, from, to);
    }
}

/* Are these the values max(N(middle, spread), 0)? Their mean and deviation have the closed form of a
 * clipped normal; the errors of both are those of a normal's, which are larger. */
static inline void expect_clipped(const float *values, size_t count, double middle, double spread) {
    const double a = middle / spread;
    const double above = 0.5 * erfc(-a / sqrt(2));
    const double density = exp(-a * a / 2) / sqrt(2 * acos(-1));
    const double first = middle * above + spread * density;
    const double second = (middle * middle + spread * spread) * above + middle * spread * density;
    const double error = spread / sqrt((double)count);
    ck_assert_double_le(fabs(mean(values, count) - first), SIGMAS * error);
    ck_assert_double_le(fabs(deviation(values, count) - sqrt(second - first * first)),
                        SIGMAS * error / sqrt(2));
}

#endif
