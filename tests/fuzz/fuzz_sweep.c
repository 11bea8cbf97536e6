/*
 * Any text as a sweep: refused with a text, or points whose values can be told, and whose configurations
 * are complete or refused with a text.
 */
#include "crosshebb/sweep.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const xh_sweep *sweep, size_t point, size_t seed) {
    static xh_config config;
    xh_error error = {0};
    char text[XH_SWEEP_TEXT_SIZE];
    xh_sweep_describe(sweep, point, text);
    if (xh_sweep_config(sweep, point, seed, &config, &error) != XH_OK && error.text[0] == '\0') {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    xh_sweep *sweep = NULL;
    xh_error error = {0};
    if (xh_sweep_parse("fuzz", (const char *)data, size, &sweep, &error) != XH_OK) {
        if (error.text[0] == '\0' || sweep) {
            abort();
        }
        return 0;
    }
    look_at(sweep, 0, 0);
    look_at(sweep, xh_sweep_points(sweep) - 1, xh_sweep_seed_count(sweep) - 1);
    xh_sweep_free(sweep);
    return 0;
}
