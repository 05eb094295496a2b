/* SPDX-License-Identifier: Apache-2.0 */
/* Renames that were announced and wait for the configuration that carries them out. */
#include "base/buf.h"
#include "base/limits.h"
#include "db/objects_int.h"

#include <string.h>

uint32_t objects_find(const struct model *m, struct str host, struct str service)
{
    return service.n ? model_find_service(m, host, service) : model_find_host(m, host);
}

static void release_one(struct objects_rename *r)
{
    mem_free(r->who);
    mem_free(r->host);
    mem_free(r->service);
    mem_free(r->to_host);
    mem_free(r->to_service);
}

void objects_rename_release(struct objects *o)
{
    for (size_t i = 0; i < o->rename.n; i++)
        release_one(&o->rename.at[i]);
    VEC_RELEASE(&o->rename);
}

void objects_rename_forget(struct objects *o, uint64_t id)
{
    for (size_t i = 0; i < o->rename.n; i++) {
        if (o->rename.at[i].id != id)
            continue;
        release_one(&o->rename.at[i]);
        memmove(&o->rename.at[i], &o->rename.at[i + 1], (o->rename.n - i - 1) * sizeof(*o->rename.at));
        o->rename.n--;
        return;
    }
}

static char *column(struct sql *s, int i)
{
    return str_dup(sql_str(s, SQL_RENAME_ALL, i));
}

int objects_rename_load(struct objects *o)
{
    struct sql *s = &o->sql;
    int r = sql_start(s, SQL_RENAME_ALL);

    if (r < 0)
        return r;
    objects_rename_release(o);
    while ((r = sql_step(s, SQL_RENAME_ALL)) == 1)
        *VEC_ADD(&o->rename) = (struct objects_rename){.id = (uint64_t)sql_i64(s, SQL_RENAME_ALL, 0),
                                                       .at = {sql_i64(s, SQL_RENAME_ALL, 1)},
                                                       .who = column(s, 2),
                                                       .host = column(s, 3),
                                                       .service = column(s, 4),
                                                       .to_host = column(s, 5),
                                                       .to_service = column(s, 6)};
    sql_end(s, SQL_RENAME_ALL);
    return r;
}

int objects_rename_erase(struct objects *o, uint64_t id)
{
    int r = sql_start(&o->sql, SQL_RENAME_DROP);

    if (r < 0)
        return r;
    sql_bind_i64(&o->sql, SQL_RENAME_DROP, 1, (int64_t)id);
    r = sql_step(&o->sql, SQL_RENAME_DROP);
    sql_end(&o->sql, SQL_RENAME_DROP);
    return r;
}

static int add(struct objects *o, const struct objects_rename *n, struct wall now)
{
    struct sql *s = &o->sql;
    const char *const texts[] = {n->who, n->host, n->service, n->to_host, n->to_service};
    int r = sql_start(s, SQL_RENAME_ADD);

    if (r < 0)
        return r;
    sql_bind_i64(s, SQL_RENAME_ADD, 1, now.us);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        sql_bind_str(s, SQL_RENAME_ADD, (int)i + 2, str_of(texts[i]));
    r = sql_step(s, SQL_RENAME_ADD);
    sql_end(s, SQL_RENAME_ADD);
    return r;
}

static bool same(const char *host, const char *service, const char *other_host, const char *other_service)
{
    return strcmp(host, other_host) == 0 && strcmp(service, other_service) == 0;
}

/* Is there such a thing, and is nothing else said of either name? */
static int judge(struct objects *o, const struct objects_rename *n, struct err *err)
{
    struct sql *s = &o->sql;
    int r = sql_start(s, SQL_OBJECT_BY_NAME);

    for (size_t i = 0; i < o->rename.n; i++) {
        const struct objects_rename *w = &o->rename.at[i];

        if (same(w->host, w->service, n->host, n->service) ||
            same(w->to_host, w->to_service, n->to_host, n->to_service))
            return err_set(err, E_EXIST, "a rename of or to this name waits already; take that back first");
    }
    if (r < 0)
        return err_set(err, r, "the identities of objects cannot be read now");
    sql_bind_i64(s, SQL_OBJECT_BY_NAME, 1, n->service[0] ? MODEL_SERVICE : MODEL_HOST);
    sql_bind_str(s, SQL_OBJECT_BY_NAME, 2, str_of(n->host));
    sql_bind_str(s, SQL_OBJECT_BY_NAME, 3, str_of(n->service));
    r = sql_step(s, SQL_OBJECT_BY_NAME);
    sql_end(s, SQL_OBJECT_BY_NAME);
    if (r == 0)
        return err_set(err, E_NOENT, "nothing was ever called so");
    return r < 0 ? err_set(err, r, "the identities of objects cannot be read now") : 0;
}

int objects_rename_add(struct objects *o, const struct objects_rename *list, size_t n, struct wall now,
                       struct err *err)
{
    int r;

    if (o->rename.n + n > LIMIT_RENAMES)
        return err_set(err, E_LIMIT, "%zu renames wait for a reload already; at most %u may", o->rename.n,
                       LIMIT_RENAMES);
    for (size_t i = 0; i < n; i++) {
        r = judge(o, &list[i], err);
        if (r < 0)
            return r;
    }
    r = sql_begin(&o->sql);
    for (size_t i = 0; i < n && r == 0; i++)
        r = add(o, &list[i], now);
    if (r == 0)
        r = sql_commit(&o->sql);
    if (r == 0)
        r = objects_rename_load(o);
    if (r < 0)
        err_set(err, r, "the rename cannot be written: %s", sql_message(&o->sql));
    sql_rollback(&o->sql);
    return r;
}

int objects_rename_drop(struct objects *o, uint64_t id, struct err *err)
{
    int r;

    for (size_t i = 0; i < o->rename.n; i++) {
        if (o->rename.at[i].id != id)
            continue;
        r = objects_rename_erase(o, id);
        if (r < 0)
            return err_set(err, r, "the rename cannot be taken back: %s", sql_message(&o->sql));
        objects_rename_forget(o, id);
        return 0;
    }
    return err_set(err, E_NOENT, "no such rename waits");
}

/* ---- which of them a configuration carries out ---- */

static void key_of(struct buf *b, const char *host, const char *service)
{
    buf_clear(b);
    buf_add_c(b, host);
    buf_add_char(b, ';');
    buf_add_c(b, service);
}

static bool is_left(const struct model *m, const struct objects_rename *r, const struct map *taken,
                    struct buf *b)
{
    key_of(b, r->host, r->service);
    return objects_find(m, str_of(r->host), str_of(r->service)) == MODEL_NONE ||
           map_get(taken, buf_str(b), NULL);
}

/* One look at all of them; true: some do not fit that seemed to. */
static bool fewer(const struct objects *o, const struct model *m, bool *fits)
{
    struct map taken = MAP_INIT;
    struct buf b = BUF_INIT;
    bool any = false;

    for (size_t i = 0; i < o->rename.n; i++) {
        key_of(&b, o->rename.at[i].to_host, o->rename.at[i].to_service);
        if (fits[i])
            map_put(&taken, buf_str(&b), 1);
    }
    for (size_t i = 0; i < o->rename.n; i++) {
        if (!fits[i] || is_left(m, &o->rename.at[i], &taken, &b))
            continue;
        fits[i] = false;
        any = true;
    }
    map_release(&taken);
    buf_release(&b);
    return any;
}

void objects_rename_fit(const struct objects *o, const struct model *m, struct wall now, bool *fits)
{
    for (size_t i = 0; i < o->rename.n; i++) {
        const struct objects_rename *r = &o->rename.at[i];

        fits[i] = now.us < r->at.us + OBJECTS_RENAME_US &&
                  objects_find(m, str_of(r->to_host), str_of(r->to_service)) != MODEL_NONE;
    }
    while (fewer(o, m, fits))
        ;
}
