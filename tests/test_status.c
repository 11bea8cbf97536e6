/* Statuses and error texts: every status has a meaning, texts are cut and prefixed safely. */
#include "crosshebb/status.h"
#include "suite.h"

#include <string.h>

START_TEST(statuses_have_a_text_and_an_exit_status) {
    static const struct {
        xh_status status;
        int exit_status;
        const char *text;
    } expected[] = {
        {XH_OK, 0, "done"},
        {XH_FAILED, 1, "the run failed"},
        {XH_MEMORY, 1, "out of memory"},
        {XH_IO, 1, "a file could not be read or written"},
        {XH_INPUT, 2, "the input is wrong"},
        {XH_INTERRUPTED, 130, "interrupted"},
    };
    for (size_t s = 0; s < sizeof(expected) / sizeof(expected[0]); s++) {
        ck_assert_int_eq(xh_status_exit(expected[s].status), expected[s].exit_status);
        ck_assert_str_eq(xh_status_text(expected[s].status), expected[s].text);
    }
}
END_TEST

START_TEST(error_holds_status_and_text) {
    xh_error error = {0};
    ck_assert_int_eq(xh_error_set(&error, XH_INPUT, "%s = %d", "bits", 40), XH_INPUT);
    ck_assert_int_eq(error.status, XH_INPUT);
    ck_assert_str_eq(error.text, "bits = 40");
}
END_TEST

START_TEST(error_may_be_absent) {
    ck_assert_int_eq(xh_error_set(NULL, XH_IO, "nobody reads this"), XH_IO);
    ck_assert_int_eq(xh_error_prefix(NULL, "nor this"), XH_FAILED);
}
END_TEST

START_TEST(error_may_quote_itself) {
    xh_error error = {0};
    (void)xh_error_set(&error, XH_IO, "cannot open a.h5");
    (void)xh_error_set(&error, XH_FAILED, "%s, so the run ends", error.text);
    ck_assert_str_eq(error.text, "cannot open a.h5, so the run ends");
    ck_assert_int_eq(error.status, XH_FAILED);
}
END_TEST

START_TEST(prefix_comes_first_and_keeps_the_status) {
    xh_error error = {0};
    (void)xh_error_set(&error, XH_INPUT, "up_step = 1.3 is outside [0, 1]");
    ck_assert_int_eq(xh_error_prefix(&error, "%s:%d: ", "experiment.yaml", 14), XH_INPUT);
    ck_assert_str_eq(error.text, "experiment.yaml:14: up_step = 1.3 is outside [0, 1]");
}
END_TEST

START_TEST(long_texts_are_cut) {
    char filler[2 * XH_ERROR_TEXT];
    memset(filler, 'x', sizeof(filler) - 1);
    filler[sizeof(filler) - 1] = '\0';
    xh_error error = {0};
    (void)xh_error_set(&error, XH_INPUT, "%s", filler);
    ck_assert_uint_eq(strlen(error.text), XH_ERROR_TEXT - 1);
    (void)xh_error_prefix(&error, "file: ");
    ck_assert_uint_eq(strlen(error.text), XH_ERROR_TEXT - 1);
    ck_assert_int_eq(strncmp(error.text, "file: xxx", 9), 0);
    (void)xh_error_prefix(&error, "%s", filler);
    ck_assert_uint_eq(strlen(error.text), XH_ERROR_TEXT - 1);
    ck_assert_ptr_null(strchr(error.text, 'f'));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        statuses_have_a_text_and_an_exit_status,
        error_holds_status_and_text,
        error_may_be_absent,
        error_may_quote_itself,
        prefix_comes_first_and_keeps_the_status,
        long_texts_are_cut,
    };
    return xh_suite_run("status", tests, sizeof(tests) / sizeof(tests[0]));
}
