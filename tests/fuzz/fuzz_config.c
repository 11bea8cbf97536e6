/*
 * Any text as an experiment: refused with a text, or a configuration that, written and read again,
 * stays as it is.
 */
#include "crosshebb/config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The resolved text of a text; NULL if it was refused. */
static char *resolve(const char *text, size_t size) {
    xh_config config;
    xh_error error = {0};
    if (xh_config_parse("fuzz", text, size, NULL, 0, &config, &error) != XH_OK) {
        if (error.text[0] == '\0') {
            abort();
        }
        return NULL;
    }
    char *resolved = xh_config_text(&config);
    if (!resolved) {
        abort();
    }
    return resolved;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *once = resolve((const char *)data, size);
    if (once) {
        char *twice = resolve(once, strlen(once));
        if (!twice || strcmp(once, twice) != 0) {
            abort();
        }
        free(twice);
    }
    free(once);
    return 0;
}
