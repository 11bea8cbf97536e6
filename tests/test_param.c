/* Parameter tables: parsing, ranges and choices, error texts, and text that reads back. */
#include "crosshebb/param.h"
#include "crosshebb/rng.h"
#include "suite.h"

#include <float.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct sample {
    double up_step;
    double g_max;
    double any;
    long bits;
    long images;
    bool learn;
    char pool[XH_PARAM_TEXT_SIZE];
    char title[XH_PARAM_TEXT_SIZE];
} sample;

static const char *const pools[] = {"none", "max", "average", NULL};

static const xh_param rows[] = {
    XH_REAL(sample, up_step, "1", 0.01, 0, 1, "Step of an up pulse"),
    XH_REAL(sample, g_max, "S", 20e-6, 1e-9, 1e-3, "Largest conductance"),
    XH_REAL(sample, any, "1", 0, -DBL_MAX, DBL_MAX, "Any number"),
    XH_INTEGER(sample, bits, "1", 8, 0, 32, "Bits of a converter"),
    XH_INTEGER(sample, images, "1", 60000, 1, (double)LONG_MAX, "Number of images"),
    XH_FLAG(sample, learn, true, "Whether to learn"),
    XH_TEXT(sample, pool, "max", pools, "Kind of pooling"),
    XH_TEXT(sample, title, "a title", NULL, "Any text"),
};
static const xh_param_table table = XH_PARAM_TABLE(sample, rows);

static sample defaults(void) {
    sample values;
    xh_param_defaults(&table, &values);
    return values;
}

static xh_status set(sample *values, const char *name, const char *text, xh_error *error) {
    const xh_param *param = xh_param_find(&table, name);
    ck_assert_ptr_nonnull(param);
    return xh_param_set(param, values, text, error);
}

/** The text is refused with that message, and the struct stays as it was. */
static void assert_refused(const char *name, const char *text, const char *message) {
    sample values = defaults();
    const sample before = values;
    xh_error error = {0};
    ck_assert_int_eq(set(&values, name, text, &error), XH_INPUT);
    ck_assert_int_eq(error.status, XH_INPUT);
    ck_assert_str_eq(error.text, message);
    ck_assert_mem_eq(&values, &before, sizeof(values));
    ck_assert_int_eq(set(&values, name, text, NULL), XH_INPUT);
}

START_TEST(defaults_are_written_and_valid) {
    const sample values = defaults();
    ck_assert_double_eq(values.up_step, 0.01);
    ck_assert_double_eq(values.g_max, 20e-6);
    ck_assert_int_eq(values.bits, 8);
    ck_assert_int_eq(values.images, 60000);
    ck_assert(values.learn);
    ck_assert_str_eq(values.pool, "max");
    ck_assert_str_eq(values.title, "a title");
    ck_assert_int_eq(xh_param_check(&table, &values, NULL), XH_OK);
}
END_TEST

START_TEST(numbers_are_parsed) {
    static const struct {
        const char *text;
        double value;
    } accepted[] = {
        {"0", 0},           {"-0.5", -0.5},
        {"+3", 3},          {".25", 0.25},
        {"7.", 7},          {"1e3", 1000},
        {"2E-3", 2e-3},     {"1.5e+2", 150},
        {"0.1", 0.1},       {"1e-400", 0},
        {"08", 8},          {"-.5e1", -5},
        {"5e-324", 5e-324}, {"123456789012", 123456789012.0},
    };
    sample values = defaults();
    for (size_t t = 0; t < sizeof(accepted) / sizeof(accepted[0]); t++) {
        ck_assert_int_eq(set(&values, "any", accepted[t].text, NULL), XH_OK);
        ck_assert_double_eq(values.any, accepted[t].value);
    }
    ck_assert_int_eq(set(&values, "bits", "+32", NULL), XH_OK);
    ck_assert_int_eq(values.bits, 32);
    ck_assert_int_eq(set(&values, "images", "9223372036854775807", NULL), XH_OK);
    ck_assert_int_eq(values.images, LONG_MAX);
}
END_TEST

START_TEST(what_is_no_number_is_refused) {
    static const char *const refused[] = {
        "",  "nan", "inf", "-Infinity", "0x10", "1,5",   "1 ",  " 1",  "1e", "1e+",
        ".", "-",   "--1", "1.2.3",     "1e2.", "1_000", "abc", "1 S", "e5", "+"};
    for (size_t t = 0; t < sizeof(refused) / sizeof(refused[0]); t++) {
        char message[64];
        (void)snprintf(message, sizeof(message), "any = %s is not a number", refused[t]);
        assert_refused("any", refused[t], message);
        (void)snprintf(message, sizeof(message), "bits = %s is not an integer", refused[t]);
        assert_refused("bits", refused[t], message);
    }
    assert_refused("bits", "x", "bits = x is not an integer");
    assert_refused("bits", "8.0", "bits = 8.0 is not an integer");
    assert_refused("bits", "1e1", "bits = 1e1 is not an integer");
}
END_TEST

START_TEST(numbers_outside_their_range_are_refused) {
    assert_refused("up_step", "1.3", "up_step = 1.3 is outside [0, 1]");
    assert_refused("up_step", "-1e-300", "up_step = -1e-300 is outside [0, 1]");
    assert_refused("g_max", "-1", "g_max = -1 S is outside [1e-09, 0.001] S");
    assert_refused("bits", "33", "bits = 33 is outside [0, 32]");
    assert_refused("bits", "-1", "bits = -1 is outside [0, 32]");
    assert_refused("bits", "99999999999999999999",
                   "bits = 99999999999999999999 is outside [0, 32]");
    assert_refused("images", "99999999999999999999",
                   "images = 99999999999999999999 is outside [1, 9223372036854775808]");
    assert_refused("any", "1e999",
                   "any = 1e999 is outside [-1.7976931348623157e+308, 1.7976931348623157e+308]");
}
END_TEST

START_TEST(flags_have_their_yaml_spellings) {
    static const char *const on[] = {"true", "True", "TRUE", "on", "On", "ON", "yes", "Yes", "YES"};
    static const char *const off[] = {"false", "False", "FALSE", "off", "Off",
                                      "OFF",   "no",    "No",    "NO"};
    sample values = defaults();
    for (size_t s = 0; s < sizeof(on) / sizeof(on[0]); s++) {
        ck_assert_int_eq(set(&values, "learn", off[s], NULL), XH_OK);
        ck_assert(!values.learn);
        ck_assert_int_eq(set(&values, "learn", on[s], NULL), XH_OK);
        ck_assert(values.learn);
    }
    assert_refused("learn", "maybe", "learn = maybe is neither true nor false");
    assert_refused("learn", "1", "learn = 1 is neither true nor false");
    assert_refused("learn", "", "learn =  is neither true nor false");
    assert_refused("learn", "tRUE", "learn = tRUE is neither true nor false");
}
END_TEST

START_TEST(texts_are_chosen_or_free) {
    sample values = defaults();
    ck_assert_int_eq(set(&values, "pool", "average", NULL), XH_OK);
    ck_assert_str_eq(values.pool, "average");
    ck_assert_int_eq(set(&values, "title", "what = ever, 1%", NULL), XH_OK);
    ck_assert_str_eq(values.title, "what = ever, 1%");
    ck_assert_int_eq(set(&values, "title", "", NULL), XH_OK);
    ck_assert_str_eq(values.title, "");
    assert_refused("pool", "mxa", "pool = mxa is not one of none, max, average; did you mean max?");
    assert_refused("pool", "stochastic", "pool = stochastic is not one of none, max, average");
}
END_TEST

START_TEST(texts_that_do_not_fit_are_refused) {
    char text[XH_PARAM_TEXT_SIZE + 1];
    char message[sizeof(text) + 64];
    memset(text, 'a', sizeof(text));
    text[XH_PARAM_TEXT_SIZE] = '\0';
    (void)snprintf(message, sizeof(message), "title = %s is longer than 255 bytes", text);
    assert_refused("title", text, message);
    text[XH_PARAM_TEXT_SIZE - 1] = '\0';
    sample values = defaults();
    ck_assert_int_eq(set(&values, "title", text, NULL), XH_OK);
    ck_assert_str_eq(values.title, text);
}
END_TEST

START_TEST(structs_are_checked) {
    xh_error error = {0};
    sample values = defaults();
    values.g_max = 0.5;
    ck_assert_int_eq(xh_param_check(&table, &values, &error), XH_INPUT);
    ck_assert_str_eq(error.text, "g_max = 0.5 S is outside [1e-09, 0.001] S");
    values = defaults();
    values.any = NAN;
    ck_assert_int_eq(xh_param_check(&table, &values, NULL), XH_INPUT);
    values.any = INFINITY;
    ck_assert_int_eq(xh_param_check(&table, &values, NULL), XH_INPUT);
    values = defaults();
    values.bits = 64;
    ck_assert_int_eq(xh_param_check(&table, &values, &error), XH_INPUT);
    ck_assert_str_eq(error.text, "bits = 64 is outside [0, 32]");
    values = defaults();
    strcpy(values.pool, "avreage");
    ck_assert_int_eq(xh_param_check(&table, &values, &error), XH_INPUT);
    ck_assert_str_eq(error.text,
                     "pool = avreage is not one of none, max, average; did you mean average?");
}
END_TEST

static void assert_format(double value, const char *expected) {
    sample values = defaults();
    char text[XH_PARAM_TEXT_SIZE];
    values.any = value;
    xh_param_format(xh_param_find(&table, "any"), &values, text);
    ck_assert_str_eq(text, expected);
}

START_TEST(formatted_numbers_are_short) {
    assert_format(0, "0");
    assert_format(0.1, "0.1");
    assert_format(10, "10");
    assert_format(60000, "60000");
    assert_format(1e-9, "1e-09");
    assert_format(1.0 / 3.0, "0.3333333333333333");
    assert_format(0.1 + 0.2, "0.30000000000000004");
    assert_format(-2.5e-6, "-2.5e-06");
}
END_TEST

START_TEST(formatted_values_read_back) {
    const xh_rng stream = {11, XH_RNG_TEST, 0, 0};
    const xh_param *any = xh_param_find(&table, "any");
    sample values = defaults();
    for (uint64_t block = 0; block < 2000; block++) {
        uint32_t word[4];
        xh_rng_block(stream, block, word);
        double value;
        memcpy(&value, word, sizeof(value));
        if (!isfinite(value)) {
            continue;
        }
        char text[XH_PARAM_TEXT_SIZE];
        values.any = value;
        xh_param_format(any, &values, text);
        values.any = 0;
        ck_assert_int_eq(xh_param_set(any, &values, text, NULL), XH_OK);
        ck_assert_mem_eq(&values.any, &value, sizeof(value));
    }
}
END_TEST

START_TEST(every_type_reads_back) {
    sample values = defaults();
    values.learn = false;
    values.bits = 31;
    values.any = -0.0;
    strcpy(values.pool, "none");
    sample copy = defaults();
    for (size_t p = 0; p < table.count; p++) {
        char text[XH_PARAM_TEXT_SIZE];
        xh_param_format(&rows[p], &values, text);
        ck_assert_int_eq(xh_param_set(&rows[p], &copy, text, NULL), XH_OK);
        ck_assert_double_eq(xh_param_number(&rows[p], &copy), xh_param_number(&rows[p], &values));
    }
    ck_assert_str_eq(copy.pool, "none");
    ck_assert_str_eq(copy.title, "a title");
    ck_assert(signbit(copy.any));
}
END_TEST

START_TEST(numbers_are_those_of_the_struct) {
    const sample values = defaults();
    ck_assert_double_eq(xh_param_number(xh_param_find(&table, "g_max"), &values), 20e-6);
    ck_assert_double_eq(xh_param_number(xh_param_find(&table, "bits"), &values), 8);
    ck_assert_double_eq(xh_param_number(xh_param_find(&table, "learn"), &values), 1);
    ck_assert_double_eq(xh_param_number(xh_param_find(&table, "pool"), &values), 0);
}
END_TEST

START_TEST(names_are_found_and_proposed) {
    ck_assert_str_eq(xh_param_find(&table, "bits")->name, "bits");
    ck_assert_ptr_null(xh_param_find(&table, "bit"));
    ck_assert_ptr_null(xh_param_find(&table, ""));
    ck_assert_str_eq(xh_param_nearest(&table, "upstep"), "up_step");
    ck_assert_str_eq(xh_param_nearest(&table, "gmax"), "g_max");
    ck_assert_str_eq(xh_param_nearest(&table, "bits"), "bits");
    ck_assert_ptr_null(xh_param_nearest(&table, "temperature"));

    static const char *const names[] = {"constant_step", "soft_bounds", "pcm_accumulate"};
    ck_assert_str_eq(xh_nearest_name(names, 3, "soft_bound"), "soft_bounds");
    ck_assert_str_eq(xh_nearest_name(names, 3, "pcmacumulat"), "pcm_accumulate");
    ck_assert_ptr_null(xh_nearest_name(names, 3, "pcm"));
    ck_assert_ptr_null(xh_nearest_name(names, 0, "pcm"));
    ck_assert_ptr_null(xh_nearest_name(names, 3, ""));
}
END_TEST

/* Where no locale with a decimal comma is installed, the plain locale is tested once more. */
START_TEST(numbers_keep_their_point_in_every_locale) {
    static const char *const comma[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    for (size_t l = 0; l < sizeof(comma) / sizeof(comma[0]); l++) {
        if (setlocale(LC_ALL, comma[l]) != NULL) {
            break;
        }
    }
    sample values = defaults();
    ck_assert_int_eq(set(&values, "up_step", "0.25", NULL), XH_OK);
    ck_assert_double_eq(values.up_step, 0.25);
    assert_format(0.25, "0.25");
    assert_refused("g_max", "1.5", "g_max = 1.5 S is outside [1e-09, 0.001] S");
    (void)setlocale(LC_ALL, "C");
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        defaults_are_written_and_valid,
        numbers_are_parsed,
        what_is_no_number_is_refused,
        numbers_outside_their_range_are_refused,
        flags_have_their_yaml_spellings,
        texts_are_chosen_or_free,
        texts_that_do_not_fit_are_refused,
        structs_are_checked,
        formatted_numbers_are_short,
        formatted_values_read_back,
        every_type_reads_back,
        numbers_are_those_of_the_struct,
        names_are_found_and_proposed,
        numbers_keep_their_point_in_every_locale,
    };
    return xh_suite_run("param", tests, sizeof(tests) / sizeof(tests[0]));
}
