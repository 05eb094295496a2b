/* SPDX-License-Identifier: Apache-2.0 */
#include "api/names.h"

#include <stdlib.h>
#include <string.h>

struct pair {
    uint64_t oid;
    uint32_t idx;
};

struct api_names {
    uint32_t *rank;
    uint64_t *oid;       /* by idx, 0: not known yet */
    struct pair *by_oid; /* sorted, those that are known */
    size_t n, n_known;
};

static int by_oid(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    return x->oid < y->oid ? -1 : x->oid > y->oid;
}

static void sort_pairs(struct api_names *n)
{
    n->n_known = 0;
    for (size_t i = 0; i < n->n; i++) {
        if (n->oid[i])
            n->by_oid[n->n_known++] = (struct pair){n->oid[i], (uint32_t)i};
    }
    qsort(n->by_oid, n->n_known, sizeof(*n->by_oid), by_oid);
}

struct api_names *names_new(const struct model *m, const uint64_t *oids)
{
    struct api_names *n = mem_zalloc(sizeof(*n));
    uint32_t at = 0;

    n->n = m->n_check;
    n->rank = mem_calloc(n->n + 1, sizeof(*n->rank));
    n->oid = mem_calloc(n->n + 1, sizeof(*n->oid));
    n->by_oid = mem_calloc(n->n + 1, sizeof(*n->by_oid));
    for (uint32_t h = 0; h < m->n_hosts; h++) {
        const struct model_check *host = model_check(m, h);

        n->rank[h] = at++;
        for (uint32_t i = 0; i < host->n_services; i++)
            n->rank[host->first_service + i] = at++;
    }
    if (oids && n->n)
        memcpy(n->oid, oids, n->n * sizeof(*oids));
    sort_pairs(n);
    return n;
}

void names_free(struct api_names *n)
{
    if (!n)
        return;
    mem_free(n->rank);
    mem_free(n->oid);
    mem_free(n->by_oid);
    mem_free(n);
}

uint32_t names_rank(const struct api_names *n, uint32_t idx)
{
    BUG_ON(idx >= n->n);
    return n->rank[idx];
}

void names_id(const struct api *a, uint32_t idx, uint64_t board_oid, struct buf *out)
{
    uint64_t oid = board_oid ? board_oid : a->names->oid[idx];

    if (oid) {
        buf_add_u64(out, oid);
        return;
    }
    buf_add_char(out, 'i');
    buf_add_u64(out, idx);
}

/* The board learns the oids a moment after the engine has started: what was unknown is looked up again. */
static bool learn(struct api *a)
{
    struct api_names *n = a->names;
    bool any = false;

    if (n->n_known == n->n)
        return false;
    for (uint32_t i = 0; i < n->n; i++) {
        struct board_check c;

        if (n->oid[i])
            continue;
        board_read_check(&a->board, i, &c);
        n->oid[i] = c.oid;
        any |= c.oid != 0;
    }
    if (any)
        sort_pairs(n);
    return any;
}

uint32_t names_find(struct api *a, struct str id)
{
    struct api_names *n = a->names;
    struct pair key, *hit = NULL;
    uint64_t v;

    if (id.n > 1 && id.p[0] == 'i' && str_to_u64(str_sub(id, 1, id.n), &v))
        return v < n->n && !n->oid[v] ? (uint32_t)v : MODEL_NONE;
    if (!id.n || id.p[0] < '0' || id.p[0] > '9' || !str_to_u64(id, &key.oid) || !key.oid)
        return MODEL_NONE;
    hit = bsearch(&key, n->by_oid, n->n_known, sizeof(key), by_oid);
    if (!hit && learn(a))
        hit = bsearch(&key, n->by_oid, n->n_known, sizeof(key), by_oid);
    return hit ? hit->idx : MODEL_NONE;
}

void names_learn(struct api *a, const uint64_t *oids)
{
    if (!oids || !a->names->n)
        return;
    memcpy(a->names->oid, oids, a->names->n * sizeof(*oids));
    sort_pairs(a->names);
}
