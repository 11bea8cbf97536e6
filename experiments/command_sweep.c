/*
 * crosshebb sweep: an experiment at many points. The whole sweep is checked before anything runs; its
 * runs are processes of their own (--only); at the end all that is there is collected.
 */
#include "lock.h"
#include "sweep_pool.h"
#include "sweep_ranks.h"
#include "sweep_slurm.h"
#include "sweep_summary.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* A sweep and where it works. */
typedef struct work {
    const xh_arguments *arguments;
    xh_sweep *sweep;
    xh_sweep_folder folder;
    xh_lock lock;
    double bytes;   /* that a run takes at most */
    xh_ranks ranks; /* none, unless mpirun started this process */
} work;

/* Bytes of the machine's memory that runs may take. */
static double memory_share(void) {
    return 0.75 * (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
}

/* The configuration of every point, as each run will have it; and the most memory that one takes. */
static xh_status check_points(work *job, xh_error *error) {
    static xh_config config;
    const xh_run_machine machine = {.threads = 1,
                                    .macs_per_second = 1,
                                    .int16_gain = 1,
                                    .sgemm_gain = 1,
                                    .feature_bytes = (size_t)memory_share()};
    xh_status status = XH_OK;
    for (size_t p = 0; status == XH_OK && p < xh_sweep_points(job->sweep); p++) {
        xh_run_estimate estimate = {0};
        status = xh_sweep_config(job->sweep, p, 0, &config, error);
        if (status == XH_OK) {
            status = xh_run_estimate_of(&config, &machine, &estimate, error);
        }
        job->bytes = fmax(job->bytes, estimate.memory_bytes);
    }
    return status;
}

static xh_status open_folder(work *job, xh_error *error) {
    const char *out = job->arguments->out;
    return xh_sweep_folder_open(out ? out : xh_sweep_name(job->sweep), job->sweep, &job->folder,
                                error);
}

/* Nobody else works on the folder, but for tasks of one array; and nothing is done again unless that is
 * wanted. */
static xh_status take_folder(work *job, xh_error *error) {
    char path[XH_SWEEP_PATH_SIZE];
    const bool is_task = job->arguments->tasks > 0;
    xh_status status = open_folder(job, error);
    if (status != XH_OK) {
        return status;
    }
    xh_sweep_folder_file(&job->folder, "sweep.yaml", path);
    status =
        is_task ? xh_lock_share(path, &job->lock, error) : xh_lock_take(path, &job->lock, error);
    if (status == XH_FAILED) {
        return xh_error_set(error, XH_FAILED, "another process is at work on %s", job->folder.path);
    }
    if (status == XH_OK && !job->folder.fresh && !job->arguments->resume && !is_task) {
        return xh_error_set(error, XH_INPUT,
                            "%s holds this sweep already: --resume goes on with it, another --out "
                            "begins anew",
                            job->folder.path);
    }
    return status;
}

/* Runs at a time: as many as there are cores, and memory. */
static int count_jobs(const work *job, int cores) {
    const xh_arguments *arguments = job->arguments;
    if (arguments->jobs > 0) {
        return arguments->jobs;
    }
    const int most = arguments->threads > 0 ? cores / arguments->threads : cores;
    const double room = floor(memory_share() / fmax(job->bytes, 1));
    const bool is_tight = arguments->memory == 0 && room < most;
    const int jobs = is_tight ? (int)room : most;
    return jobs > 1 ? jobs : 1;
}

/* How runs are started, of which so many are on this machine at a time. */
static xh_sweep_plan make_plan(const work *job, int jobs) {
    const xh_arguments *arguments = job->arguments;
    const char *out = arguments->out;
    return (xh_sweep_plan){
        .file = arguments->operands[0],
        .folder = out ? out : xh_sweep_name(job->sweep),
        .data = arguments->data,
        .checkpoint = arguments->checkpoint,
        .memory = arguments->memory > 0 ? arguments->memory : (size_t)(memory_share() / jobs),
    };
}

/* Threads of a rank's run: the cores that it was given, or its part of the machine's. */
static int rank_threads(const work *job) {
    const int given = omp_get_num_procs(), all = (int)sysconf(_SC_NPROCESSORS_ONLN);
    const int part = given < all ? given : all / job->ranks.neighbours;
    return job->arguments->threads > 0 ? job->arguments->threads : part > 1 ? part : 1;
}

static xh_status run_all(const work *job, xh_sweep_session *session, xh_error *error) {
    if (job->ranks.count > 0) {
        const xh_sweep_plan plan = make_plan(job, job->ranks.neighbours);
        return xh_sweep_ranks_lead(&job->ranks, &plan, rank_threads(job), session, error);
    }
    const int cores = omp_get_num_procs();
    const int jobs = count_jobs(job, cores);
    const xh_sweep_plan plan = make_plan(job, jobs);
    return xh_sweep_pool(&plan, session, jobs, cores, job->arguments->threads, error);
}

/* Of a task, nothing but its own runs is known; of all, what the summary has. */
static xh_sweep_tally tally_of(const xh_sweep_session *session) {
    xh_sweep_tally tally = {{0}};
    tally.runs[XH_SWEEP_COMPLETE] = session->found + session->completed;
    tally.runs[XH_SWEEP_FAILED] = session->failed;
    tally.runs[XH_SWEEP_MISSING] = session->total - tally.runs[XH_SWEEP_COMPLETE] - session->failed;
    return tally;
}

static void print_json(const work *job, const xh_sweep_tally *tally, double seconds,
                       const char *summary) {
    xh_json json = {.stream = stdout};
    xh_json_open(&json, NULL, '{');
    xh_json_text(&json, "sweep", xh_sweep_name(job->sweep));
    xh_json_number(&json, "points", (double)xh_sweep_points(job->sweep));
    xh_json_number(&json, "seeds", (double)xh_sweep_seed_count(job->sweep));
    xh_json_number(&json, "runs", (double)xh_sweep_runs(job->sweep));
    xh_json_number(&json, "completed", (double)tally->runs[XH_SWEEP_COMPLETE]);
    xh_json_number(&json, "failed", (double)tally->runs[XH_SWEEP_FAILED]);
    xh_json_number(&json, "missing", (double)tally->runs[XH_SWEEP_MISSING]);
    xh_json_number(&json, "seconds", seconds);
    xh_json_text(&json, "summary", summary);
    xh_json_close(&json, '}');
}

static void print_table(const work *job, const xh_sweep_tally *tally, double seconds,
                        const char *summary) {
    char time[XH_QUANTITY_SIZE];
    printf("%-18s %s\n", "sweep", xh_sweep_name(job->sweep));
    printf("%-18s %zu points x %zu seeds\n", "runs", xh_sweep_points(job->sweep),
           xh_sweep_seed_count(job->sweep));
    printf("%-18s %zu\n", "  complete", tally->runs[XH_SWEEP_COMPLETE]);
    printf("%-18s %zu\n", "  failed", tally->runs[XH_SWEEP_FAILED]);
    printf("%-18s %zu\n", "  missing", tally->runs[XH_SWEEP_MISSING]);
    printf("%-18s %s\n", "wall time", xh_duration(seconds, time));
    if (summary[0]) {
        printf("%-18s %s\n", "summary", summary);
    }
}

/* Prints what there is, and says what is missing. */
static xh_status conclude(const work *job, const xh_sweep_tally *tally, double seconds,
                          const char *summary, xh_error *error) {
    if (job->arguments->json) {
        print_json(job, tally, seconds, summary);
    } else {
        print_table(job, tally, seconds, summary);
    }
    const size_t failed = tally->runs[XH_SWEEP_FAILED];
    return failed == 0
               ? XH_OK
               : xh_error_set(
                     error, XH_FAILED, "%zu of %zu runs failed; %s why; --resume tries them again",
                     failed, xh_sweep_runs(job->sweep),
                     summary[0] ? "failures.txt beside the summary says" : "points/*.failed say");
}

/* Why a session has ended before its time. */
static xh_status explain(const xh_sweep_session *session, xh_error *error) {
    const size_t complete = session->found + session->completed;
    if (session->status != XH_OK) {
        return xh_error_set(error, session->status,
                            "%s (%zu of %zu runs are complete; --resume goes on)",
                            session->error.text, complete, session->total);
    }
    return xh_error_set(error, XH_INTERRUPTED,
                        "interrupted; %zu of %zu runs are complete; --resume goes on", complete,
                        session->total);
}

/* All runs, or those of a task, and what became of them. */
static xh_status sweep_all(work *job, xh_error *error) {
    const xh_arguments *arguments = job->arguments;
    const bool is_task = arguments->tasks > 0;
    const double began = xh_seconds_now();
    char summary[XH_SWEEP_PATH_SIZE] = "";
    xh_progress_view view = xh_progress_view_on(stderr);
    xh_sweep_session session;
    xh_status status = xh_sweep_session_begin(&job->folder, is_task ? arguments->task : 1,
                                              is_task ? arguments->tasks : 1, &session, error);
    if (status != XH_OK) {
        return status;
    }
    session.view = arguments->quiet ? NULL : &view;
    session.interrupt = xh_interrupt_catch();
    status = run_all(job, &session, error);
    xh_progress_view_end(&view);
    xh_sweep_tally tally = tally_of(&session);
    const bool cut = xh_sweep_session_stops(&session);
    if (status == XH_OK && !is_task) {
        status = xh_sweep_summary_write(&job->folder, summary, &tally, error);
    }
    if (cut) {
        status = explain(&session, error);
    } else if (status == XH_OK) {
        status = conclude(job, &tally, xh_seconds_now() - began, summary, error);
    }
    xh_sweep_session_end(&session);
    return status;
}

/* Only what there is. */
static xh_status collect(const work *job, xh_error *error) {
    const double began = xh_seconds_now();
    char summary[XH_SWEEP_PATH_SIZE];
    xh_sweep_tally tally;
    const xh_status status = xh_sweep_summary_write(&job->folder, summary, &tally, error);
    return status == XH_OK ? conclude(job, &tally, xh_seconds_now() - began, summary, error)
                           : status;
}

/* The script of an array, for which the folder is there already. */
static xh_status write_script(work *job, xh_error *error) {
    enum { MOST_TASKS = 1000 }; /* that Slurm takes unless it is told otherwise */
    const xh_arguments *arguments = job->arguments;
    const size_t runs = xh_sweep_runs(job->sweep);
    const size_t wanted = arguments->jobs > 0 ? (size_t)arguments->jobs : MOST_TASKS;
    const xh_sweep_array array = {
        .name = xh_sweep_name(job->sweep),
        .runs = runs,
        .tasks = wanted < runs ? wanted : runs,
        .threads = arguments->threads > 0 ? arguments->threads : 1,
        .bytes = job->bytes,
    };
    xh_sweep_plan plan = make_plan(job, 1);
    plan.memory = arguments->memory;
    xh_status status = open_folder(job, error);
    if (status == XH_OK) {
        status = xh_sweep_slurm_write(arguments->slurm, &plan, &array, error);
    }
    if (status == XH_OK && arguments->json) {
        xh_json json = {.stream = stdout};
        xh_json_open(&json, NULL, '{');
        xh_json_text(&json, "script", arguments->slurm);
        xh_json_number(&json, "runs", (double)runs);
        xh_json_number(&json, "tasks", (double)array.tasks);
        xh_json_close(&json, '}');
    } else if (status == XH_OK) {
        printf("%s: %zu runs in %zu tasks; execute it to submit them\n", arguments->slurm, runs,
               array.tasks);
    }
    return status;
}

/* A run whose sweep was killed may be just stopping. */
static void wait_for(const char *path, const volatile sig_atomic_t *interrupt) {
    const struct timespec pause = {0, 100000000L};
    for (int i = 0; i < 600 && !*interrupt && xh_lock_held(path); i++) {
        nanosleep(&pause, NULL);
    }
}

/* One run, in this process. */
static xh_status sweep_only(work *job, xh_error *error) {
    static xh_config config;
    static xh_run_result result;
    const xh_arguments *arguments = job->arguments;
    const size_t run = (size_t)arguments->only, seeds = xh_sweep_seed_count(job->sweep);
    char path[XH_SWEEP_PATH_SIZE];
    if (run >= xh_sweep_runs(job->sweep)) {
        return xh_error_set(error, XH_INPUT, "--only = %zu is outside [0, %zu]", run,
                            xh_sweep_runs(job->sweep) - 1);
    }
    xh_status status = open_folder(job, error);
    if (status == XH_OK) {
        status = xh_sweep_config(job->sweep, run / seeds, run % seeds, &config, error);
    }
    if (status != XH_OK) {
        return status;
    }
    xh_sweep_folder_result(&job->folder, run, path);
    const xh_run_options options = {
        .out = path,
        .data = arguments->data,
        .threads = arguments->threads,
        .memory = arguments->memory,
        .resume = true,
        .checkpoint_seconds = arguments->checkpoint,
        .interrupt = xh_interrupt_catch(),
    };
    wait_for(path, options.interrupt);
    return xh_run(&config, options, &result, error);
}

/* Every point, before anything runs, and the folder. The tasks of an array know that all is well. */
static xh_status prepare(work *job, xh_error *error) {
    const xh_status status = job->arguments->tasks > 0 ? XH_OK : check_points(job, error);
    return status == XH_OK ? take_folder(job, error) : status;
}

static xh_status dispatch(work *job, xh_error *error) {
    const xh_arguments *arguments = job->arguments;
    if (arguments->only >= 0) {
        const xh_status status = sweep_only(job, error);
        xh_worker_report(status);
        return status;
    }
    if (arguments->collect) {
        const xh_status status = open_folder(job, error);
        return status == XH_OK ? collect(job, error) : status;
    }
    if (arguments->slurm) {
        const xh_status status = check_points(job, error);
        return status == XH_OK ? write_script(job, error) : status;
    }
    const xh_status status = prepare(job, error);
    return status == XH_OK ? sweep_all(job, error) : status;
}

/* As one of several ranks. What goes wrong is told by rank 0 alone. */
static xh_status sweep_ranked(work *job, xh_error *error) {
    xh_status status = xh_sweep_ranks_begin(&job->ranks, error);
    if (status != XH_OK) {
        return status;
    }
    status = xh_sweep_load(job->arguments->operands[0], &job->sweep, error);
    if (job->ranks.rank > 0) {
        if (xh_sweep_ranks_agree(XH_OK) == XH_OK && status == XH_OK) {
            const xh_sweep_plan plan = make_plan(job, job->ranks.neighbours);
            xh_sweep_ranks_follow(&plan, rank_threads(job), xh_interrupt_catch());
        }
        return XH_OK;
    }
    if (status == XH_OK) {
        status = prepare(job, error);
    }
    xh_sweep_ranks_agree(status);
    return status == XH_OK ? sweep_all(job, error) : status;
}

static xh_status sweep_alone(work *job, xh_error *error) {
    const xh_status status = xh_sweep_load(job->arguments->operands[0], &job->sweep, error);
    if (status == XH_OK) {
        return dispatch(job, error);
    }
    if (job->arguments->only >= 0) {
        xh_worker_report(status);
    }
    return status;
}

xh_status xh_command_sweep(const xh_arguments *arguments, xh_error *error) {
    work job = {.arguments = arguments};
    const bool is_whole =
        arguments->only < 0 && arguments->tasks == 0 && !arguments->collect && !arguments->slurm;
    const xh_status status =
        is_whole && xh_ranks_promised() > 0 ? sweep_ranked(&job, error) : sweep_alone(&job, error);
    xh_lock_release(&job.lock);
    xh_sweep_free(job.sweep);
    xh_sweep_ranks_end();
    return status;
}
