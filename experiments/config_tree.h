/**
 * A YAML document as a tree whose every node knows where it was written, so that each message can
 * name file and line. Trees are merged: a preset below a file, a file below the command line.
 */
#ifndef XH_CONFIG_TREE_H
#define XH_CONFIG_TREE_H

#include "crosshebb/param.h"

typedef enum xh_node_kind { XH_NODE_SCALAR, XH_NODE_LIST, XH_NODE_MAPPING } xh_node_kind;

/**
 * Depth of a document, entries of a node and bytes of a document are bounded, so that none can
 * exhaust the program; texts are at most XH_PARAM_TEXT_SIZE - 1 bytes long.
 */
enum { XH_TREE_DEPTH = 8, XH_TREE_ENTRIES = 10000, XH_TREE_BYTES = 1 << 18 };

typedef struct xh_node xh_node;
struct xh_node {
    xh_node_kind kind;
    const char *path;  /* "network.layers.0.rate"; "" at the root */
    const char *key;   /* the last part of the path: its name in a mapping, its number in a list */
    const char *text;  /* of a scalar, else "" */
    const char *place; /* "file:line", or the override as typed */
    xh_node *first;    /* entries, in order */
    xh_node *next;     /* in the same parent */
};

/**
 * A node at the end of the parent (NULL: a root), with copies of its texts; line 0 leaves the line
 * out of the place. NULL if memory is short.
 */
xh_node *xh_node_create(xh_node *parent, xh_node_kind kind, const char *key, const char *text,
                        const char *source, size_t line);

/**
 * What is wrong with a key or scalar of length bytes, or NULL: it must be short UTF-8 without
 * control characters.
 */
const char *xh_tree_text_fault(const char *text, size_t length);

/**
 * Parses a document; name stands for the file in messages. Aliases, tags, duplicate keys, control
 * characters, deep and large documents are refused. The root is a mapping.
 */
xh_status xh_tree_parse(const char *name, const char *text, size_t size, xh_node **root,
                        xh_error *error);

/** The text of a file [size], ended by zero and to be freed by free(); of a file that is too large
 * for xh_tree_parse only what shows that. XH_INPUT if it cannot be read. */
xh_status xh_tree_text(const char *path, char **text, size_t *size, xh_error *error);

/** Reads and parses a file. */
xh_status xh_tree_read(const char *path, xh_node **root, xh_error *error);

/** "a.b.c=value" as a tree of mappings with one scalar. */
xh_status xh_tree_override(const char *assignment, xh_node **root, xh_error *error);

/** The same of a path "a.b.c" and a value; place is where it was written, for messages. */
xh_status xh_tree_assign(const char *path, const char *value, const char *place, xh_node **root,
                         xh_error *error);

/**
 * Copies a node and what is below it to the end of parent (NULL: as a root), under another key.
 * NULL if memory is short; what was copied below a parent then stays there.
 */
xh_node *xh_tree_copy(xh_node *parent, const xh_node *node, const char *key);

/**
 * Lays over on top of base and consumes it, also on failure. Mappings merge by key and lists by
 * position (a mapping on a list names positions, and by "*" all of them, before any other); anything
 * else is replaced.
 */
xh_status xh_tree_merge(xh_node *base, xh_node *over, xh_error *error);

/** Frees a tree; NULL is legal. */
void xh_tree_free(xh_node *root);

/** The entry of that key, or NULL; also of a NULL node. */
xh_node *xh_node_entry(const xh_node *node, const char *key);
size_t xh_node_entries(const xh_node *node);
/** Takes the entry of that key out of the node and frees it; nothing to do if there is none. */
void xh_node_remove(xh_node *node, const char *key);

/** XH_INPUT "place: text". */
xh_status xh_node_error(const xh_node *node, xh_error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** XH_INPUT "place: a.b must be a mapping" unless it is of that kind. */
xh_status xh_node_expect(const xh_node *node, xh_node_kind kind, xh_error *error);

/**
 * Puts the place of the key that the error's text speaks of ("key = value ...") before it, or else
 * the node's own; and the node's path before a text that begins with the key.
 */
xh_status xh_node_locate(const xh_node *node, xh_error *error);

/**
 * XH_INPUT "place: unknown key a.b; did you mean c?" unless key is in the table (may be NULL) or
 * others [count].
 */
xh_status xh_node_known(const xh_node *entry, const xh_param_table *table,
                        const char *const *others, size_t count, xh_error *error);

/**
 * Reads the entries of a mapping into the struct that the table describes; entries named in others
 * [count] are left to the caller, any other is unknown.
 */
xh_status xh_node_params(const xh_node *node, const xh_param_table *table,
                         const char *const *others, size_t count, void *values, xh_error *error);

#endif
