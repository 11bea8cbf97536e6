/** Published responses of devices, to be set beside simulated ones. */
#ifndef XH_DEVICE_PUBLISHED_H
#define XH_DEVICE_PUBLISHED_H

#include "device_response.h"

enum { XH_PUBLISHED_ROWS = 128 };

/** Weights, in the device's own unit, of cells after so many pulses. */
typedef struct xh_published {
    const char *name;
    char source[XH_PARAM_TEXT_SIZE];
    size_t up, down; /* pulses, all up ones first */
    size_t count;
    double pulse[XH_PUBLISHED_ROWS], mean[XH_PUBLISHED_ROWS], std[XH_PUBLISHED_ROWS];
} xh_published;

size_t xh_published_count(void);

/** The response of that place, parsed. XH_INPUT with the line that is wrong. */
xh_status xh_published_at(size_t index, xh_published *published, xh_error *error);

/** Whether there is one of a device; it is then in *published. */
bool xh_published_find(const char *device, xh_published *published);

/** Row r's number of pulses in a response that was measured as how says; SIZE_MAX if it has none. */
size_t xh_published_row(const xh_published *published, size_t r, const xh_device_measurement *how);

#endif
