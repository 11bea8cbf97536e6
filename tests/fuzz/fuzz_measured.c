/* Any text as measured conductances: refused with a text, or trains of rows that follow each other. */
#include "experiments/measured.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    xh_measured measured;
    xh_error error = {0};
    if (xh_measured_parse("fuzz", (const char *)data, size, &measured, &error) != XH_OK) {
        if (error.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    size_t rows = 0;
    for (size_t t = 0; t < measured.trains; t++) {
        const xh_measured_train *train = &measured.train[t];
        if (train->first != rows || train->count == 0 || train->device >= measured.devices) {
            abort();
        }
        for (size_t i = rows; i < rows + train->count; i++) {
            const xh_measured_row *row = &measured.row[i];
            if (row->device != train->device || row->pulses < 0 || !(row->conductance >= 0) ||
                !isfinite(row->conductance) || (i > rows && row->direction == 0)) {
                abort();
            }
        }
        rows += train->count;
    }
    if (rows != measured.rows) {
        abort();
    }
    xh_measured_free(&measured);
    return 0;
}
