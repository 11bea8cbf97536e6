/* Configurations: values from files and overrides, and every form of error to the letter. */
#include "config_rig.h"

START_TEST(defaults_are_those_of_the_tables) {
    expect(DIGITAL, 0, NULL);
    ck_assert_str_eq(config.experiment.experiment, "experiment");
    ck_assert_str_eq(config.dataset.name, "fashion-mnist");
    ck_assert_uint_eq(config.layer_count, 1);
    ck_assert_int_eq(config.layers[0].outputs, 8);
    ck_assert_str_eq(config.layers[0].name, "conv1");
    ck_assert_ptr_null(config.device);
    ck_assert_ptr_null(config.scheme);
    ck_assert_int_eq(config.training.batch, 10);
    ck_assert_str_eq(config.hardware.name, config.experiment.hardware);
    xh_crossbar_params crossbar;
    xh_param_defaults(&xh_crossbar_param_table, &crossbar);
    ck_assert_mem_eq(&config.crossbar, &crossbar, sizeof crossbar);
}
END_TEST

/* The readout's images are changed by the same words as those of training. */
START_TEST(augmentations_are_the_same_everywhere) {
    const char *const *training = xh_param_find(&xh_training_param_table, "augmentation")->choices;
    const char *const *readout = xh_param_find(&xh_readout_param_table, "augmentation")->choices;
    for (size_t i = 0; training[i] || readout[i]; i++) {
        ck_assert_pstr_eq(training[i], readout[i]);
    }
}
END_TEST

START_TEST(values_reach_their_fields) {
    expect("experiment: mine\n"
           "seed: 7\n"
           "seeds: {device: 3}\n"
           "dataset: {name: cifar10, train_images: 100}\n"
           "network:\n"
           "  layers:\n"
           "    - {type: conv, synapses: crossbar, outputs: 16}\n"
           "    - name: top\n"
           "      type: dense\n"
           "      outputs: 20\n"
           "      pool: none\n"
           "    - {type: dense, outputs: 10, pool: none}\n"
           "device: {model: constant_step, states: 50}\n"
           "crossbar: {rows: 64}\n"
           "scheme: {name: read_modify_write, keep: 0.5}\n"
           "training: {learn: off, clock: prototype}\n"
           "readout: {epochs: 3}\n"
           "output: {weights: true}\n",
           0, NULL);
    ck_assert_str_eq(config.experiment.experiment, "mine");
    ck_assert_int_eq(config.seeds.network, 7);
    ck_assert_int_eq(config.seeds.device, 3);
    ck_assert_int_eq(config.seeds.cycle, 7);
    ck_assert_int_eq(config.dataset.train_images, 100);
    ck_assert_uint_eq(config.layer_count, 3);
    ck_assert_str_eq(config.layers[0].name, "conv1");
    ck_assert_str_eq(config.layers[1].name, "top");
    ck_assert_str_eq(config.layers[2].name, "dense3");
    ck_assert_str_eq(config.device->name, "constant_step");
    const xh_param *states = xh_param_find(config.device->params, "states");
    ck_assert_double_eq(xh_param_number(states, &config.device_values), 50);
    ck_assert_int_eq(config.crossbar.rows, 64);
    ck_assert_str_eq(config.scheme->name, "read_modify_write");
    const xh_param *keep = xh_param_find(config.scheme->params, "keep");
    ck_assert_double_eq(xh_param_number(keep, &config.scheme_values), 0.5);
    ck_assert(!config.training.learn);
    ck_assert_int_eq(config.readout.epochs, 3);
    ck_assert(config.output.weights);
    ck_assert(!config.output.conductances);
}
END_TEST

START_TEST(values_are_checked_where_they_stand) {
    refuse(DIGITAL "readout:\n  epochs: 3\n  views: 2\n",
           "e.yaml:4: readout.views = 2 of each image are all the same: it must be 1 with "
           "readout.augmentation = none");
    expect(DIGITAL "readout: {augmentation: mirror, views: 2}\n", 0, NULL);
    refuse(DIGITAL "readout:\n  epochs: 3\n  dropout: 1.3\n",
           "e.yaml:4: readout.dropout = 1.3 is outside [0, 0.99]");
    refuse(DIGITAL "seed: many\n", "e.yaml:2: seed = many is not an integer");
    refuse(DIGITAL "training:\n\n  learn: perhaps\n",
           "e.yaml:4: training.learn = perhaps is neither true nor false");
    refuse("network:\n  layers:\n    - type: conv\n      rate: -1\n",
           "e.yaml:4: network.layers.0.rate = -1 is outside [0, 10]");
    refuse(DIGITAL "training:\n  order: successiv\n",
           "e.yaml:3: training.order = successiv is not one of successive, consecutive; did you "
           "mean successive?");
    refuse(DIGITAL "device: {model: constant_step,\n  states: 0}\n",
           "e.yaml:3: device.states = 0 is outside [1, 1e+06]");
    refuse(DIGITAL "scheme: {name: pcm_pair,\n  keep: 2}\n",
           "e.yaml:3: scheme.keep = 2 is outside [0, 1]");
}
END_TEST

START_TEST(unknown_keys_are_told) {
    refuse(DIGITAL "crossbar:\n  adc_bit: 8\n",
           "e.yaml:3: unknown key crossbar.adc_bit; did you mean adc_bits?");
    refuse(DIGITAL "crossbr: {}\n", "e.yaml:2: unknown key crossbr; did you mean crossbar?");
    refuse(DIGITAL "sed: 1\n", "e.yaml:2: unknown key sed; did you mean seed?");
    refuse(DIGITAL "xylophone: 1\n", "e.yaml:2: unknown key xylophone");
    refuse("network: {layer: []}\n", "e.yaml:1: unknown key network.layer; did you mean layers?");
    refuse("network:\n  layers:\n    - outputs: 8\n      kernl: 3\n",
           "e.yaml:4: unknown key network.layers.0.kernl; did you mean kernel?");
    refuse(DIGITAL "device: {model: constant_step, stats: 3}\n",
           "e.yaml:2: unknown key device.stats; did you mean states?");
}
END_TEST

START_TEST(unknown_names_are_told) {
    refuse(DIGITAL "device:\n  model: constant_stepp\n",
           "e.yaml:3: unknown device model \"constant_stepp\"; did you mean constant_step?");
    refuse(DIGITAL "dataset:\n  name: minst\n",
           "e.yaml:3: unknown data set \"minst\"; did you mean mnist?");
    refuse("network:\n  preset: xylophone-without-a-name\n",
           "e.yaml:2: unknown network preset \"xylophone-without-a-name\"");
    refuse("hardware: pcm-14nm-measurd\n" DIGITAL,
           "e.yaml:1: unknown hardware profile \"pcm-14nm-measurd\"; did you mean "
           "pcm-14nm-measured?");
    refuse("hardware: no/such.yaml\n" DIGITAL,
           "e.yaml:1: no/such.yaml: cannot be opened: No such file or directory");
    ck_assert_int_eq(parse(DIGITAL "scheme:\n  name: pcm_par\n", 0, NULL), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "e.yaml:3: unknown update scheme \"pcm_par\""));
    ck_assert_ptr_nonnull(strstr(error.text, "pcm_pair"));
}
END_TEST

START_TEST(kinds_of_nodes_are_checked) {
    refuse("seed: 1\nnetwork: {layers: [{}]}\ndataset: 5\n", "e.yaml:3: dataset must be a mapping");
    refuse("network: {layers: {}}\n", "e.yaml:1: network.layers must be a list");
    refuse("network: [1]\n", "e.yaml:1: network must be a mapping");
    refuse("network:\n  layers:\n    - outputs\n", "e.yaml:3: network.layers.0 must be a mapping");
    refuse("network: {preset: [a]}\n", "e.yaml:1: network.preset must be a single value");
    refuse(DIGITAL "seed: [1]\n", "e.yaml:2: seed must be a single value");
    refuse(DIGITAL "device: constant_step\n", "e.yaml:2: device must be a mapping");
    refuse(DIGITAL "device: {model: {}}\n", "e.yaml:2: device.model must be a single value");
    refuse("- 1\n", "e.yaml:1: the document must be a mapping");
}
END_TEST

START_TEST(missing_parts_are_told) {
    refuse("seed: 1\n", "e.yaml:1: network is missing");
    refuse("seed: 1\nnetwork: {}\n", "e.yaml:2: network.layers must hold at least one layer");
    refuse("seed: 1\nnetwork:\n  layers: []\n",
           "e.yaml:3: network.layers must hold at least one layer");
    refuse(DIGITAL "device: {}\n", "e.yaml:2: device.model is missing");
    refuse(DIGITAL "scheme: {keep: 1}\n", "e.yaml:2: scheme.name is missing");
    refuse("network:\n  layers:\n    - {}\n    - {synapses: crossbar, kernel: 3, padding: 1}\n",
           "e.yaml:4: network.layers.1.synapses = crossbar needs a section device");
    refuse("network: {layers: [{synapses: crossbar}]}\ndevice: {model: ideal}\n",
           "e.yaml:1: network.layers.0.synapses = crossbar needs a section scheme");
    refuse("network:\n  layers:\n    - synapses: crossbar\n      arithmetic: int16\n"
           "device: {model: ideal}\nscheme: {name: read_modify_write}\n",
           "e.yaml:4: network.layers.0.arithmetic = int16 is for digital synapses; synapses = "
           "crossbar allows float32 only");
}
END_TEST

START_TEST(documents_are_checked) {
    refuse(DIGITAL "seed: 1\nseed: 2\n", "e.yaml:3: duplicate key seed; it is already at e.yaml:2");
    refuse("network:\n  layers:\n    - {rate: 1, rate: 2}\n",
           "e.yaml:3: duplicate key network.layers.0.rate; it is already at e.yaml:3");
    refuse("seed: 1\n\tnetwork: 3\n", "e.yaml:2: not YAML: found a tab character that violates "
                                      "indentation");
    refuse("seed: {1\n", "e.yaml:2: not YAML: did not find expected ',' or '}'");
    refuse("seed: 1\nname: \"\xff\"\n", "e.yaml:2: not YAML: invalid leading UTF-8 octet");
    refuse("a: &x {}\nb: *x\n", "e.yaml:1: anchors, aliases and tags are not supported");
    refuse("b: *x\n", "e.yaml:1: anchors, aliases and tags are not supported");
    refuse("seed: !!int 1\n", "e.yaml:1: anchors, aliases and tags are not supported");
    refuse("{[a]: 1}\n", "e.yaml:1: a key must be a plain text");
    refuse("seed: \"a\\nb\"\n", "e.yaml:1: this is a text with control characters");
    refuse("seed: \"a\\0b\"\n", "e.yaml:1: this is a text with control characters");
    refuse("", "e.yaml:1: the document is empty");
    refuse("# nothing\n\n", "e.yaml:3: the document is empty");
    refuse("seed: 1\n---\nseed: 2\n", "e.yaml:2: a second document is not supported");
    refuse("a: [[[[[[[[[1]]]]]]]]]\n", "e.yaml:1: nested too deeply");
}
END_TEST

static char text[1 << 20];

/* Begins the text anew with the same piece repeated. */
static size_t repeat(const char *begin, const char *piece, size_t count, const char *end) {
    size_t length = (size_t)snprintf(text, sizeof text, "%s", begin);
    for (size_t i = 0; i < count; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s", piece);
    }
    return length + (size_t)snprintf(text + length, sizeof text - length, "%s", end);
}

START_TEST(sizes_are_bounded) {
    repeat("#", "##########", 30000, "\n");
    refuse(text, "e.yaml: larger than 262144 bytes");
    repeat("a: [", "1, ", 10001, "]\n");
    refuse(text, "e.yaml:1: too many entries in a");
    repeat("", "x", 300, ": 1\n");
    refuse(text, "e.yaml:1: this is a text of more than 255 bytes");
    repeat("network:\n  layers:\n", "    - {outputs: 2, kernel: 1, padding: 0, pool: none}\n",
           XH_CONFIG_LAYERS + 1, "");
    refuse(text, "e.yaml:19: network.layers may hold at most 16 layers");
}
END_TEST

START_TEST(names_are_checked) {
    refuse("experiment: a/b\n" DIGITAL,
           "e.yaml:1: experiment = \"a/b\" must be of letters, digits, '.', '_' and '-', and begin "
           "with a letter or digit");
    refuse("experiment: \"\"\n" DIGITAL,
           "e.yaml:1: experiment = \"\" must be of letters, digits, '.', '_' and '-', and begin "
           "with a letter or digit");
    refuse("network:\n  layers:\n    - {name: ..}\n",
           "e.yaml:3: network.layers.0.name = \"..\" must be of letters, digits, '.', '_' and '-', "
           "and begin with a letter or digit");
    refuse("network:\n  layers:\n    - name: conv2\n    - kernel: 3\n",
           "e.yaml:4: network.layers.1.name = conv2 is already the name of network.layers.0");
}
END_TEST

START_TEST(keys_are_checked_together) {
    refuse(DIGITAL "device:\n  model: constant_step\n  g_max: 1e-7\n",
           "e.yaml:4: device.g_max = 1e-07 S must be above g_min = 1e-06 S");
    refuse("network:\n  layers:\n    - synapses: crossbar\n"
           "device: {model: pcm_accumulate}\nscheme: {name: read_modify_write}\n"
           "crossbar:\n  devices: 2\n  encoding: offset\n",
           "e.yaml:8: crossbar.encoding = offset has one side a synapse, which learns both ways: "
           "device pcm_accumulate takes no down pulses and needs encoding = pair");
    refuse("network:\n  layers:\n    - synapses: crossbar\n"
           "device: {model: pcm_accumulate}\nscheme:\n  name: complementary\n",
           "e.yaml:6: scheme.name = complementary needs a device that accepts down pulses; "
           "device.model = pcm_accumulate is none");
    refuse("network:\n  layers: [{synapses: crossbar}]\n"
           "device:\n  model: cmo_programmed\nscheme: {name: complementary}\n",
           "e.yaml:5: scheme.name = complementary learns by pulses; device.model = cmo_programmed "
           "describes cells programmed in a closed loop, which take none (synapses: programmed is "
           "for such)");
    refuse("network:\n  layers:\n    - outputs: 8\n    - {kernel: 3, synapses: programmed}\n",
           "e.yaml:4: network.layers.1.synapses = programmed needs a section device");
    refuse("network:\n  layers: [{synapses: programmed}]\ntraining: {method: backprop}\n",
           "e.yaml:2: network.layers.0.synapses = programmed cannot be with training.method = "
           "backprop: the comparator stays in float");
    refuse(DIGITAL "readout: {synapses: programmed}\n",
           "e.yaml:2: readout.synapses = programmed needs a section device");
    refuse(DIGITAL "device: {model: ideal}\ntraining: {method: backprop}\n"
                   "readout: {synapses: programmed}\n",
           "e.yaml:4: readout.synapses = programmed cannot be with training.method = backprop: the "
           "comparator stays in float");
    refuse(
        "hardware: gpu-a100-fp32\n" CROSSBAR,
        "e.yaml:1: hardware = gpu-a100-fp32 is digital, and layers are on arrays; crosshebb price "
        "sets a finished run beside digital hardware");
    refuse("network:\n  layers:\n    - name: first\n      kernel: 31\n      padding: 1\n",
           "e.yaml:4: layer first: kernel = 31 is above the padded side of 30 pixels");
    refuse("network:\n  layers:\n    - {pool_size: 16, pool_stride: 16, pool_padding: 0}\n"
           "    - kernel: 3\n",
           "e.yaml:4: layer conv2: padding = 2 cannot reflect an image side of 1 pixels");
    refuse(DIGITAL "inference: {after: 1 h}\n",
           "e.yaml:2: inference.after needs a layer on a crossbar");
    refuse(CROSSBAR "training: {rest_seconds: 3601}\ninference: {after: 1 h}\n",
           "e.yaml:5: inference.after begins with 3600 s, before the end of training.rest_seconds "
           "= 3601 s");
    refuse(CROSSBAR "crossbar:\n  dac_bits: 0\n  input_coding: bit_serial\n",
           "e.yaml:6: crossbar.input_coding = bit_serial needs dac_bits of 2 or more, not 0");
    refuse("dataset: {name: mnist, train_images: 60001}\n" DIGITAL,
           "e.yaml:1: dataset.train_images = 60001 is more than the 60000 of the data set");
    refuse("dataset: {test_images: 10001}\n" DIGITAL,
           "e.yaml:1: dataset.test_images = 10001 is more than the 10000 of the data set");
    refuse("dataset: {train_images: 100}\ntraining: {images: 101}\n" DIGITAL,
           "e.yaml:2: training.images = 101 is more than the 100 that dataset.train_images takes");
    refuse("dataset: {train_images: 100, validation_images: 100}\n" DIGITAL,
           "e.yaml:1: dataset.validation_images = 100 leaves none of the 100 training images");
    refuse(
        "dataset: {validation_images: 10, test_images: 9}\n" DIGITAL,
        "e.yaml:1: dataset.test_images = 9: there are none with dataset.validation_images, which "
        "stand in for them");
    refuse("dataset: {train_images: 100, validation_images: 10}\ntraining: {images: 91}\n" DIGITAL,
           "e.yaml:2: training.images = 91 is more than the 90 that dataset.train_images takes and "
           "dataset.validation_images leaves");
    refuse(DIGITAL "training:\n  layers: 2\n",
           "e.yaml:3: training.layers = 2 is above the number of layers, 1");
    refuse("network:\n  layers: [{outputs: 8},\n    {synapses: crossbar, pool: none}]\n"
           "training: {method: backprop}\n",
           "e.yaml:3: network.layers.1.synapses = crossbar cannot be with training.method = "
           "backprop: arrays are never read transposed");
    refuse(DIGITAL "training:\n  method: backprop\n  learn: false\n",
           "e.yaml:4: training.learn cannot be with training.method = backprop, by which every "
           "layer learns");
    refuse(DIGITAL "training: {method: backprop, layers: 1}\n",
           "e.yaml:2: training.layers cannot be with training.method = backprop, by which every "
           "layer learns");
}
END_TEST

/* Seconds, and what is told of texts that are no such list. */
START_TEST(times_are_read) {
    double seconds[XH_CONFIG_TIMES];
    size_t count = 9;
    ck_assert_int_eq(xh_config_times("", seconds, &count, NULL), XH_OK);
    ck_assert_uint_eq(count, 0);
    ck_assert_int_eq(xh_config_times(" 0.5,20 s, 1.5min ,1h,2 d, 1e1 y ", seconds, &count, NULL),
                     XH_OK);
    const double expected[] = {0.5, 20, 90, 3600, 172800, 10 * 365 * 86400.0};
    ck_assert_uint_eq(count, 6);
    ck_assert_mem_eq(seconds, expected, sizeof expected);
    const char *const wrong[] = {"1 w", "h",     "1 h 2 d", "-1 h", "0 s",
                                 "nan", "inf y", ",1 h",    "1 hh"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_int_eq(xh_config_times(wrong[i], seconds, &count, &error), XH_INPUT);
        ck_assert_ptr_nonnull(strstr(error.text, "is not a list of times such as"));
    }
    ck_assert_int_eq(xh_config_times("1 h, 60 min", seconds, &count, &error), XH_INPUT);
    ck_assert_str_eq(error.text, "\"1 h, 60 min\" does not go from earlier to later");
    ck_assert_int_eq(
        xh_config_times("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", seconds, &count, &error),
        XH_INPUT);
    refuse(
        CROSSBAR "inference:\n  after: soon\n",
        "e.yaml:5: inference.after = \"soon\" is not a list of times such as \"20 s, 5 min, 1 h, "
        "30 d, 1 y\"");
}
END_TEST

/* A configuration holds what is in force, and says what was turned off; lists are texts with commas. */
START_TEST(nonidealities_are_off) {
    expect(CROSSBAR "crossbar: {adc_bits: 4, dac_bits: 4, without: [read_noise, adc]}\n"
                    "inference: {after: [1 h, 2 d]}\n",
           0, NULL);
    ck_assert_int_eq(config.crossbar.adc_bits, 0);
    ck_assert_int_eq(config.crossbar.dac_bits, 4);
    ck_assert(!config.crossbar.read_noise);
    ck_assert_str_eq(config.crossbar.without, "read_noise, adc");
    ck_assert_str_eq(config.inference.after, "1 h, 2 d");
    const xh_param_table *table = config.device->params;
    const void *values = &config.device_values;
    ck_assert_double_eq(xh_param_number(xh_param_find(table, "read_noise_slope"), values), 0);
    ck_assert_double_gt(xh_param_number(xh_param_find(table, "noise_slope"), values), 0);
    expect(CROSSBAR, 1, (const char *const[]){"crossbar.without=[dac, cycle_noise]"});
    ck_assert_int_eq(config.crossbar.dac_bits, 0);
    ck_assert_double_eq(
        xh_param_number(xh_param_find(config.device->params, "noise_slope"), &config.device_values),
        0);
    refuse(CROSSBAR "crossbar:\n  without: [dac, drifts]\n",
           "e.yaml:5: crossbar.without: unknown non-ideality \"drifts\"; did you mean drift");
    refuse(CROSSBAR "crossbar:\n  without: [{}]\n",
           "e.yaml:5: crossbar.without.0 must be a single value");
}
END_TEST

START_TEST(keys_of_data_are_checked_together) {
    refuse("dataset: {name: cifar10, size: 64}\n" DIGITAL,
           "e.yaml:1: dataset.size = 64: the images of cifar10 come as 32 x 32");
    refuse("dataset: {name: image-folder}\n" DIGITAL,
           "e.yaml:1: dataset.name = image-folder needs dataset.folder");
    refuse("training: {unlabelled: true}\n" DIGITAL,
           "e.yaml:1: training.unlabelled = true: dataset.name = fashion-mnist has no unlabelled "
           "images");
    refuse("dataset: {name: stl10}\ntraining: {unlabelled: true, method: backprop}\n" DIGITAL,
           "e.yaml:2: training.unlabelled cannot be with training.method = backprop, which needs "
           "labels");
    refuse("dataset: {name: stl10}\ntraining: {unlabelled: true, images: 100001}\n" DIGITAL,
           "e.yaml:2: training.images = 100001 is more than the 100000 unlabelled ones");
    refuse("dataset: {name: imagenette, size: 2}\n" DIGITAL,
           "e.yaml:2: layer conv1: padding = 2 cannot reflect an image side of 2 pixels");
}
END_TEST

START_TEST(overrides_come_last) {
    const char *const overrides[] = {"seed=5", "network.layers.0.rate=0.5", "readout.epochs=2",
                                     "network.layers.1.kernel=3", "readout.epochs=4"};
    expect("seed: 1\n" DIGITAL, 5, overrides);
    ck_assert_int_eq(config.experiment.seed, 5);
    ck_assert_double_eq(config.layers[0].rate, 0.5);
    ck_assert_int_eq(config.layers[0].outputs, 8);
    ck_assert_int_eq(config.readout.epochs, 4);
    ck_assert_uint_eq(config.layer_count, 2);
    ck_assert_int_eq(config.layers[1].kernel, 3);
}
END_TEST

START_TEST(overrides_are_named_in_errors) {
    refuse_set(DIGITAL "readout: {dropout: 0}\n", "readout.dropout=1.3",
               "--set readout.dropout=1.3: readout.dropout = 1.3 is outside [0, 0.99]");
    refuse_set(DIGITAL, "crossbar.adc_bit=8",
               "--set crossbar.adc_bit=8: unknown key crossbar.adc_bit; did you mean adc_bits?");
    refuse_set(DIGITAL, "network.layers.3.rate=1",
               "--set network.layers.3.rate=1: network.layers has entries 0 to 0; there is no 3");
    refuse_set(DIGITAL, "network.layers.x.rate=1",
               "--set network.layers.x.rate=1: network.layers has entries 0 to 0; there is no x");
    refuse_set(DIGITAL, "network=3", "--set network=3: network must be a mapping");
    refuse_set(DIGITAL, "seed.a=3", "--set seed.a=3: seed must be a single value");
    refuse_set(DIGITAL, "seed", "--set seed: this is not a.b.c=value");
    refuse_set(DIGITAL, "=1", "--set =1: must have the form a.b.c=value");
    refuse_set(DIGITAL, "a..b=1", "--set a..b=1: must have the form a.b.c=value");
    refuse_set(DIGITAL, "a.b.c.d.e.f.g.h.i=1",
               "--set a.b.c.d.e.f.g.h.i=1: must have the form a.b.c=value");
    refuse_set(DIGITAL, "hardware=a\nb",
               "--set hardware=a\nb: this is a text with control characters");
    refuse_set(DIGITAL, "network.layers.0.pool_padding=4",
               "--set network.layers.0.pool_padding=4: layer conv1: pool_padding = 4 is not below "
               "pool_size = 4");
}
END_TEST

START_TEST(values_hold_equals_signs) {
    const char *const overrides[] = {"hardware=a=b.yaml"};
    ck_assert_int_eq(parse(DIGITAL, 1, overrides), XH_INPUT);
    ck_assert_str_eq(error.text,
                     "--set hardware=a=b.yaml: a=b.yaml: cannot be opened: No such file "
                     "or directory");
}
END_TEST

START_TEST(another_model_starts_from_its_defaults) {
    const char *const overrides[] = {"device.model=ideal"};
    expect(DIGITAL "device: {model: constant_step, states: 5}\n", 1, overrides);
    ck_assert_str_eq(config.device->name, "ideal");
    const char *const same[] = {"device.model=constant_step"};
    expect(DIGITAL "device: {model: constant_step, states: 5}\n", 1, same);
    const xh_param *states = xh_param_find(config.device->params, "states");
    ck_assert_double_eq(xh_param_number(states, &config.device_values), 5);
}
END_TEST

START_TEST(missing_files_are_told) {
    error = (xh_error){0};
    ck_assert_int_eq(xh_config_load("/no/such.yaml", NULL, 0, &config, &error), XH_INPUT);
    ck_assert_str_eq(error.text, "/no/such.yaml: cannot be opened: No such file or directory");
    ck_assert_int_eq(xh_config_load("/tmp", NULL, 0, &config, &error), XH_INPUT);
    ck_assert_str_eq(error.text, "/tmp: cannot be read: Is a directory");
}
END_TEST

int main(void) {
    const TTest *tests[] = {defaults_are_those_of_the_tables,
                            augmentations_are_the_same_everywhere,
                            values_reach_their_fields,
                            values_are_checked_where_they_stand,
                            unknown_keys_are_told,
                            unknown_names_are_told,
                            kinds_of_nodes_are_checked,
                            missing_parts_are_told,
                            documents_are_checked,
                            sizes_are_bounded,
                            names_are_checked,
                            keys_are_checked_together,
                            times_are_read,
                            nonidealities_are_off,
                            keys_of_data_are_checked_together,
                            overrides_come_last,
                            overrides_are_named_in_errors,
                            values_hold_equals_signs,
                            another_model_starts_from_its_defaults,
                            missing_files_are_told};
    return xh_suite_run("config", tests, sizeof tests / sizeof tests[0]);
}
