/*
 * Measured conductances as texts. A text is untrusted: every value is checked before anything is
 * made of it, and messages have its line and its column.
 */
#include "measured.h"

#include "dataset_formats.h"

#include "crosshebb/array.h"
#include "crosshebb/param.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    CELL_SIZE = 64,
    MOST_CELLS = 16,
    MOST_PULSE = 10000000,
    MOST_ROWS = 10000000,
    MOST_BETWEEN = 10000
};

enum { DEVICE, CYCLE, PULSE, DIRECTION, CONDUCTANCE, COLUMNS };
static const char *const column_names[COLUMNS] = {"device", "cycle", "pulse", "direction",
                                                  "conductance"};

static const struct {
    const char *name;
    double siemens;
} units[] = {{"S", 1},     {"mS", 1e-3}, {"uS", 1e-6}, {"\xc2\xb5S", 1e-6}, {"\xce\xbcS", 1e-6},
             {"nS", 1e-9}, {"pS", 1e-12}};

/* A text on its way, line by line. */
typedef struct reader {
    const char *name;
    const char *at;
    const char *end;
    size_t line;
    size_t cells; /* of the present line */
    char cell[MOST_CELLS][CELL_SIZE];
    size_t columns; /* of the header */
    size_t place[COLUMNS];
    bool has[COLUMNS];
    double siemens;
} reader;

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f' || c == '"';
}

/* The next line that is neither blank nor a comment, without what surrounds it; the first comment
 * goes to origin. */
static bool next_line(reader *r, char origin[XH_MEASURED_ORIGIN], const char **text,
                      const char **stop) {
    while (r->at < r->end) {
        const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
        *text = r->at;
        *stop = newline ? newline : r->end;
        r->at = newline ? newline + 1 : r->end;
        r->line++;
        while (*text < *stop && is_blank(**text)) {
            ++*text;
        }
        while (*stop > *text && is_blank((*stop)[-1])) {
            --*stop;
        }
        if (*text < *stop && **text == '#') {
            const char *from = *text;
            while (from < *stop && (*from == '#' || is_blank(*from))) {
                from++;
            }
            if (!origin[0]) {
                snprintf(origin, XH_MEASURED_ORIGIN, "%.*s", (int)(*stop - from), from);
            }
        } else if (*text < *stop) {
            return true;
        }
    }
    return false;
}

/* The line's cells, without the blanks and quotes around them. */
static xh_status split(reader *r, const char *text, const char *stop, xh_error *error) {
    r->cells = 0;
    for (const char *from = text;; r->cells++) {
        const char *comma = memchr(from, ',', (size_t)(stop - from));
        const char *to = comma ? comma : stop;
        const char *next = to + 1;
        while (from < to && is_blank(*from)) {
            from++;
        }
        while (to > from && is_blank(to[-1])) {
            to--;
        }
        if (r->cells == MOST_CELLS) {
            return xh_error_set(error, XH_INPUT, "%s:%zu: more than %d values", r->name, r->line,
                                MOST_CELLS);
        }
        if (to - from >= CELL_SIZE || memchr(from, '\0', (size_t)(to - from))) {
            return xh_error_set(error, XH_INPUT,
                                "%s:%zu: value %zu has zero bytes or more than %d characters",
                                r->name, r->line, r->cells + 1, CELL_SIZE - 1);
        }
        memcpy(r->cell[r->cells], from, (size_t)(to - from));
        r->cell[r->cells][to - from] = '\0';
        if (!comma) {
            r->cells++;
            return XH_OK;
        }
        from = next;
    }
}

/* "conductance (uS)", "conductance [uS]", "conductance_uS": the unit, which ends at *length. */
static const char *unit_of(const char *cell, size_t *length) {
    const char *from = cell + strlen(column_names[CONDUCTANCE]);
    while (*from && strchr(" _([/", *from)) {
        from++;
    }
    *length = strcspn(from, " )]");
    return from;
}

static xh_status take_unit(reader *r, const char *cell, xh_error *error) {
    size_t length = 0;
    const char *text = unit_of(cell, &length);
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        if (strlen(units[u].name) == length && strncmp(units[u].name, text, length) == 0) {
            r->siemens = units[u].siemens;
            return XH_OK;
        }
    }
    return xh_error_set(error, XH_INPUT,
                        "%s:%zu: column \"%s\" has no unit of S, mS, uS, nS or pS, as in "
                        "\"conductance (uS)\"",
                        r->name, r->line, cell);
}

/* Which column a name of the header is, COLUMNS if none. */
static size_t column_of(const char *cell) {
    for (size_t c = 0; c < COLUMNS; c++) {
        const size_t length = strlen(column_names[c]);
        const bool begins = strncmp(cell, column_names[c], length) == 0;
        if (begins && (c == CONDUCTANCE || !cell[length])) {
            return c;
        }
    }
    return COLUMNS;
}

static xh_status take_header(reader *r, xh_error *error) {
    xh_status status = XH_OK;
    for (size_t i = 0; i < r->cells && status == XH_OK; i++) {
        const char *cell = r->cell[i];
        const size_t column = column_of(cell);
        if (column == COLUMNS) {
            const char *nearest = xh_nearest_name(column_names, COLUMNS, cell);
            return xh_error_set(error, XH_INPUT,
                                "%s:%zu: unknown column \"%s\"%s%s; there are device, cycle, "
                                "pulse, direction and conductance (uS)",
                                r->name, r->line, cell, nearest ? "; did you mean " : "",
                                nearest ? nearest : "");
        }
        if (r->has[column]) {
            return xh_error_set(error, XH_INPUT, "%s:%zu: column %s is there twice", r->name,
                                r->line, column_names[column]);
        }
        r->has[column] = true;
        r->place[column] = i;
        status = column == CONDUCTANCE ? take_unit(r, cell, error) : XH_OK;
    }
    for (size_t c = PULSE; c < COLUMNS && status == XH_OK; c++) {
        if (!r->has[c]) {
            status = xh_error_set(error, XH_INPUT, "%s:%zu: column %s is missing", r->name, r->line,
                                  column_names[c]);
        }
    }
    r->columns = r->cells;
    return status;
}

static const char *cell_of(const reader *r, size_t column) {
    return r->has[column] ? r->cell[r->place[column]] : "0";
}

static xh_status take_whole(const reader *r, size_t column, long *value, xh_error *error) {
    const char *text = cell_of(r, column);
    char *rest = NULL;
    errno = 0;
    *value = strtol(text, &rest, 10);
    return rest != text && !*rest && !errno && *value >= 0 && *value <= MOST_PULSE
               ? XH_OK
               : xh_error_set(error, XH_INPUT, "%s:%zu: %s = %s is no whole number within [0, %d]",
                              r->name, r->line, column_names[column], text, MOST_PULSE);
}

static xh_status take_direction(const reader *r, int *direction, xh_error *error) {
    static const struct {
        const char *word;
        int direction;
    } words[] = {{"up", 1},  {"1", 1},     {"+1", 1}, {"down", -1},
                 {"-1", -1}, {"start", 0}, {"0", 0},  {"", 0}};
    const char *text = cell_of(r, DIRECTION);
    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
        if (strcmp(words[w].word, text) == 0) {
            *direction = words[w].direction;
            return XH_OK;
        }
    }
    return xh_error_set(error, XH_INPUT,
                        "%s:%zu: direction = %s is none of up (1), down (-1) and start (0)",
                        r->name, r->line, text);
}

static xh_status take_conductance(const reader *r, double *siemens, xh_error *error) {
    const char *text = cell_of(r, CONDUCTANCE);
    char *rest = NULL;
    *siemens = strtod(text, &rest) * r->siemens;
    const bool number = rest != text && !*rest && strspn(text, "0123456789+-.eE") == strlen(text);
    return number && *siemens >= 0 && *siemens <= 1e-3
               ? XH_OK
               : xh_error_set(error, XH_INPUT,
                              "%s:%zu: conductance = %s is no number within [0, %g], which is "
                              "[0, 1] mS",
                              r->name, r->line, text, 1e-3 / r->siemens);
}

/* The number of the device of that name, which is added if it is new; names are looked up from the
 * latest on, since rows of a device mostly follow each other. */
static xh_status take_device(const reader *r, xh_measured *measured, size_t *device,
                             xh_error *error) {
    const char *name = cell_of(r, DEVICE);
    if (!name[0] || strlen(name) >= XH_MEASURED_NAME) {
        return xh_error_set(error, XH_INPUT, "%s:%zu: device = %s is no name of 1 to %d characters",
                            r->name, r->line, name, XH_MEASURED_NAME - 1);
    }
    for (size_t d = measured->devices; d-- > 0;) {
        if (strcmp(measured->device[d], name) == 0) {
            *device = d;
            return XH_OK;
        }
    }
    const size_t count = measured->devices;
    if ((count & (count - 1)) == 0) { /* room doubles */
        void *more = realloc(measured->device, (count ? 2 * count : 1) * XH_MEASURED_NAME);
        if (!more) {
            return xh_error_set(error, XH_MEMORY, "%s: no memory for its devices", r->name);
        }
        measured->device = more;
    }
    memcpy(measured->device[count], name, strlen(name) + 1);
    *device = measured->devices++;
    return XH_OK;
}

static xh_status take_row(reader *r, xh_measured *measured, xh_error *error) {
    if (r->cells != r->columns) {
        return xh_error_set(error, XH_INPUT, "%s:%zu: %zu values in place of %zu", r->name, r->line,
                            r->cells, r->columns);
    }
    const size_t count = measured->rows;
    if ((count & (count - 1)) == 0) {
        void *more = count < MOST_ROWS
                         ? realloc(measured->row, (count ? 2 * count : 1) * sizeof *measured->row)
                         : NULL;
        if (!more) {
            return xh_error_set(error, XH_MEMORY, "%s: no memory for more than %zu rows", r->name,
                                count);
        }
        measured->row = more;
    }
    xh_measured_row row = {.line = r->line};
    xh_status status = take_device(r, measured, &row.device, error);
    status = status == XH_OK ? take_whole(r, CYCLE, &row.cycle, error) : status;
    status = status == XH_OK ? take_whole(r, PULSE, &row.pulse, error) : status;
    status = status == XH_OK ? take_direction(r, &row.direction, error) : status;
    status = status == XH_OK ? take_conductance(r, &row.conductance, error) : status;
    if (status == XH_OK) {
        measured->row[measured->rows++] = row;
    }
    return status;
}

static int by_train(const void *left, const void *right) {
    const xh_measured_row *a = left, *b = right;
    if (a->device != b->device) {
        return a->device < b->device ? -1 : 1;
    }
    if (a->cycle != b->cycle) {
        return a->cycle < b->cycle ? -1 : 1;
    }
    return a->line < b->line ? -1 : a->line > b->line;
}

/* Pulses between a row and the one before it of the same train. */
static xh_status count_pulses(const xh_measured *measured, const xh_measured_row *before,
                              xh_measured_row *row, xh_error *error) {
    row->pulses = row->pulse - before->pulse;
    if (row->direction == 0) {
        return xh_error_set(error, XH_INPUT,
                            "%s:%zu: direction = start, but its train began in line %zu; a new "
                            "train has another cycle",
                            measured->name, row->line, before->line);
    }
    const bool anew = row->pulses <= 0 && before->direction != row->direction; /* since the turn */
    row->pulses = anew ? row->pulse : row->pulses;
    if (row->pulses > MOST_BETWEEN) {
        return xh_error_set(error, XH_INPUT,
                            "%s:%zu: %ld pulses since the read in line %zu: there may be at most "
                            "%d",
                            measured->name, row->line, row->pulses, before->line, MOST_BETWEEN);
    }
    return row->pulses > 0 || anew
               ? XH_OK
               : xh_error_set(error, XH_INPUT,
                              "%s:%zu: pulse = %ld is not above the one before, %ld in line %zu; a "
                              "new train has another cycle",
                              measured->name, row->line, row->pulse, before->pulse, before->line);
}

/* Puts the rows in order and finds their trains. */
static xh_status sort_trains(xh_measured *measured, xh_error *error) {
    measured->train = xh_array_create(measured->rows, sizeof *measured->train);
    if (!measured->row || !measured->train) {
        return xh_error_set(error, XH_MEMORY, "%s: no memory for its trains", measured->name);
    }
    qsort(measured->row, measured->rows, sizeof *measured->row, by_train);
    xh_status status = XH_OK;
    for (size_t i = 0; i < measured->rows && status == XH_OK; i++) {
        xh_measured_row *row = &measured->row[i];
        const xh_measured_row *before = i > 0 ? row - 1 : NULL;
        if (!before || before->device != row->device || before->cycle != row->cycle) {
            measured->train[measured->trains++] =
                (xh_measured_train){.device = row->device, .first = i};
        } else {
            status = count_pulses(measured, before, row, error);
        }
        measured->train[measured->trains - 1].count++;
    }
    return status;
}

static uint64_t checksum_of(const char *text, size_t size) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

xh_status xh_measured_parse(const char *name, const char *text, size_t size, xh_measured *measured,
                            xh_error *error) {
    reader r = {.name = name, .at = text, .end = text + size};
    xh_measured made = {.name = name, .checksum = checksum_of(text, size)};
    const char *from = NULL;
    const char *stop = NULL;
    xh_status status = XH_OK;
    while (status == XH_OK && next_line(&r, made.origin, &from, &stop)) {
        status = split(&r, from, stop, error);
        if (status == XH_OK) {
            status = r.columns ? take_row(&r, &made, error) : take_header(&r, error);
        }
    }
    if (status == XH_OK && made.rows == 0) {
        status = xh_error_set(error, XH_INPUT, "%s: there are no rows of conductances", name);
    }
    if (status == XH_OK) {
        status = sort_trains(&made, error);
    }
    if (status != XH_OK) {
        xh_measured_free(&made);
        return status;
    }
    *measured = made;
    return XH_OK;
}

xh_status xh_measured_read(const char *path, xh_measured *measured, xh_error *error) {
    uint8_t *bytes = NULL;
    size_t size = 0;
    xh_status status = xh_dataset_file(path, &bytes, &size, error);
    if (status == XH_OK) {
        status = xh_measured_parse(path, (const char *)bytes, size, measured, error);
    }
    free(bytes);
    return status;
}

void xh_measured_free(xh_measured *measured) {
    free(measured->row);
    xh_array_free(measured->train);
    free(measured->device);
    *measured = (xh_measured){.name = NULL};
}
