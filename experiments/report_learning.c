/* What a run says of learning: norms and winners against images, the layers at the end, and pictures
 * of the first layer's weights. */
#include "report_figure.h"
#include "report_picture.h"
#include "report_run.h"

#include <stdlib.h>

enum { MOST_BANDS = 3, SERIES = 2 * XH_CONFIG_LAYERS, LABEL = XH_PARAM_TEXT_SIZE + 32 };

bool xh_report_has_training(const void *context) {
    const xh_report_run *run = context;
    return run->layer_count > 0 && run->layers[0].train.rows > 0;
}

/* A column of every layer that has rows, a line each. */
static size_t lines_of(const xh_report_run *run, const char *name, xh_report_series *series) {
    size_t count = 0;
    for (size_t l = 0; l < run->layer_count; l++) {
        const xh_result_array *image = xh_report_layer_column(run, l, "image");
        const xh_result_array *column = xh_report_layer_column(run, l, name);
        const size_t rows = run->layers[l].train.rows;
        if (image && column && rows > 0) {
            series[count++] = (xh_report_series){run->layers[l].name, XH_REPORT_LINE, (int)l, rows,
                                                 image->values,       column->values, NULL,   NULL};
        }
    }
    return count;
}

/* The least and largest norms of the layers around their means. */
static size_t bands_of(const xh_report_run *run, xh_report_series *series, char (*labels)[LABEL]) {
    size_t count = 0;
    for (size_t l = 0; l < run->layer_count && run->layer_count <= MOST_BANDS; l++) {
        const xh_result_array *image = xh_report_layer_column(run, l, "image");
        const xh_result_array *low = xh_report_layer_column(run, l, "norm_min");
        const xh_result_array *high = xh_report_layer_column(run, l, "norm_max");
        const size_t rows = run->layers[l].train.rows;
        if (image && low && high && rows > 0) {
            snprintf(labels[count], LABEL, "%s, smallest to largest", run->layers[l].name);
            series[count] =
                (xh_report_series){labels[count], XH_REPORT_BAND, (int)l,      rows,
                                   image->values, NULL,           low->values, high->values};
            count++;
        }
    }
    return count;
}

static xh_status write_figures(xh_report_page *page, const xh_report_run *run, xh_error *error) {
    char labels[MOST_BANDS][LABEL];
    xh_report_series norms[SERIES], winners[SERIES], entropies[SERIES], cosines[SERIES];
    const size_t bands = bands_of(run, norms, labels);
    xh_report_figure figures[] = {
        {"Norms of the weights", "Mean over the neurons of |W|, and the range around it.",
         xh_report_axis_of("images of the layer", ""), xh_report_axis_of("|W|", ""), norms,
         bands + lines_of(run, "norm_mean", norms + bands)},
        {"Winners", "Share of the neurons that won at least one position since the last row.",
         xh_report_axis_of("images of the layer", ""),
         xh_report_axis_of("share of the neurons", ""), winners, lines_of(run, "winners", winners)},
        {"Entropy of the winners", "How evenly the neurons won since the last row.",
         xh_report_axis_of("images of the layer", ""), xh_report_axis_of("entropy (bit)", ""),
         entropies, lines_of(run, "winner_entropy", entropies)},
        {"Distance from the start",
         "Median over the neurons of the cosine between W and W before training.",
         xh_report_axis_of("images of the layer", ""), xh_report_axis_of("cosine", ""), cosines,
         lines_of(run, "cosine_to_start", cosines)},
    };
    for (size_t f = 0; f < sizeof(figures) / sizeof(figures[0]); f++) {
        figures[f].x.low = figures[f].y.low = 0;
    }
    figures[1].y.high = figures[3].y.high = 1; /* shares and cosines */
    return xh_report_figures_write(page, figures, sizeof(figures) / sizeof(figures[0]), error);
}

static void write_layers(xh_report_page *page, const xh_report_run *run) {
    static const xh_report_column columns[] = {
        {"layer", false},          {"neurons", true},         {"inputs", true},
        {"|W| mean", true},        {"smallest", true},        {"largest", true},
        {"within 1 ± 0.01", true}, {"cosine to start", true}, {"winners", true},
        {"entropy (bit)", true},
    };
    static const char *const figures[] = {"outputs",         "inputs",   "norm_mean",
                                          "norm_min",        "norm_max", "converged_fraction",
                                          "cosine_to_start", "winners",  "winner_entropy"};
    xh_report_table_open(page, "The layers at the end", columns,
                         sizeof(columns) / sizeof(columns[0]));
    for (size_t l = 0; l < run->layer_count; l++) {
        xh_report_row_open(page);
        xh_report_cell(page, run->layers[l].name);
        for (size_t f = 0; f < sizeof(figures) / sizeof(figures[0]); f++) {
            xh_report_cell_number(page, xh_report_layer_figure(run, l, figures[f]));
        }
        xh_report_row_close(page);
    }
    xh_report_table_close(page);
}

xh_status xh_report_learning(xh_report_page *page, const void *context, xh_error *error) {
    const xh_report_run *run = context;
    const xh_status status = write_figures(page, run, error);
    write_layers(page, run);
    return status;
}

static void name_sample(const xh_report_run *run, char path[LABEL]) {
    snprintf(path, LABEL, "/layers/%s/sample", run->layers[0].name);
}

bool xh_report_has_sample(const void *context) {
    const xh_report_run *run = context;
    char path[LABEL];
    if (run->layer_count == 0) {
        return false;
    }
    name_sample(run, path);
    return xh_result_has(run->result, path);
}

xh_status xh_report_sample(xh_report_page *page, const void *context, xh_error *error) {
    const xh_report_run *run = context;
    char path[LABEL], text[2 * LABEL];
    xh_result_array sample = {0};
    name_sample(run, path);
    xh_status status = xh_result_array_read(run->result, path, &sample, error);
    if (status == XH_OK && (sample.rank != 4 || sample.count == 0)) {
        status = xh_error_set(error, XH_INPUT, "%s: %s is not [neuron][row][column][channel]",
                              xh_result_path(run->result), path);
    }
    if (status == XH_OK) {
        snprintf(text, sizeof(text),
                 "Weights of the first %zu neurons of %s, %zu × %zu pixels each, %s, from the "
                 "smallest (dark) to the largest (bright) of each neuron.",
                 sample.dims[0], run->layers[0].name, sample.dims[1], sample.dims[2],
                 sample.dims[3] == 3 ? "in colour" : "in grey");
        xh_report_paragraph(page, "%s", text);
        status = xh_report_weights(page, &sample, text, error);
    }
    xh_result_array_free(&sample);
    return status;
}
