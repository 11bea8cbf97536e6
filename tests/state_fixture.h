/* States kept in memory for tests. */
#ifndef XH_TESTS_STATE_FIXTURE_H
#define XH_TESTS_STATE_FIXTURE_H

#include "crosshebb/state.h"
#include "suite.h"

#include <string.h>

typedef struct xh_memory {
    unsigned char *bytes;
    size_t size;
    size_t at; /* how far it was read */
} xh_memory;

static inline bool xh_memory_save(void *context, void *bytes, size_t size) {
    xh_memory *memory = context;
    unsigned char *grown = realloc(memory->bytes, memory->size + size + 1);
    ck_assert_ptr_nonnull(grown);
    memcpy(grown + memory->size, bytes, size);
    memory->bytes = grown;
    memory->size += size;
    return true;
}

static inline bool xh_memory_load(void *context, void *bytes, size_t size) {
    xh_memory *memory = context;
    if (size > memory->size - memory->at) {
        return false;
    }
    memcpy(bytes, memory->bytes + memory->at, size);
    memory->at += size;
    return true;
}

static inline xh_state xh_memory_saving(xh_memory *memory) {
    return (xh_state){.move = xh_memory_save, .context = memory};
}

static inline xh_state xh_memory_loading(xh_memory *memory) {
    memory->at = 0;
    return (xh_state){.loading = true, .move = xh_memory_load, .context = memory};
}

#endif
