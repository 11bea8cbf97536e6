/* The registry of device models: the list of device_list.h as a table, and its look-up by name. */
#include "devices/device_list.h"

#include <stdio.h>
#include <string.h>

#define ADDRESS(identifier) &xh_device_##identifier,
static const xh_device_model *const models[] = {XH_DEVICE_LIST(ADDRESS)};
#undef ADDRESS

#define NAME(identifier) #identifier,
static const char *const names[] = {XH_DEVICE_LIST(NAME)};
#undef NAME

enum { MODELS = sizeof(models) / sizeof(models[0]), LIST_SIZE = XH_ERROR_TEXT / 2 };

size_t xh_device_count(void) {
    return MODELS;
}

const xh_device_model *xh_device_at(size_t index) {
    return index < MODELS ? models[index] : NULL;
}

/* Every name, with commas between them; the list is cut where the text is full. */
static void list_names(char text[LIST_SIZE]) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < MODELS && used < LIST_SIZE; i++) {
        int length = snprintf(text + used, LIST_SIZE - used, "%s%s", i ? ", " : "", names[i]);
        used += (size_t)length;
    }
}

xh_status xh_device_find(const char *name, const xh_device_model **model, xh_error *error) {
    for (size_t i = 0; i < MODELS; i++) {
        if (strcmp(names[i], name) == 0) {
            *model = models[i];
            return XH_OK;
        }
    }
    const char *near = xh_nearest_name(names, MODELS, name);
    if (near) {
        return xh_error_set(error, XH_INPUT, "unknown device model \"%s\"; did you mean %s?", name,
                            near);
    }
    char list[LIST_SIZE];
    list_names(list);
    return xh_error_set(error, XH_INPUT, "unknown device model \"%s\"; there are %s", name, list);
}

size_t xh_device_draws(const xh_device_model *model, const void *params) {
    return model->draws ? model->draws(params) : 1;
}

size_t xh_device_kept(const xh_device_model *model, const void *params) {
    return model->kept ? model->kept(params) : model->planes;
}

bool xh_device_ages(const xh_device_model *model, const void *params) {
    return model->age && (!model->ages || model->ages(params));
}

xh_status xh_device_check(const xh_device_model *model, const void *params, xh_error *error) {
    xh_status status = xh_param_check(model->params, params, error);
    if (status != XH_OK) {
        return status;
    }
    xh_device_nominal nominal = model->nominal(params);
    if (nominal.g_max <= nominal.g_min) {
        return xh_error_set(error, XH_INPUT, "g_max = %g S must be above g_min = %g S",
                            nominal.g_max, nominal.g_min);
    }
    return XH_OK;
}
