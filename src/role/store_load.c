/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record for an engine that starts: newest checkpoint, what follows it on disk, what the database of states knows better if the journal is damaged (store_merge.c), and what waits in memory. Sent at the pace of the link: 100k checks are more than
 * a queue should hold.
 */
#include "base/limits.h"
#include "base/log.h"
#include "base/tlv.h"
#include "core/record.h"
#include "role/store_int.h"
#include "wire/link.h"

#define PIECE (128u * 1024) /* bytes of one LOAD_REC; one record may be larger, up to LIMIT_RECORD */
#define TRIES 5 /* reads that fail, before the engine starts with what is whole: it is not to wait for long */
#define QUEUED                                                                                               \
    (4 * PIECE)      /* bytes on the link before waiting: what it keeps is memory that was used before */
#define CALLED PIECE /* and from there on it goes on */

static void add(struct buf *b, const struct segment_record *r)
{
    if (!record_restores(r->kind))
        return;
    tlv_put_varint(b, r->kind);
    tlv_put_varint(b, (uint64_t)r->at.us);
    tlv_put_varint(b, r->payload.n);
    buf_add_str(b, r->payload);
}

void store_load_abort(struct store *s)
{
    if (!s->loading)
        return;
    loop_timer_cancel(&s->load_again);
    journal_reader_release(&s->reader);
    store_merge_end(s);
    s->loading = NULL;
    buf_clear(&s->batch);
    store_plan(s);
}

/* 1, 0 at the end, E_IO: the disk does not give it, and may be asked again in a moment. */
static int next_on_disk(struct store *s, struct segment_record *r)
{
    struct journal_record rec;
    struct err err = ERR_INIT;
    int got = journal_reader_next(&s->reader, &rec, &err);

    while (got < 0 && ++s->load_tries >= TRIES) {
        journal_reader_skip(&s->reader);
        got = journal_reader_next(&s->reader, &rec, &err);
    }
    if (got < 0)
        log_warn("the record for the engine waits: %s; it is tried again", err.text);
    *r = rec.r;
    return got;
}

static int next_in_memory(struct store *s, struct segment_record *r)
{
    size_t size;

    if (segment_record_peek(str_sub(buf_str(&s->journal.pending), s->queue_at, SIZE_MAX), r, &size) != 1)
        return 0;
    s->queue_at += size;
    return 1;
}

static void read_from_disk(struct store *s)
{
    journal_read_state(&s->journal, &s->reader);
    s->from_disk = true;
    s->load_tries = 0;
    store_merge_begin(s);
}

/* Damage was met that was not known: all is read again, now with a look at what it gives. To the engine a record that comes twice is as good as once. */
static bool begins_again(struct store *s)
{
    if (!s->reader.damage.places || s->merge.wanted)
        return false;
    s->merge.wanted = true;
    journal_reader_release(&s->reader);
    read_from_disk(s);
    return true;
}

/* Adds the next record to the batch: 1, 0 at the end, E_IO. */
static int add_next(struct store *s)
{
    struct segment_record r;
    int got = s->from_disk ? next_on_disk(s, &r) : 0;

    if (got < 0)
        return got;
    if (got == 1) {
        store_audit_note(s, &r);
        store_merge_note(s, &r);
    } else {
        if (s->from_disk && begins_again(s))
            return 1;
        s->from_disk = false;
        if (store_merge_next(s) == 1)
            return 1;
        got = next_in_memory(s, &r);
    }
    if (got == 1)
        add(&s->batch, &r);
    return got;
}

/* The first n bytes of the batch. */
static void send_piece(struct store *s, size_t n)
{
    struct msg_load_rec m = {.records = str_sub(buf_str(&s->batch), 0, n)};

    if (msg_put_load_rec(&s->frame, &m) < 0)
        log_error("a record of %zu bytes is more than a message takes: the engine starts without it", n);
    else if (role_send(s->loading, &s->frame, -1) < 0)
        log_fatal("the engine's queue is full at its start");
    buf_drop_front(&s->batch, n);
}

static void finish(struct store *s)
{
    struct peer *engine = s->loading;

    if (s->batch.len)
        send_piece(s, s->batch.len);
    if (s->reader.damage.places > s->journal.damage.places) /* those were said when it was opened */
        log_error(
            "the record of the last run is damaged at %u place%s, the first: %s; what is whole is used, "
            "at least %llu record%s lost",
            s->reader.damage.places, s->reader.damage.places == 1 ? "" : "s", s->reader.damage.first,
            (unsigned long long)s->reader.damage.lost, s->reader.damage.lost == 1 ? " is" : "s are");
    store_damage_journal(s, &s->reader.damage);
    msg_must(msg_put_load_end(&s->frame, &(struct msg_load_end){.next_seq = s->journal.next}));
    role_send(engine, &s->frame, -1);
    s->engine_loaded = true;
    store_merge_said(s);
    store_audit_noted(s);
    journal_ask_again(&s->journal);
    store_load_abort(s);
}

static void on_load_again(void *user)
{
    store_load_go_on(user);
}

void store_load_go_on(struct store *s)
{
    int got;

    while (s->loading && !s->load_again.slot) {
        size_t before = s->batch.len;

        if (link_queued(s->loading->link) >= QUEUED) {
            link_call_below(s->loading->link, CALLED);
            return;
        }
        got = add_next(s);
        if (got < 0) {
            loop_timer_set(s->role->loop, &s->load_again, (struct mono){store_now(s).us + STORE_RETRY_US},
                           on_load_again, s);
            return;
        }
        if (got == 0) {
            finish(s);
            return;
        }
        if (before && s->batch.len > PIECE)
            send_piece(s, before);
    }
}

void store_load_begin(struct store *s, struct peer *engine)
{
    store_load_abort(s);
    s->loading = engine;
    s->queue_at = 0;
    read_from_disk(s);
    store_load_go_on(s);
}
