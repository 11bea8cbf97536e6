/* One device: what its reads show at a glance, and its coordinates by least squares. */
#include "fit_internal.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <gsl/gsl_sort.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 100 };

/* States and steps of cells are floats: differences are taken over a thousandth. */
static const double difference = 1e-3;

/* Ranges, or powers of e, from the start: no search goes further. */
static const double farthest = 3;

static const xh_measured_train *next_train(const xh_measured *measured, size_t device,
                                           size_t *train) {
    while (*train < measured->trains) {
        const xh_measured_train *found = &measured->train[(*train)++];
        if (found->device == device) {
            return found;
        }
    }
    return NULL;
}

/* Sums of steps in one direction. */
typedef struct sums {
    double n, g, d, gg, gd, dd;
    double middle, middle_d; /* of those that begin in the middle half of the range */
} sums;

static void add_steps(const xh_measured *measured, const xh_measured_train *train, double low,
                      double high, sums way[2]) {
    for (size_t i = train->first + 1; i < train->first + train->count; i++) {
        const xh_measured_row *row = &measured->row[i];
        const double g = row[-1].conductance;
        const double d = (row->conductance - g) / (double)row->pulses;
        sums *s = &way[row->direction < 0];
        if (row->pulses > 0) {
            s->n++;
            s->g += g;
            s->d += d;
            s->gg += g * g;
            s->gd += g * d;
            s->dd += d * d;
        }
        if (row->pulses > 0 && fabs(2 * g - low - high) < (high - low) / 2) {
            s->middle++;
            s->middle_d += d;
        }
    }
}

/* Means of the lowest and highest thirtieth of the reads. */
static void look_at_ends(const xh_measured *measured, size_t device, xh_fit_sight *sight) {
    enum { MOST = 4096 }; /* reads, evenly chosen, tell as much as all */
    double reads[MOST];
    size_t all = 0, count = 0, seen = 0;
    const xh_measured_train *train;
    for (size_t t = 0; (train = next_train(measured, device, &t));) {
        all += train->count;
    }
    const size_t stride = all / MOST + 1;
    for (size_t t = 0; (train = next_train(measured, device, &t));) {
        for (size_t i = 0; i < train->count; i++) {
            if (seen++ % stride == 0 && count < MOST) {
                reads[count++] = measured->row[train->first + i].conductance;
            }
        }
    }
    gsl_sort(reads, 1, count);
    const size_t few = count / 30 + 1;
    for (size_t i = 0; i < few && i < count; i++) {
        sight->low += reads[i] / (double)few;
        sight->high += reads[count - 1 - i] / (double)few;
    }
}

xh_fit_sight xh_fit_look(const xh_measured *measured, size_t device) {
    xh_fit_sight sight = {0};
    sums way[2] = {{.n = 0}, {.n = 0}};
    const xh_measured_train *train;
    look_at_ends(measured, device, &sight);
    for (size_t t = 0; (train = next_train(measured, device, &t));) {
        add_steps(measured, train, sight.low, sight.high, way);
    }
    for (int w = 0; w < 2; w++) {
        const sums *s = &way[w];
        const double n = fmax(s->n, 1);
        const double spread = s->gg - s->g * s->g / n;
        const double slope = spread > 0 ? (s->gd - s->g * s->d / n) / spread : 0;
        const double rest = s->dd - s->d * s->d / n - slope * slope * spread;
        const double middle = s->middle >= 5 ? s->middle_d / s->middle : 0;
        sight.mean[w] = (w ? -middle : middle) > 0 ? middle : s->d / n;
        sight.slope[w] = slope;
        sight.level[w] = (s->d - slope * s->g) / n;
        sight.scatter[w] = sqrt(fmax(rest, 0) / fmax(n - 2, 1));
    }
    return sight;
}

static xh_status check_pulses(const xh_measured *measured, size_t device, const long pulses[2],
                              bool depresses, xh_error *error) {
    static const char *const ways[] = {"up", "down"};
    for (int w = 0; w < (depresses ? 2 : 1); w++) {
        if (pulses[w] < XH_FIT_PULSES_MIN) {
            return xh_error_set(error, XH_INPUT,
                                "%s: device %s has %ld reads after %s pulses: there must be at "
                                "least %d to fit its steps",
                                measured->name, measured->device[device], pulses[w], ways[w],
                                XH_FIT_PULSES_MIN);
        }
    }
    return XH_OK;
}

xh_status xh_fit_check_data(const xh_measured *measured, const xh_device_model *model,
                            xh_error *error) {
    const bool depresses = (model->traits & XH_DEVICE_DEPRESSES) != 0;
    xh_status status = XH_OK;
    for (size_t d = 0; d < measured->devices && status == XH_OK; d++) {
        long pulses[2] = {0, 0};
        const xh_measured_train *train;
        for (size_t t = 0; (train = next_train(measured, d, &t)) && status == XH_OK;) {
            for (size_t i = train->first + 1; i < train->first + train->count; i++) {
                const xh_measured_row *row = &measured->row[i];
                pulses[row->direction < 0] += row->pulses > 0;
                if (row->direction < 0 && !depresses) {
                    return xh_error_set(error, XH_INPUT,
                                        "%s:%zu: direction = down, but %s takes no down pulses",
                                        measured->name, row->line, model->name);
                }
            }
        }
        status = check_pulses(measured, d, pulses, depresses, error);
    }
    return status;
}

/* What GSL's least squares are given. */
typedef struct problem {
    xh_fit_state *state;
    size_t device;
    bool last; /* pass: else what the data do not tell may yet be told */
    xh_fit_params params;
} problem;

/* What a coordinate moves by as what is searched moves by one. */
static double unit_of(const xh_fit_state *state, size_t device, size_t k, double value) {
    const xh_fit_kind kind = state->recipe->coordinate[k].kind;
    return kind == XH_FIT_BOUND ? state->range[device] : kind == XH_FIT_STEP ? value : 1;
}

/* Coordinates from what is searched, which begins at 1. */
static void from_search(const xh_fit_state *state, size_t device, const gsl_vector *search,
                        double *coordinate) {
    const xh_fit_recipe *recipe = state->recipe;
    const double *start = state->start + device * recipe->count;
    for (size_t k = 0; k < recipe->count; k++) {
        const xh_fit_kind kind = recipe->coordinate[k].kind;
        const double away = fmin(fmax(gsl_vector_get(search, k) - 1, -farthest), farthest);
        const double moved = start[k] + away * unit_of(state, device, k, start[k]);
        coordinate[k] = kind == XH_FIT_STEP     ? start[k] * exp(away)
                        : kind == XH_FIT_SIGNED ? moved
                                                : fabs(moved); /* mirrored: none is negative */
    }
}

/* Innovations of all trains of the device over their deviations. */
static int evaluate(const gsl_vector *search, void *data, gsl_vector *out) {
    problem *p = data;
    const xh_fit_state *state = p->state;
    xh_fit_course course = state->course;
    double coordinate[XH_FIT_COORDINATES];
    from_search(state, p->device, search, coordinate);
    state->recipe->place(coordinate, state->middle, &p->params);
    size_t at = 0;
    const xh_measured_train *train;
    for (size_t t = 0; (train = next_train(state->measured, p->device, &t));) {
        xh_fit_follow(state->follower, &p->params, state->measured, train, state->read_deviation,
                      state->least, true, &course);
        for (size_t i = train->first + 1; i < train->first + train->count; i++) {
            gsl_vector_set(out, at++, course.innovation[i] / course.deviation[i]);
        }
    }
    return GSL_SUCCESS;
}

/* Differences over what lies ahead, and in the last pass behind as well. */
static int differentiate(const gsl_vector *search, void *data, gsl_matrix *jacobian) {
    const problem *p = data;
    const size_t rows = jacobian->size1;
    double coordinate[XH_FIT_COORDINATES];
    from_search(p->state, p->device, search, coordinate);
    gsl_vector *moved = gsl_vector_alloc(search->size);
    gsl_vector *here = gsl_vector_alloc(rows);
    gsl_vector *behind = gsl_vector_alloc(rows);
    const bool room = moved && here && behind;
    if (room) {
        evaluate(search, data, here);
    }
    for (size_t k = 0; k < search->size && room; k++) {
        const xh_fit_kind kind = p->state->recipe->coordinate[k].kind;
        const bool mirror = (kind == XH_FIT_BOUND || kind == XH_FIT_SHARE) &&
                            coordinate[k] < difference * unit_of(p->state, p->device, k, 0);
        const double back = p->last && !mirror ? difference : 0; /* none over the mirror at zero */
        gsl_vector_view column = gsl_matrix_column(jacobian, k);
        gsl_vector_memcpy(moved, search);
        gsl_vector_set(moved, k, gsl_vector_get(search, k) + difference);
        evaluate(moved, data, &column.vector);
        if (back > 0) {
            gsl_vector_set(moved, k, gsl_vector_get(search, k) - back);
            evaluate(moved, data, behind);
        }
        gsl_vector_sub(&column.vector, back > 0 ? behind : here);
        gsl_vector_scale(&column.vector, 1 / (difference + back));
    }
    gsl_vector_free(moved);
    gsl_vector_free(here);
    gsl_vector_free(behind);
    return room ? GSL_SUCCESS : GSL_ENOMEM;
}

/* Covariance of coordinates from that of what is searched. */
static void take_covariance(xh_fit_state *state, size_t device, const gsl_matrix *jacobian,
                            gsl_matrix *covariance) {
    const xh_fit_recipe *recipe = state->recipe;
    const size_t n = recipe->count;
    double unit[XH_FIT_COORDINATES];
    double *out = state->covariance + device * n * n;
    for (size_t k = 0; k < n; k++) {
        unit[k] = unit_of(state, device, k, state->coordinate[device * n + k]);
    }
    gsl_multifit_nlinear_covar(jacobian, 0.0, covariance);
    for (size_t k = 0; k < n; k++) {
        for (size_t l = 0; l < n; l++) {
            out[k * n + l] = unit[k] * unit[l] * gsl_matrix_get(covariance, k, l);
        }
    }
}

/* XH_INPUT if a coordinate changes no row. */
static xh_status check_columns(const xh_fit_state *state, size_t device, const gsl_matrix *jacobian,
                               xh_error *error) {
    const xh_fit_recipe *recipe = state->recipe;
    for (size_t k = 0; k < recipe->count; k++) {
        gsl_vector_const_view column = gsl_matrix_const_column(jacobian, k);
        if (!(gsl_blas_dnrm2(&column.vector) > 1e-6)) {
            return xh_error_set(
                error, XH_INPUT, "%s: device %s: no read tells its %s%s", state->measured->name,
                state->measured->device[device], recipe->coordinate[k].name,
                recipe->coordinate[k].kind == XH_FIT_BOUND ? ": the pulses do not reach that bound"
                                                           : "");
        }
    }
    return XH_OK;
}

/* Where a search begins: at the device's latest coordinates; or, with outwards, afresh and with bounds
 * that are further out than the latest by that share of the range, unless they are hard: no read
 * tells where these are once they are out of reach. */
static void begin_search(const xh_fit_state *state, size_t device, double outwards,
                         gsl_vector *search) {
    const xh_fit_recipe *recipe = state->recipe;
    const double *start = state->start + device * recipe->count;
    const double *latest = state->coordinate + device * recipe->count;
    for (size_t k = 0; k < recipe->count; k++) {
        const xh_fit_kind kind = recipe->coordinate[k].kind;
        const double moved = kind == XH_FIT_BOUND ? (k == 0 ? -outwards : outwards) : 0;
        const double away = kind == XH_FIT_STEP
                                ? log(latest[k] / start[k])
                                : (latest[k] - start[k]) / unit_of(state, device, k, 0);
        const bool afresh = outwards > 0 && (kind != XH_FIT_BOUND || recipe->hard);
        gsl_vector_set(search, k, afresh ? 1 : 1 + away + moved);
    }
}

/* A search; false if it does not settle. */
static bool descend(problem *p, gsl_multifit_nlinear_workspace *work, const gsl_vector *search) {
    gsl_multifit_nlinear_fdf system = {.f = evaluate,
                                       .df = differentiate,
                                       .n = p->state->steps[p->device],
                                       .p = search->size,
                                       .params = p};
    int info = 0;
    gsl_multifit_nlinear_init(search, &system, work);
    const int result = gsl_multifit_nlinear_driver(MOST_STEPS, p->last ? 1e-5 : 1e-4, 1e-8, 0, NULL,
                                                   NULL, &info, work);
    return result == GSL_SUCCESS || result == GSL_ENOPROG || info == GSL_ENOPROG; /* as near as
                                                                                     floats go */
}

/* Follows the device's trains with its latest coordinates, gains and deviations with them; the
 * logarithm of the likelihood. */
static double follow_device(problem *p) {
    xh_fit_state *state = p->state;
    double sum = 0;
    state->recipe->place(state->coordinate + p->device * state->recipe->count, state->middle,
                         &p->params);
    const xh_measured_train *train;
    for (size_t t = 0; (train = next_train(state->measured, p->device, &t));) {
        xh_fit_follow(state->follower, &p->params, state->measured, train, state->read_deviation,
                      state->least, false, &state->course);
        for (size_t i = train->first + 1; i < train->first + train->count; i++) {
            const double share = state->course.innovation[i] / state->course.deviation[i];
            sum -= share * share / 2 + log(state->course.deviation[i]);
        }
    }
    return sum;
}

/* A bound that lies within the reads cuts steps short there, which makes their deviations small and
 * holds it in its place. So the search begins from wider bounds too, with the deviations of those;
 * the likelier end is kept. */
static void try_wider(problem *p, gsl_multifit_nlinear_workspace *work, gsl_vector *search) {
    xh_fit_state *state = p->state;
    const size_t n = state->recipe->count;
    double *coordinate = state->coordinate + p->device * n, kept[XH_FIT_COORDINATES];
    const double likelihood = follow_device(p);
    memcpy(kept, coordinate, n * sizeof *kept);
    for (int i = 0; i < 3; i++) {
        begin_search(state, p->device, i == 0 ? state->outwards : 0, search);
        from_search(state, p->device, search, coordinate);
        follow_device(p);
        descend(p, work, search);
        from_search(state, p->device, work->x, coordinate);
    }
    if (!(follow_device(p) > likelihood)) {
        memcpy(coordinate, kept, n * sizeof *kept);
        follow_device(p);
    }
}

static xh_status solve(problem *p, gsl_multifit_nlinear_workspace *work, gsl_matrix *covariance,
                       xh_error *error) {
    xh_fit_state *state = p->state;
    gsl_vector *search = gsl_vector_alloc(state->recipe->count);
    if (!search) {
        return xh_error_set(error, XH_MEMORY, "no memory for a fit");
    }
    if (state->outwards > 0) {
        try_wider(p, work, search);
    }
    begin_search(state, p->device, 0, search);
    const bool settled = descend(p, work, search);
    gsl_vector_free(search);
    from_search(state, p->device, work->x, state->coordinate + p->device * state->recipe->count);
    if (p->last && !settled) {
        return xh_error_set(error, XH_INPUT,
                            "%s: device %s: the fit of %s does not settle within %d steps",
                            state->measured->name, state->measured->device[p->device],
                            state->model->name, MOST_STEPS);
    }
    const xh_status status = p->last ? check_columns(state, p->device, work->J, error) : XH_OK;
    if (status == XH_OK) {
        take_covariance(state, p->device, work->J, covariance);
    }
    return status;
}

xh_status xh_fit_device(xh_fit_state *state, size_t device, bool last, xh_error *error) {
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    gsl_multifit_nlinear_parameters how = gsl_multifit_nlinear_default_parameters();
    gsl_multifit_nlinear_workspace *work = gsl_multifit_nlinear_alloc(
        gsl_multifit_nlinear_trust, &how, state->steps[device], state->recipe->count);
    gsl_matrix *covariance = gsl_matrix_alloc(state->recipe->count, state->recipe->count);
    problem p = {.state = state, .device = device, .last = last, .params = state->params};
    xh_status status = XH_OK;
    if (!work || !covariance) {
        status = xh_error_set(error, XH_MEMORY, "no memory for a fit of %zu steps",
                              state->steps[device]);
    } else {
        status = solve(&p, work, covariance, error);
    }
    gsl_multifit_nlinear_free(work);
    gsl_matrix_free(covariance);
    gsl_set_error_handler(handler);
    return status;
}
