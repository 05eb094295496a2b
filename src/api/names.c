/* SPDX-License-Identifier: Apache-2.0 */
#include "api/names.h"

#include "base/seek.h"
#include "core/oids.h"

#include <string.h>

enum { SNAPSHOT_CHARS = 12 }; /* of its hash, in an id */

struct api_names {
    uint32_t *rank, *at; /* at: the other way round */
    uint32_t *host;
    uint32_t *text; /* by idx: where its own names begin in pool; one more at the end */
    /* the names of each check in small letters, a line each, of hosts the one that counts for whoever sees a service first: a search is one pass over these bytes */
    struct buf pool;
    struct oids oids; /* oid 0: not known yet */
    uint32_t n;
    bool known; /* all of them */
};

static void add_name(struct buf *pool, struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        buf_add_char(pool, name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] - 'A' + 'a') : name.p[i]);
    buf_add_char(pool, '\n');
}

/* Names that say the same stand there once. */
static void add_names(struct api_names *n, const struct model *m, uint32_t idx)
{
    const struct model_check *c = model_check(m, idx);
    const uint32_t names[] = {c->name, c->display_name, c->alias, c->address};
    size_t count = c->kind == MODEL_HOST ? ARRAY_LEN(names) : 2;

    n->text[idx] = (uint32_t)n->pool.len;
    for (size_t i = 0; i < count; i++) {
        if (!i || names[i] != names[i - 1])
            add_name(&n->pool, model_str(m, names[i]));
    }
}

static void know(struct api_names *n, const uint64_t *oids)
{
    uint64_t *copy = mem_calloc((size_t)n->n + 1, sizeof(*copy));

    if (oids && n->n)
        memcpy(copy, oids, n->n * sizeof(*oids));
    n->known = oids != NULL;
    oids_take(&n->oids, copy, n->n);
}

struct api_names *names_new(const struct model *m, const uint64_t *oids)
{
    struct api_names *n = mem_zalloc(sizeof(*n));
    uint32_t at = 0;

    n->n = m->n_check;
    n->rank = mem_calloc(n->n + 1, sizeof(*n->rank));
    n->at = mem_calloc(n->n + 1, sizeof(*n->at));
    n->host = mem_calloc(n->n + 1, sizeof(*n->host));
    n->text = mem_calloc(n->n + 1, sizeof(*n->text));
    buf_init(&n->pool);
    for (uint32_t h = 0; h < m->n_hosts; h++) {
        const struct model_check *host = model_check(m, h);

        n->rank[h] = at++;
        for (uint32_t i = 0; i < host->n_services; i++)
            n->rank[host->first_service + i] = at++;
    }
    for (uint32_t i = 0; i < n->n; i++) {
        n->at[n->rank[i]] = i;
        n->host[i] = model_check(m, i)->host;
        add_names(n, m, i);
    }
    n->text[n->n] = (uint32_t)n->pool.len;
    know(n, oids);
    return n;
}

void names_free(struct api_names *n)
{
    if (!n)
        return;
    mem_free(n->rank);
    mem_free(n->at);
    mem_free(n->host);
    mem_free(n->text);
    buf_release(&n->pool);
    oids_release(&n->oids);
    mem_free(n);
}

uint32_t names_rank(const struct api_names *n, uint32_t idx)
{
    BUG_ON(idx >= n->n);
    return n->rank[idx];
}

uint32_t names_host(const struct api_names *n, uint32_t idx)
{
    BUG_ON(idx >= n->n);
    return n->host[idx];
}

uint32_t names_at(const struct api_names *n, uint32_t rank)
{
    BUG_ON(rank >= n->n);
    return n->at[rank];
}

static void mark(uint64_t *bits, uint32_t idx)
{
    bits[idx / 64] |= (uint64_t)1 << idx % 64;
}

static bool marked(const uint64_t *bits, uint32_t idx)
{
    return bits[idx / 64] >> idx % 64 & 1;
}

/* Which check the names at this place of the pool are of; it is not before `from`. */
static uint32_t check_at(const struct api_names *n, uint32_t from, size_t place)
{
    uint32_t low = from, step = 1, high;

    while (low + step < n->n && n->text[low + step] <= place) {
        low += step;
        step *= 2;
    }
    high = MIN(low + step, n->n);
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;

        if (n->text[mid] <= place)
            low = mid;
        else
            high = mid;
    }
    return low;
}

void names_search(const struct api_names *n, struct str word, struct arena *arena, struct names_hits *out)
{
    size_t words = n->n / 64 + 1, at = 0;
    uint32_t idx = 0;
    ptrdiff_t hit;

    out->own = arena_alloc(arena, words * sizeof(uint64_t));
    out->name = arena_alloc(arena, words * sizeof(uint64_t));
    if (!n->n || !word.n || str_find_char(word, '\n') >= 0) /* no name has a line break */
        return;
    while ((hit = seek_text(str_make(n->pool.data + at, n->pool.len - at), word)) >= 0) {
        struct str rest;

        at += (size_t)hit;
        idx = check_at(n, idx, at);
        rest = str_make(n->pool.data + n->text[idx], at - n->text[idx]);
        mark(out->own, idx);
        if (str_find_char(rest, '\n') < 0)
            mark(out->name, idx);
        at = n->text[idx + 1];
    }
}

bool names_hold(const struct names_hits *hits, uint32_t idx, uint32_t host, bool host_seen)
{
    return marked(hits->own, idx) || marked(host_seen ? hits->own : hits->name, host);
}

void names_id(const struct api *a, uint32_t idx, uint64_t board_oid, struct buf *out)
{
    uint64_t oid = board_oid ? board_oid : a->names->oids.oid[idx];

    if (oid) {
        buf_add_u64(out, oid);
        return;
    }
    buf_printf(out, "i%.*s.%u", SNAPSHOT_CHARS, a->model.hash, idx);
}

/* The board learns the oids a moment after the engine has started: what was unknown is looked up again. */
static bool learn(struct api *a)
{
    struct api_names *n = a->names;
    bool any = false;

    if (n->known)
        return false;
    n->known = true;
    for (uint32_t i = 0; i < n->n; i++) {
        struct board_check c;

        if (n->oids.oid[i])
            continue;
        board_read_check(&a->board, i, &c);
        n->oids.oid[i] = c.oid;
        any |= c.oid != 0;
        n->known &= c.oid != 0;
    }
    if (any)
        oids_renew(&n->oids, n->n);
    return any;
}

uint32_t names_find(struct api *a, struct str id)
{
    struct api_names *n = a->names;
    uint32_t hit;
    uint64_t v;

    if (id.n && id.p[0] == 'i') {
        struct str number = str_sub(id, 1, id.n), snapshot = str_cut(&number, '.');
        bool same = str_eq(snapshot, str_sub(str_of(a->model.hash), 0, SNAPSHOT_CHARS));

        return same && str_to_u64(number, &v) && v < n->n ? (uint32_t)v : MODEL_NONE;
    }
    if (!id.n || id.p[0] < '0' || id.p[0] > '9' || !str_to_u64(id, &v))
        return MODEL_NONE;
    if (oids_find(&n->oids, v, &hit) || (learn(a) && oids_find(&n->oids, v, &hit)))
        return hit;
    return MODEL_NONE;
}

uint32_t names_find_seen(struct api *a, const struct sight *sight, struct str id)
{
    uint32_t idx = names_find(a, id);

    return idx != MODEL_NONE && sight_sees(sight, idx) ? idx : MODEL_NONE;
}

uint64_t names_oid(struct api *a, uint32_t idx)
{
    if (!a->names->oids.oid[idx])
        learn(a);
    return a->names->oids.oid[idx];
}

void names_learn(struct api *a, const uint64_t *oids)
{
    if (!oids || !a->names->n)
        return;
    know(a->names, oids);
}
