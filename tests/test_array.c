/* Arrays: aligned, zeroed, safe against sizes that do not fit. */
#include "crosshebb/array.h"
#include "suite.h"

#include <stdint.h>
#include <string.h>

START_TEST(arrays_are_aligned_and_zeroed) {
    static const size_t counts[] = {1, 3, 15, 16, 17, 1000, 65537};
    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
        unsigned char *dirty = xh_array_create(counts[c], sizeof(float));
        ck_assert_ptr_nonnull(dirty);
        memset(dirty, 0xff, counts[c] * sizeof(float));
        xh_array_free(dirty);
        unsigned char *array = xh_array_create(counts[c], sizeof(float));
        ck_assert_ptr_nonnull(array);
        ck_assert_uint_eq((uintptr_t)array % XH_ALIGNMENT, 0);
        for (size_t i = 0; i < counts[c] * sizeof(float); i++) {
            ck_assert_uint_eq(array[i], 0);
        }
        xh_array_free(array);
    }
}
END_TEST

START_TEST(an_array_of_nothing_is_an_array) {
    void *none = xh_array_create(0, sizeof(double));
    void *empty = xh_array_create(5, 0);
    ck_assert_ptr_nonnull(none);
    ck_assert_ptr_nonnull(empty);
    xh_array_free(none);
    xh_array_free(empty);
}
END_TEST

START_TEST(sizes_that_overflow_are_refused) {
    ck_assert_ptr_null(xh_array_create(SIZE_MAX, 1));
    ck_assert_ptr_null(xh_array_create(SIZE_MAX / 4 + 2, 4));
    ck_assert_ptr_null(xh_array_create(2, SIZE_MAX / 2));
}
END_TEST

START_TEST(freeing_nothing_is_legal) {
    xh_array_free(NULL);
}
END_TEST

START_TEST(features_count_one_image) {
    ck_assert_uint_eq(xh_images_features((xh_images){NULL, 9, 32, 30, 3}), 2880);
    ck_assert_uint_eq(xh_images_features((xh_images){NULL, 1, 0, 30, 3}), 0);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        arrays_are_aligned_and_zeroed,   an_array_of_nothing_is_an_array,
        sizes_that_overflow_are_refused, freeing_nothing_is_legal,
        features_count_one_image,
    };
    return xh_suite_run("array", tests, sizeof(tests) / sizeof(tests[0]));
}
