/* SPDX-License-Identifier: Apache-2.0 */
/* What is whole of a damaged objects.db. The index by name knows number and name of an object whose row is gone, too. */
#include "db/objects_int.h"
#include "db/rescue.h"

enum { OBJECT, RENAME, NAME, META };
static const struct rescue_table tables[] = {
    [OBJECT] = {"kiiittiiT", false, SQL_KEPT_OBJECT},
    [RENAME] = {"kittttt", false, SQL_KEPT_RENAME},
    [NAME] = {"itti", true, SQL_KEPT_NAME},
    [META] = {"ti", true, SQL_KEPT_META},
};

struct objects_rescue {
    struct objects *o;
    struct wall now;
};

static bool is_ours(const struct objects_rescue *x, int64_t oid)
{
    return oid > 0 && (uint64_t)oid >> 48 == x->o->site;
}

/* When it came, and whether it is still configured, is not known: the next registration says that it is. */
static int put_name(struct objects_rescue *x, const struct sql_row *row)
{
    struct sql *s = &x->o->sql;
    int r = sql_start(s, SQL_KEPT_NAME);

    if (r < 0)
        return r;
    sql_bind_i64(s, SQL_KEPT_NAME, 1, row->v[3].i);
    sql_bind_i64(s, SQL_KEPT_NAME, 2, x->o->site);
    sql_bind_i64(s, SQL_KEPT_NAME, 3, row->v[0].i);
    sql_bind_str(s, SQL_KEPT_NAME, 4, row->v[1].text);
    sql_bind_str(s, SQL_KEPT_NAME, 5, row->v[2].text);
    sql_bind_i64(s, SQL_KEPT_NAME, 6, x->now.us);
    r = sql_step(s, SQL_KEPT_NAME);
    sql_end(s, SQL_KEPT_NAME);
    return MIN(r, 0);
}

static int want(void *user, size_t table, const struct sql_row *row)
{
    struct objects_rescue *x = user;

    switch (table) {
    case OBJECT: return is_ours(x, row->rowid);
    case NAME: return is_ours(x, row->v[3].i) ? put_name(x, row) : 0;
    case META: return str_eq_c(row->v[0].text, "next");
    default: return 1;
    }
}

static int count(struct objects *o, uint64_t *rows)
{
    int r = sql_start(&o->sql, SQL_OBJECT_COUNT);

    if (r < 0)
        return r;
    r = sql_step(&o->sql, SQL_OBJECT_COUNT);
    *rows = r == 1 ? (uint64_t)sql_i64(&o->sql, SQL_OBJECT_COUNT, 0) : 0;
    sql_end(&o->sql, SQL_OBJECT_COUNT);
    return MIN(r, 0);
}

int objects_rescue(struct objects *o, const char *damaged, struct wall now, uint64_t *rows)
{
    struct objects_rescue x = {.o = o, .now = now};
    struct rescue in;
    int r = rescue_open(&in, damaged, &o->sql);

    *rows = 0;
    if (r < 0)
        return 0; /* it is gone, or cannot be read at all */
    in.table = tables;
    in.n_table = ARRAY_LEN(tables);
    in.want = want;
    in.user = &x;
    r = rescue_all(&in);
    rescue_close(&in);
    if (r == 0)
        r = objects_read_next(o);
    if (r == 0)
        r = objects_rename_load(o);
    return r < 0 ? r : count(o, rows);
}

int objects_lacks(struct objects *o, const uint64_t *oid, size_t n)
{
    int r = 1;

    for (size_t i = 0; i < n && r == 1; i++) {
        if (!oid[i])
            continue;
        r = sql_start(&o->sql, SQL_OBJECT_BY_OID);
        if (r < 0)
            return r;
        sql_bind_i64(&o->sql, SQL_OBJECT_BY_OID, 1, (int64_t)oid[i]);
        r = sql_step(&o->sql, SQL_OBJECT_BY_OID);
        sql_end(&o->sql, SQL_OBJECT_BY_OID);
    }
    return r < 0 ? r : r == 0;
}
