/* Partners: divisions cover what they divide, and what is collected or saved is what one process alone
 * has. */
#include "partners_rig.h"
#include "state_fixture.h"

START_TEST(parts_cover_a_division) {
    for (size_t count = 1; count < 8; count++) {
        const xh_partners partners = {.count = count};
        for (size_t length = 0; length < 100; length += 7) {
            for (size_t grain = 1; grain < 40; grain += 3) {
                const xh_division division = {&partners, length, grain};
                size_t next = 0, least = SIZE_MAX, most = 0;
                for (size_t p = 0; p < count; p++) {
                    const xh_part part = xh_division_part(division, p);
                    ck_assert_uint_eq(part.first, next);
                    ck_assert(part.first % grain == 0 || part.count == 0);
                    next += part.count;
                    least = part.count < least ? part.count : least;
                    most = part.count > most ? part.count : most;
                }
                ck_assert_uint_eq(next, length);
                ck_assert_uint_lt(most - least, 2 * grain);
            }
        }
    }
}
END_TEST

START_TEST(who_is_alone_has_all) {
    const float own[6] = {1, 2, 3, 4, 5, 6};
    float all[6] = {0}, largest = 3;
    uint64_t sum = 4;
    const xh_division division = xh_undivided(3);
    ck_assert_uint_eq(xh_division_own(division).count, 3);
    xh_division_gather(division, 2, own, all);
    ck_assert_mem_eq(all, own, sizeof(own));
    memset(all, 0, sizeof(all));
    xh_division_collect(division, 2, 1, own, all);
    ck_assert_mem_eq(all, own, sizeof(own));
    xh_partners_sum(NULL, 1, &sum);
    xh_partners_largest(NULL, 1, &largest);
    xh_partners_share(NULL, 0, sizeof(sum), &sum);
    xh_partners_meet(NULL);
    ck_assert(sum == 4 && largest == 3);
    ck_assert(xh_partners_count(NULL) == 1 && xh_partners_mine(NULL) == 0);
}
END_TEST

/* An array beyond one piece that is handed over, of which some partners have nothing. */
enum { GROUPS = 3, LENGTH = 23, GRAIN = 8, WIDTH = 1111, SIZE = GROUPS * LENGTH * WIDTH };

typedef struct job {
    xh_memory memory; /* of the first partner */
    bool loading;
    float *all; /* of the first partner */
} job;

static float value_at(size_t group, size_t row, size_t k) {
    return (float)((group * LENGTH + row) * WIDTH + k);
}

static void fill(float *own, xh_part part, bool filled) {
    for (size_t g = 0; g < GROUPS; g++) {
        for (size_t i = 0; i < part.count * WIDTH; i++) {
            own[g * part.count * WIDTH + i] =
                filled ? value_at(g, part.first + i / WIDTH, i % WIDTH) : -1;
        }
    }
}

static void expect_filled(const float *own, xh_part part) {
    for (size_t g = 0; g < GROUPS; g++) {
        for (size_t i = 0; i < part.count * WIDTH; i++) {
            ck_assert(own[g * part.count * WIDTH + i] ==
                      value_at(g, part.first + i / WIDTH, i % WIDTH));
        }
    }
}

static void visit(const xh_partners *partners, void *context) {
    job *own = context;
    const xh_division division = {partners, LENGTH, GRAIN};
    const xh_part part = xh_division_own(division);
    float *values = malloc((GROUPS * part.count * WIDTH + 1) * sizeof(*values));
    ck_assert_ptr_nonnull(values);
    fill(values, part, !own->loading);
    xh_state state =
        own->loading ? xh_memory_loading(&own->memory) : xh_memory_saving(&own->memory);
    uint64_t number = own->loading ? 0 : 77;
    state.partners = partners;
    xh_state_counts(&state, "number", 1, &number);
    xh_state_floats_divided(&state, "values", GROUPS, division, WIDTH, values);
    xh_state_counts(&state, "number", 1, &number);
    ck_assert_int_eq(state.error.status, XH_OK);
    ck_assert_uint_eq(number, 77);
    expect_filled(values, part);
    if (partners) {
        xh_division_collect(division, GROUPS, WIDTH, values, own->all);
        float largest = (float)partners->mine;
        uint64_t sum = partners->mine;
        xh_partners_largest(partners, 1, &largest);
        xh_partners_sum(partners, 1, &sum);
        ck_assert(largest == (float)partners->count - 1);
        ck_assert_uint_eq(sum, partners->count * (partners->count - 1) / 2);
    }
    free(values);
}

/* What partners save is what one alone saves, and goes back into any number of them. */
START_TEST(what_partners_save_is_whole) {
    job alone = {.loading = false};
    visit(NULL, &alone);
    for (size_t count = 2; count <= RIG_PARTNERS; count++) {
        job jobs[RIG_PARTNERS] = {0};
        void *contexts[RIG_PARTNERS];
        for (size_t p = 0; p < count; p++) {
            contexts[p] = &jobs[p];
        }
        jobs[0].all = malloc(SIZE * sizeof(float));
        xh_rig_run(count, visit, contexts);
        ck_assert_uint_eq(jobs[0].memory.size, alone.memory.size);
        ck_assert_mem_eq(jobs[0].memory.bytes, alone.memory.bytes, alone.memory.size);
        expect_filled(jobs[0].all, (xh_part){0, LENGTH});
        for (size_t p = 0; p < count; p++) {
            ck_assert(p == 0 || jobs[p].memory.size == 0);
            jobs[p].loading = true;
        }
        xh_rig_run(count, visit, contexts);
        free(jobs[0].memory.bytes);
        free(jobs[0].all);
    }
    free(alone.memory.bytes);
}
END_TEST

/* Whoever visits with partners hears of it when the first one cannot read. */
static void visit_nothing(const xh_partners *partners, void *context) {
    job *own = context;
    xh_state state = xh_memory_loading(&own->memory);
    state.partners = partners;
    uint64_t number = 0;
    xh_state_counts(&state, "number", 1, &number);
    ck_assert_int_eq(state.error.status, XH_IO);
}

START_TEST(what_is_missing_is_missing_for_all) {
    job jobs[2] = {0};
    void *contexts[] = {&jobs[0], &jobs[1]};
    xh_rig_run(2, visit_nothing, contexts);
}
END_TEST

START_TEST(grains_are_of_both) {
    ck_assert_uint_eq(xh_grain_of_both(24, 16), 48);
    ck_assert_uint_eq(xh_grain_of_both(16, 24), 48);
    ck_assert_uint_eq(xh_grain_of_both(256, 16), 256);
    ck_assert_uint_eq(xh_grain_of_both(1, 7), 7);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {grains_are_of_both, parts_cover_a_division, who_is_alone_has_all,
                                  what_partners_save_is_whole, what_is_missing_is_missing_for_all};
    return xh_suite_run("partners", tests, sizeof(tests) / sizeof(tests[0]));
}
