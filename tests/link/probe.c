/* Looks at weights; linked with floors 0 to 2 less the probe, it must not link. */
#include "crosshebb/probe.h"

int main(void) {
    xh_probe_weights(NULL, NULL);
    return 0;
}
