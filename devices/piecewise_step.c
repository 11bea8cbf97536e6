/*
 * A cell whose steps change with its state along straight lines between nodes.
 *
 *     up:    G <- G + up_i V(node_up, s) (1 + cycle_noise x)
 *     down:  G <- G - down_i V(node_down, s) (1 + cycle_noise x)
 *     s      = (G - g_min_i) / (g_max_i - g_min_i)
 *
 * within [g_min_i, g_max_i], with a standard normal x drawn a pulse. V is linear between the values
 * node_0 at s = 0, node_1, ... at equal distances, up to the last of nodes at s = 1; one node is a
 * factor for all states, and without nodes it is 1. Unlike lookup, which has the whole distribution of
 * measured steps, this is their mean: a handful of numbers that can be swept. Bounds, steps, RESET, time
 * and reads are those of bounded.h, where the symbols are explained.
 *
 * It is PiecewiseStep of IBM's aihwkit (M. J. Rasch et al., AICAS 2021, DOI
 * 10.1109/AICAS51828.2021.9458494 (from memory)) in siemens instead of weights, with at most 9 nodes.
 */
#include "crosshebb/kernel.h"
#include "devices/bounded.h"
#include "devices/device_list.h"

#include <float.h>
#include <math.h>

enum { NODES = 9 };

typedef struct piecewise_params {
    xh_bounded_params cell;
    long nodes;
    double up[NODES];
    double down[NODES];
} piecewise_params;

/* A row for a field of an array. */
#define NODE(way, number)                                                                          \
    {                                                                                              \
        "node_" #way "_" #number, XH_PARAM_REAL, "1",                                              \
            "share of the scale of " #way " steps at node " #number " [aihwkit default: 1]", 1, 0, \
            10, NULL, NULL, offsetof(piecewise_params, way) + (number) * sizeof(double)            \
    }
#define NODES_OF(way)                                                                              \
    NODE(way, 0), NODE(way, 1), NODE(way, 2), NODE(way, 3), NODE(way, 4), NODE(way, 5),            \
        NODE(way, 6), NODE(way, 7), NODE(way, 8)

static const xh_param rows[] = {
    BOUNDED_ROWS,
    XH_INTEGER(
        piecewise_params, nodes, "1", 2, 0, NODES,
        "nodes of either direction, equally far apart from the cell's lower bound to its upper "
        "one; 0: steps do not change with the state [assumed]"),
    NODES_OF(up),
    NODES_OF(down),
};

static const xh_param_table table = XH_PARAM_TABLE(piecewise_params, rows);

static const xh_plane planes[] = {BOUNDED_CELL_PLANES, BOUNDED_OPTION_PLANES};

/* V as floats: a last node twice, so that s = 1 has a node above it. */
typedef struct line {
    float value[NODES + 1];
    float pieces;
} line;

static line line_of(const double *node, long nodes) {
    line made = {.pieces = nodes > 1 ? (float)(nodes - 1) : 0.0F};
    for (long k = 0; k <= NODES; k++) {
        const long held = k < nodes ? k : nodes - 1;
        made.value[k] = nodes > 0 ? (float)node[held] : 1.0F;
    }
    return made;
}

/* V(s) of any s. */
static inline float line_at(const line *of, float s) {
    float place = span_clip(s, 0.0F, 1.0F) * of->pieces;
    int32_t node = (int32_t)place;
    float from = of->value[node];
    return from + (place - (float)node) * (of->value[node + 1] - from);
}

static xh_device_nominal nominal(const void *params) {
    const piecewise_params *p = params;
    const line up = line_of(p->up, p->nodes), down = line_of(p->down, p->nodes);
    return xh_bounded_nominal(&p->cell, (double)line_at(&up, 0.5F), (double)line_at(&down, 0.5F));
}

XH_KERNEL
static void step_cells(const piecewise_params *p, xh_cells cells, const float *direction,
                       const float *noise, xh_pulse_tally *tally) {
    const line lines[2] = {line_of(p->down, p->nodes), line_of(p->up, p->nodes)};
    const float cycle = (float)p->cell.cycle_noise;
    float *g = cells.plane[BOUNDED_G];
    const float *low = cells.plane[BOUNDED_LOW];
    const float *high = cells.plane[BOUNDED_HIGH];
    const float *up = cells.plane[BOUNDED_UP];
    const float *down = cells.plane[BOUNDED_DOWN];
    span_events events = {0};
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float room = high[c] - low[c];
        float share = (g[c] - low[c]) / (room < FLT_MIN ? FLT_MIN : room);
        float rising = up[c] * line_at(&lines[1], share);
        float falling = -down[c] * line_at(&lines[0], share);
        float step = direction[c] > 0.0F ? rising : falling;
        float target = g[c] + step * (1.0F + cycle * noise[c]);
        g[c] = span_land(&events, direction[c], g[c], target, low[c], high[c]);
    }
    span_count(tally, events);
}

static void pulse(const void *params, xh_cells cells, const float *direction, const float *noise,
                  double now, xh_pulse_tally *tally) {
    (void)now;
    step_cells(params, cells, direction, noise, tally);
    xh_bounded_show(params, 0, cells, direction, noise);
}

const xh_device_model xh_device_piecewise_step = {
    .name = "piecewise_step",
    .summary = "steps that follow straight lines between nodes, with spread and noise",
    .equations = "up:    G <- G + up_i V(node_up, s) (1 + cycle_noise x)\n"
                 "down:  G <- G - down_i V(node_down, s) (1 + cycle_noise x)\n"
                 "       within [g_min_i, g_max_i];  s = (G - g_min_i) / (g_max_i - g_min_i)\n"
                 "       V is linear between nodes at s = 0, 1 / (nodes - 1), ... 1; without nodes "
                 "1\n" BOUNDED_EQUATIONS,
    .reference = "M. J. Rasch et al., AICAS (2021), DOI 10.1109/AICAS51828.2021.9458494 (from "
                 "memory); PiecewiseStep of IBM's aihwkit, in siemens, with at most 9 nodes",
    BOUNDED_DESCRIPTOR(bounded),
    .init = xh_bounded_init,
};
