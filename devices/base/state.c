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

static bool fail(xh_state *state, const label *wanted) {
    xh_error_set(&state->error, XH_IO, "%s cannot be %s", wanted->name,
                 state->loading ? "read" : "written");
    return false;
}

/* Bytes that are the same for all partners. */
static bool move(xh_state *state, const label *wanted, void *bytes, size_t size) {
    const xh_partners *partners = state->partners;
    bool good = xh_partners_mine(partners) > 0 || state->move(state->context, bytes, size);
    if (state->loading) {
        xh_partners_share(partners, 0, sizeof(good), &good);
        xh_partners_share(partners, 0, good ? size : 0, bytes);
    }
    return good || fail(state, wanted);
}

/* Bytes that only one partner has, by the way of the first. */
static bool move_apart(xh_state *state, const label *wanted, size_t partner, char *bytes,
                       size_t size) {
    const xh_partners *partners = state->partners;
    const size_t mine = xh_partners_mine(partners);
    char piece[XH_PARTNERS_PIECE];
    for (size_t i = 0; (mine == 0 || mine == partner) && i < size; i += sizeof(piece)) {
        const size_t here = size - i < sizeof(piece) ? size - i : sizeof(piece);
        char *at = mine == partner ? bytes + i : piece;
        if (partner > 0 && !state->loading) {
            partners->hand(partners->context, partner, 0, here, at);
        }
        if (mine == 0 && !state->move(state->context, at, here)) {
            return fail(state, wanted);
        }
        if (partner > 0 && state->loading) {
            partners->hand(partners->context, 0, partner, here, at);
        }
    }
    return true;
}

static bool is_same(const label *a, const label *b) {
    return memcmp(a->name, b->name, sizeof(a->name)) == 0 &&
           memcmp(a->type, b->type, sizeof(a->type)) == 0 && a->count == b->count;
}

/* Moves the label of an array; false if its values are not to follow. */
static bool move_label(xh_state *state, const label *wanted) {
    label found = *wanted;
    if (state->error.status != XH_OK || !move(state, wanted, &found, sizeof(found))) {
        return false;
    }
    if (!is_same(&found, wanted)) {
        xh_error_set(&state->error, XH_INPUT, "%.*s (%llu %.*s) where %s (%zu %s) is expected",
                     (int)sizeof(found.name) - 1, found.name, (unsigned long long)found.count,
                     (int)sizeof(found.type) - 1, found.type, wanted->name, (size_t)wanted->count,
                     wanted->type);
        return false;
    }
    return true;
}

static void move_array(xh_state *state, const char *name, const char *type, size_t count,
                       size_t size, void *values) {
    const label wanted = label_of(state, name, type, count);
    if (move_label(state, &wanted)) {
        move(state, &wanted, values, count * size);
    }
}

void xh_state_floats(xh_state *state, const char *name, size_t count, float *values) {
    move_array(state, name, "floats", count, sizeof(*values), values);
}

void xh_state_floats_divided(xh_state *state, const char *name, size_t groups, xh_division division,
                             size_t width, float *values) {
    const label wanted = label_of(state, name, "floats", groups * division.length * width);
    const size_t own = xh_division_own(division).count * width;
    bool good = move_label(state, &wanted);
    for (size_t g = 0; g < groups; g++) {
        for (size_t p = 0; good && p < xh_partners_count(state->partners); p++) {
            const size_t size = xh_division_part(division, p).count * width * sizeof(*values);
            good = move_apart(state, &wanted, p, (char *)(values + g * own), size);
        }
    }
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
