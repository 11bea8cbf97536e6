/** A run: data, network, training, readout, trace. */
#ifndef CROSSHEBB_RUN_H
#define CROSSHEBB_RUN_H

#include "crosshebb/config.h"
#include "crosshebb/partners.h"

#include <signal.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How far a run is; passed to the progress hook when a stage begins and ends, and at most ten
 *  times a second between. */
typedef struct xh_progress {
    const char *stage; /* e.g. "conv1", "features", "readout" */
    size_t done;
    size_t total;     /* in the stage */
    const char *unit; /* "images", "epochs" */
    double rate;      /* units a second in the stage */
    double accuracy;  /* latest test accuracy, negative if none yet */
    double joules;    /* so far */
} xh_progress;

typedef struct xh_run_options {
    const char *out;           /* result file; NULL: <experiment>.h5 in the working directory */
    const char *data;          /* data directory or NULL */
    int threads;               /* 0: all cores */
    size_t memory;             /* bytes for stored features, the rest goes beside the result; 0:
                                  three quarters of the machine's memory */
    bool resume;               /* go on from the checkpoint, if there is one */
    double checkpoint_seconds; /* between checkpoints; 0: a minute */
    void (*progress)(const xh_progress *progress, void *context);
    void (*note)(const char *text, void *context); /* one sentence on how the run begins */
    void *context;
    const xh_partners *partners; /* who run it together, each with its own part of every layer, and
                                    end with the same bits as one alone; NULL: alone */
    const volatile sig_atomic_t *interrupt; /* non-zero: stop; may be NULL */
} xh_run_options;

/** What learning made of a layer's weights W, over its neurons. */
typedef struct xh_run_weights {
    double norm_mean, norm_min, norm_max; /* |W| */
    double converged_fraction;            /* of neurons with | |W| - 1 | < 0.01 */
    double cosine_to_start;               /* median, between W and W before training */
} xh_run_weights;

/** Who won the competitions of a layer between two rows of the trace. */
typedef struct xh_run_winners {
    double share;   /* of the neurons, that won at least once; 0 where none learned */
    double entropy; /* bits */
} xh_run_winners;

typedef struct xh_run_layer {
    char name[XH_PARAM_TEXT_SIZE];
    size_t inputs, outputs, devices;
    xh_pulse_tally pulses; /* of learning and refresh */
    xh_run_weights weights;
    xh_run_winners winners;     /* before the last row */
    double wear_max, wear_p999; /* cycles a device */
    size_t stuck;               /* devices, from the start or worn out */
} xh_run_layer;

/** The test images classified again some time after training. */
typedef struct xh_run_inference {
    double seconds;              /* since the end of training */
    double test_accuracy;        /* 0..1, as the arrays are */
    double compensated_accuracy; /* drift compensated; NAN where it is not */
} xh_run_inference;

typedef struct xh_run_result {
    char path[4096];
    bool recalled; /* the run was complete before: only path and accuracies are known */
    double test_accuracy, train_accuracy; /* 0..1, last epoch */
    double
        readout_accuracy; /* of the test images with the readout in float; the same, unless it is on
                                an array */
    double train_images_per_second, wall_seconds;
    double peak_memory_bytes;
    double images;           /* presented to the network while it trained, in all passes */
    double synapses;         /* that learned */
    double synapse_updates;  /* the same, each times its images */
    xh_pulse_tally pulses;   /* of learning and refresh */
    xh_ledger ledger;        /* sum over layers */
    xh_cost cost;            /* sum over layers, of the whole run */
    double training_joules;  /* of everything up to the end of training */
    double training_seconds; /* simulated latency of the same */
    double update_joules;    /* phases update and refresh */
    /* What updates cost in three ways; NAN where there is nothing to divide by. */
    double joules_per_image;   /* training_joules over images */
    double joules_per_synapse; /* update_joules over synapse_updates */
    double joules_per_pulse;   /* update_joules over pulses on devices */
    double wear_max, wear_p999;
    size_t stuck; /* devices */
    size_t inference_count;
    xh_run_inference inferences[XH_CONFIG_TIMES];
    size_t layer_count;
    xh_run_layer layers[XH_CONFIG_LAYERS];
} xh_run_result;

/**
 * Runs the experiment. XH_INTERRUPTED leaves a readable FILE.h5.part with all rows so far and
 * FILE.h5.checkpoint to go on from with the same bits; so does, up to its latest checkpoint, a run
 * that was killed. XH_INPUT if the checkpoint or result to go on from is damaged or of another
 * configuration, XH_FAILED if another run is writing the result.
 *
 * Of partners only the first one writes, and tells progress; the result is whole there. One that fails
 * where the others do not leaves them waiting: whoever started them has to end them.
 */
xh_status xh_run(const xh_config *config, xh_run_options options, xh_run_result *result,
                 xh_error *error);

/** What a prediction has to know of the machine. */
typedef struct xh_run_machine {
    int threads;
    double macs_per_second; /* multiply-accumulates of layers on floats, on all these threads */
    double int16_gain;      /* their rate on whole numbers, in that on floats */
    double sgemm_gain;      /* rate of sgemm, by which readout and backprop multiply, in the same */
    size_t feature_bytes;   /* that stored features may take in memory; the rest is on the disk */
} xh_run_machine;

/** Measures for a fraction of a second what this machine does on so many threads (0: all cores).
 * XH_MEMORY if there is no room for the products. */
xh_status xh_run_machine_here(int threads, xh_run_machine *machine, xh_error *error);

/** What the run will take on a machine, as `check` prints it: from shapes and counts alone, so that
 * no data need be there. */
typedef struct xh_run_estimate {
    double memory_bytes; /* at most, at a time */
    double disk_bytes;   /* of features that do not fit in memory */
    double training_macs, feature_macs, readout_macs;
    double training_seconds, feature_seconds, readout_seconds;
    double devices;
} xh_run_estimate;
xh_status xh_run_estimate_of(const xh_config *config, const xh_run_machine *machine,
                             xh_run_estimate *estimate, xh_error *error);

#ifdef __cplusplus
}
#endif

#endif
