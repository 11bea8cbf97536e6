/*
 * A checkpoint with any edits, with a checksum that fits or not: refused with a text, or loaded
 * within its arrays. An input is a list of edits of three bytes (place, place, what is xor'ed into
 * it) after a first byte that says whether the checksum fits; an edit of nothing cuts the file off.
 */
#include "experiments/checkpoint.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST = 1 << 16, CHECKSUM_PLACE = 28, SIZE_PLACE = 32, HEAD = 40 };

typedef struct image {
    size_t size;
    uint8_t bytes[LARGEST];
} image;

static void visit(void *context, xh_state *state) {
    float *values = context;
    size_t count = 3;
    xh_state_size(state, "count", &count);
    xh_state_floats(state, "values", 8, values);
}

/* A whole checkpoint of the configuration. */
static void make_image(const xh_config *config, image *whole) {
    char path[] = "/tmp/fuzz_checkpoint.XXXXXX";
    float values[8] = {1, 2, 3};
    const int descriptor = mkstemp(path);
    if (descriptor < 0 || xh_checkpoint_write(path, config, visit, values, NULL) != XH_OK) {
        abort();
    }
    close(descriptor);
    FILE *file = fopen(path, "rb");
    whole->size = file ? fread(whole->bytes, 1, LARGEST, file) : 0;
    if (whole->size <= HEAD || whole->size == LARGEST) {
        abort();
    }
    fclose(file);
    remove(path);
}

static void mend(image *edited) {
    if (edited->size >= HEAD) {
        const uint64_t size = edited->size - HEAD;
        const uint32_t checksum = (uint32_t)crc32(0, edited->bytes + HEAD, (uInt)size);
        memcpy(edited->bytes + CHECKSUM_PLACE, &checksum, sizeof(checksum));
        memcpy(edited->bytes + SIZE_PLACE, &size, sizeof(size));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static xh_config config;
    static image whole, edited;
    static const char text[] = "dataset: {name: mnist}\n"
                               "network: {layers: [{synapses: digital, outputs: 4, kernel: 5}]}\n";
    if (whole.size == 0) {
        if (xh_config_parse("fuzz", text, sizeof(text) - 1, NULL, 0, &config, NULL) != XH_OK) {
            abort();
        }
        make_image(&config, &whole);
    }
    edited = whole;
    for (size_t i = 1; i + 2 < size; i += 3) {
        const size_t place = ((size_t)data[i] << 8 | data[i + 1]) % edited.size;
        edited.bytes[place] ^= data[i + 2];
        edited.size = data[i + 2] == 0 && place > 0 ? place : edited.size;
    }
    if (size > 0 && data[0] % 2) {
        mend(&edited);
    }
    FILE *stream = fmemopen(edited.bytes, edited.size, "rb");
    xh_checkpoint *checkpoint = NULL;
    xh_error error = {0};
    xh_status status = xh_checkpoint_read("fuzz", stream, &config, &checkpoint, &error);
    if (status == XH_OK) {
        float values[8];
        status = xh_checkpoint_load(checkpoint, visit, values, &error);
    }
    xh_checkpoint_close(checkpoint);
    if (status != XH_OK && error.text[0] == '\0') {
        abort();
    }
    return 0;
}
