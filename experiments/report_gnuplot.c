/*
 * Drawings by gnuplot: a script goes in, SVG comes out and is changed on its way into the page.
 * Colours of the script are numbers of roles, which become the page's own colours (light or dark,
 * CSS); ids get the figure's number; empty groups go. No shell is between, and no text of the script
 * is evaluated: labels stand in single quotes.
 */
#include "report_figure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The red and green of a colour whose blue is a role. */
enum { ROLE_RED = 254, ROLE_GREEN = 1 };
enum { ROLE_TEXT, ROLE_AXIS, ROLE_GRID, ROLE_SERIES = 10 };

enum { WIDTH = 440, HEIGHT = 250, FONT_SIZE = 12, MOST_POINTS = 400, NAME = 32 };

static int colour(int role) {
    return ROLE_RED << 16 | ROLE_GREEN << 8 | role;
}

/* In single quotes nothing means anything to gnuplot but the quote itself. */
static void write_quoted(FILE *script, const char *text) {
    fputc('\'', script);
    for (; *text; text++) {
        fputc((unsigned char)*text < 0x20 ? ' ' : *text, script);
        if (*text == '\'') {
            fputc('\'', script);
        }
    }
    fputc('\'', script);
}

static void write_label(FILE *script, const xh_report_axis *axis, xh_report_scale scale) {
    char text[256];
    const bool unit = axis->unit[0] || scale.prefix[0];
    snprintf(text, sizeof(text), unit ? "%s (%s%s)" : "%s", axis->label, scale.prefix, axis->unit);
    write_quoted(script, text);
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
        write_quoted(script, axis->ticks[t]);
        fprintf(script, " %zu", t);
    }
    fputs(axis->tick_count > 0 ? ")\n" : "", script);
}

static void write_settings(FILE *script, const xh_report_figure *figure, size_t number) {
    fprintf(script,
            "set terminal svg size %d,%d dynamic noenhanced font 'inherit,%d' name 'f%zu'\n"
            "set encoding utf8\nunset key\nset samples 2\n"
            "set border 1 lw 1 lc rgb %d\n"
            "set tics nomirror scale 0.4 textcolor rgb %d\nset ytics scale 0\nset mxtics 1\n"
            "set grid ytics lt 1 lw 1 lc rgb %d\nset style fill solid 1 noborder\n"
            "set tmargin 2.2\nset rmargin 2\nset xlabel textcolor rgb %d offset 0,0.3 ",
            WIDTH, HEIGHT, FONT_SIZE, number, colour(ROLE_AXIS), colour(ROLE_TEXT),
            colour(ROLE_GRID), colour(ROLE_TEXT));
    write_label(script, &figure->x, xh_report_scale_x(figure));
    fprintf(script, "\nset label 1 at screen 0, 0.95 left textcolor rgb %d ", colour(ROLE_TEXT));
    write_label(script, &figure->y, xh_report_scale_y(figure));
    fputc('\n', script);
    write_limits(script, 'x', &figure->x, xh_report_scale_x(figure));
    write_limits(script, 'y', &figure->y, xh_report_scale_y(figure));
}

static double at(const double *values, size_t index, double divisor) {
    return values ? values[index] / divisor : NAN;
}

/* A row: x, the next x of steps, y, low, high. */
static void write_row(FILE *script, const xh_report_series *series, size_t k, double x_divisor,
                      double y_divisor) {
    const bool steps = series->shape == XH_REPORT_STEPS, bars = series->shape == XH_REPORT_BARS;
    const double x = bars ? (double)k : at(series->x, k, x_divisor);
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
            write_row(script, series, k, x, y);
        }
        if (series->count > 0 && (series->count - 1) % step != 0) {
            write_row(script, series, series->count - 1, x, y);
        }
        fputs("EOD\n", script);
    }
}

static void write_plot(FILE *script, const xh_report_series *series, size_t s) {
    static const char *const dashes[] = {"1", "'-'", "'.'", "'-.'"};
    const int role = colour(ROLE_SERIES + series->colour % XH_REPORT_COLOURS);
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
        fprintf(script, ", $s%zu using 1:4:(0):($5-$4) with vectors nohead lw 1.5 lc rgb %d", s,
                role);
        break;
    }
}

static void write_script(FILE *script, const xh_report_figure *figure, size_t number) {
    write_settings(script, figure, number);
    write_data(script, figure);
    for (size_t s = 0; s < figure->count; s++) {
        write_plot(script, &figure->series[s], s);
    }
    fputc('\n', script);
}

/* The child: gnuplot between the files, no setting of the user's in the way. */
static void become_gnuplot(FILE *script, FILE *drawing, FILE *complaints) {
    if (dup2(fileno(script), STDIN_FILENO) >= 0 && dup2(fileno(drawing), STDOUT_FILENO) >= 0 &&
        dup2(fileno(complaints), STDERR_FILENO) >= 0) {
        execlp("gnuplot", "gnuplot", "--default-settings", "-", (char *)NULL);
    }
    _exit(errno == ENOENT ? 127 : 126);
}

static xh_status tell_failure(int status, FILE *complaints, xh_error *error) {
    char line[256] = "";
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
        return xh_error_set(error, XH_FAILED,
                            "gnuplot, which draws the figures, is not installed (the package "
                            "gnuplot-nox of Debian and Ubuntu); --format md, csv and json do "
                            "without");
    }
    rewind(complaints);
    while (fgets(line, sizeof(line), complaints) && strspn(line, " \t\n^") == strlen(line)) {
    }
    return xh_error_set(error, XH_FAILED, "gnuplot failed: %.*s", (int)strcspn(line, "\n"), line);
}

static xh_status run_gnuplot(FILE *script, FILE *drawing, FILE *complaints, xh_error *error) {
    int status = 0;
    if (fflush(NULL) != 0) { /* what the child would write a second time */
        return xh_error_set(error, XH_IO, "the report cannot be written: %s", strerror(errno));
    }
    rewind(script);
    const pid_t child = fork();
    if (child == 0) {
        become_gnuplot(script, drawing, complaints);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        return xh_error_set(error, XH_FAILED, "gnuplot cannot be started: %s", strerror(errno));
    }
    rewind(drawing);
    return status == 0 ? XH_OK : tell_failure(status, complaints, error);
}

/* The page's name of the colour "rgb(R,G,B)" at text, whose length goes to *length; NULL if it is no
 * role. */
static const char *name_colour(const char *text, size_t *length, char name[NAME]) {
    int red = 0, green = 0, role = 0, end = 0;
    if (sscanf(text, "rgb(%d ,%d ,%d )%n", &red, &green, &role, &end) != 3 || end == 0 ||
        red != ROLE_RED || green != ROLE_GREEN) {
        return NULL;
    }
    *length = (size_t)end;
    if (role >= ROLE_SERIES) {
        snprintf(name, NAME, "var(--c%d)", role - ROLE_SERIES);
    }
    return role >= ROLE_SERIES ? name
           : role == ROLE_TEXT ? "var(--muted)"
           : role == ROLE_AXIS ? "var(--axis)"
                               : "var(--grid)";
}

/* Copies a line with the page's colours, and with ids of points that are the figure's own. */
static void copy_line(FILE *stream, const char *line, size_t number) {
    static const char point[] = "gpPt";
    while (*line) {
        char name[NAME];
        size_t length = 1;
        const char *other = *line == 'r' ? name_colour(line, &length, name) : NULL;
        if (other) {
            fputs(other, stream);
        } else if (strncmp(line, point, sizeof(point) - 1) == 0) {
            length = sizeof(point) - 1;
            fprintf(stream, "f%zup", number);
        } else {
            fputc(*line, stream);
        }
        line += length;
    }
}

static bool begins(const char *line, const char *word) {
    return strncmp(line + strspn(line, " \t"), word, strlen(word)) == 0;
}

/* A line of text that grows as need be. */
typedef struct line {
    char *text;
    size_t room;
} line;

/* Copies what stands inside gnuplot's outermost group, and the shapes of points where the figure has
 * any. A group that the next line closes is left out. */
static void copy_drawing(FILE *stream, FILE *drawing, size_t number, bool points) {
    line now = {NULL, 0}, held = {NULL, 0};
    bool inside = false, defining = false, holding = false;
    while (getline(&now.text, &now.room, drawing) >= 0 && !begins(now.text, "</svg>")) {
        defining = defining || begins(now.text, "<defs>");
        const bool wanted = inside && (!defining || points) && !begins(now.text, "<rect x=\"0\"");
        const bool closes = holding && strcmp(now.text, "</g>\n") == 0;
        inside = inside || strstr(now.text, "id=\"gnuplot_canvas\"");
        defining = defining && !begins(now.text, "</defs>");
        if (holding && !closes) {
            copy_line(stream, held.text, number);
        }
        holding = wanted && begins(now.text, "<g fill=\"none\" color=");
        if (holding) {
            const line other = held;
            held = now;
            now = other;
        } else if (wanted && !closes) {
            copy_line(stream, now.text, number);
        }
    }
    free(now.text);
    free(held.text);
}

static bool has_points(const xh_report_figure *figure) {
    for (size_t s = 0; s < figure->count; s++) {
        if (figure->series[s].shape == XH_REPORT_POINTS) {
            return true;
        }
    }
    return false;
}

static void embed(xh_report_page *page, const xh_report_figure *figure, size_t number,
                  const char *description, FILE *drawing) {
    fprintf(page->stream,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"f%zut f%zud\" "
            "xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">\n"
            "<title id=\"f%zut\">",
            WIDTH, HEIGHT, number, number, number);
    xh_report_text(page, figure->title);
    fprintf(page->stream, "</title><desc id=\"f%zud\">", number);
    xh_report_text(page, description);
    xh_report_html(page, "</desc>\n<g>");
    copy_drawing(page->stream, drawing, number, has_points(figure));
    xh_report_html(page, "</svg>\n");
}

xh_status xh_report_draw(xh_report_page *page, const xh_report_figure *figure, size_t number,
                         const char *description, xh_error *error) {
    FILE *script = tmpfile(), *drawing = tmpfile(), *complaints = tmpfile();
    xh_status status = XH_OK;
    if (!script || !drawing || !complaints) {
        status = xh_error_set(error, XH_IO, "no temporary files for a figure: %s", strerror(errno));
    }
    if (status == XH_OK) {
        write_script(script, figure, number);
        status = run_gnuplot(script, drawing, complaints, error);
    }
    if (status == XH_OK) {
        embed(page, figure, number, description, drawing);
    }
    FILE *const files[] = {script, drawing, complaints};
    for (size_t f = 0; f < sizeof(files) / sizeof(files[0]); f++) {
        if (files[f]) {
            fclose(files[f]);
        }
    }
    return status;
}
