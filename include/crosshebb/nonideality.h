/**
 * What keeps an array from being ideal, by name, and what turns each of it off. Random numbers have
 * a stream for each cause, so that runs with and without are paired: cells that stay are the same
 * cells, and pulses of the same cells of a column have the same noise. Which cells those are may
 * change all the same: programming in a closed loop goes by what it reads.
 *
 * What a device's law makes of a pulse (a bound, a step that shrinks towards it) is no
 * non-ideality here but the device; models whose law has a parameter that makes it linear have
 * `nonlinearity`.
 */
#ifndef CROSSHEBB_NONIDEALITY_H
#define CROSSHEBB_NONIDEALITY_H

#include "crosshebb/crossbar.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A parameter, of the crossbar or of device models that have one of that name, and its value where
 * the non-ideality is off. */
typedef struct xh_ideal_value {
    bool crossbar; /* else: of the device */
    const char *name;
    const char *text;
} xh_ideal_value;

typedef struct xh_nonideality {
    const char *name;
    const char *summary;          /* one line: what is off without it */
    const xh_ideal_value *values; /* ended by a name of NULL */
} xh_nonideality;

size_t xh_nonideality_count(void);
const xh_nonideality *xh_nonideality_at(size_t index);

/**
 * Turns off what names lists: names with commas between them, in brackets or not; "all" for all of
 * them; "" for none. Writes the ideal values into the device's parameters (model NULL: there is no
 * device) and into the crossbar's. What the model does not have is off already. XH_INPUT for an
 * unknown name, proposing the nearest; nothing is written then.
 */
xh_status xh_nonideality_remove(const char *names, const xh_device_model *model, void *device,
                                xh_crossbar_params *crossbar, xh_error *error);

#ifdef __cplusplus
}
#endif

#endif
