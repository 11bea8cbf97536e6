/*
 * A run from beginning to end: data, network, trace, training, features, readout, figures. Whatever
 * happens, the trace is closed: under its own name if the run is complete, else with the rows so
 * far as FILE.h5.part.
 */
#include "run_internal.h"

#include <cblas.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const double progress_interval = 0.1; /* seconds */

double xh_run_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double xh_run_seconds(xh_run_watch watch) {
    return watch.earlier + xh_run_clock() - watch.began;
}

bool xh_run_leads(const xh_run_state *run) {
    return xh_partners_mine(run->options->partners) == 0;
}

xh_status xh_run_interrupted(const xh_run_state *run, xh_error *error) {
    float wish = run->options->interrupt && *run->options->interrupt ? 1 : 0;
    if (!run->alone) {
        xh_partners_largest(run->options->partners, 1, &wish);
    }
    if (wish <= 0) {
        return XH_OK;
    }
    return xh_error_set(error, XH_INTERRUPTED,
                        "interrupted; --resume goes on from %s.checkpoint; the rows so far are in "
                        "%s.part",
                        run->path, run->path);
}

void xh_run_tell(xh_run_state *run, const char *stage, size_t done, size_t total,
                 const char *unit) {
    const double now = xh_run_clock();
    if (run->stage != stage) {
        run->stage = stage;
        run->stage_began = now;
        run->stage_done = done;
        run->told = 0;
    }
    if (!run->options->progress || (now - run->told < progress_interval && done < total)) {
        return;
    }
    run->told = now;
    const double seconds = now - run->stage_began;
    const xh_progress progress = {
        .stage = stage,
        .done = done,
        .total = total,
        .unit = unit,
        .rate = seconds > 0 ? (double)(done - run->stage_done) / seconds : 0,
        .accuracy = run->test_accuracy,
        .joules = xh_run_cost(run).total_joules,
    };
    run->options->progress(&progress, run->options->context);
}

xh_status xh_run_open(xh_run_state *run, xh_error *error) {
    if (!xh_run_leads(run)) {
        return XH_OK;
    }
    xh_status status = xh_trace_create(run->path, &run->trace, error);
    if (status == XH_OK) {
        status =
            xh_trace_integer(run->trace, "/", "seed", run->config->experiment.seed, NULL, error);
    }
    if (status == XH_OK) {
        status = xh_run_record_config(run, error);
    }
    for (size_t l = 0; status == XH_OK && l < run->layers; l++) {
        status = xh_run_layer_table(run, l, error);
    }
    if (status == XH_OK) {
        status = xh_run_readout_table(run, error);
    }
    if (status == XH_OK) {
        status = xh_run_inference_table(run, error);
    }
    return status == XH_OK ? xh_trace_record(run->trace, error) : status;
}

/* Ends the trace of a run that ended with the status given: the figures are written if it is
 * complete or interrupted, and what went wrong first is what the caller hears of. */
static xh_status finish(xh_run_state *run, xh_status status, xh_run_result *result,
                        xh_error *error) {
    if (!xh_run_leads(run) && (status == XH_OK || status == XH_INTERRUPTED) && !result->recalled) {
        const xh_status other = xh_run_record_result(run, status == XH_OK, result, error);
        return other == XH_OK ? status : other;
    }
    if (!run->trace) {
        return status;
    }
    xh_status ending = status;
    if (status == XH_OK || status == XH_INTERRUPTED) {
        xh_error reason = {0};
        ending = xh_trace_stop(run->trace, &reason);
        if (ending == XH_OK) {
            ending = xh_run_record_result(run, status == XH_OK, result, &reason);
        }
        if (ending != XH_OK) {
            status = xh_error_set(error, ending, "%s", reason.text);
        }
    }
    xh_error reason = {0};
    ending = xh_trace_close(run->trace, status == XH_OK, &reason);
    run->trace = NULL;
    if (status == XH_OK && ending != XH_OK) {
        return xh_error_set(error, ending, "%s", reason.text);
    }
    if (status == XH_OK) {
        xh_run_forget(run);
    }
    return status;
}

void xh_run_release(xh_run_state *run) {
    xh_dataset_free(&run->train);
    xh_dataset_free(&run->test);
    xh_dataset_free(&run->unlabelled);
    xh_baseline_free(run->baseline);
    xh_network_free(run->network);
    xh_readout_free(run->readout);
    xh_crossbar_free(run->readout_array);
    xh_checkpoint_close(run->found[0]);
    xh_checkpoint_close(run->found[1]);
    for (size_t l = 0; l < XH_CONFIG_LAYERS; l++) {
        xh_array_free(run->blocks[l].start);
    }
    xh_feature_store_free(run->train_features);
    xh_feature_store_free(run->test_features);
    xh_lock_release(&run->lock);
}

void xh_run_limit_threads(int threads) {
    openblas_set_num_threads(1);
    omp_set_num_threads(threads > 0 ? threads : omp_get_num_procs());
}

static xh_status name_result(xh_run_state *run, xh_error *error) {
    const char *out = run->options->out;
    const char *name = out ? out : run->config->experiment.experiment;
    const int length = snprintf(run->path, sizeof(run->path), "%s%s", name, out ? "" : ".h5");
    if (length < 0 || (size_t)length >= sizeof(run->path)) {
        return xh_error_set(error, XH_INPUT, "the name of the result is longer than %zu characters",
                            sizeof(run->path) - 1);
    }
    return XH_OK;
}

/* The result, which nobody else writes to, and what is there already. */
static xh_status take_result(xh_run_state *run, xh_run_result *result, xh_error *error) {
    const xh_status status = xh_lock_take(run->path, &run->lock, error);
    return status == XH_OK ? xh_run_find(run, result, error) : status;
}

static xh_status prepare(xh_run_state *run, xh_run_result *result, xh_error *error) {
    const xh_partners *partners = run->options->partners;
    if (partners && xh_config_backpropagates(run->config)) {
        return xh_error_set(error, XH_INPUT,
                            "training.method = backprop cannot be divided among %zu ranks",
                            partners->count);
    }
    xh_status status = name_result(run, error);
    result->recalled = false;
    if (status == XH_OK && xh_run_leads(run)) {
        status = take_result(run, result, error);
    }
    xh_partners_share(partners, 0, sizeof(status), &status);
    xh_partners_share(partners, 0, sizeof(result->recalled), &result->recalled);
    return status;
}

xh_status xh_run(const xh_config *config, xh_run_options options, xh_run_result *result,
                 xh_error *error) {
    static xh_status (*const softhebb[])(xh_run_state *, xh_error *) = {
        xh_run_load,    xh_run_build,    xh_run_open,    xh_run_go_on,           xh_run_train,
        xh_run_program, xh_run_features, xh_run_readout, xh_run_program_readout, xh_run_infer,
        NULL,
    };
    static xh_status (*const backprop[])(xh_run_state *, xh_error *) = {
        xh_run_load,     xh_run_build,           xh_run_open, xh_run_build_baseline, xh_run_go_on,
        xh_run_backprop, xh_run_program_readout, NULL,
    };
    xh_status (*const *steps)(xh_run_state *, xh_error *) =
        xh_config_backpropagates(config) ? backprop : softhebb;
    xh_run_state *run = calloc(1, sizeof(*run));
    if (!run) {
        return xh_error_set(error, XH_MEMORY, "no memory for the run");
    }
    if (xh_partners_mine(options.partners) > 0) {
        options.progress = NULL;
        options.note = NULL;
    }
    run->config = config;
    run->options = &options;
    run->test_accuracy = -1;
    run->watch.began = xh_run_clock();
    xh_run_limit_threads(options.threads);
    xh_status status = prepare(run, result, error);
    for (size_t i = 0; status == XH_OK && !result->recalled && steps[i]; i++) {
        status = steps[i](run, error);
    }
    status = finish(run, status, result, error);
    xh_run_release(run);
    free(run);
    return status;
}
