/**
 * Figures beside each other on one sheet, an SVG file that stands alone: what a page does with
 * markup and style (titles, legends, colours) is written into the drawing, in colours that any
 * viewer knows.
 */
#ifndef XH_SHEET_H
#define XH_SHEET_H

#include "report_figure.h"

typedef struct xh_sheet {
    char *drawn; /* the figures so far */
    size_t size;
    FILE *stream; /* to drawn */
    size_t figures;
    const char *title;
    const char *summary;
    const char *remark;
} xh_sheet;

/** Begins a sheet, with a summary below its title and a remark at its end. XH_MEMORY. */
xh_status xh_sheet_open(xh_sheet *sheet, const char *title, const char *summary, const char *remark,
                        xh_error *error);

/** Adds a figure; series without a label are left out of its legend. XH_FAILED without gnuplot. */
xh_status xh_sheet_figure(xh_sheet *sheet, const xh_report_figure *figure, xh_error *error);

/** Writes the sheet to the file, with a line below (may be NULL), if the status so far is XH_OK, and
 *  frees it. XH_IO. */
xh_status xh_sheet_close(xh_sheet *sheet, xh_status so_far, const char *path, const char *footer,
                         xh_error *error);

#endif
