/* The folder of a sweep. Texts are written beside and renamed, so that each is whole or not there. */
#include "sweep_folder.h"

#include "config_tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static xh_status failed(const char *path, const char *how, int reason, xh_error *error) {
    return xh_error_set(error, XH_IO, "%s: cannot be %s: %s", path, how, strerror(reason));
}

/* A stream whose contents take the place of the file once they are on the disk. */
typedef struct replacement {
    const char *path;
    char fresh[XH_SWEEP_PATH_SIZE + 32];
    FILE *stream;
} replacement;

static xh_status replace(replacement *file, const char *path, xh_error *error) {
    file->path = path;
    snprintf(file->fresh, sizeof(file->fresh), "%s.%ld.new", path, (long)getpid());
    file->stream = fopen(file->fresh, "w");
    return file->stream ? XH_OK : failed(path, "created", errno, error);
}

static xh_status publish(replacement *file, xh_error *error) {
    errno = 0;
    bool good =
        !ferror(file->stream) && fflush(file->stream) == 0 && fsync(fileno(file->stream)) == 0;
    int reason = errno;
    if (fclose(file->stream) != 0 && good) {
        good = false;
        reason = errno;
    }
    if (good && rename(file->fresh, file->path) == 0) {
        return XH_OK;
    }
    reason = good ? errno : reason;
    remove(file->fresh);
    return failed(file->path, "written", reason, error);
}

static xh_status write_text(const char *path, const char *text, xh_error *error) {
    replacement file;
    xh_status status = replace(&file, path, error);
    if (status != XH_OK) {
        return status;
    }
    fputs(text, file.stream);
    return publish(&file, error);
}

size_t xh_sweep_runs(const xh_sweep *sweep) {
    return xh_sweep_points(sweep) * xh_sweep_seed_count(sweep);
}

void xh_sweep_folder_file(const xh_sweep_folder *folder, const char *name,
                          char path[XH_SWEEP_PATH_SIZE]) {
    snprintf(path, XH_SWEEP_PATH_SIZE, "%s/%s", folder->path, name);
}

static void name_run(const xh_sweep_folder *folder, size_t run, const char *ending,
                     char path[XH_SWEEP_PATH_SIZE]) {
    snprintf(path, XH_SWEEP_PATH_SIZE, "%s/points/%05zu.%s", folder->path, run, ending);
}

void xh_sweep_folder_result(const xh_sweep_folder *folder, size_t run,
                            char path[XH_SWEEP_PATH_SIZE]) {
    name_run(folder, run, "h5", path);
}

static xh_status make_folder(const char *path, xh_error *error) {
    return mkdir(path, 0777) == 0 || errno == EEXIST ? XH_OK
                                                     : failed(path, "created", errno, error);
}

/* Writes what the sweep is of; sweep.yaml comes last, and says that all is there. */
static xh_status begin(const xh_sweep_folder *folder, xh_error *error) {
    char path[XH_SWEEP_PATH_SIZE];
    char *text = xh_config_text(xh_sweep_base(folder->sweep));
    if (!text) {
        return xh_error_set(error, XH_MEMORY, "no memory for the text of the configuration");
    }
    xh_status status = make_folder(folder->path, error);
    if (status == XH_OK) {
        xh_sweep_folder_file(folder, "points", path);
        status = make_folder(path, error);
    }
    if (status == XH_OK) {
        xh_sweep_folder_file(folder, "experiment.yaml", path);
        status = write_text(path, text, error);
    }
    if (status == XH_OK) {
        xh_sweep_folder_file(folder, "sweep.yaml", path);
        status = write_text(path, xh_sweep_text(folder->sweep), error);
    }
    free(text);
    return status;
}

/* XH_INPUT unless the folder is of this sweep, on the same experiment. */
static xh_status compare(const xh_sweep_folder *folder, const char *path, const char *text,
                         size_t size, xh_error *error) {
    const char *own = xh_sweep_text(folder->sweep);
    if (size != strlen(own) || memcmp(text, own, size) != 0) {
        return xh_error_set(error, XH_INPUT,
                            "%s is of another sweep: %s differs; choose another --out",
                            folder->path, path);
    }
    char name[XH_SWEEP_PATH_SIZE];
    char *base = NULL;
    size_t base_size = 0;
    xh_sweep_folder_file(folder, "experiment.yaml", name);
    xh_status status = xh_tree_text(name, &base, &base_size, error);
    if (status == XH_OK) {
        status = xh_config_compare(xh_sweep_base(folder->sweep), name, base, error);
    }
    free(base);
    return status;
}

xh_status xh_sweep_folder_open(const char *path, const xh_sweep *sweep, xh_sweep_folder *folder,
                               xh_error *error) {
    char name[XH_SWEEP_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    *folder = (xh_sweep_folder){.sweep = sweep};
    if ((size_t)snprintf(folder->path, sizeof(folder->path), "%s", path) >= sizeof(folder->path)) {
        return xh_error_set(error, XH_INPUT, "--out = %s is longer than %zu characters", path,
                            sizeof(folder->path) - 1);
    }
    xh_sweep_folder_file(folder, "sweep.yaml", name);
    folder->fresh = access(name, F_OK) != 0;
    if (folder->fresh) {
        return begin(folder, error);
    }
    xh_status status = xh_tree_text(name, &text, &size, error);
    if (status == XH_OK) {
        status = compare(folder, name, text, size, error);
    }
    free(text);
    return status;
}

xh_sweep_state xh_sweep_folder_state(const xh_sweep_folder *folder, size_t run) {
    char path[XH_SWEEP_PATH_SIZE];
    name_run(folder, run, "h5", path);
    if (access(path, F_OK) == 0) {
        return XH_SWEEP_COMPLETE;
    }
    name_run(folder, run, "failed", path);
    return access(path, F_OK) == 0 ? XH_SWEEP_FAILED : XH_SWEEP_MISSING;
}

xh_status xh_sweep_folder_fail(const xh_sweep_folder *folder, size_t run, const char *message,
                               xh_error *error) {
    char path[XH_SWEEP_PATH_SIZE];
    name_run(folder, run, "failed", path);
    return write_text(path, message, error);
}

void xh_sweep_folder_forgive(const xh_sweep_folder *folder, size_t run) {
    char path[XH_SWEEP_PATH_SIZE];
    name_run(folder, run, "failed", path);
    remove(path);
}

const char *xh_sweep_folder_message(const xh_sweep_folder *folder, size_t run,
                                    char text[XH_ERROR_TEXT]) {
    char path[XH_SWEEP_PATH_SIZE];
    name_run(folder, run, "failed", path);
    FILE *stream = fopen(path, "r");
    text[0] = '\0';
    if (stream) {
        text[fread(text, 1, XH_ERROR_TEXT - 1, stream)] = '\0';
        fclose(stream);
    }
    return text;
}

/* A line: which run, where in the sweep, why. */
static void write_failure(const xh_sweep_folder *folder, size_t run, FILE *stream) {
    const size_t count = xh_sweep_seed_count(folder->sweep);
    const xh_seed_params seeds = xh_sweep_seeds_at(folder->sweep, run % count);
    char point[XH_SWEEP_TEXT_SIZE], message[XH_ERROR_TEXT];
    xh_sweep_describe(folder->sweep, run / count, point);
    fprintf(stream, "%05zu  %s%sseeds %ld %ld %ld: %s\n", run, point, point[0] ? ", " : "",
            seeds.network, seeds.device, seeds.cycle,
            xh_sweep_folder_message(folder, run, message));
}

xh_status xh_sweep_folder_list_failures(const xh_sweep_folder *folder, xh_error *error) {
    char path[XH_SWEEP_PATH_SIZE];
    replacement file = {0};
    xh_status status = XH_OK;
    xh_sweep_folder_file(folder, "failures.txt", path);
    for (size_t run = 0; status == XH_OK && run < xh_sweep_runs(folder->sweep); run++) {
        if (xh_sweep_folder_state(folder, run) != XH_SWEEP_FAILED) {
            continue;
        }
        status = file.stream ? XH_OK : replace(&file, path, error);
        if (status == XH_OK) {
            write_failure(folder, run, file.stream);
        }
    }
    if (status == XH_OK && file.stream) {
        return publish(&file, error);
    }
    if (status == XH_OK) {
        remove(path);
    }
    return status;
}
