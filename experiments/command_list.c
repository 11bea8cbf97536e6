/* crosshebb list: what there is, a line each. */
#include "command.h"

static void print_catalogue(const xh_catalogue *catalogue, const char *indent) {
    for (size_t i = 0; i < catalogue->count(); i++) {
        char text[XH_PARAM_TEXT_SIZE];
        catalogue->summary(i, text);
        printf("%s%-20s %s\n", indent, catalogue->name(i), text);
    }
}

static void write_catalogue(xh_json *json, const xh_catalogue *catalogue) {
    xh_json_open(json, catalogue->plural, '{');
    for (size_t i = 0; i < catalogue->count(); i++) {
        char text[XH_PARAM_TEXT_SIZE];
        catalogue->summary(i, text);
        xh_json_text(json, catalogue->name(i), text);
    }
    xh_json_close(json, '}');
}

static void print_json(const xh_catalogue *only) {
    xh_json json = {.stream = stdout};
    xh_json_open(&json, NULL, '{');
    for (size_t c = 0; c < xh_catalogue_count; c++) {
        if (!only || only == &xh_catalogues[c]) {
            write_catalogue(&json, &xh_catalogues[c]);
        }
    }
    xh_json_close(&json, '}');
}

static void print_all(void) {
    for (size_t c = 0; c < xh_catalogue_count; c++) {
        printf("%s%s: %s\n", c > 0 ? "\n" : "", xh_catalogues[c].plural, xh_catalogues[c].title);
        print_catalogue(&xh_catalogues[c], "  ");
    }
}

xh_status xh_command_list(const xh_arguments *arguments, xh_error *error) {
    const xh_catalogue *only = NULL;
    if (arguments->operand_count > 0) {
        const xh_status status = xh_catalogue_find(arguments->operands[0], &only, error);
        if (status != XH_OK) {
            return status;
        }
    }
    if (arguments->json) {
        print_json(only);
    } else if (only) {
        print_catalogue(only, "");
    } else {
        print_all();
    }
    return XH_OK;
}
