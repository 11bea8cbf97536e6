/* Tables of measured steps: checks, copies, means, and a checksum. */
#include "crosshebb/step_table.h"

#include "crosshebb/array.h"
#include "crosshebb/units.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Two knots an axis: steps linear in either. At a bound 5 % of the other bound's step is left. */
static const float ends[2] = {0, 1};
static const double example_low = XH_MICROSIEMENS(1);
static const double example_high = XH_MICROSIEMENS(10);
static const float example_up[4] = {0.02F, 0.06F, 0.001F, 0.003F};
static const float example_down[4] = {-0.003F, -0.001F, -0.06F, -0.02F};
static const float example_mean_up[2] = {0.04F, 0.002F};
static const float example_mean_down[2] = {-0.002F, -0.04F};

const xh_step_table xh_step_table_example = {
    .tables = 1,
    .conductances = 2,
    .probabilities = 2,
    .conductance = ends,
    .probability = ends,
    .low = &example_low,
    .high = &example_high,
    .up = example_up,
    .down = example_down,
    .mean_up = example_mean_up,
    .mean_down = example_mean_down,
    .g_min = XH_MICROSIEMENS(1),
    .g_max = XH_MICROSIEMENS(10),
};

static size_t steps_of(const xh_step_table *t) {
    return t->tables * t->conductances * t->probabilities;
}

static xh_status check_count(const char *name, size_t count, size_t least, xh_error *error) {
    return count >= least && count <= XH_STEP_TABLE_KNOTS
               ? XH_OK
               : xh_error_set(error, XH_INPUT, "%zu %s are outside [%zu, %d]", count, name, least,
                              XH_STEP_TABLE_KNOTS);
}

/* Rising values within [0, 1]; numbers in messages count from 1. */
static xh_status check_axis(const char *name, const float *axis, size_t count, xh_error *error) {
    for (size_t i = 0; i < count; i++) {
        if (!(axis[i] >= 0.0F && axis[i] <= 1.0F)) {
            return xh_error_set(error, XH_INPUT, "%s %zu = %g is outside [0, 1]", name, i + 1,
                                (double)axis[i]);
        }
        if (i > 0 && !(axis[i] > axis[i - 1])) {
            return xh_error_set(error, XH_INPUT, "%s %zu = %g is not above the one before it, %g",
                                name, i + 1, (double)axis[i], (double)axis[i - 1]);
        }
    }
    return XH_OK;
}

static xh_status check_ranges(const xh_step_table *t, xh_error *error) {
    for (size_t i = 0; i < t->tables; i++) {
        if (!(t->low[i] >= 0 && t->high[i] > t->low[i] && isfinite(t->high[i]))) {
            return xh_error_set(error, XH_INPUT,
                                "the range of table %zu, %g ... %g S, is empty or below 0", i + 1,
                                t->low[i], t->high[i]);
        }
    }
    return XH_OK;
}

static xh_status check_steps(const xh_step_table *t, const char *name, const float *steps,
                             xh_error *error) {
    static const double largest = 10;
    for (size_t i = 0; i < steps_of(t); i++) {
        if (!(fabs((double)steps[i]) <= largest)) {
            const size_t knot = i / t->probabilities;
            return xh_error_set(error, XH_INPUT,
                                "the %s step of table %zu at conductance %zu, probability %zu, %g "
                                "of the range, is outside [-%g, %g]",
                                name, knot / t->conductances + 1, knot % t->conductances + 1,
                                i % t->probabilities + 1, (double)steps[i], largest, largest);
        }
    }
    return XH_OK;
}

static xh_status check(const xh_step_table *t, xh_error *error) {
    xh_status status = check_count("tables", t->tables, 1, error);
    if (status == XH_OK) {
        status = check_count("conductances", t->conductances, 2, error);
    }
    if (status == XH_OK) {
        status = check_count("probabilities", t->probabilities, 2, error);
    }
    if (status == XH_OK) {
        status = check_axis("conductance", t->conductance, t->conductances, error);
    }
    if (status == XH_OK && (t->conductance[0] > 0 || t->conductance[t->conductances - 1] < 1)) {
        status =
            xh_error_set(error, XH_INPUT, "conductances run from %g to %g, not from 0 to 1",
                         (double)t->conductance[0], (double)t->conductance[t->conductances - 1]);
    }
    if (status == XH_OK) {
        status = check_axis("probability", t->probability, t->probabilities, error);
    }
    if (status == XH_OK) {
        status = check_ranges(t, error);
    }
    if (status == XH_OK) {
        status = check_steps(t, "up", t->up, error);
    }
    return status == XH_OK ? check_steps(t, "down", t->down, error) : status;
}

/* The mean of a quantile function that is linear between knots, and constant beyond them. */
static double mean_of(const xh_step_table *t, const float *quantile) {
    const size_t last = t->probabilities - 1;
    double sum = (double)t->probability[0] * (double)quantile[0] +
                 (1 - (double)t->probability[last]) * (double)quantile[last];
    for (size_t j = 0; j < last; j++) {
        const double width = (double)t->probability[j + 1] - (double)t->probability[j];
        sum += width * ((double)quantile[j] + (double)quantile[j + 1]) / 2;
    }
    return sum;
}

double xh_step_table_mean(const xh_step_table *table, int up, double share) {
    const float *mean = up > 0 ? table->mean_up : table->mean_down;
    size_t i = 0;
    while (i + 2 < table->conductances && (double)table->conductance[i + 1] <= share) {
        i++;
    }
    const double width = (double)table->conductance[i + 1] - (double)table->conductance[i];
    const double part = (share - (double)table->conductance[i]) / width;
    double sum = 0;
    for (size_t t = 0; t < table->tables; t++, mean += table->conductances) {
        sum += (double)mean[i] + part * ((double)mean[i + 1] - (double)mean[i]);
    }
    return sum / (double)table->tables;
}

static xh_status check_ways(const xh_step_table *table, xh_error *error) {
    const double up = xh_step_table_mean(table, 1, 0.5);
    const double down = xh_step_table_mean(table, -1, 0.5);
    if (up > 0 && down < 0) {
        return XH_OK;
    }
    return xh_error_set(
        error, XH_INPUT, "the mean %s step at mid-range is %g of the range: it must be %s",
        up > 0 ? "down" : "up", up > 0 ? down : up, up > 0 ? "negative" : "positive");
}

/* The table, its ranges, then its other arrays, in one piece of memory. */
typedef struct whole {
    xh_step_table table;
    double ranges[];
} whole;

static const float *copy(float **to, const float *from, size_t count) {
    float *made = *to;
    memcpy(made, from, count * sizeof(float));
    *to += count;
    return made;
}

static const float *means(float **to, const xh_step_table *t, const float *steps) {
    float *made = *to;
    const size_t count = t->tables * t->conductances;
    for (size_t i = 0; i < count; i++) {
        made[i] = (float)mean_of(t, steps + i * t->probabilities);
    }
    *to += count;
    return made;
}

xh_status xh_step_table_create(const xh_step_table *view, xh_step_table **table, xh_error *error) {
    const xh_status status = check(view, error);
    if (status != XH_OK) {
        return status;
    }
    const size_t n = view->tables, c = view->conductances, p = view->probabilities;
    const size_t count = c + p + 2 * n * c * p + 2 * n * c;
    whole *made =
        xh_array_create(1, sizeof(*made) + 2 * n * sizeof(double) + count * sizeof(float));
    if (!made) {
        return xh_error_set(error, XH_MEMORY, "no memory for tables of %zu steps", 2 * n * c * p);
    }
    memcpy(made->ranges, view->low, n * sizeof(double));
    memcpy(made->ranges + n, view->high, n * sizeof(double));
    float *room = (float *)(made->ranges + 2 * n);
    xh_step_table *t = &made->table;
    *t = (xh_step_table){.tables = n,
                         .conductances = c,
                         .probabilities = p,
                         .low = made->ranges,
                         .high = made->ranges + n};
    t->conductance = copy(&room, view->conductance, c);
    t->probability = copy(&room, view->probability, p);
    t->up = copy(&room, view->up, n * c * p);
    t->down = copy(&room, view->down, n * c * p);
    t->mean_up = means(&room, t, t->up);
    t->mean_down = means(&room, t, t->down);
    for (size_t i = 0; i < n; i++) {
        t->g_min += t->low[i] / (double)n;
        t->g_max += t->high[i] / (double)n;
    }
    if (check_ways(t, error) != XH_OK) {
        xh_step_table_free(t);
        return XH_INPUT;
    }
    *table = t;
    return XH_OK;
}

void xh_step_table_free(xh_step_table *table) {
    xh_array_free(table); /* the first member of a whole */
}

static const uint64_t prime = UINT64_C(0x100000001b3);

static uint64_t hash(uint64_t state, const void *bytes, size_t size) {
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < size; i++) {
        state = (state ^ byte[i]) * prime;
    }
    return state;
}

void xh_step_table_checksum(const xh_step_table *view, char text[XH_STEP_TABLE_CHECKSUM_SIZE]) {
    const size_t steps = steps_of(view) * sizeof(float);
    uint64_t state = UINT64_C(0xcbf29ce484222325);
    state = (state ^ view->tables) * prime;
    state = (state ^ view->conductances) * prime;
    state = (state ^ view->probabilities) * prime;
    state = hash(state, view->conductance, view->conductances * sizeof(float));
    state = hash(state, view->probability, view->probabilities * sizeof(float));
    state = hash(state, view->low, view->tables * sizeof(double));
    state = hash(state, view->high, view->tables * sizeof(double));
    state = hash(state, view->up, steps);
    state = hash(state, view->down, steps);
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < XH_STEP_TABLE_CHECKSUM_SIZE - 1; i++) {
        text[i] = digits[state >> (60 - 4 * i) & 15];
    }
    text[XH_STEP_TABLE_CHECKSUM_SIZE - 1] = '\0';
}
