/* PNG by libpng, every kind of it as 8 bit RGB. The library leaves errors by longjmp. */
#include "picture.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum { RGB = 3 };

typedef struct job {
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t left;
    xh_picture *picture;
    png_bytepp rows;
    xh_error *error;
} job;

static void on_error(png_structp png, png_const_charp text) {
    const job *work = png_get_error_ptr(png);
    if (work->error->status == XH_OK) {
        xh_error_set(work->error, XH_INPUT, "corrupt PNG: %s", text);
    }
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void supply(png_structp png, png_bytep bytes, size_t count) {
    job *work = png_get_io_ptr(png);
    if (count > work->left) {
        png_error(png, "the file ends too early");
    }
    memcpy(bytes, work->bytes, count);
    work->bytes += count;
    work->left -= count;
}

static void ask_for_rgb(job *work) {
    png_set_expand(work->png);
    png_set_scale_16(work->png);
    png_set_gray_to_rgb(work->png);
    png_set_strip_alpha(work->png);
    png_set_interlace_handling(work->png);
    png_read_update_info(work->png, work->info);
}

static void decode(job *work) {
    png_read_info(work->png, work->info);
    const size_t height = png_get_image_height(work->png, work->info);
    const size_t width = png_get_image_width(work->png, work->info);
    if (xh_picture_reserve(work->picture, height, width, RGB, work->error) != XH_OK) {
        png_error(work->png, "too large");
    }
    ask_for_rgb(work);
    work->rows = malloc(height * sizeof *work->rows);
    if (!work->rows) {
        xh_error_set(work->error, XH_MEMORY, "no memory for %zu rows", height);
        png_error(work->png, "memory");
    }
    for (size_t row = 0; row < height; row++) {
        work->rows[row] = work->picture->pixels + row * width * RGB;
    }
    png_read_image(work->png, work->rows);
    png_read_end(work->png, NULL);
}

/* Decodes, or leaves an error in the job. */
static void attempt(job *work) {
    if (setjmp(png_jmpbuf(work->png)) == 0) {
        png_set_read_fn(work->png, work, supply);
        decode(work);
    }
}

xh_status xh_picture_png(const uint8_t *bytes, size_t size, xh_picture *picture, xh_error *error) {
    xh_error reason = {0};
    job work = {.bytes = bytes, .left = size, .picture = picture, .error = &reason};
    work.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &work, on_error, on_warning);
    if (!work.png) {
        return xh_error_set(error, XH_MEMORY, "no memory for reading a PNG");
    }
    work.info = png_create_info_struct(work.png);
    if (work.info) {
        attempt(&work);
    } else {
        xh_error_set(&reason, XH_MEMORY, "no memory for reading a PNG");
    }
    free(work.rows);
    png_destroy_read_struct(&work.png, &work.info, NULL);
    return reason.status == XH_OK ? XH_OK : xh_error_set(error, reason.status, "%s", reason.text);
}
