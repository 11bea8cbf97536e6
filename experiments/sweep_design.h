/** Where the points of a sweep lie. */
#ifndef XH_SWEEP_DESIGN_H
#define XH_SWEEP_DESIGN_H

#include "crosshebb/status.h"

#include <stddef.h>

/** Points of a full grid of axes with so many levels each; 0 if they are more than most. */
size_t xh_design_grid_points(const size_t *levels, size_t axes, size_t most);

/** The level of each axis at a point of the grid, choice [axes]; the last axis runs fastest. */
void xh_design_grid(const size_t *levels, size_t axes, size_t point, size_t *choice);

/** A Latin hypercube in the unit cube, u [points][axes]: of each axis every one of so many equal
 *  parts of [0, 1) has one point, anywhere in it. XH_MEMORY. */
xh_status xh_design_latin_hypercube(size_t points, size_t axes, unsigned long seed, double *u,
                                    xh_error *error);

/** Most axes of a Sobol sequence. */
enum { XH_DESIGN_SOBOL_AXES = 40 };

/** The first points of the Sobol sequence in the unit cube, u [points][axes]. XH_MEMORY. */
xh_status xh_design_sobol(size_t points, size_t axes, double *u, xh_error *error);

#endif
