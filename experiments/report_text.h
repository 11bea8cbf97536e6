/** Markdown and CSV of reports: text that cannot become anything else. */
#ifndef XH_REPORT_TEXT_H
#define XH_REPORT_TEXT_H

#include <stddef.h>
#include <stdio.h>

/** Text that Markdown shows as it is. */
void xh_report_plain(FILE *stream, const char *text);
/** The same as the next cell of a row. */
void xh_report_plain_cell(FILE *stream, const char *text);
/** The head of a table: a column of text, so many of numbers, and text in those after. */
void xh_report_plain_head(FILE *stream, const char *const *titles, size_t numbers, size_t count);

/** A field of CSV, in quotes where it needs them. */
void xh_report_csv(FILE *stream, const char *text);
/** A number with all its digits; what is none is an empty field. */
void xh_report_csv_number(FILE *stream, double value);

#endif
