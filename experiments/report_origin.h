/** The program and the machine that made a result, on its page. */
#ifndef XH_REPORT_ORIGIN_H
#define XH_REPORT_ORIGIN_H

#include "report_page.h"
#include "result_read.h"

/** Writes the facts of a result's group, as "/code"; what it does not have is left out. */
void xh_report_origin(xh_report_page *page, const xh_result *result, const char *group);

#endif
