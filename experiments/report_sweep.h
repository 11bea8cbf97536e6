/** What a report says of a sweep, read from its summary: points of a space of settings, each run
 *  with the same seeds, so that points are compared in pairs of runs. */
#ifndef XH_REPORT_SWEEP_H
#define XH_REPORT_SWEEP_H

#include "report_page.h"
#include "result_read.h"

#include "crosshebb/statistics.h"

/** X(data set, what people call it, unit, factor from the file to that unit). */
#define XH_SUMMARY_FIGURE_LIST(X)                                                                  \
    X(test_accuracy, "test accuracy", "%", 100)                                                    \
    X(aged_accuracy, "accuracy after training", "%", 100)                                          \
    X(compensated_accuracy, "the same, compensated", "%", 100)                                     \
    X(energy_total_J, "energy", "J", 1)                                                            \
    X(energy_per_image_J, "energy an image", "J", 1)                                               \
    X(energy_per_synapse_update_J, "energy a synapse update", "J", 1)                              \
    X(energy_per_pulse_J, "energy a pulse", "J", 1)                                                \
    X(latency_s, "latency", "s", 1)                                                                \
    X(pulses, "pulses", "pulses", 1)                                                               \
    X(wear_max, "largest wear", "cycles", 1)                                                       \
    X(stuck_devices, "stuck devices", "devices", 1)                                                \
    X(wall_seconds, "wall time", "s", 1)

typedef enum xh_summary_figure {
#define XH_SUMMARY_FIGURE_ENUM(name, label, unit, factor) XH_SUMMARY_##name,
    XH_SUMMARY_FIGURE_LIST(XH_SUMMARY_FIGURE_ENUM)
#undef XH_SUMMARY_FIGURE_ENUM
        XH_SUMMARY_FIGURES
} xh_summary_figure;

const char *xh_summary_figure_name(xh_summary_figure figure);
const char *xh_summary_figure_label(xh_summary_figure figure);
const char *xh_summary_figure_unit(xh_summary_figure figure);

/** A setting that the sweep varies. Its levels are the values that it takes, numbers in their order,
 *  others in that of their first point. */
typedef struct xh_summary_axis {
    char *key;
    char *unit;       /* "" for pure numbers */
    bool numeric;     /* else a category */
    bool logarithmic; /* and all levels are positive */
    bool crossed;     /* several points share each level, or it is the only axis */
    size_t level_count;
    double *levels; /* [level_count]; of categories their number */
    xh_names names; /* of the levels, as text */
    int *level;     /* [points] */
} xh_summary_axis;

/** How a run ended. */
typedef enum xh_summary_status {
    XH_SUMMARY_COMPLETE,
    XH_SUMMARY_FAILED,
    XH_SUMMARY_MISSING,
    XH_SUMMARY_STATES
} xh_summary_status;

enum { XH_SUMMARY_AXES = 32 };

typedef struct xh_report_sweep {
    const xh_result *result;
    char *name;
    char *config; /* the sweep's file */
    size_t points, seeds;
    size_t axis_count;
    xh_summary_axis axes[XH_SUMMARY_AXES];
    double *recorded[XH_SUMMARY_FIGURES]; /* [points][seeds], as the summary has it; NAN: none */
    double *values[XH_SUMMARY_FIGURES];   /* the same in the figure's unit */
    bool present[XH_SUMMARY_FIGURES];     /* there is some value but 0 */
    xh_statistics_summary *summaries[XH_SUMMARY_FIGURES]; /* [points] */
    int *status;                                          /* [points][seeds], xh_summary_status */
    size_t runs[XH_SUMMARY_STATES];                       /* how many ended so */
    xh_names messages;
    const char **message;       /* [points][seeds] of messages: why a run failed; NULL: not told */
    xh_result_table seed_table; /* network, device, cycle [seeds] */
    bool *front;                /* [points]: nothing is more accurate for as little energy */
    size_t front_count;
    size_t best; /* point of the largest mean accuracy; points where there is none */
} xh_report_sweep;

/** Reads a summary. XH_INPUT if it is none, or its arrays do not fit together. */
xh_status xh_report_sweep_read(const xh_result *result, xh_report_sweep *sweep, xh_error *error);
void xh_report_sweep_free(xh_report_sweep *sweep);

/** The level of an axis at a point, as text. */
const char *xh_summary_setting(const xh_report_sweep *sweep, size_t axis, size_t point);
/** "key = value, key = value" of a point; cut where there is no room. Returns text. */
enum { XH_SUMMARY_SETTINGS_SIZE = 512 };
const char *xh_summary_settings(const xh_report_sweep *sweep, size_t point,
                                char text[XH_SUMMARY_SETTINGS_SIZE]);
/**
 * Values of each seed [seeds], averaged over rows [count][seeds]: the mean of the rows' means plus
 * the seed's mean distance from them, so that a run that failed takes nothing but itself away.
 * Without failures this is the plain average. NAN where a seed has no value.
 */
void xh_summary_average(size_t count, size_t seeds, const double *rows, double *average);

/** Which points: those of a level of up to two axes. */
typedef struct xh_summary_choice {
    size_t axis, level;
    size_t other, other_level; /* other == axis: none */
} xh_summary_choice;

/** Mean of a figure over the points chosen, and its interval over the seeds. XH_MEMORY. */
xh_status xh_summary_over(const xh_report_sweep *sweep, xh_summary_figure figure,
                          xh_summary_choice choice, xh_statistics_summary *summary,
                          xh_error *error);

/** A figure at a level of an axis minus that at its first level, over all pairs of points that
 *  differ in nothing else; *pairs is their number. XH_MEMORY. */
xh_status xh_summary_compare(const xh_report_sweep *sweep, xh_summary_figure figure, size_t axis,
                             size_t level, xh_statistics_paired *paired, size_t *pairs,
                             xh_error *error);

/** Whether positive values span so much that they are drawn on a logarithmic axis. */
bool xh_summary_spans_decades(double least, double most);

/** The page of a sweep, and the same as tables and values. */
xh_status xh_report_sweep_page(const xh_report_sweep *sweep, FILE *stream, xh_error *error);
xh_status xh_report_sweep_markdown(const xh_report_sweep *sweep, FILE *stream, xh_error *error);
xh_status xh_report_sweep_csv(const xh_report_sweep *sweep, FILE *stream, xh_error *error);
xh_status xh_report_sweep_json(const xh_report_sweep *sweep, FILE *stream, xh_error *error);

/* Sections of the page. */
xh_status xh_report_sweep_curves(xh_report_page *page, const void *sweep, xh_error *error);
bool xh_report_sweep_has_maps(const void *sweep);
xh_status xh_report_sweep_maps(xh_report_page *page, const void *sweep, xh_error *error);
bool xh_report_sweep_has_effects(const void *sweep);
xh_status xh_report_sweep_effects(xh_report_page *page, const void *sweep, xh_error *error);
bool xh_report_sweep_has_differences(const void *sweep);
xh_status xh_report_sweep_differences(xh_report_page *page, const void *sweep, xh_error *error);
bool xh_report_sweep_has_front(const void *sweep);
xh_status xh_report_sweep_front(xh_report_page *page, const void *sweep, xh_error *error);
xh_status xh_report_sweep_points(xh_report_page *page, const void *sweep, xh_error *error);

#endif
