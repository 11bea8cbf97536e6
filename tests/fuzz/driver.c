/*
 * Stands in for libFuzzer where the compiler has none: driver MUTATIONS FOLDER... feeds every file
 * of the folders to the target, then as many mutations of them, always the same ones.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILES = 256, LARGEST = 1 << 16, EDITS = 6 };

typedef struct input {
    size_t size;
    uint8_t bytes[LARGEST];
} input;

typedef struct corpus {
    size_t count;
    input *files[FILES];
} corpus;

/* Runs the target on a copy that ends where the input ends, so that reading beyond it is seen. */
static void run(const input *in) {
    uint8_t *copy = malloc(in->size ? in->size : 1);
    if (!copy) {
        exit(EXIT_FAILURE);
    }
    memcpy(copy, in->bytes, in->size);
    LLVMFuzzerTestOneInput(copy, in->size);
    free(copy);
}

static void add_file(corpus *all, const char *folder, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    input *in = file && all->count < FILES ? malloc(sizeof *in) : NULL;
    if (in) {
        in->size = fread(in->bytes, 1, LARGEST, file);
        all->files[all->count++] = in;
    }
    if (file) {
        fclose(file);
    }
}

/* Adds the files of a folder in the order of their names. */
static void add_folder(corpus *all, const char *folder) {
    struct dirent **names = NULL;
    const int count = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] != '.') {
            add_file(all, folder, names[i]->d_name);
        }
        free(names[i]);
    }
    free(names);
}

/* A number below limit (1 or more) of a fixed sequence. */
static size_t draw(uint64_t *state, size_t limit) {
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return (size_t)(*state >> 33) % limit;
}

/* Puts size bytes into the input in place of the gap bytes at the given position. */
static void splice(input *in, size_t position, size_t gap, const uint8_t *bytes, size_t size) {
    if (in->size - gap + size > LARGEST) {
        return;
    }
    uint8_t *place = in->bytes + position;
    memmove(place + size, place + gap, in->size - position - gap);
    memcpy(place, bytes, size);
    in->size = in->size - gap + size;
}

/* One edit: a bit, a byte, a token, a span taken out, or a span of another file put in. */
static void edit(input *in, const input *other, uint64_t *state) {
    static const char *const tokens[] = {"\n", "  ", "- ", ": ",  "{", "}",  "[",  "]",    "\"",
                                         "#",  "&a", "*a", "1e9", "-", "!!", "\t", "1e400"};
    const size_t position = draw(state, in->size + 1);
    const size_t rest = in->size - position;
    const size_t gap = rest ? draw(state, rest < 32 ? rest : 32) : 0;
    const char *token = tokens[draw(state, sizeof tokens / sizeof tokens[0])];
    const size_t from = draw(state, other->size + 1);
    const size_t left = other->size - from;
    const uint8_t byte = (uint8_t)draw(state, 256);
    switch (draw(state, 5)) {
    case 0:
        if (rest) {
            in->bytes[position] ^= (uint8_t)(1U << (byte & 7));
        }
        break;
    case 1:
        splice(in, position, rest ? 1 : 0, &byte, 1);
        break;
    case 2:
        splice(in, position, 0, (const uint8_t *)token, strlen(token));
        break;
    case 3:
        splice(in, position, gap, &byte, 0);
        break;
    default:
        splice(in, position, gap, other->bytes + from, left < 64 ? left : 64);
        break;
    }
}

static void run_mutations(const corpus *all, size_t mutations) {
    static input mutant;
    for (size_t i = 0; i < mutations; i++) {
        uint64_t state = i;
        mutant = *all->files[draw(&state, all->count)];
        const size_t edits = 1 + draw(&state, EDITS);
        for (size_t e = 0; e < edits; e++) {
            edit(&mutant, all->files[draw(&state, all->count)], &state);
        }
        run(&mutant);
    }
}

int main(int argc, char **argv) {
    static corpus all;
    for (int i = 2; i < argc; i++) {
        add_folder(&all, argv[i]);
    }
    if (all.count == 0) {
        fputs("usage: driver MUTATIONS FOLDER..., with a file in one of the folders\n", stderr);
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < all.count; i++) {
        run(all.files[i]);
    }
    run_mutations(&all, strtoul(argv[1], NULL, 10));
    printf("%zu files and %s mutations\n", all.count, argv[1]);
    for (size_t i = 0; i < all.count; i++) {
        free(all.files[i]);
    }
    return EXIT_SUCCESS;
}
