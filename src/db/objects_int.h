/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of db/objects share: objects.c (the table), objects_match.c (which row is which check), objects_rename.c (what was announced). */
#include "base/map.h"
#include "db/objects.h"

enum {
    OBJECTS_ROW_OID,
    OBJECTS_ROW_HOST,
    OBJECTS_ROW_SERVICE,
    OBJECTS_ROW_DELETED,
    OBJECTS_ROW_IDENT,
    OBJECTS_ROW_KIND
};

/* What a registration has to write. */
struct objects_changes {
    VEC(uint32_t) added, moved; /* checks: without a row, with one that says something else */
    VEC(uint64_t) back, gone;   /* oids */
    VEC(uint64_t) done;         /* renames that wait no more */
};

/* Reads the table; writes nothing. */
int objects_match(struct objects *o, const struct model *m, struct wall now, uint64_t *oid,
                  struct objects_changes *c);

int objects_read_next(struct objects *o);
int objects_rename_load(struct objects *o);
void objects_rename_release(struct objects *o);
/* In the transaction of a registration; after its commit objects_rename_forget. */
int objects_rename_erase(struct objects *o, uint64_t id);
void objects_rename_forget(struct objects *o, uint64_t id);
/* fits[o->rename.n]: those that m carries out, that is, whose old name is free in it or taken by another of them, and whose new one is there. */
void objects_rename_fit(const struct objects *o, const struct model *m, struct wall now, bool *fits);
uint32_t objects_find(const struct model *m, struct str host,
                      struct str service); /* service empty: the host */
