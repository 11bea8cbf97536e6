/* What the tests of configurations share: parsing texts, and refusing them with a message. */
#ifndef XH_TESTS_CONFIG_RIG_H
#define XH_TESTS_CONFIG_RIG_H

#include "crosshebb/config.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

/* The shortest experiment. */
#define DIGITAL "network: {layers: [{outputs: 8}]}\n"
#define CROSSBAR                                                                                   \
    "network: {layers: [{synapses: crossbar}]}\n"                                                  \
    "device: {model: pcm_accumulate}\nscheme: {name: pcm_pair}\n"

static xh_config config; /* as parsed last */
static xh_config again;  /* to compare with */
static xh_error error;

static inline xh_status parse(const char *text, size_t count, const char *const *overrides) {
    error = (xh_error){0};
    return xh_config_parse("e.yaml", text, strlen(text), overrides, count, &config, &error);
}

static inline void expect(const char *text, size_t count, const char *const *overrides) {
    ck_assert_msg(parse(text, count, overrides) == XH_OK, "%s", error.text);
}

/* The text must be refused with that message and leave the configuration alone. */
static inline void refuse_set(const char *text, const char *override, const char *message) {
    memset(&config, 0x55, sizeof config);
    memcpy(&again, &config, sizeof config);
    ck_assert_msg(parse(text, override ? 1 : 0, &override) == XH_INPUT, "accepted: %s", text);
    ck_assert_int_eq(error.status, XH_INPUT);
    ck_assert_str_eq(error.text, message);
    ck_assert_mem_eq(&config, &again, sizeof config);
}

static inline void refuse(const char *text, const char *message) {
    refuse_set(text, NULL, message);
}

#endif
