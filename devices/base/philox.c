/*
 * Philox4x32-10 over lanes. The words of a block are held in 64-bit lanes, one block a lane, so that
 * the processor's own product of 32-bit words needs no shuffling; it reads the lower half of a lane
 * alone, and what the upper half holds does not matter. Compilers do not find that instruction by
 * themselves.
 */
#include "devices/base/philox.h"

#include "crosshebb/kernel.h"

/** One block a lane: the state in even and odd words, from the counter to the last round. */
static void lanes_plain(const uint32_t start[4], const uint32_t key[2],
                        uint32_t word[XH_PHILOX_WORDS][XH_PHILOX_LANES]) {
    for (uint32_t lane = 0; lane < XH_PHILOX_LANES; lane++) {
        uint32_t even0 = start[0] + lane;
        uint32_t even2 = start[2];
        uint32_t odd1 = start[1];
        uint32_t odd3 = start[3];
        uint32_t key0 = key[0];
        uint32_t key1 = key[1];
#pragma GCC unroll 10
        for (int round = 0; round < XH_PHILOX_ROUNDS; round++) {
            const uint64_t product0 = (uint64_t)even0 * PHILOX_M4x32_0;
            const uint64_t product2 = (uint64_t)even2 * PHILOX_M4x32_1;
            even0 = (uint32_t)(product2 >> 32) ^ odd1 ^ key0;
            even2 = (uint32_t)(product0 >> 32) ^ odd3 ^ key1;
            odd1 = (uint32_t)product2;
            odd3 = (uint32_t)product0;
            key0 += PHILOX_W32_0;
            key1 += PHILOX_W32_1;
        }
        word[0][lane] = even0;
        word[1][lane] = odd1;
        word[2][lane] = even2;
        word[3][lane] = odd3;
    }
}

#if !defined(XH_NO_MULTIVERSION) && defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

/* Vectors worked on side by side: a round waits for its products. */
enum { AVX2_LANES = 4, AVX512_LANES = 8, VECTORS = 2 };

__attribute__((target("avx2"))) static void
lanes_avx2(const uint32_t start[4], const uint32_t key[2],
           uint32_t word[XH_PHILOX_WORDS][XH_PHILOX_LANES]) {
    const __m256i factor0 = _mm256_set1_epi64x(PHILOX_M4x32_0);
    const __m256i factor1 = _mm256_set1_epi64x(PHILOX_M4x32_1);
    const __m256i lower = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    for (uint32_t lane = 0; lane < XH_PHILOX_LANES; lane += VECTORS * AVX2_LANES) {
        __m256i state[VECTORS][XH_PHILOX_WORDS];
        for (uint32_t v = 0; v < VECTORS; v++) {
            const long long counter = start[0] + lane + v * AVX2_LANES;
            state[v][0] =
                _mm256_add_epi64(_mm256_set1_epi64x(counter), _mm256_setr_epi64x(0, 1, 2, 3));
            for (int k = 1; k < XH_PHILOX_WORDS; k++) {
                state[v][k] = _mm256_set1_epi64x(start[k]);
            }
        }
        uint32_t key0 = key[0];
        uint32_t key1 = key[1];
#pragma GCC unroll 10
        for (int round = 0; round < XH_PHILOX_ROUNDS; round++) {
            const __m256i keys[2] = {_mm256_set1_epi64x(key0), _mm256_set1_epi64x(key1)};
#pragma GCC unroll 2
            for (uint32_t v = 0; v < VECTORS; v++) {
                __m256i *s = state[v];
                const __m256i product0 = _mm256_mul_epu32(s[0], factor0);
                const __m256i product2 = _mm256_mul_epu32(s[2], factor1);
                const __m256i upper0 = _mm256_srli_epi64(product0, 32);
                const __m256i upper2 = _mm256_srli_epi64(product2, 32);
                s[0] = _mm256_xor_si256(_mm256_xor_si256(upper2, s[1]), keys[0]);
                s[2] = _mm256_xor_si256(_mm256_xor_si256(upper0, s[3]), keys[1]);
                s[1] = product2;
                s[3] = product0;
            }
            key0 += PHILOX_W32_0;
            key1 += PHILOX_W32_1;
        }
        for (uint32_t v = 0; v < VECTORS; v++) {
            for (int k = 0; k < XH_PHILOX_WORDS; k++) {
                void *out = &word[k][lane + v * AVX2_LANES];
                const __m256i low = _mm256_permutevar8x32_epi32(state[v][k], lower);
                _mm_storeu_si128(out, _mm256_castsi256_si128(low));
            }
        }
    }
}

__attribute__((target("avx512f"))) static void
lanes_avx512(const uint32_t start[4], const uint32_t key[2],
             uint32_t word[XH_PHILOX_WORDS][XH_PHILOX_LANES]) {
    const __m512i factor0 = _mm512_set1_epi64(PHILOX_M4x32_0);
    const __m512i factor1 = _mm512_set1_epi64(PHILOX_M4x32_1);
    for (uint32_t lane = 0; lane < XH_PHILOX_LANES; lane += VECTORS * AVX512_LANES) {
        __m512i state[VECTORS][XH_PHILOX_WORDS];
        for (uint32_t v = 0; v < VECTORS; v++) {
            const long long counter = start[0] + lane + v * AVX512_LANES;
            state[v][0] = _mm512_add_epi64(_mm512_set1_epi64(counter),
                                           _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7));
            for (int k = 1; k < XH_PHILOX_WORDS; k++) {
                state[v][k] = _mm512_set1_epi64(start[k]);
            }
        }
        uint32_t key0 = key[0];
        uint32_t key1 = key[1];
#pragma GCC unroll 10
        for (int round = 0; round < XH_PHILOX_ROUNDS; round++) {
            const __m512i keys[2] = {_mm512_set1_epi64(key0), _mm512_set1_epi64(key1)};
#pragma GCC unroll 2
            for (uint32_t v = 0; v < VECTORS; v++) {
                __m512i *s = state[v];
                const __m512i product0 = _mm512_mul_epu32(s[0], factor0);
                const __m512i product2 = _mm512_mul_epu32(s[2], factor1);
                const __m512i upper0 = _mm512_srli_epi64(product0, 32);
                const __m512i upper2 = _mm512_srli_epi64(product2, 32);
                s[0] = _mm512_xor_si512(_mm512_xor_si512(upper2, s[1]), keys[0]);
                s[2] = _mm512_xor_si512(_mm512_xor_si512(upper0, s[3]), keys[1]);
                s[1] = product2;
                s[3] = product0;
            }
            key0 += PHILOX_W32_0;
            key1 += PHILOX_W32_1;
        }
        for (uint32_t v = 0; v < VECTORS; v++) {
            for (int k = 0; k < XH_PHILOX_WORDS; k++) {
                void *out = &word[k][lane + v * AVX512_LANES];
                _mm256_storeu_si256(out, _mm512_cvtepi64_epi32(state[v][k]));
            }
        }
    }
}

void xh_philox_lanes(xh_rng stream, uint64_t first,
                     uint32_t word[XH_PHILOX_WORDS][XH_PHILOX_LANES]) {
    const philox4x32_ctr_t start = xh_philox_counter(stream, first);
    const philox4x32_key_t key = xh_philox_key(stream);
    if (__builtin_cpu_supports("avx512f")) {
        lanes_avx512(start.v, key.v, word);
    } else if (__builtin_cpu_supports("avx2")) {
        lanes_avx2(start.v, key.v, word);
    } else {
        lanes_plain(start.v, key.v, word);
    }
}

#else

void xh_philox_lanes(xh_rng stream, uint64_t first,
                     uint32_t word[XH_PHILOX_WORDS][XH_PHILOX_LANES]) {
    const philox4x32_ctr_t start = xh_philox_counter(stream, first);
    const philox4x32_key_t key = xh_philox_key(stream);
    lanes_plain(start.v, key.v, word);
}

#endif
