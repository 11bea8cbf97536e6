/** Heat maps of a page: a cell for each pair of settings, its colour and text telling its value. */
#ifndef XH_REPORT_MAP_H
#define XH_REPORT_MAP_H

#include "report_page.h"

#include <math.h>

typedef struct xh_report_map {
    const char *title;
    const char *sentence; /* what it shows, below the title */
    const char *x, *y;    /* labels of the axes */
    size_t across, up;
    const char *const *x_names; /* [across] */
    const char *const *y_names; /* [up], from the bottom */
    const double *values;       /* [up][across]; NAN where there is none */
    const double *half_widths;  /* [up][across], of their intervals; NAN where there is none */
    const char *unit;           /* "%", or one that takes an SI prefix */
    bool logarithmic;           /* colours by the logarithm */
} xh_report_map;

/** Writes the map. XH_FAILED if gnuplot is not there or fails. */
xh_status xh_report_map_write(xh_report_page *page, const xh_report_map *map, xh_error *error);

#endif
