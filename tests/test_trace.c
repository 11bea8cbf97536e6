/* The result file: what is written is what HDF5 reads back, while recording and after; failures
 * leave no FILE.h5. */
#include "crosshebb/trace.h"
#include "state_fixture.h"

#include <check.h>
#include <hdf5.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;
static char folder[64];
static char path[128];
static char part[128];
static xh_error error;

static void make_folder(void) {
    snprintf(folder, sizeof(folder), "/tmp/test_trace.XXXXXX");
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

static int exists(const char *name) {
    return access(name, F_OK) == 0;
}

static xh_trace *create(void) {
    xh_trace *trace = NULL;
    ck_assert_msg(xh_trace_create(path, &trace, &error) == XH_OK, "%s", error.text);
    return trace;
}

static char *text_attribute(hid_t file, const char *object, const char *name) {
    hid_t attribute = H5Aopen_by_name(file, object, name, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(attribute, 0);
    hid_t type = H5Aget_type(attribute);
    char *text = NULL;
    ck_assert_int_ge(H5Aread(attribute, type, &text), 0);
    H5Tclose(type);
    H5Aclose(attribute);
    return text;
}

static void assert_text(hid_t file, const char *object, const char *name, const char *expected) {
    char *text = text_attribute(file, object, name);
    ck_assert_str_eq(text, expected);
    H5free_memory(text);
}

static hsize_t read_column(hid_t file, const char *name, double *values, hsize_t most) {
    hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert_int_ge(set, 0);
    hid_t space = H5Dget_space(set);
    hsize_t rows = 0;
    H5Sget_simple_extent_dims(space, &rows, NULL);
    ck_assert_uint_le(rows, most);
    ck_assert_int_ge(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
    H5Sclose(space);
    H5Dclose(set);
    return rows;
}

static const xh_trace_column columns[] = {
    {"image", "1", "images so far"},
    {"energy", "J", "energy so far"},
};

START_TEST(attributes_and_arrays_read_back) {
    xh_trace *trace = create();
    ck_assert(exists(part) && !exists(path));
    ck_assert_int_eq(xh_trace_integer(trace, "/", "seed", 7, NULL, &error), XH_OK);
    ck_assert_int_eq(xh_trace_number(trace, "/result", "energy", 1.5e-3, "J", &error), XH_OK);
    ck_assert_int_eq(xh_trace_text(trace, "/config/device", "name", "", &error), XH_OK);
    const float values[6] = {0, 1, 2, 3, 4, 5};
    const double total = 0.1;
    ck_assert_int_eq(xh_trace_floats(trace, "layers/a",
                                     (xh_trace_column){"weights", "1", "final weights"}, 2,
                                     (const size_t[]){2, 3}, values, &error),
                     XH_OK);
    ck_assert_int_eq(xh_trace_doubles(trace, "ledger", (xh_trace_column){"total", "J", "energy"}, 0,
                                      NULL, &total, &error),
                     XH_OK);
    ck_assert_msg(xh_trace_close(trace, 1, &error) == XH_OK, "%s", error.text);
    ck_assert(exists(path) && !exists(part));

    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_text(file, "/", "format", "crosshebb");
    assert_text(file, "/result", "energy.unit", "J");
    assert_text(file, "/config/device", "name", "");
    assert_text(file, "/layers/a/weights", "unit", "1");
    assert_text(file, "/layers/a/weights", "sentence", "final weights");
    char *libraries = text_attribute(file, "/code", "libraries");
    ck_assert_ptr_nonnull(strstr(libraries, "HDF5 1."));
    H5free_memory(libraries);
    long long seed = 0;
    hid_t attribute = H5Aopen(file, "seed", H5P_DEFAULT);
    H5Aread(attribute, H5T_NATIVE_LLONG, &seed);
    H5Aclose(attribute);
    ck_assert_int_eq(seed, 7);
    double read[6] = {0};
    hid_t set = H5Dopen2(file, "/layers/a/weights", H5P_DEFAULT);
    H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, read);
    H5Dclose(set);
    ck_assert_double_eq(read[5], 5);
    set = H5Dopen2(file, "/ledger/total", H5P_DEFAULT);
    H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, read);
    H5Dclose(set);
    ck_assert_double_eq(read[0], 0.1);
    H5Fclose(file);
}
END_TEST

/* What this program does with an argument: its exit status is the number of rows that it finds in
 * the file that another process records. */
static int count_rows(const char *name) {
    hsize_t rows = 0;
    double values[16];
    hid_t file = H5Fopen(name, H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, H5P_DEFAULT);
    hid_t set = H5Dopen2(file, "/train/a/energy", H5P_DEFAULT);
    hid_t space = H5Dget_space(set);
    H5Sget_simple_extent_dims(space, &rows, NULL);
    const herr_t result = H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Sclose(space);
    H5Dclose(set);
    H5Fclose(file);
    return result < 0 || rows == 0 || values[rows - 1] != 0.5 * (double)(rows - 1) ? 255
                                                                                   : (int)rows;
}

static int rows_seen_by_a_reader(void) {
    const pid_t reader = fork();
    ck_assert_int_ge(reader, 0);
    if (reader == 0) {
        execl(program, program, part, (char *)NULL);
        _exit(255);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(reader, &status, 0), reader);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(rows_are_kept_in_order) {
    xh_trace *trace = create();
    size_t first = 9, second = 9;
    ck_assert_int_eq(xh_trace_table(trace, "train/a", columns, 2, &first, &error), XH_OK);
    ck_assert_int_eq(xh_trace_table(trace, "train/b", columns, 1, &second, &error), XH_OK);
    ck_assert_int_eq(xh_trace_record(trace, &error), XH_OK);
    for (int row = 0; row < 5; row++) {
        const double values[2] = {100.0 * row, 0.5 * row};
        ck_assert_int_eq(xh_trace_row(trace, first, values, &error), XH_OK);
    }
    ck_assert_int_eq(rows_seen_by_a_reader(), 5);
    ck_assert_int_eq(xh_trace_stop(trace, &error), XH_OK);
    ck_assert_int_eq(xh_trace_integer(trace, "result", "complete", 0, NULL, &error), XH_OK);
    ck_assert_int_eq(xh_trace_close(trace, 0, &error), XH_OK);
    ck_assert(exists(part) && !exists(path));

    hid_t file = H5Fopen(part, H5F_ACC_RDONLY, H5P_DEFAULT);
    double values[16];
    ck_assert_uint_eq(read_column(file, "/train/a/image", values, 16), 5);
    ck_assert_double_eq(values[4], 400);
    ck_assert_uint_eq(read_column(file, "/train/a/energy", values, 16), 5);
    ck_assert_double_eq(values[3], 1.5);
    ck_assert_uint_eq(read_column(file, "/train/b/image", values, 16), 0);
    assert_text(file, "/train/a/energy", "unit", "J");
    H5Fclose(file);
}
END_TEST

/* The rows of one trace, saved, begin the table of another. */
START_TEST(rows_go_on) {
    size_t table = 0;
    xh_memory memory = {0};
    double values[4] = {0};
    xh_trace *trace = create();
    ck_assert_int_eq(xh_trace_table(trace, "train/a", columns, 2, &table, &error), XH_OK);
    ck_assert_int_eq(xh_trace_record(trace, &error), XH_OK);
    ck_assert_int_eq(xh_trace_row(trace, table, (const double[]){0, 0}, &error), XH_OK);
    ck_assert_int_eq(xh_trace_row(trace, table, (const double[]){1, 5}, &error), XH_OK);
    xh_state saving = xh_memory_saving(&memory);
    xh_trace_state(trace, table, &saving);
    ck_assert_int_eq(xh_trace_close(trace, 0, &error), XH_OK);
    trace = create();
    ck_assert_int_eq(xh_trace_table(trace, "train/a", columns, 2, &table, &error), XH_OK);
    ck_assert_int_eq(xh_trace_record(trace, &error), XH_OK);
    xh_state loading = xh_memory_loading(&memory);
    xh_trace_state(trace, table, &loading);
    ck_assert_int_eq(loading.error.status, XH_OK);
    ck_assert_int_eq(xh_trace_row(trace, table, (const double[]){2, 10}, &error), XH_OK);
    ck_assert_int_eq(xh_trace_close(trace, 1, &error), XH_OK);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_uint_eq(read_column(file, "/train/a/energy", values, 4), 3);
    ck_assert(values[0] == 0 && values[1] == 5 && values[2] == 10);
    H5Fclose(file);
    free(memory.bytes);
}
END_TEST

START_TEST(a_name_without_h5_is_refused) {
    xh_trace *trace = NULL;
    ck_assert_int_eq(xh_trace_create("result.txt", &trace, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "result.txt"));
    ck_assert_ptr_null(trace);
}
END_TEST

START_TEST(a_missing_folder_is_named) {
    xh_trace *trace = NULL;
    ck_assert_int_eq(xh_trace_create("/nowhere/at/all/result.h5", &trace, &error), XH_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "/nowhere/at/all/result.h5.part"));
    ck_assert_ptr_nonnull(strstr(error.text, "No such file or directory"));
}
END_TEST

/* A full disk, as a limit on the size of files: writing fails, is told, and no FILE.h5 appears. */
START_TEST(a_full_disk_is_told) {
    signal(SIGXFSZ, SIG_IGN);
    xh_trace *trace = create();
    const struct rlimit limit = {16384, 16384};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const size_t dims[1] = {65536};
    double *values = calloc(dims[0], sizeof(*values));
    const xh_trace_column column = {"large", "1", "more than the disk holds"};
    ck_assert_int_eq(xh_trace_doubles(trace, "/", column, 1, dims, values, &error), XH_IO);
    free(values);
    ck_assert_ptr_nonnull(strstr(error.text, "File too large"));
    ck_assert_int_eq(xh_trace_close(trace, 1, &error), XH_IO);
    ck_assert(!exists(path));
}
END_TEST

int main(int argc, char **argv) {
    program = argv[0];
    if (argc > 1) {
        return count_rows(argv[1]);
    }
    Suite *suite = suite_create("trace");
    TCase *tests = tcase_create("trace");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_test(tests, attributes_and_arrays_read_back);
    tcase_add_test(tests, rows_are_kept_in_order);
    tcase_add_test(tests, rows_go_on);
    tcase_add_test(tests, a_name_without_h5_is_refused);
    tcase_add_test(tests, a_missing_folder_is_named);
    tcase_add_test(tests, a_full_disk_is_told);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
