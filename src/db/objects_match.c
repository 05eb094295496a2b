/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which row of the table is which check of a configuration. What goes otherwise than by its name (an ident, an announced rename, a service whose host is called
 * something else now) is looked up first; all the rest is one walk over both sides, which are ordered alike.
 */
#include "base/buf.h"
#include "db/objects_int.h"

enum how { OPEN, GIVEN, NEW, FOUND }; /* not known yet; oid stands; a new one; by name */

struct match {
    struct objects *o;
    struct sql *s;
    const struct model *m;
    uint64_t *oid;
    struct objects_changes *c;
    bool idents;        /* some check has one */
    uint8_t *how;       /* by check */
    char **was;         /* by host: what it is called in the table, NULL: the same */
    struct map claimed; /* oids that went to a check otherwise than by name */
    struct map left;    /* names of hosts whose row went to another */
    struct buf host;    /* of the row looked up last */
    int error;
};

struct row {
    uint64_t oid;
    bool has_ident;
};

static struct str ident_of(const struct match *x, uint32_t check)
{
    return x->idents ? model_ident(x->m, check) : STR("");
}

/* The row that a lookup finds, unless it went to another check already. */
static bool look(struct match *x, enum sql_id id, struct row *row)
{
    int r = sql_step(x->s, id);

    if (r == 1) {
        *row = (struct row){(uint64_t)sql_i64(x->s, id, OBJECTS_ROW_OID),
                            sql_str(x->s, id, OBJECTS_ROW_IDENT).n > 0};
        buf_clear(&x->host);
        buf_add_str(&x->host, sql_str(x->s, id, OBJECTS_ROW_HOST));
    }
    sql_end(x->s, id);
    if (r < 0)
        x->error = r;
    return r == 1 && !map_get_u64(&x->claimed, row->oid, NULL);
}

static bool by_ident(struct match *x, uint32_t check, struct row *row)
{
    int r = sql_start(x->s, SQL_OBJECT_BY_IDENT);

    if (r < 0) {
        x->error = r;
        return false;
    }
    sql_bind_i64(x->s, SQL_OBJECT_BY_IDENT, 1, model_check(x->m, check)->kind);
    sql_bind_str(x->s, SQL_OBJECT_BY_IDENT, 2, ident_of(x, check));
    return look(x, SQL_OBJECT_BY_IDENT, row);
}

static bool by_name(struct match *x, struct str host, struct str service, struct row *row)
{
    int r = sql_start(x->s, SQL_OBJECT_BY_NAME);

    if (r < 0) {
        x->error = r;
        return false;
    }
    sql_bind_i64(x->s, SQL_OBJECT_BY_NAME, 1, service.n ? MODEL_SERVICE : MODEL_HOST);
    sql_bind_str(x->s, SQL_OBJECT_BY_NAME, 2, host);
    sql_bind_str(x->s, SQL_OBJECT_BY_NAME, 3, service);
    return look(x, SQL_OBJECT_BY_NAME, row);
}

/* The row looked up last is this check's. */
static void claim(struct match *x, uint32_t check, const struct row *row)
{
    x->oid[check] = row->oid;
    x->how[check] = GIVEN;
    map_put_u64(&x->claimed, row->oid, 1);
    if (check >= x->m->n_hosts || str_eq(buf_str(&x->host), model_host_name(x->m, check)))
        return;
    x->was[check] = str_dup(buf_str(&x->host));
    map_put(&x->left, buf_str(&x->host), 1);
}

/* ---- what goes otherwise than by its name ---- */

static void claim_by_ident(struct match *x, uint32_t from, uint32_t to)
{
    struct row row;

    for (uint32_t i = from; i < to && x->idents; i++)
        if (x->how[i] == OPEN && ident_of(x, i).n && by_ident(x, i, &row))
            claim(x, i, &row);
}

static void claim_renamed(struct match *x, const bool *fits, bool services)
{
    struct row row;

    for (size_t i = 0; i < x->o->rename.n; i++) {
        const struct objects_rename *n = &x->o->rename.at[i];
        uint32_t check;

        if (!fits[i] || (n->to_service[0] != '\0') != services)
            continue;
        check = objects_find(x->m, str_of(n->to_host), str_of(n->to_service));
        if (x->how[check] == OPEN && by_name(x, str_of(n->host), str_of(n->service), &row))
            claim(x, check, &row);
    }
}

/* A name that stands for an object with another ident stands for another object. */
static bool is_another(struct match *x, uint32_t check)
{
    struct row row;

    return ident_of(x, check).n &&
           by_name(x, model_host_name(x->m, check), model_description(x->m, check), &row) && row.has_ident;
}

static void open_hosts(struct match *x)
{
    for (uint32_t i = 0; i < x->m->n_hosts; i++)
        if (x->how[i] == OPEN && (is_another(x, i) || map_get(&x->left, model_host_name(x->m, i), NULL)))
            x->how[i] = NEW;
}

/* Services go with their host, under the name that it had. */
static void open_services(struct match *x)
{
    struct row row;

    for (uint32_t i = x->m->n_hosts; i < x->m->n_check; i++) {
        uint32_t host = model_check(x->m, i)->host;

        if (x->how[i] != OPEN)
            continue;
        if (!x->was[host]) {
            if (x->how[host] == NEW || is_another(x, i))
                x->how[i] = NEW;
            continue;
        }
        if (by_name(x, str_of(x->was[host]), model_description(x->m, i), &row) &&
            !(row.has_ident && ident_of(x, i).n))
            claim(x, i, &row);
        else
            x->how[i] = NEW;
    }
}

static void claim_all(struct match *x, struct wall now)
{
    bool *fits = mem_calloc(x->o->rename.n + 1, sizeof(*fits));

    objects_rename_fit(x->o, x->m, now, fits);
    claim_by_ident(x, 0, x->m->n_hosts);
    claim_renamed(x, fits, false);
    open_hosts(x);
    claim_by_ident(x, x->m->n_hosts, x->m->n_check);
    claim_renamed(x, fits, true);
    open_services(x);
    for (size_t i = 0; i < x->o->rename.n; i++)
        if (fits[i] || now.us >= x->o->rename.at[i].at.us + OBJECTS_RENAME_US)
            *VEC_ADD(&x->c->done) = x->o->rename.at[i].id;
    mem_free(fits);
}

/* ---- the walk ---- */

static int compare(const struct match *x, uint32_t check)
{
    int64_t row_kind = sql_i64(x->s, SQL_OBJECT_ALL, OBJECTS_ROW_KIND), kind = model_check(x->m, check)->kind;
    int d;

    if (row_kind != kind)
        return row_kind < kind ? -1 : 1;
    d = str_cmp(sql_str(x->s, SQL_OBJECT_ALL, OBJECTS_ROW_HOST), model_host_name(x->m, check));
    return d ? d
             : str_cmp(sql_str(x->s, SQL_OBJECT_ALL, OBJECTS_ROW_SERVICE), model_description(x->m, check));
}

/* This row has the name of that check: is it its own? */
static bool take(struct match *x, uint32_t check, uint64_t row, bool deleted)
{
    if (x->how[check] == GIVEN ? x->oid[check] != row
                               : x->how[check] != OPEN || map_get_u64(&x->claimed, row, NULL))
        return false;
    x->oid[check] = row;
    x->how[check] = FOUND;
    if (!str_eq(sql_str(x->s, SQL_OBJECT_ALL, OBJECTS_ROW_IDENT), ident_of(x, check)))
        *VEC_ADD(&x->c->moved) = check;
    else if (deleted)
        *VEC_ADD(&x->c->back) = row;
    return true;
}

static void walk(struct match *x)
{
    uint32_t check = 0;
    int r = sql_start(x->s, SQL_OBJECT_ALL);

    while (r >= 0 && (r = sql_step(x->s, SQL_OBJECT_ALL)) == 1) {
        uint64_t row = (uint64_t)sql_i64(x->s, SQL_OBJECT_ALL, OBJECTS_ROW_OID);
        bool deleted = sql_i64(x->s, SQL_OBJECT_ALL, OBJECTS_ROW_DELETED) != 0;
        int d = -1;

        while (check < x->m->n_check && (d = compare(x, check)) > 0)
            check++;
        if (check < x->m->n_check && d == 0 && take(x, check, row, deleted))
            continue;
        if (!deleted && !map_get_u64(&x->claimed, row, NULL))
            *VEC_ADD(&x->c->gone) = row;
    }
    sql_end(x->s, SQL_OBJECT_ALL);
    if (r < 0)
        x->error = r;
}

/* What the walk has not met is in the table under another name, or not at all. */
static void rest(struct match *x)
{
    for (uint32_t i = 0; i < x->m->n_check; i++) {
        int r = 0;

        if (x->how[i] == FOUND)
            continue;
        if (x->how[i] == GIVEN) {
            r = sql_start(x->s, SQL_OBJECT_BY_OID);
            if (r == 0) {
                sql_bind_i64(x->s, SQL_OBJECT_BY_OID, 1, (int64_t)x->oid[i]);
                r = sql_step(x->s, SQL_OBJECT_BY_OID);
                sql_end(x->s, SQL_OBJECT_BY_OID);
            }
        }
        if (r < 0)
            x->error = r;
        else if (r == 1)
            *VEC_ADD(&x->c->moved) = i;
        else
            *VEC_ADD(&x->c->added) = i;
    }
}

static bool any_ident(const struct model *m)
{
    for (uint32_t i = 0; i < m->n_var; i++)
        if (str_ieq(model_str(m, m->var[i].name), STR("VIGIE_ID")))
            return true;
    return false;
}

int objects_match(struct objects *o, const struct model *m, struct wall now, uint64_t *oid,
                  struct objects_changes *c)
{
    struct match x = {.o = o, .s = &o->sql, .m = m, .oid = oid, .c = c, .idents = any_ident(m)};

    x.how = mem_calloc((size_t)m->n_check + 1, sizeof(*x.how));
    x.was = mem_calloc((size_t)m->n_hosts + 1, sizeof(*x.was));
    buf_init(&x.host);
    for (uint32_t i = 0; i < m->n_check; i++) {
        if (!oid[i])
            continue;
        x.how[i] = GIVEN;
        map_put_u64(&x.claimed, oid[i], 1);
    }
    if (x.idents || o->rename.n)
        claim_all(&x, now);
    if (!x.error)
        walk(&x);
    if (!x.error)
        rest(&x);
    for (uint32_t i = 0; i < m->n_hosts; i++)
        mem_free(x.was[i]);
    mem_free(x.was);
    mem_free(x.how);
    map_release(&x.claimed);
    map_release(&x.left);
    buf_release(&x.host);
    return x.error;
}
