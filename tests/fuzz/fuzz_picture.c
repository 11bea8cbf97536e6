/* Any bytes as a JPEG or PNG image: refused with a text, or a picture whose every pixel is there. */
#include "experiments/picture.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Uses every pixel, as resizing does. */
static void look(const xh_picture *picture) {
    const size_t values = picture->height * picture->width * picture->channels;
    unsigned sum = 0;
    for (size_t v = 0; v < values; v++) {
        sum += picture->pixels[v];
    }
    if (values == 0 || sum > values * UINT8_MAX) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const size_t sides[] = {0, 3};
    for (size_t i = 0; i < 2; i++) {
        xh_picture picture = {0};
        xh_error error = {0};
        const xh_status status = xh_picture_decode("fuzz", data, size, sides[i], &picture, &error);
        if (status == XH_OK) {
            look(&picture);
        } else if (error.text[0] == '\0') {
            abort();
        }
        xh_picture_release(&picture);
    }
    return 0;
}
