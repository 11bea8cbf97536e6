/* The points of a sweep file: how the values of its axes are put together. */
#include "sweep_design.h"
#include "sweep_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What `design` says. */
typedef struct design {
    long latin_hypercube; /* points; 0: another design */
    long sobol;
    long seed;
} design;

#define COUNT(field, sentence) XH_INTEGER(design, field, "1", 0, 1, XH_SWEEP_POINTS, sentence)
static const xh_param design_rows[] = {
    COUNT(latin_hypercube, "points of a Latin hypercube"),
    COUNT(sobol, "points of a Sobol sequence"),
    XH_INTEGER(design, seed, "1", 1, 0, 4294967295.0, "seed of the Latin hypercube"),
};
#undef COUNT
static const xh_param_table design_table = XH_PARAM_TABLE(design, design_rows);

/* Room for the level of each point. */
static xh_status make_room(xh_sweep *sweep, size_t points, xh_error *error) {
    sweep->points = points;
    for (size_t a = 0; a < sweep->column_count; a++) {
        sweep->columns[a].choice = calloc(points, sizeof(size_t));
        if (!sweep->columns[a].choice) {
            return xh_error_set(error, XH_MEMORY, "no memory for %zu points", points);
        }
    }
    return XH_OK;
}

/* XH_INPUT if an axis has a range, which only samples can be drawn from. */
static xh_status refuse_ranges(const xh_sweep *sweep, xh_error *error) {
    for (size_t a = 0; a < sweep->column_count; a++) {
        const xh_node *range = xh_node_entry(sweep->columns[a].node, "range");
        if (range) {
            return xh_node_error(range, error,
                                 "%s needs a design of latin_hypercube or sobol; a grid takes "
                                 "values, linear or log",
                                 range->path);
        }
    }
    return XH_OK;
}

static xh_status lay_grid(xh_sweep *sweep, const xh_node *place, xh_error *error) {
    size_t levels[XH_SWEEP_AXES], choice[XH_SWEEP_AXES];
    for (size_t a = 0; a < sweep->column_count; a++) {
        levels[a] = sweep->columns[a].level_count;
    }
    const size_t points = xh_design_grid_points(levels, sweep->column_count, XH_SWEEP_POINTS);
    if (points == 0) {
        return xh_node_error(place, error, "the grid has more than %d points", XH_SWEEP_POINTS);
    }
    const xh_status status = make_room(sweep, points, error);
    for (size_t p = 0; status == XH_OK && p < points; p++) {
        xh_design_grid(levels, sweep->column_count, p, choice);
        for (size_t a = 0; a < sweep->column_count; a++) {
            sweep->columns[a].choice[p] = choice[a];
        }
    }
    return status;
}

/* Point p has the p-th value of every axis. */
static xh_status lay_list(xh_sweep *sweep, xh_error *error) {
    const size_t points = sweep->column_count > 0 ? sweep->columns[0].level_count : 1;
    for (size_t a = 0; a < sweep->column_count; a++) {
        const xh_sweep_column *column = &sweep->columns[a];
        if (column->level_count != points) {
            return xh_node_error(column->node, error,
                                 "%s has %zu values and the first axis %zu: design: list takes "
                                 "them in pairs",
                                 column->node->path, column->level_count, points);
        }
    }
    const xh_status status = make_room(sweep, points, error);
    for (size_t a = 0; status == XH_OK && a < sweep->column_count; a++) {
        for (size_t p = 0; p < points; p++) {
            sweep->columns[a].choice[p] = p;
        }
    }
    return status;
}

/* The part of the way along a column at a number t in [0, 1): among whole numbers on a linear scale
 * each is as likely as any other, also the ends. */
static double part_of_way(const xh_sweep_column *column, double t) {
    const double steps = fabs(column->end - column->begin);
    const bool is_even = column->whole && column->axis.scale == XH_SWEEP_LINEAR && steps > 0;
    return is_even ? floor(t * (steps + 1)) / steps : t;
}

/* The values at points u [points][axes] of the unit cube. */
static xh_status place_samples(xh_sweep *sweep, const double *u, xh_error *error) {
    xh_status status = XH_OK;
    for (size_t a = 0; a < sweep->column_count; a++) {
        xh_sweep_column *column = &sweep->columns[a];
        const size_t levels = column->level_count;
        for (size_t p = 0; status == XH_OK && p < sweep->points; p++) {
            const double t = u[p * sweep->column_count + a];
            column->choice[p] = levels > 0 ? (size_t)(t * (double)levels) : p;
            if (levels == 0) {
                status = xh_sweep_add_between(column, part_of_way(column, t),
                                              xh_node_entry(column->node, "range")->place, error);
            }
        }
    }
    return status;
}

static xh_status lay_samples(xh_sweep *sweep, const xh_node *node, const design *chosen,
                             xh_error *error) {
    const size_t axes = sweep->column_count;
    const size_t points = (size_t)(chosen->sobol > 0 ? chosen->sobol : chosen->latin_hypercube);
    if (axes == 0) {
        return xh_node_error(node, error, "design: there are no axes to draw from");
    }
    if (chosen->sobol > 0 && axes > XH_DESIGN_SOBOL_AXES) {
        return xh_node_error(node, error, "design.sobol takes at most %d axes, not %zu",
                             XH_DESIGN_SOBOL_AXES, axes);
    }
    xh_status status = make_room(sweep, points, error);
    if (status != XH_OK) {
        return status;
    }
    double *u = calloc(points * axes, sizeof(*u));
    if (!u) {
        return xh_error_set(error, XH_MEMORY, "no memory for %zu points", points);
    }
    status = chosen->sobol > 0
                 ? xh_design_sobol(points, axes, u, error)
                 : xh_design_latin_hypercube(points, axes, (unsigned long)chosen->seed, u, error);
    if (status == XH_OK) {
        status = place_samples(sweep, u, error);
    }
    free(u);
    return status;
}

xh_status xh_sweep_read_design(xh_sweep *sweep, xh_error *error) {
    const xh_node *node = xh_node_entry(sweep->tree, "design");
    design chosen = {0};
    chosen.seed = 1;
    if (node && node->kind == XH_NODE_MAPPING) {
        const xh_status status = xh_node_params(node, &design_table, NULL, 0, &chosen, error);
        if (status != XH_OK) {
            return status;
        }
        if ((chosen.sobol > 0) == (chosen.latin_hypercube > 0)) {
            return xh_node_error(node, error,
                                 "design must say one of latin_hypercube: POINTS, sobol: POINTS");
        }
        if (chosen.sobol > 0 && xh_node_entry(node, "seed")) {
            return xh_node_error(xh_node_entry(node, "seed"), error,
                                 "design.seed belongs to latin_hypercube");
        }
        return lay_samples(sweep, node, &chosen, error);
    }
    const bool is_list = node && strcmp(node->text, "list") == 0;
    if (node && !is_list && strcmp(node->text, "grid") != 0) {
        return xh_node_error(node, error,
                             "design = %s must be grid, list, {latin_hypercube: POINTS} or "
                             "{sobol: POINTS}",
                             node->text);
    }
    const xh_status status = refuse_ranges(sweep, error);
    if (status != XH_OK) {
        return status;
    }
    return is_list ? lay_list(sweep, error) : lay_grid(sweep, node ? node : sweep->tree, error);
}
