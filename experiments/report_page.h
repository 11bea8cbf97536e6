/**
 * An HTML page that stands alone: nothing to fetch, light and dark, no script but one that sorts
 * tables, without which they are as complete. What comes from files goes through the functions that
 * escape it; markup is only ever a literal of the program.
 */
#ifndef XH_REPORT_PAGE_H
#define XH_REPORT_PAGE_H

#include "crosshebb/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct xh_report_page {
    FILE *stream;
    size_t figures; /* so far; they number the ids */
    bool sorts;     /* some table does */
} xh_report_page;

/** A section of a page about context, e.g. a run. */
typedef struct xh_report_section {
    const char *id;
    const char *title;
    bool (*applies)(const void *context); /* NULL: always */
    xh_status (*write)(xh_report_page *page, const void *context, xh_error *error);
} xh_report_section;

/** What stands above the sections. */
typedef struct xh_report_head {
    const char *title;
    void (*write)(xh_report_page *page, const void *context); /* below the title */
} xh_report_head;

/** Writes the whole page: title, links to the sections that apply, and these. */
xh_status xh_report_page_write(FILE *stream, const xh_report_head *head,
                               const xh_report_section *sections, size_t count, const void *context,
                               xh_error *error);

/** Markup as it is. */
void xh_report_html(xh_report_page *page, const char *markup);
/** Text, escaped. Bytes that are no UTF-8, and control characters, become U+FFFD. */
void xh_report_text(xh_report_page *page, const char *text);
/** Formatted, then escaped; cut at 1023 bytes. */
void xh_report_format(xh_report_page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** The same as a paragraph. */
void xh_report_paragraph(xh_report_page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** Three digits with an SI prefix, "19.8 µJ"; a dash if it is not a number. */
void xh_report_quantity(xh_report_page *page, double value, const char *unit);

/** A headline figure; remark may be NULL. */
void xh_report_tile(xh_report_page *page, const char *label, double value, const char *unit,
                    const char *remark);
/** The same, written by the caller. */
void xh_report_tile_text(xh_report_page *page, const char *label, const char *value,
                         const char *remark);

/** What unfolds under its summary; between open and close stands what it holds. */
void xh_report_details_open(xh_report_page *page, const char *summary);
void xh_report_details_close(xh_report_page *page);

typedef struct xh_report_column {
    const char *title;
    bool number; /* aligned to the right */
} xh_report_column;

/** A table that scrolls by itself where it is wider than the page. */
void xh_report_table_open(xh_report_page *page, const char *caption,
                          const xh_report_column *columns, size_t count);
/** The same with columns that sort, for long tables. */
void xh_report_sortable_open(xh_report_page *page, const char *caption,
                             const xh_report_column *columns, size_t count);
void xh_report_row_open(xh_report_page *page);
/** A cell of text. */
void xh_report_cell(xh_report_page *page, const char *text);
/** A cell of text that heads its row. */
void xh_report_cell_head(xh_report_page *page, const char *text);
/** A cell with a number of up to six digits; a dash if it is not one. */
void xh_report_cell_number(xh_report_page *page, double value);
/** A cell with a share in percent, to two places. */
void xh_report_cell_percent(xh_report_page *page, double share);
/** A cell with a probability, to two digits. */
void xh_report_cell_probability(xh_report_page *page, double value);
/** A cell with a mean and half the width of its interval, the latter left out if it is not a number;
 *  "%" and "points" take the values as they are, other units an SI prefix. */
void xh_report_cell_interval(xh_report_page *page, double mean, double half_width,
                             const char *unit);
/** A cell with a quantity; zero has no unit. */
void xh_report_cell_quantity(xh_report_page *page, double value, const char *unit);
void xh_report_row_close(xh_report_page *page);
void xh_report_table_close(xh_report_page *page);

#endif
