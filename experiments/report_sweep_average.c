/* Averages over points of a sweep, a value a seed, so that points stay comparable in pairs of runs. */
#include "report_sweep.h"

#include "crosshebb/array.h"

#include <math.h>
#include <string.h>

static double mean_of(size_t count, const double *values, size_t stride) {
    double sum = 0;
    size_t finite = 0;
    for (size_t i = 0; i < count; i++) {
        const double value = values[i * stride];
        if (isfinite(value)) {
            sum += value;
            finite++;
        }
    }
    return finite > 0 ? sum / (double)finite : NAN;
}

void xh_summary_average(size_t count, size_t seeds, const double *rows, double *average) {
    double mean = 0;
    size_t known = 0;
    for (size_t r = 0; r < count; r++) {
        const double own = mean_of(seeds, rows + r * seeds, 1);
        mean += isfinite(own) ? own : 0;
        known += isfinite(own);
    }
    for (size_t s = 0; s < seeds; s++) {
        double distance = 0;
        size_t finite = 0;
        for (size_t r = 0; r < count; r++) {
            const double value = rows[r * seeds + s];
            if (isfinite(value)) {
                distance += value - mean_of(seeds, rows + r * seeds, 1);
                finite++;
            }
        }
        average[s] = finite > 0 ? mean / (double)known + distance / (double)finite : NAN;
    }
}

static bool chosen(const xh_report_sweep *sweep, xh_summary_choice choice, size_t point) {
    return sweep->axes[choice.axis].level[point] == (int)choice.level &&
           (choice.other == choice.axis ||
            sweep->axes[choice.other].level[point] == (int)choice.other_level);
}

/* Rows [points][seeds] and an average [seeds] behind them. */
static double *create_scratch(const xh_report_sweep *sweep, xh_error *error) {
    double *scratch = xh_array_create((sweep->points + 1) * sweep->seeds, sizeof(*scratch));
    if (!scratch) {
        xh_error_set(error, XH_MEMORY, "no memory for averages of %zu points", sweep->points);
    }
    return scratch;
}

xh_status xh_summary_over(const xh_report_sweep *sweep, xh_summary_figure figure,
                          xh_summary_choice choice, xh_statistics_summary *summary,
                          xh_error *error) {
    const size_t seeds = sweep->seeds;
    double *rows = create_scratch(sweep, error);
    if (!rows) {
        return XH_MEMORY;
    }
    size_t count = 0;
    for (size_t p = 0; p < sweep->points; p++) {
        if (chosen(sweep, choice, p)) {
            memcpy(rows + seeds * count++, sweep->values[figure] + seeds * p,
                   seeds * sizeof(*rows));
        }
    }
    double *average = rows + seeds * count;
    xh_summary_average(count, seeds, rows, average);
    *summary = xh_statistics_summarise(seeds, average);
    xh_array_free(rows);
    return XH_OK;
}

/* Whether two points differ in no axis but one. */
static bool differ_in(const xh_report_sweep *sweep, size_t axis, size_t a, size_t b) {
    for (size_t x = 0; x < sweep->axis_count; x++) {
        if (x != axis && sweep->axes[x].level[a] != sweep->axes[x].level[b]) {
            return false;
        }
    }
    return true;
}

/* The point at the axis's first level that differs from this one in nothing else; points if there
 * is none. */
static size_t find_partner(const xh_report_sweep *sweep, size_t axis, size_t point) {
    for (size_t p = 0; p < sweep->points; p++) {
        if (sweep->axes[axis].level[p] == 0 && differ_in(sweep, axis, p, point)) {
            return p;
        }
    }
    return sweep->points;
}

xh_status xh_summary_compare(const xh_report_sweep *sweep, xh_summary_figure figure, size_t axis,
                             size_t level, xh_statistics_paired *paired, size_t *pairs,
                             xh_error *error) {
    const size_t seeds = sweep->seeds;
    const double *values = sweep->values[figure];
    double *rows = create_scratch(sweep, error);
    double *nothing = rows ? xh_array_create(seeds, sizeof(*nothing)) : NULL; /* zeros */
    if (!nothing) {
        xh_array_free(rows);
        return xh_error_set(error, XH_MEMORY, "no memory for differences of %zu points",
                            sweep->points);
    }
    *pairs = 0;
    for (size_t p = 0; p < sweep->points; p++) {
        const bool here = sweep->axes[axis].level[p] == (int)level;
        const size_t partner = here ? find_partner(sweep, axis, p) : sweep->points;
        if (partner < sweep->points) {
            for (size_t s = 0; s < seeds; s++) {
                rows[*pairs * seeds + s] = values[p * seeds + s] - values[partner * seeds + s];
            }
            ++*pairs;
        }
    }
    double *average = rows + seeds * *pairs;
    xh_summary_average(*pairs, seeds, rows, average);
    *paired = xh_statistics_pair(seeds, nothing, average);
    xh_array_free(rows);
    xh_array_free(nothing);
    return XH_OK;
}

bool xh_summary_spans_decades(double least, double most) {
    enum { SPAN = 30 };
    return least > 0 && most > SPAN * least;
}
