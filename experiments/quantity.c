/* Numbers for people. */
#include "command.h"

#include <math.h>

const char *xh_quantity(double value, const char *unit, char text[XH_QUANTITY_SIZE]) {
    static const char *const prefixes[] = {"a", "f", "p", "n", "u", "m", "",
                                           "k", "M", "G", "T", "P", "E"};
    enum { COUNT = sizeof(prefixes) / sizeof(prefixes[0]), ONE = 6 };
    int index = ONE;
    if (!isfinite(value)) {
        snprintf(text, XH_QUANTITY_SIZE, "-");
        return text;
    }
    if (value != 0) {
        /* 999.5 and more would print as four digits. */
        index += (int)floor(log10(fabs(value) * (1 + 5e-4)) / 3);
        index = index < 0 ? 0 : index;
        index = index < COUNT ? index : COUNT - 1;
    }
    snprintf(text, XH_QUANTITY_SIZE, "%.3g %s%s", value / pow(1000, index - ONE), prefixes[index],
             unit);
    return text;
}

const char *xh_duration(double seconds, char text[XH_QUANTITY_SIZE]) {
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}};
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (seconds >= 2 * units[i].seconds) {
            snprintf(text, XH_QUANTITY_SIZE, "%.3g %s", seconds / units[i].seconds, units[i].name);
            return text;
        }
    }
    return xh_quantity(seconds, "s", text);
}
