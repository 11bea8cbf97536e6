/*
 * The two kinds of synapses behind one interface: a float matrix, or a crossbar with its update
 * scheme.
 */
#include "crosshebb/synapses.h"

#include "crosshebb/array.h"
#include "digital.h"

#include <stdlib.h>
#include <string.h>

struct xh_synapses {
    size_t inputs;
    size_t outputs; /* here */
    xh_division division;
    xh_rule rule;
    double annealing;        /* factor of the rule's rate */
    xh_digital *digital;     /* NULL on a crossbar */
    xh_crossbar *crossbar;   /* NULL in float */
    const xh_scheme *scheme; /* NULL if nothing is learned on the crossbar */
    void *scheme_params;     /* a copy */
    float *state;            /* [outputs][xh_scheme_numbers] */
};

xh_division xh_synapses_division_digital(size_t outputs, xh_arithmetic arithmetic,
                                         const xh_partners *partners) {
    return xh_digital_division(outputs, arithmetic, partners);
}

xh_status xh_synapses_create_digital(size_t inputs, xh_division division, const float *weights,
                                     xh_rule rule, xh_update_scale scale, double bound,
                                     xh_arithmetic arithmetic, xh_synapses **synapses,
                                     xh_error *error) {
    xh_synapses *made = calloc(1, sizeof(*made));
    xh_digital *digital = xh_digital_create(inputs, division, weights, scale, bound, arithmetic);
    const size_t outputs = xh_division_own(division).count;
    if (!made || !digital) {
        free(made);
        xh_digital_free(digital);
        return xh_error_set(error, XH_MEMORY, "no memory for %zu x %zu weights", outputs, inputs);
    }
    *made = (xh_synapses){.inputs = inputs,
                          .outputs = outputs,
                          .division = division,
                          .rule = rule,
                          .annealing = 1,
                          .digital = digital};
    *synapses = made;
    return XH_OK;
}

static xh_status check_traits(const xh_device_model *model, const xh_scheme *scheme,
                              xh_error *error) {
    static const struct {
        xh_device_trait trait;
        const char *verb;
    } traits[] = {
        {XH_DEVICE_DEPRESSES, "depress by pulses"},
        {XH_DEVICE_RESETS, "be reset"},
        {XH_DEVICE_DRIFTS, "drift"},
        {XH_DEVICE_READ_NOISE, "have read noise"},
    };
    if (!model->pulse) {
        return xh_error_set(error, XH_INPUT,
                            "scheme %s learns by pulses; device %s describes cells programmed in a "
                            "closed loop and takes none",
                            scheme->name, model->name);
    }
    const unsigned missing = scheme->needs & ~model->traits;
    for (size_t i = 0; i < sizeof(traits) / sizeof(traits[0]); i++) {
        if (missing & traits[i].trait) {
            return xh_error_set(error, XH_INPUT,
                                "scheme %s needs devices that %s; device %s does not", scheme->name,
                                traits[i].verb, model->name);
        }
    }
    return XH_OK;
}

static xh_status copy_scheme(xh_synapses *synapses, const xh_scheme *scheme, const void *params,
                             xh_error *error) {
    const size_t size = scheme->params->size;
    const size_t numbers = synapses->outputs * xh_scheme_numbers(scheme, synapses->inputs);
    synapses->scheme = scheme;
    synapses->scheme_params = malloc(size > 0 ? size : 1);
    synapses->state = xh_array_create(numbers > 0 ? numbers : 1, sizeof(float));
    if (!synapses->scheme_params || !synapses->state) {
        return xh_error_set(error, XH_MEMORY, "no memory for scheme %s", scheme->name);
    }
    memcpy(synapses->scheme_params, params, size);
    return XH_OK;
}

xh_status xh_synapses_create_crossbar(xh_crossbar *crossbar, const float *weights, xh_rule rule,
                                      const xh_scheme *scheme, const void *scheme_params,
                                      xh_synapses **synapses, xh_error *error) {
    xh_synapses *made = calloc(1, sizeof(*made));
    if (!made) {
        xh_crossbar_free(crossbar);
        return xh_error_set(error, XH_MEMORY, "no memory for synapses");
    }
    made->inputs = xh_crossbar_inputs(crossbar);
    made->outputs = xh_crossbar_outputs(crossbar);
    made->division = xh_crossbar_division(crossbar);
    made->rule = rule;
    made->annealing = 1;
    made->crossbar = crossbar;
    xh_status status = check_traits(xh_crossbar_model(crossbar), scheme, error);
    if (status == XH_OK) {
        status = xh_scheme_fits(scheme, xh_crossbar_model(crossbar),
                                xh_crossbar_parameters(crossbar), error);
    }
    if (status == XH_OK) {
        status = copy_scheme(made, scheme, scheme_params, error);
    }
    if (status == XH_OK && scheme->measures && scheme->measures(scheme_params) &&
        !xh_crossbar_measure_response(crossbar)) {
        status = xh_error_set(error, XH_MEMORY, "no memory for test cells");
    }
    if (status != XH_OK) {
        xh_synapses_free(made);
        return status;
    }
    xh_crossbar_program(crossbar, weights);
    *synapses = made;
    return XH_OK;
}

void xh_synapses_program(xh_synapses *synapses, xh_crossbar *crossbar) {
    xh_crossbar_program(crossbar, xh_digital_weights(synapses->digital));
    xh_digital_free(synapses->digital);
    synapses->digital = NULL;
    synapses->crossbar = crossbar;
}

void xh_synapses_free(xh_synapses *synapses) {
    if (!synapses) {
        return;
    }
    xh_digital_free(synapses->digital);
    xh_crossbar_free(synapses->crossbar);
    free(synapses->scheme_params);
    xh_array_free(synapses->state);
    free(synapses);
}

size_t xh_synapses_inputs(const xh_synapses *synapses) {
    return synapses->inputs;
}

size_t xh_synapses_outputs(const xh_synapses *synapses) {
    return synapses->outputs;
}

xh_division xh_synapses_division(const xh_synapses *synapses) {
    return synapses->division;
}

void xh_synapses_calibrate(xh_synapses *synapses, size_t count, const float *x) {
    if (synapses->crossbar) {
        xh_crossbar_calibrate(synapses->crossbar, count, x);
    }
}

void xh_synapses_read_begin(xh_synapses *synapses, xh_phase phase) {
    if (synapses->crossbar) {
        xh_crossbar_read_begin(synapses->crossbar, phase);
    } else {
        xh_digital_read_begin(synapses->digital);
    }
}

void xh_synapses_read(xh_synapses *synapses, size_t first, size_t count, const float *x, float *u) {
    if (synapses->crossbar) {
        xh_crossbar_read(synapses->crossbar, first, count, x, u);
    } else if (synapses->outputs > 0) {
        xh_digital_read(synapses->digital, count, x, u);
    }
}

void xh_synapses_read_end(xh_synapses *synapses) {
    if (synapses->crossbar) {
        xh_crossbar_read_end(synapses->crossbar);
    }
}

void xh_synapses_anneal(xh_synapses *synapses, double factor) {
    synapses->annealing = factor;
}

void xh_synapses_update(xh_synapses *synapses, const xh_signals *signals) {
    xh_rule rule = synapses->rule;
    rule.rate *= synapses->annealing;
    if (synapses->crossbar) {
        xh_crossbar_update_begin(synapses->crossbar);
        xh_crossbar_book_positions(synapses->crossbar, signals->count);
        synapses->scheme->update(synapses->scheme_params, synapses->crossbar, rule, signals,
                                 synapses->state);
        xh_crossbar_update_end(synapses->crossbar);
    } else {
        xh_digital_update(synapses->digital, rule, signals);
    }
}

void xh_synapses_age(xh_synapses *synapses, double seconds) {
    if (synapses->crossbar) {
        xh_crossbar_age(synapses->crossbar, seconds);
    }
}

void xh_synapses_set_temperature(xh_synapses *synapses, double kelvin) {
    if (synapses->crossbar) {
        xh_crossbar_set_temperature(synapses->crossbar, kelvin);
    }
}

void xh_synapses_refer(xh_synapses *synapses) {
    if (synapses->crossbar) {
        xh_crossbar_refer(synapses->crossbar);
    }
}

void xh_synapses_compensate(xh_synapses *synapses, bool on) {
    if (synapses->crossbar) {
        xh_crossbar_compensate(synapses->crossbar, on);
    }
}

xh_crossbar *xh_synapses_crossbar(xh_synapses *synapses) {
    return synapses->crossbar;
}

float *xh_synapses_matrix(xh_synapses *synapses) {
    return synapses->digital ? xh_digital_matrix(synapses->digital) : NULL;
}

void xh_synapses_weights(const xh_synapses *synapses, float *weights,
                         void (*probe)(const xh_crossbar *crossbar, float *weights)) {
    if (synapses->crossbar) {
        probe(synapses->crossbar, weights);
    } else {
        memcpy(weights, xh_digital_weights(synapses->digital),
               synapses->outputs * synapses->inputs * sizeof(float));
    }
}

void xh_synapses_state(xh_synapses *synapses, xh_state *state) {
    if (synapses->digital) {
        xh_digital_state(synapses->digital, state);
    } else if (synapses->scheme) {
        xh_state_floats_divided(state, "scheme", 1, synapses->division,
                                xh_scheme_numbers(synapses->scheme, synapses->inputs),
                                synapses->state);
    }
}
