/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_int.h"

#include "base/limits.h"
#include "db/series_roll.h"

#include <stdio.h>
#include <string.h>

#define PENDING_MAX  (64u * 1024)  /* of a log, before it is written */
#define UNSYNCED_MAX (128u * 1024) /* ... and synced: all that a day seals at once would make one sync long */
#define OPEN_FILES   32u

/* ---- which series ---- */

static uint64_t slot_hash(uint64_t oid, uint32_t label, uint8_t unit)
{
    uint64_t h = (oid ^ (uint64_t)label << 40 ^ (uint64_t)unit << 32) * 0x9e3779b97f4a7c15ull;

    return (h ^ h >> 29) * 0xbf58476d1ce4e5b9ull >> 16;
}

static uint32_t *place_of(const struct series *s, uint64_t oid, uint32_t label, uint8_t unit)
{
    size_t i = slot_hash(oid, label, unit) & (s->n_slot - 1);

    for (;; i = (i + 1) & (s->n_slot - 1)) {
        const struct series_active *a;

        if (!s->slot[i])
            return &s->slot[i];
        a = &s->active.at[s->slot[i] - 1];
        if (a->oid == oid && a->label == label && a->unit == unit)
            return &s->slot[i];
    }
}

/* At most three quarters are taken. */
static void grow_slots(struct series *s)
{
    if (4 * (s->active.n + 1) <= 3 * s->n_slot)
        return;
    mem_free(s->slot);
    s->n_slot = s->n_slot ? 2 * s->n_slot : 64;
    s->slot = mem_calloc(s->n_slot, sizeof(s->slot[0]));
    for (size_t i = 0; i < s->active.n; i++) {
        const struct series_active *a = &s->active.at[i];

        *place_of(s, a->oid, a->label, a->unit) = (uint32_t)i + 1;
    }
}

size_t series_find(const struct series *s, const struct series_key *k)
{
    uint64_t label;

    if (!s->n_slot || !map_get(&s->labels, k->label, &label))
        return SERIES_NONE;
    return (size_t)*place_of(s, k->oid, (uint32_t)label, k->unit) - 1;
}

size_t series_intern(struct series *s, const struct series_key *k)
{
    bool is_new;
    uint64_t *label = map_place(&s->labels, k->label, &is_new);
    struct series_active *a;
    uint32_t *slot;

    if (is_new)
        *label = s->labels.n_entry - 1;
    grow_slots(s);
    slot = place_of(s, k->oid, (uint32_t)*label, k->unit);
    if (*slot)
        return *slot - 1;
    *slot = (uint32_t)s->active.n + 1;
    if (s->active.n == s->active.cap) { /* an eighth more: twice as much would be a lot of a million */
        s->active.cap += s->active.cap / 8 + 64;
        s->active.at = mem_realloc_array(s->active.at, s->active.cap, sizeof(s->active.at[0]));
    }
    a = VEC_ADD(&s->active);
    *a = (struct series_active){.oid = k->oid, .label = (uint32_t)*label, .unit = k->unit};
    series_open_begin(&a->open, 0);
    return s->active.n - 1;
}

struct series_key series_key_at(const struct series *s, size_t id)
{
    const struct series_active *a = &s->active.at[id];
    struct series_key k = {.oid = a->oid, .unit = a->unit};
    uint64_t value;

    BUG_ON(!map_at(&s->labels, a->label, &k.label, &value));
    return k;
}

/* ---- files ---- */

int series_fail(struct series *s, int code, const char *name, const char *doing)
{
    if (!s->failed)
        snprintf(s->why, sizeof(s->why), "%s: %s failed: %s", name, doing,
                 code == E_NOSPC ? "the disk is full or read-only" : "the disk reports an error");
    s->failed = true;
    return code;
}

bool series_same_partition(const struct series_file *f, enum series_class class, int64_t start_us)
{
    return f->h.class == class && f->h.start_us == start_us;
}

static bool before(const struct series_header *a, const struct series_header *b)
{
    if (a->class != b->class)
        return a->class < b->class;
    if (a->start_us != b->start_us)
        return a->start_us < b->start_us;
    if (a->generation != b->generation)
        return a->generation < b->generation;
    return a->form > b->form; /* the remains of a merge must not stand for a log that took its number */
}

size_t series_file_put(struct series *s, const struct series_file *f)
{
    size_t i;

    (void)VEC_ADD(&s->file);
    for (i = s->file.n - 1; i > 0 && before(&f->h, &s->file.at[i - 1].h); i--)
        s->file.at[i] = s->file.at[i - 1];
    s->file.at[i] = *f;
    return i;
}

int64_t series_log(struct series *s, enum series_class class, int64_t start_us)
{
    struct series_header h = {.class = class, .form = SERIES_LOG, .start_us = start_us, .site = s->o.site};
    uint32_t last = series_merge_generation(s, class, start_us);
    struct series_file f;
    int r;

    /* The last in the partition, if it is a log and not being merged. */
    for (size_t i = s->file.n; i-- > 0;) {
        const struct series_file *at = &s->file.at[i];

        if (!series_same_partition(at, class, start_us))
            continue;
        if (at->h.form == SERIES_LOG && at->h.generation > last && at->h.nonce &&
            at->size + 2u * SERIES_BODY_MAX < UINT32_MAX)
            return (int64_t)i;
        last = MAX(last, at->h.generation);
        break;
    }
    h.generation = last + 1;
    h.nonce = s->io.nonce(s->io.user) | 1;
    series_close_some(s);
    series_file_init(&f, &h);
    r = series_file_create(&f, &s->io);
    if (r < 0) {
        series_file_release(&f, &s->io);
        return series_fail(s, r, f.name, "creating");
    }
    return (int64_t)series_file_put(s, &f);
}

void series_close_some(struct series *s)
{
    for (;;) {
        struct series_file *oldest = NULL;
        size_t open = 0;

        for (size_t i = 0; i < s->file.n; i++) {
            struct series_file *f = &s->file.at[i];

            if (f->handle < 0)
                continue;
            open++;
            if (f->synced == f->size && (!oldest || f->used < oldest->used))
                oldest = f;
        }
        if (open <= OPEN_FILES || !oldest)
            return;
        series_file_close(oldest, &s->io);
    }
}

/* ---- adding ---- */

static int write_some(struct series *s, struct series_file *log)
{
    int r = 0;

    if (log->size - log->synced > UNSYNCED_MAX)
        r = series_file_sync(log, &s->io);
    else if (log->pending.len > PENDING_MAX)
        r = series_file_write(log, &s->io);
    return r < 0 ? series_fail(s, r, log->name, "writing") : 0;
}

int series_seal(struct series *s, size_t id)
{
    struct series_open *o = &s->active.at[id].open;
    struct series_key k = series_key_at(s, id);
    int64_t log, start;

    if (!o->n)
        return 0;
    log = series_log(s, SERIES_RAW, o->base_us);
    if (log < 0)
        return (int)log;
    VEC_CLEAR(&s->samples);
    series_open_get(o, &s->samples);
    series_roll_order(&s->samples);
    for (size_t done = 0; done < s->samples.n;) {
        int r;

        buf_clear(&s->chunk);
        done += series_chunk_put(&s->room, &s->chunk, s->samples.at + done, s->samples.n - done, o->base_us);
        r = series_file_append(&s->file.at[log], id, &k, buf_str(&s->chunk));
        if (r < 0)
            return series_fail(s, r, s->file.at[log].name, "appending");
        s->stats.sealed++;
    }
    start = o->base_us;
    series_open_release(o); /* the next one is long in growing: half of the memory is free at a time */
    series_open_begin(o, start);
    return write_some(s, &s->file.at[log]);
}

int series_seal_all(struct series *s)
{
    for (size_t id = 0; id < s->active.n; id++) {
        int r = series_seal(s, id);

        if (r < 0)
            return r;
    }
    return 0;
}

size_t series_know(struct series *s, const struct series_key *k)
{
    return s->active.n < LIMIT_SERIES ? series_intern(s, k) : series_find(s, k);
}

static int refuse(struct series *s, int code)
{
    s->stats.refused++;
    return code;
}

/* Once a day each series is counted for its object. One that had no measurement since the store was opened, nor stands in its logs, is new: only if there may be one more. Below 0: it is refused. */
static int find_or_make(struct series *s, const struct series_key *k, int64_t start_us, size_t *id)
{
    uint16_t day = (uint16_t)(start_us / TIME_DAY);
    struct series_active *a;

    *id = series_find(s, k);
    if (*id == SERIES_NONE && s->active.n >= LIMIT_SERIES)
        return E_LIMIT;
    if ((*id == SERIES_NONE || !s->active.at[*id].day) && s->o.labels_most &&
        !series_labels_allow(&s->per_object, k->oid, day, s->o.labels_most))
        return E_BUSY;
    if (*id == SERIES_NONE)
        *id = series_intern(s, k);
    a = &s->active.at[*id];
    if (day > a->day) {
        a->day = day;
        series_labels_count(&s->per_object, k->oid, day);
    }
    return 0;
}

int series_add(struct series *s, const struct series_key *k, const struct series_sample *v, struct wall now)
{
    int64_t start = series_start_of(SERIES_RAW, v->us);
    struct series_open *o;
    size_t id;
    int r;

    if (s->failed)
        return E_IO;
    if (k->label.n > SERIES_LABEL_MAX || !k->oid)
        return E_INVAL;
    if (v->us > now.us + TIME_DAY)
        return refuse(s, E_AGAIN);
    if (start + TIME_DAY < now.us - s->o.keep_us[SERIES_RAW])
        return refuse(s, E_TIMEOUT);
    r = find_or_make(s, k, start, &id);
    if (r < 0)
        return refuse(s, r);
    s->last = id;
    o = &s->active.at[id].open;
    if (o->base_us != start) {
        r = series_seal(s, id);
        series_open_begin(o, start);
    }
    if (r == 0 && !series_open_add(o, v)) {
        r = series_seal(s, id);
        series_open_begin(o, start);
        if (r == 0)
            BUG_ON(!series_open_add(o, v));
    }
    s->newest_us = MAX(s->newest_us, v->us);
    s->stats.added += r == 0;
    return r;
}

/* ---- reading ---- */

int series_partition_get(struct series *s, enum series_class class, int64_t start_us, uint32_t below,
                         const struct series_key *k, struct series_found *found)
{
    size_t id = series_find(s, k);
    int code = 0;

    for (size_t i = 0; i < s->file.n; i++) {
        struct series_file *f = &s->file.at[i];
        int r;

        if (!series_same_partition(f, class, start_us) || f->h.generation >= below || !f->h.nonce)
            continue;
        if (f->handle < 0)
            series_close_some(s);
        f->used = ++s->uses;
        r = series_file_get(f, &s->io, id, k, found);
        if (r < 0)
            code = r;
    }
    return code;
}

/* All partitions of a class that touch the span. */
static int read_class(struct series *s, enum series_class class, const struct series_key *k, int64_t from_us,
                      int64_t to_us, struct series_found *found)
{
    int64_t done = INT64_MIN;
    int code = 0;

    for (size_t i = 0; i < s->file.n; i++) {
        int64_t start = s->file.at[i].h.start_us;
        int r;

        if (s->file.at[i].h.class != class || start == done || start >= to_us ||
            start + series_partition_us(class) <= from_us)
            continue;
        done = start;
        r = series_partition_get(s, class, start, UINT32_MAX, k, found);
        if (r < 0)
            code = r;
    }
    return code;
}

int series_read(struct series *s, const struct series_key *k, int64_t from_us, int64_t to_us,
                struct series_samples *out)
{
    struct series_found found = {.room = &s->room, .samples = out};
    size_t id = series_find(s, k);
    int r;

    VEC_CLEAR(out);
    r = read_class(s, SERIES_RAW, k, from_us, to_us, &found);
    if (id != SERIES_NONE)
        series_open_get(&s->active.at[id].open, out);
    s->stats.damaged += found.damaged;
    series_roll_order(out);
    series_roll_clip(out, from_us, to_us);
    return r;
}

/* Is a day not rolled up yet, or did something come late? */
static bool is_fresh(const struct series *s, size_t i, size_t id)
{
    const struct series_file *f = &s->file.at[i];

    return f->h.class == SERIES_RAW && f->h.form == SERIES_LOG && id < f->seat.n && f->seat.at[id].tail;
}

static int roll_fresh(struct series *s, const struct series_key *k, int64_t day_us, enum series_class class,
                      struct series_buckets *out)
{
    struct series_samples day = {.n = 0};
    int r = series_read(s, k, day_us, day_us + TIME_DAY, &day);

    series_roll_up(day.at, day.n, series_bucket_us(class), out);
    VEC_RELEASE(&day);
    return r;
}

int series_read_buckets(struct series *s, const struct series_key *k, enum series_class class,
                        int64_t from_us, int64_t to_us, struct series_buckets *out)
{
    struct series_found found = {.room = &s->room, .buckets = out};
    size_t id = series_find(s, k);
    int64_t last = INT64_MIN;
    int r;

    VEC_CLEAR(out);
    r = read_class(s, class, k, from_us, to_us, &found);
    s->stats.damaged += found.damaged;
    for (size_t i = 0; i < s->file.n && r == 0 && id != SERIES_NONE; i++) {
        int64_t day = s->file.at[i].h.start_us;

        if (!is_fresh(s, i, id) || day == last || day >= to_us || day + TIME_DAY <= from_us)
            continue;
        last = day;
        r = roll_fresh(s, k, day, class, out);
    }
    if (r == 0 && id != SERIES_NONE && s->active.at[id].open.n && s->active.at[id].open.base_us != last)
        r = roll_fresh(s, k, s->active.at[id].open.base_us, class, out);
    series_roll_order_buckets(out);
    series_roll_clip_buckets(out, from_us, to_us);
    return r;
}

enum series_class series_choose(const struct series *s, int64_t from_us, int64_t to_us, uint64_t points,
                                struct wall now)
{
    for (unsigned class = 0; class < SERIES_CLASSES; class ++) {
        int64_t step = class == SERIES_RAW ? TIME_MIN : series_bucket_us((enum series_class) class);

        if (from_us >= now.us - s->o.keep_us[class] && (uint64_t)((to_us - from_us) / step) <= points)
            return (enum series_class) class;
    }
    return SERIES_1D;
}

/* ---- figures ---- */

uint64_t series_memory(const struct series *s)
{
    uint64_t n = s->active.cap * sizeof(s->active.at[0]) + s->n_slot * sizeof(s->slot[0]);

    n += s->per_object.cap * sizeof(s->per_object.at[0]);
    n += s->labels.cap_entry * sizeof(void *) * 5 + s->labels.n_slot * sizeof(s->labels.slot[0]);
    for (size_t i = 0; i < s->active.n; i++)
        n += s->active.at[i].open.room ? s->active.at[i].open.room + 8u : 0;
    for (size_t i = 0; i < s->file.n; i++)
        n += s->file.at[i].seat.cap * sizeof(struct series_seat) + s->file.at[i].pending.cap;
    return n;
}

uint64_t series_disk(const struct series *s)
{
    uint64_t n = 0;

    for (size_t i = 0; i < s->file.n; i++)
        n += s->file.at[i].size;
    return n;
}
