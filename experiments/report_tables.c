/* What a report says of a run without a page: Markdown for people, CSV with a value a row and JSON
 * for programs. */
#include "report_run.h"
#include "report_text.h"

#include "command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Figures of /result in the order of people's interest. */
static const struct figure {
    const char *name;
    const char *unit;
    const char *sentence;
} figures[] = {
    {"test_accuracy", "1", "share of the test images classified right"},
    {"train_accuracy", "1", "share of the training images classified right, with dropout"},
    {"readout_accuracy", "1", "share of the test images classified right, readout in float"},
    {"energy", "J", "of everything, inference on both splits included"},
    {"training_energy", "J", "of programming, reads, updates and refresh"},
    {"update_energy", "J", "of updates and refresh"},
    {"energy_per_image", "J", "of training, an image and pass"},
    {"energy_per_synapse_update", "J", "of updates and refresh, a synapse and image"},
    {"energy_per_pulse", "J", "of updates and refresh, a pulse"},
    {"latency", "s", "simulated, of everything"},
    {"training_latency", "s", "simulated, of training"},
    {"wear_max", "cycles", "largest of a device"},
    {"wear_p999", "cycles", "99.9 % percentile over devices"},
    {"stuck_devices", "devices", "stuck from the start or worn out"},
    {"images", "1", "presented while the network trained"},
    {"synapses", "1", "that learned"},
    {"train_images_per_second", "1/s", "of this program"},
    {"wall_seconds", "s", "of this program"},
    {"peak_memory", "B", "of this program"},
};
enum { FIGURES = sizeof(figures) / sizeof(figures[0]) };

static const char *const layer_figures[] = {"outputs",         "inputs",   "norm_mean",
                                            "norm_min",        "norm_max", "converged_fraction",
                                            "cosine_to_start", "winners",  "winner_entropy"};
enum { LAYER_FIGURES = sizeof(layer_figures) / sizeof(layer_figures[0]) };

static void write_energies(const xh_report_run *run, FILE *stream) {
    const char *titles[XH_PHASES + 2] = {"energy (J)"};
    for (int phase = 0; phase < XH_PHASES; phase++) {
        titles[phase + 1] = xh_phase_name((xh_phase)phase);
    }
    titles[XH_PHASES + 1] = "sum";
    fputc('\n', stream);
    xh_report_plain_head(stream, titles, XH_PHASES + 1, XH_PHASES + 2);
    for (int event = 0; event < XH_EVENTS; event++) {
        const double sum = xh_report_event_sum(&run->joules, (xh_event)event);
        if (sum > 0) {
            xh_report_plain_cell(stream, xh_event_name((xh_event)event));
            for (int phase = 0; phase < XH_PHASES; phase++) {
                fprintf(stream, "| %.4g ", run->joules.at[phase][event]);
            }
            fprintf(stream, "| %.4g |\n", sum);
        }
    }
}

static void write_layers(const xh_report_run *run, FILE *stream) {
    static const char *const titles[] = {
        "layer",   "neurons",         "inputs",          "norm, mean", "least",
        "largest", "within 1 ± 0.01", "cosine to start", "winners",    "entropy (bit)"};
    fputc('\n', stream);
    xh_report_plain_head(stream, titles, LAYER_FIGURES, LAYER_FIGURES + 1);
    for (size_t l = 0; l < run->layer_count; l++) {
        xh_report_plain_cell(stream, run->layers[l].name);
        for (size_t f = 0; f < LAYER_FIGURES; f++) {
            fprintf(stream, "| %.4g ", xh_report_layer_figure(run, l, layer_figures[f]));
        }
        fputs("|\n", stream);
    }
}

xh_status xh_report_run_markdown(const xh_report_run *run, FILE *stream, xh_error *error) {
    static const char *const titles[] = {"figure", "value", "unit", "of what"};
    (void)error;
    xh_report_plain(stream, run->experiment);
    fprintf(stream, ", seed %.0f\n\n", xh_result_number(run->result, "/", "seed"));
    xh_report_plain_head(stream, titles, 1, sizeof(titles) / sizeof(titles[0]));
    for (size_t f = 0; f < FIGURES; f++) {
        const double value = xh_report_run_figure(run, figures[f].name);
        if (isfinite(value)) {
            xh_report_plain_cell(stream, figures[f].name);
            fprintf(stream, "| %.6g | %s | %s |\n", value, figures[f].unit, figures[f].sentence);
        }
    }
    if (run->priced) {
        write_energies(run, stream);
    }
    write_layers(run, stream);
    return XH_OK;
}

/* table,row,name,value,unit; a value that is none is empty. */
static void write_value(FILE *stream, const char *table, double row, const char *name, double value,
                        const char *unit) {
    xh_report_csv(stream, table);
    fputc(',', stream);
    xh_report_csv_number(stream, row);
    fputc(',', stream);
    xh_report_csv(stream, name);
    fputc(',', stream);
    xh_report_csv_number(stream, value);
    fputc(',', stream);
    xh_report_csv(stream, unit);
    fputc('\n', stream);
}

/* Every column of a table, its rows named by one of them. */
static void write_rows(FILE *stream, const char *name, const xh_result_table *table,
                       const char *key) {
    const xh_result_array *rows = xh_result_table_column(table, key);
    for (size_t c = 0; rows && c < table->column_count; c++) {
        const xh_result_array *column = &table->columns[c];
        for (size_t k = 0; column != rows && k < table->rows; k++) {
            write_value(stream, name, rows->values[k], column->name, column->values[k],
                        column->unit);
        }
    }
}

xh_status xh_report_run_csv(const xh_report_run *run, FILE *stream, xh_error *error) {
    char table[XH_PARAM_TEXT_SIZE + 16];
    (void)error;
    fputs("table,row,name,value,unit\n", stream);
    for (size_t f = 0; f < FIGURES; f++) {
        write_value(stream, "result", NAN, figures[f].name,
                    xh_report_run_figure(run, figures[f].name), figures[f].unit);
    }
    for (size_t l = 0; l < run->layer_count; l++) {
        snprintf(table, sizeof(table), "result/%s", run->layers[l].name);
        for (size_t f = 0; f < LAYER_FIGURES; f++) {
            write_value(stream, table, NAN, layer_figures[f],
                        xh_report_layer_figure(run, l, layer_figures[f]), "1");
        }
    }
    for (int phase = 0; run->priced && phase < XH_PHASES; phase++) {
        snprintf(table, sizeof(table), "energy/%s", xh_phase_name((xh_phase)phase));
        for (int event = 0; event < XH_EVENTS; event++) {
            write_value(stream, table, NAN, xh_event_name((xh_event)event),
                        run->joules.at[phase][event], "J");
        }
    }
    for (size_t l = 0; l < run->layer_count; l++) {
        snprintf(table, sizeof(table), "train/%s", run->layers[l].name);
        write_rows(stream, table, &run->layers[l].train, "image");
    }
    write_rows(stream, "readout", &run->readout, "epoch");
    return XH_OK;
}

static void write_columns(xh_json *json, const char *key, const xh_result_table *table) {
    xh_json_open(json, key, '{');
    for (size_t c = 0; c < table->column_count; c++) {
        xh_json_open(json, table->columns[c].name, '{');
        xh_json_text(json, "unit", table->columns[c].unit);
        xh_json_open(json, "values", '[');
        for (size_t k = 0; k < table->rows; k++) {
            xh_json_number(json, NULL, table->columns[c].values[k]);
        }
        xh_json_close(json, ']');
        xh_json_close(json, '}');
    }
    xh_json_close(json, '}');
}

static void write_json_figures(const xh_report_run *run, xh_json *json) {
    xh_json_open(json, "figures", '{');
    for (size_t f = 0; f < FIGURES; f++) {
        xh_json_open(json, figures[f].name, '{');
        xh_json_number(json, "value", xh_report_run_figure(run, figures[f].name));
        xh_json_text(json, "unit", figures[f].unit);
        xh_json_close(json, '}');
    }
    xh_json_close(json, '}');
}

static void write_json_layers(const xh_report_run *run, xh_json *json) {
    xh_json_open(json, "layers", '[');
    for (size_t l = 0; l < run->layer_count; l++) {
        xh_json_open(json, NULL, '{');
        xh_json_text(json, "name", run->layers[l].name);
        for (size_t f = 0; f < LAYER_FIGURES; f++) {
            xh_json_number(json, layer_figures[f],
                           xh_report_layer_figure(run, l, layer_figures[f]));
        }
        write_columns(json, "train", &run->layers[l].train);
        xh_json_close(json, '}');
    }
    xh_json_close(json, ']');
}

static void write_json_energy(const xh_report_run *run, xh_json *json) {
    xh_json_open(json, "energy_J", '{');
    for (int phase = 0; phase < XH_PHASES; phase++) {
        xh_json_open(json, xh_phase_name((xh_phase)phase), '{');
        for (int event = 0; event < XH_EVENTS; event++) {
            xh_json_number(json, xh_event_name((xh_event)event), run->joules.at[phase][event]);
        }
        xh_json_close(json, '}');
    }
    xh_json_close(json, '}');
}

static void write_json_code(const xh_report_run *run, xh_json *json) {
    static const char *const keys[] = {
        "version", "revision", "first_revision", "compiler", "flags", "libraries", "cpu"};
    xh_json_open(json, "code", '{');
    for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
        char *text = xh_report_run_text(run, "/code", keys[k]);
        xh_json_text(json, keys[k], text ? text : "");
        free(text);
    }
    xh_json_number(json, "threads", xh_result_number(run->result, "/code", "threads"));
    xh_json_close(json, '}');
}

xh_status xh_report_run_json(const xh_report_run *run, FILE *stream, xh_error *error) {
    xh_json json = {.stream = stream};
    (void)error;
    xh_json_open(&json, NULL, '{');
    xh_json_text(&json, "experiment", run->experiment);
    xh_json_number(&json, "seed", xh_result_number(run->result, "/", "seed"));
    xh_json_text(&json, "result", xh_result_path(run->result));
    xh_json_number(&json, "complete", run->complete);
    write_json_figures(run, &json);
    write_json_layers(run, &json);
    write_columns(&json, "readout", &run->readout);
    write_json_energy(run, &json);
    write_json_code(run, &json);
    xh_json_text(&json, "configuration", run->yaml);
    xh_json_close(&json, '}');
    return XH_OK;
}
