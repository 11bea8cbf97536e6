/**
 * A crossbar: a matrix of synapses held as conductances of devices, split over tiles.
 *
 * How a synapse lies on devices is its encoding's (encoding.h): a differential pair, or one side
 * against a reference. Each side is devices devices in parallel, of which a selection counter names
 * the one that the next pulse reaches (multi-memristive synapse, Boybat et al., Nat. Commun. 9, 2514
 * (2018)). The weight of a pair is
 *
 *     w = weight_range * (sum G+ - sum G-) / (devices * (g_max - g_min))
 *
 * with the device's nominal bounds. With slices it is the sum of theirs, each weighted by
 * slice_base^-k over the sum of these powers; pulses reach the least significant slice, which carries
 * to the next (crossbar_carry.c). The interface is what the hardware can do: drive wordlines and
 * sense bitlines (read), pulse, refresh, let time pass. There is no transposed read and no bulk
 * access to weights; probe.h, for analysis only, has it.
 */
#ifndef CROSSHEBB_CROSSBAR_H
#define CROSSHEBB_CROSSBAR_H

#include "crosshebb/device.h"
#include "crosshebb/encoding.h"
#include "crosshebb/ledger.h"
#include "crosshebb/partners.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xh_crossbar_params {
    long rows;    /* inputs of a tile */
    long columns; /* synapse columns of a tile */
    char encoding[XH_PARAM_TEXT_SIZE];
    long devices;               /* on each side and slice of a synapse */
    long slices;                /* of falling significance */
    long slice_base;            /* significance of a slice over that of the next */
    long carry_every;           /* updates between carries of slices; 0: never */
    double carry_threshold;     /* share of its range above which a slice carries */
    double weight_range;        /* weight of a pair with one side at g_max, the other at g_min */
    long dac_bits;              /* 0: ideal */
    long adc_bits;              /* 0: ideal */
    double dac_sigmas;          /* range of the inputs, in their root mean square */
    double adc_sigmas;          /* range of the outputs, in their root mean square */
    double range_rate;          /* share by which a new read moves the running range */
    bool read_noise;            /* on: drawn once an output, from the exact variance */
    double stuck_fraction;      /* of the devices */
    double stuck_low_share;     /* of these at g_min; the others at g_max */
    bool wear_out;              /* devices are stuck once their endurance is used up */
    double endurance_spread;    /* standard deviation of its natural logarithm */
    double telegraph_share;     /* of the devices, that have a trap */
    double telegraph_amplitude; /* share by which a full trap lowers 100 uS */
    double telegraph_shortest;  /* seconds, mean time that a trap stays full or empty */
    double telegraph_longest;
    double temperature;       /* kelvin, while the network learns */
    double temperature_after; /* kelvin, at the tests of inference.after; 0: the same */
    double activation_low;    /* eV, of the conductance at g_min */
    double activation_high;   /* eV, at g_max */
    double refresh_threshold; /* of g_max - g_min: mean conductance of the larger side above which a
                                 pair is refreshed */
    double refresh_difference; /* of g_max - g_min: refreshed only while the sides differ by less */
    double refresh_step; /* siemens that one pulse after a refresh is counted for; 0: the nominal
                            step */
    long line_limit;     /* devices of one line that can be programmed at once */
    char input_coding[XH_PARAM_TEXT_SIZE]; /* levels, pulse_width, bit_serial */
    char input_signs[XH_PARAM_TEXT_SIZE];  /* bipolar, two_phase */
    double input_noise;                    /* of a row driver, in full scales of the inputs */
    double input_asymmetry;                /* by which inputs below 0 are driven weaker */
    char dac_range[XH_PARAM_TEXT_SIZE];    /* running, fixed, average, largest */
    double dac_full_scale;                 /* dac_range = fixed */
    char adc_range[XH_PARAM_TEXT_SIZE];    /* running, fixed */
    double adc_full_scale;    /* adc_range = fixed: in weight_range times the inputs' full scale */
    long adc_share;           /* columns that a converter serves in turn */
    double adc_offset_spread; /* of full scale, from converter to converter */
    double adc_gain_spread;
    double adc_nonlinearity; /* n of v / (1 + n |v|), v in full scales */
    double adc_nonlinearity_spread;
    double adc_noise;                      /* of full scale, of each conversion */
    char compensation[XH_PARAM_TEXT_SIZE]; /* of drift: none, tile, column */
    double compensation_every;             /* seconds; 0: when it is asked for */
    double wire_resistance;                /* ohm of a segment of a line */
    double source_resistance;              /* ohm of a wordline's driver */
    double load_resistance;                /* ohm of a bitline's converter */
    char without[XH_PARAM_TEXT_SIZE];      /* non-idealities that are off, as of nonideality.h */
} xh_crossbar_params;

extern const xh_param_table xh_crossbar_param_table;

/** XH_INPUT if a parameter is outside its range, or has no meaning beside another. */
xh_status xh_crossbar_check(const xh_crossbar_params *params, xh_error *error);

/** Whether wires, drivers or converters have a resistance. */
bool xh_crossbar_wired(const xh_crossbar_params *params);

/** Columns that a scheme takes at a time. */
enum { XH_CROSSBAR_BLOCK = 16 };

typedef struct xh_crossbar xh_crossbar;

/** Seeds of the two kinds of spread, apart so that comparisons can be paired. */
typedef struct xh_crossbar_seeds {
    uint64_t device;   /* device-to-device spread, faults, pristine states */
    uint64_t cycle;    /* cycle-to-cycle spread, read noise, pulse trains */
    uint32_t instance; /* which crossbar of the network, below 65536 */
} xh_crossbar_seeds;

/** How outputs can be divided among partners: at tiles, between blocks of a scheme. */
xh_division xh_crossbar_divide(size_t outputs, const xh_crossbar_params *params,
                               const xh_partners *partners);

/** inputs x outputs synapses, pristine; of a divided crossbar the own part, which does what that part
 * of the whole does. Partners then program, calibrate, begin and end reads and updates together, and
 * each has the ledger of the whole. Copies the parameters (device_params: the model's own struct). */
xh_status xh_crossbar_create(size_t inputs, xh_division outputs, const xh_device_model *model,
                             const void *device_params, const xh_crossbar_params *params,
                             xh_crossbar_seeds seeds, xh_crossbar **crossbar, xh_error *error);
void xh_crossbar_free(xh_crossbar *crossbar);

size_t xh_crossbar_inputs(const xh_crossbar *crossbar);
size_t xh_crossbar_outputs(const xh_crossbar *crossbar); /* here: all, or the own part */
xh_division xh_crossbar_division(const xh_crossbar *crossbar);
/** Number, among those of the whole, of the first output here; random streams go by it. */
size_t xh_crossbar_first(const xh_crossbar *crossbar);
size_t xh_crossbar_devices(const xh_crossbar *crossbar); /* of the synapses here */
/** Devices of a synapse with these parameters; 0 of an unknown encoding. */
size_t xh_crossbar_lanes(const xh_crossbar_params *params);
const xh_encoding *xh_crossbar_encoding(const xh_crossbar *crossbar);
const xh_device_model *xh_crossbar_model(const xh_crossbar *crossbar);
const xh_crossbar_params *xh_crossbar_parameters(const xh_crossbar *crossbar);

/** Full scale of the inputs, as the row drivers have it now. */
double xh_crossbar_input_range(const xh_crossbar *crossbar);

/** Weight change of one nominal up (or down) pulse on one device at mid-range, positive. */
double xh_crossbar_step_up(const xh_crossbar *crossbar);
double xh_crossbar_step_down(const xh_crossbar *crossbar);

/** Programs weights [outputs][inputs] (clipped to the weight range) by reading and pulsing every
 * device in rounds, until each is within half a step of its target or can come no nearer; devices
 * without pulses are set once, with the error that their model says. Counted under phase program. */
void xh_crossbar_program(xh_crossbar *crossbar, const float *weights);

/** Goes on programming towards weights [outputs][inputs] by the weights themselves: in each of so many
 * rounds reads every column, as read_column does, and pulses synapses that are off by more than half a
 * nominal step, once each, on the device that the selection counter names; a synapse that came that near
 * is left alone from then on. Devices that only take up pulses lower a weight on its minus side. Counted
 * under phase program; nothing is done where devices take no pulses. False if there is no memory. */
bool xh_crossbar_trim(xh_crossbar *crossbar, const float *weights, size_t rounds);

/** Sets the converters' ranges from inputs x [count][inputs] (one digital pass; nothing is
 * counted). */
void xh_crossbar_calibrate(xh_crossbar *crossbar, size_t count, const float *x);

/* A read of a batch of input vectors: begin, any number of blocks (concurrently, on disjoint
 * vectors), end. Noise is keyed by the read and the vector's index, so blocks may come in any
 * order; end lets the ranges follow the signals and books the events under the phase. Only reads of
 * phase forward move the ranges. */
void xh_crossbar_read_begin(xh_crossbar *crossbar, xh_phase phase);
/** u [count][outputs] from x [count][inputs], which are vectors first .. first + count - 1 of the
 * batch. */
void xh_crossbar_read(xh_crossbar *crossbar, size_t first, size_t count, const float *x, float *u);
void xh_crossbar_read_end(xh_crossbar *crossbar);

/* An update: begin; any number of operations on columns, where each column belongs to one thread
 * and its operations come in a fixed order; end. */
void xh_crossbar_update_begin(xh_crossbar *crossbar);

/** Weights of one column [inputs] as the converters see them: inputs one-hot reads, with only its
 * converter on. They are the weights before the update. */
void xh_crossbar_read_column(xh_crossbar *crossbar, size_t output, float *weights);

/** Measures the steps of pulses against the conductance, on 1,024 test cells beside the array (nothing is
 * counted). False if there is no memory; measuring again gives the same. */
bool xh_crossbar_measure_response(xh_crossbar *crossbar);

/** Weight changes [inputs], positive, that a pulse for more and one for less weight are expected to make
 * on each synapse of a column as its sides read now (a conversion of either, in the one-hot reads of
 * read_column):
 * where the device depresses the mean of a pulse on the plus side and one in the other direction on the
 * minus side, else that of an up pulse on the side that it takes. No step is taken to be below a tenth
 * of that at mid-range. Only after the response was measured. */
void xh_crossbar_read_steps(xh_crossbar *crossbar, size_t output, float *rise, float *fall);

/** Pulses of one column: plus[j] pulses on the plus side of synapse j, minus[j] on its minus side;
 * positive up, negative down (only where the device depresses). On a single device those of the minus
 * side come in the opposite direction; pulses for both sides take place one after the other. The
 * selection counter moves on with every pulse of a train. */
void xh_crossbar_pulse(xh_crossbar *crossbar, size_t output, const int8_t *plus,
                       const int8_t *minus);

/** RESETs one device of one side (0 plus, 1 minus) of the synapses of a column where mark [inputs] is not
 * 0, in the least significant slice. Only devices that reset. */
void xh_crossbar_reset(xh_crossbar *crossbar, size_t output, size_t side, size_t device,
                       const int8_t *mark);

/** Reads the pairs of one column and refreshes those that saturate: RESET of both sides, then their
 * difference again by up pulses on one side. Only for pairs, of devices that reset. */
void xh_crossbar_refresh(xh_crossbar *crossbar, size_t output);

/** Books, at an update, from how many positions the layer learns: what arrays spare digital hardware. */
void xh_crossbar_book_positions(xh_crossbar *crossbar, size_t positions);

/** Books digital work of a scheme. */
void xh_crossbar_book(xh_crossbar *crossbar, xh_event event, uint64_t count);

/** Random stream of the scheme in this update; its step has 32 low bits free for the scheme. */
xh_rng xh_crossbar_scheme_stream(const xh_crossbar *crossbar);

/** Memory of the calling thread for the scheme: (XH_CROSSBAR_BLOCK + 6) * inputs floats. */
float *xh_crossbar_workspace(xh_crossbar *crossbar);

void xh_crossbar_update_end(xh_crossbar *crossbar);

/** Updates begun so far. */
uint64_t xh_crossbar_updates(const xh_crossbar *crossbar);

/* Compensation of drift, where the parameters want it; else these do nothing. All partners call
 * them together, and the reads are counted under phase compensation. */

/** Reads all rows at full scale, for later reads to be compared with. The reference holds until the
 * cells are pulsed. */
void xh_crossbar_refer(xh_crossbar *crossbar);

/** on: reads the same again, and from now on multiplies outputs by what the reference was over what
 * it is now; without a reference nothing changes. off: outputs are as the columns give them, until
 * the next read of this kind. */
void xh_crossbar_compensate(xh_crossbar *crossbar, bool on);

/** The factor of an output here in a row of tiles; 1 while nothing is compensated. */
double xh_crossbar_compensation(const xh_crossbar *crossbar, size_t tile, size_t output);

/** Lets seconds pass; conductances drift, and are compensated whenever compensation_every seconds
 * are over since the reference. */
void xh_crossbar_age(xh_crossbar *crossbar, double seconds);
/** Everything is at that many kelvin from now on. */
void xh_crossbar_set_temperature(xh_crossbar *crossbar, double kelvin);
/** Seconds since creation. */
double xh_crossbar_time(const xh_crossbar *crossbar);

const xh_ledger *xh_crossbar_ledger(const xh_crossbar *crossbar);

#ifdef __cplusplus
}
#endif

#endif
