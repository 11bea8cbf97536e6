/* Accuracy and energy against each axis of a sweep: curves with intervals where several seeds stand
 * at each level, a line for each value of a second axis; points where every point is elsewhere. */
#include "report_figure.h"
#include "report_sweep.h"

#include "crosshebb/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_LINES = 6,   /* that are told apart */
    MOST_JOINED = 60, /* levels that a line joins */
    MOST_TICKS = 24,
    TEXT = 512,
    LETTER = 8 /* pixels, amply */
};

/* What a figure is drawn from. */
typedef struct curves {
    const xh_report_sweep *sweep;
    xh_summary_figure figure;
    size_t axis;
    size_t other; /* whose levels are lines; axis: there is one line */
    size_t line_count;
    size_t lines[MOST_LINES]; /* levels of other */
    char labels[MOST_LINES][TEXT];
    double *columns; /* [lines][x, y, low, high][count] */
    xh_report_series series[MOST_LINES];
    char title[TEXT], sentence[2 * TEXT], label[TEXT], y_label[TEXT];
    double places[MOST_TICKS]; /* of ticks */
    char names[MOST_TICKS][32];
    const char *ticks[MOST_TICKS];
} curves;

static double *column(curves *drawn, size_t line, size_t which) {
    const size_t room = drawn->sweep->points;
    return drawn->columns + (4 * line + which) * room;
}

/* All levels of the second axis, or evenly chosen ones, the first and the last among them. */
static void choose_lines(curves *drawn) {
    const xh_report_sweep *sweep = drawn->sweep;
    const size_t levels = drawn->other == drawn->axis ? 1 : sweep->axes[drawn->other].level_count;
    drawn->line_count = levels < MOST_LINES ? levels : MOST_LINES;
    for (size_t l = 0; l < drawn->line_count; l++) {
        drawn->lines[l] = levels > MOST_LINES ? l * (levels - 1) / (MOST_LINES - 1) : l;
    }
}

static void add(curves *drawn, size_t line, double x, const xh_statistics_summary *summary) {
    xh_report_series *series = &drawn->series[line];
    const size_t k = series->count;
    const double half = isfinite(summary->half_width) ? summary->half_width : NAN;
    if (isfinite(summary->mean)) {
        column(drawn, line, 0)[k] = x;
        column(drawn, line, 1)[k] = summary->mean;
        column(drawn, line, 2)[k] = summary->mean - half;
        column(drawn, line, 3)[k] = summary->mean + half;
        series->count++;
    }
}

/* A summary a level of the axis. */
static xh_status gather_levels(curves *drawn, size_t line, xh_error *error) {
    const xh_report_sweep *sweep = drawn->sweep;
    const xh_summary_axis *axis = &sweep->axes[drawn->axis];
    xh_status status = XH_OK;
    for (size_t l = 0; status == XH_OK && l < axis->level_count; l++) {
        const xh_summary_choice choice = {drawn->axis, l, drawn->other, drawn->lines[line]};
        xh_statistics_summary summary;
        status = xh_summary_over(sweep, drawn->figure, choice, &summary, error);
        if (status == XH_OK) {
            add(drawn, line, axis->levels[l], &summary);
        }
    }
    return status;
}

/* A summary a point. */
static void gather_points(curves *drawn) {
    const xh_report_sweep *sweep = drawn->sweep;
    const xh_summary_axis *axis = &sweep->axes[drawn->axis];
    for (size_t p = 0; p < sweep->points; p++) {
        add(drawn, 0, axis->levels[axis->level[p]], &sweep->summaries[drawn->figure][p]);
    }
}

static void label_axis(const xh_summary_axis *axis, char text[TEXT]) {
    snprintf(text, TEXT, axis->unit[0] ? "%s (%s)" : "%s", axis->key, axis->unit);
}

static void label_line(curves *drawn, size_t line) {
    const xh_summary_axis *other = &drawn->sweep->axes[drawn->other];
    if (drawn->other == drawn->axis) {
        snprintf(drawn->labels[line], TEXT, "%s", xh_summary_figure_label(drawn->figure));
    } else {
        const char *unit = other->unit;
        snprintf(drawn->labels[line], TEXT, "%s = %s%s%s", other->key,
                 other->names.names[drawn->lines[line]], unit[0] ? " " : "", unit);
    }
}

static void write_sentence(curves *drawn) {
    const xh_report_sweep *sweep = drawn->sweep;
    const xh_summary_axis *axis = &sweep->axes[drawn->axis], *other = &sweep->axes[drawn->other];
    char *text = drawn->sentence;
    if (!axis->crossed) {
        snprintf(text, 2 * TEXT,
                 "A point of the sweep each, whatever its other settings: mean and "
                 "95 %% interval over the seeds.");
    } else if (sweep->axis_count == 1) {
        snprintf(text, 2 * TEXT, "Mean and 95 %% interval over the seeds.");
    } else if (drawn->other == drawn->axis) {
        snprintf(text, 2 * TEXT,
                 "Averaged over all other settings: mean and 95 %% interval over the seeds.");
    } else if (other->level_count > drawn->line_count) {
        snprintf(text, 2 * TEXT,
                 "Mean and 95 %% interval over the seeds, at %zu of the %zu values of %s.",
                 drawn->line_count, other->level_count, other->key);
    } else {
        snprintf(text, 2 * TEXT,
                 "Mean and 95 %% interval over the seeds, a line for each value of %s.",
                 other->key);
    }
}

/* Whether there is room between ticks at the levels. */
static bool has_room(const xh_summary_axis *axis) {
    const size_t count = axis->level_count;
    const double from = axis->levels[0], to = axis->levels[count - 1];
    const double width = axis->logarithmic ? log(to / from) : to - from;
    enum { WIDTH = 360 };
    for (size_t l = 1; axis->numeric && l < count; l++) {
        const double step = axis->logarithmic ? log(axis->levels[l] / axis->levels[l - 1])
                                              : axis->levels[l] - axis->levels[l - 1];
        const size_t letters = strlen(axis->names.names[l - 1]) + strlen(axis->names.names[l]) + 2;
        if (step / width * WIDTH < (double)(letters * LETTER) / 2) {
            return false;
        }
    }
    return true;
}

/* Ticks at 1, 2 and 5 times powers of ten, where gnuplot would only have the powers. */
static void place_decades(curves *drawn, xh_report_axis *x) {
    enum { FEW_DECADES = 3 };
    const xh_summary_axis *axis = &drawn->sweep->axes[drawn->axis];
    const double from = axis->levels[0], to = axis->levels[axis->level_count - 1];
    if (to / from > pow(10, FEW_DECADES)) {
        return;
    }
    const double steps[] = {1, 2, 5};
    const int first = (int)floor(log10(from));
    for (int power = first; power <= first + FEW_DECADES; power++) {
        for (size_t s = 0; s < 3 && x->tick_count < MOST_TICKS; s++) {
            const double place = steps[s] * pow(10, power);
            if (place >= x->low && place <= x->high) {
                snprintf(drawn->names[x->tick_count], sizeof(drawn->names[0]), "%.6g", place);
                drawn->ticks[x->tick_count] = drawn->names[x->tick_count];
                drawn->places[x->tick_count++] = place;
            }
        }
    }
    x->ticks = drawn->ticks;
    x->places = drawn->places;
}

static void place_ticks(curves *drawn, xh_report_axis *x) {
    const xh_summary_axis *axis = &drawn->sweep->axes[drawn->axis];
    const size_t count = axis->level_count;
    if (count <= MOST_TICKS && has_room(axis)) {
        memcpy(drawn->places, axis->levels, count * sizeof(double));
        x->ticks = (const char *const *)axis->names.names;
        x->tick_count = count;
        x->places = axis->numeric ? drawn->places : NULL;
    } else if (axis->logarithmic) {
        place_decades(drawn, x);
    }
}

/* Some room beside the outermost levels. */
static xh_report_axis axis_x(curves *drawn) {
    const xh_summary_axis *axis = &drawn->sweep->axes[drawn->axis];
    xh_report_axis x = xh_report_axis_of(drawn->label, "");
    const double from = axis->levels[0], to = axis->levels[axis->level_count - 1];
    const double margin = axis->numeric ? 0.04 * (to - from) : 0.5;
    label_axis(axis, drawn->label);
    x.logarithmic = axis->logarithmic;
    if (to > from && axis->logarithmic) {
        x.low = from / pow(to / from, 0.04);
        x.high = to * pow(to / from, 0.04);
    } else if (to > from) {
        x.low = from - margin;
        x.high = to + margin;
    }
    place_ticks(drawn, &x);
    return x;
}

static xh_report_axis axis_y(curves *drawn) {
    const bool share = strcmp(xh_summary_figure_unit(drawn->figure), "%") == 0;
    double least = INFINITY, most = -INFINITY;
    for (size_t line = 0; line < drawn->line_count; line++) {
        for (size_t k = 0; k < drawn->series[line].count; k++) {
            least = fmin(least, column(drawn, line, 1)[k]);
            most = fmax(most, column(drawn, line, 1)[k]);
        }
    }
    snprintf(drawn->y_label, TEXT, share ? "%s (%%)" : "%s",
             xh_summary_figure_label(drawn->figure));
    xh_report_axis y =
        xh_report_axis_of(drawn->y_label, share ? "" : xh_summary_figure_unit(drawn->figure));
    y.logarithmic = !share && xh_summary_spans_decades(least, most);
    return y;
}

static xh_status gather(curves *drawn, xh_error *error) {
    const xh_summary_axis *axis = &drawn->sweep->axes[drawn->axis];
    const bool joined = axis->crossed && axis->numeric && axis->level_count <= MOST_JOINED;
    xh_status status = XH_OK;
    choose_lines(drawn);
    for (size_t line = 0; status == XH_OK && line < drawn->line_count; line++) {
        drawn->series[line] = (xh_report_series){drawn->labels[line],
                                                 joined ? XH_REPORT_CURVE : XH_REPORT_POINTS,
                                                 (int)line,
                                                 0,
                                                 column(drawn, line, 0),
                                                 column(drawn, line, 1),
                                                 column(drawn, line, 2),
                                                 column(drawn, line, 3)};
        label_line(drawn, line);
        if (axis->crossed) {
            status = gather_levels(drawn, line, error);
        } else {
            gather_points(drawn);
        }
    }
    return status;
}

static xh_status write_curves(xh_report_page *page, curves *drawn, xh_error *error) {
    xh_status status = gather(drawn, error);
    if (status != XH_OK) {
        return status;
    }
    char label[64];
    snprintf(label, sizeof(label), "%s", xh_summary_figure_label(drawn->figure));
    label[0] = (char)(label[0] - 'a' + 'A');
    snprintf(drawn->title, TEXT, "%s against %s", label, drawn->sweep->axes[drawn->axis].key);
    write_sentence(drawn);
    xh_report_figure figure = {drawn->title,  drawn->sentence, axis_x(drawn),
                               axis_y(drawn), drawn->series,   drawn->line_count};
    return xh_report_figure_write(page, &figure, error);
}

/* The axis whose levels are the lines: the other of two. */
static size_t other_axis(const xh_report_sweep *sweep, size_t axis) {
    const size_t other = sweep->axis_count == 2 ? 1 - axis : axis;
    return sweep->axes[axis].crossed && sweep->axes[other].crossed ? other : axis;
}

xh_status xh_report_sweep_curves(xh_report_page *page, const void *context, xh_error *error) {
    static const xh_summary_figure shown[] = {XH_SUMMARY_test_accuracy, XH_SUMMARY_energy_total_J};
    static curves drawn;
    const xh_report_sweep *sweep = context;
    double *columns = xh_array_create(4 * MOST_LINES * sweep->points, sizeof(*columns));
    if (!columns) {
        return xh_error_set(error, XH_MEMORY, "no memory for curves of %zu points", sweep->points);
    }
    xh_status status = XH_OK;
    xh_report_html(page, "<div class=\"figures\">\n");
    for (size_t a = 0; a < sweep->axis_count; a++) {
        for (size_t f = 0; f < sizeof(shown) / sizeof(shown[0]); f++) {
            if (status == XH_OK && sweep->present[shown[f]] && sweep->axes[a].level_count > 1) {
                drawn = (curves){.sweep = sweep,
                                 .figure = shown[f],
                                 .axis = a,
                                 .other = other_axis(sweep, a),
                                 .columns = columns};
                status = write_curves(page, &drawn, error);
            }
        }
    }
    xh_report_html(page, "</div>\n");
    xh_array_free(columns);
    return status;
}
