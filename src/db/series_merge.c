/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_int.h"

#include "base/log.h"
#include "db/series_import.h"
#include "db/series_roll.h"
#include "db/series_whole.h"

#include <stdlib.h>
#include <string.h>

#define STEP_SERIES 64u /* merged in one step: some milliseconds */
#define PARTS_MAX   16u
#define LATE_US     (10 * TIME_MIN)
#define RETRY_US    (10 * TIME_MIN) /* after a merge that failed */

/* A series that is in the files to be merged, by what decides the order of a whole file. */
struct member {
    uint64_t oid;
    uint32_t hash, id;
};

struct series_merge {
    enum series_class class;
    int64_t start_us;
    uint32_t generation; /* of what is being made; the files below it are merged */
    VEC(struct member) member;
    size_t next;
    struct series_whole whole;
    struct series_whole part[SERIES_CLASSES]; /* of a day: its buckets; SERIES_RAW is not used */
    struct series_buckets buckets;
};

uint32_t series_merge_generation(const struct series *s, enum series_class class, int64_t start_us)
{
    const struct series_merge *m = s->merge;

    return m && m->class == class && m->start_us == start_us ? m->generation : 0;
}

static uint32_t newest_generation(const struct series *s, enum series_class class, int64_t start_us)
{
    uint32_t newest = 0;

    for (size_t i = 0; i < s->file.n; i++)
        if (series_same_partition(&s->file.at[i], class, start_us))
            newest = MAX(newest, s->file.at[i].h.generation);
    return newest;
}

static void free_merge(struct series *s)
{
    struct series_merge *m = s->merge;

    for (unsigned c = 0; c < SERIES_CLASSES; c++)
        series_whole_release(&m->part[c]);
    series_whole_release(&m->whole);
    VEC_RELEASE(&m->member);
    VEC_RELEASE(&m->buckets);
    mem_free(m);
    s->merge = NULL;
}

void series_merge_stop(struct series *s)
{
    if (!s->merge)
        return;
    for (unsigned c = 0; c < SERIES_CLASSES; c++)
        series_whole_drop(&s->merge->part[c], &s->io);
    series_whole_drop(&s->merge->whole, &s->io);
    free_merge(s);
}

static int give_up(struct series *s, int code, struct wall now)
{
    log_notice("the series store could not merge %s: it is tried again", s->merge->whole.file.name);
    s->stats.given_up++;
    s->wait_us = now.us + RETRY_US;
    series_merge_stop(s);
    return code;
}

/* ---- what is to be merged ---- */

struct partition {
    enum series_class class;
    int64_t start_us;
    unsigned logs, parts, wholes;
    uint64_t log_bytes, whole_bytes;
    bool waits; /* something of it is not on disk yet */
};

/* The partition that begins at file i; returns where the next one does. */
static size_t look(const struct series *s, size_t i, struct partition *p)
{
    *p = (struct partition){.class = s->file.at[i].h.class, .start_us = s->file.at[i].h.start_us};
    for (; i < s->file.n && series_same_partition(&s->file.at[i], p->class, p->start_us); i++) {
        const struct series_file *f = &s->file.at[i];

        if (!f->h.nonce)
            continue;
        p->logs += f->h.form == SERIES_LOG;
        p->parts += f->h.form == SERIES_PART;
        p->wholes += f->h.form == SERIES_WHOLE;
        p->log_bytes += f->h.form == SERIES_LOG ? f->size : 0;
        p->whole_bytes += f->h.form == SERIES_WHOLE ? f->size : 0;
        p->waits = p->waits || f->synced != f->size;
    }
    return i;
}

static bool is_open(const struct series *s, int64_t start_us)
{
    for (size_t id = 0; id < s->active.n; id++)
        if (s->active.at[id].open.n && s->active.at[id].open.base_us == start_us)
            return true;
    return false;
}

static bool wants_merge(const struct series *s, const struct partition *p, struct wall now)
{
    bool over = p->start_us + series_partition_us(p->class) + s->o.grace_us <= now.us;

    if (p->class != SERIES_RAW) /* a log of buckets: something was imported */
        return !p->waits && (p->logs || p->parts >= PARTS_MAX || (over && p->parts && !p->wholes));
    if (!p->logs || !over || p->waits)
        return false;
    /* What trickles in late waits until it is worth it, or for the few minutes of each day in which all that is late is merged. */
    if (p->wholes && p->log_bytes * 8 < p->whole_bytes && now.us - s->late_us > LATE_US &&
        now.us - s->late_us < TIME_DAY)
        return false;
    return !is_open(s, p->start_us);
}

static int by_order(const void *a, const void *b)
{
    const struct member *x = a, *y = b;

    if (x->oid != y->oid)
        return x->oid < y->oid ? -1 : 1;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void add_member(struct series *s, struct buf *seen, size_t id)
{
    struct series_key k = series_key_at(s, id);

    while (seen->len <= id)
        buf_add_char(seen, 0);
    if (seen->data[id])
        return;
    seen->data[id] = 1;
    *VEC_ADD(&s->merge->member) =
        (struct member){.oid = k.oid, .hash = series_key_hash(&k), .id = (uint32_t)id};
}

static int members_of_whole(struct series *s, size_t i, struct buf *seen)
{
    struct series_scan scan;
    struct series_record r;
    struct series_key k;
    uint64_t at;
    int code = series_file_reach(&s->file.at[i], &s->io);

    if (code < 0)
        return code;
    s->file.at[i].code = 0;
    series_scan_init(&scan, &s->file.at[i], &s->io);
    while (series_scan_next(&scan, &r, &at) > 0)
        if (r.kind == SERIES_R_WHOLE && series_key_get(&r.body, &k))
            add_member(s, seen, series_intern(s, &k));
    series_scan_release(&scan);
    return s->file.at[i].code;
}

static int find_members(struct series *s)
{
    struct series_merge *m = s->merge;
    struct buf seen = BUF_INIT;
    int r = 0;

    for (size_t i = 0; i < s->file.n && r == 0; i++) {
        const struct series_file *f = &s->file.at[i];

        if (!series_same_partition(f, m->class, m->start_us) || !f->h.nonce)
            continue;
        if (f->h.form != SERIES_LOG)
            r = members_of_whole(s, i, &seen);
        for (size_t id = 0; id < f->seat.n; id++)
            if (f->seat.at[id].tail)
                add_member(s, &seen, id);
    }
    if (m->member.n)
        qsort(m->member.at, m->member.n, sizeof(m->member.at[0]), by_order);
    buf_release(&seen);
    return r;
}

static int begin_file(struct series *s, struct series_whole *w, enum series_class class,
                      enum series_form form)
{
    struct series_header h = {.class = class,
                              .form = form,
                              .start_us = series_start_of(class, s->merge->start_us),
                              .site = s->o.site,
                              .nonce = s->io.nonce(s->io.user) | 1};

    h.generation = newest_generation(s, class, h.start_us) + 1;
    series_close_some(s);
    return series_whole_begin(w, &s->io, &h);
}

static int begin(struct series *s, const struct partition *p, struct wall now)
{
    struct series_merge *m = s->merge = mem_zalloc(sizeof(*m));
    int r;

    m->class = p->class;
    m->start_us = p->start_us;
    buf_init(&m->whole.out);
    for (unsigned c = 0; c < SERIES_CLASSES; c++)
        buf_init(&m->part[c].out);
    m->generation = newest_generation(s, p->class, p->start_us) + 1;
    r = find_members(s);
    if (r == 0)
        r = begin_file(s, &m->whole, p->class, SERIES_WHOLE);
    for (unsigned c = SERIES_5M; c < SERIES_CLASSES && r == 0 && p->class == SERIES_RAW; c++)
        r = begin_file(s, &m->part[c], (enum series_class)c, SERIES_PART);
    return r < 0 ? give_up(s, r, now) : 0;
}

/* ---- one series ---- */

static int put_samples(struct series *s, const struct series_key *k)
{
    struct series_merge *m = s->merge;
    int r = 0;

    for (size_t done = 0; done < s->samples.n && r == 0;) {
        bool again = done != 0;
        size_t n;

        buf_clear(&s->chunk);
        n = series_chunk_put(&s->room, &s->chunk, s->samples.at + done, s->samples.n - done, m->start_us);
        r = series_whole_put(&m->whole, &s->io, k, again, buf_str(&s->chunk), n);
        done += n;
    }
    return r;
}

static int put_buckets(struct series *s, struct series_whole *w, const struct series_key *k)
{
    const struct series_buckets *b = &s->merge->buckets;
    int r = 0;

    for (size_t done = 0; done < b->n && r == 0;) {
        bool again = done != 0;
        size_t n;

        buf_clear(&s->chunk);
        n = series_chunk_put_buckets(&s->room, &s->chunk, b->at + done, b->n - done, w->file.h.start_us);
        r = series_whole_put(w, &s->io, k, again, buf_str(&s->chunk), n);
        done += n;
    }
    return r;
}

/* Of a day that was whole before, only the buckets of what came late are made again. */
static bool is_new(const struct series *s, size_t id)
{
    const struct series_merge *m = s->merge;

    for (size_t i = 0; i < s->file.n; i++) {
        const struct series_file *f = &s->file.at[i];

        if (series_same_partition(f, m->class, m->start_us) && f->h.generation < m->generation &&
            f->h.form == SERIES_LOG && id < f->seat.n && f->seat.at[id].tail)
            return true;
    }
    return false;
}

static int merge_one(struct series *s, size_t id)
{
    struct series_merge *m = s->merge;
    struct series_key k = series_key_at(s, id);
    struct series_found found = {.room = &s->room};
    int r;

    VEC_CLEAR(&s->samples);
    VEC_CLEAR(&m->buckets);
    if (m->class == SERIES_RAW)
        found.samples = &s->samples;
    else
        found.buckets = &m->buckets;
    r = series_partition_get(s, m->class, m->start_us, m->generation, &k, &found);
    s->stats.damaged += found.damaged;
    if (r < 0)
        return r;
    series_roll_order(&s->samples);
    series_roll_order_buckets(&m->buckets);
    if (m->class != SERIES_RAW)
        return put_buckets(s, &m->whole, &k);
    r = put_samples(s, &k);
    for (unsigned c = SERIES_5M; c < SERIES_CLASSES && r == 0 && is_new(s, id); c++) {
        VEC_CLEAR(&m->buckets);
        series_roll_up(s->samples.at, s->samples.n, series_bucket_us((enum series_class)c), &m->buckets);
        r = put_buckets(s, &m->part[c], &k);
    }
    return r;
}

/* ---- the end ---- */

static void take_file(struct series *s, struct series_whole *w)
{
    series_file_close(&w->file, &s->io);
    series_file_put(s, &w->file);
}

static void remove_at(struct series *s, size_t i)
{
    struct series_file *f = &s->file.at[i];

    s->io.unlink(s->io.user,
                 f->name); /* one that stays is removed at the next start: the whole file says so */
    series_file_release(f, &s->io);
    memmove(f, f + 1, (s->file.n - i - 1) * sizeof(*f));
    s->file.n--;
}

static int end_merge(struct series *s, struct wall now)
{
    struct series_merge *m = s->merge;
    int r = 0;

    for (unsigned c = SERIES_5M; c < SERIES_CLASSES && r == 0 && m->class == SERIES_RAW; c++) {
        r = series_whole_end(&m->part[c], &s->io);
        if (r == 0)
            take_file(s, &m->part[c]);
    }
    if (r == 0)
        r = series_whole_end(&m->whole, &s->io);
    if (r < 0)
        return give_up(s, r, now);
    for (size_t i = s->file.n; i-- > 0;) {
        const struct series_file *f = &s->file.at[i];

        if (series_same_partition(f, m->class, m->start_us) && f->h.generation < m->generation && f->h.nonce)
            remove_at(s, i);
    }
    take_file(s, &m->whole);
    s->stats.merged++;
    free_merge(s);
    return 0;
}

static bool start_merge(struct series *s, struct wall now)
{
    struct partition p;

    if ((now.us < s->wait_us && s->wait_us - now.us <= RETRY_US) ||
        (s->imported_us && llabs(now.us - s->imported_us) < SERIES_IMPORT_REST_US))
        return false;
    for (size_t i = 0; i < s->file.n;) {
        i = look(s, i, &p);
        if (!wants_merge(s, &p, now))
            continue;
        if (p.class == SERIES_RAW && p.wholes && (now.us < s->late_us || now.us - s->late_us >= TIME_DAY))
            s->late_us = now.us;
        return begin(s, &p, now) == 0;
    }
    return false;
}

/* ---- what is too old ---- */

static bool remove_old(struct series *s, struct wall now)
{
    int64_t at = MIN(now.us, s->newest_us + TIME_DAY), last = INT64_MIN;
    unsigned class = SERIES_CLASSES;
    bool any = false;

    for (size_t i = 0; i < s->file.n;) {
        const struct series_header *h = &s->file.at[i].h;
        int64_t end = h->start_us + series_partition_us(h->class);

        if (end >= at - s->o.keep_us[h->class] || (h->class == class && h->start_us != last) ||
            series_merge_generation(s, h->class, h->start_us)) {
            i++;
            continue;
        }
        class = h->class;
        last = h->start_us;
        remove_at(s, i);
        s->stats.removed++;
        any = true;
    }
    return any;
}

bool series_step(struct series *s, struct wall now)
{
    struct series_merge *m;
    int r = 0;

    if (s->failed)
        return false;
    if (!s->merge) {
        bool removed = remove_old(s, now);

        return start_merge(s, now) || removed;
    }
    m = s->merge;
    for (unsigned i = 0; i < STEP_SERIES && r == 0 && m->next < m->member.n; i++)
        r = merge_one(s, m->member.at[m->next++].id);
    if (r < 0) {
        give_up(s, r, now);
        return false;
    }
    if (m->next == m->member.n)
        return end_merge(s, now) == 0;
    return true;
}
