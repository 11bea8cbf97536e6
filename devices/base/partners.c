/* How neurons are divided among partners, and what partners do together. */
#include "crosshebb/partners.h"

#include <string.h>

size_t xh_partners_count(const xh_partners *partners) {
    return partners ? partners->count : 1;
}

size_t xh_partners_mine(const xh_partners *partners) {
    return partners ? partners->mine : 0;
}

void xh_partners_sum(const xh_partners *partners, size_t count, uint64_t *values) {
    if (partners) {
        partners->sum(partners->context, count, values);
    }
}

void xh_partners_largest(const xh_partners *partners, size_t count, float *values) {
    if (partners) {
        partners->largest(partners->context, count, values);
    }
}

void xh_partners_share(const xh_partners *partners, size_t from, size_t size, void *bytes) {
    if (partners) {
        partners->share(partners->context, from, size, bytes);
    }
}

void xh_partners_meet(const xh_partners *partners) {
    if (partners) {
        partners->meet(partners->context);
    }
}

xh_division xh_undivided(size_t length) {
    return (xh_division){NULL, length, 1};
}

size_t xh_grain_of_both(size_t one, size_t other) {
    size_t divisor = one;
    for (size_t rest = other; rest > 0;) {
        const size_t next = divisor % rest;
        divisor = rest;
        rest = next;
    }
    return one / divisor * other;
}

static size_t first_of(xh_division division, size_t partner) {
    const size_t grains = (division.length + division.grain - 1) / division.grain;
    const size_t first = grains * partner / xh_partners_count(division.partners) * division.grain;
    return first < division.length ? first : division.length;
}

xh_part xh_division_part(xh_division division, size_t partner) {
    const size_t first = first_of(division, partner);
    return (xh_part){first, first_of(division, partner + 1) - first};
}

xh_part xh_division_own(xh_division division) {
    return xh_division_part(division, xh_partners_mine(division.partners));
}

void xh_division_gather(xh_division division, size_t width, const float *own, float *all) {
    const xh_partners *partners = division.partners;
    if (partners) {
        partners->gather(partners->context, division, width, own, all);
    } else {
        memcpy(all, own, division.length * width * sizeof(*all));
    }
}

/* One partner's floats become those of the first. */
static void hand(const xh_partners *partners, size_t from, size_t count, const float *own,
                 float *to) {
    enum { PIECE = XH_PARTNERS_PIECE / sizeof(float) };
    float piece[PIECE];
    for (size_t i = 0; i < count; i += PIECE) {
        const size_t size = (count - i < PIECE ? count - i : PIECE) * sizeof(*piece);
        if (own) {
            memcpy(piece, own + i, size);
        }
        partners->hand(partners->context, from, 0, size, piece);
        if (to) {
            memcpy(to + i, piece, size);
        }
    }
}

void xh_division_collect(xh_division division, size_t groups, size_t width, const float *own,
                         float *all) {
    const size_t mine = xh_partners_mine(division.partners);
    const size_t own_size = xh_division_own(division).count * width;
    for (size_t g = 0; g < groups; g++) {
        for (size_t p = 0; p < xh_partners_count(division.partners); p++) {
            const xh_part part = xh_division_part(division, p);
            const size_t count = part.count * width;
            float *to = mine == 0 ? all + (g * division.length + part.first) * width : NULL;
            const float *from = p == mine ? own + g * own_size : NULL;
            if (from && to) {
                memcpy(to, from, count * sizeof(*to));
            } else if (from || to) {
                hand(division.partners, p, count, from, to);
            }
        }
    }
}
