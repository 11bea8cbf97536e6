/* The label of a staircase and its inverse; nonlinearity.h has the equations. */
#include "devices/nonlinearity.h"

#include <math.h>

static const double scale = 10.1015;

/* Below it the closed form cancels; the next term of the series is about 1e-6 s^7. */
static const double small = 0.03;

/* The largest distance from the straight line, for s >= 0. */
static double distance(double s) {
    if (s < small) {
        const double square = s * s;
        return s * (1.0 / 8 - square * (1.0 / 576 - square / 25920));
    }
    const double share = -expm1(-s);
    return 1 / share - (1 + log(s / share)) / s;
}

/* Its derivative, which falls from 1/8 towards zero. */
static double slope(double s) {
    if (s < small) {
        const double square = s * s;
        return 1.0 / 8 - square * (1.0 / 192 - square / 5184);
    }
    const double share = -expm1(-s);
    const double growth = expm1(s);
    return log(s / share) / (s * s) + 1 / (s * growth) - 1 / (growth * share);
}

double xh_nonlinearity_label(double curvature) {
    return copysign(scale * distance(fabs(curvature)), curvature);
}

/* Newton's method from the left: distance() is concave, so that every tangent meets the target
 * before the curve does and the steps never pass the root. The last step's error is its square. */
double xh_nonlinearity_curvature(double label) {
    enum { MOST_STEPS = 64 };
    const double target = fmin(fabs(label), NONLINEARITY_MAX) / scale;
    double s = 8 * target;
    for (int i = 0; i < MOST_STEPS; i++) {
        const double step = (target - distance(s)) / slope(s);
        s += step;
        if (fabs(step) <= 1e-11 * s) {
            break;
        }
    }
    return copysign(s, label);
}
