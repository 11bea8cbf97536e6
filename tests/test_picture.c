/* Images in files, of every kind, whole and corrupt; and resizing against a plain oracle. */
#include "image_rig.h"

#include "crosshebb/rng.h"
#include "experiments/picture.h"

#include <math.h>

enum { WIDTH = 64, HEIGHT = 48 };

static uint8_t pixels[WIDTH * HEIGHT * 8];

static void expect_read(const char *name, size_t side, xh_picture *picture) {
    xh_error error = {0};
    ck_assert_msg(xh_picture_read(path_of(name), side, picture, &error) == XH_OK, "%s", error.text);
    ck_assert_uint_eq(picture->channels, 3);
}

/* Every value is within the tolerance of the RGB expected. */
static void expect_pixels(const xh_picture *picture, const uint8_t *rgb, int tolerance) {
    ck_assert_uint_eq(picture->height, HEIGHT);
    ck_assert_uint_eq(picture->width, WIDTH);
    for (size_t v = 0; v < (size_t)WIDTH * HEIGHT * 3; v++) {
        ck_assert_int_le(abs(picture->pixels[v] - rgb[v]), tolerance);
    }
}

START_TEST(jpeg_is_read) {
    xh_picture picture = {0};
    paint(WIDTH, HEIGHT, pixels);
    write_jpeg("a.jpg", (test_image){WIDTH, HEIGHT, 3, pixels}, 95);
    expect_read("a.jpg", 0, &picture);
    expect_pixels(&picture, pixels, 12);
    xh_picture_release(&picture);
}
END_TEST

START_TEST(grey_jpeg_has_three_equal_channels) {
    static uint8_t rgb[WIDTH * HEIGHT * 3];
    xh_picture picture = {0};
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++) {
        pixels[i] = (uint8_t)(4 * (i % WIDTH));
        memset(rgb + 3 * i, pixels[i], 3);
    }
    write_jpeg("a.jpg", (test_image){WIDTH, HEIGHT, 1, pixels}, 95);
    expect_read("a.jpg", 0, &picture);
    expect_pixels(&picture, rgb, 4);
    xh_picture_release(&picture);
}
END_TEST

/* libjpeg marks CMYK as Adobe's, which is inverted: 255 is no ink. */
START_TEST(cmyk_jpeg_becomes_rgb) {
    static uint8_t rgb[WIDTH * HEIGHT * 3];
    xh_picture picture = {0};
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++) {
        const uint8_t inks[] = {255, 51, 102, 128};
        const uint8_t light[] = {128, 26, 51};
        memcpy(pixels + 4 * i, inks, 4);
        memcpy(rgb + 3 * i, light, 3);
    }
    write_jpeg("a.jpg", (test_image){WIDTH, HEIGHT, 4, pixels}, 98);
    expect_read("a.jpg", 0, &picture);
    expect_pixels(&picture, rgb, 2);
    xh_picture_release(&picture);
}
END_TEST

/* Side 12 of a shorter side of 48 takes two eighths; 20 takes four; 25 would take five: all. */
START_TEST(a_large_jpeg_comes_smaller) {
    static const size_t sides[] = {12, 20, 25}, heights[] = {12, 24, 48};
    xh_picture picture = {0};
    paint(WIDTH, HEIGHT, pixels);
    write_jpeg("a.jpg", (test_image){WIDTH, HEIGHT, 3, pixels}, 95);
    for (size_t i = 0; i < 3; i++) {
        expect_read("a.jpg", sides[i], &picture);
        ck_assert_uint_eq(picture.height, heights[i]);
        ck_assert_uint_eq(picture.width, heights[i] * WIDTH / HEIGHT);
        const size_t row = heights[i] / 2, last = 3 * ((row + 1) * picture.width - 1);
        ck_assert_int_le(abs(picture.pixels[last] - 127), 12);
        ck_assert_int_le(abs(picture.pixels[last + 1] - 250), 16);
    }
    xh_picture_release(&picture);
}
END_TEST

START_TEST(png_is_read_exactly) {
    xh_picture picture = {0};
    paint(WIDTH, HEIGHT, pixels);
    write_png("a.png", (test_image){WIDTH, HEIGHT, 3, pixels}, PNG_COLOR_TYPE_RGB, 8, NULL, NULL);
    expect_read("a.png", 4, &picture);
    expect_pixels(&picture, pixels, 0);
    xh_picture_release(&picture);
}
END_TEST

/* Every type and depth shows the same two colours, which all of them have. */
START_TEST(every_kind_of_png_becomes_rgb) {
    static const png_color palette[4] = {{0, 0, 0}, {255, 255, 255}, {1, 2, 3}, {4, 5, 6}};
    static const uint8_t clear[4] = {0, 128, 255, 255};
    static const struct {
        int type, depth, channels;
    } kinds[] = {
        {PNG_COLOR_TYPE_GRAY, 8, 1},       {PNG_COLOR_TYPE_GRAY, 16, 1},
        {PNG_COLOR_TYPE_GRAY_ALPHA, 8, 2}, {PNG_COLOR_TYPE_GRAY_ALPHA, 16, 2},
        {PNG_COLOR_TYPE_RGB, 16, 3},       {PNG_COLOR_TYPE_RGB_ALPHA, 8, 4},
        {PNG_COLOR_TYPE_RGB_ALPHA, 16, 4}, {PNG_COLOR_TYPE_PALETTE, 8, 1},
    };
    static uint8_t rgb[WIDTH * HEIGHT * 3];
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const bool indexed = kinds[k].type == PNG_COLOR_TYPE_PALETTE;
        const size_t bytes = (size_t)kinds[k].channels * (size_t)kinds[k].depth / 8;
        xh_picture picture = {0};
        for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++) {
            const bool white = i % 3 == 0;
            memset(pixels + i * bytes, indexed ? white : white * 255, bytes);
            memset(rgb + 3 * i, white * 255, 3);
        }
        write_png("a.png", (test_image){WIDTH, HEIGHT, kinds[k].channels, pixels}, kinds[k].type,
                  kinds[k].depth, indexed ? palette : NULL, indexed ? clear : NULL);
        expect_read("a.png", 0, &picture);
        expect_pixels(&picture, rgb, 0);
        xh_picture_release(&picture);
    }
}
END_TEST

START_TEST(sixteen_bits_are_rounded) {
    xh_picture picture = {0};
    const uint8_t wide[] = {0x80, 0xff, 0x00, 0x80}; /* 33023 and 128 of 65535 */
    write_png("a.png", (test_image){2, 1, 1, wide}, PNG_COLOR_TYPE_GRAY, 16, NULL, NULL);
    expect_read("a.png", 0, &picture);
    ck_assert_uint_eq(picture.pixels[0], 128);
    ck_assert_uint_eq(picture.pixels[3], 0);
    xh_picture_release(&picture);
}
END_TEST

/* Reads a file whose bytes after the given share are cut off or inverted: it must fail, naming it. */
static void expect_corrupt(const char *name, bool cut, const char *reason) {
    xh_picture picture = {0};
    xh_error error = {0};
    struct stat about;
    ck_assert_int_eq(stat(path_of(name), &about), 0);
    const size_t size = (size_t)about.st_size, half = size / 2;
    uint8_t *bytes = malloc(size);
    ck_assert_ptr_nonnull(bytes);
    FILE *file = fopen(path_of(name), "rb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fread(bytes, 1, size, file), size);
    fclose(file);
    for (size_t i = half; i < half + 40 && !cut; i++) {
        bytes[i] ^= 0xff;
    }
    write_file("bad", bytes, cut ? half : size);
    free(bytes);
    ck_assert_int_eq(xh_picture_read(path_of("bad"), 0, &picture, &error), XH_INPUT);
    ck_assert_int_eq(strncmp(error.text, path_of("bad"), strlen(path_of("bad"))), 0);
    ck_assert_msg(strstr(error.text, reason) != NULL, "%s", error.text);
    xh_picture_release(&picture);
}

START_TEST(corrupt_files_are_told) {
    paint(WIDTH, HEIGHT, pixels);
    write_jpeg("a.jpg", (test_image){WIDTH, HEIGHT, 3, pixels}, 95);
    write_png("a.png", (test_image){WIDTH, HEIGHT, 3, pixels}, PNG_COLOR_TYPE_RGB, 8, NULL, NULL);
    expect_corrupt("a.jpg", true, ": corrupt JPEG: Premature end of JPEG file");
    expect_corrupt("a.jpg", false, ": corrupt JPEG: ");
    expect_corrupt("a.png", true, ": corrupt PNG: the file ends too early");
    expect_corrupt("a.png", false, ": corrupt PNG: ");
}
END_TEST

START_TEST(bombs_are_refused) {
    xh_picture picture = {0};
    xh_error error = {0};
    static const uint8_t head[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0,    0,    0,
                                   13,   'I', 'H', 'D', 'R',  0,    1,    0,    0,    0,    1,
                                   0,    0,   8,   2,   0,    0,    0,    0xde, 0x5a, 0xd9, 0x99};
    ck_assert_int_eq(xh_picture_decode("bomb", head, sizeof head, 0, &picture, &error), XH_INPUT);
    ck_assert_ptr_null(picture.pixels);
    ck_assert_int_eq(xh_picture_reserve(&picture, 8193, 8192, 3, &error), XH_INPUT);
    ck_assert_str_eq(error.text, "an image of 8193 x 8192 pixels, where 1 to 67108864 pixels are "
                                 "expected");
    ck_assert_int_eq(xh_picture_reserve(&picture, 0, 5, 3, &error), XH_INPUT);
    xh_picture_release(&picture);
}
END_TEST

/* The weight of pixel k for an output about a centre. */
static double triangle(double k, double centre, double reach) {
    return fmax(0, 1 - fabs(k + 0.5 - centre) / reach);
}

/* One output pixel by a double sum over the whole view. */
static double resized(xh_picture_view view, xh_picture_box box, size_t height, size_t width,
                      size_t row, size_t column, size_t channel) {
    const double down = box.height / (double)height, across = box.width / (double)width;
    double sum = 0, weights = 0;
    for (size_t r = 0; r < view.height; r++) {
        for (size_t c = 0; c < view.width; c++) {
            const double weight =
                triangle((double)r, box.top + ((double)row + 0.5) * down, fmax(1, down)) *
                triangle((double)c, box.left + ((double)column + 0.5) * across, fmax(1, across));
            sum += weight * view.pixels[r * view.stride + c * view.channels + channel];
            weights += weight;
        }
    }
    return sum / weights / 255;
}

START_TEST(resizing_is_that_of_the_oracle) {
    static const struct {
        size_t rows, columns, channels, height, width;
        xh_picture_box box;
    } cases[] = {
        {9, 7, 3, 9, 7, {0, 0, 9, 7}},       {9, 7, 3, 4, 3, {0, 0, 9, 7}},
        {9, 7, 1, 20, 23, {0, 0, 9, 7}},     {40, 31, 3, 5, 6, {0, 0, 40, 31}},
        {40, 31, 3, 8, 8, {4.5, 0, 31, 31}}, {12, 50, 2, 16, 16, {0, 19, 12, 12}},
        {1, 1, 3, 5, 4, {0, 0, 1, 1}},       {6, 8, 3, 3, 9, {1.25, 2.5, 3.5, 4.75}},
        {33, 2, 3, 1, 1, {0, 0, 33, 2}},
    };
    static uint32_t words[4000];
    static uint8_t bytes[4000];
    float out[2000];
    xh_rng_words((xh_rng){1, XH_RNG_TEST, 0, 0}, 0, 4000, words);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(words[i] >> 24);
    }
    for (size_t t = 0; t < sizeof cases / sizeof cases[0]; t++) {
        const size_t height = cases[t].height, width = cases[t].width;
        const size_t channels = cases[t].channels;
        const xh_picture_view view = {bytes, cases[t].rows, cases[t].columns, channels,
                                      cases[t].columns * channels + 5};
        ck_assert_int_eq(xh_picture_resize(view, cases[t].box, height, width, out, NULL), XH_OK);
        for (size_t v = 0; v < height * width * channels; v++) {
            const double expected = resized(view, cases[t].box, height, width, v / channels / width,
                                            v / channels % width, v % channels);
            ck_assert_double_eq_tol(out[v], expected, 2e-6);
            ck_assert_float_le(out[v], 1);
        }
    }
}
END_TEST

/* Halving an image of vertical stripes one pixel wide gives grey: no stripe survives. */
START_TEST(reducing_does_not_alias) {
    uint8_t stripes[64];
    float out[16];
    for (size_t i = 0; i < sizeof stripes; i++) {
        stripes[i] = i % 2 ? 255 : 0;
    }
    const xh_picture_view view = {stripes, 1, 64, 1, 64};
    ck_assert_int_eq(xh_picture_resize(view, (xh_picture_box){0, 0, 1, 64}, 1, 16, out, NULL),
                     XH_OK);
    for (size_t i = 1; i < 15; i++) {
        ck_assert_float_eq_tol(out[i], 0.5F, 1e-6F);
    }
}
END_TEST

START_TEST(the_middle_has_the_aspect) {
    const xh_picture_view wide = {pixels, 10, 30, 3, 90}, tall = {pixels, 30, 10, 3, 30};
    xh_picture_box box = xh_picture_middle(wide, 8, 8);
    ck_assert_double_eq_tol(box.left, 10, 1e-12);
    ck_assert_double_eq_tol(box.width, 10, 1e-12);
    ck_assert_double_eq_tol(box.top, 0, 1e-12);
    box = xh_picture_middle(tall, 8, 16);
    ck_assert_double_eq_tol(box.width, 10, 1e-12);
    ck_assert_double_eq_tol(box.height, 5, 1e-12);
    ck_assert_double_eq_tol(box.top, 12.5, 1e-12);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        jpeg_is_read,
        grey_jpeg_has_three_equal_channels,
        cmyk_jpeg_becomes_rgb,
        a_large_jpeg_comes_smaller,
        png_is_read_exactly,
        every_kind_of_png_becomes_rgb,
        sixteen_bits_are_rounded,
        corrupt_files_are_told,
        bombs_are_refused,
        resizing_is_that_of_the_oracle,
        reducing_does_not_alias,
        the_middle_has_the_aspect,
    };
    return run_in_folders("picture", tests, sizeof tests / sizeof tests[0]);
}
