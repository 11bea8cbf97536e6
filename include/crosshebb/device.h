/**
 * Device models: the physics of one memory cell, as constant descriptors chosen by name.
 *
 * A model owns no memory and keeps no state: the caller holds parameters (a struct described by the
 * model's table) and the state of its cells in structure-of-arrays planes. Hooks take spans of
 * cells and their loops are free of branches. All randomness comes in from outside. Conductances
 * are in siemens, times in seconds.
 */
#ifndef CROSSHEBB_DEVICE_H
#define CROSSHEBB_DEVICE_H

#include "crosshebb/param.h"
#include "crosshebb/rng.h"
#include "crosshebb/step_table.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { XH_DEVICE_PLANES = 16, XH_DEVICE_DRAWS = 3 };

/** A span of cells: count entries in each of the model's planes. */
typedef struct xh_cells {
    size_t count;
    float *plane[XH_DEVICE_PLANES];
} xh_cells;

typedef struct xh_plane {
    const char *name;
    const char *unit;
    const char *sentence;
} xh_plane;

/** What a technology can do. */
typedef enum xh_device_trait {
    XH_DEVICE_DEPRESSES = 1,  /* accepts down pulses (bidirectional) */
    XH_DEVICE_RESETS = 2,     /* accepts a full RESET */
    XH_DEVICE_DRIFTS = 4,     /* its conductance depends on the time since the last pulse */
    XH_DEVICE_READ_NOISE = 8, /* its conductance fluctuates from read to read */
    XH_DEVICE_EVEN_NOISE = 16 /* ... by the same variance for all cells, states and times */
} xh_device_trait;

/** Nominal figures of a cell, from its parameters. */
typedef struct xh_device_nominal {
    double g_min;   /* siemens, lower bound or RESET state */
    double g_max;   /* siemens, the conductance that repeated up pulses reach */
    double step_up; /* siemens a pulse, mean at mid-range; 0 if there are no pulses */
    double
        step_down; /* siemens a pulse, mean at mid-range, positive; 0 if there are no down pulses */
    double zero;   /* siemens: the conductance that is 0 in the weight unit of its publication */
    double unit;   /* siemens: what is 1 there */
} xh_device_nominal;

/** Energy, duration and rating of the pulses of a cell. */
typedef struct xh_device_pulse_cost {
    double energy_up;    /* joules a pulse, at the cell's driver output */
    double energy_down;  /* joules a pulse */
    double energy_reset; /* joules a RESET */
    double time_up;      /* seconds a pulse, the gap to the next included */
    double time_down;    /* seconds a pulse */
    double time_reset;   /* seconds a RESET */
    double endurance;    /* rated cycles */
    double wear_up;      /* cycles that an up pulse counts for */
    double wear_down;    /* cycles that a down pulse counts for */
    double wear_reset;   /* cycles that a RESET counts for */
    double set_pulses;   /* mean up pulses that programming a cell in a closed loop takes */
    double set_reads;    /* mean reads of the cell that it takes */
} xh_device_pulse_cost;

/** What a span of pulses did. */
typedef struct xh_pulse_tally {
    uint64_t up;        /* up pulses attempted */
    uint64_t down;      /* down pulses attempted */
    uint64_t reset;     /* RESETs */
    uint64_t effective; /* of these up and down pulses, those that changed the conductance */
    uint64_t clipped;   /* of these up and down pulses, those cut short by a bound */
} xh_pulse_tally;

typedef struct xh_device_model {
    const char *name;
    const char *summary;   /* one line */
    const char *equations; /* the law in plain text, a line an equation */
    const char *reference; /* the paper with its DOI, and where the model departs from it */
    const xh_param_table *params;
    unsigned traits; /* xh_device_trait, or'ed */
    size_t planes;
    const xh_plane *plane; /* plane 0 is the conductance as programmed, in siemens */

    /** Where the parameters hold a table of measured steps, which the caller keeps (NULL: the
     * model's example); a NULL hook: they hold none. */
    const xh_step_table **(*table)(void *params);
    /** Nominal figures. */
    xh_device_nominal (*nominal)(const void *params);
    /** Prices and rating of its pulses. */
    xh_device_pulse_cost (*cost)(const void *params);
    /** Pristine state at time now and device-to-device spread of cells first .. first + count - 1
     * of the stream; a hook that needs several draws a cell uses the stream's steps 0, 1, ... */
    void (*init)(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double now);
    /** Standard normals that a pulse, a RESET or a set takes for each cell, 1 to XH_DEVICE_DRAWS;
     * NULL: one. */
    size_t (*draws)(const void *params);
    /** How many of the planes, from the first, cells with these parameters keep; NULL: all. The
     * hooks leave the others alone. */
    size_t (*kept)(const void *params);
    /** One pulse a cell: direction[c] is +1 (up), -1 (down) or 0 (none: the cell keeps its bits);
     * noise [draws][count] are standard normals of its own. Down pulses only where the model
     * depresses. Adds to the tally. NULL for statistical models of programmed cells, which cannot
     * learn in place. */
    void (*pulse)(const void *params, xh_cells cells, const float *direction, const float *noise,
                  double now, xh_pulse_tally *tally);
    /** RESET of every cell; NULL where the technology has none. */
    void (*reset)(const void *params, xh_cells cells, const float *noise, double now,
                  xh_pulse_tally *tally);
    /** Closed-loop programming of every cell to target [count], siemens, with the error that it
     * leaves; NULL where cells are programmed by pulses and reads. noise [draws][count] are standard
     * normals of its own. It takes the cost's set_pulses and set_reads. A model without pulse must
     * have it, and neither RESET nor down pulses. */
    void (*set)(const void *params, xh_cells cells, const float *target, const float *noise,
                double now);
    /** What the time between from and to does to cells first .. first + count - 1 at random
     * (diffusion, telegraph noise) and to their state (decay); NULL where time acts through read
     * alone. Draws as init does, the stream's step + 0, 1, ... 255. */
    void (*age)(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double from,
                double to);
    /** Whether age does anything with these parameters; NULL: wherever there is age. */
    bool (*ages)(const void *params);
    /** Mean conductance at time now (siemens) and variance of one read (siemens squared); variance
     * may be NULL. */
    void (*read)(const void *params, xh_cells cells, double now, float *conductance,
                 float *variance);
} xh_device_model;

/** Every model: X(identifier); xh_device_X is the descriptor. The file device_list.h is its one
 * list. */
size_t xh_device_count(void);
const xh_device_model *xh_device_at(size_t index);

/** The model of that name. XH_INPUT, proposing the nearest name, if there is none. */
xh_status xh_device_find(const char *name, const xh_device_model **model, xh_error *error);

/** Standard normals that a pulse, a RESET or a set of the model takes for each cell. */
size_t xh_device_draws(const xh_device_model *model, const void *params);

/** Planes that cells of the model keep with these parameters. */
size_t xh_device_kept(const xh_device_model *model, const void *params);

/** Whether time changes the state of cells of the model with these parameters. */
bool xh_device_ages(const xh_device_model *model, const void *params);

/** Checks the parameters: each within its range, and the nominal range not empty (XH_INPUT). */
xh_status xh_device_check(const xh_device_model *model, const void *params, xh_error *error);

#ifdef __cplusplus
}
#endif

#endif
