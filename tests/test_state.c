/* States: every kind of array goes and comes, and nothing comes back as something else. */
#include "state_fixture.h"

/* One array of each kind. */
typedef struct sample {
    float floats[3];
    double doubles[2];
    uint32_t words[4];
    uint64_t counts[1];
    char text[5];
    size_t size;
    bool flag;
} sample;

static const sample filled = {{1.5F, -0.0F, 3e38F},
                              {0.1, -1e308},
                              {1, 2, 3, UINT32_MAX},
                              {UINT64_MAX},
                              "text",
                              SIZE_MAX,
                              true};

static void visit(sample *values, xh_state *state) {
    state->group = "first";
    xh_state_floats(state, "floats", 3, values->floats);
    xh_state_doubles(state, "doubles", 2, values->doubles);
    xh_state_words(state, "words", 4, values->words);
    state->group = NULL;
    xh_state_counts(state, "counts", 1, values->counts);
    xh_state_text(state, "text", 5, values->text);
    xh_state_size(state, "size", &values->size);
    xh_state_flag(state, "flag", &values->flag);
}

static xh_memory save_filled(void) {
    xh_memory memory = {0};
    sample values = filled;
    xh_state state = xh_memory_saving(&memory);
    visit(&values, &state);
    ck_assert_int_eq(state.error.status, XH_OK);
    return memory;
}

START_TEST(what_goes_comes_back) {
    xh_memory memory = save_filled();
    sample values;
    memset(&values, 0, sizeof(values));
    xh_state state = xh_memory_loading(&memory);
    visit(&values, &state);
    ck_assert_int_eq(state.error.status, XH_OK);
    ck_assert_uint_eq(memory.at, memory.size);
    ck_assert_mem_eq(values.floats, filled.floats, sizeof(filled.floats));
    ck_assert_mem_eq(values.doubles, filled.doubles, sizeof(filled.doubles));
    ck_assert_mem_eq(values.words, filled.words, sizeof(filled.words));
    ck_assert_uint_eq(values.counts[0], UINT64_MAX);
    ck_assert_str_eq(values.text, "text");
    ck_assert_uint_eq(values.size, SIZE_MAX);
    ck_assert(values.flag);
    free(memory.bytes);
}
END_TEST

/* Loads one array that differs from the first one saved; returns how it was refused. */
static xh_error load_other(const char *group, const char *name, size_t count, bool is_words) {
    xh_memory memory = save_filled();
    float floats[8] = {7};
    uint32_t words[8] = {7};
    xh_state state = xh_memory_loading(&memory);
    state.group = group;
    if (is_words) {
        xh_state_words(&state, name, count, words);
    } else {
        xh_state_floats(&state, name, count, floats);
    }
    ck_assert(floats[0] == 7 && words[0] == 7);
    xh_state_floats(&state, "floats", 3, floats); /* nothing moves after a failure */
    ck_assert(floats[0] == 7);
    free(memory.bytes);
    return state.error;
}

START_TEST(another_array_is_refused) {
    const xh_error errors[] = {
        load_other("first", "float", 3, false), load_other("first", "floats", 2, false),
        load_other("first", "floats", 3, true), load_other("second", "floats", 3, false),
        load_other(NULL, "floats", 3, false),
    };
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        ck_assert_int_eq(errors[i].status, XH_INPUT);
        ck_assert_ptr_nonnull(strstr(errors[i].text, "first/floats (3 floats) where "));
    }
    ck_assert_ptr_nonnull(strstr(errors[2].text, "first/floats (3 32-bit words) is expected"));
}
END_TEST

START_TEST(an_early_end_is_told) {
    xh_memory memory = save_filled();
    const size_t whole = memory.size;
    for (size_t left = 0; left < whole; left += 31) {
        sample values = filled;
        memory.size = left;
        xh_state state = xh_memory_loading(&memory);
        visit(&values, &state);
        ck_assert_int_eq(state.error.status, XH_IO);
        ck_assert_ptr_nonnull(strstr(state.error.text, "cannot be read"));
    }
    free(memory.bytes);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {what_goes_comes_back, another_array_is_refused,
                                  an_early_end_is_told};
    return xh_suite_run("state", tests, sizeof(tests) / sizeof(tests[0]));
}
