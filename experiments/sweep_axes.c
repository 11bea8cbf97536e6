/* The axes of a sweep file: which values a key takes. */
#include "sweep_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* [first, last, how many] of linear and log, [first, last] of range. */
typedef struct span {
    double first, last;
    long count;
} span;

static const xh_param span_rows[] = {
    XH_REAL(span, first, "1", 0, -1e300, 1e300, "first value"),
    XH_REAL(span, last, "1", 0, -1e300, 1e300, "last value"),
    XH_INTEGER(span, count, "1", 2, 2, 10000, "number of values"),
};

xh_status xh_sweep_add_level(xh_sweep_column *column, const char *text, const char *place,
                             xh_error *error) {
    const size_t count = column->level_count;
    if ((count & (count - 1)) == 0) { /* room is doubled at powers of two */
        xh_sweep_level *more =
            realloc(column->levels, (count > 0 ? 2 * count : 1) * sizeof(*column->levels));
        if (!more) {
            return xh_error_set(error, XH_MEMORY, "no memory for the values of %s",
                                column->axis.key);
        }
        column->levels = more;
    }
    char *copy = strdup(text);
    if (!copy) {
        return xh_error_set(error, XH_MEMORY, "no memory for the values of %s", column->axis.key);
    }
    column->levels[count] = (xh_sweep_level){copy, place};
    column->level_count++;
    return XH_OK;
}

xh_status xh_sweep_add_between(xh_sweep_column *column, double t, const char *place,
                               xh_error *error) {
    const double first = column->begin, last = column->end;
    const double value = column->axis.scale == XH_SWEEP_LOG
                             ? exp(log(first) + t * (log(last) - log(first)))
                             : first + t * (last - first);
    char text[XH_PARAM_NUMBER_SIZE];
    if (column->whole) {
        snprintf(text, sizeof(text), "%.0f", value);
    } else {
        snprintf(text, sizeof(text), "%.12g", value);
        xh_param_format_real(strtod(text, NULL), text);
    }
    return xh_sweep_add_level(column, text, place, error);
}

static xh_status read_span(const xh_node *node, size_t parts, span *read, xh_error *error) {
    xh_status status = xh_node_expect(node, XH_NODE_LIST, error);
    if (status == XH_OK && xh_node_entries(node) != parts) {
        return xh_node_error(node, error, "%s must be [first, last%s]", node->path,
                             parts == 3 ? ", how many" : "");
    }
    size_t part = 0;
    for (const xh_node *entry = node->first; status == XH_OK && entry; entry = entry->next) {
        status = xh_node_expect(entry, XH_NODE_SCALAR, error);
        if (status == XH_OK &&
            xh_param_set(&span_rows[part++], read, entry->text, error) != XH_OK) {
            status = xh_error_prefix(error, "%s: %s: ", entry->place, node->path);
        }
    }
    return status;
}

/* Reads linear, log or range, and makes the values of the first two. */
static xh_status read_between(const xh_node *node, xh_sweep_column *column, xh_error *error) {
    const bool is_range = strcmp(node->key, "range") == 0;
    span read = {0};
    xh_status status = read_span(node, is_range ? 2 : 3, &read, error);
    column->begin = read.first;
    column->end = read.last;
    if (status == XH_OK && column->axis.scale == XH_SWEEP_LOG &&
        !(read.first > 0 && read.last > 0)) {
        return xh_node_error(node, error, "%s: values on a log scale must be above 0", node->path);
    }
    for (long i = 0; status == XH_OK && i < read.count; i++) {
        status =
            xh_sweep_add_between(column, (double)i / (double)(read.count - 1), node->place, error);
    }
    return status;
}

static bool is_number(const char *text) {
    char *end = NULL;
    const double value = strtod(text, &end);
    return end != text && !*end && isfinite(value);
}

static xh_status read_values(const xh_node *node, xh_sweep_column *column, xh_error *error) {
    xh_status status = xh_node_expect(node, XH_NODE_LIST, error);
    if (status == XH_OK && !node->first) {
        return xh_node_error(node, error, "%s is empty", node->path);
    }
    for (const xh_node *entry = node->first; status == XH_OK && entry; entry = entry->next) {
        status = xh_node_expect(entry, XH_NODE_SCALAR, error);
        if (status == XH_OK) {
            status = xh_sweep_add_level(column, entry->text, entry->place, error);
        }
        if (!is_number(entry->text)) {
            column->axis.scale = XH_SWEEP_CATEGORY;
        }
    }
    return status;
}

static xh_status read_scale(const xh_node *node, xh_sweep_column *column, xh_error *error) {
    const xh_node *scale = xh_node_entry(node, "scale");
    if (xh_node_entry(node, "log")) {
        column->axis.scale = XH_SWEEP_LOG;
    }
    if (!scale) {
        return XH_OK;
    }
    const bool is_log = strcmp(scale->text, "log") == 0;
    if (!is_log && strcmp(scale->text, "linear") != 0) {
        return xh_node_error(scale, error, "%s = %s must be linear or log", scale->path,
                             scale->text);
    }
    if (xh_node_entry(node, "log") || xh_node_entry(node, "linear")) {
        return xh_node_error(scale, error, "%s belongs to range and values", scale->path);
    }
    column->axis.scale = is_log ? XH_SWEEP_LOG : XH_SWEEP_LINEAR;
    return XH_OK;
}

/* What the table says of the key. */
static void read_parameter(const xh_sweep *sweep, xh_sweep_column *column) {
    const xh_param *param = xh_config_param(&sweep->resolved, column->axis.key);
    column->axis.unit = param ? param->unit : "1";
    column->whole = param && param->type == XH_PARAM_INTEGER;
    if (param && (param->type == XH_PARAM_TEXT || param->type == XH_PARAM_FLAG)) {
        column->axis.scale = XH_SWEEP_CATEGORY;
    }
}

/* The one entry that says which values there are. */
static xh_status read_levels(const xh_node *node, xh_sweep_column *column, xh_error *error) {
    static const char *const ways[] = {"values", "linear", "log", "range"};
    const xh_node *found = NULL;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        const xh_node *way = xh_node_entry(node, ways[i]);
        if (way && found) {
            return xh_node_error(way, error, "%s has %s already", node->path, found->key);
        }
        found = way ? way : found;
    }
    if (!found) {
        return xh_node_error(node, error, "%s needs values, linear, log or range", node->path);
    }
    return strcmp(found->key, "values") == 0 ? read_values(found, column, error)
                                             : read_between(found, column, error);
}

static xh_status check_key(const xh_sweep *sweep, const xh_sweep_column *column, const xh_node *key,
                           xh_error *error) {
    if (strcmp(key->text, "seed") == 0 || strcmp(key->text, "experiment") == 0) {
        return xh_node_error(key, error, "%s = %s is no axis; %s", key->path, key->text,
                             key->text[0] == 's' ? "seeds says which seeds there are"
                                                 : "it would change nothing");
    }
    for (const xh_sweep_column *c = sweep->columns; c < column; c++) {
        if (strcmp(c->axis.key, key->text) == 0) {
            return xh_node_error(key, error, "%s = %s is already the key of %s", key->path,
                                 key->text, c->node->path);
        }
    }
    return XH_OK;
}

static xh_status read_axis(const xh_sweep *sweep, const xh_node *node, xh_sweep_column *column,
                           xh_error *error) {
    static const char *const known[] = {"key", "values", "linear", "log", "range", "scale"};
    xh_status status = xh_node_expect(node, XH_NODE_MAPPING, error);
    for (const xh_node *entry = node->first; status == XH_OK && entry; entry = entry->next) {
        status = xh_node_known(entry, NULL, known, sizeof(known) / sizeof(known[0]), error);
    }
    const xh_node *key = xh_node_entry(node, "key");
    if (status == XH_OK && (!key || key->kind != XH_NODE_SCALAR || !key->text[0])) {
        return xh_node_error(node, error, "%s.key is missing", node->path);
    }
    if (status == XH_OK) {
        column->node = node;
        column->axis.key = key->text;
        status = check_key(sweep, column, key, error);
    }
    if (status == XH_OK) {
        read_parameter(sweep, column);
        status = read_scale(node, column, error);
    }
    return status == XH_OK ? read_levels(node, column, error) : status;
}

xh_status xh_sweep_read_axes(xh_sweep *sweep, xh_error *error) {
    const xh_node *axes = xh_node_entry(sweep->tree, "axes");
    if (!axes) {
        return XH_OK;
    }
    xh_status status = xh_node_expect(axes, XH_NODE_LIST, error);
    const size_t count = xh_node_entries(axes);
    if (status == XH_OK && count > XH_SWEEP_AXES) {
        return xh_node_error(axes, error, "axes may hold at most %d axes", XH_SWEEP_AXES);
    }
    sweep->columns = calloc(count + 1, sizeof(*sweep->columns));
    if (!sweep->columns) {
        return xh_error_set(error, XH_MEMORY, "no memory for the axes");
    }
    for (const xh_node *node = axes->first; status == XH_OK && node; node = node->next) {
        status = read_axis(sweep, node, &sweep->columns[sweep->column_count++], error);
    }
    return status;
}
