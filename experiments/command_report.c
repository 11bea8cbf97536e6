/* crosshebb report: a page, tables or values of a run or a sweep, and the configuration that made
 * it. */
#include "command.h"
#include "report_file.h"
#include "report_run.h"
#include "report_sweep.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A form that a report takes, of a run and of a sweep. */
typedef struct form {
    const char *name;
    xh_status (*run)(const xh_report_run *run, FILE *stream, xh_error *error);
    xh_status (*sweep)(const xh_report_sweep *sweep, FILE *stream, xh_error *error);
} form;

static xh_status write_run_yaml(const xh_report_run *run, FILE *stream, xh_error *error) {
    (void)error;
    fputs(run->yaml, stream);
    return XH_OK;
}

static xh_status write_sweep_yaml(const xh_report_sweep *sweep, FILE *stream, xh_error *error) {
    (void)error;
    fputs(sweep->config, stream);
    return XH_OK;
}

static const form forms[] = {
    {"html", xh_report_run_page, xh_report_sweep_page},
    {"md", xh_report_run_markdown, xh_report_sweep_markdown},
    {"csv", xh_report_run_csv, xh_report_sweep_csv},
    {"json", xh_report_run_json, xh_report_sweep_json},
    {"yaml", write_run_yaml, write_sweep_yaml},
};
enum { FORMS = sizeof(forms) / sizeof(forms[0]), PAGE = 0, PATH_SIZE = 4096 };

static xh_status find_form(const char *name, const form **found, xh_error *error) {
    const char *names[FORMS];
    for (size_t f = 0; f < FORMS; f++) {
        names[f] = forms[f].name;
        if (strcmp(name, names[f]) == 0) {
            *found = &forms[f];
            return XH_OK;
        }
    }
    return xh_arguments_unknown("--format", name, names, FORMS, error);
}

/* The result's name, its ending replaced. */
static xh_status name_page(const char *result, char path[PATH_SIZE], xh_error *error) {
    const char *ending = strstr(result, ".h5");
    const char *next = ending;
    while (next) { /* the last one */
        ending = next;
        next = strstr(next + 1, ".h5");
    }
    const size_t length = ending ? (size_t)(ending - result) : strlen(result);
    const int written = snprintf(path, PATH_SIZE, "%.*s.html", (int)length, result);
    return written > 0 && written < PATH_SIZE
               ? XH_OK
               : xh_error_set(error, XH_INPUT, "the name of the page is longer than %d characters",
                              PATH_SIZE - 1);
}

/* What there is to report: a run or a sweep, the other is NULL. */
typedef struct subject {
    const xh_report_run *run;
    const xh_report_sweep *sweep;
} subject;

static xh_status write_report(subject its, const form *wanted, const char *path, xh_error *error) {
    xh_report_file file;
    xh_status status = xh_report_file_open(path, &file, error);
    if (status != XH_OK) {
        return status;
    }
    status = its.run ? wanted->run(its.run, file.stream, error)
                     : wanted->sweep(its.sweep, file.stream, error);
    const bool written = status == XH_OK;
    const xh_status closed = xh_report_file_close(&file, written, written ? error : NULL);
    return written ? closed : status;
}

static xh_status report_run(const xh_result *result, const form *wanted, const char *path,
                            xh_error *error) {
    xh_report_run run;
    xh_status status = xh_report_run_read(result, &run, error);
    if (status == XH_OK) {
        status = write_report((subject){.run = &run}, wanted, path, error);
        xh_report_run_free(&run);
    }
    return status;
}

static xh_status report_sweep(const xh_result *result, const form *wanted, const char *path,
                              xh_error *error) {
    static xh_report_sweep sweep;
    xh_status status = xh_report_sweep_read(result, &sweep, error);
    if (status == XH_OK) {
        status = write_report((subject){.sweep = &sweep}, wanted, path, error);
        xh_report_sweep_free(&sweep);
    }
    return status;
}

static bool is_sweep(const xh_result *result) {
    char *format = NULL;
    xh_result_text(result, "/", "format", &format, NULL);
    const bool sweep = format && strcmp(format, "crosshebb-sweep") == 0;
    free(format);
    return sweep;
}

/* A sweep's folder stands for its summary. */
static xh_status name_result(const char *operand, char name[PATH_SIZE], xh_error *error) {
    struct stat about;
    const bool folder = stat(operand, &about) == 0 && S_ISDIR(about.st_mode);
    const size_t length = strlen(operand);
    const char *slash = length > 0 && operand[length - 1] == '/' ? "" : "/";
    const int written = folder ? snprintf(name, PATH_SIZE, "%s%ssummary.h5", operand, slash)
                               : snprintf(name, PATH_SIZE, "%s", operand);
    if (written < 0 || written >= PATH_SIZE) {
        return xh_error_set(error, XH_INPUT, "the name of the result is longer than %d characters",
                            PATH_SIZE - 1);
    }
    return folder && access(name, F_OK) != 0
               ? xh_error_set(error, XH_INPUT, "%s: it is no sweep: it has no summary.h5", operand)
               : XH_OK;
}

xh_status xh_command_report(const xh_arguments *arguments, xh_error *error) {
    const form *wanted = &forms[PAGE];
    char name[PATH_SIZE], path[PATH_SIZE] = "";
    xh_result *result = NULL;
    xh_status status = arguments->format ? find_form(arguments->format, &wanted, error) : XH_OK;
    if (status == XH_OK) {
        status = name_result(arguments->operands[0], name, error);
    }
    if (status == XH_OK && wanted == &forms[PAGE] && !arguments->out) {
        status = name_page(name, path, error);
    }
    if (status == XH_OK) {
        status = xh_result_open(name, &result, error);
    }
    const char *out = path[0] ? path : arguments->out;
    if (status == XH_OK) {
        status = is_sweep(result) ? report_sweep(result, wanted, out, error)
                                  : report_run(result, wanted, out, error);
    }
    xh_result_close(result);
    if (status == XH_OK && out) {
        printf("%s\n", out);
    }
    return status;
}
