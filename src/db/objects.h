/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * objects.db: the identities. An oid is 16 bits of site and a 48-bit counter, given to one object and never to another; an object that is configured again gets its old one
 * back. What makes it the same object is, in this order: its _VIGIE_ID; a rename that was announced; its name, for a service that of its host's identity and its own.
 * What oids a snapshot's checks have also stands beside the kept snapshot (role/store), so that identities survive the loss of this file. Written by store only.
 */
#include "base/buf.h"
#include "base/vec.h"
#include "core/model.h"
#include "db/sql.h"

#define OBJECTS_RENAME_US (24 * TIME_H) /* how long an announced rename waits for its reload */

struct
    objects_rename { /* announced: what is called host, service goes on as to_host, to_service; services are empty for a host */
    uint64_t id;
    struct wall at;
    char *who, *host, *service, *to_host, *to_service;
};

struct objects {
    struct sql sql;
    uint32_t site;
    uint64_t next;                     /* the next oid to be given */
    VEC(struct objects_rename) rename; /* in the order of their announcement */
};

#define OBJECTS_OID(site, n) ((uint64_t)(site) << 48 | (n))

/* A damaged file is moved aside and begun anew (*moved): then objects_register with the oids of kept snapshots restores it. E_INVAL: of a newer version, or objects of another
 * site stand in it. */
int objects_open(struct objects *o, const char *path, uint32_t site, struct wall now, bool *moved,
                 struct err *err);
void objects_close(struct objects *o);

/*
 * Fills oid[m->n_check]. What is nonzero in it stands (restoring, or trying again); all else is found in the table, or gets a new oid. Objects that are no longer
 * configured are marked; announced renames that the configuration carries out, or that waited too long, are forgotten. On 0 all is on disk. On an error the call is to be
 * tried again with this oid, which is full if the table could be read.
 */
int objects_register(struct objects *o, const struct model *m, struct wall now, uint64_t *oid,
                     struct err *err);

/* o is new: takes over what is whole of the damaged file. rows: how many objects; none if the file cannot be read. */
int objects_rescue(struct objects *o, const char *damaged, struct wall now, uint64_t *rows);
/* Has one of these oids (0: none) no row? 1, 0, E_*. */
int objects_lacks(struct objects *o, const uint64_t *oid, size_t n);

/* What is, or was, called so: its names, appended. E_NOENT: no such object; E_*. */
int objects_name(struct objects *o, uint64_t oid, struct buf *host, struct buf *service);

/* Announces some that belong together: all of them, or E_*. id and at of each are filled; the texts are copied. E_LIMIT: too many wait; E_NOENT: nothing had the old name;
 * E_EXIST: one that waits says something of either name. */
int objects_rename_add(struct objects *o, const struct objects_rename *list, size_t n, struct wall now,
                       struct err *err);
/* Takes one back. E_NOENT: it waits no more. */
int objects_rename_drop(struct objects *o, uint64_t id, struct err *err);
