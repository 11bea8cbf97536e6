/* Partners that are threads of the test: each runs the same function. */
#ifndef XH_TESTS_PARTNERS_RIG_H
#define XH_TESTS_PARTNERS_RIG_H

#include "crosshebb/partners.h"
#include "suite.h"

#include <pthread.h>
#include <string.h>

enum { RIG_PARTNERS = 5 };

/* What the threads share: where each has put what the others are to see. */
typedef struct rig_table {
    pthread_barrier_t barrier;
    const void *shown[RIG_PARTNERS];
} rig_table;

typedef struct rig_partner {
    xh_partners partners;
    rig_table *table;
    void (*work)(const xh_partners *partners, void *context);
    void *context;
} rig_partner;

static inline void rig_wait(const rig_partner *own) {
    pthread_barrier_wait(&own->table->barrier);
}

/* Shows the others something, until all have called rig_wait. */
static inline const void *const *rig_show(rig_partner *own, const void *values) {
    own->table->shown[own->partners.mine] = values;
    rig_wait(own);
    return own->table->shown;
}

static inline void rig_gather(void *context, xh_division division, size_t width, const float *own,
                              float *all) {
    rig_partner *self = context;
    const void *const *shown = rig_show(self, own);
    for (size_t p = 0; p < self->partners.count; p++) {
        const xh_part part = xh_division_part(division, p);
        if (part.count > 0) {
            memcpy(all + part.first * width, shown[p], part.count * width * sizeof(*all));
        }
    }
    rig_wait(self);
}

static inline void rig_sum(void *context, size_t count, uint64_t *values) {
    rig_partner *self = context;
    const void *const *shown = rig_show(self, values);
    for (size_t i = 0; i < count; i++) {
        uint64_t sum = 0;
        for (size_t p = 0; p < self->partners.count; p++) {
            sum += ((const uint64_t *)shown[p])[i];
        }
        rig_wait(self);
        values[i] = sum;
        rig_wait(self);
    }
}

static inline void rig_largest(void *context, size_t count, float *values) {
    rig_partner *self = context;
    const void *const *shown = rig_show(self, values);
    for (size_t i = 0; i < count; i++) {
        float largest = values[i];
        for (size_t p = 0; p < self->partners.count; p++) {
            const float value = ((const float *)shown[p])[i];
            largest = value > largest ? value : largest;
        }
        rig_wait(self);
        values[i] = largest;
        rig_wait(self);
    }
}

static inline void rig_share(void *context, size_t from, size_t size, void *bytes) {
    rig_partner *self = context;
    const void *const *shown = rig_show(self, bytes);
    if (self->partners.mine != from) {
        memcpy(bytes, shown[from], size);
    }
    rig_wait(self);
}

static inline void rig_meet(void *context) {
    rig_wait(context);
}

/* From one to another, while the others go on. */
typedef struct rig_letter {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    const void *bytes;
} rig_letter;

static rig_letter rig_letters[RIG_PARTNERS][RIG_PARTNERS];

static inline void rig_hand(void *context, size_t from, size_t to, size_t size, void *bytes) {
    const rig_partner *self = context;
    rig_letter *letter = &rig_letters[from][to];
    pthread_mutex_lock(&letter->lock);
    if (self->partners.mine == from) {
        letter->bytes = bytes;
        pthread_cond_broadcast(&letter->moved);
        while (letter->bytes) {
            pthread_cond_wait(&letter->moved, &letter->lock);
        }
    } else {
        while (!letter->bytes) {
            pthread_cond_wait(&letter->moved, &letter->lock);
        }
        memcpy(bytes, letter->bytes, size);
        letter->bytes = NULL;
        pthread_cond_broadcast(&letter->moved);
    }
    pthread_mutex_unlock(&letter->lock);
}

static inline void *rig_thread(void *context) {
    rig_partner *own = context;
    own->work(&own->partners, own->context);
    return NULL;
}

/* Has so many partners work, contexts [count] one each. */
static inline void xh_rig_run(size_t count, void (*work)(const xh_partners *, void *),
                              void *const *contexts) {
    rig_table table;
    rig_partner partner[RIG_PARTNERS];
    pthread_t thread[RIG_PARTNERS];
    pthread_barrier_init(&table.barrier, NULL, (unsigned)count);
    for (size_t p = 0; p < count; p++) {
        for (size_t q = 0; q < count; q++) {
            rig_letters[p][q].bytes = NULL;
            pthread_mutex_init(&rig_letters[p][q].lock, NULL);
            pthread_cond_init(&rig_letters[p][q].moved, NULL);
        }
        partner[p] = (rig_partner){
            .partners = {count, p, &partner[p], rig_gather, rig_sum, rig_largest, rig_share,
                         rig_hand, rig_meet},
            .table = &table,
            .work = work,
            .context = contexts[p],
        };
    }
    for (size_t p = 0; p < count; p++) {
        ck_assert_int_eq(pthread_create(&thread[p], NULL, rig_thread, &partner[p]), 0);
    }
    for (size_t p = 0; p < count; p++) {
        pthread_join(thread[p], NULL);
    }
    pthread_barrier_destroy(&table.barrier);
}

#endif
