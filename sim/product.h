/* The two products of digital synapses: what neurons read, u = W x, and what they learn from,
 * A = y^T x. A product may keep its operands in a form of its own, packed: the weights from update
 * to update, the signals of an update a stretch of patches at a time. */
#ifndef XH_SIM_PRODUCT_H
#define XH_SIM_PRODUCT_H

#include "crosshebb/synapses.h"

/* Lines that are packed at a time; most outputs of a tile, and of a product by the machine's sgemm. */
enum { XH_PRODUCT_LINES = 48, XH_PRODUCT_OUTPUTS = 384 };

/* How one operand is packed: its lines are neurons (of the weights, of y) or inputs (of x), its depth
 * is what the product sums over. Both hooks are NULL if it is used as it is. */
typedef struct xh_packing {
    size_t (*size)(size_t lines, size_t depth); /* bytes */
    /* Lines first .. first + count - 1 of the matrix at from, weights [lines][depth], signals
     * [depth][lines], to their places: XH_PRODUCT_LINES of them from a multiple of that on, or what
     * is left at the end. */
    void (*pack)(size_t lines, size_t depth, size_t first, size_t count, const float *from,
                 void *packed);
} xh_packing;

/* Part of a length: first .. first + count - 1. */
typedef struct xh_span {
    size_t first;
    size_t count;
} xh_span;

/* Part of A: neurons by inputs. */
typedef struct xh_tile {
    xh_span outputs;
    xh_span inputs;
} xh_tile;

/* Signals of a stretch of patches, as the product packs them. */
typedef struct xh_operands {
    size_t count;
    size_t inputs;
    size_t outputs;
    const void *x; /* [count][inputs] */
    const void *y; /* [count][outputs] */
} xh_operands;

typedef struct xh_product {
    const char *name;
    size_t stretch; /* patches whose signals are packed together */
    size_t height;  /* most outputs of a tile, within XH_PRODUCT_OUTPUTS */
    size_t width;   /* most inputs of a tile */
    size_t grain;   /* inputs of a tile begin at multiples of it */
    xh_packing weights;
    xh_packing x;
    xh_packing y;
    /* u [count][outputs] = W x. */
    void (*read)(size_t inputs, size_t outputs, const void *weights, size_t count, const float *x,
                 float *u);
    /* A tile of change [outputs][inputs] = y^T x, or += if it keeps what it holds. */
    void (*correlate)(const xh_operands *operands, xh_tile tile, bool keep, float *change);
} xh_product;

/* Sum of the squares of count values. */
float xh_product_square(size_t count, const float *values);

extern const xh_product xh_product_float32; /* the machine's sgemm */

/* A product of floats of our own, for shapes of layers; NULL where the processor has no AVX-512. */
const xh_product *xh_product_avx512(void);

extern const xh_product xh_product_int16; /* whole numbers, exactly summed, on any processor */

/* The same bits by instructions of AVX2, and by one of AVX-512; NULL where the processor has none. */
const xh_product *xh_product_madd(void);
const xh_product *xh_product_vnni(void);

/* The fastest way to multiply in that arithmetic. */
const xh_product *xh_product_of(xh_arithmetic arithmetic);

#endif
