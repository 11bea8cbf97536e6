/* Progress for people, on standard error. */
#include "command.h"

#include <math.h>
#include <time.h>
#include <unistd.h>

static const double plain_interval = 5; /* seconds between lines where they are kept */

xh_progress_view xh_progress_view_on(FILE *stream) {
    return (xh_progress_view){.stream = stream, .terminal = isatty(fileno(stream)) == 1};
}

double xh_seconds_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void write_line(const xh_progress *progress, FILE *stream) {
    char joules[XH_QUANTITY_SIZE], time[XH_QUANTITY_SIZE];
    const size_t left = progress->total - progress->done;
    fprintf(stream, "%-10s %zu of %zu %s", progress->stage, progress->done, progress->total,
            progress->unit);
    if (progress->rate > 0) {
        fprintf(stream, ", %.3g/s", progress->rate);
    }
    if (progress->rate > 0 && left > 0) {
        const double seconds = ceil((double)left / progress->rate);
        fprintf(stream, ", %s left", xh_duration(seconds, time));
    }
    if (progress->accuracy >= 0) {
        fprintf(stream, ", test accuracy %.2f %%", 100 * progress->accuracy);
    }
    if (progress->joules > 0) {
        fprintf(stream, ", %s", xh_quantity(progress->joules, "J", joules));
    }
}

void xh_progress_view_show(const xh_progress *progress, void *context) {
    xh_progress_view *view = context;
    const bool end = progress->done >= progress->total;
    const double time = xh_seconds_now();
    if (!view->terminal && !end && time - view->told < plain_interval) {
        return;
    }
    view->told = time;
    fputs(view->terminal ? "\r" : "", view->stream);
    write_line(progress, view->stream);
    fputs(view->terminal ? "\033[K" : "\n", view->stream);
    view->open = view->terminal;
    if (end) {
        xh_progress_view_end(view);
    }
    fflush(view->stream);
}

void xh_progress_view_end(xh_progress_view *view) {
    if (view->open) {
        fputc('\n', view->stream);
    }
    view->open = false;
}
