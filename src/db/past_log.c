/* SPDX-License-Identifier: Apache-2.0 */
/* Events of everything, a page at a time: by number, and of a stretch of time with what was handed in among them. */
#include "db/past.h"

struct page {
    const struct history_args *q;
    struct sql *s;
    struct rows *rows;
    enum sql_id id;
    size_t limit;
    bool with_at;
};

static void write_row(const struct page *p)
{
    struct json *j = &p->rows->j;

    json_map(j);
    if (p->with_at)
        json_key_id(j, "at", (uint64_t)sql_i64(p->s, p->id, 1));
    if (sql_i64(p->s, p->id, 3) == RECORD_EVENT_PASSIVE)
        json_key_bool(j, "passive", true);
    past_event_members(p->q, j, p->s, p->id);
    json_map_end(j);
    rows_next(p->rows);
}

/* The statement's parameters but the last, the number of rows, which says little of those that are seen. */
static int write_page(const struct page *p, const int64_t *v, size_t n)
{
    const struct scope *scope = &p->q->scope;
    int64_t id = 0, at = 0;
    size_t seen = 0, found = 0;
    int r = sql_start(p->s, p->id);

    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        sql_bind_i64(p->s, p->id, (int)i + 1, v[i]);
    sql_bind_i64(p->s, p->id, (int)n + 1, scope->everything ? (int64_t)p->limit : INT64_MAX);
    while (found < p->limit && seen < PAST_SCAN_MOST && (r = sql_step(p->s, p->id)) == 1) {
        seen++;
        id = sql_i64(p->s, p->id, 0);
        at = sql_i64(p->s, p->id, 1);
        if (!scope_sees(scope, (uint64_t)sql_i64(p->s, p->id, 2)))
            continue;
        found++;
        write_row(p);
    }
    sql_end(p->s, p->id);
    if (r == 1 && found < p->limit)
        past_searched(p->rows, (uint64_t)id, p->with_at ? at : 0);
    return MIN(r, 0);
}

int past_events_recent(struct history *h, const struct history_args *q, struct rows *rows, struct err *err)
{
    struct page p = {.q = q, .s = &h->sql, .rows = rows, .id = SQL_EVENTS_RECENT};
    int64_t cursor;

    if (!past_cursor(q->at[1], &cursor))
        return past_wrong(q, 1, err);
    if (!past_limit(q->at[2], &p.limit))
        return past_wrong(q, 2, err);
    return write_page(&p, (const int64_t[]){cursor ? cursor : INT64_MAX}, 1);
}

int past_events_between(struct history *h, const struct history_args *q, struct rows *rows, struct err *err)
{
    struct page p = {.q = q,
                     .s = &h->sql,
                     .rows = rows,
                     .id = str_eq_c(q->stmt, "log_between") ? SQL_LOG_BETWEEN : SQL_EVENTS_BETWEEN,
                     .with_at = true};
    int64_t v[3];

    for (size_t i = 0; i < 2; i++)
        if (!str_to_i64(q->at[i + 1], &v[i]))
            return past_wrong(q, i + 1, err);
    if (!past_cursor(q->at[3], &v[2]))
        return past_wrong(q, 3, err);
    if (!past_limit(q->at[4], &p.limit))
        return past_wrong(q, 4, err);
    v[2] = v[2] ? v[2] : INT64_MAX;
    return write_page(&p, v, 3);
}
