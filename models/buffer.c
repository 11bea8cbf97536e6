/*
 * Working memory of layers and networks.
 */
#include "buffer.h"

#include "crosshebb/array.h"

xh_status xh_buffer_reserve(xh_buffer *buffer, size_t count, xh_error *error) {
    if (count <= buffer->count) {
        return XH_OK;
    }
    float *data = xh_array_create(count, sizeof(float));
    if (!data) {
        return xh_error_set(error, XH_MEMORY, "no memory for %zu activations", count);
    }
    xh_array_free(buffer->data);
    *buffer = (xh_buffer){data, count};
    return XH_OK;
}

void xh_buffer_free(xh_buffer *buffer) {
    xh_array_free(buffer->data);
    *buffer = (xh_buffer){0};
}
