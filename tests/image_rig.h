/* JPEG and PNG files as tests write them, by the libraries themselves. */
#ifndef XH_TESTS_IMAGE_RIG_H
#define XH_TESTS_IMAGE_RIG_H

#include "data_rig.h"

#include <jpeglib.h>
#include <png.h>

/* Rows of bytes, channels of one pixel side by side. */
typedef struct test_image {
    unsigned width;
    unsigned height;
    int channels; /* 1 grey, 3 RGB, 4 CMYK in a JPEG, as many as the type has in a PNG */
    const uint8_t *pixels;
} test_image;

static inline void write_jpeg(const char *name, test_image image, int quality) {
    static const J_COLOR_SPACE spaces[] = {JCS_UNKNOWN, JCS_GRAYSCALE, JCS_UNKNOWN, JCS_RGB,
                                           JCS_CMYK};
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr manager;
    FILE *file = fopen(path_of(name), "wb");
    ck_assert_ptr_nonnull(file);
    info.err = jpeg_std_error(&manager);
    jpeg_create_compress(&info);
    jpeg_stdio_dest(&info, file);
    info.image_width = image.width;
    info.image_height = image.height;
    info.input_components = image.channels;
    info.in_color_space = spaces[image.channels];
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    jpeg_start_compress(&info, TRUE);
    uint8_t row[4096];
    ck_assert_uint_le(image.width * (unsigned)image.channels, sizeof row);
    while (info.next_scanline < info.image_height) {
        uint8_t *rows = row;
        const size_t size = (size_t)image.width * (size_t)image.channels;
        memcpy(row, image.pixels + info.next_scanline * size, size);
        jpeg_write_scanlines(&info, &rows, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    ck_assert_int_eq(fclose(file), 0);
}

/* type and depth are libpng's; palette may be NULL, and so may transparency. */
static inline void write_png(const char *name, test_image image, int type, int depth,
                             const png_color *palette, const uint8_t *transparency) {
    FILE *file = fopen(path_of(name), "wb");
    ck_assert_ptr_nonnull(file);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, file);
    png_set_IHDR(png, info, image.width, image.height, depth, type, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (palette) {
        png_set_PLTE(png, info, palette, 4);
    }
    if (transparency) {
        png_set_tRNS(png, info, transparency, 4, NULL);
    }
    png_write_info(png, info);
    for (unsigned row = 0; row < image.height; row++) {
        png_write_row(png, image.pixels + (size_t)row * image.width * (size_t)image.channels *
                                              (size_t)(depth == 16 ? 2 : 1));
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    ck_assert_int_eq(fclose(file), 0);
}

/* A smooth coloured picture in RGB, [height][width][3]. */
static inline void paint(unsigned width, unsigned height, uint8_t *pixels) {
    for (unsigned row = 0; row < height; row++) {
        for (unsigned column = 0; column < width; column++) {
            uint8_t *pixel = pixels + 3 * ((size_t)row * width + column);
            pixel[0] = (uint8_t)(255 * row / height);
            pixel[1] = (uint8_t)(255 * column / width);
            pixel[2] = (uint8_t)(127 * row / height + 127 * column / width);
        }
    }
}

#endif
