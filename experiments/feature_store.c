/*
 * The first rows are in memory, the rest in a file that is unlinked as soon as it is open, so that
 * it is gone whatever ends the program. Room on the disk is taken at once: better no run than one
 * that fails after its last layer.
 */
#include "feature_store.h"

#include "crosshebb/array.h"
#include "read_ahead.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct xh_feature_store {
    size_t rows;
    size_t features;
    xh_feature_type type;
    size_t row_bytes;
    size_t held;  /* rows in memory, the first ones */
    char *memory; /* [held] */
    int file;     /* -1: none */
    char *row;    /* one on its way to the file */
    xh_read_ahead *ahead;
};

static size_t row_bytes(const xh_feature_plan *plan) {
    return plan->features * xh_feature_size(plan->type);
}

static size_t held_rows(const xh_feature_plan *plan) {
    const size_t most = plan->memory / row_bytes(plan);
    return most < plan->rows ? most : plan->rows;
}

double xh_feature_plan_bytes(const xh_feature_plan *plan) {
    return (double)plan->rows * (double)row_bytes(plan);
}

double xh_feature_plan_memory(const xh_feature_plan *plan) {
    return (double)held_rows(plan) * (double)row_bytes(plan);
}

static xh_status no_file(const xh_feature_store *features, const char *beside, int problem,
                         xh_error *error) {
    const double bytes = (double)(features->rows - features->held) * (double)features->row_bytes;
    return xh_error_set(error, XH_IO,
                        "there is no room beside %s for %.3g GB of features that do not fit in "
                        "memory: %s",
                        beside, 1e-9 * bytes, strerror(problem));
}

/* Opens the file and takes room for the rows that are not in memory. */
static xh_status open_file(xh_feature_store *features, const xh_feature_plan *plan,
                           xh_error *error) {
    static const char ending[] = ".features.XXXXXX";
    const size_t size = strlen(plan->beside) + sizeof(ending);
    char *path = malloc(size);
    features->row = xh_array_create(1, features->row_bytes);
    if (!path || !features->row) {
        free(path);
        return xh_error_set(error, XH_MEMORY, "no memory for a row of features");
    }
    snprintf(path, size, "%s%s", plan->beside, ending);
    features->file = mkstemp(path);
    int problem = features->file < 0 ? errno : 0;
    if (problem == 0) {
        unlink(path);
        const off_t bytes = (off_t)((plan->rows - features->held) * features->row_bytes);
        problem = posix_fallocate(features->file, 0, bytes);
    }
    free(path);
    return problem == 0 ? xh_read_ahead_create(features->file, features->row_bytes, features->held,
                                               plan->batch, &features->ahead, error)
                        : no_file(features, plan->beside, problem, error);
}

static xh_status hold(xh_feature_store *features, const xh_feature_plan *plan, xh_error *error) {
    features->memory = xh_array_create(features->held, features->row_bytes);
    if (!features->memory) {
        return xh_error_set(error, XH_MEMORY, "no memory for %.3g GB of features",
                            1e-9 * xh_feature_plan_memory(plan));
    }
    return features->held < plan->rows ? open_file(features, plan, error) : XH_OK;
}

xh_status xh_feature_store_create(const xh_feature_plan *plan, xh_feature_store **features,
                                  xh_error *error) {
    if (plan->rows > UINT32_MAX) {
        return xh_error_set(error, XH_INPUT,
                            "%zu rows of features are too many: images times views must be below "
                            "2^32",
                            plan->rows);
    }
    xh_feature_store *made = calloc(1, sizeof(*made));
    if (!made) {
        return xh_error_set(error, XH_MEMORY, "no memory for features");
    }
    *made = (xh_feature_store){
        .rows = plan->rows,
        .features = plan->features,
        .type = plan->type,
        .row_bytes = row_bytes(plan),
        .held = held_rows(plan),
        .file = -1,
    };
    const xh_status status = hold(made, plan, error);
    if (status != XH_OK) {
        xh_feature_store_free(made);
        return status;
    }
    *features = made;
    return XH_OK;
}

void xh_feature_store_free(xh_feature_store *features) {
    if (!features) {
        return;
    }
    xh_read_ahead_free(features->ahead);
    if (features->file >= 0) {
        close(features->file);
    }
    xh_array_free(features->memory);
    xh_array_free(features->row);
    free(features);
}

static void encode(const xh_feature_store *features, const float *values, char *row) {
    if (features->type == XH_FEATURE_BFLOAT16) {
        xh_bfloat16_round(features->features, values, (xh_bfloat16 *)(void *)row);
    } else {
        memcpy(row, values, features->row_bytes);
    }
}

static xh_status write_row(const xh_feature_store *features, size_t row, xh_error *error) {
    const off_t begin = (off_t)((row - features->held) * features->row_bytes);
    for (size_t done = 0; done < features->row_bytes;) {
        const ssize_t written = pwrite(features->file, features->row + done,
                                       features->row_bytes - done, begin + (off_t)done);
        if (written < 0 && errno != EINTR) {
            return xh_error_set(error, XH_IO, "features cannot be written: %s", strerror(errno));
        }
        done += written > 0 ? (size_t)written : 0;
    }
    return XH_OK;
}

xh_status xh_feature_store_put(xh_feature_store *features, size_t first, size_t count,
                               const float *values, xh_error *error) {
    xh_status status = XH_OK;
    for (size_t row = first; status == XH_OK && row < first + count; row++) {
        if (row < features->held) {
            encode(features, values, features->memory + row * features->row_bytes);
        } else {
            encode(features, values, features->row);
            status = write_row(features, row, error);
        }
        values += features->features;
    }
    return status;
}

static xh_status find(void *context, xh_row_list now, xh_row_list next, const void **rows,
                      xh_error *error) {
    const xh_feature_store *features = context;
    const char *read = NULL;
    xh_status status = XH_OK;
    if (features->ahead) {
        status = xh_read_ahead_take(features->ahead, now, next, &read, error);
    }
    for (size_t b = 0; status == XH_OK && b < now.count; b++) {
        rows[b] = now.index[b] < features->held
                      ? features->memory + now.index[b] * features->row_bytes
                      : read + b * features->row_bytes;
    }
    return status;
}

xh_feature_source xh_feature_store_source(xh_feature_store *features, size_t count,
                                          const uint16_t *labels) {
    return (xh_feature_source){
        .count = count,
        .views = features->rows / count,
        .features = features->features,
        .type = features->type,
        .labels = labels,
        .find = find,
        .context = features,
    };
}
