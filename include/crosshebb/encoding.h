/**
 * Encodings: how a signed weight lies on devices that only conduct, as constant descriptors chosen
 * by name.
 *
 * A synapse has one or two sides, and a side has slices x devices cells: slices of falling
 * significance (crossbar.h), each of them devices in parallel. The encoding says how many sides
 * there are, where the weight 0 comes from, and what a pulse on the plus or on the minus side of a
 * synapse, as the update schemes have it, is on its cells.
 */
#ifndef CROSSHEBB_ENCODING_H
#define CROSSHEBB_ENCODING_H

#include "crosshebb/status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is subtracted from the conductance of side 0, so that weights have a sign. */
typedef enum xh_zero {
    XH_ZERO_SIDE,      /* that of side 1 of the same synapse */
    XH_ZERO_REFERENCE, /* that of a device of the same row in a reference column, which all columns
                          of a tile share; its current is subtracted in front of their converters */
    XH_ZERO_DIGITAL,   /* the middle of the nominal range, behind the converters: the sum of the
                          inputs is known digitally */
} xh_zero;

/** Where a pulse goes. */
typedef struct xh_encoding_pulse {
    size_t side;
    int direction; /* +1: an up pulse goes up; -1: it comes as a down pulse, and a down pulse up */
} xh_encoding_pulse;

typedef struct xh_encoding {
    const char *name;
    const char *summary;   /* one line */
    const char *equations; /* the weight of a synapse in plain text */
    const char *reference; /* where it comes from */
    size_t sides;          /* 1 or 2 */
    xh_zero zero;
    xh_encoding_pulse pulse[2]; /* on the plus side and on the minus side */
} xh_encoding;

size_t xh_encoding_count(void);
const xh_encoding *xh_encoding_at(size_t index);
/** Their names, ended by NULL. */
extern const char *const xh_encoding_names[];
/** The encoding of that name. XH_INPUT, proposing the nearest name, if there is none. */
xh_status xh_encoding_find(const char *name, const xh_encoding **encoding, xh_error *error);

#ifdef __cplusplus
}
#endif

#endif
