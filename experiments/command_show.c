/* crosshebb show: all that the program knows of one thing. */
#include "command.h"

xh_status xh_command_show(const xh_arguments *arguments, xh_error *error) {
    const xh_catalogue *catalogue = NULL;
    size_t index = 0;
    xh_status status = xh_catalogue_find(arguments->operands[0], &catalogue, error);
    if (status == XH_OK) {
        status = xh_catalogue_lookup(catalogue, arguments->operands[1], &index, error);
    }
    return status == XH_OK ? catalogue->show(index, stdout, error) : status;
}
