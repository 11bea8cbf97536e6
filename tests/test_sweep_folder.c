/* The folder of a sweep: what is in it, what it refuses, and the summary of what is there. */
#include "experiments/result_read.h"
#include "experiments/sweep_summary.h"
#include "suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BASE                                                                                       \
    "sweep: test\n"                                                                                \
    "base: {network: {layers: [{outputs: 8}]}, readout: {epochs: %d}}\n"                           \
    "axes: [{key: training.batch, values: [1, 2, 3]}, {key: training.learn, values: [on, off, "    \
    "on]}]\n"                                                                                      \
    "design: list\n"                                                                               \
    "seeds: %d\n"

static char place[64];
static char *working; /* the folder of the tests */
static xh_sweep *sweep;
static xh_sweep_folder folder;
static xh_error error;

static void set_up(void) {
    char text[1024];
    snprintf(place, sizeof(place), "/tmp/sweep_folder.XXXXXX");
    working = mkdtemp(place);
    ck_assert_ptr_nonnull(working);
    ck_assert_int_eq(chdir(working), 0);
    snprintf(text, sizeof(text), BASE, 3, 2);
    ck_assert_int_eq(xh_sweep_parse("s.yaml", text, strlen(text), &sweep, &error), XH_OK);
    ck_assert_int_eq(xh_sweep_folder_open("out", sweep, &folder, &error), XH_OK);
}

static void tear_down(void) {
    char command[128];
    xh_sweep_free(sweep);
    sweep = NULL;
    snprintf(command, sizeof(command), "rm -rf %s", working);
    ck_assert_int_eq(system(command), 0);
}

/* Opens the folder for a sweep with other numbers; the error is kept. */
static xh_status open_other(int epochs, int seeds) {
    char text[1024];
    xh_sweep *other = NULL;
    xh_sweep_folder opened;
    snprintf(text, sizeof(text), BASE, epochs, seeds);
    ck_assert_int_eq(xh_sweep_parse("s.yaml", text, strlen(text), &other, NULL), XH_OK);
    error = (xh_error){0};
    const xh_status status = xh_sweep_folder_open("out", other, &opened, &error);
    ck_assert(status != XH_OK || !opened.fresh);
    xh_sweep_free(other);
    return status;
}

static void touch(const char *path) {
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fclose(file);
}

START_TEST(a_folder_is_of_one_sweep) {
    ck_assert(folder.fresh);
    ck_assert_int_eq(access("out/points", F_OK), 0);
    ck_assert_int_eq(open_other(3, 2), XH_OK);
    ck_assert_int_eq(open_other(3, 4), XH_INPUT);
    ck_assert_str_eq(error.text, "out is of another sweep: out/sweep.yaml differs; choose another "
                                 "--out");
    /* A folder whose making was cut short is made anew. */
    ck_assert_int_eq(remove("out/sweep.yaml"), 0);
    ck_assert_int_eq(xh_sweep_folder_open("out", sweep, &folder, &error), XH_OK);
    ck_assert(folder.fresh);
    ck_assert_int_eq(open_other(3, 2), XH_OK);
}
END_TEST

START_TEST(a_folder_that_cannot_be_is_told) {
    touch("file");
    ck_assert_int_eq(xh_sweep_folder_open("file", sweep, &folder, &error), XH_IO);
    ck_assert_str_eq(error.text, "file/points: cannot be created: Not a directory");
    ck_assert_int_eq(xh_sweep_folder_open("no/where", sweep, &folder, &error), XH_IO);
    ck_assert_str_eq(error.text, "no/where: cannot be created: No such file or directory");
}
END_TEST

START_TEST(states_are_files) {
    char text[XH_ERROR_TEXT];
    ck_assert_uint_eq(xh_sweep_runs(sweep), 6);
    ck_assert_int_eq(xh_sweep_folder_state(&folder, 4), XH_SWEEP_MISSING);
    ck_assert_int_eq(xh_sweep_folder_fail(&folder, 4, "it broke", &error), XH_OK);
    ck_assert_int_eq(xh_sweep_folder_state(&folder, 4), XH_SWEEP_FAILED);
    ck_assert_str_eq(xh_sweep_folder_message(&folder, 4, text), "it broke");
    touch("out/points/00004.h5");
    ck_assert_int_eq(xh_sweep_folder_state(&folder, 4), XH_SWEEP_COMPLETE);
    ck_assert_int_eq(remove("out/points/00004.h5"), 0);
    xh_sweep_folder_forgive(&folder, 4);
    ck_assert_int_eq(xh_sweep_folder_state(&folder, 4), XH_SWEEP_MISSING);
    ck_assert_str_eq(xh_sweep_folder_message(&folder, 4, text), "");
}
END_TEST

START_TEST(failures_are_listed) {
    char line[1024] = "";
    xh_sweep_folder_fail(&folder, 3, "it broke", &error);
    ck_assert_int_eq(xh_sweep_folder_list_failures(&folder, &error), XH_OK);
    FILE *file = fopen("out/failures.txt", "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
    ck_assert_str_eq(line, "00003  training.batch = 2, training.learn = off, seeds 2 2 2: it "
                           "broke\n");
    ck_assert_ptr_null(fgets(line, sizeof(line), file));
    fclose(file);
    xh_sweep_folder_forgive(&folder, 3);
    ck_assert_int_eq(xh_sweep_folder_list_failures(&folder, &error), XH_OK);
    ck_assert_int_ne(access("out/failures.txt", F_OK), 0);
}
END_TEST

START_TEST(a_summary_has_what_there_is) {
    char path[XH_SWEEP_PATH_SIZE];
    xh_sweep_tally tally;
    xh_result *summary = NULL;
    xh_result_array figure;
    xh_names texts = {0};
    touch("out/points/00001.h5"); /* no HDF5 */
    xh_sweep_folder_fail(&folder, 3, "it broke", &error);
    ck_assert_int_eq(xh_sweep_summary_write(&folder, path, &tally, &error), XH_OK);
    ck_assert_str_eq(path, "out/summary.h5");
    ck_assert_uint_eq(tally.runs[XH_SWEEP_COMPLETE], 0);
    ck_assert_uint_eq(tally.runs[XH_SWEEP_FAILED], 2);
    ck_assert_uint_eq(tally.runs[XH_SWEEP_MISSING], 4);
    ck_assert_int_eq(xh_result_open(path, &summary, &error), XH_OK);
    ck_assert_int_eq(xh_result_array_read(summary, "/status", &figure, &error), XH_OK);
    ck_assert_uint_eq(figure.dims[0], 3);
    ck_assert_uint_eq(figure.dims[1], 2);
    const double expected[] = {2, 1, 2, 1, 2, 2};
    ck_assert_mem_eq(figure.values, expected, sizeof(expected));
    xh_result_array_free(&figure);
    ck_assert_int_eq(xh_result_array_read(summary, "/results/wear_max", &figure, &error), XH_OK);
    ck_assert_str_eq(figure.unit, "cycles");
    ck_assert(isnan(figure.values[0]) && isnan(figure.values[5]));
    xh_result_array_free(&figure);
    ck_assert_int_eq(xh_result_texts(summary, "/axes/1", &texts, &error), XH_OK);
    ck_assert_str_eq(texts.names[1], "off");
    ck_assert_int_eq(xh_result_texts(summary, "/messages", &texts, &error), XH_OK);
    ck_assert_uint_eq(texts.count, 9);
    ck_assert_ptr_nonnull(strstr(texts.names[4], "00001.h5: it is damaged or no HDF5 file"));
    ck_assert_str_eq(texts.names[6], "it broke");
    xh_names_free(&texts);
    xh_result_close(summary);
}
END_TEST

START_TEST(a_summary_that_cannot_be_is_told) {
    char path[XH_SWEEP_PATH_SIZE];
    xh_sweep_tally tally;
    ck_assert_int_eq(mkdir("out/summary.h5", 0777), 0);
    ck_assert_int_eq(xh_sweep_summary_write(&folder, path, &tally, &error), XH_IO);
    ck_assert_str_eq(error.text, "out/summary.h5: cannot be written: Is a directory");
}
END_TEST

int main(void) {
    const TTest *tests[] = {a_folder_is_of_one_sweep,
                            a_folder_that_cannot_be_is_told,
                            states_are_files,
                            failures_are_listed,
                            a_summary_has_what_there_is,
                            a_summary_that_cannot_be_is_told};
    return xh_suite_run_in("sweep_folder", tests, sizeof tests / sizeof tests[0], set_up,
                           tear_down);
}
