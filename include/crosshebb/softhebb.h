/**
 * The elementwise parts of a SoftHebb block (Journe et al., "Hebbian Deep Learning Without
 * Feedback", ICLR 2023): normalisation, soft winner-take-all, Triangle, pooling. Activations are
 * channels-fastest.
 */
#ifndef CROSSHEBB_SOFTHEBB_H
#define CROSSHEBB_SOFTHEBB_H

#include "crosshebb/array.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Batch normalisation without scale and shift: eps 1e-5, momentum 0.1, unbiased running variance.
 */
typedef struct xh_normalise {
    size_t channels;
    float *mean;     /* running, starts at 0 */
    float *variance; /* running, starts at 1 */
    float *inverse;  /* 1 / deviation of the latest images, for the way back; NULL: not kept */
} xh_normalise;

/** In place; with learn the batch's own statistics are used and the running ones move, else the
 * running ones. */
void xh_normalise_apply(xh_normalise normalise, xh_images images, int learn);

/** The way back of a pass with learn that kept inverse and made these images: the gradient by them,
 * of their shape, becomes in place that by what they were. */
void xh_normalise_back(xh_normalise normalise, xh_images images, float *gradient);

/** How the neurons at one position compete. */
typedef enum xh_competition {
    XH_COMPETITION_SOFT_ANTI, /* softmax; winner +, losers - (soft anti-Hebbian) */
    XH_COMPETITION_SOFT,      /* softmax, all + */
    XH_COMPETITION_HARD       /* 1 for the winner, else 0 */
} xh_competition;

/** y [count][outputs] from u [count][outputs], of which what is smaller than threshold becomes 0; adds
 * 1 to wins[winner] (may be NULL) a vector. Ties: the lowest index. */
void xh_compete(xh_competition competition, float inverse_temperature, float threshold,
                size_t count, size_t outputs, const float *u, float *y, uint32_t *wins);

/** max(0, u - mean over outputs of u)^power, [count][outputs]; a and u may be the same. */
void xh_triangle(float power, size_t count, size_t outputs, const float *u, float *a);

/** softmax(sharpness * u), the activation of the fully connected preset; a and u may be the same.
 */
void xh_softmax(float sharpness, size_t count, size_t outputs, const float *u, float *a);

/** max(0, u); a and u may be the same. */
void xh_relu(size_t count, const float *u, float *a);

/** Its way back, from the gradient by a to that by u; by_u may be any of the others. */
void xh_relu_back(size_t count, const float *a, const float *by_a, float *by_u);

typedef enum xh_pool_kind { XH_POOL_NONE, XH_POOL_MAX, XH_POOL_AVERAGE } xh_pool_kind;

/** Average pooling counts its padding (zeros) in the divisor; maximum pooling pads with minus
 * infinity. */
typedef struct xh_pool {
    xh_pool_kind kind;
    size_t size;
    size_t stride;
    size_t padding;
} xh_pool;

/** Positions of a pooled line of the given length: floor((length + 2 padding - size) / stride) + 1.
 */
size_t xh_pool_length(xh_pool pool, size_t length);

/** Pools one image [height][width][channels] into out. */
void xh_pool_apply(xh_pool pool, size_t height, size_t width, size_t channels, const float *image,
                   float *out);

/** Its way back, from the gradient by out to that by the image. The largest pixel of a window (of
 * equals the first) takes all that a maximum has; image is not read by the other kinds. */
void xh_pool_back(xh_pool pool, size_t height, size_t width, size_t channels, const float *image,
                  const float *by_out, float *by_image);

#ifdef __cplusplus
}
#endif

#endif
