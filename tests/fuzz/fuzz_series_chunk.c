/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codec of the series store. The first byte says how the rest is taken: 0, as a chunk of samples; 1, of buckets; 2, as the bits of an open chunk; 3, as samples to be
 * written, which must come back. Whatever a reader accepts must be the same after writing and reading it once more.
 */
#include "base/err.h"
#include "base/time.h"
#include "db/series_open.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BASE (20000 * TIME_DAY)

static bool equal(const struct series_sample *a, const struct series_sample *b)
{
    int by = a->exponent - b->exponent;
    int64_t m = a->mantissa, n = b->mantissa;

    if (a->us != b->us || (by > 0 && !series_scale(m, (unsigned)by, &m)) ||
        (by < 0 && !series_scale(n, (unsigned)-by, &n)))
        return false;
    return m == n;
}

static void once_more(struct series_chunk_room *room, const struct series_samples *s)
{
    struct series_samples back = {.n = 0};
    struct buf b = BUF_INIT;

    for (size_t done = 0; done < s->n;) {
        buf_clear(&b);
        done += series_chunk_put(room, &b, s->at + done, s->n - done, BASE);
        if (series_chunk_get(room, buf_str(&b), BASE, &back) < 0 || back.n != done)
            abort();
    }
    for (size_t i = 0; i < s->n; i++)
        if (!equal(&s->at[i], &back.at[i]))
            abort();
    VEC_RELEASE(&back);
    buf_release(&b);
}

static void buckets_once_more(struct series_chunk_room *room, const struct series_buckets *s)
{
    struct series_buckets back = {.n = 0};
    struct buf b = BUF_INIT;

    /* Damaged ones may have a sum that their values cannot have: then only writing and reading must be safe. */
    for (size_t done = 0; done < s->n;) {
        buf_clear(&b);
        done += series_chunk_put_buckets(room, &b, s->at + done, s->n - done, BASE);
        if (series_chunk_get_buckets(room, buf_str(&b), BASE, &back) < 0 || back.n != done)
            abort();
    }
    for (size_t i = 0; i < s->n; i++)
        if (s->at[i].us != back.at[i].us || s->at[i].count != back.at[i].count)
            abort();
    VEC_RELEASE(&back);
    buf_release(&b);
}

static void open_bits(struct str s, struct series_samples *out)
{
    struct series_open o = {.base_us = BASE}, again;
    struct str bits;

    if (s.n < 2 ||
        series_open_set(&o, str_sub(s, 2, SIZE_MAX), (unsigned char)s.p[0] | (s.p[1] & 3u) << 8, 0) < 0) {
        series_open_release(&o);
        return;
    }
    series_open_get(&o, out);
    again = (struct series_open){.base_us = BASE};
    series_open_begin(&again, BASE);
    for (size_t i = 0; i < out->n; i++)
        if (!series_open_add(&again, &out->at[i]) && i == 0)
            abort();
    bits = series_open_bits(&again);
    if (bits.n > SERIES_OPEN_BYTES)
        abort();
    series_open_release(&again);
    series_open_release(&o);
}

/* 18 bytes a sample: time, mantissa, exponent, how far both are shifted down. */
static void samples(struct str s, struct series_samples *out)
{
    for (; s.n >= 18; s = str_sub(s, 18, SIZE_MAX)) {
        struct series_sample *to = VEC_ADD(out);
        unsigned by = (unsigned char)s.p[17];

        memcpy(&to->us, s.p, 8);
        memcpy(&to->mantissa, s.p + 8, 8);
        to->us >>= by % 64;
        to->mantissa >>= by / 4;
        to->exponent = (int8_t)s.p[16];
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct series_chunk_room room;
    struct series_samples s = {.n = 0};
    struct series_buckets b = {.n = 0};
    struct str rest = str_make((const char *)data + 1, size ? size - 1 : 0);

    if (!size)
        return 0;
    series_chunk_room_init(&room);
    if (data[0] % 4 == 0 && series_chunk_get(&room, rest, BASE, &s) < 0 && s.n)
        abort();
    if (data[0] % 4 == 1 && series_chunk_get_buckets(&room, rest, BASE, &b) < 0 && b.n)
        abort();
    if (data[0] % 4 == 2)
        open_bits(rest, &s);
    if (data[0] % 4 == 3)
        samples(rest, &s);
    once_more(&room, &s);
    buckets_once_more(&room, &b);
    series_chunk_room_release(&room);
    VEC_RELEASE(&s);
    VEC_RELEASE(&b);
    return 0;
}
