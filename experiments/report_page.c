/* The skeleton of a page and the pieces that sections are made of. */
#include "report_page.h"

#include "command.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

extern const xh_embedded xh_report_styles[];
extern const xh_embedded xh_report_scripts[];

void xh_report_html(xh_report_page *page, const char *markup) {
    fputs(markup, page->stream);
}

/* What stands for a character that markup has a use for, or that no page can hold; NULL for all
 * others. */
static const char *entity(char character) {
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return ((unsigned char)character < 0x20 && character != '\n' && character != '\t') ||
                       character == 0x7f
                   ? "\xef\xbf\xbd"
                   : NULL;
    }
}

void xh_report_text(xh_report_page *page, const char *text) {
    while (*text) {
        const size_t length = xh_character_length(text);
        const char *other = length == 0 ? "\xef\xbf\xbd" : entity(*text);
        if (other) {
            fputs(other, page->stream);
        } else {
            fwrite(text, 1, length, page->stream);
        }
        text += length ? length : 1;
    }
}

static void write_formatted(xh_report_page *page, const char *format, va_list arguments) {
    char text[1024];
    vsnprintf(text, sizeof(text), format, arguments);
    xh_report_text(page, text);
}

void xh_report_format(xh_report_page *page, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write_formatted(page, format, arguments);
    va_end(arguments);
}

void xh_report_paragraph(xh_report_page *page, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    xh_report_html(page, "<p>");
    write_formatted(page, format, arguments);
    xh_report_html(page, "</p>\n");
    va_end(arguments);
}

/* A number and its unit, which is behind the last space. */
static void write_quantity(xh_report_page *page, char *text, const char *unit) {
    char *space = strrchr(text, ' ');
    const bool micro = space[1] == 'u' && strcmp(space + 1, unit) != 0;
    *space = '\0';
    xh_report_text(page, text);
    xh_report_html(page, micro ? "&#160;µ" : "&#160;");
    xh_report_text(page, space + (micro ? 2 : 1));
}

void xh_report_quantity(xh_report_page *page, double value, const char *unit) {
    char text[XH_QUANTITY_SIZE];
    if (!isfinite(value)) {
        xh_report_html(page, "&#8211;");
        return;
    }
    xh_quantity(value, unit, text);
    write_quantity(page, text, unit);
}

static void open_tile(xh_report_page *page, const char *label) {
    xh_report_html(page, "<div class=\"tile\"><dt>");
    xh_report_text(page, label);
    xh_report_html(page, "</dt><dd><span class=\"value\">");
}

static void close_tile(xh_report_page *page, const char *remark) {
    xh_report_html(page, "</span>");
    if (remark) {
        xh_report_html(page, " <span class=\"remark\">");
        xh_report_text(page, remark);
        xh_report_html(page, "</span>");
    }
    xh_report_html(page, "</dd></div>\n");
}

void xh_report_tile(xh_report_page *page, const char *label, double value, const char *unit,
                    const char *remark) {
    open_tile(page, label);
    xh_report_quantity(page, value, unit);
    close_tile(page, remark);
}

void xh_report_tile_text(xh_report_page *page, const char *label, const char *value,
                         const char *remark) {
    open_tile(page, label);
    xh_report_text(page, value);
    close_tile(page, remark);
}

void xh_report_details_open(xh_report_page *page, const char *summary) {
    xh_report_html(page, "<details><summary>");
    xh_report_text(page, summary);
    xh_report_html(page, "</summary>\n");
}

void xh_report_details_close(xh_report_page *page) {
    xh_report_html(page, "</details>\n");
}

static void open_table(xh_report_page *page, bool sorts, const char *caption,
                       const xh_report_column *columns, size_t count) {
    xh_report_html(page, sorts ? "<div class=\"scroll long\"" : "<div class=\"scroll\"");
    xh_report_html(page, " tabindex=\"0\" role=\"region\" aria-label=\"");
    xh_report_text(page, caption);
    xh_report_html(page, sorts ? "\"><table class=\"sortable\"><caption>" : "\"><table><caption>");
    xh_report_text(page, caption);
    xh_report_html(page, "</caption>\n<thead><tr>");
    for (size_t c = 0; c < count; c++) {
        xh_report_html(page, columns[c].number ? "<th scope=\"col\" class=\"number\">"
                                               : "<th scope=\"col\">");
        xh_report_text(page, columns[c].title);
        xh_report_html(page, "</th>");
    }
    xh_report_html(page, "</tr></thead>\n<tbody>\n");
}

void xh_report_table_open(xh_report_page *page, const char *caption,
                          const xh_report_column *columns, size_t count) {
    open_table(page, false, caption, columns, count);
}

void xh_report_sortable_open(xh_report_page *page, const char *caption,
                             const xh_report_column *columns, size_t count) {
    page->sorts = true;
    open_table(page, true, caption, columns, count);
}

void xh_report_row_open(xh_report_page *page) {
    xh_report_html(page, "<tr>");
}

void xh_report_cell(xh_report_page *page, const char *text) {
    xh_report_html(page, "<td>");
    xh_report_text(page, text);
    xh_report_html(page, "</td>");
}

void xh_report_cell_head(xh_report_page *page, const char *text) {
    xh_report_html(page, "<th scope=\"row\">");
    xh_report_text(page, text);
    xh_report_html(page, "</th>");
}

void xh_report_cell_number(xh_report_page *page, double value) {
    xh_report_html(page, "<td class=\"number\">");
    if (isfinite(value)) {
        xh_report_format(page, "%.6g", value);
    } else {
        xh_report_html(page, "&#8211;");
    }
    xh_report_html(page, "</td>");
}

void xh_report_cell_percent(xh_report_page *page, double share) {
    xh_report_html(page, "<td class=\"number\">");
    xh_report_format(page, "%.2f", 100 * share);
    xh_report_html(page, "&#160;%</td>");
}

static void open_value(xh_report_page *page, double value) {
    xh_report_html(page, "<td class=\"number\"");
    if (isfinite(value)) {
        xh_report_format(page, " data-value=%.9g", value);
    }
    xh_report_html(page, ">");
}

void xh_report_cell_probability(xh_report_page *page, double value) {
    open_value(page, value);
    if (!isfinite(value)) {
        xh_report_html(page, "&#8211;");
    } else {
        xh_report_format(page, value < 1e-4 ? "< 0.0001" : "%.2g", value);
    }
    xh_report_html(page, "</td>");
}

void xh_report_cell_interval(xh_report_page *page, double mean, double half_width,
                             const char *unit) {
    char text[XH_QUANTITY_SIZE];
    open_value(page, mean);
    if (isfinite(mean)) {
        write_quantity(page, xh_quantity_interval(mean, half_width, unit, text), unit);
    } else {
        xh_report_html(page, "&#8211;");
    }
    xh_report_html(page, "</td>");
}

void xh_report_cell_quantity(xh_report_page *page, double value, const char *unit) {
    xh_report_html(page, "<td class=\"number\">");
    if (value == 0) {
        xh_report_html(page, "0");
    } else {
        xh_report_quantity(page, value, unit);
    }
    xh_report_html(page, "</td>");
}

void xh_report_row_close(xh_report_page *page) {
    xh_report_html(page, "</tr>\n");
}

void xh_report_table_close(xh_report_page *page) {
    xh_report_html(page, "</tbody></table></div>\n");
}

static bool applies(const xh_report_section *section, const void *context) {
    return !section->applies || section->applies(context);
}

static void write_links(xh_report_page *page, const xh_report_section *sections, size_t count,
                        const void *context) {
    xh_report_html(page, "<nav aria-label=\"Sections\"><ul>");
    for (size_t s = 0; s < count; s++) {
        if (applies(&sections[s], context)) {
            xh_report_html(page, "<li><a href=\"#");
            xh_report_text(page, sections[s].id);
            xh_report_html(page, "\">");
            xh_report_text(page, sections[s].title);
            xh_report_html(page, "</a></li>");
        }
    }
    xh_report_html(page, "</ul></nav>\n");
}

static xh_status write_section(xh_report_page *page, const xh_report_section *section,
                               const void *context, xh_error *error) {
    xh_report_html(page, "<section id=\"");
    xh_report_text(page, section->id);
    xh_report_html(page, "\">\n<h2>");
    xh_report_text(page, section->title);
    xh_report_html(page, "</h2>\n");
    const xh_status status = section->write(page, context, error);
    xh_report_html(page, "</section>\n");
    return status;
}

xh_status xh_report_page_write(FILE *stream, const xh_report_head *head,
                               const xh_report_section *sections, size_t count, const void *context,
                               xh_error *error) {
    xh_report_page page = {.stream = stream};
    xh_report_html(&page,
                   "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    xh_report_text(&page, head->title);
    xh_report_html(&page, "</title>\n<style>\n");
    xh_report_html(&page, xh_report_styles[0].text);
    xh_report_html(&page, "</style>\n</head>\n<body>\n<header>\n<h1>");
    xh_report_text(&page, head->title);
    xh_report_html(&page, "</h1>\n");
    head->write(&page, context);
    xh_report_html(&page, "</header>\n");
    write_links(&page, sections, count, context);
    xh_report_html(&page, "<main>\n");
    xh_status status = XH_OK;
    for (size_t s = 0; status == XH_OK && s < count; s++) {
        if (applies(&sections[s], context)) {
            status = write_section(&page, &sections[s], context, error);
        }
    }
    xh_report_html(&page, "</main>\n");
    if (page.sorts) {
        xh_report_html(&page, "<script>\n");
        xh_report_html(&page, xh_report_scripts[0].text);
        xh_report_html(&page, "</script>\n");
    }
    xh_report_html(&page, "</body>\n</html>\n");
    return status;
}
