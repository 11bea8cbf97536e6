/*
 * What a read was: every thread's counters gathered, and booked in the ledger.
 */
#include "crossbar_internal.h"

#include <math.h>
#include <string.h>

/* Adds the conductance of the cells of some columns here to those of each row, siemens. */
static void add_rows(xh_crossbar *crossbar, size_t begin, size_t end) {
    enum { CHUNK = 64 };
#pragma omp parallel for schedule(static)
    for (size_t first = 0; first < crossbar->inputs; first += CHUNK) {
        const size_t rest = crossbar->inputs - first;
        const size_t count = rest < CHUNK ? rest : CHUNK;
        double *sum = crossbar->row_total + first;
        for (size_t output = begin; output < end; output++) {
            const float *total = crossbar->total + output * crossbar->inputs + first;
            for (size_t j = 0; j < count; j++) {
                sum[j] += (double)total[j];
            }
        }
    }
}

/* The same of all partners, one after the other, in the order of the columns. */
static void add_rows_of_all(xh_crossbar *crossbar, size_t begin, size_t end) {
    const xh_partners *partners = crossbar->division.partners;
    for (size_t p = 0; p < xh_partners_count(partners); p++) {
        if (p == xh_partners_mine(partners)) {
            add_rows(crossbar, begin, end);
        }
        xh_partners_share(partners, p, crossbar->inputs * sizeof(*crossbar->row_total),
                          crossbar->row_total);
    }
}

/* Conductance of all cells of each row, siemens. */
static void total_rows(xh_crossbar *crossbar) {
    uint64_t stale = crossbar->row_total_stale;
    xh_partners_sum(crossbar->division.partners, 1, &stale);
    if (stale == 0) {
        return;
    }
    memset(crossbar->row_total, 0, crossbar->inputs * sizeof(*crossbar->row_total));
    add_rows_of_all(crossbar, 0, crossbar->outputs);
    if (crossbar->encoding->zero == XH_ZERO_REFERENCE) {
        add_rows_of_all(crossbar, crossbar->outputs, crossbar->columns);
    }
    crossbar->row_total_stale = false;
}

/* Partners drive the same rows, and convert columns of their own. */
static void sum_conversions(const xh_crossbar *crossbar, xh_converter_tally *tally) {
    uint64_t counts[] = {tally->conversions, tally->clipped, tally->square_codes};
    xh_partners_sum(crossbar->division.partners, sizeof(counts) / sizeof(counts[0]), counts);
    *tally = (xh_converter_tally){counts[0], counts[1], counts[2]};
}

/* Gathers every thread's counters into those of the first, and partners' where they differ. */
static void gather(xh_crossbar *crossbar) {
    xh_crossbar_thread *to = &crossbar->threads[0];
    for (size_t t = 1; t < crossbar->thread_count; t++) {
        const xh_crossbar_thread *from = &crossbar->threads[t];
        for (size_t j = 0; j < crossbar->inputs; j++) {
            to->duty[j] += from->duty[j];
        }
        for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
            to->adc[tile].conversions += from->adc[tile].conversions;
            to->adc[tile].clipped += from->adc[tile].clipped;
            to->adc[tile].square_codes += from->adc[tile].square_codes;
        }
        to->dac.conversions += from->dac.conversions;
        to->dac.clipped += from->dac.clipped;
        to->dac.square_codes += from->dac.square_codes;
        to->drives += from->drives;
        to->peaks += from->peaks;
    }
    for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
        sum_conversions(crossbar, &to->adc[tile]);
    }
}

void xh_crossbar_book_time(const xh_crossbar *crossbar, double *count, double cycles,
                           double charge) {
    const double steps = crossbar->coding.steps;
    const bool widths = steps > 0;
    count[XH_EVENT_read_cycle] += widths ? 0 : cycles;
    count[XH_EVENT_array_charge] += widths ? 0 : charge;
    count[XH_EVENT_input_step] += cycles * steps;
    count[XH_EVENT_step_charge] += charge * steps;
}

double xh_crossbar_turns(const xh_crossbar *crossbar) {
    const xh_crossbar_params *params = &crossbar->params;
    return (double)(params->adc_share < params->columns ? params->adc_share : params->columns);
}

/* Joules over volts squared and the time of a cycle at full duty, siemens. */
static double charge_of(const xh_crossbar *crossbar) {
    double charge = 0;
    for (size_t j = 0; j < crossbar->inputs; j++) {
        charge += XH_DUTY_UNIT * (double)crossbar->threads[0].duty[j] * crossbar->row_total[j];
    }
    return charge;
}

void xh_crossbar_read_end(xh_crossbar *crossbar) {
    gather(crossbar);
    total_rows(crossbar);
    const xh_crossbar_thread *sum = &crossbar->threads[0];
    const xh_tiling tiling = crossbar->tiling;
    const double outputs = (double)crossbar->division.length;
    const double passes = (double)xh_coding_passes(&crossbar->coding);
    const double vectors = (double)sum->adc[0].conversions / (outputs * passes);
    const double sums = passes * (double)tiling.row_tiles; /* an output */
    const double turns = xh_crossbar_turns(crossbar);
    const double built = (double)(tiling.column_tiles * (size_t)crossbar->params.columns);
    double *count = crossbar->ledger.count[crossbar->phase];
    count[XH_EVENT_wordline_drive] += turns * (double)sum->drives * (double)tiling.column_tiles;
    count[XH_EVENT_adc_conversion] += vectors * sums * outputs;
    count[XH_EVENT_adc_idle] += vectors * sums * (built - outputs);
    count[XH_EVENT_partial_sum] +=
        vectors * ((sums - 1) * outputs + xh_crossbar_offset_sums(crossbar));
    count[XH_EVENT_softmax] += vectors * outputs;
    count[XH_EVENT_weight_mac] += vectors * (double)crossbar->inputs * outputs;
    xh_crossbar_book_time(crossbar, count, vectors * passes * turns, charge_of(crossbar));
    if (crossbar->coding.peaks) { /* comparisons */
        count[XH_EVENT_partial_sum] += vectors * (double)(crossbar->inputs - 1);
    }
    if (crossbar->compensation.on) {
        count[XH_EVENT_rule_mac] += vectors * (double)tiling.row_tiles * outputs;
    }
    if (crossbar->coding.own_scale) {
        count[XH_EVENT_rule_mac] += vectors * ((double)crossbar->inputs + outputs);
    }
    if (crossbar->phase == XH_PHASE_forward) {
        xh_crossbar_follow(crossbar, vectors);
    }
}

void xh_crossbar_book_positions(xh_crossbar *crossbar, size_t positions) {
    const double winners = (double)positions * (double)crossbar->inputs;
    double *count = crossbar->ledger.count[XH_PHASE_update];
    count[XH_EVENT_winner_synapse] += winners;
    count[XH_EVENT_layer_synapse] += winners * (double)crossbar->division.length;
}

void xh_crossbar_book_check(xh_crossbar *crossbar) {
    const xh_tiling tiling = crossbar->tiling;
    const double tiles = (double)tiling.row_tiles;
    const double outputs = (double)crossbar->division.length;
    const double built = (double)(tiling.column_tiles * (size_t)crossbar->params.columns);
    const double width = (double)xh_crossbar_scale_width(crossbar);
    const double cycles = 2 * xh_crossbar_turns(crossbar); /* a side each */
    double *count = crossbar->ledger.count[XH_PHASE_compensation];
    double charge = 0;
    total_rows(crossbar);
    for (size_t j = 0; j < crossbar->inputs; j++) {
        charge += crossbar->row_total[j];
    }
    count[XH_EVENT_wordline_drive] += cycles * (double)(crossbar->inputs * tiling.column_tiles);
    count[XH_EVENT_adc_conversion] += 2 * tiles * outputs;
    count[XH_EVENT_adc_idle] += 2 * tiles * (built - outputs);
    count[XH_EVENT_partial_sum] += tiles * outputs + tiles * (outputs - ceil(outputs / width));
    count[XH_EVENT_rule_mac] += tiles * ceil(outputs / width); /* divisions */
    xh_crossbar_book_time(crossbar, count, cycles, charge);
}
