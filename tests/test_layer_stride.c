/* Layers that learn from a lattice of positions. */
#include "layer_fixture.h"

/* A pixel that is not zero in every second row and column, from that corner. */
static xh_images make_lattice(xh_shape shape, size_t corner) {
    const xh_images images = xh_make_images(shape, 3, 5);
    for (size_t p = 0; p < 3 * shape.height * shape.width; p++) {
        const size_t row = p / shape.width % shape.height, column = p % shape.width;
        if (row % 2 * 2 + column % 2 != corner) {
            images.data[p] = 0;
        }
    }
    return images;
}

/* With a learning stride of 2, batch after batch teaches by the next of the four lattices and by no
 * other position: what is zero there teaches nothing. */
START_TEST(test_lattices_take_turns) {
    const xh_shape input = {7, 6, 1};
    xh_layer_params params = xh_plain_layer(5, 1, 0);
    params.normalise = false;
    params.learning_stride = 2;
    xh_layer *layer = xh_make_layer(&params, input, 1);
    const size_t counts[] = {4 * 3, 4 * 3, 3 * 3, 3 * 3};
    for (size_t batch = 0; batch < 16; batch++) {
        const size_t turn = batch % 4, corner = batch / 4;
        const xh_images images = make_lattice(input, corner);
        float *before = xh_layer_weights(layer);
        ck_assert_int_eq(xh_layer_reserve(layer, XH_LAYER_LEARN, 3, NULL), XH_OK);
        xh_layer_batch(layer, XH_LAYER_LEARN, images, (xh_images){NULL, 3, 0, 0, 0});
        float *after = xh_layer_weights(layer);
        size_t count = 0;
        xh_layer_y(layer, &count);
        ck_assert_uint_eq(count, 3 * counts[turn]);
        ck_assert_int_eq(memcmp(before, after, 5 * sizeof(float)) != 0, turn == corner);
        xh_array_free(before);
        xh_array_free(after);
        xh_array_free(images.data);
    }
    xh_layer_free(layer);
}
END_TEST

/* Whether a layer passes something on, and so reads all positions, or not: it learns the same, but for
 * the rounding of products of other shapes. */
START_TEST(test_lattice_is_the_same_within_all) {
    enum { BATCH = 3, WEIGHTS = 8 * 18 };
    const xh_shape input = {11, 10, 2};
    xh_layer_params params = xh_plain_layer(8, 3, 1);
    params.learning_stride = 3;
    xh_layer *layers[] = {xh_make_layer(&params, input, 1), xh_make_layer(&params, input, 1)};
    const xh_images out = xh_make_output(layers[0], BATCH);
    for (uint64_t batch = 0; batch < 11; batch++) {
        for (size_t l = 0; l < 2; l++) {
            const xh_images images = xh_make_images(input, BATCH, batch);
            ck_assert_int_eq(xh_layer_reserve(layers[l], XH_LAYER_LEARN, BATCH, NULL), XH_OK);
            xh_layer_batch(layers[l], XH_LAYER_LEARN, images,
                           l == 0 ? out : (xh_images){NULL, BATCH, 0, 0, 0});
            xh_array_free(images.data);
        }
    }
    float *weights[] = {xh_layer_weights(layers[0]), xh_layer_weights(layers[1])};
    for (size_t i = 0; i < WEIGHTS; i++) {
        ck_assert_float_eq_tol(weights[0][i], weights[1][i], 1e-4);
    }
    for (size_t l = 0; l < 2; l++) {
        xh_array_free(weights[l]);
        xh_layer_free(layers[l]);
    }
    xh_array_free(out.data);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {test_lattices_take_turns, test_lattice_is_the_same_within_all};
    return xh_suite_run("layer_stride", tests, sizeof(tests) / sizeof(tests[0]));
}
