/** A sweep: one experiment at many points of its configuration, each with the same seeds. */
#ifndef CROSSHEBB_SWEEP_H
#define CROSSHEBB_SWEEP_H

#include "crosshebb/config.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xh_sweep xh_sweep;

/** How the values of an axis lie; those of a category are texts. */
typedef enum xh_sweep_scale { XH_SWEEP_LINEAR, XH_SWEEP_LOG, XH_SWEEP_CATEGORY } xh_sweep_scale;

/** A key of the configuration that differs from point to point; the texts are the sweep's. */
typedef struct xh_sweep_axis {
    const char *key;
    const char *unit; /* SI, "1" for pure numbers and texts */
    xh_sweep_scale scale;
} xh_sweep_axis;

/**
 * Reads a sweep file and the experiment that it is based on, which must be valid by itself, and lays
 * out the points. XH_INPUT with file, line, key, value and allowed range.
 */
xh_status xh_sweep_load(const char *path, xh_sweep **sweep, xh_error *error);

/** The same from memory; path stands for the file in messages, and its folder is where the base is
 *  looked for. */
xh_status xh_sweep_parse(const char *path, const char *text, size_t size, xh_sweep **sweep,
                         xh_error *error);

/** NULL is legal. */
void xh_sweep_free(xh_sweep *sweep);

const char *xh_sweep_name(const xh_sweep *sweep);
/** The text of the sweep file. */
const char *xh_sweep_text(const xh_sweep *sweep);
/** The experiment that every point is an exception to. */
const xh_config *xh_sweep_base(const xh_sweep *sweep);

size_t xh_sweep_points(const xh_sweep *sweep);
size_t xh_sweep_seed_count(const xh_sweep *sweep);
size_t xh_sweep_axes(const xh_sweep *sweep);

xh_sweep_axis xh_sweep_axis_at(const xh_sweep *sweep, size_t axis);
/** The value of an axis at a point, as the configuration has it. */
const char *xh_sweep_value(const xh_sweep *sweep, size_t axis, size_t point);
/** Seeds of the runs of a point. Every point has the same ones, so that points can be compared in
 *  pairs. */
xh_seed_params xh_sweep_seeds_at(const xh_sweep *sweep, size_t seed);

/**
 * The configuration of one run. XH_INPUT, naming the line of the sweep file or the experiment and
 * the point, if a value is not allowed there.
 */
xh_status xh_sweep_config(const xh_sweep *sweep, size_t point, size_t seed, xh_config *config,
                          xh_error *error);

enum { XH_SWEEP_TEXT_SIZE = 512 };

/** The values of a point, "crossbar.adc_bits = 4, device.model = ideal"; cut if they are many. */
const char *xh_sweep_describe(const xh_sweep *sweep, size_t point, char text[XH_SWEEP_TEXT_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
