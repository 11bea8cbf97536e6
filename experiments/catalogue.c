/* What the program knows by name, from the tables of the floors below. */
#include "catalogue_device.h"

#include "crosshebb/nonideality.h"

#include <string.h>

typedef struct section {
    const char *name;
    const char *summary;
    const xh_param_table *table;
} section;

static const section sections[] = {
    {"experiment", "keys at the top of the file", &xh_experiment_param_table},
    {"seeds", "seeds kept apart", &xh_seed_param_table},
    {"dataset", "images to learn from", &xh_dataset_param_table},
    {"network", "layers, or what they begin from", &xh_network_param_table},
    {"layer", "one entry of network.layers", &xh_layer_param_table},
    {"crossbar", "arrays and converters", &xh_crossbar_param_table},
    {"training", "unsupervised passes", &xh_training_param_table},
    {"readout", "linear classifier on the features", &xh_readout_param_table},
    {"inference", "tests of the network as it ages", &xh_inference_param_table},
    {"output", "what the result keeps", &xh_output_param_table},
};
enum { SECTIONS = sizeof(sections) / sizeof(sections[0]) };

static bool is_number(const xh_param *param) {
    return param->type == XH_PARAM_REAL || param->type == XH_PARAM_INTEGER;
}

void xh_catalogue_param(const xh_param *param, const void *values, FILE *stream) {
    char value[XH_PARAM_TEXT_SIZE], range[XH_PARAM_TEXT_SIZE] = "";
    xh_param_format(param, values, value);
    if (param->type == XH_PARAM_REAL) {
        snprintf(value, sizeof(value), "%.6g", xh_param_number(param, values));
    }
    if (is_number(param)) {
        snprintf(range, sizeof(range), "%-8s [%g, %g]", param->unit, param->minimum,
                 param->maximum);
    } else if (param->type == XH_PARAM_FLAG) {
        snprintf(range, sizeof(range), "false or true");
    }
    fprintf(stream, "  %-20s %-14s %s", param->name, value[0] ? value : "\"\"", range);
    for (const char *const *choice = param->choices; choice && *choice; choice++) {
        fprintf(stream, "%s%s", choice == param->choices ? "one of " : ", ", *choice);
    }
    fprintf(stream, "\n      %s\n", param->sentence);
}

static void print_defaults(const xh_param_table *table, FILE *stream) {
    static xh_param_values values;
    xh_param_defaults(table, values.bytes);
    fputs("\nparameters: name, default, unit, range\n", stream);
    for (size_t i = 0; i < table->count; i++) {
        xh_catalogue_param(&table->params[i], values.bytes, stream);
    }
}

static const char *scheme_name(size_t index) {
    return xh_scheme_at(index)->name;
}

static void scheme_summary(size_t index, char text[XH_PARAM_TEXT_SIZE]) {
    snprintf(text, XH_PARAM_TEXT_SIZE, "%s", xh_scheme_at(index)->summary);
}

static xh_status show_scheme(size_t index, FILE *stream, xh_error *error) {
    (void)error;
    const xh_scheme *scheme = xh_scheme_at(index);
    fprintf(
        stream,
        "%s: %s\n\ndigital state: %s\n\nreference: %s\n\nneeds a device that, beyond up pulses: ",
        scheme->name, scheme->summary, scheme->digital_state, scheme->reference);
    xh_catalogue_traits(scheme->needs, stream);
    print_defaults(scheme->params, stream);
    return XH_OK;
}

static const char *encoding_name(size_t index) {
    return xh_encoding_at(index)->name;
}

static void encoding_summary(size_t index, char text[XH_PARAM_TEXT_SIZE]) {
    snprintf(text, XH_PARAM_TEXT_SIZE, "%s", xh_encoding_at(index)->summary);
}

/* What a pulse for one side of a synapse is on its devices. */
static void print_pulse(const char *side, xh_encoding_pulse pulse, FILE *stream) {
    fprintf(stream, "an up pulse on the %s side: %s on a device of side %zu\n", side,
            pulse.direction > 0 ? "up" : "down", pulse.side);
}

static xh_status show_encoding(size_t index, FILE *stream, xh_error *error) {
    (void)error;
    const xh_encoding *encoding = xh_encoding_at(index);
    fprintf(stream, "%s: %s\n\n%s\n\nreference: %s\n\nsides: %zu, each of slices x devices\n",
            encoding->name, encoding->summary, encoding->equations, encoding->reference,
            encoding->sides);
    print_pulse("plus", encoding->pulse[0], stream);
    print_pulse("minus", encoding->pulse[1], stream);
    return XH_OK;
}

static const char *network_name(size_t index) {
    return xh_network_preset_at(index).name;
}

void xh_catalogue_first_comment(const char *preset, char text[XH_PARAM_TEXT_SIZE]) {
    preset += strspn(preset, "# ");
    snprintf(text, XH_PARAM_TEXT_SIZE, "%.*s", (int)strcspn(preset, "\n"), preset);
}

static void network_summary(size_t index, char text[XH_PARAM_TEXT_SIZE]) {
    xh_catalogue_first_comment(xh_network_preset_at(index).text, text);
}

static xh_status show_network(size_t index, FILE *stream, xh_error *error) {
    (void)error;
    fputs(xh_network_preset_at(index).text, stream);
    return XH_OK;
}

static const char *dataset_name(size_t index) {
    return xh_dataset_kind_at(index)->name;
}

static void dataset_summary(size_t index, char text[XH_PARAM_TEXT_SIZE]) {
    snprintf(text, XH_PARAM_TEXT_SIZE, "%s", xh_dataset_kind_at(index)->summary);
}

/* Numbers of images and classes, which only the folder of some data sets tells. */
static void print_images(const xh_dataset_kind *kind, FILE *stream) {
    if (kind->classes == 0) {
        fputs("images     those in the folder\n", stream);
    } else {
        fprintf(stream, "images     %zu for training, %zu for tests", kind->train_images,
                kind->test_images);
        if (kind->unlabelled_images > 0) {
            fprintf(stream, ", %zu unlabelled", kind->unlabelled_images);
        }
        fprintf(stream, "\nclasses    %zu\n", kind->classes);
    }
}

static xh_status show_dataset(size_t index, FILE *stream, xh_error *error) {
    (void)error;
    const xh_dataset_kind *kind = xh_dataset_kind_at(index);
    fprintf(stream, "%s: %s\n\n", kind->name, kind->summary);
    print_images(kind, stream);
    fprintf(stream, "shape      %zu x %zu x %zu%s\n", kind->shape.height, kind->shape.width,
            kind->shape.channels, kind->sized ? ", unless dataset.size is another" : "");
    fprintf(stream, "folder     %s\n", kind->folder[0] ? kind->folder : "dataset.folder");
    fprintf(stream, "obtain     %s\n", kind->obtain);
    fprintf(stream, "reference  %s\n", kind->reference);
    return XH_OK;
}

static const char *hardware_name(size_t index) {
    return xh_hardware_at(index).name;
}

static void hardware_summary(size_t index, char text[XH_PARAM_TEXT_SIZE]) {
    static xh_hardware hardware;
    const xh_status status = xh_hardware_load(hardware_name(index), &hardware, NULL);
    snprintf(text, XH_PARAM_TEXT_SIZE, "%s", status == XH_OK ? hardware.summary : "");
}

static void print_price(xh_event event, const xh_price *price, FILE *stream) {
    char joules[XH_QUANTITY_SIZE], seconds[XH_QUANTITY_SIZE];
    if (price->mark) {
        fprintf(stream, "  %-20s %-12s %-12s %c\n      %s\n", xh_event_name(event),
                xh_quantity(price->joules, "J", joules), xh_quantity(price->seconds, "s", seconds),
                price->mark, price->source);
    } else {
        fprintf(stream, "  %-20s by the physics of the device\n", xh_event_name(event));
    }
}

static xh_status show_hardware(size_t index, FILE *stream, xh_error *error) {
    static xh_hardware hardware;
    const xh_status status = xh_hardware_load(hardware_name(index), &hardware, error);
    if (status != XH_OK) {
        return status;
    }
    fprintf(stream, "%s: %s\n\n", hardware.name, hardware.summary);
    for (size_t i = 0; i < xh_hardware_param_table.count; i++) {
        const xh_param *param = &xh_hardware_param_table.params[i];
        if (param->type != XH_PARAM_TEXT) {
            xh_catalogue_param(param, &hardware, stream);
        }
    }
    fputs(
        "\nprices: event, energy, time, mark (P paper, C published code, D derived, M remembered, "
        "A assumed)\n",
        stream);
    for (int event = 0; event < XH_EVENTS; event++) {
        if (hardware.price[event].mark || !(hardware.digital || xh_event_spared((xh_event)event))) {
            print_price((xh_event)event, &hardware.price[event], stream);
        }
    }
    return XH_OK;
}

static const char *nonideality_name(size_t index) {
    return xh_nonideality_at(index)->name;
}

static void nonideality_summary(size_t index, char text[XH_PARAM_TEXT_SIZE]) {
    snprintf(text, XH_PARAM_TEXT_SIZE, "%s", xh_nonideality_at(index)->summary);
}

/* Device models that have the parameter. */
static void print_models(const char *name, FILE *stream) {
    const char *before = "  of ";
    for (size_t d = 0; d < xh_device_count(); d++) {
        if (xh_param_find(xh_device_at(d)->params, name)) {
            fprintf(stream, "%s%s", before, xh_device_at(d)->name);
            before = ", ";
        }
    }
}

static xh_status show_nonideality(size_t index, FILE *stream, xh_error *error) {
    (void)error;
    const xh_nonideality *one = xh_nonideality_at(index);
    fprintf(stream, "%s: without it, %s\n\ncrossbar.without: %s sets\n", one->name, one->summary,
            one->name);
    for (const xh_ideal_value *value = one->values; value->name; value++) {
        fprintf(stream, "  %s.%s: %s", value->crossbar ? "crossbar" : "device", value->name,
                value->text);
        if (!value->crossbar) {
            print_models(value->name, stream);
        }
        fputc('\n', stream);
    }
    return XH_OK;
}

static size_t section_count(void) {
    return SECTIONS;
}

static const char *section_name(size_t index) {
    return sections[index].name;
}

static void section_summary(size_t index, char text[XH_PARAM_TEXT_SIZE]) {
    snprintf(text, XH_PARAM_TEXT_SIZE, "%s", sections[index].summary);
}

static xh_status show_section(size_t index, FILE *stream, xh_error *error) {
    (void)error;
    fprintf(stream, "%s: %s\n", sections[index].name, sections[index].summary);
    print_defaults(sections[index].table, stream);
    return XH_OK;
}

const xh_catalogue xh_catalogues[] = {
    {"devices", "device", "models of a memory cell, and presets of them", xh_catalogue_devices,
     xh_catalogue_device_name, xh_catalogue_device_summary, xh_catalogue_device_show},
    {"schemes", "scheme", "how local signals become pulses", xh_scheme_count, scheme_name,
     scheme_summary, show_scheme},
    {"encodings", "encoding", "how a weight with a sign lies on devices", xh_encoding_count,
     encoding_name, encoding_summary, show_encoding},
    {"nonidealities", "nonideality", "what crossbar.without turns off", xh_nonideality_count,
     nonideality_name, nonideality_summary, show_nonideality},
    {"networks", "network", "presets of layers", xh_network_preset_count, network_name,
     network_summary, show_network},
    {"datasets", "dataset", "images", xh_dataset_kinds, dataset_name, dataset_summary,
     show_dataset},
    {"hardware", "hardware", "prices of events", xh_hardware_count, hardware_name, hardware_summary,
     show_hardware},
    {"sections", "section", "keys of an experiment", section_count, section_name, section_summary,
     show_section},
};
const size_t xh_catalogue_count = sizeof(xh_catalogues) / sizeof(xh_catalogues[0]);

xh_status xh_catalogue_find(const char *kind, const xh_catalogue **catalogue, xh_error *error) {
    const char *names[sizeof(xh_catalogues) / sizeof(xh_catalogues[0])];
    for (size_t c = 0; c < xh_catalogue_count; c++) {
        names[c] = xh_catalogues[c].plural;
        if (strcmp(kind, xh_catalogues[c].plural) == 0 ||
            strcmp(kind, xh_catalogues[c].singular) == 0) {
            *catalogue = &xh_catalogues[c];
            return XH_OK;
        }
    }
    return xh_arguments_unknown("kind", kind, names, xh_catalogue_count, error);
}

xh_status xh_catalogue_lookup(const xh_catalogue *catalogue, const char *name, size_t *index,
                              xh_error *error) {
    enum { MOST = 256 };
    const char *names[MOST];
    const size_t count = catalogue->count() < MOST ? catalogue->count() : MOST;
    for (*index = 0; *index < count; ++*index) {
        names[*index] = catalogue->name(*index);
        if (strcmp(names[*index], name) == 0) {
            return XH_OK;
        }
    }
    return xh_arguments_unknown(catalogue->singular, name, names, count, error);
}
