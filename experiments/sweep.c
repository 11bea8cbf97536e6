/*
 * A sweep as a whole: the sweep file, the experiment that it is based on, and the configuration of
 * each run, which is made of trees laid on top of each other: the experiment, `set`, the seeds, the
 * values of the axes.
 */
#include "config_check.h"
#include "config_resolve.h"
#include "sweep_internal.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 4096 };

static xh_status no_memory(xh_error *error) {
    return xh_error_set(error, XH_MEMORY, "no memory for the sweep");
}

void xh_sweep_free(xh_sweep *sweep) {
    if (!sweep) {
        return;
    }
    for (size_t a = 0; a < sweep->column_count; a++) {
        xh_sweep_column *column = &sweep->columns[a];
        for (size_t l = 0; l < column->level_count; l++) {
            free(column->levels[l].text);
        }
        free(column->levels);
        free(column->choice);
    }
    free(sweep->columns);
    free(sweep->seeds);
    xh_tree_free(sweep->tree);
    xh_tree_free(sweep->base);
    xh_tree_free(sweep->set);
    free(sweep->text);
    free(sweep);
}

/* Its path is relative to the folder of the sweep file. */
static xh_status read_base_file(xh_sweep *sweep, const xh_node *node, const char *path,
                                xh_error *error) {
    char folder[PATH_SIZE], name[2 * PATH_SIZE];
    snprintf(folder, sizeof(folder), "%s", path);
    snprintf(name, sizeof(name), "%s/%s", dirname(folder), node->text);
    const bool is_plain = node->text[0] == '/' || !strchr(path, '/');
    const xh_status status = xh_tree_read(is_plain ? node->text : name, &sweep->base, error);
    return status == XH_INPUT && !sweep->base && strstr(error->text, "cannot be opened")
               ? xh_error_prefix(error, "%s: base = %s: ", node->place, node->text)
               : status;
}

static xh_status read_base(xh_sweep *sweep, const char *path, xh_error *error) {
    const xh_node *node = xh_node_entry(sweep->tree, "base");
    if (!node) {
        return xh_node_error(sweep->tree, error,
                             "base is missing: an experiment's file, or its keys");
    }
    if (node->kind == XH_NODE_SCALAR) {
        return read_base_file(sweep, node, path, error);
    }
    const xh_status status = xh_node_expect(node, XH_NODE_MAPPING, error);
    if (status == XH_OK) {
        sweep->base = xh_tree_copy(NULL, node, "");
        return sweep->base ? XH_OK : no_memory(error);
    }
    return status;
}

/* Lays a tree on top of what is there; *over is NULL while nothing is. */
static xh_status lay_over(xh_node **over, xh_node *fresh, xh_error *error) {
    if (!*over) {
        *over = fresh;
        return XH_OK;
    }
    return xh_config_lay_over(*over, fresh, error);
}

/* Lays a key with a single value on top. */
static xh_status assign(xh_node **over, const char *key, const char *value, const char *place,
                        xh_error *error) {
    xh_node *fresh = NULL;
    const xh_status status = xh_tree_assign(key, value, place, &fresh, error);
    return status == XH_OK ? lay_over(over, fresh, error) : status;
}

/* Puts a copy of a list or a section in the place of the one value of a tree. */
static bool put_in_place(xh_node *tree, const xh_node *section) {
    char key[XH_PARAM_TEXT_SIZE];
    xh_node *parent = tree;
    while (parent->first->first) {
        parent = parent->first;
    }
    snprintf(key, sizeof(key), "%s", parent->first->key);
    xh_node_remove(parent, parent->first->key);
    return xh_tree_copy(parent, section, key) != NULL;
}

/* Adds an entry of `set`: "a.b.c: value", or a section as an experiment has it. */
static xh_status add_exception(xh_sweep *sweep, const xh_node *entry, xh_error *error) {
    xh_node *fresh = NULL;
    const xh_status status = xh_tree_assign(entry->key, entry->text, entry->place, &fresh, error);
    if (status != XH_OK) {
        return status;
    }
    if (entry->kind != XH_NODE_SCALAR && !put_in_place(fresh, entry)) {
        xh_tree_free(fresh);
        return no_memory(error);
    }
    return lay_over(&sweep->set, fresh, error);
}

static xh_status read_set(xh_sweep *sweep, xh_error *error) {
    const xh_node *set = xh_node_entry(sweep->tree, "set");
    xh_status status = set ? xh_node_expect(set, XH_NODE_MAPPING, error) : XH_OK;
    for (const xh_node *entry = set ? set->first : NULL; status == XH_OK && entry;
         entry = entry->next) {
        status = add_exception(sweep, entry, error);
    }
    return status;
}

/* Copies base and set for a configuration to consume. */
static xh_status copy_trees(const xh_sweep *sweep, xh_node **root, xh_node **over,
                            xh_error *error) {
    *root = xh_tree_copy(NULL, sweep->base, "");
    *over = sweep->set ? xh_tree_copy(NULL, sweep->set, "") : NULL;
    if (*root && (*over || !sweep->set)) {
        return XH_OK;
    }
    xh_tree_free(*root);
    xh_tree_free(*over);
    return no_memory(error);
}

static xh_status resolve_base(xh_sweep *sweep, xh_error *error) {
    xh_node *root = NULL, *over = NULL;
    const xh_status status = copy_trees(sweep, &root, &over, error);
    return status == XH_OK ? xh_config_resolve(root, over, &sweep->resolved, error) : status;
}

static xh_status read_name(xh_sweep *sweep, xh_error *error) {
    static const char *const known[] = {"sweep", "base", "set", "design", "axes", "seeds"};
    xh_status status = XH_OK;
    for (const xh_node *entry = sweep->tree->first; status == XH_OK && entry; entry = entry->next) {
        status = xh_node_known(entry, NULL, known, sizeof(known) / sizeof(known[0]), error);
    }
    const xh_node *name = xh_node_entry(sweep->tree, "sweep");
    if (status == XH_OK && !name) {
        return xh_node_error(sweep->tree, error, "sweep is missing: the name of the sweep");
    }
    if (status == XH_OK) {
        status = xh_node_expect(name, XH_NODE_SCALAR, error);
    }
    return status == XH_OK ? xh_config_check_name(name, "sweep", name->text, error) : status;
}

static xh_status read_all(xh_sweep *sweep, const char *path, xh_error *error) {
    static xh_status (*const readers[])(xh_sweep *, xh_error *) = {
        read_set, resolve_base, xh_sweep_read_axes, xh_sweep_read_design, xh_sweep_read_seeds};
    xh_status status = read_name(sweep, error);
    if (status == XH_OK) {
        status = read_base(sweep, path, error);
    }
    for (size_t i = 0; status == XH_OK && i < sizeof(readers) / sizeof(readers[0]); i++) {
        status = readers[i](sweep, error);
    }
    return status;
}

xh_status xh_sweep_parse(const char *path, const char *text, size_t size, xh_sweep **sweep,
                         xh_error *error) {
    xh_error own = {0};
    error = error ? error : &own;
    xh_sweep *fresh = calloc(1, sizeof(*fresh));
    char *copy = malloc(size + 1);
    if (!fresh || !copy) {
        free(fresh);
        free(copy);
        return no_memory(error);
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    fresh->text = copy;
    xh_status status = xh_tree_parse(path, text, size, &fresh->tree, error);
    if (status == XH_OK) {
        status = read_all(fresh, path, error);
    }
    if (status != XH_OK) {
        xh_sweep_free(fresh);
        return status;
    }
    *sweep = fresh;
    return XH_OK;
}

xh_status xh_sweep_load(const char *path, xh_sweep **sweep, xh_error *error) {
    xh_error own = {0};
    error = error ? error : &own;
    char *text = NULL;
    size_t size = 0;
    xh_status status = xh_tree_text(path, &text, &size, error);
    if (status == XH_OK) {
        status = xh_sweep_parse(path, text, size, sweep, error);
    }
    free(text);
    return status;
}

const char *xh_sweep_name(const xh_sweep *sweep) {
    return xh_node_entry(sweep->tree, "sweep")->text;
}

const char *xh_sweep_text(const xh_sweep *sweep) {
    return sweep->text;
}

const xh_config *xh_sweep_base(const xh_sweep *sweep) {
    return &sweep->resolved;
}

size_t xh_sweep_points(const xh_sweep *sweep) {
    return sweep->points;
}

size_t xh_sweep_seed_count(const xh_sweep *sweep) {
    return sweep->seed_count;
}

size_t xh_sweep_axes(const xh_sweep *sweep) {
    return sweep->column_count;
}

xh_sweep_axis xh_sweep_axis_at(const xh_sweep *sweep, size_t axis) {
    return sweep->columns[axis].axis;
}

static xh_sweep_level level_at(const xh_sweep *sweep, size_t axis, size_t point) {
    const xh_sweep_column *column = &sweep->columns[axis];
    return column->levels[column->choice[point]];
}

const char *xh_sweep_value(const xh_sweep *sweep, size_t axis, size_t point) {
    return level_at(sweep, axis, point).text;
}

xh_seed_params xh_sweep_seeds_at(const xh_sweep *sweep, size_t seed) {
    return sweep->seeds[seed];
}

const char *xh_sweep_describe(const xh_sweep *sweep, size_t point, char text[XH_SWEEP_TEXT_SIZE]) {
    size_t length = 0;
    text[0] = '\0';
    for (size_t a = 0; a < sweep->column_count && length < XH_SWEEP_TEXT_SIZE; a++) {
        const int more =
            snprintf(text + length, XH_SWEEP_TEXT_SIZE - length, "%s%s = %s", a > 0 ? ", " : "",
                     sweep->columns[a].axis.key, xh_sweep_value(sweep, a, point));
        length += more > 0 ? (size_t)more : 0;
    }
    return text;
}

/* The seeds of a run, as if they were written where the sweep file has its seeds. */
static xh_status assign_seeds(const xh_sweep *sweep, size_t seed, xh_node **over, xh_error *error) {
    const xh_node *node = xh_node_entry(sweep->tree, "seeds");
    const xh_param_table *table = &xh_seed_param_table;
    xh_status status = XH_OK;
    for (size_t i = 0; node && status == XH_OK && i < table->count; i++) {
        char key[XH_PARAM_TEXT_SIZE], value[XH_PARAM_TEXT_SIZE];
        snprintf(key, sizeof(key), "seeds.%s", table->params[i].name);
        xh_param_format(&table->params[i], &sweep->seeds[seed], value);
        status = assign(over, key, value, node->place, error);
        /* A number of seeds is what --set seed=N would do. */
        if (status == XH_OK && i == 0 && node->kind != XH_NODE_MAPPING) {
            status = assign(over, "seed", value, node->place, error);
        }
    }
    return status;
}

xh_status xh_sweep_config(const xh_sweep *sweep, size_t point, size_t seed, xh_config *config,
                          xh_error *error) {
    xh_error own = {0};
    error = error ? error : &own;
    xh_node *root = NULL, *over = NULL;
    xh_status status = copy_trees(sweep, &root, &over, error);
    if (status != XH_OK) {
        return status;
    }
    status = assign_seeds(sweep, seed, &over, error);
    for (size_t a = 0; status == XH_OK && a < sweep->column_count; a++) {
        const xh_sweep_level level = level_at(sweep, a, point);
        status = assign(&over, sweep->columns[a].axis.key, level.text, level.place, error);
    }
    if (status == XH_OK) {
        status = xh_config_resolve(root, over, config, error);
    } else {
        xh_tree_free(root);
        xh_tree_free(over);
    }
    if (status == XH_INPUT && sweep->column_count > 1) {
        char text[XH_SWEEP_TEXT_SIZE];
        const size_t end = strlen(error->text);
        snprintf(error->text + end, sizeof(error->text) - end, " (point %zu: %s)", point,
                 xh_sweep_describe(sweep, point, text));
    }
    return status;
}
