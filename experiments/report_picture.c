/* Weights as PNG in base64: a tile a neuron, with a transparent line between them. */
#include "report_picture.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 1, PIXEL = 4 /* red, green, blue, opacity */, LEAST_WIDTH = 320 };

typedef struct sheet {
    size_t across, down; /* tiles */
    size_t width, height;
    unsigned char *pixels; /* [height][width][PIXEL] */
} sheet;

/* About twice as many tiles across as down. */
static bool create_sheet(const xh_result_array *weights, sheet *tiles) {
    const size_t count = weights->dims[0];
    tiles->across = (size_t)ceil(sqrt(2 * (double)count));
    tiles->across = tiles->across < count ? tiles->across : count;
    tiles->down = (count + tiles->across - 1) / tiles->across;
    tiles->width = tiles->across * (weights->dims[2] + GAP) - GAP;
    tiles->height = tiles->down * (weights->dims[1] + GAP) - GAP;
    tiles->pixels = calloc(tiles->width * tiles->height, PIXEL);
    return tiles->pixels != NULL;
}

/* The value that a pixel shows in red, green or blue. */
static double shown(const double *pixel, size_t channels, size_t colour) {
    double sum = 0;
    if (channels == 3) {
        return pixel[colour];
    }
    for (size_t c = 0; c < channels; c++) {
        sum += pixel[c];
    }
    return sum / (double)channels;
}

static void find_range(const double *values, size_t pixels, size_t channels, double *low,
                       double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t p = 0; p < pixels; p++) {
        for (size_t colour = 0; colour < 3; colour++) {
            const double value = shown(values + p * channels, channels, colour);
            *low = value < *low ? value : *low;
            *high = value > *high ? value : *high;
        }
    }
}

static void draw_tile(const xh_result_array *weights, size_t neuron, sheet *tiles) {
    const size_t rows = weights->dims[1], columns = weights->dims[2], channels = weights->dims[3];
    const double *values = weights->values + neuron * rows * columns * channels;
    const size_t top = neuron / tiles->across * (rows + GAP);
    const size_t left = neuron % tiles->across * (columns + GAP);
    double low = 0, high = 0;
    find_range(values, rows * columns, channels, &low, &high);
    const double scale = high > low ? 255 / (high - low) : 0;
    for (size_t p = 0; p < rows * columns; p++) {
        const size_t place = (top + p / columns) * tiles->width + left + p % columns;
        unsigned char *pixel = tiles->pixels + PIXEL * place;
        for (size_t colour = 0; colour < 3; colour++) {
            const double value = shown(values + p * channels, channels, colour);
            pixel[colour] = (unsigned char)lround(scale * (value - low));
        }
        pixel[3] = 255;
    }
}

static void write_base64(FILE *stream, const unsigned char *bytes, size_t size) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        const size_t left = size - i;
        const unsigned word = (unsigned)bytes[i] << 16 |
                              (left > 1 ? (unsigned)bytes[i + 1] << 8 : 0U) |
                              (left > 2 ? (unsigned)bytes[i + 2] : 0U);
        fputc(digits[word >> 18], stream);
        fputc(digits[word >> 12 & 63], stream);
        fputc(left > 1 ? digits[word >> 6 & 63] : '=', stream);
        fputc(left > 2 ? digits[word & 63] : '=', stream);
    }
}

/* The sheet as PNG, to be freed by free(). */
static unsigned char *encode(const sheet *tiles, size_t *size, xh_error *error) {
    png_image image = {
        .version = PNG_IMAGE_VERSION,
        .width = (png_uint_32)tiles->width,
        .height = (png_uint_32)tiles->height,
        .format = PNG_FORMAT_RGBA,
    };
    *size = PNG_IMAGE_PNG_SIZE_MAX(image);
    unsigned char *bytes = malloc(*size);
    if (!bytes) {
        xh_error_set(error, XH_MEMORY, "no memory for the picture of the weights");
    } else if (!png_image_write_to_memory(&image, bytes, size, 0, tiles->pixels, 0, NULL)) {
        xh_error_set(error, XH_FAILED, "the picture of the weights: %s", image.message);
        free(bytes);
        bytes = NULL;
    }
    return bytes;
}

xh_status xh_report_weights(xh_report_page *page, const xh_result_array *weights, const char *text,
                            xh_error *error) {
    sheet tiles = {0};
    xh_error reason = {XH_OK, ""};
    if (!create_sheet(weights, &tiles)) {
        return xh_error_set(error, XH_MEMORY, "no memory for the picture of the weights");
    }
    for (size_t neuron = 0; neuron < weights->dims[0]; neuron++) {
        draw_tile(weights, neuron, &tiles);
    }
    size_t size = 0;
    unsigned char *bytes = encode(&tiles, &size, &reason);
    if (bytes) {
        /* Small tiles are enlarged by a whole number. */
        const size_t zoom = tiles.width < LEAST_WIDTH ? 2 * LEAST_WIDTH / tiles.width : 1;
        fprintf(page->stream, "<img class=\"weights\" width=\"%zu\" height=\"%zu\" alt=\"",
                zoom * tiles.width, zoom * tiles.height);
        xh_report_text(page, text);
        xh_report_html(page, "\" src=\"data:image/png;base64,");
        write_base64(page->stream, bytes, size);
        xh_report_html(page, "\">\n");
    }
    free(bytes);
    free(tiles.pixels);
    return bytes ? XH_OK : xh_error_set(error, reason.status, "%s", reason.text);
}
