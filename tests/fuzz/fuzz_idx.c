/*
 * Any bytes as an IDX file of images or of labels: refused with a text, or items that lie inside
 * the bytes.
 */
#include "experiments/dataset_formats.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const xh_idx_format formats[] = {{.height = 2, .width = 3}, {.classes = 10}};
    for (size_t i = 0; i < 2; i++) {
        const uint8_t *items = NULL;
        size_t count = 0;
        xh_error error = {0};
        const xh_status status =
            xh_dataset_idx_parse("fuzz", data, size, formats[i], &items, &count, &error);
        const size_t item = i == 0 ? 6 : 1;
        if (status == XH_OK ? items < data || items + count * item > data + size
                            : error.text[0] == '\0') {
            abort();
        }
    }
    return 0;
}
