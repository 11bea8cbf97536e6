/* Row drivers: every coding of the inputs and every full scale of them, against a plain computation
 * from the probe's weights. */
#include "periphery_rig.h"

#include <omp.h>

static xh_error error;

/* Rounded to the nearest code, then clipped; near tells if a rounding error could change it. */
static double convert(double value, double range, int codes, bool *near) {
    const double exact = value * codes / range;
    *near = *near || fabs(fabs(exact - trunc(exact)) - 0.5) < 1e-3;
    return fmin(fmax(rint(exact), -codes), codes) * range / codes;
}

/* Full scale of the rows that the bit of a code, or the code, drives in a phase. */
static double driven(const xh_crossbar_params *params, double code, int phase, int plane) {
    const int codes = (1 << (params->dac_bits - 1)) - 1;
    const bool two = strcmp(params->input_signs, "two_phase") == 0;
    const bool serial = strcmp(params->input_coding, "bit_serial") == 0;
    const double level = serial ? ((int)fabs(code) >> plane) & 1 : fabs(code) / codes;
    const double sign = code < 0 ? -1 : 1;
    if (!two) {
        return sign * level;
    }
    return (phase == 0) == (code > 0) ? level : 0;
}

/* An output by the definition of the parameters; near as above. */
static double expect(const xh_crossbar_params *params, const float *weights, const float *x,
                     bool *near) {
    const int dac = (1 << (params->dac_bits - 1)) - 1;
    const int adc = params->adc_bits > 0 ? (1 << (params->adc_bits - 1)) - 1 : 0;
    const bool serial = strcmp(params->input_coding, "bit_serial") == 0;
    const int phases = strcmp(params->input_signs, "two_phase") == 0 ? 2 : 1;
    const int planes = serial ? (int)params->dac_bits - 1 : 1;
    double u = 0;
    for (size_t tile = 0; tile < TILES; tile++) {
        for (int pass = 0; pass < phases * planes; pass++) {
            const int phase = pass / planes, plane = pass % planes;
            double sum = 0;
            for (size_t j = tile * ROWS; j < INPUTS && j < (tile + 1) * ROWS; j++) {
                const double code = rint(convert((double)x[j], 2, dac, near) * dac / 2);
                sum += 2 * driven(params, code, phase, plane) * (double)weights[j];
            }
            const double converted = adc > 0 ? convert(sum, 1.5 * 2, adc, near) : sum;
            u += (phase == 0 ? 1 : -1) * (serial ? pow(2, plane) / dac : 1) * converted;
        }
    }
    return u;
}

static void compare_with_definition(const xh_crossbar_params *params) {
    xh_crossbar *crossbar = make(params);
    float *weights = xh_weights_of(crossbar);
    float *x = xh_normals(COUNT * INPUTS, 2, 1);
    float *u = answer(params);
    size_t compared = 0;
    for (size_t i = 0; i < SIZE; i++) {
        bool near = false;
        const double expected =
            expect(params, weights + i % OUTPUTS * INPUTS, x + i / OUTPUTS * INPUTS, &near);
        if (!near) {
            ck_assert_double_eq_tol((double)u[i], expected, 2e-5);
            compared++;
        }
    }
    ck_assert_uint_gt(compared, SIZE / 2);
    xh_array_free(u);
    xh_array_free(x);
    xh_array_free(weights);
    xh_crossbar_free(crossbar);
}

static const char *const codings[] = {"levels", "pulse_width", "bit_serial"};
static const char *const signs[] = {"bipolar", "two_phase"};

/* Quantise, clip; each phase and bit of each tile converted, then added: of 4, 5 and no bits. */
START_TEST(codings_are_their_definition) {
    const long bits[] = {4, 6, 0};
    for (int c = 0; c < 3 * 2 * 3; c++) {
        xh_crossbar_params params = fixed_ranges();
        choose(params.input_coding, codings[c % 3]);
        choose(params.input_signs, signs[c / 3 % 2]);
        params.adc_bits = bits[c / 6];
        compare_with_definition(&params);
    }
}
END_TEST

/* With ideal converters the parts of the inputs add up to the inputs: all codings give the same, to the rounding of
 * sums of 40 products of at most 2 in float32. */
START_TEST(codings_agree_with_ideal_converters) {
    xh_crossbar_params params = fixed_ranges();
    params.adc_bits = 0;
    float *levels = answer(&params);
    for (int c = 1; c < 6; c++) {
        choose(params.input_coding, codings[c % 3]);
        choose(params.input_signs, signs[c / 3]);
        float *u = answer(&params);
        for (size_t i = 0; i < SIZE; i++) {
            ck_assert_float_eq_tol(u[i], levels[i], 40 * 40 * 6e-8F);
        }
        xh_array_free(u);
    }
    xh_array_free(levels);
}
END_TEST

/* Many bits of the converters take the place of ideal ones. */
START_TEST(bits_of_converters_bound_the_error) {
    xh_crossbar_params params = fixed_ranges();
    params.adc_full_scale = 8;
    choose(params.input_coding, "bit_serial");
    params.adc_bits = 0;
    float *exact = answer(&params);
    params.adc_bits = 12;
    float *u = answer(&params);
    /* half a step a conversion, of weights that add up to 1 */
    const double bound = TILES * 16.0 / 2047 / 2 * 1.001;
    double most = 0;
    for (size_t i = 0; i < SIZE; i++) {
        most = fmax(most, fabs((double)u[i] - (double)exact[i]));
    }
    ck_assert_double_le(most, bound);
    ck_assert_double_gt(most, bound / 10);
    xh_array_free(u);
    xh_array_free(exact);
}
END_TEST

typedef struct bill {
    double passes, turns, steps;
} bill;

/* What each coding books for the same inputs: drives are those of the bits, everything else follows from the number of
 * passes, of columns that a converter serves and of steps of time. */
START_TEST(codings_are_booked) {
    const bill bills[] = {{1, 1, 0}, {1, 1, 15}, {4, 1, 0}, {2, 3, 0}, {2, 3, 15}, {8, 3, 0}};
    float *x = xh_normals(COUNT * INPUTS, 2, 1);
    float *u = xh_array_create(SIZE, sizeof(float));
    for (int c = 0; c < 6; c++) {
        xh_crossbar_params params = fixed_ranges();
        choose(params.input_coding, codings[c % 3]);
        choose(params.input_signs, signs[c / 3]);
        params.adc_bits = 8;
        params.adc_share = c < 3 ? 1 : 3;
        xh_crossbar *crossbar = make(&params);
        const double before = xh_crossbar_ledger(crossbar)->count[XH_PHASE_inference][0];
        ck_assert_double_eq(before, 0);
        read_all(crossbar, COUNT, x, u);
        double drives = 0, duty = 0;
        for (size_t i = 0; i < COUNT * INPUTS; i++) {
            const int code = abs((int)fmin(fmax(rint((double)x[i] * 7.5), -15), 15));
            const int on = c % 3 == 2 ? __builtin_popcount((unsigned)code) : code != 0;
            drives += on;
            duty += c % 3 == 2 ? on : code / 15.0;
        }
        const bill *b = &bills[c];
        const double *count = xh_crossbar_ledger(crossbar)->count[XH_PHASE_inference];
        const double columns = 4; /* tiles of 8 */
        ck_assert_double_eq(count[XH_EVENT_wordline_drive], b->turns * columns * drives);
        ck_assert_double_eq(count[XH_EVENT_adc_conversion], SIZE * TILES * b->passes);
        ck_assert_double_eq(count[XH_EVENT_adc_idle], COUNT * 2 * TILES * b->passes);
        ck_assert_double_eq(count[XH_EVENT_partial_sum], SIZE * (TILES * b->passes - 1));
        const double cycles = COUNT * b->passes * b->turns;
        ck_assert_double_eq(count[XH_EVENT_read_cycle], b->steps > 0 ? 0 : cycles);
        ck_assert_double_eq(count[XH_EVENT_input_step], cycles * b->steps);
        /* ideal cells at mid-range on average: a row's cells are all of the same sum, as pairs */
        float g[2 * INPUTS * OUTPUTS];
        xh_probe_conductances(crossbar, g);
        const double pair = (double)g[0] + (double)g[INPUTS * OUTPUTS];
        const double charge =
            b->steps > 0 ? count[XH_EVENT_step_charge] / b->steps : count[XH_EVENT_array_charge];
        ck_assert_double_eq_tol(charge, OUTPUTS * pair * duty, 0.02 * OUTPUTS * pair * duty);
        ck_assert_double_eq(count[b->steps > 0 ? XH_EVENT_array_charge : XH_EVENT_step_charge], 0);
        xh_crossbar_free(crossbar);
    }
    xh_array_free(u);
    xh_array_free(x);
}
END_TEST

/* Noise of the drivers: variance sigma^2 sum w^2 in full scales, in each of the tiles; and inputs below 0 driven
 * weaker, which two phases know by their phase. */
START_TEST(drivers_are_noisy_and_weak) {
    xh_crossbar_params params = fixed_ranges();
    xh_crossbar *crossbar = make(&params);
    float *weights = xh_weights_of(crossbar);
    params.adc_bits = 0;
    float *exact = answer(&params);
    params.input_noise = 0.05;
    float *u = answer(&params);
    for (size_t i = 0; i < SIZE; i++) {
        double square = 0;
        for (size_t j = 0; j < INPUTS; j++) {
            square += pow((double)weights[i % OUTPUTS * INPUTS + j], 2);
        }
        u[i] = (float)(((double)u[i] - (double)exact[i]) / (0.05 * 2 * sqrt(square)));
    }
    /* A vector's noise is common to its outputs, whose weights are not quite orthogonal: of as many independent
     * values as inputs, which are more than the outputs, the variance of the whole is at most twice that of single
     * values. */
    double square = 0;
    for (size_t i = 0; i < SIZE; i++) {
        square += (double)u[i] * (double)u[i] / SIZE;
    }
    ck_assert_double_eq_tol(square, 1, SIGMAS * sqrt(2 * 2.0 / SIZE));
    params.input_noise = 0;
    params.input_asymmetry = 0.2;
    float *weak = answer(&params);
    choose(params.input_signs, "two_phase");
    float *phases = answer(&params);
    float *x = xh_normals(COUNT * INPUTS, 2, 1);
    for (size_t i = 0; i < SIZE; i++) {
        double expected = 0;
        for (size_t j = 0; j < INPUTS; j++) {
            bool near = false;
            const double v = convert((double)x[i / OUTPUTS * INPUTS + j], 2, 15, &near);
            expected += (double)weights[i % OUTPUTS * INPUTS + j] * v * (v < 0 ? 0.8 : 1);
        }
        ck_assert_double_eq_tol((double)weak[i], expected, 1e-4);
        ck_assert_double_eq_tol((double)phases[i], expected, 1e-4);
    }
    xh_array_free(x);
    xh_array_free(phases);
    xh_array_free(weak);
    xh_array_free(u);
    xh_array_free(exact);
    xh_array_free(weights);
    xh_crossbar_free(crossbar);
}
END_TEST

/* Each vector in its own full scale: codes of x over the largest |x|, fixed converters see such inputs. */
START_TEST(a_vector_has_its_own_scale) {
    xh_crossbar_params params = fixed_ranges();
    choose(params.dac_range, "largest");
    params.adc_bits = 7;
    xh_crossbar *crossbar = make(&params);
    float *weights = xh_weights_of(crossbar);
    float *x = xh_normals(COUNT * INPUTS, 2, 1);
    memset(x, 0, INPUTS * sizeof(float)); /* nothing is driven by the first */
    float *u = xh_array_create(SIZE, sizeof(float));
    read_all(crossbar, COUNT, x, u);
    const double *count = xh_crossbar_ledger(crossbar)->count[XH_PHASE_inference];
    ck_assert_double_eq(count[XH_EVENT_rule_mac], COUNT * (INPUTS + OUTPUTS));
    ck_assert_double_eq(count[XH_EVENT_partial_sum], SIZE * (TILES - 1) + COUNT * (INPUTS - 1));
    size_t compared = 0;
    for (size_t i = 0; i < SIZE; i++) {
        const float *vector = x + i / OUTPUTS * INPUTS;
        double largest = 0, expected = 0;
        bool near = false;
        for (size_t j = 0; j < INPUTS; j++) {
            largest = fmax(largest, fabs((double)vector[j]));
        }
        for (size_t tile = 0; tile < TILES && largest > 0; tile++) {
            double sum = 0;
            for (size_t j = tile * ROWS; j < INPUTS && j < (tile + 1) * ROWS; j++) {
                sum += (double)weights[i % OUTPUTS * INPUTS + j] *
                       convert((double)vector[j] / largest, 1, 15, &near);
            }
            expected += largest * convert(sum, 1.5, 63, &near);
        }
        if (!near) {
            ck_assert_double_eq_tol((double)u[i], expected, 2e-5);
            compared++;
        }
    }
    ck_assert_uint_gt(compared, SIZE / 2);
    xh_array_free(u);
    xh_array_free(x);
    xh_array_free(weights);
    xh_crossbar_free(crossbar);
}
END_TEST

/* The average of the vectors' largest inputs is where calibration begins, and what reads of training follow. */
START_TEST(the_average_largest_input_is_followed) {
    xh_crossbar_params params = fixed_ranges();
    choose(params.dac_range, "average");
    params.range_rate = 0.25;
    xh_crossbar *crossbar = make(&params);
    float *x = xh_normals(COUNT * INPUTS, 2, 1);
    float *u = xh_array_create(SIZE, sizeof(float));
    double mean = 0;
    for (size_t p = 0; p < COUNT; p++) {
        double most = 0;
        for (size_t j = 0; j < INPUTS; j++) {
            most = fmax(most, fabs((double)x[p * INPUTS + j]));
        }
        mean += most / COUNT;
    }
    xh_crossbar_calibrate(crossbar, COUNT, x);
    ck_assert_double_eq_tol(xh_crossbar_input_range(crossbar), mean, 1e-6);
    for (size_t i = 0; i < COUNT * INPUTS; i++) {
        x[i] *= 3;
    }
    xh_crossbar_read_begin(crossbar, XH_PHASE_forward);
    xh_crossbar_read(crossbar, 0, COUNT, x, u);
    xh_crossbar_read_end(crossbar);
    ck_assert_double_eq_tol(xh_crossbar_input_range(crossbar), 1.5 * mean, 1e-4);
    xh_array_free(u);
    xh_array_free(x);
    xh_crossbar_free(crossbar);
}
END_TEST

/* All at once, on devices that fluctuate. */
static void exercise(int threads, const char *coding, float *u, xh_ledger *ledger, double *range) {
    omp_set_num_threads(threads);
    xh_crossbar_params params = fixed_ranges();
    choose(params.input_coding, coding);
    choose(params.input_signs, "two_phase");
    choose(params.dac_range, "average");
    choose(params.adc_range, "running");
    params.read_noise = true;
    params.adc_bits = 6;
    params.adc_share = 2;
    params.adc_offset_spread = params.adc_gain_spread = params.adc_noise = 0.01;
    params.adc_nonlinearity = params.adc_nonlinearity_spread = 0.1;
    params.input_noise = params.input_asymmetry = 0.02;
    xh_crossbar *crossbar =
        xh_make_crossbar(INPUTS, OUTPUTS, "pcm_accumulate", NULL, 0, &params, 5);
    float *target = xh_normals(INPUTS * OUTPUTS, 1, 0.3);
    float *x = xh_normals(10 * COUNT * INPUTS, 2, 1);
    xh_crossbar_program(crossbar, target);
    xh_crossbar_calibrate(crossbar, COUNT, x);
    for (int round = 0; round < 2; round++) {
        xh_crossbar_read_begin(crossbar, XH_PHASE_forward);
#pragma omp parallel for schedule(dynamic)
        for (size_t first = 0; first < 10 * COUNT; first += COUNT) {
            xh_crossbar_read(crossbar, first, COUNT, x + first * INPUTS, u + first * OUTPUTS);
        }
        xh_crossbar_read_end(crossbar);
    }
    *ledger = *xh_crossbar_ledger(crossbar);
    *range = xh_crossbar_input_range(crossbar);
    xh_array_free(x);
    xh_array_free(target);
    xh_crossbar_free(crossbar);
}

START_TEST(same_bits_for_any_number_of_threads) {
    static float u[2][10 * SIZE];
    static xh_ledger ledger[2];
    double range[2];
    for (int c = 0; c < 3; c++) {
        exercise(1, codings[c], u[0], &ledger[0], &range[0]);
        exercise(3, codings[c], u[1], &ledger[1], &range[1]);
        ck_assert_mem_eq(u[0], u[1], sizeof(u[0]));
        ck_assert_mem_eq(&ledger[0], &ledger[1], sizeof(ledger[0]));
        ck_assert_double_eq(range[0], range[1]);
    }
}
END_TEST

START_TEST(codes_need_bits) {
    xh_crossbar_params params = fixed_ranges();
    ck_assert_int_eq(xh_crossbar_check(&params, &error), XH_OK);
    choose(params.input_coding, "bit_serial");
    params.dac_bits = 1;
    ck_assert_int_eq(xh_crossbar_check(&params, &error), XH_INPUT);
    ck_assert_str_eq(error.text, "input_coding = bit_serial needs dac_bits of 2 or more, not 1");
    choose(params.input_coding, "serial");
    ck_assert_int_eq(xh_crossbar_check(&params, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "is not one of levels, pulse_width, bit_serial"));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {codings_are_their_definition,
                                  codings_agree_with_ideal_converters,
                                  bits_of_converters_bound_the_error,
                                  codings_are_booked,
                                  drivers_are_noisy_and_weak,
                                  a_vector_has_its_own_scale,
                                  the_average_largest_input_is_followed,
                                  same_bits_for_any_number_of_threads,
                                  codes_need_bits};
    return xh_suite_run("crossbar_coding", tests, sizeof(tests) / sizeof(tests[0]));
}
