/** What bench is made of: how work is timed, the products that it is held against, what is timed. */
#ifndef XH_BENCH_H
#define XH_BENCH_H

#include "crosshebb/config.h"

/** Most repeats. */
enum { XH_BENCH_REPEATS = 16 };

/** How long and with how many threads to measure. */
typedef struct xh_bench_effort {
    int threads;
    double seconds; /* least time of a measurement */
    size_t repeats; /* measurements of each work, at most XH_BENCH_REPEATS */
    size_t trials;  /* of each arrangement of a product */
} xh_bench_effort;

/** ratio = value / bound; both NAN where there is no bound. */
typedef struct xh_bench_result {
    double value;
    double bound;
    double ratio;
} xh_bench_result;

/** Something to be timed. */
typedef struct xh_bench_work {
    xh_status (*run)(void *context, xh_error *error);
    void *context;
} xh_bench_work;

/** Seconds a call of work as the value, the least of the repeats; no bound. */
xh_status xh_bench_time(const xh_bench_effort *effort, xh_bench_work work, xh_bench_result *result,
                        xh_error *error);

/** Seconds a call of work as the value, the median of the repeats. Work and bound are measured in
 * turn, and ratio is the median over these pairs, so that what else the machine does meanwhile
 * meets both. */
xh_status xh_bench_compare(const xh_bench_effort *effort, xh_bench_work work, xh_bench_work bound,
                           xh_bench_result *result, xh_error *error);

/** The two products of a layer: u = x W' of a read, and y' x of an update. */
typedef enum xh_product_kind { XH_PRODUCT_READ, XH_PRODUCT_UPDATE } xh_product_kind;

/** How a product is cut into tiles: sizes, of which the last one of a line may be smaller. */
typedef struct xh_arrangement {
    bool whole; /* one product, by the threads of the library of products */
    size_t rows;
    size_t columns;
    size_t depth;
} xh_arrangement;

/** C [rows][columns], with depth terms a sum. */
typedef struct xh_product {
    xh_product_kind kind;
    size_t rows;
    size_t columns;
    size_t depth;
    float *a; /* [rows][depth] of a read, [depth][rows] of an update */
    float *b; /* [columns][depth] of a read, [depth][columns] of an update */
    float *c;
    xh_arrangement arrangement; /* the fastest found */
} xh_product;

enum { XH_PRODUCTS = 2 * XH_CONFIG_LAYERS };

/** Products that are done one after the other. All zero is an empty list. */
typedef struct xh_products {
    int threads;
    size_t count;
    xh_product list[XH_PRODUCTS];
} xh_products;

/** Adds a product on random matrices in the arrangement that is the fastest here and now: whole,
 * or single-threaded tiles of several sizes that threads share out. XH_MEMORY if there is no
 * room. */
xh_status xh_products_add(xh_products *products, const xh_bench_effort *effort,
                          xh_product_kind kind, size_t rows, size_t columns, size_t depth,
                          xh_error *error);
void xh_products_free(xh_products *products);
/** All products, once. */
xh_bench_work xh_products_work(xh_products *products);

/** A step of the three-layer network for CIFAR-10 on synthetic images: layers first .. last learn,
 * those below first infer. */
typedef struct xh_bench_step {
    size_t side;  /* of the images, pixels */
    double width; /* outputs of every layer, in those of the preset */
    size_t batch; /* images */
    size_t first;
    size_t last; /* first is above: all infer, and the features come out */
    bool int16;  /* arithmetic of all layers; the bound stays that of float32 */
} xh_bench_step;

/** The step of the preset in which all layers learn. */
xh_bench_step xh_bench_step_defaults(void);

/** Seconds a step, against its matrix products alone. */
xh_status xh_bench_step_measure(const xh_bench_effort *effort, xh_bench_step step,
                                xh_bench_result *result, xh_error *error);

/** A measurement of the table; which tells those of a kind apart. */
typedef xh_status (*xh_bench_measure)(const xh_bench_effort *effort, size_t which,
                                      xh_bench_result *result, xh_error *error);

/* Networks: which is the number of layers that learn together, or the one that learns (from 1). */
xh_status xh_bench_training(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                            xh_error *error);
xh_status xh_bench_layer(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                         xh_error *error);
xh_status xh_bench_features(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                            xh_error *error);
xh_status xh_bench_training_int16(const xh_bench_effort *effort, size_t which,
                                  xh_bench_result *result, xh_error *error);
xh_status xh_bench_features_int16(const xh_bench_effort *effort, size_t which,
                                  xh_bench_result *result, xh_error *error);
xh_status xh_bench_epoch(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                         xh_error *error);

/* Kernels: which is the device model where there is a choice. */
xh_status xh_bench_sgemm(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                         xh_error *error);
xh_status xh_bench_normals(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                           xh_error *error);
xh_status xh_bench_update_dense(const xh_bench_effort *effort, size_t which,
                                xh_bench_result *result, xh_error *error);
xh_status xh_bench_update_winner(const xh_bench_effort *effort, size_t which,
                                 xh_bench_result *result, xh_error *error);
xh_status xh_bench_read_noisy(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                              xh_error *error);
/** Milliseconds for an update of a column and a read of a batch on a 256 x 256 tile with wires of 1
 * ohm, against the same with ideal wires; and for the exact solution of a 128 x 128 array with a
 * batch of voltages, NAN where this was built without. */
xh_status xh_bench_wire_fast(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                             xh_error *error);
xh_status xh_bench_wire_exact(const xh_bench_effort *effort, size_t which, xh_bench_result *result,
                              xh_error *error);

/** The training step over the values of one of its parameters, as a table or JSON on standard
 * output. XH_INPUT, proposing the nearest name, if there is no such series. */
xh_status xh_bench_series(const xh_bench_effort *effort, const char *name, bool json,
                          xh_error *error);

#endif
