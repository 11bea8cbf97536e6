/*
 * Matrix products alone, the bound of a step: each in the arrangement that turns out to be the
 * fastest on this machine. Those of tiles call the library of products from one thread a tile, as
 * the layers do; unlike there, they may follow the number of threads.
 */
#include "bench.h"
#include "run_internal.h"

#include <cblas.h>
#include <math.h>
#include <omp.h>
#include <stdint.h>

/* Sizes of a tile that are not numbers: a share of the line for each thread; the whole line. */
enum { SHARE = 0, ALL = INT32_MAX, GRAIN = 16 };

/* Large tiles, which the library of products copies into an order of its own; and at the end tiles
 * so small that it multiplies them where they are. */
static const xh_arrangement arrangements[] = {
    {.whole = true},        {false, SHARE, ALL, ALL}, {false, ALL, SHARE, ALL},
    {false, 256, ALL, ALL}, {false, 1024, ALL, ALL},  {false, ALL, 256, ALL},
    {false, 256, 384, ALL}, {false, SHARE, ALL, 256}, {false, 192, 432, 256},
    {false, 96, ALL, 128},  {false, 48, ALL, 256},    {false, ALL, 32, 256},
};

/* Length of a tile along a line. */
static size_t tile_length(size_t size, size_t line, int threads) {
    const size_t share = (line + (size_t)threads - 1) / (size_t)threads;
    const size_t wanted = size == SHARE ? (share + GRAIN - 1) / GRAIN * GRAIN : size;
    return wanted < line ? wanted : line;
}

/* rows x columns of C from row and column on, depth terms of its sums from term on. */
typedef struct tile {
    size_t row, column, term;
    size_t rows, columns, depth;
} tile;

static void multiply(const xh_product *product, tile part) {
    const bool update = product->kind == XH_PRODUCT_UPDATE;
    const size_t lda = update ? product->rows : product->depth;
    const size_t ldb = update ? product->columns : product->depth;
    const float *a =
        product->a + (update ? part.term * lda + part.row : part.row * lda + part.term);
    const float *b =
        product->b + (update ? part.term * ldb + part.column : part.column * ldb + part.term);
    cblas_sgemm(CblasRowMajor, update ? CblasTrans : CblasNoTrans,
                update ? CblasNoTrans : CblasTrans, (int)part.rows, (int)part.columns,
                (int)part.depth, 1, a, (int)lda, b, (int)ldb, part.term > 0 ? 1 : 0,
                product->c + part.row * product->columns + part.column, (int)product->columns);
}

/* All terms of a tile of C, in as many products as their depth asks for. */
static void multiply_terms(const xh_product *product, tile part, size_t depth) {
    for (size_t term = 0; term < product->depth; term += depth) {
        const size_t rest = product->depth - term;
        part.term = term;
        part.depth = rest < depth ? rest : depth;
        multiply(product, part);
    }
}

static void multiply_tiles(const xh_product *product, xh_arrangement sizes, int threads) {
    const size_t height = tile_length(sizes.rows, product->rows, threads);
    const size_t width = tile_length(sizes.columns, product->columns, threads);
    const size_t depth = tile_length(sizes.depth, product->depth, threads);
#pragma omp parallel for collapse(2) schedule(dynamic) num_threads(threads)
    for (size_t row = 0; row < product->rows; row += height) {
        for (size_t column = 0; column < product->columns; column += width) {
            const size_t below = product->rows - row;
            const size_t beside = product->columns - column;
            const tile part = {.row = row,
                               .column = column,
                               .rows = below < height ? below : height,
                               .columns = beside < width ? beside : width};
            multiply_terms(product, part, depth);
        }
    }
}

static void multiply_whole(const xh_product *product, int threads) {
    openblas_set_num_threads(threads);
    multiply(product,
             (tile){.rows = product->rows, .columns = product->columns, .depth = product->depth});
    xh_run_limit_threads(threads);
}

static void run_product(const xh_product *product, xh_arrangement arrangement, int threads) {
    if (arrangement.whole) {
        multiply_whole(product, threads);
    } else {
        multiply_tiles(product, arrangement, threads);
    }
}

/* Takes the arrangement with the best trial; one that is far behind at first gets no other. */
static void arrange(xh_product *product, const xh_bench_effort *effort) {
    const double hopeless = 1.5;
    double best = INFINITY;
    for (size_t i = 0; i < sizeof(arrangements) / sizeof(arrangements[0]); i++) {
        double seconds = 0;
        for (size_t trial = 0; trial < effort->trials && seconds < hopeless * best; trial++) {
            const double began = xh_run_clock();
            run_product(product, arrangements[i], effort->threads);
            seconds = xh_run_clock() - began;
            if (seconds < best) {
                best = seconds;
                product->arrangement = arrangements[i];
            }
        }
    }
}

static float *random_matrix(size_t rows, size_t columns, uint32_t instance) {
    float *matrix = xh_array_create(rows * columns, sizeof(float));
    if (matrix) {
        xh_rng_uniform((xh_rng){0, XH_RNG_TEST, instance, 0}, 0, rows * columns, matrix);
    }
    return matrix;
}

xh_status xh_products_add(xh_products *products, const xh_bench_effort *effort,
                          xh_product_kind kind, size_t rows, size_t columns, size_t depth,
                          xh_error *error) {
    xh_product *product = &products->list[products->count++];
    *product = (xh_product){.kind = kind,
                            .rows = rows,
                            .columns = columns,
                            .depth = depth,
                            .a = random_matrix(rows, depth, 0),
                            .b = random_matrix(columns, depth, 1),
                            .c = xh_array_create(rows * columns, sizeof(float))};
    if (!product->a || !product->b || !product->c) {
        return xh_error_set(error, XH_MEMORY, "no memory for a product of %zu x %zu x %zu", rows,
                            columns, depth);
    }
    products->threads = effort->threads;
    arrange(product, effort);
    return XH_OK;
}

void xh_products_free(xh_products *products) {
    for (size_t i = 0; i < products->count; i++) {
        xh_array_free(products->list[i].a);
        xh_array_free(products->list[i].b);
        xh_array_free(products->list[i].c);
    }
    products->count = 0;
}

static xh_status run_all(void *context, xh_error *error) {
    const xh_products *products = context;
    (void)error;
    for (size_t i = 0; i < products->count; i++) {
        run_product(&products->list[i], products->list[i].arrangement, products->threads);
    }
    return XH_OK;
}

xh_bench_work xh_products_work(xh_products *products) {
    return (xh_bench_work){run_all, products};
}
