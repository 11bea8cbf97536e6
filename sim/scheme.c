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

size_t xh_scheme_numbers(const xh_scheme *scheme, size_t inputs) {
    return scheme->column_numbers + scheme->synapse_numbers * inputs;
}

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

xh_status xh_scheme_fits(const xh_scheme *scheme, const xh_device_model *model,
                         const xh_crossbar_params *params, xh_error *error) {
    const xh_encoding *encoding = NULL;
    const bool depresses = model->traits & XH_DEVICE_DEPRESSES;
    const xh_status status = xh_encoding_find(params->encoding, &encoding, error);
    if (status != XH_OK) {
        return status;
    }
    if (scheme->pairs && encoding->sides < 2) {
        return xh_error_set(error, XH_INPUT,
                            "encoding = %s has one side a synapse: scheme %s pulses and refreshes "
                            "both sides of a pair",
                            encoding->name, scheme->name);
    }
    if (encoding->sides < 2 && !depresses) {
        return xh_error_set(error, XH_INPUT,
                            "encoding = %s has one side a synapse, which learns both ways: device "
                            "%s takes no down pulses and needs encoding = pair",
                            encoding->name, model->name);
    }
    if (params->slices > 1 && !depresses) {
        return xh_error_set(error, XH_INPUT,
                            "slices = %ld carry to each other by down pulses, which device %s does "
                            "not take",
                            params->slices, model->name);
    }
    return XH_OK;
}
