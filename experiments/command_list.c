/* crosshebb list: what there is, a line each. */
#include "command.h"

static void print_catalogue(const xh_catalogue *catalogue, const char *indent) {
    for (size_t i = 0; i < catalogue->count(); i++) {
        printf("%s%-20s ", indent, catalogue->name(i));
        catalogue->summarise(i, stdout);
        fputc('\n', stdout);
    }
}

xh_status xh_command_list(const xh_arguments *arguments, xh_error *error) {
    if (arguments->operand_count > 0) {
        const xh_catalogue *catalogue = NULL;
        const xh_status status = xh_catalogue_find(arguments->operands[0], &catalogue, error);
        if (status == XH_OK) {
            print_catalogue(catalogue, "");
        }
        return status;
    }
    for (size_t c = 0; c < xh_catalogue_count; c++) {
        printf("%s%s: %s\n", c > 0 ? "\n" : "", xh_catalogues[c].plural, xh_catalogues[c].title);
        print_catalogue(&xh_catalogues[c], "  ");
    }
    return XH_OK;
}
