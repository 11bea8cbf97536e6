/**
 * Figures of a page: drawn by gnuplot as SVG that stands in the page and takes its colours, with a
 * legend, a description in words and the numbers in a table.
 */
#ifndef XH_REPORT_FIGURE_H
#define XH_REPORT_FIGURE_H

#include "report_page.h"

#include <math.h>

typedef enum xh_report_shape {
    XH_REPORT_LINE,   /* y against x */
    XH_REPORT_BAND,   /* the area between low and high against x */
    XH_REPORT_STEPS,  /* y between x[k] and x[k + 1]; x has count + 1 values */
    XH_REPORT_BARS,   /* a bar from low to high at each x = 0, 1, ... */
    XH_REPORT_POINTS, /* y against x, with an interval low to high if these are not NULL */
    XH_REPORT_CURVE   /* the same, joined by a line */
} xh_report_shape;

/** One thing that a figure shows. Points that are not finite are left out. */
typedef struct xh_report_series {
    const char *label;
    xh_report_shape shape;
    int colour; /* 0 .. XH_REPORT_COLOURS - 1; lines beyond the first colour are dashed */
    size_t count;
    const double *x, *y, *low, *high; /* those that the shape has */
} xh_report_series;

enum { XH_REPORT_COLOURS = 8 };

typedef struct xh_report_axis {
    const char *label;
    const char *unit; /* "" for pure numbers, else the axis takes an SI prefix */
    bool logarithmic;
    double low, high;         /* NAN: as the data have it */
    const char *const *ticks; /* names of 0, 1, ..., or of places; or NULL */
    const double *places;     /* or NULL */
    size_t tick_count;
} xh_report_axis;

typedef struct xh_report_figure {
    const char *title;
    const char *sentence; /* what it shows, below the title */
    xh_report_axis x, y;
    const xh_report_series *series;
    size_t count;
} xh_report_figure;

/** An axis as the data have it. */
xh_report_axis xh_report_axis_of(const char *label, const char *unit);

/** Writes the figure. XH_FAILED if gnuplot is not there or fails. */
xh_status xh_report_figure_write(xh_report_page *page, const xh_report_figure *figure,
                                 xh_error *error);

/** Writes figures [count] beside each other. */
xh_status xh_report_figures_write(xh_report_page *page, const xh_report_figure *figures,
                                  size_t count, xh_error *error);

/** What an axis divides its values by, and the prefix of its unit. */
typedef struct xh_report_scale {
    double divisor;
    const char *prefix;
} xh_report_scale;

/** The scales that gnuplot draws by. */
xh_report_scale xh_report_scale_x(const xh_report_figure *figure);
xh_report_scale xh_report_scale_y(const xh_report_figure *figure);

/** The drawing alone, as SVG; number tells its ids from those of other figures, description is
 *  what it shows in words. */
xh_status xh_report_draw(xh_report_page *page, const xh_report_figure *figure, size_t number,
                         const char *description, xh_error *error);

#endif
