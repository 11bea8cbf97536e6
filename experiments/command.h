/** The program's commands and what they share: options, JSON, numbers for people, progress. */
#ifndef XH_COMMAND_H
#define XH_COMMAND_H

#include "crosshebb/config.h"
#include "crosshebb/run.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

/** What was typed after the command's name. */
typedef struct xh_arguments {
    const char **operands;
    size_t operand_count;
    const char **overrides; /* of --set */
    size_t override_count;
    const char *out;
    const char *data;
    int threads;       /* 0: all cores */
    size_t memory;     /* bytes for stored features; 0: the usual share */
    double checkpoint; /* seconds between checkpoints; 0: the usual time */
    bool resume;
    bool json;
    bool quiet;
    bool quick;
    bool audit;
    const char *series;
    const char *format;
    const char *hardware;
    const char *plot;   /* figure to draw */
    const char *model;  /* to fit */
    size_t cells;       /* of a sample; 0: the usual number */
    const char *pulses; /* as typed, NULL: the usual ones; */
    size_t up, down;    /* and what it says */
    long seed;
    int jobs;           /* runs of a sweep at a time; 0: as many as there are cores */
    long only;          /* the run of a sweep to do; -1: all */
    size_t task, tasks; /* the task of an array, from 1, of how many; 0: no array */
    const char *slurm;  /* script to write */
    bool collect;
    bool help;
} xh_arguments;

/** Options that a command takes, or'ed. */
typedef enum xh_option_bit {
    XH_OPTION_SET = 1,
    XH_OPTION_OUT = 2,
    XH_OPTION_DATA = 4,
    XH_OPTION_THREADS = 8,
    XH_OPTION_JSON = 16,
    XH_OPTION_QUIET = 32,
    XH_OPTION_RESUME = 64,
    XH_OPTION_CHECKPOINT = 128,
    XH_OPTION_QUICK = 256,
    XH_OPTION_SERIES = 512,
    XH_OPTION_MEMORY = 1024,
    XH_OPTION_FORMAT = 2048,
    XH_OPTION_FOLDER = 4096,
    XH_OPTION_JOBS = 8192,
    XH_OPTION_ONLY = 16384,
    XH_OPTION_TASK = 32768,
    XH_OPTION_SLURM = 65536,
    XH_OPTION_COLLECT = 131072,
    XH_OPTION_HARDWARE = 262144,
    XH_OPTION_PLOT = 524288,
    XH_OPTION_CELLS = 1048576,
    XH_OPTION_PULSES = 2097152,
    XH_OPTION_SEED = 4194304,
    XH_OPTION_PARAMETER = 8388608,
    XH_OPTION_MODEL = 16777216,
    XH_OPTION_DEVICE = 33554432,
    XH_OPTION_TABLE = 67108864,
    XH_OPTION_AUDIT = 134217728
} xh_option_bit;

typedef struct xh_command {
    const char *name;
    const char *operands; /* as the usage line shows them */
    const char *summary;
    unsigned options; /* xh_option_bit */
    size_t operands_min;
    size_t operands_max;
    xh_status (*run)(const xh_arguments *arguments, xh_error *error);
} xh_command;

xh_status xh_command_run(const xh_arguments *arguments, xh_error *error);
xh_status xh_command_sweep(const xh_arguments *arguments, xh_error *error);
xh_status xh_command_report(const xh_arguments *arguments, xh_error *error);
xh_status xh_command_price(const xh_arguments *arguments, xh_error *error);
xh_status xh_command_import(const xh_arguments *arguments, xh_error *error);
xh_status xh_command_fit(const xh_arguments *arguments, xh_error *error);
xh_status xh_command_watch(const xh_arguments *arguments, xh_error *error);
xh_status xh_command_check(const xh_arguments *arguments, xh_error *error);
xh_status xh_command_bench(const xh_arguments *arguments, xh_error *error);
xh_status xh_command_device(const xh_arguments *arguments, xh_error *error);
xh_status xh_command_list(const xh_arguments *arguments, xh_error *error);
xh_status xh_command_show(const xh_arguments *arguments, xh_error *error);

/** Sorts words [count] into arguments, whose lists are freed by xh_arguments_free. XH_INPUT,
 *  proposing the nearest option, if the command does not take one of them. */
xh_status xh_arguments_parse(const xh_command *command, char **words, size_t count,
                             xh_arguments *arguments, xh_error *error);
void xh_arguments_free(xh_arguments *arguments);
/** Prints the options of the command, a line each. */
void xh_arguments_help(const xh_command *command, FILE *stream);
/** XH_INPUT: what is not known; did you mean the nearest of names? */
xh_status xh_arguments_unknown(const char *what, const char *word, const char *const *names,
                               size_t count, xh_error *error);

/** Writes one JSON value after the other; keys are NULL in arrays. */
typedef struct xh_json {
    FILE *stream;
    unsigned depth;
    bool filled; /* the present object or array has a member */
} xh_json;

void xh_json_open(xh_json *json, const char *key, char bracket);
void xh_json_close(xh_json *json, char bracket);
/** null if the value is not finite. */
void xh_json_number(xh_json *json, const char *key, double value);
/** Escaped; bytes that are not UTF-8 become U+FFFD. */
void xh_json_text(xh_json *json, const char *key, const char *text);

/** What learning on devices read, kept and computed digitally, as lines and as the member "audit". */
void xh_audit_print(const xh_config *config, const xh_run_result *result);
void xh_audit_json(xh_json *json, const xh_config *config, const xh_run_result *result);

/** Bytes of the UTF-8 character that text begins with; 0 if it is none. */
size_t xh_character_length(const char *text);

enum { XH_QUANTITY_SIZE = 64 };

/** What a value is divided by to be written with an SI prefix. */
typedef struct xh_quantity_scale {
    double divisor;
    const char *prefix;
} xh_quantity_scale;
xh_quantity_scale xh_quantity_scale_of(double value);

/** The value with three digits and an SI prefix, "12.5 nJ"; "-" if it is not a number. */
const char *xh_quantity(double value, const char *unit, char text[XH_QUANTITY_SIZE]);

/** A mean and half the width of its interval, "12.5 ± 0.31 nJ", in the digits that the interval
 *  leaves sense to; the mean alone if there is none. "%" and "points" have no prefix. */
char *xh_quantity_interval(double mean, double half_width, const char *unit,
                           char text[XH_QUANTITY_SIZE]);

/** Seconds as people say them: "48 s", "3.2 h"; text holds it. */
const char *xh_duration(double seconds, char text[XH_QUANTITY_SIZE]);

/** Seconds of a clock that only runs forward. */
double xh_seconds_now(void);

/** Has the first SIGINT or SIGTERM set the flag that it returns, a second one end the program at
 *  once. */
const volatile sig_atomic_t *xh_interrupt_catch(void);

/** Where progress goes: a line written over and over on a terminal, else one every few seconds. */
typedef struct xh_progress_view {
    FILE *stream;
    bool terminal;
    bool open; /* a line awaits its end */
    double told;
} xh_progress_view;

xh_progress_view xh_progress_view_on(FILE *stream);
/** The hook of xh_run_options; context is an xh_progress_view. */
void xh_progress_view_show(const xh_progress *progress, void *context);
/** Ends the line that is open. */
void xh_progress_view_end(xh_progress_view *view);

/** A kind of thing that the program knows by name: devices, schemes, ... */
typedef struct xh_catalogue {
    const char *plural;
    const char *singular;
    const char *title;
    size_t (*count)(void);
    const char *(*name)(size_t index);
    void (*summary)(size_t index, char text[XH_PARAM_TEXT_SIZE]);
    xh_status (*show)(size_t index, FILE *stream, xh_error *error);
} xh_catalogue;

extern const xh_catalogue xh_catalogues[];
extern const size_t xh_catalogue_count;

/** The catalogue by its plural or singular. XH_INPUT if there is none. */
xh_status xh_catalogue_find(const char *kind, const xh_catalogue **catalogue, xh_error *error);
/** Number of the thing of that name. XH_INPUT, proposing the nearest, if there is none. */
xh_status xh_catalogue_lookup(const xh_catalogue *catalogue, const char *name, size_t *index,
                              xh_error *error);

#endif
