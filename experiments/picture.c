/* Images in files: which format they are in, and the buffers that they are decoded to. */
#include "picture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_PIXELS = 1 << 26, LARGEST_FILE = 1 << 28 };

/* Makes a buffer at least that large, without what it held. */
static xh_status make_room(uint8_t **buffer, size_t *room, size_t size, xh_error *error) {
    if (size <= *room) {
        return XH_OK;
    }
    uint8_t *larger = malloc(size);
    if (!larger) {
        return xh_error_set(error, XH_MEMORY, "no memory for %zu bytes of an image", size);
    }
    free(*buffer);
    *buffer = larger;
    *room = size;
    return XH_OK;
}

xh_status xh_picture_reserve(xh_picture *picture, size_t height, size_t width, size_t channels,
                             xh_error *error) {
    if (height == 0 || width == 0 || height > MOST_PIXELS / width) {
        return xh_error_set(error, XH_INPUT,
                            "an image of %zu x %zu pixels, where 1 to %d pixels are expected",
                            height, width, MOST_PIXELS);
    }
    const xh_status status =
        make_room(&picture->pixels, &picture->room, height * width * channels, error);
    if (status == XH_OK) {
        picture->height = height;
        picture->width = width;
        picture->channels = channels;
    }
    return status;
}

void xh_picture_release(xh_picture *picture) {
    free(picture->pixels);
    free(picture->file);
    *picture = (xh_picture){0};
}

xh_status xh_picture_decode(const char *name, const uint8_t *bytes, size_t size, size_t side,
                            xh_picture *picture, xh_error *error) {
    static const uint8_t jpeg[] = {0xff, 0xd8, 0xff};
    static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    xh_error reason = {0};
    xh_status status = XH_OK;
    if (size >= sizeof jpeg && memcmp(bytes, jpeg, sizeof jpeg) == 0) {
        status = xh_picture_jpeg(bytes, size, side, picture, &reason);
    } else if (size >= sizeof png && memcmp(bytes, png, sizeof png) == 0) {
        status = xh_picture_png(bytes, size, picture, &reason);
    } else {
        status = xh_error_set(&reason, XH_INPUT, "begins like neither JPEG nor PNG");
    }
    return status == XH_OK ? XH_OK : xh_error_set(error, status, "%s: %s", name, reason.text);
}

/* Reads an open file into the picture's buffer. */
static xh_status read_bytes(FILE *file, const char *path, xh_picture *picture, size_t *size,
                            xh_error *error) {
    struct stat about;
    if (fstat(fileno(file), &about) != 0 || !S_ISREG(about.st_mode) ||
        about.st_size > LARGEST_FILE) {
        return xh_error_set(error, XH_INPUT, "%s: is not a file of at most %d bytes", path,
                            LARGEST_FILE);
    }
    *size = (size_t)about.st_size;
    const xh_status status = make_room(&picture->file, &picture->file_room, *size, error);
    if (status == XH_OK && fread(picture->file, 1, *size, file) != *size) {
        return xh_error_set(error, XH_INPUT, "%s: cannot be read: %s", path,
                            ferror(file) ? strerror(errno) : "it became shorter");
    }
    return status;
}

xh_status xh_picture_read(const char *path, size_t side, xh_picture *picture, xh_error *error) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        return xh_error_set(error, XH_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    }
    size_t size = 0;
    const xh_status status = read_bytes(file, path, picture, &size, error);
    fclose(file);
    return status == XH_OK ? xh_picture_decode(path, picture->file, size, side, picture, error)
                           : status;
}
