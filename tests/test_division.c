/* A layer that is divided among partners learns and answers, bit by bit, what it does alone. */
#include "layer_fixture.h"
#include "partners_rig.h"

#include "crosshebb/probe.h"
#include "crosshebb/scheme.h"

#include <omp.h>

enum { COUNT = 9, BATCHES = 3 };

static const xh_shape shape = {10, 9, 3};

/* A layer, and what becomes of it. */
typedef struct course {
    xh_layer_params params;
    const xh_scheme *scheme;     /* NULL: digital */
    bool disturbed;              /* by all that its periphery can be */
    const xh_encoding *encoding; /* NULL: the default */
    bool sliced;
    xh_part own;
    float *weights; /* [own outputs][inputs] */
    float *out;     /* of the last batch, inferred */
    uint32_t *wins;
    xh_ledger ledger; /* of a crossbar */
} course;

/* Inputs in bits and phases of signs, through converters that err. */
static void disturb(xh_crossbar_params *params) {
    strcpy(params->input_coding, "bit_serial");
    strcpy(params->input_signs, "two_phase");
    strcpy(params->dac_range, "average");
    strcpy(params->compensation, "tile");
    params->dac_bits = 4;
    params->adc_share = 5;
    params->wire_resistance = 1;
    params->input_noise = params->adc_noise = 0.01;
    params->adc_offset_spread = params->adc_gain_spread = 0.01;
    params->adc_nonlinearity = params->adc_nonlinearity_spread = 0.1;
}

/* On tiles of few rows and columns, with all that is drawn by the numbers of cells. */
static xh_synapses *make_crossbar(const course *own, size_t inputs, const xh_partners *partners) {
    xh_param_values device, scheme;
    xh_crossbar_params params;
    const xh_device_model *model = NULL;
    const bool depresses = own->scheme->needs & XH_DEVICE_DEPRESSES;
    ck_assert_int_eq(xh_device_find(depresses ? "soft_bounds" : "pcm_accumulate", &model, NULL),
                     XH_OK);
    xh_param_defaults(&xh_crossbar_param_table, &params);
    xh_param_defaults(model->params, device.bytes);
    xh_param_defaults(own->scheme->params, scheme.bytes);
    params.rows = 32;
    params.columns = 24;
    params.devices = 2;
    if (own->encoding) {
        snprintf(params.encoding, sizeof params.encoding, "%s", own->encoding->name);
    }
    params.slices = own->sliced ? 2 : 1;
    params.carry_every = 1;
    params.carry_threshold = 0.05;
    params.stuck_fraction = 0.05;
    params.telegraph_share = 0.3;
    if (own->disturbed) {
        disturb(&params);
    }
    const xh_division division = xh_crossbar_divide((size_t)own->params.outputs, &params, partners);
    const xh_part part = xh_division_own(division);
    float *weights = xh_array_create(part.count * inputs, sizeof(float));
    ck_assert_ptr_nonnull(weights);
    xh_layer_initial_weights(&own->params, inputs, part, 5, 1, weights);
    xh_crossbar *crossbar = NULL;
    xh_synapses *synapses = NULL;
    ck_assert_int_eq(xh_crossbar_create(inputs, division, model, device.bytes, &params,
                                        (xh_crossbar_seeds){7, 8, 1}, &crossbar, NULL),
                     XH_OK);
    ck_assert_int_eq(xh_synapses_create_crossbar(crossbar, weights, (xh_rule){0.5, 0.5},
                                                 own->scheme, scheme.bytes, &synapses, NULL),
                     XH_OK);
    xh_array_free(weights);
    return synapses;
}

static xh_synapses *make_digital(const xh_layer_params *params, size_t inputs,
                                 const xh_partners *partners) {
    const xh_arithmetic arithmetic =
        strcmp(params->arithmetic, "int16") == 0 ? XH_ARITHMETIC_INT16 : XH_ARITHMETIC_FLOAT32;
    const xh_division division =
        xh_synapses_division_digital((size_t)params->outputs, arithmetic, partners);
    const xh_part own = xh_division_own(division);
    float *weights = xh_array_create(own.count * inputs, sizeof(float));
    ck_assert_ptr_nonnull(weights);
    xh_layer_initial_weights(params, inputs, own, 5, 1, weights);
    const xh_update_scale scale = strcmp(params->update_scale, "neuron_running") == 0
                                      ? XH_SCALE_NEURON_RUNNING
                                      : XH_SCALE_LAYER_MAXIMUM;
    xh_synapses *synapses = NULL;
    ck_assert_int_eq(xh_synapses_create_digital(inputs, division, weights, (xh_rule){0.5, 0.5},
                                                scale, 0, arithmetic, &synapses, NULL),
                     XH_OK);
    xh_array_free(weights);
    return synapses;
}

/* The last batch again, after time that is compensated for. */
static void infer_old(course *own, xh_layer *layer, xh_synapses *synapses) {
    const size_t count = COUNT + BATCHES - 1;
    const xh_images images = xh_make_images(shape, count, BATCHES);
    const xh_images out = xh_make_output(layer, count);
    xh_synapses_refer(synapses);
    xh_synapses_age(synapses, 1e4);
    xh_synapses_compensate(synapses, true);
    xh_layer_batch(layer, XH_LAYER_INFER, images, out);
    xh_array_free(images.data);
    xh_array_free(own->out);
    own->out = out.data;
}

static void run(const xh_partners *partners, void *context) {
    course *own = context;
    size_t inputs = 0, positions = 0;
    xh_shape output;
    xh_layer *layer = NULL;
    omp_set_num_threads(partners ? 1 + (int)partners->mine % 2 : 1);
    ck_assert_int_eq(xh_layer_geometry(&own->params, shape, &inputs, &positions, &output, NULL),
                     XH_OK);
    xh_synapses *synapses = own->scheme ? make_crossbar(own, inputs, partners)
                                        : make_digital(&own->params, inputs, partners);
    ck_assert_int_eq(xh_layer_create(&own->params, shape, synapses, &layer, NULL), XH_OK);
    own->own = xh_division_own(xh_synapses_division(synapses));
    for (size_t b = 0; b < BATCHES; b++) {
        const xh_layer_mode mode = b + 1 < BATCHES ? XH_LAYER_LEARN : XH_LAYER_INFER;
        const xh_images images = xh_make_images(shape, COUNT + b, b);
        const xh_images out = xh_make_output(layer, COUNT + b);
        ck_assert_int_eq(xh_layer_reserve(layer, mode, COUNT + b, NULL), XH_OK);
        xh_layer_batch(layer, mode, images, out);
        xh_array_free(images.data);
        xh_array_free(own->out);
        own->out = out.data;
        xh_synapses_age(synapses, 100);
    }
    if (own->disturbed) {
        infer_old(own, layer, synapses);
    }
    own->weights = xh_array_create(own->own.count * inputs, sizeof(float));
    ck_assert_ptr_nonnull(own->weights);
    xh_synapses_weights(synapses, own->weights, xh_probe_weights);
    if (own->scheme) {
        own->ledger = *xh_crossbar_ledger(xh_synapses_crossbar(synapses));
    }
    own->wins = xh_array_create((size_t)own->params.outputs, sizeof(uint32_t));
    xh_layer_wins(layer, own->wins, true);
    xh_layer_free(layer);
}

static void release(course *own) {
    xh_array_free(own->weights);
    xh_array_free(own->out);
    xh_array_free(own->wins);
}

/* Compares what partners did, so many of them, with what one did alone. */
static void compare_courses(course alone, size_t count) {
    course courses[RIG_PARTNERS];
    const xh_layer_params params = alone.params;
    void *contexts[RIG_PARTNERS];
    size_t inputs = 0, positions = 0;
    xh_shape output;
    xh_layer_geometry(&params, shape, &inputs, &positions, &output, NULL);
    const size_t features = output.height * output.width * output.channels;
    for (size_t p = 0; p < count; p++) {
        courses[p] = alone;
        contexts[p] = &courses[p];
    }
    run(NULL, &alone);
    xh_rig_run(count, run, contexts);
    for (size_t p = 0; p < count; p++) {
        const xh_part own = courses[p].own;
        ck_assert_mem_eq(courses[p].weights, alone.weights + own.first * inputs,
                         own.count * inputs * sizeof(float));
        ck_assert_mem_eq(courses[p].out, alone.out,
                         (COUNT + BATCHES - 1) * features * sizeof(float));
        ck_assert_mem_eq(courses[p].wins, alone.wins, (size_t)params.outputs * sizeof(*alone.wins));
        ck_assert_mem_eq(&courses[p].ledger, &alone.ledger, sizeof(alone.ledger));
        release(&courses[p]);
    }
    release(&alone);
}

static void compare(xh_layer_params params, const xh_scheme *scheme, size_t count) {
    compare_courses((course){.params = params, .scheme = scheme}, count);
}

/* Widths of less than a part, of parts that are not full, and of many. */
static const long widths[] = {7, 100, 760};

static void compare_widths(xh_layer_params params, const xh_scheme *scheme) {
    for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
        params.outputs = widths[w];
        for (size_t count = 2; count <= RIG_PARTNERS; count += 1 + w) {
            compare(params, scheme, count);
        }
    }
}

START_TEST(float32_has_the_same_bits) {
    compare_widths(xh_plain_layer(1, 5, 2), NULL);
}
END_TEST

START_TEST(int16_has_the_same_bits) {
    xh_layer_params params = xh_plain_layer(1, 3, 1);
    strcpy(params.arithmetic, "int16");
    strcpy(params.update_scale, "neuron_running");
    params.pre_triangle = true;
    compare_widths(params, NULL);
}
END_TEST

START_TEST(dense_has_the_same_bits) {
    xh_layer_params params = xh_plain_layer(1, 1, 0);
    strcpy(params.type, "dense");
    strcpy(params.pool, "none");
    strcpy(params.competition, "hard");
    strcpy(params.activation, "softmax");
    compare_widths(params, NULL);
}
END_TEST

START_TEST(every_scheme_has_the_same_bits) {
    xh_layer_params params = xh_plain_layer(150, 3, 1);
    for (size_t s = 0; s < xh_scheme_count(); s++) {
        for (size_t count = 2; count <= RIG_PARTNERS; count++) {
            compare(params, xh_scheme_at(s), count);
        }
    }
}
END_TEST

START_TEST(periphery_has_the_same_bits) {
    xh_layer_params params = xh_plain_layer(150, 3, 1);
    const xh_scheme *scheme = NULL;
    ck_assert_int_eq(xh_scheme_find("read_modify_write", &scheme, NULL), XH_OK);
    for (size_t count = 2; count <= RIG_PARTNERS; count += 3) {
        compare_courses((course){.params = params, .scheme = scheme, .disturbed = true}, count);
    }
}
END_TEST

START_TEST(every_encoding_has_the_same_bits) {
    course alone = {.params = xh_plain_layer(150, 3, 1)};
    ck_assert_int_eq(xh_scheme_find("complementary", &alone.scheme, NULL), XH_OK);
    for (size_t e = 0; e < xh_encoding_count(); e++) {
        alone.encoding = xh_encoding_at(e);
        alone.sliced = e != 1;
        compare_courses(alone, 2);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {float32_has_the_same_bits,   int16_has_the_same_bits,
                                  dense_has_the_same_bits,     every_scheme_has_the_same_bits,
                                  periphery_has_the_same_bits, every_encoding_has_the_same_bits};
    return xh_suite_run("division", tests, sizeof(tests) / sizeof(tests[0]));
}
