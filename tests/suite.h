/* Runs a list of Check tests as one suite and returns the exit status of a test program. */
#ifndef XH_TESTS_SUITE_H
#define XH_TESTS_SUITE_H

#include <check.h>
#include <stdlib.h>

/* Each test between set_up and tear_down, which may be NULL. */
static inline int xh_suite_run_in(const char *name, const TTest *const *tests, size_t count,
                                  SFun set_up, SFun tear_down) {
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 120);
    for (size_t t = 0; t < count; t++) {
        tcase_add_test(tcase, tests[t]);
    }
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static inline int xh_suite_run(const char *name, const TTest *const *tests, size_t count) {
    return xh_suite_run_in(name, tests, count, NULL, NULL);
}

#endif
