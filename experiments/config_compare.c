/* Whether a resolved configuration, read back from a file, is the present one. */
#include "config_tree.h"

#include "crosshebb/config.h"

#include <stdlib.h>
#include <string.h>

/* What a message says of one side: the text of a scalar, or that there is none. */
static const char *said(const xh_node *node) {
    if (!node) {
        return "not there";
    }
    return node->kind == XH_NODE_SCALAR ? node->text : "something else";
}

/* The first key of the trees that differs, in order; false if none does. */
static bool find_difference(const xh_node *there, const xh_node *here, const xh_node **a,
                            const xh_node **b) {
    for (const xh_node *entry = there->first; entry; entry = entry->next) {
        const xh_node *other = xh_node_entry(here, entry->key);
        if (!other || other->kind != entry->kind || strcmp(other->text, entry->text) != 0) {
            *a = entry;
            *b = other;
            return true;
        }
        if (find_difference(entry, other, a, b)) {
            return true;
        }
    }
    for (const xh_node *entry = here->first; entry; entry = entry->next) {
        if (!xh_node_entry(there, entry->key)) {
            *a = NULL;
            *b = entry;
            return true;
        }
    }
    return false;
}

static xh_status compare_trees(const char *name, const xh_node *there, const xh_node *here,
                               xh_error *error) {
    const xh_node *a = NULL;
    const xh_node *b = NULL;
    if (!find_difference(there, here, &a, &b)) {
        return XH_OK;
    }
    return xh_error_set(error, XH_INPUT,
                        "%s is of another configuration: %s is %s there and %s here", name,
                        a ? a->path : b->path, said(a), said(b));
}

xh_status xh_config_compare(const xh_config *config, const char *name, const char *text,
                            xh_error *error) {
    char *own = xh_config_text(config);
    if (!own) {
        return xh_error_set(error, XH_MEMORY, "no memory for the text of the configuration");
    }
    xh_node *there = NULL;
    xh_node *here = NULL;
    xh_status status = xh_tree_parse("the configuration", own, strlen(own), &here, error);
    if (status == XH_OK) {
        status = xh_tree_parse(name, text, strlen(text), &there, error);
    }
    if (status == XH_OK) {
        status = compare_trees(name, there, here, error);
    }
    xh_tree_free(there);
    xh_tree_free(here);
    free(own);
    return status;
}
