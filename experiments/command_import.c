/* crosshebb import: texts of measured steps become a file that a device of the model lookup names. */
#include "command.h"
#include "table_file.h"

#include <string.h>

/* Figures of a table for people and programs: siemens, and shares of the range. */
typedef struct figures {
    char checksum[XH_STEP_TABLE_CHECKSUM_SIZE];
    double up, down;
} figures;

static figures figures_of(const xh_step_table *table) {
    figures made = {.up = xh_step_table_mean(table, 1, 0.5),
                    .down = xh_step_table_mean(table, -1, 0.5)};
    xh_step_table_checksum(table, made.checksum);
    return made;
}

static void print_json(const char *path, const xh_step_table *table) {
    const figures made = figures_of(table);
    xh_json json = {.stream = stdout};
    xh_json_open(&json, NULL, '{');
    xh_json_text(&json, "table", path);
    xh_json_text(&json, "checksum", made.checksum);
    xh_json_number(&json, "tables", (double)table->tables);
    xh_json_number(&json, "conductances", (double)table->conductances);
    xh_json_number(&json, "probabilities", (double)table->probabilities);
    xh_json_number(&json, "g_min_S", table->g_min);
    xh_json_number(&json, "g_max_S", table->g_max);
    xh_json_number(&json, "mean_step_up", made.up);
    xh_json_number(&json, "mean_step_down", made.down);
    xh_json_close(&json, '}');
    putchar('\n');
}

static void print_words(const char *path, const xh_step_table *table) {
    const figures made = figures_of(table);
    char low[XH_QUANTITY_SIZE], high[XH_QUANTITY_SIZE];
    printf("table      %s, checksum %s\n", path, made.checksum);
    printf("devices    %zu, each of %zu conductances x %zu probabilities\n", table->tables,
           table->conductances, table->probabilities);
    printf("range      %s ... %s%s\n", xh_quantity(table->g_min, "S", low),
           xh_quantity(table->g_max, "S", high), table->tables > 1 ? " in the mean" : "");
    printf("mean step  %.3g %% of the range up, %.3g %% down, at mid-range\n", 100 * made.up,
           100 * made.down);
}

/* As many files of up pulses as of down pulses. */
static xh_status check_operands(const xh_arguments *arguments, xh_error *error) {
    if (arguments->operand_count % 2 != 0) {
        return xh_error_set(error, XH_INPUT,
                            "%zu files: there must be as many of down pulses, which come last, as "
                            "of up pulses",
                            arguments->operand_count);
    }
    return arguments->out ? XH_OK : xh_error_set(error, XH_INPUT, "--out TABLE.h5 is missing");
}

xh_status xh_command_import(const xh_arguments *arguments, xh_error *error) {
    const size_t count = arguments->operand_count / 2;
    xh_step_table *table = NULL;
    xh_status status = check_operands(arguments, error);
    if (status == XH_OK) {
        status =
            xh_table_import(arguments->operands, arguments->operands + count, count, &table, error);
    }
    if (status == XH_OK) {
        status = xh_table_write(arguments->out, table, error);
    }
    if (status == XH_OK && arguments->json) {
        print_json(arguments->out, table);
    } else if (status == XH_OK) {
        print_words(arguments->out, table);
    }
    xh_step_table_free(table);
    return status;
}
