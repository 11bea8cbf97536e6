/* Any text as a table of measured steps: refused with a text, or rising axes and finite steps. */
#include "experiments/table_file.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    xh_table_text table;
    xh_error error = {0};
    if (xh_table_text_parse("fuzz", (const char *)data, size, &table, &error) != XH_OK) {
        if (error.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    for (size_t i = 1; i < table.conductances; i++) {
        if (!(table.conductance[i] > table.conductance[i - 1])) {
            abort();
        }
    }
    for (size_t i = 0; i < table.conductances * table.probabilities; i++) {
        if (!isfinite(table.step[i])) {
            abort();
        }
    }
    xh_table_text_free(&table);
    return 0;
}
