/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Who is meant by a number: the names of hosts and services from objects.db, which is only read. Each is asked for once. */
#include "base/map.h"
#include "base/vec.h"
#include "core/model.h"
#include "db/sql.h"

struct journal_name {
    bool known;
    enum model_kind kind;
    char *host, *service; /* service: empty for a host */
};

struct journal_names {
    struct sql sql;
    struct map place;
    VEC(struct journal_name) name;
};

/* E_*: none can be read, and err says why; all are unknown then. */
int journal_names_open(struct journal_names *n, const char *path, struct err *err);
void journal_names_close(struct journal_names *n);
/* Valid until the next call. */
const struct journal_name *journal_names_get(struct journal_names *n, uint64_t oid);
