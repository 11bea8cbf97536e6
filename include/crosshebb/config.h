/** The configuration of a run: a YAML file, overrides, and the resolved text that reproduces it. */
#ifndef CROSSHEBB_CONFIG_H
#define CROSSHEBB_CONFIG_H

#include "crosshebb/dataset.h"
#include "crosshebb/layer.h"
#include "crosshebb/readout.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { XH_CONFIG_LAYERS = 16 };

/** Top level. */
typedef struct xh_experiment_params {
    char experiment[XH_PARAM_TEXT_SIZE]; /* its name */
    long seed;
    char hardware[XH_PARAM_TEXT_SIZE]; /* profile that prices the ledger: a name, or a YAML file's
                                          path */
} xh_experiment_params;

/** Seeds kept apart, so that comparisons can be paired; -1 takes the experiment's seed. */
typedef struct xh_seed_params {
    long network; /* initial weights, order of images, readout */
    long device;  /* device-to-device spread */
    long cycle;   /* cycle-to-cycle spread, read noise, pulse trains */
} xh_seed_params;

typedef struct xh_network_params {
    char preset[XH_PARAM_TEXT_SIZE]; /* what the layers began from; "": nothing */
    double width;                    /* factor of every layer's outputs; 1 once they hold it */
    long depth;                      /* the first layers of the list; 0: all */
} xh_network_params;

typedef struct xh_training_params {
    char method[XH_PARAM_TEXT_SIZE]; /* softhebb, backprop */
    char order[XH_PARAM_TEXT_SIZE];  /* successive, consecutive */
    bool learn;                      /* off: the random control, normalisation warmed */
    long layers;                     /* the first layers that learn; 0: all */
    long epochs;
    long batch;
    long images;                           /* of the unsupervised passes; 0: all */
    bool unlabelled;                       /* passes over the data set's unlabelled images */
    char augmentation[XH_PARAM_TEXT_SIZE]; /* none, mirror, flip, shift, crop_flip, resized_crop */
    long trace_every;                      /* images between rows of the trace */
    char clock[XH_PARAM_TEXT_SIZE];        /* hardware, prototype */
    double prototype_seconds;              /* simulated seconds a batch under the prototype clock */
    double rest_seconds;                   /* simulated seconds between training and inference */
} xh_training_params;

typedef struct xh_inference_params {
    char after[XH_PARAM_TEXT_SIZE]; /* times since the end of training at which the test images are
                                       classified again, as of xh_config_times; "": none */
} xh_inference_params;

typedef struct xh_output_params {
    bool weights;      /* final weights in the result */
    bool conductances; /* final conductances of every device in the result */
} xh_output_params;

extern const xh_param_table xh_experiment_param_table;
extern const xh_param_table xh_seed_param_table;
extern const xh_param_table xh_dataset_param_table;
extern const xh_param_table xh_network_param_table;
extern const xh_param_table xh_training_param_table;
extern const xh_param_table xh_inference_param_table;
extern const xh_param_table xh_output_param_table;
extern const xh_param_table xh_hardware_param_table; /* a hardware profile without its prices */

typedef struct xh_config {
    xh_experiment_params experiment;
    xh_seed_params seeds;
    xh_dataset_params dataset;
    xh_network_params network;
    size_t layer_count;
    xh_layer_params layers[XH_CONFIG_LAYERS];
    const xh_device_model *device;
    xh_param_values device_values;
    xh_crossbar_params crossbar;
    const xh_scheme *scheme;
    xh_param_values scheme_values;
    xh_training_params training;
    xh_readout_params readout;
    xh_inference_params inference;
    xh_output_params output;
    xh_hardware hardware; /* the profile that experiment.hardware names */
} xh_config;

/**
 * Reads the file, then the overrides ("a.b.c=value"; list entries by number:
 * "network.layers.0.rate=0.1", or all at once: "network.layers.*.rate=0.1", to which a number is an
 * exception, wherever it stands), then checks all of it. XH_INPUT with "file:line: key = value is
 * outside [a, b]", or an unknown key and the nearest known one. config is then as it was.
 */
xh_status xh_config_load(const char *path, const char *const *overrides, size_t count,
                         xh_config *config, xh_error *error);

/** The same from memory; name stands for the file in messages. */
xh_status xh_config_parse(const char *name, const char *text, size_t size,
                          const char *const *overrides, size_t count, xh_config *config,
                          xh_error *error);

/** The row that describes a key ("crossbar.adc_bits", "network.layers.0.rate", also
 * "network.layers.*.rate") for the device and scheme of the configuration; NULL for keys of no table
 * (device.model, scheme.name) and unknown ones. */
const xh_param *xh_config_param(const xh_config *config, const char *key);

/** How many layers learn, from the first on: those of training.layers, none if training.learn is
 * off. */
size_t xh_config_learning_layers(const xh_config *config);

/** Whether the network is trained end to end instead: training.method. */
bool xh_config_backpropagates(const xh_config *config);

/** Whether the readout is tested on an array that its weights are written onto. */
bool xh_config_programs_readout(const xh_config *config);

enum { XH_CONFIG_TIMES = 16 };

/** Seconds of a list of times such as "20 s, 5 min, 1 h, 30 d, 1 y" (years of 365 days; seconds need no
 * unit). XH_INPUT unless they are positive, each later than the one before, and at most
 * XH_CONFIG_TIMES. */
xh_status xh_config_times(const char *text, double seconds[XH_CONFIG_TIMES], size_t *count,
                          xh_error *error);

/** Writes the resolved configuration as YAML, with units and sentences as comments: read again, it
 * is the same. */
void xh_config_write(const xh_config *config, FILE *stream);

/** The same as text, to be freed by free(); NULL if memory is short. */
char *xh_config_text(const xh_config *config);

/** XH_INPUT, naming the first key that differs, unless the text says the same: it is that of
 * xh_config_text, out of the file of that name. */
xh_status xh_config_compare(const xh_config *config, const char *name, const char *text,
                            xh_error *error);

/** Names of the presets of networks and devices and of the hardware profiles that come with the program, and their texts.
 */
typedef struct xh_embedded {
    const char *name;
    const char *text;
} xh_embedded;
size_t xh_network_preset_count(void);
xh_embedded xh_network_preset_at(size_t index);
size_t xh_device_preset_count(void);
xh_embedded xh_device_preset_at(size_t index);
size_t xh_hardware_count(void);
xh_embedded xh_hardware_at(size_t index);

/**
 * The device of that name: a model with its defaults, a preset, or a preset's file if name ends in
 * .yaml; with overrides "parameter=value", and checked. XH_INPUT with place, key and range, or
 * proposing the nearest name. model and values are then as they were.
 */
xh_status xh_device_load(const char *name, const char *const *overrides, size_t count,
                         const xh_device_model **model, xh_param_values *values, xh_error *error);

/** Reads a device preset from memory; name stands for the file in messages. */
xh_status xh_device_parse(const char *name, const char *text, size_t size,
                          const xh_device_model **model, xh_param_values *values, xh_error *error);

/** Loads a hardware profile by name, or from a file if name ends in .yaml. */
xh_status xh_hardware_load(const char *name, xh_hardware *hardware, xh_error *error);

/** Reads a hardware profile from memory; name stands for the file in messages. */
xh_status xh_hardware_parse(const char *name, const char *text, size_t size, xh_hardware *hardware,
                            xh_error *error);

#ifdef __cplusplus
}
#endif

#endif
