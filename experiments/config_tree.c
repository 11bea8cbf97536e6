/*
 * Trees of configuration nodes: how they are built, merged and asked, and how messages say where a
 * value came from.
 */
#include "config_tree.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void append(xh_node *parent, xh_node *entry) {
    xh_node **link = &parent->first;
    while (*link) {
        link = &(*link)->next;
    }
    *link = entry;
}

/* Copies text to *end, moves *end behind it, and returns the copy. */
static const char *put(char **end, const char *text) {
    char *copy = *end;
    const size_t size = strlen(text) + 1;
    memcpy(copy, text, size);
    *end += size;
    return copy;
}

/* The node and its texts are one piece of memory. */
xh_node *xh_node_create(xh_node *parent, xh_node_kind kind, const char *key, const char *text,
                        const char *source, size_t line) {
    char suffix[32] = "";
    if (line > 0) {
        snprintf(suffix, sizeof suffix, ":%zu", line);
    }
    const char *above = parent ? parent->path : "";
    const char *dot = above[0] ? "." : "";
    const size_t path_length = strlen(above) + strlen(dot) + strlen(key);
    const size_t place_length = strlen(source) + strlen(suffix);
    xh_node *node = malloc(sizeof *node + path_length + 1 + strlen(text) + 1 + place_length + 1);
    if (!node) {
        return NULL;
    }
    char *end = (char *)(node + 1);
    *node = (xh_node){.kind = kind, .path = end, .key = end + path_length - strlen(key)};
    end += snprintf(end, path_length + 1, "%s%s%s", above, dot, key) + 1;
    node->text = put(&end, text);
    node->place = end;
    snprintf(end, place_length + 1, "%s%s", source, suffix);
    if (parent) {
        append(parent, node);
    }
    return node;
}

void xh_tree_free(xh_node *root) {
    while (root && root->first) {
        xh_node *entry = root->first;
        root->first = entry->next;
        xh_tree_free(entry);
    }
    free(root);
}

/* Decodes one UTF-8 character of at most size bytes; returns its length, 0 if it is malformed. */
static size_t decode(const unsigned char *bytes, size_t size, uint32_t *character) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char lead = bytes[0];
    const size_t length = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length == 0 || length > size || lead > 0xf4) {
        return 0;
    }
    *character = length == 1 ? lead : lead & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
        *character = *character << 6 | (bytes[i] & 0x3f);
    }
    return *character < smallest[length] ? 0 : length;
}

/* Whether YAML can hold the character in one line. */
static int is_printable(uint32_t character) {
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x20, 0x7e},     {0xa0, 0x2027},   {0x202a, 0xd7ff},
                  {0xe000, 0xfefe}, {0xff00, 0xfffd}, {0x10000, 0x10ffff}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (character >= ranges[i].first && character <= ranges[i].last) {
            return 1;
        }
    }
    return 0;
}

const char *xh_tree_text_fault(const char *text, size_t length) {
    if (length >= XH_PARAM_TEXT_SIZE) {
        return "a text of more than 255 bytes";
    }
    const unsigned char *bytes = (const unsigned char *)text;
    for (size_t i = 0; i < length;) {
        uint32_t character = 0;
        const size_t step = decode(bytes + i, length - i, &character);
        if (step == 0) {
            return "a text that is not UTF-8";
        }
        if (!is_printable(character)) {
            return "a text with control characters";
        }
        i += step;
    }
    return NULL;
}

/* The node of one part of a path below parent; the last part holds the value. */
static xh_node *extend(xh_node *parent, const char *begin, const char *end, const char *value,
                       const char *place) {
    char key[XH_PARAM_TEXT_SIZE];
    snprintf(key, sizeof key, "%.*s", (int)(end - begin), begin);
    return xh_node_create(parent, value ? XH_NODE_SCALAR : XH_NODE_MAPPING, key, value ? value : "",
                          place, 0);
}

/* Adds the parts of the path [length] below the root. */
static xh_status read_path(xh_node *root, const char *path, size_t length, const char *value,
                           xh_error *error) {
    const char *stop = path + length;
    xh_node *node = root;
    const char *part = path;
    for (unsigned depth = 0; node && part <= stop; depth++) {
        const char *dot = memchr(part, '.', (size_t)(stop - part));
        const char *end = dot ? dot : stop;
        if (end == part || end - part >= XH_PARAM_TEXT_SIZE || depth == XH_TREE_DEPTH) {
            return xh_node_error(root, error, "must have the form a.b.c=value");
        }
        node = extend(node, part, end, end == stop ? value : NULL, root->place);
        part = end + 1;
    }
    return node ? XH_OK : xh_error_set(error, XH_MEMORY, "no memory for %s", root->place);
}

/* As xh_tree_assign, of a path of that length. */
static xh_status assign(const char *path, size_t length, const char *value, const char *place,
                        xh_node **root, xh_error *error) {
    xh_node *fresh = extend(NULL, "", "", NULL, place);
    if (!fresh) {
        return xh_error_set(error, XH_MEMORY, "no memory for %s", place);
    }
    const char *fault = xh_tree_text_fault(value, strlen(value));
    const xh_status status = fault ? xh_node_error(fresh, error, "this is %s", fault)
                                   : read_path(fresh, path, length, value, error);
    if (status != XH_OK) {
        xh_tree_free(fresh);
        return status;
    }
    *root = fresh;
    return XH_OK;
}

xh_status xh_tree_assign(const char *path, const char *value, const char *place, xh_node **root,
                         xh_error *error) {
    return assign(path, strlen(path), value, place, root, error);
}

xh_status xh_tree_override(const char *assignment, xh_node **root, xh_error *error) {
    char place[XH_ERROR_TEXT];
    snprintf(place, sizeof place, "--set %s", assignment);
    const char *equals = strchr(assignment, '=');
    return equals
               ? assign(assignment, (size_t)(equals - assignment), equals + 1, place, root, error)
               : xh_error_set(error, XH_INPUT, "%s: this is not a.b.c=value", place);
}

/* Where the entry of that key hangs in its parent; the end of the parent if there is none. */
static xh_node **find_link(xh_node *node, const char *key) {
    xh_node **link = &node->first;
    while (*link && strcmp((*link)->key, key) != 0) {
        link = &(*link)->next;
    }
    return link;
}

static xh_status check_position(const xh_node *base, const xh_node *entry, xh_error *error) {
    const size_t count = xh_node_entries(base);
    char next[32];
    snprintf(next, sizeof next, "%zu", count);
    return strcmp(entry->key, next) == 0
               ? XH_OK
               : xh_node_error(entry, error, "%s has entries 0 to %zu; there is no %s", base->path,
                               count - 1, entry->key);
}

xh_node *xh_tree_copy(xh_node *parent, const xh_node *node, const char *key) {
    xh_node *copy = xh_node_create(parent, node->kind, key, node->text, node->place, 0);
    int copied = copy != NULL;
    for (const xh_node *entry = node->first; copied && entry; entry = entry->next) {
        copied = xh_tree_copy(copy, entry, entry->key) != NULL;
    }
    if (!copied && !parent) {
        xh_tree_free(copy);
    }
    return copied ? copy : NULL;
}

/* Lays the node on top of every entry of a list. */
static xh_status merge_everywhere(xh_node *list, const xh_node *node, xh_error *error) {
    xh_node *every = xh_node_create(NULL, XH_NODE_MAPPING, list->path, "", node->place, 0);
    int copied = every != NULL;
    for (const xh_node *entry = list->first; copied && entry; entry = entry->next) {
        copied = xh_tree_copy(every, node, entry->key) != NULL;
    }
    if (!copied) {
        xh_tree_free(every);
        return xh_error_set(error, XH_MEMORY, "no memory for %s", node->place);
    }
    return xh_tree_merge(list, every, error);
}

/* Lays one entry, which belongs to nobody, on top of base. */
static xh_status merge_entry(xh_node *base, xh_node *entry, xh_error *error) {
    xh_node **link = find_link(base, entry->key);
    xh_node *old = *link;
    if (old && old->kind != XH_NODE_SCALAR &&
        (entry->kind == old->kind || entry->kind == XH_NODE_MAPPING)) {
        return xh_tree_merge(old, entry, error);
    }
    if (!old && base->kind == XH_NODE_LIST) {
        const xh_status status = check_position(base, entry, error);
        if (status != XH_OK) {
            xh_tree_free(entry);
            return status;
        }
    }
    *link = entry;
    if (old) {
        entry->next = old->next;
        xh_tree_free(old);
    }
    return XH_OK;
}

xh_status xh_tree_merge(xh_node *base, xh_node *over, xh_error *error) {
    xh_status status = XH_OK;
    const xh_node *everywhere = xh_node_entry(over, "*");
    if (everywhere && base->kind == XH_NODE_LIST) {
        status = merge_everywhere(base, everywhere, error);
        xh_node_remove(over, "*");
    }
    while (status == XH_OK && over->first) {
        xh_node *entry = over->first;
        over->first = entry->next;
        entry->next = NULL;
        status = merge_entry(base, entry, error);
    }
    xh_tree_free(over);
    return status;
}

xh_node *xh_node_entry(const xh_node *node, const char *key) {
    xh_node *entry = node ? node->first : NULL;
    while (entry && strcmp(entry->key, key) != 0) {
        entry = entry->next;
    }
    return entry;
}

size_t xh_node_entries(const xh_node *node) {
    size_t count = 0;
    for (const xh_node *entry = node->first; entry; entry = entry->next) {
        count++;
    }
    return count;
}

void xh_node_remove(xh_node *node, const char *key) {
    xh_node **link = find_link(node, key);
    xh_node *entry = *link;
    if (entry) {
        *link = entry->next;
        xh_tree_free(entry);
    }
}

xh_status xh_node_error(const xh_node *node, xh_error *error, const char *format, ...) {
    char text[XH_ERROR_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return xh_error_set(error, XH_INPUT, "%s: %s", node->place, text);
}

xh_status xh_node_expect(const xh_node *node, xh_node_kind kind, xh_error *error) {
    static const char *const names[] = {
        [XH_NODE_SCALAR] = "single value",
        [XH_NODE_LIST] = "list",
        [XH_NODE_MAPPING] = "mapping",
    };
    const char *path = node->path[0] ? node->path : "the document";
    return node->kind == kind ? XH_OK
                              : xh_node_error(node, error, "%s must be a %s", path, names[kind]);
}

xh_status xh_node_locate(const xh_node *node, xh_error *error) {
    const char *equals = strstr(error->text, " = ");
    const char *end = equals ? equals : error->text;
    const char *begin = end;
    while (begin > error->text && (isalnum((unsigned char)begin[-1]) || begin[-1] == '_')) {
        begin--;
    }
    char key[XH_PARAM_TEXT_SIZE];
    snprintf(key, sizeof key, "%.*s", (int)(end - begin), begin);
    const xh_node *entry = xh_node_entry(node, key);
    const char *place = entry ? entry->place : node->place;
    const int is_first = equals && begin == error->text && node->path[0];
    return xh_error_prefix(error, "%s: %s%s", place, is_first ? node->path : "",
                           is_first ? "." : "");
}

static int is_among(const char *const *names, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return 1;
        }
    }
    return 0;
}

xh_status xh_node_known(const xh_node *entry, const xh_param_table *table,
                        const char *const *others, size_t count, xh_error *error) {
    if ((table && xh_param_find(table, entry->key)) || is_among(others, count, entry->key)) {
        return XH_OK;
    }
    const char *nearest = table ? xh_param_nearest(table, entry->key) : NULL;
    if (!nearest) {
        nearest = xh_nearest_name(others, count, entry->key);
    }
    return xh_node_error(entry, error, "unknown key %s%s%s%s", entry->path,
                         nearest ? "; did you mean " : "", nearest ? nearest : "",
                         nearest ? "?" : "");
}

/* The value of a key: a scalar's text, or, where the key takes several, a list of scalars as "a, b". */
static xh_status value_of(const xh_node *entry, const xh_param *param,
                          char text[XH_PARAM_TEXT_SIZE], xh_error *error) {
    if (entry->kind != XH_NODE_LIST || strcmp(param->unit, "list") != 0) {
        snprintf(text, XH_PARAM_TEXT_SIZE, "%s", entry->text);
        return xh_node_expect(entry, XH_NODE_SCALAR, error);
    }
    size_t length = 0;
    text[0] = 0;
    for (const xh_node *item = entry->first; item; item = item->next) {
        const xh_status status = xh_node_expect(item, XH_NODE_SCALAR, error);
        if (status != XH_OK) {
            return status;
        }
        length += (size_t)snprintf(text + length, XH_PARAM_TEXT_SIZE - length, "%s%s",
                                   length > 0 ? ", " : "", item->text);
        if (length >= XH_PARAM_TEXT_SIZE) {
            return xh_node_error(item, error, "%s is longer than %d characters", entry->path,
                                 XH_PARAM_TEXT_SIZE - 1);
        }
    }
    return XH_OK;
}

xh_status xh_node_params(const xh_node *node, const xh_param_table *table,
                         const char *const *others, size_t count, void *values, xh_error *error) {
    xh_status status = xh_node_expect(node, XH_NODE_MAPPING, error);
    for (const xh_node *entry = node->first; entry && status == XH_OK; entry = entry->next) {
        if (is_among(others, count, entry->key)) {
            continue;
        }
        char text[XH_PARAM_TEXT_SIZE];
        const xh_param *param = xh_param_find(table, entry->key);
        status = xh_node_known(entry, table, others, count, error);
        if (status == XH_OK) {
            status = value_of(entry, param, text, error);
        }
        if (status == XH_OK && xh_param_set(param, values, text, error) != XH_OK) {
            status = xh_node_locate(node, error);
        }
    }
    return status;
}
