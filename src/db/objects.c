/* SPDX-License-Identifier: Apache-2.0 */
#include "db/objects.h"

#include "base/limits.h"
#include "db/objects_int.h"
#include "db/sql_aside.h"
#include "db/statedir.h"

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

int objects_read_next(struct objects *o)
{
    uint64_t most = 0;
    int64_t noted = 0;
    int r = greatest(o, &most);

    if (r == 0)
        r = sql_meta_get(&o->sql, "next", 0, &noted);
    o->next = MAX(o->next, MAX(most + 1, (uint64_t)noted));
    return r;
}

static int refuse_strangers(struct objects *o, const char *path, struct err *err)
{
    struct sql *s = &o->sql;
    uint32_t theirs = 0;
    int r = sql_start(s, SQL_OBJECT_STRANGER);

    if (r < 0)
        return r;
    sql_bind_i64(s, SQL_OBJECT_STRANGER, 1, (int64_t)OBJECTS_OID(o->site, 0));
    sql_bind_i64(s, SQL_OBJECT_STRANGER, 2, (int64_t)OBJECTS_OID(o->site, COUNTER));
    r = sql_step(s, SQL_OBJECT_STRANGER);
    if (r == 1)
        theirs = (uint32_t)((uint64_t)sql_i64(s, SQL_OBJECT_STRANGER, 0) >> 48);
    sql_end(s, SQL_OBJECT_STRANGER);
    return r == 1 ? statedir_other_site(err, path, theirs, o->site) : r;
}

int objects_open(struct objects *o, const char *path, uint32_t site, struct wall now, bool *moved,
                 struct err *err)
{
    int r;

    BUG_ON(site > LIMIT_SITE);
    *o = (struct objects){.site = site, .next = OBJECTS_OID(site, 1)};
    r = sql_open_or_renew(&o->sql, path, SQL_DURABLE, &schema_objects, now, moved, err);
    if (r < 0)
        return r;
    r = objects_read_next(o);
    if (r == 0)
        r = objects_rename_load(o);
    if (r == 0)
        r = refuse_strangers(o, path, err);
    if (r == E_INVAL) {
        objects_close(o);
    } else if (r < 0) {
        err_set(err, r, "%s cannot be read: %s", path, sql_message(&o->sql));
        objects_close(o); /* half open it would give numbers that are taken */
    }
    return r;
}

void objects_close(struct objects *o)
{
    objects_rename_release(o);
    sql_close(&o->sql);
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
    sql_bind_str(s, SQL_OBJECT_ADD, 7, model_ident(m, check));
    r = sql_step(s, SQL_OBJECT_ADD);
    sql_end(s, SQL_OBJECT_ADD);
    return r;
}

/* The row says what the configuration says now. */
static int move(struct objects *o, const struct model *m, uint32_t check, uint64_t oid)
{
    struct sql *s = &o->sql;
    int r = sql_start(s, SQL_OBJECT_MOVE);

    if (r < 0)
        return r;
    sql_bind_i64(s, SQL_OBJECT_MOVE, 1, (int64_t)oid);
    sql_bind_str(s, SQL_OBJECT_MOVE, 2, model_host_name(m, check));
    sql_bind_str(s, SQL_OBJECT_MOVE, 3, model_description(m, check));
    sql_bind_str(s, SQL_OBJECT_MOVE, 4, model_ident(m, check));
    r = sql_step(s, SQL_OBJECT_MOVE);
    sql_end(s, SQL_OBJECT_MOVE);
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

static int write_changes(struct objects *o, const struct model *m, const struct objects_changes *c,
                         const uint64_t *oid, struct wall now)
{
    int r = sql_begin(&o->sql);

    for (size_t i = 0; i < c->added.n && r == 0; i++)
        r = add(o, m, c->added.at[i], oid[c->added.at[i]], now);
    for (size_t i = 0; i < c->moved.n && r == 0; i++)
        r = move(o, m, c->moved.at[i], oid[c->moved.at[i]]);
    for (size_t i = 0; i < c->back.n && r == 0; i++)
        r = set_deleted(o, c->back.at[i], 0);
    for (size_t i = 0; i < c->gone.n && r == 0; i++)
        r = set_deleted(o, c->gone.at[i], now.us);
    for (size_t i = 0; i < c->done.n && r == 0; i++)
        r = objects_rename_erase(o, c->done.at[i]);
    if (r == 0)
        r = sql_meta_set(&o->sql, "next", (int64_t)o->next);
    if (r == 0)
        r = sql_commit(&o->sql);
    return r;
}

int objects_register(struct objects *o, const struct model *m, struct wall now, uint64_t *oid,
                     struct err *err)
{
    struct objects_changes c = {.added = {0}};
    int r = objects_match(o, m, now, oid, &c);

    if (r == 0) {
        give(o, oid, m->n_check);
        if (c.added.n || c.moved.n || c.back.n || c.gone.n || c.done.n)
            r = write_changes(o, m, &c, oid, now);
    }
    if (r < 0)
        err_set(err, r, "the identities of objects cannot be written: %s", sql_message(&o->sql));
    for (size_t i = 0; i < c.done.n && r == 0; i++)
        objects_rename_forget(o, c.done.at[i]);
    sql_rollback(&o->sql);
    sql_forget(&o->sql); /* until the next configuration */
    VEC_RELEASE(&c.added);
    VEC_RELEASE(&c.moved);
    VEC_RELEASE(&c.back);
    VEC_RELEASE(&c.gone);
    VEC_RELEASE(&c.done);
    return r;
}

int objects_name(struct objects *o, uint64_t oid, struct buf *host, struct buf *service)
{
    int r = sql_start(&o->sql, SQL_OBJECT_BY_OID);

    if (r < 0)
        return r;
    sql_bind_i64(&o->sql, SQL_OBJECT_BY_OID, 1, (int64_t)oid);
    r = sql_step(&o->sql, SQL_OBJECT_BY_OID);
    if (r == 1) {
        buf_add_str(host, sql_str(&o->sql, SQL_OBJECT_BY_OID, 1));
        buf_add_str(service, sql_str(&o->sql, SQL_OBJECT_BY_OID, 2));
    }
    sql_end(&o->sql, SQL_OBJECT_BY_OID);
    return r == 1 ? 0 : r == 0 ? E_NOENT : r;
}
