/* What the parts of the crossbar share: state of the cells, cached figures of the columns, and each
 * thread's own counters. Only sim/crossbar*.c and sim/probe.c include it. */
#ifndef XH_SIM_CROSSBAR_INTERNAL_H
#define XH_SIM_CROSSBAR_INTERNAL_H

#include "crosshebb/converter.h"
#include "crosshebb/crossbar.h"
#include "crosshebb/encoding.h"
#include "crosshebb/wire.h"

/* Input vectors that are read at a time: a block of the inputs and of the outputs stays in the L2
 * cache. */
enum { XH_READ_BLOCK = 128 };

/* Instances of the read-noise stream: below, reads of a batch; here, reads of columns, of pairs, of all
 * rows for compensation, of slices that carry, what reference columns add to reads of a batch, and of
 * sides. Those of a slice or side have its number in the bits above. */
enum {
    XH_COLUMN_READ = 1 << 16,
    XH_PAIR_READ = 1 << 17,
    XH_COMPENSATION_READ = 1 << 18,
    XH_CARRY_READ = 1 << 19,
    XH_REFERENCE_READ = 1 << 20,
    XH_SIDE_READ = 1 << 21
};

static inline uint32_t xh_slice_bits(size_t slice) {
    return (uint32_t)slice << 24;
}

/* Sums of reals over threads are kept as integers in these units, so that they do not depend on the
 * order. */
#define XH_DUTY_UNIT 0x1p-20      /* of a full-scale input */
#define XH_CONDUCTANCE_UNIT 1e-15 /* siemens */

/* Noise of conversions: below, steps of passes; here, reads of a column. */
#define XH_COLUMN_STEP ((uint64_t)1 << 63)

/* How a matrix lies on tiles. */
typedef struct xh_tiling {
    size_t row_tiles;
    size_t column_tiles; /* of all partners */
    size_t rows;         /* inputs of a tile; the last may hold fewer */
} xh_tiling;

/* How inputs lie on the rows: a read is made of passes, one of each plane of bits in each phase of
 * the signs. */
typedef struct xh_coding {
    size_t phases; /* 1, or 2: positive inputs, then negative ones */
    size_t planes; /* bits of the magnitudes, the lowest first; 1 unless serial */
    bool serial;
    int32_t steps;  /* of time at full scale, of pulse widths; else 0 */
    bool own_scale; /* every vector's largest input is its full scale */
    bool peaks;     /* the running full scale is the vectors' average largest input */
} xh_coding;

/* Which conversion of which tile. */
typedef struct xh_pass {
    size_t tile;
    size_t number;
} xh_pass;

/* Static errors of the converters, [row_tiles][outputs] each: v full scales become
 * gain v / (1 + bend |v|) + offset. NULL if there are none. */
typedef struct xh_converter_errors {
    float *offset;
    float *gain;
    float *bend;
} xh_converter_errors;

/* Compensation of drift, where the parameters want it; times in seconds since creation. */
typedef struct xh_compensation {
    bool referred;    /* the reference holds: nothing was pulsed since */
    bool on;          /* outputs are scaled */
    double since;     /* when the reference was read */
    double due;       /* when the next check is; INFINITY: when it is asked for */
    uint64_t periods; /* of checks since the reference */
    uint64_t checks;  /* reads of this kind since creation, for the random streams */
    float *range;     /* [row_tiles], full scale of one side of a column, siemens */
    float *reference; /* [row_tiles][outputs], siemens */
    float *reading;   /* [row_tiles][outputs], siemens, the latest */
    float *scale;     /* [row_tiles][outputs] */
    float *side;      /* [outputs][2], siemens */
    float *deviation; /* [outputs][2] */
    float *normal;    /* [outputs][2] */
} xh_compensation;

/* What happened in an update, or while programming: uint64_t throughout, so that it is summed as an
 * array. */
typedef struct xh_crossbar_counts {
    uint64_t events[XH_EVENTS];
    uint64_t refresh_events[XH_EVENTS];
    xh_pulse_tally pulses;
    xh_pulse_tally refresh_pulses;
    uint64_t charge; /* XH_CONDUCTANCE_UNIT */
    uint64_t column_reads;
} xh_crossbar_counts;

/* Counters and working memory of one thread. */
typedef struct xh_crossbar_thread {
    /* read */
    int64_t *duty; /* [inputs], XH_DUTY_UNIT */
    xh_converter_tally dac;
    xh_converter_tally *adc; /* [row_tiles] */
    uint64_t drives;         /* inputs that are not zero */
    int64_t peaks;           /* largest inputs of the vectors, XH_DUTY_UNIT of input_range */
    float *x;                /* [XH_READ_BLOCK][inputs] */
    float *square;           /* [XH_READ_BLOCK][inputs] */
    float *partial;          /* [XH_READ_BLOCK][outputs] */
    float *deviation;        /* [XH_READ_BLOCK][outputs] */
    float *normal;           /* [XH_READ_BLOCK][outputs] */
    float *driven;           /* [XH_READ_BLOCK][inputs], of a pass */
    float *converted;        /* [XH_READ_BLOCK][outputs], of a pass */
    float scale[XH_READ_BLOCK];
    /* update */
    xh_crossbar_counts counts;
    uint64_t *slots;                /* [column_tiles] */
    uint64_t *refresh_slots;        /* [column_tiles] */
    float *plane[XH_DEVICE_PLANES]; /* [inputs] each: gathered cells */
    float *direction;               /* [inputs] */
    float *noise;                   /* [XH_DEVICE_DRAWS][inputs] */
    float *conductance;             /* [2][inputs]: sums of the two sides */
    float *variance;                /* [inputs] */
    float *lane; /* [3][inputs]: one device of each synapse, mean and variance, and its bitline */
    uint32_t *index;  /* [inputs]: synapses of the gathered cells */
    int8_t *train;    /* [3][inputs]: pulses of a refresh, and which pairs take it */
    float *workspace; /* (XH_CROSSBAR_BLOCK + 6) * inputs: the scheme's */
} xh_crossbar_thread;

typedef struct xh_wire_room xh_wire_room;
typedef struct xh_crossbar_response xh_crossbar_response;

struct xh_crossbar {
    size_t inputs;
    size_t outputs;       /* here */
    xh_division division; /* of all outputs */
    size_t first;         /* of the outputs here, among all */
    size_t grain;         /* outputs of a product; parts of a divided crossbar are made of these */
    const xh_encoding *encoding;
    size_t slices;
    size_t lanes;        /* devices a synapse: side by side, slice by slice */
    size_t references;   /* reference columns, one for each column tile here; 0 without */
    size_t columns;      /* outputs, and behind them the reference columns */
    float *significance; /* [slices], of a slice's conductance in the weight; the most significant
                            first; of one slice 1 */
    xh_tiling tiling;
    const xh_device_model *model;
    xh_param_values device;
    xh_device_nominal nominal;
    xh_device_pulse_cost cost;
    size_t planes; /* kept of each cell */
    size_t draws;  /* normals that a pulse takes for each cell */
    xh_crossbar_params params;
    xh_crossbar_seeds seeds;

    double now;
    double temperature;        /* kelvin */
    double weight_per_siemens; /* of a device of significance 1 */
    double weight_offset;      /* that is subtracted behind the converters; 0 without */
    uint64_t reads;
    uint64_t updates;
    uint64_t ages;  /* times that cells were aged at random */
    xh_phase phase; /* of the read under way */
    xh_ledger ledger;
    xh_coding coding;
    xh_converter_errors errors;
    xh_compensation compensation;
    double input_range;   /* full scale of the inputs */
    double *output_range; /* [row_tiles], full scale of a tile's outputs */

    /* Of what has a cell for each lane, those of the outputs come first, [lanes][outputs][inputs];
     * behind all of them those of the reference columns, [lanes][references][inputs]. */
    float *state;   /* planes of each lane */
    float *wear;    /* cycles */
    uint8_t *stuck; /* XH_FREE, XH_STUCK_LOW, XH_STUCK_HIGH; NULL if none can be */
    float *lasts;   /* cycles until the cell is stuck; NULL if none wears out */
    float *dwell;  /* seconds that the cell's trap stays as it is, on average; 0: it has none; these
                          NULL if no cell has one */
    float *full;   /* 1 while the trap is full, else 0 */
    float *weight; /* [columns][inputs], as read last, in front of the converters */
    float *variance;   /* [columns][inputs], of one read of a weight, without its reference */
    float *total;      /* [columns][inputs], siemens of all cells of a synapse */
    double *row_total; /* [inputs], siemens of all cells of a row */
    bool *moved;       /* [lanes][columns]: since the lines of its tile were settled */
    bool *stale;       /* [columns]: the figures above are older than the cells */
    uint32_t *trains;  /* [columns]: pulse rounds of this update, for the random stream and the
                          selection counter */
    bool row_total_stale;
    xh_wires wires;
    float *word;        /* [lanes][outputs][inputs], as of wire.h; these NULL if wires are ideal */
    float *sneak;       /* ... siemens */
    xh_wire_room *room; /* [thread_count] */
    xh_crossbar_response *response; /* NULL until it is measured */
    float *of_all; /* [XH_READ_BLOCK][all outputs], with partners: what a block was answered */

    size_t thread_count;
    xh_crossbar_thread *threads;
};

enum { XH_FREE = 0, XH_STUCK_LOW = 1, XH_STUCK_HIGH = 2 };

/* The calling thread's own counters. */
xh_crossbar_thread *xh_crossbar_own_thread(xh_crossbar *crossbar);

/* Where among the lanes of a synapse a device is. */
static inline size_t xh_crossbar_lane(const xh_crossbar *crossbar, size_t side, size_t slice,
                                      size_t device) {
    return (side * crossbar->slices + slice) * (size_t)crossbar->params.devices + device;
}

/* The reference column of an output. */
static inline size_t xh_crossbar_reference(const xh_crossbar *crossbar, size_t output) {
    return crossbar->outputs + output / (size_t)crossbar->params.columns;
}

/* Where the cells of a column begin in an array of groups (lanes, or lanes x planes) of them. */
size_t xh_crossbar_place(const xh_crossbar *crossbar, size_t groups, size_t group, size_t column);

/* The cells of one lane in a column (count cells from input on). */
xh_cells xh_crossbar_cells(const xh_crossbar *crossbar, size_t lane, size_t column, size_t input,
                           size_t count);

/* Number of the first cell of a column among those of the whole crossbar; reference columns come
 * behind all outputs. */
uint64_t xh_crossbar_cell(const xh_crossbar *crossbar, size_t column);

/* Inputs of a row of tiles. */
xh_part xh_crossbar_rows(const xh_crossbar *crossbar, size_t tile);

/* Sets every thread's counts to 0. */
void xh_crossbar_forget(xh_crossbar *crossbar);

/* Counts of all threads of all partners. */
xh_crossbar_counts xh_crossbar_sum(const xh_crossbar *crossbar);

/* Reads the sides of one slice of a column, siemens, into conductance [2][inputs] (of one side only:
 * the other is 0) and variance [inputs] (of both), by the way of lane [3][inputs]. */
void xh_crossbar_sense(const xh_crossbar *crossbar, size_t column, size_t slice, float *conductance,
                       float *variance, float *lane);

/* The same, and in the place of a side that is not there what the encoding subtracts from the other:
 * the reference column of an output, whose variance is added, or the middle of the range. */
void xh_crossbar_sense_both(const xh_crossbar *crossbar, size_t column, size_t slice,
                            float *conductance, float *variance, float *lane);

/* What one lane of a column conducts now, mean and variance [inputs], at its own terminals: the
 * device, its trap, whether it is stuck, and how warm it is. */
void xh_crossbar_look(const xh_crossbar *crossbar, size_t lane, size_t column, float *mean,
                      float *variance);

/* Draws which cells are stuck and what the others last; false if memory is short. */
bool xh_crossbar_create_faults(xh_crossbar *crossbar);
void xh_crossbar_free_faults(xh_crossbar *crossbar);

/* Cells of one lane in a column (or all) that have used up their endurance are stuck from now on;
 * only where cells wear out. */
void xh_crossbar_wear_out(xh_crossbar *crossbar, size_t lane, size_t column);
void xh_crossbar_wear_out_all(xh_crossbar *crossbar);

/* Stuck cells take the pulse and do not move; index NULL: all cells are pulsed. */
void xh_crossbar_hold_stuck(const uint8_t *stuck, size_t count, const uint32_t *index,
                            float *direction, xh_pulse_tally *tally);

/* A stuck cell conducts what it is stuck at, without noise. */
void xh_crossbar_override_stuck(const xh_crossbar *crossbar, size_t lane, size_t column,
                                float *mean, float *variance);

/* Draws which cells have traps, and of what kind; false if memory is short. */
bool xh_crossbar_create_traps(xh_crossbar *crossbar);
void xh_crossbar_free_traps(xh_crossbar *crossbar);

/* What time does to traps; and what full ones do to what cells of a lane in a column conduct. Only
 * where cells have traps. */
void xh_crossbar_change_traps(xh_crossbar *crossbar, double seconds);
void xh_crossbar_fill_traps(const xh_crossbar *crossbar, size_t lane, size_t column, float *mean);

/* Whether cells are warmer or colder than their figures say, and what they then conduct. */
bool xh_crossbar_heated(const xh_crossbar *crossbar);
void xh_crossbar_heat(const xh_crossbar *crossbar, float *mean, float *variance);

/* Memory for wires, where they have resistance; false if it is short. */
bool xh_crossbar_create_wires(xh_crossbar *crossbar);
void xh_crossbar_free_wires(xh_crossbar *crossbar);

/* Settles the lines of lanes that moved, tile by tile, which makes all columns of a tile stale. */
void xh_crossbar_settle_wires(xh_crossbar *crossbar);

/* From what a lane of a column conducts at its terminals to what it answers behind its lines, mean and
 * variance [inputs]; bit [inputs] is scratch. Only where wires have resistance. */
void xh_crossbar_drop(const xh_crossbar *crossbar, size_t lane, size_t column, float *mean,
                      float *variance, float *bit);

/* A lane of a column has changed; or everything has. */
void xh_crossbar_touch(xh_crossbar *crossbar, size_t lane, size_t column);
void xh_crossbar_touch_all(xh_crossbar *crossbar);

/* Brings the cached figures of every stale column up to date. */
void xh_crossbar_settle(xh_crossbar *crossbar);

/* out [count][outputs] = x [count][inputs] times the transpose of matrix [outputs][inputs], over
 * inputs first .. first + length - 1. Parts of a divided crossbar have the products of the whole. */
void xh_crossbar_product(const xh_crossbar *crossbar, size_t count, size_t first, size_t length,
                         const float *x, const float *matrix, float *out);

xh_coding xh_coding_of(const xh_crossbar_params *params);
size_t xh_coding_passes(const xh_coding *coding);

/* Full scale of the inputs that drivers are given: 1 where each vector has its own. */
double xh_crossbar_drive_range(const xh_crossbar *crossbar);

/* By what the outputs of a pass are multiplied before they are added up. */
float xh_crossbar_pass_factor(const xh_crossbar *crossbar, size_t pass);

/* Inputs rows of count vectors as a pass has them, from coded x [count][inputs]: x itself where
 * there is one pass, or out [count][inputs]. */
const float *xh_crossbar_pass(const xh_crossbar *crossbar, xh_part rows, size_t count, size_t pass,
                              const float *x, float *out);

/* What the drivers make of a pass of so many vectors: x itself, or the thread's driven. */
const float *xh_crossbar_drive(const xh_crossbar *crossbar, xh_crossbar_thread *own, xh_part rows,
                               xh_part vectors, xh_pass pass, const float *x);

/* Step of the random streams of a pass. */
uint64_t xh_crossbar_pass_step(const xh_crossbar *crossbar, xh_pass pass);

/* Normals of the outputs of a pass, [vectors.count][outputs], in the thread's normal. */
void xh_crossbar_draw(const xh_crossbar *crossbar, xh_crossbar_thread *own, xh_rng_purpose purpose,
                      xh_part vectors, xh_pass pass);

/* Draws the converters' errors; false if memory is short. */
bool xh_crossbar_create_converters(xh_crossbar *crossbar);
void xh_crossbar_free_converters(xh_crossbar *crossbar);

/* Whether converters do anything at all. */
bool xh_crossbar_converts(const xh_crossbar *crossbar);

/* Converts what the columns of a tile gave in a pass, sums [vectors.count][outputs]. */
void xh_crossbar_convert(const xh_crossbar *crossbar, xh_crossbar_thread *own, xh_part vectors,
                         xh_pass pass, float *sums);

/* The same for weights [inputs] of a column, read one by one. */
void xh_crossbar_convert_column(const xh_crossbar *crossbar, xh_crossbar_thread *own, size_t output,
                                float *weights);

/* Columns that a converter serves in turn; for each of them the rows are driven again, and only the
 * column served conducts. */
double xh_crossbar_turns(const xh_crossbar *crossbar);

/* Converts the two sides of every column in a row of tiles, values [outputs][2] of that full scale;
 * step keys the noise, normal is scratch of the same shape. */
void xh_crossbar_convert_sides(const xh_crossbar *crossbar, size_t tile, float range, uint64_t step,
                               float *normal, float *values);

bool xh_crossbar_create_compensation(xh_crossbar *crossbar);
void xh_crossbar_free_compensation(xh_crossbar *crossbar);

/* Programming and learning leave nothing that the reference could be compared with. */
void xh_crossbar_end_compensation(xh_crossbar *crossbar);

/* Columns that have a scale in common. */
size_t xh_crossbar_scale_width(const xh_crossbar *crossbar);

/* Books a read of all columns for compensation. */
void xh_crossbar_book_check(xh_crossbar *crossbar);

/* Lets time pass, and nothing else. */
void xh_crossbar_pass_time(xh_crossbar *crossbar, double seconds);

void xh_crossbar_compensation_state(xh_crossbar *crossbar, xh_state *state);

/* Books time of all tiles of a layer, and the conductance times duty in it. */
void xh_crossbar_book_time(const xh_crossbar *crossbar, double *count, double cycles,
                           double charge);

/* Sets the full scales that are fixed. */
void xh_crossbar_fix_ranges(xh_crossbar *crossbar);

/* The largest |x|. */
float xh_crossbar_largest(size_t count, const float *x);

/* Where full scales depend on it, each vector's largest input, in the thread's scale; and inputs in
 * it, in the thread's x, where it is the vector's own full scale. Else x itself. */
const float *xh_crossbar_scale(const xh_crossbar *crossbar, xh_crossbar_thread *own, size_t count,
                               const float *x);

/* Moves the full scales towards what the gathered counters of a read of so many vectors have
 * seen. */
void xh_crossbar_follow(xh_crossbar *crossbar, double vectors);

/* Pulses one lane of a column: direction [inputs] of -1, 0, +1, or RESET of the cells where it is
 * not 0. step keys the cycle noise. Adds to the thread's tally. Returns the number of cells pulsed.
 */
size_t xh_crossbar_pulse_lane(xh_crossbar *crossbar, xh_crossbar_thread *thread, size_t lane,
                              size_t output, const int8_t *direction, bool reset, uint64_t step,
                              xh_pulse_tally *tally);

/* Pulses both sides of a slice of a column, as xh_crossbar_pulse does those of the least significant
 * one, and adds to the tally, the events and the slots of the column tiles. */
void xh_crossbar_pulse_slice(xh_crossbar *crossbar, xh_crossbar_thread *own, size_t output,
                             size_t slice, const int8_t *plus, const int8_t *minus,
                             xh_pulse_tally *tally, uint64_t *events, uint64_t *slots);

/* What the reference columns add to the noise of a pass's sums [vectors.count][outputs] over rows,
 * from the squares of its inputs that the thread holds: one draw for all columns that are read
 * against the same. */
void xh_crossbar_add_reference_noise(const xh_crossbar *crossbar, xh_crossbar_thread *own,
                                     xh_part rows, xh_part vectors, xh_pass pass, float *sums);

/* Takes off the sums [count][outputs] of a row of tiles, behind the converters, what weight 0 makes of
 * the coded inputs x [count][inputs]. */
void xh_crossbar_take_offset(const xh_crossbar *crossbar, xh_part rows, size_t count,
                             const float *x, float *sums);

/* Additions of a read that the offset takes: the sum of the inputs of each tile of rows, and its share
 * of every sum. */
double xh_crossbar_offset_sums(const xh_crossbar *crossbar);

/* Difference of the sides of a slice at its full weight, siemens. */
double xh_crossbar_full(const xh_crossbar *crossbar);

/* Carries between slices, at the end of an update whose turn it is. */
void xh_crossbar_carry(xh_crossbar *crossbar);

#endif
