/* The script of an array job: each task does its share of the runs by --task, and a job after all of them
 * collects the summary. */
#include "sweep_slurm.h"

#include "command.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* name='text', whatever is in the text. */
static void write_setting(FILE *script, const char *name, const char *text) {
    fprintf(script, "%s='", name);
    for (; *text; text++) {
        if (*text == '\'') {
            fputs("'\\''", script);
        } else {
            fputc(*text, script);
        }
    }
    fputs("'\n", script);
}

/* The same of a path, seen from the root: a task may begin anywhere. */
static void write_path(FILE *script, const char *name, const char *path) {
    char full[PATH_MAX];
    write_setting(script, name, realpath(path, full) ? full : path);
}

static void write_head(FILE *script, const xh_sweep_array *array) {
    char bytes[XH_QUANTITY_SIZE];
    fprintf(
        script,
        "#!/bin/sh\n"
        "# Sweep %s: %zu runs in %zu tasks of a Slurm array. Execute this script to submit them "
        "and, after\n"
        "# them, a job that collects the summary; its arguments go to sbatch, such as\n"
        "# --partition=NAME --time=4:00:00 --array=1-%zu%%50 (at most 50 at a time). By "
        "prediction a run takes\n"
        "# up to %s of memory. What was stopped, failed or lost goes on when it is submitted "
        "again.\n",
        array->name, array->runs, array->tasks, array->tasks,
        xh_quantity(array->bytes, "B", bytes));
    fprintf(script,
            "#SBATCH --job-name=%s\n"
            "#SBATCH --array=1-%zu\n"
            "#SBATCH --ntasks=1\n"
            "#SBATCH --cpus-per-task=%d\n"
            "#SBATCH --signal=B:TERM@60\n"
            "#SBATCH --requeue\n"
            "set -eu\n\n",
            array->name, array->tasks, array->threads);
}

static void write_settings(FILE *script, const xh_sweep_plan *plan, const xh_sweep_array *array) {
    write_path(script, "program", "/proc/self/exe");
    write_path(script, "sweep", plan->file);
    write_path(script, "out", plan->folder);
    write_path(script, "folder", ".");
    fprintf(script, "threads=%d\n", array->threads);
    fprintf(script, "tasks=%zu\n", array->tasks);
}

static void write_body(FILE *script, const xh_sweep_plan *plan) {
    fputs("\n"
          "if [ -z \"${SLURM_ARRAY_TASK_ID:-}\" ]; then\n"
          "    job=$(sbatch --parsable --output=\"$out/slurm-%A_%a.txt\" \"$@\" \"$0\" run)\n"
          "    job=${job%%;*}\n"
          "    echo \"array $job\"\n"
          "    sbatch --output=\"$out/slurm-%A.txt\" \"$@\" --dependency=afterany:\"$job\" "
          "--array=1 \"$0\" collect\n"
          "    exit\n"
          "fi\n"
          "cd \"$folder\"\n"
          "if [ \"${1:-run}\" = collect ]; then\n"
          "    exec \"$program\" sweep \"$sweep\" --out \"$out\" --collect\n"
          "fi\n"
          "set --\n",
          script);
    if (plan->data) {
        write_path(script, "data", plan->data);
        fputs("set -- \"$@\" --data \"$data\"\n", script);
    }
    if (plan->checkpoint > 0) {
        fprintf(script, "set -- \"$@\" --checkpoint %g\n", plan->checkpoint);
    }
    if (plan->memory > 0) {
        fprintf(script, "set -- \"$@\" --memory %zu\n", plan->memory);
    }
    fputs("exec \"$program\" sweep \"$sweep\" --out \"$out\" --task "
          "\"$SLURM_ARRAY_TASK_ID/$tasks\" \\\n"
          "    --threads \"$threads\" --jobs $((${SLURM_CPUS_PER_TASK:-$threads} / threads)) "
          "\"$@\"\n",
          script);
}

xh_status xh_sweep_slurm_write(const char *path, const xh_sweep_plan *plan,
                               const xh_sweep_array *array, xh_error *error) {
    FILE *script = fopen(path, "w");
    if (!script) {
        return xh_error_set(error, XH_IO, "%s: cannot be created: %s", path, strerror(errno));
    }
    write_head(script, array);
    write_settings(script, plan, array);
    write_body(script, plan);
    const bool good = !ferror(script);
    if (fclose(script) == 0 && good && chmod(path, 0777 & ~S_IWGRP & ~S_IWOTH) == 0) {
        return XH_OK;
    }
    return xh_error_set(error, XH_IO, "%s: cannot be written: %s", path, strerror(errno));
}
