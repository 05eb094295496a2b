/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions about notifications, the newest first: who was told, who was not and why, and what of it did not arrive. */
#include "db/past.h"

#include "base/map.h"
#include "base/vec.h"
#include "core/reason.h"

#define REASONS_MAX (16u * 1024)

struct place {
    int64_t at, seq, oid;
};

struct find {
    struct sql *s;
    const struct history_args *q;
    int64_t from, to, before; /* before: of those at `to`, the ones with a smaller number */
    int64_t types;            /* a mask; 0: all */
    struct str contact, told;
    uint64_t oid;   /* 0: not of one alone */
    struct map set; /* oids */
    bool any;       /* no oid was asked for */
    size_t limit;
    VEC(struct place) found;
    struct place last; /* that was looked at */
};

/* Is the contact named among them, and was somebody told (or he, if one is asked for)? */
static bool tells(const struct find *f, struct str reasons)
{
    bool named = !f->contact.n, told = false;
    struct reason r;

    if (!f->contact.n && !f->told.n)
        return true;
    while (reason_next(&reasons, &r) > 0) {
        if (r.topic != REASON_CONTACT || (f->contact.n && !str_eq(r.contact, f->contact)))
            continue;
        named = true;
        told |= r.code == WHY_CONTACT_TOLD;
    }
    return named && (!f->told.n || told == str_eq_c(f->told, "yes"));
}

static bool fits(const struct find *f, enum sql_id id)
{
    uint64_t oid = (uint64_t)sql_i64(f->s, id, 2), unused;
    int64_t type = sql_i64(f->s, id, 6);

    if (f->types && (type < 0 || type > 62 || !(f->types >> type & 1)))
        return false;
    if (!f->any && !map_get_u64(&f->set, oid, &unused))
        return false;
    return scope_sees(&f->q->scope, oid) && tells(f, sql_str(f->s, id, 7));
}

/* 1: it ended before the last one. */
static int scan(struct find *f)
{
    const enum sql_id id = f->oid ? SQL_DECISIONS_OF : SQL_DECISIONS;
    const int64_t v[] = {f->from, f->to, f->before, RECORD_EVENT_DECISION, (int64_t)f->oid};
    int r = sql_start(f->s, id);

    if (r < 0)
        return r;
    for (size_t i = 0; i < ARRAY_LEN(v) - !f->oid; i++)
        sql_bind_i64(f->s, id, (int)i + 1, v[i]);
    for (size_t seen = 0; f->found.n < f->limit && seen < PAST_SCAN_MOST && (r = sql_step(f->s, id)) == 1;
         seen++) {
        f->last = (struct place){sql_i64(f->s, id, 1), sql_i64(f->s, id, 0), sql_i64(f->s, id, 2)};
        if (fits(f, id))
            *VEC_ADD(&f->found) = f->last;
    }
    sql_end(f->s, id);
    return r;
}

/* Until when what does not arrive belongs to this decision. */
static int end_of(struct find *f, const struct place *p, int64_t *end)
{
    const enum sql_id id = SQL_DECISION_NEXT;
    int r = sql_start(f->s, id);

    *end = INT64_MAX;
    if (r < 0)
        return r;
    sql_bind_i64(f->s, id, 1, p->oid);
    sql_bind_i64(f->s, id, 2, RECORD_EVENT_DECISION);
    sql_bind_i64(f->s, id, 3, p->at);
    r = sql_step(f->s, id);
    if (r == 1)
        *end = sql_i64(f->s, id, 0) - 1;
    sql_end(f->s, id);
    return MIN(r, 0);
}

static int write_members(struct find *f, struct json *j, const struct place *p)
{
    const enum sql_id id = SQL_DECISION_ONE;
    int r = sql_start(f->s, id);

    if (r < 0)
        return r;
    sql_bind_i64(f->s, id, 1, p->seq);
    r = sql_step(f->s, id);
    json_key_id(j, "id", (uint64_t)p->seq);
    json_key_id(j, "at", (uint64_t)p->at);
    json_key_time(j, "time", (struct wall){p->at});
    json_key_id(j, "oid", (uint64_t)p->oid);
    past_gone_members(f->q, j, (uint64_t)p->oid);
    json_key_i64(j, "state", r == 1 ? sql_i64(f->s, id, 3) : 0);
    json_key_bool(j, "hard", r == 1 && sql_i64(f->s, id, 4) != 0);
    json_key_i64(j, "number", r == 1 ? sql_i64(f->s, id, 5) : 0);
    json_key_i64(j, "type", r == 1 ? sql_i64(f->s, id, 6) : 0);
    json_key_str(j, "reasons", r == 1 ? str_sub(sql_str(f->s, id, 7), 0, REASONS_MAX) : STR(""));
    sql_end(f->s, id);
    return MIN(r, 0);
}

static int write_one(struct find *f, struct rows *rows, const struct place *p)
{
    struct json *j = &rows->j;
    int64_t end;
    int r = end_of(f, p, &end);

    if (r < 0)
        return r;
    json_map(j);
    r = write_members(f, j, p);
    json_key(j, "undelivered");
    json_list(j);
    if (r == 0)
        r = past_undelivered(f->s, p->oid, p->at, end, j);
    json_list_end(j);
    json_map_end(j);
    rows_next(rows);
    return r;
}

static int read_objects(struct find *f, size_t argument, struct err *err)
{
    struct str list = f->q->at[argument];
    size_t n = 0;

    f->any = !list.n;
    while (list.n) {
        uint64_t oid;

        if (!str_to_u64(str_cut(&list, ','), &oid) || !oid || oid > INT64_MAX)
            return past_wrong(f->q, argument, err);
        map_put_u64(&f->set, oid, 1);
        f->oid = n++ ? 0 : oid;
    }
    return 0;
}

static int read_find(struct find *f, struct err *err)
{
    const struct history_args *q = f->q;

    if (!str_to_i64(q->at[1], &f->from))
        return past_wrong(q, 1, err);
    if (!str_to_i64(q->at[2], &f->to))
        return past_wrong(q, 2, err);
    if (!past_cursor(q->at[3], &f->before))
        return past_wrong(q, 3, err);
    if (!past_limit(q->at[4], &f->limit))
        return past_wrong(q, 4, err);
    if (!past_number(q->at[5], &f->types))
        return past_wrong(q, 5, err);
    f->contact = q->at[6];
    f->told = q->at[7];
    if (f->told.n && !str_eq_c(f->told, "yes") && !str_eq_c(f->told, "no"))
        return past_wrong(q, 7, err);
    f->before = f->before ? f->before : INT64_MAX;
    return read_objects(f, 8, err);
}

int past_decisions(struct history *h, const struct history_args *q, struct rows *rows, struct err *err)
{
    struct find f = {.s = &h->sql, .q = q};
    int r = read_find(&f, err), end = 0;

    if (r == 0)
        r = end = scan(&f);
    for (size_t i = 0; r >= 0 && i < f.found.n; i++)
        r = write_one(&f, rows, &f.found.at[i]);
    if (r >= 0 && end == 1 && f.found.n < f.limit)
        past_searched(rows, (uint64_t)f.last.seq, f.last.at);
    VEC_RELEASE(&f.found);
    map_release(&f.set);
    return MIN(r, 0);
}
