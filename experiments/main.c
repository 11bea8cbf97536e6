/* crosshebb: finds the command, runs it, and says what went wrong. The only place that prints
 * errors and exits. */
#include "blas.h"
#include "command.h"
#include "ranks.h"

#include "crosshebb/trace.h"
#include "crosshebb/wire.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

static const xh_command commands[] = {
    {"run", "FILE.yaml", "train, measure, and write the result",
     XH_OPTION_SET | XH_OPTION_OUT | XH_OPTION_DATA | XH_OPTION_THREADS | XH_OPTION_JSON |
         XH_OPTION_QUIET | XH_OPTION_RESUME | XH_OPTION_CHECKPOINT | XH_OPTION_MEMORY |
         XH_OPTION_AUDIT,
     1, 1, xh_command_run},
    {"sweep", "FILE.yaml", "run an experiment at many points of its configuration",
     XH_OPTION_FOLDER | XH_OPTION_DATA | XH_OPTION_THREADS | XH_OPTION_JSON | XH_OPTION_QUIET |
         XH_OPTION_RESUME | XH_OPTION_CHECKPOINT | XH_OPTION_MEMORY | XH_OPTION_JOBS |
         XH_OPTION_ONLY | XH_OPTION_TASK | XH_OPTION_SLURM | XH_OPTION_COLLECT,
     1, 1, xh_command_sweep},
    {"report", "RESULT", "a page with figures, or tables, of a run (FILE.h5) or of a sweep (DIR)",
     XH_OPTION_OUT | XH_OPTION_FORMAT, 1, 1, xh_command_report},
    {"price", "RESULT.h5", "energy and latency of a finished run under another hardware profile",
     XH_OPTION_HARDWARE | XH_OPTION_JSON, 1, 1, xh_command_price},
    {"import", "UP... DOWN...", "tables of measured conductance steps, for the device model lookup",
     XH_OPTION_TABLE | XH_OPTION_JSON, 2, SIZE_MAX, xh_command_import},
    {"fit", "MEASURED.csv", "fit a device model to measured conductances: a device file",
     XH_OPTION_MODEL | XH_OPTION_DEVICE | XH_OPTION_PLOT | XH_OPTION_JSON, 1, 1, xh_command_fit},
    {"watch", "RESULT.h5", "follow a running job: stage, accuracy, energy, rate", XH_OPTION_JSON, 1,
     1, xh_command_watch},
    {"check", "FILE.yaml", "validate; print the resolved configuration, predicted time and memory",
     XH_OPTION_SET | XH_OPTION_THREADS | XH_OPTION_JSON | XH_OPTION_MEMORY, 1, 1, xh_command_check},
    {"device", "NAME", "measure a device: steps, spread, drift, noise, beside what is published",
     XH_OPTION_PARAMETER | XH_OPTION_CELLS | XH_OPTION_PULSES | XH_OPTION_SEED | XH_OPTION_PLOT |
         XH_OPTION_JSON,
     1, 1, xh_command_device},
    {"bench", "[NAME]...", "throughput of kernels and training steps against their bound",
     XH_OPTION_THREADS | XH_OPTION_JSON | XH_OPTION_QUICK | XH_OPTION_SERIES, 0, SIZE_MAX,
     xh_command_bench},
    {"list", "[KIND]", "what there is: devices, schemes, networks, datasets, hardware, sections",
     XH_OPTION_JSON, 0, 1, xh_command_list},
    {"show", "KIND NAME", "parameters with units, defaults and ranges; equations and sources", 0, 2,
     2, xh_command_show},
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_help(void) {
    printf(
        "crosshebb: SoftHebb networks trained in place on simulated crossbars of memory devices\n\n"
        "usage: crosshebb COMMAND ...\n\n");
    for (size_t i = 0; i < COMMANDS; i++) {
        printf("  %-6s %-12s %s\n", commands[i].name, commands[i].operands, commands[i].summary);
    }
    printf("\n  crosshebb COMMAND --help    options of a command\n"
           "  crosshebb --version         version, revision, compiler, libraries\n\n"
           "exit status: 0 done, 1 the run failed, 2 the input is wrong, 130 interrupted\n");
}

static void print_version(void) {
    const xh_trace_code code = xh_trace_code_here();
    printf("crosshebb %s\n", code.version);
    printf("revision   %s\n", code.revision);
    printf("compiler   %s\n", code.compiler);
    printf("flags      %s\n", code.flags);
    printf("libraries  %s\n", code.libraries);
    printf("wires      %s\n", xh_wire_exact_library() ? xh_wire_exact_library() : "none");
    printf("MPI        %s\n", xh_ranks_library() ? xh_ranks_library() : "none");
    printf("processor  %s, %d threads\n", code.cpu, code.threads);
}

static void print_usage(const xh_command *command) {
    printf("usage: crosshebb %s %s [OPTION]...\n\n%s\n\n", command->name, command->operands,
           command->summary);
    xh_arguments_help(command, stdout);
}

static const xh_command *find_command(const char *name) {
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static xh_status unknown_command(const char *name, xh_error *error) {
    const char *names[COMMANDS + 2] = {"--help", "--version"};
    for (size_t i = 0; i < COMMANDS; i++) {
        names[i + 2] = commands[i].name;
    }
    xh_arguments_unknown(name[0] == '-' ? "option" : "command", name, names, COMMANDS + 2, error);
    return xh_error_prefix(error, "crosshebb: ");
}

static xh_status run_command(const xh_command *command, char **words, size_t count,
                             xh_error *error) {
    xh_arguments arguments = {0};
    xh_status status = xh_arguments_parse(command, words, count, &arguments, error);
    if (status != XH_OK) {
        xh_error_prefix(error, "crosshebb %s: ", command->name);
    } else if (arguments.help) {
        print_usage(command);
    } else {
        status = command->run(&arguments, error);
    }
    xh_arguments_free(&arguments);
    return status;
}

static xh_status dispatch(int argc, char **argv, xh_error *error) {
    if (argc < 2) {
        return xh_error_set(error, XH_INPUT,
                            "crosshebb: a command is missing; crosshebb --help lists them");
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help();
        return XH_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        print_version();
        return XH_OK;
    }
    const xh_command *command = find_command(argv[1]);
    return command ? run_command(command, argv + 2, (size_t)(argc - 2), error)
                   : unknown_command(argv[1], error);
}

int main(int argc, char **argv) {
    xh_blas_choose(argv);
    xh_error error = {0};
    xh_status status = dispatch(argc, argv, &error);
    if (status == XH_OK && (fflush(stdout) != 0 || ferror(stdout))) {
        status = xh_error_set(&error, XH_IO, "standard output: %s", strerror(errno));
    }
    if (status != XH_OK) {
        fprintf(stderr, "%s\n", error.text[0] ? error.text : xh_status_text(status));
    }
    return xh_status_exit(status);
}
