/* Runs of a tiny experiment on a tiny data set, in a folder of their own. */
#ifndef XH_TESTS_RUN_RIG_H
#define XH_TESTS_RUN_RIG_H

#include "crosshebb/run.h"

#include <check.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIDE = 28, TRAIN = 60, TEST = 40, PATH_SIZE = 256 };

static const char experiment[] = "experiment: tiny\n"
                                 "seed: 3\n"
                                 "dataset: {name: mnist}\n"
                                 "network:\n"
                                 "  layers:\n"
                                 "    - {name: first, synapses: crossbar, outputs: 4, kernel: 5, "
                                 "padding: 0, initial_norm: 2.5,\n"
                                 "       pool_size: 4, pool_stride: 4, pool_padding: 0}\n"
                                 "    - {name: second, synapses: crossbar, outputs: 6, kernel: 3, "
                                 "padding: 0, initial_norm: 2.5,\n"
                                 "       pool_size: 2, pool_stride: 2, pool_padding: 0}\n"
                                 "device: {model: pcm_accumulate}\n"
                                 "scheme: {name: read_modify_write}\n"
                                 "training: {batch: 8, trace_every: 24}\n"
                                 "readout: {epochs: 2}\n";

static char folder[64];
static char out[PATH_SIZE];
static xh_config config;
static xh_run_result result;
static xh_error error;

static inline void write_word(FILE *stream, uint32_t word) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        fputc((int)(word >> shift & 0xff), stream);
    }
}

/* Images are stripes whose width tells the class. */
static inline int pixel_of(int image, int pixel) {
    const int stripe = (pixel % SIDE + image) / (image % 10 + 1) + pixel / SIDE / 7;
    return stripe % 2 ? 200 : pixel % 31;
}

/* An IDX file of images or of labels. */
static inline void write_split(const char *name, int count, bool images) {
    char path[PATH_SIZE];
    snprintf(path, sizeof(path), "%s/mnist/%s", folder, name);
    FILE *stream = fopen(path, "wb");
    ck_assert_ptr_nonnull(stream);
    write_word(stream, images ? 0x803 : 0x801);
    write_word(stream, (uint32_t)count);
    if (images) {
        write_word(stream, SIDE);
        write_word(stream, SIDE);
    }
    for (int i = 0; i < count; i++) {
        for (int pixel = 0; images && pixel < SIDE * SIDE; pixel++) {
            fputc(pixel_of(i, pixel), stream);
        }
        if (!images) {
            fputc(i % 10, stream);
        }
    }
    ck_assert_int_eq(fclose(stream), 0);
}

static inline void load(const char *const *overrides, size_t count) {
    const xh_status status = xh_config_parse("tiny.yaml", experiment, strlen(experiment), overrides,
                                             count, &config, &error);
    ck_assert_msg(status == XH_OK, "%s", error.text);
}

static inline void set_up(void) {
    char path[PATH_SIZE];
    snprintf(folder, sizeof(folder), "/tmp/test_run.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/mnist", folder);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    snprintf(out, sizeof(out), "%s/result.h5", folder);
    write_split("train-images-idx3-ubyte", TRAIN, true);
    write_split("train-labels-idx1-ubyte", TRAIN, false);
    write_split("t10k-images-idx3-ubyte", TEST, true);
    write_split("t10k-labels-idx1-ubyte", TEST, false);
    memset(&error, 0, sizeof(error));
    load(NULL, 0);
}

static inline void tear_down(void) {
    char command[PATH_SIZE];
    snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static inline xh_run_options options(void) {
    return (xh_run_options){.out = out, .data = folder, .threads = 1};
}

static inline void run(void) {
    ck_assert_msg(xh_run(&config, options(), &result, &error) == XH_OK, "%s", error.text);
}

/* Values of a data set of the result, at most room; their number. */
static inline size_t read_set(const char *name, size_t room, double *values) {
    hid_t file = H5Fopen(out, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t space = H5Dget_space(set);
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    ck_assert_int_ge(count, 1);
    ck_assert_uint_le((size_t)count, room);
    ck_assert_int_ge(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
    H5Sclose(space);
    H5Dclose(set);
    H5Fclose(file);
    return (size_t)count;
}

#endif
