/* Lists of times: "20 s, 1 h, 30 d". */
#include "crosshebb/config.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Seconds of a unit's name of that length; 0: there is no such unit. */
static double seconds_of(const char *name, size_t length) {
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"", 1},     {"s", 1},         {"min", 60},
                 {"h", 3600}, {"d", 24 * 3600}, {"y", 365 * 24 * 3600.0}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strlen(units[i].name) == length && strncmp(units[i].name, name, length) == 0) {
            return units[i].seconds;
        }
    }
    return 0;
}

static const char *skip_blanks(const char *text) {
    while (isspace((unsigned char)*text)) {
        text++;
    }
    return text;
}

/* One time from the beginning of the text, which then begins behind it; negative if it is none. */
static double take_time(const char **text) {
    char *end = NULL;
    const double number = strtod(*text, &end);
    const char *unit = skip_blanks(end);
    size_t length = 0;
    while (isalpha((unsigned char)unit[length])) {
        length++;
    }
    const double seconds = number * seconds_of(unit, length);
    const bool good = end != *text && isfinite(seconds) && seconds > 0;
    *text = skip_blanks(unit + length);
    return good && (**text == ',' || !**text) ? seconds : -1;
}

xh_status xh_config_times(const char *text, double seconds[XH_CONFIG_TIMES], size_t *count,
                          xh_error *error) {
    const char *rest = skip_blanks(text);
    *count = 0;
    while (*rest) {
        if (*count == XH_CONFIG_TIMES) {
            return xh_error_set(error, XH_INPUT, "\"%s\" has more than %d times", text,
                                XH_CONFIG_TIMES);
        }
        const double time = take_time(&rest);
        if (time < 0) {
            return xh_error_set(error, XH_INPUT,
                                "\"%s\" is not a list of times such as \"20 s, 5 min, 1 h, 30 d, "
                                "1 y\"",
                                text);
        }
        if (*count > 0 && time <= seconds[*count - 1]) {
            return xh_error_set(error, XH_INPUT, "\"%s\" does not go from earlier to later", text);
        }
        seconds[(*count)++] = time;
        rest = skip_blanks(rest + (*rest == ','));
    }
    return XH_OK;
}
