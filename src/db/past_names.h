/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Whose past is it? The names of all objects there are or were, from objects.db, in the order of host and service, in memory; read again when another process wrote the
 * database. A host stands before its services.
 */
#include "base/arena.h"
#include "base/vec.h"
#include "db/sql.h"

struct past_name {
    uint64_t oid;
    struct str host, service; /* service.n 0: a host */
    bool gone;                /* configured no more */
};

struct past_names {
    VEC(struct past_name) at;
    uint32_t *by_oid; /* indexes in at */
    struct arena text;
    int64_t version; /* of the database, as this connection counts; 0: nothing was read */
};

/* objects: open for reading. 1: *next is how it is now; 0: as n has it; E_*. */
int past_names_next(const struct past_names *n, struct past_names *next, struct sql *objects,
                    struct err *err);
/* The same in its place. 0, or E_*: what was read before stays. */
int past_names_refresh(struct past_names *n, struct sql *objects, struct err *err);
/* The connection is gone: read all at the next refresh. */
void past_names_forget(struct past_names *n);
void past_names_release(struct past_names *n);
/* The host and its services: from the index returned on, so many. */
size_t past_names_host(const struct past_names *n, struct str host, size_t *count);
const struct past_name *past_names_of(const struct past_names *n, uint64_t oid); /* NULL: none */
/* The one of that name that is configured, or else was last; service.n 0: the host. NULL: none. */
const struct past_name *past_names_find(const struct past_names *n, struct str host, struct str service);
