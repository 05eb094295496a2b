/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/import.h"

#include "db/rrd_name.h"

#include <string.h>

static struct str key_of(struct buf *b, const char *host, const char *service)
{
    buf_clear(b);
    buf_add_utf8(b, str_of(host)); /* as configurations are read */
    buf_add_char(b, '\0');
    buf_add_utf8(b, str_of(service));
    return buf_str(b);
}

static void add(struct import_objects *o, uint64_t oid, const char *host, const char *service)
{
    char clean_host[RRD_TEXT], clean_service[RRD_TEXT];
    struct buf b = BUF_INIT;
    uint64_t *place;
    bool is_new;

    map_put(&o->by_name, key_of(&b, host, service), oid);
    if (rrd_name_clean(str_of(host), clean_host) && rrd_name_clean(str_of(service), clean_service)) {
        place = map_place(&o->by_clean, key_of(&b, clean_host, clean_service), &is_new);
        *place = is_new ? oid : 0;
    }
    buf_release(&b);
}

static int read_all(struct import_objects *o, struct sql *s)
{
    int r = sql_start(s, SQL_OBJECT_ALL);

    while (r >= 0 && (r = sql_step(s, SQL_OBJECT_ALL)) == 1) {
        char *host = str_dup(sql_str(s, SQL_OBJECT_ALL, 1)),
             *service = str_dup(sql_str(s, SQL_OBJECT_ALL, 2));

        if (!sql_i64(s, SQL_OBJECT_ALL, 3))
            add(o, (uint64_t)sql_i64(s, SQL_OBJECT_ALL, 0), host, service);
        mem_free(host);
        mem_free(service);
    }
    sql_end(s, SQL_OBJECT_ALL);
    return r;
}

int import_objects_read(struct import_objects *o, const char *state, struct err *err)
{
    struct sql s = {.db = NULL};
    char path[4200];
    int r;

    *o = (struct import_objects){.by_name = MAP_INIT};
    snprintf(path, sizeof(path), "%s/db/objects.db", state);
    r = sql_open(&s, path, SQL_READ, &schema_objects, err);
    if (r == 0) {
        r = read_all(o, &s);
        if (r < 0)
            err_set(err, r, "%s cannot be read: %s", path, sql_message(&s));
    }
    sql_close(&s);
    snprintf(path, sizeof(path), "%s/db/bounds.db", state);
    if (r == 0)
        r = bounds_open_read(&o->bounds, path, err);
    if (r < 0)
        err_prefix(err, "what Vigie watches is not known (was it ever started with this state folder?): ");
    else if (!o->by_name.n_entry)
        r = err_set(err, E_NOENT, "%s: Vigie watches nothing yet", state);
    return r;
}

void import_objects_release(struct import_objects *o)
{
    map_release(&o->by_name);
    map_release(&o->by_clean);
    bounds_close(&o->bounds);
}

static uint64_t find(const struct map *m, const char *host, const char *service)
{
    struct buf b = BUF_INIT;
    uint64_t oid;

    if (!map_get(m, key_of(&b, host, service), &oid))
        oid = 0;
    buf_release(&b);
    return oid;
}

uint64_t import_objects_find(const struct import_objects *o, const char *host, const char *service)
{
    return find(&o->by_name, host, service);
}

uint64_t import_objects_find_clean(const struct import_objects *o, const char *host, const char *service)
{
    return find(&o->by_clean, host, service);
}
