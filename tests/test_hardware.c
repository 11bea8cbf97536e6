/* Hardware profiles, every way in which one can be wrong, and texts embedded in the program. */
#include "crossbar_fixture.h"

#include "config_rig.h"

extern const xh_embedded odd_texts[];
extern const size_t odd_texts_count;

START_TEST(hardware_profiles_are_sound) {
    ck_assert_uint_gt(xh_hardware_count(), 0);
    for (size_t i = 0; i < xh_hardware_count(); i++) {
        xh_hardware hardware;
        error = (xh_error){0};
        ck_assert_msg(xh_hardware_load(xh_hardware_at(i).name, &hardware, &error) == XH_OK, "%s",
                      error.text);
        ck_assert_str_eq(hardware.name, xh_hardware_at(i).name);
        ck_assert(hardware.digital || hardware.read_voltage > 0);
        const xh_price *price =
            &hardware.price[hardware.digital ? XH_EVENT_weight_mac : XH_EVENT_adc_conversion];
        ck_assert_double_gt(price->joules, 0);
        ck_assert_ptr_nonnull(strchr("PCDMA", price->mark));
        ck_assert_uint_gt(strlen(price->source), 0);
    }
}
END_TEST

static const char *text_of(const char *name) {
    size_t index = 0;
    while (strcmp(xh_hardware_at(index).name, name) != 0) {
        index++;
    }
    return xh_hardware_at(index).text;
}

/* A profile with one line changed must be refused. */
static void refuse_profile(const char *from, const char *to, const char *message) {
    const char *text = text_of("pcm-14nm-measured");
    const char *place = strstr(text, from);
    ck_assert_ptr_nonnull(place);
    char changed[1 << 15];
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(place - text), text, to,
             place + strlen(from));
    xh_hardware hardware = {.read_voltage = 42};
    error = (xh_error){0};
    ck_assert_int_eq(xh_hardware_parse("h.yaml", changed, strlen(changed), &hardware, &error),
                     XH_INPUT);
    const char *rest = strchr(error.text + strlen("h.yaml:"), ':');
    ck_assert_msg(strncmp(error.text, "h.yaml:", 7) == 0 && rest != NULL, "%s", error.text);
    ck_assert_str_eq(rest + 2, message);
    ck_assert_double_eq(hardware.read_voltage, 42);
}

/* The shipped profiles themselves: a product of 256 x 256 synapses of two devices of 2.5 uS at half duty comes to what its
 * 131,072 operations take at 10.5 TOPS/W (Khaddam-Aljameh et al., JSSC 2022), or in four phases at 2.48 TOPS/W, and to
 * 64 cores' share of 16.1 TOPS (Le Gallo et al. 2023). */
START_TEST(the_measured_chips_take_their_energy) {
    static const struct {
        const char *name;
        double operations_per_joule, seconds;
    } chips[] = {{"pcm-14nm-measured", 10.5e12, 130e-9},
                 {"pcm-14nm-4phase", 2.48e12, 64 * 131072.0 / 16.1e12}};
    for (size_t c = 0; c < 2; c++) {
        xh_hardware hardware;
        ck_assert_int_eq(xh_hardware_load(chips[c].name, &hardware, &error), XH_OK);
        xh_ledger ledger = {0};
        double *count = ledger.count[XH_PHASE_inference];
        count[XH_EVENT_wordline_drive] = 256;
        count[XH_EVENT_array_charge] = 256.0 * 256 * 2 * 2.5e-6 * 0.5;
        count[XH_EVENT_adc_conversion] = 256;
        count[XH_EVENT_read_cycle] = 1;
        const xh_device_pulse_cost none = {0};
        const xh_cost cost = xh_ledger_price(&ledger, &hardware, &none);
        const double joules = 131072 / chips[c].operations_per_joule;
        ck_assert_double_eq_tol(cost.total_joules, joules, 0.005 * joules);
        ck_assert_double_eq_tol(cost.total_seconds, chips[c].seconds, 0.01 * chips[c].seconds);
    }
}
END_TEST

/* Lines of 256 cells are charged C V^2, C = 256 (0.2 fF/um x pitch + what a cell adds). */
START_TEST(lines_are_charged) {
    static const struct {
        const char *name;
        double pitch, cell, volts; /* um, fF, V */
    } lines[] = {{"pcm-14nm-measured", 2, 0.1, 1.5}, {"pcm-14nm-4phase", 2, 0.1, 1.5},
                 {"survey-14nm", 0.056, 0.1, 1.5},   {"survey-32nm", 0.128, 0.12, 1.5},
                 {"isaac-32nm", 0.128, 0.12, 1.5},   {"neurosim-32nm", 0.128, 0.1, 2},
                 {"neurosim-22nm", 0.088, 0.1, 2}};
    for (size_t l = 0; l < sizeof(lines) / sizeof(lines[0]); l++) {
        xh_hardware hardware;
        ck_assert_int_eq(xh_hardware_load(lines[l].name, &hardware, &error), XH_OK);
        const double farads = 256 * (0.2 * lines[l].pitch + lines[l].cell) * 1e-15;
        const double joules = farads * lines[l].volts * lines[l].volts;
        ck_assert_double_eq_tol(hardware.price[XH_EVENT_wordline_pulse].joules, joules,
                                0.01 * joules);
        ck_assert_double_eq(hardware.price[XH_EVENT_bitline_pulse].joules,
                            hardware.price[XH_EVENT_wordline_pulse].joules);
    }
}
END_TEST

/* The same of a real read: 256 rows at half duty, cells at mid-range of 0 .. 5 uS. By pulses of 7 bits and sign it
 * takes 127 steps of 1 ns, and heats the array for as long. */
START_TEST(a_read_takes_the_measured_energy) {
    enum { N = 256 };
    const char *const codings[] = {"levels", "pulse_width"};
    const xh_setting bounds[] = {{"g_min", "0"}, {"g_max", "5e-6"}, {"states", "10"}};
    xh_hardware hardware;
    ck_assert_int_eq(xh_hardware_load("pcm-14nm-measured", &hardware, &error), XH_OK);
    float x[N], u[N];
    float *zero = xh_normals(N * N, 1, 0);
    for (size_t j = 0; j < N; j++) {
        x[j] = 0.5F;
    }
    for (int c = 0; c < 2; c++) {
        xh_crossbar_params params;
        xh_param_defaults(&xh_crossbar_param_table, &params);
        snprintf(params.input_coding, sizeof params.input_coding, "%s", codings[c]);
        strcpy(params.dac_range, "fixed");
        xh_crossbar *crossbar = xh_make_crossbar(N, N, "ideal", bounds, 3, &params, 1);
        xh_crossbar_program(crossbar, zero);
        xh_crossbar_read_begin(crossbar, XH_PHASE_inference);
        xh_crossbar_read(crossbar, 0, 1, x, u);
        xh_crossbar_read_end(crossbar);
        const xh_device_pulse_cost none = {0};
        const xh_ledger *ledger = xh_crossbar_ledger(crossbar);
        const xh_cost cost = xh_ledger_price(ledger, &hardware, &none);
        /* less the softmax, which is not the core's: 2 pJ a column */
        const double joules = xh_cost_phase_joules(&cost, XH_PHASE_inference) - N * 2e-12;
        ck_assert_double_eq_tol(joules, 12.5e-9, 0.1e-9);
        ck_assert_double_eq(ledger->count[XH_PHASE_inference][XH_EVENT_weight_mac], N * N);
        ck_assert_double_eq_tol(xh_cost_phase_seconds(&cost, XH_PHASE_inference),
                                c == 0 ? 130e-9 : 127e-9, 1e-15);
        xh_crossbar_free(crossbar);
    }
    xh_array_free(zero);
}
END_TEST

/* Digital profiles: joules of a weight that is read once and learned once, from the operations and
 * accesses in their tables (Horowitz, ISSCC 2014; Jouppi et al., ISCA 2021, and data sheets, from
 * memory). What arrays do costs them nothing. */
START_TEST(digital_hardware_pays_for_the_mathematics) {
    static const struct {
        const char *name;
        double joules; /* dense: multiply, add and memory three times; sparse: once; batched: two */
    } profiles[] = {
        {"digital-45nm-fp32", 3 * (3.7e-12 + 0.9e-12 + 20e-12 * 4 / 8)},
        {"digital-7nm-bf16", 3 * (0.21e-12 + 0.11e-12 + 8.5e-12 * 2 / 8)},
        {"digital-7nm-int8", 3 * (0.07e-12 + 0.03e-12 + 8.5e-12 / 8)},
        {"digital-7nm-int8-sparse", 0.07e-12 + 0.03e-12 + 8.5e-12 / 8},
        {"gpu-a100-fp32", 4 * 400 / 19.5e12},
        {"gpu-h100-bf16", 4 * 700 / 989e12},
    };
    const xh_device_pulse_cost device = {.energy_up = 1, .energy_down = 1, .time_up = 1};
    xh_ledger ledger = {0};
    for (int event = 0; event < XH_EVENTS; event++) {
        ledger.count[XH_PHASE_update][event] = 1;
    }
    ledger.count[XH_PHASE_update][XH_EVENT_softmax] = 0;
    ledger.count[XH_PHASE_update][XH_EVENT_winner_synapse] = 0; /* few of all */
    for (size_t p = 0; p < sizeof(profiles) / sizeof(profiles[0]); p++) {
        xh_hardware hardware;
        ck_assert_int_eq(xh_hardware_load(profiles[p].name, &hardware, &error), XH_OK);
        const xh_cost cost = xh_ledger_price(&ledger, &hardware, &device);
        ck_assert_double_eq_tol(cost.total_joules, profiles[p].joules, 0.01 * profiles[p].joules);
        ck_assert_double_lt(cost.total_seconds, 1e-11);
    }
}
END_TEST

static const char digital[] = "name: mine\nsummary: of my own\ndigital: true\nprices:\n"
                              "  weight_mac: {joules: 1e-12, seconds: 0, mark: A, source: guess}\n"
                              "  softmax: {joules: 1e-12, seconds: 0, mark: A, source: guess}\n";

START_TEST(wrong_digital_hardware_is_told) {
    static const struct {
        const char *line, *message;
    } wrong[] = {{"  adc_conversion: {joules: 1, seconds: 0, mark: A, source: guess}\n",
                  "h.yaml:7: unknown key prices.adc_conversion"},
                 {"  pulse_slot: {joules: 1, seconds: 0, mark: A, source: guess}\n",
                  "h.yaml:7: unknown key prices.pulse_slot"}};
    xh_hardware hardware;
    ck_assert_msg(xh_hardware_parse("h.yaml", digital, strlen(digital), &hardware, &error) == XH_OK,
                  "%s", error.text);
    for (size_t w = 0; w < sizeof(wrong) / sizeof(wrong[0]); w++) {
        char text[1024];
        snprintf(text, sizeof text, "%s%s", digital, wrong[w].line);
        ck_assert_int_eq(xh_hardware_parse("h.yaml", text, strlen(text), &hardware, &error),
                         XH_INPUT);
        ck_assert_str_eq(error.text, wrong[w].message);
    }
}
END_TEST

START_TEST(wrong_hardware_is_told) {
    refuse_profile("read_voltage: ", "read_voltage: 1",
                   "read_voltage = 10.2 V is outside [0, 10] V");
    refuse_profile("read_voltage", "read_volt",
                   "unknown key read_volt; did you mean read_voltage?");
    refuse_profile("read_voltage", "#", "read_voltage is missing");
    refuse_profile("name: pcm-14nm-measured", "name: \"\"", "name must not be empty");
    refuse_profile("prices:", "pricey:", "unknown key pricey; did you mean prices?");
    refuse_profile("  softmax:", "  softmx:", "unknown key prices.softmx; did you mean softmax?");
    refuse_profile("  softmax:", "  #", "prices.softmax is missing");
    refuse_profile("  softmax:", "  pulse_up: 1\n  softmax:", "unknown key prices.pulse_up");
    refuse_profile("  softmax: {joules: ", "  softmax: {joules: -",
                   "prices.softmax.joules = -2e-12 J is outside [0, 1] J");
    refuse_profile("  softmax: {joules: ", "  softmax: {joule: ",
                   "unknown key prices.softmax.joule; did you mean joules?");
    refuse_profile("2e-12, seconds: 0, mark: A", "2e-12, seconds: 0",
                   "prices.softmax.mark is missing");
    refuse_profile("2e-12, seconds: 0, mark: A", "2e-12, seconds: 0, mark: X",
                   "prices.softmax.mark = X is not one of P, C, D, M, A; did you mean P?");
    refuse_profile("source: \"as wordline_pulse\"", "source: \"\"",
                   "prices.bitline_pulse.source must not be empty");
    refuse_profile("  softmax: {", "  softmax: 3 #", "prices.softmax must be a mapping");
}
END_TEST

static char *file_text(const char *path) {
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s", path);
    char *text = calloc(1, 1 << 20);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_lt(fread(text, 1, (1 << 20) - 1, file), (1 << 20) - 1);
    fclose(file);
    return text;
}

static void expect_embedded(const char *folder, xh_embedded embedded) {
    char path[4096];
    snprintf(path, sizeof path, XH_SOURCE_DIR "/%s/%s.yaml", folder, embedded.name);
    char *text = file_text(path);
    ck_assert_str_eq(text, embedded.text);
    free(text);
}

START_TEST(embedded_texts_are_the_files) {
    for (size_t i = 0; i < xh_hardware_count(); i++) {
        expect_embedded("sim/hardware", xh_hardware_at(i));
    }
    for (size_t i = 0; i < xh_network_preset_count(); i++) {
        expect_embedded("models/presets", xh_network_preset_at(i));
    }
    for (size_t i = 0; i < xh_device_preset_count(); i++) {
        expect_embedded("devices/presets", xh_device_preset_at(i));
    }
    ck_assert_uint_eq(odd_texts_count, 1);
    expect_embedded("tests/embed", odd_texts[0]);
    ck_assert_uint_gt(strlen(odd_texts[0].text), 4095);
}
END_TEST

int main(void) {
    const TTest *tests[] = {hardware_profiles_are_sound,
                            the_measured_chips_take_their_energy,
                            a_read_takes_the_measured_energy,
                            lines_are_charged,
                            digital_hardware_pays_for_the_mathematics,
                            wrong_digital_hardware_is_told,
                            wrong_hardware_is_told,
                            embedded_texts_are_the_files};
    return xh_suite_run("hardware", tests, sizeof tests / sizeof tests[0]);
}
