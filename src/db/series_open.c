/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_open.h"

#include "base/err.h"

#include <string.h>

enum { OPEN_ONES = 16, OPEN_GROW = 32, OPEN_MEAN_FIRST = 64 };
#define OPEN_MEAN_MAX (UINT64_C(1) << 40)

static uint64_t zigzag(uint64_t v)
{
    return v << 1 ^ (0 - (v >> 63));
}

static uint64_t unzigzag(uint64_t v)
{
    return v >> 1 ^ (0 - (v & 1));
}

static unsigned bits_of(uint64_t v)
{
    return v ? 64 - (unsigned)__builtin_clzll(v) : 0;
}

void series_open_begin(struct series_open *o, int64_t base_us)
{
    *o = (struct series_open){
        .bits = o->bits, .room = o->room, .base_us = base_us, .us = base_us, .mean = OPEN_MEAN_FIRST};
}

void series_open_release(struct series_open *o)
{
    mem_free(o->bits);
    *o = (struct series_open){.bits = NULL};
}

/* The mean follows with a weight of 1/16. */
static uint64_t mean_next(uint64_t mean, uint64_t d)
{
    return MIN(mean - (mean >> 4) + MIN(d, OPEN_MEAN_MAX), OPEN_MEAN_MAX);
}

/* The lower bits of a difference: about half of them are below the mean. */
static unsigned low_bits(uint64_t mean)
{
    unsigned k = bits_of(mean >> 4);

    return k ? k - 1 : 0;
}

/* ---- writing ---- */

/* Up to 64 bits at the end, above which v has none; there is room. */
static void put(struct series_open *o, uint64_t v, unsigned n)
{
    while (n) {
        unsigned in = o->used % 8, take = MIN(8 - in, n);
        uint8_t *p = &o->bits[o->used / 8];

        if (!in)
            *p = 0;
        *p = (uint8_t)(*p | (uint8_t)(v << in));
        v = take < 64 ? v >> take : 0;
        n -= take;
        o->used = (uint16_t)(o->used + take);
    }
}

struct code {
    uint64_t step, value; /* zigzag */
    unsigned low;         /* k */
    unsigned bits;
};

static struct code code_of(const struct series_open *o, int64_t us, int64_t mantissa)
{
    struct code c = {.low = low_bits(o->mean)};
    unsigned n;

    c.step = zigzag((uint64_t)us - (uint64_t)o->us - (uint64_t)o->step);
    c.value = zigzag((uint64_t)mantissa - (uint64_t)o->mantissa);
    n = bits_of(c.step);
    c.bits = !n ? 1 : 7 + (n < 63 ? n : 64);
    if (c.value >> c.low < OPEN_ONES)
        c.bits += (unsigned)(c.value >> c.low) + 1 + c.low;
    else
        c.bits += OPEN_ONES + 6 + bits_of(c.value);
    return c;
}

static void put_step(struct series_open *o, uint64_t step)
{
    unsigned n = bits_of(step);

    if (!step) {
        put(o, 0, 1);
        return;
    }
    n = MIN(n, 63); /* which stands for all 64 */
    put(o, 1, 1);
    put(o, n, 6);
    put(o, step, n == 63 ? 64 : n);
}

static void put_value(struct series_open *o, uint64_t v, unsigned low)
{
    unsigned ones = (unsigned)MIN(v >> low, OPEN_ONES);

    put(o, (1u << ones) - 1, ones);
    if (ones < OPEN_ONES) {
        put(o, 0, 1);
        put(o, v & (((uint64_t)1 << low) - 1), low);
        return;
    }
    put(o, bits_of(v) - 1, 6);
    put(o, v, bits_of(v));
}

/* Room for so many bits more; false: the chunk would be too long. */
static bool make_room(struct series_open *o, unsigned bits)
{
    size_t need = (o->used + bits + 7) / 8, room = o->room;

    if (need <= room)
        return true;
    if (need > SERIES_OPEN_BYTES)
        return false;
    /* What the allocator hands out is 8 less than a multiple of 16. */
    while (room < need)
        room = room ? room + OPEN_GROW : OPEN_GROW - 8;
    room = MIN(room, SERIES_OPEN_BYTES);
    o->bits = mem_realloc(o->bits, room);
    o->room = (uint8_t)room;
    return true;
}

static bool append(struct series_open *o, int64_t us, int64_t mantissa)
{
    struct code c = code_of(o, us, mantissa);

    if (o->n == UINT16_MAX || !make_room(o, c.bits))
        return false;
    put_step(o, c.step);
    put_value(o, c.value, c.low);
    o->mean = mean_next(o->mean, c.value);
    o->step = (int64_t)((uint64_t)us - (uint64_t)o->us);
    o->us = us;
    o->mantissa = mantissa;
    o->n++;
    return true;
}

/* Writes all again with a lower exponent. False, and nothing changed, if a number or the length does not allow it. */
static bool lower(struct series_open *o, int8_t exponent)
{
    struct series_samples all = {.n = 0};
    struct series_open next = {.bits = NULL};
    bool fits = true;

    series_open_get(o, &all);
    series_open_begin(&next, o->base_us);
    for (size_t i = 0; i < all.n && fits; i++) {
        int64_t m;

        fits = series_scale(all.at[i].mantissa, (unsigned)(o->exponent - exponent), &m) &&
               append(&next, all.at[i].us, m);
    }
    VEC_RELEASE(&all);
    next.exponent = exponent;
    if (!fits) {
        series_open_release(&next);
        return false;
    }
    mem_free(o->bits);
    *o = next;
    return true;
}

bool series_open_add(struct series_open *o, const struct series_sample *s)
{
    int64_t m = s->mantissa;

    if (!o->n)
        o->exponent = m ? s->exponent : 0;
    if (m && s->exponent < o->exponent && !lower(o, s->exponent))
        return false;
    if (m && !series_scale(m, (unsigned)(s->exponent - o->exponent), &m))
        return false;
    return append(o, s->us, m);
}

/* ---- reading ---- */

struct cursor {
    const uint8_t *bits;
    unsigned at, end;
    bool bad;
};

static uint64_t take(struct cursor *c, unsigned n)
{
    uint64_t v = 0;

    if (n > c->end - c->at) {
        c->bad = true;
        return 0;
    }
    for (unsigned got = 0; got < n;) {
        unsigned in = c->at % 8, some = MIN(8 - in, n - got);

        v |= (uint64_t)(c->bits[c->at / 8] >> in & ((1u << some) - 1)) << got;
        got += some;
        c->at += some;
    }
    return v;
}

static uint64_t take_step(struct cursor *c)
{
    unsigned n;

    if (!take(c, 1))
        return 0;
    n = (unsigned)take(c, 6);
    return take(c, n == 63 ? 64 : n);
}

static uint64_t take_value(struct cursor *c, unsigned low)
{
    unsigned ones = 0;

    while (ones < OPEN_ONES && !c->bad && take(c, 1))
        ones++;
    if (ones < OPEN_ONES)
        return (uint64_t)ones << low | take(c, low);
    return take(c, (unsigned)take(c, 6) + 1);
}

/* Reads the n of o->bits, o being as it was begun; out may be NULL. o is then ready to be appended to. */
static bool read_all(struct series_open *o, struct cursor *c, unsigned n, struct series_samples *out)
{
    if (out)
        VEC_RESERVE(out, out->n + n);
    for (unsigned i = 0; i < n; i++) {
        uint64_t v;

        o->step = (int64_t)((uint64_t)o->step + unzigzag(take_step(c)));
        o->us = (int64_t)((uint64_t)o->us + (uint64_t)o->step);
        v = take_value(c, low_bits(o->mean));
        if (c->bad)
            return false;
        o->mean = mean_next(o->mean, v);
        o->mantissa = (int64_t)((uint64_t)o->mantissa + unzigzag(v));
        if (out)
            out->at[out->n++] =
                (struct series_sample){.us = o->us, .mantissa = o->mantissa, .exponent = o->exponent};
    }
    o->n = (uint16_t)n;
    o->used = (uint16_t)c->at;
    return true;
}

void series_open_get(const struct series_open *o, struct series_samples *out)
{
    struct series_open again = {.bits = o->bits, .room = o->room};
    struct cursor c = {.bits = o->bits, .end = o->used};

    series_open_begin(&again, o->base_us);
    again.exponent = o->exponent;
    BUG_ON(!read_all(&again, &c, o->n, out));
}

struct str series_open_bits(const struct series_open *o)
{
    return str_make((const char *)o->bits, (o->used + 7u) / 8);
}

int series_open_set(struct series_open *o, struct str bits, unsigned n, int8_t exponent)
{
    struct cursor c = {.end = (unsigned)bits.n * 8};

    if (bits.n > SERIES_OPEN_BYTES || n > UINT16_MAX || n > bits.n * 8)
        return E_FORMAT;
    series_open_begin(o, o->base_us);
    o->exponent = exponent;
    if (!n)
        return bits.n ? E_FORMAT : 0;
    make_room(o, (unsigned)bits.n * 8);
    memcpy(o->bits, bits.p, bits.n);
    c.bits = o->bits;
    if (read_all(o, &c, n, NULL) && (o->used + 7u) / 8 == bits.n &&
        (o->used % 8 == 0 || o->bits[o->used / 8] >> o->used % 8 == 0))
        return 0;
    series_open_begin(o, o->base_us);
    return E_FORMAT;
}
