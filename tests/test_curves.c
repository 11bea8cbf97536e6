/*
 * Response of the pulsed models against published curves of the same laws: 20,000 cells, 200 pulses
 * up and 200 down, means and deviations of their weights: of what the cells are in, and of what the
 * last write shows.
 *
 * The curves are those of IBM's aihwkit, with the parameters of its published devices (our presets)
 * or with the defaults of its classes. A weight w stands for (G - zero) / (g_max - g_min), in units
 * of w_max - w_min. Presets are given a window far enough from zero that no cell's bound is held
 * there; all else of them is relative to the window. Every comparison allows 4 standard errors of
 * the published sample, plus 1 % of the range for a slight bias of its noise. The standard error of
 * a difference is 1.4 times that, but the 1 % alone are 3 of them or more, and 10 for most: chance
 * fails one of the comparisons with a probability below 1e-3.
 *
 * The curves lie in curves/ below $XH_GOLDEN, or below ../shared/golden beside the source tree.
 */
#include "device_rig.h"
#include "suite.h"

#include "crosshebb/config.h"

#include <stdio.h>

enum { CELLS = 20000, WAY = 200, POINTS = 2 * WAY + 1, SKIPPED = 77, PATH = 4096 };

/* What is measured at each point of a curve, in the order of the columns. */
enum { MEAN, DEVIATION, SHOWN_MEAN, SHOWN_DEVIATION, FIGURES };

typedef double curve[POINTS][FIGURES];

#define WINDOW "g_min=20e-6", "g_max=30e-6"
#define SPREADS "g_min_spread=0.3", "g_max_spread=0.3"
#define DEFAULTS WINDOW, SPREADS, "states=1200", "step_spread=0.3", "cycle_noise=0.3"

static const struct {
    const char *file;
    const char *device; /* a model or a preset */
    double range;       /* w_max - w_min */
    const char *with[12];
} cases[] = {
    {"default_ConstantStep.csv", "constant_step", 1.2, {DEFAULTS}},
    {"default_SoftBounds.csv", "soft_bounds", 1.2, {DEFAULTS}},
    {"LinearStep_gamma0.5.csv", "linear_step", 1.2, {DEFAULTS, "gamma_up=0.5", "gamma_down=0.5"}},
    {"GokmenVlasov.csv", "gokmen-vlasov", 2, {WINDOW}},
    {"Idealized.csv", "idealized", 2, {WINDOW}},
    {"EcRam.csv", "ecram", 2, {WINDOW}},
    {"ReRamSB.csv", "reram-sb", 2, {WINDOW}},
    {"ReRamArrayHfO2.csv", "reram-hfo2", 2, {NULL}},
    {"default_ExpStep.csv", "exp_step", 1.2, {DEFAULTS}},
    {"PCM.csv", "pcm-exp", 2, {WINDOW}},
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

/* Rows of pulse, the four figures and one more, below a line of names. */
static void load(const char *file, curve published) {
    static const char names[] = "pulse,mean_true,std_true,mean_apparent,std_apparent,";
    char line[256];
    FILE *stream = open_curve(file);
    ck_assert_ptr_nonnull(stream);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, stream));
    ck_assert_int_eq(strncmp(line, names, sizeof names - 1), 0);
    for (size_t point = 0; point < POINTS; point++) {
        ck_assert_ptr_nonnull(fgets(line, sizeof line, stream));
        char *text = line;
        ck_assert_double_eq(field(&text), (double)point);
        for (size_t figure = 0; figure < FIGURES; figure++) {
            published[point][figure] = field(&text);
        }
    }
    ck_assert_ptr_null(fgets(line, sizeof line, stream));
    ck_assert_int_eq(fclose(stream), 0);
}

/* Cells of a case at the lower bound of the nominal range, or at their own where that is above, as
 * a write shows them. */
static rig create(size_t number) {
    const xh_device_model *model = NULL;
    static xh_param_values values;
    xh_error error = {0};
    size_t count = 0;
    while (cases[number].with[count]) {
        count++;
    }
    ck_assert_msg(xh_device_load(cases[number].device, cases[number].with, count, &model, &values,
                                 &error) == XH_OK,
                  "%s", error.text);
    rig r = rig_create_named(model->name, DEFAULT, CELLS);
    memcpy(r.params, values.bytes, model->params->size);
    rig_init(&r, 41);
    const float start = (float)model->nominal(r.params).g_min;
    for (size_t c = 0; c < CELLS; c++) {
        r.cells.plane[0][c] = fmaxf(start, rig_bound(&r, "g_min", c));
    }
    if (rig_number(&r, "write_noise") > 0) {
        const double range = rig_number(&r, "g_max") - rig_number(&r, "g_min");
        const double spread = rig_number(&r, "write_noise") * range / rig_number(&r, "states");
        float *shown = r.cells.plane[rig_plane(&r, "shown")];
        xh_rng_normal(rig_stream(4, 0), 0, CELLS, shown);
        for (size_t c = 0; c < CELLS; c++) {
            shown[c] = r.cells.plane[0][c] + (float)spread * shown[c];
        }
    }
    return r;
}

static void observe(const rig *r, double range, double *figures) {
    const xh_device_nominal nominal = r->model->nominal(r->params);
    const double scale = range / (nominal.g_max - nominal.g_min);
    const float *values[] = {r->cells.plane[0], rig_shown(r)};
    for (size_t i = 0; i < 2; i++) {
        figures[2 * i] = scale * (mean(values[i], CELLS) - nominal.zero);
        figures[2 * i + 1] = scale * deviation(values[i], CELLS);
    }
}

static void respond(size_t number, curve measured) {
    rig r = create(number);
    observe(&r, cases[number].range, measured[0]);
    for (size_t point = 1; point < POINTS; point++) {
        rig_draw(&r, point);
        for (size_t c = 0; c < CELLS; c++) {
            r.direction[c] = point <= WAY ? 1 : -1;
        }
        rig_pulse(&r, 0.0);
        observe(&r, cases[number].range, measured[point]);
    }
    rig_destroy(&r);
}

START_TEST(test_response) {
    static curve published;
    static curve measured;
    const char *file = cases[_i].file;
    double farthest[FIGURES] = {0};
    load(file, published);
    respond((size_t)_i, measured);
    for (size_t point = 0; point < POINTS; point++) {
        for (size_t figure = 0; figure < FIGURES; figure++) {
            const bool spread = figure == DEVIATION || figure == SHOWN_DEVIATION;
            const double deviation = published[point][spread ? figure : figure + 1];
            const double error = deviation / sqrt(CELLS) / (spread ? sqrt(2) : 1);
            const double off = fabs(measured[point][figure] - published[point][figure]);
            ck_assert_msg(off <= 4 * error + 0.01 * cases[_i].range,
                          "%s: figure %zu at pulse %zu is %g, not %g", file, figure, point,
                          measured[point][figure], published[point][figure]);
            farthest[figure] = fmax(farthest[figure], off);
        }
    }
    printf("%s: off by at most %.4f and %.4f in the means, %.4f and %.4f in the deviations\n", file,
           farthest[MEAN], farthest[SHOWN_MEAN], farthest[DEVIATION], farthest[SHOWN_DEVIATION]);
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
    Suite *suite = suite_create("curves");
    TCase *each = tcase_create("every curve");
    tcase_set_timeout(each, 60);
    tcase_add_loop_test(each, test_response, 0, CASES);
    suite_add_tcase(suite, each);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
