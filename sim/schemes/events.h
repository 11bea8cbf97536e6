/*
 * Events: what local schemes are made of. At an event one column opens its gate for one input
 * vector; what the rows then do is the scheme's. Whether a column opens depends on its own y and on
 * one number that the column keeps, the running sum of its own |y|, so that each column has about
 * the same number of events, however rarely it wins.
 */
#ifndef XH_SIM_SCHEMES_EVENTS_H
#define XH_SIM_SCHEMES_EVENTS_H

#include "crosshebb/scheme.h"

/* One column of the update under way, as its events see it. */
typedef struct xh_column {
    xh_crossbar *crossbar;
    const xh_signals *signals;
    const void *params; /* the scheme's */
    size_t output;
    double gain; /* probability of an event a unit of |y| */
} xh_column;

/* What happens at the event of vector p; sign is that of y. */
typedef void (*xh_event_hook)(const xh_column *column, size_t p, float sign);

/* Streams of one update, told apart in the upper of the 32 bits that are the scheme's. */
typedef enum xh_train {
    XH_TRAIN_GATE = 0,
    XH_TRAIN_ROWS = 1,
    XH_TRAIN_COMPLEMENT = 2,
    XH_TRAIN_DECAY = 3
} xh_train;

/* The column's gain: events expected an update over its running activity, which is brought up to
 * date (one number of state; keep is the share that an update keeps). loser_share weighs the events
 * of losers. 0 if it was never active. */
double xh_column_gain(const xh_signals *signals, size_t output, double events, double loser_share,
                      double keep, float *activity);

/* Calls hook at the events of a column, vector by vector: with probability gain |y| where y > 0,
 * gain loser_share |y| where y < 0. */
void xh_column_events(const xh_column *column, double loser_share, xh_event_hook hook);

/* Uniform numbers of the rows at an event, [inputs]. */
void xh_column_train(const xh_column *column, xh_train train, size_t p, float *uniform);

#endif
