/* crosshebb report: a page, tables or values of a result, and the configuration that made it. */
#include "command.h"
#include "report_file.h"
#include "report_run.h"

#include <stdlib.h>
#include <string.h>

/* A form that a report takes. */
typedef struct form {
    const char *name;
    xh_status (*write)(const xh_report_run *run, FILE *stream, xh_error *error);
} form;

static xh_status write_page(const xh_report_run *run, FILE *stream, xh_error *error) {
    return xh_report_run_page(run, stream, error);
}

static xh_status write_yaml(const xh_report_run *run, FILE *stream, xh_error *error) {
    (void)error;
    fputs(run->yaml, stream);
    return XH_OK;
}

static const form forms[] = {
    {"html", write_page},         {"md", xh_report_run_markdown}, {"csv", xh_report_run_csv},
    {"json", xh_report_run_json}, {"yaml", write_yaml},
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

static xh_status write_report(const xh_report_run *run, const form *wanted, const char *path,
                              xh_error *error) {
    xh_report_file file;
    xh_status status = xh_report_file_open(path, &file, error);
    if (status != XH_OK) {
        return status;
    }
    status = wanted->write(run, file.stream, error);
    const bool written = status == XH_OK;
    const xh_status closed = xh_report_file_close(&file, written, written ? error : NULL);
    return written ? closed : status;
}

xh_status xh_command_report(const xh_arguments *arguments, xh_error *error) {
    const char *name = arguments->operands[0];
    const form *wanted = &forms[PAGE];
    char path[PATH_SIZE] = "";
    xh_result *result = NULL;
    xh_report_run run = {.result = NULL};
    xh_status status = arguments->format ? find_form(arguments->format, &wanted, error) : XH_OK;
    const bool page = wanted == &forms[PAGE];
    if (status == XH_OK && page && !arguments->out) {
        status = name_page(name, path, error);
    }
    if (status == XH_OK) {
        status = xh_result_open(name, &result, error);
    }
    if (status == XH_OK) {
        status = xh_report_run_read(result, &run, error);
    }
    const char *out = path[0] ? path : arguments->out;
    if (status == XH_OK) {
        status = write_report(&run, wanted, out, error);
    }
    xh_report_run_free(&run);
    xh_result_close(result);
    if (status == XH_OK && out) {
        printf("%s\n", out);
    }
    return status;
}
