/** A device model that was fitted, and the forms in which it is shown. */
#ifndef XH_FIT_VIEW_H
#define XH_FIT_VIEW_H

#include "command.h"
#include "fit.h"

/** The device as a preset, written beside its name, which ends in .yaml, and renamed. XH_INPUT if
 *  the name has another ending, XH_IO. */
xh_status xh_fit_write(const xh_fit *fit, const xh_measured *measured, const char *path,
                       xh_error *error);

/** Figures of data and fit in one SVG file that stands alone. XH_FAILED without gnuplot, XH_IO. */
xh_status xh_fit_plot(const xh_fit *fit, const xh_measured *measured, const char *path,
                      xh_error *error);

#endif
