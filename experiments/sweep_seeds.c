/* The seeds of a sweep file: of networks, device draws and cycle noise, kept apart. */
#include "sweep_internal.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SEEDS = 10000 };

typedef struct counts {
    long seeds;
} counts;

static const xh_param count_row =
    XH_INTEGER(counts, seeds, "1", 1, 1, MOST_SEEDS, "how many seeds, from 1 on");

/* How many seeds a node says: a number of them, or a list. */
static xh_status count_seeds(const xh_node *node, size_t *count, xh_error *error) {
    counts read = {0};
    if (node->kind == XH_NODE_LIST && node->first) {
        *count = xh_node_entries(node);
        return XH_OK;
    }
    if (node->kind != XH_NODE_SCALAR) {
        return xh_node_error(node, error, "%s must be how many seeds, or a list of them",
                             node->path);
    }
    if (xh_param_set(&count_row, &read, node->text, error) != XH_OK) {
        const char *text = strstr(error->text, " = ");
        return xh_node_error(node, error, "%s%s", node->path, text ? text : error->text);
    }
    *count = (size_t)read.seeds;
    return XH_OK;
}

/* The seeds of a node into the field of all seeds; one alone is that of all. */
static xh_status fill(xh_sweep *sweep, const xh_node *node, const xh_param *param,
                      xh_error *error) {
    const xh_node *entry = node->kind == XH_NODE_SCALAR ? NULL : node->first;
    for (size_t s = 0; s < sweep->seed_count; s++) {
        char number[32];
        snprintf(number, sizeof(number), "%zu", s + 1);
        const char *text = entry ? entry->text : number;
        if (entry && (entry->kind != XH_NODE_SCALAR || strchr(text, '-'))) {
            return xh_node_error(entry, error, "%s = %s must be a whole number from 0 on",
                                 entry->path, text);
        }
        if (xh_param_set(param, &sweep->seeds[s], text, error) != XH_OK) {
            return xh_error_prefix(error, "%s: seeds.", (entry ? entry : node)->place);
        }
        entry = entry && entry->next ? entry->next : entry;
    }
    return XH_OK;
}

/* Room for so many seeds, all the experiment's own. */
static xh_status make_room(xh_sweep *sweep, size_t count, xh_error *error) {
    sweep->seeds = calloc(count > 0 ? count : 1, sizeof(*sweep->seeds));
    if (!sweep->seeds) {
        return xh_error_set(error, XH_MEMORY, "no memory for %zu seeds", count);
    }
    sweep->seed_count = count;
    for (size_t s = 0; s < count; s++) {
        sweep->seeds[s] = sweep->resolved.seeds;
    }
    return XH_OK;
}

/* The longest of the lists; each of the others has one seed or as many. */
static xh_status count_all(const xh_node *node, size_t *most, xh_error *error) {
    *most = 1;
    for (const xh_node *entry = node->first; entry; entry = entry->next) {
        size_t count = 0;
        const xh_status status = count_seeds(entry, &count, error);
        if (status != XH_OK) {
            return status;
        }
        if (count > 1 && *most > 1 && count != *most) {
            return xh_node_error(entry, error, "%s has %zu seeds where the others have %zu",
                                 entry->path, count, *most);
        }
        *most = count > *most ? count : *most;
    }
    return XH_OK;
}

/* Seeds by what they are for. */
static xh_status read_apart(xh_sweep *sweep, const xh_node *node, xh_error *error) {
    size_t count = 0;
    xh_status status = XH_OK;
    for (const xh_node *entry = node->first; status == XH_OK && entry; entry = entry->next) {
        status = xh_node_known(entry, &xh_seed_param_table, NULL, 0, error);
    }
    if (status == XH_OK) {
        status = count_all(node, &count, error);
    }
    if (status == XH_OK) {
        status = make_room(sweep, count, error);
    }
    for (const xh_node *entry = node->first; status == XH_OK && entry; entry = entry->next) {
        status = fill(sweep, entry, xh_param_find(&xh_seed_param_table, entry->key), error);
    }
    return status;
}

xh_status xh_sweep_read_seeds(xh_sweep *sweep, xh_error *error) {
    const xh_node *node = xh_node_entry(sweep->tree, "seeds");
    if (!node) {
        return make_room(sweep, 1, error);
    }
    if (node->kind == XH_NODE_MAPPING) {
        return read_apart(sweep, node, error);
    }
    size_t count = 0;
    xh_status status = count_seeds(node, &count, error);
    if (status == XH_OK) {
        status = make_room(sweep, count, error);
    }
    for (size_t i = 0; status == XH_OK && i < xh_seed_param_table.count; i++) {
        status = fill(sweep, node, &xh_seed_param_table.params[i], error);
    }
    return status;
}
