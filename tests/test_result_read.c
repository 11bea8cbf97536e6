/* Results are read back: complete, while they are recorded by another process, and as a run left
 * them; what is no result is refused. */
#include "crosshebb/trace.h"
#include "experiments/result_read.h"
#include "suite.h"

#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *program;
static char folder[64];
static char path[128];
static char part[128];
static xh_error error;

static void make_folder(void) {
    snprintf(folder, sizeof(folder), "/tmp/test_result_read.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/result.h5", folder);
    snprintf(part, sizeof(part), "%s/result.h5.part", folder);
    memset(&error, 0, sizeof(error));
}

static void remove_folder(void) {
    unlink(path);
    unlink(part);
    ck_assert_int_eq(rmdir(folder), 0);
}

static const xh_trace_column columns[] = {
    {"image", "1", "images so far"},
    {"energy", "J", "energy so far"},
};

/* A trace with a table, recording. */
static xh_trace *begin(size_t *table) {
    xh_trace *trace = NULL;
    ck_assert_msg(xh_trace_create(path, &trace, &error) == XH_OK, "%s", error.text);
    ck_assert_int_eq(xh_trace_text(trace, "/config", "yaml", "a: <b>\n", &error), XH_OK);
    ck_assert_int_eq(xh_trace_table(trace, "train/a", columns, 2, table, &error), XH_OK);
    ck_assert_int_eq(xh_trace_record(trace, &error), XH_OK);
    return trace;
}

static void add_rows(xh_trace *trace, size_t table, int count) {
    for (int row = 0; row < count; row++) {
        const double values[2] = {100.0 * row, 0.5 * row};
        ck_assert_int_eq(xh_trace_row(trace, table, values, &error), XH_OK);
    }
}

static xh_result *open_result(const char *name) {
    xh_result *result = NULL;
    ck_assert_msg(xh_result_open(name, &result, &error) == XH_OK, "%s", error.text);
    return result;
}

static void write_complete(void) {
    const float values[6] = {0, 1, 2, 3, 4, 5};
    const double total = 0.1;
    size_t table = 0;
    xh_trace *trace = begin(&table);
    add_rows(trace, table, 3);
    ck_assert_int_eq(xh_trace_stop(trace, &error), XH_OK);
    ck_assert_int_eq(xh_trace_integer(trace, "/result", "complete", 1, NULL, &error), XH_OK);
    ck_assert_int_eq(xh_trace_number(trace, "/result", "energy", 1.5e-3, "J", &error), XH_OK);
    ck_assert_int_eq(xh_trace_text(trace, "/result", "remark", "", &error), XH_OK);
    ck_assert_int_eq(xh_trace_floats(trace, "/layers/b", (xh_trace_column){"weights", "1", "all"},
                                     2, (const size_t[]){2, 3}, values, &error),
                     XH_OK);
    ck_assert_int_eq(xh_trace_doubles(trace, "/layers/a", (xh_trace_column){"total", "J", "energy"},
                                      0, NULL, &total, &error),
                     XH_OK);
    ck_assert_msg(xh_trace_close(trace, 1, &error) == XH_OK, "%s", error.text);
}

START_TEST(a_complete_result_is_read) {
    xh_result_array array;
    char *text = NULL;
    write_complete();
    xh_result *result = open_result(path);
    ck_assert_str_eq(xh_result_path(result), path);
    ck_assert(!xh_result_partial(result));
    ck_assert_double_eq(xh_result_number(result, "/result", "energy"), 1.5e-3);
    ck_assert_double_eq(xh_result_number(result, "/result", "complete"), 1);
    ck_assert(isnan(xh_result_number(result, "/result", "none")));
    ck_assert(isnan(xh_result_number(result, "/nowhere", "energy")));
    ck_assert(isnan(xh_result_number(result, "/", "format")));
    ck_assert_int_eq(xh_result_text(result, "/result", "energy.unit", &text, &error), XH_OK);
    ck_assert_str_eq(text, "J");
    free(text);
    ck_assert_int_eq(xh_result_text(result, "/result", "remark", &text, &error), XH_OK);
    ck_assert_str_eq(text, "");
    free(text);
    ck_assert_int_eq(xh_result_array_read(result, "/layers/b/weights", &array, &error), XH_OK);
    ck_assert(array.rank == 2 && array.dims[0] == 2 && array.dims[1] == 3 && array.count == 6);
    ck_assert_double_eq(array.values[5], 5);
    ck_assert_str_eq(array.name, "weights");
    ck_assert_str_eq(array.sentence, "all");
    xh_result_array_free(&array);
    ck_assert_int_eq(xh_result_array_read(result, "/layers/a/total", &array, &error), XH_OK);
    ck_assert(array.rank == 0 && array.count == 1 && array.values[0] == 0.1);
    xh_result_array_free(&array);
    xh_result_close(result);
}
END_TEST

START_TEST(a_table_has_its_columns) {
    xh_result_table table;
    write_complete();
    xh_result *result = open_result(path);
    ck_assert_int_eq(xh_result_table_read(result, "/train/a", &table, &error), XH_OK);
    ck_assert_uint_eq(table.rows, 3);
    ck_assert_uint_eq(table.column_count, 2);
    const xh_result_array *energy = xh_result_table_column(&table, "energy");
    ck_assert_ptr_nonnull(energy);
    ck_assert_str_eq(energy->unit, "J");
    ck_assert_str_eq(energy->sentence, "energy so far");
    ck_assert_double_eq(energy->values[2], 1);
    ck_assert_ptr_null(xh_result_table_column(&table, "none"));
    xh_result_table_free(&table);
    ck_assert_int_eq(xh_result_table_read(result, "/train/b", &table, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "there is no table /train/b"));
    xh_result_close(result);
}
END_TEST

START_TEST(groups_and_sets_are_listed) {
    xh_names names = {0};
    write_complete();
    xh_result *result = open_result(path);
    ck_assert(xh_result_has(result, "/layers/b/weights") && !xh_result_has(result, "/layers/c"));
    ck_assert_int_eq(xh_result_groups(result, "/layers", &names, &error), XH_OK);
    ck_assert_uint_eq(names.count, 2);
    ck_assert_str_eq(names.names[1], "b");
    ck_assert_int_eq(xh_result_sets(result, "/layers", &names, &error), XH_OK);
    ck_assert_int_eq(xh_result_groups(result, "/nowhere", &names, &error), XH_OK);
    ck_assert_uint_eq(names.count, 2);
    ck_assert_int_eq(xh_result_sets(result, "/layers/a", &names, &error), XH_OK);
    ck_assert_uint_eq(names.count, 3);
    ck_assert_str_eq(names.names[2], "total");
    xh_names_free(&names);
    xh_result_close(result);
}
END_TEST

static void write_texts(const char *name) {
    static const char *const values[] = {"one", "<two>", NULL};
    const hsize_t count = 3;
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Tclose(type);
    H5Fclose(file);
}

START_TEST(texts_are_no_numbers) {
    xh_names texts = {0};
    xh_result_array array;
    write_complete();
    write_texts("/words");
    xh_result *result = open_result(path);
    ck_assert_int_eq(xh_result_texts(result, "/words", &texts, &error), XH_OK);
    ck_assert_uint_eq(texts.count, 3);
    ck_assert_str_eq(texts.names[1], "<two>");
    ck_assert_str_eq(texts.names[2], "");
    ck_assert_int_eq(xh_result_array_read(result, "/words", &array, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "no array of numbers /words"));
    ck_assert_int_eq(xh_result_texts(result, "/layers/a/total", &texts, &error), XH_INPUT);
    ck_assert_int_eq(xh_result_array_read(result, "/none", &array, &error), XH_INPUT);
    xh_names_free(&texts);
    xh_result_close(result);
}
END_TEST

/* What this program does with an argument: its exit status is the number of rows that it finds in
 * the file that another process records, asked for by the name that it will have. */
static int count_rows(const char *name) {
    xh_result *result = NULL;
    xh_result_table table = {0};
    int rows = 255;
    if (xh_result_open(name, &result, &error) == XH_OK && xh_result_partial(result) &&
        xh_result_table_read(result, "/train/a", &table, &error) == XH_OK) {
        rows = (int)table.rows;
    }
    xh_result_table_free(&table);
    xh_result_close(result);
    return rows;
}

static int rows_seen_by_a_reader(void) {
    int status = 0;
    const pid_t reader = fork();
    ck_assert_int_ge(reader, 0);
    if (reader == 0) {
        execl(program, program, path, (char *)NULL);
        _exit(254);
    }
    ck_assert_int_eq(waitpid(reader, &status, 0), reader);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(rows_are_read_while_they_are_recorded) {
    size_t table = 0;
    xh_trace *trace = begin(&table);
    ck_assert_int_eq(rows_seen_by_a_reader(), 0);
    add_rows(trace, table, 5);
    ck_assert_int_eq(rows_seen_by_a_reader(), 5);
    ck_assert_int_eq(xh_trace_stop(trace, &error), XH_OK);
    ck_assert_int_eq(xh_trace_close(trace, 0, &error), XH_OK);
    ck_assert_int_eq(rows_seen_by_a_reader(), 5);
}
END_TEST

/* The reader comes before the file can be read, and waits. */
START_TEST(a_file_that_is_being_created_is_waited_for) {
    FILE *stream = fopen(part, "w");
    ck_assert_ptr_nonnull(stream);
    fclose(stream);
    const pid_t reader = fork();
    ck_assert_int_ge(reader, 0);
    if (reader == 0) {
        execl(program, program, path, (char *)NULL);
        _exit(254);
    }
    nanosleep(&(struct timespec){0, 100000000}, NULL);
    size_t table = 0;
    xh_trace *trace = begin(&table);
    int status = 0;
    ck_assert_int_eq(waitpid(reader, &status, 0), reader);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    ck_assert_int_eq(xh_trace_close(trace, 0, &error), XH_OK);
}
END_TEST

/* Who was told of the part finds the complete result. */
START_TEST(a_result_goes_by_both_names) {
    write_complete();
    xh_result *result = open_result(part);
    ck_assert_str_eq(xh_result_path(result), path);
    ck_assert(!xh_result_partial(result));
    xh_result_close(result);
}
END_TEST

START_TEST(what_is_no_result_is_refused) {
    xh_result *result = NULL;
    ck_assert_int_eq(xh_result_open(path, &result, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "result.h5: No such file or directory"));
    FILE *stream = fopen(path, "w");
    ck_assert_ptr_nonnull(stream);
    fputs("no HDF5", stream);
    fclose(stream);
    ck_assert_int_eq(xh_result_open(path, &result, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "result.h5: it is damaged or no HDF5 file"));
    H5Fclose(H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    ck_assert_int_eq(xh_result_open(path, &result, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "result.h5: it is no result of crosshebb"));
    ck_assert_ptr_null(result);
}
END_TEST

int main(int argc, char **argv) {
    program = argv[0];
    if (argc > 1) {
        return count_rows(argv[1]);
    }
    Suite *suite = suite_create("result_read");
    TCase *tests = tcase_create("result_read");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_test(tests, a_complete_result_is_read);
    tcase_add_test(tests, a_table_has_its_columns);
    tcase_add_test(tests, groups_and_sets_are_listed);
    tcase_add_test(tests, texts_are_no_numbers);
    tcase_add_test(tests, rows_are_read_while_they_are_recorded);
    tcase_add_test(tests, a_file_that_is_being_created_is_waited_for);
    tcase_add_test(tests, a_result_goes_by_both_names);
    tcase_add_test(tests, what_is_no_result_is_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
