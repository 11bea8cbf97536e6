/* Non-idealities by name: which parameters of devices, drivers and converters each of them is. */
#include "crosshebb/nonideality.h"

#include <ctype.h>
#include <string.h>

/* Rows of the values of a non-ideality. */
#define DEVICE(name)                                                                               \
    { false, name, "0" }
#define ARRAY(name, text)                                                                          \
    { true, name, text }
#define NONIDEALITY(name, summary, ...)                                                            \
    {                                                                                              \
        name, summary, (const xh_ideal_value[]) {                                                  \
            __VA_ARGS__, {                                                                         \
                false, NULL, NULL                                                                  \
            }                                                                                      \
        }                                                                                          \
    }

static const xh_nonideality nonidealities[] = {
    NONIDEALITY("read_noise", "a read finds the mean conductance", ARRAY("read_noise", "false"),
                DEVICE("read_noise"), DEVICE("read_noise_offset"), DEVICE("read_noise_slope"),
                DEVICE("flicker_noise")),
    NONIDEALITY("cycle_noise", "a cell's pulses from the same state move it equally far",
                DEVICE("cycle_noise"), DEVICE("reset_noise"), DEVICE("noise_offset"),
                DEVICE("noise_slope"), DEVICE("noise_first")),
    NONIDEALITY("device_spread", "cells are alike: steps, bounds, RESET, decay",
                DEVICE("step_spread"), DEVICE("g_min_spread"), DEVICE("g_max_spread"),
                DEVICE("up_down_spread"), DEVICE("gamma_spread"), DEVICE("label_spread"),
                DEVICE("alpha_spread"), DEVICE("beta_spread"), DEVICE("device_share"),
                DEVICE("reset_spread"), DEVICE("reference_spread"), DEVICE("power_spread"),
                DEVICE("power_up_down_spread"), DEVICE("lifetime_spread"),
                DEVICE("diffusion_spread")),
    NONIDEALITY("asymmetry", "up and down steps are as large as each other, where the law's are",
                DEVICE("up_down"), DEVICE("power_up_down")),
    NONIDEALITY("nonlinearity",
                "steps do not change with the state, where the law has a parameter "
                "for it",
                DEVICE("label_up"), DEVICE("label_down"), DEVICE("beta_up"), DEVICE("beta_down"),
                DEVICE("gamma_up"), DEVICE("gamma_down"), DEVICE("bend_up"), DEVICE("bend_down"),
                DEVICE("power"), DEVICE("nodes")),
    NONIDEALITY("write_noise", "a write shows the state that it leaves", DEVICE("write_noise")),
    NONIDEALITY("programming_error", "cells set in a closed loop end at their targets",
                DEVICE("program_noise")),
    NONIDEALITY("drift", "conductance does not drift", DEVICE("drift"), DEVICE("drift_spread")),
    NONIDEALITY("relaxation", "cells set in a closed loop do not relax", DEVICE("relaxation")),
    NONIDEALITY("decay", "conductance does not decay", DEVICE("lifetime")),
    NONIDEALITY("diffusion", "conductance does not diffuse", DEVICE("diffusion")),
    NONIDEALITY("corrupt_cells", "the model's own cells that never move do",
                DEVICE("corrupt_share")),
    NONIDEALITY("stuck_cells", "no cell is stuck from the start", ARRAY("stuck_fraction", "0")),
    NONIDEALITY("wear_out", "cells last for ever", ARRAY("wear_out", "false")),
    NONIDEALITY("telegraph_noise", "no cell has a trap that fills and empties",
                ARRAY("telegraph_share", "0")),
    NONIDEALITY("temperature", "cells and wires are at 298.15 K", ARRAY("temperature", "298.15"),
                ARRAY("temperature_after", "0")),
    NONIDEALITY("dac", "inputs are levels of any height", ARRAY("dac_bits", "0"),
                ARRAY("input_coding", "levels")),
    NONIDEALITY("adc", "outputs are not rounded", ARRAY("adc_bits", "0")),
    NONIDEALITY("wire_resistance", "lines, drivers and converters have no resistance",
                ARRAY("wire_resistance", "0"), ARRAY("source_resistance", "0"),
                ARRAY("load_resistance", "0")),
    NONIDEALITY("input_noise", "rows are driven as they should be", ARRAY("input_noise", "0")),
    NONIDEALITY("input_asymmetry", "inputs of either sign are driven alike",
                ARRAY("input_asymmetry", "0")),
    NONIDEALITY("adc_offset", "converters have no offset", ARRAY("adc_offset_spread", "0")),
    NONIDEALITY("adc_gain", "converters have the same gain", ARRAY("adc_gain_spread", "0")),
    NONIDEALITY("adc_nonlinearity", "converters are straight", ARRAY("adc_nonlinearity", "0"),
                ARRAY("adc_nonlinearity_spread", "0")),
    NONIDEALITY("adc_noise", "converters are quiet", ARRAY("adc_noise", "0")),
};

size_t xh_nonideality_count(void) {
    return sizeof(nonidealities) / sizeof(nonidealities[0]);
}

const xh_nonideality *xh_nonideality_at(size_t index) {
    return &nonidealities[index];
}

/* Moves *text behind its next name, which is returned with its length; NULL: there is none. */
static const char *next_name(const char **text, size_t *length) {
    static const char between[] = ", []";
    const char *name = *text + strspn(*text, between);
    *length = strcspn(name, between);
    *text = name + *length;
    return *length > 0 ? name : NULL;
}

/* Whether the name [length] is, or stands for, that non-ideality. */
static bool stands_for(const char *name, size_t length, const xh_nonideality *one) {
    return (length == 3 && strncmp(name, "all", 3) == 0) ||
           (strlen(one->name) == length && strncmp(name, one->name, length) == 0);
}

static xh_status unknown(const char *name, size_t length, xh_error *error) {
    const char *names[sizeof(nonidealities) / sizeof(nonidealities[0])];
    char text[XH_PARAM_TEXT_SIZE];
    snprintf(text, sizeof text, "%.*s", (int)length, name);
    for (size_t i = 0; i < xh_nonideality_count(); i++) {
        names[i] = nonidealities[i].name;
    }
    const char *nearest = xh_nearest_name(names, xh_nonideality_count(), text);
    return xh_error_set(error, XH_INPUT, "unknown non-ideality \"%s\"%s%s", text,
                        nearest ? "; did you mean " : "", nearest ? nearest : "");
}

static xh_status check_names(const char *names, xh_error *error) {
    size_t length = 0;
    for (const char *name = next_name(&names, &length); name; name = next_name(&names, &length)) {
        bool known = false;
        for (size_t i = 0; i < xh_nonideality_count(); i++) {
            known = known || stands_for(name, length, &nonidealities[i]);
        }
        if (!known) {
            return unknown(name, length, error);
        }
    }
    return XH_OK;
}

static xh_status turn_off(const xh_nonideality *one, const xh_device_model *model, void *device,
                          xh_crossbar_params *crossbar, xh_error *error) {
    xh_status status = XH_OK;
    for (const xh_ideal_value *value = one->values; value->name && status == XH_OK; value++) {
        if (value->crossbar) {
            const xh_param *param = xh_param_find(&xh_crossbar_param_table, value->name);
            status = xh_param_set(param, crossbar, value->text, error);
        } else if (model && xh_param_find(model->params, value->name)) {
            const xh_param *param = xh_param_find(model->params, value->name);
            status = xh_param_set(param, device, value->text, error);
        }
    }
    return status;
}

xh_status xh_nonideality_remove(const char *names, const xh_device_model *model, void *device,
                                xh_crossbar_params *crossbar, xh_error *error) {
    xh_status status = check_names(names, error);
    size_t length = 0;
    for (const char *name = next_name(&names, &length); name && status == XH_OK;
         name = next_name(&names, &length)) {
        for (size_t i = 0; i < xh_nonideality_count() && status == XH_OK; i++) {
            if (stands_for(name, length, &nonidealities[i])) {
                status = turn_off(&nonidealities[i], model, device, crossbar, error);
            }
        }
    }
    return status;
}
