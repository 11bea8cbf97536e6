/* What stands around a drawing: title, legend, a description in words, the numbers in a table. */
#include "report_figure.h"

#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TABLE_ROWS = 40 };

xh_report_axis xh_report_axis_of(const char *label, const char *unit) {
    return (xh_report_axis){.label = label, .unit = unit, .low = NAN, .high = NAN};
}

static double larger(double most, double value) {
    return isfinite(value) && fabs(value) > most ? fabs(value) : most;
}

/* The largest magnitude along an axis. */
static double reach(const xh_report_figure *figure, bool along_x) {
    double most = 0;
    for (size_t s = 0; s < figure->count; s++) {
        const xh_report_series *series = &figure->series[s];
        const double *const columns[] = {series->y, series->low, series->high};
        const size_t xs = series->count + (series->shape == XH_REPORT_STEPS);
        for (size_t k = 0; along_x && series->x && k < xs; k++) {
            most = larger(most, series->x[k]);
        }
        for (size_t c = 0; !along_x && c < 3; c++) {
            for (size_t k = 0; columns[c] && k < series->count; k++) {
                most = larger(most, columns[c][k]);
            }
        }
    }
    return most;
}

static xh_report_scale scale_of(const xh_report_axis *axis, double most) {
    static const char *const prefixes[] = {"a", "f", "p", "n", "µ", "m", "",
                                           "k", "M", "G", "T", "P", "E"};
    enum { COUNT = sizeof(prefixes) / sizeof(prefixes[0]), ONE = 6 };
    if (!axis->unit[0] || axis->logarithmic || axis->ticks || most <= 0) {
        return (xh_report_scale){1, ""};
    }
    int index = ONE + (int)floor(log10(most) / 3);
    index = index < 0 ? 0 : index;
    index = index < COUNT ? index : COUNT - 1;
    return (xh_report_scale){pow(1000, index - ONE), prefixes[index]};
}

xh_report_scale xh_report_scale_x(const xh_report_figure *figure) {
    return scale_of(&figure->x, reach(figure, true));
}

xh_report_scale xh_report_scale_y(const xh_report_figure *figure) {
    return scale_of(&figure->y, reach(figure, false));
}

/* Text that grows up to its size. */
typedef struct prose {
    char text[2048];
    size_t length;
} prose;

static void say(prose *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(prose *words, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const size_t room = sizeof(words->text) - words->length;
    const int length = vsnprintf(words->text + words->length, room, format, arguments);
    words->length += length < 0 ? 0 : (size_t)length < room ? (size_t)length : room - 1;
    va_end(arguments);
}

static const char *quantity(double value, const xh_report_axis *axis, char text[XH_QUANTITY_SIZE]) {
    if (axis->unit[0]) {
        return xh_quantity(value, axis->unit, text);
    }
    snprintf(text, XH_QUANTITY_SIZE, "%.4g", value);
    return text;
}

/* From where to where, and between what. */
static void describe_line(prose *words, const xh_report_figure *figure,
                          const xh_report_series *series) {
    char from[XH_QUANTITY_SIZE], to[XH_QUANTITY_SIZE], least[XH_QUANTITY_SIZE],
        most[XH_QUANTITY_SIZE];
    const size_t last = series->count - 1;
    double low = series->y[0], high = series->y[0];
    for (size_t k = 0; k < series->count; k++) {
        low = series->y[k] < low ? series->y[k] : low;
        high = series->y[k] > high ? series->y[k] : high;
    }
    say(words, " %s: from %s to %s", series->label, quantity(series->y[0], &figure->y, from),
        quantity(series->y[last], &figure->y, to));
    say(words, ", between %s and %s.", quantity(low, &figure->y, least),
        quantity(high, &figure->y, most));
}

static void describe_bars(prose *words, const xh_report_figure *figure,
                          const xh_report_series *series) {
    char text[XH_QUANTITY_SIZE];
    say(words, " %s:", series->label);
    for (size_t k = 0; k < series->count && k < figure->x.tick_count; k++) {
        say(words, "%s %s %s", k == 0 ? "" : ",", figure->x.ticks[k],
            quantity(series->high[k] - series->low[k], &figure->y, text));
    }
    say(words, ".");
}

/* Where most of a histogram is. */
static void describe_steps(prose *words, const xh_report_figure *figure,
                           const xh_report_series *series) {
    char from[XH_QUANTITY_SIZE], to[XH_QUANTITY_SIZE], most[XH_QUANTITY_SIZE];
    size_t peak = 0;
    for (size_t k = 0; k < series->count; k++) {
        peak = series->y[k] > series->y[peak] ? k : peak;
    }
    say(words, " %s: most, %s, between %s and %s.", series->label,
        quantity(series->y[peak], &figure->y, most), quantity(series->x[peak], &figure->x, from),
        quantity(series->x[peak + 1], &figure->x, to));
}

static void describe(prose *words, const xh_report_figure *figure) {
    say(words, "%s", figure->sentence);
    for (size_t s = 0; s < figure->count; s++) {
        const xh_report_series *series = &figure->series[s];
        if (series->count == 0) {
            continue;
        }
        switch (series->shape) {
        case XH_REPORT_LINE:
        case XH_REPORT_POINTS:
        case XH_REPORT_CURVE:
            describe_line(words, figure, series);
            break;
        case XH_REPORT_BARS:
            describe_bars(words, figure, series);
            break;
        case XH_REPORT_STEPS:
            describe_steps(words, figure, series);
            break;
        case XH_REPORT_BAND:
            break; /* stands around a line */
        }
    }
}

static void write_legend(xh_report_page *page, const xh_report_figure *figure) {
    static const char *const marks[] = {"line", "band", "area", "area", "point", "line"};
    if (figure->count < 2) {
        return;
    }
    xh_report_html(page, "<ul class=\"legend\">");
    for (size_t s = 0; s < figure->count; s++) {
        const xh_report_series *series = &figure->series[s];
        fprintf(page->stream, "<li><span class=\"%s c%d\"></span>", marks[series->shape],
                series->colour % XH_REPORT_COLOURS);
        xh_report_text(page, series->label);
        xh_report_html(page, "</li>");
    }
    xh_report_html(page, "</ul>\n");
}

/* Whether an axis is of names instead of numbers. */
static bool has_names(const xh_report_axis *axis) {
    return axis->ticks && !axis->places;
}

static void write_value(xh_report_page *page, const double *column, size_t k, bool wanted) {
    if (wanted && column) {
        xh_report_cell_number(page, column[k]);
    } else if (wanted) {
        xh_report_cell(page, "");
    }
}

/* Which columns the table of a figure has. */
typedef struct columns {
    bool y, range;
} columns;

static columns columns_of(const xh_report_figure *figure) {
    columns found = {false, false};
    for (size_t s = 0; s < figure->count; s++) {
        const bool bars = figure->series[s].shape == XH_REPORT_BARS;
        found.y = found.y || bars || figure->series[s].y;
        found.range = found.range || (!bars && figure->series[s].low);
    }
    return found;
}

static void write_row(xh_report_page *page, const xh_report_figure *figure,
                      const xh_report_series *series, columns shown, size_t k) {
    xh_report_row_open(page);
    xh_report_cell(page, series->label);
    if (has_names(&figure->x)) {
        xh_report_cell(page, k < figure->x.tick_count ? figure->x.ticks[k] : "");
    } else {
        xh_report_cell_number(page, series->x[k]);
    }
    if (series->shape == XH_REPORT_BARS) {
        xh_report_cell_number(page,
                              series->high[k] - series->low[k]); /* however they are stacked */
    } else {
        write_value(page, series->y, k, shown.y);
    }
    write_value(page, series->low, k, shown.range);
    write_value(page, series->high, k, shown.range);
    xh_report_row_close(page);
}

static void title_column(const xh_report_axis *axis, const char *what, char title[128]) {
    const bool unit = axis->unit[0] != '\0';
    snprintf(title, 128, unit ? "%s%s (%s)" : "%s%s", axis->label, what, axis->unit);
}

/* The numbers behind the drawing; of many, evenly chosen ones. */
static void write_numbers(xh_report_page *page, const xh_report_figure *figure) {
    const columns shown = columns_of(figure);
    char x[128], y[128], low[128], high[128];
    title_column(&figure->x, "", x);
    title_column(&figure->y, "", y);
    title_column(&figure->y, ", from", low);
    title_column(&figure->y, ", to", high);
    xh_report_column list[5] = {{"", false}, {x, !has_names(&figure->x)}};
    size_t count = 2;
    if (shown.y) {
        list[count++] = (xh_report_column){y, true};
    }
    if (shown.range) {
        list[count++] = (xh_report_column){low, true};
        list[count++] = (xh_report_column){high, true};
    }
    xh_report_details_open(page, "Numbers");
    xh_report_table_open(page, figure->title, list, count);
    for (size_t s = 0; s < figure->count; s++) {
        const xh_report_series *series = &figure->series[s];
        const size_t step = (series->count + TABLE_ROWS - 1) / TABLE_ROWS;
        for (size_t k = series->count > 0 ? (series->count - 1) % step : 0; k < series->count;
             k += step) {
            write_row(page, figure, series, shown, k);
        }
    }
    xh_report_table_close(page);
    xh_report_details_close(page);
}

xh_status xh_report_figure_write(xh_report_page *page, const xh_report_figure *figure,
                                 xh_error *error) {
    const size_t number = ++page->figures;
    prose words = {.length = 0};
    describe(&words, figure);
    xh_report_html(page, "<figure>\n<figcaption><strong>");
    xh_report_text(page, figure->title);
    xh_report_html(page, "</strong> ");
    xh_report_text(page, figure->sentence);
    xh_report_html(page, "</figcaption>\n");
    write_legend(page, figure);
    const xh_status status = xh_report_draw(page, figure, number, words.text, error);
    if (status == XH_OK) {
        write_numbers(page, figure);
    }
    xh_report_html(page, "</figure>\n");
    return status;
}

xh_status xh_report_figures_write(xh_report_page *page, const xh_report_figure *figures,
                                  size_t count, xh_error *error) {
    xh_status status = XH_OK;
    xh_report_html(page, "<div class=\"figures\">\n");
    for (size_t f = 0; status == XH_OK && f < count; f++) {
        status = xh_report_figure_write(page, &figures[f], error);
    }
    xh_report_html(page, "</div>\n");
    return status;
}
