/* Symmetric mid-tread quantisers: what stands between digital values and lines of an array. */
#include "crosshebb/converter.h"
#include "crosshebb/kernel.h"

#include <math.h>

int32_t xh_converter_codes(xh_converter converter) {
    return converter.bits > 0 ? (1 << (converter.bits - 1)) - 1 : 0;
}

float xh_converter_step(xh_converter converter) {
    return converter.bits > 0 ? converter.range / (float)xh_converter_codes(converter) : 0.0F;
}

/* Codes have at most 16 bits, so that a square fits 32. */
XH_KERNEL
static void convert(size_t count, float scale, float step, float limit, float *values,
                    xh_converter_tally *tally) {
    uint64_t square = 0;
    uint32_t clipped = 0;
    for (size_t i = 0; i < count; i++) {
        float code = rintf(values[i] * scale);
        const float exact = code;
        code = code > limit ? limit : code;
        code = code < -limit ? -limit : code;
        const int32_t whole = (int32_t)code;
        clipped += code != exact;
        square += (uint32_t)(whole * whole);
        values[i] = code * step;
    }
    tally->clipped += clipped;
    tally->square_codes += square;
}

void xh_converter_apply(xh_converter converter, size_t count, float *values,
                        xh_converter_tally *tally) {
    xh_converter_tally own = {.conversions = count};
    if (converter.bits > 0) {
        const float step = xh_converter_step(converter);
        convert(count, step > 0.0F ? 1.0F / step : 0.0F, step, (float)xh_converter_codes(converter),
                values, &own);
    }
    if (tally != NULL) {
        tally->conversions += own.conversions;
        tally->clipped += own.clipped;
        tally->square_codes += own.square_codes;
    }
}
