/* What a report says of a sweep without a page: Markdown with a row a point, CSV with a row a run,
 * JSON with both. */
#include "report_sweep.h"
#include "report_text.h"

#include "command.h"

#include <math.h>
#include <string.h>

static const char *const states[XH_SUMMARY_STATES] = {"complete", "failed", "missing"};

static void write_interval(FILE *stream, const xh_statistics_summary *summary, const char *unit) {
    char text[XH_QUANTITY_SIZE];
    fprintf(stream, "| %s ",
            isfinite(summary->mean)
                ? xh_quantity_interval(summary->mean, summary->half_width, unit, text)
                : "–");
}

static void write_head(const xh_report_sweep *sweep, FILE *stream) {
    size_t columns = 3 + sweep->axis_count;
    fputs("| point ", stream);
    for (size_t a = 0; a < sweep->axis_count; a++) {
        const xh_summary_axis *axis = &sweep->axes[a];
        xh_report_plain_cell(stream, axis->key);
        if (axis->unit[0]) {
            fputc('(', stream);
            xh_report_plain(stream, axis->unit);
            fputs(") ", stream);
        }
    }
    fputs("| complete runs ", stream);
    for (int f = 0; f < XH_SUMMARY_FIGURES; f++) {
        if (sweep->present[f]) {
            fprintf(stream, "| %s ", xh_summary_figure_label((xh_summary_figure)f));
            columns++;
        }
    }
    fputs("| on the front |\n", stream);
    for (size_t c = 0; c < columns; c++) {
        fputs("|--:", stream);
    }
    fputs("|\n", stream);
}

static void write_point(const xh_report_sweep *sweep, FILE *stream, size_t point) {
    size_t complete = 0;
    fprintf(stream, "| %zu ", point);
    for (size_t a = 0; a < sweep->axis_count; a++) {
        xh_report_plain_cell(stream, xh_summary_setting(sweep, a, point));
    }
    for (size_t s = 0; s < sweep->seeds; s++) {
        complete += sweep->status[point * sweep->seeds + s] == XH_SUMMARY_COMPLETE;
    }
    fprintf(stream, "| %zu ", complete);
    for (int f = 0; f < XH_SUMMARY_FIGURES; f++) {
        if (sweep->present[f]) {
            write_interval(stream, &sweep->summaries[f][point],
                           xh_summary_figure_unit((xh_summary_figure)f));
        }
    }
    fprintf(stream, "| %s |\n", sweep->front[point] ? "yes" : "");
}

xh_status xh_report_sweep_markdown(const xh_report_sweep *sweep, FILE *stream, xh_error *error) {
    (void)error;
    xh_report_plain(stream, sweep->name);
    fprintf(stream, ", %zu points, %zu seeds: means and 95 %% intervals over the complete runs\n\n",
            sweep->points, sweep->seeds);
    write_head(sweep, stream);
    for (size_t p = 0; p < sweep->points; p++) {
        write_point(sweep, stream, p);
    }
    for (size_t r = 0; r < sweep->points * sweep->seeds; r++) {
        if (sweep->status[r] == XH_SUMMARY_FAILED) {
            const char *message = sweep->message[r];
            fprintf(stream, "\n- point %zu, seed %zu failed: ", r / sweep->seeds, r % sweep->seeds);
            xh_report_plain(stream, message ? message : "no message");
        }
    }
    if (sweep->runs[XH_SUMMARY_FAILED] > 0) {
        fputc('\n', stream);
    }
    return XH_OK;
}

/* A setting as the configuration has it. */
static void write_setting(const xh_report_sweep *sweep, FILE *stream, size_t axis, size_t point) {
    const xh_summary_axis *its = &sweep->axes[axis];
    if (its->numeric) {
        xh_report_csv_number(stream, its->levels[its->level[point]]);
    } else {
        xh_report_csv(stream, xh_summary_setting(sweep, axis, point));
    }
}

xh_status xh_report_sweep_csv(const xh_report_sweep *sweep, FILE *stream, xh_error *error) {
    (void)error;
    fputs("point,seed,status", stream);
    for (size_t a = 0; a < sweep->axis_count; a++) {
        fputc(',', stream);
        xh_report_csv(stream, sweep->axes[a].key);
    }
    for (int f = 0; f < XH_SUMMARY_FIGURES; f++) {
        fprintf(stream, ",%s", xh_summary_figure_name((xh_summary_figure)f));
    }
    fputs(",message\n", stream);
    for (size_t r = 0; r < sweep->points * sweep->seeds; r++) {
        const size_t point = r / sweep->seeds;
        const char *message = sweep->message[r];
        fprintf(stream, "%zu,%zu,%s", point, r % sweep->seeds, states[sweep->status[r]]);
        for (size_t a = 0; a < sweep->axis_count; a++) {
            fputc(',', stream);
            write_setting(sweep, stream, a, point);
        }
        for (int f = 0; f < XH_SUMMARY_FIGURES; f++) {
            fputc(',', stream);
            xh_report_csv_number(stream, sweep->recorded[f][r]);
        }
        fputc(',', stream);
        xh_report_csv(stream, message ? message : "");
        fputc('\n', stream);
    }
    return XH_OK;
}

/* Mean and interval of values [seeds] as the summary has them. */
static void write_summary(xh_json *json, const char *key, size_t seeds, const double *values) {
    const xh_statistics_summary summary = xh_statistics_summarise(seeds, values);
    xh_json_open(json, key, '{');
    xh_json_number(json, "runs", (double)summary.count);
    xh_json_number(json, "mean", summary.mean);
    xh_json_number(json, "half_width", summary.half_width);
    xh_json_number(json, "deviation", summary.deviation);
    xh_json_close(json, '}');
}

static void write_json_figures(const xh_report_sweep *sweep, xh_json *json, size_t point) {
    xh_json_open(json, "figures", '{');
    for (int f = 0; f < XH_SUMMARY_FIGURES; f++) {
        const xh_summary_figure figure = (xh_summary_figure)f;
        if (sweep->present[f]) {
            write_summary(json, xh_summary_figure_name(figure), sweep->seeds,
                          sweep->recorded[f] + point * sweep->seeds);
        }
    }
    xh_json_close(json, '}');
}

static void write_json_runs(const xh_report_sweep *sweep, xh_json *json, size_t point) {
    xh_json_open(json, "runs", '[');
    for (size_t s = 0; s < sweep->seeds; s++) {
        const size_t run = point * sweep->seeds + s;
        const char *message = sweep->message[run];
        xh_json_open(json, NULL, '{');
        xh_json_text(json, "status", states[sweep->status[run]]);
        if (message) {
            xh_json_text(json, "message", message);
        }
        for (int f = 0; f < XH_SUMMARY_FIGURES; f++) {
            const xh_summary_figure figure = (xh_summary_figure)f;
            xh_json_number(json, xh_summary_figure_name(figure), sweep->recorded[f][run]);
        }
        xh_json_close(json, '}');
    }
    xh_json_close(json, ']');
}

static void write_json_point(const xh_report_sweep *sweep, xh_json *json, size_t point) {
    xh_json_open(json, NULL, '{');
    xh_json_open(json, "settings", '{');
    for (size_t a = 0; a < sweep->axis_count; a++) {
        const xh_summary_axis *axis = &sweep->axes[a];
        if (axis->numeric) {
            xh_json_number(json, axis->key, axis->levels[axis->level[point]]);
        } else {
            xh_json_text(json, axis->key, xh_summary_setting(sweep, a, point));
        }
    }
    xh_json_close(json, '}');
    xh_json_number(json, "front", sweep->front[point]);
    write_json_figures(sweep, json, point);
    write_json_runs(sweep, json, point);
    xh_json_close(json, '}');
}

xh_status xh_report_sweep_json(const xh_report_sweep *sweep, FILE *stream, xh_error *error) {
    xh_json json = {.stream = stream};
    (void)error;
    xh_json_open(&json, NULL, '{');
    xh_json_text(&json, "sweep", sweep->name);
    xh_json_text(&json, "summary", xh_result_path(sweep->result));
    xh_json_number(&json, "points", (double)sweep->points);
    xh_json_number(&json, "seeds", (double)sweep->seeds);
    for (int state = 0; state < XH_SUMMARY_STATES; state++) {
        xh_json_number(&json, states[state], (double)sweep->runs[state]);
    }
    xh_json_open(&json, "results", '[');
    for (size_t p = 0; p < sweep->points; p++) {
        write_json_point(sweep, &json, p);
    }
    xh_json_close(&json, ']');
    xh_json_text(&json, "configuration", sweep->config);
    xh_json_close(&json, '}');
    return XH_OK;
}
