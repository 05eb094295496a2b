/* SPDX-License-Identifier: Apache-2.0 */
#include "core/oids.h"

#include "base/hash.h"
#include "core/world_in.h"

/* Where oid stands, or the empty slot where it would stand. */
static uint32_t find_slot(const struct world *w, uint64_t oid)
{
    const struct oids *o = &w->oids;
    uint32_t at = (uint32_t)hash_bytes(&oid, sizeof(oid)) & (o->n_slot - 1);

    while (o->slot[at] && o->oid[o->slot[at] - 1] != oid)
        at = (at + 1) & (o->n_slot - 1);
    return at;
}

void oids_build(struct world *w)
{
    uint32_t n = 16;

    while (n < w->n * 2)
        n *= 2;
    oids_release(&w->oids);
    w->oids.slot = mem_calloc(n, sizeof(*w->oids.slot));
    w->oids.n_slot = n;
    w->oids.oid = mem_calloc((size_t)w->n + 1, sizeof(*w->oids.oid));
    for (uint32_t i = 0; i < w->n; i++)
        if ((w->oids.oid[i] = w->st[i].oid) != 0)
            w->oids.slot[find_slot(w, w->st[i].oid)] = i + 1;
}

void oids_release(struct oids *o)
{
    mem_free(o->slot);
    mem_free(o->oid);
    *o = (struct oids){0};
}

bool oids_find(const struct world *w, uint64_t oid, uint32_t *check)
{
    uint32_t at;

    if (!oid || !w->oids.n_slot)
        return false;
    at = find_slot(w, oid);
    if (!w->oids.slot[at])
        return false;
    *check = w->oids.slot[at] - 1;
    return true;
}
