/* Heat maps of accuracy and energy over pairs of axes that cross each other. */
#include "report_map.h"
#include "report_sweep.h"

#include "crosshebb/array.h"

#include <string.h>

enum { MOST_LEVELS = 40, MOST_PAIRS = 3, TEXT = 512 };

static bool fits(const xh_summary_axis *axis) {
    return axis->crossed && axis->level_count >= 2 && axis->level_count <= MOST_LEVELS;
}

/* Whether at least half of the pairs of levels have points. */
static bool cross(const xh_report_sweep *sweep, size_t a, size_t b) {
    const xh_summary_axis *x = &sweep->axes[a], *y = &sweep->axes[b];
    bool filled[MOST_LEVELS * MOST_LEVELS] = {false};
    size_t count = 0;
    if (!fits(x) || !fits(y)) {
        return false;
    }
    for (size_t p = 0; p < sweep->points; p++) {
        bool *cell = &filled[(size_t)y->level[p] * MOST_LEVELS + (size_t)x->level[p]];
        count += !*cell;
        *cell = true;
    }
    return 2 * count >= x->level_count * y->level_count;
}

/* The pairs of axes that have a map, the first ones if there are too many; their number. */
static size_t find_pairs(const xh_report_sweep *sweep, size_t pairs[MOST_PAIRS][2]) {
    size_t count = 0;
    for (size_t a = 0; a < sweep->axis_count; a++) {
        for (size_t b = a + 1; b < sweep->axis_count && count < MOST_PAIRS; b++) {
            if (cross(sweep, a, b)) {
                pairs[count][0] = a;
                pairs[count][1] = b;
                count++;
            }
        }
    }
    return count;
}

bool xh_report_sweep_has_maps(const void *context) {
    const xh_report_sweep *sweep = context;
    size_t pairs[MOST_PAIRS][2];
    return sweep->present[XH_SUMMARY_test_accuracy] && find_pairs(sweep, pairs) > 0;
}

/* Means and intervals [y][x] of the cells. */
static xh_status gather(const xh_report_sweep *sweep, xh_summary_figure figure,
                        const size_t pair[2], double *means, double *halves, xh_error *error) {
    const size_t across = sweep->axes[pair[0]].level_count, up = sweep->axes[pair[1]].level_count;
    xh_status status = XH_OK;
    for (size_t cell = 0; status == XH_OK && cell < across * up; cell++) {
        const xh_summary_choice choice = {pair[0], cell % across, pair[1], cell / across};
        xh_statistics_summary summary;
        status = xh_summary_over(sweep, figure, choice, &summary, error);
        if (status == XH_OK) {
            means[cell] = summary.mean;
            halves[cell] = summary.half_width;
        }
    }
    return status;
}

static bool spans_decades(const double *values, size_t count) {
    double least = INFINITY, most = -INFINITY;
    for (size_t c = 0; c < count; c++) {
        least = isfinite(values[c]) ? fmin(least, values[c]) : least;
        most = isfinite(values[c]) ? fmax(most, values[c]) : most;
    }
    return xh_summary_spans_decades(least, most);
}

static void label_axis(const xh_summary_axis *axis, char text[TEXT]) {
    snprintf(text, TEXT, axis->unit[0] ? "%s (%s)" : "%s", axis->key, axis->unit);
}

static xh_status write_map(xh_report_page *page, const xh_report_sweep *sweep,
                           xh_summary_figure figure, const size_t pair[2], xh_error *error) {
    static double means[MOST_LEVELS * MOST_LEVELS], halves[MOST_LEVELS * MOST_LEVELS];
    const xh_summary_axis *x = &sweep->axes[pair[0]], *y = &sweep->axes[pair[1]];
    char title[TEXT], x_label[TEXT], y_label[TEXT];
    const xh_status status = gather(sweep, figure, pair, means, halves, error);
    if (status != XH_OK) {
        return status;
    }
    snprintf(title, sizeof(title), "%s over %s and %s", xh_summary_figure_label(figure), x->key,
             y->key);
    title[0] = (char)(title[0] - 'a' + 'A');
    label_axis(x, x_label);
    label_axis(y, y_label);
    const xh_report_map map = {
        .title = title,
        .sentence = sweep->axis_count > 2 ? "Mean over the seeds and all other settings."
                                          : "Mean over the seeds.",
        .x = x_label,
        .y = y_label,
        .across = x->level_count,
        .up = y->level_count,
        .x_names = (const char *const *)x->names.names,
        .y_names = (const char *const *)y->names.names,
        .values = means,
        .half_widths = halves,
        .unit = xh_summary_figure_unit(figure),
        .logarithmic = figure != XH_SUMMARY_test_accuracy &&
                       spans_decades(means, x->level_count * y->level_count),
    };
    return xh_report_map_write(page, &map, error);
}

xh_status xh_report_sweep_maps(xh_report_page *page, const void *context, xh_error *error) {
    static const xh_summary_figure shown[] = {XH_SUMMARY_test_accuracy, XH_SUMMARY_energy_total_J};
    const xh_report_sweep *sweep = context;
    size_t pairs[MOST_PAIRS][2];
    const size_t count = find_pairs(sweep, pairs);
    xh_status status = XH_OK;
    xh_report_html(page, "<div class=\"figures\">\n");
    for (size_t p = 0; p < count; p++) {
        for (size_t f = 0; status == XH_OK && f < sizeof(shown) / sizeof(shown[0]); f++) {
            if (sweep->present[shown[f]]) {
                status = write_map(page, sweep, shown[f], pairs[p], error);
            }
        }
    }
    xh_report_html(page, "</div>\n");
    return status;
}
