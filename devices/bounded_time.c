/* Cells between two bounds: what writing, RESET, time and reads do to all models of bounded.h, where
 * the equations are. */
#include "crosshebb/kernel.h"
#include "devices/bounded.h"
#include "devices/exponential.h"

#include <math.h>
#include <string.h>

size_t xh_bounded_draws(const void *params) {
    return ((const xh_bounded_params *)params)->write_noise > 0 ? 2 : 1;
}

bool xh_bounded_ages(const void *params) {
    const xh_bounded_params *p = params;
    return p->lifetime > 0 || p->diffusion > 0;
}

size_t xh_bounded_kept_with(const xh_bounded_params *p, size_t own) {
    const size_t options = xh_bounded_ages(p)    ? BOUNDED_OPTIONS
                           : p->reset_spread > 0 ? BOUNDED_RESET + 1
                           : p->write_noise > 0  ? BOUNDED_SHOWN + 1
                                                 : 0;
    return BOUNDED_OWN + own + options;
}

/* What cells show after a write with these standard normals, which may lie where it is shown. */
static void show(const xh_bounded_params *p, xh_cells cells, float *shown, const float *noise) {
    const float spread = (float)p->write_noise * bounded_step(p);
    const float *g = cells.plane[BOUNDED_G];
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float seen = g[c] + spread * noise[c];
        shown[c] = seen < 0.0F ? 0.0F : seen;
    }
}

XH_KERNEL
void xh_bounded_show(const xh_bounded_params *p, size_t own, xh_cells cells, const float *direction,
                     const float *noise) {
    if (p->write_noise > 0) {
        const float spread = (float)p->write_noise * bounded_step(p);
        const float *write = noise + cells.count;
        const float *g = cells.plane[BOUNDED_G];
        float *shown = cells.plane[BOUNDED_OWN + own + BOUNDED_SHOWN];
        SPAN_LOOP
        for (size_t c = 0; c < cells.count; c++) {
            float seen = g[c] + spread * write[c];
            seen = seen < 0.0F ? 0.0F : seen;
            shown[c] = direction[c] != 0.0F ? seen : shown[c];
        }
    }
}

void xh_bounded_restore(const xh_bounded_params *p, size_t own, xh_cells cells, const float *noise,
                        const float *write) {
    const float range = (float)(p->g_max - p->g_min);
    const float spread = (float)p->reset_noise * range;
    const float raised = (float)p->reset * range;
    const bool kept = p->reset_spread > 0;
    const float *low = cells.plane[BOUNDED_LOW];
    const float *high = cells.plane[BOUNDED_HIGH];
    const float *mean = kept ? cells.plane[BOUNDED_OWN + own + BOUNDED_RESET] : low;
    const float more = kept ? 0.0F : raised;
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        cells.plane[BOUNDED_G][c] = span_clip(mean[c] + more + spread * noise[c], low[c], high[c]);
    }
    if (p->write_noise > 0) {
        show(p, cells, cells.plane[BOUNDED_OWN + own + BOUNDED_SHOWN], write);
    }
}

static void reset(const xh_bounded_params *p, size_t own, xh_cells cells, const float *noise,
                  xh_pulse_tally *tally) {
    xh_bounded_restore(p, own, cells, noise, noise + cells.count);
    tally->reset += cells.count;
}

/* Decay and diffusion of cells over seconds, with a standard normal each. What is shown moves along. */
XH_KERNEL
static void pass(const xh_bounded_params *p, size_t own, xh_cells cells, const float *noise,
                 double seconds) {
    const float rest = (float)(p->g_min + p->rest * (p->g_max - p->g_min));
    const float time = (float)seconds;
    const float *low = cells.plane[BOUNDED_LOW];
    const float *high = cells.plane[BOUNDED_HIGH];
    const float *decay = cells.plane[BOUNDED_OWN + own + BOUNDED_DECAY];
    const float *diffusion = cells.plane[BOUNDED_OWN + own + BOUNDED_DIFFUSION];
    float *g = cells.plane[BOUNDED_G];
    float *shown = cells.plane[BOUNDED_OWN + own + BOUNDED_SHOWN];
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float elapsed = decay[c] * time;
        float lost = 1.0F - span_exp(-elapsed);
        lost = elapsed < 1e-3F ? elapsed - elapsed * elapsed / 2.0F : lost; /* no digits are lost */
        float forgotten = lost * (2.0F - lost);                             /* 1 - e^(-2 t / tau) */
        float rate = 2.0F * decay[c];
        float variance = forgotten / (rate > 0.0F ? rate : 1.0F);
        variance = rate > 0.0F ? variance : time;
        float target = g[c] + lost * (rest - g[c]) + diffusion[c] * sqrtf(variance) * noise[c];
        float landed = span_clip(target, low[c], high[c]);
        float seen = shown[c] + (landed - g[c]);
        shown[c] = seen < 0.0F ? 0.0F : seen;
        g[c] = landed;
    }
}

static void age(const xh_bounded_params *p, size_t own, xh_cells cells, xh_rng stream,
                uint64_t first, double seconds) {
    enum { CHUNK = 256 };
    float noise[CHUNK] = {0};
    for (size_t begin = 0; xh_bounded_ages(p) && begin < cells.count; begin += CHUNK) {
        xh_cells part = {.count = cells.count - begin < CHUNK ? cells.count - begin : CHUNK};
        for (size_t plane = 0; plane < xh_bounded_kept_with(p, own); plane++) {
            part.plane[plane] = cells.plane[plane] + begin;
        }
        if (p->diffusion > 0) {
            xh_rng_normal(stream, first + begin, part.count, noise);
        }
        pass(p, own, part, noise, seconds);
    }
}

static void look(const xh_bounded_params *p, size_t own, xh_cells cells, float *conductance,
                 float *variance) {
    const size_t plane = p->write_noise > 0 ? BOUNDED_OWN + own + BOUNDED_SHOWN : BOUNDED_G;
    memcpy(conductance, cells.plane[plane], cells.count * sizeof *conductance);
    if (variance) {
        const float deviation = (float)(p->read_noise * (p->g_max - p->g_min));
        SPAN_LOOP
        for (size_t c = 0; c < cells.count; c++) {
            variance[c] = deviation * deviation;
        }
    }
}

/* The hooks of each number of own planes. */

size_t xh_bounded_kept(const void *params) {
    return xh_bounded_kept_with(params, 0);
}

size_t xh_shaped_kept(const void *params) {
    return xh_bounded_kept_with(params, BOUNDED_SHAPES);
}

void xh_bounded_reset(const void *params, xh_cells cells, const float *noise, double now,
                      xh_pulse_tally *tally) {
    (void)now;
    reset(params, 0, cells, noise, tally);
}

void xh_shaped_reset(const void *params, xh_cells cells, const float *noise, double now,
                     xh_pulse_tally *tally) {
    (void)now;
    reset(params, BOUNDED_SHAPES, cells, noise, tally);
}

void xh_bounded_age(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double from,
                    double to) {
    age(params, 0, cells, stream, first, to - from);
}

void xh_shaped_age(const void *params, xh_cells cells, xh_rng stream, uint64_t first, double from,
                   double to) {
    age(params, BOUNDED_SHAPES, cells, stream, first, to - from);
}

void xh_bounded_read(const void *params, xh_cells cells, double now, float *conductance,
                     float *variance) {
    (void)now;
    look(params, 0, cells, conductance, variance);
}

void xh_shaped_read(const void *params, xh_cells cells, double now, float *conductance,
                    float *variance) {
    (void)now;
    look(params, BOUNDED_SHAPES, cells, conductance, variance);
}
