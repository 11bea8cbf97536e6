/**
 * The nonlinearity label of a conductance staircase, as NeuroSim's users quote it, in closed form.
 *
 * A staircase of P pulses that crosses the range along f(x) = (1 - e^(-s x)) / (1 - e^-s), x = n / P
 * has the curvature s = P / A, with A the decay of NeuroSim's exponential in pulses. Its label is
 * the largest distance from the straight line,
 *
 *     label = 10.1015 max |f(x) - x|
 *           = 10.1015 (1 / (1 - e^-s) - (1 + ln(s / (1 - e^-s))) / s)    for s > 0
 *
 * and has the sign of s: positive for steps that shrink on their way. This reproduces the 900
 * entries that NeuroSim tabulates (labels 0.01 to 9) to 2.2e-5.
 */
#ifndef CROSSHEBB_NONLINEARITY_H
#define CROSSHEBB_NONLINEARITY_H

/** Labels beyond it are not tabulated, and crowd: 10.1015 is a single step over the whole range. */
#define NONLINEARITY_MAX 9.0

/** The label of a curvature. */
double xh_nonlinearity_label(double curvature);

/** The curvature of a label, which is clipped to +- NONLINEARITY_MAX; to 1e-12, relative. */
double xh_nonlinearity_curvature(double label);

#endif
