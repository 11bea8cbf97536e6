/* The page of a sweep: its head, its sections in their order, and those on configuration and
 * origin. */
#include "report_sweep.h"

#include "command.h"
#include "report_origin.h"

#include <math.h>

static void write_state(xh_report_page *page, const xh_report_sweep *sweep) {
    const size_t failed = sweep->runs[XH_SUMMARY_FAILED];
    const size_t missing = sweep->runs[XH_SUMMARY_MISSING];
    if (failed + missing > 0) {
        xh_report_html(page, "<p class=\"notice\">");
        xh_report_format(page,
                         "Of %zu runs %zu failed and %zu are missing; figures are of those "
                         "that are complete.",
                         sweep->points * sweep->seeds, failed, missing);
        xh_report_html(page, "</p>\n");
    }
}

static void write_lead(xh_report_page *page, const xh_report_sweep *sweep) {
    xh_report_html(page, "<p class=\"lead\"><b>");
    xh_report_format(page, "%zu", sweep->points);
    xh_report_html(page, sweep->points == 1 ? "</b> point of" : "</b> points of");
    for (size_t a = 0; a < sweep->axis_count; a++) {
        xh_report_html(page, a == 0 ? " <b>" : ", <b>");
        xh_report_text(page, sweep->axes[a].key);
        xh_report_html(page, "</b>");
    }
    xh_report_html(page, sweep->axis_count == 0 ? " no setting · <b>" : " · <b>");
    xh_report_format(page, "%zu", sweep->seeds);
    xh_report_html(page, sweep->seeds == 1 ? "</b> seed</p>\n" : "</b> seeds</p>\n");
}

static void write_best(xh_report_page *page, const xh_report_sweep *sweep) {
    char value[64] = "–", settings[XH_SUMMARY_SETTINGS_SIZE] = "";
    if (sweep->best < sweep->points) {
        const xh_statistics_summary *best =
            &sweep->summaries[XH_SUMMARY_test_accuracy][sweep->best];
        snprintf(value, sizeof(value), "%.2f %%", best->mean);
        xh_summary_settings(sweep, sweep->best, settings);
    }
    xh_report_tile_text(page, "Largest test accuracy", value, settings);
}

/* The least of a figure's means, and where it is. */
static void write_least(xh_report_page *page, const xh_report_sweep *sweep,
                        xh_summary_figure figure, const char *label) {
    const xh_statistics_summary *summaries = sweep->summaries[figure];
    char settings[XH_SUMMARY_SETTINGS_SIZE] = "";
    size_t least = 0;
    for (size_t p = 0; p < sweep->points; p++) {
        least = summaries[p].mean < summaries[least].mean || !isfinite(summaries[least].mean)
                    ? p
                    : least;
    }
    if (sweep->present[figure]) {
        xh_report_tile(page, label, summaries[least].mean, xh_summary_figure_unit(figure),
                       xh_summary_settings(sweep, least, settings));
    }
}

static double sum_of(const xh_report_sweep *sweep, xh_summary_figure figure) {
    double sum = 0;
    for (size_t run = 0; run < sweep->points * sweep->seeds; run++) {
        const double value = sweep->values[figure][run];
        sum += isfinite(value) ? value : 0;
    }
    return sum;
}

static void write_head(xh_report_page *page, const void *context) {
    const xh_report_sweep *sweep = context;
    char runs[64], time[XH_QUANTITY_SIZE];
    write_lead(page, sweep);
    write_state(page, sweep);
    xh_report_html(page, "<dl class=\"tiles hero\">\n");
    write_best(page, sweep);
    write_least(page, sweep, XH_SUMMARY_energy_total_J, "Least energy");
    snprintf(runs, sizeof(runs), "%zu of %zu", sweep->runs[XH_SUMMARY_COMPLETE],
             sweep->points * sweep->seeds);
    xh_report_tile_text(page, "Runs complete", runs, NULL);
    xh_report_tile_text(page, "Wall time",
                        xh_duration(sum_of(sweep, XH_SUMMARY_wall_seconds), time),
                        "of all runs together");
    xh_report_html(page, "</dl>\n");
}

static bool has_curves(const void *context) {
    const xh_report_sweep *sweep = context;
    return sweep->axis_count > 0 && sweep->present[XH_SUMMARY_test_accuracy];
}

static void write_seeds(xh_report_page *page, const xh_report_sweep *sweep) {
    const xh_result_table *seeds = &sweep->seed_table;
    enum { MOST = 8 };
    xh_report_column columns[MOST + 1] = {{"seed", true}};
    const size_t count = seeds->column_count < MOST ? seeds->column_count : MOST;
    for (size_t c = 0; c < count; c++) {
        columns[c + 1] = (xh_report_column){seeds->columns[c].name, true};
    }
    xh_report_details_open(page, "Seeds, the same at every point");
    xh_report_table_open(page, "Seeds", columns, count + 1);
    for (size_t s = 0; s < seeds->rows; s++) {
        xh_report_row_open(page);
        xh_report_cell_number(page, (double)s);
        for (size_t c = 0; c < count; c++) {
            xh_report_cell_number(page, seeds->columns[c].values[s]);
        }
        xh_report_row_close(page);
    }
    xh_report_table_close(page);
    xh_report_details_close(page);
}

static xh_status write_configuration(xh_report_page *page, const void *context, xh_error *error) {
    const xh_report_sweep *sweep = context;
    (void)error;
    xh_report_details_open(page, "The sweep's file (YAML)");
    xh_report_html(page, "<pre tabindex=\"0\">");
    xh_report_text(page, sweep->config);
    xh_report_html(page, "</pre>\n");
    xh_report_details_close(page);
    if (sweep->seed_table.column_count > 0) {
        write_seeds(page, sweep);
    }
    return XH_OK;
}

/* The group of the code that made the summary, or else its first complete run. */
static void find_code(const xh_report_sweep *sweep, char group[64]) {
    snprintf(group, 64, "/code");
    for (size_t run = 0; !xh_result_has(sweep->result, group); run++) {
        if (run == sweep->points * sweep->seeds) {
            group[0] = '\0';
            return;
        }
        if (sweep->status[run] == XH_SUMMARY_COMPLETE) {
            snprintf(group, 64, "/points/%05zu/code", run);
        }
    }
}

static xh_status write_origin(xh_report_page *page, const void *context, xh_error *error) {
    const xh_report_sweep *sweep = context;
    char group[64];
    (void)error;
    xh_report_html(page,
                   "<p>The sweep's file is in its summary. Where the experiment that it names "
                   "as its base is found, this gives the same bits again, on any number of "
                   "threads and machines:</p>\n<pre tabindex=\"0\">");
    xh_report_html(page, "crosshebb report ");
    xh_report_text(page, xh_result_path(sweep->result));
    xh_report_format(page, " --format yaml --out %s.yaml\ncrosshebb sweep %s.yaml --out %s-again",
                     sweep->name, sweep->name, sweep->name);
    xh_report_html(page, "</pre>\n");
    find_code(sweep, group);
    if (group[0]) {
        xh_report_origin(page, sweep->result, group);
    }
    return XH_OK;
}

xh_status xh_report_sweep_page(const xh_report_sweep *sweep, FILE *stream, xh_error *error) {
    static const xh_report_section sections[] = {
        {"front", "Accuracy against energy", xh_report_sweep_has_front, xh_report_sweep_front},
        {"curves", "Each setting", has_curves, xh_report_sweep_curves},
        {"maps", "Two settings at once", xh_report_sweep_has_maps, xh_report_sweep_maps},
        {"effects", "Effects", xh_report_sweep_has_effects, xh_report_sweep_effects},
        {"differences", "Paired differences", xh_report_sweep_has_differences,
         xh_report_sweep_differences},
        {"points", "All points", NULL, xh_report_sweep_points},
        {"configuration", "Configuration", NULL, write_configuration},
        {"origin", "How it was made", NULL, write_origin},
    };
    const xh_report_head head = {sweep->name, write_head};
    return xh_report_page_write(stream, &head, sections, sizeof(sections) / sizeof(sections[0]),
                                sweep, error);
}
