/*
 * Status codes and error texts. An error belongs to its caller, so that nothing here keeps state
 * and threads need no agreement.
 */
#include "crosshebb/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int exit_status;
    const char *text;
} meanings[] = {
#define MEANING(name, exit_status, text) [XH_##name] = {exit_status, text},
    XH_STATUS_LIST(MEANING)
#undef MEANING
};

const char *xh_status_text(xh_status status) {
    return meanings[status].text;
}

int xh_status_exit(xh_status status) {
    return meanings[status].exit_status;
}

xh_status xh_error_set(xh_error *error, xh_status status, const char *format, ...) {
    if (error != NULL) {
        char text[XH_ERROR_TEXT]; /* the arguments may point into the error itself */
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        error->status = status;
        memcpy(error->text, text, sizeof(text));
    }
    return status;
}

xh_status xh_error_prefix(xh_error *error, const char *format, ...) {
    if (error == NULL) {
        return XH_FAILED;
    }
    char prefix[XH_ERROR_TEXT];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(prefix, sizeof(prefix), format, arguments);
    va_end(arguments);
    const size_t shift = strlen(prefix);
    const size_t rest = sizeof(error->text) - 1 - shift;
    memmove(error->text + shift, error->text, rest);
    memcpy(error->text, prefix, shift);
    error->text[sizeof(error->text) - 1] = '\0';
    return error->status;
}
