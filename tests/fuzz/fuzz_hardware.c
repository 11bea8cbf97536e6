/*
 * Any text as a hardware profile: refused with a text, or a profile whose every figure is priced
 * and has a source.
 */
#include "crosshebb/config.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    xh_hardware hardware;
    xh_error error = {0};
    if (xh_hardware_parse("fuzz", (const char *)data, size, &hardware, &error) != XH_OK) {
        if (error.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    const xh_price *price =
        &hardware.price[hardware.digital ? XH_EVENT_weight_mac : XH_EVENT_adc_conversion];
    if (!hardware.name[0] || !price->source[0] || !price->mark || !isfinite(price->joules)) {
        abort();
    }
    return 0;
}
