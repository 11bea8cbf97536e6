/* Symmetric mid-tread quantisers: what stands between digital values and lines of an array. */
#include "crosshebb/converter.h"

#include <math.h>

int32_t xh_converter_codes(xh_converter converter) {
    return converter.bits > 0 ? (1 << (converter.bits - 1)) - 1 : 0;
}

float xh_converter_step(xh_converter converter) {
    return converter.bits > 0 ? converter.range / (float)xh_converter_codes(converter) : 0.0F;
}

void xh_converter_apply(xh_converter converter, size_t count, float *values,
                        xh_converter_tally *tally) {
    if (converter.bits <= 0) {
        if (tally != NULL) {
            tally->conversions += count;
        }
        return;
    }
    const float limit = (float)xh_converter_codes(converter);
    const float step = xh_converter_step(converter);
    const float scale = step > 0.0F ? 1.0F / step : 0.0F;
    uint64_t clipped = 0;
    uint64_t square = 0;
    for (size_t i = 0; i < count; i++) {
        const float code = rintf(values[i] * scale);
        const float kept = fminf(fmaxf(code, -limit), limit);
        const int32_t whole = (int32_t)kept;
        clipped += code != kept;
        square += (uint64_t)((int64_t)whole * whole);
        values[i] = kept * step;
    }
    if (tally != NULL) {
        tally->conversions += count;
        tally->clipped += clipped;
        tally->square_codes += square;
    }
}
