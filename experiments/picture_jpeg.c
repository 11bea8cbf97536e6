/*
 * JPEG by libjpeg-turbo. The library leaves errors by longjmp; what it takes for a warning is an
 * error here if pixels are missing or wrong.
 */
#include <stddef.h>
#include <stdio.h>

#include "picture.h"

#include <jerror.h>
#include <jpeglib.h>
#include <setjmp.h>

enum { EIGHTHS = 8, RGB = 3, CMYK = 4, FULL = 255 };

typedef struct job {
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr manager;
    jmp_buf escape;
    const uint8_t *bytes;
    size_t size;
    size_t side;
    xh_picture *picture;
    xh_error *error;
} job;

/* Ends the work of a job; its error is set. */
static _Noreturn void leave(j_common_ptr info) {
    job *work = info->client_data;
    longjmp(work->escape, 1);
}

static void on_error(j_common_ptr info) {
    job *work = info->client_data;
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    xh_error_set(work->error, XH_INPUT, "corrupt JPEG: %s", text);
    leave(info);
}

static void on_message(j_common_ptr info, int level) {
    switch (info->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
        if (level < 0) {
            on_error(info);
        }
        break;
    default:
        break;
    }
}

/* Eighths of its size in which an image is decoded. */
static unsigned eighths_of(size_t shorter, size_t side) {
    const size_t least = (EIGHTHS * side + shorter - 1) / shorter;
    return side > 0 && least <= EIGHTHS / 2 ? (unsigned)least : EIGHTHS;
}

/* Turns a row of CMYK into RGB, in place; Adobe's programs write it inverted. */
static void convert_row(uint8_t *row, size_t width, bool inverted) {
    for (size_t i = 0; i < width; i++) {
        for (size_t c = 0; c < RGB; c++) {
            const unsigned ink = row[CMYK * i + c], black = row[CMYK * i + RGB];
            const unsigned light = inverted ? ink * black : (FULL - ink) * (FULL - black);
            row[RGB * i + c] = (uint8_t)((light + FULL / 2) / FULL);
        }
    }
}

static void decode(job *work) {
    struct jpeg_decompress_struct *info = &work->info;
    jpeg_mem_src(info, work->bytes, work->size);
    jpeg_read_header(info, TRUE);
    const size_t height = info->image_height, width = info->image_width;
    info->scale_num = eighths_of(height < width ? height : width, work->side);
    info->scale_denom = EIGHTHS;
    const bool inks = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
    const size_t channels = inks ? CMYK : RGB;
    info->out_color_space = inks ? JCS_CMYK : JCS_RGB;
    jpeg_calc_output_dimensions(info);
    if (xh_picture_reserve(work->picture, height, width, channels, work->error) != XH_OK) {
        leave((j_common_ptr)info);
    }
    jpeg_start_decompress(info);
    work->picture->height = info->output_height;
    work->picture->width = info->output_width;
    work->picture->channels = RGB;
    while (info->output_scanline < info->output_height) {
        uint8_t *row =
            work->picture->pixels + (size_t)info->output_scanline * info->output_width * RGB;
        jpeg_read_scanlines(info, &row, 1);
        if (inks) {
            convert_row(row, info->output_width, info->saw_Adobe_marker);
        }
    }
    jpeg_finish_decompress(info);
}

/* Decodes, or leaves an error in the job. */
static void attempt(job *work) {
    if (setjmp(work->escape) == 0) {
        jpeg_create_decompress(&work->info);
        decode(work);
    }
}

xh_status xh_picture_jpeg(const uint8_t *bytes, size_t size, size_t side, xh_picture *picture,
                          xh_error *error) {
    xh_error reason = {0};
    job work = {.bytes = bytes, .size = size, .side = side, .picture = picture, .error = &reason};
    work.info.err = jpeg_std_error(&work.manager);
    work.info.client_data = &work;
    work.manager.error_exit = on_error;
    work.manager.emit_message = on_message;
    attempt(&work);
    jpeg_destroy_decompress(&work.info);
    return reason.status == XH_OK ? XH_OK : xh_error_set(error, reason.status, "%s", reason.text);
}
