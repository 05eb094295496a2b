/* SPDX-License-Identifier: Apache-2.0 */
#include "db/bounds.h"

#include "db/rescue.h"
#include "db/sql_aside.h"

int bounds_open_read(struct bounds *b, const char *path, struct err *err)
{
    *b = (struct bounds){.applied = 0};
    return sql_open(&b->sql, path, SQL_READ, &schema_bounds, err);
}

int bounds_open(struct bounds *b, const char *path, struct wall now, bool *moved, struct err *err)
{
    int64_t applied = 0;
    int r;

    *b = (struct bounds){.applied = 0};
    r = sql_open_or_renew(&b->sql, path, SQL_PROJECTION, &schema_bounds, now, moved, err);
    if (r == 0 && (r = sql_meta_get(&b->sql, "applied_seq", 0, &applied)) < 0) {
        err_set(err, r, "the database %s cannot be read: %s", path, sql_message(&b->sql));
        bounds_close(b);
    }
    b->applied = (uint64_t)applied;
    return r;
}

int bounds_rescue(struct bounds *b, const char *damaged)
{
    static const struct rescue_table tables[] = {{"itiiiiittttt", true, SQL_KEPT_BOUND}};
    struct rescue in;
    int r = rescue_open(&in, damaged, &b->sql);

    if (r < 0)
        return 0; /* it is gone, or cannot be read at all */
    in.table = tables;
    in.n_table = ARRAY_LEN(tables);
    r = rescue_all(&in);
    rescue_close(&in);
    return r;
}

void bounds_close(struct bounds *b)
{
    sql_close(&b->sql);
}

/* ---- reading ---- */

/* Binds a series to places 1 to 3. */
static int start(struct sql *s, enum sql_id id, const struct series_key *k)
{
    int r = sql_start(s, id);

    if (r < 0)
        return r;
    sql_bind_i64(s, id, 1, (int64_t)k->oid);
    sql_bind_str(s, id, 2, k->label);
    sql_bind_i64(s, id, 3, k->unit);
    return 0;
}

static struct bounds_row row_of(struct sql *s, enum sql_id id)
{
    return (struct bounds_row){.since_us = sql_i64(s, id, 0),
                               .uom = sql_str(s, id, 1),
                               .warn = sql_str(s, id, 2),
                               .crit = sql_str(s, id, 3),
                               .min = sql_str(s, id, 4),
                               .max = sql_str(s, id, 5)};
}

/* What holds at a moment: 1, or 0 if nothing was said until then. sql_end is the caller's. */
static int row_at(struct bounds *b, const struct series_key *k, int64_t at_us, struct bounds_row *row)
{
    int r = start(&b->sql, SQL_BOUND_AT, k);

    if (r < 0)
        return r;
    sql_bind_i64(&b->sql, SQL_BOUND_AT, 4, at_us);
    r = sql_step(&b->sql, SQL_BOUND_AT);
    if (r == 1)
        *row = row_of(&b->sql, SQL_BOUND_AT);
    return r;
}

int bounds_read(struct bounds *b, const struct series_key *k, int64_t from_us, int64_t to_us,
                bool (*each)(void *user, const struct bounds_row *row), void *user)
{
    struct bounds_row row;
    int r = row_at(b, k, from_us, &row);
    bool on = r != 1 || each(user, &row);

    sql_end(&b->sql, SQL_BOUND_AT);
    if (r < 0 || !on)
        return MIN(r, 0);
    r = start(&b->sql, SQL_BOUND_AFTER, k);
    if (r < 0)
        return r;
    sql_bind_i64(&b->sql, SQL_BOUND_AFTER, 4, from_us);
    sql_bind_i64(&b->sql, SQL_BOUND_AFTER, 5, to_us);
    while (on && (r = sql_step(&b->sql, SQL_BOUND_AFTER)) == 1) {
        row = row_of(&b->sql, SQL_BOUND_AFTER);
        on = each(user, &row);
    }
    sql_end(&b->sql, SQL_BOUND_AFTER);
    return MIN(r, 0);
}

void bounds_hold(struct bounds *b)
{
    (void)sql_begin_read(&b->sql);
}

void bounds_let_go(struct bounds *b)
{
    sql_end_read(&b->sql);
}

struct perf_value bounds_number(struct str uom, struct str text)
{
    struct perf_value v = {.known = false};

    text = str_trim(text);
    if (!perf_number(&text, &v) || text.n || !perf_base(uom, &v))
        v.known = false;
    return v;
}

struct perf_range bounds_range(struct str uom, struct str text)
{
    struct perf_range range;

    (void)perf_range(text, uom, &range);
    if (!perf_base(uom, &range.low))
        range.low.known = false;
    if (!perf_base(uom, &range.high))
        range.high.known = false;
    return range;
}

/* ---- writing ---- */

int bounds_unit(struct bounds *b, uint64_t oid, struct str label, char *out)
{
    int r = sql_start(&b->sql, SQL_BOUND_UNIT), n = 0;

    if (r < 0)
        return r;
    sql_bind_i64(&b->sql, SQL_BOUND_UNIT, 1, (int64_t)oid);
    sql_bind_str(&b->sql, SQL_BOUND_UNIT, 2, label);
    while ((r = sql_step(&b->sql, SQL_BOUND_UNIT)) == 1) {
        str_copy(out, BOUNDS_TEXT_MAX + 1, sql_str(&b->sql, SQL_BOUND_UNIT, 0));
        n++;
    }
    sql_end(&b->sql, SQL_BOUND_UNIT);
    return r < 0 ? r : n == 1;
}

int bounds_begin(struct bounds *b)
{
    return b->sql.db ? sql_begin(&b->sql) : E_CLOSED;
}

static bool is_same(const struct bounds_row *a, const struct bounds_row *b)
{
    return str_eq(a->uom, b->uom) && str_eq(a->warn, b->warn) && str_eq(a->crit, b->crit) &&
           str_eq(a->min, b->min) && str_eq(a->max, b->max);
}

/* Does it say nothing that was not so at that moment? 1 or 0. */
static int is_known(struct bounds *b, const struct series_key *k, const struct bounds_row *row)
{
    static const struct bounds_row nothing;
    struct bounds_row then;
    int r = row_at(b, k, row->since_us, &then);

    if (r >= 0)
        r = is_same(row, r ? &then : &nothing);
    sql_end(&b->sql, SQL_BOUND_AT);
    return r;
}

static int drop(struct bounds *b, const struct series_key *k, int64_t since_us)
{
    int r = start(&b->sql, SQL_BOUND_DROP, k);

    if (r < 0)
        return r;
    sql_bind_i64(&b->sql, SQL_BOUND_DROP, 4, since_us);
    r = sql_step(&b->sql, SQL_BOUND_DROP);
    sql_end(&b->sql, SQL_BOUND_DROP);
    return r;
}

/* A word that came late may be the same as the one that follows it: then that is none. */
static int drop_next(struct bounds *b, const struct series_key *k, const struct bounds_row *row)
{
    struct bounds_row next;
    int64_t since = 0;
    int r = start(&b->sql, SQL_BOUND_AFTER, k);

    if (r < 0)
        return r;
    sql_bind_i64(&b->sql, SQL_BOUND_AFTER, 4, row->since_us);
    sql_bind_i64(&b->sql, SQL_BOUND_AFTER, 5, INT64_MAX);
    r = sql_step(&b->sql, SQL_BOUND_AFTER);
    if (r == 1) {
        next = row_of(&b->sql, SQL_BOUND_AFTER);
        since = next.since_us;
        r = is_same(&next, row);
    }
    sql_end(&b->sql, SQL_BOUND_AFTER);
    return r == 1 ? drop(b, k, since) : r;
}

static int put(struct bounds *b, uint64_t seq, const struct series_key *k, const struct bounds_row *row)
{
    const struct str text[] = {row->uom, row->warn, row->crit, row->min, row->max};
    struct sql *s = &b->sql;
    int r = start(s, SQL_BOUND_PUT, k);

    if (r < 0)
        return r;
    sql_bind_i64(s, SQL_BOUND_PUT, 4, row->since_us);
    sql_bind_i64(s, SQL_BOUND_PUT, 5, b->site);
    sql_bind_i64(s, SQL_BOUND_PUT, 6, (int64_t)seq);
    for (size_t i = 0; i < ARRAY_LEN(text); i++)
        sql_bind_str(s, SQL_BOUND_PUT, 7 + (int)i, text[i]);
    r = sql_step(s, SQL_BOUND_PUT);
    sql_end(s, SQL_BOUND_PUT);
    return r;
}

int bounds_put(struct bounds *b, uint64_t seq, const struct series_key *k, const struct bounds_row *row)
{
    int r = is_known(b, k, row);

    if (r == 0) {
        r = put(b, seq, k, row);
        if (r == 0)
            r = drop_next(b, k, row);
    }
    if (r < 0)
        sql_rollback(&b->sql);
    return MIN(r, 0);
}

int bounds_end(struct bounds *b, uint64_t applied)
{
    int r = sql_meta_set(&b->sql, "applied_seq", (int64_t)applied);

    if (r == 0)
        r = sql_commit(&b->sql);
    if (r < 0)
        sql_rollback(&b->sql);
    else
        b->applied = applied;
    return r;
}

/* The first object behind the one that was looked at last: 1 or 0. */
static int next_object(struct bounds *b, uint64_t *oid)
{
    int r = sql_start(&b->sql, SQL_BOUND_OBJECT);

    if (r < 0)
        return r;
    sql_bind_i64(&b->sql, SQL_BOUND_OBJECT, 1, (int64_t)b->trimmed);
    r = sql_step(&b->sql, SQL_BOUND_OBJECT);
    if (r == 1)
        *oid = (uint64_t)sql_i64(&b->sql, SQL_BOUND_OBJECT, 0);
    sql_end(&b->sql, SQL_BOUND_OBJECT);
    return r;
}

int bounds_trim(struct bounds *b, struct wall before, bool (*is_object)(void *user, uint64_t oid), void *user,
                unsigned objects)
{
    int r = bounds_begin(b);
    uint64_t oid;

    if (r < 0)
        return r;
    for (r = 1; objects && r == 1 && (r = next_object(b, &oid)) == 1; objects--) {
        r = sql_run_i64(&b->sql, is_object(user, oid) ? SQL_BOUND_TRIM : SQL_BOUND_GONE,
                        (const int64_t[]){(int64_t)oid, before.us}, 2);
        b->trimmed = oid;
        r = r < 0 ? r : 1;
    }
    if (r == 0)
        b->trimmed = 0;
    if (r < 0 || sql_commit(&b->sql) < 0) {
        sql_rollback(&b->sql);
        return r < 0 ? r : E_IO;
    }
    return r;
}
