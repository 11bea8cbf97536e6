/* Command lines: one table of options, of which each command takes some. */
#include "command.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

typedef struct option {
    unsigned bit; /* 0: every command takes it */
    const char *name;
    const char *value; /* NULL: takes none */
    const char *sentence;
} option;

static const option options[] = {
    {XH_OPTION_SET, "--set", "KEY=VALUE",
     "override a key of the file, e.g. network.layers.0.rate=0.1, or of all layers by *; "
     "repeatable"},
    {XH_OPTION_OUT, "--out", "FILE",
     "what is written; default: the experiment's name with .h5, the result's name with .html"},
    {XH_OPTION_TABLE, "--out", "TABLE.h5", "the file that is written"},
    {XH_OPTION_MODEL, "--model", "NAME", "the device model that is fitted"},
    {XH_OPTION_DEVICE, "--out", "DEVICE.yaml", "the device file that is written"},
    {XH_OPTION_FOLDER, "--out", "DIR", "folder of the sweep; default: the sweep's name"},
    {XH_OPTION_DATA, "--data", "DIR",
     "folder of the data sets; default: $CROSSHEBB_DATA, ./data, /usr/share/datasets"},
    {XH_OPTION_THREADS, "--threads", "N",
     "threads (of each run of a sweep: as many as its runs leave); default: all cores; the result "
     "does not depend on it"},
    {XH_OPTION_MEMORY, "--memory", "SIZE",
     "memory for the features that the readout learns from, e.g. 512M, 4G; the rest goes to a "
     "file beside the result; default: three quarters of the machine's"},
    {XH_OPTION_RESUME, "--resume", NULL,
     "go on where it was stopped, from the latest checkpoints; the result is the same"},
    {XH_OPTION_CHECKPOINT, "--checkpoint", "SECONDS", "time between checkpoints; default: 60"},
    {XH_OPTION_JSON, "--json", NULL, "print one JSON object"},
    {XH_OPTION_QUIET, "--quiet", NULL, "no progress"},
    {XH_OPTION_AUDIT, "--audit", NULL,
     "also print what learning on devices read, kept and computed digitally"},
    {XH_OPTION_QUICK, "--quick", NULL, "measure briefly: rough figures"},
    {XH_OPTION_SERIES, "--series", "KIND",
     "the training step over threads, batch, width or size (of the images)"},
    {XH_OPTION_FORMAT, "--format", "FORM",
     "html: a page; md, csv, json: its tables and values; yaml: the configuration; all but the "
     "page "
     "go to standard output without --out"},
    {XH_OPTION_HARDWARE, "--hardware", "NAME",
     "the profile to price by: a name of crosshebb list hardware, or FILE.yaml"},
    {XH_OPTION_PARAMETER, "--set", "KEY=VALUE",
     "override a parameter of the device, e.g. cycle_noise=0.1; repeatable"},
    {XH_OPTION_CELLS, "--cells", "N", "cells that are measured; default: 1000"},
    {XH_OPTION_PULSES, "--pulses", "UP,DOWN",
     "pulses up from the lower bound, then down; default: those of the published response, or from "
     "bound to bound, at most 2000"},
    {XH_OPTION_SEED, "--seed", "N", "seed of the cells and their noise; default: 1"},
    {XH_OPTION_PLOT, "--plot", "FILE.svg", "draw figures too"},
    {XH_OPTION_JOBS, "--jobs", "N",
     "runs at a time; default: as many as there are cores and memory; with --slurm, tasks of the "
     "array; default: a task a run, at most 1000"},
    {XH_OPTION_ONLY, "--only", "N", "only the run whose result is points/N.h5, in this process"},
    {XH_OPTION_TASK, "--task", "K/N", "only the runs of task K of N, from 1; needs no other task"},
    {XH_OPTION_SLURM, "--slurm", "SCRIPT", "write a Slurm script that runs the sweep as an array"},
    {XH_OPTION_COLLECT, "--collect", NULL, "only write the summary of the runs that there are"},
    {0, "--help", NULL, "print this help"},
};
enum { OPTIONS = sizeof(options) / sizeof(options[0]), MOST_THREADS = 4096 };
enum { MOST_CELLS = 1000000, MOST_PULSES = 100000 };

xh_status xh_arguments_unknown(const char *what, const char *word, const char *const *names,
                               size_t count, xh_error *error) {
    const char *nearest = xh_nearest_name(names, count, word);
    return xh_error_set(error, XH_INPUT, "unknown %s %s%s%s%s", what, word,
                        nearest ? "; did you mean " : "", nearest ? nearest : "",
                        nearest ? "?" : "");
}

static bool takes(const xh_command *command, const option *candidate) {
    return candidate->bit == 0 || (command->options & candidate->bit) != 0;
}

/* The option of that name, length characters long. */
static const option *find_option(const xh_command *command, const char *word, size_t length) {
    for (size_t i = 0; i < OPTIONS; i++) {
        if (takes(command, &options[i]) && strlen(options[i].name) == length &&
            strncmp(options[i].name, word, length) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

static xh_status unknown_option(const xh_command *command, const char *word, xh_error *error) {
    const char *names[OPTIONS];
    size_t count = 0;
    for (size_t i = 0; i < OPTIONS; i++) {
        if (takes(command, &options[i])) {
            names[count++] = options[i].name;
        }
    }
    return xh_arguments_unknown("option", word, names, count, error);
}

/* A whole number of least..most that ends at the character end. */
static bool parse_whole(const char *text, char end, long least, long most, long *value) {
    char *rest = NULL;
    errno = 0;
    *value = strtol(text, &rest, 10);
    return rest != text && *rest == end && !errno && *value >= least && *value <= most;
}

static xh_status parse_count(const char *name, const char *text, int *count, xh_error *error) {
    long value = 0;
    if (!parse_whole(text, '\0', 1, MOST_THREADS, &value)) {
        return xh_error_set(error, XH_INPUT, "%s = %s is outside [1, %d]", name, text,
                            MOST_THREADS);
    }
    *count = (int)value;
    return XH_OK;
}

static xh_status parse_only(const char *text, long *run, xh_error *error) {
    return parse_whole(text, '\0', 0, LONG_MAX, run)
               ? XH_OK
               : xh_error_set(error, XH_INPUT, "--only = %s is no number of a run, from 0", text);
}

static xh_status parse_task(const char *text, xh_arguments *arguments, xh_error *error) {
    const char *slash = strchr(text, '/');
    long task = 0, tasks = 0;
    if (!slash || !parse_whole(slash + 1, '\0', 1, LONG_MAX, &tasks) ||
        !parse_whole(text, '/', 1, tasks, &task)) {
        return xh_error_set(error, XH_INPUT, "--task = %s is not K/N with K in [1, N]", text);
    }
    arguments->task = (size_t)task;
    arguments->tasks = (size_t)tasks;
    return XH_OK;
}

static xh_status parse_number(const char *name, const char *text, long least, long most,
                              long *value, xh_error *error) {
    return parse_whole(text, '\0', least, most, value)
               ? XH_OK
               : xh_error_set(error, XH_INPUT, "%s = %s is outside [%ld, %ld]", name, text, least,
                              most);
}

static xh_status parse_cells(const char *text, size_t *cells, xh_error *error) {
    long value = 0;
    const xh_status status = parse_number("--cells", text, 1, MOST_CELLS, &value, error);
    *cells = (size_t)value;
    return status;
}

static xh_status parse_pulses(const char *text, xh_arguments *arguments, xh_error *error) {
    const char *comma = strchr(text, ',');
    long up = 0, down = 0;
    if (!comma || !parse_whole(text, ',', 0, MOST_PULSES, &up) ||
        !parse_whole(comma + 1, '\0', 0, MOST_PULSES, &down)) {
        return xh_error_set(error, XH_INPUT,
                            "--pulses = %s is not UP,DOWN, two whole numbers of at most %d", text,
                            MOST_PULSES);
    }
    arguments->pulses = text;
    arguments->up = (size_t)up;
    arguments->down = (size_t)down;
    return XH_OK;
}

static xh_status parse_seconds(const char *text, double *seconds, xh_error *error) {
    char *end = NULL;
    const double value = strtod(text, &end);
    if (end == text || *end || !(value >= 0.001 && value <= 1e6)) {
        return xh_error_set(error, XH_INPUT, "--checkpoint = %s s is outside [0.001, 1e6]", text);
    }
    *seconds = value;
    return XH_OK;
}

/* Bytes, or units of 1024, 1024^2 ... of them. */
static xh_status parse_memory(const char *text, size_t *memory, xh_error *error) {
    static const char units[] = "KMGT";
    char *end = NULL;
    errno = 0;
    const unsigned long long value = strtoull(text, &end, 10);
    const char *unit = *end ? strchr(units, *end) : NULL;
    const int shift = unit ? 10 * (int)(unit - units + 1) : 0;
    const char *rest = unit ? end + 1 : end;
    const bool whole =
        *text >= '0' && *text <= '9' && (!*rest || (unit && strcmp(rest, "iB") == 0));
    if (!whole || errno || value < 1 || value > SIZE_MAX >> shift) {
        return xh_error_set(error, XH_INPUT,
                            "--memory = %s is no size: a whole number of bytes, or of units K, M, "
                            "G or T of 1024 each (KiB ... as well)",
                            text);
    }
    *memory = (size_t)value << shift;
    return XH_OK;
}

/* What is about one device, and --help. */
static xh_status store_device(unsigned bit, const char *value, xh_arguments *arguments,
                              xh_error *error) {
    switch (bit) {
    case XH_OPTION_PLOT:
        arguments->plot = value;
        return XH_OK;
    case XH_OPTION_MODEL:
        arguments->model = value;
        return XH_OK;
    case XH_OPTION_CELLS:
        return parse_cells(value, &arguments->cells, error);
    case XH_OPTION_PULSES:
        return parse_pulses(value, arguments, error);
    case XH_OPTION_SEED:
        return parse_number("--seed", value, 0, LONG_MAX, &arguments->seed, error);
    default:
        arguments->help = true;
        return XH_OK;
    }
}

static xh_status store(unsigned bit, const char *value, xh_arguments *arguments, xh_error *error) {
    switch (bit) {
    case XH_OPTION_SET:
    case XH_OPTION_PARAMETER:
        arguments->overrides[arguments->override_count++] = value;
        return XH_OK;
    case XH_OPTION_OUT:
    case XH_OPTION_FOLDER:
    case XH_OPTION_TABLE:
    case XH_OPTION_DEVICE:
        arguments->out = value;
        return XH_OK;
    case XH_OPTION_DATA:
        arguments->data = value;
        return XH_OK;
    case XH_OPTION_THREADS:
        return parse_count("--threads", value, &arguments->threads, error);
    case XH_OPTION_JOBS:
        return parse_count("--jobs", value, &arguments->jobs, error);
    case XH_OPTION_ONLY:
        return parse_only(value, &arguments->only, error);
    case XH_OPTION_TASK:
        return parse_task(value, arguments, error);
    case XH_OPTION_SLURM:
        arguments->slurm = value;
        return XH_OK;
    case XH_OPTION_COLLECT:
        arguments->collect = true;
        return XH_OK;
    case XH_OPTION_RESUME:
        arguments->resume = true;
        return XH_OK;
    case XH_OPTION_CHECKPOINT:
        return parse_seconds(value, &arguments->checkpoint, error);
    case XH_OPTION_MEMORY:
        return parse_memory(value, &arguments->memory, error);
    case XH_OPTION_JSON:
        arguments->json = true;
        return XH_OK;
    case XH_OPTION_QUIET:
        arguments->quiet = true;
        return XH_OK;
    case XH_OPTION_AUDIT:
        arguments->audit = true;
        return XH_OK;
    case XH_OPTION_QUICK:
        arguments->quick = true;
        return XH_OK;
    case XH_OPTION_SERIES:
        arguments->series = value;
        return XH_OK;
    case XH_OPTION_FORMAT:
        arguments->format = value;
        return XH_OK;
    case XH_OPTION_HARDWARE:
        arguments->hardware = value;
        return XH_OK;
    default:
        return store_device(bit, value, arguments, error);
    }
}

/* Takes the option at words[0] and its value from the same word or the next, *used words in all. */
static xh_status take_option(const xh_command *command, char **words, size_t left, size_t *used,
                             xh_arguments *arguments, xh_error *error) {
    const char *equals = strchr(words[0], '=');
    const size_t length = equals ? (size_t)(equals - words[0]) : strlen(words[0]);
    const option *found = find_option(command, words[0], length);
    *used = 1;
    if (!found) {
        return unknown_option(command, words[0], error);
    }
    if (!found->value) {
        return equals ? xh_error_set(error, XH_INPUT, "option %s takes no value", found->name)
                      : store(found->bit, "", arguments, error);
    }
    if (equals) {
        return store(found->bit, equals + 1, arguments, error);
    }
    if (left < 2) {
        return xh_error_set(error, XH_INPUT, "option %s needs a value: %s", found->name,
                            found->value);
    }
    *used = 2;
    return store(found->bit, words[1], arguments, error);
}

static xh_status check_operands(const xh_command *command, const xh_arguments *arguments,
                                xh_error *error) {
    if (arguments->help || (arguments->operand_count >= command->operands_min &&
                            arguments->operand_count <= command->operands_max)) {
        return XH_OK;
    }
    if (arguments->operand_count > command->operands_max) {
        return xh_error_set(error, XH_INPUT, "unexpected %s; usage: crosshebb %s %s [OPTION]...",
                            arguments->operands[command->operands_max], command->name,
                            command->operands);
    }
    return xh_error_set(error, XH_INPUT, "%s is missing; usage: crosshebb %s %s [OPTION]...",
                        command->operands, command->name, command->operands);
}

xh_status xh_arguments_parse(const xh_command *command, char **words, size_t count,
                             xh_arguments *arguments, xh_error *error) {
    *arguments = (xh_arguments){
        .operands = calloc(count + 1, sizeof(char *)),
        .overrides = calloc(count + 1, sizeof(char *)),
        .only = -1,
        .seed = 1,
    };
    if (!arguments->operands || !arguments->overrides) {
        return xh_error_set(error, XH_MEMORY, "no memory for the command line");
    }
    bool only_operands = false;
    for (size_t i = 0; i < count;) {
        size_t used = 1;
        if (!only_operands && strcmp(words[i], "--") == 0) {
            only_operands = true;
        } else if (!only_operands && words[i][0] == '-' && words[i][1]) {
            const xh_status status =
                take_option(command, words + i, count - i, &used, arguments, error);
            if (status != XH_OK) {
                return status;
            }
        } else {
            arguments->operands[arguments->operand_count++] = words[i];
        }
        i += used;
    }
    return check_operands(command, arguments, error);
}

void xh_arguments_free(xh_arguments *arguments) {
    free(arguments->operands);
    free(arguments->overrides);
}

void xh_arguments_help(const xh_command *command, FILE *stream) {
    for (size_t i = 0; i < OPTIONS; i++) {
        if (takes(command, &options[i])) {
            char left[64];
            snprintf(left, sizeof(left), "%s %s", options[i].name,
                     options[i].value ? options[i].value : "");
            fprintf(stream, "  %-18s %s\n", left, options[i].sentence);
        }
    }
}
