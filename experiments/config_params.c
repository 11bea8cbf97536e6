/* Parameter tables of an experiment's own sections. */
#include "crosshebb/config.h"
#include "crosshebb/loader.h"

/* Bounds are doubles, in which every integer up to 2^53 is exact. */
#define LARGEST_SEED 9007199254740992.0
#define LARGEST_COUNT 1e12

#define TABLE(name, type, rows) const xh_param_table name = XH_PARAM_TABLE(type, rows)

#define TEXT(field, initial, choices, sentence)                                                    \
    XH_TEXT(xh_experiment_params, field, initial, choices, sentence)
static const xh_param experiment_rows[] = {
    TEXT(experiment, "experiment", NULL,
         "name of the experiment and, with .h5, of its result: letters, digits, . _ -"),
    XH_INTEGER(xh_experiment_params, seed, "1", 1, 0, LARGEST_SEED,
               "seed of every random number that has no seed of its own"),
    TEXT(hardware, "pcm-14nm-measured", NULL,
         "profile that prices the ledger: a name, or the path of a .yaml file"),
};
#undef TEXT
TABLE(xh_experiment_param_table, xh_experiment_params, experiment_rows);

#define SEED(field, sentence) XH_INTEGER(xh_seed_params, field, "1", -1, -1, LARGEST_SEED, sentence)
static const xh_param seed_rows[] = {
    SEED(network, "seed of initial weights, order of images and readout; -1: the experiment's"),
    SEED(device, "seed of device-to-device spread and faults; -1: the experiment's"),
    SEED(cycle, "seed of cycle-to-cycle spread, read noise and pulse trains; -1: the experiment's"),
};
#undef SEED
TABLE(xh_seed_param_table, xh_seed_params, seed_rows);

static const xh_param dataset_rows[] = {
    XH_TEXT(xh_dataset_params, name, "fashion-mnist", NULL, "data set"),
    XH_TEXT(xh_dataset_params, folder, "", NULL,
            "folder below the data directory; empty: the data set's own"),
    XH_INTEGER(xh_dataset_params, size, "pixels", 0, 0, 1024,
               "side of the square cut from each image of an image folder; 0: the data set's own"),
    XH_INTEGER(
        xh_dataset_params, train_images, "1", 0, 0, LARGEST_COUNT,
        "training images taken: the first, or from an image folder a fixed random choice with as "
        "many of each class as can be; 0: all"),
    XH_INTEGER(xh_dataset_params, test_images, "1", 0, 0, LARGEST_COUNT,
               "test images taken, chosen as the training images; 0: all"),
    XH_INTEGER(xh_dataset_params, validation_images, "1", 0, 0, LARGEST_COUNT,
               "training images held back, a fixed random choice, and used in place of the test "
               "images: to choose settings by; 0: none"),
};
TABLE(xh_dataset_param_table, xh_dataset_params, dataset_rows);

static const xh_param network_rows[] = {
    XH_TEXT(
        xh_network_params, preset, "", NULL,
        "published network to begin from, with its data set, training and readout; empty: none"),
    XH_REAL(xh_network_params, width, "1", 1, 1e-3, 1e3,
            "factor of every layer's outputs, rounded; 1 once resolved: the layers then hold it"),
    XH_INTEGER(xh_network_params, depth, "1", 0, 0, XH_CONFIG_LAYERS,
               "layers taken, from the first; 0: all"),
};
TABLE(xh_network_param_table, xh_network_params, network_rows);

static const char *const orders[] = {"successive", "consecutive", NULL};
static const char *const methods[] = {"softhebb", "backprop", NULL};
static const char *const clocks[] = {"hardware", "prototype", NULL};
static const xh_param training_rows[] = {
    XH_TEXT(xh_training_params, method, "softhebb", methods,
            "softhebb: layers learn locally, then the readout; backprop: a float comparator of the "
            "same shape, trained end to end with the readout's epochs"),
    XH_TEXT(xh_training_params, order, "successive", orders,
            "layers one after the other, each with its own pass (successive), or all in the same "
            "pass (consecutive)"),
    XH_FLAG(xh_training_params, learn, true,
            "off: weights stay as they began and only the normalisation is warmed, a control"),
    XH_INTEGER(xh_training_params, layers, "1", 0, 0, XH_CONFIG_LAYERS,
               "layers that learn, from the first; those above stay as they began, as in learn: "
               "off; 0: all"),
    XH_INTEGER(xh_training_params, epochs, "1", 1, 0, 1e6, "unsupervised passes over the images"),
    XH_INTEGER(xh_training_params, batch, "1", 10, 1, 65536, "images a batch"),
    XH_INTEGER(xh_training_params, images, "1", 0, 0, LARGEST_COUNT,
               "images of an unsupervised pass; 0: all"),
    XH_FLAG(xh_training_params, unlabelled, false,
            "passes go over the data set's unlabelled images"),
    XH_TEXT(xh_training_params, augmentation, "none", xh_augmentation_names,
            "change of each image in a pass: mirrored every other time, mirrored half the time, "
            "and cropped after padding, or cropped and resized"),
    XH_INTEGER(xh_training_params, trace_every, "1", 1000, 1, LARGEST_COUNT,
               "images between rows of the trace"),
    XH_TEXT(xh_training_params, clock, "hardware", clocks,
            "time that drift sees: the priced latency (hardware), or prototype_seconds a batch"),
    XH_REAL(xh_training_params, prototype_seconds, "s", 38.6, 0, 1e9,
            "seconds a batch under the prototype clock [T0 of Nandakumar et al., J. Appl. Phys. "
            "124, 152135 (2018)]"),
    XH_REAL(xh_training_params, rest_seconds, "s", 0, 0, 1e10,
            "seconds between training and inference"),
};
TABLE(xh_training_param_table, xh_training_params, training_rows);

static const xh_param inference_rows[] = {
    XH_LIST(xh_inference_params, after, "",
            "times since the end of training, such as 1 h, 30 d, 1 y, at which the test images are "
            "classified again, without and with compensation of drift; empty: none"),
};
TABLE(xh_inference_param_table, xh_inference_params, inference_rows);

static const xh_param output_rows[] = {
    XH_FLAG(xh_output_params, weights, false, "final weights of every layer in the result"),
    XH_FLAG(xh_output_params, conductances, false,
            "final conductances of every device in the result"),
};
TABLE(xh_output_param_table, xh_output_params, output_rows);
