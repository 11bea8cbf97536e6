/*
 * Whether data tell the parameters of a model, and whether the model explains the data.
 *
 * Lack of fit: innovations fall into bins of direction and conductance. The mean m of n of them is
 * judged by their own scatter s within the bin, which is noise whatever the model:
 *
 *     t = sqrt(n) m / s,  chi squared = sum z(t)^2  over B bins, of B - p degrees of freedom
 *
 * with p coordinates, where z is the normal number as probable as Student's t of n - 1. A fit is
 * refused if noise alone made such a sum in less than one of a thousand cases and the difference is
 * beyond a tenth of the mean step: with enough pulses every model is found wrong, and one that is
 * nearly right is of use.
 */
#include "fit_internal.h"

#include "crosshebb/array.h"

#include <gsl/gsl_cdf.h>

#include <float.h>
#include <math.h>

static const double most_chance = 1e-3;
static const double most_share = 0.1;

/* Half the width of an interval that a coordinate may have, in what its kind says. */
static const double most_uncertain[] = {
    [XH_FIT_BOUND] = 0.25, [XH_FIT_STEP] = 0.5, [XH_FIT_SHARE] = 0.5, [XH_FIT_SIGNED] = 1};

enum { CUT_MIN = 3, BIN_MIN = 5 };

/* Sums over the rows of a bin. */
typedef struct bin_sums {
    double n, conductance, step, squares, expected, beyond, beyond_squares;
} bin_sums;

static size_t bin_of(const xh_fit_state *state, size_t row, size_t device) {
    const xh_fit_recipe *recipe = state->recipe;
    const double low = state->start[device * recipe->count]; /* near the lower end */
    const double share = (state->course.before[row] - low) / state->range[device];
    const double bin = floor(share * XH_FIT_BINS);
    return bin < 0 ? 0 : bin < XH_FIT_BINS ? (size_t)bin : XH_FIT_BINS - 1;
}

static void sum_row(const xh_fit_state *state, size_t row, bin_sums *s) {
    const xh_fit_course *course = &state->course;
    const double pulses = (double)state->measured->row[row].pulses;
    const double expected = course->expected[row] - course->before[row];
    const double step = (expected + course->innovation[row]) / pulses;
    s->n++;
    s->conductance += course->before[row];
    s->step += step;
    s->squares += step * step;
    s->expected += expected / pulses;
    s->beyond += course->innovation[row] / pulses;
    s->beyond_squares += course->innovation[row] * course->innovation[row] / (pulses * pulses);
}

static void fill_bin(const bin_sums *s, xh_fit_bin *bin) {
    const double mean = s->step / s->n;
    bin->count = (size_t)s->n;
    bin->conductance = s->conductance / s->n;
    bin->mean = mean;
    bin->deviation = sqrt(fmax(s->squares / s->n - mean * mean, 0));
    bin->model = s->expected / s->n;
    bin->misfit = s->beyond / s->n;
    bin->scatter = sqrt(fmax(s->beyond_squares / s->n - bin->misfit * bin->misfit, 0));
}

/* Square of the normal number that is as improbable as Student's t. */
static double square_of(double t, double freedom) {
    const double chance = 2 * gsl_cdf_tdist_Q(t, freedom);
    return chance > DBL_MIN ? gsl_cdf_chisq_Qinv(fmin(chance, 1), 1) : t * t;
}

/* Sums over all bins. */
static void judge(const xh_fit_state *state, bin_sums (*sums)[XH_FIT_BINS], xh_fit *fit) {
    xh_fit_lack *lack = &fit->lack;
    double bins = 0, n = 0, systematic = 0, steps = 0, farthest = 0;
    for (int i = 0; i < 2 * XH_FIT_BINS; i++) {
        const int way = i / XH_FIT_BINS, b = i % XH_FIT_BINS;
        const bin_sums *s = &sums[way][b];
        if (s->n < BIN_MIN) {
            continue;
        }
        fill_bin(s, &fit->bin[way][b]);
        const double mean = s->beyond / s->n, least = state->least * state->least;
        const double scatter = fmax((s->beyond_squares - s->n * mean * mean) / (s->n - 1), least);
        bins++;
        n += s->n;
        lack->chi_squared += square_of(sqrt(s->n / scatter) * fabs(mean), s->n - 1);
        systematic += s->n * mean * mean - scatter;
        steps += fabs(s->expected);
        if (s->n * mean * mean > farthest) {
            farthest = s->n * mean * mean;
            lack->direction = way == 0 ? 1 : -1;
            lack->bin = (size_t)b;
        }
    }
    lack->freedom = fmax(bins - (double)state->recipe->count, 1);
    lack->probability = gsl_cdf_chisq_Q(lack->chi_squared, lack->freedom);
    lack->share = sqrt(fmax(systematic, 0) * fmax(n, 1)) / fmax(steps, DBL_MIN);
}

xh_status xh_fit_bins(const xh_fit_state *state, xh_fit *fit, xh_error *error) {
    const xh_measured *measured = state->measured;
    bin_sums(*sums)[XH_FIT_BINS] = xh_array_create(2, sizeof *sums);
    if (!sums) {
        return xh_error_set(error, XH_MEMORY, "no memory for the bins of a fit");
    }
    for (size_t t = 0; t < measured->trains; t++) {
        const xh_measured_train *train = &measured->train[t];
        for (size_t i = train->first + 1; i < train->first + train->count; i++) {
            const int way = measured->row[i].direction < 0;
            if (measured->row[i].pulses > 0) {
                sum_row(state, i, &sums[way][bin_of(state, i, train->device)]);
                fit->pulses[way] += (size_t)measured->row[i].pulses;
            }
        }
    }
    judge(state, sums, fit);
    xh_array_free(sums);
    return XH_OK;
}

/* Whether each coordinate is known to a share of the range, or of itself. */
static xh_status check_told(const xh_fit_state *state, xh_error *error) {
    const xh_fit_recipe *recipe = state->recipe;
    const size_t n = recipe->count, devices = state->measured->devices;
    for (size_t k = 0; k < n; k++) {
        double variance = 0, value = 0, range = 0, largest = 0;
        size_t worst = 0;
        for (size_t d = 0; d < devices; d++) {
            const double own = state->covariance[d * n * n + k * n + k];
            variance += own / (double)devices;
            value += state->coordinate[d * n + k] / (double)devices;
            range += state->range[d] / (double)devices;
            worst = own > largest ? d : worst;
            largest = fmax(own, largest);
        }
        const xh_fit_coordinate *c = &recipe->coordinate[k];
        const double half = 1.96 * sqrt(variance / (double)devices);
        const double unit = c->kind == XH_FIT_BOUND ? range : c->kind == XH_FIT_STEP ? value : 1;
        const double most = most_uncertain[c->kind] * unit;
        if (!(half <= most)) {
            return xh_error_set(
                error, XH_INPUT,
                "%s: the data do not tell %s of %s: %.3g %s is uncertain by %.3g, and %.3g is the "
                "most allowed: %s, of device %s the most",
                state->measured->name, c->name, recipe->model, value, c->unit, half, most,
                c->kind == XH_FIT_BOUND ? "the pulses end too far from that bound"
                                        : "there are too few pulses for their noise",
                state->measured->device[worst]);
        }
    }
    return XH_OK;
}

/* Whether pulses met both bounds, where these show nowhere else. */
static xh_status check_cut(const xh_fit_state *state, xh_error *error) {
    static const char *const ways[] = {"up", "down"}, *const bounds[] = {"upper", "lower"};
    const xh_measured *measured = state->measured;
    for (size_t d = 0; d < measured->devices; d++) {
        size_t cut[2] = {0, 0};
        for (size_t i = 0; i < measured->rows; i++) {
            const xh_measured_row *row = &measured->row[i];
            cut[row->direction < 0] += row->device == d && state->course.cut[i] > 0.5;
        }
        for (int way = 0; way < 2; way++) {
            if (cut[way] < CUT_MIN) {
                return xh_error_set(error, XH_INPUT,
                                    "%s: device %s: %zu %s pulses are cut short by its %s bound: "
                                    "there must be at least %d to tell it",
                                    measured->name, measured->device[d], cut[way], ways[way],
                                    bounds[way], CUT_MIN);
            }
        }
    }
    return XH_OK;
}

xh_status xh_fit_check_result(const xh_fit_state *state, const xh_fit *fit, xh_error *error) {
    xh_status status = check_told(state, error);
    if (status == XH_OK && state->recipe->hard) {
        status = check_cut(state, error);
    }
    const xh_fit_lack *lack = &fit->lack;
    if (status == XH_OK && lack->probability < most_chance && lack->share > most_share) {
        const xh_fit_bin *bin = &fit->bin[lack->direction < 0][lack->bin];
        status = xh_error_set(
            error, XH_INPUT,
            "%s: %s does not explain these data: steps differ from it by %.0f %% of the mean step "
            "(at most %.0f %%) beyond noise (chi squared %.3g of %.0f degrees of freedom, "
            "probability %.2g); %s pulses near %.3g uS "
            "step by %.3g uS, the model by %.3g uS",
            state->measured->name, state->model->name, 100 * lack->share, 100 * most_share,
            lack->chi_squared, lack->freedom, lack->probability,
            lack->direction < 0 ? "down" : "up", 1e6 * bin->conductance, 1e6 * bin->mean,
            1e6 * bin->model);
    }
    return status;
}
