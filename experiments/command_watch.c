/* crosshebb watch: follows a running job, a line on a terminal that is written over and over, else a
 * line whenever there is news. */
#include "command.h"
#include "watch_look.h"

#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct timespec between_looks = {0, 500000000};

/* Longest that one figure of the rate is waited for. */
enum { RATE_LOOKS = 6, SPARK_SIZE = 4 * XH_WATCH_VALUES + 1 };

/* Where the stage was when it was first seen: the rate is counted from there. */
typedef struct start {
    char stage[XH_PARAM_TEXT_SIZE];
    double done, written;
} start;

/* Units a second since the stage was first seen, by the times at which the file was written; NAN
 * until there is news. */
static double rate_since(start *first, const xh_watch_look *look) {
    if (strcmp(first->stage, look->stage) != 0) {
        memcpy(first->stage, look->stage, sizeof(first->stage));
        first->done = look->done;
        first->written = look->written;
    }
    const double done = look->done - first->done, seconds = look->written - first->written;
    return done > 0 && seconds > 0 ? done / seconds : NAN;
}

static bool terminal_is_utf8(void) {
    setlocale(LC_CTYPE, "");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* The values as a row of bars, from the least to the largest of them. */
static const char *spark(const xh_watch_look *look, bool utf8, char text[SPARK_SIZE]) {
    static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const signs[] = {"_", ".", "-", "=", "+", "*", "%", "#"};
    enum { LEVELS = sizeof(blocks) / sizeof(blocks[0]) };
    double low = INFINITY, high = -INFINITY;
    size_t length = 0;
    for (size_t k = 0; k < look->count; k++) {
        low = look->values[k] < low ? look->values[k] : low;
        high = look->values[k] > high ? look->values[k] : high;
    }
    text[0] = '\0';
    for (size_t k = 0; k < look->count; k++) {
        const double share = high > low ? (look->values[k] - low) / (high - low) : 0;
        const size_t level = share < 1 ? (size_t)(LEVELS * fmax(share, 0)) : LEVELS - 1;
        const char *mark = utf8 ? blocks[level] : signs[level];
        length += (size_t)snprintf(text + length, SPARK_SIZE - length, "%s", mark);
    }
    return text;
}

/* What comes next in the line, after a comma if something came before it. */
static void separate(bool *begun) {
    fputs(*begun ? ", " : " ", stdout);
    *begun = true;
}

static void print_pace(const xh_watch_look *look, double rate, bool *begun) {
    if (look->state != XH_WATCH_COMPLETE && look->total > 0) {
        separate(begun);
        printf("%.0f of %.0f %s", look->done, look->total, look->unit);
    }
    if (rate > 0) {
        separate(begun);
        printf(rate < 100 ? "%.3g/s" : "%.0f/s", rate);
    }
    if (rate > 0 && look->state != XH_WATCH_COMPLETE && look->total > look->done) {
        separate(begun);
        printf("%.0f s left", (look->total - look->done) / rate);
    }
}

static void print_line(const xh_watch_look *look, double rate, bool utf8) {
    char text[XH_QUANTITY_SIZE], bars[SPARK_SIZE];
    bool begun = false;
    printf("%-10s", look->stage);
    print_pace(look, rate, &begun);
    if (isfinite(look->accuracy)) {
        separate(&begun);
        printf("test accuracy %.2f %%", 100 * look->accuracy);
    }
    if (look->joules > 0) {
        separate(&begun);
        fputs(xh_quantity(look->joules, "J", text), stdout);
    }
    if (isfinite(look->wall)) {
        separate(&begun);
        fputs(xh_quantity(look->wall, "s", text), stdout);
    }
    if (look->count > 1) {
        separate(&begun);
        printf("%s %s", look->course, spark(look, utf8, bars));
    }
}

static void print_json(const xh_watch_look *look, double rate) {
    static const char *const states[] = {"running", "stopped", "complete"};
    xh_json json = {.stream = stdout};
    xh_json_open(&json, NULL, '{');
    xh_json_text(&json, "experiment", look->experiment);
    xh_json_text(&json, "result", look->path);
    xh_json_text(&json, "state", states[look->state]);
    xh_json_text(&json, "stage", look->stage);
    xh_json_number(&json, "done", look->done);
    xh_json_number(&json, "total", look->total > 0 ? look->total : NAN);
    xh_json_text(&json, "unit", look->unit);
    xh_json_number(&json, "rate", rate);
    xh_json_number(&json, "test_accuracy", look->accuracy);
    xh_json_number(&json, "energy_J", look->joules);
    xh_json_open(&json, "course", '{');
    xh_json_text(&json, "of", look->course ? look->course : "");
    xh_json_open(&json, "values", '[');
    for (size_t k = 0; k < look->count; k++) {
        xh_json_number(&json, NULL, look->values[k]);
    }
    xh_json_close(&json, ']');
    xh_json_close(&json, '}');
    xh_json_close(&json, '}');
}

/* A look, again and again while a run that goes on keeps its file to itself. */
static xh_status look_soon(const char *path, xh_watch_look *look, xh_error *error) {
    xh_status status = xh_watch_look_at(path, look, error);
    while (status == XH_INPUT && xh_watch_runs(path)) {
        nanosleep(&between_looks, NULL);
        status = xh_watch_look_at(path, look, error);
    }
    return status;
}

/* The latest state, once; a run that goes on is given a moment to show its rate. */
static xh_status tell(const char *path, xh_error *error) {
    static xh_watch_look look;
    start first = {.stage = ""};
    xh_status status = look_soon(path, &look, error);
    double rate = status == XH_OK ? rate_since(&first, &look) : NAN;
    for (int looks = 0;
         status == XH_OK && look.state == XH_WATCH_RUNNING && !(rate > 0) && looks < RATE_LOOKS;
         looks++) {
        nanosleep(&between_looks, NULL);
        status = look_soon(path, &look, error);
        rate = rate_since(&first, &look);
    }
    if (status == XH_OK) {
        print_json(&look, look.state == XH_WATCH_COMPLETE ? look.rate : rate);
    }
    return status;
}

/* Prints what is new, in the place of what was there on a terminal. */
static void show(const xh_watch_look *look, double rate, bool utf8, bool terminal) {
    fputs(terminal ? "\r" : "", stdout);
    print_line(look, look->state == XH_WATCH_COMPLETE ? look->rate : rate, utf8);
    fputs(terminal ? "\033[K" : "\n", stdout);
    fflush(stdout);
}

static xh_status follow(const char *path, xh_error *error) {
    static xh_watch_look look, before;
    const bool utf8 = terminal_is_utf8(), terminal = isatty(STDOUT_FILENO) == 1;
    start first = {.stage = ""};
    xh_status status = look_soon(path, &look, error);
    while (status == XH_OK) {
        const bool news = strcmp(look.stage, before.stage) != 0 || look.done != before.done;
        const double rate = rate_since(&first, &look);
        if (news && terminal && before.stage[0] && strcmp(look.stage, before.stage) != 0) {
            putchar('\n');
        }
        if (news) {
            show(&look, rate, utf8, terminal);
        }
        if (look.state != XH_WATCH_RUNNING) {
            break;
        }
        before = look;
        nanosleep(&between_looks, NULL);
        status = look_soon(path, &look, error);
    }
    fputs(terminal ? "\n" : "", stdout);
    return status == XH_OK && look.state == XH_WATCH_STOPPED
               ? xh_error_set(error, XH_FAILED,
                              "%s: the run was stopped; crosshebb run --resume goes on from its "
                              "checkpoint",
                              look.path)
               : status;
}

xh_status xh_command_watch(const xh_arguments *arguments, xh_error *error) {
    const char *path = arguments->operands[0];
    return arguments->json ? tell(path, error) : follow(path, error);
}
