/*
 * Published responses: devices/published/NAME.csv, embedded. Comments say where from, "# pulses:"
 * how many pulses up and then down; rows hold pulses so far, mean and deviation of the weight.
 */
#include "device_published.h"

#include <stdlib.h>
#include <string.h>

extern const xh_embedded xh_embedded_published[];
extern const size_t xh_embedded_published_count;

size_t xh_published_count(void) {
    return xh_embedded_published_count;
}

static bool parse_line(const char *line, xh_published *published) {
    static const char source[] = "# Source: ", header[] = "pulse,mean,std";
    size_t *pulses[] = {&published->up, &published->down};
    if (strncmp(line, source, sizeof source - 1) == 0) {
        const char *text = line + sizeof source - 1;
        snprintf(published->source, sizeof published->source, "%.*s", (int)strcspn(text, "\n"),
                 text);
        return true;
    }
    if (line[0] == '#') {
        const int found = sscanf(line, "# pulses: %zu,%zu", pulses[0], pulses[1]);
        return found == EOF || found == 0 || found == 2;
    }
    if (strncmp(line, header, sizeof header - 1) == 0) {
        return published->count == 0;
    }
    const size_t r = published->count++;
    char *end = NULL;
    double *const cells[] = {published->pulse, published->mean, published->std};
    for (size_t i = 0; r < XH_PUBLISHED_ROWS && i < 3; i++) {
        const char *text = i == 0 ? line : end + 1;
        cells[i][r] = strtod(text, &end);
        if (end == text || *end != (i < 2 ? ',' : '\n')) {
            return false;
        }
    }
    return r < XH_PUBLISHED_ROWS;
}

xh_status xh_published_at(size_t index, xh_published *published, xh_error *error) {
    const xh_embedded embedded = xh_embedded_published[index];
    size_t number = 1;
    *published = (xh_published){.name = embedded.name};
    for (const char *line = embedded.text; *line; number++) {
        if (!parse_line(line, published)) {
            return xh_error_set(error, XH_INPUT, "published response %s:%zu: not a row",
                                embedded.name, number);
        }
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return XH_OK;
}

bool xh_published_find(const char *device, xh_published *published) {
    for (size_t i = 0; i < xh_embedded_published_count; i++) {
        if (strcmp(xh_embedded_published[i].name, device) == 0) {
            return xh_published_at(i, published, NULL) == XH_OK;
        }
    }
    return false;
}

size_t xh_published_row(const xh_published *published, size_t r, const xh_device_measurement *how) {
    const size_t pulse = (size_t)published->pulse[r];
    const bool same = how->up == published->up;
    return pulse <= how->up + (same ? how->down : 0) && (same || pulse <= published->up) ? pulse
                                                                                         : SIZE_MAX;
}
