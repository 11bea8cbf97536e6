/* Numbers for people. */
#include "command.h"

#include <math.h>
#include <string.h>

xh_quantity_scale xh_quantity_scale_of(double value) {
    static const char *const prefixes[] = {"a", "f", "p", "n", "u", "m", "",
                                           "k", "M", "G", "T", "P", "E"};
    enum { COUNT = sizeof(prefixes) / sizeof(prefixes[0]), ONE = 6 };
    int index = ONE;
    if (value != 0) {
        /* 999.5 and more would print as four digits. */
        index += (int)floor(log10(fabs(value) * (1 + 5e-4)) / 3);
        index = index < 0 ? 0 : index;
        index = index < COUNT ? index : COUNT - 1;
    }
    return (xh_quantity_scale){pow(1000, index - ONE), prefixes[index]};
}

const char *xh_quantity(double value, const char *unit, char text[XH_QUANTITY_SIZE]) {
    if (!isfinite(value)) {
        snprintf(text, XH_QUANTITY_SIZE, "-");
        return text;
    }
    const xh_quantity_scale in = xh_quantity_scale_of(value);
    snprintf(text, XH_QUANTITY_SIZE, "%.3g %s%s", value / in.divisor, in.prefix, unit);
    return text;
}

/* Shares and their differences are written as they are. */
static bool takes_prefix(const char *unit) {
    return strcmp(unit, "%") != 0 && strcmp(unit, "points") != 0;
}

char *xh_quantity_interval(double mean, double half_width, const char *unit,
                           char text[XH_QUANTITY_SIZE]) {
    enum { MOST_DECIMALS = 5 };
    const double larger = fmax(fabs(mean), isfinite(half_width) ? half_width : 0);
    const xh_quantity_scale in =
        takes_prefix(unit) ? xh_quantity_scale_of(larger) : (xh_quantity_scale){1, ""};
    mean /= in.divisor;
    half_width /= in.divisor;
    if (!(isfinite(half_width) && half_width > 0)) {
        snprintf(text, XH_QUANTITY_SIZE, "%.4g %s%s", mean, in.prefix, unit);
        return text;
    }
    const double place = 1 - floor(log10(1.005 * half_width)); /* two digits of the interval */
    if (place > MOST_DECIMALS) {
        snprintf(text, XH_QUANTITY_SIZE, "%.*f ± %.0e %s%s", MOST_DECIMALS, mean, half_width,
                 in.prefix, unit);
        return text;
    }
    const int decimals = place > 0 ? (int)place : 0;
    snprintf(text, XH_QUANTITY_SIZE, "%.*f ± %.*f %s%s", decimals, mean, decimals, half_width,
             in.prefix, unit);
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
