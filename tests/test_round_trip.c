/* Saved, loaded into a fresh object and gone on with: the same bits as never stopped. Over every
 * device with every scheme that it can take, float synapses, a layer, and the readout. */
#include "crossbar_fixture.h"
#include "layer_fixture.h"
#include "state_fixture.h"

#include "crosshebb/readout.h"

#include <omp.h>

enum { INPUTS = 40, OUTPUTS = 12, COUNT = 30, STEPS = 6 };

/* All of an object's state, as it would be saved. */
typedef void visitor(void *object, xh_state *state);

static xh_memory saved(void *object, visitor *visit) {
    xh_memory memory = {0};
    xh_state state = xh_memory_saving(&memory);
    visit(object, &state);
    ck_assert_int_eq(state.error.status, XH_OK);
    return memory;
}

/* One kind of object, made anew each time, and a step that changes its state. */
typedef struct subject {
    void *(*create)(const void *kind);
    void (*release)(void *object);
    void (*step)(void *object, uint64_t step);
    visitor *visit;
    const void *kind;
} subject;

static void check(const subject *tested) {
    void *whole = tested->create(tested->kind);
    for (uint64_t step = 0; step < STEPS; step++) {
        tested->step(whole, step);
    }
    xh_memory expected = saved(whole, tested->visit);
    for (uint64_t stop = 0; stop <= STEPS; stop += 3) {
        void *first = tested->create(tested->kind);
        for (uint64_t step = 0; step < stop; step++) {
            tested->step(first, step);
        }
        xh_memory memory = saved(first, tested->visit);
        tested->release(first);
        omp_set_num_threads(2);
        void *second = tested->create(tested->kind);
        xh_state state = xh_memory_loading(&memory);
        tested->visit(second, &state);
        ck_assert_msg(state.error.status == XH_OK, "%s", state.error.text);
        ck_assert_uint_eq(memory.at, memory.size);
        for (uint64_t step = stop; step < STEPS; step++) {
            tested->step(second, step);
        }
        omp_set_num_threads(1);
        xh_memory found = saved(second, tested->visit);
        tested->release(second);
        ck_assert_uint_eq(found.size, expected.size);
        ck_assert_mem_eq(found.bytes, expected.bytes, expected.size);
        if (stop < STEPS) { /* the steps between did something */
            ck_assert_mem_ne(memory.bytes, expected.bytes, expected.size);
        }
        free(memory.bytes);
        free(found.bytes);
    }
    free(expected.bytes);
    tested->release(whole);
}

/* What synapses stand on: a device with a scheme, or NULL for floats. */
typedef struct physics {
    const xh_device_model *device;
    const xh_scheme *scheme;
    const char *encoding;
    long slices;
    double wire;              /* ohm a segment */
    xh_arithmetic arithmetic; /* where there is no device */
} physics;

/* Steps so large that cells are soon programmed; returns how many settings the model has of them. */
static size_t coarse_of(const xh_device_model *model, xh_setting *settings) {
    static const xh_setting coarse[] = {{"states", "50"}, {"beta_up", "1"}, {"beta_down", "1"}};
    size_t count = 0;
    for (size_t s = 0; s < sizeof(coarse) / sizeof(coarse[0]); s++) {
        settings[count] = coarse[s];
        count += xh_param_find(model->params, coarse[s].name) != NULL;
    }
    return count;
}

static xh_synapses *make_physical(const physics *kind, const float *weights, xh_rule rule) {
    static xh_param_values params;
    xh_crossbar_params crossbar_params;
    xh_param_defaults(&xh_crossbar_param_table, &crossbar_params);
    crossbar_params.rows = 16;
    crossbar_params.devices = 2;
    crossbar_params.slices = kind->slices;
    snprintf(crossbar_params.encoding, sizeof crossbar_params.encoding, "%s", kind->encoding);
    crossbar_params.wire_resistance = kind->wire;
    crossbar_params.carry_every = 2;
    crossbar_params.carry_threshold = 0.05;
    crossbar_params.stuck_fraction = 0.05;
    crossbar_params.wear_out = true;
    crossbar_params.endurance_spread = 8; /* so that some cells fail on the way */
    crossbar_params.refresh_threshold = 0.3;
    crossbar_params.telegraph_share = 0.3;
    crossbar_params.temperature = 320;
    xh_setting coarse[3];
    const size_t settings = coarse_of(kind->device, coarse);
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, kind->device->name, coarse, settings,
                                             &crossbar_params, 5);
    xh_param_defaults(kind->scheme->params, params.bytes);
    const xh_param *every = xh_param_find(kind->scheme->params, "refresh_every");
    if (every) {
        ck_assert_int_eq(xh_param_set(every, params.bytes, "2", NULL), XH_OK);
    }
    xh_synapses *synapses = NULL;
    ck_assert_int_eq(xh_synapses_create_crossbar(crossbar, weights, rule, kind->scheme,
                                                 params.bytes, &synapses, NULL),
                     XH_OK);
    return synapses;
}

static void *create_synapses(const void *context) {
    const physics *kind = context;
    const xh_rule rule = {0.1, 0.5};
    float *weights = xh_normals((size_t)INPUTS * OUTPUTS, 1, 0.3);
    xh_synapses *synapses = NULL;
    if (kind->device) {
        synapses = make_physical(kind, weights, rule);
    } else {
        ck_assert_int_eq(xh_synapses_create_digital(INPUTS, xh_undivided(OUTPUTS), weights, rule,
                                                    XH_SCALE_NEURON_RUNNING, 0, kind->arithmetic,
                                                    &synapses, NULL),
                         XH_OK);
    }
    xh_array_free(weights);
    return synapses;
}

static void free_synapses(void *object) {
    xh_synapses_free(object);
}

/* A read whose outputs teach, and then time passes. */
static void step_synapses(void *object, uint64_t step) {
    xh_synapses *synapses = object;
    float *x = xh_normals((size_t)COUNT * INPUTS, 10 + step, 1);
    float *y = xh_normals((size_t)COUNT * OUTPUTS, 50 + step, 0.3);
    float u[COUNT * OUTPUTS];
    xh_synapses_read_begin(synapses, XH_PHASE_forward);
    xh_synapses_read(synapses, 0, COUNT, x, u);
    xh_synapses_read_end(synapses);
    const xh_signals signals = {COUNT, INPUTS, OUTPUTS, x, u, y};
    xh_synapses_update(synapses, &signals);
    xh_synapses_age(synapses, 100);
    xh_array_free(x);
    xh_array_free(y);
}

static void visit_synapses(void *object, xh_state *state) {
    xh_crossbar *crossbar = xh_synapses_crossbar(object);
    xh_synapses_state(object, state);
    if (crossbar) {
        xh_probe_state(crossbar, state);
    }
}

static void check_synapses(physics kind) {
    const subject tested = {create_synapses, free_synapses, step_synapses, visit_synapses, &kind};
    check(&tested);
}

START_TEST(float_synapses) {
    check_synapses((physics){.arithmetic = XH_ARITHMETIC_FLOAT32});
    check_synapses((physics){.arithmetic = XH_ARITHMETIC_INT16});
}
END_TEST

START_TEST(crossbars) {
    size_t checked = 0;
    for (size_t d = 0; d < xh_device_count(); d++) {
        for (size_t s = 0; s < xh_scheme_count(); s++) {
            const physics kind = {.device = xh_device_at(d),
                                  .scheme = xh_scheme_at(s),
                                  .encoding = "pair",
                                  .slices = 1};
            if (kind.device->pulse && (kind.scheme->needs & ~kind.device->traits) == 0) {
                check_synapses(kind);
                checked++;
            }
        }
    }
    ck_assert_uint_ge(checked, xh_device_count());
}
END_TEST

START_TEST(encodings) {
    physics kind = {0};
    ck_assert_int_eq(xh_device_find("soft_bounds", &kind.device, NULL), XH_OK);
    ck_assert_int_eq(xh_scheme_find("complementary", &kind.scheme, NULL), XH_OK);
    for (size_t e = 0; e < xh_encoding_count(); e++) {
        for (kind.slices = 1; kind.slices <= 2; kind.slices++) {
            kind.encoding = xh_encoding_names[e];
            kind.wire = xh_encoding_at(e)->zero == XH_ZERO_REFERENCE ? 0 : 10;
            check_synapses(kind);
        }
    }
}
END_TEST

static const xh_shape shape = {9, 9, 2};

static void *create_layer(const void *context) {
    (void)context;
    const xh_layer_params params = xh_plain_layer(8, 3, 1);
    return xh_make_layer(&params, shape, 3);
}

static void free_layer(void *object) {
    xh_layer_free(object);
}

static void step_layer(void *object, uint64_t step) {
    xh_images images = xh_make_images(shape, 5, step);
    ck_assert_int_eq(xh_layer_reserve(object, XH_LAYER_LEARN, 5, NULL), XH_OK);
    xh_layer_batch(object, XH_LAYER_LEARN, images, (xh_images){0});
    xh_array_free(images.data);
}

static void visit_layer(void *object, xh_state *state) {
    xh_layer_state(object, state);
}

START_TEST(layers) {
    const subject tested = {create_layer, free_layer, step_layer, visit_layer, NULL};
    check(&tested);
}
END_TEST

static void *create_readout(const void *context) {
    const xh_readout_params params = {.epochs = 20, .batch = 8, .rate = 1e-3, .dropout = 0.5};
    xh_readout *readout = NULL;
    (void)context;
    ck_assert_int_eq(xh_readout_create(&params, INPUTS, 3, 9, &readout, NULL), XH_OK);
    return readout;
}

static void free_readout(void *object) {
    xh_readout_free(object);
}

static void step_readout(void *object, uint64_t step) {
    uint16_t labels[COUNT];
    float *x = xh_normals((size_t)COUNT * INPUTS, 4, 1);
    double loss = 0;
    double accuracy = 0;
    for (size_t n = 0; n < COUNT; n++) {
        labels[n] = (uint16_t)(n % 3);
    }
    xh_examples examples = {COUNT, INPUTS, x, labels};
    ck_assert_int_eq(xh_readout_epoch(object, (long)step, xh_feature_source_of(&examples), &loss,
                                      &accuracy, NULL),
                     XH_OK);
    xh_array_free(x);
}

static void visit_readout(void *object, xh_state *state) {
    xh_readout_state(object, state);
}

START_TEST(readouts) {
    const subject tested = {create_readout, free_readout, step_readout, visit_readout, NULL};
    check(&tested);
}
END_TEST

/* A crossbar of another shape takes no state of this one. */
START_TEST(another_shape_is_refused) {
    const xh_crossbar_params params = xh_plain_crossbar();
    xh_crossbar *one = xh_make_crossbar(4, 3, "soft_bounds", NULL, 0, &params, 1);
    xh_crossbar *other = xh_make_crossbar(3, 5, "soft_bounds", NULL, 0, &params, 1);
    xh_memory memory = {0};
    xh_state saving = xh_memory_saving(&memory);
    xh_probe_state(one, &saving);
    xh_state loading = xh_memory_loading(&memory);
    xh_probe_state(other, &loading);
    ck_assert_int_eq(loading.error.status, XH_INPUT);
    ck_assert_ptr_nonnull(strstr(loading.error.text, "cells"));
    free(memory.bytes);
    xh_crossbar_free(one);
    xh_crossbar_free(other);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {float_synapses, crossbars, encodings,
                                  layers,         readouts,  another_shape_is_refused};
    omp_set_num_threads(1);
    return xh_suite_run("round_trip", tests, sizeof(tests) / sizeof(tests[0]));
}
