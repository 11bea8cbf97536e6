/* crosshebb bench: what the machine does here, and how far that is from its bound. */
#include "bench.h"
#include "command.h"
#include "run_internal.h"

#include "crosshebb/trace.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 128, LAYERS = 3 };

typedef struct entry {
    const char *name;
    const char *unit;
    const char *sentence;
    xh_bench_measure measure;
    size_t which;
    bool each_model; /* one entry a device model, whose name ends this one's */
} entry;

static const entry entries[] = {
    {"sgemm", "GFLOP/s", "a product of 2048 x 2048 x 2048", xh_bench_sgemm, 0, false},
    {"normals", "M/s", "standard normals", xh_bench_normals, 0, false},
    {"training_step_cifar10", "s", "softhebb-cifar-3, batch of 10, all layers learn",
     xh_bench_training, LAYERS, false},
    {"training_step_cifar10_layer1", "s", "the same, layer 1 learns", xh_bench_layer, 1, false},
    {"training_step_cifar10_layer2", "s", "the same, layer 1 infers, layer 2 learns",
     xh_bench_layer, 2, false},
    {"training_step_cifar10_layer3", "s", "the same, layers 1 and 2 infer, layer 3 learns",
     xh_bench_layer, 3, false},
    {"features_cifar10", "s", "softhebb-cifar-3, an image of a batch of 100, all layers infer",
     xh_bench_features, LAYERS, false},
    {"training_step_cifar10_int16", "s",
     "the step of all layers in int16; the bound is that of float32", xh_bench_training_int16,
     LAYERS, false},
    {"features_cifar10_int16", "s", "the features in int16; the bound is that of float32",
     xh_bench_features_int16, LAYERS, false},
    {"update_dense_512_", "ns", "a device of a 512 x 512 crossbar, each pulsed once",
     xh_bench_update_dense, 0, true},
    {"update_winner_384x864", "us", "a winner among 384 columns, pulses on all its 864 rows",
     xh_bench_update_winner, 0, false},
    {"read_noisy_384x864", "GMAC/s", "8-bit converters and read noise, batch of 256",
     xh_bench_read_noisy, 0, false},
    {"irdrop_fast_256", "ms",
     "a learning column and a batch of 256 read by wires of 1 ohm, against ideal ones",
     xh_bench_wire_fast, 0, false},
    {"irdrop_exact_128", "ms", "exact currents of 128 x 128 cells for 256 vectors of voltages",
     xh_bench_wire_exact, 0, false},
    {"epoch_mnist_in_place", "s",
     "mnist-pcm, 60000 images, extrapolated from batches of synthetic images", xh_bench_epoch, 0,
     false},
};

/* What is measured: the entries, with each model's own. */
typedef struct item {
    char name[NAME_SIZE];
    const entry *entry;
    size_t which;
    bool wanted;
} item;

typedef struct items {
    size_t count;
    item *list;
    const char **names;
} items;

static void add_item(items *all, const entry *row, size_t which, const char *ending) {
    item *next = &all->list[all->count];
    *next = (item){.entry = row, .which = which};
    snprintf(next->name, sizeof(next->name), "%s%s", row->name, ending);
    all->names[all->count++] = next->name;
}

static xh_status list_items(items *all, xh_error *error) {
    const size_t rows = sizeof(entries) / sizeof(entries[0]);
    const size_t most = rows + xh_device_count();
    *all = (items){0, calloc(most, sizeof(item)), calloc(most, sizeof(char *))};
    if (!all->list || !all->names) {
        return xh_error_set(error, XH_MEMORY, "no memory for a list of %zu", most);
    }
    for (size_t i = 0; i < rows; i++) {
        for (size_t d = 0; entries[i].each_model && d < xh_device_count(); d++) {
            add_item(all, &entries[i], d, xh_device_at(d)->name);
        }
        if (!entries[i].each_model) {
            add_item(all, &entries[i], entries[i].which, "");
        }
    }
    return XH_OK;
}

static xh_status want(items *all, const char *name, xh_error *error) {
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->list[i].name, name) == 0) {
            all->list[i].wanted = true;
            return XH_OK;
        }
    }
    return xh_arguments_unknown("benchmark", name, all->names, all->count, error);
}

/* Those that the command line names, or all. */
static xh_status choose(items *all, const xh_arguments *arguments, xh_error *error) {
    xh_status status = XH_OK;
    for (size_t i = 0; i < all->count; i++) {
        all->list[i].wanted = arguments->operand_count == 0;
    }
    for (size_t i = 0; status == XH_OK && i < arguments->operand_count; i++) {
        status = want(all, arguments->operands[i], error);
    }
    return status;
}

static void write_json(xh_json *json, const item *measured, xh_bench_result result) {
    xh_json_open(json, measured->name, '{');
    xh_json_number(json, "value", result.value);
    xh_json_text(json, "unit", measured->entry->unit);
    xh_json_number(json, "bound", result.bound);
    xh_json_number(json, "ratio", result.ratio);
    xh_json_close(json, '}');
}

static void print_number(double value, int width) {
    if (isfinite(value)) {
        printf(" %*.4g", width, value);
    } else {
        printf(" %*s", width, "-");
    }
}

static void print_row(const item *measured, xh_bench_result result) {
    printf("%-32s", measured->name);
    print_number(result.value, 9);
    printf(" %-8s", measured->entry->unit);
    print_number(result.bound, 9);
    print_number(result.ratio, 7);
    printf("  %s\n", measured->entry->sentence);
    fflush(stdout);
}

static void print_head(const xh_bench_effort *effort) {
    printf("# %s, threads: %d\n", xh_trace_code_here().cpu, effort->threads);
    printf("# bound: the matrix products alone, or the same with ideal wires, measured in turn\n");
    printf("%-32s %9s %-8s %9s %7s\n", "", "value", "", "bound", "ratio");
}

/* Measures and shows, one after the other. */
static xh_status measure_all(const items *all, const xh_bench_effort *effort, bool as_json,
                             xh_error *error) {
    xh_json json = {.stream = stdout};
    xh_status status = XH_OK;
    if (as_json) {
        xh_json_open(&json, NULL, '{');
    } else {
        print_head(effort);
    }
    for (size_t i = 0; status == XH_OK && i < all->count; i++) {
        const item *next = &all->list[i];
        xh_bench_result result = {NAN, NAN, NAN};
        if (!next->wanted) {
            continue;
        }
        status = next->entry->measure(effort, next->which, &result, error);
        if (status != XH_OK) {
            xh_error_prefix(error, "%s: ", next->name);
        } else if (as_json) {
            write_json(&json, next, result);
        } else {
            print_row(next, result);
        }
    }
    if (as_json) {
        xh_json_close(&json, '}');
    }
    return status;
}

static xh_bench_effort effort_of(const xh_arguments *arguments) {
    xh_run_limit_threads(arguments->threads);
    const int threads = omp_get_max_threads();
    return arguments->quick ? (xh_bench_effort){threads, 0.02, 3, 2}
                            : (xh_bench_effort){threads, 0.5, 5, 5};
}

xh_status xh_command_bench(const xh_arguments *arguments, xh_error *error) {
    const xh_bench_effort effort = effort_of(arguments);
    if (arguments->series && arguments->operand_count > 0) {
        return xh_error_set(error, XH_INPUT, "crosshebb bench: unexpected %s beside --series",
                            arguments->operands[0]);
    }
    if (arguments->series) {
        return xh_bench_series(&effort, arguments->series, arguments->json, error);
    }
    items all = {0};
    xh_status status = list_items(&all, error);
    if (status == XH_OK) {
        status = choose(&all, arguments, error);
    }
    if (status == XH_OK) {
        status = measure_all(&all, &effort, arguments->json, error);
    }
    free(all.list);
    free(all.names);
    return status;
}
