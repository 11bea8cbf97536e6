/*
 * Checks of a configuration that need several keys: names, shapes from layer to layer, device and
 * scheme.
 */
#include "config_check.h"
#include "config_table.h"

#include <string.h>

/*
 * The entry of that key, or the node itself: where to point when the key was left at its default.
 */
static const xh_node *at(const xh_node *node, const char *key) {
    const xh_node *entry = xh_node_entry(node, key);
    return entry ? entry : node;
}

static const xh_node *layer_node(const xh_node *root, size_t index) {
    const xh_node *layer = at(at(root, "network"), "layers")->first;
    for (; layer && index > 0; index--) {
        layer = layer->next;
    }
    return layer ? layer : root;
}

xh_status xh_config_check_name(const xh_node *place, const char *path, const char *name,
                               xh_error *error) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const size_t plain = strspn(name, letters);
    const char *rest = name + plain;
    while (*rest && (strchr("._-", *rest) || strchr(letters, *rest))) {
        rest++;
    }
    return plain > 0 && !*rest
               ? XH_OK
               : xh_node_error(
                     place, error,
                     "%s = \"%s\" must be of letters, digits, '.', '_' and '-', and begin "
                     "with a letter or digit",
                     path, name);
}

static xh_status check_layer_name(const xh_config *config, const xh_node *root, size_t index,
                                  xh_error *error) {
    const char *name = config->layers[index].name;
    const xh_node *place = at(layer_node(root, index), "name");
    char path[64];
    snprintf(path, sizeof path, "network.layers.%zu.name", index);
    for (size_t i = 0; i < index; i++) {
        if (strcmp(config->layers[i].name, name) == 0) {
            return xh_node_error(place, error, "%s = %s is already the name of network.layers.%zu",
                                 path, name, i);
        }
    }
    return xh_config_check_name(place, path, name, error);
}

static xh_status check_names(const xh_config *config, const xh_node *root, xh_error *error) {
    xh_status status = xh_config_check_name(at(root, "experiment"), "experiment",
                                            config->experiment.experiment, error);
    for (size_t i = 0; i < config->layer_count && status == XH_OK; i++) {
        status = check_layer_name(config, root, i, error);
    }
    return status;
}

/* Every layer must fit on the one below it, the first on the images. */
static xh_status check_shapes(const xh_config *config, const xh_node *root,
                              const xh_dataset_kind *kind, xh_error *error) {
    xh_shape shape = xh_dataset_shape(kind, &config->dataset);
    for (size_t i = 0; i < config->layer_count; i++) {
        size_t inputs = 0;
        size_t positions = 0;
        xh_shape output = shape;
        if (xh_layer_geometry(&config->layers[i], shape, &inputs, &positions, &output, error) !=
            XH_OK) {
            return xh_node_locate(layer_node(root, i), error);
        }
        shape = output;
    }
    return XH_OK;
}

/* No more images than there are, where this is known (all > 0) before the folder is read. */
static xh_status check_images(const xh_node *root, const char *section, const char *key,
                              long images, const char *of, long all, xh_error *error) {
    return images <= all || all == 0 ? XH_OK
                                     : xh_node_error(at(at(root, section), key), error,
                                                     "%s.%s = %ld is more than the %ld %s", section,
                                                     key, images, all, of);
}

static xh_status check_limits(const xh_config *config, const xh_node *root,
                              const xh_dataset_kind *kind, xh_error *error) {
    const bool unlabelled = config->training.unlabelled;
    const long train = (long)kind->train_images;
    const long held = config->dataset.validation_images;
    const long taken = config->dataset.train_images > 0 ? config->dataset.train_images : train;
    const long left = taken > held ? taken - held : 0;
    xh_status status = check_images(root, "dataset", "train_images", config->dataset.train_images,
                                    "of the data set", train, error);
    if (status == XH_OK) {
        status = check_images(root, "dataset", "test_images", config->dataset.test_images,
                              "of the data set", (long)kind->test_images, error);
    }
    if (status == XH_OK && taken > 0 && held >= taken) {
        status = xh_node_error(at(at(root, "dataset"), "validation_images"), error,
                               "dataset.validation_images = %ld leaves none of the %ld training "
                               "images",
                               held, taken);
    }
    if (status == XH_OK && held > 0 && config->dataset.test_images > 0) {
        status = xh_node_error(at(at(root, "dataset"), "test_images"), error,
                               "dataset.test_images = %ld: there are none with "
                               "dataset.validation_images, which stand in for them",
                               config->dataset.test_images);
    }
    if (status == XH_OK) {
        status = check_images(root, "training", "images", config->training.images,
                              unlabelled ? "unlabelled ones"
                              : held > 0 ? "that dataset.train_images takes and "
                                           "dataset.validation_images leaves"
                                         : "that dataset.train_images takes",
                              unlabelled ? (long)kind->unlabelled_images : left, error);
    }
    return status;
}

/* Keys that only some data sets have a use for, or cannot do without. */
static xh_status check_kind(const xh_config *config, const xh_node *root,
                            const xh_dataset_kind *kind, xh_error *error) {
    const xh_dataset_params *dataset = &config->dataset;
    if (dataset->size > 0 && !kind->sized) {
        return xh_node_error(at(at(root, "dataset"), "size"), error,
                             "dataset.size = %ld: the images of %s come as %zu x %zu",
                             dataset->size, kind->name, kind->shape.height, kind->shape.width);
    }
    if (!kind->folder[0] && !dataset->folder[0]) {
        return xh_node_error(at(at(root, "dataset"), "name"), error,
                             "dataset.name = %s needs dataset.folder", kind->name);
    }
    if (config->training.unlabelled && kind->unlabelled_images == 0) {
        return xh_node_error(at(at(root, "training"), "unlabelled"), error,
                             "training.unlabelled = true: dataset.name = %s has no unlabelled "
                             "images",
                             kind->name);
    }
    return XH_OK;
}

static xh_status check_data(const xh_config *config, const xh_node *root, xh_error *error) {
    const xh_dataset_kind *kind = NULL;
    if (xh_dataset_find(config->dataset.name, &kind, error) != XH_OK) {
        return xh_error_prefix(error, "%s: ", at(at(root, "dataset"), "name")->place);
    }
    xh_status status = check_kind(config, root, kind, error);
    if (status == XH_OK) {
        status = check_limits(config, root, kind, error);
    }
    return status == XH_OK ? check_shapes(config, root, kind, error) : status;
}

/* What the scheme needs and the device cannot. */
static xh_status check_traits(const xh_config *config, const xh_node *root, xh_error *error) {
    static const struct {
        xh_device_trait trait;
        const char *phrase;
    } traits[] = {
        {XH_DEVICE_DEPRESSES, "accepts down pulses"},
        {XH_DEVICE_RESETS, "accepts a RESET"},
        {XH_DEVICE_DRIFTS, "drifts"},
        {XH_DEVICE_READ_NOISE, "has read noise"},
    };
    if (!config->device->pulse) {
        return xh_node_error(at(at(root, "scheme"), "name"), error,
                             "scheme.name = %s learns by pulses; device.model = %s describes cells "
                             "programmed in a closed loop, which take none (synapses: programmed "
                             "is for such)",
                             config->scheme->name, config->device->name);
    }
    const unsigned lacking = config->scheme->needs & ~config->device->traits;
    for (size_t i = 0; i < sizeof traits / sizeof traits[0]; i++) {
        if (lacking & (unsigned)traits[i].trait) {
            return xh_node_error(at(at(root, "scheme"), "name"), error,
                                 "scheme.name = %s needs a device that %s; device.model = %s is "
                                 "none",
                                 config->scheme->name, traits[i].phrase, config->device->name);
        }
    }
    return XH_OK;
}

/* The first layer whose synapses are of that kind; the number of layers if none is. */
static size_t find_synapses(const xh_config *config, const char *kind) {
    size_t index = 0;
    while (index < config->layer_count && strcmp(config->layers[index].synapses, kind) != 0) {
        index++;
    }
    return index;
}

static xh_status lacks_section(const xh_config *config, const xh_node *root, size_t index,
                               const char *section, xh_error *error) {
    return xh_node_error(at(layer_node(root, index), "synapses"), error,
                         "network.layers.%zu.synapses = %s needs a section %s", index,
                         config->layers[index].synapses, section);
}

/* A layer on a crossbar needs a device, and one that learns there a scheme. */
static xh_status check_crossbars(const xh_config *config, const xh_node *root, xh_error *error) {
    const size_t learning = find_synapses(config, "crossbar");
    const size_t programmed = find_synapses(config, "programmed");
    if (programmed < config->layer_count && !config->device) {
        return lacks_section(config, root, programmed, "device", error);
    }
    if (learning == config->layer_count) {
        return XH_OK;
    }
    if (!config->device || !config->scheme) {
        return lacks_section(config, root, learning, config->device ? "scheme" : "device", error);
    }
    xh_status status = xh_config_require_table(at(root, "device"), config->device, error);
    if (status == XH_OK) {
        status = check_traits(config, root, error);
    }
    if (status == XH_OK &&
        xh_scheme_fits(config->scheme, config->device, &config->crossbar, error) != XH_OK) {
        return xh_node_locate(at(root, "crossbar"), error);
    }
    return status;
}

static xh_status check_training(const xh_config *config, const xh_node *root, xh_error *error) {
    const long layers = config->training.layers;
    if (layers <= (long)config->layer_count) {
        return XH_OK;
    }
    return xh_node_error(at(at(root, "training"), "layers"), error,
                         "training.layers = %ld is above the number of layers, %zu", layers,
                         config->layer_count);
}

/* Views of an image differ by their augmentation. */
static xh_status check_views(const xh_config *config, const xh_node *root, xh_error *error) {
    const long views = config->readout.views;
    if (views == 1 || strcmp(config->readout.augmentation, "none") != 0) {
        return XH_OK;
    }
    return xh_node_error(at(at(root, "readout"), "views"), error,
                         "readout.views = %ld of each image are all the same: it must be 1 with "
                         "readout.augmentation = none",
                         views);
}

/* A readout on an array needs a device. */
static xh_status check_readout(const xh_config *config, const xh_node *root, xh_error *error) {
    const xh_node *place = at(at(root, "readout"), "synapses");
    if (!xh_config_programs_readout(config) || config->device) {
        return XH_OK;
    }
    return xh_node_error(place, error, "readout.synapses = programmed needs a section device");
}

/* Backpropagation trains every layer, and reads weights transposed. */
static xh_status check_backprop(const xh_config *config, const xh_node *root, xh_error *error) {
    const xh_training_params *training = &config->training;
    if (!xh_config_backpropagates(config)) {
        return XH_OK;
    }
    for (size_t l = 0; l < config->layer_count; l++) {
        if (strcmp(config->layers[l].synapses, "digital") != 0) {
            const bool learns = strcmp(config->layers[l].synapses, "crossbar") == 0;
            return xh_node_error(at(layer_node(root, l), "synapses"), error,
                                 "network.layers.%zu.synapses = %s cannot be with "
                                 "training.method = backprop: %s",
                                 l, config->layers[l].synapses,
                                 learns ? "arrays are never read transposed"
                                        : "the comparator stays in float");
        }
    }
    if (xh_config_programs_readout(config)) {
        return xh_node_error(at(at(root, "readout"), "synapses"), error,
                             "readout.synapses = %s cannot be with training.method = backprop: the "
                             "comparator stays in float",
                             config->readout.synapses);
    }
    if (training->unlabelled) {
        return xh_node_error(at(at(root, "training"), "unlabelled"), error,
                             "training.unlabelled cannot be with training.method = backprop, which "
                             "needs labels");
    }
    if (!training->learn || training->layers > 0) {
        const char *key = training->learn ? "layers" : "learn";
        return xh_node_error(at(at(root, "training"), key), error,
                             "training.%s cannot be with training.method = backprop, by which "
                             "every layer learns",
                             key);
    }
    return XH_OK;
}

/* Devices multiply as they do. */
static xh_status check_arithmetic(const xh_config *config, const xh_node *root, xh_error *error) {
    for (size_t i = 0; i < config->layer_count; i++) {
        const xh_layer_params *layer = &config->layers[i];
        if (strcmp(layer->synapses, "crossbar") == 0 && strcmp(layer->arithmetic, "float32") != 0) {
            return xh_node_error(at(layer_node(root, i), "arithmetic"), error,
                                 "network.layers.%zu.arithmetic = %s is for digital synapses; "
                                 "synapses = crossbar allows float32 only",
                                 i, layer->arithmetic);
        }
    }
    return XH_OK;
}

static xh_status check_device(const xh_config *config, const xh_node *root, xh_error *error) {
    if (!config->device ||
        xh_device_check(config->device, &config->device_values, error) == XH_OK) {
        return XH_OK;
    }
    return xh_node_locate(at(root, "device"), error);
}

static bool has_arrays(const xh_config *config) {
    bool found = xh_config_programs_readout(config);
    for (size_t l = 0; l < config->layer_count; l++) {
        found = found || strcmp(config->layers[l].synapses, "digital") != 0;
    }
    return found;
}

/* Arrays take time and energy of their own, of which digital hardware has none. */
static xh_status check_hardware(const xh_config *config, const xh_node *root, xh_error *error) {
    if (!config->hardware.digital || !has_arrays(config)) {
        return XH_OK;
    }
    return xh_node_error(at(root, "hardware"), error,
                         "hardware = %s is digital, and layers are on arrays; crosshebb price "
                         "sets a finished run beside digital hardware",
                         config->experiment.hardware);
}

/* What ages are the devices of layers on crossbars, and time goes on from the rest. */
static xh_status check_inference(const xh_config *config, const xh_node *root, xh_error *error) {
    const xh_node *place = at(at(root, "inference"), "after");
    double seconds[XH_CONFIG_TIMES];
    size_t count = 0;
    if (xh_config_times(config->inference.after, seconds, &count, error) != XH_OK) {
        xh_error_prefix(error, "inference.after = ");
        return xh_node_locate(place, error);
    }
    if (count > 0 && !has_arrays(config)) {
        return xh_node_error(place, error, "inference.after needs a layer on a crossbar");
    }
    if (count > 0 && seconds[0] < config->training.rest_seconds) {
        return xh_node_error(place, error,
                             "inference.after begins with %g s, before the end of "
                             "training.rest_seconds = %g s",
                             seconds[0], config->training.rest_seconds);
    }
    return XH_OK;
}

static xh_status check_periphery(const xh_config *config, const xh_node *root, xh_error *error) {
    return xh_crossbar_check(&config->crossbar, error) == XH_OK
               ? XH_OK
               : xh_node_locate(at(root, "crossbar"), error);
}

xh_status xh_config_check(const xh_config *config, const xh_node *root, xh_error *error) {
    static xh_status (*const checks[])(const xh_config *, const xh_node *, xh_error *) = {
        check_names,     check_readout,   check_data,       check_training,
        check_views,     check_backprop,  check_device,     check_periphery,
        check_inference, check_crossbars, check_arithmetic, check_hardware};
    xh_status status = XH_OK;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0] && status == XH_OK; i++) {
        status = checks[i](config, root, error);
    }
    return status;
}
