/*
 * Events: what local schemes are made of. At an event one column opens its gate for one input
 * vector; what the rows then do is the scheme's. Whether a column opens depends on its own y and on
 * one number that the column keeps, the running sum of its own |y|, so that each column has about
 * the same number of events, however rarely it wins.
 *
 * Expected events a column and update: rate over the weight step of one pulse, so that rate is the
 * largest expected weight change of an update, as in the digital rule.
 */
#ifndef XH_SIM_SCHEMES_EVENTS_H
#define XH_SIM_SCHEMES_EVENTS_H

#include "crosshebb/scheme.h"

/* What every local scheme has: the first member of its parameters. */
typedef struct xh_event_params {
    double row_gain;    /* probability that a row at full scale fires, before it is cut at 1 */
    double loser_share; /* weight of the events of losers (y < 0) */
    double keep;        /* share of a column's running activity that an update keeps */
} xh_event_params;

/* Its rows in the table of a scheme. */
#define XH_EVENT_ROWS(default_loser_share)                                                         \
    XH_REAL(xh_event_params, row_gain, "1", 2, 0.01, 100,                                          \
            "probability that a row at full scale fires, before it is cut at 1 [A]"),              \
        XH_REAL(xh_event_params, loser_share, "1", default_loser_share, 0, 10,                     \
                "weight of the events of losers; 0: losers do not learn [found here: best of 0 "   \
                "to 1 on MNIST]"),                                                                 \
        XH_REAL(xh_event_params, keep, "1", 0.9, 0, 1,                                             \
                "share of a column's running activity that an update keeps [A]")

/* One column of the update under way, as its events see it. */
typedef struct xh_column {
    xh_crossbar *crossbar;
    const xh_signals *signals;
    const xh_event_params *params;
    size_t output;
} xh_column;

/* Streams of one update. */
typedef enum xh_train {
    XH_TRAIN_GATE,
    XH_TRAIN_ROWS,
    XH_TRAIN_COMPLEMENT,
    XH_TRAIN_DECAY,
    XH_TRAIN_RESET
} xh_train;

/* What happens at the event of vector p; sign is that of y. */
typedef void (*xh_event_hook)(const xh_column *column, size_t p, float sign);

/* One update: brings each column's activity [outputs] up to date and calls hook at its events,
 * vector by vector, with probability gain |y| where y > 0 and gain loser_share |y| where y < 0.
 * Columns go to threads; refresh says whether each ends with a refresh. */
void xh_events_update(const xh_event_params *params, xh_crossbar *crossbar, xh_rule rule,
                      const xh_signals *signals, float *activity, bool refresh, xh_event_hook hook);

/* Uniform numbers of the rows at an event, [inputs], in the thread's workspace. */
const float *xh_event_train(const xh_column *column, xh_train train, size_t p);

/* Room for the pulses of the two sides of the column, [inputs] each, in the thread's workspace. */
int8_t *xh_event_plus(const xh_column *column);
int8_t *xh_event_minus(const xh_column *column);

/* Share of full scale that a unit of s x drives a row with, times row_gain. */
float xh_event_scale(const xh_column *column, float sign);

/* The Hebbian half of an event: an up pulse with probability |x_j| as a share of full scale on the
 * plus side where s x_j > 0, on the minus side where s x_j < 0. */
void xh_event_hebb(const xh_column *column, size_t p, float sign);

/* The common mode of an event: with that probability, the pulse on both sides of every synapse. */
void xh_event_common(const xh_column *column, size_t p, float probability, int8_t pulse);

/* RESETs of an event: every device of the column, each for itself with that probability. */
void xh_event_reset(const xh_column *column, size_t p, float probability);

#endif
