/*
 * How a run goes on after it was stopped. There are two checkpoints beside the result: that of
 * training, and from the end of training on that of the readout. The features between them are
 * extracted again, from the network as training left it, so that training's checkpoint stays as it
 * is until the run is complete.
 */
#include "result_read.h"
#include "run_internal.h"

#include "crosshebb/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Writing takes at most one part in so many of the time. */
static const double patience = 20;

static const double usual_interval = 60; /* seconds */

enum { PATH_SIZE = sizeof(((xh_run_state *)0)->path) + sizeof(".checkpoint.readout") };

static void name_checkpoint(const xh_run_state *run, bool readout, char path[PATH_SIZE]) {
    snprintf(path, PATH_SIZE, "%s.checkpoint%s", run->path, readout ? ".readout" : "");
}

/* What a watch has shown counts as earlier where the run goes on. */
static void visit_watch(xh_state *state, const char *name, xh_run_watch *watch) {
    double seconds = xh_run_seconds(*watch);
    xh_state_doubles(state, name, 1, &seconds);
    watch->earlier = state->loading ? seconds : watch->earlier;
}

/* Rows are the first partner's alone. */
static void visit_rows(const xh_run_state *run, size_t table, xh_state *state) {
    if (xh_run_leads(run)) {
        state->partners = NULL;
        xh_trace_state(run->trace, table, state);
        state->partners = run->options->partners;
    }
}

static void visit_block(xh_run_state *run, xh_run_block *block, xh_state *state) {
    xh_crossbar *crossbar = xh_synapses_crossbar(xh_layer_synapses(block->layer));
    state->group = xh_layer_parameters(block->layer)->name;
    xh_state_size(state, "images", &block->images);
    xh_state_size(state, "traced", &block->traced);
    xh_state_doubles(state, "winner_share", 1, &block->winners.share);
    xh_state_doubles(state, "winner_entropy", 1, &block->winners.entropy);
    visit_rows(run, block->table, state);
    xh_layer_state(block->layer, state);
    if (crossbar) {
        xh_probe_state(crossbar, state);
    }
}

/* What training end to end adds. */
static void visit_baseline(xh_run_state *run, xh_state *state) {
    state->group = "backprop";
    xh_state_doubles(state, "loss", 1, &run->epoch_loss);
    xh_state_size(state, "right", &run->epoch_right);
    xh_state_doubles(state, "train_accuracy", 1, &run->train_accuracy);
    xh_state_doubles(state, "test_accuracy", 1, &run->test_accuracy);
    xh_trace_state(run->trace, run->readout_table, state);
    xh_baseline_state(run->baseline, state);
}

/* All that the rest of the run depends on, until training is over. */
static void visit_training(void *context, xh_state *state) {
    xh_run_state *run = context;
    state->partners = run->options->partners;
    state->group = "training";
    xh_state_size(state, "stage", &run->place.stage);
    xh_state_size(state, "epoch", &run->place.epoch);
    xh_state_size(state, "image", &run->place.image);
    xh_state_size(state, "presented", &run->presented);
    xh_state_doubles(state, "lived_seconds", 1, &run->lived_seconds);
    xh_state_text(state, "first_revision", sizeof(run->first_revision), run->first_revision);
    run->first_revision[sizeof(run->first_revision) - 1] = '\0';
    visit_watch(state, "watch", &run->watch);
    visit_watch(state, "training_watch", &run->training_watch);
    for (size_t l = 0; l < run->layers; l++) {
        visit_block(run, &run->blocks[l], state);
    }
    if (run->baseline) {
        visit_baseline(run, state);
    }
}

static void visit_readout(void *context, xh_state *state) {
    xh_run_state *run = context;
    state->group = "readout";
    xh_state_size(state, "epoch", &run->place.readout_epoch);
    xh_state_doubles(state, "train_accuracy", 1, &run->train_accuracy);
    xh_state_doubles(state, "test_accuracy", 1, &run->test_accuracy);
    visit_watch(state, "watch", &run->watch);
    xh_trace_state(run->trace, run->readout_table, state);
    xh_readout_state(run->readout, state);
}

static void note(const xh_run_state *run, const char *text) {
    if (run->options->note) {
        run->options->note(text, run->options->context);
    }
}

/* XH_INPUT if the result there is already is of another configuration; else what it says. */
static xh_status recall_result(const xh_run_state *run, xh_run_result *result, xh_error *error) {
    xh_result *found = NULL;
    char *text = NULL;
    xh_status status = xh_result_open(run->path, &found, error);
    if (status == XH_OK) {
        status = xh_result_text(found, "/config", "yaml", &text, error);
    }
    if (status == XH_OK) {
        status = xh_config_compare(run->config, run->path, text, error);
    }
    if (status == XH_OK) {
        *result = (xh_run_result){
            .recalled = true,
            .test_accuracy = xh_result_number(found, "/result", "test_accuracy"),
            .train_accuracy = xh_result_number(found, "/result", "train_accuracy"),
        };
        snprintf(result->path, sizeof(result->path), "%s", run->path);
    }
    free(text);
    xh_result_close(found);
    return status;
}

static xh_status open_checkpoints(xh_run_state *run, xh_error *error) {
    char path[PATH_SIZE];
    name_checkpoint(run, false, path);
    xh_status status = xh_checkpoint_open(path, run->config, &run->found[0], error);
    if (status == XH_OK && run->found[0]) {
        name_checkpoint(run, true, path);
        status = xh_checkpoint_open(path, run->config, &run->found[1], error);
    }
    return status;
}

xh_status xh_run_find(xh_run_state *run, xh_run_result *result, xh_error *error) {
    char path[PATH_SIZE];
    char text[2 * PATH_SIZE];
    const bool found = access(run->path, F_OK) == 0;
    xh_error reason = {0};
    name_checkpoint(run, false, path);
    if (!run->options->resume) {
        if (access(path, F_OK) == 0) {
            snprintf(text, sizeof(text), "%s is there; without --resume the run starts anew", path);
            note(run, text);
        }
        return XH_OK;
    }
    const xh_status other = found ? recall_result(run, result, &reason) : XH_OK;
    if (found && other == XH_OK) {
        snprintf(text, sizeof(text), "%s is complete", run->path);
        note(run, text);
        xh_run_forget(run);
        return XH_OK;
    }
    const xh_status status = open_checkpoints(run, error);
    if (status == XH_OK && !run->found[0] && found) {
        return xh_error_set(error, other, "%s", reason.text);
    }
    if (status == XH_OK && !run->found[0]) {
        snprintf(text, sizeof(text), "there is no %s: the run starts anew", path);
        note(run, text);
    }
    return status;
}

/* The next checkpoint, after one that took so long. */
static void put_off(xh_run_state *run, double seconds) {
    const double wanted = run->options->checkpoint_seconds;
    const double interval = wanted > 0 ? wanted : usual_interval;
    run->checkpoint_due =
        xh_run_clock() + (interval > patience * seconds ? interval : patience * seconds);
}

/* Takes part in what the first partner does with its file. */
static xh_status visit_with_partners(xh_run_state *run, bool loading, xh_checkpoint_visit *visit,
                                     xh_error *error) {
    xh_state state = {.loading = loading};
    visit(run, &state);
    const xh_status status = state.error.status;
    return status == XH_OK ? XH_OK : xh_error_set(error, status, "%s", state.error.text);
}

static xh_status load(xh_run_state *run, xh_checkpoint **found, xh_checkpoint_visit *visit,
                      xh_error *error) {
    xh_status status = XH_OK;
    if (*found) {
        status = xh_checkpoint_load(*found, visit, run, error);
        xh_checkpoint_close(*found);
        *found = NULL;
    }
    return status;
}

xh_status xh_run_go_on(xh_run_state *run, xh_error *error) {
    bool found = run->found[0];
    xh_partners_share(run->options->partners, 0, sizeof(found), &found);
    snprintf(run->first_revision, sizeof(run->first_revision), "%s", xh_trace_code_here().revision);
    run->training_watch.began = xh_run_clock();
    put_off(run, 0);
    const xh_status status = !found ? XH_OK
                             : xh_run_leads(run)
                                 ? load(run, &run->found[0], visit_training, error)
                                 : visit_with_partners(run, true, visit_training, error);
    if (status == XH_OK && found) {
        char text[PATH_SIZE];
        snprintf(text, sizeof(text), "goes on after %zu images of training", run->presented);
        note(run, text);
    }
    return status;
}

xh_status xh_run_go_on_reading(xh_run_state *run, xh_error *error) {
    return load(run, &run->found[1], visit_readout, error);
}

xh_status xh_run_save(xh_run_state *run, xh_error *error) {
    if (!xh_run_leads(run)) {
        return visit_with_partners(run, false, visit_training, error);
    }
    const double began = xh_run_clock();
    char path[PATH_SIZE];
    if (!run->readout) { /* one of an earlier run may be there */
        name_checkpoint(run, true, path);
        xh_checkpoint_remove(path);
    }
    name_checkpoint(run, run->readout != NULL, path);
    const xh_status status = xh_checkpoint_write(
        path, run->config, run->readout ? visit_readout : visit_training, run, error);
    put_off(run, xh_run_clock() - began);
    return status;
}

/* Whether it is time for a checkpoint, which is for the first partner to say. */
static bool is_due(const xh_run_state *run) {
    bool due = xh_run_clock() >= run->checkpoint_due;
    if (!run->readout) {
        xh_partners_share(run->options->partners, 0, sizeof(due), &due);
    }
    return due;
}

xh_status xh_run_pause(xh_run_state *run, xh_error *error) {
    const xh_status wish = xh_run_interrupted(run, error);
    if (!is_due(run) && wish == XH_OK) {
        return XH_OK;
    }
    const xh_status status = xh_run_save(run, error);
    return status == XH_OK ? wish : status;
}

void xh_run_forget(const xh_run_state *run) {
    char path[PATH_SIZE];
    for (int readout = 1; readout >= 0; readout--) {
        name_checkpoint(run, readout, path);
        xh_checkpoint_remove(path);
    }
}
