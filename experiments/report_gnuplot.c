/*
 * Drawings by gnuplot: a script goes in, SVG comes out and is changed on its way into the page.
 * Colours of the script are numbers of roles, which become the page's own colours (light or dark,
 * CSS); ids get the figure's number; empty groups go. No shell is between, and no text of the script
 * is evaluated: labels stand in single quotes.
 */
#include "report_gnuplot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The red and green of a colour whose blue is a role. */
enum { ROLE_RED = 254, ROLE_GREEN = 1 };

enum { FONT_SIZE = 12, NAME = 32 };

int xh_report_colour(int role) {
    return ROLE_RED << 16 | ROLE_GREEN << 8 | role;
}

void xh_report_quoted(FILE *script, const char *text) {
    fputc('\'', script);
    for (; *text; text++) {
        fputc((unsigned char)*text < 0x20 ? ' ' : *text, script);
        if (*text == '\'') {
            fputc('\'', script);
        }
    }
    fputc('\'', script);
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
    if (WIFSIGNALED(status)) {
        return xh_error_set(error, XH_FAILED, "gnuplot failed: %s", strsignal(WTERMSIG(status)));
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
    switch (role) {
    case XH_REPORT_ROLE_TEXT:
        return "var(--muted)";
    case XH_REPORT_ROLE_AXIS:
        return "var(--axis)";
    case XH_REPORT_ROLE_GRID:
        return "var(--grid)";
    case XH_REPORT_ROLE_INK:
        return "var(--ink)";
    case XH_REPORT_ROLE_PAGE:
        return "var(--page)";
    default:
        snprintf(name, NAME, "var(--%c%d)", role >= XH_REPORT_ROLE_HEAT ? 'h' : 'c',
                 role -
                     (role >= XH_REPORT_ROLE_HEAT ? XH_REPORT_ROLE_HEAT : XH_REPORT_ROLE_SERIES));
        return name;
    }
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

/* Of what gnuplot defines for all drawings, the filled disc of points of type 7. */
static bool defines_point(const char *line) {
    return begins(line, "<defs>") || begins(line, "</defs>") || strstr(line, "id='gpPt5'") ||
           strstr(line, "id='gpPt6'");
}

/* A line of text that grows as need be. */
typedef struct line {
    char *text;
    size_t room;
} line;

/* Copies what stands inside gnuplot's outermost group, and the shape of points where the figure has
 * any. A group that the next line closes is left out. */
static void copy_drawing(FILE *stream, FILE *drawing, size_t number, bool points) {
    line now = {NULL, 0}, held = {NULL, 0};
    bool inside = false, defining = false, holding = false;
    while (getline(&now.text, &now.room, drawing) >= 0 && !begins(now.text, "</svg>")) {
        defining = defining || begins(now.text, "<defs>");
        const bool wanted = inside && (!defining || (points && defines_point(now.text))) &&
                            !begins(now.text, "<rect x=\"0\"");
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

static void embed(xh_report_page *page, const xh_report_drawing *drawing, FILE *drawn) {
    const size_t number = drawing->number;
    fprintf(page->stream,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"f%zut f%zud\" "
            "xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">\n"
            "<title id=\"f%zut\">",
            XH_REPORT_WIDTH, drawing->height, number, number, number);
    xh_report_text(page, drawing->title);
    fprintf(page->stream, "</title><desc id=\"f%zud\">", number);
    xh_report_text(page, drawing->description);
    xh_report_html(page, "</desc>\n<g>");
    copy_drawing(page->stream, drawn, number, drawing->points);
    xh_report_html(page, "</svg>\n");
}

xh_status xh_report_drawing_open(xh_report_drawing *drawing, xh_error *error) {
    drawing->script = tmpfile();
    if (!drawing->script) {
        return xh_error_set(error, XH_IO, "no temporary file for a figure: %s", strerror(errno));
    }
    fprintf(drawing->script,
            "set terminal svg size %d,%d dynamic noenhanced font 'inherit,%d' name 'f%zu'\n"
            "set encoding utf8\nunset key\n",
            XH_REPORT_WIDTH, drawing->height, FONT_SIZE, drawing->number);
    return XH_OK;
}

xh_status xh_report_drawing_close(xh_report_page *page, xh_report_drawing *drawing,
                                  xh_error *error) {
    FILE *drawn = tmpfile(), *complaints = tmpfile();
    xh_status status =
        drawn && complaints
            ? run_gnuplot(drawing->script, drawn, complaints, error)
            : xh_error_set(error, XH_IO, "no temporary files for a figure: %s", strerror(errno));
    if (status == XH_OK) {
        embed(page, drawing, drawn);
    }
    FILE *const files[] = {drawing->script, drawn, complaints};
    for (size_t f = 0; f < sizeof(files) / sizeof(files[0]); f++) {
        if (files[f]) {
            fclose(files[f]);
        }
    }
    drawing->script = NULL;
    return status;
}
