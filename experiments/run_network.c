/* What a run works on: the images, and the layers on their synapses, digital or crossbar. */
#include "run_internal.h"

#include "crosshebb/baseline.h"
#include "crosshebb/probe.h"

#include <math.h>
#include <omp.h>
#include <string.h>

/* How many images there are is known only now where a folder tells. */
static xh_status check_images(const xh_run_state *run, xh_error *error) {
    const xh_training_params *training = &run->config->training;
    const size_t count = training->unlabelled ? run->unlabelled.count : run->train.count;
    return (size_t)training->images <= count
               ? XH_OK
               : xh_error_set(error, XH_INPUT,
                              "training.images = %ld is more than the %zu images that there are",
                              training->images, count);
}

xh_status xh_run_load(xh_run_state *run, xh_error *error) {
    const xh_dataset_params *params = &run->config->dataset;
    const char *directory = run->options->data;
    xh_status status = xh_dataset_load(params, XH_SPLIT_TRAIN, directory, &run->train, error);
    if (status == XH_OK) {
        status = xh_dataset_load(params, XH_SPLIT_TEST, directory, &run->test, error);
    }
    if (status == XH_OK && run->config->training.unlabelled) {
        status = xh_dataset_load(params, XH_SPLIT_UNLABELLED, directory, &run->unlabelled, error);
    }
    return status == XH_OK ? check_images(run, error) : status;
}

int xh_run_decoders(const xh_dataset *dataset) {
    return dataset->pixels ? 0 : omp_get_max_threads();
}

/* A seed of its own, or the experiment's. */
static uint64_t seed_of(const xh_config *config, long seed) {
    return (uint64_t)(seed < 0 ? config->experiment.seed : seed);
}

static bool is_crossbar(const xh_layer_params *params) {
    return strcmp(params->synapses, "crossbar") == 0;
}

static bool is_programmed(const xh_layer_params *params) {
    return strcmp(params->synapses, "programmed") == 0;
}

static xh_arithmetic arithmetic_of(const xh_layer_params *params) {
    return strcmp(params->arithmetic, "int16") == 0 ? XH_ARITHMETIC_INT16 : XH_ARITHMETIC_FLOAT32;
}

/* How the neurons of a layer are divided among the partners of the run: so that its matrix can be, or
 * its crossbar, or the one and then the other. */
static xh_division divide(const xh_run_state *run, const xh_layer_params *params) {
    const xh_partners *partners = run->options->partners;
    const size_t outputs = (size_t)params->outputs;
    const xh_division tiles = xh_crossbar_divide(outputs, &run->config->crossbar, partners);
    xh_division matrix = xh_synapses_division_digital(outputs, arithmetic_of(params), partners);
    if (is_programmed(params)) {
        matrix.grain = xh_grain_of_both(matrix.grain, tiles.grain);
    }
    return is_crossbar(params) ? tiles : matrix;
}

xh_crossbar_seeds xh_run_array_seeds(const xh_config *config, uint32_t instance) {
    return (xh_crossbar_seeds){
        .device = seed_of(config, config->seeds.device),
        .cycle = seed_of(config, config->seeds.cycle),
        .instance = instance,
    };
}

/* The array of a layer, pristine, on which a pair holds weights up to the range. */
static xh_status create_array(const xh_run_state *run, size_t index, size_t inputs,
                              double weight_range, xh_crossbar **crossbar, xh_error *error) {
    const xh_config *config = run->config;
    const xh_crossbar_seeds seeds = xh_run_array_seeds(config, (uint32_t)index);
    xh_crossbar_params params = config->crossbar;
    params.weight_range = weight_range;
    return xh_crossbar_create(inputs, divide(run, &config->layers[index]), config->device,
                              config->device_values.bytes, &params, seeds, crossbar, error);
}

static xh_status create_crossbar(const xh_run_state *run, size_t index, size_t inputs,
                                 const float *weights, xh_rule rule, xh_synapses **synapses,
                                 xh_error *error) {
    const xh_config *config = run->config;
    const double bound = config->layers[index].weight_bound;
    xh_crossbar *crossbar = NULL;
    const xh_status status = create_array(
        run, index, inputs, bound > 0 ? bound : config->crossbar.weight_range, &crossbar, error);
    if (status != XH_OK) {
        return status;
    }
    return xh_synapses_create_crossbar(crossbar, weights, rule, config->scheme,
                                       config->scheme_values.bytes, synapses, error);
}

/* As configured, or its counterpart in the comparator. */
static xh_layer_params params_of(const xh_run_state *run, size_t index) {
    const xh_layer_params *params = &run->config->layers[index];
    return xh_config_backpropagates(run->config) ? xh_baseline_layer_params(params) : *params;
}

static xh_status create_synapses(const xh_run_state *run, size_t index,
                                 const xh_layer_params *params, size_t inputs, const float *weights,
                                 xh_synapses **synapses, xh_error *error) {
    const xh_rule rule = {.rate = params->rate, .norm_power = params->norm_power};
    if (is_crossbar(params)) {
        return create_crossbar(run, index, inputs, weights, rule, synapses, error);
    }
    const xh_update_scale scale = strcmp(params->update_scale, "neuron_running") == 0
                                      ? XH_SCALE_NEURON_RUNNING
                                      : XH_SCALE_LAYER_MAXIMUM;
    return xh_synapses_create_digital(inputs, divide(run, params), weights, rule, scale,
                                      params->weight_bound, arithmetic_of(params), synapses, error);
}

/* Puts layer number index on top of the network. Its block's start begins as the weights that it
 * should have and becomes those that its synapses took. */
static xh_status add_layer(xh_run_state *run, size_t index, xh_error *error) {
    const xh_layer_params params = params_of(run, index);
    const xh_shape input = xh_network_output(run->network);
    xh_run_block *block = &run->blocks[index];
    size_t inputs = 0, positions = 0;
    xh_shape output;
    xh_status status = xh_layer_geometry(&params, input, &inputs, &positions, &output, error);
    if (status != XH_OK) {
        return status;
    }
    const xh_part own = xh_division_own(divide(run, &params));
    block->start = xh_array_create(inputs * own.count, sizeof(float));
    if (!block->start) {
        return xh_error_set(error, XH_MEMORY, "no memory for %zu x %zu weights", inputs, own.count);
    }
    xh_layer_initial_weights(&params, inputs, own, run->seed_network, (uint32_t)index,
                             block->start);
    xh_synapses *synapses = NULL;
    status = create_synapses(run, index, &params, inputs, block->start, &synapses, error);
    if (status != XH_OK) {
        return status;
    }
    xh_synapses_weights(synapses, block->start, xh_probe_weights);
    status = xh_layer_create(&params, input, synapses, &block->layer, error);
    return status == XH_OK ? xh_network_push(run->network, block->layer, error) : status;
}

xh_status xh_run_build(xh_run_state *run, xh_error *error) {
    const xh_config *config = run->config;
    run->seed_network = seed_of(config, config->seeds.network);
    if (config->device) { /* none where no layer has devices */
        run->device_cost = config->device->cost(config->device_values.bytes);
    }
    run->network = xh_network_create(run->train.shape);
    if (!run->network) {
        return xh_error_set(error, XH_MEMORY, "no memory for the network");
    }
    for (size_t l = 0; l < config->layer_count; l++) {
        if (add_layer(run, l, error) != XH_OK) {
            return xh_error_prefix(error, "network.layers.%zu (%s): ", l, config->layers[l].name);
        }
        run->layers = l + 1;
    }
    run->lived_seconds = xh_run_cost(run).total_seconds;
    return XH_OK;
}

/* The largest weight of a layer, of all partners: what a pair at full range stands for. */
static xh_status largest_weight(const xh_run_state *run, const xh_synapses *synapses,
                                double *largest, xh_error *error) {
    const size_t count = xh_synapses_inputs(synapses) * xh_synapses_outputs(synapses);
    float *weights = xh_array_create(count, sizeof(float));
    if (!weights) {
        return xh_error_set(error, XH_MEMORY, "no memory for %zu weights", count);
    }
    float most = 0;
    xh_synapses_weights(synapses, weights, xh_probe_weights);
    for (size_t i = 0; i < count; i++) {
        most = fmaxf(most, fabsf(weights[i]));
    }
    xh_array_free(weights);
    xh_partners_largest(run->options->partners, 1, &most);
    *largest = most > 0 ? (double)most : 1;
    return XH_OK;
}

/* The largest weight takes the whole range of the devices. */
static xh_status program_layer(const xh_run_state *run, size_t index, xh_error *error) {
    xh_synapses *synapses = xh_layer_synapses(run->blocks[index].layer);
    xh_crossbar *crossbar = NULL;
    double largest = 0;
    xh_status status = largest_weight(run, synapses, &largest, error);
    if (status == XH_OK) {
        status = create_array(run, index, xh_synapses_inputs(synapses), largest, &crossbar, error);
    }
    if (status == XH_OK) {
        xh_synapses_program(synapses, crossbar);
    }
    return status;
}

/* One batch of training images sets the full scales of the new arrays, those of a layer by what
 * comes from the arrays below it. */
static xh_status calibrate(xh_run_state *run, const xh_layer_mode *modes, xh_error *error) {
    const xh_loader_plan plan = {
        .dataset = &run->train,
        .count = run->train.count,
        .batch = (size_t)run->config->training.batch,
        .threads = xh_run_decoders(&run->train),
    };
    xh_loader *loader = NULL;
    xh_images images;
    xh_status status = xh_loader_create(&plan, &loader, error);
    if (status == XH_OK) {
        status = xh_loader_next(loader, &images, error);
    }
    if (status == XH_OK) {
        status = xh_network_batch(run->network, run->layers - 1, modes, images, NULL, error);
    }
    xh_loader_free(loader);
    return status;
}

xh_status xh_run_program(xh_run_state *run, xh_error *error) {
    xh_layer_mode modes[XH_CONFIG_LAYERS];
    size_t programmed = 0;
    xh_status status = XH_OK;
    for (size_t l = 0; status == XH_OK && l < run->layers; l++) {
        const bool wanted = is_programmed(&run->config->layers[l]);
        modes[l] = wanted ? XH_LAYER_CALIBRATE : XH_LAYER_INFER;
        programmed += wanted;
        status = wanted ? program_layer(run, l, error) : XH_OK;
    }
    return status == XH_OK && programmed > 0 ? calibrate(run, modes, error) : status;
}

xh_ledger xh_run_ledger(const xh_run_state *run) {
    xh_ledger ledger = {0};
    for (size_t l = 0; l < run->layers; l++) {
        const xh_crossbar *crossbar = xh_synapses_crossbar(xh_layer_synapses(run->blocks[l].layer));
        if (crossbar) {
            xh_ledger_add(&ledger, xh_crossbar_ledger(crossbar));
        }
    }
    if (run->readout_array) {
        xh_ledger_add(&ledger, xh_crossbar_ledger(run->readout_array));
    }
    return ledger;
}

xh_cost xh_run_cost(const xh_run_state *run) {
    const xh_ledger ledger = xh_run_ledger(run);
    return xh_ledger_price(&ledger, &run->config->hardware, &run->device_cost);
}

void xh_run_age(xh_run_state *run, double seconds) {
    for (size_t l = 0; l < run->layers; l++) {
        xh_synapses_age(xh_layer_synapses(run->blocks[l].layer), seconds);
    }
    if (run->readout_array) {
        xh_crossbar_age(run->readout_array, seconds);
    }
}
