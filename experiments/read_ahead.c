/*
 * Two buffers: rows in one are with the caller while those of the next list are read into the
 * other. A list that nobody announced is read by the caller itself.
 */
#include "read_ahead.h"

#include "crosshebb/array.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct buffer {
    uint32_t *index; /* of the rows that it holds */
    size_t count;
    char *rows;
    int problem; /* errno of the first row that could not be read, 0 if all could */
} buffer;

struct xh_read_ahead {
    int file;
    size_t row_bytes;
    size_t first;
    buffer buffers[2];
    size_t given; /* the buffer that is with the caller; the thread reads into the other */
    pthread_t thread;
    bool started;
    pthread_mutex_t mutex; /* guards the two below */
    pthread_cond_t changed;
    bool busy; /* there is a list to read */
    bool end;
};

/* Returns 0 or an errno. */
static int read_row(const xh_read_ahead *ahead, size_t row, char *to) {
    const off_t begin = (off_t)((row - ahead->first) * ahead->row_bytes);
    for (size_t done = 0; done < ahead->row_bytes;) {
        const ssize_t got =
            pread(ahead->file, to + done, ahead->row_bytes - done, begin + (off_t)done);
        if (got == 0) {
            return EIO; /* the file ends before the row does */
        }
        if (got < 0 && errno != EINTR) {
            return errno;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

static void fill(const xh_read_ahead *ahead, buffer *into) {
    into->problem = 0;
    for (size_t i = 0; i < into->count && into->problem == 0; i++) {
        if (into->index[i] >= ahead->first) {
            into->problem = read_row(ahead, into->index[i], into->rows + i * ahead->row_bytes);
        }
    }
}

static void *work(void *context) {
    xh_read_ahead *ahead = context;
    pthread_mutex_lock(&ahead->mutex);
    while (!ahead->end) {
        if (!ahead->busy) {
            pthread_cond_wait(&ahead->changed, &ahead->mutex);
            continue;
        }
        buffer *into = &ahead->buffers[1 - ahead->given];
        pthread_mutex_unlock(&ahead->mutex);
        fill(ahead, into);
        pthread_mutex_lock(&ahead->mutex);
        ahead->busy = false;
        pthread_cond_signal(&ahead->changed);
    }
    pthread_mutex_unlock(&ahead->mutex);
    return NULL;
}

xh_status xh_read_ahead_create(int file, size_t row_bytes, size_t first, size_t most,
                               xh_read_ahead **ahead, xh_error *error) {
    xh_read_ahead *made = calloc(1, sizeof(*made));
    if (!made) {
        return xh_error_set(error, XH_MEMORY, "no memory to read features ahead");
    }
    made->file = file;
    made->row_bytes = row_bytes;
    made->first = first;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->changed, NULL);
    bool room = true;
    for (size_t i = 0; i < 2; i++) {
        made->buffers[i].index = xh_array_create(most, sizeof(uint32_t));
        made->buffers[i].rows = xh_array_create(most, row_bytes);
        room = room && made->buffers[i].index && made->buffers[i].rows;
    }
    const int problem = room ? pthread_create(&made->thread, NULL, work, made) : ENOMEM;
    made->started = problem == 0;
    if (!made->started) {
        xh_read_ahead_free(made);
        return xh_error_set(error, XH_MEMORY, "features cannot be read ahead: %s",
                            strerror(problem));
    }
    *ahead = made;
    return XH_OK;
}

void xh_read_ahead_free(xh_read_ahead *ahead) {
    if (!ahead) {
        return;
    }
    if (ahead->started) {
        pthread_mutex_lock(&ahead->mutex);
        ahead->end = true;
        pthread_cond_signal(&ahead->changed);
        pthread_mutex_unlock(&ahead->mutex);
        pthread_join(ahead->thread, NULL);
    }
    for (size_t i = 0; i < 2; i++) {
        xh_array_free(ahead->buffers[i].index);
        xh_array_free(ahead->buffers[i].rows);
    }
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->mutex);
    free(ahead);
}

static void note_list(buffer *into, xh_row_list list) {
    into->count = list.count;
    memcpy(into->index, list.index, list.count * sizeof(*list.index));
}

static bool holds(const buffer *held, xh_row_list list) {
    return held->count == list.count &&
           memcmp(held->index, list.index, list.count * sizeof(*list.index)) == 0;
}

xh_status xh_read_ahead_take(xh_read_ahead *ahead, xh_row_list now, xh_row_list next,
                             const char **rows, xh_error *error) {
    pthread_mutex_lock(&ahead->mutex);
    while (ahead->busy) {
        pthread_cond_wait(&ahead->changed, &ahead->mutex);
    }
    buffer *taken = &ahead->buffers[1 - ahead->given];
    if (!holds(taken, now)) {
        note_list(taken, now);
        fill(ahead, taken);
    }
    ahead->given = 1 - ahead->given;
    note_list(&ahead->buffers[1 - ahead->given], next);
    ahead->busy = next.count > 0;
    pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->mutex);
    *rows = taken->rows;
    return taken->problem == 0 ? XH_OK
                               : xh_error_set(error, XH_IO, "features cannot be read: %s",
                                              strerror(taken->problem));
}
