/* Pairs of texts, for up and for down pulses, become the tables of one device. */
#include "table_file.h"

#include "dataset_formats.h"

#include "crosshebb/array.h"

#include <math.h>
#include <stdlib.h>

/* Knots that differ by less than this share of the range are the same. */
static const double same = 1e-5;

/* Tables on their way: those of the first pair say how many knots there are. */
typedef struct import {
    const char *first; /* the file that the others are compared with */
    size_t tables;
    size_t conductances;
    size_t probabilities;
    float *conductance;
    float *probability;
    double *low;
    double *high;
    float *step[2]; /* up, down */
} import;

static xh_status load(const char *path, xh_table_text *text, xh_error *error) {
    uint8_t *bytes = NULL;
    size_t size = 0;
    xh_status status = xh_dataset_file(path, &bytes, &size, error);
    if (status == XH_OK) {
        status = xh_table_text_parse(path, (const char *)bytes, size, text, error);
    }
    free(bytes);
    return status;
}

static double range_of(const xh_table_text *text) {
    return text->conductance[text->conductances - 1] - text->conductance[0];
}

/* Rounded to a float, but 0 and 1 at the ends. */
static float share_of(const xh_table_text *text, size_t i) {
    return i + 1 == text->conductances
               ? 1.0F
               : (float)((text->conductance[i] - text->conductance[0]) / range_of(text));
}

static xh_status begin(import *made, const char *path, const xh_table_text *text, size_t tables,
                       xh_error *error) {
    const size_t c = text->conductances, p = text->probabilities;
    *made = (import){.first = path, .tables = tables, .conductances = c, .probabilities = p};
    made->conductance = xh_array_create(c, sizeof(float));
    made->probability = xh_array_create(p, sizeof(float));
    made->low = xh_array_create(tables, sizeof(double));
    made->high = xh_array_create(tables, sizeof(double));
    made->step[0] = xh_array_create(tables * c * p, sizeof(float));
    made->step[1] = xh_array_create(tables * c * p, sizeof(float));
    if (!made->conductance || !made->probability || !made->low || !made->high || !made->step[0] ||
        !made->step[1]) {
        return xh_error_set(error, XH_MEMORY, "no memory for %zu tables of %zu x %zu steps", tables,
                            c, p);
    }
    for (size_t i = 0; i < c; i++) {
        made->conductance[i] = share_of(text, i);
    }
    for (size_t j = 0; j < p; j++) {
        made->probability[j] = (float)text->probability[j];
    }
    return XH_OK;
}

static void end(import *made) {
    xh_array_free(made->conductance);
    xh_array_free(made->probability);
    xh_array_free(made->low);
    xh_array_free(made->high);
    xh_array_free(made->step[0]);
    xh_array_free(made->step[1]);
}

static xh_status differ(const import *made, const char *path, const char *what, xh_error *error) {
    return xh_error_set(error, XH_INPUT, "%s: its %s are not those of %s", path, what, made->first);
}

static xh_status compare(const import *made, const char *path, const xh_table_text *text,
                         xh_error *error) {
    if (text->conductances != made->conductances) {
        return differ(made, path, "conductances", error);
    }
    if (text->probabilities != made->probabilities) {
        return differ(made, path, "probabilities", error);
    }
    for (size_t i = 0; i < made->conductances; i++) {
        if (fabs((double)share_of(text, i) - (double)made->conductance[i]) > same) {
            return differ(made, path, "conductances, relative to the range,", error);
        }
    }
    for (size_t j = 0; j < made->probabilities; j++) {
        if (fabs(text->probability[j] - (double)made->probability[j]) > same) {
            return differ(made, path, "probabilities", error);
        }
    }
    return XH_OK;
}

/* Steps of one direction, relative to the range and with probabilities innermost. */
static void take(import *made, size_t table, int way, const xh_table_text *text) {
    const size_t c = made->conductances, p = made->probabilities;
    float *step = made->step[way] + table * c * p;
    for (size_t i = 0; i < c; i++) {
        for (size_t j = 0; j < p; j++) {
            step[i * p + j] = (float)(text->step[j * c + i] / range_of(text));
        }
    }
}

static xh_status take_ranges(import *made, size_t table, const char *const paths[2],
                             const xh_table_text texts[2], xh_error *error) {
    const double range = range_of(&texts[0]);
    const size_t last = made->conductances - 1;
    if (fabs(texts[1].conductance[0] - texts[0].conductance[0]) > same * range ||
        fabs(texts[1].conductance[last] - texts[0].conductance[last]) > same * range) {
        return xh_error_set(error, XH_INPUT,
                            "%s: its conductances run from %g to %g S, those of "
                            "%s from %g to %g S",
                            paths[1], texts[1].conductance[0], texts[1].conductance[last], paths[0],
                            texts[0].conductance[0], texts[0].conductance[last]);
    }
    made->low[table] = texts[0].conductance[0];
    made->high[table] = texts[0].conductance[last];
    return XH_OK;
}

static xh_status take_pair(import *made, size_t table, size_t tables, const char *const paths[2],
                           xh_error *error) {
    xh_table_text texts[2] = {{0}};
    xh_status status = load(paths[0], &texts[0], error);
    if (status == XH_OK) {
        status = load(paths[1], &texts[1], error);
    }
    if (status == XH_OK && table == 0) {
        status = begin(made, paths[0], &texts[0], tables, error);
    }
    for (int way = 0; way < 2 && status == XH_OK; way++) {
        status = compare(made, paths[way], &texts[way], error);
        if (status == XH_OK) {
            take(made, table, way, &texts[way]);
        }
    }
    if (status == XH_OK) {
        status = take_ranges(made, table, paths, texts, error);
    }
    xh_table_text_free(&texts[0]);
    xh_table_text_free(&texts[1]);
    return status;
}

xh_status xh_table_import(const char *const *up, const char *const *down, size_t count,
                          xh_step_table **table, xh_error *error) {
    xh_error own = {0};
    error = error ? error : &own;
import made = {0 };
    xh_status status = XH_OK;
    for (size_t t = 0; t < count && status == XH_OK; t++) {
        status = take_pair(&made, t, count, (const char *const[]){up[t], down[t]}, error);
    }
    if (status == XH_OK) {
        const xh_step_table view = {
            .tables = made.tables,
            .conductances = made.conductances,
            .probabilities = made.probabilities,
            .conductance = made.conductance,
            .probability = made.probability,
            .low = made.low,
            .high = made.high,
            .up = made.step[0],
            .down = made.step[1],
        };
        if (xh_step_table_create(&view, table, error) != XH_OK) {
            status = xh_error_prefix(error, "%s and %s: ", up[0], down[0]);
        }
    }
    end(&made);
    return status;
}
