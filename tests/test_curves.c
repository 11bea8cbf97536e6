/*
 * Response of the pulsed models against published curves of the same laws: 20,000 cells, 200 pulses
 * up and 200 down, means and deviations of their weights.
 *
 * The curves are those of ConstantStep and SoftBounds of IBM's aihwkit with the defaults of their
 * classes. There a weight w stands for (G - middle) / half, in units of w_max = 0.6, and a step at
 * zero is 0.001: 1200 states. Every comparison allows 4 standard errors of the published sample,
 * plus 1 % of the range for a slight bias of its noise. The standard error of a difference is 1.4
 * times that, but the 1 % alone are 10 of them or more: chance fails this with a probability far
 * below 1e-9.
 *
 * The curves lie in curves/ below $XH_GOLDEN, or below ../shared/golden beside the source tree.
 */
#include "device_rig.h"
#include "suite.h"

#include <stdio.h>

enum { CELLS = 20000, WAY = 200, POINTS = 2 * WAY + 1, SKIPPED = 77, PATH = 4096 };

#define W_MAX 0.6
#define G_MIN 20e-6 /* far enough from zero that no cell's bound is held there */
#define G_MAX 30e-6

typedef struct curve {
    double mean[POINTS];
    double deviation[POINTS];
} curve;

static const struct {
    const char *model;
    const char *file;
} cases[] = {
    {"constant_step", "default_ConstantStep.csv"},
    {"soft_bounds", "default_SoftBounds.csv"},
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static FILE *open_curve(const char *file) {
    char path[PATH];
    const char *folder = getenv("XH_GOLDEN");
    folder = folder ? folder : XH_SOURCE_DIR "/../shared/golden";
    const int length = snprintf(path, sizeof path, "%s/curves/%s", folder, file);
    return length > 0 && length < PATH ? fopen(path, "r") : NULL;
}

/* A number that ends a field, and where the next field begins. */
static double field(char **text) {
    char *end = NULL;
    const double value = strtod(*text, &end);
    ck_assert(end != *text && *end == ',');
    *text = end + 1;
    return value;
}

/* Rows of pulse, mean, deviation and more, below a line of names. */
static void load(const char *file, curve *published) {
    static const char names[] = "pulse,mean_true,std_true,";
    char line[256];
    FILE *stream = open_curve(file);
    ck_assert_ptr_nonnull(stream);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, stream));
    ck_assert_int_eq(strncmp(line, names, sizeof names - 1), 0);
    for (size_t point = 0; point < POINTS; point++) {
        ck_assert_ptr_nonnull(fgets(line, sizeof line, stream));
        char *text = line;
        ck_assert_double_eq(field(&text), (double)point);
        published->mean[point] = field(&text);
        published->deviation[point] = field(&text);
    }
    ck_assert_ptr_null(fgets(line, sizeof line, stream));
    ck_assert_int_eq(fclose(stream), 0);
}

/* Cells with the peer's defaults at the nominal lower bound, or their own where that is above. */
static rig create(const char *name) {
    rig r = rig_create_named(name, QUIET, CELLS);
    rig_set(&r, "g_min", G_MIN);
    rig_set(&r, "g_max", G_MAX);
    rig_set(&r, "states", 1200);
    rig_set(&r, "step_spread", 0.3);
    rig_set(&r, "cycle_noise", 0.3);
    rig_set(&r, "bound_spread", 0.3);
    rig_set(&r, "up_down_spread", 0.01);
    rig_init(&r, 41);
    for (size_t c = 0; c < CELLS; c++) {
        r.cells.plane[0][c] = fmaxf((float)G_MIN, rig_bound(&r, "g_min", c));
    }
    return r;
}

static void observe(const rig *r, size_t point, curve *measured) {
    const double scale = 2 * W_MAX / (G_MAX - G_MIN);
    measured->mean[point] = scale * (mean(r->cells.plane[0], CELLS) - (G_MAX + G_MIN) / 2);
    measured->deviation[point] = scale * deviation(r->cells.plane[0], CELLS);
}

static void respond(const char *model, curve *measured) {
    rig r = create(model);
    observe(&r, 0, measured);
    for (size_t point = 1; point < POINTS; point++) {
        rig_steer(&r, point <= WAY ? 1 : -1, 0);
        xh_rng_normal(rig_stream(3, point), 0, CELLS, r.noise);
        rig_pulse(&r, 0.0);
        observe(&r, point, measured);
    }
    rig_destroy(&r);
}

START_TEST(test_response) {
    static curve published;
    static curve measured;
    for (size_t i = 0; i < CASES; i++) {
        double farthest[2] = {0, 0};
        load(cases[i].file, &published);
        respond(cases[i].model, &measured);
        for (size_t point = 0; point < POINTS; point++) {
            const double error = published.deviation[point] / sqrt(CELLS);
            const double bias = 0.01 * 2 * W_MAX;
            const double of_mean = fabs(measured.mean[point] - published.mean[point]);
            const double of_spread = fabs(measured.deviation[point] - published.deviation[point]);
            ck_assert_double_le(of_mean, 4 * error + bias);
            ck_assert_double_le(of_spread, 4 * error / sqrt(2) + bias);
            farthest[0] = fmax(farthest[0], of_mean);
            farthest[1] = fmax(farthest[1], of_spread);
        }
        printf("%s: off by at most %.4f in the mean, %.4f in the deviation\n", cases[i].model,
               farthest[0], farthest[1]);
    }
}
END_TEST

/* Exit status 77 says that there is nothing to compare with; where CI=true that is a failure. */
int main(void) {
    for (size_t i = 0; i < CASES; i++) {
        FILE *stream = open_curve(cases[i].file);
        if (!stream) {
            const char *ci = getenv("CI");
            printf("skipped: curves/%s is not there; name the folder of curves/ with XH_GOLDEN\n",
                   cases[i].file);
            return ci && strcmp(ci, "true") == 0 ? EXIT_FAILURE : SKIPPED;
        }
        (void)fclose(stream);
    }
    const TTest *const tests[] = {test_response};
    return xh_suite_run("curves", tests, sizeof(tests) / sizeof(tests[0]));
}
