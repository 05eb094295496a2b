/* SPDX-License-Identifier: Apache-2.0 */
#include "db/history.h"

#include "db/past.h"
#include "db/span.h"
#include "db/sql_aside.h"
#include "wire/json.h"

#include <string.h>

#define FILL_SLICE 20000u
#define TRIM_SLICE 200u /* objects */

static int begin_using(struct history *h)
{
    int64_t applied, filled = 0, seeded = 0, parts = 0;
    int r = sql_meta_get(&h->sql, "applied_seq", 0, &applied);

    if (r == 0)
        r = sql_meta_get(&h->sql, "alive", 0, &h->alive);
    if (r == 0)
        r = doubt_load(&h->doubt, &h->sql);
    if (r == 0)
        r = sql_meta_get(&h->sql, "spans_filled", 0, &filled);
    if (r == 0 && !filled && !applied) /* new: there is nothing to fill */
        r = sql_meta_set(&h->sql, "spans_filled", filled = 1);
    if (r == 0)
        r = sql_meta_get(&h->sql, "spans_seeded", 0, &seeded);
    if (r == 0)
        r = sql_meta_get(&h->sql, "in_parts", 0, &parts);
    h->parts = parts != 0;
    h->applied = (uint64_t)applied;
    h->filled = filled != 0;
    h->seeded = seeded != 0;
    return r;
}

int history_open(struct history *h, const char *path, struct wall now, bool *moved, struct err *err)
{
    int r;

    *h = (struct history){.applied = 0};
    book_init(&h->book, &h->sql);
    r = sql_open_or_renew(&h->sql, path, SQL_PROJECTION, &schema_history, now, moved, err);
    if (r == 0 && (r = begin_using(h)) < 0) {
        err_set(err, r, "the database %s cannot be read: %s", path, sql_message(&h->sql));
        history_close(h); /* half open it would begin at 0 */
    }
    return r;
}

int history_open_read(struct history *h, const char *path, struct err *err)
{
    *h = (struct history){.applied = 0};
    book_init(&h->book, &h->sql);
    return sql_open(&h->sql, path, SQL_READ, &schema_history, err);
}

void history_close(struct history *h)
{
    book_release(&h->book);
    sql_close(&h->sql);
}

/* ---- writing ---- */

static int fail(struct history *h, int r)
{
    sql_rollback(&h->sql);
    book_release(&h->book);
    h->alive = h->was_alive;
    h->doubt = h->was_doubt;
    h->seeded = h->was_seeded;
    return r;
}

static int drop_parts(struct history *h)
{
    const int64_t applied = (int64_t)h->applied;
    int r = sql_run_i64(&h->sql, SQL_SPAN_DROP, &applied, 1);

    if (r == 0)
        r = sql_run_i64(&h->sql, SQL_GAP_DROP, &applied, 1);
    return r < 0 ? fail(h, r) : 0;
}

int history_begin(struct history *h)
{
    int r;

    h->was_alive = h->alive;
    h->was_doubt = h->doubt;
    h->was_seeded = h->seeded;
    h->whole = false;
    r = h->sql.db ? sql_begin(&h->sql) : E_CLOSED;
    return r == 0 && h->parts ? drop_parts(h) : r;
}

void history_abandon(struct history *h)
{
    if (h->sql.in_transaction)
        fail(h, 0);
}

int history_part(struct history *h)
{
    int r = 0;

    if (h->whole || h->doubt.ahead)
        return 0;
    if (!h->parts)
        r = sql_meta_set(&h->sql, "in_parts", 1);
    h->parts = true;
    if (r == 0)
        r = sql_commit(&h->sql);
    return r < 0 ? fail(h, r) : 1;
}

int history_resume(struct history *h)
{
    int r = sql_begin(&h->sql);

    return r < 0 ? fail(h, r) : 0;
}

int history_write(struct history *h, size_t n)
{
    int r = book_write(&h->book, n);

    return r < 0 ? fail(h, r) : r;
}

void history_seen(struct history *h, struct wall at)
{
    h->alive = at.us;
}

/* With the record before this one the doubt may have come to its end. It is asked at each, not at the end of a transaction: how long one is must not be seen in the spans. */
static int end_doubt(struct history *h)
{
    enum doubt_end end = doubt_ends(&h->doubt, h->alive);
    int64_t back_to = h->doubt.back_to;

    if (end == DOUBT_STAYS)
        return 0;
    h->doubt = (struct doubt){.ahead = 0};
    h->whole = true;
    return end == DOUBT_WAS_WRONG ? span_go_back(&h->book, back_to) : 0;
}

static int to_spans(struct history *h, uint64_t seq, struct wall at, const struct record_event *e)
{
    struct record_event heard = *e;
    struct wall when;
    int r = end_doubt(h);

    if (r < 0)
        return r;
    if (!e->oid &&
        (e->kind == RECORD_EVENT_CLOCK_STEP || (e->kind == RECORD_EVENT_START && at.us < h->alive)))
        h->whole = true; /* what was known of later may be taken out */
    if (!e->oid && doubt_event(&h->doubt, at, &heard, h->alive))
        return 0;
    when.us = doubt_time(&h->doubt, at.us);
    return span_event(&h->book, seq, when, &heard, h->alive ? doubt_time(&h->doubt, h->alive) : 0);
}

/* What was decided has a table of its own: it is asked for by object and moment only, and is no line of any list. */
static int add_decision(struct history *h, uint64_t seq, struct wall at, const struct record_event *e)
{
    const int64_t numbers[] = {(int64_t)seq,     at.us,
                               h->site,          (int64_t)e->oid,
                               (int64_t)e->kind, (int64_t)e->state,
                               (int64_t)e->hard, (int64_t)e->attempt,
                               (int64_t)e->type};
    struct sql *s = &h->sql;
    int r = sql_start(s, SQL_DECISION_ADD);

    if (r < 0)
        return fail(h, r);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        sql_bind_i64(s, SQL_DECISION_ADD, (int)i + 1, numbers[i]);
    sql_bind_str(s, SQL_DECISION_ADD, ARRAY_LEN(numbers) + 1, e->text);
    r = sql_step(s, SQL_DECISION_ADD);
    sql_end(s, SQL_DECISION_ADD);
    return r < 0 ? fail(h, r) : 0;
}

static int add_event(struct history *h, uint64_t seq, struct wall at, const struct record_event *e)
{
    struct sql *s = &h->sql;
    const int64_t numbers[] = {(int64_t)seq,     at.us,
                               h->site,          (int64_t)e->oid,
                               (int64_t)e->kind, (int64_t)e->state,
                               (int64_t)e->hard, (int64_t)e->attempt,
                               (int64_t)e->type, (int64_t)e->ref};
    const struct str words[] = {e->text, e->long_text, e->contact, e->author, e->command};
    int r = sql_start(s, SQL_EVENT_ADD);

    if (r < 0)
        return fail(h, r);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        sql_bind_i64(s, SQL_EVENT_ADD, (int)i + 1, numbers[i]);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        sql_bind_str(s, SQL_EVENT_ADD, (int)(i + ARRAY_LEN(numbers)) + 1, words[i]);
    r = sql_step(s, SQL_EVENT_ADD);
    sql_end(s, SQL_EVENT_ADD);
    if (r == 0)
        book_add_event(&h->book, e->oid, at, seq);
    if (r == 0)
        r = to_spans(h, seq, at, e);
    return r < 0 ? fail(h, r) : 0;
}

/* They may be many, and are asked for by the log of Livestatus alone. */
static int add_passive(struct history *h, uint64_t seq, struct wall at, const struct record_event *e)
{
    const int64_t numbers[] = {(int64_t)seq, at.us, h->site, (int64_t)e->oid, (int64_t)e->state};
    struct sql *s = &h->sql;
    int r = sql_start(s, SQL_PASSIVE_ADD);

    if (r < 0)
        return fail(h, r);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        sql_bind_i64(s, SQL_PASSIVE_ADD, (int)i + 1, numbers[i]);
    sql_bind_str(s, SQL_PASSIVE_ADD, ARRAY_LEN(numbers) + 1, e->text);
    r = sql_step(s, SQL_PASSIVE_ADD);
    sql_end(s, SQL_PASSIVE_ADD);
    return r < 0 ? fail(h, r) : 0;
}

int history_add(struct history *h, uint64_t seq, struct wall at, const struct record_event *e)
{
    if (e->kind == RECORD_EVENT_PASSIVE)
        return add_passive(h, seq, at, e);
    if (e->kind == RECORD_EVENT_DECISION || e->kind == RECORD_EVENT_SKIPPED)
        return add_decision(h, seq, at, e);
    return add_event(h, seq, at, e);
}

int history_watch(struct history *h, uint64_t seq, struct wall at, const uint64_t *oid, size_t n)
{
    int r = end_doubt(h);
    struct wall when = {doubt_time(&h->doubt, at.us)};

    h->whole = true;
    if (r == 0)
        r = span_watch(&h->book, seq, when, oid, n);
    return r < 0 ? fail(h, r) : 0;
}

int history_seed(struct history *h, uint64_t seq, struct wall at, const struct record_state *r)
{
    int got = end_doubt(h);
    struct wall when = {doubt_time(&h->doubt, at.us)};

    if (got == 0 && !h->seeded)
        got = span_seed(&h->book, seq, when, r);
    return got < 0 ? fail(h, got) : 0;
}

int history_seeded(struct history *h)
{
    int r = h->seeded ? 0 : sql_meta_set(&h->sql, "spans_seeded", 1);

    if (r < 0)
        return fail(h, r);
    h->seeded = true;
    return 0;
}

int history_fill(struct history *h)
{
    int64_t seq = 0;
    int r, more = 0;

    sql_tidy(&h->sql);
    r = history_begin(h);
    if (r == 0)
        r = sql_meta_get(&h->sql, "spans_at", 0, &seq);
    if (r == 0) {
        uint64_t at = (uint64_t)seq;

        r = more = span_fill(&h->book, &at, &h->alive, FILL_SLICE);
        seq = (int64_t)at;
    }
    if (r >= 0)
        r = sql_meta_set(&h->sql, "spans_at", seq);
    if (r == 0 && !more)
        r = sql_meta_set(&h->sql, "spans_filled", 1);
    if (r == 0)
        r = history_end(h, h->applied);
    if (r < 0)
        return fail(h, r);
    h->filled = !more;
    return 0;
}

static int store_doubt(struct history *h)
{
    return memcmp(&h->doubt, &h->was_doubt, sizeof(h->doubt)) == 0 ? 0 : doubt_store(&h->doubt, &h->sql);
}

int history_end(struct history *h, uint64_t applied)
{
    int r = end_doubt(h);

    if (r == 0)
        r = store_doubt(h);
    if (r == 0)
        r = book_write(&h->book, SIZE_MAX);

    if (r == 0)
        r = sql_meta_set(&h->sql, "applied_seq", (int64_t)applied);
    if (r == 0)
        r = sql_meta_set(&h->sql, "alive", h->alive);
    if (r == 0)
        r = sql_meta_set(&h->sql, "held_seq", (int64_t)h->held);
    if (r == 0 && h->parts)
        r = sql_meta_set(&h->sql, "in_parts", 0);
    if (r == 0)
        r = sql_commit(&h->sql);
    if (r < 0)
        return fail(h, r);
    h->applied = applied;
    h->parts = false;
    if (!h->sql.hurries)
        book_release(&h->book);
    return 0;
}

void history_hurry(struct history *h, bool on)
{
    sql_hurry(&h->sql, on);
    if (!on && !h->sql.in_transaction)
        book_release(&h->book);
}

_Static_assert(RECORD_EVENT_COMMAND == 11 && RECORD_EVENT_START == 13 && RECORD_EVENT_STOP == 14 &&
                   RECORD_EVENT_RELOAD == 15 && RECORD_EVENT_RENAMED == 20 && RECORD_EVENT_LOGIN == 23 &&
                   RECORD_EVENT_ADMINISTRATION == 24 && RECORD_EVENT_PASSIVE == 28,
               "db/sql.def names them");

/* The number of rows removed, or E_*. */
static int trim(struct sql *s, enum sql_id id, struct wall before, unsigned n)
{
    int r = sql_start(s, id);

    if (r < 0)
        return r;
    sql_bind_i64(s, id, 1, before.us);
    sql_bind_i64(s, id, 2, n);
    r = sql_step(s, id);
    sql_end(s, id);
    return r < 0 ? r : sql_changes(s);
}

/* Empty pages go back to the disk, some at a time. A database of before this was so has none to give; it fills them again. */
static int give_back(struct sql *s)
{
    int r = sql_start(s, SQL_GIVE_BACK);

    while (r == 0 && (r = sql_step(s, SQL_GIVE_BACK)) == 1)
        r = 0;
    if (s->stmt[SQL_GIVE_BACK])
        sql_end(s, SQL_GIVE_BACK);
    return r;
}

int history_trim(struct history *h, const struct history_kept *from, unsigned n)
{
    struct wall before = from->events, audit_before = from->audit;
    int r = trim(&h->sql, SQL_EVENT_TRIM, before, n), passive, decisions, audit, lost, spans;

    passive = r < 0 ? r : trim(&h->sql, SQL_PASSIVE_TRIM, from->passive, n);
    decisions = passive < 0 ? passive : trim(&h->sql, SQL_DECISION_TRIM, before, n);
    audit = decisions < 0 ? decisions : trim(&h->sql, SQL_AUDIT_TRIM, audit_before, n);
    lost = audit < 0 ? audit : sql_run_i64(&h->sql, SQL_LOST_TRIM, &before.us, 1);
    spans = lost < 0 ? lost : span_trim(&h->sql, &h->trimmed_to, TRIM_SLICE, before);
    if (spans >= 0)
        spans = MIN(give_back(&h->sql), 0);
    return spans < 0 ? spans : r + passive + decisions + audit;
}

/* ---- answers ---- */

const char *history_kind_name(uint64_t kind)
{
    static const char *const names[] = {
#define EVENT(CODE, number, name, fields) [number] = (name),
#include "core/event.def"
#undef EVENT
    };
    return kind < ARRAY_LEN(names) && names[kind] && *names[kind] ? names[kind] : "other";
}

int history_query(struct history *h, const struct history_args *a, void (*piece)(void *user, struct str json),
                  void *user, struct err *err)
{
    struct history_args q = *a;
    struct rows rows;
    int r = sql_begin_read(&h->sql);

    rows_begin(&rows, piece, user);
    if (r == 0)
        r = past_query(h, &q, &rows, err);
    if (r == 0)
        rows_end(&rows);
    else if (r == E_TIMEOUT)
        err_set(err, r, "%s", ROWS_TOO_LONG);
    else if (!err->text[0])
        err_set(err, r, "the history cannot be read: %s", sql_message(&h->sql));
    sql_end_read(&h->sql);
    rows_release(&rows);
    return r;
}
