/* From a file's name in an experiment to the table that the device's parameters point to. */
#include "config_table.h"

#include "table_file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char name_key[] = "table", checksum_key[] = "checksum", example[] = "example";

static char *text_of(const xh_device_model *model, const char *key, xh_param_values *values) {
    return values->bytes + xh_param_find(model->params, key)->offset;
}

/* The folder of the file that a node stands in; "" is the present one. */
static int folder_length(const xh_node *node) {
    static const char typed[] = "--set ";
    const char *slash = strrchr(node->place, '/');
    const bool in_file = strncmp(node->place, typed, sizeof typed - 1) != 0;
    return in_file && slash ? (int)(slash - node->place) + 1 : 0;
}

/* The full path of the file that the node names, from its folder. */
static xh_status find_file(const xh_node *node, char full[XH_PARAM_TEXT_SIZE], xh_error *error) {
    char path[PATH_MAX] = "";
    const int folder = node->text[0] == '/' ? 0 : folder_length(node);
    const int length = snprintf(path, sizeof path, "%.*s%s", folder, node->place, node->text);
    char *found = length < (int)sizeof path ? realpath(path, NULL) : NULL;
    if (!found) {
        return xh_node_error(node, error, "%s = %s: %s", node->path, node->text,
                             length < (int)sizeof path ? strerror(errno) : "the path is too long");
    }
    const size_t size = strlen(found) + 1;
    if (size <= XH_PARAM_TEXT_SIZE) {
        memcpy(full, found, size);
    }
    free(found);
    return size <= XH_PARAM_TEXT_SIZE
               ? XH_OK
               : xh_node_error(node, error, "%s = %s: its full path is longer than %d bytes",
                               node->path, node->text, XH_PARAM_TEXT_SIZE - 1);
}

/* A bound that the section leaves to the table. */
static void take_bound(const xh_node *section, const xh_device_model *model, const char *key,
                       double value, xh_param_values *values) {
    if (!xh_node_entry(section, key)) {
        memcpy(text_of(model, key, values), &value, sizeof value);
    }
}

/* The checksum as it is, which must be that of the section if it has one. */
static xh_status check(const xh_node *section, const xh_step_table *table, char *checksum,
                       xh_error *error) {
    char found[XH_STEP_TABLE_CHECKSUM_SIZE];
    xh_step_table_checksum(table, found);
    if (checksum[0] && strcmp(checksum, found) != 0) {
        const xh_node *key = xh_node_entry(section, checksum_key);
        return xh_node_error(key ? key : section, error,
                             "%s.%s = %s, but the table's is %s: it is not the same", section->path,
                             checksum_key, checksum, found);
    }
    memcpy(checksum, found, sizeof found);
    return XH_OK;
}

xh_status xh_config_read_table(const xh_node *section, const xh_device_model *model,
                               xh_param_values *values, xh_error *error) {
    if (!model->table) {
        return XH_OK;
    }
    const xh_node *key = xh_node_entry(section, name_key);
    const xh_step_table *table = &xh_step_table_example;
    xh_status status = XH_OK;
    if (key && strcmp(key->text, example) != 0) {
        char path[XH_PARAM_TEXT_SIZE] = "";
        status = find_file(key, path, error);
        if (status == XH_OK && xh_table_hold(path, &table, error) != XH_OK) {
            status = xh_error_prefix(error, "%s: %s = ", key->place, key->path);
        }
        memcpy(text_of(model, name_key, values), path, sizeof path);
    }
    if (status == XH_OK) {
        status = check(section, table, text_of(model, checksum_key, values), error);
    }
    if (status == XH_OK) {
        *model->table(values->bytes) = table;
        take_bound(section, model, "g_min", table->g_min, values);
        take_bound(section, model, "g_max", table->g_max, values);
    }
    return status;
}

xh_status xh_config_require_table(const xh_node *section, const xh_device_model *model,
                                  xh_error *error) {
    return !model->table || xh_node_entry(section, name_key)
               ? XH_OK
               : xh_node_error(section, error,
                               "%s.%s is missing: a file that crosshebb import wrote, or %s",
                               section->path, name_key, example);
}

const xh_step_table *xh_config_table(const xh_device_model *model, const xh_param_values *values) {
    if (!model->table) {
        return NULL;
    }
    xh_param_values copy = *values;
    const xh_step_table *table = *model->table(copy.bytes);
    return table ? table : &xh_step_table_example;
}
