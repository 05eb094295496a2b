/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * state.db: what is so now, for SQL. A projection of the journal's absolute records; an engine does not start from it but from the journal. Written by store, read by who asks.
 *
 * Tables: state (a row an object: what was decided; written when it changes), result (a row an object: what the last check brought and when the next one is due; written each minute),
 * comment, downtime, contact, program. Columns are called as the fields in core/record.def; times are wall clock µs. Each row has the number of its record (seq).
 *
 * meta.applied_seq: all records up to this number are in. What is newer may be in, too: a record can be applied twice.
 */
#include "core/record.h"
#include "db/sql.h"

struct current {
    struct sql sql;
    uint64_t applied;
    uint32_t site;
};

enum current_part { /* of a STATE record */
                    CURRENT_DECIDED = 1,
                    CURRENT_RESULT = 2,
                    CURRENT_WHOLE = 3,
};

/* For writing. A damaged database is moved aside (PATH.damaged-TIME) and a new one begun: *moved says so. */
int current_open(struct current *c, const char *path, struct wall now, bool *moved, struct err *err);
int current_open_read(struct current *c, const char *path, struct err *err);
void current_close(struct current *c);

/* What of the record stands in table state, as a number: while it is the same, that row need not be written. Never 0. */
uint32_t current_digest(const struct record_state *r);

/* One transaction: begin, then any of the following, end. On an error the transaction is gone. */
int current_begin(struct current *c);
int current_put_state(struct current *c, uint64_t seq, struct wall at, const struct record_state *r,
                      enum current_part part);
/* Any record, a whole STATE too; those of kinds that it does not want are passed over. */
bool current_wants(enum record_kind kind);
int current_put(struct current *c, uint64_t seq, struct wall at, enum record_kind kind, struct str payload);
/* Before a checkpoint is applied: its comments, downtimes and contacts are all there are. */
int current_renew(struct current *c);
/* Takes out the contacts that are not configured any more. */
int current_keep_contacts(struct current *c, bool (*is_configured)(void *user, struct str name), void *user);
/* Takes out the states that were last written by a record before `seq`. */
int current_sweep(struct current *c, uint64_t seq);
int current_end(struct current *c, uint64_t applied);
