/**
 * Partners: the processes that share one run which is larger than what one of them holds. The neurons
 * of a layer are divided among them. Each partner keeps, reads and changes the weights of its own
 * neurons, and has what all neurons answered once it is gathered, so that everything else is the same
 * everywhere. How they talk is the caller's business; NULL stands for a process that is alone.
 *
 * All partners make the same calls in the same order, each from one thread.
 */
#ifndef CROSSHEBB_PARTNERS_H
#define CROSSHEBB_PARTNERS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct xh_partners xh_partners;

/** Neurons of a layer, divided among partners; all parts but the last begin and end at multiples of the
 * grain, and some may be empty. */
typedef struct xh_division {
    const xh_partners *partners; /* NULL: undivided */
    size_t length;
    size_t grain;
} xh_division;

/** Neurons first .. first + count - 1. */
typedef struct xh_part {
    size_t first;
    size_t count;
} xh_part;

struct xh_partners {
    size_t count;
    size_t mine; /* number of this one; the first, 0, reads and writes files */
    void *context;
    /** all receives the parts [part.count * width] of all partners, one behind the other. */
    void (*gather)(void *context, xh_division division, size_t width, const float *own, float *all);
    /** values [count] become their sums over the partners. */
    void (*sum)(void *context, size_t count, uint64_t *values);
    /** values [count] become the largest of the partners. */
    void (*largest)(void *context, size_t count, float *values);
    /** Everyone's bytes become those of one partner. */
    void (*share)(void *context, size_t from, size_t size, void *bytes);
    /** One partner's bytes become those of another. */
    void (*hand)(void *context, size_t from, size_t to, size_t size, void *bytes);
    /** Waits for all the others, however long, without taking the processor. */
    void (*meet)(void *context);
};

/* These do nothing where there are no partners. */
size_t xh_partners_count(const xh_partners *partners); /* alone: 1 */
size_t xh_partners_mine(const xh_partners *partners);  /* alone: 0 */
void xh_partners_sum(const xh_partners *partners, size_t count, uint64_t *values);
void xh_partners_largest(const xh_partners *partners, size_t count, float *values);
void xh_partners_share(const xh_partners *partners, size_t from, size_t size, void *bytes);
void xh_partners_meet(const xh_partners *partners);

xh_division xh_undivided(size_t length);
/** The smallest grain that is a multiple of both. */
size_t xh_grain_of_both(size_t one, size_t other);
xh_part xh_division_part(xh_division division, size_t partner);
xh_part xh_division_own(xh_division division);

/** all [length][width] receives everyone's own [part.count][width]. */
void xh_division_gather(xh_division division, size_t width, const float *own, float *all);

/** The first partner's all [groups][length][width] receives everyone's own
 * [groups][part.count][width]; the others may have no all. */
void xh_division_collect(xh_division division, size_t groups, size_t width, const float *own,
                         float *all);

/** Bytes by which partners hand over what they have. */
enum { XH_PARTNERS_PIECE = 1 << 16 };

#ifdef __cplusplus
}
#endif

#endif
