/* Non-idealities by name: each parameter of a model belongs to one of them or to the device's law, each
 * can be off alone, others then draw what they drew, and with all off the array is the ideal one. */
#include "crossbar_fixture.h"

#include "crosshebb/nonideality.h"

#include <string.h>

enum { INPUTS = 40, OUTPUTS = 30, SYNAPSES = INPUTS * OUTPUTS, COUNT = 20 };

/* Parameters that say what a device is and costs, not how it errs: ranges, laws, clocks, published
 * fits (whose factors are non-idealities). Names ending in * stand for all that begin so. */
static const char *const lawful[] = {
    /* range and law */
    "g_min", "g_max", "g_reference", "weight_zero", "states", "pulses_up", "pulses_down",
    "alpha_up", "alpha_down", "rate_up", "rate_down", "slope", "offset", "mean_*", "history",
    "table", "checksum", "own_bounds", "node_up_*", "node_down_*",
    /* forms and places of what a non-ideality turns off */
    "reference", "at_symmetry", "step_log_normal", "multiplicative_noise", "noise_added",
    "noise_rise", "corrupt_range", "rest", "reset", "reset_floor", "program_0", "program_1",
    "program_2", "program_3", "spread_*", "flicker_limit", "flicker_offset", "flicker_logarithm",
    "flicker_low", "flicker_high", "flicker_0", "flicker_1", "flicker_2", "flicker_3",
    "flicker_scale", "flicker_power", "flicker_decade", "accept_*", "relax_*", "soon_*", "later_*",
    "last_*",
    /* clocks and costs */
    "drift_clock", "drift_reference", "minimum_elapsed", "read_time", "read_window", "energy_*",
    "time_*", "wear_*", "endurance", "set_pulses", "set_reads"};

static bool is_lawful(const char *name) {
    for (size_t i = 0; i < sizeof lawful / sizeof lawful[0]; i++) {
        const size_t length = strlen(lawful[i]);
        const bool begins = lawful[i][length - 1] == '*';
        if (begins ? strncmp(name, lawful[i], length - 1) == 0 : strcmp(name, lawful[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Non-idealities that set the parameter. */
static size_t owners(bool crossbar, const char *name) {
    size_t count = 0;
    for (size_t i = 0; i < xh_nonideality_count(); i++) {
        for (const xh_ideal_value *v = xh_nonideality_at(i)->values; v->name; v++) {
            count += v->crossbar == crossbar && strcmp(v->name, name) == 0;
        }
    }
    return count;
}

START_TEST(every_parameter_of_a_model_is_placed) {
    for (size_t d = 0; d < xh_device_count(); d++) {
        const xh_param_table *table = xh_device_at(d)->params;
        for (size_t p = 0; p < table->count; p++) {
            const char *name = table->params[p].name;
            const size_t count = owners(false, name);
            ck_assert_msg(count + (is_lawful(name) ? 1 : 0) == 1,
                          "%s.%s must be of one non-ideality (sim/nonideality.c) or in the list of "
                          "this test",
                          xh_device_at(d)->name, name);
        }
    }
}
END_TEST

START_TEST(every_value_is_of_a_parameter) {
    for (size_t i = 0; i < xh_nonideality_count(); i++) {
        for (const xh_ideal_value *v = xh_nonideality_at(i)->values; v->name; v++) {
            bool found = v->crossbar && xh_param_find(&xh_crossbar_param_table, v->name);
            for (size_t d = 0; d < xh_device_count() && !v->crossbar; d++) {
                found = found || xh_param_find(xh_device_at(d)->params, v->name);
            }
            ck_assert_msg(found, "%s sets %s, which nothing has", xh_nonideality_at(i)->name,
                          v->name);
            ck_assert_uint_eq(owners(v->crossbar, v->name), 1);
        }
    }
}
END_TEST

/* Whether the non-ideality sets the parameter; then *text is what to. */
static bool sets(const xh_nonideality *one, bool crossbar, const char *name, const char **text) {
    for (const xh_ideal_value *v = one->values; v->name; v++) {
        if (v->crossbar == crossbar && strcmp(v->name, name) == 0) {
            *text = v->text;
            return true;
        }
    }
    return false;
}

/* The values of a table are the given ones, but for those that the non-ideality sets. */
static void check_values(const xh_nonideality *one, bool crossbar, const xh_param_table *table,
                         const void *before, const void *after) {
    for (size_t p = 0; p < table->count; p++) {
        char text[XH_PARAM_TEXT_SIZE], now[XH_PARAM_TEXT_SIZE];
        const char *ideal = text;
        xh_param_format(&table->params[p], before, text);
        xh_param_format(&table->params[p], after, now);
        sets(one, crossbar, table->params[p].name, &ideal);
        ck_assert_msg(strcmp(now, ideal) == 0, "without %s, %s is %s, not %s", one->name,
                      table->params[p].name, now, ideal);
    }
}

START_TEST(each_is_off_alone) {
    for (size_t d = 0; d < xh_device_count(); d++) {
        const xh_device_model *model = xh_device_at(d);
        for (size_t i = 0; i < xh_nonideality_count(); i++) {
            static xh_param_values device, changed;
            xh_crossbar_params crossbar, array;
            xh_param_defaults(model->params, &device);
            xh_param_defaults(&xh_crossbar_param_table, &crossbar);
            memcpy(&changed, &device, model->params->size);
            array = crossbar;
            ck_assert_int_eq(
                xh_nonideality_remove(xh_nonideality_at(i)->name, model, &changed, &array, NULL),
                XH_OK);
            ck_assert_int_eq(xh_device_check(model, &changed, NULL), XH_OK);
            check_values(xh_nonideality_at(i), false, model->params, &device, &changed);
            check_values(xh_nonideality_at(i), true, &xh_crossbar_param_table, &crossbar, &array);
        }
    }
}
END_TEST

START_TEST(names_are_read) {
    xh_crossbar_params params;
    xh_error error = {0};
    xh_param_defaults(&xh_crossbar_param_table, &params);
    ck_assert_int_eq(xh_nonideality_remove("[adc, read_noise]", NULL, NULL, &params, &error),
                     XH_OK);
    ck_assert_int_eq(params.adc_bits, 0);
    ck_assert(!params.read_noise);
    ck_assert_int_eq(params.dac_bits, 8);
    ck_assert_int_eq(xh_nonideality_remove("", NULL, NULL, &params, &error), XH_OK);
    ck_assert_int_eq(xh_nonideality_remove("dac, adc_nose", NULL, NULL, &params, &error), XH_INPUT);
    ck_assert_str_eq(error.text, "unknown non-ideality \"adc_nose\"; did you mean adc_noise");
    ck_assert_int_eq(params.dac_bits, 8); /* nothing is written */
    ck_assert_int_eq(xh_nonideality_remove("all", NULL, NULL, &params, &error), XH_OK);
    ck_assert_int_eq(params.dac_bits, 0);
}
END_TEST

/* Everything that an array and its periphery can be short of. */
static xh_crossbar_params poor_array(const char *without) {
    xh_crossbar_params params;
    xh_param_defaults(&xh_crossbar_param_table, &params);
    params.rows = 16;
    params.columns = 8;
    params.stuck_fraction = 0.1;
    params.telegraph_share = 0.3;
    params.temperature = 320;
    params.wire_resistance = 1;
    params.source_resistance = 100;
    params.load_resistance = 10;
    params.input_noise = 0.01;
    params.input_asymmetry = 0.02;
    params.adc_offset_spread = 0.01;
    params.adc_gain_spread = 0.02;
    params.adc_nonlinearity = 0.05;
    params.adc_nonlinearity_spread = 0.1;
    params.adc_noise = 0.01;
    snprintf(params.without, sizeof params.without, "%s", without);
    return params;
}

/* Pulses of both directions on most synapses, another pattern each time. */
static void pulse(xh_crossbar *crossbar, size_t step) {
    xh_crossbar_update_begin(crossbar);
    for (size_t i = 0; i < OUTPUTS; i++) {
        int8_t plus[INPUTS], minus[INPUTS];
        for (size_t j = 0; j < INPUTS; j++) {
            plus[j] = (int8_t)((i + 3 * j + step) % 7) - 3;
            minus[j] = (int8_t)-plus[j];
        }
        xh_crossbar_pulse(crossbar, i, plus, minus);
    }
    xh_crossbar_update_end(crossbar);
}

static void read_all(xh_crossbar *crossbar, const float *x, float *u) {
    xh_crossbar_read_begin(crossbar, XH_PHASE_forward);
    xh_crossbar_read(crossbar, 0, COUNT, x, u);
    xh_crossbar_read_end(crossbar);
}

/* Programs, pulses, ages and reads a crossbar: its devices' conductances, outputs and a column. */
typedef struct course {
    float conductance[4 * SYNAPSES];
    float u[COUNT * OUTPUTS];
    float column[INPUTS];
} course;

static void follow(const char *device, const xh_setting *settings, size_t count,
                   const xh_crossbar_params *params, course *found) {
    xh_crossbar *crossbar = xh_make_crossbar(INPUTS, OUTPUTS, device, settings, count, params, 9);
    float *target = xh_normals(SYNAPSES, 3, 0.3);
    float *x = xh_normals(COUNT * INPUTS, 4, 1);
    ck_assert_uint_le(xh_crossbar_devices(crossbar), 4 * SYNAPSES);
    xh_crossbar_program(crossbar, target);
    xh_crossbar_calibrate(crossbar, COUNT, x);
    for (size_t step = 0; step < 5; step++) {
        pulse(crossbar, step);
    }
    xh_crossbar_age(crossbar, 1000);
    read_all(crossbar, x, found->u);
    xh_crossbar_update_begin(crossbar);
    xh_crossbar_read_column(crossbar, 17, found->column);
    xh_crossbar_update_end(crossbar);
    xh_probe_conductances(crossbar, found->conductance);
    xh_array_free(target);
    xh_array_free(x);
    xh_crossbar_free(crossbar);
}

/* Models whose law is linear without non-idealities, with much of each that they can have, against
 * `ideal` of the same range and number of steps in an array without faults. */
START_TEST(with_all_off_the_array_is_the_ideal_one) {
    static const xh_setting poor[] = {
        {"states", "100"},   {"g_min", "1e-6"},     {"g_max", "1e-5"},
        {"up_down", "0.2"},  {"write_noise", "2"},  {"corrupt_share", "0.05"},
        {"lifetime", "1e5"}, {"diffusion", "1e-4"}, {"lifetime_spread", "0.3"},
        {"gamma_up", "0.5"}, {"gamma_down", "0.4"}};
    static const xh_setting same[] = {{"states", "100"}, {"g_min", "1e-6"}, {"g_max", "1e-5"}};
    static const char *const models[] = {"constant_step", "linear_step"};
    static course ideal, poorest, off;
    memset(&ideal, 0, sizeof ideal);
    memset(&off, 0, sizeof off);
    xh_crossbar_params plain = xh_plain_crossbar();
    plain.rows = 16;
    plain.columns = 8;
    follow("ideal", same, 3, &plain, &ideal);
    for (size_t m = 0; m < 2; m++) {
        const size_t settings = sizeof poor / sizeof poor[0] - (m == 0 ? 2 : 0);
        const xh_crossbar_params all = poor_array("all"), none = poor_array("");
        follow(models[m], poor, settings, &all, &off);
        follow(models[m], poor, settings, &none, &poorest);
        ck_assert_mem_eq(&off, &ideal, sizeof ideal);
        ck_assert_mem_ne(poorest.u, ideal.u, sizeof ideal.u);
    }
}
END_TEST

/* Pristine cells, pulsed: those that are not stuck are what they are in an array without stuck cells,
 * and nothing of the periphery reaches any. */
START_TEST(others_draw_what_they_drew) {
    static const char *const without[] = {"", "stuck_cells", "read_noise, adc, dac, adc_noise"};
    static float conductance[3][2 * SYNAPSES];
    size_t stuck = 0;
    for (size_t w = 0; w < 3; w++) {
        const xh_crossbar_params params = poor_array(without[w]);
        xh_crossbar *crossbar =
            xh_make_crossbar(INPUTS, OUTPUTS, "soft_bounds", NULL, 0, &params, 9);
        for (size_t step = 0; step < 5; step++) {
            pulse(crossbar, step);
        }
        xh_probe_conductances(crossbar, conductance[w]);
        xh_crossbar_free(crossbar);
    }
    ck_assert_mem_eq(conductance[2], conductance[0], sizeof conductance[0]);
    for (size_t c = 0; c < 2 * (size_t)SYNAPSES; c++) {
        stuck += memcmp(&conductance[0][c], &conductance[1][c], sizeof(float)) != 0;
    }
    /* 10 % of 2,400 cells: 5 deviations of 14.7 either way, a false alarm in 2 million */
    ck_assert_uint_ge(stuck, 167);
    ck_assert_uint_le(stuck, 313);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {every_parameter_of_a_model_is_placed,
                                  every_value_is_of_a_parameter,
                                  each_is_off_alone,
                                  names_are_read,
                                  with_all_off_the_array_is_the_ideal_one,
                                  others_draw_what_they_drew};
    return xh_suite_run("nonideality", tests, sizeof tests / sizeof tests[0]);
}
