/* SPDX-License-Identifier: Apache-2.0 */
/* The list and one object as they were at a moment. Names are those of objects.db: also of what is configured no more. */
#include "db/past.h"

#include "base/map.h"
#include "base/vec.h"
#include "db/span.h"

#include <stdlib.h>
#include <string.h>

struct was { /* an object as it was */
    struct span span;
    const struct past_name *name;
    enum past_state state;
    bool service_kind, host_downtime, handled;
    bool named; /* all words stand in its names */
};

struct as_of {
    struct history *h;
    const struct past_names *names;
    const struct scope *scope;
    struct wall at;
    /* what is asked for */
    struct str filter, kind, host, service, words;
    enum { BY_SEVERITY, BY_NAME, BY_SINCE } sort;
    int way; /* 1 rising, -1 falling */
    uint64_t states;
    size_t limit, offset;
    /* what was found */
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
    json_key_str(j, "host", w->name->host);
    if (w->service_kind)
        json_key_str(j, "service", w->name->service);
    if (w->name->gone)
        json_key_bool(j, "gone", true);
    json_key_c(j, "state", state_words[w->state]);
    write_state(j, &w->span);
    json_key_bool(j, "host_in_downtime", w->host_downtime);
    json_key_str(j, "output", buf_str(&output));
    json_map_end(j);
    buf_release(&output);
    return r;
}

/* ---- choosing ---- */

static bool words_in(const struct as_of *a, const struct was *w, struct str output)
{
    struct str rest = a->words;

    while (rest.n) {
        struct str one = str_cut(&rest, ' ');

        if (one.n && !str_icontains(w->name->host, one) && !str_icontains(w->name->service, one) &&
            !str_icontains(output, one))
            return false;
    }
    return true;
}

/* As far as it can be told without its host and its output. */
static bool wanted(const struct as_of *a, const struct was *w)
{
    if ((a->states && !(a->states >> w->state & 1)) ||
        (!str_eq_c(a->filter, "all") && w->state <= PAST_PENDING))
        return false;
    if ((str_eq_c(a->kind, "host") && w->service_kind) || (str_eq_c(a->kind, "service") && !w->service_kind))
        return false;
    return (!a->host.n || str_eq(a->host, w->name->host)) &&
           (!a->service.n || str_eq(a->service, w->name->service));
}

/* Counted are all; kept those that are wanted, and problems until it is known whether they are handled. */
static int take(struct as_of *a, const struct past_name *name)
{
    struct was w = {.name = name, .service_kind = name->service.n != 0};
    enum scope_sight sight = scope_sight(a->scope, name->oid);
    int r = sight == SCOPE_NOT ? 0 : span_at(&a->h->sql, name->oid, a->at, &w.span);

    if (r < 1 || w.span.state >= AVAIL_GONE)
        return MIN(r, 0);
    w.state = state_of(w.service_kind, w.span.state);
    if (!w.service_kind && w.span.downtimes)
        map_put(&a->in_downtime, name->host, 1);
    if (sight != SCOPE_SEEN)
        return 0;
    a->counts[w.state]++;
    a->total++;
    if (w.state > PAST_PENDING || wanted(a, &w))
        *VEC_ADD(&a->found) = w;
    return 0;
}

/* Spans lie together by number, and a page of them is read once. */
static int collect(struct as_of *a)
{
    int r = 0;

    for (size_t i = 0; i < a->names->at.n && r == 0; i++)
        r = sql_overdue(&a->h->sql) ? E_TIMEOUT : take(a, &a->names->at.at[a->names->by_oid[i]]);
    return r;
}

/* Now it is known which hosts were in downtime. Left are those that are wanted, but for the words that their output may have. */
static void sift(struct as_of *a)
{
    size_t n = 0;

    for (size_t i = 0; i < a->found.n; i++) {
        struct was w = a->found.at[i];

        w.host_downtime = w.service_kind && map_get(&a->in_downtime, w.name->host, NULL);
        w.handled = w.span.acknowledged || w.span.downtimes || w.host_downtime;
        a->unhandled += w.state > PAST_PENDING && !w.handled;
        if (!wanted(a, &w) || (str_eq_c(a->filter, "unhandled") && w.handled))
            continue;
        w.named = words_in(a, &w, STR(""));
        a->found.at[n++] = w;
    }
    a->found.n = n;
}

static int by_said(const void *px, const void *py)
{
    const struct was *x = px, *y = py;

    return x->span.said < y->span.said ? -1 : x->span.said > y->span.said;
}

/* 1, 0, or E_*. */
static int said_words(struct as_of *a, const struct was *w)
{
    const enum sql_id id = SQL_EVENT_SAID;
    struct sql *s = &a->h->sql;
    int r = sql_start(s, id);

    if (r < 0)
        return r;
    sql_bind_i64(s, id, 1, (int64_t)w->span.said);
    r = sql_step(s, id);
    if (r == 1)
        r = words_in(a, w, sql_str(s, id, 0));
    sql_end(s, id);
    return r;
}

/* Outputs are looked at only where the names do not have the words, and in the order of the events that have them. */
static int search(struct as_of *a)
{
    size_t n = 0;
    int r = 0;

    if (!a->words.n)
        return 0;
    if (a->found.n)
        qsort(a->found.at, a->found.n, sizeof(*a->found.at), by_said);
    for (size_t i = 0; i < a->found.n && r >= 0; i++) {
        struct was w = a->found.at[i];

        r = w.named;
        if (!w.named && w.span.said)
            r = sql_overdue(&a->h->sql) ? E_TIMEOUT : said_words(a, &w);
        if (r == 1)
            a->found.at[n++] = w;
    }
    a->found.n = n;
    return MIN(r, 0);
}

/* ---- order ---- */

/* Names lie in their order. */
static int by_name(const struct was *x, const struct was *y)
{
    return x->name < y->name ? -1 : x->name > y->name;
}

static int64_t weight(const struct was *w)
{
    return w->state <= PAST_UP ? 0 : (int64_t)w->state * 2 + !w->handled;
}

static int compare(const void *px, const void *py, void *user)
{
    const struct was *x = px, *y = py;
    const struct as_of *a = user;
    int way = a->way;
    int64_t d = 0;

    if (a->sort == BY_NAME)
        return way * by_name(x, y);
    if (a->sort == BY_SINCE)
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

    sift(a);
    if (r == 0)
        r = search(a);
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
                      .names = q->names,
                      .scope = &q->scope,
                      .filter = q->at[2],
                      .kind = q->at[3],
                      .host = q->at[5],
                      .service = q->at[6],
                      .words = q->at[7],
                      .sort = str_eq_c(q->at[8], "name")    ? BY_NAME
                              : str_eq_c(q->at[8], "since") ? BY_SINCE
                                                            : BY_SEVERITY,
                      .way = str_eq_c(q->at[9], "desc") ? -1 : 1};
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
    if (!q->names)
        return err_set(err, E_CLOSED, "the identities of objects cannot be read");
    a.states = (uint64_t)states;
    a.limit = (size_t)limit;
    a.offset = (size_t)offset;
    r = answer(&a, rows);
    map_release(&a.in_downtime);
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
