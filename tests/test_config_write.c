/*
 * Resolved configurations: written and read again, they are the same. Shipped presets and
 * experiments among them.
 */
#include "config_rig.h"

#include <unistd.h>

/* Both configurations must be the same in every bit. */
static void expect_same(void) {
    ck_assert_ptr_eq(again.device, config.device);
    ck_assert_ptr_eq(again.scheme, config.scheme);
    const struct {
        const void *one, *other;
        size_t size;
    } parts[] = {
        {&again.experiment, &config.experiment, sizeof config.experiment},
        {&again.seeds, &config.seeds, sizeof config.seeds},
        {&again.dataset, &config.dataset, sizeof config.dataset},
        {&again.network, &config.network, sizeof config.network},
        {&again.layer_count, &config.layer_count, sizeof config.layer_count},
        {&again.layers, &config.layers, sizeof config.layers},
        {&again.device_values, &config.device_values, sizeof config.device_values},
        {&again.crossbar, &config.crossbar, sizeof config.crossbar},
        {&again.scheme_values, &config.scheme_values, sizeof config.scheme_values},
        {&again.training, &config.training, sizeof config.training},
        {&again.readout, &config.readout, sizeof config.readout},
        {&again.output, &config.output, sizeof config.output},
        {&again.hardware, &config.hardware, sizeof config.hardware},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        ck_assert_mem_eq(parts[i].one, parts[i].other, parts[i].size);
    }
}

/* Written and read again, a configuration must be the same, and its text in every byte. */
static void expect_round_trip(void) {
    char *text = xh_config_text(&config);
    ck_assert_ptr_nonnull(text);
    error = (xh_error){0};
    ck_assert_msg(xh_config_parse("resolved", text, strlen(text), NULL, 0, &again, &error) == XH_OK,
                  "%s\n%s", error.text, text);
    expect_same();
    char *text_again = xh_config_text(&again);
    ck_assert_ptr_nonnull(text_again);
    ck_assert_str_eq(text, text_again);
    free(text);
    free(text_again);
}

START_TEST(text_shows_units_and_sentences) {
    expect(DIGITAL "training: {rest_seconds: 3}\n", 0, NULL);
    char *text = xh_config_text(&config);
    ck_assert_ptr_nonnull(
        strstr(text, "\n  rest_seconds: 3  # s: seconds between training and inference\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n  images: 0  # images of an unsupervised pass"));
    ck_assert_ptr_nonnull(strstr(text, "\n    - name: conv1  # "));
    ck_assert_ptr_null(strstr(text, "\ndevice:"));
    ck_assert_ptr_nonnull(strstr(text, "\n  preset: \"\"  # "));
    free(text);
}
END_TEST

START_TEST(odd_values_survive) {
    const char *const odd[] = {
        "0.1",   "1e-300", "0.30000000000000004", "1.7976931348623157e-7", "123456.78901234567",
        "5e-324"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        char override[XH_PARAM_TEXT_SIZE];
        snprintf(override, sizeof override, "training.rest_seconds=%s", odd[i]);
        const char *const overrides[] = {override, "seed=9007199254740992", "training.learn=off"};
        expect(DIGITAL, 3, overrides);
        ck_assert_double_eq(config.training.rest_seconds, strtod(odd[i], NULL));
        ck_assert_int_eq(config.seeds.cycle, 9007199254740992);
        expect_round_trip();
    }
}
END_TEST

START_TEST(every_device_and_scheme_survives) {
    for (size_t d = 0; d < xh_device_count(); d++) {
        for (size_t s = 0; s < xh_scheme_count(); s++) {
            char device[XH_PARAM_TEXT_SIZE];
            char scheme[XH_PARAM_TEXT_SIZE];
            snprintf(device, sizeof device, "device.model=%s", xh_device_at(d)->name);
            snprintf(scheme, sizeof scheme, "scheme.name=%s", xh_scheme_at(s)->name);
            const char *const overrides[] = {device, scheme};
            expect(DIGITAL, 2, overrides);
            expect_round_trip();
        }
    }
}
END_TEST

/* A hardware profile in a file whose path needs quotes, and whose texts are anything. */
START_TEST(odd_paths_survive) {
    char folder[] = "/tmp/test_config_XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    char path[64];
    snprintf(path, sizeof path, "%s/a \"b\" \\c: #d \xc3\xa9 .yaml", folder);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    const char *text = xh_hardware_at(0).text;
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    char override[XH_PARAM_TEXT_SIZE];
    snprintf(override, sizeof override, "hardware=%s", path);
    const char *const overrides[] = {override};
    expect(DIGITAL, 1, overrides);
    ck_assert_str_eq(config.experiment.hardware, path);
    ck_assert_str_eq(config.hardware.name, xh_hardware_at(0).name);
    expect_round_trip();
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(presets_are_networks) {
    ck_assert_uint_gt(xh_network_preset_count(), 0);
    for (size_t i = 0; i < xh_network_preset_count(); i++) {
        const xh_embedded preset = xh_network_preset_at(i);
        char text[XH_PARAM_TEXT_SIZE];
        snprintf(text, sizeof text, "network: {preset: %s}\n", preset.name);
        expect(text, 0, NULL);
        ck_assert_str_eq(config.network.preset, preset.name);
        expect_round_trip();

        xh_layer_params second = config.layers[config.layer_count - 1];
        const size_t layers = config.layer_count;
        snprintf(text, sizeof text,
                 "seed: 3\nnetwork:\n  preset: %s\n  layers:\n    - {rate: 0.0123}\n", preset.name);
        expect(text, 0, NULL);
        ck_assert_double_eq(config.layers[0].rate, 0.0123);
        ck_assert_uint_eq(config.layer_count, layers);
        if (layers > 1) {
            ck_assert_mem_eq(&config.layers[layers - 1], &second, sizeof second);
        }

        snprintf(text, sizeof text, "network.preset=%s", preset.name);
        const char *const overrides[] = {text, "network.layers.0.rate=0.0321"};
        expect("seed: 3\nnetwork: {}\n", 2, overrides);
        ck_assert_double_eq(config.layers[0].rate, 0.0321);
        expect_round_trip();
    }
}
END_TEST

START_TEST(preset_names_are_proposed) {
    ck_assert_uint_gt(xh_network_preset_count(), 0);
    const char *name = xh_network_preset_at(0).name;
    char text[XH_PARAM_TEXT_SIZE];
    char message[XH_ERROR_TEXT];
    snprintf(text, sizeof text, "network:\n  preset: %sx\n", name);
    snprintf(message, sizeof message, "e.yaml:2: unknown network preset \"%sx\"; did you mean %s?",
             name, name);
    refuse(text, message);
}
END_TEST

/* Every experiment of the tree. */
START_TEST(experiments_are_sound) {
    FILE *list = popen("ls " XH_SOURCE_DIR "/experiments/*/experiment.yaml", "r");
    ck_assert_ptr_nonnull(list);
    char path[4096];
    size_t count = 0;
    while (fgets(path, sizeof path, list)) {
        path[strcspn(path, "\n")] = '\0';
        error = (xh_error){0};
        ck_assert_msg(xh_config_load(path, NULL, 0, &config, &error) == XH_OK, "%s", error.text);
        expect_round_trip();
        count++;
    }
    ck_assert_int_eq(pclose(list), 0);
    ck_assert_uint_gt(count, 0);
}
END_TEST

int main(void) {
    const TTest *tests[] = {text_shows_units_and_sentences,
                            odd_values_survive,
                            every_device_and_scheme_survives,
                            odd_paths_survive,
                            presets_are_networks,
                            preset_names_are_proposed,
                            experiments_are_sound};
    return xh_suite_run("config_write", tests, sizeof tests / sizeof tests[0]);
}
