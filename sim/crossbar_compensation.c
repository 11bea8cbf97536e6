/*
 * Compensation of drift: all rows at full scale, the two sides of every column converted one after
 * the other and added. What that gave at the reference, over what it gives now, is the scale by
 * which a tile's or a column's outputs are multiplied. Sides are added, not subtracted, so that no
 * sum of weights that cancel is divided by (Le Gallo et al., Nanotechnology 29 (2018); Joshi et
 * al., Nat. Commun. 11, 2473 (2020), DOI 10.1038/s41467-020-16108-9, scale the outputs by such
 * summed currents [from memory]).
 */
#include "crossbar_internal.h"

#include "crosshebb/array.h"

#include <math.h>
#include <string.h>

/* Steps of the noise of the converters in such a read, beside those of others. */
#define COMPENSATION_STEP ((uint64_t)3 << 62)

static bool is_wanted(const xh_crossbar *crossbar) {
    return strcmp(crossbar->params.compensation, "none") != 0;
}

bool xh_crossbar_create_compensation(xh_crossbar *crossbar) {
    xh_compensation *own = &crossbar->compensation;
    const size_t count = crossbar->tiling.row_tiles * crossbar->outputs;
    own->due = INFINITY;
    if (!is_wanted(crossbar)) {
        return true;
    }
    own->range = xh_array_create(crossbar->tiling.row_tiles, sizeof(*own->range));
    own->reference = xh_array_create(count, sizeof(*own->reference));
    own->reading = xh_array_create(count, sizeof(*own->reading));
    own->scale = xh_array_create(count, sizeof(*own->scale));
    own->side = xh_array_create(2 * crossbar->outputs, sizeof(*own->side));
    own->deviation = xh_array_create(2 * crossbar->outputs, sizeof(*own->deviation));
    own->normal = xh_array_create(2 * crossbar->outputs, sizeof(*own->normal));
    return own->range && own->reference && own->reading && own->scale && own->side &&
           own->deviation && own->normal;
}

void xh_crossbar_free_compensation(xh_crossbar *crossbar) {
    xh_compensation *own = &crossbar->compensation;
    xh_array_free(own->range);
    xh_array_free(own->reference);
    xh_array_free(own->reading);
    xh_array_free(own->scale);
    xh_array_free(own->side);
    xh_array_free(own->deviation);
    xh_array_free(own->normal);
}

void xh_crossbar_end_compensation(xh_crossbar *crossbar) {
    crossbar->compensation.referred = false;
    crossbar->compensation.on = false;
    crossbar->compensation.due = INFINITY;
}

/* Conductance of the sides of every column in a row of tiles, side [outputs][2], siemens, and the
 * deviation of a read of it. */
static void sum_sides(xh_crossbar *crossbar, size_t tile) {
    const xh_part rows = xh_crossbar_rows(crossbar, tile);
    const double siemens = 1 / crossbar->weight_per_siemens;
    const bool noisy = crossbar->params.read_noise;
#pragma omp parallel for schedule(static)
    for (size_t output = 0; output < crossbar->outputs; output++) {
        const size_t first = output * crossbar->inputs + rows.first;
        double total = 0, difference = 0, variance = 0;
        for (size_t s = first; s < first + rows.count; s++) {
            total += (double)crossbar->total[s];
            difference += (double)crossbar->weight[s] * siemens;
            variance += (double)crossbar->variance[s] * siemens * siemens;
        }
        for (int side = 0; side < 2; side++) {
            const size_t place = 2 * output + (size_t)side;
            crossbar->compensation.side[place] =
                (float)((total + (side == 0 ? difference : -difference)) / 2);
            /* of the two sides together, half each */
            crossbar->compensation.deviation[place] = noisy ? (float)sqrt(variance / 2) : 0.0F;
        }
    }
}

/* The converters' full scale for such reads: the largest side of the row of tiles at the
 * reference. */
static float largest_side(const xh_crossbar *crossbar) {
    float most = xh_crossbar_largest(2 * crossbar->outputs, crossbar->compensation.side);
    xh_partners_largest(crossbar->division.partners, 1, &most);
    return most;
}

/* Reads all columns of a row of tiles, into reading [outputs]. */
static void read_sides(xh_crossbar *crossbar, size_t tile, float *reading) {
    xh_compensation *own = &crossbar->compensation;
    const uint64_t step = own->checks * crossbar->tiling.row_tiles + tile;
    const xh_rng stream = {crossbar->seeds.cycle, XH_RNG_READ,
                           crossbar->seeds.instance | XH_COMPENSATION_READ, step};
    const size_t count = 2 * crossbar->outputs;
    xh_rng_normal(stream, 2 * crossbar->first, count, own->normal);
    for (size_t i = 0; i < count; i++) {
        own->side[i] += own->deviation[i] * own->normal[i];
    }
    xh_crossbar_convert_sides(crossbar, tile, own->range[tile], COMPENSATION_STEP | step,
                              own->normal, own->side);
    for (size_t output = 0; output < crossbar->outputs; output++) {
        reading[output] = own->side[2 * output] + own->side[2 * output + 1];
    }
}

static void read_all(xh_crossbar *crossbar, bool reference) {
    xh_compensation *own = &crossbar->compensation;
    xh_crossbar_settle(crossbar);
    own->checks++;
    for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
        sum_sides(crossbar, tile);
        if (reference) {
            own->range[tile] = largest_side(crossbar);
        }
        float *readings = reference ? own->reference : own->reading;
        read_sides(crossbar, tile, readings + tile * crossbar->outputs);
    }
    xh_crossbar_book_check(crossbar);
}

/* Scales of count columns that have one in common. */
static void set_scale(size_t count, const float *reference, const float *reading, float *scale) {
    double then = 0, now = 0;
    for (size_t i = 0; i < count; i++) {
        then += (double)reference[i];
        now += (double)reading[i];
    }
    const float common = then > 0 && now > 0 ? (float)(then / now) : 1.0F;
    for (size_t i = 0; i < count; i++) {
        scale[i] = common;
    }
}

size_t xh_crossbar_scale_width(const xh_crossbar *crossbar) {
    return strcmp(crossbar->params.compensation, "column") == 0 ? 1
                                                                : (size_t)crossbar->params.columns;
}

void xh_crossbar_refer(xh_crossbar *crossbar) {
    if (!is_wanted(crossbar)) {
        return;
    }
    const double every = crossbar->params.compensation_every;
    xh_compensation *own = &crossbar->compensation;
    own->referred = true;
    own->on = false;
    own->since = crossbar->now;
    own->due = every > 0 ? own->since + every : INFINITY;
    own->periods = 0;
    read_all(crossbar, true);
}

static void check(xh_crossbar *crossbar) {
    xh_compensation *own = &crossbar->compensation;
    const size_t width = xh_crossbar_scale_width(crossbar);
    read_all(crossbar, false);
    for (size_t tile = 0; tile < crossbar->tiling.row_tiles; tile++) {
        for (size_t output = 0; output < crossbar->outputs; output += width) {
            const size_t rest = crossbar->outputs - output;
            const size_t place = tile * crossbar->outputs + output;
            set_scale(rest < width ? rest : width, own->reference + place, own->reading + place,
                      own->scale + place);
        }
    }
    own->on = true;
}

void xh_crossbar_compensate(xh_crossbar *crossbar, bool on) {
    if (on && crossbar->compensation.referred) {
        check(crossbar);
    } else {
        crossbar->compensation.on = false;
    }
}

void xh_crossbar_age(xh_crossbar *crossbar, double seconds) {
    xh_compensation *own = &crossbar->compensation;
    const double end = crossbar->now + seconds;
    while (own->due <= end) {
        xh_crossbar_pass_time(crossbar, own->due - crossbar->now);
        crossbar->now = own->due;
        own->periods++;
        own->due = own->since + (double)(own->periods + 1) * crossbar->params.compensation_every;
        check(crossbar);
    }
    xh_crossbar_pass_time(crossbar, end - crossbar->now);
}

double xh_crossbar_compensation(const xh_crossbar *crossbar, size_t tile, size_t output) {
    const xh_compensation *own = &crossbar->compensation;
    return own->on ? (double)own->scale[tile * crossbar->outputs + output] : 1.0;
}

void xh_crossbar_compensation_state(xh_crossbar *crossbar, xh_state *state) {
    xh_compensation *own = &crossbar->compensation;
    const size_t tiles = crossbar->tiling.row_tiles;
    const xh_division division = crossbar->division;
    if (!is_wanted(crossbar)) {
        return;
    }
    xh_state_flag(state, "referred", &own->referred);
    xh_state_flag(state, "compensated", &own->on);
    xh_state_doubles(state, "reference_time", 1, &own->since);
    xh_state_doubles(state, "compensation_due", 1, &own->due);
    xh_state_counts(state, "compensation_periods", 1, &own->periods);
    xh_state_counts(state, "compensation_checks", 1, &own->checks);
    xh_state_floats(state, "compensation_ranges", tiles, own->range);
    xh_state_floats_divided(state, "compensation_reference", tiles, division, 1, own->reference);
    xh_state_floats_divided(state, "compensation_scale", tiles, division, 1, own->scale);
}
