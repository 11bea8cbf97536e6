/** The parts of a sweep, as its files share them. */
#ifndef XH_SWEEP_INTERNAL_H
#define XH_SWEEP_INTERNAL_H

#include "config_tree.h"

#include "crosshebb/sweep.h"

/** Most points of a sweep, and most axes. */
enum { XH_SWEEP_POINTS = 1000000, XH_SWEEP_AXES = 64 };

/** One value that an axis takes, and where it was written. */
typedef struct xh_sweep_level {
    char *text;
    const char *place; /* the tree's */
} xh_sweep_level;

/** An axis as it was written: values, or the range that samples are drawn from. */
typedef struct xh_sweep_column {
    const xh_node *node;
    xh_sweep_axis axis;
    bool whole; /* its parameter is an integer */
    xh_sweep_level *levels;
    size_t level_count; /* 0: a range, of which every point gets a level of its own */
    double begin, end;
    size_t *choice; /* [points]: the level of each */
} xh_sweep_column;

struct xh_sweep {
    char *text;
    xh_node *tree;      /* of the sweep file */
    xh_node *base;      /* of the experiment */
    xh_node *set;       /* exceptions to it, of all points; NULL: none */
    xh_config resolved; /* base and set */
    size_t points;
    size_t column_count;
    xh_sweep_column *columns;
    size_t seed_count;
    xh_seed_params *seeds;
};

/** Reads the entry `axes` of the tree into the columns. */
xh_status xh_sweep_read_axes(xh_sweep *sweep, xh_error *error);

/** Reads the entry `design` and lays out the points. */
xh_status xh_sweep_read_design(xh_sweep *sweep, xh_error *error);

/** Reads the entry `seeds`. */
xh_status xh_sweep_read_seeds(xh_sweep *sweep, xh_error *error);

/** Appends a level, whose text is copied. */
xh_status xh_sweep_add_level(xh_sweep_column *column, const char *text, const char *place,
                             xh_error *error);

/** Appends the level at a part t, 0..1, of the way from begin to end on the axis' scale: rounded to 12
 *  digits, so that it does not depend on the machine's logarithms, and whole where the parameter is. */
xh_status xh_sweep_add_between(xh_sweep_column *column, double t, const char *place,
                               xh_error *error);

#endif
