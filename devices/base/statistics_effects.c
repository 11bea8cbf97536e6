/*
 * Main effects and interactions by least squares. All that the fits need of the observations is the
 * matrix X'X of the design and the vector X'y, y centred; a fit without a term leaves its rows and
 * columns out. Columns that depend on others are found by the pivots of a Cholesky decomposition.
 */
#include "crosshebb/array.h"
#include "crosshebb/statistics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

/* Pivots and sums of squares below this share of the largest are rounding. */
static const double rounding = 1e-10;

/* The columns of a term: first .. first + count - 1 of the design. */
typedef struct span {
    size_t first;
    size_t count;
} span;

typedef struct design {
    size_t factors;
    size_t observations; /* rows of levels */
    const int *levels;   /* [factors][observations] */
    size_t level_count[XH_STATISTICS_FACTORS];
    size_t terms;
    span columns[XH_STATISTICS_TERMS];
    size_t width;     /* columns in all, the constant first */
    double *row;      /* [width], of one observation */
    double *products; /* X'X, [width][width] */
    double *moments;  /* X'y, [width] */
    double *scratch;  /* [width][width] */
    double *solution; /* [width] */
    size_t *order;    /* [width], of the pivots */
} design;

typedef struct fit {
    double squares; /* that the columns explain */
    size_t rank;
} fit;

static xh_status check_levels(size_t count, size_t factors, const int *levels, xh_error *error) {
    if (factors < 1 || factors > XH_STATISTICS_FACTORS) {
        return xh_error_set(error, XH_INPUT, "%zu factors are outside [1, %d]", factors,
                            XH_STATISTICS_FACTORS);
    }
    for (size_t i = 0; i < factors * count; i++) {
        if (levels[i] < 0 || levels[i] >= XH_STATISTICS_COEFFICIENTS) {
            return xh_error_set(error, XH_INPUT, "level %d of factor %zu is outside [0, %d)",
                                levels[i], i / count, XH_STATISTICS_COEFFICIENTS);
        }
    }
    return XH_OK;
}

/* A main effect has a column less than the factor has levels, an interaction one for each pair of
 * its factors' columns. */
static void add_term(design *model, xh_statistics_effects *effects, size_t first, size_t second) {
    const size_t a = model->level_count[first] - 1, b = model->level_count[second] - 1;
    const size_t count = first == second ? a : a * b;
    effects->terms[model->terms] = (xh_statistics_effect){.first = first, .second = second};
    model->columns[model->terms] = (span){model->width, count};
    model->terms++;
    model->width += count;
}

static void list_terms(design *model, bool interactions, xh_statistics_effects *effects) {
    for (size_t f = 0; f < model->factors; f++) {
        int largest = 0;
        for (size_t i = 0; i < model->observations; i++) {
            const int level = model->levels[f * model->observations + i];
            largest = level > largest ? level : largest;
        }
        model->level_count[f] = (size_t)largest + 1;
    }
    model->width = 1;
    for (size_t f = 0; f < model->factors; f++) {
        add_term(model, effects, f, f);
    }
    for (size_t f = 0; interactions && f < model->factors; f++) {
        for (size_t g = f + 1; g < model->factors; g++) {
            add_term(model, effects, f, g);
        }
    }
    effects->term_count = model->terms;
}

/* Contrast number k of a level: 1 at level k, -1 at the last, else 0. */
static double contrast(size_t levels, int level, size_t k) {
    return (size_t)level == k ? 1 : (size_t)level == levels - 1 ? -1 : 0;
}

/* One observation: a column is the product of two contrasts, of which the second is 1 in main
 * effects. */
static void fill_row(const design *model, const xh_statistics_effects *effects, size_t i) {
    double *next = model->row;
    *next++ = 1;
    for (size_t t = 0; t < model->terms; t++) {
        const size_t f = effects->terms[t].first, g = effects->terms[t].second;
        const size_t a = model->level_count[f], b = f == g ? 2 : model->level_count[g];
        const int level = model->levels[f * model->observations + i];
        const int other = f == g ? 0 : model->levels[g * model->observations + i];
        for (size_t k = 0; k + 1 < a; k++) {
            for (size_t l = 0; l + 1 < b; l++) {
                *next++ = contrast(a, level, k) * contrast(b, other, l);
            }
        }
    }
}

/* Adds one observation to X'X and X'y. */
static void add_row(design *model, double value) {
    for (size_t r = 0; r < model->width; r++) {
        const double x = model->row[r];
        if (x == 0) {
            continue;
        }
        model->moments[r] += x * value;
        for (size_t c = 0; c < model->width; c++) {
            model->products[r * model->width + c] += x * model->row[c];
        }
    }
}

/* The design without one term's columns, into scratch and solution; returns its width. */
static size_t leave_out(design *model, span out) {
    size_t width = 0;
    for (size_t r = 0; r < model->width; r++) {
        if (r >= out.first && r < out.first + out.count) {
            continue;
        }
        const double *from = model->products + r * model->width;
        double *to = model->scratch + width * (model->width - out.count);
        memcpy(to, from, out.first * sizeof(*to));
        memcpy(to + out.first, from + out.first + out.count,
               (model->width - out.first - out.count) * sizeof(*to));
        model->solution[width++] = model->moments[r];
    }
    return width;
}

/* Sum of squares that the columns explain but for those left out: b' (X'X)^-1 b over as many columns
 * as are independent, from P X'X P' = L D L'. */
static fit explain(design *model, span out) {
    const size_t width = leave_out(model, out);
    gsl_matrix_view matrix = gsl_matrix_view_array(model->scratch, width, width);
    gsl_permutation order = {width, model->order};
    double largest = 0;
    for (size_t r = 0; r < width; r++) {
        largest = fmax(largest, model->scratch[r * width + r]);
    }
    gsl_linalg_pcholesky_decomp(&matrix.matrix, &order);
    fit found = {0, 0};
    double *z = model->row;
    for (size_t r = 0; r < width; r++) {
        const double *lower = model->scratch + r * width;
        if (!(lower[r] > rounding * largest)) {
            break;
        }
        z[r] = model->solution[order.data[r]];
        for (size_t c = 0; c < r; c++) {
            z[r] -= lower[c] * z[c];
        }
        found.squares += z[r] * z[r] / lower[r];
        found.rank++;
    }
    return found;
}

static xh_status create(design *model, xh_error *error) {
    const size_t width = model->width;
    if (width > XH_STATISTICS_COEFFICIENTS) {
        return xh_error_set(error, XH_INPUT, "%zu coefficients of effects are more than %d", width,
                            XH_STATISTICS_COEFFICIENTS);
    }
    model->row = xh_array_create(width, sizeof(double));
    model->products = xh_array_create(width * width, sizeof(double));
    model->moments = xh_array_create(width, sizeof(double));
    model->scratch = xh_array_create(width * width, sizeof(double));
    model->solution = xh_array_create(width, sizeof(double));
    model->order = xh_array_create(width, sizeof(size_t));
    return model->row && model->products && model->moments && model->scratch && model->solution &&
                   model->order
               ? XH_OK
               : xh_error_set(error, XH_MEMORY, "no memory for %zu coefficients of effects", width);
}

static void release(design *model) {
    xh_array_free(model->row);
    xh_array_free(model->products);
    xh_array_free(model->moments);
    xh_array_free(model->scratch);
    xh_array_free(model->solution);
    xh_array_free(model->order);
}

/* Sums over the observations, their values about the mean. */
static void gather(design *model, const double *values, xh_statistics_effects *effects) {
    const xh_statistics_summary summary = xh_statistics_summarise(model->observations, values);
    effects->count = summary.count;
    effects->excluded = summary.excluded;
    for (size_t i = 0; i < model->observations; i++) {
        if (isfinite(values[i])) {
            const double value = values[i] - summary.mean;
            fill_row(model, effects, i);
            add_row(model, value);
            effects->total_squares += value * value;
        }
    }
}

/* Differences of sums that are rounding are 0. */
static double cleaned(double squares, double total) {
    return squares > rounding * total ? squares : 0;
}

static void test_term(design *model, fit full, span columns, const xh_statistics_effects *effects,
                      xh_statistics_effect *term) {
    const fit without = explain(model, columns);
    const double residual = effects->residual_squares, freedom = (double)effects->residual_freedom;
    term->freedom = full.rank > without.rank ? full.rank - without.rank : 0;
    term->squares = cleaned(full.squares - without.squares, effects->total_squares);
    term->share = term->squares / effects->total_squares;
    term->f = term->p = NAN;
    if (term->freedom > 0 && effects->residual_freedom > 0 && (term->squares > 0 || residual > 0)) {
        const double own = (double)term->freedom;
        term->f = residual > 0 ? term->squares / own / (residual / freedom) : INFINITY;
        term->p = residual > 0 ? gsl_cdf_fdist_Q(term->f, own, freedom) : 0;
    }
}

xh_status xh_statistics_analyse(size_t count, const double *values, size_t factors,
                                const int *levels, bool interactions,
                                xh_statistics_effects *effects, xh_error *error) {
    xh_statistics_effects fresh = {0};
    design model = {.factors = factors, .observations = count, .levels = levels};
    xh_status status = check_levels(count, factors, levels, error);
    if (status == XH_OK) {
        list_terms(&model, interactions, &fresh);
        status = create(&model, error);
    }
    if (status == XH_OK) {
        gather(&model, values, &fresh);
        const fit full = explain(&model, (span){0, 0});
        fresh.residual_freedom = fresh.count - full.rank;
        fresh.residual_squares = cleaned(fresh.total_squares - full.squares, fresh.total_squares);
        for (size_t t = 0; t < fresh.term_count; t++) {
            test_term(&model, full, model.columns[t], &fresh, &fresh.terms[t]);
        }
        *effects = fresh;
    }
    release(&model);
    return status;
}
