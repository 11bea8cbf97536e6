/* Bounds of each cell's own, and a read whose noise does not depend on the state. */
#include "devices/own_bounds.h"

#include <string.h>

void xh_own_bounds_spread(own_bounds bounds, float *low, float *high, size_t count) {
    const float low_mean = (float)bounds.g_min;
    const float high_mean = (float)bounds.g_max;
    const float low_spread = (float)(bounds.g_min * bounds.g_min_spread);
    const float high_spread = (float)(bounds.g_max * bounds.g_max_spread);
    SPAN_LOOP
    for (size_t c = 0; c < count; c++) {
        float bottom = low_mean + low_spread * low[c];
        float top = high_mean + high_spread * high[c];
        low[c] = bottom < 0.0F ? 0.0F : bottom;
        high[c] = top < low[c] ? low[c] : top;
    }
}

void xh_own_bounds_read(const float *g, size_t count, double deviation, float *conductance,
                        float *variance) {
    memcpy(conductance, g, count * sizeof *conductance);
    if (variance) {
        const float square = (float)deviation * (float)deviation;
        SPAN_LOOP
        for (size_t c = 0; c < count; c++) {
            variance[c] = square;
        }
    }
}
