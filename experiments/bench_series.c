/* How the training step grows: over threads, images a batch, outputs of the layers, image size. */
#include "bench.h"
#include "command.h"
#include "run_internal.h"

#include <string.h>

enum { MOST_POINTS = 8 };

typedef struct series {
    const char *name;
    const char *sentence;
    size_t count; /* 0: from 1 to the number of threads */
    double points[MOST_POINTS];
    void (*apply)(double point, xh_bench_effort *effort, xh_bench_step *step);
} series;

static void apply_threads(double point, xh_bench_effort *effort, xh_bench_step *step) {
    (void)step;
    effort->threads = (int)point;
}

static void apply_batch(double point, xh_bench_effort *effort, xh_bench_step *step) {
    (void)effort;
    step->batch = (size_t)point;
}

static void apply_width(double point, xh_bench_effort *effort, xh_bench_step *step) {
    (void)effort;
    step->width = point;
}

static void apply_size(double point, xh_bench_effort *effort, xh_bench_step *step) {
    (void)effort;
    step->side = (size_t)point;
}

static const series all[] = {
    {"threads", "threads", 0, {0}, apply_threads},
    {"batch", "images a batch", 6, {1, 2, 5, 10, 20, 50}, apply_batch},
    {"width", "outputs of every layer, in those of the preset", 3, {0.25, 0.5, 1}, apply_width},
    {"size", "side of the images, pixels", 5, {16, 24, 32, 48, 64}, apply_size},
};
enum { SERIES = sizeof(all) / sizeof(all[0]) };

static xh_status find(const char *name, const series **found, xh_error *error) {
    const char *names[SERIES];
    for (size_t i = 0; i < SERIES; i++) {
        names[i] = all[i].name;
        if (strcmp(names[i], name) == 0) {
            *found = &all[i];
            return XH_OK;
        }
    }
    return xh_arguments_unknown("series", name, names, SERIES, error);
}

static xh_status measure(const series *kind, double point, xh_bench_effort effort,
                         xh_bench_result *result, xh_error *error) {
    xh_bench_step step = xh_bench_step_defaults();
    kind->apply(point, &effort, &step);
    xh_run_limit_threads(effort.threads);
    return xh_bench_step_measure(&effort, step, result, error);
}

static void begin(const series *kind, xh_json *json) {
    if (json) {
        xh_json_open(json, NULL, '{');
        xh_json_text(json, "series", kind->name);
        xh_json_text(json, "sentence", kind->sentence);
        xh_json_text(json, "unit", "s");
        xh_json_open(json, "points", '[');
    } else {
        printf("# training step against %s\n", kind->sentence);
        printf("%-8s %12s %12s %8s\n", kind->name, "value (s)", "bound (s)", "ratio");
    }
}

static void show(double point, xh_bench_result result, xh_json *json) {
    if (json) {
        xh_json_open(json, NULL, '{');
        xh_json_number(json, "at", point);
        xh_json_number(json, "value", result.value);
        xh_json_number(json, "bound", result.bound);
        xh_json_number(json, "ratio", result.ratio);
        xh_json_close(json, '}');
    } else {
        printf("%-8g %12.5f %12.5f %8.3f\n", point, result.value, result.bound, result.ratio);
        fflush(stdout);
    }
}

static void end(xh_json *json) {
    if (json) {
        xh_json_close(json, ']');
        xh_json_close(json, '}');
    }
}

xh_status xh_bench_series(const xh_bench_effort *effort, const char *name, bool as_json,
                          xh_error *error) {
    const series *kind = NULL;
    xh_json stream = {.stream = stdout};
    xh_json *json = as_json ? &stream : NULL;
    xh_status status = find(name, &kind, error);
    if (status != XH_OK) {
        return status;
    }
    const size_t count = kind->count > 0 ? kind->count : (size_t)effort->threads;
    begin(kind, json);
    for (size_t i = 0; status == XH_OK && i < count; i++) {
        const double point = kind->count > 0 ? kind->points[i] : (double)(i + 1);
        xh_bench_result result;
        status = measure(kind, point, *effort, &result, error);
        if (status == XH_OK) {
            show(point, result, json);
        }
    }
    end(json);
    return status;
}
