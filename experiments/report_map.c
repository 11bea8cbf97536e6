/* Heat maps by gnuplot: cells, with their values where there is room, a scale of colours, and the
 * values with their intervals as a table. */
#include "report_map.h"

#include "command.h"
#include "report_gnuplot.h"

#include <string.h>

enum {
    ROW_HEIGHT = 26,
    LEAST_HEIGHT = 170,
    FRAME = 84, /* pixels above and below the cells */
    ROOM = 350, /* pixels beside the names of the rows */
    LETTER = 7, /* pixels */
    CELL_TEXT = 36
};

/* From where to where the colours go. */
typedef struct range {
    double low, high;
} range;

static range range_of(const xh_report_map *map) {
    range all = {INFINITY, -INFINITY};
    for (size_t c = 0; c < map->across * map->up; c++) {
        if (isfinite(map->values[c])) {
            all.low = fmin(all.low, map->values[c]);
            all.high = fmax(all.high, map->values[c]);
        }
    }
    return all;
}

/* Which of the steps of colour a value has. */
static int heat_of(const xh_report_map *map, range all, double value) {
    const double from = map->logarithmic ? log(all.low) : all.low;
    const double to = map->logarithmic ? log(all.high) : all.high;
    const double at = map->logarithmic ? log(value) : value;
    const double part = to > from ? (at - from) / (to - from) : 0.5;
    const int step = (int)(part * XH_REPORT_HEATS);
    return step < XH_REPORT_HEATS ? step : XH_REPORT_HEATS - 1;
}

/* Whether there is room for values in the cells. */
static bool has_texts(const xh_report_map *map) {
    return map->across * CELL_TEXT <= ROOM;
}

/* Digits after the point of the values in cells: three in all, or as many as tell the steps of colour
 * apart. */
static int decimals_of(const xh_report_map *map, range all, double divisor) {
    enum { MOST = 5 };
    const double most = all.high / divisor, step = (all.high - all.low) / divisor / XH_REPORT_HEATS;
    double places = strcmp(map->unit, "%") == 0 ? 1 : most > 0 ? 2 - floor(log10(most)) : 0;
    if (step > 0 && !map->logarithmic) {
        places = fmax(places, -floor(log10(step)));
    }
    return (int)fmin(fmax(places, 0), MOST);
}

/* The value in quotes: its unit stands above. On a logarithmic scale every value has three digits. */
static void write_short(FILE *script, const xh_report_map *map, double value, int decimals) {
    char text[32];
    snprintf(text, sizeof(text), map->logarithmic ? "%.*g" : "%.*f",
             map->logarithmic ? 3 : decimals, value);
    xh_report_quoted(script, text);
}

/* What values are divided by, and the unit that they have then. */
static double divisor_of(const xh_report_map *map, range all, char unit[XH_QUANTITY_SIZE]) {
    const bool plain = strcmp(map->unit, "%") == 0 || map->logarithmic;
    const xh_quantity_scale scale = xh_quantity_scale_of(plain ? 1 : all.high);
    snprintf(unit, XH_QUANTITY_SIZE, "%s%s", *scale.prefix == 'u' ? "µ" : scale.prefix, map->unit);
    return scale.divisor;
}

/* Names along an axis, as many as there is room for. */
static void write_ticks(FILE *script, char axis, size_t count, const char *const *names) {
    size_t letters = 0;
    for (size_t k = 0; k < count; k++) {
        letters += strlen(names[k]) + 2;
    }
    const size_t step = axis == 'x' ? letters * LETTER / ROOM + 1 : 1;
    fprintf(script, "set %ctics (", axis);
    for (size_t k = 0; k < count; k += step) {
        fputs(k == 0 ? "" : ", ", script);
        xh_report_quoted(script, names[k]);
        fprintf(script, " %zu", k);
    }
    fputs(") scale 0\n", script);
}

static void write_settings(FILE *script, const xh_report_map *map) {
    const int text = xh_report_colour(XH_REPORT_ROLE_TEXT);
    fprintf(script, "unset border\nset tics nomirror textcolor rgb %d\nset tmargin 2.2\n", text);
    fprintf(script, "set rmargin 1\nset xrange [-0.5:%zu.5]\nset yrange [-0.5:%zu.5]\n",
            map->across - 1, map->up - 1);
    write_ticks(script, 'x', map->across, map->x_names);
    write_ticks(script, 'y', map->up, map->y_names);
    fprintf(script, "set xlabel textcolor rgb %d offset 0,0.3 ", text);
    xh_report_quoted(script, map->x);
    fprintf(script, "\nset label 1 at screen 0, 0.95 left textcolor rgb %d ", text);
    xh_report_quoted(script, map->y);
    fputc('\n', script);
}

/* How values are written. */
typedef struct ink {
    double divisor;
    int decimals;
} ink;

/* What is done with a cell that has a value; heat is its step of colour. */
typedef void cell_visitor(FILE *script, const xh_report_map *map, size_t cell, int heat, ink look);

/* A value in its cell, light on dark or dark on light. */
static void write_text(FILE *script, const xh_report_map *map, size_t cell, int heat, ink look) {
    const bool pale = heat <= XH_REPORT_HEATS / 2;
    fprintf(script, "set label ");
    write_short(script, map, map->values[cell] / look.divisor, look.decimals);
    fprintf(script, " at %zu, %zu center front font ',11' textcolor rgb %d\n", cell % map->across,
            cell / map->across, xh_report_colour(pale ? XH_REPORT_ROLE_INK : XH_REPORT_ROLE_PAGE));
}

/* A cell in its colour. */
static void write_cell(FILE *script, const xh_report_map *map, size_t cell, int heat, ink look) {
    const size_t column = cell % map->across, row = cell / map->across;
    const double x = (double)column, y = (double)row;
    (void)look;
    fprintf(script, "%.0f %.0f %.2f %.2f %.2f %.2f %d\n", x, y, x - 0.48, x + 0.48, y - 0.46,
            y + 0.46, xh_report_colour(XH_REPORT_ROLE_HEAT + heat));
}

static void visit_cells(FILE *script, const xh_report_map *map, range all, double divisor,
                        cell_visitor *visit) {
    const ink look = {divisor, decimals_of(map, all, divisor)};
    for (size_t c = 0; c < map->across * map->up; c++) {
        if (isfinite(map->values[c])) {
            visit(script, map, c, heat_of(map, all, map->values[c]), look);
        }
    }
}

static xh_status draw(xh_report_page *page, const xh_report_map *map, range all, double divisor,
                      const char *description, xh_error *error) {
    const int height = FRAME + ROW_HEIGHT * (int)map->up;
    xh_report_drawing drawing = {.number = page->figures,
                                 .title = map->title,
                                 .description = description,
                                 .height = height > LEAST_HEIGHT ? height : LEAST_HEIGHT};
    const xh_status status = xh_report_drawing_open(&drawing, error);
    if (status != XH_OK) {
        return status;
    }
    write_settings(drawing.script, map);
    if (has_texts(map)) {
        visit_cells(drawing.script, map, all, divisor, write_text);
    }
    fputs("$cells << EOD\n", drawing.script);
    visit_cells(drawing.script, map, all, divisor, write_cell);
    fputs("EOD\nplot $cells using 1:2:3:4:5:6:7 with boxxyerror fs solid 1 noborder lc rgb "
          "variable\n",
          drawing.script);
    return xh_report_drawing_close(page, &drawing, error);
}

static void write_scale(xh_report_page *page, const xh_report_map *map, range all) {
    char text[XH_QUANTITY_SIZE];
    xh_report_html(page, "<p class=\"scale\">");
    xh_report_text(page, xh_quantity_interval(all.low, NAN, map->unit, text));
    xh_report_html(page, " <span aria-hidden=\"true\">");
    for (int heat = 0; heat < XH_REPORT_HEATS; heat++) {
        fprintf(page->stream, "<i class=\"h%d\"></i>", heat);
    }
    xh_report_html(page, "</span> ");
    xh_report_text(page, xh_quantity_interval(all.high, NAN, map->unit, text));
    xh_report_html(page, "</p>\n");
}

static void write_numbers(xh_report_page *page, const xh_report_map *map) {
    enum { MOST = 128 };
    xh_report_column columns[MOST + 1];
    char corner[256];
    const size_t across = map->across < MOST ? map->across : MOST;
    snprintf(corner, sizeof(corner), "%s \\ %s", map->y, map->x);
    columns[0] = (xh_report_column){corner, false};
    for (size_t x = 0; x < across; x++) {
        columns[x + 1] = (xh_report_column){map->x_names[x], true};
    }
    xh_report_details_open(page, "Numbers");
    xh_report_table_open(page, map->title, columns, across + 1);
    for (size_t y = 0; y < map->up; y++) {
        xh_report_row_open(page);
        xh_report_cell_head(page, map->y_names[y]);
        for (size_t x = 0; x < across; x++) {
            const size_t cell = y * map->across + x;
            xh_report_cell_interval(page, map->values[cell], map->half_widths[cell], map->unit);
        }
        xh_report_row_close(page);
    }
    xh_report_table_close(page);
    xh_report_details_close(page);
}

/* Where the least and the most are. */
static void describe(const xh_report_map *map, range all, char text[1024]) {
    size_t least = 0, most = 0;
    char low[XH_QUANTITY_SIZE], high[XH_QUANTITY_SIZE];
    for (size_t c = 0; c < map->across * map->up; c++) {
        least = map->values[c] == all.low ? c : least;
        most = map->values[c] == all.high ? c : most;
    }
    snprintf(text, 1024, "%s Least, %s, at %s = %s, %s = %s; most, %s, at %s = %s, %s = %s.",
             map->sentence, xh_quantity_interval(all.low, NAN, map->unit, low), map->x,
             map->x_names[least % map->across], map->y, map->y_names[least / map->across],
             xh_quantity_interval(all.high, NAN, map->unit, high), map->x,
             map->x_names[most % map->across], map->y, map->y_names[most / map->across]);
}

xh_status xh_report_map_write(xh_report_page *page, const xh_report_map *map, xh_error *error) {
    const range all = range_of(map);
    char unit[XH_QUANTITY_SIZE], description[1024];
    const double divisor = divisor_of(map, all, unit);
    page->figures++;
    describe(map, all, description);
    xh_report_html(page, "<figure>\n<figcaption><strong>");
    xh_report_text(page, map->title);
    xh_report_html(page, "</strong> ");
    xh_report_text(page, map->sentence);
    if (has_texts(map)) {
        xh_report_format(page, " In %s.", unit);
    }
    xh_report_html(page, "</figcaption>\n");
    write_scale(page, map, all);
    const xh_status status = draw(page, map, all, divisor, description, error);
    if (status == XH_OK) {
        write_numbers(page, map);
    }
    xh_report_html(page, "</figure>\n");
    return status;
}
