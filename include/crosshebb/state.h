/**
 * The state of a module: the arrays that it needs to go on as if it had never stopped. A module
 * lists them once, in one function that both saves and loads; where the bytes are kept is the
 * caller's business.
 */
#ifndef CROSSHEBB_STATE_H
#define CROSSHEBB_STATE_H

#include "crosshebb/partners.h"
#include "crosshebb/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Arrays on their way, each with a label that holds its name, type and count. Loading checks every
 * label, so that arrays come back in the order in which they were saved or not at all. Nothing
 * moves after the first failure, and a module that was loaded in part is only good to be freed.
 */
typedef struct xh_state {
    bool loading; /* else saving */
    /** Moves bytes to where they are kept or, loading, back from there; false if it cannot. */
    bool (*move)(void *context, void *bytes, size_t size);
    void *context;
    /** Who visit the state together: the first of them moves the bytes, and shares what it loads.
     * NULL: alone. */
    const xh_partners *partners;
    const char *group; /* before the names of the arrays, e.g. a layer's name; NULL: none */
    xh_error error;    /* XH_OK as long as all went well */
} xh_state;

/* One array each: saved from values, or loaded into them. XH_INPUT in state->error if what comes
 * back is another array, XH_IO if nothing comes back. */
void xh_state_floats(xh_state *state, const char *name, size_t count, float *values);
void xh_state_doubles(xh_state *state, const char *name, size_t count, double *values);
void xh_state_words(xh_state *state, const char *name, size_t count, uint32_t *values);
void xh_state_counts(xh_state *state, const char *name, size_t count, uint64_t *values);
void xh_state_text(xh_state *state, const char *name, size_t count, char *values);

/** An array [groups][length][width] divided among the state's partners, each of which has its own
 * part [groups][part.count][width]. It is kept as one that is not divided. */
void xh_state_floats_divided(xh_state *state, const char *name, size_t groups, xh_division division,
                             size_t width, float *values);

/* One value each. */
void xh_state_size(xh_state *state, const char *name, size_t *value);
void xh_state_flag(xh_state *state, const char *name, bool *value);

#ifdef __cplusplus
}
#endif

#endif
