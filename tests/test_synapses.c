/* Synapses: the digital rule against plain sums over many shapes, its scales and bound, and both
 * kinds behind one interface. */
#include "crossbar_fixture.h"

#include "crosshebb/synapses.h"

#include <math.h>
#include <omp.h>
#include <string.h>

/* Odd sizes, sizes that fill vectors, and sizes beyond one tile and one depth of the product. */
static const struct {
    size_t inputs;
    size_t outputs;
    size_t count;
} shapes[] = {{1, 1, 1},     {3, 2, 5},      {16, 16, 16},   {75, 96, 300}, {17, 33, 1},
              {450, 7, 257}, {20, 401, 600}, {433, 193, 40}, {9, 50, 1100}};

enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

/* A learning problem: weights and signals that do not depend on each other. */
typedef struct problem {
    size_t size; /* of the weights */
    float *weights;
    xh_signals signals;
    float *x;
    float *u;
    float *y;
} problem;

static problem make_problem(size_t inputs, size_t outputs, size_t count) {
    problem p = {inputs * outputs,
                 xh_normals(inputs * outputs, 1, 0.5),
                 {0},
                 xh_normals(count * inputs, 2, 1),
                 xh_normals(count * outputs, 3, 2),
                 xh_normals(count * outputs, 4, 0.3)};
    p.signals = (xh_signals){count, inputs, outputs, p.x, p.u, p.y};
    return p;
}

static void free_problem(problem p) {
    float *arrays[] = {p.weights, p.x, p.u, p.y};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        xh_array_free(arrays[i]);
    }
}

static xh_synapses *make_in(xh_arithmetic arithmetic, const problem *p, xh_rule rule,
                            xh_update_scale scale, double bound) {
    xh_synapses *synapses = NULL;
    ck_assert_int_eq(xh_synapses_create_digital(p->signals.inputs, xh_undivided(p->signals.outputs),
                                                p->weights, rule, scale, bound, arithmetic,
                                                &synapses, NULL),
                     XH_OK);
    return synapses;
}

static xh_synapses *make_digital(const problem *p, xh_rule rule, xh_update_scale scale,
                                 double bound) {
    return make_in(XH_ARITHMETIC_FLOAT32, p, rule, scale, bound);
}

static float *weights_of(const xh_synapses *synapses) {
    float *weights = xh_array_create(xh_synapses_inputs(synapses) * xh_synapses_outputs(synapses),
                                     sizeof(float));
    ck_assert_ptr_nonnull(weights);
    xh_synapses_weights(synapses, weights, xh_probe_weights);
    return weights;
}

/* C_ij = sum_p y_ip (x_pj - u_ip W_ij), in double. */
static double *raw_changes(const problem *p, const float *weights) {
    const xh_signals *s = &p->signals;
    double *raw = xh_array_create(p->size, sizeof(double));
    ck_assert_ptr_nonnull(raw);
    for (size_t n = 0; n < s->count; n++) {
        for (size_t i = 0; i < s->outputs; i++) {
            const double y = (double)s->y[n * s->outputs + i];
            const double u = (double)s->u[n * s->outputs + i];
            for (size_t j = 0; j < s->inputs; j++) {
                raw[i * s->inputs + j] +=
                    y * ((double)s->x[n * s->inputs + j] - u * (double)weights[i * s->inputs + j]);
            }
        }
    }
    return raw;
}

static double largest_of(const double *raw, size_t count) {
    double largest = 0;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs(raw[i]));
    }
    return largest;
}

static double rate_of(xh_rule rule, const float *row, size_t inputs) {
    double square = 0;
    for (size_t j = 0; j < inputs; j++) {
        square += (double)row[j] * (double)row[j];
    }
    return rule.rate * pow(fabs(sqrt(square) - 1) + 1e-10, rule.norm_power);
}

START_TEST(test_read) {
    for (size_t s = 0; s < SHAPES; s++) {
        const problem p = make_problem(shapes[s].inputs, shapes[s].outputs, shapes[s].count);
        xh_synapses *synapses = make_digital(&p, (xh_rule){0.1, 0.5}, XH_SCALE_LAYER_MAXIMUM, 0);
        float *u = xh_normals(p.signals.count * p.signals.outputs, 5, 1);
        xh_synapses_read_begin(synapses, XH_PHASE_inference);
        xh_synapses_read(synapses, 0, p.signals.count, p.x, u);
        xh_synapses_read_end(synapses);
        for (size_t i = 0; i < p.signals.count * p.signals.outputs; i++) {
            const float *x = p.x + i / p.signals.outputs * p.signals.inputs;
            const float *row = p.weights + i % p.signals.outputs * p.signals.inputs;
            double sum = 0;
            for (size_t j = 0; j < p.signals.inputs; j++) {
                sum += (double)x[j] * (double)row[j];
            }
            ck_assert_double_eq_tol((double)u[i], sum, 1e-4);
        }
        ck_assert_ptr_null(xh_synapses_crossbar(synapses));
        xh_array_free(u);
        xh_synapses_free(synapses);
        free_problem(p);
    }
}
END_TEST

static void check_published(const problem *p, xh_rule rule) {
    const size_t inputs = p->signals.inputs;
    xh_synapses *synapses = make_digital(p, rule, XH_SCALE_LAYER_MAXIMUM, 0);
    double *raw = raw_changes(p, p->weights);
    const double largest = largest_of(raw, p->size);
    xh_synapses_update(synapses, &p->signals);
    float *after = weights_of(synapses);
    for (size_t i = 0; i < p->size; i++) {
        const double rate = rate_of(rule, p->weights + i / inputs * inputs, inputs);
        const double wanted = (double)p->weights[i] + rate * raw[i] / largest;
        ck_assert_double_eq_tol((double)after[i], wanted, 1e-5 * rate + 1e-6);
    }
    xh_array_free(raw);
    xh_array_free(after);
    xh_synapses_free(synapses);
}

START_TEST(test_published_rule) {
    for (size_t s = 0; s < SHAPES; s++) {
        const problem p = make_problem(shapes[s].inputs, shapes[s].outputs, shapes[s].count);
        check_published(&p, (xh_rule){0.1, 0.5});
        check_published(&p, (xh_rule){0.1, 0}); /* whatever the norm */
        free_problem(p);
    }
}
END_TEST

/* Each neuron's steps follow from its own column: the largest is eta_i at first; after much smaller
 * signals it forgets the past by 1 % an update. */
START_TEST(test_running_scale) {
    problem p = make_problem(30, 20, 50);
    const xh_rule rule = {0.1, 0};
    xh_synapses *synapses = make_digital(&p, rule, XH_SCALE_NEURON_RUNNING, 0);
    float *before = weights_of(synapses);
    double running[20] = {0};
    for (size_t step = 0; step < 4; step++) {
        double *raw = raw_changes(&p, before);
        xh_synapses_update(synapses, &p.signals);
        float *after = weights_of(synapses);
        for (size_t i = 0; i < 20; i++) {
            running[i] = fmax(0.99 * running[i], largest_of(raw + i * 30, 30));
        }
        for (size_t i = 0; i < p.size; i++) {
            const double wanted = (double)before[i] + 0.1 * raw[i] / running[i / 30];
            ck_assert_double_eq_tol((double)after[i], wanted, 1e-5);
        }
        for (size_t i = 0; step == 0 && i < 50 * 20; i++) {
            p.y[i] *= 1e-3F;
        }
        xh_array_free(raw);
        xh_array_free(before);
        before = after;
    }
    xh_array_free(before);
    xh_synapses_free(synapses);
    free_problem(p);
}
END_TEST

START_TEST(test_bound) {
    const problem p = make_problem(30, 20, 50);
    xh_synapses *free_ones = make_digital(&p, (xh_rule){0.5, 0}, XH_SCALE_LAYER_MAXIMUM, 0);
    xh_synapses *bound_ones = make_digital(&p, (xh_rule){0.5, 0}, XH_SCALE_LAYER_MAXIMUM, 0.7);
    xh_synapses_update(free_ones, &p.signals);
    xh_synapses_update(bound_ones, &p.signals);
    float *wanted = weights_of(free_ones);
    float *found = weights_of(bound_ones);
    size_t held = 0;
    for (size_t i = 0; i < p.size; i++) {
        held += fabsf(wanted[i]) > 0.7F;
        ck_assert_float_eq(found[i], fminf(fmaxf(wanted[i], -0.7F), 0.7F));
    }
    ck_assert_uint_gt(held, 0);
    xh_array_free(wanted);
    xh_array_free(found);
    xh_synapses_free(free_ones);
    xh_synapses_free(bound_ones);
    free_problem(p);
}
END_TEST

/* Signals without a trace of learning leave the weights as they are. */
START_TEST(test_silence) {
    problem p = make_problem(30, 20, 50);
    memset(p.y, 0, (size_t)50 * 20 * sizeof(float));
    xh_synapses *synapses = make_digital(&p, (xh_rule){0.5, 0.5}, XH_SCALE_LAYER_MAXIMUM, 0);
    xh_synapses_update(synapses, &p.signals);
    float *after = weights_of(synapses);
    ck_assert_mem_eq(after, p.weights, p.size * sizeof(float));
    xh_array_free(after);
    xh_synapses_free(synapses);
    free_problem(p);
}
END_TEST

/* What p's synapses weigh after a read and an update with that many threads, and what they read. */
static float *learn(xh_arithmetic arithmetic, const problem *p, int threads, float *u) {
    const size_t half = p->signals.count / 2;
    omp_set_num_threads(threads);
    xh_synapses *synapses = make_in(arithmetic, p, (xh_rule){0.1, 0.5}, XH_SCALE_LAYER_MAXIMUM, 0);
#pragma omp parallel for
    for (int part = 0; part < 2; part++) {
        const size_t first = part ? half : 0;
        xh_synapses_read(synapses, first, part ? p->signals.count - half : half,
                         p->x + first * p->signals.inputs, u + first * p->signals.outputs);
    }
    xh_synapses_update(synapses, &p->signals);
    float *after = weights_of(synapses);
    xh_synapses_free(synapses);
    return after;
}

static void check_threads(xh_arithmetic arithmetic, const problem *p) {
    const size_t reads = p->signals.count * p->signals.outputs;
    float *u[2] = {xh_normals(reads, 5, 1), xh_normals(reads, 6, 1)};
    float *alone = learn(arithmetic, p, 1, u[0]);
    for (int threads = 2; threads <= 3; threads++) {
        float *together = learn(arithmetic, p, threads, u[1]);
        ck_assert_mem_eq(together, alone, p->size * sizeof(float));
        ck_assert_mem_eq(u[1], u[0], reads * sizeof(float));
        xh_array_free(together);
    }
    xh_array_free(alone);
    xh_array_free(u[0]);
    xh_array_free(u[1]);
}

START_TEST(test_threads) {
    for (size_t s = 0; s < SHAPES; s++) {
        const problem p = make_problem(shapes[s].inputs, shapes[s].outputs, shapes[s].count);
        check_threads(XH_ARITHMETIC_FLOAT32, &p);
        check_threads(XH_ARITHMETIC_INT16, &p);
        free_problem(p);
    }
}
END_TEST

/* How far each A_ij may be off when x and y are rounded to bfloat16: 2^-7 of sum_p |y_ip x_pj|
 * (2^-8 each), and a little for the sums. */
static double *rounding_bounds(const problem *p) {
    const xh_signals *s = &p->signals;
    double *bounds = xh_array_create(p->size, sizeof(double));
    ck_assert_ptr_nonnull(bounds);
    for (size_t n = 0; n < s->count; n++) {
        for (size_t i = 0; i < p->size; i++) {
            bounds[i] += (0x1p-7 + 0x1p-12) * fabs((double)s->y[n * s->outputs + i / s->inputs] *
                                                   (double)s->x[n * s->inputs + i % s->inputs]);
        }
    }
    return bounds;
}

/* An update in bfloat16 is off by no more than the rounding of its signals; that of A_ij shifts the
 * change itself, that of the largest its scale. */
START_TEST(test_bfloat16) {
    const xh_rule rule = {0.1, 0.5};
    for (size_t s = 0; s < SHAPES; s++) {
        const problem p = make_problem(shapes[s].inputs, shapes[s].outputs, shapes[s].count);
        double *raw = raw_changes(&p, p.weights);
        double *bounds = rounding_bounds(&p);
        const double largest = largest_of(raw, p.size);
        const double shift = largest_of(bounds, p.size);
        xh_synapses *synapses = make_in(XH_ARITHMETIC_INT16, &p, rule, XH_SCALE_LAYER_MAXIMUM, 0);
        xh_synapses_update(synapses, &p.signals);
        float *after = weights_of(synapses);
        ck_assert_double_lt(shift, largest);
        for (size_t i = 0; i < p.size; i++) {
            const size_t row = i / p.signals.inputs * p.signals.inputs;
            const double rate = rate_of(rule, p.weights + row, p.signals.inputs);
            const double wanted = (double)p.weights[i] + rate * raw[i] / largest;
            const double off = rate * (bounds[i] + shift) / (largest - shift);
            ck_assert_double_eq_tol((double)after[i], wanted, off + 1e-5 * rate + 1e-6);
        }
        xh_array_free(raw);
        xh_array_free(bounds);
        xh_array_free(after);
        xh_synapses_free(synapses);
        free_problem(p);
    }
}
END_TEST

/* Synapses of one crossbar and one scheme with its defaults. */
static xh_status make_physical(const problem *p, const char *device, const char *scheme_name,
                               xh_rule rule, xh_synapses **synapses, xh_error *error) {
    static const xh_setting fine[] = {{"states", "20000"}};
    static xh_param_values params;
    const bool ideal = strcmp(device, "ideal") == 0;
    xh_crossbar_params crossbar_params = xh_plain_crossbar();
    crossbar_params.weight_range = 4;
    xh_crossbar *crossbar = xh_make_crossbar(p->signals.inputs, p->signals.outputs, device, fine,
                                             ideal ? 1 : 0, &crossbar_params, 1);
    const xh_scheme *scheme = NULL;
    ck_assert_int_eq(xh_scheme_find(scheme_name, &scheme, NULL), XH_OK);
    xh_param_defaults(scheme->params, params.bytes);
    return xh_synapses_create_crossbar(crossbar, p->weights, rule, scheme, params.bytes, synapses,
                                       error);
}

/* Fine, ideal devices read and learn as a float matrix does whose neurons scale by their running
 * largest; a step is rounded to one of 20,000 states of a range of 8. */
START_TEST(test_crossbar) {
    const problem p = make_problem(12, 10, 40);
    const xh_rule rule = {0.005, 0.5};
    xh_synapses *synapses = NULL;
    ck_assert_int_eq(make_physical(&p, "ideal", "read_modify_write", rule, &synapses, NULL), XH_OK);
    xh_synapses *digital = make_digital(&p, rule, XH_SCALE_NEURON_RUNNING, 0);
    ck_assert_ptr_nonnull(xh_synapses_crossbar(synapses));
    float *u[2] = {xh_normals(400, 5, 1), xh_normals(400, 6, 1)};
    xh_synapses *both[2] = {synapses, digital};
    float *after[2];
    for (size_t k = 0; k < 2; k++) {
        xh_synapses_calibrate(both[k], 40, p.x);
        xh_synapses_read_begin(both[k], XH_PHASE_forward);
        xh_synapses_read(both[k], 0, 40, p.x, u[k]);
        xh_synapses_read_end(both[k]);
        xh_synapses_update(both[k], &p.signals);
        xh_synapses_age(both[k], 10);
        after[k] = weights_of(both[k]);
    }
    for (size_t i = 0; i < 400; i++) {
        ck_assert_float_eq_tol(u[0][i], u[1][i], 0.01F);
    }
    for (size_t i = 0; i < p.size; i++) {
        ck_assert_float_eq_tol(after[0][i], after[1][i], 1e-3F);
    }
    for (size_t k = 0; k < 2; k++) {
        xh_array_free(u[k]);
        xh_array_free(after[k]);
        xh_synapses_free(both[k]);
    }
    free_problem(p);
}
END_TEST

/* Weights after an update at the given rate, annealed by the factor; physical: on a crossbar. */
static float *annealed(const problem *p, bool physical, double rate, double factor) {
    const xh_rule rule = {rate, 0.5};
    xh_synapses *synapses = NULL;
    if (physical) {
        ck_assert_int_eq(make_physical(p, "ideal", "read_modify_write", rule, &synapses, NULL),
                         XH_OK);
        xh_synapses_calibrate(synapses, p->signals.count, p->x);
    } else {
        synapses = make_digital(p, rule, XH_SCALE_LAYER_MAXIMUM, 0);
    }
    xh_synapses_anneal(synapses, factor);
    xh_synapses_update(synapses, &p->signals);
    float *weights = weights_of(synapses);
    xh_synapses_free(synapses);
    return weights;
}

/* A quarter of the rate is the same by the rule or by annealing, in every bit; none is no change.
 */
START_TEST(test_anneal) {
    const problem p = make_problem(12, 10, 40);
    for (int physical = 0; physical < 2; physical++) {
        float *slow = annealed(&p, physical, 0.08 / 4, 1);
        float *slowed = annealed(&p, physical, 0.08, 0.25);
        float *fast = annealed(&p, physical, 0.08, 1);
        float *still = annealed(&p, physical, 0.08, 0);
        ck_assert_mem_eq(slow, slowed, p.size * sizeof(float));
        ck_assert_mem_ne(slow, fast, p.size * sizeof(float));
        for (size_t i = 0; i < p.size; i++) {
            ck_assert_float_eq_tol(still[i], p.weights[i], 3e-4F); /* as programmed */
        }
        xh_array_free(slow);
        xh_array_free(slowed);
        xh_array_free(fast);
        xh_array_free(still);
    }
    free_problem(p);
}
END_TEST

/* A scheme that needs down pulses is refused on devices that only rise; the crossbar is freed all
 * the same. */
START_TEST(test_missing_trait) {
    const problem p = make_problem(5, 4, 3);
    xh_synapses *synapses = NULL;
    xh_error error = {0};
    const xh_scheme *needy = NULL;
    for (size_t s = 0; s < xh_scheme_count(); s++) {
        needy = xh_scheme_at(s)->needs & XH_DEVICE_DEPRESSES ? xh_scheme_at(s) : needy;
    }
    ck_assert_ptr_nonnull(needy);
    ck_assert_int_eq(
        make_physical(&p, "pcm_accumulate", needy->name, (xh_rule){0.1, 0.5}, &synapses, &error),
        XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, needy->name));
    ck_assert_ptr_nonnull(strstr(error.text, "pcm_accumulate does not"));
    ck_assert_ptr_null(synapses);
    xh_synapses_free(NULL);
    free_problem(p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        test_read,    test_published_rule, test_running_scale, test_bound,  test_silence,
        test_threads, test_bfloat16,       test_crossbar,      test_anneal, test_missing_trait};
    return xh_suite_run("synapses", tests, sizeof(tests) / sizeof(tests[0]));
}
