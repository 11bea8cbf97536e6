/* The points of a sweep: which are worth their energy, all of them in a table, and what failed. */
#include "report_figure.h"
#include "report_sweep.h"

#include "crosshebb/array.h"

#include <string.h>

enum { MOST_COLUMNS = XH_SUMMARY_AXES + XH_SUMMARY_FIGURES + 6, TEXT = 512 };

/* A column an axis; their number. */
static size_t list_axes(const xh_report_sweep *sweep, xh_report_column *columns,
                        char (*labels)[TEXT]) {
    for (size_t a = 0; a < sweep->axis_count; a++) {
        const xh_summary_axis *axis = &sweep->axes[a];
        snprintf(labels[a], TEXT, axis->unit[0] ? "%s (%s)" : "%s", axis->key, axis->unit);
        columns[a] = (xh_report_column){labels[a], axis->numeric};
    }
    return sweep->axis_count;
}

/* Their cells. */
static void write_settings(xh_report_page *page, const xh_report_sweep *sweep, size_t point) {
    for (size_t a = 0; a < sweep->axis_count; a++) {
        const xh_summary_axis *axis = &sweep->axes[a];
        if (axis->numeric) {
            xh_report_cell_number(page, axis->levels[axis->level[point]]);
        } else {
            xh_report_cell(page, xh_summary_setting(sweep, a, point));
        }
    }
}

bool xh_report_sweep_has_front(const void *context) {
    const xh_report_sweep *sweep = context;
    return sweep->front_count > 0;
}

/* Columns [points] of a series: energy, accuracy and the bounds of its interval. */
typedef struct cloud {
    size_t count;
    double *energy, *accuracy, *low, *high;
    size_t *point;
} cloud;

static bool create_cloud(cloud *made, size_t points) {
    double *columns = xh_array_create(4 * points, sizeof(*columns));
    size_t *numbers = xh_array_create(points, sizeof(*numbers));
    if (!columns || !numbers) {
        xh_array_free(columns);
        xh_array_free(numbers);
        return false;
    }
    *made =
        (cloud){0, columns, columns + points, columns + 2 * points, columns + 3 * points, numbers};
    return true;
}

static void free_cloud(cloud *made) {
    xh_array_free(made->energy);
    xh_array_free(made->point);
}

static void add_point(const xh_report_sweep *sweep, size_t point, cloud *to) {
    const xh_statistics_summary *accuracy = &sweep->summaries[XH_SUMMARY_test_accuracy][point];
    const double energy = sweep->summaries[XH_SUMMARY_energy_total_J][point].mean;
    if (isfinite(accuracy->mean) && isfinite(energy)) {
        to->energy[to->count] = energy;
        to->accuracy[to->count] = accuracy->mean;
        to->low[to->count] = accuracy->mean - accuracy->half_width;
        to->high[to->count] = accuracy->mean + accuracy->half_width;
        to->point[to->count++] = point;
    }
}

/* The front from the cheapest point on: each is then more accurate than the one before. */
static void gather_front(const xh_report_sweep *sweep, cloud *to) {
    const xh_statistics_summary *energy = sweep->summaries[XH_SUMMARY_energy_total_J];
    bool *taken = xh_array_create(sweep->points, sizeof(*taken));
    for (size_t k = 0; taken && k < sweep->front_count; k++) {
        size_t next = sweep->points;
        for (size_t p = 0; p < sweep->points; p++) {
            if (sweep->front[p] && !taken[p] &&
                (next == sweep->points || energy[p].mean < energy[next].mean)) {
                next = p;
            }
        }
        taken[next] = true;
        add_point(sweep, next, to);
    }
    xh_array_free(taken);
}

static xh_status draw_front(xh_report_page *page, const cloud *all, const cloud *front,
                            xh_error *error) {
    const xh_report_series series[] = {
        {"all points", XH_REPORT_POINTS, 7, all->count, all->energy, all->accuracy, NULL, NULL},
        {"front", XH_REPORT_CURVE, 0, front->count, front->energy, front->accuracy, front->low,
         front->high},
    };
    xh_report_figure figure = {
        "Accuracy against energy",
        "Means over the seeds; on the front, 95 % intervals of the accuracy. No point beats one of "
        "the front in both.",
        xh_report_axis_of("energy", "J"),
        xh_report_axis_of("test accuracy (%)", ""),
        series,
        2};
    double least = INFINITY, most = 0;
    for (size_t k = 0; k < all->count; k++) {
        least = fmin(least, all->energy[k]);
        most = fmax(most, all->energy[k]);
    }
    figure.x.logarithmic = xh_summary_spans_decades(least, most);
    return xh_report_figure_write(page, &figure, error);
}

static void write_front(xh_report_page *page, const xh_report_sweep *sweep, const cloud *front) {
    static char labels[XH_SUMMARY_AXES][TEXT];
    xh_report_column columns[MOST_COLUMNS] = {{"point", true}};
    columns[1] = (xh_report_column){"test accuracy", true};
    columns[2] = (xh_report_column){"energy", true};
    const size_t count = 3 + list_axes(sweep, columns + 3, labels);
    xh_report_table_open(page, "The front, cheapest first", columns, count);
    for (size_t k = 0; k < front->count; k++) {
        const size_t point = front->point[k];
        const xh_statistics_summary *accuracy = &sweep->summaries[XH_SUMMARY_test_accuracy][point];
        const xh_statistics_summary *energy = &sweep->summaries[XH_SUMMARY_energy_total_J][point];
        xh_report_row_open(page);
        xh_report_cell_number(page, (double)point);
        xh_report_cell_interval(page, accuracy->mean, accuracy->half_width, "%");
        xh_report_cell_interval(page, energy->mean, energy->half_width, "J");
        write_settings(page, sweep, point);
        xh_report_row_close(page);
    }
    xh_report_table_close(page);
}

xh_status xh_report_sweep_front(xh_report_page *page, const void *context, xh_error *error) {
    const xh_report_sweep *sweep = context;
    cloud all = {0}, front = {0};
    xh_status status = XH_OK;
    if (create_cloud(&all, sweep->points) && create_cloud(&front, sweep->points)) {
        for (size_t p = 0; p < sweep->points; p++) {
            add_point(sweep, p, &all);
        }
        gather_front(sweep, &front);
        xh_report_html(page, "<div class=\"figures\">\n");
        status = draw_front(page, &all, &front, error);
        xh_report_html(page, "<div class=\"beside\">\n");
        write_front(page, sweep, &front);
        xh_report_html(page, "</div>\n</div>\n");
    } else {
        status = xh_error_set(error, XH_MEMORY, "no memory for %zu points", sweep->points);
    }
    free_cloud(&all);
    free_cloud(&front);
    return status;
}

/* How many of a point's runs are complete. */
static size_t complete_runs(const xh_report_sweep *sweep, size_t point) {
    size_t complete = 0;
    for (size_t s = 0; s < sweep->seeds; s++) {
        complete += sweep->status[point * sweep->seeds + s] == XH_SUMMARY_COMPLETE;
    }
    return complete;
}

static bool has_differences(const xh_report_sweep *sweep) {
    return sweep->best < sweep->points && sweep->seeds > 1 && sweep->points > 1;
}

/* Accuracy against the most accurate point, in pairs of runs. */
static void write_against_best(xh_report_page *page, const xh_report_sweep *sweep, size_t point) {
    const double *values = sweep->values[XH_SUMMARY_test_accuracy];
    const xh_statistics_paired paired = xh_statistics_pair(
        sweep->seeds, values + sweep->best * sweep->seeds, values + point * sweep->seeds);
    if (point == sweep->best) {
        xh_report_cell_interval(page, 0, NAN, "points");
        xh_report_cell_probability(page, NAN);
    } else {
        xh_report_cell_interval(page, paired.difference.mean, paired.difference.half_width,
                                "points");
        xh_report_cell_probability(page, paired.p);
    }
}

static void write_point(xh_report_page *page, const xh_report_sweep *sweep, size_t point) {
    xh_report_row_open(page);
    xh_report_cell_number(page, (double)point);
    write_settings(page, sweep, point);
    xh_report_cell_number(page, (double)complete_runs(sweep, point));
    for (int f = 0; f < XH_SUMMARY_FIGURES; f++) {
        const xh_summary_figure figure = (xh_summary_figure)f;
        const xh_statistics_summary *summary = &sweep->summaries[f][point];
        if (sweep->present[f]) {
            xh_report_cell_interval(page, summary->mean, summary->half_width,
                                    xh_summary_figure_unit(figure));
        }
        if (figure == XH_SUMMARY_test_accuracy && has_differences(sweep)) {
            write_against_best(page, sweep, point);
        }
    }
    if (sweep->front_count > 0) {
        xh_report_cell(page, sweep->front[point] ? "yes" : "");
    }
    xh_report_row_close(page);
}

static size_t list_columns(const xh_report_sweep *sweep, xh_report_column *columns,
                           char (*labels)[TEXT]) {
    size_t count = 1 + list_axes(sweep, columns + 1, labels);
    columns[0] = (xh_report_column){"point", true};
    columns[count++] = (xh_report_column){"complete runs", true};
    for (int f = 0; f < XH_SUMMARY_FIGURES; f++) {
        if (sweep->present[f]) {
            columns[count++] =
                (xh_report_column){xh_summary_figure_label((xh_summary_figure)f), true};
        }
        if (f == XH_SUMMARY_test_accuracy && has_differences(sweep)) {
            columns[count++] = (xh_report_column){"against the best", true};
            columns[count++] = (xh_report_column){"p", true};
        }
    }
    if (sweep->front_count > 0) {
        columns[count++] = (xh_report_column){"on the front", false};
    }
    return count;
}

static void write_table(xh_report_page *page, const xh_report_sweep *sweep) {
    static char labels[XH_SUMMARY_AXES][TEXT];
    xh_report_column columns[MOST_COLUMNS];
    const size_t count = list_columns(sweep, columns, labels);
    xh_report_sortable_open(page, "Points", columns, count);
    for (size_t p = 0; p < sweep->points; p++) {
        write_point(page, sweep, p);
    }
    xh_report_table_close(page);
}

/* Whether two runs failed with the same message, or with none. */
static bool failed_alike(const xh_report_sweep *sweep, size_t a, size_t b) {
    const char *one = sweep->message[a], *other = sweep->message[b];
    return sweep->status[a] == XH_SUMMARY_FAILED && sweep->status[b] == XH_SUMMARY_FAILED &&
           (one && other ? strcmp(one, other) == 0 : one == other);
}

/* A message once, with the runs that ended with it. */
static void write_failure(xh_report_page *page, const xh_report_sweep *sweep, size_t run) {
    enum { MOST_NAMED = 20 };
    size_t count = 0;
    xh_report_html(page, "<li>");
    xh_report_text(page, sweep->message[run] ? sweep->message[run] : "no message");
    xh_report_html(page, " <span class=\"remark\">");
    for (size_t r = run; r < sweep->points * sweep->seeds; r++) {
        if (failed_alike(sweep, run, r) && ++count <= MOST_NAMED) {
            xh_report_format(page, "%spoint %zu, seed %zu", count == 1 ? "" : "; ",
                             r / sweep->seeds, r % sweep->seeds);
        }
    }
    if (count > MOST_NAMED) {
        xh_report_format(page, "; and %zu more", count - MOST_NAMED);
    }
    xh_report_html(page, "</span></li>\n");
}

static void write_failures(xh_report_page *page, const xh_report_sweep *sweep) {
    xh_report_html(page, "<h3>Failures</h3>\n<ul class=\"failures\">\n");
    for (size_t r = 0; r < sweep->points * sweep->seeds; r++) {
        size_t first = 0;
        while (first < r && !failed_alike(sweep, first, r)) {
            first++;
        }
        if (first == r && sweep->status[r] == XH_SUMMARY_FAILED) {
            write_failure(page, sweep, r);
        }
    }
    xh_report_html(page, "</ul>\n");
}

xh_status xh_report_sweep_points(xh_report_page *page, const void *context, xh_error *error) {
    const xh_report_sweep *sweep = context;
    (void)error;
    xh_report_paragraph(page,
                        "Means and 95 %% intervals over the complete runs of each point. Run s of "
                        "point p is points/N.h5, N = %zu p + s, in five digits.%s",
                        sweep->seeds,
                        has_differences(sweep)
                            ? " Differences to the most accurate point are between runs with the "
                              "same seed; that point was chosen by the same runs, so that they are "
                              "a little too large."
                            : "");
    write_table(page, sweep);
    if (sweep->runs[XH_SUMMARY_FAILED] > 0) {
        write_failures(page, sweep);
    }
    return XH_OK;
}
