/*
 * The summary: axes, seeds and figures as arrays, [points] and [points][seeds], and the runs' own
 * files as external links, so that one file opens the whole sweep.
 */
#include "sweep_summary.h"

#include "result_read.h"

#include <hdf5.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FORMAT_VERSION = 1 };

/* A figure of every run. */
typedef struct figure {
    const char *name;
    const char *unit;
    const char *description;
    const char *attribute; /* of its result's group /result; NULL: as read says */
    bool of_hardware;      /* none where no layer is on devices */
    double (*read)(const xh_result *result);
} figure;

/* Pulses of learning and refresh, as the ledger counts them. */
static double read_pulses(const xh_result *result) {
    static const char *const counts[] = {"update/up",  "update/down",  "update/reset",
                                         "refresh/up", "refresh/down", "refresh/reset"};
    double sum = 0;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        char path[64];
        xh_result_array count;
        snprintf(path, sizeof(path), "/ledger/pulses/%s", counts[i]);
        if (xh_result_array_read(result, path, &count, NULL) != XH_OK) {
            return NAN;
        }
        sum += count.values[0];
        xh_result_array_free(&count);
    }
    return sum;
}

/* Of the last of the tests after training; NAN without. */
static double read_last(const xh_result *result, const char *column) {
    xh_result_array rows;
    if (xh_result_array_read(result, column, &rows, NULL) != XH_OK) {
        return NAN;
    }
    const double last = rows.count > 0 ? rows.values[rows.count - 1] : NAN;
    xh_result_array_free(&rows);
    return last;
}

static double read_aged(const xh_result *result) {
    return read_last(result, "/inference/test_accuracy");
}

static double read_compensated(const xh_result *result) {
    return read_last(result, "/inference/compensated_accuracy");
}

static const figure figures[] = {
    {"test_accuracy", "1", "share of the test images classified right", "test_accuracy", false,
     NULL},
    {"train_accuracy", "1", "share of the training images classified right", "train_accuracy",
     false, NULL},
    {"aged_accuracy", "1", "the same of test images at the last time of inference.after", NULL,
     true, read_aged},
    {"compensated_accuracy", "1", "the same, drift compensated", NULL, true, read_compensated},
    {"energy_total_J", "J", "energy of everything, inference on both splits included", "energy",
     true, NULL},
    {"energy_per_image_J", "J", "energy of training an image, a pass", "energy_per_image", true,
     NULL},
    {"energy_per_synapse_update_J", "J",
     "energy of updates and refresh a synapse that learned, an image", "energy_per_synapse_update",
     true, NULL},
    {"energy_per_pulse_J", "J", "energy of updates and refresh a device pulse", "energy_per_pulse",
     true, NULL},
    {"latency_s", "s", "simulated time of everything", "latency", true, NULL},
    {"pulses", "pulses", "pulses of updates and refresh that reached for a device", NULL, true,
     read_pulses},
    {"wear_max", "cycles", "largest wear of a device", "wear_max", true, NULL},
    {"stuck_devices", "devices", "devices stuck from the start or worn out", "stuck_devices", true,
     NULL},
    {"wall_seconds", "s", "time that the run took, over all its sessions", "wall_seconds", false,
     NULL},
};
enum { FIGURES = sizeof(figures) / sizeof(figures[0]) };

/* What is gathered before anything is written. */
typedef struct gathering {
    const xh_sweep_folder *folder;
    size_t points, seeds;
    double *values[FIGURES]; /* [points][seeds] */
    int *status;             /* [points][seeds] */
    char **messages;         /* [points][seeds] */
} gathering;

static void free_gathering(gathering *all) {
    for (size_t f = 0; f < FIGURES; f++) {
        free(all->values[f]);
    }
    for (size_t run = 0; all->messages && run < all->points * all->seeds; run++) {
        free(all->messages[run]);
    }
    free(all->messages);
    free(all->status);
}

static bool make_gathering(gathering *all) {
    const size_t runs = all->points * all->seeds;
    bool good = true;
    for (size_t f = 0; f < FIGURES; f++) {
        all->values[f] = malloc(runs * sizeof(double));
        good = good && all->values[f];
    }
    all->status = calloc(runs, sizeof(int));
    all->messages = calloc(runs, sizeof(char *));
    return good && all->status && all->messages;
}

static void read_figures(const xh_result *result, size_t run, gathering *all) {
    const bool has_hardware = xh_result_number(result, "/result", "energy") > 0;
    for (size_t f = 0; f < FIGURES; f++) {
        if (figures[f].of_hardware && !has_hardware) {
            continue;
        }
        all->values[f][run] = figures[f].attribute
                                  ? xh_result_number(result, "/result", figures[f].attribute)
                                  : figures[f].read(result);
    }
}

/* What there is of a run. */
static bool gather_run(size_t run, gathering *all) {
    char path[XH_SWEEP_PATH_SIZE], message[XH_ERROR_TEXT] = "";
    xh_result *result = NULL;
    xh_error error = {0};
    all->status[run] = (int)xh_sweep_folder_state(all->folder, run);
    for (size_t f = 0; f < FIGURES; f++) {
        all->values[f][run] = NAN;
    }
    if (all->status[run] == XH_SWEEP_FAILED) {
        xh_sweep_folder_message(all->folder, run, message);
    }
    if (all->status[run] == XH_SWEEP_COMPLETE) {
        xh_sweep_folder_result(all->folder, run, path);
        if (xh_result_open(path, &result, &error) == XH_OK) {
            read_figures(result, run, all);
            xh_result_close(result);
        } else {
            all->status[run] = XH_SWEEP_FAILED;
            memcpy(message, error.text, sizeof(message));
        }
    }
    all->messages[run] = strdup(message);
    return all->messages[run] != NULL;
}

static hid_t text_type(void) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

static bool put_attribute(hid_t object, const char *name, hid_t type, const void *value) {
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    const bool good = attribute >= 0 && H5Awrite(attribute, type, value) >= 0;
    H5Sclose(space);
    return H5Aclose(attribute) >= 0 && good;
}

static bool put_label(hid_t object, const char *name, const char *text) {
    hid_t type = text_type();
    const bool good = put_attribute(object, name, type, &text);
    H5Tclose(type);
    return good;
}

/* A data set that is written at once, still open; rank 0 is a single value. */
static hid_t put_set(hid_t group, const char *name, hid_t type, int rank, const size_t *dims,
                     const void *values) {
    hsize_t extent[2] = {1, 1};
    for (int d = 0; d < rank; d++) {
        extent[d] = dims[d];
    }
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(creation, 0);
    hid_t space = rank > 0 ? H5Screate_simple(rank, extent, NULL) : H5Screate(H5S_SCALAR);
    hid_t set = H5Dcreate2(group, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (set >= 0 && H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) {
        H5Dclose(set);
        set = -1;
    }
    H5Sclose(space);
    H5Pclose(creation);
    return set;
}

/* Closes a data set with its unit and sentence, which goes by two names: that of all data sets of this
 * project, and that of the summary's own format. */
static bool label_set(hid_t set, const char *unit, const char *description) {
    const bool good = set >= 0 && put_label(set, "unit", unit) &&
                      put_label(set, "sentence", description) &&
                      put_label(set, "description", description);
    return H5Dclose(set) >= 0 && good;
}

static hid_t make_group(hid_t file, const char *name) {
    return H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
}

static bool write_head(hid_t file, const gathering *all) {
    const int version = FORMAT_VERSION;
    const char *text = xh_sweep_text(all->folder->sweep);
    hid_t type = text_type();
    const bool good =
        put_label(file, "format", "crosshebb-sweep") &&
        put_attribute(file, "format_version", H5T_NATIVE_INT, &version) &&
        put_label(file, "name", xh_sweep_name(all->folder->sweep)) &&
        label_set(put_set(file, "config", type, 0, NULL, &text), "1", "the sweep file");
    H5Tclose(type);
    return good;
}

/* The values of an axis at all points, as numbers or texts. */
static hid_t put_axis(hid_t group, size_t axis, const gathering *all) {
    const xh_sweep *sweep = all->folder->sweep;
    const bool is_text = xh_sweep_axis_at(sweep, axis).scale == XH_SWEEP_CATEGORY;
    char name[32];
    snprintf(name, sizeof(name), "%zu", axis);
    double *numbers = malloc(all->points * sizeof(*numbers));
    const char **texts = malloc(all->points * sizeof(*texts));
    hid_t set = -1;
    if (numbers && texts) {
        for (size_t p = 0; p < all->points; p++) {
            texts[p] = xh_sweep_value(sweep, axis, p);
            numbers[p] = is_text ? NAN : strtod(texts[p], NULL);
        }
        hid_t type = is_text ? text_type() : H5Tcopy(H5T_NATIVE_DOUBLE);
        const void *values = is_text ? (const void *)texts : numbers;
        set = put_set(group, name, type, 1, &all->points, values);
        H5Tclose(type);
    }
    free(numbers);
    free(texts);
    return set;
}

static bool write_axes(hid_t file, const gathering *all) {
    static const char *const scales[] = {"linear", "log", "category"};
    hid_t group = make_group(file, "axes");
    bool good = group >= 0;
    for (size_t a = 0; good && a < xh_sweep_axes(all->folder->sweep); a++) {
        const xh_sweep_axis axis = xh_sweep_axis_at(all->folder->sweep, a);
        hid_t set = put_axis(group, a, all);
        good = set >= 0 && put_label(set, "key", axis.key) &&
               put_label(set, "scale", scales[axis.scale]);
        good = label_set(set, axis.unit, "value of the key at each point") && good;
    }
    return H5Gclose(group) >= 0 && good;
}

static bool write_seeds(hid_t file, const gathering *all) {
    hid_t group = make_group(file, "seeds");
    long *values = malloc(all->seeds * sizeof(*values));
    bool good = group >= 0 && values;
    for (size_t i = 0; good && i < xh_seed_param_table.count; i++) {
        const xh_param *param = &xh_seed_param_table.params[i];
        for (size_t s = 0; s < all->seeds; s++) {
            const xh_seed_params seeds = xh_sweep_seeds_at(all->folder->sweep, s);
            values[s] = (long)xh_param_number(param, &seeds);
        }
        good = label_set(put_set(group, param->name, H5T_NATIVE_LONG, 1, &all->seeds, values), "1",
                         param->sentence);
    }
    free(values);
    return H5Gclose(group) >= 0 && good;
}

static bool write_results(hid_t file, const gathering *all) {
    const size_t dims[2] = {all->points, all->seeds};
    hid_t type = text_type();
    hid_t group = make_group(file, "results");
    bool good = group >= 0;
    for (size_t f = 0; good && f < FIGURES; f++) {
        hid_t set = put_set(group, figures[f].name, H5T_NATIVE_DOUBLE, 2, dims, all->values[f]);
        good = label_set(set, figures[f].unit, figures[f].description);
    }
    good = good && label_set(put_set(file, "status", H5T_NATIVE_INT, 2, dims, all->status), "1",
                             "0: complete, 1: failed, 2: missing");
    good = good && label_set(put_set(file, "messages", type, 2, dims, all->messages), "1",
                             "why a run failed, empty where it did not");
    H5Tclose(type);
    return H5Gclose(group) >= 0 && good;
}

static bool write_links(hid_t file, const gathering *all) {
    hid_t group = make_group(file, "points");
    bool good = group >= 0;
    for (size_t run = 0; good && run < all->points * all->seeds; run++) {
        char name[32], target[64];
        snprintf(name, sizeof(name), "%05zu", run);
        snprintf(target, sizeof(target), "points/%s.h5", name);
        if (all->status[run] == XH_SWEEP_COMPLETE) {
            good = H5Lcreate_external(target, "/", group, name, H5P_DEFAULT, H5P_DEFAULT) >= 0;
        }
    }
    return H5Gclose(group) >= 0 && good;
}

/* Writes the file and has the disk keep it. */
static bool write_file(const char *path, const gathering *all) {
    bool good = false;
    H5E_BEGIN_TRY {
        hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        good = file >= 0 && write_head(file, all) && write_axes(file, all) &&
               write_seeds(file, all) && write_results(file, all) && write_links(file, all);
        good = H5Fclose(file) >= 0 && good;
    }
    H5E_END_TRY
    const int descriptor = good ? open(path, O_RDWR) : -1;
    good = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0) {
        close(descriptor);
    }
    return good;
}

static xh_status write_summary(const gathering *all, const char *path, xh_error *error) {
    char fresh[XH_SWEEP_PATH_SIZE + 32];
    snprintf(fresh, sizeof(fresh), "%s.%ld.new", path, (long)getpid());
    errno = 0;
    if (write_file(fresh, all) && rename(fresh, path) == 0) {
        return XH_OK;
    }
    const int reason = errno;
    remove(fresh);
    return xh_error_set(error, XH_IO, "%s: cannot be written: %s", path,
                        reason ? strerror(reason) : "HDF5 failed");
}

xh_status xh_sweep_summary_write(const xh_sweep_folder *folder, char path[XH_SWEEP_PATH_SIZE],
                                 xh_sweep_tally *tally, xh_error *error) {
    gathering all = {
        .folder = folder,
        .points = xh_sweep_points(folder->sweep),
        .seeds = xh_sweep_seed_count(folder->sweep),
    };
    H5dont_atexit(); /* HDF5 1.10 stumbles at exit over a file that a full disk kept open */
    bool good = make_gathering(&all);
    *tally = (xh_sweep_tally){{0}};
    for (size_t run = 0; good && run < all.points * all.seeds; run++) {
        good = gather_run(run, &all);
        tally->runs[all.status[run]]++;
    }
    xh_sweep_folder_file(folder, "summary.h5", path);
    xh_status status =
        good ? write_summary(&all, path, error)
             : xh_error_set(error, XH_MEMORY, "no memory for the summary of %s", folder->path);
    free_gathering(&all);
    return status == XH_OK ? xh_sweep_folder_list_failures(folder, error) : status;
}
