/* Devices in the catalogue: what a model is, and what a preset makes of one. */
#include "catalogue_device.h"

#include <string.h>

void xh_catalogue_traits(unsigned traits, FILE *stream) {
    static const struct {
        unsigned trait;
        const char *words;
    } names[] = {
        {XH_DEVICE_DEPRESSES, "takes down pulses"},
        {XH_DEVICE_RESETS, "takes a RESET"},
        {XH_DEVICE_DRIFTS, "drifts"},
        {XH_DEVICE_READ_NOISE, "fluctuates from read to read"},
        {XH_DEVICE_EVEN_NOISE, "by as much in all cells and states"},
    };
    const char *separator = "";
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (traits & names[i].trait) {
            fprintf(stream, "%s%s", separator, names[i].words);
            separator = ", ";
        }
    }
    fputs(separator[0] ? "\n" : "nothing\n", stream);
}

size_t xh_catalogue_devices(void) {
    return xh_device_count() + xh_device_preset_count();
}

/* The preset of that place in the catalogue; NULL texts if it is a model's. */
static xh_embedded preset_at(size_t index) {
    const size_t models = xh_device_count();
    return index < models ? (xh_embedded){NULL, NULL} : xh_device_preset_at(index - models);
}

const char *xh_catalogue_device_name(size_t index) {
    return index < xh_device_count() ? xh_device_at(index)->name : preset_at(index).name;
}

/* The model of the device of that place, and its parameters. */
static xh_status load(size_t index, const xh_device_model **model, xh_param_values *values,
                      xh_error *error) {
    return xh_device_load(xh_catalogue_device_name(index), NULL, 0, model, values, error);
}

void xh_catalogue_device_summary(size_t index, char text[XH_PARAM_TEXT_SIZE]) {
    static xh_param_values values;
    const xh_device_model *model = NULL;
    const xh_embedded preset = preset_at(index);
    if (!preset.name) {
        snprintf(text, XH_PARAM_TEXT_SIZE, "%s", xh_device_at(index)->summary);
    } else if (load(index, &model, &values, NULL) == XH_OK) {
        char summary[XH_PARAM_TEXT_SIZE];
        xh_catalogue_first_comment(preset.text, summary);
        snprintf(text, XH_PARAM_TEXT_SIZE, "preset of %s: %.200s", model->name, summary);
    } else {
        text[0] = '\0';
    }
}

/* A preset's comments as text, then its section as it is written. */
static void print_preset(const char *text, FILE *stream) {
    while (*text) {
        const size_t length = strcspn(text, "\n");
        const bool comment = text[0] == '#';
        const size_t mark = comment ? strspn(text, "# ") : 0;
        if (strncmp(text, "device:", 7) == 0) {
            fputc('\n', stream);
        }
        fprintf(stream, "%.*s\n", (int)(length > mark ? length - mark : 0), text + mark);
        text += length + (text[length] == '\n');
    }
    fputc('\n', stream);
}

/* Whether a line of the preset sets the parameter. */
static bool sets(const char *text, const char *name) {
    char line[XH_PARAM_TEXT_SIZE];
    snprintf(line, sizeof(line), "\n  %s:", name);
    return strstr(text, line) != NULL;
}

/* The parameters of a model; of a preset those that it sets come first. */
static void print_params(const xh_device_model *model, const char *preset, const void *values,
                         FILE *stream) {
    const xh_param_table *table = model->params;
    if (preset) {
        fputs("\nparameters that the preset sets, with the sources above: name, value, unit, "
              "range\n",
              stream);
    }
    for (size_t i = 0; preset && i < table->count; i++) {
        if (sets(preset, table->params[i].name)) {
            xh_catalogue_param(&table->params[i], values, stream);
        }
    }
    fprintf(stream, "\n%s: name, default, unit, range\n",
            preset ? "parameters left as the model has them" : "parameters");
    for (size_t i = 0; i < table->count; i++) {
        if (!preset || !sets(preset, table->params[i].name)) {
            xh_catalogue_param(&table->params[i], values, stream);
        }
    }
}

static void print_model(const xh_device_model *model, FILE *stream) {
    fprintf(stream, "%s: %s\n\n%s\n\nreference: %s\n\nbeyond up pulses: ", model->name,
            model->summary, model->equations, model->reference);
    xh_catalogue_traits(model->traits, stream);
    fputs("\nstate of a cell\n", stream);
    for (size_t p = 0; p < model->planes; p++) {
        fprintf(stream, "  %-20s %-6s %s\n", model->plane[p].name, model->plane[p].unit,
                model->plane[p].sentence);
    }
}

xh_status xh_catalogue_device_show(size_t index, FILE *stream, xh_error *error) {
    static xh_param_values values;
    const xh_device_model *model = NULL;
    const xh_embedded preset = preset_at(index);
    const xh_status status = load(index, &model, &values, error);
    if (status != XH_OK) {
        return status;
    }
    if (preset.name) {
        fprintf(stream, "%s: ", preset.name);
        print_preset(preset.text, stream);
    }
    print_model(model, stream);
    print_params(model, preset.text, values.bytes, stream);
    return XH_OK;
}
