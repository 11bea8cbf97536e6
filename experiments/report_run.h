/** What a report says of a run, read from its result. */
#ifndef XH_REPORT_RUN_H
#define XH_REPORT_RUN_H

#include "report_page.h"
#include "result_read.h"

#include "crosshebb/config.h"

typedef struct xh_report_layer {
    char *name;
    char figures[XH_PARAM_TEXT_SIZE + 24]; /* group of its figures in /result */
    xh_result_table train;                 /* rows of the trace */
} xh_report_layer;

/** Values by phase and event. */
typedef struct xh_report_ledger {
    double at[XH_PHASES][XH_EVENTS];
} xh_report_ledger;

typedef struct xh_report_run {
    const xh_result *result;
    char *experiment; /* its name */
    char *yaml;       /* resolved configuration */
    bool complete;
    bool devices; /* some layer is on devices */
    bool priced;  /* devices worked, and their joules are known */
    size_t layer_count;
    xh_report_layer layers[XH_CONFIG_LAYERS];
    xh_result_table readout;
    xh_report_ledger joules;
    xh_report_ledger counts;
} xh_report_run;

/** Reads a run. What a running or stopped run has not written yet stays empty. XH_INPUT if the
 *  result is that of no run. */
xh_status xh_report_run_read(const xh_result *result, xh_report_run *run, xh_error *error);
void xh_report_run_free(xh_report_run *run);

/** A figure of the run in /result; NAN if there is none. */
double xh_report_run_figure(const xh_report_run *run, const char *name);
/** A figure of one of its layers. */
double xh_report_layer_figure(const xh_report_run *run, size_t layer, const char *name);
/** The column of a layer's trace. */
const xh_result_array *xh_report_layer_column(const xh_report_run *run, size_t layer,
                                              const char *name);
/** The text of the configuration's group and key, to be freed by free(); NULL if there is none. */
char *xh_report_run_text(const xh_report_run *run, const char *group, const char *key);

/** Sum of a phase, or of an event. */
double xh_report_phase_sum(const xh_report_ledger *values, xh_phase phase);
double xh_report_event_sum(const xh_report_ledger *values, xh_event event);

/** The page of a run. */
xh_status xh_report_run_page(const xh_report_run *run, FILE *stream, xh_error *error);
/** The same as text, rows and values. */
xh_status xh_report_run_markdown(const xh_report_run *run, FILE *stream, xh_error *error);
xh_status xh_report_run_csv(const xh_report_run *run, FILE *stream, xh_error *error);
xh_status xh_report_run_json(const xh_report_run *run, FILE *stream, xh_error *error);

/* Sections of the page. */
bool xh_report_has_energy(const void *run);
xh_status xh_report_energy(xh_report_page *page, const void *run, xh_error *error);
bool xh_report_has_training(const void *run);
xh_status xh_report_learning(xh_report_page *page, const void *run, xh_error *error);
bool xh_report_has_sample(const void *run);
xh_status xh_report_sample(xh_report_page *page, const void *run, xh_error *error);
bool xh_report_has_devices(const void *run);
xh_status xh_report_devices(xh_report_page *page, const void *run, xh_error *error);
bool xh_report_has_drift(const void *run);
xh_status xh_report_drift(xh_report_page *page, const void *run, xh_error *error);

#endif
