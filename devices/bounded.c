/* Cells between two bounds: parameters, nominal figures and device-to-device spread of the models of
 * bounded.h, where the equations are. */
#include "devices/bounded.h"
#include "devices/exponential.h"

#include <math.h>
#include <string.h>

xh_device_nominal xh_bounded_nominal(const xh_bounded_params *p, double up, double down) {
    const double step = (p->g_max - p->g_min) / p->states;
    return (xh_device_nominal){
        .g_min = p->g_min,
        .g_max = p->g_max,
        .step_up = step * (1 + fmin(p->up_down, 0)) * up,
        .step_down = step * (1 - fmax(p->up_down, 0)) * down,
        .zero = p->g_min + p->weight_zero * (p->g_max - p->g_min),
        .unit = (p->g_max - p->g_min) / 2,
    };
}

xh_device_pulse_cost xh_bounded_cost(const void *params) {
    return ((const xh_bounded_params *)params)->cost;
}

/* From standard normals in the two planes to bounds, which without spread are the parameters in every
 * bit. */
static void spread_bounds(const xh_bounded_params *p, xh_cells cells) {
    const float g_min = (float)p->g_min;
    const float g_max = (float)p->g_max;
    const float above = (float)((1 - p->weight_zero) * (p->g_max - p->g_min));
    const float below = (float)(p->weight_zero * (p->g_max - p->g_min));
    const float high_spread = (float)p->g_max_spread;
    const float low_spread = (float)p->g_min_spread;
    float *low = cells.plane[BOUNDED_LOW];
    float *high = cells.plane[BOUNDED_HIGH];
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        high[c] = g_max + above * (fabsf(1.0F + high_spread * high[c]) - 1.0F);
        float bound = g_min - below * (fabsf(1.0F + low_spread * low[c]) - 1.0F);
        low[c] = bound < 0.0F ? 0.0F : bound;
    }
}

void xh_bounded_spread_pair(xh_bounded_pair pair, size_t count, float *up, float *down) {
    const float mean = (float)pair.mean;
    const float spread = (float)pair.spread;
    const float asymmetry_spread = (float)pair.up_down_spread;
    const float asymmetry_up = (float)fmin(pair.up_down, 0);
    const float asymmetry_down = (float)fmax(pair.up_down, 0);
    SPAN_LOOP
    for (size_t c = 0; c < count; c++) {
        float gain = pair.log_normal ? span_exp(spread * up[c]) : 1.0F + spread * up[c];
        float asymmetry = asymmetry_spread * down[c];
        up[c] = mean * fabsf(gain + asymmetry + asymmetry_up);
        down[c] = mean * fabsf(gain - asymmetry - asymmetry_down);
    }
}

/* From standard normals in the two planes to scales of steps. */
static void spread_steps(const xh_bounded_params *p, xh_cells cells) {
    const xh_bounded_pair steps = {.mean = (double)bounded_step(p),
                                   .spread = p->step_spread,
                                   .up_down = p->up_down,
                                   .up_down_spread = p->up_down_spread,
                                   .log_normal = p->step_log_normal};
    xh_bounded_spread_pair(steps, cells.count, cells.plane[BOUNDED_UP], cells.plane[BOUNDED_DOWN]);
}

/* Steps of the stream beyond those of any plane. */
enum { OPTION_STEP = 16, CORRUPT_STEP = 32, CORRUPT_PLACE_STEP };

/* Sets a share of the cells at a conductance between their bounds, for good. */
static void corrupt(const xh_bounded_params *p, xh_cells cells, xh_rng stream, uint64_t first) {
    enum { CHUNK = 256 };
    float chance[CHUNK];
    float place[CHUNK];
    const float share = (float)p->corrupt_share;
    const float reach = (float)(p->corrupt_range * (p->g_max - p->g_min) / 2);
    const float floor = bounded_zero(p) - reach;
    const float ceiling = bounded_zero(p) + reach;
    for (size_t begin = 0; begin < cells.count; begin += CHUNK) {
        const size_t count = cells.count - begin < CHUNK ? cells.count - begin : CHUNK;
        stream.step = CORRUPT_STEP;
        xh_rng_uniform(stream, first + begin, count, chance);
        stream.step = CORRUPT_PLACE_STEP;
        xh_rng_uniform(stream, first + begin, count, place);
        for (size_t c = 0; c < count; c++) {
            float *low = cells.plane[BOUNDED_LOW] + begin + c;
            float *high = cells.plane[BOUNDED_HIGH] + begin + c;
            if (chance[c] < share) {
                const float from = fmaxf(*low, floor);
                const float to = fminf(*high, ceiling);
                *low = span_clip(from + place[c] * (to - from), *low, *high);
                *high = *low;
                cells.plane[BOUNDED_UP][begin + c] = 0.0F;
                cells.plane[BOUNDED_DOWN][begin + c] = 0.0F;
            }
        }
    }
}

void xh_bounded_draw(const xh_bounded_params *p, xh_cells cells, xh_rng stream, uint64_t first) {
    for (size_t plane = 0; plane < BOUNDED_OWN; plane++) {
        stream.step = plane;
        xh_rng_normal(stream, first, cells.count, cells.plane[plane]);
    }
    spread_bounds(p, cells);
    spread_steps(p, cells);
    if (p->corrupt_share > 0) {
        corrupt(p, cells, stream, first);
    }
}

void xh_shaped_draw(const xh_bounded_params *p, xh_cells cells, xh_rng stream, uint64_t first) {
    xh_bounded_draw(p, cells, stream, first);
    for (size_t plane = BOUNDED_SHAPE_UP; plane <= BOUNDED_SHAPE_DOWN; plane++) {
        stream.step = plane;
        xh_rng_normal(stream, first, cells.count, cells.plane[plane]);
    }
}

/* From standard normals in the planes to what time does to each cell. */
static void spread_time(const xh_bounded_params *p, xh_cells cells, float *decay,
                        float *diffusion) {
    const float rate = p->lifetime > 0 ? (float)(1 / p->lifetime) : 0.0F;
    const float lifetime_spread = (float)p->lifetime_spread;
    const float width = (float)(p->diffusion * (p->g_max - p->g_min));
    const float diffusion_spread = (float)p->diffusion_spread;
    SPAN_LOOP
    for (size_t c = 0; c < cells.count; c++) {
        float life = fabsf(1.0F + lifetime_spread * decay[c]);
        decay[c] = rate / (life < 1e-6F ? 1e-6F : life);
        diffusion[c] = width * fabsf(1.0F + diffusion_spread * diffusion[c]);
    }
}

void xh_bounded_begin(const xh_bounded_params *p, size_t own, xh_cells cells, xh_rng stream,
                      uint64_t first) {
    const size_t kept = xh_bounded_kept_with(p, own);
    float **option = cells.plane + BOUNDED_OWN + own;
    for (size_t k = 0; k + BOUNDED_OWN + own < kept; k++) {
        stream.step = OPTION_STEP + k;
        xh_rng_normal(stream, first, cells.count, option[k]);
    }
    if (kept > BOUNDED_OWN + own + BOUNDED_DECAY) {
        spread_time(p, cells, option[BOUNDED_DECAY], option[BOUNDED_DIFFUSION]);
    }
    if (kept > BOUNDED_OWN + own + BOUNDED_RESET) {
        const float middle = (float)(p->reset * (p->g_max - p->g_min));
        const float spread = (float)(p->reset_spread * (p->g_max - p->g_min));
        float *mean = option[BOUNDED_RESET];
        const float *low = cells.plane[BOUNDED_LOW];
        SPAN_LOOP
        for (size_t c = 0; c < cells.count; c++) {
            mean[c] = low[c] + middle + spread * mean[c];
        }
    }
    xh_bounded_restore(p, own, cells, cells.plane[BOUNDED_G], option[BOUNDED_SHOWN]);
    if (kept > BOUNDED_OWN + own + BOUNDED_SHOWN && p->write_noise == 0) {
        memset(option[BOUNDED_SHOWN], 0, cells.count * sizeof(float)); /* stands there unused */
    }
}

void xh_bounded_init(const void *params, xh_cells cells, xh_rng stream, uint64_t first,
                     double now) {
    (void)now;
    xh_bounded_draw(params, cells, stream, first);
    xh_bounded_begin(params, 0, cells, stream, first);
}
