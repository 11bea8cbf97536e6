/* crosshebb fit: measured conductances become a device file, by a model that is fitted to them. */
#include "command.h"
#include "fit_view.h"

#include <math.h>
#include <string.h>

enum { CELL = 14 };

static const char *source_of(const xh_fit_value *value) {
    static const char *const words[] = {
        [XH_FIT_MEAN] = "mean", [XH_FIT_SPREAD] = "spread", [XH_FIT_NOISE] = "noise"};
    return words[value->source];
}

static void print_json(const xh_fit *fit, const xh_measured *measured, const char *path) {
    char checksum[32];
    xh_json json = {.stream = stdout};
    snprintf(checksum, sizeof checksum, "%016llx", (unsigned long long)measured->checksum);
    xh_json_open(&json, NULL, '{');
    xh_json_text(&json, "device", path);
    xh_json_text(&json, "model", fit->model->name);
    xh_json_text(&json, "data", measured->name);
    xh_json_text(&json, "checksum", checksum);
    xh_json_number(&json, "devices", (double)measured->devices);
    xh_json_number(&json, "trains", (double)measured->trains);
    xh_json_number(&json, "pulses_up", (double)fit->pulses[0]);
    xh_json_number(&json, "pulses_down", (double)fit->pulses[1]);
    xh_json_open(&json, "parameters", '[');
    for (size_t v = 0; v < fit->values; v++) {
        const xh_fit_value *value = &fit->value[v];
        xh_json_open(&json, NULL, '{');
        xh_json_text(&json, "name", value->param->name);
        xh_json_text(&json, "unit", value->param->unit);
        xh_json_text(&json, "source", source_of(value));
        xh_json_number(&json, "value", value->known ? value->value : NAN);
        xh_json_number(&json, "standard_error", value->error);
        xh_json_number(&json, "low", value->known ? value->low : NAN);
        xh_json_number(&json, "high", value->known ? value->high : NAN);
        xh_json_close(&json, '}');
    }
    xh_json_close(&json, ']');
    xh_json_number(&json, "read_deviation_S", fit->read_deviation);
    xh_json_open(&json, "lack_of_fit", '{');
    xh_json_number(&json, "share_of_mean_step", fit->lack.share);
    xh_json_number(&json, "chi_squared", fit->lack.chi_squared);
    xh_json_number(&json, "degrees_of_freedom", fit->lack.freedom);
    xh_json_number(&json, "probability", fit->lack.probability);
    xh_json_close(&json, '}');
    xh_json_close(&json, '}');
    putchar('\n');
}

/* In its unit; pure numbers have no prefix. */
static const char *value_text(const xh_fit_value *value, double number,
                              char text[XH_QUANTITY_SIZE]) {
    if (strcmp(value->param->unit, "1") != 0) {
        return xh_quantity(number, value->param->unit, text);
    }
    snprintf(text, XH_QUANTITY_SIZE, "%.4g", number);
    return text;
}

static void print_value(const xh_fit_value *value) {
    char text[XH_QUANTITY_SIZE];
    printf("  %-18s", value->param->name);
    if (!value->known) {
        printf(" %*s  a single device does not tell\n", CELL, "-");
        return;
    }
    printf(" %*s", CELL, value_text(value, value->value, text));
    if (value->source == XH_FIT_NOISE && value->value == 0) {
        puts("  none seen");
        return;
    }
    printf(" %*s", CELL, isnan(value->error) ? "" : value_text(value, value->error, text));
    printf(" %*s", CELL, value_text(value, value->low, text));
    printf(" %*s\n", CELL, value_text(value, value->high, text));
}

static void print_words(const xh_fit *fit, const xh_measured *measured, const char *path) {
    static const char *const titles[] = {[XH_FIT_MEAN] = "mean over devices",
                                         [XH_FIT_SPREAD] = "between devices",
                                         [XH_FIT_NOISE] = "between pulses, reads"};
    printf("data       %s: %zu device%s, %zu trains, %zu pulses up, %zu down\n", measured->name,
           measured->devices, measured->devices == 1 ? "" : "s", measured->trains, fit->pulses[0],
           fit->pulses[1]);
    printf("model      %s, written as %s\n", fit->model->name, path);
    printf("misfit     %.2g %% of the mean step beyond noise; chi squared %.3g of %.0f degrees of "
           "freedom, probability %.2g\n",
           100 * fit->lack.share, fit->lack.chi_squared, fit->lack.freedom, fit->lack.probability);
    for (size_t v = 0; v < fit->values; v++) {
        const xh_fit_value *value = &fit->value[v];
        if (v == 0) {
            printf("%-20s %*s %*s %*s\n", titles[value->source], CELL, "value", CELL, "std. error",
                   2 * CELL + 1, "95 % interval");
        } else if (value->source != value[-1].source) {
            puts(titles[value->source]);
        }
        print_value(value);
    }
    if (fit->flag) {
        char text[XH_PARAM_TEXT_SIZE];
        xh_param_format(xh_param_find(fit->model->params, fit->flag), &fit->params, text);
        printf("  %-18s %*s  the likelier of both\n", fit->flag, CELL, text);
    }
}

static xh_status check_options(const xh_arguments *arguments, xh_error *error) {
    if (arguments->model && arguments->out) {
        return XH_OK;
    }
    char names[XH_PARAM_TEXT_SIZE] = "";
    for (size_t i = 0; i < xh_fit_model_count(); i++) {
        const size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, "%s%s", i ? ", " : "",
                 xh_fit_model_name(i));
    }
    return arguments->model
               ? xh_error_set(error, XH_INPUT, "--out DEVICE.yaml is missing")
               : xh_error_set(error, XH_INPUT, "--model NAME is missing; these can be fitted: %s",
                              names);
}

xh_status xh_command_fit(const xh_arguments *arguments, xh_error *error) {
    static xh_fit fit;
    xh_measured measured = {.rows = 0};
    xh_status status = check_options(arguments, error);
    if (status == XH_OK) {
        status = xh_measured_read(arguments->operands[0], &measured, error);
    }
    if (status == XH_OK) {
        status = xh_fit_measured(&measured, arguments->model, &fit, error);
    }
    if (status == XH_OK && arguments->plot) {
        status = xh_fit_plot(&fit, &measured, arguments->plot, error);
    }
    if (status == XH_OK) {
        status = xh_fit_write(&fit, &measured, arguments->out, error);
    }
    if (status == XH_OK && arguments->json) {
        print_json(&fit, &measured, arguments->out);
    } else if (status == XH_OK) {
        print_words(&fit, &measured, arguments->out);
    }
    xh_fit_free(&fit);
    xh_measured_free(&measured);
    return status;
}
