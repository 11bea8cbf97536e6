/*
 * Exact currents of an array with wire resistance: the nodal equations, whose matrix is symmetric and
 * positive definite, by the sparse Cholesky factorisation of CHOLMOD (Chen, Davis, Hager and
 * Rajamanickam, ACM TOMS 35, 22 (2008), DOI 10.1145/1391989.1391995 [from memory]).
 *
 * Every crossing has a node on its wordline and one on its bitline. Where a line has no resistance
 * its nodes are one, and where nothing lies between it and its source or ground either, that node is
 * the terminal itself, whose voltage is known.
 */
#include "crosshebb/wire.h"

#include "crosshebb/array.h"

#include <cholmod.h>
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>

/* Vectors that are solved at a time. */
enum { BLOCK = 32 };

/* A resistor between two nodes. Nodes from 0 on are unknown; the terminals are the sources, -1 to
 * -rows, and below them the grounds of the columns. */
typedef struct element {
    long from;
    long to;
    double siemens;
} element;

typedef struct circuit {
    size_t rows;
    size_t columns;
    xh_wires wires;
    long nodes;
    size_t count;
    element *elements;
} circuit;

static long source_of(size_t row) {
    return -1 - (long)row;
}

static long ground_of(const circuit *c, size_t column) {
    return -1 - (long)(c->rows + column);
}

/* Node of a wordline, numbered before those of the bitlines; cells of a row lie side by side. */
static long word_node(const circuit *c, size_t row, size_t column) {
    if (c->wires.word > 0) {
        return (long)(row * c->columns + column);
    }
    return c->wires.source > 0 ? (long)row : source_of(row);
}

static long word_nodes(const circuit *c) {
    if (c->wires.word > 0) {
        return (long)(c->rows * c->columns);
    }
    return c->wires.source > 0 ? (long)c->rows : 0;
}

static long bit_node(const circuit *c, size_t row, size_t column) {
    if (c->wires.bit > 0) {
        return word_nodes(c) + (long)(row * c->columns + column);
    }
    return c->wires.load > 0 ? word_nodes(c) + (long)column : ground_of(c, column);
}

static long bit_nodes(const circuit *c) {
    if (c->wires.bit > 0) {
        return (long)(c->rows * c->columns);
    }
    return c->wires.load > 0 ? (long)c->columns : 0;
}

static void join(circuit *c, long from, long to, double siemens) {
    if (from != to && siemens > 0) {
        c->elements[c->count++] = (element){from, to, siemens};
    }
}

static void lay_out(circuit *c, const double *g) {
    const xh_wires wires = c->wires;
    c->nodes = word_nodes(c) + bit_nodes(c);
    for (size_t i = 0; i < c->rows; i++) {
        join(c, source_of(i), word_node(c, i, 0), 1 / (wires.source + wires.word));
        for (size_t j = 1; wires.word > 0 && j < c->columns; j++) {
            join(c, word_node(c, i, j - 1), word_node(c, i, j), 1 / wires.word);
        }
        for (size_t j = 0; j < c->columns; j++) {
            join(c, word_node(c, i, j), bit_node(c, i, j), g[j * c->rows + i]);
        }
        for (size_t j = 0; wires.bit > 0 && i > 0 && j < c->columns; j++) {
            join(c, bit_node(c, i - 1, j), bit_node(c, i, j), 1 / wires.bit);
        }
    }
    for (size_t j = 0; j < c->columns; j++) {
        join(c, bit_node(c, c->rows - 1, j), ground_of(c, j), 1 / (wires.bit + wires.load));
    }
}

static double voltage(const circuit *c, long node, const double *unknown, const double *v) {
    if (node >= 0) {
        return unknown[node];
    }
    const size_t terminal = (size_t)(-1 - node);
    return terminal < c->rows ? v[terminal] : 0.0;
}

/* The conductance matrix, lower triangle. */
static cholmod_sparse *assemble(const circuit *c, cholmod_common *common) {
    cholmod_triplet *sum = cholmod_allocate_triplet((size_t)c->nodes, (size_t)c->nodes,
                                                    3 * c->count, -1, CHOLMOD_REAL, common);
    if (sum == NULL) {
        return NULL;
    }
    int *row = sum->i;
    int *column = sum->j;
    double *value = sum->x;
    size_t n = 0;
    for (size_t e = 0; e < c->count; e++) {
        const element one = c->elements[e];
        const long ends[2] = {one.from, one.to};
        for (size_t k = 0; k < 2; k++) {
            if (ends[k] >= 0) {
                row[n] = column[n] = (int)ends[k];
                value[n++] = one.siemens;
            }
        }
        if (one.from >= 0 && one.to >= 0) {
            row[n] = (int)(one.from > one.to ? one.from : one.to);
            column[n] = (int)(one.from > one.to ? one.to : one.from);
            value[n++] = -one.siemens;
        }
    }
    sum->nnz = n;
    cholmod_sparse *matrix = cholmod_triplet_to_sparse(sum, n, common);
    cholmod_free_triplet(&sum, common);
    return matrix;
}

/* Current that flows into each unknown node of one vector, and should be 0 [nodes]. */
static void accumulate(const circuit *c, const double *unknown, const double *v, double *into) {
    for (long n = 0; n < c->nodes; n++) {
        into[n] = 0;
    }
    for (size_t e = 0; e < c->count; e++) {
        const element one = c->elements[e];
        const double flow =
            one.siemens * (voltage(c, one.from, unknown, v) - voltage(c, one.to, unknown, v));
        if (one.from >= 0) {
            into[one.from] -= flow;
        }
        if (one.to >= 0) {
            into[one.to] += flow;
        }
    }
}

/* The current of one vector from its node voltages; adds to the balance. */
static void collect(const circuit *c, const double *unknown, const double *v, double *current,
                    xh_wire_balance *balance) {
    double entered = 0;
    double left = 0;
    double magnitude = 0;
    for (size_t j = 0; j < c->columns; j++) {
        current[j] = 0;
    }
    for (size_t e = 0; e < c->count; e++) {
        const element one = c->elements[e];
        const double drop = voltage(c, one.from, unknown, v) - voltage(c, one.to, unknown, v);
        const long ends[2] = {one.from, one.to};
        balance->dissipated += one.siemens * drop * drop;
        for (size_t k = 0; k < 2; k++) {
            const double flow = one.siemens * (k == 0 ? drop : -drop); /* out of this end */
            const size_t terminal = (size_t)(-1 - ends[k]);
            if (ends[k] < 0 && terminal < c->rows) {
                balance->delivered += v[terminal] * flow;
                entered += flow;
            } else if (ends[k] < 0) {
                current[terminal - c->rows] -= flow;
                left -= flow;
            }
            magnitude += ends[k] < 0 ? fabs(flow) : 0;
        }
    }
    if (magnitude > 0) {
        balance->current = fmax(balance->current, fabs(entered - left) / magnitude);
    }
}

/* Unknown voltages [vectors][nodes] of some vectors. The second turn solves for what the rounding of
 * the first has left: differences along a line are small beside its voltages. */
static xh_status solve(const circuit *c, cholmod_factor *factor, size_t vectors, const double *v,
                       double *current, xh_wire_balance *balance, cholmod_common *common) {
    enum { TURNS = 2 };
    const size_t nodes = (size_t)c->nodes;
    cholmod_dense *into = cholmod_zeros(nodes, vectors, CHOLMOD_REAL, common);
    cholmod_dense *found = cholmod_zeros(nodes, vectors, CHOLMOD_REAL, common);
    xh_status status = into && found ? XH_OK : XH_MEMORY;
    for (int turn = 0; status == XH_OK && turn < TURNS; turn++) {
        for (size_t n = 0; n < vectors; n++) {
            accumulate(c, (const double *)found->x + n * nodes, v + n * c->rows,
                       (double *)into->x + n * nodes);
        }
        cholmod_dense *change = cholmod_solve(CHOLMOD_A, factor, into, common);
        status = change ? XH_OK : XH_MEMORY;
        for (size_t k = 0; status == XH_OK && k < vectors * nodes; k++) {
            ((double *)found->x)[k] += ((const double *)change->x)[k];
        }
        cholmod_free_dense(&change, common);
    }
    for (size_t n = 0; status == XH_OK && n < vectors; n++) {
        collect(c, (const double *)found->x + n * nodes, v + n * c->rows, current + n * c->columns,
                balance);
    }
    cholmod_free_dense(&found, common);
    cholmod_free_dense(&into, common);
    return status;
}

static xh_status solve_all(const circuit *c, size_t vectors, const double *v, double *current,
                           xh_wire_balance *balance) {
    cholmod_common common;
    cholmod_start(&common);
    common.print = 0;
    xh_status status = XH_MEMORY;
    cholmod_factor *factor = NULL;
    cholmod_sparse *matrix = assemble(c, &common);
    if (matrix != NULL) {
        factor = cholmod_analyze(matrix, &common);
    }
    if (factor != NULL && cholmod_factorize(matrix, factor, &common)) {
        status = common.status == CHOLMOD_OK ? XH_OK : XH_FAILED;
    }
    for (size_t n = 0; status == XH_OK && n < vectors; n += BLOCK) {
        const size_t count = vectors - n < BLOCK ? vectors - n : BLOCK;
        status =
            solve(c, factor, count, v + n * c->rows, current + n * c->columns, balance, &common);
    }
    cholmod_free_factor(&factor, &common);
    cholmod_free_sparse(&matrix, &common);
    cholmod_finish(&common);
    return status;
}

const char *xh_wire_exact_library(void) {
    static char text[64];
    int version[3] = {0};
    cholmod_version(version);
    snprintf(text, sizeof text, "CHOLMOD %d.%d.%d", version[0], version[1], version[2]);
    return text;
}

xh_status xh_wire_exact(size_t rows, size_t columns, const double *g, xh_wires wires,
                        size_t vectors, const double *v, double *current, xh_wire_balance *balance,
                        xh_error *error) {
    xh_wire_balance sum = {0};
    circuit c = {.rows = rows, .columns = columns, .wires = wires};
    xh_status status = rows * columns < INT32_MAX / 8 ? XH_OK : XH_MEMORY;
    if (status == XH_OK) {
        c.elements = xh_array_create(3 * rows * columns + rows + columns, sizeof(element));
        status = c.elements ? XH_OK : XH_MEMORY;
    }
    if (status == XH_OK && rows > 0 && columns > 0) {
        lay_out(&c, g);
    }
    if (status == XH_OK && c.nodes > 0) {
        const int threads = omp_get_max_threads();
        omp_set_num_threads(
            1); /* of the products: they are small, and sum in one order everywhere */
        status = solve_all(&c, vectors, v, current, &sum);
        omp_set_num_threads(threads);
    }
    for (size_t n = 0; status == XH_OK && c.nodes == 0 && n < vectors; n++) {
        collect(&c, NULL, v + n * rows, current + n * columns, &sum);
    }
    xh_array_free(c.elements);
    if (status == XH_OK && balance != NULL) {
        *balance = sum;
    }
    return status == XH_OK
               ? XH_OK
               : xh_error_set(
                     error, status, "the nodal equations of an array of %zu x %zu cells %s", rows,
                     columns, status == XH_MEMORY ? "do not fit in memory" : "have no solution");
}
