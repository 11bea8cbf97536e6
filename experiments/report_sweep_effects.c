/* What the settings of a sweep do: shares of the variance, and differences to the first value of each
 * axis, in pairs of runs with the same seed. */
#include "report_sweep.h"

#include "crosshebb/array.h"

#include <math.h>
#include <string.h>

enum { MOST_LEVELS = 24, QUARTERS = 4, TEXT = 512 };

/* Whether an axis has so many levels that its values are taken together in quarters. */
static bool in_quarters(const xh_summary_axis *axis) {
    return axis->numeric && axis->level_count >= QUARTERS &&
           (!axis->crossed || axis->level_count > MOST_LEVELS);
}

/* Whether points can differ in this axis alone. */
static bool has_partners(const xh_summary_axis *axis) {
    return axis->crossed && axis->level_count >= 2 && axis->level_count <= MOST_LEVELS;
}

static bool is_factor(const xh_summary_axis *axis) {
    return in_quarters(axis) || has_partners(axis);
}

/* The axes that have effects, the first ones if there are too many; their number. */
static size_t find_factors(const xh_report_sweep *sweep, size_t factors[XH_STATISTICS_FACTORS]) {
    size_t count = 0;
    for (size_t a = 0; a < sweep->axis_count && count < XH_STATISTICS_FACTORS; a++) {
        if (is_factor(&sweep->axes[a])) {
            factors[count++] = a;
        }
    }
    return count;
}

bool xh_report_sweep_has_effects(const void *context) {
    const xh_report_sweep *sweep = context;
    size_t factors[XH_STATISTICS_FACTORS];
    return sweep->present[XH_SUMMARY_test_accuracy] && find_factors(sweep, factors) > 0;
}

static int level_of(const xh_summary_axis *axis, size_t point) {
    const size_t level = (size_t)axis->level[point];
    return (int)(in_quarters(axis) ? QUARTERS * level / axis->level_count : level);
}

/* What the effects are estimated from: all runs, or where levels are quarters the means of the points,
 * since runs of a point are then no replicates of its level. */
typedef struct sample {
    size_t count;
    size_t factors;
    size_t axis[XH_STATISTICS_FACTORS];
    bool means;
    bool interactions;
    int *levels;    /* [factors][count] */
    double *values; /* [count] */
} sample;

static xh_status create_sample(const xh_report_sweep *sweep, sample *from, xh_error *error) {
    *from = (sample){.interactions = true};
    from->factors = find_factors(sweep, from->axis);
    for (size_t f = 0; f < from->factors; f++) {
        from->means = from->means || in_quarters(&sweep->axes[from->axis[f]]);
    }
    const size_t runs = from->means ? 1 : sweep->seeds; /* of a point */
    from->count = sweep->points * runs;
    from->levels = xh_array_create(from->factors * from->count, sizeof(*from->levels));
    from->values = xh_array_create(from->count, sizeof(*from->values));
    if (!from->levels || !from->values) {
        return xh_error_set(error, XH_MEMORY, "no memory for effects on %zu runs", from->count);
    }
    for (size_t k = 0; k < from->factors * from->count; k++) {
        const xh_summary_axis *axis = &sweep->axes[from->axis[k / from->count]];
        from->levels[k] = level_of(axis, k % from->count / runs);
    }
    return XH_OK;
}

static void free_sample(sample *from) {
    xh_array_free(from->levels);
    xh_array_free(from->values);
}

/* With interactions, if the model is not too large for them. */
static xh_status analyse(const xh_report_sweep *sweep, xh_summary_figure figure, sample *from,
                         xh_statistics_effects *effects, xh_error *error) {
    for (size_t i = 0; i < from->count; i++) {
        from->values[i] = from->means ? sweep->summaries[figure][i].mean : sweep->values[figure][i];
    }
    xh_error reason = {0};
    xh_status status = XH_INPUT;
    if (from->interactions) {
        status = xh_statistics_analyse(from->count, from->values, from->factors, from->levels, true,
                                       effects, &reason);
    }
    if (status == XH_MEMORY) {
        return xh_error_set(error, status, "%s", reason.text);
    }
    from->interactions = status == XH_OK;
    return status == XH_OK ? XH_OK
                           : xh_statistics_analyse(from->count, from->values, from->factors,
                                                   from->levels, false, effects, error);
}

static void write_effect(xh_report_page *page, const xh_statistics_effect *effect) {
    if (effect->freedom == 0) {
        xh_report_cell_probability(page, NAN);
        xh_report_cell_number(page, 0);
        xh_report_cell_probability(page, NAN);
        return;
    }
    xh_report_cell_percent(page, effect->share);
    xh_report_cell_number(page, (double)effect->freedom);
    xh_report_cell_probability(page, effect->p);
}

static void write_term(xh_report_page *page, const xh_report_sweep *sweep, const size_t *factors,
                       const xh_statistics_effects *effects, size_t figures, size_t term) {
    char name[TEXT];
    const xh_statistics_effect *its = &effects[0].terms[term];
    const xh_summary_axis *first = &sweep->axes[factors[its->first]];
    const xh_summary_axis *second = &sweep->axes[factors[its->second]];
    if (first == second) {
        snprintf(name, sizeof(name), "%s%s", first->key, in_quarters(first) ? ", in quarters" : "");
    } else {
        snprintf(name, sizeof(name), "%s × %s", first->key, second->key);
    }
    xh_report_row_open(page);
    xh_report_cell_head(page, name);
    for (size_t f = 0; f < figures; f++) {
        write_effect(page, &effects[f].terms[term]);
    }
    xh_report_row_close(page);
}

static void write_residual(xh_report_page *page, const xh_statistics_effects *effects,
                           size_t figures) {
    xh_report_row_open(page);
    xh_report_cell_head(page, "what is left");
    for (size_t f = 0; f < figures; f++) {
        const double total = effects[f].total_squares;
        xh_report_cell_percent(page, total > 0 ? effects[f].residual_squares / total : 0);
        xh_report_cell_number(page, (double)effects[f].residual_freedom);
        xh_report_cell(page, "");
    }
    xh_report_row_close(page);
}

static void write_effects(xh_report_page *page, const xh_report_sweep *sweep, const size_t *factors,
                          const xh_statistics_effects *effects, size_t figures) {
    static const xh_report_column columns[] = {
        {"effect of", false},    {"accuracy: share", true}, {"freedom", true}, {"p", true},
        {"energy: share", true}, {"freedom", true},         {"p", true},
    };
    xh_report_table_open(page, "Effects", columns, 1 + 3 * figures);
    for (size_t t = 0; t < effects[0].term_count; t++) {
        write_term(page, sweep, factors, effects, figures, t);
    }
    write_residual(page, effects, figures);
    xh_report_table_close(page);
}

static void write_method(xh_report_page *page, const sample *from) {
    xh_report_paragraph(
        page,
        "Share of the sum of squares over %s that each setting explains (type III, least "
        "squares)%s, "
        "with its degrees of freedom and the probability p of as large an effect by chance (F "
        "test). "
        "What is left is %s.",
        from->means ? "the points' means" : "all runs",
        from->interactions ? ", and what two of them do together beyond what each does (×)" : "",
        from->means ? "within the quarters of the values that are taken together, and between seeds"
                    : "between seeds, and of more settings together");
}

xh_status xh_report_sweep_effects(xh_report_page *page, const void *context, xh_error *error) {
    static xh_statistics_effects effects[2];
    const xh_report_sweep *sweep = context;
    const size_t figures = sweep->present[XH_SUMMARY_energy_total_J] ? 2 : 1;
    sample from;
    xh_status status = create_sample(sweep, &from, error);
    if (status == XH_OK) {
        status = analyse(sweep, XH_SUMMARY_test_accuracy, &from, &effects[0], error);
    }
    if (status == XH_OK && figures == 2) {
        status = analyse(sweep, XH_SUMMARY_energy_total_J, &from, &effects[1], error);
    }
    if (status == XH_OK) {
        write_method(page, &from);
        write_effects(page, sweep, from.axis, effects, figures);
    }
    free_sample(&from);
    return status;
}

bool xh_report_sweep_has_differences(const void *context) {
    const xh_report_sweep *sweep = context;
    for (size_t a = 0; a < sweep->axis_count; a++) {
        if (has_partners(&sweep->axes[a])) {
            return sweep->seeds > 1 && sweep->present[XH_SUMMARY_test_accuracy];
        }
    }
    return false;
}

static xh_status write_difference(xh_report_page *page, const xh_report_sweep *sweep, size_t axis,
                                  size_t level, size_t figures, xh_error *error) {
    static const xh_summary_figure shown[] = {XH_SUMMARY_test_accuracy, XH_SUMMARY_energy_total_J};
    xh_statistics_paired paired[2];
    size_t pairs = 0;
    for (size_t f = 0; f < figures; f++) {
        const xh_status status =
            xh_summary_compare(sweep, shown[f], axis, level, &paired[f], &pairs, error);
        if (status != XH_OK) {
            return status;
        }
    }
    if (pairs == 0) {
        return XH_OK; /* no two points differ in this alone */
    }
    const xh_summary_axis *its = &sweep->axes[axis];
    xh_report_row_open(page);
    xh_report_cell_head(page, its->key);
    xh_report_cell(page, its->names.names[level]);
    xh_report_cell(page, its->names.names[0]);
    xh_report_cell_number(page, (double)pairs);
    for (size_t f = 0; f < figures; f++) {
        const xh_statistics_summary *difference = &paired[f].difference;
        xh_report_cell_interval(page, difference->mean, difference->half_width,
                                f == 0 ? "points" : "J");
        xh_report_cell_probability(page, paired[f].p);
    }
    xh_report_row_close(page);
    return XH_OK;
}

xh_status xh_report_sweep_differences(xh_report_page *page, const void *context, xh_error *error) {
    static const xh_report_column columns[] = {
        {"setting", false}, {"at", false}, {"against", false}, {"pairs of points", true},
        {"accuracy", true}, {"p", true},   {"energy", true},   {"p", true},
    };
    const xh_report_sweep *sweep = context;
    const size_t figures = sweep->present[XH_SUMMARY_energy_total_J] ? 2 : 1;
    xh_status status = XH_OK;
    xh_report_paragraph(
        page,
        "Each value of a setting against the first one, over all pairs of points that differ in "
        "nothing else: mean difference and 95 %% interval over the seeds, which both points of "
        "a pair share (Student's t; p of no difference, not corrected for their number).");
    xh_report_table_open(page, "Paired differences", columns, 4 + 2 * figures);
    for (size_t a = 0; a < sweep->axis_count; a++) {
        const xh_summary_axis *axis = &sweep->axes[a];
        for (size_t l = 1; status == XH_OK && has_partners(axis) && l < axis->level_count; l++) {
            status = write_difference(page, sweep, a, l, figures, error);
        }
    }
    xh_report_table_close(page);
    return status;
}
