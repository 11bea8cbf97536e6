/*
 * The staircases of the model neurosim against NeuroSim's equation, its labels against their
 * definition, the steps of eight measured devices, and what spreads. Of the statistical comparisons
 * (fewer than 50) chance alone fails one with a probability below 3e-5.
 */
#include "device_rig.h"
#include "suite.h"

#include "devices/nonlinearity.h"

enum { CELLS = 40000 };

static rig create(rig_variant v, size_t count) {
    return rig_create_named("neurosim", v, count);
}

/* A quiet cell whose two staircases have these labels and lengths. */
static rig quiet(double label_up, double pulses_up, double label_down, double pulses_down,
                 size_t count) {
    rig r = create(QUIET, count);
    rig_set(&r, "label_up", label_up);
    rig_set(&r, "pulses_up", pulses_up);
    rig_set(&r, "label_down", label_down);
    rig_set(&r, "pulses_down", pulses_down);
    rig_init(&r, 11);
    return r;
}

/* Decay over length, A / P, of labels in NeuroSim's table; its entries have four to five digits. */
START_TEST(test_label_table) {
    static const double table[][2] = {
        {0.5, 2.51987}, {1, 1.25165},    {2, 0.60903},    {2.4, 0.49918}, {3, 0.38683},
        {4, 0.26909},   {4.88, 0.20030}, {6.76, 0.10025}, {8, 0.05278},   {9, 0.02281}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const double decay = 1 / xh_nonlinearity_curvature(table[i][0]);
        ck_assert_double_eq_tol(decay, table[i][1], 5.5e-6 + 2.2e-5 * table[i][1]);
        ck_assert_double_eq(1 / xh_nonlinearity_curvature(-table[i][0]), -decay);
    }
    ck_assert_double_eq(xh_nonlinearity_curvature(0), 0);
    ck_assert_double_eq(xh_nonlinearity_curvature(12), xh_nonlinearity_curvature(9));
}
END_TEST

/* A label is 10.1015 times the largest distance of the staircase from the straight line. */
START_TEST(test_label_is_a_distance) {
    enum { POINTS = 20000, LABELS = 50 };
    for (int l = 0; l < LABELS; l++) {
        const double label = 0.001 * pow(1.2, l);
        const double s = xh_nonlinearity_curvature(label);
        double largest = 0;
        for (int i = 0; i <= POINTS; i++) {
            const double x = (double)i / POINTS;
            largest = fmax(largest, expm1(-s * x) / expm1(-s) - x);
        }
        ck_assert_double_eq_tol(10.1015 * largest, label, 1e-6 * label);
        ck_assert_double_eq_tol(xh_nonlinearity_label(s), label, 1e-10 * label);
    }
}
END_TEST

/* NeuroSim's G(n) for a decay of A pulses: from g_min, and from g_max at n = P. */
static double published(double n, double decay, double pulses) {
    return (1 - exp(-n / decay)) / (1 - exp(-pulses / decay));
}

static void expect_staircase(rig *r, float way, double decay, int pulses) {
    const double g_min = (double)r->cells.plane[rig_plane(r, "g_min")][0];
    const double range = (double)r->cells.plane[rig_plane(r, "g_max")][0] - g_min;
    rig_place(r, way > 0 ? 0 : 1);
    rig_steer(r, way, 0);
    for (int n = 1; n <= pulses; n++) {
        rig_pulse(r, 0.0);
        const double passed = way > 0 ? n : pulses - n;
        const double expected = g_min + range * published(passed, decay, pulses);
        ck_assert_double_eq_tol((double)r->cells.plane[0][0], expected, 1e-5 * range);
    }
    rig_pulse(r, 0.0); /* there it stays */
    ck_assert_double_eq_tol((double)r->cells.plane[0][0], way > 0 ? g_min + range : g_min,
                            1e-5 * range);
}

/* The whole way up and down, with labels of either sign. */
START_TEST(test_staircases) {
    static const double labels[] = {-4.88, -0.63, 0.01, 0.105, 1.94, 2.4, 6.76, 8};
    enum { LABELS = sizeof labels / sizeof labels[0], UP = 97, DOWN = 60 };
    for (size_t i = 0; i < LABELS; i++) {
        const double up = labels[i];
        const double down = -labels[(i + 3) % LABELS];
        rig r = quiet(up, UP, down, DOWN, 3);
        expect_staircase(&r, 1, UP / xh_nonlinearity_curvature(up), UP);
        expect_staircase(&r, -1, DOWN / xh_nonlinearity_curvature(down), DOWN);
        rig_destroy(&r);
    }
}
END_TEST

START_TEST(test_label_zero_is_linear) {
    rig r = quiet(0, 10, 0, 40, 2);
    const double range = rig_number(&r, "g_max") - rig_number(&r, "g_min");
    const float ways[] = {1, -1};
    for (size_t i = 0; i < 2; i++) {
        for (int fifth = 1; fifth < 5; fifth++) {
            rig_place(&r, fifth / 5.0);
            const double before = (double)r.cells.plane[0][1];
            rig_steer(&r, ways[i], 0);
            rig_pulse(&r, 0.0);
            const double step = (double)r.cells.plane[0][1] - before;
            ck_assert_double_eq_tol(step, range * (ways[i] > 0 ? 0.1 : -0.025), 1e-6 * range);
        }
    }
    rig_destroy(&r);
}
END_TEST

/* One pulse from this share of the range, in percent of it. */
static double step_from(rig *r, float way, double share) {
    rig_place(r, share);
    const double before = (double)r->cells.plane[0][0];
    rig_steer(r, way, 0);
    rig_pulse(r, 0.0);
    const double range = rig_number(r, "g_max") - rig_number(r, "g_min");
    return 100 * way * ((double)r->cells.plane[0][0] - before) / range;
}

/* The slope of the staircase at G, as published, from its step: a step of an exponential is smaller
 * than its slope where it begins by one and the same factor everywhere. */
static double slope_from(rig *r, float way, double share, double curvature, double pulses) {
    const double decay = pulses / curvature;
    return step_from(r, way, share) / decay / -expm1(-1 / decay);
}

/* The slopes of the staircases of eight measured devices [percent of the range], computed by others
 * from the labels and numbers of pulses in the manual of MLP+NeuroSim V3.0. */
START_TEST(test_measured_devices) {
    static const struct {
        double up, down, pulses_up, pulses_down; /* labels, lengths */
        double up_low, up_high, down_high, down_low;
    } devices[] = {
        {2.4, -4.88, 97, 100, 2.39, 0.32, 5.03, 0.03},   /* Ag:a-Si */
        {1.85, -1.79, 102, 102, 1.90, 0.42, 1.86, 0.43}, /* TaOx/TiO2 */
        {0.04, -0.63, 128, 128, 0.79, 0.77, 0.99, 0.60}, /* TaOx/HfOx */
        {3.68, -6.76, 50, 50, 6.90, 0.25, 19.95, 0.00},  /* PCMO */
        {1.94, -0.61, 40, 40, 4.99, 1.02, 3.15, 1.94},   /* AlOx/HfO2 */
        {0.105, 2.4, 100, 120, 1.04, 0.96, 0.26, 1.93},  /* GST */
        {0.5, -0.5, 64, 64, 1.89, 1.27, 1.89, 1.27},     /* EpiRAM */
        {1.75, 1.46, 32, 32, 5.86, 1.41, 1.64, 5.32},    /* HZO FeFET */
    };
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        rig r =
            quiet(devices[i].up, devices[i].pulses_up, devices[i].down, devices[i].pulses_down, 1);
        const double s = xh_nonlinearity_curvature(devices[i].up);
        const double t = xh_nonlinearity_curvature(-devices[i].down);
        const double p = devices[i].pulses_up;
        const double q = devices[i].pulses_down;
        const double near = 1e-4; /* of the range, so that no bound is in the way */
        const double half = 0.006 + 100 * near * fmax(fabs(s) / p, fabs(t) / q); /* a last digit */
        ck_assert_double_eq_tol(slope_from(&r, 1, 0, s, p), devices[i].up_low, half);
        ck_assert_double_eq_tol(slope_from(&r, -1, 1, t, q), devices[i].down_high, half);
        /* towards the bound ahead the pulse would pass it: the slope comes from linearity */
        const double up_high = 2 * slope_from(&r, 1, 0.5, s, p) - slope_from(&r, 1, 0, s, p);
        const double down_low = 2 * slope_from(&r, -1, 0.5, t, q) - slope_from(&r, -1, 1, t, q);
        ck_assert_double_eq_tol(up_high, devices[i].up_high, half);
        ck_assert_double_eq_tol(down_low, devices[i].down_low, half);
        rig_destroy(&r);
    }
}
END_TEST

/* Trains of n pulses spread by cycle_noise times the range times the root of n. */
START_TEST(test_cycle_noise) {
    rig r = create(QUIET, CELLS);
    const double range = rig_number(&r, "g_max") - rig_number(&r, "g_min");
    rig_set(&r, "cycle_noise", 0.02);
    rig_set(&r, "label_up", 0);
    rig_set(&r, "label_down", 0);
    rig_init(&r, 11);
    const float ways[] = {1, -1};
    for (size_t i = 0; i < 2; i++) {
        rig_place(&r, 0.5);
        const double before = (double)r.cells.plane[0][0];
        float *moved = xh_array_create(CELLS, sizeof(float));
        for (int n = 1; n <= 9; n++) {
            rig_draw(&r, (uint64_t)n);
            for (size_t c = 0; c < CELLS; c++) {
                r.direction[c] = ways[i];
            }
            rig_pulse(&r, 0.0);
            for (size_t c = 0; c < CELLS; c++) {
                moved[c] = (float)(((double)r.cells.plane[0][c] - before) / range);
            }
            expect_normal(moved, CELLS, ways[i] * n / 128.0, 0.02 * sqrt(n));
        }
        xh_array_free(moved);
    }
    rig_destroy(&r);
}
END_TEST

/* The labels of cells, from their own steps. */
static void labels_of(const rig *r, const char *plane, double sign, float *labels) {
    const float *change = r->cells.plane[rig_plane(r, plane)];
    ck_assert_ptr_nonnull(change);
    for (size_t c = 0; c < r->cells.count; c++) {
        labels[c] = (float)(sign * xh_nonlinearity_label(-128 * log1p((double)change[c])));
    }
}

/* Every cell has labels and bounds of its own, and one says nothing about the other. */
START_TEST(test_spread) {
    rig r = create(DEFAULT, CELLS);
    rig_set(&r, "label_up", 2);
    rig_set(&r, "label_down", -3);
    rig_set(&r, "label_spread", 0.4);
    rig_set(&r, "g_min_spread", 0.15);
    rig_init(&r, 23);
    float *up = xh_array_create(CELLS, sizeof(float));
    float *down = xh_array_create(CELLS, sizeof(float));
    float *product = xh_array_create(CELLS, sizeof(float));
    labels_of(&r, "change_up", 1, up);
    labels_of(&r, "change_down", -1, down);
    for (size_t c = 0; c < CELLS; c++) {
        product[c] = (up[c] - 2) / 0.4F * ((down[c] + 3) / 0.4F);
    }
    expect_normal(up, CELLS, 2, 0.4);
    expect_normal(down, CELLS, -3, 0.4);
    ck_assert_double_le(fabs(mean(product, CELLS)), SIGMAS / sqrt(CELLS));
    expect_normal(r.cells.plane[rig_plane(&r, "g_min")], CELLS, 1e-6, 0.15e-6);
    expect_normal(r.cells.plane[rig_plane(&r, "g_max")], CELLS, 10e-6, 1e-6);
    const float *first = r.cells.plane[rig_plane(&r, "first_up")];
    ck_assert_ptr_nonnull(first);
    for (size_t c = 0; c < 100; c++) { /* its staircase crosses its own range */
        const double range = (double)rig_bound(&r, "g_max", c) - (double)rig_bound(&r, "g_min", c);
        const double s = xh_nonlinearity_curvature((double)up[c]);
        ck_assert_double_eq_tol((double)first[c], range * expm1(-s / 128) / expm1(-s),
                                1e-4 * range / 128);
    }
    xh_array_free(up);
    xh_array_free(down);
    xh_array_free(product);
    rig_destroy(&r);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        test_label_table,      test_label_is_a_distance, test_staircases, test_label_zero_is_linear,
        test_measured_devices, test_cycle_noise,         test_spread,
    };
    return xh_suite_run("neurosim", tests, sizeof(tests) / sizeof(tests[0]));
}
