/**
 * Read noise of 1/f kind: the part of it that a single read draws, and the part that stands still.
 *
 * Published fits say how far a cell has wandered T seconds after it was programmed, in units of its
 * own strength Q:
 *
 *     variance = ln((T + read_time) / (2 read_time))
 *
 * which is the power 1/f between the frequencies 1 / T and 1 / (2 read_time). The sum splits at any
 * window between them: fluctuations faster than the window are drawn anew at every read, slower
 * ones stand still while the array is read and wander when time passes,
 *
 *     fast = ln((min(T, window) + read_time) / (2 read_time))
 *     slow = ln((max(T, window) + read_time) / (window + read_time)),   fast + slow = variance
 *
 * slow by independent increments in ln T, so that time a and then b does what a + b does. The
 * variance at any one time is the published one; how the same cell's values at two times hang
 * together is not published, and independent increments are an assumption.
 */
#ifndef CROSSHEBB_FLICKER_H
#define CROSSHEBB_FLICKER_H

#include "devices/exponential.h"

typedef struct flicker {
    float window;    /* s */
    float read_time; /* s */
} flicker;

/** Variance of one read, in Q squared, elapsed seconds after programming. */
static inline float flicker_fast(flicker f, float elapsed) {
    float reach = elapsed < f.window ? elapsed : f.window;
    reach = reach < f.read_time ? f.read_time : reach;
    return span_log((reach + f.read_time) / (2.0F * f.read_time));
}

/** Variance of what stands still, in Q squared, elapsed seconds after programming. */
static inline float flicker_slow(flicker f, float elapsed) {
    float reach = elapsed < f.window ? f.window : elapsed;
    return span_log((reach + f.read_time) / (f.window + f.read_time));
}

/** What passed more seconds add to it. As ln(1 + x), which a float's 1 + x would lose for a small
 * x. */
static inline float flicker_step(flicker f, float elapsed, float passed) {
    float before = f.window - elapsed;
    before = before < 0.0F ? 0.0F : before;
    float start = elapsed + before;
    passed -= before;
    passed = passed < 0.0F ? 0.0F : passed;
    float x = passed / (start + f.read_time);
    float series = x - 0.5F * x * x;
    float logarithm = span_log(1.0F + x);
    return x < 1e-3F ? series : logarithm;
}

#endif
