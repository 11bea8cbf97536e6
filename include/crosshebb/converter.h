/** Converters between digital values and the array: symmetric mid-tread quantisers with a
 * calibrated range. */
#ifndef CROSSHEBB_CONVERTER_H
#define CROSSHEBB_CONVERTER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** bits = 0 is ideal: values pass unchanged. Otherwise codes run from -(2^(bits-1) - 1) to
 * 2^(bits-1) - 1 and the largest code stands for range. */
typedef struct xh_converter {
    int bits;
    float range;
} xh_converter;

/** The largest code, 2^(bits-1) - 1; 0 if ideal. */
int32_t xh_converter_codes(xh_converter converter);

/** The value of one code step; 0 if ideal. */
float xh_converter_step(xh_converter converter);

/** What a span of conversions did; integers, so that sums do not depend on their order. */
typedef struct xh_converter_tally {
    uint64_t conversions;
    uint64_t clipped;      /* beyond the range */
    uint64_t square_codes; /* sum of squared codes: the running range follows it */
} xh_converter_tally;

/** Rounds values to the nearest code within the range, in place (half to even); adds to tally if
 * not NULL. */
void xh_converter_apply(xh_converter converter, size_t count, float *values,
                        xh_converter_tally *tally);

#ifdef __cplusplus
}
#endif

#endif
