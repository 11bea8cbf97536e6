/* A fitted device as a preset: a YAML document that says where each value comes from. */
#include "fit_view.h"
#include "report_file.h"

#include "config_tree.h"

#include "crosshebb/trace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A text of somebody else's as part of a comment; left out if YAML cannot have it. */
static const char *comment(const char *text) {
    return xh_tree_text_fault(text, strlen(text)) ? "(a text that is not UTF-8)" : text;
}

static void write_head(const xh_fit *fit, const xh_measured *measured, FILE *stream) {
    fprintf(stream, "# %s fitted to measured conductances\n", fit->model->name);
    fprintf(stream, "# Source: %s%s%s, checksum %016" PRIx64 "\n", comment(measured->origin),
            measured->origin[0] ? "; " : "", comment(measured->name), measured->checksum);
    fprintf(stream,
            "# Data: %zu device%s, %zu trains, %zu pulses up, %zu down. Steps differ from the "
            "model by %.2g %% of\n# the mean step beyond noise (chi squared %.3g of %.0f "
            "degrees of freedom, probability %.2g).\n",
            measured->devices, measured->devices == 1 ? "" : "s", measured->trains, fit->pulses[0],
            fit->pulses[1], 100 * fit->lack.share, fit->lack.chi_squared, fit->lack.freedom,
            fit->lack.probability);
    fprintf(stream,
            "# Fitted by crosshebb %s. What is not listed, energy, time and wear of a pulse "
            "among it, is the model's default.\n",
            xh_trace_code_here().version);
}

static void write_value(const xh_fit_value *value, FILE *stream) {
    char left[128];
    snprintf(left, sizeof left, "  %s: %.6g", value->param->name, value->value);
    fprintf(stream, "%-28s # ", left);
    if (strcmp(value->param->unit, "1") != 0) {
        fprintf(stream, "%s, ", value->param->unit);
    }
    if (!value->known) {
        fputs("not told by a single device [assumed]\n", stream);
    } else if (value->source == XH_FIT_NOISE && value->value == 0) {
        fputs("none seen [fitted]\n", stream);
    } else {
        fprintf(stream, "95 %% interval %.4g ... %.4g [fitted]\n", value->low, value->high);
    }
}

/* A flag, if there is one of that name. */
static void write_flag(const xh_fit *fit, const char *name, const char *remark, FILE *stream) {
    char text[XH_PARAM_TEXT_SIZE], left[XH_PARAM_TEXT_SIZE + 64];
    if (name) {
        xh_param_format(xh_param_find(fit->model->params, name), &fit->params, text);
        snprintf(left, sizeof left, "  %s: %s", name, text);
        fprintf(stream, "%-28s # %s\n", left, remark);
    }
}

static void write_text(const xh_fit *fit, const xh_measured *measured, FILE *stream) {
    write_head(fit, measured, stream);
    fprintf(stream, "device:\n  model: %s\n", fit->model->name);
    for (size_t v = 0; v < fit->values; v++) {
        write_value(&fit->value[v], stream);
    }
    write_flag(fit, fit->flag, "the likelier of both [fitted]", stream);
    write_flag(fit, fit->set, "what the values above mean [by choice]", stream);
}

/* The text, if it is a device. */
static xh_status make_text(const xh_fit *fit, const xh_measured *measured, const char *path,
                           char **text, size_t *size, xh_error *error) {
    static xh_param_values values;
    const xh_device_model *model = NULL;
    FILE *stream = open_memstream(text, size);
    if (!stream) {
        return xh_error_set(error, XH_MEMORY, "%s: no memory for its text", path);
    }
    write_text(fit, measured, stream);
    if (fclose(stream) != 0) {
        return xh_error_set(error, XH_MEMORY, "%s: no memory for its text", path);
    }
    return xh_device_parse(path, *text, *size, &model, &values, error);
}

xh_status xh_fit_write(const xh_fit *fit, const xh_measured *measured, const char *path,
                       xh_error *error) {
    static const char ending[] = ".yaml";
    const size_t length = strlen(path), tail = sizeof ending - 1;
    if (length <= tail || strcmp(path + length - tail, ending) != 0) {
        return xh_error_set(error, XH_INPUT, "%s: the name of a device file ends in %s", path,
                            ending);
    }
    char *text = NULL;
    size_t size = 0;
    xh_report_file file;
    xh_status status = make_text(fit, measured, path, &text, &size, error);
    if (status == XH_OK) {
        status = xh_report_file_open(path, &file, error);
    }
    if (status == XH_OK) {
        fwrite(text, 1, size, file.stream);
        status = xh_report_file_close(&file, true, error);
    }
    free(text);
    return status;
}
