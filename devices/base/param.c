/*
 * Parameter tables: text to the field of a struct and back, with the checks and error texts that
 * every reader of a configuration shares.
 */
#include "crosshebb/param.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void *field(const xh_param *param, void *values) {
    return (char *)values + param->offset;
}

static const void *field_of(const xh_param *param, const void *values) {
    return (const char *)values + param->offset;
}

/* Numbers are read and written with a decimal point, whatever language the process speaks. */

static locale_t plain_numbers(void) {
    return uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
}

static void usual_numbers(locale_t usual) {
    freelocale(uselocale(usual));
}

/* Of two decimals as short, the one with more digits, which has no exponent. */
void xh_param_format_real(double value, char text[XH_PARAM_NUMBER_SIZE]) {
    const locale_t usual = plain_numbers();
    size_t shortest = XH_PARAM_NUMBER_SIZE;
    for (int digits = 1; digits <= 17; digits++) {
        char trial[XH_PARAM_NUMBER_SIZE];
        const size_t length = (size_t)snprintf(trial, sizeof(trial), "%.*g", digits, value);
        if (length <= shortest && (strtod(trial, NULL) == value || isnan(value))) {
            shortest = length;
            memcpy(text, trial, length + 1);
        }
    }
    usual_numbers(usual);
}

/** Text of a bound, as a whole number where the parameter is one. */
static void format_bound(const xh_param *param, double bound, char text[XH_PARAM_NUMBER_SIZE]) {
    if (param->type == XH_PARAM_INTEGER) {
        (void)snprintf(text, XH_PARAM_NUMBER_SIZE, "%.0f", bound);
    } else {
        xh_param_format_real(bound, text);
    }
}

static xh_status wrong_kind(const xh_param *param, const char *shown, const char *kind,
                            xh_error *error) {
    return xh_error_set(error, XH_INPUT, "%s = %s is %s", param->name, shown, kind);
}

static xh_status check_number(const xh_param *param, double value, const char *shown,
                              xh_error *error) {
    if (value >= param->minimum && value <= param->maximum && isfinite(value)) {
        return XH_OK;
    }
    char minimum[XH_PARAM_NUMBER_SIZE];
    char maximum[XH_PARAM_NUMBER_SIZE];
    format_bound(param, param->minimum, minimum);
    format_bound(param, param->maximum, maximum);
    const bool pure = strcmp(param->unit, "1") == 0;
    const char *space = pure ? "" : " ";
    const char *unit = pure ? "" : param->unit;
    return xh_error_set(error, XH_INPUT, "%s = %s%s%s is outside [%s, %s]%s%s", param->name, shown,
                        space, unit, minimum, maximum, space, unit);
}

static size_t count_names(const char *const *names) {
    size_t count = 0;
    while (names[count] != NULL) {
        count++;
    }
    return count;
}

/** Appends to a text of the given size as much as there is room for. */
static void append(char *text, size_t size, const char *more) {
    const size_t length = strlen(text);
    (void)snprintf(text + length, size - length, "%s", more);
}

static xh_status check_text(const xh_param *param, const char *value, xh_error *error) {
    if (strlen(value) >= XH_PARAM_TEXT_SIZE) {
        return xh_error_set(error, XH_INPUT, "%s = %s is longer than %d bytes", param->name, value,
                            XH_PARAM_TEXT_SIZE - 1);
    }
    if (param->choices == NULL) {
        return XH_OK;
    }
    char list[XH_ERROR_TEXT / 2] = "";
    const size_t count = count_names(param->choices);
    for (size_t c = 0; c < count; c++) {
        if (strcmp(param->choices[c], value) == 0) {
            return XH_OK;
        }
        append(list, sizeof(list), c == 0 ? "" : ", ");
        append(list, sizeof(list), param->choices[c]);
    }
    const char *near = xh_nearest_name(param->choices, count, value);
    return xh_error_set(error, XH_INPUT, "%s = %s is not one of %s%s%s%s", param->name, value, list,
                        near == NULL ? "" : "; did you mean ", near == NULL ? "" : near,
                        near == NULL ? "" : "?");
}

/** Passes over decimal digits; returns how many there were. */
static size_t skip_digits(const char **text) {
    const size_t digits = strspn(*text, "0123456789");
    *text += digits;
    return digits;
}

static void skip_sign(const char **text) {
    *text += **text == '+' || **text == '-';
}

static bool is_integer(const char *text) {
    skip_sign(&text);
    return skip_digits(&text) > 0 && *text == '\0';
}

/** Whether text is a number in decimal notation, with a fraction and an exponent or without. */
static bool is_real(const char *text) {
    skip_sign(&text);
    size_t digits = skip_digits(&text);
    if (*text == '.') {
        text++;
        digits += skip_digits(&text);
    }
    if (digits > 0 && (*text == 'e' || *text == 'E')) {
        text++;
        skip_sign(&text);
        digits = skip_digits(&text);
    }
    return digits > 0 && *text == '\0';
}

static xh_status set_real(const xh_param *param, double *value, const char *text, xh_error *error) {
    if (!is_real(text)) {
        return wrong_kind(param, text, "not a number", error);
    }
    const locale_t usual = plain_numbers();
    const double number = strtod(text, NULL);
    usual_numbers(usual);
    const xh_status status = check_number(param, number, text, error);
    if (status == XH_OK) {
        *value = number;
    }
    return status;
}

static xh_status set_integer(const xh_param *param, long *value, const char *text,
                             xh_error *error) {
    if (!is_integer(text)) {
        return wrong_kind(param, text, "not an integer", error);
    }
    errno = 0;
    const long number = strtol(text, NULL, 10);
    const double checked = errno == ERANGE ? copysign(INFINITY, (double)number) : (double)number;
    const xh_status status = check_number(param, checked, text, error);
    if (status == XH_OK) {
        *value = number;
    }
    return status;
}

static xh_status set_flag(const xh_param *param, bool *value, const char *text, xh_error *error) {
    static const char *const on[] = {"true", "True", "TRUE", "on", "On", "ON", "yes", "Yes", "YES"};
    static const char *const off[] = {"false", "False", "FALSE", "off", "Off",
                                      "OFF",   "no",    "No",    "NO"};
    for (size_t s = 0; s < sizeof(on) / sizeof(on[0]); s++) {
        const bool is_on = strcmp(text, on[s]) == 0;
        if (is_on || strcmp(text, off[s]) == 0) {
            *value = is_on;
            return XH_OK;
        }
    }
    return wrong_kind(param, text, "neither true nor false", error);
}

static xh_status set_text(const xh_param *param, char *value, const char *text, xh_error *error) {
    const xh_status status = check_text(param, text, error);
    if (status == XH_OK) {
        memmove(value, text, strlen(text) + 1);
    }
    return status;
}

xh_status xh_param_set(const xh_param *param, void *values, const char *text, xh_error *error) {
    switch (param->type) {
    case XH_PARAM_REAL:
        return set_real(param, field(param, values), text, error);
    case XH_PARAM_INTEGER:
        return set_integer(param, field(param, values), text, error);
    case XH_PARAM_FLAG:
        return set_flag(param, field(param, values), text, error);
    case XH_PARAM_TEXT:
    default:
        return set_text(param, field(param, values), text, error);
    }
}

xh_status xh_param_check(const xh_param_table *table, const void *values, xh_error *error) {
    for (size_t p = 0; p < table->count; p++) {
        const xh_param *param = &table->params[p];
        xh_status status;
        if (param->type == XH_PARAM_TEXT) {
            status = check_text(param, field_of(param, values), error);
        } else {
            char shown[XH_PARAM_TEXT_SIZE];
            xh_param_format(param, values, shown);
            status = check_number(param, xh_param_number(param, values), shown, error);
        }
        if (status != XH_OK) {
            return status;
        }
    }
    return XH_OK;
}

void xh_param_defaults(const xh_param_table *table, void *values) {
    memset(values, 0, table->size);
    for (size_t p = 0; p < table->count; p++) {
        const xh_param *param = &table->params[p];
        void *value = field(param, values);
        switch (param->type) {
        case XH_PARAM_REAL:
            *(double *)value = param->initial;
            break;
        case XH_PARAM_INTEGER:
            *(long *)value = (long)param->initial;
            break;
        case XH_PARAM_FLAG:
            *(bool *)value = param->initial != 0.0;
            break;
        case XH_PARAM_TEXT:
        default:
            (void)snprintf(value, XH_PARAM_TEXT_SIZE, "%s", param->text);
            break;
        }
    }
}

void xh_param_format(const xh_param *param, const void *values, char text[XH_PARAM_TEXT_SIZE]) {
    const void *value = field_of(param, values);
    switch (param->type) {
    case XH_PARAM_REAL:
        xh_param_format_real(*(const double *)value, text);
        break;
    case XH_PARAM_INTEGER:
        (void)snprintf(text, XH_PARAM_TEXT_SIZE, "%ld", *(const long *)value);
        break;
    case XH_PARAM_FLAG:
        (void)snprintf(text, XH_PARAM_TEXT_SIZE, "%s", *(const bool *)value ? "true" : "false");
        break;
    case XH_PARAM_TEXT:
    default:
        (void)snprintf(text, XH_PARAM_TEXT_SIZE, "%s", (const char *)value);
        break;
    }
}

double xh_param_number(const xh_param *param, const void *values) {
    const void *value = field_of(param, values);
    switch (param->type) {
    case XH_PARAM_REAL:
        return *(const double *)value;
    case XH_PARAM_INTEGER:
        return (double)*(const long *)value;
    case XH_PARAM_FLAG:
        return *(const bool *)value ? 1.0 : 0.0;
    case XH_PARAM_TEXT:
    default:
        return 0.0;
    }
}

const xh_param *xh_param_find(const xh_param_table *table, const char *name) {
    for (size_t p = 0; p < table->count; p++) {
        if (strcmp(table->params[p].name, name) == 0) {
            return &table->params[p];
        }
    }
    return NULL;
}
