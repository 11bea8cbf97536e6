/* The page of a run: its head, its sections in their order, and those on accuracy, configuration
 * and origin. */
#include "report_run.h"

#include "report_figure.h"
#include "report_origin.h"

#include <stdlib.h>
#include <string.h>

/* "NAME KEY", if the configuration has it. */
static void write_choice(xh_report_page *page, const xh_report_run *run, const char *before,
                         const char *group, const char *key) {
    char *text = xh_report_run_text(run, group, key);
    if (text) {
        xh_report_html(page, before);
        xh_report_html(page, "<b>");
        xh_report_text(page, text);
        xh_report_html(page, "</b>");
    }
    free(text);
}

static void write_state(xh_report_page *page, const xh_report_run *run) {
    if (!run->complete) {
        xh_report_html(page, "<p class=\"notice\">This run is not complete: it goes on, or it was "
                             "stopped. The page shows what it has recorded so far.</p>\n");
    }
}

static void write_figure(xh_report_page *page, const xh_report_run *run, const char *label,
                         const char *name, const char *unit, const char *remark) {
    xh_report_tile(page, label, xh_report_run_figure(run, name), unit, remark);
}

static void write_accuracy_tile(xh_report_page *page, const xh_report_run *run) {
    char value[64], remark[64];
    const double test = xh_report_run_figure(run, "test_accuracy");
    const double train = xh_report_run_figure(run, "train_accuracy");
    snprintf(value, sizeof(value), "%.2f %%", 100 * test);
    snprintf(remark, sizeof(remark), "%.2f %% of the training images", 100 * train);
    xh_report_tile_text(page, "Test accuracy", isfinite(test) ? value : "–",
                        isfinite(train) ? remark : NULL);
}

static void write_rate_tile(xh_report_page *page, const xh_report_run *run) {
    char value[64];
    const double rate = xh_report_run_figure(run, "train_images_per_second");
    snprintf(value, sizeof(value), "%.4g images/s", rate);
    xh_report_tile_text(page, "Training rate", isfinite(rate) ? value : "–", "of this program");
}

static void write_headlines(xh_report_page *page, const xh_report_run *run) {
    xh_report_html(page, "<dl class=\"tiles hero\">\n");
    write_accuracy_tile(page, run);
    if (run->priced) {
        write_figure(page, run, "Training energy", "training_energy", "J",
                     "programming, reads, updates, refresh");
        write_figure(page, run, "Training time", "training_latency", "s",
                     "simulated latency of the hardware");
        write_figure(page, run, "Largest wear", "wear_max", "cycles", "of any device");
    } else {
        write_rate_tile(page, run);
    }
    xh_report_html(page, "</dl>\n");
}

static void write_more(xh_report_page *page, const xh_report_run *run) {
    xh_report_html(page, "<dl class=\"tiles\">\n");
    if (run->priced) {
        write_figure(page, run, "Energy an image", "energy_per_image", "J", "of training, a pass");
        write_figure(page, run, "Energy a synapse update", "energy_per_synapse_update", "J",
                     "updates and refresh, an image");
        write_figure(page, run, "Energy a pulse", "energy_per_pulse", "J", "updates and refresh");
        write_figure(page, run, "Energy of everything", "energy", "J",
                     "inference on both splits too");
        write_figure(page, run, "Wear, 99.9 %", "wear_p999", "cycles", "percentile over devices");
        write_rate_tile(page, run);
    }
    write_figure(page, run, "Wall time", "wall_seconds", "s", "of the whole run, this program");
    write_figure(page, run, "Memory", "peak_memory", "B", "peak, of this program");
    xh_report_html(page, "</dl>\n");
}

static void write_head(xh_report_page *page, const void *context) {
    const xh_report_run *run = context;
    xh_report_html(page, "<p class=\"lead\">");
    write_choice(page, run, "", "/config/dataset", "name");
    for (size_t l = 0; l < run->layer_count; l++) {
        char group[64];
        snprintf(group, sizeof(group), "/config/network/layers/%zu", l);
        xh_report_html(page, l == 0 ? " · layers of <b>" : ", <b>");
        xh_report_format(page, "%.0f", xh_result_number(run->result, group, "outputs"));
        xh_report_html(page, "</b>");
    }
    xh_report_html(page, " neurons");
    if (run->devices) {
        write_choice(page, run, " · devices ", "/config/device", "model");
        write_choice(page, run, " · scheme ", "/config/scheme", "name");
        write_choice(page, run, " · priced as ", "/ledger/hardware", "name");
    }
    xh_report_html(page, " · seed <b>");
    xh_report_format(page, "%.0f", xh_result_number(run->result, "/", "seed"));
    xh_report_html(page, "</b></p>\n");
    write_state(page, run);
    write_headlines(page, run);
    write_more(page, run);
}

static bool has_readout(const void *context) {
    const xh_report_run *run = context;
    return run->readout.rows > 0;
}

/* Shares as percentages, to be freed by free(). */
static double *percent(const double *shares, size_t count) {
    double *values = calloc(count + 1, sizeof(*values));
    for (size_t k = 0; values && k < count; k++) {
        values[k] = 100 * shares[k];
    }
    return values;
}

static xh_status write_accuracies(xh_report_page *page, size_t rows, const double *epochs,
                                  const double *test, const double *train, const double *loss,
                                  xh_error *error) {
    const xh_report_series accuracies[] = {
        {"test images", XH_REPORT_LINE, 0, rows, epochs, test, NULL, NULL},
        {"training images", XH_REPORT_LINE, 1, rows, epochs, train, NULL, NULL},
    };
    const xh_report_series losses[] = {
        {"loss", XH_REPORT_LINE, 0, rows, epochs, loss, NULL, NULL},
    };
    const xh_report_figure figures[] = {
        {"Accuracy",
         "Classified right after each pass of the readout; training images during the pass, with "
         "dropout.",
         xh_report_axis_of("passes", ""), xh_report_axis_of("accuracy (%)", ""), accuracies, 2},
        {"Loss of the readout", "Mean cross-entropy of each pass, with dropout.",
         xh_report_axis_of("passes", ""), xh_report_axis_of("cross-entropy (nat)", ""), losses, 1},
    };
    return xh_report_figures_write(page, figures, 2, error);
}

static xh_status write_accuracy(xh_report_page *page, const void *context, xh_error *error) {
    const xh_report_run *run = context;
    const xh_result_array *epoch = xh_result_table_column(&run->readout, "epoch");
    const xh_result_array *test = xh_result_table_column(&run->readout, "test_accuracy");
    const xh_result_array *train = xh_result_table_column(&run->readout, "train_accuracy");
    const xh_result_array *loss = xh_result_table_column(&run->readout, "loss");
    const size_t rows = run->readout.rows;
    if (!epoch || !test || !train || !loss) {
        return xh_error_set(error, XH_INPUT, "%s: a column of /readout is missing",
                            xh_result_path(run->result));
    }
    double *tests = percent(test->values, rows), *trains = percent(train->values, rows);
    const xh_status status =
        tests && trains
            ? write_accuracies(page, rows, epoch->values, tests, trains, loss->values, error)
            : xh_error_set(error, XH_MEMORY, "no memory for %zu rows", rows);
    free(tests);
    free(trains);
    return status;
}

static xh_status write_configuration(xh_report_page *page, const void *context, xh_error *error) {
    const xh_report_run *run = context;
    (void)error;
    xh_report_html(page, "<p>All that the run was told, every default resolved. It runs again with "
                         "this file alone.</p>\n");
    xh_report_details_open(page, "Resolved configuration (YAML)");
    xh_report_html(page, "<pre tabindex=\"0\">");
    xh_report_text(page, run->yaml);
    xh_report_html(page, "</pre>\n");
    xh_report_details_close(page);
    return XH_OK;
}

static xh_status write_origin(xh_report_page *page, const void *context, xh_error *error) {
    const xh_report_run *run = context;
    (void)error;
    xh_report_html(page,
                   "<p>The configuration is in the result. This gives the same bits again, on "
                   "any number of threads:</p>\n<pre tabindex=\"0\">");
    xh_report_html(page, "crosshebb report ");
    xh_report_text(page, xh_result_path(run->result));
    xh_report_format(page, " --format yaml --out %s.yaml\ncrosshebb run %s.yaml --out %s-again.h5",
                     run->experiment, run->experiment, run->experiment);
    xh_report_html(page, "</pre>\n");
    xh_report_origin(page, run->result, "/code");
    return XH_OK;
}

xh_status xh_report_run_page(const xh_report_run *run, FILE *stream, xh_error *error) {
    static const xh_report_section sections[] = {
        {"accuracy", "Accuracy", has_readout, write_accuracy},
        {"energy", "Energy", xh_report_has_energy, xh_report_energy},
        {"weights", "What the first layer learned", xh_report_has_sample, xh_report_sample},
        {"learning", "Learning", xh_report_has_training, xh_report_learning},
        {"devices", "Devices", xh_report_has_devices, xh_report_devices},
        {"drift", "Drift", xh_report_has_drift, xh_report_drift},
        {"configuration", "Configuration", NULL, write_configuration},
        {"origin", "How it was made", NULL, write_origin},
    };
    const xh_report_head head = {run->experiment, write_head};
    return xh_report_page_write(stream, &head, sections, sizeof(sections) / sizeof(sections[0]),
                                run, error);
}
