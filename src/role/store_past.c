/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history projection: events of batches that are on disk, collected for a moment and applied in one transaction; and, when the database is behind (after a crash, a full
 * disk, a loss), read again from the journal, a slice at a time so that records never wait for it.
 */
#include "base/log.h"
#include "core/record.h"
#include "os/clock.h"
#include "role/store_int.h"

#include <stdio.h>
#include <string.h>

/* Between two transactions: as long as keeps them to a twentieth of the time, for who gave an order looks for it in the history; at most APPLY_US. */
#define APPLY_PART 20
#define APPLY_US   (200 * TIME_MS)
#define WAITS_MOST (8u * 1024 * 1024) /* bytes of events waiting; more are read from the journal later */
#define SLICE      20000u             /* journal records of one transaction when catching up */
#define TRIM_US    (10 * TIME_MIN)
#define KEEP_US    (400 * TIME_DAY)
#define TRIM_MOST  5000u

static void on_past(void *user);

static void plan(struct store *s, int64_t in_us)
{
    if (!s->past.slot)
        loop_timer_set(s->role->loop, &s->past, (struct mono){store_now(s).us + in_us}, on_past, s);
}

static void on_trim(void *user)
{
    struct store *s = user;

    if (s->history.sql.db && !s->behind &&
        history_trim(&s->history, (struct wall){clock_wall().us - KEEP_US}, TRIM_MOST) < 0)
        log_debug("old events could not be removed: %s", sql_message(&s->history.sql));
    loop_timer_set(s->role->loop, &s->trim, (struct mono){store_now(s).us + TRIM_US}, on_trim, s);
}

static int open_history(struct store *s, struct err *err)
{
    char path[sizeof(s->role->state_dir) + 32];
    bool moved;
    int r;

    snprintf(path, sizeof(path), "%s/db/history.db", s->role->state_dir);
    r = history_open(&s->history, path, clock_wall(), &moved, err);
    s->behind = true;
    return r;
}

void store_past_open(struct store *s)
{
    struct err err = ERR_INIT;
    int r = open_history(s, &err);

    if (r == E_INVAL)
        log_fatal("%s", err.text);
    if (r < 0)
        log_error("%s", err.text);
    plan(s, 0);
    loop_timer_set(s->role->loop, &s->trim, (struct mono){clock_mono().us + TIME_MIN}, on_trim, s);
}

static void drop_waiting(struct store *s)
{
    buf_clear(&s->events);
    s->behind = true;
}

static int64_t next_in(const struct store *s)
{
    int64_t pause = MIN(APPLY_PART * s->apply_took_us, APPLY_US);

    return MAX(pause - (store_now(s).us - s->applied.us), (int64_t)0);
}

void store_past_take(struct store *s, const struct buf *batch)
{
    struct segment_record r;
    size_t size;

    if (s->behind || !batch->len)
        return;
    for (size_t at = 0; segment_record_peek(str_sub(buf_str(batch), at, SIZE_MAX), &r, &size) == 1;
         at += size)
        if (r.kind == RECORD_EVENT && !(r.flags & SEGMENT_CHECKPOINT))
            buf_add(&s->events, batch->data + at, size);
    s->events_to = journal_stored(&s->journal);
    if (s->events.len > WAITS_MOST)
        drop_waiting(s);
    if (s->events.len || s->behind)
        plan(s, next_in(s));
}

static int apply(struct store *s, const struct segment_record *r)
{
    struct record_event e;

    if (r->kind != RECORD_EVENT || (r->flags & SEGMENT_CHECKPOINT) || r->seq <= s->history.applied)
        return 0;
    return record_get(RECORD_EVENT, r->payload, &e) < 0 ? 0 : history_add(&s->history, r->seq, r->at, &e);
}

static int apply_waiting(struct store *s)
{
    struct segment_record r;
    size_t size;
    int got;

    if (!s->events.len)
        return 0;
    got = history_begin(&s->history);
    for (size_t at = 0;
         got == 0 && segment_record_peek(str_sub(buf_str(&s->events), at, SIZE_MAX), &r, &size) == 1;
         at += size)
        got = apply(s, &r);
    if (got == 0)
        got = history_end(&s->history, s->events_to);
    if (got == 0)
        buf_clear(&s->events);
    return got;
}

/* One slice from the journal. When its end was reached the live events follow without a hole: a commit happens in the same thread. */
static int catch_up(struct store *s)
{
    struct journal_reader rd;
    struct journal_record rec;
    struct err err = ERR_INIT;
    uint64_t to = s->history.applied;
    unsigned n = 0;
    int got = history_begin(&s->history), more = 0;

    journal_read_from(&s->journal, s->history.applied + 1, &rd);
    while (got == 0 && n < SLICE && (more = journal_reader_next(&rd, &rec, &err)) == 1) {
        if (rec.r.flags & SEGMENT_CHECKPOINT || rec.r.seq <= s->history.applied)
            continue;
        n++;
        to = rec.r.seq;
        got = apply(s, &rec.r);
    }
    journal_reader_release(&rd);
    if (got == 0 && more < 0)
        log_error("%s", err.text);
    if (got == 0 && more <= 0 && n < SLICE)
        to = MAX(to, journal_stored(&s->journal));
    if (got == 0)
        got = history_end(&s->history, to);
    if (got == 0)
        s->behind = n == SLICE;
    return got;
}

static void failed(struct store *s, int code)
{
    if (!s->past_why[0])
        log_error("the history is not written: %s; its events stay in the journal and are added later",
                  sql_message(&s->history.sql));
    snprintf(s->past_why, sizeof(s->past_why),
             "the history is not written (%s); its events stay in the journal and are added later",
             code == E_NOSPC ? "the disk is full or read-only" : sql_message(&s->history.sql));
    if (code == E_FORMAT)
        history_close(&s->history); /* opened anew, a damaged file is moved aside */
    plan(s, STORE_RETRY_US);
}

void store_past_flush(struct store *s)
{
    struct err err = ERR_INIT;
    int r = s->history.sql.db ? 0 : open_history(s, &err);

    if (r == 0)
        r = s->behind ? catch_up(s) : apply_waiting(s);
    if (r == 0)
        s->past_why[0] = 0;
    else
        failed(s, r);
}

static void on_past(void *user)
{
    struct store *s = user;
    struct mono began;

    if (s->loading) {
        plan(s, APPLY_US); /* first the engine */
        return;
    }
    began = clock_mono();
    store_past_flush(s);
    s->applied = clock_mono();
    s->apply_took_us = s->applied.us - began.us;
    store_tell_degraded(s);
    if (s->behind || s->events.len)
        plan(s, s->past_why[0] ? STORE_RETRY_US : s->behind ? 0 : next_in(s));
}

void store_past_release(struct store *s)
{
    if (s->history.sql.db && !s->behind)
        apply_waiting(s);
    loop_timer_cancel(&s->past);
    loop_timer_cancel(&s->trim);
    history_close(&s->history);
    buf_release(&s->events);
}
