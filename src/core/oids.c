/* SPDX-License-Identifier: Apache-2.0 */
#include "core/oids.h"

#include "base/hash.h"
#include "base/map.h"

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

/* ---- from one configuration to the next ---- */

static int order(const struct model *a, uint32_t i, const struct model *b, uint32_t k)
{
    int d = (int)model_check(a, i)->kind - (int)model_check(b, k)->kind;

    if (d == 0)
        d = str_cmp(model_host_name(a, i), model_host_name(b, k));
    return d ? d : str_cmp(model_description(a, i), model_description(b, k));
}

void oids_carry(const struct model *old, const uint64_t *old_oid, const struct model *m, uint64_t *oid)
{
    struct map by_ident[2] = {MAP_INIT, MAP_INIT}, taken = MAP_INIT;
    uint64_t at;

    for (uint32_t i = 0; i < old->n_check; i++)
        if (model_ident(old, i).n)
            map_put(&by_ident[model_check(old, i)->kind], model_ident(old, i), i);
    for (uint32_t i = 0; i < m->n_check; i++) {
        if (!oid[i] && map_get(&by_ident[model_check(m, i)->kind], model_ident(m, i), &at))
            oid[i] = old_oid[at];
        if (oid[i])
            map_put_u64(&taken, oid[i], 1);
    }
    for (uint32_t i = 0, k = 0; i < m->n_check && k < old->n_check;) {
        int d = order(m, i, old, k);

        if (d == 0 && !oid[i] && map_put_u64(&taken, old_oid[k], 1))
            oid[i] = old_oid[k];
        i += d <= 0;
        k += d >= 0;
    }
    map_release(&by_ident[0]);
    map_release(&by_ident[1]);
    map_release(&taken);
}
