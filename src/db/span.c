/* SPDX-License-Identifier: Apache-2.0 */
#include "db/span.h"

#include "base/vec.h"
#include "db/book.h"

#include <stdlib.h>
#include <string.h>

#define STEP_US (10 * TIME_S) /* less than that between two lives is no clock that was set back */

#define RUN(s, id, ...)                                                                                      \
    sql_run_i64(s, id, (const int64_t[]){__VA_ARGS__}, sizeof((int64_t[]){__VA_ARGS__}) / 8)

int span_at(struct sql *s, uint64_t oid, struct wall t, struct span *out)
{
    const enum sql_id id = SQL_SPAN_AT;
    int r = sql_start(s, id);

    *out = (struct span){.oid = oid, .state = AVAIL_NO_DATA, .hard_state = AVAIL_NO_DATA};
    if (r < 0)
        return r;
    sql_bind_i64(s, id, 1, (int64_t)oid);
    sql_bind_i64(s, id, 2, t.us);
    r = sql_step(s, id);
    if (r == 1)
        *out = (struct span){.oid = oid,
                             .since = sql_i64(s, id, 1),
                             .seq = (uint64_t)sql_i64(s, id, 2),
                             .state = (unsigned)sql_i64(s, id, 3),
                             .hard_state = (unsigned)sql_i64(s, id, 4),
                             .hard = sql_i64(s, id, 5) != 0,
                             .attempt = (unsigned)sql_i64(s, id, 6),
                             .acknowledged = (unsigned)sql_i64(s, id, 7),
                             .downtimes = (unsigned)sql_i64(s, id, 8),
                             .flapping = sql_i64(s, id, 9) != 0,
                             .changed = sql_i64(s, id, 10),
                             .said = (uint64_t)sql_i64(s, id, 11)};
    sql_end(s, id);
    return r;
}

/* ---- what happened to an object ---- */

static void set_state(struct span *p, unsigned state, int64_t since)
{
    if (p->state != state)
        p->changed = since;
    p->state = state;
}

static bool change(struct span *p, uint64_t seq, const struct record_event *e, int64_t since)
{
    switch (e->kind) {
    case RECORD_EVENT_ALERT:
    case RECORD_EVENT_FIRST_RESULT:
        set_state(p, e->state & 3, since);
        p->hard = e->hard != 0;
        if (p->hard)
            p->hard_state = p->state;
        p->attempt = (unsigned)e->attempt;
        p->said = seq;
        return true;
    case RECORD_EVENT_PENDING:
        set_state(p, AVAIL_PENDING, since);
        p->hard_state = AVAIL_PENDING;
        p->acknowledged = 0;
        p->flapping = false;
        p->said = 0;
        return true;
    case RECORD_EVENT_ACK: p->acknowledged = (unsigned)e->type; return true;
    case RECORD_EVENT_ACK_REMOVED: p->acknowledged = 0; return true;
    case RECORD_EVENT_DOWNTIME_START: p->downtimes++; return true;
    case RECORD_EVENT_DOWNTIME_END:
        if (!p->downtimes)
            return false; /* its start lies before the history */
        p->downtimes--;
        return true;
    case RECORD_EVENT_FLAPPING_START: p->flapping = true; return true;
    case RECORD_EVENT_FLAPPING_END: p->flapping = false; return true;
    default: return false;
    }
}

static int of_object(struct book *b, uint64_t seq, struct wall at, const struct record_event *e)
{
    struct span p;
    int r = book_newest(b, e->oid, &p);

    if (r < 0 || p.seq >= seq)
        return MIN(r, 0);
    p.since = MAX(at.us, p.since); /* the clock may have been slowed a little */
    p.seq = seq;
    if (change(&p, seq, e, p.since))
        book_add_span(b, &p);
    return 0;
}

/* ---- what happened to all ---- */

int span_go_back(struct book *b, int64_t to)
{
    struct sql *s = b->sql;
    int r = book_write(b, SIZE_MAX);

    book_release(b);
    if (r == 0)
        r = RUN(s, SQL_SPAN_CARRY_BACK, to);
    if (r == 0)
        r = RUN(s, SQL_SPAN_CUT, to);
    if (r == 0)
        r = RUN(s, SQL_GAP_CUT, to);
    return r < 0 ? r : RUN(s, SQL_GAP_CLIP, to);
}

static int gap(struct sql *s, uint64_t seq, int64_t since, int64_t until)
{
    return RUN(s, SQL_GAP_ADD, (int64_t)seq, since, until);
}

int span_event(struct book *b, uint64_t seq, struct wall at, const struct record_event *e, int64_t alive)
{
    int64_t step = (int64_t)e->ref;

    if (e->oid)
        return of_object(b, seq, at, e);
    if (e->kind == RECORD_EVENT_START && alive)
        return at.us < alive - STEP_US ? span_go_back(b, at.us)
               : at.us > alive         ? gap(b->sql, seq, alive, at.us)
                                       : 0;
    if (e->kind == RECORD_EVENT_CLOCK_STEP)
        return step < 0 ? span_go_back(b, at.us) : gap(b->sql, seq, at.us - step, at.us);
    return 0;
}

/* ---- what is configured ---- */

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static int appear(struct book *b, uint64_t oid, uint64_t seq, struct wall at)
{
    struct span p;
    int r = book_newest(b, oid, &p);

    if (r >= 0 && (!p.seq || (p.state == AVAIL_GONE && p.seq < seq))) {
        p = (struct span){.oid = oid,
                          .since = MAX(at.us, p.since),
                          .seq = seq,
                          .state = AVAIL_PENDING,
                          .hard_state = AVAIL_PENDING};
        p.changed = p.since;
        book_add_span(b, &p);
    }
    return r < 0 ? r : RUN(b->sql, SQL_WATCH_ADD, (int64_t)oid);
}

static int vanish(struct book *b, uint64_t oid, uint64_t seq, struct wall at)
{
    struct span p;
    int r = book_newest(b, oid, &p);

    if (r >= 0 && p.seq < seq) {
        p.since = MAX(at.us, p.since);
        p = (struct span){.oid = oid,
                          .since = p.since,
                          .seq = seq,
                          .state = AVAIL_GONE,
                          .hard_state = AVAIL_GONE,
                          .changed = p.since};
        book_add_span(b, &p);
    }
    return r < 0 ? r : RUN(b->sql, SQL_WATCH_DEL, (int64_t)oid);
}

typedef VEC(uint64_t) oid_list;

static int watched(struct sql *s, uint64_t **out, size_t *n)
{
    oid_list l = {0};
    int r = sql_start(s, SQL_WATCHED);

    while (r == 0 && (r = sql_step(s, SQL_WATCHED)) == 1) {
        *VEC_ADD(&l) = (uint64_t)sql_i64(s, SQL_WATCHED, 0);
        r = 0;
    }
    if (s->stmt[SQL_WATCHED])
        sql_end(s, SQL_WATCHED);
    *out = l.at;
    *n = l.n;
    return r;
}

int span_watch(struct book *b, uint64_t seq, struct wall at, const uint64_t *oid, size_t n)
{
    uint64_t *now = mem_calloc(n + 1, sizeof(*now)), *was = NULL;
    size_t n_was = 0, i = 0, k = 0;
    int r = watched(b->sql, &was, &n_was);

    if (n)
        memcpy(now, oid, n * sizeof(*now));
    qsort(now, n, sizeof(*now), compare);
    while (r == 0 && (i < n || k < n_was)) {
        if (k == n_was || (i < n && now[i] < was[k]))
            r = now[i] ? appear(b, now[i], seq, at) : 0, i++;
        else if (i == n || was[k] < now[i])
            r = vanish(b, was[k++], seq, at);
        else
            i++, k++;
    }
    mem_free(now);
    mem_free(was);
    return r;
}

/* ---- a database that lacks what was ---- */

int span_seed(struct book *b, uint64_t seq, struct wall at, const struct record_state *r)
{
    struct span p;
    int got = book_newest(b, r->oid, &p);

    if (got < 0 || p.state != AVAIL_NO_DATA)
        return MIN(got, 0);
    p.since = MAX(at.us, p.since);
    p.seq = MAX(p.seq, seq);
    p.state = r->checked ? r->state & 3 : AVAIL_PENDING;
    p.hard_state = r->checked ? (r->hard ? r->state : r->last_hard_state) & 3 : AVAIL_PENDING;
    p.hard = r->hard != 0;
    p.attempt = (unsigned)r->attempt;
    p.acknowledged = (unsigned)r->ack_type;
    p.flapping = r->flapping != 0;
    p.changed = r->last_state_change && r->last_state_change < p.since ? r->last_state_change : p.since;
    book_add_span(b, &p);
    return RUN(b->sql, SQL_WATCH_ADD, (int64_t)r->oid);
}

struct event_row {
    uint64_t seq;
    struct wall at;
    struct record_event e;
};

typedef VEC(struct event_row) event_rows;

static int events(struct sql *s, enum sql_id id, const int64_t *v, size_t n, event_rows *rows)
{
    int r = sql_start(s, id);

    for (size_t i = 0; r == 0 && i < n; i++)
        sql_bind_i64(s, id, (int)i + 1, v[i]);
    while (r == 0 && (r = sql_step(s, id)) == 1) {
        *VEC_ADD(rows) = (struct event_row){.seq = (uint64_t)sql_i64(s, id, 0),
                                            .at = {sql_i64(s, id, 1)},
                                            .e = {.oid = (uint64_t)sql_i64(s, id, 2),
                                                  .kind = (uint64_t)sql_i64(s, id, 3),
                                                  .state = (uint64_t)sql_i64(s, id, 4),
                                                  .hard = (uint64_t)sql_i64(s, id, 5),
                                                  .attempt = (uint64_t)sql_i64(s, id, 6),
                                                  .type = (uint64_t)sql_i64(s, id, 7),
                                                  .ref = (uint64_t)sql_i64(s, id, 8)}};
        r = 0;
    }
    if (s->stmt[id])
        sql_end(s, id);
    return r;
}

int span_fill(struct book *b, uint64_t *seq, int64_t *alive, unsigned n)
{
    event_rows rows = {0};
    int r = events(b->sql, SQL_EVENTS_BEHIND, (const int64_t[]){(int64_t)*seq, n}, 2, &rows), more;

    more = rows.n == n;
    for (size_t i = 0; r == 0 && i < rows.n; i++) {
        r = span_event(b, rows.at[i].seq, rows.at[i].at, &rows.at[i].e, *alive);
        *alive = rows.at[i].at.us;
        *seq = rows.at[i].seq;
    }
    VEC_RELEASE(&rows);
    return r < 0 ? r : more;
}

static int mend(struct sql *s, const struct event_row *row)
{
    struct span p;
    int r = row->e.oid ? span_at(s, row->e.oid, row->at, &p) : E_NOENT;

    if (r < 0 || p.seq == row->seq)
        return r == E_NOENT ? 0 : MIN(r, 0);
    p.since = MAX(row->at.us, p.since);
    p.seq = row->seq;
    if (!change(&p, row->seq, &row->e, p.since))
        return 0;
    return RUN(s, SQL_SPAN_ADD, (int64_t)p.oid, p.since, (int64_t)p.seq, p.state, p.hard_state, p.hard,
               p.attempt, p.acknowledged, p.downtimes, p.flapping, p.changed, (int64_t)p.said);
}

int span_mend(struct sql *s, uint64_t *seq, uint64_t end, unsigned n)
{
    event_rows rows = {0};
    int r = events(s, SQL_EVENTS_RANGE, (const int64_t[]){(int64_t)*seq, (int64_t)end, n}, 3, &rows), more;

    more = rows.n == n;
    for (size_t i = 0; r == 0 && i < rows.n; i++) {
        r = mend(s, &rows.at[i]);
        *seq = rows.at[i].seq;
    }
    VEC_RELEASE(&rows);
    return r < 0 ? r : more;
}

int span_trim(struct sql *s, uint64_t *oid, unsigned n, struct wall before)
{
    int64_t last = 0;
    int r = sql_start(s, SQL_WATCHED_RANGE);

    if (r == 0) {
        sql_bind_i64(s, SQL_WATCHED_RANGE, 1, (int64_t)*oid);
        sql_bind_i64(s, SQL_WATCHED_RANGE, 2, n);
        r = sql_step(s, SQL_WATCHED_RANGE);
        last = r == 1 ? sql_i64(s, SQL_WATCHED_RANGE, 0) : 0;
        sql_end(s, SQL_WATCHED_RANGE);
    }
    if (r >= 0) /* behind the last one, also those that are gone */
        r = RUN(s, SQL_SPAN_TRIM, (int64_t)*oid + 1, last ? last : INT64_MAX, before.us);
    if (r == 0)
        r = RUN(s, SQL_GAP_TRIM, before.us);
    if (r == 0)
        *oid = (uint64_t)last;
    return r;
}
