/* SPDX-License-Identifier: Apache-2.0 */
#include "db/objects.h"

#include "base/vec.h"
#include "db/sql_aside.h"

#define COUNTER ((UINT64_C(1) << 48) - 1)

static int greatest(struct objects *o, uint64_t *out)
{
    struct sql *s = &o->sql;
    int r = sql_start(s, SQL_OBJECT_GREATEST);

    if (r < 0)
        return r;
    sql_bind_i64(s, SQL_OBJECT_GREATEST, 1, (int64_t)OBJECTS_OID(o->site, 0));
    sql_bind_i64(s, SQL_OBJECT_GREATEST, 2, (int64_t)OBJECTS_OID(o->site, COUNTER));
    r = sql_step(s, SQL_OBJECT_GREATEST);
    *out = r == 1 ? (uint64_t)sql_i64(s, SQL_OBJECT_GREATEST, 0) : 0;
    sql_end(s, SQL_OBJECT_GREATEST);
    return r < 0 ? r : 0;
}

static int read_next(struct objects *o)
{
    uint64_t most = 0;
    int64_t noted = 0;
    int r = greatest(o, &most);

    if (r == 0)
        r = sql_meta_get(&o->sql, "next", 0, &noted);
    o->next = MAX(o->next, MAX(most + 1, (uint64_t)noted));
    return r;
}

int objects_open(struct objects *o, const char *path, uint32_t site, struct wall now, bool *moved,
                 struct err *err)
{
    int r;

    BUG_ON(site >= 1u << 15); /* SQLite's integers are signed */
    *o = (struct objects){.site = site, .next = OBJECTS_OID(site, 1)};
    r = sql_open_or_renew(&o->sql, path, SQL_DURABLE, &schema_objects, now, moved, err);
    if (r < 0)
        return r;
    r = read_next(o);
    return r < 0 ? err_set(err, r, "%s cannot be read: %s", path, sql_message(&o->sql)) : 0;
}

void objects_close(struct objects *o)
{
    sql_close(&o->sql);
}

/* What a registration has to write. */
struct changes {
    VEC(uint32_t) added;      /* checks */
    VEC(uint64_t) back, gone; /* oids */
};

static int compare(struct sql *s, const struct model *m, uint32_t check)
{
    int64_t row_kind = sql_i64(s, SQL_OBJECT_ALL, 1), kind = model_check(m, check)->kind;
    int d;

    if (row_kind != kind)
        return row_kind < kind ? -1 : 1;
    d = str_cmp(sql_str(s, SQL_OBJECT_ALL, 2), model_host_name(m, check));
    return d ? d : str_cmp(sql_str(s, SQL_OBJECT_ALL, 3), model_description(m, check));
}

/* Both sides are ordered by kind, host and service: one walk finds what is the same, new and gone. */
static int match(struct objects *o, const struct model *m, uint64_t *oid, struct changes *c)
{
    struct sql *s = &o->sql;
    uint32_t check = 0;
    int r = sql_start(s, SQL_OBJECT_ALL);

    if (r < 0)
        return r;
    while ((r = sql_step(s, SQL_OBJECT_ALL)) == 1) {
        uint64_t row = (uint64_t)sql_i64(s, SQL_OBJECT_ALL, 0);
        bool deleted = sql_i64(s, SQL_OBJECT_ALL, 4) != 0;

        while (check < m->n_check && compare(s, m, check) > 0)
            *VEC_ADD(&c->added) = check++;
        if (check < m->n_check && compare(s, m, check) == 0) {
            oid[check++] = row;
            if (deleted)
                *VEC_ADD(&c->back) = row;
        } else if (!deleted) {
            *VEC_ADD(&c->gone) = row;
        }
    }
    sql_end(s, SQL_OBJECT_ALL);
    while (r == 0 && check < m->n_check)
        *VEC_ADD(&c->added) = check++;
    return r;
}

static void give(struct objects *o, uint64_t *oid, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (oid[i] >> 48 == o->site && oid[i] >= o->next)
            o->next = oid[i] + 1;
    for (uint32_t i = 0; i < n; i++)
        if (!oid[i])
            oid[i] = o->next++;
}

static int add(struct objects *o, const struct model *m, uint32_t check, uint64_t oid, struct wall now)
{
    struct sql *s = &o->sql;
    int r = sql_start(s, SQL_OBJECT_ADD);

    if (r < 0)
        return r;
    sql_bind_i64(s, SQL_OBJECT_ADD, 1, (int64_t)oid);
    sql_bind_i64(s, SQL_OBJECT_ADD, 2, o->site);
    sql_bind_i64(s, SQL_OBJECT_ADD, 3, model_check(m, check)->kind);
    sql_bind_str(s, SQL_OBJECT_ADD, 4, model_host_name(m, check));
    sql_bind_str(s, SQL_OBJECT_ADD, 5, model_description(m, check));
    sql_bind_i64(s, SQL_OBJECT_ADD, 6, now.us);
    r = sql_step(s, SQL_OBJECT_ADD);
    sql_end(s, SQL_OBJECT_ADD);
    return r;
}

static int set_deleted(struct objects *o, uint64_t oid, int64_t at)
{
    int r = sql_start(&o->sql, SQL_OBJECT_SET_DELETED);

    if (r < 0)
        return r;
    sql_bind_i64(&o->sql, SQL_OBJECT_SET_DELETED, 1, (int64_t)oid);
    sql_bind_i64(&o->sql, SQL_OBJECT_SET_DELETED, 2, at);
    r = sql_step(&o->sql, SQL_OBJECT_SET_DELETED);
    sql_end(&o->sql, SQL_OBJECT_SET_DELETED);
    return r;
}

static int write_changes(struct objects *o, const struct model *m, const struct changes *c,
                         const uint64_t *oid, struct wall now)
{
    int r = sql_begin(&o->sql);

    for (size_t i = 0; i < c->added.n && r == 0; i++)
        r = add(o, m, c->added.at[i], oid[c->added.at[i]], now);
    for (size_t i = 0; i < c->back.n && r == 0; i++)
        r = set_deleted(o, c->back.at[i], 0);
    for (size_t i = 0; i < c->gone.n && r == 0; i++)
        r = set_deleted(o, c->gone.at[i], now.us);
    if (r == 0)
        r = sql_meta_set(&o->sql, "next", (int64_t)o->next);
    if (r == 0)
        r = sql_commit(&o->sql);
    return r;
}

int objects_register(struct objects *o, const struct model *m, struct wall now, uint64_t *oid,
                     struct err *err)
{
    struct changes c = {.added = {0}};
    int r = match(o, m, oid, &c);

    give(o, oid, m->n_check);
    if (r == 0 && (c.added.n || c.back.n || c.gone.n))
        r = write_changes(o, m, &c, oid, now);
    if (r < 0)
        err_set(err, r, "the identities of objects cannot be written: %s", sql_message(&o->sql));
    sql_rollback(&o->sql);
    VEC_RELEASE(&c.added);
    VEC_RELEASE(&c.back);
    VEC_RELEASE(&c.gone);
    return r;
}
