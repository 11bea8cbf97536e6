/* Calls floor 1; linked with floor 0 only, it must not link. */
#include "crosshebb/device.h"

int main(void) {
    return (int)xh_device_count();
}
