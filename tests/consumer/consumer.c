/* What a user of the library might write first: a list of the device models. */
#include <crosshebb/config.h>
#include <crosshebb/device.h>

#include <stdio.h>

int main(void) {
    for (size_t i = 0; i < xh_device_count(); i++)
        printf("%s: %s\n", xh_device_at(i)->name, xh_device_at(i)->summary);
    printf("%zu hardware profiles\n", xh_hardware_count());
    return xh_device_count() > 0 && xh_hardware_count() > 0 ? 0 : 1;
}
