/*
 * The noise of pulses and of reads, which all devices share: that which makes the innovations most
 * likely, as normal numbers of the deviations that the model itself has with such noise. The number
 * of coordinates fitted is taken from that of the reads, as for any variance.
 */
#include "fit_internal.h"

#include "crosshebb/array.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multimin.h>

#include <math.h>
#include <string.h>

enum { MOST_STEPS = 200, CYCLE = 0, READ = 1 };

static const char cycle_noise[] = "cycle_noise";

double xh_fit_follow_all(xh_fit_state *state, bool held) {
    const xh_measured *measured = state->measured;
    xh_fit_params params = state->params;
    size_t device = SIZE_MAX;
    double sum = 0;
    for (size_t t = 0; t < measured->trains; t++) {
        const xh_measured_train *train = &measured->train[t];
        if (train->device != device) {
            device = train->device;
            state->recipe->place(state->coordinate + device * state->recipe->count, state->middle,
                                 &params);
        }
        xh_fit_follow(state->follower, &params, measured, train, state->read_deviation,
                      state->least, held, &state->course);
        const double free =
            1 - (double)state->recipe->count / (double)state->steps[device]; /* of each read */
        for (size_t i = train->first + 1; i < train->first + train->count; i++) {
            const double share = state->course.innovation[i] / state->course.deviation[i];
            sum -= share * share / 2 + free * log(state->course.deviation[i]);
        }
    }
    return sum;
}

/* Logarithms of the two noises, relative to where the search begins. */
typedef struct search {
    xh_fit_state *state;
    double start[2];
} search;

static void set_noise(const search *s, const gsl_vector *at) {
    xh_fit_set(&s->state->params, cycle_noise, s->start[CYCLE] * exp(gsl_vector_get(at, CYCLE)));
    s->state->read_deviation = at->size > READ ? s->start[READ] * exp(gsl_vector_get(at, READ)) : 0;
}

static double unlikely(const gsl_vector *at, void *data) {
    const search *s = data;
    for (size_t k = 0; k < at->size; k++) {
        if (fabs(gsl_vector_get(at, k)) > 12) {
            return 1e12 * fabs(gsl_vector_get(at, k)); /* further than e^12 there is nothing */
        }
    }
    set_noise(s, at);
    return -xh_fit_follow_all(s->state, false);
}

/* How each row changes with the logarithm of a noise: that of its deviation, and its innovation over
 * the deviation. */
typedef struct sense {
    double deviation;
    double innovation;
} sense;

static void take_senses(search *s, gsl_vector *at, size_t k, sense *senses) {
    const size_t rows = s->state->measured->rows;
    const xh_fit_course *course = &s->state->course;
    const double here = gsl_vector_get(at, k), h = 0.02;
    for (int side = 0; side < 2; side++) {
        const double weight = (side ? 1 : -1) / (2 * h);
        gsl_vector_set(at, k, here + (side ? h : -h));
        unlikely(at, s);
        for (size_t i = 0; i < rows; i++) {
            if (course->deviation[i] > 0) {
                senses[i].deviation += weight * log(course->deviation[i]);
                senses[i].innovation += weight * course->innovation[i] / course->deviation[i];
            }
        }
    }
    gsl_vector_set(at, k, here);
}

/* Relative standard errors. With z innovations over their deviations, d and e how logarithms of
 * these and z change, scores are (z^2 - 1) d - z e' with e' = e + z d, of the variance J; the
 * information is I = sum 2 d d' + e e', which is J for normal z; errors are those of I^-1 J I^-1. */
static void take_errors(const search *s, const sense *senses, bool reads) {
    const xh_measured *measured = s->state->measured;
    const sense none = {0, 0};
    double information[3] = {0}, scores[3] = {0}; /* of 00, 01, 11 */
    for (size_t i = 0; i < measured->rows; i++) {
        const sense *both[2] = {&senses[i], reads ? &senses[measured->rows + i] : &none};
        const double deviation = s->state->course.deviation[i];
        const double z = deviation > 0 ? s->state->course.innovation[i] / deviation : 0;
        double d[2], e[2], score[2];
        for (int k = 0; k < 2; k++) {
            d[k] = both[k]->deviation;
            e[k] = both[k]->innovation + z * d[k];
            score[k] = (z * z - 1) * d[k] - z * e[k];
        }
        for (int k = 0; k < 3; k++) {
            const int row = k / 2, column = (k + 1) / 2;
            information[k] += 2 * d[row] * d[column] + e[row] * e[column];
            scores[k] += score[row] * score[column];
        }
    }
    information[2] += reads ? 0 : 1;
    const double determinant = information[0] * information[2] - information[1] * information[1];
    const double inverse[3] = {information[2] / determinant, -information[1] / determinant,
                               information[0] / determinant};
    for (int k = 0; k < 2; k++) {
        const double a = inverse[k], b = inverse[k + 1];
        s->state->noise_error[k] =
            sqrt(a * a * scores[0] + 2 * a * b * scores[1] + b * b * scores[2]);
    }
}

/* The errors of the noise found; its own course stays. */
static xh_status find_errors(search *s, gsl_vector *at, xh_error *error) {
    const size_t rows = s->state->measured->rows;
    sense *senses = xh_array_create(2 * rows, sizeof *senses);
    if (!senses) {
        return xh_error_set(error, XH_MEMORY, "no memory for the errors of a fit");
    }
    for (size_t k = 0; k < at->size; k++) {
        take_senses(s, at, k, senses + k * rows);
    }
    unlikely(at, s);
    take_errors(s, senses, at->size > READ);
    xh_array_free(senses);
    return XH_OK;
}

static void descend(search *s, gsl_multimin_fminimizer *minimizer, gsl_vector *at,
                    gsl_vector *step) {
    gsl_multimin_function function = {.f = unlikely, .n = at->size, .params = s};
    gsl_vector_set_zero(at);
    gsl_vector_set_all(step, 0.2);
    gsl_multimin_fminimizer_set(minimizer, &function, at, step);
    for (int i = 0; i < MOST_STEPS; i++) {
        if (gsl_multimin_fminimizer_iterate(minimizer) != GSL_SUCCESS ||
            gsl_multimin_test_size(gsl_multimin_fminimizer_size(minimizer), 2e-2) == GSL_SUCCESS) {
            break;
        }
    }
    gsl_vector_memcpy(at, gsl_multimin_fminimizer_x(minimizer));
}

xh_status xh_fit_noise(xh_fit_state *state, bool reads, bool last, xh_error *error) {
    const size_t count = reads ? 2 : 1;
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    gsl_multimin_fminimizer *minimizer =
        gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, count);
    gsl_vector *at = gsl_vector_alloc(count);
    gsl_vector *step = gsl_vector_alloc(count);
    search s = {.state = state,
                .start = {fmax(xh_fit_get(&state->params, cycle_noise), 1e-4),
                          state->read_deviation > 0 ? state->read_deviation : 4 * state->least}};
    xh_status status = XH_OK;
    if (!minimizer || !at || !step) {
        status = xh_error_set(error, XH_MEMORY, "no memory for a fit");
    } else {
        descend(&s, minimizer, at, step);
        state->likelihood = -unlikely(at, &s); /* the course is that of the best noise again */
        status = last ? find_errors(&s, at, error) : XH_OK;
    }
    gsl_multimin_fminimizer_free(minimizer);
    gsl_vector_free(at);
    gsl_vector_free(step);
    gsl_set_error_handler(handler);
    return status;
}
