/*
 * The file of a checkpoint: a head with magic, version, size and checksum (CRC-32 of all that
 * follows), the resolved configuration, and the arrays of the state in the order in which they were
 * visited. Nothing is loaded before the checksum has been verified.
 */
#include "checkpoint.h"

#include "config_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { FORMAT_VERSION = 1, PATH_SIZE = 4096, BLOCK = 1 << 16 };

static const char magic[24] = "crosshebb checkpoint\n";

typedef struct head {
    char magic[sizeof(magic)];
    uint32_t version;
    uint32_t checksum;
    uint64_t size; /* of the rest */
} head;

struct xh_checkpoint {
    FILE *stream;
    head head;
    char *name;
};

/* Bytes on their way into a file. */
static bool put(void *context, void *bytes, size_t size) {
    xh_checkpoint *file = context;
    if (fwrite(bytes, 1, size, file->stream) != size) {
        return false;
    }
    file->head.checksum = (uint32_t)crc32_z(file->head.checksum, bytes, size);
    file->head.size += size;
    return true;
}

static bool take(void *context, void *bytes, size_t size) {
    xh_checkpoint *file = context;
    return fread(bytes, 1, size, file->stream) == size;
}

static void save_configuration(const xh_config *config, xh_state *state) {
    char *text = xh_config_text(config);
    if (!text) {
        xh_error_set(&state->error, XH_MEMORY, "no memory for the text of the configuration");
        return;
    }
    size_t length = strlen(text);
    xh_state_size(state, "length", &length);
    xh_state_text(state, "configuration", length, text);
    free(text);
}

/* The whole file, its head last. */
static bool fill(xh_checkpoint *file, const xh_config *config, xh_checkpoint_visit *visit,
                 void *context, xh_state *state) {
    const head empty = file->head;
    if (fwrite(&empty, sizeof(empty), 1, file->stream) != 1) {
        return false;
    }
    save_configuration(config, state);
    visit(context, state);
    return state->error.status == XH_OK && fseek(file->stream, 0, SEEK_SET) == 0 &&
           fwrite(&file->head, sizeof(file->head), 1, file->stream) == 1 &&
           fflush(file->stream) == 0 && fsync(fileno(file->stream)) == 0;
}

/* Renames a file that is on the disk, and has the disk keep the new name. */
static bool publish(const char *from, const char *to) {
    char folder[PATH_SIZE];
    snprintf(folder, sizeof(folder), "%s", to);
    if (rename(from, to) != 0) {
        return false;
    }
    const int descriptor = open(dirname(folder), O_RDONLY);
    if (descriptor >= 0) {
        fsync(descriptor);
        close(descriptor);
    }
    return true;
}

static void name_fresh(const char *path, char fresh[PATH_SIZE]) {
    snprintf(fresh, PATH_SIZE, "%s.new", path);
}

xh_status xh_checkpoint_write(const char *path, const xh_config *config, xh_checkpoint_visit *visit,
                              void *context, xh_error *error) {
    char fresh[PATH_SIZE];
    name_fresh(path, fresh);
    xh_checkpoint file = {.stream = fopen(fresh, "wb"), .head = {.version = FORMAT_VERSION}};
    xh_state state = {.move = put, .context = &file};
    memcpy(file.head.magic, magic, sizeof(magic));
    bool good = file.stream && fill(&file, config, visit, context, &state);
    int reason = errno;
    if (file.stream && fclose(file.stream) != 0 && good) {
        good = false;
        reason = errno;
    }
    if (good && !publish(fresh, path)) {
        good = false;
        reason = errno;
    }
    if (good) {
        return XH_OK;
    }
    remove(fresh);
    if (state.error.status != XH_OK && state.error.status != XH_IO) {
        return xh_error_set(error, state.error.status, "%s: %s", path, state.error.text);
    }
    return xh_error_set(error, XH_IO, "%s: cannot be written: %s", path, strerror(reason));
}

void xh_checkpoint_remove(const char *path) {
    char fresh[PATH_SIZE];
    name_fresh(path, fresh);
    remove(fresh);
    remove(path);
}

static xh_status damaged(const xh_checkpoint *file, const char *how, xh_error *error) {
    return xh_error_set(error, XH_INPUT, "%s is damaged: %s; without it the run starts anew",
                        file->name, how);
}

/* Whether all bytes after the head are there, and no others, and have its checksum. */
static xh_status verify(xh_checkpoint *file, xh_error *error) {
    if (fread(&file->head, sizeof(file->head), 1, file->stream) != 1 ||
        memcmp(file->head.magic, magic, sizeof(magic)) != 0) {
        return damaged(file, "it does not begin as a checkpoint does", error);
    }
    if (file->head.version != FORMAT_VERSION) {
        return xh_error_set(error, XH_INPUT,
                            "%s has version %u of the format; this program knows version %d",
                            file->name, file->head.version, FORMAT_VERSION);
    }
    unsigned char block[BLOCK];
    uint32_t checksum = 0;
    uint64_t size = 0;
    for (size_t count = 1; count > 0; size += count) {
        count = fread(block, 1, sizeof(block), file->stream);
        checksum = (uint32_t)crc32_z(checksum, block, count);
    }
    if (size != file->head.size) {
        return damaged(file, size < file->head.size ? "its end is missing" : "it is too long",
                       error);
    }
    return checksum == file->head.checksum ? XH_OK
                                           : damaged(file, "its checksum does not match", error);
}

static xh_status load_configuration(xh_checkpoint *file, const xh_config *config, xh_error *error) {
    xh_state state = {.loading = true, .move = take, .context = file};
    size_t length = 0;
    xh_state_size(&state, "length", &length);
    if (state.error.status != XH_OK || length > XH_TREE_BYTES) {
        return damaged(file, "it has no configuration", error);
    }
    char *text = malloc(length + 1);
    if (!text) {
        return xh_error_set(error, XH_MEMORY, "%s: no memory for its configuration", file->name);
    }
    xh_state_text(&state, "configuration", length, text);
    text[length] = '\0';
    const xh_status status = state.error.status == XH_OK
                                 ? xh_config_compare(config, file->name, text, error)
                                 : damaged(file, "it has no configuration", error);
    free(text);
    return status;
}

xh_status xh_checkpoint_read(const char *name, FILE *stream, const xh_config *config,
                             xh_checkpoint **checkpoint, xh_error *error) {
    xh_checkpoint *file = calloc(1, sizeof(*file));
    char *copy = strdup(name);
    if (!file || !copy) {
        fclose(stream);
        free(file);
        free(copy);
        return xh_error_set(error, XH_MEMORY, "%s: no memory to read it", name);
    }
    *file = (xh_checkpoint){.stream = stream, .name = copy};
    xh_status status = verify(file, error);
    if (status == XH_OK && fseek(stream, sizeof(file->head), SEEK_SET) != 0) {
        status = xh_error_set(error, XH_IO, "%s: cannot be read: %s", name, strerror(errno));
    }
    if (status == XH_OK) {
        status = load_configuration(file, config, error);
    }
    if (status != XH_OK) {
        xh_checkpoint_close(file);
        return status;
    }
    *checkpoint = file;
    return XH_OK;
}

xh_status xh_checkpoint_open(const char *path, const xh_config *config, xh_checkpoint **checkpoint,
                             xh_error *error) {
    FILE *stream = fopen(path, "rb");
    if (stream) {
        return xh_checkpoint_read(path, stream, config, checkpoint, error);
    }
    if (errno != ENOENT) {
        return xh_error_set(error, XH_IO, "%s: cannot be opened: %s", path, strerror(errno));
    }
    *checkpoint = NULL;
    return XH_OK;
}

xh_status xh_checkpoint_load(xh_checkpoint *checkpoint, xh_checkpoint_visit *visit, void *context,
                             xh_error *error) {
    xh_state state = {.loading = true, .move = take, .context = checkpoint};
    visit(context, &state);
    if (state.error.status != XH_OK) {
        return xh_error_set(error, state.error.status, "%s is of another program: %s",
                            checkpoint->name, state.error.text);
    }
    return fgetc(checkpoint->stream) == EOF
               ? XH_OK
               : xh_error_set(error, XH_INPUT, "%s is of another program: it holds more",
                              checkpoint->name);
}

void xh_checkpoint_close(xh_checkpoint *checkpoint) {
    if (!checkpoint) {
        return;
    }
    fclose(checkpoint->stream);
    free(checkpoint->name);
    free(checkpoint);
}
