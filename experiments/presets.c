/* Finds the texts that come with the program; cmake/Embed.cmake generates the arrays. */
#include "presets.h"

#include <stdlib.h>
#include <string.h>

extern const xh_embedded xh_embedded_hardware[];
extern const size_t xh_embedded_hardware_count;
extern const xh_embedded xh_embedded_networks[];
extern const size_t xh_embedded_networks_count;
extern const xh_embedded xh_embedded_devices[];
extern const size_t xh_embedded_devices_count;

size_t xh_hardware_count(void) {
    return xh_embedded_hardware_count;
}

xh_embedded xh_hardware_at(size_t index) {
    return xh_embedded_hardware[index];
}

size_t xh_network_preset_count(void) {
    return xh_embedded_networks_count;
}

xh_embedded xh_network_preset_at(size_t index) {
    return xh_embedded_networks[index];
}

size_t xh_device_preset_count(void) {
    return xh_embedded_devices_count;
}

xh_embedded xh_device_preset_at(size_t index) {
    return xh_embedded_devices[index];
}

static xh_status unknown(const xh_embedded *entries, size_t count, const char *what,
                         const char *name, xh_error *error) {
    const char **names = malloc((count + 1) * sizeof *names);
    if (!names) {
        return xh_error_set(error, XH_MEMORY, "no memory for the names of %ss", what);
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = entries[i].name;
    }
    const char *nearest = xh_nearest_name(names, count, name);
    free(names);
    return xh_error_set(error, XH_INPUT, "unknown %s \"%s\"%s%s%s", what, name,
                        nearest ? "; did you mean " : "", nearest ? nearest : "",
                        nearest ? "?" : "");
}

static xh_status find(const xh_embedded *entries, size_t count, const char *what, const char *name,
                      const char **text, xh_error *error) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(entries[i].name, name) == 0) {
            *text = entries[i].text;
            return XH_OK;
        }
    }
    return unknown(entries, count, what, name, error);
}

xh_status xh_preset_hardware(const char *name, const char **text, xh_error *error) {
    return find(xh_embedded_hardware, xh_embedded_hardware_count, "hardware profile", name, text,
                error);
}

xh_status xh_preset_network(const char *name, const char **text, xh_error *error) {
    return find(xh_embedded_networks, xh_embedded_networks_count, "network preset", name, text,
                error);
}

xh_status xh_preset_device(const char *name, const char **text, xh_error *error) {
    return find(xh_embedded_devices, xh_embedded_devices_count, "device preset", name, text, error);
}
