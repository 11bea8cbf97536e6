/**
 * A rig for tests of row drivers and converters: a crossbar of ideal cells on three rows of tiles,
 * full scales that do not move, and what it answers to normal inputs. Bounds of statistical tests are
 * SIGMAS = 5 standard errors, which chance alone exceeds with probability 6e-7 a comparison, should
 * seeds ever change.
 */
#ifndef CROSSHEBB_TESTS_PERIPHERY_RIG_H
#define CROSSHEBB_TESTS_PERIPHERY_RIG_H

#include "crossbar_fixture.h"

#include <math.h>
#include <string.h>

#define SIGMAS 5.0

enum { INPUTS = 40, OUTPUTS = 30, COUNT = 50, ROWS = 16, TILES = 3, SIZE = COUNT * OUTPUTS };

static inline void choose(char text[XH_PARAM_TEXT_SIZE], const char *choice) {
    snprintf(text, XH_PARAM_TEXT_SIZE, "%s", choice);
}

/* Full scales that do not move, three rows of tiles. */
static inline xh_crossbar_params fixed_ranges(void) {
    xh_crossbar_params params = xh_plain_crossbar();
    params.rows = ROWS;
    params.columns = 8;
    params.dac_bits = 5;
    choose(params.dac_range, "fixed");
    choose(params.adc_range, "fixed");
    params.dac_full_scale = 2;
    params.adc_full_scale = 1.5;
    return params;
}

/* Few states are soon programmed. */
static const xh_setting few_states[] = {{"states", "20"}};

static inline xh_crossbar *make(const xh_crossbar_params *params) {
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, "ideal", few_states, 1, params, 1);
    float *target = xh_normals(INPUTS * OUTPUTS, 1, 0.3);
    xh_crossbar_program(crossbar, target);
    xh_array_free(target);
    return crossbar;
}

static inline void read_all(xh_crossbar *crossbar, size_t count, const float *x, float *u) {
    xh_crossbar_read_begin(crossbar, XH_PHASE_inference);
    xh_crossbar_read(crossbar, 0, count, x, u);
    xh_crossbar_read_end(crossbar);
}

/* What a crossbar of these parameters answers to normal inputs of deviation 1. */
static inline float *answer(const xh_crossbar_params *params) {
    xh_crossbar *crossbar = make(params);
    float *x = xh_normals(COUNT * INPUTS, 2, 1);
    float *u = xh_array_create(SIZE, sizeof(float));
    ck_assert_ptr_nonnull(u);
    read_all(crossbar, COUNT, x, u);
    xh_array_free(x);
    xh_crossbar_free(crossbar);
    return u;
}

#endif
