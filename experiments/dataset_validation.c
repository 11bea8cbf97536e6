/*
 * Validation: images of the training split that are held back from it and stand in for the tests.
 * Which ones is a fixed random choice, the same for every seed, so that runs compare.
 */
#include "dataset_formats.h"

#include "crosshebb/rng.h"

#include <stdlib.h>
#include <string.h>

/* A stream of its own among the orders of images. */
enum { HELD_STREAM = 0x410000 };

/* Some images of another source. */
typedef struct part_source {
    xh_dataset_source whole;
    size_t *index; /* of each image in the whole */
} part_source;

static xh_status read_image(const void *state, size_t index, size_t side, xh_picture *picture,
                            xh_error *error) {
    const part_source *part = state;
    return part->whole.read(part->whole.state, part->index[index], side, picture, error);
}

static void free_part(void *state) {
    part_source *part = state;
    part->whole.free(part->whole.state);
    free(part->index);
    free(part);
}

/* Marks the images that are held back; false if there is no memory. */
static bool choose(size_t count, size_t held, bool *chosen) {
    const xh_rng stream = {0, XH_RNG_SHUFFLE, HELD_STREAM, 0};
    uint32_t *order = calloc(count, sizeof *order);
    if (order) {
        xh_rng_permutation(stream, count, order);
        for (size_t i = 0; i < held; i++) {
            chosen[order[i]] = true;
        }
    }
    free(order);
    return order != NULL;
}

/* Keeps the images that are marked so, in their order; false, and nothing is changed, if there is no
 * memory. */
static bool keep(xh_dataset *dataset, const bool *chosen, bool mark) {
    const size_t image = dataset->shape.height * dataset->shape.width * dataset->shape.channels;
    part_source *part = NULL;
    if (!dataset->pixels) {
        part = calloc(1, sizeof *part);
        size_t *index = calloc(dataset->count, sizeof *index);
        if (!part || !index) {
            free(part);
            free(index);
            return false;
        }
        *part = (part_source){dataset->source, index};
        dataset->source = (xh_dataset_source){part, read_image, free_part};
    }
    size_t kept = 0;
    for (size_t i = 0; i < dataset->count; i++) {
        if (chosen[i] != mark) {
            continue;
        }
        dataset->labels[kept] = dataset->labels[i];
        if (part) {
            part->index[kept] = i;
        } else if (kept < i) {
            memcpy(dataset->pixels + kept * image, dataset->pixels + i * image, image);
        }
        kept++;
    }
    dataset->count = kept;
    return true;
}

xh_status xh_dataset_hold_back(xh_dataset *dataset, size_t held, bool validation, xh_error *error) {
    if (held >= dataset->count) {
        return xh_error_set(
            error, XH_INPUT,
            "dataset.validation_images = %zu leaves none of the %zu training images", held,
            dataset->count);
    }
    bool *chosen = calloc(dataset->count, sizeof *chosen);
    const bool made =
        chosen && choose(dataset->count, held, chosen) && keep(dataset, chosen, validation);
    free(chosen);
    return made ? XH_OK : xh_error_set(error, XH_MEMORY, "no memory to hold %zu images back", held);
}
