/* A measured device in words and short tables. */
#include "device_view.h"

#include <math.h>
#include <string.h>

enum { LABEL = 24, CELL = 12 };

static void print_cell(double value, const char *unit) {
    char text[XH_QUANTITY_SIZE];
    printf(" %*s", CELL, xh_quantity(value, unit, text));
}

static void print_label(const char *label) {
    printf("%-*s", LABEL, label);
}

static void print_range(const xh_device_view *view) {
    const xh_device_nominal *nominal = &view->response.nominal;
    char low[XH_QUANTITY_SIZE], high[XH_QUANTITY_SIZE];
    print_label("conductance");
    printf("%s to %s", xh_quantity(nominal->g_min, "S", low),
           xh_quantity(nominal->g_max, "S", high));
    if (nominal->g_min > 0) {
        printf(", on/off %.3g", nominal->g_max / nominal->g_min);
    }
    char zero[XH_QUANTITY_SIZE], unit[XH_QUANTITY_SIZE];
    printf("; published as weights, 0 is %s and 1 is %s more\n",
           xh_quantity(nominal->zero, "S", zero), xh_quantity(nominal->unit, "S", unit));
}

static void print_states(const xh_device_view *view) {
    const xh_device_response *response = &view->response;
    char text[XH_QUANTITY_SIZE];
    if (view->model->pulse) {
        print_label("states");
        printf("%.4g mean steps from bound to bound\n", response->states);
    }
    print_label("levels by reads");
    if (isfinite(response->levels)) {
        printf("%.0f, two deviations of a read apart; a read at mid-range has %s\n",
               floor(response->levels), xh_quantity(response->noise, "S", text));
    } else {
        puts("no limit: reads have no noise");
    }
    if (view->model->traits & XH_DEVICE_DEPRESSES) {
        print_label("symmetry point");
        if (isfinite(response->symmetry_point)) {
            printf("%s, weight %.3f: there up and down steps cancel\n",
                   xh_quantity(response->symmetry_point, "S", text),
                   xh_device_weight(response, response->symmetry_point));
        } else {
            puts("none: up and down steps cancel nowhere between the bounds, or everywhere");
        }
    }
}

static void print_pulse(const char *kind, double joules, double seconds, double wear) {
    char energy[XH_QUANTITY_SIZE], time[XH_QUANTITY_SIZE];
    if (joules > 0 || seconds > 0) {
        print_label(kind);
        printf("%s, %s, %.3g of a rated cycle\n", xh_quantity(joules, "J", energy),
               xh_quantity(seconds, "s", time), wear);
    }
}

static void print_cost(const xh_device_pulse_cost *cost) {
    print_pulse("up pulse", cost->energy_up, cost->time_up, cost->wear_up);
    print_pulse("down pulse", cost->energy_down, cost->time_down, cost->wear_down);
    print_pulse("RESET", cost->energy_reset, cost->time_reset, cost->wear_reset);
    if (cost->endurance > 0) {
        print_label("endurance");
        printf("%.3g cycles\n", cost->endurance);
    }
}

static const size_t shown[] = {XH_DEVICE_PLACES / 8, XH_DEVICE_PLACES / 2,
                               XH_DEVICE_PLACES - 1 - XH_DEVICE_PLACES / 8};
enum { SHOWN = sizeof(shown) / sizeof(shown[0]) };

static void print_step_rows(const char *way, const xh_device_step *steps) {
    char label[64];
    snprintf(label, sizeof(label), "  %s", way);
    print_label(label);
    for (size_t i = 0; i < SHOWN; i++) {
        print_cell(steps[shown[i]].mean, "S");
    }
    fputc('\n', stdout);
    print_label("    from cell to cell");
    for (size_t i = 0; i < SHOWN; i++) {
        print_cell(steps[shown[i]].device, "S");
    }
    fputc('\n', stdout);
    print_label("    from pulse to pulse");
    for (size_t i = 0; i < SHOWN; i++) {
        print_cell(steps[shown[i]].cycle, "S");
    }
    fputc('\n', stdout);
    print_label("    step over its noise");
    for (size_t i = 0; i < SHOWN; i++) {
        const xh_device_step *step = &steps[shown[i]];
        if (step->cycle > 0) {
            printf(" %*.3g", CELL, fabs(step->mean) / step->cycle);
        } else {
            printf(" %*s", CELL, "no noise");
        }
    }
    fputc('\n', stdout);
}

static void print_steps(const xh_device_view *view) {
    print_label("\nsteps at");
    fputc(' ', stdout);
    for (size_t i = 0; i < SHOWN; i++) {
        print_cell(view->response.up[shown[i]].conductance, "S");
    }
    fputc('\n', stdout);
    print_step_rows("up", view->response.up);
    if (view->model->traits & XH_DEVICE_DEPRESSES) {
        print_step_rows("down", view->response.down);
    }
}

static void print_curve_row(const xh_device_view *view, size_t row, size_t up) {
    const xh_device_curve *curve = &view->response.curve;
    char label[64];
    if (row <= up) {
        snprintf(label, sizeof(label), "  %zu up", row);
    } else {
        snprintf(label, sizeof(label), "  %zu up, %zu down", up, row - up);
    }
    print_label(label);
    print_cell(curve->mean[row], "S");
    print_cell(curve->std[row], "S");
    print_cell(curve->mean_read[row], "S");
    print_cell(curve->std_read[row], "S");
    print_cell(curve->nominal[row], "S");
    fputc('\n', stdout);
}

/* The ends of either train and two places between. */
static void print_curve(const xh_device_view *view) {
    static const char *const columns[] = {"mean", "deviation", "as read", "deviation", "nominal"};
    const size_t up = view->how.up, down = view->how.down;
    printf("\n%-*s", LABEL, "after pulses");
    for (size_t c = 0; c < sizeof(columns) / sizeof(columns[0]); c++) {
        printf(" %*s", CELL, columns[c]);
    }
    fputc('\n', stdout);
    size_t last = SIZE_MAX;
    for (size_t k = 0; k <= 8; k++) {
        static const double shares[] = {0, 0.04, 0.2, 0.5, 1, 0.04, 0.2, 0.5, 1};
        const size_t row =
            k <= 4 ? (size_t)(shares[k] * (double)up) : up + (size_t)(shares[k] * (double)down);
        if (row != last) {
            print_curve_row(view, row, up);
        }
        last = row;
    }
}

static void print_published(const xh_device_view *view) {
    double mean = 0, deviation = 0;
    size_t pulse = 0;
    if (xh_device_view_distance(view, &mean, &deviation, &pulse)) {
        printf("\npublished: %s\n", view->published.source);
        printf("  in weights, the mean is off by at most %.3g (after %zu pulses), the deviation by "
               "%.3g\n",
               mean, pulse, deviation);
    }
}

static void print_programming(const xh_device_response *response) {
    printf("\n%-*s %*s %*s\n", LABEL, "programmed to", CELL, "mean", CELL, "deviation");
    for (size_t p = 0; p < response->programmed; p += 4) {
        char text[XH_QUANTITY_SIZE], label[XH_QUANTITY_SIZE + 2];
        const xh_device_wait *row = &response->programming[p];
        snprintf(label, sizeof(label), "  %s", xh_quantity(row->target, "S", text));
        print_label(label);
        print_cell(row->mean, "S");
        print_cell(row->std, "S");
        fputc('\n', stdout);
    }
}

static void print_waits(const xh_device_response *response) {
    printf("\n%-*s %*s %*s %*s\n", LABEL, "programmed, then left", CELL, "mean", CELL, "deviation",
           CELL, "read noise");
    for (size_t w = 0; w < response->waits; w++) {
        const xh_device_wait *row = &response->wait[w];
        if (row->seconds != 1 && row->seconds != 3600 && row->seconds != 86400) {
            continue;
        }
        char target[XH_QUANTITY_SIZE], label[2 * XH_QUANTITY_SIZE];
        snprintf(label, sizeof(label), "  %s, %s", xh_quantity(row->target, "S", target),
                 row->seconds == 1      ? "1 s"
                 : row->seconds == 3600 ? "1 h"
                                        : "1 day");
        print_label(label);
        print_cell(row->mean, "S");
        print_cell(row->std, "S");
        print_cell(row->noise, "S");
        fputc('\n', stdout);
    }
}

void xh_device_view_text(const xh_device_view *view) {
    const xh_device_response *response = &view->response;
    printf("%s: %s\nmeasured on %zu cells, seed %llu\n\n", view->name, view->summary,
           view->how.cells, (unsigned long long)view->how.seed);
    print_range(view);
    print_states(view);
    print_cost(&response->cost);
    if (view->model->pulse) {
        print_steps(view);
        print_curve(view);
        print_published(view);
    }
    if (response->programmed > 0) {
        print_programming(response);
    }
    if (response->waits > 0) {
        print_waits(response);
    }
}
