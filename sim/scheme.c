/* The registry of update schemes. */
#include "crosshebb/scheme.h"

#include <string.h>

#define X(name) extern const xh_scheme xh_scheme_##name;
#include "schemes/scheme_list.h"
#undef X

static const xh_scheme *const schemes[] = {
#define X(name) &xh_scheme_##name,
#include "schemes/scheme_list.h"
#undef X
};

size_t xh_scheme_count(void) {
    return sizeof(schemes) / sizeof(schemes[0]);
}

const xh_scheme *xh_scheme_at(size_t index) {
    return schemes[index];
}

xh_status xh_scheme_find(const char *name, const xh_scheme **scheme, xh_error *error) {
    const char *names[sizeof(schemes) / sizeof(schemes[0])];
    for (size_t s = 0; s < xh_scheme_count(); s++) {
        names[s] = schemes[s]->name;
        if (strcmp(name, names[s]) == 0) {
            *scheme = schemes[s];
            return XH_OK;
        }
    }
    const char *nearest = xh_nearest_name(names, xh_scheme_count(), name);
    return xh_error_set(error, XH_INPUT, "unknown update scheme \"%s\"%s%s", name,
                        nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "");
}
