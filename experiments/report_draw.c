/* Figures as scripts for gnuplot. */
#include "report_figure.h"
#include "report_gnuplot.h"

enum { HEIGHT = 250, MOST_POINTS = 400 };

static void write_label(FILE *script, const xh_report_axis *axis, xh_report_scale scale) {
    char text[256];
    const bool unit = axis->unit[0] || scale.prefix[0];
    snprintf(text, sizeof(text), unit ? "%s (%s%s)" : "%s", axis->label, scale.prefix, axis->unit);
    xh_report_quoted(script, text);
}

/* The scale is applied to the data, so that limits are too. */
static void write_limits(FILE *script, char name, const xh_report_axis *axis,
                         xh_report_scale scale) {
    if (axis->logarithmic) {
        fprintf(script, "set logscale %c\n", name);
    }
    fprintf(script, "set %crange [", name);
    if (isfinite(axis->low)) {
        fprintf(script, "%.17g", axis->low / scale.divisor);
    }
    fputs(":", script);
    if (isfinite(axis->high)) {
        fprintf(script, "%.17g", axis->high / scale.divisor);
    }
    fputs("]\n", script);
    for (size_t t = 0; t < axis->tick_count; t++) {
        fputs(t == 0 ? "set xtics (" : ", ", script);
        xh_report_quoted(script, axis->ticks[t]);
        fprintf(script, " %.17g", axis->places ? axis->places[t] : (double)t);
    }
    fputs(axis->tick_count > 0 ? ")\n" : "", script);
}

static void write_settings(FILE *script, const xh_report_figure *figure) {
    fprintf(script,
            "set samples 2\n"
            "set border 1 lw 1 lc rgb %d\n"
            "set tics nomirror scale 0.4 textcolor rgb %d\nset ytics scale 0\nset mxtics 1\n"
            "set grid ytics lt 1 lw 1 lc rgb %d\nset style fill solid 1 noborder\n"
            "set tmargin 2.2\nset rmargin 2\nset xlabel textcolor rgb %d offset 0,0.3 ",
            xh_report_colour(XH_REPORT_ROLE_AXIS), xh_report_colour(XH_REPORT_ROLE_TEXT),
            xh_report_colour(XH_REPORT_ROLE_GRID), xh_report_colour(XH_REPORT_ROLE_TEXT));
    write_label(script, &figure->x, xh_report_scale_x(figure));
    fprintf(script, "\nset label 1 at screen 0, 0.95 left textcolor rgb %d ",
            xh_report_colour(XH_REPORT_ROLE_TEXT));
    write_label(script, &figure->y, xh_report_scale_y(figure));
    fputc('\n', script);
    write_limits(script, 'x', &figure->x, xh_report_scale_x(figure));
    write_limits(script, 'y', &figure->y, xh_report_scale_y(figure));
}

static double at(const double *values, size_t index, double divisor) {
    return values ? values[index] / divisor : NAN;
}

/* Curves with intervals stand beside each other by a few pixels, where the axis has its limits. */
static double nudged(const xh_report_figure *figure, size_t index, double x) {
    enum { PIXELS = 3, ACROSS = 370 };
    const xh_report_axis *axis = &figure->x;
    const double part = PIXELS * ((double)index - ((double)figure->count - 1) / 2) / ACROSS;
    if (figure->series[index].shape != XH_REPORT_CURVE || !isfinite(axis->low) ||
        !isfinite(axis->high)) {
        return x;
    }
    return axis->logarithmic ? x * pow(axis->high / axis->low, part)
                             : x + part * (axis->high - axis->low);
}

/* A row: x, the next x of steps, y, low, high. */
static void write_row(FILE *script, const xh_report_figure *figure, size_t index, size_t k,
                      double x_divisor, double y_divisor) {
    const xh_report_series *series = &figure->series[index];
    const bool steps = series->shape == XH_REPORT_STEPS, bars = series->shape == XH_REPORT_BARS;
    const double x = bars ? (double)k : nudged(figure, index, at(series->x, k, 1)) / x_divisor;
    const double next = steps ? at(series->x, k + 1, x_divisor) : x;
    fprintf(script, "%.9g %.9g %.9g %.9g %.9g\n", x, next, at(series->y, k, y_divisor),
            at(series->low, k, y_divisor), at(series->high, k, y_divisor));
}

/* Long lines are thinned: each point beyond the first stands for as many that are left out. */
static void write_data(FILE *script, const xh_report_figure *figure) {
    const double x = xh_report_scale_x(figure).divisor, y = xh_report_scale_y(figure).divisor;
    for (size_t s = 0; s < figure->count; s++) {
        const xh_report_series *series = &figure->series[s];
        const bool thinned = series->shape == XH_REPORT_LINE || series->shape == XH_REPORT_BAND;
        const size_t step = thinned ? series->count / MOST_POINTS + 1 : 1;
        fprintf(script, "$s%zu << EOD\n", s);
        for (size_t k = 0; k < series->count; k += step) {
            write_row(script, figure, s, k, x, y);
        }
        if (series->count > 0 && (series->count - 1) % step != 0) {
            write_row(script, figure, s, series->count - 1, x, y);
        }
        fputs("EOD\n", script);
    }
}

static void write_intervals(FILE *script, size_t s, int role) {
    fprintf(script, ", $s%zu using 1:4:(0):($5-$4) with vectors nohead lw 1.5 lc rgb %d", s, role);
}

static void write_plot(FILE *script, const xh_report_series *series, size_t s) {
    static const char *const dashes[] = {"1", "'-'", "'.'", "'-.'"};
    const int role = xh_report_colour(XH_REPORT_ROLE_SERIES + series->colour % XH_REPORT_COLOURS);
    const char *dash = dashes[series->colour % (int)(sizeof(dashes) / sizeof(dashes[0]))];
    fprintf(script, "%s$s%zu using ", s == 0 ? "plot " : ", ", s);
    switch (series->shape) {
    case XH_REPORT_LINE:
        fprintf(script, "1:3 with lines lw 2 dt %s lc rgb %d", dash, role);
        break;
    case XH_REPORT_BAND:
        fprintf(script, "1:4:5 with filledcurves fs transparent solid 0.18 lc rgb %d", role);
        break;
    case XH_REPORT_STEPS:
        fprintf(script, "1:3:1:2:(0):3 with boxxyerror fs transparent solid 0.55 lc rgb %d", role);
        break;
    case XH_REPORT_BARS:
        fprintf(script, "1:4:($1-0.32):($1+0.32):4:5 with boxxyerror lc rgb %d", role);
        break;
    case XH_REPORT_POINTS:
        fprintf(script, "1:3 with points pt 7 ps 0.5 lc rgb %d", role);
        write_intervals(script, s, role);
        break;
    case XH_REPORT_CURVE:
        fprintf(script, "1:3 with lines lw 2 dt %s lc rgb %d", dash, role);
        fprintf(script, ", $s%zu using 1:3 with points pt 7 ps 0.5 lc rgb %d", s, role);
        write_intervals(script, s, role);
        break;
    }
}

static void write_script(FILE *script, const xh_report_figure *figure) {
    write_settings(script, figure);
    write_data(script, figure);
    for (size_t s = 0; s < figure->count; s++) {
        write_plot(script, &figure->series[s], s);
    }
    fputc('\n', script);
}

static bool has_points(const xh_report_figure *figure) {
    for (size_t s = 0; s < figure->count; s++) {
        const xh_report_shape shape = figure->series[s].shape;
        if (shape == XH_REPORT_POINTS || shape == XH_REPORT_CURVE) {
            return true;
        }
    }
    return false;
}

xh_status xh_report_draw(xh_report_page *page, const xh_report_figure *figure, size_t number,
                         const char *description, xh_error *error) {
    xh_report_drawing drawing = {.number = number,
                                 .title = figure->title,
                                 .description = description,
                                 .height = HEIGHT,
                                 .points = has_points(figure)};
    const xh_status status = xh_report_drawing_open(&drawing, error);
    if (status != XH_OK) {
        return status;
    }
    write_script(drawing.script, figure);
    return xh_report_drawing_close(page, &drawing, error);
}
