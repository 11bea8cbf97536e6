/* Working memory that grows on demand and is kept from batch to batch. */
#ifndef XH_MODELS_BUFFER_H
#define XH_MODELS_BUFFER_H

#include "crosshebb/status.h"

#include <stddef.h>

typedef struct xh_buffer {
    float *data;
    size_t count;
} xh_buffer;

/* Room for count floats at least; what the buffer held is lost if it grows. On failure it is as it
 * was. */
xh_status xh_buffer_reserve(xh_buffer *buffer, size_t count, xh_error *error);
void xh_buffer_free(xh_buffer *buffer);

#endif
