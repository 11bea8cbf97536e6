/** A device that was measured, and the forms in which it is shown. */
#ifndef XH_DEVICE_VIEW_H
#define XH_DEVICE_VIEW_H

#include "command.h"
#include "device_published.h"

typedef struct xh_device_view {
    const char *name; /* as typed */
    char summary[XH_PARAM_TEXT_SIZE];
    const xh_device_model *model;
    xh_param_values params;
    xh_device_measurement how;
    xh_device_response response;
    bool compared; /* there is a published response, of this device as it is published */
    xh_published published;
} xh_device_view;

/** For people, on standard output. */
void xh_device_view_text(const xh_device_view *view);

/** One JSON object on standard output; weights are (G - zero_S) / unit_S. */
void xh_device_view_json(const xh_device_view *view);

/** Figures in one SVG file that stands alone. XH_FAILED without gnuplot, XH_IO. */
xh_status xh_device_view_plot(const xh_device_view *view, const char *path, xh_error *error);

/** How far the response is from the published one: the largest differences of mean and deviation,
 *  in weights, and after how many pulses; false if they have no pulse in common. */
bool xh_device_view_distance(const xh_device_view *view, double *mean, double *deviation,
                             size_t *pulse);

#endif
