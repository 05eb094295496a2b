/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A commit, one step after another:
 *   SEAL   open chunks of days that are over go to their logs
 *   OPENS  the head, a piece at a time, each synced: no sync at the end has much to do
 *   LOGS   every log, as far as it was behind the last OPEN: a chunk that grew full before its turn is in one of them
 *   CLOSE  FILEs and CLOSE; and last the header, without which nobody takes the file for a head
 *   NAME   its name is durable: it counts
 *   CLEAN  the head before the last one goes
 * What is added meanwhile stands in the head, in a log, or in neither. The head has the number with which the commit began, so all of it is put in again.
 */
#include "db/series_int.h"

#include "base/tlv.h"

#include <string.h>

#define PIECE      (128u * 1024) /* bytes of the head that are written and synced in one step */
#define OPEN_MOST  4096u         /* above the longest record of it */
#define STEP_SEALS 32u

enum stage { SEAL, OPENS, LOGS, CLOSE, NAME, CLEAN };

struct series_commit {
    enum stage stage;
    size_t next; /* series to be looked at */
    struct series_header head;
    char name[SERIES_NAME];
    int handle; /* of the head; -1: none yet */
    uint64_t at;
    struct buf out, body;
    uint64_t opens, files;
};

static void release(struct series *s)
{
    struct series_commit *c = s->commit;

    if (c->handle >= 0)
        s->io.close(s->io.user, c->handle);
    buf_release(&c->out);
    buf_release(&c->body);
    mem_free(c);
    s->commit = NULL;
}

void series_commit_stop(struct series *s)
{
    struct series_commit *c = s->commit;

    if (!c)
        return;
    if (c->stage < NAME && c->handle >= 0)
        s->io.unlink(s->io.user, c->name);
    release(s);
}

static void begin(struct series *s, uint64_t seq)
{
    struct series_commit *c = s->commit = mem_zalloc(sizeof(*c));

    buf_init(&c->out);
    buf_reserve(&c->out, PIECE + OPEN_MOST); /* not piece by piece, each a copy of the one before */
    buf_init(&c->body);
    c->handle = -1;
    c->at = SERIES_HEADER;
    c->head = (struct series_header){.form = SERIES_HEAD,
                                     .generation = s->head + 1,
                                     .site = s->o.site,
                                     .start_us = (int64_t)seq,
                                     .nonce = s->io.nonce(s->io.user) | 1};
    series_name_put(c->name, &c->head);
}

/* ---- the head ---- */

static int open_head(struct series *s)
{
    struct series_commit *c = s->commit;

    c->handle = s->io.open(s->io.user, c->name, JOURNAL_CREATE);
    return c->handle < 0 ? series_fail(s, c->handle, c->name, "creating") : 0;
}

static void put_record(struct series_commit *c, unsigned kind)
{
    series_record_put(&c->out, c->head.nonce, (enum series_kind)kind, buf_str(&c->body), STR_NULL);
    buf_clear(&c->body);
}

static int write_piece(struct series *s)
{
    struct series_commit *c = s->commit;
    int r = s->io.write(s->io.user, c->handle, c->at, c->out.data, c->out.len);

    c->at += c->out.len;
    buf_clear(&c->out);
    return r;
}

static int sync_head(struct series *s, int r)
{
    struct series_commit *c = s->commit;

    if (r == 0)
        r = s->io.sync(s->io.user, c->handle);
    return r < 0 ? series_fail(s, r, c->name, "writing") : 0;
}

static void put_open(struct series *s, size_t id)
{
    const struct series_open *o = &s->active.at[id].open;
    struct series_commit *c = s->commit;
    struct series_key k;
    int64_t day = o->base_us / TIME_DAY;

    if (!o->n)
        return;
    k = series_key_at(s, id);
    series_key_put(&c->body, &k);
    tlv_put_varint(&c->body, (uint64_t)day << 1 ^ (uint64_t)(day >> 63));
    buf_add_char(&c->body, (char)o->exponent);
    tlv_put_varint(&c->body, o->n);
    buf_add_str(&c->body, series_open_bits(o));
    c->opens++;
    put_record(c, SERIES_R_OPEN);
}

static void put_files(struct series *s)
{
    struct series_commit *c = s->commit;

    for (size_t i = 0; i < s->file.n; i++) {
        if (s->file.at[i].h.form != SERIES_LOG)
            continue;
        tlv_put_varint(&c->body, s->file.at[i].synced);
        buf_add_c(&c->body, s->file.at[i].name);
        c->files++;
        put_record(c, SERIES_R_FILE);
    }
    tlv_put_varint(&c->body, c->opens);
    tlv_put_varint(&c->body, c->files);
    put_record(c, SERIES_R_CLOSE);
}

/* ---- stages: each returns what its step does, and goes on to the next when it is over ---- */

static int seal_some(struct series *s, struct wall now)
{
    struct series_commit *c = s->commit;
    unsigned seals = 0;
    int r = 0;

    for (unsigned i = 0; i < s->o.step_series && seals < STEP_SEALS && c->next < s->active.n && r == 0; i++) {
        const struct series_open *o = &s->active.at[c->next].open;

        if (o->n && o->base_us + TIME_DAY + s->o.grace_us <= now.us) {
            r = series_seal(s, c->next);
            seals++;
        }
        c->next++;
    }
    if (c->next < s->active.n)
        return r;
    c->next = 0;
    c->stage = OPENS;
    return r;
}

/* What the logs hold from here on was in no open chunk when the commit began, or in one that stands in the head. */
static void owe_logs(struct series *s)
{
    for (size_t i = 0; i < s->file.n; i++)
        s->file.at[i].owed = s->file.at[i].h.form == SERIES_LOG ? s->file.at[i].size : 0;
}

static int put_some(struct series *s)
{
    struct series_commit *c = s->commit;
    int r = c->handle < 0 ? open_head(s) : 0;

    if (r < 0)
        return r;
    for (unsigned i = 0; i < s->o.step_series && c->out.len < PIECE && c->next < s->active.n; i++)
        put_open(s, c->next++);
    if (c->next == s->active.n) {
        owe_logs(s);
        c->stage = LOGS;
    }
    return c->out.len < PIECE ? 0 : sync_head(s, write_piece(s));
}

static int sync_one(struct series *s)
{
    for (size_t i = 0; i < s->file.n; i++) {
        struct series_file *f = &s->file.at[i];
        int r;

        if (f->synced >= f->owed)
            continue;
        r = series_file_sync(f, &s->io);
        return r < 0 ? series_fail(s, r, f->name, "syncing") : 0;
    }
    s->commit->stage = CLOSE;
    return 0;
}

static int close_head(struct series *s)
{
    struct series_commit *c = s->commit;
    int r;

    put_files(s);
    r = write_piece(s);
    series_header_put(&c->out, &c->head);
    if (r == 0)
        r = s->io.write(s->io.user, c->handle, 0, c->out.data, c->out.len);
    r = sync_head(s, r);
    if (r == 0)
        c->stage = NAME;
    return r;
}

static int name_head(struct series *s)
{
    struct series_commit *c = s->commit;
    int r = s->io.sync_names(s->io.user);

    if (r < 0)
        return series_fail(s, r, c->name, "writing");
    s->head = c->head.generation;
    s->applied = (uint64_t)c->head.start_us;
    c->stage = CLEAN;
    return 0;
}

static void remove_old(struct series *s)
{
    struct series_header h = s->commit->head;
    char name[SERIES_NAME];

    if (h.generation <= 2)
        return;
    h.generation -= 2;
    series_name_put(name, &h);
    s->io.unlink(s->io.user, name); /* one that stays is removed at the next start */
}

int series_commit_step(struct series *s, uint64_t seq, struct wall now)
{
    int r = 0;

    if (s->failed)
        return E_IO;
    if (!s->commit)
        begin(s, seq);
    switch (s->commit->stage) {
    case SEAL: r = seal_some(s, now); break;
    case OPENS: r = put_some(s); break;
    case LOGS: r = sync_one(s); break;
    case CLOSE: r = close_head(s); break;
    case NAME: r = name_head(s); break;
    case CLEAN:
        remove_old(s);
        release(s);
        return 0;
    }
    if (r < 0)
        series_commit_stop(s);
    return r < 0 ? r : 1;
}

int series_commit(struct series *s, uint64_t seq, struct wall now)
{
    int r;

    series_commit_stop(s); /* its number is an older one */
    do
        r = series_commit_step(s, seq, now);
    while (r == 1);
    return r;
}
