/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which check has an identity: a table of indices, and the identities once more, close together. It is built whole in one
 * pass, when the checks or their identities change, because that happens for all of them at once (start, reload) and must be quick.
 */
#include "core/model.h"

#include <stdbool.h>
#include <stdint.h>

struct oids {
    uint64_t *oid;   /* by index */
    uint32_t *slot;  /* index + 1; 0: empty */
    uint32_t n_slot; /* a power of two, or 0 */
};

/* oid: the identity of each of n checks, on the heap, taken; a check whose identity is 0 has none yet. What o held before is released. */
void oids_take(struct oids *o, uint64_t *oid, uint32_t n);
void oids_release(struct oids *o);
/* The identities in o->oid were changed by its owner. */
void oids_renew(struct oids *o, uint32_t n);
/* False: no check has it (0 is nobody's). */
bool oids_find(const struct oids *o, uint64_t oid, uint32_t *check);
/* The identities of m from those of the configuration before it, where oid is still 0: for the time in which the table cannot be had. */
void oids_carry(const struct model *old, const uint64_t *old_oid, const struct model *m, uint64_t *oid);
