/* Stacks: shapes must meet, a layer sees what the one below passed on, and learning below is seen
 * one batch later. */
#include "crosshebb/network.h"
#include "layer_fixture.h"

enum { BATCH = 3 };

static const xh_shape image = {10, 10, 2};

static xh_network *make_stack(void) {
    const xh_layer_params low = xh_plain_layer(6, 3, 1);
    xh_layer_params high = xh_plain_layer(9, 3, 1);
    high.pool_size = 2;
    high.pool_padding = 0;
    xh_network *network = xh_network_create(image);
    ck_assert_ptr_nonnull(network);
    ck_assert_int_eq(xh_network_push(network, xh_make_layer(&low, image, 1), NULL), XH_OK);
    const xh_shape between = xh_network_output(network);
    ck_assert_int_eq(xh_network_push(network, xh_make_layer(&high, between, 2), NULL), XH_OK);
    return network;
}

START_TEST(test_shapes) {
    xh_network *network = make_stack();
    const xh_shape output = xh_network_output(network);
    ck_assert_uint_eq(xh_network_layers(network), 2);
    ck_assert_uint_eq(xh_network_input(network).channels, 2);
    ck_assert_uint_eq(output.height, 2);
    ck_assert_uint_eq(output.channels, 9);
    xh_error error = {0};
    const xh_layer_params params = xh_plain_layer(4, 3, 1);
    ck_assert_int_eq(xh_network_push(network, xh_make_layer(&params, image, 3), &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "10 x 10 x 2, but gets 2 x 2 x 9"));
    ck_assert_uint_eq(xh_network_layers(network), 2);
    xh_network_free(network);
    xh_network_free(NULL);
}
END_TEST

/* The stack's features are those of the layers run one after the other. */
START_TEST(test_features) {
    static const xh_layer_mode modes[] = {XH_LAYER_LEARN, XH_LAYER_LEARN};
    xh_network *together = make_stack();
    xh_network *apart = make_stack();
    xh_layer *low = xh_network_layer(apart, 0);
    xh_layer *high = xh_network_layer(apart, 1);
    ck_assert_int_eq(xh_layer_reserve(low, XH_LAYER_LEARN, BATCH, NULL), XH_OK);
    ck_assert_int_eq(xh_layer_reserve(high, XH_LAYER_LEARN, BATCH, NULL), XH_OK);
    float features[BATCH * 2 * 2 * 9];
    for (uint64_t step = 0; step < 3; step++) {
        const xh_images images = xh_make_images(image, BATCH, step);
        const xh_images same = xh_make_images(image, BATCH, step);
        const xh_images middle = xh_make_output(low, BATCH);
        const xh_images out = xh_make_output(high, BATCH);
        ck_assert_int_eq(xh_network_batch(together, 1, modes, images, features, NULL), XH_OK);
        xh_layer_batch(low, XH_LAYER_LEARN, same, middle);
        xh_layer_batch(high, XH_LAYER_LEARN, middle, out);
        ck_assert_mem_eq(features, out.data, sizeof(features));
        xh_array_free(images.data);
        xh_array_free(same.data);
        xh_array_free(middle.data);
        xh_array_free(out.data);
    }
    xh_network_free(together);
    xh_network_free(apart);
}
END_TEST

static void run(xh_network *network, size_t last, const xh_layer_mode *modes, float *features) {
    const xh_images images = xh_make_images(image, BATCH, 5);
    ck_assert_int_eq(xh_network_batch(network, last, modes, images, features, NULL), XH_OK);
    xh_array_free(images.data);
}

/* What a layer passes on while it learns comes from the weights before the update. */
START_TEST(test_order) {
    static const xh_layer_mode warm[] = {XH_LAYER_WARM, XH_LAYER_WARM};
    static const xh_layer_mode learn[] = {XH_LAYER_LEARN, XH_LAYER_LEARN};
    float still[BATCH * 2 * 2 * 9];
    float learning[BATCH * 2 * 2 * 9];
    float learned[BATCH * 2 * 2 * 9];
    xh_network *network = make_stack();
    run(network, 1, warm, still);
    run(network, 1, learn, learning);
    run(network, 1, warm, learned);
    ck_assert_mem_eq(still, learning, sizeof(still));
    ck_assert_mem_ne(still, learned, sizeof(still));
    xh_network_free(network);
}
END_TEST

/* Layers above the last one asked for stay as they are, and so do those that infer. */
START_TEST(test_last) {
    static const xh_layer_mode modes[] = {XH_LAYER_LEARN};
    static const xh_layer_mode upper[] = {XH_LAYER_INFER, XH_LAYER_LEARN};
    xh_network *network = make_stack();
    float *before[2] = {xh_layer_weights(xh_network_layer(network, 0)),
                        xh_layer_weights(xh_network_layer(network, 1))};
    run(network, 0, modes, NULL);
    float *low = xh_layer_weights(xh_network_layer(network, 0));
    float *high = xh_layer_weights(xh_network_layer(network, 1));
    ck_assert_mem_ne(low, before[0], (size_t)6 * 18 * sizeof(float));
    ck_assert_mem_eq(high, before[1], (size_t)9 * 54 * sizeof(float));
    run(network, 1, upper, NULL);
    float *low_after = xh_layer_weights(xh_network_layer(network, 0));
    float *high_after = xh_layer_weights(xh_network_layer(network, 1));
    ck_assert_mem_eq(low_after, low, (size_t)6 * 18 * sizeof(float));
    ck_assert_mem_ne(high_after, high, (size_t)9 * 54 * sizeof(float));
    float *arrays[] = {before[0], before[1], low, high, low_after, high_after};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        xh_array_free(arrays[i]);
    }
    xh_network_free(network);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {test_shapes, test_features, test_order, test_last};
    return xh_suite_run("network", tests, sizeof(tests) / sizeof(tests[0]));
}
