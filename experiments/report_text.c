/* Text of Markdown and CSV. */
#include "report_text.h"

#include "crosshebb/param.h"

#include <math.h>
#include <string.h>

void xh_report_plain(FILE *stream, const char *text) {
    for (; *text; text++) {
        if (strchr("|<>&`*_[]\\", *text)) {
            fputc('\\', stream);
        }
        fputc((unsigned char)*text < 0x20 ? ' ' : *text, stream);
    }
}

void xh_report_plain_cell(FILE *stream, const char *text) {
    fputs("| ", stream);
    xh_report_plain(stream, text);
    fputc(' ', stream);
}

void xh_report_plain_head(FILE *stream, const char *const *titles, size_t numbers, size_t count) {
    for (size_t c = 0; c < count; c++) {
        fprintf(stream, "| %s ", titles[c]);
    }
    fputs("|\n", stream);
    for (size_t c = 0; c < count; c++) {
        fputs(c >= 1 && c <= numbers ? "|--:" : "|---", stream);
    }
    fputs("|\n", stream);
}

void xh_report_csv(FILE *stream, const char *text) {
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (; *text; text++) {
        fputs(*text == '"' ? "\"\"" : "", stream);
        if (*text != '"') {
            fputc(*text, stream);
        }
    }
    fputc('"', stream);
}

void xh_report_csv_number(FILE *stream, double value) {
    char text[XH_PARAM_NUMBER_SIZE];
    if (isfinite(value)) {
        xh_param_format_real(value, text);
        fputs(text, stream);
    }
}
