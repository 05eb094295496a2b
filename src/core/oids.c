/* SPDX-License-Identifier: Apache-2.0 */
#include "core/oids.h"

#include "base/hash.h"

/* Where oid stands, or the empty slot where it would stand. */
static uint32_t find_slot(const struct oids *o, uint64_t oid)
{
    uint32_t at = (uint32_t)hash_bytes(&oid, sizeof(oid)) & (o->n_slot - 1);

    while (o->slot[at] && o->oid[o->slot[at] - 1] != oid)
        at = (at + 1) & (o->n_slot - 1);
    return at;
}

void oids_take(struct oids *o, uint64_t *oid, uint32_t n)
{
    oids_release(o);
    o->oid = oid;
    oids_renew(o, n);
}

void oids_renew(struct oids *o, uint32_t n)
{
    mem_free(o->slot);
    o->n_slot = 16;
    while (o->n_slot / 5 * 4 <= n) /* at most four in five are taken: three looks for one that is there */
        o->n_slot *= 2;
    o->slot = mem_calloc(o->n_slot, sizeof(*o->slot));
    for (uint32_t i = 0; i < n; i++)
        if (o->oid[i])
            o->slot[find_slot(o, o->oid[i])] = i + 1;
}

void oids_release(struct oids *o)
{
    mem_free(o->slot);
    mem_free(o->oid);
    *o = (struct oids){0};
}

bool oids_find(const struct oids *o, uint64_t oid, uint32_t *check)
{
    uint32_t at;

    if (!oid || !o->n_slot)
        return false;
    at = find_slot(o, oid);
    if (!o->slot[at])
        return false;
    *check = o->slot[at] - 1;
    return true;
}
