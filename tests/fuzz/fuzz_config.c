/* Any text as an experiment: refused with a text, or a configuration that, written and read again, stays as it is. */
#include "crosshebb/config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[] = "/tmp/fuzz_config_XXXXXX";

static void forget_file(void) {
    unlink(path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    const int file = mkstemp(path);
    if (file < 0) {
        return 1;
    }
    close(file);
    return atexit(forget_file);
}

static xh_status load(const void *text, size_t size, xh_config *config, xh_error *error) {
    FILE *file = fopen(path, "w");
    if (!file || fwrite(text, 1, size, file) != size || fclose(file) != 0) {
        abort();
    }
    return xh_config_load(path, NULL, 0, config, error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    xh_config config = {0};
    xh_config again = {0};
    xh_error error = {0};
    if (load(data, size, &config, &error) != XH_OK) {
        if (error.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    char *text = xh_config_text(&config);
    if (!text || load(text, strlen(text), &again, &error) != XH_OK) {
        abort();
    }
    char *text_again = xh_config_text(&again);
    if (!text_again || strcmp(text, text_again) != 0) {
        abort();
    }
    free(text);
    free(text_again);
    return 0;
}
