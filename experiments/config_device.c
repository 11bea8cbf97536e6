/*
 * Devices by name. A preset is a document with the one section device, which names a model and
 * values for its parameters; an experiment's own section lies above it. What is resolved holds the
 * model and every value, and no preset any more.
 */
#include "config_device.h"

#include "config_table.h"
#include "presets.h"

#include <stdlib.h>
#include <string.h>

static const char *const selectors[] = {"model", "preset"};
enum { MODEL, PRESET, SELECTORS };

static const char section_name[] = "device";

/* The text of a section's key; NULL if it is not there. */
static const char *choice(const xh_node *section, int selector) {
    const xh_node *entry = xh_node_entry(section, selectors[selector]);
    return entry ? entry->text : NULL;
}

static bool differ(const char *a, const char *b) {
    return !a || !b || strcmp(a, b) != 0;
}

void xh_config_replace_device(xh_node *base, const xh_node *over) {
    const xh_node *below = xh_node_entry(base, section_name);
    const xh_node *above = xh_node_entry(over, section_name);
    const char *preset = choice(below, PRESET), *model = choice(below, MODEL);
    if ((choice(above, PRESET) && (preset || model) && differ(choice(above, PRESET), preset)) ||
        (choice(above, MODEL) && !choice(above, PRESET) &&
         (preset || (model && differ(choice(above, MODEL), model))))) {
        xh_node_remove(base, section_name);
    }
}

static bool names_file(const char *name) {
    static const char suffix[] = ".yaml";
    const size_t length = strlen(name), tail = sizeof suffix - 1;
    return length > tail && strcmp(name + length - tail, suffix) == 0;
}

/* A preset is its section device and nothing else, and begins from no other preset. */
static xh_status check_preset(const xh_node *root, xh_error *error) {
    static const char *const only[] = {section_name};
    xh_status status = XH_OK;
    for (const xh_node *entry = root->first; entry && status == XH_OK; entry = entry->next) {
        status = xh_node_known(entry, NULL, only, 1, error);
    }
    const xh_node *section = xh_node_entry(root, section_name);
    if (status == XH_OK && !section) {
        status = xh_node_error(root, error, "%s is missing", section_name);
    }
    if (status == XH_OK) {
        status = xh_node_expect(section, XH_NODE_MAPPING, error);
    }
    const xh_node *preset = xh_node_entry(section, selectors[PRESET]);
    if (status == XH_OK && preset) {
        status =
            xh_node_error(preset, error, "%s: a preset cannot begin from another", preset->path);
    }
    return status;
}

static xh_status parse_preset(const char *name, const char *text, size_t size, xh_node **tree,
                              xh_error *error) {
    xh_status status = xh_tree_parse(name, text, size, tree, error);
    if (status == XH_OK && check_preset(*tree, error) != XH_OK) {
        xh_tree_free(*tree);
        *tree = NULL;
        status = error->status;
    }
    return status;
}

/* The tree of the preset of that name, or of the file. */
static xh_status load_preset(const char *name, xh_node **tree, xh_error *error) {
    char *text = NULL;
    const char *embedded = NULL;
    size_t size = 0;
    if (names_file(name)) {
        xh_status status = xh_tree_text(name, &text, &size, error);
        if (status == XH_OK) {
            status = parse_preset(name, text, size, tree, error);
        }
        free(text);
        return status;
    }
    const xh_status status = xh_preset_device(name, &embedded, error);
    if (status != XH_OK) {
        return status;
    }
    char place[2 * XH_PARAM_TEXT_SIZE];
    snprintf(place, sizeof place, "device preset %s", name);
    return parse_preset(place, embedded, strlen(embedded), tree, error);
}

/* Adds the preset's entries that the section has not. */
static xh_status lay_under(xh_node *section, const xh_node *preset, xh_error *error) {
    const xh_node *own = xh_node_entry(section, selectors[MODEL]);
    const char *model = choice(preset, MODEL);
    if (own && model && strcmp(own->text, model) != 0) {
        return xh_node_error(own, error, "%s = %s, but the preset %s is of the model %s", own->path,
                             own->text, choice(section, PRESET), model);
    }
    for (const xh_node *entry = preset->first; entry; entry = entry->next) {
        if (!xh_node_entry(section, entry->key) && !xh_tree_copy(section, entry, entry->key)) {
            return xh_error_set(error, XH_MEMORY, "no memory for %s", entry->place);
        }
    }
    return XH_OK;
}

xh_status xh_config_expand_device(xh_node *root, xh_error *error) {
    xh_node *section = xh_node_entry(root, section_name);
    const xh_node *key = xh_node_entry(section, selectors[PRESET]);
    if (!key) {
        return XH_OK;
    }
    xh_status status = xh_node_expect(key, XH_NODE_SCALAR, error);
    xh_node *preset = NULL;
    if (status == XH_OK && load_preset(key->text, &preset, error) != XH_OK) {
        status = xh_error_prefix(error, "%s: ", key->place);
    }
    if (status == XH_OK) {
        status = lay_under(section, xh_node_entry(preset, section_name), error);
    }
    xh_tree_free(preset);
    return status;
}

xh_status xh_config_read_device(const xh_node *root, const xh_device_model **model,
                                xh_param_values *values, xh_error *error) {
    const xh_node *section = xh_node_entry(root, section_name);
    if (!section) {
        return XH_OK;
    }
    xh_status status = xh_node_expect(section, XH_NODE_MAPPING, error);
    if (status != XH_OK) {
        return status;
    }
    const xh_node *selector = xh_node_entry(section, selectors[MODEL]);
    if (!selector) {
        return xh_node_error(section, error, "%s.%s is missing", section->path, selectors[MODEL]);
    }
    status = xh_node_expect(selector, XH_NODE_SCALAR, error);
    if (status == XH_OK && xh_device_find(selector->text, model, error) != XH_OK) {
        status = xh_error_prefix(error, "%s: ", selector->place);
    }
    if (status == XH_OK) {
        xh_param_defaults((*model)->params, values);
        status = xh_node_params(section, (*model)->params, selectors, SELECTORS, values, error);
    }
    return status == XH_OK ? xh_config_read_table(section, *model, values, error) : status;
}

/* Lays "key=value" over the section. */
static xh_status override(xh_node *section, const char *assignment, xh_error *error) {
    xh_node *over = NULL;
    xh_status status = xh_tree_override(assignment, &over, error);
    for (int i = 0; i < SELECTORS && status == XH_OK; i++) {
        if (xh_node_entry(over, selectors[i])) {
            status = xh_node_error(over, error, "the device is named already");
            xh_tree_free(over);
        }
    }
    return status == XH_OK ? xh_tree_merge(section, over, error) : status;
}

/* A device on its own, whose tree it frees. */
static xh_status read_alone(xh_node *root, const char *const *overrides, size_t count,
                            const xh_device_model **model, xh_param_values *values,
                            xh_error *error) {
    static xh_param_values fresh;
    const xh_device_model *found = NULL;
    xh_node *section = xh_node_entry(root, section_name);
    xh_status status = XH_OK;
    for (size_t i = 0; i < count && status == XH_OK; i++) {
        status = override(section, overrides[i], error);
    }
    if (status == XH_OK) {
        status = xh_config_read_device(root, &found, &fresh, error);
    }
    if (status == XH_OK && xh_device_check(found, &fresh, error) != XH_OK) {
        status = xh_node_locate(section, error);
    }
    if (status == XH_OK) {
        *model = found;
        *values = fresh;
    }
    xh_tree_free(root);
    return status;
}

/* The tree of a model with its defaults. */
static xh_status name_model(const char *name, xh_node **root, xh_error *error) {
    char path[XH_PARAM_TEXT_SIZE];
    snprintf(path, sizeof path, "%s.%s", section_name, selectors[MODEL]);
    return xh_tree_assign(path, name, name, root, error);
}

/* Whether a model has that name; if neither has a preset, the error says what is nearest. */
static xh_status find_name(const char *name, bool *is_model, xh_error *error) {
    const size_t models = xh_device_count(), presets = xh_device_preset_count();
    const char **names = malloc((models + presets) * sizeof *names);
    if (!names) {
        return xh_error_set(error, XH_MEMORY, "no memory for the names of devices");
    }
    bool known = false;
    for (size_t i = 0; i < models + presets; i++) {
        names[i] = i < models ? xh_device_at(i)->name : xh_device_preset_at(i - models).name;
        if (strcmp(names[i], name) == 0) {
            *is_model = i < models;
            known = true;
        }
    }
    const char *nearest = xh_nearest_name(names, models + presets, name);
    free(names);
    return known ? XH_OK
                 : xh_error_set(error, XH_INPUT,
                                "unknown device \"%s\"%s%s; crosshebb list devices lists models "
                                "and presets, and a file ends in .yaml",
                                name, nearest ? "; did you mean " : "", nearest ? nearest : "");
}

xh_status xh_device_load(const char *name, const char *const *overrides, size_t count,
                         const xh_device_model **model, xh_param_values *values, xh_error *error) {
    xh_error own = {0};
    error = error ? error : &own;
    xh_node *root = NULL;
    bool is_model = false;
    xh_status status = names_file(name) ? XH_OK : find_name(name, &is_model, error);
    if (status == XH_OK) {
        status = is_model ? name_model(name, &root, error) : load_preset(name, &root, error);
    }
    return status == XH_OK ? read_alone(root, overrides, count, model, values, error) : status;
}

xh_status xh_device_parse(const char *name, const char *text, size_t size,
                          const xh_device_model **model, xh_param_values *values, xh_error *error) {
    xh_error own = {0};
    error = error ? error : &own;
    xh_node *root = NULL;
    const xh_status status = parse_preset(name, text, size, &root, error);
    return status == XH_OK ? read_alone(root, NULL, 0, model, values, error) : status;
}
