/* Where the joules of a run went: against images, by phase and component, and at which prices. */
#include "report_figure.h"
#include "report_run.h"

#include "command.h"

#include <stdlib.h>
#include <string.h>

bool xh_report_has_energy(const void *context) {
    const xh_report_run *run = context;
    return run->priced;
}

/* Rows of all layers in a row, against the images that the network was presented with. */
typedef struct course {
    size_t rows;
    double *images, *energy, *update; /* [rows] */
} course;

static void free_course(course *all) {
    free(all->images);
    free(all->energy);
    free(all->update);
}

/* Layers that learn one after the other follow each other; in a common pass the first has it all. */
static size_t layers_in_a_row(const xh_report_run *run) {
    char *order = xh_report_run_text(run, "/config/training", "order");
    const bool common = order && strcmp(order, "consecutive") == 0;
    free(order);
    return common && run->layer_count > 0 ? 1 : run->layer_count;
}

static xh_status gather_course(const xh_report_run *run, course *all, xh_error *error) {
    const size_t layers = layers_in_a_row(run);
    size_t rows = 0;
    for (size_t l = 0; l < layers; l++) {
        rows += run->layers[l].train.rows;
    }
    *all = (course){0, calloc(rows + 1, sizeof(double)), calloc(rows + 1, sizeof(double)),
                    calloc(rows + 1, sizeof(double))};
    if (!all->images || !all->energy || !all->update) {
        return xh_error_set(error, XH_MEMORY, "no memory for %zu rows", rows);
    }
    double before = 0;
    for (size_t l = 0; l < layers; l++) {
        const xh_result_array *image = xh_report_layer_column(run, l, "image");
        const xh_result_array *energy = xh_report_layer_column(run, l, "energy");
        const xh_result_array *update = xh_report_layer_column(run, l, "update_energy");
        for (size_t k = 0; image && energy && update && k < run->layers[l].train.rows; k++) {
            all->images[all->rows] = before + image->values[k];
            all->energy[all->rows] = energy->values[k];
            all->update[all->rows++] = update->values[k];
        }
        before = all->rows > 0 ? all->images[all->rows - 1] : before;
    }
    return XH_OK;
}

static xh_status write_course(xh_report_page *page, const course *all, xh_error *error) {
    const xh_report_series series[] = {
        {"everything", XH_REPORT_LINE, 0, all->rows, all->images, all->energy, NULL, NULL},
        {"updates and refresh", XH_REPORT_LINE, 1, all->rows, all->images, all->update, NULL, NULL},
    };
    xh_report_figure figure = {
        "Energy against images",
        "Joules since the arrays were first programmed, while the network trains.",
        xh_report_axis_of("images presented", ""),
        xh_report_axis_of("energy", "J"),
        series,
        2};
    figure.x.low = figure.y.low = 0;
    return all->rows > 0 ? xh_report_figure_write(page, &figure, error) : XH_OK;
}

/* The events by their joules, largest first, and how many take any. */
static size_t rank_events(const xh_report_run *run, int ranked[XH_EVENTS]) {
    size_t count = 0;
    for (int event = 0; event < XH_EVENTS; event++) {
        const double joules = xh_report_event_sum(&run->joules, (xh_event)event);
        size_t place = joules > 0 ? count++ : XH_EVENTS;
        for (; place > 0 && place < XH_EVENTS &&
               xh_report_event_sum(&run->joules, (xh_event)ranked[place - 1]) < joules;
             place--) {
            ranked[place] = ranked[place - 1];
        }
        if (place < XH_EVENTS) {
            ranked[place] = event;
        }
    }
    return count;
}

/* "adc_conversion" as people write it. */
static void spell(const char *name, char text[64]) {
    snprintf(text, 64, "%s", name);
    for (char *c = text; *c; c++) {
        *c = *c == '_' ? ' ' : *c;
    }
}

/* The largest components each in a colour, the others together in the last. */
static xh_status write_breakdown(xh_report_page *page, const xh_report_run *run,
                                 const int ranked[XH_EVENTS], size_t count, xh_error *error) {
    const char *phases[XH_PHASES];
    char labels[XH_REPORT_COLOURS][64];
    double low[XH_REPORT_COLOURS][XH_PHASES] = {{0}}, high[XH_REPORT_COLOURS][XH_PHASES] = {{0}};
    xh_report_series series[XH_REPORT_COLOURS];
    const size_t shown = count < XH_REPORT_COLOURS ? count : XH_REPORT_COLOURS;
    for (size_t c = 0; c < shown; c++) {
        const bool rest = c == XH_REPORT_COLOURS - 1 && count > XH_REPORT_COLOURS;
        spell(rest ? "others" : xh_event_name((xh_event)ranked[c]), labels[c]);
        series[c] = (xh_report_series){labels[c], XH_REPORT_BARS, (int)c, XH_PHASES,
                                       NULL,      NULL,           low[c], high[c]};
        for (int phase = 0; phase < XH_PHASES; phase++) {
            double joules = 0;
            for (size_t e = c; e < (rest ? count : c + 1); e++) {
                joules += run->joules.at[phase][ranked[e]];
            }
            phases[phase] = xh_phase_name((xh_phase)phase);
            low[c][phase] = c == 0 ? 0 : high[c - 1][phase];
            high[c][phase] = low[c][phase] + joules;
        }
    }
    xh_report_figure figure = {
        "Energy by phase and component",
        "Programming, reads during training, learning, refresh of saturated pairs, and reads of "
        "layers that do not learn.",
        xh_report_axis_of("phase", ""),
        xh_report_axis_of("energy", "J"),
        series,
        shown};
    figure.x.ticks = phases;
    figure.x.tick_count = XH_PHASES;
    figure.x.low = -0.6;
    figure.x.high = XH_PHASES - 0.4;
    figure.y.low = 0;
    return xh_report_figure_write(page, &figure, error);
}

static void write_energies(xh_report_page *page, const xh_report_run *run,
                           const int ranked[XH_EVENTS], size_t count) {
    xh_report_column columns[XH_PHASES + 3] = {{"component", false}};
    double total = 0;
    for (int phase = 0; phase < XH_PHASES; phase++) {
        columns[phase + 1] = (xh_report_column){xh_phase_name((xh_phase)phase), true};
        total += xh_report_phase_sum(&run->joules, (xh_phase)phase);
    }
    columns[XH_PHASES + 1] = (xh_report_column){"sum", true};
    columns[XH_PHASES + 2] = (xh_report_column){"share", true};
    xh_report_table_open(page, "Energy by component and phase", columns, XH_PHASES + 3);
    for (size_t e = 0; e < count; e++) {
        const xh_event event = (xh_event)ranked[e];
        const double sum = xh_report_event_sum(&run->joules, event);
        char label[64];
        spell(xh_event_name(event), label);
        xh_report_row_open(page);
        xh_report_cell(page, label);
        for (int phase = 0; phase < XH_PHASES; phase++) {
            xh_report_cell_quantity(page, run->joules.at[phase][event], "J");
        }
        xh_report_cell_quantity(page, sum, "J");
        xh_report_cell_percent(page, sum / total);
        xh_report_row_close(page);
    }
    xh_report_row_open(page);
    xh_report_cell(page, "sum");
    for (int phase = 0; phase < XH_PHASES; phase++) {
        xh_report_cell_quantity(page, xh_report_phase_sum(&run->joules, (xh_phase)phase), "J");
    }
    xh_report_cell_quantity(page, total, "J");
    xh_report_cell_percent(page, 1);
    xh_report_row_close(page);
    xh_report_table_close(page);
}

static void write_price(xh_report_page *page, const xh_report_run *run, xh_event event) {
    char group[64], label[64];
    snprintf(group, sizeof(group), "/ledger/hardware/%s", xh_event_name(event));
    char *mark = xh_report_run_text(run, group, "mark");
    char *source = xh_report_run_text(run, group, "source");
    spell(xh_event_name(event), label);
    xh_report_row_open(page);
    xh_report_cell(page, label);
    xh_report_cell_number(page, xh_report_event_sum(&run->counts, event));
    xh_report_cell(page, xh_event_unit(event));
    xh_report_cell_quantity(page, xh_result_number(run->result, group, "joules"), "J");
    xh_report_cell_quantity(page, xh_result_number(run->result, group, "seconds"), "s");
    xh_report_cell(page, mark ? mark : "");
    const char *physics = xh_event_spared(event)
                              ? "done by the array; digital hardware has a price (crosshebb price)"
                              : "priced by the device model or the read voltage";
    xh_report_cell(page, source ? source : physics);
    xh_report_row_close(page);
    free(mark);
    free(source);
}

static void write_prices(xh_report_page *page, const xh_report_run *run) {
    static const xh_report_column columns[] = {
        {"component", false},   {"count", true}, {"of", false},     {"joules each", true},
        {"seconds each", true}, {"mark", false}, {"source", false},
    };
    xh_report_details_open(page, "Counts and prices, each with its source");
    xh_report_paragraph(page, "Marks: P read in the paper, C read in published code, D derived, M "
                              "remembered and to be checked, A assumed.");
    xh_report_table_open(page, "Counts and prices", columns, sizeof(columns) / sizeof(columns[0]));
    for (int event = 0; event < XH_EVENTS; event++) {
        if (xh_report_event_sum(&run->counts, (xh_event)event) > 0) {
            write_price(page, run, (xh_event)event);
        }
    }
    xh_report_table_close(page);
    xh_report_details_close(page);
}

xh_status xh_report_energy(xh_report_page *page, const void *context, xh_error *error) {
    const xh_report_run *run = context;
    int ranked[XH_EVENTS] = {0};
    const size_t count = rank_events(run, ranked);
    course all;
    xh_status status = gather_course(run, &all, error);
    xh_report_html(page, "<div class=\"figures\">\n");
    if (status == XH_OK) {
        status = write_course(page, &all, error);
    }
    free_course(&all);
    if (status == XH_OK) {
        status = write_breakdown(page, run, ranked, count, error);
    }
    xh_report_html(page, "</div>\n");
    write_energies(page, run, ranked, count);
    write_prices(page, run);
    return status;
}
