/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_int.h"

#include "base/log.h"
#include "db/series_import.h"
#include "db/series_members.h"
#include "db/series_roll.h"
#include "db/series_whole.h"

#include <stdlib.h>
#include <string.h>

#define STEP_SAMPLES 4096u /* merged in one step: a millisecond */
#define STEP_SERIES  16u
#define PARTS_MAX    16u
#define LATE_US      (10 * TIME_MIN)
#define RETRY_US     (10 * TIME_MIN) /* after a merge that failed */

/* Which series there are; the files are begun; filled; ended, the parts first; what they stand for goes. Each takes as many steps as it needs. */
enum stage { FIND, FILES, FILL, END, REMOVE };

struct series_merge {
    enum stage stage;
    enum series_class class;
    int64_t start_us;
    uint32_t generation; /* of what is being made; the files below it are merged */
    struct series_members members;
    unsigned file; /* FILES, END: which is next; SERIES_RAW: the whole one, which comes last */
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
    series_members_release(&m->members);
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

static int begin_file(struct series *s, struct series_whole *w, enum series_class class,
                      enum series_form form)
{
    struct series_header h = {.class = class,
                              .form = form,
                              .start_us = series_start_of(class, s->merge->start_us),
                              .site = s->o.site,
                              .nonce = s->io.nonce(s->io.user) | 1};

    /* The whole file must not stand for a log that was begun since the merge was. */
    h.generation = form == SERIES_WHOLE ? s->merge->generation : newest_generation(s, class, h.start_us) + 1;
    series_close_some(s);
    return series_whole_begin(w, &s->io, &h, s->merge->members.heap.n);
}

static void begin(struct series *s, const struct partition *p)
{
    struct series_merge *m = s->merge = mem_zalloc(sizeof(*m));

    m->class = p->class;
    m->start_us = p->start_us;
    buf_init(&m->members.seen);
    buf_init(&m->whole.out);
    for (unsigned c = 0; c < SERIES_CLASSES; c++)
        buf_init(&m->part[c].out);
    m->generation = newest_generation(s, p->class, p->start_us) + 1;
}

/* The file that is to be begun or ended next, and its class: of a day the parts, then the whole one. */
static struct series_whole *file_at(struct series_merge *m, enum series_class *class)
{
    *class = (enum series_class)m->file;
    if (m->file != SERIES_RAW)
        return &m->part[m->file];
    *class = m->class;
    return &m->whole;
}

static void first_file(struct series_merge *m, enum stage stage)
{
    m->stage = stage;
    m->file = m->class == SERIES_RAW ? SERIES_5M : SERIES_RAW;
}

/* False: that was the whole one. */
static bool next_file(struct series_merge *m)
{
    if (m->file == SERIES_RAW)
        return false;
    m->file = (m->file + 1) % SERIES_CLASSES;
    return true;
}

static int begin_one(struct series *s)
{
    struct series_merge *m = s->merge;
    enum series_class class;
    struct series_whole *w = file_at(m, &class);
    int r = begin_file(s, w, class, w == &m->whole ? SERIES_WHOLE : SERIES_PART);

    if (r == 0 && !next_file(m))
        m->stage = FILL;
    return r;
}

/* ---- one series ---- */

static void put_samples(struct series *s, const struct series_key *k)
{
    struct series_merge *m = s->merge;

    for (size_t done = 0; done < s->samples.n;) {
        bool again = done != 0;
        size_t n;

        buf_clear(&s->chunk);
        n = series_chunk_put(&s->room, &s->chunk, s->samples.at + done, s->samples.n - done, m->start_us);
        series_whole_put(&m->whole, k, again, buf_str(&s->chunk), n);
        done += n;
    }
}

static void put_buckets(struct series *s, struct series_whole *w, const struct series_key *k)
{
    const struct series_buckets *b = &s->merge->buckets;

    for (size_t done = 0; done < b->n;) {
        bool again = done != 0;
        size_t n;

        buf_clear(&s->chunk);
        n = series_chunk_put_buckets(&s->room, &s->chunk, b->at + done, b->n - done, w->file.h.start_us);
        series_whole_put(w, k, again, buf_str(&s->chunk), n);
        done += n;
    }
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
    if (m->class != SERIES_RAW) {
        put_buckets(s, &m->whole, &k);
        return 0;
    }
    put_samples(s, &k);
    for (unsigned c = SERIES_5M; c < SERIES_CLASSES && is_new(s, id); c++) {
        VEC_CLEAR(&m->buckets);
        series_roll_up(s->samples.at, s->samples.n, series_bucket_us((enum series_class)c), &m->buckets);
        put_buckets(s, &m->part[c], &k);
    }
    return 0;
}

/* ---- the end ---- */

static void take_file(struct series *s, struct series_whole *w)
{
    series_file_close(&w->file, &s->io);
    series_file_put(s, &w->file);
    VEC_RELEASE(&w->place); /* now: all of them together would be a long step */
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

static int end_some(struct series *s)
{
    struct series_merge *m = s->merge;
    enum series_class class;
    struct series_whole *w = file_at(m, &class);
    int r = series_whole_end(w, &s->io);

    if (r)
        return MIN(r, 0);
    take_file(s, w);
    if (!next_file(m))
        m->stage = REMOVE;
    return 0;
}

/* One of those that the whole file stands for; false: there is none. */
static bool remove_one(struct series *s)
{
    const struct series_merge *m = s->merge;

    for (size_t i = 0; i < s->file.n; i++) {
        const struct series_file *f = &s->file.at[i];

        if (!series_same_partition(f, m->class, m->start_us) || f->h.generation >= m->generation ||
            !f->h.nonce)
            continue;
        remove_at(s, i);
        return true;
    }
    return false;
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
        begin(s, &p);
        return true;
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

static struct series_whole *full_one(struct series_merge *m)
{
    for (unsigned c = SERIES_5M; c < SERIES_CLASSES; c++)
        if (series_whole_full(&m->part[c]))
            return &m->part[c];
    return series_whole_full(&m->whole) ? &m->whole : NULL;
}

static int fill_some(struct series *s)
{
    struct series_merge *m = s->merge;
    struct series_whole *full = full_one(m);
    uint64_t until = m->whole.samples + STEP_SAMPLES;
    size_t id;
    int r = 0;

    if (full)
        return series_whole_flush(full, &s->io);
    for (unsigned i = 0; i < STEP_SERIES && m->whole.samples < until && r == 0; i++) {
        if (!series_members_next(&m->members, &id)) {
            first_file(m, END);
            break;
        }
        r = merge_one(s, id);
    }
    return r;
}

/* 1: there is more; 0: it is done; E_*. */
static int go_on(struct series *s)
{
    struct series_merge *m = s->merge;
    int r = 0;

    switch (m->stage) {
    case FIND:
        r = series_members_find(s, &m->members, m->class, m->start_us, m->generation);
        if (r == 0)
            first_file(m, FILES);
        break;
    case FILES: r = begin_one(s); break;
    case FILL: r = fill_some(s); break;
    case END: r = end_some(s); break;
    case REMOVE:
        if (remove_one(s))
            break;
        s->stats.merged++;
        free_merge(s);
        return 0;
    }
    return r < 0 ? r : 1;
}

bool series_step(struct series *s, struct wall now)
{
    int r;

    if (s->failed)
        return false;
    if (!s->merge) {
        bool removed = remove_old(s, now);

        return start_merge(s, now) || removed;
    }
    r = go_on(s);
    if (r < 0)
        give_up(s, r, now);
    return r >= 0;
}
