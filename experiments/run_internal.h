/** The parts of a run, as its files share them. */
#ifndef XH_RUN_INTERNAL_H
#define XH_RUN_INTERNAL_H

#include "bill.h"
#include "checkpoint.h"
#include "feature_store.h"
#include "lock.h"

#include "crosshebb/baseline.h"
#include "crosshebb/loader.h"
#include "crosshebb/run.h"
#include "crosshebb/trace.h"

#include <stdint.h>

/* Images of a batch while nothing learns; its own, so that no feature depends on how training is
 * batched. */
enum { XH_RUN_FEATURE_BATCH = 100 };

typedef struct xh_run_block {
    xh_layer *layer;        /* the network's */
    size_t table;           /* of the trace */
    float *start;           /* weights before training, [own outputs][inputs] */
    size_t images;          /* presented while it trained */
    size_t traced;          /* images at its latest row */
    xh_run_winners winners; /* of its latest row */
} xh_run_block;

/** How far a run is; it can go on from here. */
typedef struct xh_run_place {
    size_t stage; /* the first layer that trains; the number of layers when training is over */
    size_t epoch; /* of the stage */
    size_t image; /* of the pass */
    size_t readout_epoch;
} xh_run_place;

/** Time by the wall clock, over all sessions of a run. */
typedef struct xh_run_watch {
    double began;   /* in this session */
    double earlier; /* seconds of earlier sessions */
} xh_run_watch;

typedef struct xh_run_state {
    const xh_config *config;
    const xh_run_options *options;
    char path[4000]; /* leaves room for .part */
    xh_lock lock;
    xh_run_place place;
    xh_checkpoint *found[2]; /* to go on from: of training, of the readout */
    double checkpoint_due;
    uint64_t seed_network;
    xh_dataset train;
    xh_dataset test;
    xh_dataset unlabelled; /* empty unless the configuration learns from it */
    xh_network *network;
    size_t layers;
    xh_run_block blocks[XH_CONFIG_LAYERS];
    xh_device_pulse_cost device_cost;
    xh_trace *trace;
    size_t readout_table;
    size_t inference_table;
    double after[XH_CONFIG_TIMES]; /* seconds since the end of training */
    size_t after_count;
    xh_run_inference inferences[XH_CONFIG_TIMES];
    size_t inference_count;           /* so far */
    float feature_scale;              /* of all features; 0: not known yet */
    bool alone;                       /* the first partner works while the others wait */
    xh_readout *readout;              /* NULL until its stage */
    xh_crossbar *readout_array;       /* NULL unless its weights are on one by now */
    xh_baseline *baseline;            /* NULL unless all is trained end to end */
    xh_feature_store *train_features; /* of the last layer, for the readout */
    xh_feature_store *test_features;

    char first_revision[64]; /* of the program that began the run */
    size_t presented;        /* images, counted once a pass */
    double training_wall;    /* seconds */
    xh_ledger training;      /* as it was when training ended */
    double lived_seconds;    /* simulated latency that the devices have lived through */
    double epoch_loss;       /* end to end: summed over the epoch so far */
    size_t epoch_right;      /* and images classified right */
    double train_accuracy;
    double test_accuracy;    /* negative: none yet */
    double readout_accuracy; /* the same in float, before the readout was programmed */

    xh_run_watch watch;
    xh_run_watch training_watch;
    const char *stage;
    double stage_began;
    size_t stage_done; /* when it began */
    double told;       /* when progress was last */
} xh_run_state;

/** Whether this process is the one of its partners that writes. */
bool xh_run_leads(const xh_run_state *run);
/** Seconds of a clock that only runs forward. */
double xh_run_clock(void);
/** Seconds that the watch has run for. */
double xh_run_seconds(xh_run_watch watch);
/** XH_INTERRUPTED if the caller of any partner wants the run to stop. */
xh_status xh_run_interrupted(const xh_run_state *run, xh_error *error);
/** Where a run can be stopped and go on later: saves the place that it has reached, if it is time
 *  to or if the caller wants the run to stop, then with XH_INTERRUPTED. */
xh_status xh_run_pause(xh_run_state *run, xh_error *error);
/** Saves the place that the run has reached. */
xh_status xh_run_save(xh_run_state *run, xh_error *error);
/** Tells the caller how far the stage is, if it is time to. */
void xh_run_tell(xh_run_state *run, const char *stage, size_t done, size_t total, const char *unit);

/** Work from here on takes that many threads, 0: all cores. A product is never split over them by
 * the library of products, so that its bits do not depend on their number. */
void xh_run_limit_threads(int threads);
/** Frees what the run works on; its trace must be closed. */
void xh_run_release(xh_run_state *run);

/** Bytes that stored features may take in memory: as many as wanted, 0: three quarters of what the
 *  machine has. */
size_t xh_run_memory(size_t wanted);

/** How the features of both splits are stored, so many of each image. */
typedef struct xh_run_store {
    xh_feature_plan train, test;
} xh_run_store;
xh_run_store xh_run_store_of(const xh_config *config, size_t features, size_t train, size_t test,
                             size_t memory);

/** Threads that a loader of the data set should have: none for images in memory, whose copying would
 *  only take a core from the layers. */
int xh_run_decoders(const xh_dataset *dataset);

/** Images that each layer is presented with while it trains, in all passes. */
size_t xh_run_total(const xh_run_state *run);

/** What was counted so far, of all layers. */
xh_ledger xh_run_ledger(const xh_run_state *run);
/** What it costs. */
xh_cost xh_run_cost(const xh_run_state *run);
/** Lets seconds pass for every device. */
void xh_run_age(xh_run_state *run, double seconds);

/** Looks for what an earlier session left: a complete result (result->recalled), or checkpoints to
 *  go on from. */
xh_status xh_run_find(xh_run_state *run, xh_run_result *result, xh_error *error);
/** Removes the checkpoints of a complete run. */
void xh_run_forget(const xh_run_state *run);
/** Goes to the place in the readout that was found, if any was. */
xh_status xh_run_go_on_reading(xh_run_state *run, xh_error *error);

/* The steps of a run, in their order: each takes up where the one before it ended. */
xh_status xh_run_load(xh_run_state *run, xh_error *error);
xh_status xh_run_build(xh_run_state *run, xh_error *error);
xh_status xh_run_open(xh_run_state *run, xh_error *error);
/** Goes to the place in training that was found, if any was. */
xh_status xh_run_go_on(xh_run_state *run, xh_error *error);
xh_status xh_run_train(xh_run_state *run, xh_error *error);
/** Writes the layers that are to be programmed onto their crossbars, for good: a run that goes on
 *  does it again, from the weights that training left. */
xh_status xh_run_program(xh_run_state *run, xh_error *error);
xh_status xh_run_features(xh_run_state *run, xh_error *error);
xh_status xh_run_readout(xh_run_state *run, xh_error *error);
/** Writes the readout onto its array, if it is to be on one, and tests it there. */
xh_status xh_run_program_readout(xh_run_state *run, xh_error *error);
/** Tests the network at the times that the configuration asks for. */
xh_status xh_run_infer(xh_run_state *run, xh_error *error);
/* Those of a run end to end, before going on and in place of the last three. */
xh_status xh_run_build_baseline(xh_run_state *run, xh_error *error);
xh_status xh_run_backprop(xh_run_state *run, xh_error *error);

/** From the end of training to the first test: the reference of compensation, rest, and
 *  compensation. */
xh_status xh_run_rest(xh_run_state *run, xh_error *error);
/** Whether the configuration wants drift compensated. */
bool xh_run_compensates(const xh_run_state *run);
/** Compensates drift in every layer, or no longer does. */
void xh_run_compensate(xh_run_state *run, bool on);
/** Accuracy of the readout on its array, on the first partner. */
xh_status xh_run_test_array(xh_run_state *run, double *accuracy, xh_error *error);
/** Seeds of the array number instance. */
xh_crossbar_seeds xh_run_array_seeds(const xh_config *config, uint32_t instance);
/** Accuracy of the readout on the test images as the network sees them now, on the first partner. */
xh_status xh_run_test(xh_run_state *run, double *accuracy, xh_error *error);

/** Stuck devices of a crossbar, those of all partners. */
uint64_t xh_run_stuck(const xh_run_state *run, const xh_crossbar *crossbar);

/* The tables of the trace: made before recording, a row at a time after. */
xh_status xh_run_layer_table(xh_run_state *run, size_t index, xh_error *error);
xh_status xh_run_layer_row(xh_run_state *run, size_t index, xh_error *error);
/** Rows of the layers first .. last that trained: those that are due, or at the end all that have
 * news. */
xh_status xh_run_layer_rows(xh_run_state *run, size_t first, size_t last, bool end,
                            xh_error *error);
xh_status xh_run_readout_table(xh_run_state *run, xh_error *error);
xh_status xh_run_inference_table(xh_run_state *run, xh_error *error);
/** The row of an epoch (from 0), with the latest accuracies. */
xh_status xh_run_readout_row(xh_run_state *run, long epoch, double loss, xh_error *error);

/** Figures of all weights of a layer, from the own ones [own outputs][inputs]; norms and cosines
 *  [2][outputs] are scratch. */
xh_run_weights xh_run_describe_weights(const xh_run_block *block, const float *weights,
                                       float *norms, float *cosines);

/** Writes the resolved configuration into the trace. */
xh_status xh_run_record_config(xh_run_state *run, xh_error *error);
/** Writes what was counted, what it costs and the prices into the trace. */
xh_status xh_run_record_ledger(xh_run_state *run, const xh_account *account, const xh_cost *cost,
                               xh_error *error);
/** Writes histograms of wear and conductance, a sample of the first layer's weights and, if the
 *  configuration asks for them, all weights and conductances into the trace, and the figures of wear
 *  into the result. */
xh_status xh_run_record_layers(xh_run_state *run, xh_run_result *result, xh_error *error);
/** Gathers the figures of the run and writes them, wear and weights into the trace. */
xh_status xh_run_record_result(xh_run_state *run, bool complete, xh_run_result *result,
                               xh_error *error);

#endif
