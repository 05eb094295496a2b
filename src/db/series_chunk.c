/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_chunk.h"

#include "base/err.h"
#include "base/time.h"
#include "base/tlv.h"

enum { HAS_UNIT = 3, HAS_BUCKETS = 4, HAS_EXPONENT = 8, HAS_ALL = 15 };
enum { SAMPLE_COLUMNS = 2, BUCKET_COLUMNS = 7 };

static const int64_t unit_us[3] = {TIME_US, TIME_MS, TIME_S};

void series_chunk_room_init(struct series_chunk_room *room)
{
    *room = (struct series_chunk_room){.cap = 0};
    series_seq_writer_init(&room->writer);
}

void series_chunk_room_release(struct series_chunk_room *room)
{
    series_seq_writer_release(&room->writer);
    mem_free(room->column[0]);
    *room = (struct series_chunk_room){.cap = 0};
}

static void make_room(struct series_chunk_room *room, size_t n)
{
    if (n <= room->cap)
        return;
    room->cap = MAX(n, 2 * room->cap);
    room->column[0] = mem_realloc_array(room->column[0], room->cap, SERIES_CHUNK_COLUMNS * sizeof(int64_t));
    for (size_t i = 1; i < SERIES_CHUNK_COLUMNS; i++)
        room->column[i] = room->column[0] + i * room->cap;
}

/* ---- exponents ---- */

bool series_scale(int64_t m, unsigned up, int64_t *out)
{
    if (!m)
        up = 0;
    if (up > 18)
        return false;
    for (; up; up--)
        if (__builtin_mul_overflow(m, (int64_t)10, &m))
            return false;
    *out = m;
    return true;
}

/* The common exponent of what was taken so far, and the least and the greatest mantissa under it. */
struct common {
    int exponent;
    int64_t least, most;
    bool any; /* one that is not 0 */
};

/* Can a number join? 0 joins under every exponent. */
static bool join(struct common *c, int64_t m, int exponent)
{
    int64_t least = c->least, most = c->most;

    if (!m)
        return true;
    if (!c->any) {
        *c = (struct common){.exponent = exponent, .least = MIN(m, 0), .most = MAX(m, 0), .any = true};
        return true;
    }
    if (exponent >= c->exponent) {
        if (!series_scale(m, (unsigned)(exponent - c->exponent), &m))
            return false;
        exponent = c->exponent;
    } else if (!series_scale(least, (unsigned)(c->exponent - exponent), &least) ||
               !series_scale(most, (unsigned)(c->exponent - exponent), &most)) {
        return false;
    }
    *c = (struct common){.exponent = exponent, .least = MIN(least, m), .most = MAX(most, m), .any = true};
    return true;
}

/* Takes the zeros off that all numbers end in. */
static void strip(struct common *c, int64_t **column, size_t n_column, size_t n)
{
    while (c->any && c->exponent < INT8_MAX) {
        for (size_t k = 0; k < n_column; k++)
            for (size_t i = 0; i < n; i++)
                if (column[k][i] % 10)
                    return;
        for (size_t k = 0; k < n_column; k++)
            for (size_t i = 0; i < n; i++)
                column[k][i] /= 10;
        c->exponent++;
    }
}

/* ---- writing ---- */

static unsigned unit_of(const int64_t *us, size_t n)
{
    unsigned unit = 2;

    for (size_t i = 0; i < n && unit; i++)
        while (us[i] % unit_us[unit])
            unit--;
    return unit;
}

static void put_columns(struct series_chunk_room *room, struct buf *to, unsigned columns, size_t n,
                        int exponent)
{
    struct series_seq_plan plan[SERIES_CHUNK_COLUMNS];
    unsigned unit = unit_of(room->column[0], n), first = unit;
    bool flat = true;

    if (unit)
        for (size_t i = 0; i < n; i++)
            room->column[0][i] /= unit_us[unit];
    first |= columns == BUCKET_COLUMNS ? HAS_BUCKETS : 0;
    first |= exponent ? HAS_EXPONENT : 0;
    buf_add_char(to, (char)first);
    if (exponent)
        buf_add_char(to, (char)exponent);
    tlv_put_varint(to, n - 1);
    for (unsigned k = 0; k < columns; k++) {
        series_seq_plan(&plan[k], room->column[k], n);
        series_seq_head_put(to, &plan[k], room->column[k], n);
        flat = flat && plan[k].low == SERIES_SEQ_FLAT;
    }
    if (flat)
        return;
    series_seq_writer_clear(&room->writer);
    for (unsigned k = 0; k < columns; k++)
        series_seq_put(&room->writer, &plan[k], room->column[k], n);
    series_seq_end(&room->writer, to);
}

static int64_t since(int64_t us, int64_t base_us)
{
    return (int64_t)((uint64_t)us - (uint64_t)base_us);
}

size_t series_chunk_put(struct series_chunk_room *room, struct buf *to, const struct series_sample *s,
                        size_t n, int64_t base_us)
{
    struct common c = {.exponent = 0};
    size_t take = 0;

    BUG_ON(!n);
    n = MIN(n, SERIES_CHUNK_MAX);
    while (take < n && join(&c, s[take].mantissa, s[take].exponent))
        take++;
    make_room(room, take);
    for (size_t i = 0; i < take; i++) {
        room->column[0][i] = since(s[i].us, base_us);
        if (s[i].exponent == c.exponent || !s[i].mantissa)
            room->column[1][i] = s[i].mantissa;
        else
            BUG_ON(!series_scale(s[i].mantissa, (unsigned)(s[i].exponent - c.exponent), &room->column[1][i]));
    }
    strip(&c, &room->column[1], 1, take);
    put_columns(room, to, SAMPLE_COLUMNS, take, c.exponent);
    return take;
}

static bool join_bucket(struct common *c, const struct series_bucket *b)
{
    struct common was = *c;

    /* The sum follows the exponent of the rest modulo 2^128; it was made of mantissas that fit, so it does. */
    if (join(c, b->min, b->exponent) && join(c, b->max, b->exponent) && join(c, b->last, b->exponent))
        return true;
    *c = was;
    return false;
}

static int64_t scaled(int64_t m, int by)
{
    int64_t v = 0;

    BUG_ON(m && (by < 0 || !series_scale(m, (unsigned)by, &v)));
    return v;
}

static void bucket_columns(struct series_chunk_room *room, const struct series_bucket *b, size_t i,
                           int exponent, int64_t base_us)
{
    int by = b->exponent - exponent;
    unsigned __int128 sum = (unsigned __int128)(uint64_t)b->sum_high << 64 | b->sum_low;
    uint64_t low, min = (uint64_t)scaled(b->min, by);

    for (int k = 0; k < by; k++)
        sum *= 10;
    low = (uint64_t)sum;
    room->column[0][i] = since(b->us, base_us);
    room->column[1][i] = b->count;
    room->column[2][i] = (int64_t)min;
    room->column[3][i] = (int64_t)((uint64_t)scaled(b->max, by) - min);
    room->column[4][i] = (int64_t)((uint64_t)scaled(b->last, by) - min);
    room->column[5][i] = (int64_t)(low - (uint64_t)b->count * min);
    room->column[6][i] = (int64_t)((uint64_t)(sum >> 64) + (low >> 63));
}

size_t series_chunk_put_buckets(struct series_chunk_room *room, struct buf *to, const struct series_bucket *s,
                                size_t n, int64_t base_us)
{
    struct common c = {.exponent = 0};
    size_t take = 0;

    BUG_ON(!n);
    n = MIN(n, SERIES_CHUNK_MAX);
    while (take < n && join_bucket(&c, &s[take]))
        take++;
    make_room(room, take);
    for (size_t i = 0; i < take; i++)
        bucket_columns(room, &s[i], i, c.any ? c.exponent : s[i].exponent, base_us);
    put_columns(room, to, BUCKET_COLUMNS, take, c.exponent);
    return take;
}

/* ---- reading ---- */

/* The columns into the room. How many, or E_FORMAT. */
static int64_t get_columns(struct series_chunk_room *room, struct str bytes, unsigned columns, int *exponent)
{
    struct series_seq_plan plan[SERIES_CHUNK_COLUMNS];
    struct series_seq_reader r;
    unsigned first;
    uint64_t n;
    bool flat = true;

    if (bytes.n < 2)
        return E_FORMAT;
    first = (unsigned char)bytes.p[0];
    if (first & ~(unsigned)HAS_ALL || (first & HAS_UNIT) == 3 ||
        !(first & HAS_BUCKETS) != (columns == SAMPLE_COLUMNS))
        return E_FORMAT;
    *exponent = first & HAS_EXPONENT ? (signed char)bytes.p[1] : 0;
    bytes = str_sub(bytes, first & HAS_EXPONENT ? 2 : 1, SIZE_MAX);
    if (!tlv_get_varint(&bytes, &n) || n >= SERIES_CHUNK_MAX)
        return E_FORMAT;
    n++;
    make_room(room, n);
    for (unsigned k = 0; k < columns; k++) {
        if (series_seq_head_get(&bytes, &plan[k], room->column[k], n) < 0)
            return E_FORMAT;
        flat = flat && plan[k].low == SERIES_SEQ_FLAT;
    }
    if (flat ? bytes.n != 0 : series_seq_reader_init(&r, bytes) < 0)
        return E_FORMAT;
    for (unsigned k = 0; k < columns; k++)
        series_seq_get(flat ? NULL : &r, &plan[k], room->column[k], n);
    if (!flat && !series_seq_whole(&r))
        return E_FORMAT;
    for (size_t i = 0; i < n && (first & HAS_UNIT); i++)
        room->column[0][i] = (int64_t)((uint64_t)room->column[0][i] * (uint64_t)unit_us[first & HAS_UNIT]);
    return (int64_t)n;
}

int series_chunk_get(struct series_chunk_room *room, struct str bytes, int64_t base_us,
                     struct series_samples *out)
{
    int exponent;
    int64_t n = get_columns(room, bytes, SAMPLE_COLUMNS, &exponent);
    struct series_sample *to;

    if (n < 0)
        return (int)n;
    VEC_RESERVE(out, out->n + (size_t)n);
    to = out->at + out->n;
    out->n += (size_t)n;
    for (size_t i = 0; i < (size_t)n; i++)
        to[i] = (struct series_sample){.us = (int64_t)((uint64_t)room->column[0][i] + (uint64_t)base_us),
                                       .mantissa = room->column[1][i],
                                       .exponent = (int8_t)exponent};
    return 0;
}

int series_chunk_get_buckets(struct series_chunk_room *room, struct str bytes, int64_t base_us,
                             struct series_buckets *out)
{
    int exponent;
    int64_t n = get_columns(room, bytes, BUCKET_COLUMNS, &exponent), *const *column = room->column;

    for (int64_t i = 0; i < n; i++) {
        uint64_t min = (uint64_t)column[2][i], low;

        low = (uint64_t)column[5][i] + (uint64_t)column[1][i] * min;
        *VEC_ADD(out) = (struct series_bucket){.us = (int64_t)((uint64_t)column[0][i] + (uint64_t)base_us),
                                               .count = column[1][i],
                                               .min = column[2][i],
                                               .max = (int64_t)((uint64_t)column[3][i] + min),
                                               .last = (int64_t)((uint64_t)column[4][i] + min),
                                               .sum_low = low,
                                               .sum_high = (int64_t)((uint64_t)column[6][i] - (low >> 63)),
                                               .exponent = (int8_t)exponent};
    }
    return n < 0 ? (int)n : 0;
}
