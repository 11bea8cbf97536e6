/**
 * What the loops over spans of cells share: bounds without branches, the end of a pulse, and the
 * table rows that every model has.
 *
 * Selects are written with ?: on values already computed, so that a compiler makes vector blends of
 * them.
 */
#ifndef CROSSHEBB_SPAN_H
#define CROSSHEBB_SPAN_H

#include "crosshebb/device.h"
#include "crosshebb/units.h"

#include <stdint.h>

/** Before a loop over cells: what it reads and writes does not overlap, except cell by cell. gcc
 *  takes no such promise from restrict on pointers that come out of a struct. */
#if defined(__clang__)
#define SPAN_LOOP _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define SPAN_LOOP _Pragma("GCC ivdep")
#else
#define SPAN_LOOP
#endif

/** Events in one span; 32 bits wide, so that they fill the same vector lanes as the cells. */
typedef struct span_events {
    uint32_t up;
    uint32_t down;
    uint32_t effective;
    uint32_t clipped;
} span_events;

static inline float span_clip(float value, float low, float high) {
    float raised = value < low ? low : value;
    return raised > high ? high : raised;
}

/** The end of a pulse on one cell: where it lands on its way from g to target, given its bounds;
 * counts what happened. Without a direction the cell keeps its bits. */
static inline float span_land(span_events *events, float direction, float g, float target,
                              float low, float high) {
    float bounded = span_clip(target, low, high);
    float landed = direction != 0.0F ? bounded : g;
    events->up += direction > 0.0F;
    events->down += direction < 0.0F;
    events->effective += landed != g;
    events->clipped += (direction != 0.0F) & (bounded != target);
    return landed;
}

static inline void span_count(xh_pulse_tally *tally, span_events events) {
    tally->up += events.up;
    tally->down += events.down;
    tally->effective += events.effective;
    tally->clipped += events.clipped;
}

/** One row of the table for a field of the struct's member cost, an xh_device_pulse_cost. */
#define SPAN_COST_ROW(type, field, unit, initial, maximum, sentence)                               \
    {                                                                                              \
#field, XH_PARAM_REAL, unit, sentence, initial, 0, maximum, NULL, NULL,                    \
            offsetof(type, cost.field)                                                             \
    }

/** Energy, time and wear of a pulse, each with its source; kind is up, down or reset. */
#define SPAN_PULSE_ROWS(type, kind, joules, joules_source, seconds, seconds_source, cycles,        \
                        cycles_source)                                                             \
    SPAN_COST_ROW(type, energy_##kind, "J", joules, 1e-6,                                          \
                  "energy of one " #kind " pulse at the cell's driver output " joules_source),     \
        SPAN_COST_ROW(type, time_##kind, "s", seconds, 1,                                          \
                      "duration of one " #kind " pulse and the gap after it " seconds_source),     \
        SPAN_COST_ROW(type, wear_##kind, "cycles", cycles, 1,                                      \
                      "endurance cycles that one " #kind " pulse counts for " cycles_source)

#define SPAN_ENDURANCE_ROW(type, cycles, source)                                                   \
    SPAN_COST_ROW(type, endurance, "cycles", cycles, 1e15, "rated cycles of a cell " source)

/** What programming in a closed loop takes, each with its source. */
#define SPAN_SET_ROWS(type, pulses, pulses_source, reads, reads_source)                            \
    SPAN_COST_ROW(type, set_pulses, "1", pulses, 1e6,                                              \
                  "mean pulses that programming a cell takes " pulses_source),                     \
        SPAN_COST_ROW(type, set_reads, "1", reads, 1e6,                                            \
                      "mean reads that programming a cell takes " reads_source)

/** The cost rows of a filamentary resistive cell, which the models without a technology of their
 * own use. */
#define SPAN_RRAM_SOURCE "[derived: 1.6 V, 50 ns, 100 kohm; TaOx/HfOx, Wu 2018 as in NeuroSim V3.0]"
#define SPAN_RRAM_TIME "[TaOx/HfOx, Wu 2018 as in NeuroSim V3.0; no gap]"
#define SPAN_RRAM_ROWS(type)                                                                       \
    SPAN_PULSE_ROWS(type, up, XH_PICOJOULES(1.3), SPAN_RRAM_SOURCE, XH_NANOSECONDS(50),            \
                    SPAN_RRAM_TIME, 0.01, "[assumed]"),                                            \
        SPAN_PULSE_ROWS(type, down, XH_PICOJOULES(1.3), SPAN_RRAM_SOURCE, XH_NANOSECONDS(50),      \
                        SPAN_RRAM_TIME, 0.01, "[assumed]"),                                        \
        SPAN_PULSE_ROWS(type, reset, XH_PICOJOULES(1.3), "[assumed as a down pulse]",              \
                        XH_NANOSECONDS(50), "[assumed as a down pulse]", 1, "[by definition]"),    \
        SPAN_ENDURANCE_ROW(type, 1e6, "[assumed for filamentary resistive memory]")

#endif
