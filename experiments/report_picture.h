/** Weights as a picture of tiles, inside the page. */
#ifndef XH_REPORT_PICTURE_H
#define XH_REPORT_PICTURE_H

#include "report_page.h"

#include "result_read.h"

/** Writes the weights [neurons][rows][columns][channels] as an image, a tile a neuron: three
 *  channels as red, green and blue, others as grey of their mean; each tile from the smallest to
 *  the largest of its weights. text says what it shows. XH_MEMORY, XH_FAILED of libpng. */
xh_status xh_report_weights(xh_report_page *page, const xh_result_array *weights, const char *text,
                            xh_error *error);

#endif
