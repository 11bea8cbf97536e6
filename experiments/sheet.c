/* Figures on a sheet, two in a row. */
#include "sheet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Pixels. A figure is a title, a legend and a drawing of the size that reports draw. */
enum {
    MARGIN = 28,
    HEAD = 90,
    PANEL_WIDTH = 440,
    DRAWING_HEIGHT = 250,
    DRAWING_TOP = 62,
    GAP_X = 48,
    GAP_Y = 34,
    PANEL_HEIGHT = DRAWING_TOP + DRAWING_HEIGHT,
    FOOT = 34,
    LETTER = 7, /* width of a letter in a legend, about */
    WIDTH = 2 * MARGIN + 2 * PANEL_WIDTH + GAP_X
};

/* The colours of a page in light. */
static const struct {
    const char *name, *value;
} colours[] = {
    {"page", "#fcfcfa"}, {"ink", "#1c2024"}, {"muted", "#5f6872"}, {"axis", "#9aa1a8"},
    {"grid", "#e7e9e8"}, {"c0", "#2166ac"},  {"c1", "#d1661c"},    {"c2", "#2b8a57"},
    {"c3", "#8a4fbf"},   {"c4", "#b8860b"},  {"c5", "#138aa0"},    {"c6", "#c2367d"},
    {"c7", "#b4bac0"},
};
enum { COLOURS = sizeof(colours) / sizeof(colours[0]), SERIES = 5 };

xh_status xh_sheet_open(xh_sheet *sheet, const char *title, const char *summary, const char *remark,
                        xh_error *error) {
    *sheet = (xh_sheet){.title = title, .summary = summary, .remark = remark};
    sheet->stream = open_memstream(&sheet->drawn, &sheet->size);
    return sheet->stream ? XH_OK : xh_error_set(error, XH_MEMORY, "no memory for figures");
}

/* Text in a class of the sheet's own style. */
static void write_text(FILE *stream, const char *class, int x, int y, const char *text) {
    xh_report_page page = {.stream = stream};
    fprintf(stream, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, y);
    xh_report_text(&page, text);
    fputs("</text>\n", stream);
}

/* The same in as many lines as it needs. */
static void write_lines(FILE *stream, const char *class, int x, int y, const char *text) {
    enum { LINE = 150 };
    int lines = 0;
    while (*text) {
        char part[LINE + 1];
        size_t length = strlen(text);
        if (length > LINE) {
            for (length = LINE; length > 1 && text[length] != ' '; length--) {
            }
        }
        snprintf(part, sizeof(part), "%.*s", (int)length, text);
        write_text(stream, class, x, y + 16 * lines++, part);
        text += length + strspn(text + length, " ");
    }
}

static void write_line_key(FILE *stream, const xh_report_series *series, int x, int y) {
    static const char *const dashes[] = {"none", "6 3", "2 3", "6 3 2 3"};
    const bool line = series->shape == XH_REPORT_LINE || series->shape == XH_REPORT_CURVE;
    fprintf(stream,
            "<path d=\"M%d %dh18\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"/>\n", x,
            y - 4, colours[SERIES + series->colour].value,
            dashes[line ? series->colour % (int)(sizeof(dashes) / sizeof(dashes[0])) : 0]);
}

/* What a series looks like, beside its label; returns how wide both are. */
static int write_key(FILE *stream, const xh_report_series *series, int x, int y) {
    const char *colour = colours[SERIES + series->colour].value;
    if (series->shape == XH_REPORT_POINTS) {
        fprintf(stream, "<circle cx=\"%d\" cy=\"%d\" r=\"3.5\" fill=\"%s\"/>\n", x + 9, y - 4,
                colour);
    } else {
        if (series->shape == XH_REPORT_BAND) {
            fprintf(stream,
                    "<rect x=\"%d\" y=\"%d\" width=\"18\" height=\"10\" fill=\"%s\" "
                    "fill-opacity=\"0.25\"/>\n",
                    x, y - 9, colour);
        }
        write_line_key(stream, series, x, y);
    }
    write_text(stream, "key", x + 23, y, series->label);
    return 23 + LETTER * (int)strlen(series->label) + 10;
}

/* One line if the labels have room there, else as many as they need. */
static void write_legend(FILE *stream, const xh_report_figure *figure) {
    int x = 0, y = 40;
    for (size_t s = 0; s < figure->count; s++) {
        const xh_report_series *series = &figure->series[s];
        if (!series->label) {
            continue;
        }
        if (x > 0 && x + 23 + LETTER * (int)strlen(series->label) > PANEL_WIDTH) {
            x = 0;
            y += 17;
        }
        x += write_key(stream, series, x, y);
    }
}

xh_status xh_sheet_figure(xh_sheet *sheet, const xh_report_figure *figure, xh_error *error) {
    const int column = (int)(sheet->figures % 2), row = (int)(sheet->figures / 2);
    xh_report_page page = {.stream = sheet->stream};
    sheet->figures++;
    fprintf(sheet->stream, "<g transform=\"translate(%d %d)\">\n",
            MARGIN + column * (PANEL_WIDTH + GAP_X), HEAD + row * (PANEL_HEIGHT + GAP_Y));
    fputs("<text class=\"title\" x=\"0\" y=\"16\">", sheet->stream);
    xh_report_text(&page, figure->title);
    fputs("<tspan class=\"remark\" dx=\"8\">", sheet->stream);
    xh_report_text(&page, figure->sentence);
    fputs("</tspan></text>\n", sheet->stream);
    write_legend(sheet->stream, figure);
    fprintf(sheet->stream, "<svg y=\"%d\" width=\"%d\" height=\"%d\">\n", DRAWING_TOP, PANEL_WIDTH,
            DRAWING_HEIGHT);
    const xh_status status = xh_report_draw(&page, figure, sheet->figures, figure->sentence, error);
    fputs("</svg>\n</g>\n", sheet->stream);
    return status;
}

/* Copies the drawing with every "var(--name)" replaced by its colour. */
static void copy_coloured(const char *text, FILE *file) {
    static const char variable[] = "var(--";
    while (*text) {
        const char *next = strstr(text, variable);
        const size_t length = next ? (size_t)(next - text) : strlen(text);
        fwrite(text, 1, length, file);
        text += length;
        if (!next) {
            return;
        }
        text += sizeof(variable) - 1;
        const size_t name = strcspn(text, ")");
        size_t c = 0;
        while (c + 1 < COLOURS &&
               (strlen(colours[c].name) != name || strncmp(colours[c].name, text, name) != 0)) {
            c++;
        }
        fputs(colours[c].value, file);
        text += name + 1;
    }
}

static void write_style(FILE *file) {
    fputs("<style>text { font-family: Helvetica, Arial, 'Liberation Sans', sans-serif }\n"
          ".head { font-size: 22px; font-weight: bold; fill: #1c2024 }\n"
          ".title { font-size: 14px; font-weight: bold; fill: #1c2024 }\n"
          ".remark { font-size: 12px; font-weight: normal; fill: #5f6872 }\n"
          ".key { font-size: 12px; fill: #1c2024 }</style>\n",
          file);
}

static void write_sheet(const xh_sheet *sheet, const char *footer, FILE *file) {
    const int rows = (int)(sheet->figures + 1) / 2;
    const int bottom = HEAD + rows * PANEL_HEIGHT + (rows - 1) * GAP_Y;
    const int height = bottom + FOOT + MARGIN + (footer ? 2 * 16 : 0);
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" "
            "xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"%d\" height=\"%d\" "
            "viewBox=\"0 0 %d %d\">\n",
            WIDTH, height, WIDTH, height);
    write_style(file);
    fprintf(file, "<rect width=\"%d\" height=\"%d\" fill=\"#fcfcfa\"/>\n", WIDTH, height);
    write_text(file, "head", MARGIN, MARGIN + 14, sheet->title);
    write_lines(file, "remark", MARGIN, MARGIN + 34, sheet->summary);
    copy_coloured(sheet->drawn, file);
    write_text(file, "remark", MARGIN, bottom + FOOT, sheet->remark);
    if (footer) {
        char text[512];
        snprintf(text, sizeof(text), "Published: %.400s", footer);
        write_lines(file, "remark", MARGIN, bottom + FOOT + 18, text);
    }
    fputs("</svg>\n", file);
}

xh_status xh_sheet_close(xh_sheet *sheet, xh_status so_far, const char *path, const char *footer,
                         xh_error *error) {
    xh_status status = so_far;
    const bool whole = sheet->stream && fclose(sheet->stream) == 0;
    if (status == XH_OK && !whole) {
        status = xh_error_set(error, XH_MEMORY, "no memory for figures");
    }
    if (status == XH_OK) {
        FILE *file = fopen(path, "w");
        if (file) {
            write_sheet(sheet, footer, file);
        }
        if (!file || ferror(file) || fclose(file) != 0) {
            status = xh_error_set(error, XH_IO, "%s: %s", path, strerror(errno));
        }
    }
    free(sheet->drawn);
    *sheet = (xh_sheet){.drawn = NULL};
    return status;
}
