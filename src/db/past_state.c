/* SPDX-License-Identifier: Apache-2.0 */
/* The list and one object as they were at a moment. Names are those of objects.db: also of what is configured no more. */
#include "db/past.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "db/span.h"

#include <stdlib.h>
#include <string.h>

struct was { /* an object as it was */
    struct span span;
    struct str host, service;
    enum past_state state;
    bool service_kind, host_downtime, handled;
};

struct as_of {
    struct history *h;
    struct sql *names;
    const struct scope *scope;
    struct wall at;
    /* what is asked for */
    struct str filter, kind, host, service, words, sort, order;
    uint64_t states;
    size_t limit, offset;
    /* what was found */
    struct arena arena;
    struct map in_downtime; /* hosts, by name */
    VEC(struct was) found;
    size_t counts[PAST_STATES], unhandled, total;
};

static const char *const state_words[PAST_STATES] = {"ok",      "up",          "pending",  "unknown",
                                                     "warning", "unreachable", "critical", "down"};

static enum past_state state_of(bool service, unsigned state)
{
    static const enum past_state of_service[] = {PAST_OK, PAST_WARNING, PAST_CRITICAL, PAST_UNKNOWN},
                                 of_host[] = {PAST_UP, PAST_DOWN, PAST_UNREACHABLE, PAST_UNREACHABLE};

    return state > 3 ? PAST_PENDING : service ? of_service[state] : of_host[state];
}

/* ---- output ---- */

/* Of the event that said it: the first line and, where wanted, the rest. Empty when it is not kept any more. */
static int output_of(struct history *h, uint64_t said, struct buf *first, struct buf *rest)
{
    const enum sql_id id = SQL_EVENT_ONE;
    int r = said ? sql_start(&h->sql, id) : 0;

    if (r < 0 || !said)
        return r;
    sql_bind_i64(&h->sql, id, 1, (int64_t)said);
    r = sql_step(&h->sql, id);
    if (r == 1)
        buf_add_str(first, sql_str(&h->sql, id, 9));
    if (r == 1 && rest)
        buf_add_str(rest, sql_str(&h->sql, id, 10));
    sql_end(&h->sql, id);
    return MIN(r, 0);
}

static void write_state(struct json *j, const struct span *p)
{
    json_key_bool(j, "hard", p->hard);
    json_key_i64(j, "attempt", p->attempt);
    json_key_time(j, "since", (struct wall){p->changed});
    json_key_bool(j, "acknowledged", p->acknowledged != 0);
    json_key_bool(j, "in_downtime", p->downtimes != 0);
    json_key_bool(j, "flapping", p->flapping);
}

static int write_was(struct as_of *a, struct json *j, const struct was *w)
{
    struct buf output = BUF_INIT;
    int r = output_of(a->h, w->span.said, &output, NULL);

    json_map(j);
    json_key_id(j, "id", w->span.oid);
    json_key_c(j, "kind", w->service_kind ? "service" : "host");
    json_key_str(j, "host", w->host);
    if (w->service_kind)
        json_key_str(j, "service", w->service);
    json_key_c(j, "state", state_words[w->state]);
    write_state(j, &w->span);
    json_key_bool(j, "host_in_downtime", w->host_downtime);
    json_key_str(j, "output", buf_str(&output));
    json_map_end(j);
    buf_release(&output);
    return r;
}

/* ---- choosing ---- */

static bool words_in(struct as_of *a, const struct was *w)
{
    struct buf output = BUF_INIT;
    struct str rest = a->words;
    bool all = true;

    output_of(a->h, w->span.said, &output, NULL);
    while (rest.n && all) {
        struct str one = str_cut(&rest, ' ');

        all = !one.n || str_icontains(w->host, one) || str_icontains(w->service, one) ||
              str_icontains(buf_str(&output), one);
    }
    buf_release(&output);
    return all;
}

static bool wanted(struct as_of *a, const struct was *w)
{
    bool problem = w->state > PAST_PENDING;

    if ((a->states && !(a->states >> w->state & 1)) || (!str_eq_c(a->filter, "all") && !problem) ||
        (str_eq_c(a->filter, "unhandled") && w->handled))
        return false;
    if ((str_eq_c(a->kind, "host") && w->service_kind) || (str_eq_c(a->kind, "service") && !w->service_kind))
        return false;
    if ((a->host.n && !str_eq(a->host, w->host)) || (a->service.n && !str_eq(a->service, w->service)))
        return false;
    return !a->words.n || words_in(a, w);
}

static int take(struct as_of *a)
{
    const enum sql_id id = SQL_OBJECT_NAMES;
    struct was w = {.service_kind = sql_i64(a->names, id, 1) != 0,
                    .host = sql_str(a->names, id, 2),
                    .service = sql_str(a->names, id, 3)};
    uint64_t oid = (uint64_t)sql_i64(a->names, id, 0);
    enum scope_sight sight = scope_sight(a->scope, oid);
    int r = sight == SCOPE_NOT ? 0 : span_at(&a->h->sql, oid, a->at, &w.span);

    if (r < 1 || w.span.state >= AVAIL_GONE)
        return MIN(r, 0);
    w.state = state_of(w.service_kind, w.span.state);
    if (!w.service_kind && w.span.downtimes)
        map_put(&a->in_downtime, w.host, 1);
    if (sight != SCOPE_SEEN)
        return 0;
    w.host_downtime = w.service_kind && map_get(&a->in_downtime, w.host, NULL);
    w.handled = w.span.acknowledged || w.span.downtimes || w.host_downtime;
    a->counts[w.state]++;
    a->unhandled += w.state > PAST_PENDING && !w.handled;
    a->total++;
    if (!wanted(a, &w))
        return 0;
    w.host = arena_str(&a->arena, w.host);
    w.service = arena_str(&a->arena, w.service);
    *VEC_ADD(&a->found) = w;
    return 0;
}

/* Hosts come before services, so it is known which of them are in downtime. */
static int collect(struct as_of *a)
{
    int r = sql_start(a->names, SQL_OBJECT_NAMES);

    while (r == 0 && (r = sql_step(a->names, SQL_OBJECT_NAMES)) == 1)
        r = sql_overdue(&a->h->sql) ? E_TIMEOUT : take(a);
    if (a->names->stmt[SQL_OBJECT_NAMES])
        sql_end(a->names, SQL_OBJECT_NAMES);
    return r;
}

/* ---- order ---- */

static int by_name(const struct was *x, const struct was *y)
{
    int c = str_cmp(x->host, y->host);

    return c ? c : str_cmp(x->service, y->service);
}

static int64_t weight(const struct was *w)
{
    return w->state <= PAST_UP ? 0 : (int64_t)w->state * 2 + !w->handled;
}

static int compare(const void *px, const void *py, void *user)
{
    const struct was *x = px, *y = py;
    const struct as_of *a = user;
    int way = str_eq_c(a->order, "desc") ? -1 : 1;
    int64_t d = 0;

    if (str_eq_c(a->sort, "name"))
        return way * by_name(x, y);
    if (str_eq_c(a->sort, "since"))
        d = x->span.changed - y->span.changed;
    else if (weight(x) != weight(y))
        d = weight(x) - weight(y);
    else
        d = way * (y->span.changed - x->span.changed); /* the newest first, whichever way */
    return d ? way * (d < 0 ? -1 : 1) : by_name(x, y);
}

static int monitored(struct history *h, struct wall at, bool *out)
{
    int r = sql_start(&h->sql, SQL_GAPS);

    if (r < 0)
        return r;
    sql_bind_i64(&h->sql, SQL_GAPS, 1, at.us);
    sql_bind_i64(&h->sql, SQL_GAPS, 2, at.us + 1);
    r = sql_step(&h->sql, SQL_GAPS);
    *out = r == 0;
    sql_end(&h->sql, SQL_GAPS);
    return MIN(r, 0);
}

/* The moment of the first event there is; null where there is none. */
static int write_known_from(struct history *h, struct json *j)
{
    int r = sql_start(&h->sql, SQL_EVENT_FIRST);

    if (r < 0)
        return r;
    r = sql_step(&h->sql, SQL_EVENT_FIRST);
    json_key(j, "known_from");
    if (r == 1)
        json_time(j, (struct wall){sql_i64(&h->sql, SQL_EVENT_FIRST, 0)});
    else
        json_none(j);
    sql_end(&h->sql, SQL_EVENT_FIRST);
    return MIN(r, 0);
}

static int write_head(struct as_of *a, struct rows *rows)
{
    struct json *j = &rows->j;
    bool watched = true;
    int r = monitored(a->h, a->at, &watched);

    json_map(j);
    json_key_u64(j, "total", a->total);
    json_key_u64(j, "matched", a->found.n);
    json_key_bool(j, "monitored", watched);
    r = r < 0 ? r : write_known_from(a->h, j);
    json_key(j, "counts");
    json_map(j);
    for (size_t i = PAST_STATES; i-- > 0;)
        json_key_u64(j, state_words[i], a->counts[i]);
    json_key_u64(j, "unhandled", a->unhandled);
    json_map_end(j);
    json_map_end(j);
    rows_next(rows);
    return r;
}

static int answer(struct as_of *a, struct rows *rows)
{
    int r = collect(a);

    if (r < 0)
        return r;
    if (a->found.n)
        qsort_r(a->found.at, a->found.n, sizeof(*a->found.at), compare, a);
    r = write_head(a, rows);
    for (size_t i = a->offset; r == 0 && i < a->found.n && i < a->offset + a->limit; i++) {
        r = write_was(a, &rows->j, &a->found.at[i]);
        rows_next(rows);
    }
    return r;
}

int past_as_of(struct history *h, const struct history_args *q, struct rows *rows, struct err *err)
{
    struct as_of a = {.h = h,
                      .names = q->objects,
                      .scope = &q->scope,
                      .filter = q->at[2],
                      .kind = q->at[3],
                      .host = q->at[5],
                      .service = q->at[6],
                      .words = q->at[7],
                      .sort = q->at[8],
                      .order = q->at[9]};
    int64_t states, limit, offset;
    int r;

    if (!past_number(q->at[1], &a.at.us))
        return past_wrong(q, 1, err);
    if (!past_number(q->at[4], &states))
        return past_wrong(q, 4, err);
    if (!past_number(q->at[10], &limit) || limit > HISTORY_LIMIT_MAX)
        return past_wrong(q, 10, err);
    if (!past_number(q->at[11], &offset))
        return past_wrong(q, 11, err);
    if (!q->objects)
        return err_set(err, E_CLOSED, "the identities of objects cannot be read");
    a.states = (uint64_t)states;
    a.limit = (size_t)limit;
    a.offset = (size_t)offset;
    r = answer(&a, rows);
    map_release(&a.in_downtime);
    arena_release(&a.arena);
    VEC_RELEASE(&a.found);
    return r;
}

static int write_one(struct history *h, struct wall at, const struct span *p, struct rows *rows)
{
    struct buf first = BUF_INIT, rest = BUF_INIT;
    struct json *j = &rows->j;
    bool watched = true;
    int r = output_of(h, p->said, &first, &rest);

    if (r == 0)
        r = monitored(h, at, &watched);
    json_map(j);
    json_key_i64(j, "state", p->state);
    write_state(j, p);
    json_key_str(j, "output", buf_str(&first));
    json_key_str(j, "long_output", buf_str(&rest));
    json_key_bool(j, "monitored", watched);
    json_map_end(j);
    rows_next(rows);
    buf_release(&first);
    buf_release(&rest);
    return r;
}

int past_state_at(struct history *h, const struct history_args *q, struct rows *rows, struct err *err)
{
    struct span p;
    struct wall at;
    int64_t oid;
    int r;

    if (!past_number(q->at[1], &at.us))
        return past_wrong(q, 1, err);
    if (!past_number(q->at[2], &oid))
        return past_wrong(q, 2, err);
    r = scope_sees(&q->scope, (uint64_t)oid) ? span_at(&h->sql, (uint64_t)oid, at, &p) : 0;
    return r == 1 && p.state != AVAIL_NO_DATA ? write_one(h, at, &p, rows) : MIN(r, 0);
}
