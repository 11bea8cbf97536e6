/*
 * Tables of measured steps as texts. A text is untrusted: lines have as many values as there are
 * conductances or probabilities, and every value is a number in its range, before anything is made
 * of them.
 */
#include "table_file.h"

#include "dataset_formats.h"

#include "crosshebb/array.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 64, HEADER = 1 };

static const char blanks[] = " \t\r\v\f";

/* A text on its way, line by line. */
typedef struct reader {
    const char *name;
    const char *at; /* the next line */
    const char *end;
    size_t line; /* of the present one, from 1 */
} reader;

/* The next line that is not blank, from *text to *stop; false at the end. */
static bool next_line(reader *r, const char **text, const char **stop) {
    while (r->at < r->end) {
        *text = r->at;
        const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
        *stop = newline ? newline : r->end;
        r->at = newline ? newline + 1 : r->end;
        r->line++;
        for (const char *c = *text; c < *stop; c++) {
            if (!memchr(blanks, *c, sizeof blanks)) { /* zero bytes are blank too */
                return true;
            }
        }
    }
    return false;
}

/* Where the next value begins: after blanks, and a comma between blanks if there is one. */
static const char *skip(const char *text, const char *stop, bool comma) {
    for (; text < stop; text++) {
        if (*text == ',' && comma) {
            comma = false;
        } else if (!memchr(blanks, *text, sizeof blanks)) {
            break;
        }
    }
    return text;
}

static size_t value_length(const char *text, const char *stop) {
    size_t length = 0;
    while (text + length < stop && text[length] != ',' &&
           !memchr(blanks, text[length], sizeof blanks)) {
        length++;
    }
    return length;
}

static xh_status parse_value(const reader *r, const char *text, size_t length, size_t position,
                             double *value, xh_error *error) {
    char copy[NUMBER_SIZE] = "";
    char *rest = copy;
    if (length < sizeof copy) {
        memcpy(copy, text, length);
        *value = strtod(copy, &rest);
    }
    const bool plain =
        length > 0 && length < sizeof copy && strspn(copy, "0123456789+-.eE") == length;
    return plain && rest == copy + length && isfinite(*value)
               ? XH_OK
               : xh_error_set(error, XH_INPUT, "%s:%zu: value %zu, \"%.*s\", is no number", r->name,
                              r->line, position, length < 20 ? (int)length : 20, text);
}

/* The values of the next line, to be freed by free(). what is what they are; expected (0: any) how
 * many there must be. */
static xh_status read_values(reader *r, const char *what, size_t expected, double **values,
                             size_t *count, xh_error *error) {
    const char *text = NULL;
    const char *stop = NULL;
    if (!next_line(r, &text, &stop)) {
        return xh_error_set(error, XH_INPUT, "%s: it ends before the line of %s", r->name, what);
    }
    size_t room = 0;
    for (const char *c = skip(text, stop, false); c < stop; c = skip(c, stop, true)) {
        const size_t length = value_length(c, stop);
        c += length;
        room++;
        if (length == 0) {
            break; /* two commas; parsing says so */
        }
    }
    *values = calloc(room + 1, sizeof **values);
    if (!*values) {
        xh_error_set(error, XH_MEMORY, "%s: no memory for %zu values", r->name, room);
        return XH_MEMORY;
    }
    *count = 0;
    xh_status status = XH_OK;
    for (const char *c = skip(text, stop, false); *count < room && status == XH_OK;
         c = skip(c, stop, true)) {
        const size_t length = value_length(c, stop);
        status = parse_value(r, c, length, *count + 1, &(*values)[*count], error);
        c += length;
        ++*count;
    }
    if (status == XH_OK && expected > 0 && *count != expected) {
        status = xh_error_set(error, XH_INPUT, "%s:%zu: %zu %s instead of %zu", r->name, r->line,
                              *count, what, expected);
    }
    return status;
}

/* Rising values from 0 to most, 2 to XH_STEP_TABLE_KNOTS of them. */
static xh_status check_axis(const reader *r, const char *what, const char *unit, double most,
                            const double *values, size_t count, xh_error *error) {
    if (count < 2 || count > XH_STEP_TABLE_KNOTS) {
        return xh_error_set(error, XH_INPUT, "%s:%zu: %zu %s are outside [2, %d]", r->name, r->line,
                            count, what, XH_STEP_TABLE_KNOTS);
    }
    for (size_t i = 0; i < count; i++) {
        if (values[i] < 0 || values[i] > most) {
            return xh_error_set(error, XH_INPUT,
                                "%s:%zu: value %zu of the %s, %g%s, is outside "
                                "[0, %g]%s",
                                r->name, r->line, i + 1, what, values[i], unit, most, unit);
        }
        if (i > 0 && values[i] <= values[i - 1]) {
            return xh_error_set(error, XH_INPUT,
                                "%s:%zu: value %zu of the %s, %g%s, is not above the one before "
                                "it, %g%s",
                                r->name, r->line, i + 1, what, values[i], unit, values[i - 1],
                                unit);
        }
    }
    return XH_OK;
}

static xh_status read_axes(reader *r, xh_table_text *table, xh_error *error) {
    static const char conductances[] = "conductances", probabilities[] = "probabilities";
    xh_status status =
        read_values(r, conductances, 0, &table->conductance, &table->conductances, error);
    if (status == XH_OK) {
        status =
            check_axis(r, conductances, " S", 1e3, table->conductance, table->conductances, error);
    }
    if (status == XH_OK) {
        status =
            read_values(r, probabilities, 0, &table->probability, &table->probabilities, error);
    }
    return status == XH_OK ? check_axis(r, probabilities, "", 1, table->probability,
                                        table->probabilities, error)
                           : status;
}

static xh_status read_steps(reader *r, xh_table_text *table, xh_error *error) {
    const size_t columns = table->conductances;
    table->step = xh_array_create(table->probabilities * columns, sizeof *table->step);
    if (!table->step) {
        return xh_error_set(error, XH_MEMORY, "%s: no memory for %zu rows of steps", r->name,
                            table->probabilities);
    }
    xh_status status = XH_OK;
    for (size_t row = 0; row < table->probabilities && status == XH_OK; row++) {
        double *values = NULL;
        size_t count = 0;
        status = read_values(r, "steps, one a conductance,", columns, &values, &count, error);
        if (values && status == XH_OK) {
            memcpy(table->step + row * columns, values, columns * sizeof *values);
        }
        free(values);
    }
    const char *text = NULL;
    const char *stop = NULL;
    if (status == XH_OK && next_line(r, &text, &stop)) {
        status = xh_error_set(error, XH_INPUT,
                              "%s:%zu: there are more lines of steps than the %zu probabilities",
                              r->name, r->line, table->probabilities);
    }
    return status;
}

xh_status xh_table_text_parse(const char *name, const char *text, size_t size, xh_table_text *table,
                              xh_error *error) {
    reader r = {.name = name, .at = text, .end = text + size};
    const char *line = NULL;
    const char *stop = NULL;
    *table = (xh_table_text){0};
    if (!next_line(&r, &line, &stop) || r.line != HEADER) {
        return xh_error_set(error, XH_INPUT, "%s:1: the line that says what follows is missing",
                            name);
    }
    xh_status status = read_axes(&r, table, error);
    if (status == XH_OK) {
        status = read_steps(&r, table, error);
    }
    if (status != XH_OK) {
        xh_table_text_free(table);
    }
    return status;
}

void xh_table_text_free(xh_table_text *table) {
    free(table->conductance);
    free(table->probability);
    xh_array_free(table->step);
    *table = (xh_table_text){0};
}
