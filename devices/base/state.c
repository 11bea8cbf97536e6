/*
 * Arrays with labels. A label has a fixed size, and numbers are those of the machine: a state goes
 * back into a program on the same kind of machine.
 */
#include "crosshebb/state.h"

#include <stdio.h>
#include <string.h>

typedef struct label {
    char name[224]; /* group and name, zeros behind */
    char type[24];
    uint64_t count;
} label;

static label label_of(const xh_state *state, const char *name, const char *type, size_t count) {
    label made = {.count = count};
    const char *group = state->group ? state->group : "";
    snprintf(made.name, sizeof(made.name), "%s%s%s", group, group[0] ? "/" : "", name);
    snprintf(made.type, sizeof(made.type), "%s", type);
    return made;
}

static bool move(xh_state *state, const label *wanted, void *bytes, size_t size) {
    if (!state->move(state->context, bytes, size)) {
        xh_error_set(&state->error, XH_IO, "%s cannot be %s", wanted->name,
                     state->loading ? "read" : "written");
    }
    return state->error.status == XH_OK;
}

static bool is_same(const label *a, const label *b) {
    return memcmp(a->name, b->name, sizeof(a->name)) == 0 &&
           memcmp(a->type, b->type, sizeof(a->type)) == 0 && a->count == b->count;
}

static void move_array(xh_state *state, const char *name, const char *type, size_t count,
                       size_t size, void *values) {
    if (state->error.status != XH_OK) {
        return;
    }
    const label wanted = label_of(state, name, type, count);
    label found = wanted;
    if (!move(state, &wanted, &found, sizeof(found))) {
        return;
    }
    if (!is_same(&found, &wanted)) {
        xh_error_set(&state->error, XH_INPUT, "%.*s (%llu %.*s) where %s (%zu %s) is expected",
                     (int)sizeof(found.name) - 1, found.name, (unsigned long long)found.count,
                     (int)sizeof(found.type) - 1, found.type, wanted.name, count, type);
        return;
    }
    move(state, &wanted, values, count * size);
}

void xh_state_floats(xh_state *state, const char *name, size_t count, float *values) {
    move_array(state, name, "floats", count, sizeof(*values), values);
}

void xh_state_doubles(xh_state *state, const char *name, size_t count, double *values) {
    move_array(state, name, "doubles", count, sizeof(*values), values);
}

void xh_state_words(xh_state *state, const char *name, size_t count, uint32_t *values) {
    move_array(state, name, "32-bit words", count, sizeof(*values), values);
}

void xh_state_counts(xh_state *state, const char *name, size_t count, uint64_t *values) {
    move_array(state, name, "64-bit words", count, sizeof(*values), values);
}

void xh_state_text(xh_state *state, const char *name, size_t count, char *values) {
    move_array(state, name, "characters", count, sizeof(*values), values);
}

void xh_state_size(xh_state *state, const char *name, size_t *value) {
    uint64_t number = *value;
    xh_state_counts(state, name, 1, &number);
    *value = (size_t)number;
}

void xh_state_flag(xh_state *state, const char *name, bool *value) {
    uint32_t number = *value;
    xh_state_words(state, name, 1, &number);
    *value = number != 0;
}
