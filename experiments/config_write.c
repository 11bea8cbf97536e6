/*
 * The resolved configuration as YAML: every value of every section, in fixed order, with its unit
 * and sentence.
 */
#include "crosshebb/config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A text as it is if YAML takes it for nothing else, else in quotes. */
static void write_text(FILE *stream, const char *text) {
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-+";
    const bool dashed = text[0] == '-' && !isdigit((unsigned char)text[1]);
    if (text[0] && !dashed && !text[strspn(text, plain)]) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            fputc('\\', stream);
        }
        fputc(*text, stream);
    }
    fputc('"', stream);
}

static void write_value(FILE *stream, const char *name, const char *text, const char *unit,
                        const char *sentence) {
    const bool has_unit = strcmp(unit, "1") != 0;
    fprintf(stream, "%s: ", name);
    write_text(stream, text);
    fprintf(stream, "  # %s%s%s\n", has_unit ? unit : "", has_unit ? ": " : "", sentence);
}

/* The rows of a table; the first line begins with first, the others with rest. */
static void write_params(FILE *stream, const char *first, const char *rest,
                         const xh_param_table *table, const void *values) {
    for (size_t i = 0; i < table->count; i++) {
        const xh_param *param = &table->params[i];
        char text[XH_PARAM_TEXT_SIZE];
        xh_param_format(param, values, text);
        fputs(i == 0 ? first : rest, stream);
        write_value(stream, param->name, text, param->unit, param->sentence);
    }
}

static void write_section(FILE *stream, const char *name, const xh_param_table *table,
                          const void *values) {
    fprintf(stream, "\n%s:\n", name);
    write_params(stream, "  ", "  ", table, values);
}

/* A section about one model of many, which the selector key names. */
static void write_model(FILE *stream, const char *section, const char *selector, const char *name,
                        const char *summary, const xh_param_table *table, const void *values) {
    fprintf(stream, "\n%s:\n  ", section);
    write_value(stream, selector, name, "1", summary);
    write_params(stream, "  ", "  ", table, values);
}

static void write_network(FILE *stream, const xh_config *config) {
    write_section(stream, "network", &xh_network_param_table, &config->network);
    fputs("  layers:\n", stream);
    for (size_t i = 0; i < config->layer_count; i++) {
        write_params(stream, "    - ", "      ", &xh_layer_param_table, &config->layers[i]);
    }
}

void xh_config_write(const xh_config *config, FILE *stream) {
    write_params(stream, "", "", &xh_experiment_param_table, &config->experiment);
    write_section(stream, "seeds", &xh_seed_param_table, &config->seeds);
    write_section(stream, "dataset", &xh_dataset_param_table, &config->dataset);
    write_network(stream, config);
    if (config->device) {
        write_model(stream, "device", "model", config->device->name, config->device->summary,
                    config->device->params, &config->device_values);
    }
    write_section(stream, "crossbar", &xh_crossbar_param_table, &config->crossbar);
    if (config->scheme) {
        write_model(stream, "scheme", "name", config->scheme->name, config->scheme->summary,
                    config->scheme->params, &config->scheme_values);
    }
    write_section(stream, "training", &xh_training_param_table, &config->training);
    write_section(stream, "readout", &xh_readout_param_table, &config->readout);
    write_section(stream, "inference", &xh_inference_param_table, &config->inference);
    write_section(stream, "output", &xh_output_param_table, &config->output);
}

char *xh_config_text(const xh_config *config) {
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream) {
        return NULL;
    }
    xh_config_write(config, stream);
    const bool failed = ferror(stream) != 0;
    if (fclose(stream) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}
