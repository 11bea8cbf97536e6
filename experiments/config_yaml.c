/*
 * YAML documents as trees of nodes. A document is untrusted: its size, depth and texts are bounded
 * before anything is made of them, and what an experiment never needs (aliases, tags, several
 * documents) is refused.
 */
#include "config_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* A document on its way; error receives the first failure. */
typedef struct reader {
    yaml_parser_t parser;
    const char *name;
    const char *text;
    xh_error *error;
    xh_status status;
} reader;

static int fail(reader *r, size_t line, const char *format, const char *detail) {
    char text[XH_ERROR_TEXT];
    snprintf(text, sizeof text, format, detail);
    r->status = xh_error_set(r->error, XH_INPUT, "%s:%zu: %s", r->name, line, text);
    return 0;
}

static int fail_memory(reader *r) {
    r->status = xh_error_set(r->error, XH_MEMORY, "%s: no memory for the document", r->name);
    return 0;
}

static size_t line_of(const yaml_event_t *event) {
    return event->start_mark.line + 1;
}

/* The line in which byte offset stands. */
static size_t line_at(const char *text, size_t offset) {
    size_t line = 1;
    for (size_t i = 0; i < offset; i++) {
        line += text[i] == '\n';
    }
    return line;
}

/* The next event, to be deleted by the caller; 0 on failure. */
static int next(reader *r, yaml_event_t *event) {
    const yaml_parser_t *parser = &r->parser;
    if (yaml_parser_parse(&r->parser, event)) {
        return 1;
    }
    if (parser->error == YAML_MEMORY_ERROR) {
        return fail_memory(r);
    }
    const size_t line = parser->error == YAML_READER_ERROR
                            ? line_at(r->text, parser->problem_offset)
                            : parser->problem_mark.line + 1;
    return fail(r, line, "not YAML: %s", parser->problem ? parser->problem : "syntax error");
}

/* Skips an event that must be of the given type. */
static int skip(reader *r, yaml_event_type_t type, const char *otherwise) {
    yaml_event_t event;
    if (!next(r, &event)) {
        return 0;
    }
    const int expected = event.type == type;
    const size_t line = line_of(&event);
    yaml_event_delete(&event);
    return expected || fail(r, line, "%s", otherwise);
}

/* Anchors and tags of the event that begins a value. */
static int is_decorated(const yaml_event_t *event) {
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor || event->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor || event->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor || event->data.mapping_start.tag;
    default:
        return event->type == YAML_ALIAS_EVENT;
    }
}

/* Text of a scalar event, or NULL on failure. */
static const char *scalar_text(reader *r, const yaml_event_t *event) {
    const char *text = (const char *)event->data.scalar.value;
    const char *fault = xh_tree_text_fault(text, event->data.scalar.length);
    if (fault) {
        fail(r, line_of(event), "this is %s", fault);
        return NULL;
    }
    return text;
}

static int read_entries(reader *r, xh_node *node, unsigned depth);

/*
 * Makes the node of the value that the event begins, below parent (NULL: the root); NULL on
 * failure.
 */
static xh_node *read_value(reader *r, xh_node *parent, const yaml_event_t *event, const char *key,
                           size_t line, unsigned depth) {
    if (is_decorated(event)) {
        fail(r, line_of(event), "%s", "anchors, aliases and tags are not supported");
        return NULL;
    }
    if (depth > XH_TREE_DEPTH) {
        fail(r, line_of(event), "%s", "nested too deeply");
        return NULL;
    }
    const int is_scalar = event->type == YAML_SCALAR_EVENT;
    const char *text = is_scalar ? scalar_text(r, event) : "";
    if (!text) {
        return NULL;
    }
    const xh_node_kind kind = is_scalar                                  ? XH_NODE_SCALAR
                              : event->type == YAML_SEQUENCE_START_EVENT ? XH_NODE_LIST
                                                                         : XH_NODE_MAPPING;
    xh_node *node = xh_node_create(parent, kind, key, text, r->name, line);
    if (!node) {
        fail_memory(r);
        return NULL;
    }
    if (!is_scalar && !read_entries(r, node, depth + 1)) {
        if (!parent) {
            xh_tree_free(node);
        }
        return NULL;
    }
    return node;
}

/* Reads the value of the key that the event is. */
static int read_pair(reader *r, xh_node *node, const yaml_event_t *event, unsigned depth) {
    const size_t line = line_of(event);
    if (event->type != YAML_SCALAR_EVENT || is_decorated(event)) {
        return fail(r, line, "%s", "a key must be a plain text");
    }
    const char *key = scalar_text(r, event);
    if (!key) {
        return 0;
    }
    const xh_node *twin = xh_node_entry(node, key);
    if (twin) {
        char text[XH_ERROR_TEXT / 2];
        snprintf(text, sizeof text, "%.255s; it is already at %.200s", twin->path, twin->place);
        return fail(r, line, "duplicate key %s", text);
    }
    yaml_event_t value;
    if (!next(r, &value)) {
        return 0;
    }
    const int read = read_value(r, node, &value, key, line, depth) != NULL;
    yaml_event_delete(&value);
    return read;
}

static int read_entry(reader *r, xh_node *node, const yaml_event_t *event, size_t index,
                      unsigned depth) {
    if (index == XH_TREE_ENTRIES) {
        return fail(r, line_of(event), "too many entries in %s", node->path);
    }
    if (node->kind == XH_NODE_MAPPING) {
        return read_pair(r, node, event, depth);
    }
    char number[32];
    snprintf(number, sizeof number, "%zu", index);
    return read_value(r, node, event, number, line_of(event), depth) != NULL;
}

/* Reads entries up to the end of the list or mapping. */
static int read_entries(reader *r, xh_node *node, unsigned depth) {
    for (size_t index = 0;; index++) {
        yaml_event_t event;
        if (!next(r, &event)) {
            return 0;
        }
        const int ends =
            event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT;
        const int read = ends || read_entry(r, node, &event, index, depth);
        yaml_event_delete(&event);
        if (ends || !read) {
            return read;
        }
    }
}

/* Reads one document with a mapping at its root; NULL on failure. */
static xh_node *read_document(reader *r) {
    if (!skip(r, YAML_STREAM_START_EVENT, "not YAML") ||
        !skip(r, YAML_DOCUMENT_START_EVENT, "the document is empty")) {
        return NULL;
    }
    yaml_event_t event;
    if (!next(r, &event)) {
        return NULL;
    }
    xh_node *root = read_value(r, NULL, &event, "", line_of(&event), 0);
    yaml_event_delete(&event);
    if (root && (!skip(r, YAML_DOCUMENT_END_EVENT, "not YAML") ||
                 !skip(r, YAML_STREAM_END_EVENT, "a second document is not supported"))) {
        xh_tree_free(root);
        return NULL;
    }
    return root;
}

xh_status xh_tree_parse(const char *name, const char *text, size_t size, xh_node **root,
                        xh_error *error) {
    if (size > XH_TREE_BYTES) {
        return xh_error_set(error, XH_INPUT, "%s: larger than %d bytes", name, XH_TREE_BYTES);
    }
    reader r = {.name = name, .text = text, .error = error, .status = XH_OK};
    if (!yaml_parser_initialize(&r.parser)) {
        return xh_error_set(error, XH_MEMORY, "%s: no memory for the parser", name);
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, size);
    xh_node *tree = read_document(&r);
    yaml_parser_delete(&r.parser);
    if (!tree) {
        return r.status;
    }
    const xh_status status = xh_node_expect(tree, XH_NODE_MAPPING, error);
    if (status != XH_OK) {
        xh_tree_free(tree);
        return status;
    }
    *root = tree;
    return XH_OK;
}

xh_status xh_tree_text(const char *path, char **text, size_t *size, xh_error *error) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        return xh_error_set(error, XH_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    }
    *text = malloc(XH_TREE_BYTES + 2);
    *size = *text ? fread(*text, 1, XH_TREE_BYTES + 1, file) : 0;
    xh_status status = XH_OK;
    if (!*text) {
        status = xh_error_set(error, XH_MEMORY, "%s: no memory to read it", path);
    } else if (ferror(file)) {
        status = xh_error_set(error, XH_INPUT, "%s: cannot be read: %s", path, strerror(errno));
        free(*text);
        *text = NULL;
    } else {
        (*text)[*size] = '\0';
    }
    fclose(file);
    return status;
}

xh_status xh_tree_read(const char *path, xh_node **root, xh_error *error) {
    char *text = NULL;
    size_t size = 0;
    xh_status status = xh_tree_text(path, &text, &size, error);
    if (status == XH_OK) {
        status = xh_tree_parse(path, text, size, root, error);
    }
    free(text);
    return status;
}
