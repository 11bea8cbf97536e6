/* Building a crossbar: parameters, memory, pristine cells. */
#include "crossbar_internal.h"

#include "crosshebb/array.h"
#include "crosshebb/nonideality.h"

#include <math.h>
#include <omp.h>
#include <string.h>

/* The law of temperature is that of activation, which colder than this is another. */
#define LEAST_KELVIN 200.0

#define ROW(kind, ...) kind(xh_crossbar_params, __VA_ARGS__)

static const char *const codings[] = {"levels", "pulse_width", "bit_serial", NULL};
static const char *const signs[] = {"bipolar", "two_phase", NULL};
static const char *const input_ranges[] = {"running", "fixed", "average", "largest", NULL};
static const char *const output_ranges[] = {"running", "fixed", NULL};
static const char *const compensations[] = {"none", "tile", "column", NULL};

static const xh_param rows[] = {
    ROW(XH_INTEGER, rows, "1", 256, 1, 65536,
        "inputs of a tile [P: 256 x 256, Khaddam-Aljameh et al., JSSC 2022]"),
    ROW(XH_INTEGER, columns, "1", 256, 1, 65536,
        "synapse columns of a tile [P: 256 x 256, Khaddam-Aljameh et al., JSSC 2022]"),
    ROW(XH_TEXT, encoding, "pair", xh_encoding_names,
        "how a weight with a sign lies on devices: two sides subtracted, one device against the "
        "reference column of its tile, or one device and a digital offset"),
    ROW(XH_INTEGER, devices, "1", 1, 1, 64,
        "devices in parallel on each side and slice of a synapse, pulsed in turn [P: Boybat et "
        "al., DOI 10.1038/s41467-018-04933-y]"),
    ROW(XH_INTEGER, slices, "1", 1, 1, 8,
        "slices of a synapse, of falling significance; pulses reach the least significant"),
    ROW(XH_INTEGER, slice_base, "1", 4, 2, 64, "significance of a slice over that of the next [A]"),
    ROW(XH_INTEGER, carry_every, "updates", 10, 0, 1000000,
        "updates between carries from full slices to the next; 0: never [A]"),
    ROW(XH_REAL, carry_threshold, "1", 0.5, 0, 1,
        "share of its range above which a slice carries [A]"),
    ROW(XH_REAL, weight_range, "1", 1, 1e-6, 1e6,
        "weight of a pair with one side at g_max and the other at g_min; of a single device at "
        "g_max"),
    ROW(XH_INTEGER, dac_bits, "bit", 8, 0, 16, "resolution of the inputs, sign included; 0: ideal"),
    ROW(XH_INTEGER, adc_bits, "bit", 8, 0, 16,
        "resolution of the outputs, sign included; 0: ideal"),
    ROW(XH_REAL, dac_sigmas, "1", 4, 0.1, 1000,
        "full scale of the inputs, in their root mean square [A]"),
    ROW(XH_REAL, adc_sigmas, "1", 4, 0.1, 1000,
        "full scale of a tile's outputs, in their root mean square [D: 4 sigma, 1 % error at 8 "
        "bits]"),
    ROW(XH_REAL, range_rate, "1", 0.05, 0, 1,
        "share by which a training read moves the full scales towards its own root mean square "
        "[A]"),
    ROW(XH_FLAG, read_noise, 1, "read noise, drawn once an output from the exact variance"),
    ROW(XH_REAL, stuck_fraction, "1", 0, 0, 1, "share of the devices that are stuck"),
    ROW(XH_REAL, stuck_low_share, "1", 0.83, 0, 1,
        "share of the stuck devices that are stuck at g_min, the others at g_max [A: 5 to 1]"),
    ROW(XH_FLAG, wear_out, 0,
        "devices that have used up their endurance are stuck from then on, in the same shares"),
    ROW(XH_REAL, endurance_spread, "1", 1, 0, 10,
        "standard deviation of the natural logarithm of the devices' endurance, whose median is "
        "the device's rated cycles [A]"),
    ROW(XH_REAL, telegraph_share, "1", 0, 0, 1,
        "share of the devices that have a trap, which makes random telegraph noise [A: 0.3]"),
    ROW(XH_REAL, telegraph_amplitude, "1", 0.02, 0, 1,
        "share by which a full trap lowers a conductance of 100 uS; others by it times their "
        "resistance over 10 kohm, at most by half [A]"),
    ROW(XH_REAL, telegraph_shortest, "s", 1e-6, 1e-12, 1e12,
        "shortest mean time that a trap stays full, or empty; log-uniform from device to device "
        "[A]"),
    ROW(XH_REAL, telegraph_longest, "s", 1, 1e-12, 1e12, "longest such time [A]"),
    ROW(XH_REAL, temperature, "K", 298.15, LEAST_KELVIN, 500,
        "of cells and wires while the network learns; figures of devices and wires are those at "
        "298.15 K"),
    ROW(XH_REAL, temperature_after, "K", 0, 0, 500,
        "of cells and wires at the tests of inference.after; 0: as while it learned"),
    ROW(XH_REAL, activation_low, "eV", 0.25, 0, 2,
        "activation energy of what a device conducts at g_min [A: 0.2 to 0.3 near RESET of phase "
        "change]"),
    ROW(XH_REAL, activation_high, "eV", 0.035, 0, 2,
        "... and at g_max [A: 0.02 to 0.05 near SET of phase change]"),
    ROW(XH_REAL, refresh_threshold, "1", 0.85, 0, 1,
        "a pair is refreshed if its larger side is above this share of the conductance range "
        "[C: 9 uS of 10.5]"),
    ROW(XH_REAL, refresh_difference, "1", 0.43, 0, 1,
        "... and its sides differ by less than this share [C: half the threshold]"),
    ROW(XH_REAL, refresh_step, "S", 1.6e-6, 1e-12, 1,
        "conductance that one pulse after a refresh is counted for [D: mean of a cell's first "
        "three "
        "pulses, Nandakumar 2018; 0.75 uS in srnn-pcm]"),
    ROW(XH_INTEGER, line_limit, "1", 16, 1, 65536,
        "devices of one line that can be programmed at once [A: current limit of the line]"),
    ROW(XH_TEXT, input_coding, "levels", codings,
        "inputs are levels of voltage, widths of pulses, or bits one after the other, added up "
        "after conversion"),
    ROW(XH_TEXT, input_signs, "bipolar", signs,
        "both signs are driven at once, or positive inputs in one phase and negative ones in a "
        "second, subtracted after conversion"),
    ROW(XH_REAL, input_noise, "1", 0, 0, 10,
        "standard deviation of what a row is driven with, in full scales of the inputs; anew each "
        "time"),
    ROW(XH_REAL, input_asymmetry, "1", 0, 0, 1, "share by which inputs below 0 are driven weaker"),
    ROW(XH_TEXT, dac_range, "running", input_ranges,
        "full scale of the inputs: dac_sigmas root mean squares, fixed, the vectors' average "
        "largest input, or each vector's own largest input"),
    ROW(XH_REAL, dac_full_scale, "1", 1, 1e-6, 1e6,
        "full scale of the inputs with dac_range: fixed"),
    ROW(XH_TEXT, adc_range, "running", output_ranges,
        "full scale of a tile's outputs: adc_sigmas root mean squares, or fixed"),
    ROW(XH_REAL, adc_full_scale, "1", 10, 1e-6, 1e6,
        "full scale of a tile's outputs with adc_range: fixed, in weight_range times the full "
        "scale of the inputs [C: standard of aihwkit]"),
    ROW(XH_INTEGER, adc_share, "1", 1, 1, 65536,
        "columns of a tile that a converter serves in turn"),
    ROW(XH_REAL, adc_offset_spread, "1", 0, 0, 1,
        "standard deviation of the converters' offsets, in full scales"),
    ROW(XH_REAL, adc_gain_spread, "1", 0, 0, 1, "standard deviation of the converters' gains"),
    ROW(XH_REAL, adc_nonlinearity, "1", 0, 0, 10,
        "n of what converters make of v full scales, v / (1 + n |v|)"),
    ROW(XH_REAL, adc_nonlinearity_spread, "1", 0, 0, 10,
        "standard deviation of the converters' n, in n"),
    ROW(XH_REAL, adc_noise, "1", 0, 0, 10,
        "standard deviation of a conversion, in full scales [aihwkit's standard: 0.004]"),
    ROW(XH_TEXT, compensation, "none", compensations,
        "drift after learning is compensated by one scale a tile, or a column, from reads of all "
        "rows"),
    ROW(XH_REAL, compensation_every, "s", 0, 0, 1e12,
        "time between such reads; 0: one whenever the network is tested"),
    ROW(XH_REAL, wire_resistance, "ohm", 0, 0, 1e6,
        "of a segment of a wordline or bitline, from cell to cell; 0: ideal wires"),
    ROW(XH_REAL, source_resistance, "ohm", 0, 0, 1e9, "of a wordline's driver"),
    ROW(XH_REAL, load_resistance, "ohm", 0, 0, 1e9, "of a bitline's converter"),
    ROW(XH_LIST, without, "",
        "non-idealities to turn off, as list nonidealities has them: read_noise, adc; all; none by "
        "default"),
};

const xh_param_table xh_crossbar_param_table = XH_PARAM_TABLE(xh_crossbar_params, rows);

static size_t tiles_of(size_t length, long tile) {
    return (length + (size_t)tile - 1) / (size_t)tile;
}

size_t xh_crossbar_lanes(const xh_crossbar_params *params) {
    const xh_encoding *encoding = NULL;
    const bool known = xh_encoding_find(params->encoding, &encoding, NULL) == XH_OK;
    return (known ? encoding->sides : 0) * (size_t)params->slices * (size_t)params->devices;
}

/* Fewer columns at a time make slow products. Streams of random numbers have 8 bits for the lane. */
enum { LEAST_COLUMNS = 64, MOST_LANES = 256 };

xh_division xh_crossbar_divide(size_t outputs, const xh_crossbar_params *params,
                               const xh_partners *partners) {
    const size_t whole = xh_grain_of_both((size_t)params->columns, XH_CROSSBAR_BLOCK);
    const size_t grain = (LEAST_COLUMNS + whole - 1) / whole * whole;
    return (xh_division){partners, outputs, grain};
}

static bool create_thread(const xh_crossbar *crossbar, xh_crossbar_thread *thread) {
    const size_t inputs = crossbar->inputs;
    const size_t outputs = crossbar->outputs;
    bool good = true;
#define XH_CREATE(field, count)                                                                    \
    good = (thread->field = xh_array_create(count, sizeof(*thread->field))) != NULL && good
    XH_CREATE(duty, inputs);
    XH_CREATE(adc, crossbar->tiling.row_tiles);
    XH_CREATE(x, XH_READ_BLOCK * inputs);
    XH_CREATE(square, XH_READ_BLOCK * inputs);
    XH_CREATE(partial, XH_READ_BLOCK * outputs);
    XH_CREATE(deviation, XH_READ_BLOCK * outputs);
    XH_CREATE(normal, XH_READ_BLOCK * outputs);
    XH_CREATE(driven, XH_READ_BLOCK * inputs);
    XH_CREATE(converted, XH_READ_BLOCK * outputs);
    XH_CREATE(slots, crossbar->tiling.column_tiles);
    XH_CREATE(refresh_slots, crossbar->tiling.column_tiles);
    for (size_t p = 0; p < crossbar->planes; p++) {
        XH_CREATE(plane[p], inputs);
    }
    XH_CREATE(direction, inputs);
    XH_CREATE(noise, XH_DEVICE_DRAWS * inputs);
    XH_CREATE(conductance, 2 * inputs);
    XH_CREATE(variance, inputs);
    XH_CREATE(lane, 3 * inputs);
    XH_CREATE(index, inputs);
    XH_CREATE(train, 3 * inputs);
    XH_CREATE(workspace, (XH_CROSSBAR_BLOCK + 6) * inputs);
#undef XH_CREATE
    return good;
}

static void free_thread(xh_crossbar_thread *thread) {
    xh_array_free(thread->duty);
    xh_array_free(thread->adc);
    xh_array_free(thread->x);
    xh_array_free(thread->square);
    xh_array_free(thread->partial);
    xh_array_free(thread->deviation);
    xh_array_free(thread->normal);
    xh_array_free(thread->driven);
    xh_array_free(thread->converted);
    xh_array_free(thread->slots);
    xh_array_free(thread->refresh_slots);
    for (size_t p = 0; p < XH_DEVICE_PLANES; p++) {
        xh_array_free(thread->plane[p]);
    }
    xh_array_free(thread->direction);
    xh_array_free(thread->noise);
    xh_array_free(thread->conductance);
    xh_array_free(thread->variance);
    xh_array_free(thread->lane);
    xh_array_free(thread->index);
    xh_array_free(thread->train);
    xh_array_free(thread->workspace);
}

static bool create_arrays(xh_crossbar *crossbar) {
    const size_t columns = crossbar->columns;
    const size_t synapses = crossbar->inputs * columns;
    const size_t devices = crossbar->lanes * synapses;
    crossbar->significance = xh_array_create(crossbar->slices, sizeof(float));
    crossbar->state = xh_array_create(devices * crossbar->planes, sizeof(float));
    crossbar->wear = xh_array_create(devices, sizeof(float));
    crossbar->weight = xh_array_create(synapses, sizeof(float));
    crossbar->variance = xh_array_create(synapses, sizeof(float));
    crossbar->total = xh_array_create(synapses, sizeof(float));
    crossbar->row_total = xh_array_create(crossbar->inputs, sizeof(double));
    crossbar->output_range = xh_array_create(crossbar->tiling.row_tiles, sizeof(double));
    crossbar->stale = xh_array_create(columns, sizeof(bool));
    crossbar->moved = xh_array_create(crossbar->lanes * columns, sizeof(bool));
    crossbar->trains = xh_array_create(columns, sizeof(uint32_t));
    const int threads = omp_get_max_threads();
    const int processors = omp_get_num_procs();
    crossbar->thread_count = (size_t)(threads > processors ? threads : processors);
    crossbar->threads = xh_array_create(crossbar->thread_count, sizeof(xh_crossbar_thread));
    crossbar->of_all = xh_array_create(
        crossbar->division.partners ? XH_READ_BLOCK * crossbar->division.length : 0, sizeof(float));
    bool good = crossbar->significance && crossbar->state && crossbar->of_all && crossbar->wear &&
                crossbar->weight && crossbar->variance && crossbar->total && crossbar->row_total &&
                crossbar->output_range && crossbar->stale && crossbar->moved && crossbar->trains &&
                crossbar->threads;
    for (size_t t = 0; good && t < crossbar->thread_count; t++) {
        good = create_thread(crossbar, &crossbar->threads[t]);
    }
    return good && xh_crossbar_create_faults(crossbar) && xh_crossbar_create_traps(crossbar) &&
           xh_crossbar_create_converters(crossbar) && xh_crossbar_create_compensation(crossbar) &&
           xh_crossbar_create_wires(crossbar);
}

/* Pristine cells; lane by lane, so that the number of devices a synapse does not change the first
 * lanes. */
static void init_cells(xh_crossbar *crossbar) {
#pragma omp parallel for schedule(static) collapse(2)
    for (size_t lane = 0; lane < crossbar->lanes; lane++) {
        for (size_t output = 0; output < crossbar->columns; output++) {
            const xh_cells cells = xh_crossbar_cells(crossbar, lane, output, 0, crossbar->inputs);
            const xh_rng stream = {crossbar->seeds.device, XH_RNG_DEVICE,
                                   crossbar->seeds.instance << 8 | (uint32_t)lane, 0};
            crossbar->model->init(crossbar->device.bytes, cells, stream,
                                  xh_crossbar_cell(crossbar, output), 0.0);
        }
    }
}

/* Weights of the slices, a power of the base each, whose sum is 1. */
static void init_significance(xh_crossbar *crossbar) {
    double sum = 0;
    for (size_t slice = 0; slice < crossbar->slices; slice++) {
        sum += pow((double)crossbar->params.slice_base, -(double)slice);
    }
    for (size_t slice = 0; slice < crossbar->slices; slice++) {
        crossbar->significance[slice] =
            (float)(pow((double)crossbar->params.slice_base, -(double)slice) / sum);
    }
}

static void init_figures(xh_crossbar *crossbar) {
    const xh_crossbar_params *params = &crossbar->params;
    const double g_min = crossbar->nominal.g_min, g_max = crossbar->nominal.g_max;
    const double devices = (double)params->devices;
    const double pairs = 2.0 / (double)crossbar->encoding->sides; /* that a side is worth */
    crossbar->weight_per_siemens = pairs * params->weight_range / ((g_max - g_min) * devices);
    crossbar->weight_offset = crossbar->encoding->zero == XH_ZERO_DIGITAL
                                  ? params->weight_range * (g_max + g_min) / (g_max - g_min)
                                  : 0;
    init_significance(crossbar);
    crossbar->input_range = 1.0;
    for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
        crossbar->output_range[tile] = 1.0;
    }
    xh_crossbar_touch_all(crossbar);
    crossbar->row_total_stale = true;
    xh_crossbar_fix_ranges(crossbar);
}

bool xh_crossbar_wired(const xh_crossbar_params *params) {
    return params->wire_resistance > 0 || params->source_resistance > 0 ||
           params->load_resistance > 0;
}

xh_status xh_crossbar_check(const xh_crossbar_params *params, xh_error *error) {
    const xh_status status = xh_param_check(&xh_crossbar_param_table, params, error);
    const bool coded = strcmp(params->input_coding, "levels") != 0;
    if (status == XH_OK && coded && params->dac_bits < 2) {
        return xh_error_set(error, XH_INPUT,
                            "input_coding = %s needs dac_bits of 2 or more, not %ld",
                            params->input_coding, params->dac_bits);
    }
    if (status == XH_OK && params->telegraph_shortest > params->telegraph_longest) {
        return xh_error_set(error, XH_INPUT,
                            "telegraph_shortest = %g s is above telegraph_longest = %g s",
                            params->telegraph_shortest, params->telegraph_longest);
    }
    if (status == XH_OK && params->temperature_after > 0 &&
        params->temperature_after < LEAST_KELVIN) {
        return xh_error_set(error, XH_INPUT,
                            "temperature_after = %g K is below %g K, and not 0 (none of its own)",
                            params->temperature_after, LEAST_KELVIN);
    }
    if (status == XH_OK && xh_crossbar_wired(params) &&
        strcmp(params->encoding, "reference_column") == 0) {
        return xh_error_set(error, XH_INPUT,
                            "resistances of wires need another encoding than reference_column");
    }
    if (status == XH_OK && xh_crossbar_lanes(params) > MOST_LANES) {
        return xh_error_set(error, XH_INPUT,
                            "devices = %ld in each of %ld slices are %zu of a synapse, which may "
                            "have %d",
                            params->devices, params->slices, xh_crossbar_lanes(params), MOST_LANES);
    }
    return status;
}

static xh_status check(size_t inputs, size_t outputs, const xh_device_model *model,
                       const void *device_params, const xh_crossbar_params *params,
                       xh_crossbar_seeds seeds, xh_error *error) {
    if (inputs == 0 || outputs == 0 || inputs > UINT32_MAX || outputs > UINT32_MAX) {
        return xh_error_set(error, XH_INPUT, "a crossbar of %zu x %zu synapses has no meaning",
                            inputs, outputs);
    }
    if (seeds.instance > UINT16_MAX) {
        return xh_error_set(error, XH_INPUT, "crossbar %u is beyond the 65536 of a network",
                            seeds.instance);
    }
    const xh_status status = xh_crossbar_check(params, error);
    return status == XH_OK ? xh_device_check(model, device_params, error) : status;
}

/* Of parameters that are in force as they stand. */
static xh_status create(size_t inputs, xh_division division, const xh_device_model *model,
                        const void *device_params, const xh_crossbar_params *params,
                        xh_crossbar_seeds seeds, xh_crossbar **crossbar, xh_error *error) {
    const size_t all = division.length;
    const xh_part own = xh_division_own(division);
    const xh_encoding *encoding = NULL;
    xh_status status = check(inputs, all, model, device_params, params, seeds, error);
    if (status == XH_OK) {
        status = xh_encoding_find(params->encoding, &encoding, error);
    }
    if (status != XH_OK) {
        return status;
    }
    xh_crossbar *made = xh_array_create(1, sizeof(*made));
    if (made == NULL) {
        return xh_error_set(error, XH_MEMORY, "no memory for a crossbar");
    }
    made->inputs = inputs;
    made->outputs = own.count;
    made->division = division;
    made->first = own.first;
    made->grain = xh_crossbar_divide(all, params, NULL).grain;
    made->params = *params;
    made->encoding = encoding;
    made->slices = (size_t)params->slices;
    made->lanes = xh_crossbar_lanes(params);
    made->references =
        encoding->zero == XH_ZERO_REFERENCE ? tiles_of(own.count, params->columns) : 0;
    made->columns = own.count + made->references;
    made->tiling = (xh_tiling){tiles_of(inputs, params->rows), tiles_of(all, params->columns),
                               (size_t)params->rows};
    made->model = model;
    memcpy(made->device.bytes, device_params, model->params->size);
    made->nominal = model->nominal(device_params);
    made->cost = model->cost(device_params);
    made->planes = xh_device_kept(model, device_params);
    made->draws = xh_device_draws(model, device_params);
    made->seeds = seeds;
    made->coding = xh_coding_of(params);
    if (!create_arrays(made)) {
        xh_crossbar_free(made);
        return xh_error_set(error, XH_MEMORY,
                            "no memory for a crossbar of %zu x %zu synapses of %zu devices", inputs,
                            own.count, xh_crossbar_lanes(params));
    }
    init_cells(made);
    init_figures(made);
    xh_crossbar_set_temperature(made, params->temperature);
    *crossbar = made;
    return XH_OK;
}

void xh_crossbar_free(xh_crossbar *crossbar) {
    if (crossbar == NULL) {
        return;
    }
    for (size_t t = 0; crossbar->threads != NULL && t < crossbar->thread_count; t++) {
        free_thread(&crossbar->threads[t]);
    }
    xh_array_free(crossbar->threads);
    xh_array_free(crossbar->significance);
    xh_array_free(crossbar->state);
    xh_array_free(crossbar->wear);
    xh_crossbar_free_faults(crossbar);
    xh_crossbar_free_traps(crossbar);
    xh_array_free(crossbar->weight);
    xh_array_free(crossbar->variance);
    xh_array_free(crossbar->total);
    xh_array_free(crossbar->row_total);
    xh_array_free(crossbar->output_range);
    xh_crossbar_free_converters(crossbar);
    xh_crossbar_free_compensation(crossbar);
    xh_crossbar_free_wires(crossbar);
    xh_array_free(crossbar->stale);
    xh_array_free(crossbar->moved);
    xh_array_free(crossbar->trains);
    xh_array_free(crossbar->of_all);
    xh_array_free(crossbar->response);
    xh_array_free(crossbar);
}

xh_status xh_crossbar_create(size_t inputs, xh_division division, const xh_device_model *model,
                             const void *device_params, const xh_crossbar_params *params,
                             xh_crossbar_seeds seeds, xh_crossbar **crossbar, xh_error *error) {
    xh_param_values device;
    xh_crossbar_params array = *params;
    memcpy(device.bytes, device_params, model->params->size);
    const xh_status status =
        xh_nonideality_remove(params->without, model, device.bytes, &array, error);
    return status == XH_OK
               ? create(inputs, division, model, device.bytes, &array, seeds, crossbar, error)
               : status;
}
