/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/journal_names.h"

int journal_names_open(struct journal_names *n, const char *path, struct err *err)
{
    *n = (struct journal_names){.place = MAP_INIT};
    return sql_open(&n->sql, path, SQL_READ, &schema_objects, err);
}

void journal_names_close(struct journal_names *n)
{
    for (size_t i = 0; i < n->name.n; i++) {
        mem_free(n->name.at[i].host);
        mem_free(n->name.at[i].service);
    }
    VEC_RELEASE(&n->name);
    map_release(&n->place);
    sql_close(&n->sql);
}

static struct journal_name ask(struct journal_names *n, uint64_t oid)
{
    struct journal_name got = {.known = false};

    if (sql_start(&n->sql, SQL_OBJECT_BY_OID) < 0)
        return got;
    sql_bind_i64(&n->sql, SQL_OBJECT_BY_OID, 1, (int64_t)oid);
    if (sql_step(&n->sql, SQL_OBJECT_BY_OID) == 1)
        got =
            (struct journal_name){.known = true,
                                  .kind = sql_i64(&n->sql, SQL_OBJECT_BY_OID, 5) ? MODEL_SERVICE : MODEL_HOST,
                                  .host = str_dup(sql_str(&n->sql, SQL_OBJECT_BY_OID, 1)),
                                  .service = str_dup(sql_str(&n->sql, SQL_OBJECT_BY_OID, 2))};
    sql_end(&n->sql, SQL_OBJECT_BY_OID);
    return got;
}

const struct journal_name *journal_names_get(struct journal_names *n, uint64_t oid)
{
    uint64_t at;

    if (!map_get_u64(&n->place, oid, &at)) {
        at = n->name.n;
        *VEC_ADD(&n->name) = ask(n, oid);
        map_put_u64(&n->place, oid, at);
    }
    return &n->name.at[at];
}
