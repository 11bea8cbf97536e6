/** One image on its way from a file to floats: decoding, cutting, resizing. */
#ifndef XH_PICTURE_H
#define XH_PICTURE_H

#include "crosshebb/dataset.h"

/** Buffers that serve one image after the other; all zero is empty. */
struct xh_picture {
    size_t height;
    size_t width;
    size_t channels;
    uint8_t *pixels; /* [height][width][channels] */
    size_t room;     /* of the pixels, bytes */
    uint8_t *file;   /* the file's bytes */
    size_t file_room;
};

/** Makes room for a picture of that size, no larger than 2^26 pixels; what it held is lost. */
xh_status xh_picture_reserve(xh_picture *picture, size_t height, size_t width, size_t channels,
                             xh_error *error);
/** Frees the buffers. */
void xh_picture_release(xh_picture *picture);

/**
 * Decodes a JPEG or PNG image in memory as RGB: grey, palettes, 16 bits and CMYK are converted and
 * transparency is dropped. A JPEG that is at least twice too large comes in as few eighths of its
 * size as leave its shorter side at least side pixels; side 0 asks for all of it. XH_INPUT, with
 * name before the reason, if it is neither, or corrupt, or too large.
 */
xh_status xh_picture_decode(const char *name, const uint8_t *bytes, size_t size, size_t side,
                            xh_picture *picture, xh_error *error);
/** The same from a file. */
xh_status xh_picture_read(const char *path, size_t side, xh_picture *picture, xh_error *error);

/** The decoders of both formats; their error is without the name. */
xh_status xh_picture_jpeg(const uint8_t *bytes, size_t size, size_t side, xh_picture *picture,
                          xh_error *error);
xh_status xh_picture_png(const uint8_t *bytes, size_t size, xh_picture *picture, xh_error *error);

/** Pixels in bytes, rows stride bytes apart. */
typedef struct xh_picture_view {
    const uint8_t *pixels;
    size_t height;
    size_t width;
    size_t channels;
    size_t stride;
} xh_picture_view;

/** A rectangle in pixels; pixel k reaches from k to k + 1. */
typedef struct xh_picture_box {
    double top;
    double left;
    double height;
    double width;
} xh_picture_box;

/** The largest box of the aspect of height x width, in the middle of the view. */
xh_picture_box xh_picture_middle(xh_picture_view view, size_t height, size_t width);

/**
 * Resizes the box of a view to out [height][width][channels] in [0, 1]: weights of a triangle that
 * reaches one pixel of the coarser of both grids (bilinear where it enlarges, free of aliases where
 * it reduces), cut at the view's edges.
 */
xh_status xh_picture_resize(xh_picture_view view, xh_picture_box box, size_t height, size_t width,
                            float *out, xh_error *error);

#endif
