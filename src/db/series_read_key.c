/* SPDX-License-Identifier: Apache-2.0 */
/* The second half of db/series_read.h: which series there are, and what they say. */
#include "db/series_int.h"
#include "db/series_read.h"
#include "db/series_roll.h"

#include <stdlib.h>
#include <string.h>

/* ---- which series there are ---- */

static uint64_t mix(uint64_t oid, uint32_t hash)
{
    uint64_t h = (oid ^ (uint64_t)hash << 32 ^ hash) * 0x9e3779b97f4a7c15ull;

    h = (h ^ h >> 32) * 0xd6e8feb86659fd93ull;
    return h ^ h >> 32 ^ oid;
}

static void learn_active(struct series_reader *r)
{
    for (; r->n_known < r->s.active.n; r->n_known++) {
        struct series_key k = series_key_at(&r->s, r->n_known);

        map_put_u64(&r->known, mix(k.oid, series_key_hash(&k)), 1);
    }
}

struct learning {
    struct series_reader *r;
    struct series_file *f;
    struct buf b;
    uint64_t oid; /* of the one before */
    uint32_t hash;
    bool fine;
};

/* Two that stand together with the same hash are two labels. */
static bool learn_place(void *user, const struct series_place *p)
{
    struct learning *l = user;
    struct series_key k;

    if (map_get_u64(&l->r->known, mix(p->oid, p->hash), NULL) && (p->oid != l->oid || p->hash != l->hash)) {
        l->oid = p->oid;
        l->hash = p->hash;
        return true;
    }
    l->oid = p->oid;
    l->hash = p->hash;
    if (series_file_key(l->f, &l->r->s.io, p->at, &l->b, &k) < 0) {
        l->fine = false;
        return true;
    }
    series_intern(&l->r->s, &k);
    map_put_u64(&l->r->known, mix(p->oid, p->hash), 1);
    return true;
}

static int learn_file(struct series_reader *r, struct series_file *f)
{
    struct learning l = {.r = r, .f = f, .fine = true};
    int code;

    if (f->handle < 0)
        series_close_some(&r->s);
    f->used = ++r->s.uses;
    code = series_file_reach(f, &r->s.io);
    if (code < 0)
        return code;
    buf_init(&l.b);
    learn_active(r);
    code = series_file_places(f, &r->s.io, learn_place, &l);
    buf_release(&l.b);
    if (code == E_FORMAT || !l.fine)
        r->s.stats.damaged++;
    map_put(&r->seen, str_of(f->name), 1);
    return code == E_FORMAT ? 0 : code;
}

static int catalogue(struct series_reader *r, int64_t from_us, int64_t to_us)
{
    for (size_t i = 0; i < r->s.file.n; i++) {
        struct series_file *f = &r->s.file.at[i];
        int code;

        if (f->h.form == SERIES_LOG || (f->h.class != SERIES_RAW && f->h.class != SERIES_1D) ||
            f->h.start_us >= to_us || f->h.start_us + series_partition_us(f->h.class) <= from_us ||
            map_get(&r->seen, str_of(f->name), NULL))
            continue;
        code = learn_file(r, f);
        if (code < 0)
            return code;
    }
    return 0;
}

int series_read_catalogue(struct series_reader *r, int64_t from_us, int64_t to_us)
{
    struct err err = ERR_INIT;
    int code = catalogue(r, from_us, to_us);

    for (int i = 0; i < 3 && code == SERIES_READ_AGAIN; i++) {
        code = series_read_refresh(r, true, &err);
        if (code >= 0)
            code = catalogue(r, from_us, to_us);
    }
    return code;
}

static int by_object(const void *a, const void *b, void *user)
{
    const struct series *s = user;
    uint32_t x, y;
    struct series_key k, m;
    int c;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    if (s->active.at[x].oid != s->active.at[y].oid)
        return s->active.at[x].oid < s->active.at[y].oid ? -1 : 1;
    k = series_key_at(s, x);
    m = series_key_at(s, y);
    c = str_cmp(k.label, m.label);
    return c ? c : k.unit - m.unit;
}

size_t series_read_object(struct series_reader *r, uint64_t oid, const uint32_t **id)
{
    size_t low = 0, high, n = 0;

    if (r->n_by_oid != r->s.active.n) {
        r->n_by_oid = r->s.active.n;
        r->by_oid = mem_realloc_array(r->by_oid, r->n_by_oid, sizeof(*r->by_oid));
        for (size_t i = 0; i < r->n_by_oid; i++)
            r->by_oid[i] = (uint32_t)i;
        qsort_r(r->by_oid, r->n_by_oid, sizeof(*r->by_oid), by_object, &r->s);
    }
    for (high = r->n_by_oid; low < high;) {
        size_t middle = low + (high - low) / 2;

        if (r->s.active.at[r->by_oid[middle]].oid < oid)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + n < r->n_by_oid && r->s.active.at[r->by_oid[low + n]].oid == oid)
        n++;
    *id = r->by_oid + low;
    return n;
}

/* ---- what they say ---- */

/* What did not read as it should may be another file by now: all is looked at anew before the next question. */
static int judged(struct series_reader *r, uint64_t damaged, int code)
{
    if (r->s.stats.damaged != damaged)
        r->suspect = true;
    return code;
}

int series_read_samples(struct series_reader *r, const struct series_key *k, int64_t from_us, int64_t to_us,
                        struct series_samples *out)
{
    uint64_t damaged = r->s.stats.damaged;
    struct err err = ERR_INIT;
    int code = series_read(&r->s, k, from_us, to_us, out);

    for (int i = 0; i < 3 && code == SERIES_READ_AGAIN; i++) {
        code = series_read_refresh(r, true, &err);
        if (code >= 0)
            code = series_read(&r->s, k, from_us, to_us, out);
    }
    return judged(r, damaged, code);
}

int series_read_class(struct series_reader *r, const struct series_key *k, enum series_class class,
                      int64_t from_us, int64_t to_us, struct series_buckets *out)
{
    uint64_t damaged = r->s.stats.damaged;
    struct err err = ERR_INIT;
    int code = series_read_buckets(&r->s, k, class, from_us, to_us, out);

    for (int i = 0; i < 3 && code == SERIES_READ_AGAIN; i++) {
        code = series_read_refresh(r, true, &err);
        if (code >= 0)
            code = series_read_buckets(&r->s, k, class, from_us, to_us, out);
    }
    return judged(r, damaged, code);
}

int64_t series_read_oldest(const struct series_reader *r, enum series_class class)
{
    int64_t oldest = INT64_MAX;

    for (size_t i = 0; i < r->s.file.n; i++)
        if (r->s.file.at[i].h.class == class || r->s.file.at[i].h.class == SERIES_RAW)
            oldest = MIN(oldest, r->s.file.at[i].h.start_us);
    for (size_t i = 0; i < r->s.active.n && oldest == INT64_MAX; i++)
        if (r->s.active.at[i].open.n)
            oldest = MIN(oldest, r->s.active.at[i].open.base_us);
    return oldest;
}

static void newest(const struct series_samples *all, struct series_sample *out, int *found)
{
    for (size_t i = 0; i < all->n; i++)
        if (!*found || all->at[i].us >= out->us) {
            *out = all->at[i];
            *found = 1;
        }
}

int series_read_last(struct series_reader *r, const struct series_key *k, struct series_sample *out)
{
    size_t id = series_find(&r->s, k);
    struct series_samples all = {.n = 0};
    struct series_buckets days = {.n = 0};
    int found = 0, code = 0;

    if (id != SERIES_NONE && r->s.active.at[id].open.n) {
        series_open_get(&r->s.active.at[id].open, &all);
        newest(&all, out, &found);
    } else {
        code = series_read_class(r, k, SERIES_1D, INT64_MIN, INT64_MAX, &days);
        if (code == 0 && days.n) {
            const struct series_bucket *b = &days.at[days.n - 1];

            *out = (struct series_sample){.us = b->us, .mantissa = b->last, .exponent = b->exponent};
            found = 1;
            code = series_read_samples(r, k, b->us, b->us + TIME_DAY, &all);
            newest(&all, out, &found);
        }
    }
    VEC_RELEASE(&all);
    VEC_RELEASE(&days);
    return code < 0 ? code : found;
}
