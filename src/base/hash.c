/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <string.h>

#if defined(__x86_64__)
#include <sys/platform/x86.h>
#include <immintrin.h>
#endif

uint64_t hash_bytes(const void *p, size_t n)
{
    const unsigned char *s = p;
    uint64_t h = 0x9e3779b97f4a7c15u ^ n;

    while (n >= 8) {
        uint64_t w;

        memcpy(&w, s, 8);
        h = (h ^ w) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
        s += 8;
        n -= 8;
    }
    for (size_t i = 0; i < n; i++)
        h = (h ^ s[i]) * 0x100000001b3u;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 29;
}

static uint32_t crc_step(uint32_t crc, unsigned char c)
{
    /* Two nibbles with a table of 16 constants: small, and no table to fill at run time. */
    static const uint32_t nibble[16] = {
        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
        0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
    };

    crc ^= c;
    crc = crc >> 4 ^ nibble[crc & 15];
    return crc >> 4 ^ nibble[crc & 15];
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc_hw(uint32_t crc, const unsigned char *s, size_t n)
{
    uint64_t c = crc;

    while (n >= 8) {
        uint64_t w;

        memcpy(&w, s, 8);
        c = __builtin_ia32_crc32di(c, w);
        s += 8;
        n -= 8;
    }
    while (n--)
        c = __builtin_ia32_crc32qi((uint32_t)c, *s++);
    return (uint32_t)c;
}
#endif

uint32_t hash_crc32c(uint32_t crc, const void *p, size_t n)
{
    const unsigned char *s = p;

    crc = ~crc;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2"))
        return ~crc_hw(crc, s, n);
#endif
    for (size_t i = 0; i < n; i++)
        crc = crc_step(crc, s[i]);
    return ~crc;
}

static const uint32_t sha_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t ror(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static void sha_block(uint32_t h[8], const unsigned char *p)
{
    uint32_t w[64], v[8];

    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 |
               p[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ w[i - 2] >> 10;

        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    memcpy(v, h, sizeof(v));
    /* The eight variables change their roles from round to round instead of moving: unrolled by eight, they stay in registers. */
    for (unsigned i = 0; i < 64; i += 8) {
#pragma GCC unroll 8
        for (unsigned j = 0; j < 8; j++) {
            uint32_t a = v[-j & 7], b = v[(1 - j) & 7], c = v[(2 - j) & 7], e = v[(4 - j) & 7],
                     f = v[(5 - j) & 7], g = v[(6 - j) & 7];
            uint32_t t1 = v[(7 - j) & 7] + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + ((e & f) ^ (~e & g)) +
                          sha_k[i + j] + w[i + j];

            v[(3 - j) & 7] += t1;
            v[(7 - j) & 7] = t1 + (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        }
    }
    for (int i = 0; i < 8; i++)
        h[i] += v[i];
}

#if defined(__x86_64__)
/* The processor's own instructions for it: ten times as fast (Intel, "Intel SHA Extensions", 2013). libc has asked the processor at the start: to ask it costs a virtual machine 10 us each time. */
static bool has_sha(void)
{
    return x86_cpu_active(x86_cpu_SHA) && x86_cpu_active(x86_cpu_SSE4_1);
}

/* The instructions hold the state as ABEF and CDGH, and make four words of the schedule or two rounds at a time. */
__attribute__((target("sha,sse4.1"))) static void sha_blocks_hw(uint32_t h[8], const unsigned char *p,
                                                                size_t n)
{
    const __m128i big = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i dcba = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)h), 0xb1),
            hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(h + 4)), 0x1b),
            abef = _mm_alignr_epi8(dcba, hgfe, 8), cdgh = _mm_blend_epi16(hgfe, dcba, 0xf0);

    for (; n; n--, p += 64) {
        __m128i w[4], abef_was = abef, cdgh_was = cdgh;

#pragma GCC unroll 16
        for (unsigned i = 0; i < 16; i++) {
            __m128i now, last = w[(i + 3) % 4];

            if (i < 4)
                now = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(p + 16 * i)), big);
            else
                now = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w[i % 4], w[(i + 1) % 4]),
                                                         _mm_alignr_epi8(last, w[(i + 2) % 4], 4)),
                                           last);
            w[i % 4] = now;
            now = _mm_add_epi32(now, _mm_loadu_si128((const __m128i *)(sha_k + 4 * i)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, now);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(now, 0x0e));
        }
        abef = _mm_add_epi32(abef, abef_was);
        cdgh = _mm_add_epi32(cdgh, cdgh_was);
    }
    dcba = _mm_shuffle_epi32(abef, 0x1b);
    hgfe = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)h, _mm_blend_epi16(dcba, hgfe, 0xf0));
    _mm_storeu_si128((__m128i *)(h + 4), _mm_alignr_epi8(hgfe, dcba, 8));
}
#endif

static void sha_blocks(struct hash_sha256 *s, const unsigned char *p, size_t n)
{
#if defined(__x86_64__)
    if (s->by_processor) {
        sha_blocks_hw(s->h, p, n);
        return;
    }
#endif
    for (; n; n--, p += 64)
        sha_block(s->h, p);
}

void hash_sha256_init(struct hash_sha256 *s)
{
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

    memset(s, 0, sizeof(*s));
    memcpy(s->h, start, sizeof(start));
#if defined(__x86_64__)
    s->by_processor = has_sha();
#endif
}

void hash_sha256_add(struct hash_sha256 *s, const void *p, size_t n)
{
    const unsigned char *b = p;
    size_t at = s->total % 64, take = at ? MIN(n, 64 - at) : 0;

    if (!n)
        return;
    s->total += n;
    memcpy(s->block + at, b, take);
    if (take && at + take == 64)
        sha_blocks(s, s->block, 1);
    b += take;
    n -= take;
    if (take && at + take < 64)
        return;
    sha_blocks(s, b, n / 64);
    memcpy(s->block, b + n / 64 * 64, n % 64);
}

void hash_sha256_end(struct hash_sha256 *s, unsigned char out[HASH_SHA256_BYTES])
{
    static const unsigned char pad[64] = {0x80};
    uint64_t bits = s->total * 8;
    unsigned char len[8];

    for (int i = 0; i < 8; i++)
        len[i] = (unsigned char)(bits >> (56 - 8 * i));
    hash_sha256_add(s, pad, 1 + (119 - s->total % 64) % 64);
    hash_sha256_add(s, len, 8);
    for (int i = 0; i < 32; i++)
        out[i] = (unsigned char)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

void hash_sha256(const void *p, size_t n, unsigned char out[HASH_SHA256_BYTES])
{
    struct hash_sha256 s;

    hash_sha256_init(&s);
    hash_sha256_add(&s, p, n);
    hash_sha256_end(&s, out);
}

void hash_hex(const unsigned char *bytes, size_t n, char *out)
{
    static const char digit[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digit[bytes[i] >> 4];
        out[2 * i + 1] = digit[bytes[i] & 15];
    }
    out[2 * n] = '\0';
}

bool hash_hex_read(struct str hex, unsigned char out[HASH_SHA256_BYTES])
{
    static const char digits[] = "0123456789abcdef";

    if (hex.n != HASH_SHA256_BYTES * 2)
        return false;
    for (size_t i = 0; i < HASH_SHA256_BYTES; i++) {
        const char *high = memchr(digits, hex.p[i * 2], 16), *low = memchr(digits, hex.p[i * 2 + 1], 16);

        if (!high || !low)
            return false;
        out[i] = (unsigned char)((high - digits) << 4 | (low - digits));
    }
    return true;
}
