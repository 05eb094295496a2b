/* SPDX-License-Identifier: Apache-2.0 */
#include "db/past_names.h"

#include <stdlib.h>
#include <string.h>

static int by_oid(const void *a, const void *b, void *user)
{
    const struct past_names *n = user;
    uint32_t x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return n->at.at[x].oid < n->at.at[y].oid ? -1 : n->at.at[x].oid > n->at.at[y].oid;
}

/* A name that is taken by the one before is not copied again: the services of a host. */
static struct str keep(struct past_names *n, struct str s, struct str before)
{
    return str_eq(s, before) ? before : arena_str(&n->text, s);
}

static int read_all(struct past_names *n, struct sql *s)
{
    struct str host = STR_NULL;
    int r = sql_start(s, SQL_OBJECT_SERIES);

    while (r >= 0 && (r = sql_step(s, SQL_OBJECT_SERIES)) == 1) {
        struct past_name *x = VEC_ADD(&n->at);

        host = keep(n, sql_str(s, SQL_OBJECT_SERIES, 1), host);
        *x = (struct past_name){.oid = (uint64_t)sql_i64(s, SQL_OBJECT_SERIES, 0),
                                .host = host,
                                .gone = sql_i64(s, SQL_OBJECT_SERIES, 3) != 0};
        x->service = keep(n, sql_str(s, SQL_OBJECT_SERIES, 2), STR(""));
    }
    sql_end(s, SQL_OBJECT_SERIES);
    n->by_oid = mem_realloc_array(n->by_oid, n->at.n + 1, sizeof(*n->by_oid));
    for (size_t i = 0; i < n->at.n; i++)
        n->by_oid[i] = (uint32_t)i;
    qsort_r(n->by_oid, n->at.n, sizeof(*n->by_oid), by_oid, n);
    return r;
}

static int version_of(struct sql *s, int64_t *version)
{
    int r = sql_start(s, SQL_DATA_VERSION);

    if (r < 0)
        return r;
    r = sql_step(s, SQL_DATA_VERSION);
    if (r == 1)
        *version = sql_i64(s, SQL_DATA_VERSION, 0);
    sql_end(s, SQL_DATA_VERSION);
    return r == 1 ? 0 : MIN(r, -1);
}

int past_names_next(const struct past_names *n, struct past_names *next, struct sql *objects, struct err *err)
{
    int r;

    *next = (struct past_names){.version = 0};
    r = version_of(objects, &next->version);
    if (r == 0 && next->version == n->version)
        return 0;
    if (r == 0)
        r = read_all(next, objects);
    if (r == 0)
        return 1;
    past_names_release(next);
    return err_set(err, r, "the names of hosts and services cannot be read: %s", sql_message(objects));
}

int past_names_refresh(struct past_names *n, struct sql *objects, struct err *err)
{
    struct past_names next;
    int r = past_names_next(n, &next, objects, err);

    if (r == 1) {
        past_names_release(n);
        *n = next;
    }
    return MIN(r, 0);
}

void past_names_forget(struct past_names *n)
{
    n->version = 0;
}

void past_names_release(struct past_names *n)
{
    VEC_RELEASE(&n->at);
    mem_free(n->by_oid);
    arena_release(&n->text);
    *n = (struct past_names){.version = 0};
}

/* The first that is not before (host, service). */
static size_t place(const struct past_names *n, struct str host, struct str service)
{
    size_t low = 0, high = n->at.n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct past_name *x = &n->at.at[middle];
        int c = str_cmp(x->host, host);

        if (c < 0 || (c == 0 && str_cmp(x->service, service) < 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t past_names_host(const struct past_names *n, struct str host, size_t *count)
{
    size_t at = place(n, host, STR(""));

    *count = 0;
    while (at + *count < n->at.n && str_eq(n->at.at[at + *count].host, host))
        ++*count;
    return at;
}

const struct past_name *past_names_of(const struct past_names *n, uint64_t oid)
{
    size_t low = 0, high = n->at.n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (n->at.at[n->by_oid[middle]].oid < oid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n->at.n && n->at.at[n->by_oid[low]].oid == oid ? &n->at.at[n->by_oid[low]] : NULL;
}

const struct past_name *past_names_find(const struct past_names *n, struct str host, struct str service)
{
    const struct past_name *found = NULL;

    for (size_t i = place(n, host, service); i < n->at.n; i++) {
        const struct past_name *x = &n->at.at[i];

        if (!str_eq(x->host, host) || !str_eq(x->service, service))
            break;
        if (!found || found->gone)
            found = x;
    }
    return found;
}
