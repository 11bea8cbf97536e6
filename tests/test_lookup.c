/*
 * Tables of measured steps, and the model lookup that follows them: interpolation against the plain
 * formula, a table made from a known law against that law, several tables, and tables that are
 * refused. Of the statistical comparisons (fewer than 50) chance alone fails one with a probability
 * below 3e-5.
 */
#include "device_rig.h"
#include "suite.h"

#include "devices/normal.h"

enum { G, LOW, HIGH, TABLE };
enum { CELLS = 40000, MOST = 20000 };

static xh_error error;

/* A view of arrays to be filled, with even axes and the range 2 ... 12 uS. */
static float conductance[64], probability[512], up[MOST], down[MOST];
static double low[8], high[8];

static xh_step_table view_of(size_t tables, size_t conductances, size_t probabilities) {
    ck_assert_uint_le(tables * conductances * probabilities, MOST);
    for (size_t i = 0; i < conductances; i++) {
        conductance[i] = (float)i / (float)(conductances - 1);
    }
    for (size_t j = 0; j < probabilities; j++) {
        probability[j] = ((float)j + 0.5F) / (float)probabilities;
    }
    for (size_t t = 0; t < tables; t++) {
        low[t] = 2e-6;
        high[t] = 12e-6;
    }
    for (size_t i = 0; i < tables * conductances * probabilities; i++) {
        up[i] = 0.05F;
        down[i] = -0.05F;
    }
    return (xh_step_table){.tables = tables,
                           .conductances = conductances,
                           .probabilities = probabilities,
                           .conductance = conductance,
                           .probability = probability,
                           .low = low,
                           .high = high,
                           .up = up,
                           .down = down};
}

static xh_step_table *made(const xh_step_table *view) {
    xh_step_table *table = NULL;
    ck_assert_msg(xh_step_table_create(view, &table, &error) == XH_OK, "%s", error.text);
    return table;
}

/* Cells that follow the table, over its own range. */
static rig follow(const xh_step_table *table, size_t count) {
    rig r = rig_create_named("lookup", DEFAULT, count);
    *r.model->table(r.params) = table;
    rig_set(&r, "g_min", table->g_min);
    rig_set(&r, "g_max", table->g_max);
    rig_init(&r, 11);
    return r;
}

START_TEST(test_normal_probability) {
    for (int i = -6000; i <= 6000; i++) {
        const double x = i / 1000.0;
        const double expected = erfc(-x / sqrt(2)) / 2;
        ck_assert_double_eq_tol((double)span_normal_probability((float)x), expected, 3e-7);
    }
    ck_assert_float_eq(span_normal_probability(1e4F), 1);
    ck_assert_float_le(span_normal_probability(-1e4F), 1e-38F);
}
END_TEST

START_TEST(test_example) {
    xh_step_table *copy = made(&xh_step_table_example);
    for (int way = -1; way <= 1; way += 2) {
        for (int i = 0; i <= 4; i++) {
            ck_assert_double_eq_tol(xh_step_table_mean(copy, way, i / 4.0),
                                    xh_step_table_mean(&xh_step_table_example, way, i / 4.0), 1e-8);
        }
    }
    ck_assert_double_eq_tol(copy->g_min, xh_step_table_example.g_min, 1e-12);
    ck_assert_double_eq_tol(copy->g_max, xh_step_table_example.g_max, 1e-12);
    char a[XH_STEP_TABLE_CHECKSUM_SIZE], b[XH_STEP_TABLE_CHECKSUM_SIZE];
    xh_step_table_checksum(copy, a);
    xh_step_table_checksum(&xh_step_table_example, b);
    ck_assert_str_eq(a, b);
    xh_step_table_free(copy);
}
END_TEST

START_TEST(test_checksum_sees_every_value) {
    xh_step_table view = view_of(2, 3, 4);
    char before[XH_STEP_TABLE_CHECKSUM_SIZE], after[XH_STEP_TABLE_CHECKSUM_SIZE];
    xh_step_table_checksum(&view, before);
    ck_assert_uint_eq(strspn(before, "0123456789abcdef"), 16);
    float *const places[] = {&conductance[1], &probability[3], &up[23], &down[11]};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const float kept = *places[i];
        *places[i] = nextafterf(kept, 1);
        xh_step_table_checksum(&view, after);
        ck_assert_str_ne(before, after);
        *places[i] = kept;
    }
    low[1] = nextafter(low[1], 1);
    xh_step_table_checksum(&view, after);
    ck_assert_str_ne(before, after);
}
END_TEST

/* The quantile of a table, from the definition. */
static double quantile(const xh_step_table *t, const float *steps, size_t table, double share,
                       double chance) {
    size_t i = 0, j = 0;
    while (i + 2 < t->conductances && (double)t->conductance[i + 1] <= share) {
        i++;
    }
    while (j + 2 < t->probabilities && (double)t->probability[j + 1] <= chance) {
        j++;
    }
    const double a = (share - (double)t->conductance[i]) /
                     ((double)t->conductance[i + 1] - (double)t->conductance[i]);
    const double b = (chance - (double)t->probability[j]) /
                     ((double)t->probability[j + 1] - (double)t->probability[j]);
    const double along = fmin(fmax(a, 0), 1), across = fmin(fmax(b, 0), 1);
    const float *q = steps + (table * t->conductances + i) * t->probabilities + j;
    const float *r = q + t->probabilities;
    return (1 - along) * ((1 - across) * (double)q[0] + across * (double)q[1]) +
           along * ((1 - across) * (double)r[0] + across * (double)r[1]);
}

/* Tables of random steps on uneven axes, of sizes from the smallest on. */
START_TEST(test_interpolation) {
    static const size_t sizes[][2] = {{2, 2}, {3, 2}, {2, 5}, {5, 4}, {7, 16}, {33, 9}};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        xh_step_table view = view_of(3, sizes[s][0], sizes[s][1]);
        const size_t steps = 3 * sizes[s][0] * sizes[s][1];
        xh_rng_uniform(rig_stream(7, s), 0, steps, up);
        xh_rng_uniform(rig_stream(8, s), 0, steps, down);
        for (size_t i = 0; i < steps; i++) {
            up[i] = 0.2F * up[i] + 0.001F;
            down[i] = -0.2F * down[i] - 0.001F;
        }
        for (size_t i = 0; i < view.conductances; i++) {
            conductance[i] *= sqrtf(conductance[i]);
        }
        for (size_t j = 0; j < view.probabilities; j++) {
            probability[j] *= probability[j];
        }
        low[1] = 3e-6;
        high[2] = 20e-6;
        xh_step_table *table = made(&view);
        rig r = follow(table, 2000);
        float *const *plane = r.cells.plane;
        ck_assert(plane[G] && plane[LOW] && plane[HIGH] && plane[TABLE]);
        rig_draw(&r, s);
        float *before = rig_snapshot(&r);
        ck_assert_ptr_nonnull(before);
        for (size_t c = 0; c < r.cells.count; c++) { /* all over the range, its ends included */
            const float share = (float)c / (float)(r.cells.count - 1);
            before[c] = plane[LOW][c] + share * (plane[HIGH][c] - plane[LOW][c]);
            plane[G][c] = before[c];
        }
        rig_pulse(&r, 0.0);
        for (size_t c = 0; c < r.cells.count; c++) {
            const double bottom = (double)plane[LOW][c], top = (double)plane[HIGH][c];
            const double share = ((double)before[c] - bottom) / (top - bottom);
            const double chance = erfc(-(double)r.noise[c] / sqrt(2)) / 2;
            const float *quantiles = r.direction[c] > 0 ? table->up : table->down;
            const double step = quantile(table, quantiles, (size_t)plane[TABLE][c], share, chance);
            const double target =
                (double)before[c] + (top - bottom) * (r.direction[c] != 0 ? step : 0);
            ck_assert_double_eq_tol((double)plane[G][c], fmin(fmax(target, bottom), top),
                                    2e-5 * (top - bottom));
        }
        xh_array_free(before);
        rig_destroy(&r);
        xh_step_table_free(table);
    }
}
END_TEST

/* Soft bounds with normal steps, as a table: up by 0.04 (1 - s) (1 + 0.3 x). */
static xh_step_table *soft_bounds(void) {
    static const double step = 0.04, spread = 0.3;
    xh_step_table view = view_of(1, 21, 401);
    for (size_t j = 0; j < view.probabilities; j++) {
        double x = 0; /* the normal of that probability, by Newton's method */
        for (int n = 0; n < 30; n++) {
            const double density = exp(-x * x / 2) / sqrt(2 * acos(-1));
            x -= (erfc(-x / sqrt(2)) / 2 - (double)probability[j]) / density;
        }
        for (size_t i = 0; i < view.conductances; i++) {
            const double share = (double)conductance[i];
            up[i * view.probabilities + j] = (float)(step * (1 - share) * (1 + spread * x));
            down[i * view.probabilities + j] = (float)(-step * share * (1 - spread * x));
        }
    }
    return made(&view);
}

/* Its mean and spread are those of the law, up to what a table cuts off beyond its last knots (at
 * probabilities of 0.0012), which is 0.5 % of the spread at most. */
START_TEST(test_known_law) {
    xh_step_table *table = soft_bounds();
    const double range = table->g_max - table->g_min;
    float *moved = xh_array_create(CELLS, sizeof(float));
    ck_assert_ptr_nonnull(moved);
    for (int factor = 0; factor <= 2; factor++) {
        for (int way = -1; way <= 1; way += 2) {
            rig r = follow(table, CELLS);
            rig_set(&r, "cycle_noise", factor);
            const float *g = r.cells.plane[G];
            ck_assert_ptr_nonnull(g);
            rig_place(&r, 0.3);
            const float before = g[0];
            rig_draw(&r, (uint64_t)factor);
            for (size_t c = 0; c < CELLS; c++) {
                r.direction[c] = (float)way;
            }
            rig_pulse(&r, 0.0);
            for (size_t c = 0; c < CELLS; c++) {
                moved[c] = (g[c] - before) / (float)range;
            }
            const double step = 0.04 * (way > 0 ? 0.7 : 0.3);
            const double spread = 0.3 * factor * step;
            ck_assert_double_le(fabs(mean(moved, CELLS) - way * step),
                                SIGMAS * spread / sqrt(CELLS) + 2e-6);
            ck_assert_double_le(fabs(deviation(moved, CELLS) - spread),
                                SIGMAS * spread / sqrt(2.0 * CELLS) + 0.005 * spread + 2e-7);
            rig_destroy(&r);
        }
    }
    xh_array_free(moved);
    xh_step_table_free(table);
}
END_TEST

/* Trains rise as those of the law: 1 - (1 - a)^n in the mean. */
START_TEST(test_known_staircase) {
    xh_step_table *table = soft_bounds();
    const double range = table->g_max - table->g_min;
    rig r = follow(table, CELLS);
    for (int n = 1; n <= 40; n++) {
        rig_draw(&r, (uint64_t)n);
        for (size_t c = 0; c < CELLS; c++) {
            r.direction[c] = 1;
        }
        rig_pulse(&r, 0.0);
        const double expected = table->g_min + range * (1 - pow(1 - 0.04, n));
        const double error_of_mean = deviation(r.cells.plane[G], CELLS) / sqrt(CELLS);
        ck_assert_double_eq_tol(mean(r.cells.plane[G], CELLS), expected,
                                SIGMAS * error_of_mean + 1e-5 * range);
    }
    rig_destroy(&r);
    xh_step_table_free(table);
}
END_TEST

/* Each cell follows one of the tables, with the range of that one. */
START_TEST(test_several_tables) {
    enum { TABLES = 4 };
    xh_step_table view = view_of(TABLES, 2, 2);
    for (size_t t = 0; t < TABLES; t++) {
        low[t] = (double)(1 + t) * 1e-6;
        high[t] = (double)(10 + 2 * t) * 1e-6;
        for (size_t i = 0; i < 4; i++) {
            up[4 * t + i] = 0.01F * (float)(t + 1);
        }
    }
    xh_step_table *table = made(&view);
    rig r = follow(table, CELLS);
    float *const *plane = r.cells.plane;
    ck_assert(plane[G] && plane[LOW] && plane[HIGH] && plane[TABLE]);
    rig_place(&r, 0.5);
    rig_steer(&r, 1, 0);
    float *before = rig_snapshot(&r);
    ck_assert_ptr_nonnull(before);
    rig_pulse(&r, 0.0);
    size_t count[TABLES] = {0};
    for (size_t c = 0; c < CELLS; c++) {
        const size_t t = (size_t)plane[TABLE][c];
        ck_assert_uint_lt(t, TABLES);
        count[t]++;
        ck_assert_double_eq_tol((double)plane[LOW][c], low[t], 1e-12);
        ck_assert_double_eq_tol((double)plane[HIGH][c], high[t], 1e-12);
        const double step = ((double)plane[G][c] - (double)before[c]) / (high[t] - low[t]);
        ck_assert_double_eq_tol(step, 0.01 * (double)(t + 1), 1e-6);
    }
    for (size_t t = 0; t < TABLES; t++) {
        const double share = 1.0 / TABLES;
        ck_assert_double_le(fabs((double)count[t] / CELLS - share),
                            SIGMAS * sqrt(share * (1 - share) / CELLS));
    }
    rig_set(&r, "g_min", table->g_min / 2); /* moved and stretched with the mean range */
    rig_set(&r, "g_max", table->g_max / 2);
    rig_init(&r, 11);
    for (size_t c = 0; c < 100; c++) {
        const size_t t = (size_t)plane[TABLE][c];
        ck_assert_double_eq_tol((double)plane[LOW][c], low[t] / 2, 1e-12);
        ck_assert_double_eq_tol((double)plane[HIGH][c], high[t] / 2, 1e-12);
    }
    xh_array_free(before);
    rig_destroy(&r);
    xh_step_table_free(table);
}
END_TEST

static void expect_refused(const xh_step_table *view, const char *text) {
    xh_step_table *table = NULL;
    error = (xh_error){0};
    ck_assert_int_eq(xh_step_table_create(view, &table, &error), XH_INPUT);
    ck_assert_msg(strstr(error.text, text), "\"%s\" is not in \"%s\"", text, error.text);
    ck_assert_ptr_null(table);
}

START_TEST(test_refused_tables) {
    xh_step_table view = view_of(2, 3, 4);
    view.conductances = 1;
    expect_refused(&view, "1 conductances are outside [2, 4096]");
    view.conductances = 3;
    view.tables = 0;
    expect_refused(&view, "0 tables are outside [1, 4096]");
    view.tables = 2;
    conductance[1] = 1;
    expect_refused(&view, "conductance 3 = 1 is not above the one before it, 1");
    view = view_of(2, 3, 4);
    conductance[0] = 0.1F;
    expect_refused(&view, "conductances run from 0.1 to 1, not from 0 to 1");
    view = view_of(2, 3, 4);
    probability[3] = 1.5F;
    expect_refused(&view, "probability 4 = 1.5 is outside [0, 1]");
    probability[3] = NAN;
    expect_refused(&view, "probability 4 = nan is outside [0, 1]");
    view = view_of(2, 3, 4);
    high[1] = low[1];
    expect_refused(&view, "the range of table 2, 2e-06 ... 2e-06 S, is empty");
    view = view_of(2, 3, 4);
    down[4 * 5 + 2] = -20;
    expect_refused(&view, "the down step of table 2 at conductance 3, probability 3, -20 of the "
                          "range, is outside [-10, 10]");
    view = view_of(2, 3, 4);
    view.up = down;
    expect_refused(&view, "the mean up step at mid-range is -0.05 of the range: it must be "
                          "positive");
    view.up = up;
    view.down = up;
    expect_refused(&view, "the mean down step at mid-range is 0.05 of the range: it must be "
                          "negative");
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        test_normal_probability, test_example,        test_checksum_sees_every_value,
        test_interpolation,      test_known_law,      test_known_staircase,
        test_several_tables,     test_refused_tables,
    };
    return xh_suite_run("lookup", tests, sizeof(tests) / sizeof(tests[0]));
}
