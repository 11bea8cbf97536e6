/*
 * Effective conductances of an array with wire resistance, without solving for every voltage.
 *
 * Let the cells load the lines: wordline i alone, with all bitlines grounded, is a ladder of
 * segments and cells, and so is bitline j with all wordlines grounded. What goes straight from
 * source i through cell (i, j) to the foot of bitline j is the product of two ladders and the cell,
 *
 *     direct_ij = bit_ij g_ij word_ij.
 *
 * But bitlines rise and wordlines sink, and so a current may go on from a bitline back into a
 * wordline, and so on: a series of detours, in which each term solves all wordlines for the voltages
 * of the bitlines, exactly, and then all bitlines for those of the wordlines (line relaxation). Terms
 * shrink by about the drop on the wordlines times the drop on the bitlines.
 *
 * Detours go through sums over many cells, so the matrix sneak = e - direct is smooth where g is
 * not: the series is summed for a few groups of rows that are driven together,
 *
 *     b_kj = sum over rows i of group k of sneak_ij,
 *
 * and, by reciprocity, for a few groups of columns whose feet are driven together,
 *
 *     a_il = sum over columns j of group l of sneak_ij,
 *
 * and within the block of group k and group l it is a product,
 *
 *     sneak_ij = a_il b_kj / sum over i of the group of a_il.
 *
 * So e is exact, but for the rest of the series, for voltages that are even within groups of rows, and
 * for sums of the currents of groups of columns; and everywhere if there are no more lines than groups.
 *
 * Every ladder is written in resistances, and takes 0 ohm as it takes any other: then factors are 1 and
 * detours 0, without rounding.
 */
#include "crosshebb/wire.h"

#include "crosshebb/array.h"
#include "crosshebb/kernel.h"

#include <math.h>
#include <string.h>

enum { GROUPS = 8, MOST_SWEEPS = 64 };

/* The series ends when what is left of it, as a geometric one, is below this share of all current; what
 * is left is added. */
#define REST 0.005

/* One number for each group that is driven. */
typedef float lanes __attribute__((vector_size(GROUPS * sizeof(float))));

/* An array from one of its two sides: lines that are driven, one after the other, and the lines across,
 * which are grounded behind the last of them. Cells of a line are counted from its driven end. */
typedef struct side {
    size_t lines;
    size_t cells;        /* of a line */
    const float *g;      /* [lines][cells] */
    const float *along;  /* [lines][cells]: factors of the ladders along the lines */
    const float *across; /* [lines][cells]: factors of the ladders across */
    float r_along;       /* of a segment */
    float r_driver;      /* of a line's first segment and its driver */
    float r_across;      /* of a segment */
    float r_foot;        /* of the last segment across and its load */
    lanes *field;        /* [lines][cells]: voltages across, or what gathers there */
    lanes *norton;       /* [cells] */
    lanes *current;      /* [cells]: at the feet */
} side;

struct xh_wire_solver {
    float *g[2];      /* as the bitlines see it, and the wordlines */
    float *across[2]; /* factors of the ladders across these lines */
    float *along[2];  /* ... and along them */
    float *load;      /* [cells] */
    lanes *field;
    lanes *norton;
    lanes *current;
    lanes *first;    /* currents without detours */
    lanes *before;   /* currents of the last turn */
    lanes *sneak[2]; /* what detours bring to each foot */
};

xh_wire_solver *xh_wire_solver_create(size_t rows, size_t columns) {
    xh_wire_solver *made = xh_array_create(1, sizeof(*made));
    if (made == NULL) {
        return NULL;
    }
    const size_t cells = rows * columns;
    const size_t longest = rows > columns ? rows : columns;
    bool good = true;
    float **const arrays[] = {&made->g[0],      &made->g[1],     &made->across[0],
                              &made->across[1], &made->along[0], &made->along[1]};
    lanes **const lines[] = {&made->norton, &made->current,  &made->first,
                             &made->before, &made->sneak[0], &made->sneak[1]};
    for (size_t k = 0; k < sizeof(arrays) / sizeof(arrays[0]); k++) {
        good = (*arrays[k] = xh_array_create(cells, sizeof(float))) != NULL && good;
    }
    for (size_t k = 0; k < sizeof(lines) / sizeof(lines[0]); k++) {
        good = (*lines[k] = xh_array_create(longest, sizeof(lanes))) != NULL && good;
    }
    made->load = xh_array_create(longest, sizeof(float));
    made->field = xh_array_create(cells, sizeof(lanes));
    if (!good || made->load == NULL || made->field == NULL) {
        xh_wire_solver_free(made);
        return NULL;
    }
    return made;
}

void xh_wire_solver_free(xh_wire_solver *solver) {
    if (solver == NULL) {
        return;
    }
    for (size_t k = 0; k < 2; k++) {
        xh_array_free(solver->g[k]);
        xh_array_free(solver->across[k]);
        xh_array_free(solver->along[k]);
        xh_array_free(solver->sneak[k]);
    }
    xh_array_free(solver->load);
    xh_array_free(solver->field);
    xh_array_free(solver->norton);
    xh_array_free(solver->current);
    xh_array_free(solver->first);
    xh_array_free(solver->before);
    xh_array_free(solver);
}

/* Group of a line among so many. */
static size_t group_of(size_t line, size_t lines) {
    return line * GROUPS / lines;
}

/* Factors 1 / (1 + r y) of the ladders across, where y is the conductance of all that lies behind. */
XH_KERNEL
static void load_ladders(const side *s, float *load, float *factor) {
    memset(load, 0, s->cells * sizeof(float));
    for (size_t p = 0; p < s->lines; p++) {
        const float r = p + 1 == s->lines ? s->r_foot : s->r_across;
        for (size_t q = 0; q < s->cells; q++) {
            const float y = load[q] + s->g[p * s->cells + q];
            const float f = 1.0F / (1.0F + r * y);
            factor[p * s->cells + q] = f;
            load[q] = y * f;
        }
    }
}

/* to [columns][rows] = from [rows][columns], turned over its other diagonal: lines become cells, and
 * both are counted from their other end. */
static void turn(size_t rows, size_t columns, const float *from, float *to) {
    enum { BLOCK = 16 };
    for (size_t p = 0; p < rows; p += BLOCK) {
        for (size_t q = 0; q < columns; q += BLOCK) {
            for (size_t i = p; i < rows && i < p + BLOCK; i++) {
                for (size_t j = q; j < columns && j < q + BLOCK; j++) {
                    to[(columns - 1 - j) * rows + (rows - 1 - i)] = from[i * columns + j];
                }
            }
        }
    }
}

/* Solves every line for the voltages across in the field, which it overwrites with the currents that
 * gather on the way to the feet. */
XH_KERNEL
static void relax_lines(const side *s) {
    const size_t cells = s->cells;
    for (size_t p = 0; p < s->lines; p++) {
        lanes *field = s->field + p * cells;
        const float *g = s->g + p * cells;
        const float *along = s->along + p * cells;
        lanes carry = {0};
        float factor = 0.0F;
        for (size_t q = cells; q-- > 0;) {
            carry = field[q] * g[q] + carry * factor;
            factor = along[q];
            s->norton[q] = carry;
        }
        lanes voltage = {0};
        voltage[group_of(p, s->lines)] = 1.0F;
        float r = s->r_driver;
        const lanes *above = p > 0 ? field - cells : s->norton; /* times 0 for the first */
        const float *across = p > 0 ? s->across + (p - 1) * cells : s->across;
        const float below = p > 0 ? 1.0F : 0.0F;
        for (size_t q = 0; q < cells; q++) {
            voltage = (voltage + s->norton[q] * r) * along[q];
            r = s->r_along;
            field[q] = voltage * g[q] + above[q] * (across[q] * below);
        }
    }
}

/* From the currents that gather to those at the feet and to the voltages across. */
XH_KERNEL
static void relax_across(const side *s) {
    const size_t cells = s->cells;
    for (size_t p = s->lines; p-- > 0;) {
        lanes *field = s->field + p * cells;
        const float *factor = s->across + p * cells;
        if (p + 1 == s->lines) {
            for (size_t q = 0; q < cells; q++) {
                s->current[q] = field[q] * factor[q];
                field[q] = s->current[q] * s->r_foot;
            }
        } else {
            const lanes *next = field + cells;
            for (size_t q = 0; q < cells; q++) {
                field[q] = (next[q] + field[q] * s->r_across) * factor[q];
            }
        }
    }
}

/* Sum over the cells of a - b, of which b may be NULL. */
static void sum_lanes(size_t cells, const lanes *a, const lanes *b, double sum[GROUPS]) {
    for (size_t k = 0; k < GROUPS; k++) {
        sum[k] = 0;
    }
    for (size_t q = 0; q < cells; q++) {
        for (size_t k = 0; k < GROUPS; k++) {
            sum[k] += (double)a[q][k] - (b ? (double)b[q][k] : 0.0);
        }
    }
}

/* Sums the series of detours; sneak [cells] receives what it brings to each foot. Returns how often the
 * lines were gone over. */
static size_t sum_detours(const side *s, lanes *first, lanes *before, lanes *sneak) {
    const size_t size = s->cells * sizeof(lanes);
    double total[GROUPS], term[GROUPS];
    memset(s->field, 0, s->lines * size);
    relax_lines(s);
    relax_across(s);
    memcpy(first, s->current, size);
    sum_lanes(s->cells, first, NULL, total);
    memcpy(term, total, sizeof term);
    size_t sweeps = 1;
    double worst = 1;
    lanes gain = {0};
    while (worst > REST && sweeps < MOST_SWEEPS) {
        memcpy(before, s->current, size);
        relax_lines(s);
        relax_across(s);
        sweeps++;
        double next[GROUPS];
        sum_lanes(s->cells, s->current, before, next);
        worst = 0;
        for (size_t k = 0; k < GROUPS; k++) {
            const double ratio = term[k] > 0 ? fmin(fmax(next[k] / term[k], 0.0), 0.9) : 0.0;
            const double rest = ratio / (1 - ratio);
            gain[k] = (float)rest;
            worst = total[k] > 0 ? fmax(worst, rest * next[k] / total[k]) : worst;
            term[k] = next[k];
        }
    }
    for (size_t q = 0; q < s->cells; q++) {
        sneak[q] = (s->current[q] - first[q]) + (s->current[q] - before[q]) * gain;
    }
    return sweeps;
}

/* word [columns][rows] from the factors of the wordlines' ladders, as the bitlines see them. */
XH_KERNEL
static void multiply_factors(size_t rows, size_t columns, const float *factor, float *word) {
    for (size_t j = 0; j < columns; j++) {
        const float *mine = factor + (columns - 1 - j) * rows;
        for (size_t i = 0; i < rows; i++) {
            const float before = j > 0 ? word[(j - 1) * rows + i] : 1.0F;
            word[j * rows + i] = before * mine[rows - 1 - i];
        }
    }
}

/* Shares the sums of groups out: of_rows [columns] by groups of rows, of_columns [rows] by groups of
 * columns, whose columns and rows are counted from their other end. */
static void share_out(size_t rows, size_t columns, const lanes *of_rows, const lanes *of_columns,
                      float *sneak) {
    float inverse[GROUPS][GROUPS];
    double sum[GROUPS][GROUPS] = {{0}};
    for (size_t i = 0; i < rows; i++) {
        for (size_t l = 0; l < GROUPS; l++) {
            sum[l][group_of(i, rows)] += (double)of_columns[rows - 1 - i][l];
        }
    }
    for (size_t l = 0; l < GROUPS; l++) {
        for (size_t k = 0; k < GROUPS; k++) {
            inverse[l][k] = sum[l][k] > 0 ? (float)(1 / sum[l][k]) : 0.0F;
        }
    }
    for (size_t j = 0; j < columns; j++) {
        const size_t l = group_of(columns - 1 - j, columns);
        for (size_t i = 0; i < rows; i++) {
            const size_t k = group_of(i, rows);
            sneak[j * rows + i] = of_columns[rows - 1 - i][l] * (of_rows[j][k] * inverse[l][k]);
        }
    }
}

size_t xh_wire_settle(xh_wire_solver *solver, size_t rows, size_t columns, const float *g,
                      xh_wires wires, float *word, float *sneak) {
    if (rows == 0 || columns == 0) {
        return 0;
    }
    side bits = {.lines = columns,
                 .cells = rows,
                 .g = solver->g[0],
                 .along = solver->along[0],
                 .across = solver->across[0],
                 .r_along = (float)wires.bit,
                 .r_driver = (float)(wires.bit + wires.load),
                 .r_across = (float)wires.word,
                 .r_foot = (float)(wires.word + wires.source),
                 .field = solver->field,
                 .norton = solver->norton,
                 .current = solver->current};
    side words = bits;
    words.lines = rows;
    words.cells = columns;
    words.g = solver->g[1];
    words.along = solver->along[1];
    words.across = solver->across[1];
    words.r_along = bits.r_across;
    words.r_driver = bits.r_foot;
    words.r_across = bits.r_along;
    words.r_foot = bits.r_driver;
    /* Seen from the feet of the bitlines, everything is counted from its other end. */
    for (size_t c = 0; c < rows * columns; c++) {
        solver->g[0][c] = g[rows * columns - 1 - c];
    }
    turn(columns, rows, solver->g[0], solver->g[1]);
    load_ladders(&bits, solver->load, solver->across[0]);
    load_ladders(&words, solver->load, solver->across[1]);
    turn(columns, rows, solver->across[0], solver->along[1]);
    turn(rows, columns, solver->across[1], solver->along[0]);
    const size_t from_feet = sum_detours(&bits, solver->first, solver->before, solver->sneak[0]);
    const size_t sweeps = sum_detours(&words, solver->first, solver->before, solver->sneak[1]);
    multiply_factors(rows, columns, solver->across[0], word);
    share_out(rows, columns, solver->sneak[1], solver->sneak[0], sneak);
    return sweeps + from_feet;
}

void xh_wire_column(size_t rows, xh_wires wires, const float *g, const float *word,
                    const float *sneak, float *bit, float *e) {
    const float r = (float)wires.bit;
    const float foot = (float)(wires.bit + wires.load);
    float load = 0.0F;
    for (size_t i = 0; i < rows; i++) {
        const float y = load + g[i];
        bit[i] = 1.0F / (1.0F + (i + 1 == rows ? foot : r) * y);
        load = y * bit[i];
    }
    float share = 1.0F;
    for (size_t i = rows; i-- > 0;) {
        share *= bit[i];
        bit[i] = share;
    }
    for (size_t i = 0; i < rows; i++) {
        e[i] = bit[i] * g[i] * word[i] + sneak[i];
    }
}
