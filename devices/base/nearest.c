/*
 * The nearest of many names, by the edit distance of Levenshtein (insert, delete or replace one
 * character), for error texts that propose what may have been meant.
 */
#include "crosshebb/param.h"

#include <string.h>

/** A name offered, and the best one so far. */
typedef struct search {
    const char *wanted;
    const char *best;
    size_t distance; /* of the best; to begin with, the first that is too far */
} search;

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/** Edit distance of two names; row[j] is that of what was seen of a and the first j letters of b. */
static size_t edit_distance(const char *a, const char *b) {
    size_t row[XH_PARAM_TEXT_SIZE];
    const size_t length = strnlen(b, XH_PARAM_TEXT_SIZE - 1);
    for (size_t j = 0; j <= length; j++) {
        row[j] = j;
    }
    for (; *a != '\0'; a++) {
        size_t diagonal = row[0]++;
        for (size_t j = 1; j <= length; j++) {
            const size_t replaced = diagonal + (*a != b[j - 1]);
            diagonal = row[j];
            row[j] = least(replaced, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[length];
}

static search begin(const char *wanted) {
    const size_t third = strlen(wanted) / 3;
    return (search){wanted, NULL, (third > 2 ? third : 2) + 1};
}

static void offer(search *nearest, const char *name) {
    const size_t distance = edit_distance(nearest->wanted, name);
    if (distance < nearest->distance) {
        nearest->best = name;
        nearest->distance = distance;
    }
}

const char *xh_nearest_name(const char *const *names, size_t count, const char *name) {
    search nearest = begin(name);
    for (size_t n = 0; n < count; n++) {
        offer(&nearest, names[n]);
    }
    return nearest.best;
}

const char *xh_param_nearest(const xh_param_table *table, const char *name) {
    search nearest = begin(name);
    for (size_t p = 0; p < table->count; p++) {
        offer(&nearest, table->params[p].name);
    }
    return nearest.best;
}
