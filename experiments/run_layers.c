/* The layers at the end of a run: their figures, histograms of wear and conductance, a sample of the
 * first layer's weights, and all weights and conductances where asked for. */
#include "run_internal.h"

#include "crosshebb/probe.h"

#include <gsl/gsl_statistics_float.h>
#include <math.h>
#include <string.h>

/* Bins of wear: below the first edge, then ten a decade. */
enum { BINS_A_DECADE = 10, FIRST_DECADE = -3, LAST_DECADE = 12 };
enum { BINS = (LAST_DECADE - FIRST_DECADE) * BINS_A_DECADE + 1 };

static void fill_edges(double edges[BINS + 1]) {
    edges[0] = 0;
    for (int k = 0; k < BINS; k++) {
        edges[k + 1] = pow(10, FIRST_DECADE + (double)k / BINS_A_DECADE);
    }
}

/* The bin [edges[k], edges[k + 1]) of a value; the last bin takes what is beyond it. */
static size_t bin_of(const double edges[BINS + 1], double value) {
    size_t low = 0, high = BINS - 1;
    while (low < high) {
        const size_t middle = (low + high + 1) / 2;
        if (value >= edges[middle]) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

static xh_status record_histogram(xh_run_state *run, const char *group, const char *unit,
                                  size_t bins, const double *edges, const double *devices,
                                  xh_error *error) {
    const size_t edge_count = bins + 1;
    const xh_trace_column edge = {"edges", unit,
                                  "bounds of the bins: bin k is edges[k] <= value < edges[k + 1]"};
    const xh_trace_column device = {"devices", "1",
                                    "devices in each bin; the last takes what is beyond it"};
    const xh_status status =
        xh_trace_doubles(run->trace, group, edge, 1, &edge_count, edges, error);
    return status == XH_OK ? xh_trace_doubles(run->trace, group, device, 1, &bins, devices, error)
                           : status;
}

static xh_status record_wear(xh_run_state *run, const char *name, size_t count, const float *wear,
                             xh_error *error) {
    double edges[BINS + 1], devices[BINS] = {0};
    char group[XH_PARAM_TEXT_SIZE + 8];
    snprintf(group, sizeof(group), "/wear/%s", name);
    fill_edges(edges);
    for (size_t i = 0; i < count; i++) {
        devices[bin_of(edges, wear[i])]++;
    }
    return record_histogram(run, group, "cycles", BINS, edges, devices, error);
}

/* How the conductances spread from 0 to the largest. */
static xh_status record_spread(xh_run_state *run, const char *name, size_t count,
                               const float *conductance, xh_error *error) {
    enum { SPREAD_BINS = 64 };
    double edges[SPREAD_BINS + 1], devices[SPREAD_BINS] = {0};
    const double width = (double)gsl_stats_float_max(conductance, 1, count) / SPREAD_BINS;
    char group[XH_PARAM_TEXT_SIZE + 16];
    snprintf(group, sizeof(group), "/conductance/%s", name);
    for (int k = 0; k <= SPREAD_BINS; k++) {
        edges[k] = k * width;
    }
    for (size_t i = 0; i < count; i++) {
        const double bin = width > 0 ? fmax((double)conductance[i], 0) / width : 0;
        devices[bin < SPREAD_BINS ? (size_t)bin : SPREAD_BINS - 1]++;
    }
    return record_histogram(run, group, "S", SPREAD_BINS, edges, devices, error);
}

/* Largest value and 99.9th percentile (nearest rank); the values come out in another order. */
static void extremes(float *values, size_t count, double *largest, double *p999) {
    if (count == 0) {
        return;
    }
    const size_t rank = (size_t)ceil(0.999 * (double)count);
    *largest = gsl_stats_float_max(values, 1, count);
    *p999 = gsl_stats_float_select(values, 1, count, rank - 1);
}

static xh_status record_conductances(xh_run_state *run, const char *name, const size_t dims[3],
                                     const float *values, xh_error *error) {
    const xh_trace_column column = {
        "conductance", "S",
        "conductance of every device [device][neuron][input], the plus side's devices first"};
    char group[XH_PARAM_TEXT_SIZE + 8];
    snprintf(group, sizeof(group), "/layers/%s", name);
    return xh_trace_floats(run->trace, group, column, 3, dims, values, error);
}

static xh_status record_normalisation(xh_run_state *run, const char *group, xh_layer *layer,
                                      xh_error *error) {
    const xh_normalise normalise = xh_layer_normalise(layer);
    const xh_trace_column mean = {"mean", "1", "running mean of every input channel"};
    const xh_trace_column variance = {"variance", "1", "running variance of every input channel"};
    const xh_status status =
        xh_trace_floats(run->trace, group, mean, 1, &normalise.channels, normalise.mean, error);
    return status == XH_OK ? xh_trace_floats(run->trace, group, variance, 1, &normalise.channels,
                                             normalise.variance, error)
                           : status;
}

/* The first neurons of the first layer as what they look at, for pictures: as many as there is room
 * for, whatever the configuration keeps. */
static xh_status record_sample(xh_run_state *run, const float *weights, xh_error *error) {
    enum { NEURONS = 100, VALUES = 65536 };
    const xh_layer_params *params = &run->config->layers[0];
    const xh_shape shape = run->train.shape;
    const bool patches = strcmp(params->type, "conv") == 0;
    const size_t outputs = (size_t)params->outputs;
    const size_t height = patches ? (size_t)params->kernel : shape.height;
    const size_t width = patches ? (size_t)params->kernel : shape.width;
    const size_t fitting = VALUES / (height * width * shape.channels);
    const size_t wanted = outputs < NEURONS ? outputs : NEURONS;
    const size_t dims[4] = {fitting < wanted ? fitting : wanted, height, width, shape.channels};
    const xh_trace_column column = {
        "sample", "1", "final weights of the first neurons [neuron][row][column][channel]"};
    char group[XH_PARAM_TEXT_SIZE + 8];
    snprintf(group, sizeof(group), "/layers/%s", params->name);
    return xh_trace_floats(run->trace, group, column, 4, dims, weights, error);
}

/* All weights of a layer and what belongs to them. */
static xh_status record_weights(xh_run_state *run, xh_layer *layer, const char *name,
                                const float *weights, xh_error *error) {
    const xh_synapses *synapses = xh_layer_synapses(layer);
    const size_t dims[2] = {xh_synapses_division(synapses).length, xh_synapses_inputs(synapses)};
    const xh_trace_column column = {
        "weights", "1", "final weights [neuron][input], inputs as rows, columns, channels"};
    char group[XH_PARAM_TEXT_SIZE + 8];
    snprintf(group, sizeof(group), "/layers/%s", name);
    const xh_status status = xh_trace_floats(run->trace, group, column, 2, dims, weights, error);
    return status == XH_OK ? record_normalisation(run, group, layer, error) : status;
}

/* What is kept of the weights of a layer, from the own ones: what the configuration asks for, and the
 * first layer's sample. */
static xh_status record_output(xh_run_state *run, size_t index, const float *own, xh_error *error) {
    xh_layer *layer = run->blocks[index].layer;
    const xh_division division = xh_synapses_division(xh_layer_synapses(layer));
    const size_t inputs = xh_layer_inputs(layer);
    const bool wanted = run->config->output.weights, divided = division.partners != NULL;
    if (!wanted && index > 0) {
        return XH_OK;
    }
    const size_t count = divided && xh_run_leads(run) ? division.length * inputs : 0;
    float *all = xh_array_create(count, sizeof(float));
    if (!all) {
        return xh_error_set(error, XH_MEMORY, "no memory for %zu x %zu weights", division.length,
                            inputs);
    }
    if (divided) {
        xh_division_collect(division, 1, inputs, own, all);
    }
    const float *weights = divided ? all : own;
    xh_status status = XH_OK;
    if (xh_run_leads(run) && wanted) {
        status = record_weights(run, layer, run->config->layers[index].name, weights, error);
    }
    if (status == XH_OK && xh_run_leads(run) && index == 0) {
        status = record_sample(run, weights, error);
    }
    xh_array_free(all);
    return status;
}

typedef void probe_devices(const xh_crossbar *crossbar, float *values);

/* What the probe tells of all devices of a layer [devices of a synapse][outputs][inputs]; own is room
 * for the own part, where there are partners. */
static void collect_devices(xh_synapses *synapses, probe_devices *probe, size_t planes, float *own,
                            float *all) {
    const xh_division division = xh_synapses_division(synapses);
    if (!division.partners) {
        probe(xh_synapses_crossbar(synapses), all);
        return;
    }
    probe(xh_synapses_crossbar(synapses), own);
    xh_division_collect(division, planes, xh_synapses_inputs(synapses), own, all);
}

/* The devices of a layer; wear [devices] is scratch that keeps their wear, in some order. The other
 * partners have none. */
static xh_status record_devices(xh_run_state *run, xh_synapses *synapses, float *wear,
                                xh_run_layer *figures, xh_error *error) {
    const xh_crossbar *crossbar = xh_synapses_crossbar(synapses);
    const bool leads = xh_run_leads(run);
    const size_t planes = xh_crossbar_lanes(xh_crossbar_parameters(crossbar));
    const size_t dims[3] = {planes, figures->outputs, figures->inputs};
    float *own =
        xh_array_create(run->options->partners ? xh_crossbar_devices(crossbar) : 0, sizeof(float));
    if (!own) {
        return xh_error_set(error, XH_MEMORY, "no memory for the devices of %s", figures->name);
    }
    xh_status status = XH_OK;
    figures->devices = dims[0] * dims[1] * dims[2];
    figures->pulses = xh_ledger_learning_pulses(xh_crossbar_ledger(crossbar));
    collect_devices(synapses, xh_probe_conductances, planes, own, wear);
    if (leads && run->config->output.conductances) {
        status = record_conductances(run, figures->name, dims, wear, error);
    }
    if (status == XH_OK && leads) {
        status = record_spread(run, figures->name, figures->devices, wear, error);
    }
    figures->stuck = xh_run_stuck(run, crossbar);
    collect_devices(synapses, xh_probe_wear, planes, own, wear);
    if (status == XH_OK && leads) {
        status = record_wear(run, figures->name, figures->devices, wear, error);
        extremes(wear, figures->devices, &figures->wear_max, &figures->wear_p999);
    }
    xh_array_free(own);
    return status;
}

static xh_status describe_layer(xh_run_state *run, size_t index, xh_run_layer *figures,
                                xh_error *error) {
    const xh_run_block *block = &run->blocks[index];
    const size_t outputs = figures->outputs, inputs = figures->inputs;
    xh_synapses *synapses = xh_layer_synapses(block->layer);
    float *weights = xh_array_create(xh_synapses_outputs(synapses) * inputs, sizeof(float));
    float *norms = xh_array_create(2 * outputs, sizeof(float));
    float *cosines = xh_array_create(2 * outputs, sizeof(float));
    xh_status status = XH_OK;
    if (weights && norms && cosines) {
        xh_synapses_weights(synapses, weights, xh_probe_weights);
        figures->weights = xh_run_describe_weights(block, weights, norms, cosines);
        figures->winners = block->winners;
        status = record_output(run, index, weights, error);
    } else {
        status = xh_error_set(error, XH_MEMORY, "no memory for %zu x %zu weights", outputs, inputs);
    }
    xh_array_free(weights);
    xh_array_free(norms);
    xh_array_free(cosines);
    return status;
}

static xh_status record_layer(xh_run_state *run, size_t index, float *wear, xh_run_layer *figures,
                              xh_error *error) {
    xh_synapses *synapses = xh_layer_synapses(run->blocks[index].layer);
    memcpy(figures->name, run->config->layers[index].name, sizeof(figures->name));
    figures->inputs = xh_synapses_inputs(synapses);
    figures->outputs = xh_synapses_division(synapses).length;
    const xh_status status = describe_layer(run, index, figures, error);
    return status == XH_OK && xh_synapses_crossbar(synapses)
               ? record_devices(run, synapses, wear, figures, error)
               : status;
}

/* Devices of all layers, those of all partners. */
static size_t devices_of(const xh_run_state *run) {
    const size_t planes = xh_crossbar_lanes(&run->config->crossbar);
    size_t devices = 0;
    for (size_t l = 0; l < run->layers; l++) {
        xh_synapses *synapses = xh_layer_synapses(run->blocks[l].layer);
        const size_t size = xh_synapses_inputs(synapses) * xh_synapses_division(synapses).length;
        devices += xh_synapses_crossbar(synapses) ? planes * size : 0;
    }
    return devices;
}

xh_status xh_run_record_layers(xh_run_state *run, xh_run_result *result, xh_error *error) {
    const size_t devices = xh_run_leads(run) ? devices_of(run) : 0;
    float *wear = xh_array_create(devices, sizeof(float));
    if (!wear) {
        return xh_error_set(error, XH_MEMORY, "no memory for the wear of %zu devices", devices);
    }
    xh_status status = XH_OK;
    size_t first = 0;
    for (size_t l = 0; status == XH_OK && l < run->layers; l++) {
        status = record_layer(run, l, wear + first, &result->layers[l], error);
        first += xh_run_leads(run) ? result->layers[l].devices : 0;
        result->stuck += result->layers[l].stuck;
    }
    result->layer_count = run->layers;
    extremes(wear, devices, &result->wear_max, &result->wear_p999);
    xh_array_free(wear);
    return status;
}
