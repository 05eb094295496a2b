/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * objects.db: the identities. An oid is 16 bits of site and a 48-bit counter, given to a name (host, or host and service) once and never to another; an object that is
 * configured again gets its old one back. What oids a snapshot's checks have also stands beside the kept snapshot (role/store), so that identities survive the loss
 * of this file. Written by store only.
 */
#include "core/model.h"
#include "db/sql.h"

struct objects {
    struct sql sql;
    uint32_t site;
    uint64_t next; /* the next oid to be given */
};

#define OBJECTS_OID(site, n) ((uint64_t)(site) << 48 | (n))

/* A damaged file is moved aside and begun anew (*moved): then objects_register with the oids of kept snapshots restores it. */
int objects_open(struct objects *o, const char *path, uint32_t site, struct wall now, bool *moved,
                 struct err *err);
void objects_close(struct objects *o);

/*
 * Fills oid[m->n_check]. What is nonzero in it is taken for a name that the table does not have (restoring, or trying again); other new names get new oids. Objects that are no
 * longer configured are marked. On 0 all is on disk; on an error oid is full all the same, so that work goes on, and the call is to be tried again with this oid.
 */
int objects_register(struct objects *o, const struct model *m, struct wall now, uint64_t *oid,
                     struct err *err);
