/** Drawings in a page: a script for gnuplot, drawn as SVG in the page's own colours. */
#ifndef XH_REPORT_GNUPLOT_H
#define XH_REPORT_GNUPLOT_H

#include "report_page.h"

enum { XH_REPORT_WIDTH = 440 };

/** What a colour is for; the page's style says what it is, light or dark. From SERIES on a colour a
 *  series, from HEAT on steps from the least to the most. */
enum {
    XH_REPORT_ROLE_TEXT,
    XH_REPORT_ROLE_AXIS,
    XH_REPORT_ROLE_GRID,
    XH_REPORT_ROLE_INK,
    XH_REPORT_ROLE_PAGE,
    XH_REPORT_ROLE_SERIES = 10,
    XH_REPORT_ROLE_HEAT = 30
};
enum { XH_REPORT_HEATS = 9 };

/** The colour of a role, as a script writes it. */
int xh_report_colour(int role);

/** Text as a script writes it, in single quotes: nothing there means anything to gnuplot but the
 *  quote itself. */
void xh_report_quoted(FILE *script, const char *text);

typedef struct xh_report_drawing {
    size_t number; /* tells its ids from those of other drawings */
    const char *title;
    const char *description; /* what it shows, in words */
    int height;
    bool points; /* it has points */
    FILE *script;
} xh_report_drawing;

/** Begins a script with its terminal. XH_IO. */
xh_status xh_report_drawing_open(xh_report_drawing *drawing, xh_error *error);

/** Ends it, and writes what gnuplot makes of it. XH_FAILED if gnuplot is not there or fails. */
xh_status xh_report_drawing_close(xh_report_page *page, xh_report_drawing *drawing,
                                  xh_error *error);

#endif
