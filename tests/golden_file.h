/* Golden vectors: HDF5 files of arrays in channels-first order, brought into ours, and comparison
 * with them. */
#ifndef XH_TESTS_GOLDEN_FILE_H
#define XH_TESTS_GOLDEN_FILE_H

#include "crosshebb/array.h"
#include "suite.h"

#include <hdf5.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What a float32 implementation may differ by, of an array's largest magnitude: the reference is
 * float32 itself, and an implementation in float64 differs from it by 3.3e-6. */
#define XH_GOLDEN_TOLERANCE 1e-4

enum { XH_GOLDEN_PATH = 4096, XH_GOLDEN_SKIPPED = 77 };

/* The vectors lie in softhebb/ below $XH_GOLDEN, or below ../shared/golden beside the source tree.
 */
static inline void xh_golden_path(const char *file, char path[XH_GOLDEN_PATH]) {
    const char *folder = getenv("XH_GOLDEN");
    folder = folder ? folder : XH_SOURCE_DIR "/../shared/golden";
    snprintf(path, XH_GOLDEN_PATH, "%s/softhebb/%s.h5", folder, file);
}

/* Whether a file is there. */
static inline bool xh_golden_exists(const char *file) {
    char path[XH_GOLDEN_PATH];
    xh_golden_path(file, path);
    return access(path, R_OK) == 0;
}

static inline float *xh_floats(size_t count) {
    float *values = xh_array_create(count, sizeof(float));
    ck_assert_ptr_nonnull(values);
    return values;
}

/* An array of the file, as it lies there, which must have count values. */
static inline float *xh_golden_load(const char *file, const char *name, size_t count) {
    char path[XH_GOLDEN_PATH];
    xh_golden_path(file, path);
    const hid_t handle = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_msg(handle >= 0, "%s cannot be opened", path);
    const hid_t set = H5Dopen2(handle, name, H5P_DEFAULT);
    ck_assert_msg(set >= 0, "%s has no %s", path, name);
    const hid_t space = H5Dget_space(set);
    ck_assert_msg((size_t)H5Sget_simple_extent_npoints(space) == count, "%s of %s has %lld values",
                  name, file, (long long)H5Sget_simple_extent_npoints(space));
    float *values = xh_floats(count);
    ck_assert(H5Dread(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Sclose(space);
    H5Dclose(set);
    H5Fclose(handle);
    return values;
}

/* From [count][channels][pixels] to [count][pixels][channels], in place: images, kernels, feature
 * weights. */
static inline float *xh_channels_last(float *values, size_t count, size_t channels, size_t pixels) {
    float *turned = xh_floats(count * channels * pixels);
    for (size_t n = 0; n < count; n++) {
        for (size_t c = 0; c < channels; c++) {
            for (size_t p = 0; p < pixels; p++) {
                turned[(n * pixels + p) * channels + c] = values[(n * channels + c) * pixels + p];
            }
        }
    }
    memcpy(values, turned, count * channels * pixels * sizeof(float));
    xh_array_free(turned);
    return values;
}

static inline float *xh_golden_turned(const char *file, const char *name, size_t count,
                                      size_t channels, size_t pixels) {
    return xh_channels_last(xh_golden_load(file, name, count * channels * pixels), count, channels,
                            pixels);
}

/* Runs the tests if the vectors are there. Without them the program is skipped, but fails in CI. */
static inline int xh_golden_run(const char *name, const TTest *const *tests, size_t count) {
    static const char file[] = "conv_3x8_k5_t1";
    if (xh_golden_exists(file)) {
        return xh_suite_run(name, tests, count);
    }
    char path[XH_GOLDEN_PATH];
    xh_golden_path(file, path);
    printf("%s: skipped, there is no %s\n", name, path);
    const char *ci = getenv("CI");
    return ci && strcmp(ci, "true") == 0 ? EXIT_FAILURE : XH_GOLDEN_SKIPPED;
}

/* Compares with values that it frees. */
static inline void xh_golden_compare(const char *file, const char *name, const float *found,
                                     float *wanted, size_t count) {
    double largest = 0;
    double distance = 0;
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(isfinite(found[i]), "%s: %s[%zu] is not finite", file, name, i);
        largest = fmax(largest, fabs((double)wanted[i]));
        distance = fmax(distance, fabs((double)found[i] - (double)wanted[i]));
    }
    xh_array_free(wanted);
    ck_assert_msg(distance <= XH_GOLDEN_TOLERANCE * largest, "%s: %s is off by %g of %g", file,
                  name, distance, largest);
}

#endif
