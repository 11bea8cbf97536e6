/* Where a result comes from, as a list of facts. */
#include "report_origin.h"

#include <math.h>
#include <stdlib.h>

static void write_fact(xh_report_page *page, const char *name, const char *value) {
    xh_report_html(page, "<div><dt>");
    xh_report_text(page, name);
    xh_report_html(page, "</dt><dd>");
    xh_report_text(page, value);
    xh_report_html(page, "</dd></div>\n");
}

void xh_report_origin(xh_report_page *page, const xh_result *result, const char *group) {
    static const char *const keys[] = {
        "version", "revision", "first_revision", "compiler", "flags", "libraries", "cpu"};
    static const char *const names[] = {"crosshebb", "Revision", "Revision that began",
                                        "Compiler",  "Flags",    "Libraries",
                                        "Processor"};
    xh_report_html(page, "<dl class=\"facts\">\n");
    for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
        char *text = NULL;
        if (xh_result_text(result, group, keys[k], &text, NULL) == XH_OK) {
            write_fact(page, names[k], text);
        }
        free(text);
    }
    const double threads = xh_result_number(result, group, "threads");
    if (isfinite(threads)) {
        char text[32];
        snprintf(text, sizeof(text), "%.0f", threads);
        write_fact(page, "Threads", text);
    }
    xh_report_html(page, "</dl>\n");
}
