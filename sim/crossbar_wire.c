/*
 * Wire resistance in reads. Every lane of devices (side, slice, device in parallel) lies in arrays of
 * its own, tile by tile [assumed], whose wordlines and bitlines drop voltage as wire.h says. What a
 * column answers goes by the effective conductances of its tile, which are taken anew for all columns
 * of a tile once one of them has changed. Programming verifies each cell at its own terminals
 * [assumed], so the drop acts on reads of lines only.
 */
#include "crossbar_internal.h"

#include "crosshebb/array.h"

#include <string.h>

/* Working memory of a thread: the cells of a tile, and what is settled for it, [columns][rows]. */
struct xh_wire_room {
    xh_wire_solver *solver;
    float *g;
    float *word;
    float *sneak;
    float *lane; /* [2][inputs]: mean and variance of a lane of a column */
};

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static size_t tile_rows(const xh_crossbar *crossbar) {
    return smaller(crossbar->inputs, crossbar->tiling.rows);
}

static size_t tile_columns(const xh_crossbar *crossbar) {
    return smaller(crossbar->outputs, (size_t)crossbar->params.columns);
}

static bool create_room(const xh_crossbar *crossbar, xh_wire_room *room) {
    const size_t rows = tile_rows(crossbar);
    const size_t columns = tile_columns(crossbar);
    room->solver = xh_wire_solver_create(rows, columns);
    room->g = xh_array_create(rows * columns, sizeof(float));
    room->word = xh_array_create(rows * columns, sizeof(float));
    room->sneak = xh_array_create(rows * columns, sizeof(float));
    room->lane = xh_array_create(2 * crossbar->inputs, sizeof(float));
    return room->solver && room->g && room->word && room->sneak && room->lane;
}

static void free_room(xh_wire_room *room) {
    xh_wire_solver_free(room->solver);
    xh_array_free(room->g);
    xh_array_free(room->word);
    xh_array_free(room->sneak);
    xh_array_free(room->lane);
}

bool xh_crossbar_create_wires(xh_crossbar *crossbar) {
    if (!xh_crossbar_wired(&crossbar->params)) {
        return true;
    }
    const size_t cells = crossbar->lanes * crossbar->outputs * crossbar->inputs;
    crossbar->word = xh_array_create(cells, sizeof(float));
    crossbar->sneak = xh_array_create(cells, sizeof(float));
    crossbar->room = xh_array_create(crossbar->thread_count, sizeof(xh_wire_room));
    bool good = crossbar->word && crossbar->sneak && crossbar->room;
    for (size_t t = 0; good && t < crossbar->thread_count; t++) {
        good = create_room(crossbar, &crossbar->room[t]);
    }
    return good;
}

void xh_crossbar_free_wires(xh_crossbar *crossbar) {
    for (size_t t = 0; crossbar->room && t < crossbar->thread_count; t++) {
        free_room(&crossbar->room[t]);
    }
    xh_array_free(crossbar->room);
    xh_array_free(crossbar->word);
    xh_array_free(crossbar->sneak);
}

/* Settles what hangs on the lines of one lane of a tile: columns, and a row of tiles. */
static void settle_tile(xh_crossbar *crossbar, xh_wire_room *room, size_t lane, xh_part columns,
                        xh_part rows) {
    const size_t inputs = crossbar->inputs;
    for (size_t c = 0; c < columns.count; c++) {
        xh_crossbar_look(crossbar, lane, columns.first + c, room->lane, room->lane + inputs);
        memcpy(room->g + c * rows.count, room->lane + rows.first, rows.count * sizeof(float));
    }
    xh_wire_settle(room->solver, rows.count, columns.count, room->g, crossbar->wires, room->word,
                   room->sneak);
    for (size_t c = 0; c < columns.count; c++) {
        const size_t to =
            xh_crossbar_place(crossbar, crossbar->lanes, lane, columns.first + c) + rows.first;
        const size_t size = rows.count * sizeof(float);
        memcpy(crossbar->word + to, room->word + c * rows.count, size);
        memcpy(crossbar->sneak + to, room->sneak + c * rows.count, size);
    }
}

/* Columns of a tile here. */
static xh_part columns_of(const xh_crossbar *crossbar, size_t tile) {
    const size_t width = (size_t)crossbar->params.columns;
    return (xh_part){tile * width, smaller(width, crossbar->outputs - tile * width)};
}

/* Whether a lane of a tile moved. */
static bool moved(const xh_crossbar *crossbar, size_t lane, xh_part columns) {
    const bool *first = crossbar->moved + lane * crossbar->columns + columns.first;
    return memchr(first, true, columns.count * sizeof(bool)) != NULL;
}

void xh_crossbar_settle_wires(xh_crossbar *crossbar) {
    if (xh_wires_ideal(crossbar->wires)) {
        return;
    }
    const size_t width = (size_t)crossbar->params.columns;
    const size_t tiles = (crossbar->outputs + width - 1) / width;
    const size_t each = crossbar->lanes * crossbar->tiling.row_tiles;
#pragma omp parallel for schedule(dynamic)
    for (size_t piece = 0; piece < tiles * each; piece++) {
        const xh_part columns = columns_of(crossbar, piece / each);
        const size_t lane = piece % each / crossbar->tiling.row_tiles;
        if (moved(crossbar, lane, columns)) {
            const xh_part rows = xh_crossbar_rows(crossbar, piece % crossbar->tiling.row_tiles);
            xh_wire_room *room =
                &crossbar->room[xh_crossbar_own_thread(crossbar) - crossbar->threads];
            settle_tile(crossbar, room, lane, columns, rows);
        }
    }
    for (size_t tile = 0; tile < tiles; tile++) {
        const xh_part columns = columns_of(crossbar, tile);
        if (memchr(crossbar->stale + columns.first, true, columns.count)) {
            memset(crossbar->stale + columns.first, true, columns.count * sizeof(bool));
        }
    }
    memset(crossbar->moved, 0, crossbar->lanes * crossbar->columns * sizeof(bool));
}

void xh_crossbar_drop(const xh_crossbar *crossbar, size_t lane, size_t column, float *mean,
                      float *variance, float *bit) {
    const size_t place = xh_crossbar_place(crossbar, crossbar->lanes, lane, column);
    for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
        const xh_part rows = xh_crossbar_rows(crossbar, tile);
        const float *word = crossbar->word + place + rows.first;
        xh_wire_column(rows.count, crossbar->wires, mean + rows.first, word,
                       crossbar->sneak + place + rows.first, bit, mean + rows.first);
        for (size_t i = 0; i < rows.count; i++) {
            const float share = bit[i] * word[i];
            variance[rows.first + i] *= share * share;
        }
    }
}
