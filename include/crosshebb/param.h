/**
 * Parameter tables: one table a struct feeds YAML parsing, checks, error texts, HDF5 attributes,
 * `list`, `show` and the manual.
 */
#ifndef CROSSHEBB_PARAM_H
#define CROSSHEBB_PARAM_H

#include "crosshebb/status.h"

#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { XH_PARAM_TEXT_SIZE = 256 };

/** Room for a number as text: 17 digits, signs, point and exponent, or a whole number. */
enum { XH_PARAM_NUMBER_SIZE = 32 };

/** The C type of a parameter's field: double, long, bool, or char[XH_PARAM_TEXT_SIZE]. */
typedef enum xh_param_type {
    XH_PARAM_REAL,
    XH_PARAM_INTEGER,
    XH_PARAM_FLAG,
    XH_PARAM_TEXT
} xh_param_type;

typedef struct xh_param {
    const char *name;
    xh_param_type type;
    const char *unit;     /* SI, "1" for pure numbers; "list": several, with commas between */
    const char *sentence; /* what it is; a source in brackets where the default has one */
    double initial;       /* default of numbers and flags */
    double minimum;       /* allowed range of numbers, both ends included */
    double maximum;
    const char *text;           /* default of texts */
    const char *const *choices; /* NULL-ended list of allowed texts; NULL: any text */
    size_t offset;              /* of the field in the struct */
} xh_param;

typedef struct xh_param_table {
    const xh_param *params;
    size_t count;
    size_t size; /* of the struct, in bytes; at most XH_PARAM_STRUCT_MAX */
} xh_param_table;

/** No struct of parameters is larger, so that one may be held without knowing its type. */
enum { XH_PARAM_STRUCT_MAX = 4096 };

/** A struct of parameters whose type only its table knows. */
typedef union xh_param_values {
    char bytes[XH_PARAM_STRUCT_MAX];
    double align_real;
    long align_integer;
} xh_param_values;

/* Rows of a table; the struct type comes first so that a row cannot name a field that is not there.
 */
#define XH_REAL(type, field, unit, initial, minimum, maximum, sentence)                            \
    {                                                                                              \
#field, XH_PARAM_REAL, unit, sentence, initial, minimum, maximum, NULL, NULL,              \
            offsetof(type, field)                                                                  \
    }
#define XH_INTEGER(type, field, unit, initial, minimum, maximum, sentence)                         \
    {                                                                                              \
#field, XH_PARAM_INTEGER, unit, sentence, initial, minimum, maximum, NULL, NULL,           \
            offsetof(type, field)                                                                  \
    }
#define XH_FLAG(type, field, initial, sentence)                                                    \
    { #field, XH_PARAM_FLAG, "1", sentence, initial, 0, 1, NULL, NULL, offsetof(type, field) }
#define XH_TEXT(type, field, initial, choices, sentence)                                           \
    { #field, XH_PARAM_TEXT, "1", sentence, 0, 0, 0, initial, choices, offsetof(type, field) }
#define XH_LIST(type, field, initial, sentence)                                                    \
    { #field, XH_PARAM_TEXT, "list", sentence, 0, 0, 0, initial, NULL, offsetof(type, field) }

#define XH_PARAM_TABLE(type, rows)                                                                 \
    { rows, sizeof(rows) / sizeof((rows)[0]), sizeof(type) }

/** Writes every default into the struct. */
void xh_param_defaults(const xh_param_table *table, void *values);

/** The row of that name, or NULL. */
const xh_param *xh_param_find(const xh_param_table *table, const char *name);

/** The name of the table nearest to the given one (edit distance), or NULL if none is near. */
const char *xh_param_nearest(const xh_param_table *table, const char *name);

/**
 * The same among any names; NULL if none is within a third of the name's length (at least 2
 * edits).
 */
const char *xh_nearest_name(const char *const *names, size_t count, const char *name);

/**
 * Parses text as the parameter's type, checks its range or choice, and writes it into the struct.
 * XH_INPUT with a text such as "up_step = 1.3 is outside [0, 1]"; the struct is then as it was.
 */
xh_status xh_param_set(const xh_param *param, void *values, const char *text, xh_error *error);

/** Checks every value of the struct against its row, as xh_param_set does. */
xh_status xh_param_check(const xh_param_table *table, const void *values, xh_error *error);

/**
 * The value as text that xh_param_set reads back to the same bits; at most XH_PARAM_TEXT_SIZE
 * bytes.
 */
void xh_param_format(const xh_param *param, const void *values, char text[XH_PARAM_TEXT_SIZE]);

/** A number as the shortest decimal that reads back to the same bits, in any locale. */
void xh_param_format_real(double value, char text[XH_PARAM_NUMBER_SIZE]);

/** A number of the struct as a double (flags are 0 or 1; texts are 0). */
double xh_param_number(const xh_param *param, const void *values);

#ifdef __cplusplus
}
#endif

#endif
