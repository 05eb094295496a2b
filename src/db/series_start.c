/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_int.h"

#include "base/log.h"
#include "base/tlv.h"

#include <stdlib.h>
#include <string.h>

static const struct series_options defaults = {
    .keep_us = {[SERIES_RAW] = 30 * TIME_DAY,
                [SERIES_5M] = 180 * TIME_DAY,
                [SERIES_1H] = 3 * 366 * TIME_DAY,
                [SERIES_1D] = 10 * 366 * TIME_DAY},
    .grace_us = TIME_H,
    .step_series = 16384,
};

struct listing {
    struct series *s;
    struct series_heads heads;
};

static void each_name(void *user, const char *name)
{
    struct listing *l = user;
    struct series_header h;
    struct series_file f;

    if (!series_name_get(name, &h))
        return;
    if (h.form == SERIES_HEAD) {
        *VEC_ADD(&l->heads.number) = h.generation;
        return;
    }
    series_file_init(&f, &h);
    series_file_put(l->s, &f);
}

static int newest_first(const void *a, const void *b)
{
    uint32_t x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? 1 : x > y ? -1 : 0;
}

static void drop_file(struct series *s, size_t i, bool unlink)
{
    struct series_file *f = &s->file.at[i];

    if (unlink)
        s->io.unlink(s->io.user, f->name);
    series_file_release(f, &s->io);
    memmove(f, f + 1, (s->file.n - i - 1) * sizeof(*f));
    s->file.n--;
}

/* Files of the same partition with a lower generation. */
static bool has_older(const struct series *s, size_t i)
{
    const struct series_file *f = &s->file.at[i];

    return i && series_same_partition(&s->file.at[i - 1], f->h.class, f->h.start_us);
}

static void damage(struct series *s, const char *name, const char *what)
{
    if (!s->stats.damaged)
        log_warn("the series store is damaged: %s: %s. What is whole is used", name, what);
    s->stats.damaged++;
}

/* What to do with a file that cannot be used: 0 keeps it out of use, 1 removes it. */
static bool is_remains(const struct series *s, size_t i)
{
    const struct series_file *f = &s->file.at[i];

    /* A log or anything else without a record; a part that was never finished (its day is merged again); a whole file while that which it would stand for is there. */
    return f->size <= SERIES_HEADER || f->h.form == SERIES_PART ||
           (f->h.form == SERIES_WHOLE && has_older(s, i));
}

/* Opens all; false: an error that ends it. */
static int open_files(struct series *s, struct err *err)
{
    for (size_t i = 0; i < s->file.n; i++) {
        struct err why = ERR_INIT;
        struct series_file *f = &s->file.at[i];
        int r = series_file_open(f, &s->io, s->o.site, &why);

        if (r == E_INVAL)
            return err_set(err, r, "%s", why.text);
        if (r < 0 && r != E_FORMAT)
            return err_set(err, r, "%s", why.text);
        if (f->h.form != SERIES_LOG || r < 0)
            series_file_close(f, &s->io);
    }
    return 0;
}

/* Those without a usable header have no nonce; whole ones and parts without an END have no top. */
static bool usable(const struct series_file *f)
{
    return f->h.nonce && (f->h.form == SERIES_LOG || f->end.top);
}

static void sort_out(struct series *s)
{
    for (size_t i = s->file.n; i-- > 0;) {
        if (usable(&s->file.at[i]))
            continue;
        if (is_remains(s, i))
            drop_file(s, i, true);
        else
            damage(s, s->file.at[i].name, "it has no begin or no end");
    }
    /* A whole file stands for all before it. */
    for (size_t i = s->file.n; i-- > 0;)
        if (s->file.at[i].h.form == SERIES_WHOLE && usable(&s->file.at[i]))
            while (has_older(s, i))
                drop_file(s, --i, true);
}

static void take_record(struct series *s, struct series_file *f, const struct series_record *r, uint64_t at,
                        struct map *id_of)
{
    struct str rest = r->body;
    struct series_chunk_head c;
    struct series_key k;
    uint64_t number, id;

    if (r->kind == SERIES_R_NAME) {
        if (!tlv_get_varint(&rest, &number) || !series_key_get(&rest, &k) || number >= INT32_MAX)
            return;
        id = series_intern(s, &k);
        map_put_u64(id_of, number, id);
        series_file_seat(f, id)->number = (uint32_t)number + 1;
        f->numbers = MAX(f->numbers, (uint32_t)number + 1);
    } else if (r->kind == SERIES_R_CHUNK && series_chunk_head_get(rest, &c) &&
               map_get_u64(id_of, c.number, &id)) {
        series_file_seat(f, id)->tail = (uint32_t)at;
        f->chunks++;
    }
}

/* What series are in a log, and where its end is. synced: what the head says, or 0. Behind that a place that does not read is where a crash tore it: what stands behind it is put in again, like all that the head
   does not know, so the log ends there. */
static int scan_log(struct series *s, struct series_file *f, uint64_t synced)
{
    struct series_scan scan;
    struct series_record r;
    struct map id_of = MAP_INIT;
    uint64_t at, end = SERIES_HEADER;
    unsigned places = 0;

    series_scan_init(&scan, f, &s->io);
    while (series_scan_next(&scan, &r, &at) > 0) {
        if (scan.places != places && end < synced)
            damage(s, f->name, "a record");
        else if (scan.places != places && s->applied) {
            scan.whole = end;
            break;
        }
        places = scan.places;
        end = scan.whole;
        take_record(s, f, &r, at, &id_of);
    }
    if (f->code < 0)
        synced = scan.whole = f->size; /* not the end: nothing is cut off */
    if (scan.whole < synced)
        damage(s, f->name, "its end is missing");
    /* If it cannot be cut off now, the next records are written over it. */
    if (scan.whole < f->size && series_file_truncate(f, &s->io, scan.whole) < 0)
        f->size = scan.whole;
    f->synced = f->size;
    map_release(&id_of);
    series_scan_release(&scan);
    return f->code;
}

static int scan_logs(struct series *s, struct err *err)
{
    for (size_t i = 0; i < s->file.n; i++) {
        struct series_file *f = &s->file.at[i];
        uint64_t synced = f->synced;

        s->newest_us = MAX(s->newest_us, f->h.class == SERIES_RAW ? f->h.start_us : 0);
        if (f->h.form != SERIES_LOG || !f->h.nonce)
            continue;
        if (scan_log(s, f, synced) < 0)
            return err_set(err, f->code, "%s cannot be read", f->name);
        series_close_some(s);
    }
    return 0;
}

void series_keep(struct series *s, const struct series_options *o)
{
    for (unsigned i = 0; i < SERIES_CLASSES; i++)
        s->o.keep_us[i] = o->keep_us[i] ? o->keep_us[i] : defaults.keep_us[i];
    s->o.labels_most = o->labels_most;
}

static void set_options(struct series *s, const struct series_options *o)
{
    s->o = o ? *o : defaults;
    series_keep(s, &s->o);
    if (!s->o.grace_us)
        s->o.grace_us = defaults.grace_us;
    if (!s->o.step_series)
        s->o.step_series = defaults.step_series;
}

static void count_on(struct series *s, size_t id, int64_t start_us)
{
    struct series_active *a = &s->active.at[id];
    uint16_t day = (uint16_t)(start_us / TIME_DAY);

    if (day <= a->day)
        return;
    a->day = day;
    series_labels_count(&s->per_object, a->oid, day);
}

/* As it was before: what is in the logs, by day, and then what is open. */
static void count_labels(struct series *s)
{
    for (size_t i = 0; i < s->file.n; i++) {
        const struct series_file *f = &s->file.at[i];

        for (size_t id = 0; f->h.class == SERIES_RAW && f->h.form == SERIES_LOG && id < f->seat.n; id++)
            if (f->seat.at[id].tail)
                count_on(s, id, f->h.start_us);
    }
    for (size_t id = 0; id < s->active.n; id++)
        if (s->active.at[id].open.n)
            count_on(s, id, s->active.at[id].open.base_us);
}

int series_open(struct series *s, const struct journal_io *io, const struct series_options *o,
                struct err *err)
{
    struct listing l = {.s = s};
    int r;

    *s = (struct series){.io = *io};
    set_options(s, o);
    buf_init(&s->chunk);
    series_chunk_room_init(&s->room);
    r = io->list(io->user, each_name, &l);
    if (r < 0)
        err_set(err, r, "the folder of the series store cannot be read");
    if (r == 0)
        r = open_files(s, err);
    if (r == 0) {
        sort_out(s);
        for (size_t i = 0; i < s->file.n; i++)
            if (s->file.at[i].h.form == SERIES_LOG)
                s->file.at[i].synced = 0;
        if (l.heads.number.n)
            qsort(l.heads.number.at, l.heads.number.n, sizeof(l.heads.number.at[0]), newest_first);
        series_head_read(s, &l.heads);
        r = scan_logs(s, err);
    }
    if (r == 0)
        count_labels(s);
    VEC_RELEASE(&l.heads.number);
    return r;
}

void series_release(struct series *s)
{
    series_merge_stop(s);
    series_commit_stop(s);
    for (size_t i = 0; i < s->file.n; i++)
        series_file_release(&s->file.at[i], &s->io);
    for (size_t i = 0; i < s->active.n; i++)
        series_open_release(&s->active.at[i].open);
    VEC_RELEASE(&s->file);
    VEC_RELEASE(&s->active);
    VEC_RELEASE(&s->samples);
    mem_free(s->slot);
    s->slot = NULL;
    map_release(&s->labels);
    series_labels_release(&s->per_object);
    buf_release(&s->chunk);
    series_chunk_room_release(&s->room);
}
