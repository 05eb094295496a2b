/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history projection: events of batches that are on disk, collected for a moment and applied in one transaction; and, when the database is behind (after a crash, a full
 * disk, a loss), read again from the journal in turns, so that records never wait long for it (db/follow.h).
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
#define TURN_US    (50 * TIME_MS)     /* of catching up, before records are looked after again */
#define TRIM_US    (10 * TIME_MIN)
#define MORE_US    TIME_S /* to the next, when there is more to remove */
#define KEEP_DAYS  400
#define TRIM_MOST  5000u

static void on_past(void *user);

static void plan(struct store *s, int64_t in_us)
{
    if (!s->past.slot)
        loop_timer_set(s->role->loop, &s->past, (struct mono){store_now(s).us + in_us}, on_past, s);
}

/* As the configuration in force has it: a reload counts from the next time on. */
static struct wall kept_from(const struct store *s, int64_t now, const char *option)
{
    uint64_t days = KEEP_DAYS;

    if (!str_to_u64(str_of(role_option(s->role, option, "")), &days) || !days)
        days = KEEP_DAYS;
    return (struct wall){now - (int64_t)MIN(days, (uint64_t)36500) * TIME_DAY};
}

/* The time that counts for what is old. */
static int64_t time_of_trim(struct store *s)
{
    int64_t wall = clock_wall().us, since = store_now(s).us - s->trimmed.us;
    bool doubted = s->age.lasted != 0;
    int64_t now = age_step(&s->age, wall, since);

    s->trimmed = store_now(s);
    if (!doubted && s->age.lasted)
        log_warn(
            "the clock is %lld days ahead of the time when the record was last looked through: nothing old "
            "is removed by it before it has been so for a day",
            (long long)((wall - now) / TIME_DAY));
    if (age_store(&s->age, &s->history.sql) < 0)
        log_debug("by which time events are old is not written: %s", sql_message(&s->history.sql));
    return now;
}

static int trim(struct store *s)
{
    int64_t now = time_of_trim(s);
    const struct history_kept from = {.events = kept_from(s, now, "vigie_history_days"),
                                      .audit = kept_from(s, now, "vigie_audit_days"),
                                      .passive = kept_from(s, now, "vigie_journal_days")};
    int r = history_trim(&s->history, &from, TRIM_MOST);

    if (s->history.sql.damaged)
        store_past_damaged(s);
    else if (r < 0)
        log_debug("old events could not be removed: %s", sql_message(&s->history.sql));
    return r;
}

static void on_trim(void *user)
{
    struct store *s = user;
    int r = s->history.sql.db && !s->behind ? trim(s) : 0;

    loop_timer_set(s->role->loop, &s->trim,
                   (struct mono){store_now(s).us + (r >= (int)TRIM_MOST ? MORE_US : TRIM_US)}, on_trim, s);
}

static bool is_start(const struct segment_record *r)
{
    struct record_event e;

    return r->kind == RECORD_EVENT && record_get(RECORD_EVENT, r->payload, &e) == 0 &&
           e.kind == RECORD_EVENT_START;
}

static void clear_waiting(struct store *s)
{
    buf_clear(&s->events);
    VEC_CLEAR(&s->starts);
}

static void drop_waiting(struct store *s)
{
    clear_waiting(s);
    s->behind = true;
}

/* The life before it ended with the record before: only that of the events is kept. */
static void seen_before(struct store *s, const struct segment_record *r)
{
    for (size_t i = 0; i < s->starts.n; i++)
        if (s->starts.at[i].seq == r->seq && s->starts.at[i].before.us)
            history_seen(&s->history, s->starts.at[i].before);
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
        if (!(r.flags & SEGMENT_CHECKPOINT)) {
            if (is_start(&r))
                *VEC_ADD(&s->starts) = (struct store_start){r.seq, s->events_at};
            if (r.kind == RECORD_EVENT || r.kind == RECORD_SNAPSHOT)
                buf_add(&s->events, batch->data + at, size);
            if (r.kind != RECORD_SNAPSHOT)
                s->events_at = r.at;
        }
    s->events_to = journal_stored(&s->journal);
    if (s->events.len > WAITS_MOST)
        drop_waiting(s);
    if (s->events.len || s->behind || s->watch_owed.seq)
        plan(s, next_in(s));
}

/* What is configured from here on. The store may hear of a new configuration a moment after the engine: then it is owed. */
static int watch(struct store *s, uint64_t seq, struct wall at, struct str hash)
{
    size_t n;
    uint64_t *oid = store_names_of(s, hash, &n);
    int r = oid ? history_watch(&s->history, seq, at, oid, n) : 0;

    s->watch_owed.seq = oid ? 0 : seq;
    s->watch_owed.at = at;
    if (!oid && hash.p != s->watch_owed.hash)
        str_copy(s->watch_owed.hash, sizeof(s->watch_owed.hash), hash);
    mem_free(oid);
    return r;
}

static int pay_watch(struct store *s)
{
    return s->watch_owed.seq ? watch(s, s->watch_owed.seq, s->watch_owed.at, str_of(s->watch_owed.hash)) : 0;
}

static int apply(struct store *s, const struct segment_record *r)
{
    union {
        struct record_event event;
        struct record_snapshot snapshot;
    } u;
    int got = 0;

    if (r->kind == RECORD_EVENT && record_get(RECORD_EVENT, r->payload, &u.event) == 0)
        got = history_add(&s->history, r->seq, r->at, &u.event);
    if (r->kind == RECORD_SNAPSHOT && record_get(RECORD_SNAPSHOT, r->payload, &u.snapshot) == 0)
        got = watch(s, r->seq, r->at, u.snapshot.hash);
    return got;
}

/* A life begins with a SNAPSHOT and then its START, so the former says nothing about when the life before it ended. */
static void seen(struct store *s, const struct segment_record *r)
{
    if (r->kind != RECORD_SNAPSHOT)
        history_seen(&s->history, r->at);
}

static int apply_waiting(struct store *s)
{
    struct segment_record r;
    size_t size;
    int got;

    if (!s->events.len && !s->watch_owed.seq)
        return 0;
    got = history_begin(&s->history);
    if (got == 0)
        got = pay_watch(s);
    for (size_t at = 0;
         got == 0 && segment_record_peek(str_sub(buf_str(&s->events), at, SIZE_MAX), &r, &size) == 1;
         at += size) {
        if (r.seq <= s->history.applied)
            continue;
        seen_before(s, &r);
        got = apply(s, &r);
        seen(s, &r);
    }
    if (s->events_at.us)
        history_seen(&s->history, s->events_at);
    if (got == 0)
        got = history_end(&s->history, s->events_to);
    if (got == 0)
        clear_waiting(s);
    return got;
}

static int watch_again(void *user, const struct segment_record *r)
{
    struct record_snapshot snapshot;

    return record_get(RECORD_SNAPSHOT, r->payload, &snapshot) == 0 ? watch(user, r->seq, r->at, snapshot.hash)
                                                                   : 0;
}

/* When the journal's end was reached the live events follow without a hole: a commit happens in the same thread. */
static int catch_up(struct store *s)
{
    int r = follow_turn(&s->follow, TURN_US);

    store_damage_journal(s, &s->follow.damage);
    s->behind = r != 0;
    if (!s->behind)
        s->events_at = (struct wall){s->history.alive};
    return MIN(r, 0);
}

/* The journal cannot be read just now. */
static void waits_for_disk(struct store *s)
{
    if (!s->past_why[0])
        log_error("the history does not catch up: %s; it is tried again", s->follow.why);
    snprintf(s->past_why, sizeof(s->past_why), "the history does not catch up: %s; it is tried again",
             s->follow.why);
    plan(s, STORE_RETRY_US);
}

static int open_history(struct store *s, struct err *err)
{
    char path[sizeof(s->role->state_dir) + 32];
    bool moved;
    int r;

    history_rescue_end(&s->rescue);
    snprintf(path, sizeof(path), "%s/db/history.db", s->role->state_dir);
    r = history_open(&s->history, path, clock_wall(), &moved, err);
    s->history.site = s->site;
    /* Without any memory of it, the newest record is as good: it was written before the clock of now was asked. */
    if (r == 0)
        r = age_load(&s->age, &s->history.sql, s->history.alive ? s->history.alive : clock_wall().us);
    s->trimmed = clock_mono();
    follow_init(&s->follow, &s->history, &s->journal, watch_again, s);
    s->behind = true;
    if (r == 0)
        r = history_rescue_begin(&s->rescue, &s->history, path, store_damage_begins(s));
    return r;
}

/* What was whole of a damaged one is taken over first. */
static int rescue(struct store *s)
{
    struct err err = ERR_INIT;
    int r = history_rescue_turn(&s->rescue, TURN_US);

    if (r != 0)
        return MIN(r, 0);
    history_close(&s->history);
    r = open_history(s, &err);
    if (r == 0)
        store_damage_rescued(s);
    return r;
}

bool store_past_damaged(struct store *s)
{
    if (!store_damage_aside(s, DAMAGE_HISTORY, &s->history.sql))
        return false;
    history_close(&s->history);
    clear_waiting(s);
    s->behind = true;
    plan(s, 0);
    return true;
}

void store_past_open(struct store *s)
{
    struct err err = ERR_INIT;
    int r = open_history(s, &err);

    if (r == E_INVAL)
        log_fatal("%s", err.text);
    if (r < 0 && (r != E_FORMAT || !store_past_damaged(s)))
        log_error("%s", err.text);
    plan(s, 0);
    loop_timer_set(s->role->loop, &s->trim, (struct mono){clock_mono().us + TIME_MIN}, on_trim, s);
}

static void failed(struct store *s, int code)
{
    if ((code == E_FORMAT || s->history.sql.damaged) && store_past_damaged(s))
        return;
    if (!s->past_why[0])
        log_error("the history is not written: %s; its events stay in the journal and are added later",
                  sql_message(&s->history.sql));
    snprintf(s->past_why, sizeof(s->past_why),
             "the history is not written (%s); its events stay in the journal and are added later",
             code == E_NOSPC ? "the disk is full or read-only" : sql_message(&s->history.sql));
    plan(s, STORE_RETRY_US);
}

void store_past_flush(struct store *s)
{
    struct err err = ERR_INIT;
    int r = s->history.sql.db ? 0 : open_history(s, &err);

    if (r == 0)
        r = s->rescue.on         ? rescue(s)
            : !s->history.filled ? history_fill(&s->history)
            : s->behind          ? catch_up(s)
                                 : apply_waiting(s);
    if (r < 0)
        failed(s, r);
    else if (s->behind && s->follow.why[0])
        waits_for_disk(s);
    else
        s->past_why[0] = 0;
    history_hurry(&s->history, s->behind || !s->history.filled);
}

static void on_past(void *user)
{
    struct store *s = user;
    struct mono began;

    if (store_engine_first(s)) {
        plan(s, APPLY_US);
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

void store_past_go_on(struct store *s)
{
    loop_timer_cancel(&s->past);
    plan(s, 0);
}

void store_past_release(struct store *s)
{
    if (s->history.sql.db && !s->behind && s->history.filled)
        apply_waiting(s);
    loop_timer_cancel(&s->past);
    loop_timer_cancel(&s->trim);
    history_rescue_end(&s->rescue);
    history_close(&s->history);
    buf_release(&s->events);
    VEC_RELEASE(&s->starts);
}
