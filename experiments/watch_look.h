/** One look at a run: how far it is. */
#ifndef XH_WATCH_LOOK_H
#define XH_WATCH_LOOK_H

#include "crosshebb/param.h"
#include "crosshebb/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum xh_watch_state {
    XH_WATCH_RUNNING,
    XH_WATCH_STOPPED,
    XH_WATCH_COMPLETE
} xh_watch_state;

enum { XH_WATCH_VALUES = 32 };

typedef struct xh_watch_look {
    xh_watch_state state;
    char path[4096]; /* of the file that was read */
    char experiment[XH_PARAM_TEXT_SIZE];
    char stage[XH_PARAM_TEXT_SIZE]; /* a layer, "training", "features", "readout", "complete" */
    double done, total;             /* of the stage; total 0: not known */
    const char *unit;               /* "images", "passes" */
    double written;                 /* when the file was, in seconds */
    double accuracy;                /* latest test accuracy, NAN: none yet */
    double joules;                  /* so far; 0: nothing is priced */
    double wall;                    /* seconds that a complete run took, else NAN */
    double rate;                    /* images a second of a complete run's training, else NAN */
    const char *course;             /* what the values are of, up to the latest */
    double values[XH_WATCH_VALUES];
    size_t count;
} xh_watch_look;

/** Looks at the run that writes FILE.h5, or whose result it is; path may also be that of its part.
 *  XH_INPUT if there is none, or if it cannot be read (just now, if the run goes on). */
xh_status xh_watch_look_at(const char *path, xh_watch_look *look, xh_error *error);

/** Whether a run is writing FILE.h5 now. */
bool xh_watch_runs(const char *path);

#endif
