/* bfloat16: every number goes there and back, and what lies between two goes to the nearest. */
#include "crosshebb/bfloat16.h"
#include "suite.h"

#include <math.h>

enum { NUMBERS = 1 << 16 };

static float value_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static xh_bfloat16 rounded(float value) {
    xh_bfloat16 result = 0;
    xh_bfloat16_round(1, &value, &result);
    return result;
}

/* All of them, in one span: infinities and denormals stay, what is not a number becomes quiet. */
START_TEST(test_there_and_back) {
    static xh_bfloat16 numbers[NUMBERS], back[NUMBERS];
    static float values[NUMBERS];
    for (size_t i = 0; i < NUMBERS; i++) {
        numbers[i] = (xh_bfloat16)i;
    }
    xh_bfloat16_widen(NUMBERS, numbers, values);
    xh_bfloat16_round(NUMBERS, values, back);
    for (size_t i = 0; i < NUMBERS; i++) {
        ck_assert_uint_eq(bits_of(values[i]), (uint32_t)i << 16);
        ck_assert_uint_eq(back[i], isnan(values[i]) ? i | 0x40 : i);
    }
}
END_TEST

/* Between each two neighbours: the middle goes to the even one, one float beside it to the nearest.
 * 0x7f80 is infinity, the neighbour of the largest number. */
START_TEST(test_between_neighbours) {
    for (uint32_t sign = 0; sign <= 0x8000; sign += 0x8000) {
        for (uint32_t low = sign; low < sign + 0x7f80; low++) {
            const uint32_t middle = low << 16 | 0x8000;
            ck_assert_uint_eq(rounded(value_of(middle - 1)), low);
            ck_assert_uint_eq(rounded(value_of(middle)), low + (low & 1));
            ck_assert_uint_eq(rounded(value_of(middle + 1)), low + 1);
        }
    }
}
END_TEST

/* The payload's lowest bits alone say that it is not a number, or its highest do. */
START_TEST(test_no_number_stays_none) {
    static const uint32_t none[] = {0x7f800001, 0xff800001, 0x7fffffff, 0xffffffff, 0x7fbf8000};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        const xh_bfloat16 found = rounded(value_of(none[i]));
        ck_assert(isnan(xh_bfloat16_value(found)));
        ck_assert_uint_eq(found & 0x8000, none[i] >> 16 & 0x8000);
    }
}
END_TEST

/* Values that somebody else knows. */
START_TEST(test_known_values) {
    ck_assert_uint_eq(rounded(1), 0x3f80);
    ck_assert_uint_eq(rounded(-2), 0xc000);
    ck_assert_uint_eq(rounded(3.14159274F), 0x4049);
    ck_assert_uint_eq(rounded(0x1.fffffep127F), 0x7f80);
    ck_assert_uint_eq(rounded(-0.0F), 0x8000);
    ck_assert_uint_eq(rounded(0x1p-133F), 0x0001);
    ck_assert_uint_eq(rounded(0x1p-134F), 0x0000);
    ck_assert_float_eq(xh_bfloat16_value(0x4049), 3.140625F);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {test_there_and_back, test_between_neighbours,
                                  test_no_number_stays_none, test_known_values};
    return xh_suite_run("bfloat16", tests, sizeof(tests) / sizeof(tests[0]));
}
