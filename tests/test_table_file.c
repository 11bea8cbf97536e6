/*
 * Files of measured steps: texts that are imported and what they become, files that are written and
 * read back, configurations that name them, and what is refused.
 */
#include "data_rig.h"

#include "config_rig.h" /* whose global names are not to hide those above */

#include "experiments/table_file.h"

#include <limits.h>

#define LOOKUP DIGITAL "device: {model: lookup, "

static const char up_text[] = "conductances, probabilities, steps\n"
                              "1e-6, 2e-6 ,4e-6,\t5e-6\n"
                              "  0.25, 0.75\n"
                              "\n"
                              "4e-7,3e-7,1e-7,0\r\n"
                              "8e-7, 7e-7, 5e-7, 4e-7";
static const char down_text[] = "steps down\n"
                                "1e-6,2e-6,4e-6,5e-6\n"
                                "0.25,0.75\n"
                                "-4e-7,-7e-7,-5e-7,-8e-7\n"
                                "0,-1e-7,-3e-7,-4e-7\n";

static void write_text(const char *name, const char *text) {
    write_file(name, text, strlen(text));
}

/* The two texts as a file t.h5. */
static xh_step_table *import(void) {
    write_text("up.txt", up_text);
    write_text("down.txt", down_text);
    const char *const up = path_of("up.txt");
    const char *const down = path_of("down.txt");
    xh_step_table *table = NULL;
    ck_assert_msg(xh_table_import(&up, &down, 1, &table, &error) == XH_OK, "%s", error.text);
    ck_assert_msg(xh_table_write(path_of("t.h5"), table, &error) == XH_OK, "%s", error.text);
    return table;
}

static void expect_floats(const float *found, size_t count, const float *expected) {
    for (size_t i = 0; i < count; i++) {
        ck_assert_float_eq_tol(found[i], expected[i], 1e-6F);
    }
}

START_TEST(texts_become_a_table) {
    xh_step_table *table = import();
    ck_assert_uint_eq(table->tables, 1);
    ck_assert_uint_eq(table->conductances, 4);
    ck_assert_uint_eq(table->probabilities, 2);
    expect_floats(table->conductance, 4, (const float[]){0, 0.25F, 0.75F, 1});
    expect_floats(table->probability, 2, (const float[]){0.25F, 0.75F});
    ck_assert_double_eq_tol(table->low[0], 1e-6, 1e-18);
    ck_assert_double_eq_tol(table->high[0], 5e-6, 1e-18);
    expect_floats(table->up, 8,
                  (const float[]){0.1F, 0.2F, 0.075F, 0.175F, 0.025F, 0.125F, 0, 0.1F});
    expect_floats(table->down, 8,
                  (const float[]){-0.1F, 0, -0.175F, -0.025F, -0.125F, -0.075F, -0.2F, -0.1F});
    expect_floats(table->mean_up, 4, (const float[]){0.15F, 0.125F, 0.075F, 0.05F});
    xh_step_table_free(table);
}
END_TEST

START_TEST(a_file_is_read_back) {
    xh_step_table *table = import();
    xh_step_table *back = NULL;
    ck_assert_msg(xh_table_read(path_of("t.h5"), &back, &error) == XH_OK, "%s", error.text);
    char a[XH_STEP_TABLE_CHECKSUM_SIZE], b[XH_STEP_TABLE_CHECKSUM_SIZE];
    xh_step_table_checksum(table, a);
    xh_step_table_checksum(back, b);
    ck_assert_str_eq(a, b);
    ck_assert_mem_eq(table->mean_down, back->mean_down, 4 * sizeof(float));
    xh_step_table_free(table);
    xh_step_table_free(back);
}
END_TEST

/* Two devices of different ranges, whose relative conductances are the same. */
START_TEST(pairs_become_tables) {
    xh_step_table_free(import());
    write_text("up2.txt",
               "x\n2e-6,4e-6,8e-6,10e-6\n0.25,0.75\n8e-7,6e-7,2e-7,0\n16e-7,14e-7,10e-7,8e-7\n");
    write_text(
        "down2.txt",
        "x\n2e-6,4e-6,8e-6,10e-6\n0.25,0.75\n-8e-7,-8e-7,-8e-7,-8e-7\n-8e-7,-8e-7,-8e-7,-8e-7\n");
    char paths[4][64];
    static const char *const names[] = {"up.txt", "up2.txt", "down.txt", "down2.txt"};
    const char *all[4];
    for (size_t i = 0; i < 4; i++) {
        snprintf(paths[i], sizeof paths[i], "%s", path_of(names[i]));
        all[i] = paths[i];
    }
    xh_step_table *table = NULL;
    ck_assert_msg(xh_table_import(all, all + 2, 2, &table, &error) == XH_OK, "%s", error.text);
    ck_assert_uint_eq(table->tables, 2);
    ck_assert_double_eq_tol(table->g_min, 1.5e-6, 1e-18);
    ck_assert_double_eq_tol(table->g_max, 7.5e-6, 1e-18);
    expect_floats(table->up + 8, 8, table->up);
    expect_floats(table->down + 8, 2, (const float[]){-0.1F, -0.1F});
    xh_step_table_free(table);
}
END_TEST

static void refuse_text(const char *text, const char *message) {
    xh_table_text table;
    error = (xh_error){0};
    ck_assert_int_eq(xh_table_text_parse("t.txt", text, strlen(text), &table, &error), XH_INPUT);
    ck_assert_str_eq(error.text, message);
    ck_assert_ptr_null(table.step);
}

START_TEST(texts_are_refused) {
    refuse_text("", "t.txt:1: the line that says what follows is missing");
    refuse_text("\nheader\n", "t.txt:1: the line that says what follows is missing");
    refuse_text("h\n", "t.txt: it ends before the line of conductances");
    refuse_text("h\n1e-6\n", "t.txt:2: 1 conductances are outside [2, 4096]");
    refuse_text("h\n1e-6, 2uS\n", "t.txt:2: value 2, \"2uS\", is no number");
    refuse_text("h\n1e-6,,2e-6\n", "t.txt:2: value 2, \"\", is no number");
    refuse_text("h\n1e-6 nan\n", "t.txt:2: value 2, \"nan\", is no number");
    refuse_text("h\n1e-6 1e999\n", "t.txt:2: value 2, \"1e999\", is no number");
    refuse_text("h\n2e-6 1e-6\n", "t.txt:2: value 2 of the conductances, 1e-06 S, is not above the "
                                  "one before it, 2e-06 S");
    refuse_text("h\n-2e-6 1e-6\n",
                "t.txt:2: value 1 of the conductances, -2e-06 S, is outside [0, 1000] S");
    refuse_text("h\n1 2\n\n0.5 1.5\n",
                "t.txt:4: value 2 of the probabilities, 1.5, is outside [0, 1]");
    refuse_text("h\n1 2\n0 1\n", "t.txt: it ends before the line of steps, one a conductance,");
    refuse_text("h\n1 2\n0 1\n1 2 3\n", "t.txt:4: 3 steps, one a conductance, instead of 2");
    refuse_text("h\n1 2\n0 1\n1 2\n3 4\n5 6\n",
                "t.txt:6: there are more lines of steps than the 2 probabilities");
}
END_TEST

static void refuse_import(const char *up, const char *down, const char *message) {
    char text[512];
    char first[64], second[64];
    snprintf(first, sizeof first, "%s", path_of(up));
    snprintf(second, sizeof second, "%s", path_of(down));
    const char *const a = first, *const b = second;
    xh_step_table *table = NULL;
    error = (xh_error){0};
    ck_assert_int_eq(xh_table_import(&a, &b, 1, &table, &error), XH_INPUT);
    ck_assert_ptr_null(table);
    snprintf(text, sizeof text, "%s%s", strchr(message, '@') == message ? first : second,
             message + 1);
    ck_assert_str_eq(error.text, text);
}

START_TEST(pairs_are_refused) {
    xh_step_table_free(import());
    refuse_import("none.txt", "down.txt", "@: cannot be opened: No such file or directory");
    write_text("short.txt", "x\n1e-6,5e-6\n0.25,0.75\n-1e-7,-1e-7\n-1e-7,-1e-7\n");
    char message[256];
    snprintf(message, sizeof message, "|: its conductances are not those of %s", path_of("up.txt"));
    refuse_import("up.txt", "short.txt", message);
    write_text("moved.txt", "x\n1e-6,3e-6,4e-6,5e-6\n0.25,0.75\n-1e-7,-1e-7,-1e-7,-1e-7\n"
                            "-1e-7,-1e-7,-1e-7,-1e-7\n");
    snprintf(message, sizeof message,
             "|: its conductances, relative to the range, are not those of %s", path_of("up.txt"));
    refuse_import("up.txt", "moved.txt", message);
    write_text("wide.txt", "x\n2e-6,4e-6,8e-6,10e-6\n0.25,0.75\n-1e-7,-1e-7,-1e-7,-1e-7\n"
                           "-1e-7,-1e-7,-1e-7,-1e-7\n");
    snprintf(message, sizeof message,
             "|: its conductances run from 2e-06 to 1e-05 S, those of %s from 1e-06 to 5e-06 S",
             path_of("up.txt"));
    refuse_import("up.txt", "wide.txt", message);
    snprintf(message, sizeof message,
             "@ and %s: the mean up step at mid-range is -0.1 of the range: it must be positive",
             path_of("up.txt"));
    refuse_import("down.txt", "up.txt", message);
}
END_TEST

static void expect_number(const char *key, double expected) {
    const xh_param *param = xh_param_find(config.device->params, key);
    ck_assert_double_eq_tol(xh_param_number(param, config.device_values.bytes), expected,
                            1e-9 * expected);
}

/* A configuration points to the table, takes its range, and resolves to itself. */
START_TEST(an_experiment_names_a_file) {
    xh_step_table *table = import();
    char text[512], name[PATH_MAX], place[128];
    snprintf(text, sizeof text, LOOKUP "table: t.h5}\n");
    snprintf(name, sizeof name, "%s", path_of("e.yaml"));
    error = (xh_error){0}; /* the file is beside the experiment, not where the program runs */
    ck_assert_msg(xh_config_parse(name, text, strlen(text), NULL, 0, &config, &error) == XH_OK,
                  "%s", error.text);
    const xh_step_table *held = *config.device->table(config.device_values.bytes);
    ck_assert_ptr_nonnull(held);
    ck_assert_mem_eq(held->up, table->up, 8 * sizeof(float));
    expect_number("g_min", 1e-6);
    expect_number("g_max", 5e-6);
    char *resolved = xh_config_text(&config);
    ck_assert_ptr_nonnull(resolved);
    ck_assert_msg(xh_config_parse("elsewhere/r.yaml", resolved, strlen(resolved), NULL, 0, &again,
                                  &error) == XH_OK,
                  "%s", error.text);
    ck_assert_mem_eq(&config.device_values, &again.device_values, sizeof config.device_values);
    ck_assert_int_eq(xh_config_compare(&again, "r", resolved, &error), XH_OK);
    free(resolved);
    snprintf(place, sizeof place, "device.table=%s", path_of("t.h5"));
    const char *const overrides[] = {place, "device.g_max=20e-6"};
    expect(LOOKUP "table: example}\n", 2, overrides);
    expect_number("g_min", 1e-6);
    expect_number("g_max", 20e-6);
    xh_step_table_free(table);
}
END_TEST

START_TEST(experiments_are_refused) {
    xh_step_table_free(import());
    char message[512], place[128];
    refuse("network: {layers: [{outputs: 8, synapses: crossbar}]}\n"
           "device: {model: lookup}\nscheme: {name: complementary}\n",
           "e.yaml:2: device.table is missing: a file that crosshebb import wrote, or example");
    refuse(LOOKUP "table: none.h5}\n",
           "e.yaml:2: device.table = none.h5: No such file or directory");
    char checksum[XH_STEP_TABLE_CHECKSUM_SIZE];
    xh_step_table_checksum(&xh_step_table_example, checksum);
    snprintf(message, sizeof message,
             "e.yaml:2: device.checksum = 12, but the table's is %s: it is not the same", checksum);
    refuse(LOOKUP "table: example, checksum: 12}\n", message);
    snprintf(place, sizeof place, "device.table=%s", path_of("up.txt"));
    snprintf(message, sizeof message, "--set %s: device.table = %s: it is damaged or no HDF5 file",
             place, path_of("up.txt"));
    refuse_set(LOOKUP "table: example}\n", place, message);
}
END_TEST

/* Files of the right kind with the wrong contents: one data set is taken out or exchanged. */
START_TEST(files_are_refused) {
    static const float rising[] = {0, 0.5F, 1}, steps[] = {0.1F, 0.1F, 0.1F, 0.1F, 0.1F, 0.1F};
    static const double low = 1e-6, high = 2e-6;
    const size_t one = 1, two = 2, three = 3, shape[] = {1, 3, 2}, turned[] = {1, 2, 3};
    for (int fault = 0; fault < 4; fault++) {
        xh_trace *trace = NULL;
        ck_assert_int_eq(xh_trace_create(path_of("x.h5"), &trace, &error), XH_OK);
        const char *group = fault == 0 ? "/device/other" : "/device/table";
        xh_trace_floats(trace, group, (xh_trace_column){"conductance", "1", "x"}, 1, &three, rising,
                        &error);
        xh_trace_floats(trace, group, (xh_trace_column){"probability", "1", "x"}, 1, &two, rising,
                        &error);
        xh_trace_doubles(trace, group, (xh_trace_column){"low", "S", "x"}, 1, &one, &low, &error);
        xh_trace_doubles(trace, group, (xh_trace_column){"high", "S", "x"}, 1, &one, &high, &error);
        xh_trace_floats(trace, group, (xh_trace_column){"up", "1", "x"}, 3,
                        fault == 1 ? turned : shape, steps, &error);
        if (fault != 2) {
            xh_trace_floats(trace, group, (xh_trace_column){"down", "1", "x"}, 3, shape, steps,
                            &error);
        }
        ck_assert_msg(xh_trace_close(trace, 1, &error) == XH_OK, "%s", error.text);
        static const char *const messages[] = {
            "there is no table of steps, /device/table",
            "/device/table/up has not the shape of 1 tables, 3 conductances and 2 probabilities",
            "/device/table/down",
            "/device/table: the mean down step at mid-range is 0.1 of the range: it must be "
            "negative",
        };
        xh_step_table *table = NULL;
        error = (xh_error){0};
        ck_assert_int_eq(xh_table_read(path_of("x.h5"), &table, &error), XH_INPUT);
        ck_assert_msg(strstr(error.text, messages[fault]), "%s", error.text);
        ck_assert_ptr_eq(strstr(error.text, path_of("x.h5")), error.text);
        ck_assert_ptr_null(table);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        texts_become_a_table,    a_file_is_read_back, pairs_become_tables,
        texts_are_refused,       pairs_are_refused,   an_experiment_names_a_file,
        experiments_are_refused, files_are_refused,
    };
    return run_in_folders("table_file", tests, sizeof(tests) / sizeof(tests[0]));
}
